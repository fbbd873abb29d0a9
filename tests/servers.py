"""
Real SPARQL servers on this machine, started when a test asks for one and stopped when the tests end.

``oxigraph_server``, ``virtuoso_server`` and ``fuseki_server`` start one each, once in a run; ``server`` is each of the
three in turn, emptied before every test. Where one cannot be had, its tests are skipped, with its name and the reason.
What a test holds a server to is asked here by bare requests, not by the client that is tested.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.auth import AuthBase, HTTPDigestAuth

GRAPH = "https://w3id.org/medgraph/graph/pubmed"
NAMES = ("oxigraph", "virtuoso", "fuseki")

_WHOLE = 10_000
"""Rows at which Virtuoso cuts an answer."""

_READY = 120.0


class Server:
    """
    A server that runs.

    Args:
        name: oxigraph, virtuoso or fuseki.
        url: what a user would give to ``medgraph load --to``.
        query, update, store: where it takes queries, updates and the Graph Store Protocol.
        user, password: what it wants; "" where it lets everybody in.
        process: the server itself.
    """

    def __init__(
        self, name: str, url: str, query: str, update: str, store: str, process: subprocess.Popen[bytes],
        user: str = "", password: str = "",
    ) -> None:  # fmt: skip
        self.name = name
        self.url = url
        self.query = query
        self.update = update
        self.store = store
        self.user = user
        self.password = password
        self.process = process
        self._auth: AuthBase | None = HTTPDigestAuth(user, password) if user else None
        self._own = set(self.graphs())

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which medgraph is told user and password."""
        return {"MEDGRAPH_USER": self.user, "MEDGRAPH_PASSWORD": self.password} if self.user else {}

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """What a SELECT query finds: the values with their type, language and datatype, as strings."""
        accept = {"Accept": "application/sparql-results+json"}
        answer = requests.post(self.query, {"query": query}, headers=accept, auth=self._auth, timeout=120)
        assert answer.ok, answer.text
        found = answer.json()
        names = found["head"]["vars"]
        return [tuple(_term(row.get(name)) for name in names) for row in found["results"]["bindings"]]

    def change(self, update: str) -> None:
        """Carry out an update."""
        answer = requests.post(self.update, {"update": update}, auth=self._auth, timeout=120)
        assert answer.ok, answer.text

    def graphs(self) -> list[str]:
        """The named graphs that hold something."""
        return [graph.strip("<>") for (graph,) in self.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]

    def count(self, graph: str = GRAPH) -> int:
        """How many triples a graph holds."""
        ((count,),) = self.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(count.split('"')[1])

    def dump(self, graph: str = GRAPH) -> set[tuple[str, ...]]:
        """
        All triples of a graph, asked for in parts that Virtuoso gives out whole.

        It cuts every answer at so many rows, cannot sort more than that, and without an order its pages overlap; so a
        part is the subjects whose hash begins in the same way.
        """
        count = self.count(graph)
        if not count:
            return set()
        digits = next(n for n in range(8) if count < _WHOLE // 2 * 16**n)
        found: set[tuple[str, ...]] = set()
        for beginning in map("".join, product("0123456789abcdef", repeat=digits)):
            chosen = f'FILTER(STRSTARTS(MD5(STR(?s)), "{beginning}"))' if beginning else ""
            part = self.rows(f"SELECT ?s ?p ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} {chosen} }}")
            assert len(part) < _WHOLE
            found.update(part)
        assert len(found) == count
        return found

    def empty(self) -> None:
        """Take everything out that was not there when the server started."""
        for graph in set(self.graphs()) - self._own:
            self.change(f"CLEAR GRAPH <{graph}>")


def _term(value: dict[str, str] | None) -> str:
    if value is None:
        return ""
    if value["type"] == "uri":
        return f"<{value['value']}>"
    if value["type"] == "bnode":
        return f"_:{value['value']}"
    language, datatype = value.get("xml:lang"), value.get("datatype")
    return f'"{value["value"]}"' + (f"@{language}" if language else f"^^<{datatype}>" if datatype else "")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _die_with_parent() -> None:
    """Let the kernel end a server whose tests were killed, as a finalizer cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextmanager
def running(command: list[str], folder: Path, is_ready: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """A process, from when it is ready until the block is left, however that happens."""
    log = folder / "log.txt"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )  # fmt: skip
    try:
        start = time.monotonic()
        while not is_ready():
            if process.poll() is not None or time.monotonic() - start > _READY:
                said = log.read_text(errors="replace")[-500:]
                raise RuntimeError(f"{command[0]} did not start (exit code {process.poll()}): {said}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(url: str, **options: Any) -> Callable[[], bool]:
    """Whether a page can be had, asked again and again."""

    def is_ready() -> bool:
        try:
            return requests.get(url, timeout=5, **options).ok
        except requests.RequestException:
            return False

    return is_ready


def oxigraph_program() -> str:
    """The program that the package ``oxigraph`` installs."""
    try:
        for file in distribution("oxigraph").files or ():
            if file.name in ("oxigraph", "oxigraph.exe") and "bin" in file.parts[-2].lower() + "scripts":
                return str(Path(str(file.locate())).resolve())
    except PackageNotFoundError:
        pass
    if found := shutil.which("oxigraph"):
        return found
    pytest.skip("oxigraph: the program is not installed (pip install oxigraph)")


@contextmanager
def oxigraph(folder: Path, *, location: Path | None = None, read_only: bool = False) -> Iterator[Server]:
    """oxigraph, in memory unless it is given a location."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [oxigraph_program(), "serve-read-only" if read_only else "serve", "--bind", f"127.0.0.1:{port}"]
    command += ["--location", str(location)] if location else []
    with running(command, folder, answers(f"{url}/")) as process:
        yield Server("oxigraph", f"{url}/", f"{url}/query", f"{url}/update", f"{url}/store", process)


_VIRTUOSO_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000

[Parameters]
ServerPort = 127.0.0.1:{sql_port}
ServerThreads = 10
CheckpointInterval = 60
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
DirsAllowed = {folder}, {folder}/load, {folder}/../parts
SchedulerInterval = 10

[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 10
EnableRequestTrap = 0

[SPARQL]
ResultSetMaxRows = 10000
DefaultQuery = select distinct ?Concept where {{[] a ?Concept}} LIMIT 100
"""


@contextmanager
def virtuoso(folder: Path) -> Iterator[Server]:
    """Virtuoso with a database of its own, rather small buffers and its usual limit of 10,000 rows."""
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("Virtuoso: virtuoso-t is not installed (apt-get install virtuoso-opensource-7-bin)")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (folder / "load").mkdir(exist_ok=True)
    ini = folder / "virtuoso.ini"
    ini.write_text(_VIRTUOSO_INI.format(folder=folder, sql_port=free_port(), port=port), encoding="utf-8")
    command = [program, "+foreground", "+configfile", str(ini)]
    with running(command, folder, answers(f"{url}/sparql", params={"query": "ASK {}"})) as process:
        query, store = f"{url}/sparql-auth", f"{url}/sparql-graph-crud-auth"
        yield Server("virtuoso", f"{url}/sparql", query, query, store, process, "dba", "dba")


def fuseki_jar() -> Path:
    """The program of Fuseki: ``MEDGRAPH_FUSEKI_JAR``, or the newest of version 5 among Maven's files."""
    if named := os.environ.get("MEDGRAPH_FUSEKI_JAR"):
        if Path(named).is_file():
            return Path(named)
        pytest.skip(f"Fuseki: MEDGRAPH_FUSEKI_JAR is {named}, and there is no such file")
    folder = Path.home() / ".m2/repository/org/apache/jena/jena-fuseki-server"
    found = [path for path in folder.glob("5.*/*.jar") if re.fullmatch(r"jena-fuseki-server-[0-9.]+\.jar", path.name)]
    if found:
        return max(found, key=lambda path: [int(number) for number in path.parent.name.split(".")])
    pytest.skip(
        "Fuseki: its jar is not there (mvn dependency:get -Dartifact=org.apache.jena:jena-fuseki-server:5.2.0"
        " -Dtransitive=false, or name it with MEDGRAPH_FUSEKI_JAR)"
    )


def fuseki_command(folder: Path, *options: str, heap: str = "512m") -> tuple[list[str], str]:
    """What starts Fuseki, and its address; 512 MB are enough for some hundred thousand triples."""
    if shutil.which("java") is None:
        pytest.skip("Fuseki: java is not installed (apt-get install default-jre-headless)")
    port = free_port()
    java = ["java", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Djava.io.tmpdir={folder}"]
    command = [*java, "-jar", str(fuseki_jar()), "--localhost", "--port", str(port), *options, "/ds"]
    return command, f"http://127.0.0.1:{port}"


@contextmanager
def fuseki(folder: Path, heap: str = "512m", location: Path | None = None) -> Iterator[Server]:
    """Fuseki with a dataset in memory, or with a TDB2 database in a folder."""
    where = ["--mem"] if location is None else ["--tdb2", "--loc", str(location)]
    command, url = fuseki_command(folder, "--ping", "--update", *where, heap=heap)
    with running(command, folder, answers(f"{url}/$/ping")) as process:
        yield Server("fuseki", f"{url}/ds", f"{url}/ds/query", f"{url}/ds/update", f"{url}/ds/data", process)


@contextmanager
def roomy(name: str, folder: Path) -> Iterator[Server]:
    """A server of its own for millions of triples, which do not fit into the 512 MB that Fuseki has otherwise."""
    folder.mkdir()
    start = {"oxigraph": oxigraph, "virtuoso": virtuoso, "fuseki": partial(fuseki, heap="3g")}[name]
    with start(folder) as server:
        yield server


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.fixture(scope="session")
def fuseki_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with fuseki(tmp_path_factory.mktemp("fuseki")) as server:
        yield server


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the servers in turn, empty."""
    found: Server = request.getfixturevalue(f"{request.param}_server")
    found.empty()
    return found

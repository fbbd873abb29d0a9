"""
Loads that something breaks: by the network, by the server, by SIGKILL. In the end the graph is that of a load that
nothing has disturbed, triple for triple.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import servers
from proxy import FAULTS, Proxy, proxy_before
from servers import Server

import medgraph
from medgraph import loading
from medgraph.endpoint import Endpoint
from medgraph.errors import EndpointError

Dump = set[tuple[str, ...]]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals and passwords of each test are its own."""
    for name in ("MEDGRAPH_USER", "MEDGRAPH_PASSWORD", "MEDGRAPH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "state"))


def write_records(path: Path, nbib: Callable[..., str], count: int) -> Path:
    """Records that share journals, headings and people."""
    with open(path, "w", encoding="utf-8") as file:
        for n in range(1, count + 1):
            more = [f"DP  - {1980 + n % 40} Mar {n % 28 + 1}", "MH  - Humans", "MH  - *Asthma/drug therapy"]
            people = [f"FAU - Doe, Jane {n % 7}\nAU  - Doe J\nAD  - Institute {n % 5}." for _ in range(3)]
            file.write(nbib(n, *more, *people, "JT  - The Journal", "TA  - J", title=f"Title {n} \u00e9 < > \\ {n}."))
    return path


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory, nbib: Callable[..., str]) -> Path:
    return write_records(tmp_path_factory.mktemp("records") / "records.nbib", nbib, 40)


@pytest.fixture(scope="module")
def undisturbed(records: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dump]:
    """What each server holds after a load that nothing disturbs; filled as the servers are used."""
    return {}


@pytest.fixture
def known(server: Server, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, Dump], records: Path) -> Server:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    if server.name not in undisturbed:
        assert loading.load([records], server.url, restart=True).complete
        undisturbed[server.name] = server.dump()
        server.empty()
    return server


@pytest.fixture
def proxy(known: Server) -> Iterator[Proxy]:
    with proxy_before(known.query) as proxy:
        yield proxy


def at(proxy: Proxy, server: Server) -> str:
    """The address of the server, behind the proxy."""
    path = server.url.split("/", 3)[3]
    return f"{proxy.url}/{path}"


def quick_or_long(fault: str) -> object:
    """The faults that are much like another one are for the long run."""
    return pytest.param(fault, marks=pytest.mark.long) if fault in ("429", "cut body") else fault


@pytest.mark.parametrize("fault", [quick_or_long(fault) for fault in FAULTS])
def test_a_fault_leaves_no_trace_in_the_graph(
    fault: str, known: Server, proxy: Proxy, records: Path, undisturbed: dict[str, Dump]
) -> None:
    proxy.fault = fault
    loaded = loading.load([records], at(proxy, known), batch=150, timeout=1.0, patience=0.01)
    assert loaded.complete, loaded.notes
    if fault == "413":
        refused = [length for _, _, length, status in proxy.requests if status == 413]
        taken = [length for method, _, length, status in proxy.requests if method == "POST" and 200 <= status < 300]
        assert refused
        assert 1000 < max(taken) <= proxy.most
        # what was refused once is not tried again with every batch
        assert len(refused) < 6
    else:
        assert loaded.requests_again >= 2
    assert known.count() == loaded.distinct == len(undisturbed[known.name])
    assert known.dump() == undisturbed[known.name]


def test_a_server_is_left_alone_for_as_long_as_it_wants(known: Server, proxy: Proxy) -> None:
    proxy.fault, proxy.retry_after, proxy.when = "503", "1", lambda number: number == 1
    slept: list[float] = []
    with Endpoint(at(proxy, known), patience=0.01) as endpoint:
        endpoint.sleep = slept.append
        endpoint.add(b"".join(b"<urn:x:s%d> <urn:x:p> <urn:x:o> .\n" % n for n in range(100)))
    assert slept == [1.0]
    assert known.count() == 100


def test_a_server_that_never_recovers_ends_the_load_and_the_same_command_goes_on(
    known: Server, proxy: Proxy, records: Path, undisturbed: dict[str, Dump]
) -> None:
    proxy.fault, proxy.when = "503", lambda number: number > 4
    with pytest.raises(EndpointError, match=r"cannot do it now \(status 503\).*after 2 attempts"):
        loading.load([records], at(proxy, known), batch=150, attempts=2, patience=0.01)
    there = known.count()
    assert 0 < there < len(undisturbed[known.name])
    proxy.fault = ""
    proxy.requests.clear()
    loaded = loading.load([records], at(proxy, known), batch=150)
    assert loaded.complete
    assert loaded.taken_over == 4
    assert sum(length > 1000 for _, _, length, _ in proxy.requests) == loaded.batches - 4
    assert known.dump() == undisturbed[known.name]


@pytest.mark.parametrize("fault", ["drop", "cut", "500"])
def test_a_replacement_is_whole_whatever_happens_to_its_copy(
    fault: str, known: Server, records: Path, undisturbed: dict[str, Dump]
) -> None:
    known.change(f"INSERT DATA {{ GRAPH <{servers.GRAPH}> {{ <urn:x:old> <urn:x:p> <urn:x:o> }} }}")
    disturbed: list[bytes] = []

    def is_meant(body: bytes) -> bool:
        if b"COPY" not in body or len(disturbed) == 2:
            return False
        disturbed.append(body)
        return True

    with proxy_before(known.query) as proxy:
        proxy.fault, proxy.meant, proxy.when = fault, is_meant, lambda number: False
        loaded = loading.load([records], at(proxy, known), batch=150, replace=True, patience=0.01, timeout=5)
    assert len(disturbed) == 2
    assert loaded.complete
    assert known.dump() == undisturbed[known.name]
    assert not [graph for graph in known.graphs() if "staging" in graph]


_LOAD = "import sys; from medgraph.cli import main; main(sys.argv[1:])"


def started(arguments: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _LOAD, "load", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=dict(os.environ))


def acknowledged(state: Path) -> int:
    """How many batches the only journal has."""
    return sum(path.read_bytes().count(b'"chain"') for path in state.glob("*.jsonl"))


def kill_and_go_on(arguments: list[str], state: Path, batches: int, kills: int, seed: int) -> list[int]:
    """
    Kill a load again and again, each time behind a batch drawn by chance and a moment later, then let it end.

    What comes back is how many batches had been acknowledged at each kill.
    """
    chance = random.Random(seed)
    killed: list[int] = []
    # not in the last quarter: a load that is killed a moment too late has nothing left to do
    for behind in sorted(chance.sample(range(1, batches * 3 // 4), kills)):
        with started(arguments) as load:
            while acknowledged(state) < behind and load.poll() is None:
                time.sleep(0.001)
            time.sleep(chance.uniform(0.0, 0.01))
            if load.poll() is None:
                load.send_signal(signal.SIGKILL)
                killed.append(acknowledged(state))
            load.communicate()
    with started(arguments) as load:
        _, said = load.communicate()
    assert load.returncode == 0, said.decode()
    assert b"of the batches were there from an earlier run" in said
    return killed


@pytest.fixture(scope="module", params=[2, pytest.param(10, marks=pytest.mark.long)])
def kills(request: pytest.FixtureRequest) -> int:
    """How often a load is killed; as often as the issue says only in the long run."""
    found: int = request.param
    return found


@pytest.fixture(scope="module")
def killable(kills: int, tmp_path_factory: pytest.TempPathFactory, nbib: Callable[..., str]) -> Path:
    """Records that make some 60 batches of 100 triples, or five times as many."""
    return write_records(tmp_path_factory.mktemp("killable") / "records.nbib", nbib, 120 if kills == 2 else 600)


def test_a_load_that_is_killed_and_started_again_ends_equal(
    kills: int, server: Server, killable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    options = ["--batch", "100", "--validate", "off"]
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "other"))
    whole = loading.load([killable], server.url, batch=100, validate="off", graph="https://example.org/undisturbed")
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "state"))
    assert whole.complete
    killed = kill_and_go_on(
        [str(killable), "--to", server.url, *options], tmp_path / "state", whole.batches, kills, seed=20
    )
    assert len(killed) == kills
    assert 0 < killed[0] <= killed[-1] < whole.batches
    assert server.count() == whole.distinct
    assert server.dump() == server.dump("https://example.org/undisturbed")


def test_a_load_into_a_store_that_is_killed_and_started_again_ends_equal(
    kills: int, killable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def content(name: str) -> list[tuple[str, ...]]:
        with medgraph.open_store(tmp_path / name, read_only=True) as store:
            return store.answer("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o").rows

    where = f"store:{tmp_path / 'killed'}"
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "other"))
    whole = loading.load([killable], f"store:{tmp_path / 'undisturbed'}", batch=300, validate="off")
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "state"))
    arguments = [str(killable), "--batch", "300", "--validate", "off", "--to", where]
    killed = kill_and_go_on(arguments, tmp_path / "state", whole.batches, kills, seed=21)
    assert len(killed) == kills
    assert 0 < killed[0] <= killed[-1] < whole.batches
    assert content("killed") == content("undisturbed")


def test_ctrl_c_ends_a_load_at_once_and_the_same_command_goes_on(
    tmp_path: Path, nbib: Callable[..., str], oxigraph_server: Server
) -> None:
    oxigraph_server.empty()
    records = write_records(tmp_path / "records.nbib", nbib, 300)
    arguments = [str(records), "--to", oxigraph_server.url, "--batch", "100"]
    with started(arguments) as load:
        while acknowledged(tmp_path / "state") < 3 and load.poll() is None:
            time.sleep(0.001)
        load.send_signal(signal.SIGINT)
        _, said = load.communicate(timeout=30)
    assert load.returncode == 130, said.decode()
    assert said.decode().endswith("what has arrived stays, and the same command goes on from there\n")
    again = loading.load([records], oxigraph_server.url, batch=100)
    assert again.complete
    assert again.taken_over >= 3

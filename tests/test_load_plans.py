"""The commands for bulk loaders: those for oxigraph, Virtuoso and Fuseki are run, and the others are looked at."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import servers
from conftest import Ran
from servers import GRAPH

from medgraph import loading
from medgraph.errors import SinkError
from medgraph.loading import plans


@pytest.fixture
def records(tmp_path: Path, nbib: Callable[..., str]) -> Path:
    path = tmp_path / "records.nbib"
    path.write_text("".join(nbib(n, "MH  - Humans") for n in range(1, 30)), encoding="utf-8")
    return path


def shell(plan: str, folder: Path) -> None:
    """Run a plan as a user would, with medgraph and oxigraph on the path."""
    names = folder / "names"
    names.mkdir(exist_ok=True)
    code = '#!/bin/sh\nexec "{}" -c "import sys; from medgraph.cli import main; main(sys.argv[1:])" "$@"\n'
    (names / "medgraph").write_text(code.format(sys.executable))
    (names / "medgraph").chmod(0o755)
    environment = {**os.environ, "PATH": f"{names}:{os.environ['PATH']}", "MEDGRAPH_STATE": str(folder / "state")}
    done = subprocess.run(
        ["bash", "-ec", plan], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_plan_for_oxigraph_loads_all(records: Path, tmp_path: Path, run: Callable[..., Ran]) -> None:
    ran = run("load", records, "--plan", "--server", "oxigraph")
    assert ran.code == 0
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "oxigraph").symlink_to(servers.oxigraph_program())
    before, _, after = ran.out.partition("# or medgraph's own store")
    shell(before.replace("DATABASE", "database"), tmp_path)
    (tmp_path / "log").mkdir()
    with servers.oxigraph(tmp_path / "log", location=tmp_path / "database") as server:
        count = server.count()
    shell("PARTS=$PWD/parts\n" + after.partition("\n")[2].replace("DATABASE", "own.store"), tmp_path)
    where = f"store:{tmp_path / 'own.store'}"
    assert loading.load([records], where).after == count > 200


def test_the_plan_for_virtuoso_loads_all(records: Path, tmp_path: Path, run: Callable[..., Ran]) -> None:
    if shutil.which("isql-vt") is None:
        pytest.skip("Virtuoso: isql-vt is not installed (apt-get install virtuoso-opensource-7-bin)")
    plan = run("load", records, "--plan", "--server", "virtuoso").out
    folder = tmp_path / "server"
    folder.mkdir()
    with servers.virtuoso(folder) as server:
        port = re.search(r"ServerPort = 127.0.0.1:(\d+)", (folder / "virtuoso.ini").read_text())
        assert port is not None
        shell(plan.replace("HOST:1111", f"127.0.0.1:{port[1]}").replace("PASSWORD", "dba"), records.parent)
        count = server.count()
        assert count > 200
    assert count == loading.load([records], f"store:{tmp_path / 'store'}").after


@pytest.mark.parametrize("suffix", ["nt", "nt.gz"])
def test_the_plan_for_fuseki_loads_all(records: Path, tmp_path: Path, run: Callable[..., Ran], suffix: str) -> None:
    jar = servers.fuseki_jar()
    parts = tmp_path / "parts"
    assert run("convert", records, "-o", f"{parts}/", "--format", suffix).code == 0
    plan = run("load", *parts.glob(f"*.{suffix}"), "--plan", "--server", "fuseki").out
    lines, _, for_billions = plan.partition("# or: the loader for billions")
    (tmp_path / "names").mkdir()
    # xloader comes with Jena's scripts only; the quads that are made for it go to the other loader here.
    for loader, arguments in (("tdb2.tdbloader", '"$@"'), ("tdb2.xloader", "--loc other all.nq.gz")):
        (tmp_path / "names" / loader).write_text(f'#!/bin/sh\nexec java -cp "{jar}" tdb2.tdbloader {arguments}\n')
        (tmp_path / "names" / loader).chmod(0o755)
    shell(lines.replace("DATABASE", "database"), tmp_path)
    shell("PARTS=$PWD/parts\n" + for_billions.partition("\n")[2], tmp_path)
    expected = loading.load([records], f"store:{tmp_path / 'store'}").after
    for database in ("database", "other"):
        (tmp_path / f"log-{database}").mkdir()
        with servers.fuseki(tmp_path / f"log-{database}", location=tmp_path / database) as server:
            assert server.count() == expected


@pytest.mark.parametrize("server", plans.SERVERS)
def test_each_plan_names_its_loader_and_the_graph(server: str, records: Path) -> None:
    words = {"virtuoso": "ld_error", "fuseki": "tdb2.tdbloader", "oxigraph": "oxigraph load", "qlever": "qlever index",
             "graphdb": "importrdf"}  # fmt: skip
    text = plans.text([str(records)], server)
    assert words[server].replace("ld_error", "ll_error") in text
    assert GRAPH in text
    assert sum(word.replace("ld_error", "ll_error") in text for word in words.values()) == 1
    assert all(word.replace("ld_error", "ll_error") in plans.text([str(records)]) for word in words.values())


def test_n_triples_are_loaded_as_they_are() -> None:
    text = plans.text(["/data/a.nt.gz", "/data/b.nt"], "fuseki")
    assert "PARTS=/data\n" in text
    assert "medgraph convert" not in text


def test_a_graph_that_the_shell_would_not_leave_alone_is_refused() -> None:
    with pytest.raises(SinkError, match="stands in commands for the shell"):
        plans.text(["a.nt"], "fuseki", graph="http://example.org/it's$(x)")

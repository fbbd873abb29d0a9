"""``medgraph load``: records and RDF into each server and a store; stopped, repeated, resumed, replaced, verified."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from servers import GRAPH, Server

import medgraph
from medgraph import loading


@pytest.fixture(autouse=True)
def journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Journals of each test lie in a folder of its own."""
    for name in ("MEDGRAPH_USER", "MEDGRAPH_PASSWORD", "MEDGRAPH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def known(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Each server, with its user and password in the environment."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def records(tmp_path: Path, nbib: Callable[..., str]) -> Path:
    """Sixty small records in a file."""
    path = tmp_path / "records.nbib"
    text = "".join(
        nbib(n, "AU  - Doe J", "FAU - Doe, Jane", "MH  - Humans", f"DP  - {1990 + n % 30} Feb", title=f"Title {n}.")
        for n in range(1, 61)
    )
    path.write_text(text, encoding="utf-8")
    return path


def lines(count: int, start: int = 0) -> bytes:
    """N-Triples: that many, some of which come twice."""
    return b"".join(
        b'<urn:x:s%d> <urn:x:p> "value %d"@en .\n<urn:x:shared> <urn:x:q> <urn:x:o%d> .\n' % (n, n, n % 50)
        for n in range(start, start + count // 2)
    )


def test_records_go_in_and_the_second_time_there_is_nothing_to_do(
    known: Server, records: Path, run: Callable[..., Ran]
) -> None:
    ran = run("load", records, "--to", known.url)
    assert (ran.code, ran.out) == (0, "")
    assert "60 read = 60 written + 0 rejected + 0 skipped" in ran.err
    assert f"({known.name})" in ran.err
    assert "all that was sent is there" in ran.err
    before = known.dump()
    assert len(before) > 500
    again = run("load", records, "--to", known.url)
    assert again.code == 0
    assert "nothing to do" in again.err
    assert run("load", records, "--to", known.url, "--restart").code == 0
    assert known.dump() == before


def test_the_same_records_in_a_store(tmp_path: Path, records: Path, run: Callable[..., Ran]) -> None:
    where = f"store:{tmp_path / 'store'}"
    assert run("load", records, "--to", where).code == 0
    assert "nothing to do" in run("load", records, "--to", where).err
    report = medgraph.convert([records], tmp_path / "records.nt")
    distinct = len(set((tmp_path / "records.nt").read_bytes().splitlines()))
    assert report.triples >= distinct
    with medgraph.open_store(tmp_path / "store", read_only=True) as store:
        assert store.count() == distinct


def test_rdf_of_every_kind_goes_in(known: Server, tmp_path: Path) -> None:
    (tmp_path / "a.nt.gz").write_bytes(gzip.compress(lines(3000)))
    (tmp_path / "b.ttl").write_text(
        "@prefix x: <urn:x:> . x:s x:p [ x:p 'inner' ] , 'caf\u00e9'@fr .", encoding="utf-8"
    )
    (tmp_path / "c.nq").write_text("<urn:x:s> <urn:x:p> 'no' <urn:x:g> .\n".replace("'", '"'), encoding="utf-8")
    loaded = loading.load([tmp_path / name for name in ("a.nt.gz", "b.ttl", "c.nq")], known.url, batch=1000)
    assert loaded.complete
    assert (loaded.triples, loaded.distinct, loaded.batches) == (3004, 1500 + 50 + 4, 5)
    assert known.count() == 1554
    assert [graph for graph in known.graphs() if graph.startswith("https://w3id.org/medgraph/graph")] == [GRAPH]
    (inner,) = known.rows(f'SELECT ?s {{ GRAPH <{GRAPH}> {{ ?s <urn:x:p> "inner" }} }}')
    assert inner[0].startswith("<https://w3id.org/medgraph/.well-known/genid/")


def test_a_graph_that_holds_others_is_added_to(known: Server, tmp_path: Path) -> None:
    known.change(
        f'INSERT DATA {{ GRAPH <{GRAPH}> {{ <urn:x:s0> <urn:x:p> "value 0"@en . <urn:x:mine> a <urn:x:o> }} }}'
    )
    (tmp_path / "a.nt").write_bytes(lines(100))
    loaded = loading.load([tmp_path / "a.nt"], known.url)
    assert (loaded.before, loaded.distinct, loaded.after, loaded.agrees) == (2, 100, 101, True)


def test_a_graph_that_lost_triples_is_noticed(known: Server, tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_bytes(lines(1000))
    assert loading.load([tmp_path / "a.nt"], known.url).complete
    known.change(f'DELETE DATA {{ GRAPH <{GRAPH}> {{ <urn:x:s0> <urn:x:p> "value 0"@en }} }}')
    again = loading.load([tmp_path / "a.nt"], known.url)
    assert again.agrees
    assert not again.nothing_to_do
    assert "549 triples instead of 550" in again.notes[0]
    assert known.count() == 550


def test_replacing_leaves_nothing_of_what_was_there(known: Server, tmp_path: Path) -> None:
    (tmp_path / "old.nt").write_bytes(lines(1000))
    (tmp_path / "new.nt").write_bytes(lines(1000, start=250))
    assert loading.load([tmp_path / "old.nt"], known.url).complete
    loaded = loading.load([tmp_path / "new.nt"], known.url, replace=True, batch=100)
    assert loaded.complete
    assert (loaded.before, loaded.after, loaded.replaced) == (550, 550, True)
    assert ("<urn:x:s0>", "<urn:x:p>", '"value 0"@en') not in known.dump()
    assert [graph for graph in known.graphs() if "staging" in graph] == []
    assert loading.load([tmp_path / "new.nt"], known.url, replace=True, batch=100).nothing_to_do


def test_nothing_is_replaced_by_half_a_file(known: Server, tmp_path: Path) -> None:
    (tmp_path / "old.nt").write_bytes(lines(1000))
    loading.load([tmp_path / "old.nt"], known.url)
    before = known.dump()
    (tmp_path / "new.nt").write_bytes(lines(1000, start=5000) + b"<urn:x:broken")
    with pytest.raises(medgraph.SourceError, match=r"line 1001: cannot be read as N-Triples"):
        loading.load([tmp_path / "new.nt"], known.url, replace=True, batch=100)
    (tmp_path / "empty.nt").write_bytes(b"")
    with pytest.raises(medgraph.SinkError, match=r"there is nothing to load; .* was left as it was"):
        loading.load([tmp_path / "empty.nt"], known.url, replace=True)
    assert known.dump() == before


def test_a_dry_run_changes_nothing(known: Server, records: Path, run: Callable[..., Ran]) -> None:
    ran = run("load", records, "--to", known.url, "--dry-run")
    assert ran.code == 0
    assert "nothing was sent" in ran.err
    assert f"({known.name})" in ran.err
    assert known.count() == 0


def test_a_dry_run_makes_no_store(tmp_path: Path, records: Path, run: Callable[..., Ran]) -> None:
    assert run("load", records, "--to", f"store:{tmp_path / 'store'}", "--dry-run").code == 0
    assert not (tmp_path / "store").exists()


def test_files_of_another_kind_in_a_folder_are_told_of(tmp_path: Path, records: Path, run: Callable[..., Ran]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    records.rename(folder / records.name)
    (folder / "page.xml").write_text("<!DOCTYPE html><html><body>404</body></html>")
    (folder / "more.nt").write_bytes(lines(10))
    ran = run("load", folder, "--to", f"store:{tmp_path / 'store'}")
    assert "Files of another kind, passed over: 1" in ran.err
    assert "page.xml: this looks like an HTML page" in ran.err
    assert "more.nt" not in ran.err.partition("passed over")[2].partition("Names")[0]

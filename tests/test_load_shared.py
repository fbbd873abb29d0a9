"""All shared records in each server and a store: as many triples as were sent, and the same ones but for spellings."""

from __future__ import annotations

from pathlib import Path

import pytest
import servers
from servers import Server

import medgraph
from medgraph import loading

FOLDERS = ("medline", "pubmed-xml", "pairs")


@pytest.fixture(autouse=True)
def journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "state"))


def some(shared: Path) -> list[Path]:
    return [shared / "pairs" / "ortho-92.nbib"]


def every(shared: Path) -> list[Path]:
    return [shared / name for name in FOLDERS]


def distinct_lines(inputs: list[Path], folder: Path) -> int:
    """How many different triples a conversion writes: told by the lines of its output, and not by the loader."""
    medgraph.convert(inputs, folder / "all.nt")
    return len(set((folder / "all.nt").read_bytes().splitlines()))


def check(inputs: list[Path], server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    loaded = loading.load(inputs, server.url)
    assert loaded.agrees
    assert loaded.records is not None
    assert loaded.records.adds_up
    print(loading.text(loaded))
    assert server.count() == distinct_lines(inputs, tmp_path)


def test_count_agrees_on_each_server(
    server: Server, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(some(shared), server, tmp_path, monkeypatch)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", servers.NAMES)
def test_count_agrees_on_each_server_for_all_records(
    name: str, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with servers.roomy(name, tmp_path / "server") as server:
        check(every(shared), server, tmp_path, monkeypatch)


@pytest.mark.parametrize("inputs", [some, pytest.param(every, marks=pytest.mark.long)])
def test_count_agrees_in_a_store(inputs: object, shared: Path, tmp_path: Path) -> None:
    assert callable(inputs)
    loaded = loading.load(inputs(shared), f"store:{tmp_path / 'store'}")
    assert loaded.agrees
    print(loading.text(loaded))
    with medgraph.open_store(tmp_path / "store", read_only=True) as store:
        assert store.count() == distinct_lines(inputs(shared), tmp_path)

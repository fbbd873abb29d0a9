"""Sync equals a rebuild, whatever happened on the way."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from histories import History, as_mapped, assert_equal, dump, final, histories, write
from hypothesis import HealthCheck, Phase, given, settings

from medgraph import revisions
from medgraph.iris import GRAPH

QUICK = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


class Folder:
    """A folder of files and a store."""

    def __init__(self, path: Path) -> None:
        self.files = path / "files"
        self.store = path / "store"
        self.to = f"store:{self.store}"

    def sync(self, **options):
        return revisions.sync(self.files, self.to, **({"validate": "off"} | options))

    def dump(self):
        store = ox.Store.read_only(str(self.store))
        return dump(store)

    def assert_equal(self):
        current, ever = final(self.files.rglob("*.xml*"))
        assert_equal(self.dump(), current, as_mapped(ever))


@pytest.fixture
def there(tmp_path):
    return Folder(tmp_path)


def arrive(folder: Folder, history: History, sync) -> None:
    for numbers in history.arrivals:
        for number in numbers:
            write(folder.files, number, history.files[number - 1])
        done = sync()
        assert all(file.adds_up for file in done.files)
        assert done.report.adds_up


@QUICK
@given(histories())
def test_any_history_gives_the_store_of_a_fresh_build(history):
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path))
        arrive(folder, history, folder.sync)
        folder.assert_equal()
        again = folder.sync()
        assert not again.files
        folder.assert_equal()


def applied(folder: Path) -> set[tuple[str, ...]]:
    """What a store holds to which the files of a folder were applied in the order of their names."""
    store = ox.Store()
    graph = ox.NamedNode(GRAPH)
    for path in sorted(folder.iterdir()):
        if path.suffix == ".ru":
            store.update(path.read_text())
        elif path.name.endswith(".nt.gz"):
            store.bulk_load(gzip.decompress(path.read_bytes()), ox.RdfFormat.N_TRIPLES, to_graph=graph)
    assert {quad.graph_name.value for quad in store} <= {GRAPH}, "the marks are gone"
    return dump(store)


@QUICK
@given(histories())
def test_files_in_place_of_a_store_do_the_same_to_any_store(history):
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path))
        out = Path(path) / "out"
        folder.to = str(out)
        arrive(folder, history, folder.sync)
        current, ever = final(folder.files.rglob("*.xml*"))
        assert_equal(applied(out), current, as_mapped(ever))
        assert not list(out.glob("*.part"))

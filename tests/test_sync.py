"""Sync equals a rebuild, whatever happened on the way."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from histories import History, Say, as_mapped, assert_equal, dump, final, histories, write

from medgraph import revisions
from medgraph.errors import SinkError, SourceError
from medgraph.mapping import FULL

QUICK = settings(max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
                 phases=[Phase.generate])


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

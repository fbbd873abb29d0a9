"""Sync equals a rebuild, whatever happened on the way."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from histories import MEMORY, History, as_mapped, assert_equal, dump, final, histories, write
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from medgraph import revisions
from medgraph.iris import GRAPH
from medgraph.judge import Judge
from medgraph.revisions.kept import KeptRecords
from medgraph.revisions.state import State
from medgraph.store import Store

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
        if folder.to.startswith("store:"):
            assert done.triples == len(folder.dump())


@QUICK
@given(histories())
def test_any_history_gives_the_store_of_a_fresh_build(history):
    with tempfile.TemporaryDirectory(dir=MEMORY) as path:
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
    with tempfile.TemporaryDirectory(dir=MEMORY) as path:
        folder = Folder(Path(path))
        out = Path(path) / "out"
        folder.to = str(out)
        arrive(folder, history, folder.sync)
        current, ever = final(folder.files.rglob("*.xml*"))
        assert_equal(applied(out), current, as_mapped(ever))
        assert not list(out.glob("*.part"))


class BrokenOffError(Exception):
    """The run ends here."""


@pytest.fixture
def breaking(monkeypatch):
    """Lets a run end at the n-th step that writes something, some steps half done."""
    countdown = [0]

    def step(whole, half=None):
        def stepped(*arguments, **options):
            countdown[0] -= 1
            if countdown[0] == 0:
                if half is not None:
                    half(*arguments)
                raise BrokenOffError
            done = whole(*arguments, **options)
            countdown[0] -= 1
            if countdown[0] == 0:
                raise BrokenOffError
            return done

        return stepped

    remove = KeptRecords._remove
    monkeypatch.setattr(State, "begin", step(State.begin))
    monkeypatch.setattr(State, "watch_nodes", step(State.watch_nodes))
    monkeypatch.setattr(State, "finish", step(State.finish))
    monkeypatch.setattr(KeptRecords, "finish", step(KeptRecords.finish))
    monkeypatch.setattr(
        KeptRecords, "_remove", step(remove, lambda self, quads: remove(self, list(quads)[: len(list(quads)) // 2]))
    )
    monkeypatch.setattr(Store, "load", step(Store.load))
    monkeypatch.setattr(revisions, "_AT_ONCE", 2)
    return countdown


@settings(QUICK, suppress_health_check=list(HealthCheck))
@given(histories(), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_a_history_with_breaks_ends_where_it_would_have_ended(breaking, history, breaks):
    with tempfile.TemporaryDirectory(dir=MEMORY) as path:
        folder = Folder(Path(path))
        left = list(breaks)

        def sync():
            while left:
                breaking[0] = left.pop()
                try:
                    return folder.sync()
                except BrokenOffError:
                    continue
            breaking[0] = 0
            return folder.sync()

        arrive(folder, history, sync)
        breaking[0] = 0
        folder.assert_equal()
        assert not folder.sync().files


CHAINS = (
    "solr-pubmed/pubmed_sample_2009.xml", "solr-pubmed/medsamp2014.xml", "medline-indexer/medsamp2017.xml",
    "jcore/pubmedsample18n0001.xml.gz", "fatcat/pubmedsample_2019.xml", "pmparser/pubmed20n1016.xml.gz",
    "net-synergy/pubmed21n1000.xml.gz", "net-synergy/pubmed21n1002.xml.gz", "net-synergy/pubmed21n1004.xml.gz",
    "pmparser/pubmed26n1334.xml.gz", "DBMSPracticum2/pubmed_sample.xml", "pubmed2db/pubmed25n0002.xml",
    "tipplerow/pubmed_sample.xml", "pubtrends/articlesPubmed.xml", "pubtrends/articlesForParserTest.xml",
)  # fmt: skip


@pytest.fixture(scope="module")
def chains(shared, tmp_path_factory):
    """A folder of real files whose PMIDs recur, and two more in which revisions of revisions come back."""
    folder = tmp_path_factory.mktemp("chains")
    for n, name in enumerate((*CHAINS, *CHAINS[1:3]), 1):
        source = shared / "pubmed-xml" / name
        shutil.copy(source, folder / f"pubmed26n{n:04}.xml{'.gz' if name.endswith('.gz') else ''}")
    return folder


@pytest.mark.parametrize("validate", ["strict", pytest.param("off", marks=pytest.mark.long)])
def test_real_revisions_give_the_store_of_a_fresh_build(chains, there, validate):
    there.files = chains
    done = there.sync(validate=validate)
    changed = {name: sum(file.counts[name] for file in done.files) for name in done.files[0].counts}
    assert changed["revised"] > 400
    assert changed["deleted"] > 5
    assert done.report.adds_up
    assert not done.problems
    current, ever = final(chains.iterdir(), Judge() if validate == "strict" else None)
    assert len(current) == done.records
    assert_equal(there.dump(), current, as_mapped(ever))
    assert done.triples == len(there.dump())

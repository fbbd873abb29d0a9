"""What single files do to a store, and what is said about it; damaged files, years, gaps, breaks."""

from __future__ import annotations

import gc
import gzip
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import pyoxigraph as ox
import pytest
from histories import MEMORY, Say, as_mapped, assert_equal, dump, final, write

import medgraph
from medgraph import revisions
from medgraph.errors import FormatError, SinkError, SourceError
from medgraph.iris import GRAPH
from medgraph.judge import Judge
from medgraph.mapping import FULL
from medgraph.revisions.kept import KeptRecords
from medgraph.revisions.names import Names
from medgraph.revisions.state import DELETION, RECORD, Said, State, last_word

MAIN = "from medgraph.cli import main; main()"


class Place:
    """A folder of files and a store, or what is in its place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = path / "files"
        self.to = f"store:{path / 'store'}"
        self.state = path / "store.sync.sqlite"

    def write(self, number, *says, year=26):
        return write(self.files, number, says, year)

    def sync(self, **options):
        return medgraph.sync(self.files, self.to, **({"validate": "off"} | options))

    def status(self):
        return revisions.status(self.to, self.files)

    def triples(self):
        return dump(ox.Store.read_only(str(self.path / "store")))

    def assert_equal(self):
        current, ever = final(self.files.rglob("*.xml*"))
        assert_equal(self.triples(), current, as_mapped(ever))
        return set(current)


@pytest.fixture
def fast_path():
    """A folder on a disk that costs no time."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as path:
        yield Path(path)


@pytest.fixture
def place(fast_path):
    return Place(fast_path)


def counts(done, n=-1):
    """What became of the entries of a file, without what did not happen."""
    assert done.files[n].adds_up
    return {name: count for name, count in done.files[n].counts.items() if count}


def test_records_come_change_and_go(place):
    place.write(1, Say(1, 1, 3), Say(2, 1, 40))
    place.write(2, Say(1, 1, 4), Say(3, 1, 3), Say(2, 1, None), Say(9, 1, None))
    place.write(3, Say(1, 1, 4), Say(2, 1, 40), Say(2, 1, 41))
    done = place.sync()
    assert counts(done, 0) == {"added": 2}
    assert counts(done, 1) == {"added": 1, "revised": 1, "deleted": 1, "deleted before": 1}
    assert counts(done, 2) == {"unchanged": 1, "added": 1, "repeated": 1}
    assert (done.records, done.deleted, done.complete) == (3, 1, True)
    assert place.assert_equal() == {"1", "2", "3"}
    assert done.triples == len(place.triples())
    assert place.sync().files == []


def test_what_nothing_reaches_any_more_is_gone(place):
    place.write(1, Say(1, 1, 0b1111111), Say(2, 1, 0))
    place.sync()
    subjects = {subject for subject, _, _ in place.triples()}
    shared = {subject for subject in subjects if Names(FULL).is_shared(subject[1:-1])}
    assert {node.partition("//")[2].partition("/")[0] for node in shared} >= {"id.nlm.nih.gov", "orcid.org", "ror.org"}
    place.write(2, Say(1, 1, None))
    assert place.sync().files[0].nodes == len(shared - {subject for subject, _, _ in place.triples()}) > 5
    assert place.assert_equal() == {"2"}
    place.write(3, Say(2, 1, None))
    place.sync()
    assert place.triples() == set()


@pytest.mark.parametrize("before", [1, 2, 3])
def test_a_newer_version_is_not_replaced_by_an_older_one(place, before):
    says = [Say(1, before, 3), Say(1, 2, 4), Say(1, 1, 5)]
    place.write(1, says[0])
    place.write(2, says[1], says[2])
    done = place.sync()
    assert counts(done) == ({"older version": 2} if before == 3 else {"revised": 1, "older version": 1})
    place.write(3, Say(1, 1, None))
    assert counts(place.sync()) == {"older version": 1}
    assert place.assert_equal() == {"1"}
    place.write(4, Say(1, 3, None))
    assert counts(place.sync()) == {"deleted": 1}
    place.write(5, Say(1, 1, 6))
    assert counts(place.sync()) == {"added": 1}
    assert place.assert_equal() == {"1"}


def test_a_late_deletion_brings_back_the_older_version_that_was_passed_over(place):
    place.write(1, Say(1, 2, 3), Say(2, 1, 1))
    place.write(3, Say(1, 1, 4))
    assert counts(place.sync()) == {"older version": 1}
    place.write(2, Say(1, 2, None))
    done = place.sync()
    assert [file.name[-4:] for file in done.files] == ["0002", "0003"]
    assert counts(done, 1) == {"added": 1}
    assert place.assert_equal() == {"1", "2"}


def test_the_last_word_on_a_record():
    gone = Said(5, 1, 1, DELETION)
    assert last_word([]) is None
    assert last_word([gone]) is None
    assert last_word([gone, Said(4, 9, 1, RECORD)]) is None
    assert last_word([gone, back := Said(6, 1, 1, RECORD)]) == back
    assert last_word([Said(5, 2, 1, RECORD), gone]) == Said(5, 2, 1, RECORD)


def test_a_gap_is_said_and_filled_late(place, run):
    place.write(1, Say(1, 1, 3), Say(2, 1, 3))
    place.write(3, Say(1, 1, 5))
    ran = run("sync", place.files, "--to", place.to, "--validate", "off")
    assert ran.code == 1
    assert "missing: pubmed26n0002; get them with medgraph mirror" in ran.err
    status = run("sync", place.files, "--to", place.to, "--status")
    assert (status.code, "missing: pubmed26n0002" in status.out) == (1, True)
    place.write(2, Say(1, 1, 4), Say(2, 1, 4), Say(3, 1, 3))
    status = run("sync", place.files, "--to", place.to, "--status")
    assert "to be applied: pubmed26n0002" in status.out
    done = place.sync()
    assert counts(done) == {"added": 1, "revised": 1, "older file": 1}
    assert place.assert_equal() == {"1", "2", "3"}
    status = run("sync", place.files, "--to", place.to, "--status")
    assert status.code == 0
    assert "baseline of 2026, 3 files applied" in status.out
    assert status.out.endswith("nothing is missing\n")


def damaged(kind, good):
    if kind == "cut off":
        return gzip.compress(gzip.decompress(good))[:-20]
    if kind == "cut off unpacked":
        return gzip.compress(gzip.decompress(good)[:-40])
    if kind == "flipped":
        return good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 0xFF]) + good[len(good) // 2 + 1 :]
    return {"page": b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>", "empty": b"",
            "json": b'{"error": "API rate limit exceeded"}', "binary": bytes(range(256)) * 20}[kind]  # fmt: skip


DAMAGE = ["cut off", "cut off unpacked", "flipped", "page", "empty", "json", "binary"]


@pytest.mark.parametrize("kind", DAMAGE)
def test_nothing_of_a_damaged_file_gets_in_and_the_others_are_applied(place, run, kind):
    place.write(1, Say(1, 1, 3))
    bad = place.write(2, Say(1, 1, 4), Say(2, 1, 4), *(Say(n, 1, n) for n in range(20, 60)))
    good = bad.read_bytes()
    bad.write_bytes(damaged(kind, good))
    place.write(3, Say(3, 1, 3))
    ran = run("sync", place.files, "--to", place.to, "--validate", "off", "--json")
    assert ran.code == 1
    assert f"not applied: {bad}" in ran.err
    assert len(msgspec.json.decode(ran.out)["problems"]) == 1
    bad.unlink()
    assert place.assert_equal() == {"1", "3"}
    bad.write_bytes(good)
    assert place.sync().complete
    assert len(place.assert_equal()) == 43


@pytest.mark.parametrize("kind", DAMAGE)
def test_where_all_files_are_damaged_the_run_could_not_finish(place, run, kind):
    bad = place.write(1, *(Say(n, 1, n) for n in range(1, 40)))
    bad.write_bytes(damaged(kind, bad.read_bytes()))
    ran = run("sync", place.files, "--to", place.to, "--validate", "off")
    assert ran.code == 3
    assert str(bad) in ran.err
    assert len(ran.err.splitlines()) == 1
    assert place.triples() == set()


def test_a_wrong_checksum(place, run):
    place.write(1, Say(1, 1, 3))
    path = place.write(2, Say(2, 1, 3))
    path.with_name(path.name + ".md5").write_text("MD5(x)= " + "0" * 32)
    ran = run("sync", place.files, "--to", place.to, "--validate", "off")
    assert ran.code == 1
    assert f"and {'0' * 32} lies beside it; get it again" in ran.err
    assert {subject for subject, _, _ in place.triples() if "pubmed/2>" in subject} == set()


def test_a_record_in_the_middle_that_cannot_be_read(place, run):
    place.write(1, Say(1, 1, 3), Say(2, 1, 4))
    path = place.write(2, Say(1, 1, 5), Say(2, 1, 5), Say(3, 1, 6))
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"Title 5 of 2.", b"<oops>")))
    ran = run("sync", place.files, "--to", place.to, "--validate", "off")
    assert ran.code == 1
    assert place.assert_equal() == {"1", "3"}
    assert "1 rejected" in ran.err
    kept = list((place.path / "store.sync.rejects").iterdir())
    assert [path.name for path in kept] == ["pubmed26n0002.jsonl"]
    assert place.status().rejected == 1
    place.write(3, Say(2, 1, 7))
    assert counts(place.sync()) == {"added": 1}
    assert place.status().rejected == 0
    assert place.assert_equal() == {"1", "2", "3"}


def test_a_revision_that_does_not_conform_goes_to_the_rejects_and_takes_the_old_record_with_it(place, run):
    place.write(1, Say(1, 1, 3), Say(2, 1, 4))
    path = place.write(2, Say(1, 1, 5), Say(2, 1, 5))
    bad = gzip.decompress(path.read_bytes()).replace(b"<ArticleTitle>Title 5 of 2.</ArticleTitle>", b"")
    path.write_bytes(gzip.compress(bad))
    ran = run("sync", place.files, "--to", place.to)
    assert ran.code == 1
    assert "does not conform" in ran.err
    current, ever = final(place.files.iterdir(), Judge())
    assert set(current) == {"1"}
    assert_equal(place.triples(), current, as_mapped(ever))
    assert place.status().rejected == 1


def test_a_dry_run_says_what_a_run_does_and_changes_nothing(place, run):
    place.write(1, Say(1, 1, 3), Say(2, 1, 40), Say(4, 1, 4))
    would = place.sync(dry_run=True)
    assert not place.state.exists()
    assert not (place.path / "store").exists()
    place.sync()
    place.write(2, Say(1, 1, 3), Say(2, 1, 40), Say(2, 1, None), Say(3, 1, 3), Say(4, 1, 5))
    place.write(3, Say(1, 1, 3), Say(4, 1, 5), Say(2, 1, 41))
    before = place.triples(), place.state.read_bytes()
    would = place.sync(dry_run=True)
    assert (place.triples(), place.state.read_bytes()) == before
    ran = run("sync", place.files, "--to", place.to, "--dry-run", "--validate", "off")
    assert ran.code == 0
    assert "2 files would be applied" in ran.err
    done = place.sync()
    assert [file.counts for file in would.files] == [file.counts for file in done.files]
    assert (would.records, would.deleted) == (done.records, done.deleted)


def test_years_are_not_mixed_unless_told(place, run):
    place.write(1, Say(1, 1, 3), Say(2, 1, 4))
    place.sync()
    place.write(1, Say(1, 1, 5), year=27)
    ran = run("sync", place.files, "--to", place.to, "--validate", "off")
    assert ran.code == 3
    assert "the store is of 2026, and there are files of 2026 and 2027" in ran.err
    assert "build a fresh store from the files of 2027 alone, or say --across-years" in ran.err
    status = place.status()
    assert (status.newer_year, status.complete) == (27, False)
    assert "there is a baseline of 2027: build a fresh store" in revisions.status_text(status)
    assert counts(place.sync(across_years=True)) == {"revised": 1}
    assert place.assert_equal() == {"1", "2"}
    assert place.status().older_records == 1
    with pytest.raises(SourceError, match="it holds files of 2026 and 2027"):
        medgraph.sync(place.files, f"store:{place.path / 'other'}")


def test_a_file_that_was_replaced_is_applied_again(place):
    place.write(1, Say(1, 1, 3))
    place.sync()
    place.write(1, Say(1, 1, 4), Say(2, 1, 4))
    done = place.sync()
    assert counts(done) == {"added": 1, "revised": 1}
    assert "not the file that was applied before" in done.notes[0]
    assert place.assert_equal() == {"1", "2"}


def test_a_store_filled_by_other_means_is_looked_through(place):
    place.write(1, Say(1, 1, 3), Say(2, 1, 4))
    place.sync()
    _, before = final(place.files.iterdir())
    place.state.unlink()
    place.write(1, Say(1, 1, 40), Say(2, 1, 41))
    done = place.sync()
    assert "was not empty" in done.notes[0]
    current, ever = final(place.files.iterdir())
    assert_equal(place.triples(), current, as_mapped([*before, *ever]))


def test_a_state_without_its_store(place, run):
    place.write(1, Say(1, 1, 3))
    place.sync()
    os.rename(place.path / "store", place.path / "moved")
    ran = run("sync", place.files, "--to", place.to, "--validate", "off")
    assert ran.code == 3
    assert "was brought up to pubmed26n0001, and it is empty; put the store back" in ran.err


def test_a_store_made_in_another_way(place):
    place.write(1, Say(1, 1, 3))
    place.sync(profile="core")
    with pytest.raises(SinkError, match="made with profile core, not full; give the same options, or build a fresh"):
        place.sync()
    with pytest.raises(SinkError, match="made with base"):
        place.sync(profile="core", base="https://example.org/")
    place.write(2, Say(1, 1, 4))
    assert counts(place.sync(profile="core")) == {"revised": 1}
    mapping = FULL.with_options(profile="core")
    current, ever = final(place.files.iterdir())
    assert_equal(place.triples(), current, as_mapped(ever, mapping), mapping)


def test_only_one_at_a_time(place):
    place.write(1, Say(1, 1, 3))
    with State(place.state, create=True), pytest.raises(SinkError, match="another medgraph sync is at work with it"):
        place.sync()
    with State(place.state), pytest.raises(SinkError, match="another medgraph sync is at work"):
        place.status()


def test_some_at_a_time(place, run):
    for number in (1, 2, 3):
        place.write(number, Say(number, 1, 3))
    ran = run("sync", place.files, "--to", place.to, "--validate", "off", "--limit", "2")
    assert ran.code == 0
    assert "1 files are left for the next time" in ran.err
    assert place.sync().applied == 2


def test_wrong_command_lines(place, run, tmp_path):
    assert run("sync", tmp_path / "absent", "--to", place.to).code == 3
    place.files.mkdir()
    ran = run("sync", place.files, "--to", place.to)
    assert (ran.code, "no files named as NLM names them" in ran.err) == (3, True)
    place.write(1, Say(1, 1, 3))
    ran = run("sync", place.files, "--to", place.to, "--status")
    assert (ran.code, "nothing was brought up to date with it yet" in ran.err) == (3, True)
    (tmp_path / "file").write_text("")
    ran = run("sync", place.files, "--to", tmp_path / "file")
    assert ran.code == 3
    assert "store:DIR" in ran.err
    ran = run("sync", place.files, "--to", "store:")
    assert ran.code == 3
    (tmp_path / "state").write_text("no database, whatever its name is, and long enough not to be empty" * 20)
    ran = run("sync", place.files, "--to", place.to, "--state", tmp_path / "state")
    assert (ran.code, "this is no state of medgraph sync" in ran.err) == (3, True)
    with pytest.raises(ValueError, match="validate is one of"):
        place.sync(validate="never")
    place.write(1, Say(1, 1, 3))
    (place.files / "again").mkdir()
    (place.files / "again" / "pubmed26n0001.xml").write_bytes(b"")
    with pytest.raises(SourceError, match="it is there twice"):
        place.sync()
    write(tmp_path / "only", 1, []).write_bytes(b"{}")
    with pytest.raises(FormatError, match="looks like"):
        medgraph.sync(tmp_path / "only", place.to)


def test_files_are_made_again_the_same(place):
    place.to = str(place.path / "out")
    place.write(1, Say(1, 1, 3), Say(1, 1, 4))
    place.write(2, Say(1, 1, 5), Say(2, 1, 5))
    place.sync()
    names = sorted(path.name for path in (place.path / "out").iterdir())
    assert names == [
        "000001-pubmed26n0001-2-add.nt.gz", "000002-pubmed26n0002-1-remove.ru", "000002-pubmed26n0002-2-add.nt.gz",
        "000002-pubmed26n0002-3-sweep.ru", "dataset.nt", "sync.sqlite",
    ]  # fmt: skip
    first = {path.name: path.read_bytes() for path in (place.path / "out").glob("0*")}
    place.to = str(place.path / "again")
    place.sync()
    assert {path.name: path.read_bytes() for path in (place.path / "again").glob("0*")} == first


@pytest.mark.parametrize("breaks", [False, True])
def test_the_store_describes_itself_and_the_counts_are_true(place, monkeypatch, breaks):
    place.write(1, Say(1, 1, 3), Say(2, 1, 40))
    place.sync()
    place.write(2, Say(1, 1, None), Say(3, 1, 41), Say(4, 1, 42))
    if breaks:
        monkeypatch.setattr(revisions.describing, "lines", None)
        with pytest.raises(TypeError):
            place.sync()
        monkeypatch.undo()
    place.sync()
    store = ox.Store.read_only(str(place.path / "store"))
    said = store.query(
        """SELECT ?triples ?records (COUNT(?source) AS ?sources)
        WHERE { GRAPH <https://w3id.org/medgraph/graph/pubmed/dataset> {
          ?dataset a void:Dataset ; void:triples ?triples ; void:entities ?records ; prov:wasDerivedFrom ?source } }
        GROUP BY ?triples ?records""",
        prefixes={"void": "http://rdfs.org/ns/void#", "prov": "http://www.w3.org/ns/prov#"},
    )
    assert [[int(row[n].value) for n in range(3)] for row in said] == [[len(place.triples()), 3, 2]]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_break_while_a_record_is_taken_away_leaves_nothing_that_cannot_be_found(place, monkeypatch, share):
    """The links go last: what is left hangs together, and the next run finds all of it."""
    place.write(1, Say(1, 1, 0b1111111), Say(2, 1, 0b1111101))
    place.sync()
    place.write(2, Say(1, 1, 0), Say(2, 1, None))
    remove = KeptRecords._remove

    def breaks_off(self, quads):
        remove(self, quads[: int(len(quads) * share)])
        raise KeyboardInterrupt

    monkeypatch.setattr(KeptRecords, "_remove", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        place.sync()
    monkeypatch.undo()
    place.sync()
    assert place.assert_equal() == {"1"}


BOOK = """<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID Version="1">7</PMID>
<Book><Publisher><PublisherName>Press</PublisherName></Publisher><BookTitle book="b">Book</BookTitle>
<PubDate><Year>2020</Year></PubDate></Book><ArticleTitle book="b" part="p">Part</ArticleTitle>
<Sections>{}</Sections></BookDocument></PubmedBookArticle></PubmedArticleSet>"""


def nested(depth):
    inner = nested(depth - 1) if depth > 1 else ""
    return f"<Section><SectionTitle book='b' part='p' sec='s{depth}'>Level {depth}</SectionTitle>{inner}</Section>"


@pytest.mark.parametrize("to", ["store", "files", "endpoint"])
def test_sections_that_lie_deep_in_each_other_go_too(place, to, request, monkeypatch):
    """Nine levels; PubMed's books have three."""
    path = place.write(1)
    path.write_bytes(gzip.compress(BOOK.format(nested(9)).encode()))
    if to == "files":
        place.to = str(place.path / "out")
    elif to == "endpoint":
        server = request.getfixturevalue("oxigraph_server")
        server.empty()
        place.to = server.url
    assert counts(place.sync()) == {"added": 1}
    place.write(2, Say(7, 1, None))
    assert counts(place.sync()) == {"deleted": 1}
    if to == "store":
        assert place.triples() == set()
    elif to == "endpoint":
        assert server.count() == 0
    else:
        store = ox.Store()
        for path in sorted((place.path / "out").glob("0*")):
            if path.suffix == ".ru":
                assert len(store) > 9
                store.update(path.read_text())
            else:
                store.load(gzip.decompress(path.read_bytes()), ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(GRAPH))
            if "remove" in path.name:
                break
        left = {str(quad.graph_name) for quad in store}
        assert left <= {f"<{GRAPH}/marks>"}


@pytest.mark.parametrize("pmid", ["99999999999999999999", "0"])
def test_a_pmid_that_is_no_number_of_pubmed(place, pmid):
    path = place.write(1, Say(1, 1, 3), Say(2, 1, 3))
    path.write_bytes(
        gzip.compress(gzip.decompress(path.read_bytes()).replace(b">2</PMID>", f">{pmid}</PMID>".encode()))
    )
    done = place.sync()
    assert done.files[0].adds_up
    assert done.report.adds_up
    assert place.status().records >= 1


def test_names_follow_the_table():
    names = Names(FULL)
    assert names.owner("https://w3id.org/medgraph/id/123-author-1") == 123
    assert names.owner("http://rdf.ncbi.nlm.nih.gov/pubmed/123") == 123
    assert names.owner("http://rdf.ncbi.nlm.nih.gov/pubmed/123x") is None
    for table, node in FULL.nodes.items():
        assert node.shared or "{pmid}" in node.iri, table
    assert not names.is_shared("https://w3id.org/medgraph/id/123-journal")
    assert names.is_shared("https://w3id.org/medgraph/id/journal-acta-1")
    assert names.is_shared("http://id.nlm.nih.gov/mesh/D000001Q000150")
    assert not names.is_shared("http://rdf.ncbi.nlm.nih.gov/pubmed/123")


def test_every_node_of_the_shared_records_is_a_records_own_or_shared_and_can_be_reached(shared):
    names = Names(FULL)
    for name in ("fatcat/pubmedsample_2019.xml", "medic/medline.xml", "jabref/PubmedBookArticleSet.xml"):
        source = shared / "pubmed-xml" / name
        if not source.exists():
            continue
        for record in medgraph.read(source):
            if isinstance(record, medgraph.Deletion):
                continue
            triples = FULL.triples(record)
            subjects = {triple[0] for triple in triples}
            owners = {names.owner(subject[1:-1]) for subject in subjects}
            assert owners <= {int(record.pmid), None}
            assert all(names.is_shared(s[1:-1]) for s in subjects if names.owner(s[1:-1]) is None)
            article, stem = f"<{names.article(record.pmid)}>", f"<{names.stem(record.pmid)}"
            reached = [article]
            for node in reached:
                for subject, _, value in triples:
                    if subject == node and value.startswith(stem) and value not in reached:
                        reached.append(value)
            assert {s for s in subjects if s.startswith(stem)} | {article} == set(reached)


def many(place, files=4, records=150):
    """Files that take some seconds: records that come, and are revised or deleted in every later file."""
    chance = random.Random(7)
    for number in range(1, files + 1):
        place.write(number, *(
            Say(pmid, 1, None if chance.random() < 0.1 and number > 1 else chance.randrange(128))
            for pmid in range(1, records) if number == 1 or chance.random() < 0.6
        ))  # fmt: skip


def killed(place, seconds):
    """A run that is killed after so many seconds of work; whether it was still at work."""
    command = [sys.executable, "-c", MAIN, "sync", str(place.files), "--to", place.to, "--validate", "off", "--quiet"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        while process.poll() is None and not place.state.exists():
            time.sleep(0.005)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 12), marks=pytest.mark.long)])
def test_killed_at_random_moments_and_run_again(fast_path, seeds):
    undisturbed = Place(fast_path / "undisturbed")
    many(undisturbed)
    started = time.perf_counter()
    undisturbed.sync()
    seconds = time.perf_counter() - started
    undisturbed.assert_equal()
    expected = undisturbed.triples()
    kills = 0
    for seed in seeds:
        place = Place(fast_path / str(seed))
        place.path.mkdir()
        (place.path / "files").symlink_to(undisturbed.files)
        kills += killed(place, random.Random(seed).uniform(0, seconds))
        place.sync()
        assert place.triples() == expected, f"seed {seed}"
        assert place.status().complete
    assert kills >= len(seeds) // 2


@pytest.mark.parametrize("full_disk", [3], indirect=True)
def test_a_full_disk(place, full_disk, run):
    many(place, files=2, records=300)
    place.to = f"store:{full_disk / 'store'}"
    ran = run("sync", place.files, "--to", place.to, "--validate", "off")
    assert ran.code == 3
    assert "full" in ran.err
    gc.collect()  # what the command left in memory holds the store's lock
    subprocess.run(["mount", "-o", "remount,size=200m", full_disk], check=True)
    assert run("sync", place.files, "--to", place.to, "--validate", "off").code == 0
    current, ever = final(place.files.iterdir())
    assert_equal(dump(ox.Store.read_only(str(full_disk / "store"))), current, as_mapped(ever))


@pytest.mark.parametrize("cut", ["</LastName>", "</Author>", "</AuthorList>", "</PubmedArticle>", "</PMID>"])
def test_a_file_that_is_cut_off_behind_any_end_tag_is_not_applied(place, cut):
    place.write(1, Say(1, 1, 127), Say(2, 1, 40))
    place.sync()
    whole = gzip.decompress(place.write(2, Say(1, 1, 4), Say(2, 1, 3), Say(7, 1, None)).read_bytes())
    end = whole.rindex(cut.encode()) + len(cut)
    for path in place.files.rglob("*0002.xml.gz"):
        path.write_bytes(gzip.compress(whole[:end] + b"\n"))
    done = place.sync()
    assert done.files == []
    assert "breaks off" in done.problems[0]
    assert done.records == 2


def test_what_is_no_place_for_files_is_not_taken_for_one(place):
    place.write(1, Say(1, 1, 127))
    for to in ("stor:pubmed", "ftp://example.org/x"):
        with pytest.raises(SinkError, match="--to wants store:DIR"):
            medgraph.sync(place.files, to)
    with pytest.raises(SinkError, match="is a folder with other things in it"):
        medgraph.sync(place.files, str(place.files))
    place.to = str(place.path / "changes")
    place.sync(dry_run=True)
    assert not (place.path / "changes").exists()
    place.sync()
    assert place.sync().applied == 1

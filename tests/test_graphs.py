"""RDF that is there already, cut into records again: as it streams by, and gathered from a store."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from medgraph import graphs, pipeline
from medgraph.errors import SourceError
from medgraph.graphs import NotGroupedError, Owners, Piece
from medgraph.judge import shared_nodes
from medgraph.shacl import terms
from medgraph.sources import open_bytes

Nbib = Callable[..., str]
OWNERS = Owners(shared_nodes())
PUBMED = "http://rdf.ncbi.nlm.nih.gov/pubmed/"
BASE = "https://w3id.org/medgraph/id/"


@pytest.fixture
def folder(nbib: Nbib, tmp_path: Path) -> Path:
    people = ("FAU - Doe, Jane", "AU  - Doe J", "AD  - Here.", "AUID- ORCID: 0000-0002-1825-0097")
    source = tmp_path / "in.txt"
    source.write_text("".join(nbib(n, *people, "JID - 0372762", "TA  - Odont Foren") for n in (30, 4, 100)))
    for suffix in graphs.FORMATS:
        if suffix != "owl":
            pipeline.convert([source], tmp_path / f"out.{suffix}", validate="off")
    return tmp_path


def read(path: Path) -> Iterator[terms.Triple]:
    format = graphs.format_of(path.name)
    assert format is not None
    with open_bytes(path) as opened:
        yield from graphs.triples(opened, format)


def same(one: terms.Index, other: terms.Index) -> bool:
    return set(terms.triples(one)) == set(terms.triples(other))


@pytest.mark.parametrize("suffix", ["nt", "nq", "ttl", "trig", "jsonld", "rdf"])
def test_what_convert_writes_is_cut_into_its_records_as_it_is_read(folder: Path, suffix: str) -> None:
    expected = list(graphs.records(read(folder / "out.nt"), OWNERS))
    found = list(graphs.records(read(folder / f"out.{suffix}"), OWNERS))
    assert [piece.pmid for piece in found] == ["30", "4", "100"]
    assert all(same(one.graph, other.graph) for one, other in zip(found, expected, strict=True))
    assert f"<{PUBMED}4>" in found[1].graph
    assert "<https://www.ncbi.nlm.nih.gov/nlmcatalog/0372762>" in found[1].graph
    assert "<https://orcid.org/0000-0002-1825-0097>" in found[1].graph


@pytest.mark.parametrize("order", ["sorted", "shuffled", "reversed", "last", "first"])
def test_what_is_not_grouped_is_noticed_and_gathered_from_a_store(folder: Path, order: str) -> None:
    lines = (folder / "out.nt").read_text().splitlines(keepends=True)
    whole = {piece.pmid: piece.graph for piece in graphs.records(read(folder / "out.nt"), OWNERS)}
    if order in ("last", "first"):  # what records share is said once, as a store writes it out
        journals = [line for line in lines if line.startswith("<https://www.ncbi")]
        place = lines.index(journals[0 if order == "first" else -1])
        rest = [line for line in lines[place:] if line not in journals]
        lines = [line for line in lines[:place] if line not in journals] + list(dict.fromkeys(journals)) + rest
    else:
        {"sorted": list.sort, "shuffled": random.Random(1).shuffle, "reversed": list.reverse}[order](lines)  # type: ignore[operator]
    path = folder / "other.nt"
    path.write_text("".join(lines))
    with pytest.raises(NotGroupedError):
        list(graphs.records(read(path), OWNERS))
    for size in (0, None):
        with graphs.storing(size) as stored:
            stored.add(read(path))
            found = list(graphs.records_of(stored, OWNERS))
            assert [piece.pmid for piece in found] == ["4", "30", "100"]
            for piece in found:
                assert piece.pmid is not None
                assert same(piece.graph, whole[piece.pmid])


def test_a_store_gives_every_term_back_as_it_was() -> None:
    given = {
        ("<x:s>", "<x:p>", '"01"^^<http://www.w3.org/2001/XMLSchema#int>'),
        ("<x:s>", "<x:p>", '"1"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("<x:s>", "<x:p>", '"2019-13-45"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("<x:s>", "<x:p>", '"a \\"b\\" ^^<c>"'),
        ("<x:s>", "<x:p>", '"a"@en'),
        ("<x:s>", "<x:p>", "_:b0"),
        ("_:b0", "<x:p>", "<x:s>"),
    }
    with graphs.storing(0) as stored:
        stored.add(given)
        blank = stored.subjects("<x:p>", "<x:s>").popitem()[0]
        assert blank.startswith("_:")
        assert {
            tuple(term.replace(blank, "_:b0") for term in triple) for triple in terms.triples(dict(stored))
        } == given
        stored.add({("_:b0", "<x:p>", "<x:other>")})
        assert list(stored.subjects("<x:p>", "<x:other>")) != [blank], "another file's blank nodes are others"
        assert stored.subjects("<x:p>", '"01"^^<http://www.w3.org/2001/XMLSchema#int>') == {"<x:s>": None}


def pieces(*triples: terms.Triple) -> list[Piece]:
    with graphs.storing(0) as stored:
        stored.add(triples)
        return [Piece(piece.pmid, dict(piece.graph), piece.foci) for piece in graphs.records_of(stored, OWNERS)]


def test_what_no_article_leads_to_comes_last() -> None:
    article, own, lost, other = f"<{PUBMED}7>", f"<{BASE}7-author-1>", f"<{BASE}7-author-2>", "<x:other>"
    found = pieces((article, "<x:p>", own), (own, "<x:p>", '"a"'), (lost, "<x:p>", own), (other, "<x:p>", '"b"'))
    assert [piece.pmid for piece in found] == ["7", None]
    assert set(found[0].graph) == {article, own}
    assert found[1].foci == {lost, other}
    assert set(found[1].graph) >= {lost, own, other}


def test_an_article_does_not_take_in_what_it_cites() -> None:
    one, two = f"<{PUBMED}1>", f"<{PUBMED}2>"
    found = pieces((one, "<x:cites>", two), (two, "<x:cites>", one), (two, "<x:p>", f"<{BASE}1-author-1>"))
    assert [(piece.pmid, list(piece.graph)) for piece in found] == [("1", [one]), ("2", [two])]


def test_owners() -> None:
    for node, owner in {
        f"<{PUBMED}7>": "7",
        f"<{BASE}7-author-1>": "7",
        f"<{BASE}7-record>": "7",
        "<urn:x:7-heading-12>": "7",
        f"<{PUBMED}07>": None,
        f"<{BASE}grant-nci-12-ab>": None,
        "<https://doi.org/10.1234/5678-abc>": None,
        "<https://orcid.org/0000-0002-1825-0097>": None,
        "_:b7": None,
        '"7"': None,
    }.items():
        assert OWNERS.of(node) == owner, node


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (b"@prefix a: <b:> . a:s a:p a:o .", ox.RdfFormat.TRIG),
        (b"<a:s> <a:p> <a:o> .\n", ox.RdfFormat.TRIG),
        (b"<a:s> <a:p> <a:o> <a:g> .\n", ox.RdfFormat.N_QUADS),
        (b'<?xml version="1.0"?><rdf:RDF/>', ox.RdfFormat.RDF_XML),
        (b'\n{"@id": "a:b"}', ox.RdfFormat.JSON_LD),
    ],
)
def test_rdf_without_a_name_is_known_by_its_content(content: bytes, format: ox.RdfFormat) -> None:
    assert graphs.format_of_content(content) == format


def test_names_say_the_syntax() -> None:
    assert graphs.format_of("a/b.NQ.zst") == ox.RdfFormat.N_QUADS
    assert graphs.format_of("records.xml.gz") is None


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("<a:s> <a:p> ")
    with pytest.raises(SourceError, match=r"broken\.ttl: cannot be read as Turtle"):
        list(read(path))

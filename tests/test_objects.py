"""The doors out: pyoxigraph's triples and rdflib's graph are what the files hold."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import rdflib

import medgraph
from medgraph.mapping import CORE, FULL
from medgraph.model import Author, Citation, Identifier, PartialDate, PublicationType
from medgraph.syntaxes import NTriples

CITATION = Citation(
    pmid="17",
    title='A "title" with \\ and\ttab.',
    languages=("eng",),
    pub_date=PartialDate(year=2020, month=2, text="2020 Feb"),
    publication_types=(PublicationType(name="Journal Article", ui="D016428"),),
    authors=(
        Author(
            last_name="Doe",
            fore_name="Jane",
            name="Doe J",
            identifiers=(Identifier(source="ORCID", value="0000-0002-1825-0097"),),
        ),
    ),
)


def test_triples_are_what_the_mapping_says() -> None:
    lines = NTriples().record(FULL.triples(CITATION)).decode().splitlines()
    assert [f"{triple} ." for triple in medgraph.triples(CITATION)] == [
        str(next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES)))) + " ." for line in lines
    ]
    assert len(medgraph.triples(CITATION, CORE)) < len(lines)


def test_a_graph_has_the_same_triples_with_their_lexical_forms_and_the_prefixes() -> None:
    graph = medgraph.to_graph(CITATION)
    expected = rdflib.Graph().parse(data=NTriples().record(FULL.triples(CITATION)), format="nt")
    assert {tuple(term.n3() for term in triple) for triple in graph} == {
        tuple(term.n3() for term in triple) for triple in expected
    }
    assert dict(graph.namespaces())["bibo"] == rdflib.URIRef("http://purl.org/ontology/bibo/")
    assert 'bibo:pmid "17"' in graph.serialize(format="turtle")


def test_several_citations_make_one_graph(tmp_path: Path) -> None:
    both = medgraph.to_graph([CITATION, CITATION.replace(pmid="18")])
    assert len({str(pmid) for pmid in both.objects(None, rdflib.URIRef("http://purl.org/ontology/bibo/pmid"))}) == 2


def test_another_base_is_bound() -> None:
    graph = medgraph.to_graph(CITATION, FULL.with_options(base="http://here.example/r/"))
    assert dict(graph.namespaces())["id"] == rdflib.URIRef("http://here.example/r/")

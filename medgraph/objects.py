"""
Triples as objects, for those who go on in Python: pyoxigraph's, or an ``rdflib.Graph``.

Inside, medgraph keeps triples as strings, which is several times as fast; this is the door out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph as ox

from medgraph import mapping as mappings
from medgraph import vocab
from medgraph.mapping import Mapping
from medgraph.model import Citation

if TYPE_CHECKING:
    import rdflib


def triples(citation: Citation, mapping: Mapping | None = None) -> list[ox.Triple]:
    """
    What a citation becomes, as pyoxigraph triples.

    Args:
        citation: from :func:`medgraph.read`.
        mapping: None for the full one.
    """
    lines = (mapping or mappings.FULL).lines(citation)
    return list(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))


def to_graph(citations: Citation | Iterable[Citation], mapping: Mapping | None = None) -> rdflib.Graph:
    """
    What citations become, as an ``rdflib.Graph`` with the usual prefixes bound.

    Literals keep their lexical form. rdflib holds the graph in memory, about 1 kB a triple; for many
    records write a file or ask a store.

    Args:
        citations: one, or any number of them.
        mapping: None for the full one.
    """
    import rdflib  # noqa: PLC0415  (a quarter of a second, which the command line need not spend)

    used = mapping or mappings.FULL
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in {**vocab.PREFIXES, "id": used.base}.items():
        graph.bind(prefix, namespace)

    def term(node: object) -> rdflib.URIRef | rdflib.Literal:
        if isinstance(node, ox.NamedNode):
            return rdflib.URIRef(node.value)
        assert isinstance(node, ox.Literal)
        if node.language:
            return rdflib.Literal(node.value, lang=node.language)
        plain = node.datatype == _STRING
        return rdflib.Literal(
            node.value, datatype=None if plain else rdflib.URIRef(node.datatype.value), normalize=False
        )

    for citation in [citations] if isinstance(citations, Citation) else citations:
        for triple in triples(citation, used):
            graph.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return graph


_STRING = ox.NamedNode("http://www.w3.org/2001/XMLSchema#string")

"""
PubMed records as RDF.

    for citation in medgraph.read("records.nbib"):    # citations and deletions
        medgraph.triples(citation)                    # as pyoxigraph triples
        medgraph.to_graph(citation)                   # as an rdflib.Graph

    medgraph.convert(["records.nbib"], "records.ttl") # to a file, with a report
    medgraph.query("coauthors-of-person", inputs=["records.nbib"], orcid="0000-0002-5732-0318")

    medgraph.validate(["records.nbib"])               # against the shapes: what is wrong, and in which records

    medgraph.mirror("updates", "pubmed")              # NLM's files, what is missing of them
    medgraph.sync("pubmed", "store:pubmed.store")     # a store brought up to them

Every name below is imported when it is first asked for, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medgraph.answers import Answer
    from medgraph.conformance import Conformance
    from medgraph.errors import FormatError, MedgraphError, QueryError, RecordError, SinkError, SourceError
    from medgraph.loading import load
    from medgraph.mapping import Mapping
    from medgraph.mirrors import mirror
    from medgraph.model import Citation, Deletion
    from medgraph.objects import to_graph, triples
    from medgraph.pipeline import convert
    from medgraph.pmids import diff
    from medgraph.questions import query
    from medgraph.report import Report
    from medgraph.revisions import sync
    from medgraph.sources import read
    from medgraph.store import open_store
    from medgraph.validation import validate

__all__ = [
    "Answer",
    "Citation",
    "Conformance",
    "Deletion",
    "FormatError",
    "Mapping",
    "MedgraphError",
    "QueryError",
    "RecordError",
    "Report",
    "SinkError",
    "SourceError",
    "convert",
    "diff",
    "load",
    "mirror",
    "open_store",
    "query",
    "read",
    "sync",
    "to_graph",
    "triples",
    "validate",
]

_HOMES = {
    "Answer": "answers",
    "Citation": "model",
    "Conformance": "conformance",
    "Deletion": "model",
    "FormatError": "errors",
    "Mapping": "mapping",
    "MedgraphError": "errors",
    "QueryError": "errors",
    "RecordError": "errors",
    "Report": "report",
    "SinkError": "errors",
    "SourceError": "errors",
    "convert": "pipeline",
    "diff": "pmids",
    "load": "loading",
    "mirror": "mirrors",
    "open_store": "store",
    "query": "questions",
    "read": "sources",
    "sync": "revisions",
    "to_graph": "objects",
    "triples": "objects",
    "validate": "validation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'medgraph' has no attribute {name!r}")
    value = getattr(import_module(f"medgraph.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

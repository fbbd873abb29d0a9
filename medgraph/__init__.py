"""
PubMed records as RDF.

    for citation in medgraph.read("records.nbib"):    # citations and deletions
        medgraph.triples(citation)                    # as pyoxigraph triples
        medgraph.to_graph(citation)                   # as an rdflib.Graph

    medgraph.convert(["records.nbib"], "records.ttl") # to a file, with a report
    medgraph.validate(["records.nbib"])               # against the shapes: what is wrong, and in which records

    medgraph.mirror("updates", "pubmed")              # NLM's files, what is missing of them
    medgraph.sync("pubmed", "store:pubmed.store")     # a store brought up to them

Every name below is imported when it is first asked for, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medgraph.conformance import Conformance
    from medgraph.errors import FormatError, MedgraphError, RecordError, SinkError, SourceError
    from medgraph.mapping import Mapping
    from medgraph.mirrors import mirror
    from medgraph.model import Citation, Deletion
    from medgraph.objects import to_graph, triples
    from medgraph.pipeline import convert
    from medgraph.pmids import diff
    from medgraph.report import Report
    from medgraph.revisions import sync
    from medgraph.sources import read
    from medgraph.store import open_store
    from medgraph.validation import validate

__all__ = [
    "Citation",
    "Conformance",
    "Deletion",
    "FormatError",
    "Mapping",
    "MedgraphError",
    "RecordError",
    "Report",
    "SinkError",
    "SourceError",
    "convert",
    "diff",
    "mirror",
    "open_store",
    "read",
    "sync",
    "to_graph",
    "triples",
    "validate",
]

_HOMES = {
    "Citation": "model",
    "Conformance": "conformance",
    "Deletion": "model",
    "FormatError": "errors",
    "Mapping": "mapping",
    "MedgraphError": "errors",
    "RecordError": "errors",
    "Report": "report",
    "SinkError": "errors",
    "SourceError": "errors",
    "convert": "pipeline",
    "diff": "pmids",
    "mirror": "mirrors",
    "open_store": "store",
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

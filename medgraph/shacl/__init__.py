'''
SHACL, compiled for streams: a shapes graph becomes Python functions that check a record's triples as they pass.

>>> shapes = b"""
... @prefix sh: <http://www.w3.org/ns/shacl#> .
... @prefix : <http://example.org/> .
... :BookShape sh:targetClass :Book ; sh:property [ sh:path :title ; sh:minCount 1 ; sh:message "A book has a title" ] .
... """
>>> validator = compile(shapes)
>>> a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
>>> for result in validator.validate([("<http://example.org/emma>", a, "<http://example.org/Book>")]):
...     print(result.focus, result.message)
<http://example.org/emma> A book has a title
'''

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from medgraph.shacl import terms
from medgraph.shacl.paths import Path
from medgraph.shacl.results import ENGINE_ERROR, INFO, VIOLATION, WARNING, Result, conforms, report
from medgraph.shacl.terms import SUBCLASS, Source, Triple

if TYPE_CHECKING:
    from medgraph.shacl.compiler import Row
    from medgraph.shacl.shapes import Shape
    from medgraph.shacl.sparql import Screen
    from medgraph.shacl.validator import Validator

__all__ = [
    "ENGINE_ERROR",
    "INFO",
    "VIOLATION",
    "WARNING",
    "Path",
    "Result",
    "Row",
    "Shape",
    "Triple",
    "Validator",
    "compile",
    "conforms",
    "report",
]

_HOMES = {"Row": "compiler", "Shape": "shapes", "Validator": "validator"}
"""What only those need who compile shapes, imported when it is first asked for: a report knows results alone."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'medgraph.shacl' has no attribute {name!r}")
    value = getattr(import_module(f"medgraph.shacl.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def compile(
    shapes: Source,
    *,
    ontology: Source | None = None,
    shared: Iterable[str] = (),
    screens: Mapping[str, Screen] = MappingProxyType({}),
    watched: Iterable[str] = (),
) -> Validator:
    """
    A validator for a shapes graph.

    Args:
        shapes: an rdflib or pyoxigraph graph or store, the path of a file, bytes of Turtle, or several of these.
        ontology: where ``rdfs:subClassOf`` is said, in the same forms.
        shared: beginnings of IRIs, without the bracket, of nodes that several records describe (``"https://orcid.org/"``).
        screens: text of a SPARQL constraint -> a function of a node and a graph that is False where the query
            certainly finds nothing; see :mod:`medgraph.screens`.
        watched: properties for :meth:`Validator.validate_and_notice`.

    Raises:
        ShapesError: the shapes cannot be read, are empty or ill-formed, or say something that is not understood.
    """
    from medgraph.shacl.validator import Validator  # noqa: PLC0415

    pairs = [(s, o) for s, p, o in terms.read(ontology) if p == SUBCLASS] if ontology is not None else []
    return Validator(terms.read(shapes), pairs, [f"<{each}" for each in shared], screens, watched)

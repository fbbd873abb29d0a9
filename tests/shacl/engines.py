"""A second reference for tests, by other people, with results in our form: pyshifty."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import rdflib

from medgraph.shacl import Result, Validator, paths, reference, terms
from medgraph.shacl.terms import SH, TYPE, Index, Triple


def results(report: Any) -> list[Result]:
    graph: Index = terms.index(terms.read(report))
    found = []
    for properties in graph.values():
        if f"<{SH}ValidationReport>" not in properties.get(TYPE, ()):
            continue
        for node in properties.get(f"<{SH}result>", ()):
            finding = reference._finding(node, graph)
            try:
                path = paths.parse(finding.path_node, graph) if finding.path_node else None
            except paths.PathError:  # pyshifty leaves out what describes a complex path
                path = None
            found.append(
                Result(
                    focus=finding.focus,
                    path=path,
                    value=finding.value,
                    component=finding.component,
                    shape=finding.shape,
                    severity=finding.severity,
                )
            )
    return found


@contextmanager
def spelling_kept() -> Iterator[None]:
    """rdflib changes the spelling of literals as it reads a report, unless told not to."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


@spelling_kept()
def shifty(validator: Validator, graphs: Iterable[Iterable[Triple]]) -> list[list[Result]]:
    """pyshifty, in whose reports complex paths are None here."""
    import shifty

    def parsed(triples: Iterable[Triple]) -> rdflib.Graph:
        return reference._graph(triples)

    found = []
    shapes = parsed(validator.triples)
    for graph in graphs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, report, _ = shifty.validate(parsed(graph), shapes, infer=False, graph_mode="data")
        found.append(results(report))
    return found

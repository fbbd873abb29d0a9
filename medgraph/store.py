"""
The embedded store: RDF in memory, and what it answers to SPARQL.

pyoxigraph does the work; here are the records on their way in, and the answers in a form that can be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pyoxigraph as ox

from medgraph import vocab
from medgraph.errors import StoreError

CHUNK = 100_000
"""Triples given to the store at once: the fastest, and it bounds the memory (``decisions/``)."""

RESULTS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
}
"""Formats of answers, as the SPARQL recommendations define them."""


class Answer(NamedTuple):
    """
    What a query was answered with.

    Args:
        columns: the names of the variables; ``("answer",)`` for ASK; subject, predicate, object for CONSTRUCT.
        rows: IRIs shortened with the prefixes, literals as their text, ``""`` for what is not bound.
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Store:
    """
    Triples that can be asked.

    Args:
        prefixes: for queries, which need not declare them, and for answers.
    """

    def __init__(self, prefixes: Mapping[str, str] = vocab.PREFIXES) -> None:
        self.prefixes = dict(prefixes)
        self._store = ox.Store()

    def __len__(self) -> int:
        return len(self._store)

    def load(self, lines: bytes) -> None:
        """
        Take N-Triples; see :data:`CHUNK` for how many at once.

        Raises:
            StoreError: they are not legal.
        """
        try:
            self._store.bulk_load(lines, ox.RdfFormat.N_TRIPLES)
        except (SyntaxError, OSError) as error:
            raise StoreError("the store in memory", f"cannot take the triples: {error}") from error

    def load_file(self, path: str) -> None:
        """
        Take an RDF file, whose suffix says its format; named graphs are laid together.

        Raises:
            StoreError: it cannot be read.
        """
        try:
            self._store.bulk_load(path=path)
        except (SyntaxError, ValueError, OSError) as error:
            raise StoreError(path, f"cannot be read as RDF: {error}") from error

    def answer(self, query: str) -> Answer:
        """
        The answer of a query, ready to be shown.

        Raises:
            StoreError: the query is not SPARQL.
        """
        found = self._ask(query)
        if isinstance(found, ox.QueryBoolean):
            return Answer(("answer",), [("yes" if found else "no",)])
        if isinstance(found, ox.QueryTriples):
            return Answer(("subject", "predicate", "object"), [tuple(map(self._text, triple)) for triple in found])
        columns = tuple(variable.value for variable in found.variables)
        return Answer(columns, [tuple(self._text(row[name]) for name in columns) for row in found])

    def serialized(self, query: str, format: str) -> bytes:
        """
        The answer of a query in a standard format.

        Args:
            format: a key of :data:`RESULTS` for SELECT and ASK, ``"ttl"`` for CONSTRUCT and DESCRIBE.

        Raises:
            StoreError: the query is not SPARQL, or has no answer of that format.
        """
        found = self._ask(query)
        if isinstance(found, ox.QueryTriples):
            if format != "ttl":
                raise StoreError("the query", f"asks for triples, which are not written as {format}; use ttl")
            written = ox.serialize(found, format=ox.RdfFormat.TURTLE, prefixes=self.prefixes)
        elif format not in RESULTS:
            known = ", ".join(RESULTS)
            raise StoreError("the query", f"asks for values, which are not written as {format}; use {known}")
        else:
            written = found.serialize(format=RESULTS[format])
        assert written is not None
        return written

    def _ask(self, query: str) -> ox.QueryBoolean | ox.QuerySolutions | ox.QueryTriples:
        try:
            return self._store.query(query, prefixes=self.prefixes, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise StoreError("the query", f"is not SPARQL: {error}") from error

    def _text(self, term: object) -> str:
        if term is None:
            return ""
        if isinstance(term, ox.NamedNode):
            return shortened(term.value, self.prefixes)
        return term.value if isinstance(term, ox.Literal) else str(term)


def shortened(iri: str, prefixes: Mapping[str, str]) -> str:
    """
    An IRI as ``prefix:name`` where that can be told back, else as it is.

    >>> shortened("http://id.nlm.nih.gov/mesh/D016543", vocab.PREFIXES)
    'mesh:D016543'
    """
    best = max(
        ((namespace, name) for name, namespace in prefixes.items() if iri.startswith(namespace)),
        key=lambda item: len(item[0]),
        default=None,
    )
    if best is None:
        return iri
    local = iri[len(best[0]) :]
    return f"{best[1]}:{local}" if local and not set(local) & set("/#?") else iri

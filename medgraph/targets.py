"""
Where triples are loaded to: a store in a folder or a SPARQL endpoint, behind one interface.

    with open_target("store:pubmed.store") as target:       # or "http://localhost:7878/"
        target.add(lines)
        target.count()
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol, Self

from medgraph import iris
from medgraph.endpoint import Endpoint
from medgraph.endpoint.client import rows_of
from medgraph.errors import SinkError
from medgraph.store import CHUNK, Store, open_store

STORE = "store:"
"""How the name of a store begins; the path of its folder follows."""

BATCH = 10_000
"""Triples in a batch for an endpoint: the fastest or near it on every server measured (``decisions/``)."""


class Target(Protocol):
    """
    What takes triples into one named graph.

    Attributes:
        name: for sentences: ``store:DIR``, or the URL without what may be secret.
        graph: IRI of the named graph.
        batch: how many triples it likes to get at once.
        retries: how often something was sent again so far.
    """

    name: str
    graph: str
    batch: int
    retries: int

    def add(self, lines: bytes) -> None:
        """
        Put N-Triples into the graph; doing it twice changes nothing.

        Raises:
            SinkError: the target refuses them, or cannot be reached.
        """

    def update(self, sparql: str) -> None:
        """Carry out a SPARQL update; errors as in :meth:`add`."""

    def rows(self, sparql: str) -> list[tuple[str, ...]]:
        """What a SELECT query finds: terms in N-Triples syntax, ``""`` for what is not bound."""

    def count(self, graph: str | None = None) -> int:
        """How many triples the graph holds, or another one."""

    def settle(self, new: int, held: int) -> str:
        """
        What there is to say about getting ready for queries, or ``""``; a load is complete.

        Args:
            new: triples that it wrote.
            held: triples in the graph.
        """

    def close(self) -> None:
        """Let go of it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_target(where: str, *, graph: str = iris.GRAPH, read_only: bool = False, **options: Any) -> Target:
    """
    The target of a name.

    Args:
        where: ``store:DIR``, or the URL of a SPARQL endpoint.
        graph: IRI of the named graph that triples go into.
        read_only: nothing will be written; a store is not made where there is none.
        options: for :class:`~medgraph.endpoint.Endpoint`; a store has none.

    Raises:
        SinkError: the name is neither; the store cannot be opened; the URL is none.
    """
    if not _is_iri(graph):
        raise SinkError(graph, "is no IRI that a graph could have; write one such as https://example.org/graph/pubmed")
    if where.startswith(STORE):
        return StoreTarget(where.removeprefix(STORE), graph, read_only=read_only)
    if where.startswith(("http://", "https://")):
        return EndpointTarget(where, graph=graph, **options)
    raise SinkError(where, "is neither store:DIR nor the URL of a SPARQL endpoint (http://… or https://…)")


class EndpointTarget(Endpoint):
    """A SPARQL endpoint as a target."""

    batch = BATCH

    def settle(self, new: int, held: int) -> str:
        """Nothing: a server sees to its files itself."""
        return ""


class StoreTarget:
    """
    A store in a folder as a target.

    Args:
        path: its folder, which is made where there is none.
        graph: IRI of the named graph that triples go into.
        read_only: for asking only; the store must be there.

    Raises:
        StoreError: it cannot be opened.
    """

    batch = CHUNK

    def __init__(self, path: str, graph: str = iris.GRAPH, *, read_only: bool = False) -> None:
        self.name = f"{STORE}{path}"
        self.graph = graph
        self.retries = 0
        self.store: Store = open_store(path, create=not read_only, read_only=read_only)

    def add(self, lines: bytes) -> None:
        """
        Put N-Triples into the graph.

        Raises:
            StoreError: they are not legal, or the disk is full.
        """
        if lines:
            self.store.load(lines, self.graph)

    def update(self, sparql: str) -> None:
        """Carry out a SPARQL update, all of it or nothing; errors as in :meth:`add`."""
        self.store.update(sparql)

    def rows(self, sparql: str) -> list[tuple[str, ...]]:
        """
        What a SELECT query finds.

        Raises:
            StoreError: the query is not SPARQL, or not SELECT.
        """
        return rows_of(self.store.answer(sparql).serialized("json"))

    def count(self, graph: str | None = None) -> int:
        """How many triples the graph holds, or another one."""
        ((count,),) = self.rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph or self.graph}> {{ ?s ?p ?o }} }}")
        return int(count.split('"')[1])

    def settle(self, new: int, held: int) -> str:
        """As :meth:`medgraph.store.Store.settle`."""
        return self.store.settle(new, held)

    def close(self) -> None:
        """Put everything on the disk."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.__exit__(kind, error, trace)


def _is_iri(text: str) -> bool:
    scheme, colon, rest = text.partition(":")
    legal = not any(letter <= " " or letter in '<>"{}|^`\\' for letter in text)
    return bool(colon and rest) and scheme[:1].isalpha() and scheme.isascii() and legal

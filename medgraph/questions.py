"""
A question, asked where the data are: a named query, a file or SPARQL text, over a store, an endpoint or input files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from medgraph import iris, named, pipeline, sparql, vocab
from medgraph.answers import Answer, accepted, parsed
from medgraph.errors import EndpointError, QueryError
from medgraph.mapping.named import mapping_of
from medgraph.mesh import DESCRIPTOR, SUBSTANCE
from medgraph.mesh.index import Index
from medgraph.named import NamedQuery
from medgraph.store import open_store

if TYPE_CHECKING:
    from medgraph.report import Report

_SUFFIXES = (".rq", ".sparql")

MESH_BY_LABEL = """
SELECT DISTINCT ?found WHERE {{
  {{ ?found rdfs:label {plain} }} UNION {{ ?found rdfs:label {english} }}
  FILTER(REGEX(STR(?found), "/mesh/[DC][0-9]+$"))
}} LIMIT 10"""

MESH_BY_ANY_CASE = """
SELECT DISTINCT ?found WHERE {{
  ?found rdfs:label ?label .
  FILTER(LCASE(STR(?label)) = LCASE({plain}) && REGEX(STR(?found), "/mesh/[DC][0-9]+$"))
}} LIMIT 10"""

JOURNAL_BY_NAME = """
SELECT DISTINCT ?found WHERE {{
  ?found a bibo:Journal ; ?property ?name .
  FILTER(?property IN (dcterms:title, fabio:hasNLMJournalTitleAbbreviation, fabio:hasShortTitle, bibo:issn, bibo:eissn,
                       fabio:hasIssnL))
  FILTER(LCASE(STR(?name)) = LCASE({plain}))
}} LIMIT 10"""


class Asked(Protocol):
    """What can be asked: a :class:`medgraph.store.Store`, or an :class:`Endpoint`."""

    def answer(self, query: str, graphs: Sequence[str] = ()) -> Answer:
        """The answer of a query, asked of these named graphs, or of those that it names itself."""


class Endpoint:
    """
    A SPARQL endpoint as something to ask.

    Args:
        url: of its query service.
        prefixes: for queries, which need not declare them, and for answers.
        options: for :class:`medgraph.endpoint.Endpoint`.
    """

    def __init__(self, url: str, prefixes: Mapping[str, str] = vocab.PREFIXES, **options: Any) -> None:
        self.prefixes = dict(prefixes)
        self._client = import_module("medgraph.endpoint").Endpoint(url, **options)
        self.url = url

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def answer(self, query: str, graphs: Sequence[str] = ()) -> Answer:
        """
        The answer of a query; arguments as for :meth:`medgraph.store.Store.answer`.

        Raises:
            QueryError: it is no SPARQL, or an update; said here, before anything is sent, for an update, and where the
                server refuses the query, for what is wrong with it.
            EndpointError: the endpoint does not answer, or not in SPARQL.
        """
        form = sparql.form(query)
        if form in (None, sparql.UPDATE):
            sparql.checked("the query", query, self.prefixes)
        text = sparql.with_prefixes(sparql.with_graphs(query, tuple(graphs)) if graphs else query, self.prefixes)
        try:
            data = self._client.query(text, accepted(form or ""))
        except EndpointError:
            # What the server says of a wrong query has seldom the line and the column.
            sparql.checked("the query", query, self.prefixes)
            raise
        try:
            return parsed(data, form or "", self.prefixes)
        except (SyntaxError, ValueError) as error:
            raise EndpointError(self.url, f"did not answer with SPARQL results: {error}") from error


def query(
    what: str | os.PathLike[str],
    *,
    store: str | os.PathLike[str] | None = None,
    endpoint: str | None = None,
    inputs: Iterable[str | os.PathLike[str]] = (),
    graph: str | Sequence[str] = (),
    mesh: str | os.PathLike[str] | None = None,
    **parameters: str | int | Iterable[str | int],
) -> Answer:
    """
    The answer to a question.

    Args:
        what: the name of a query (``medgraph query --list``), a ``.rq`` file, or SPARQL.
        store: folder of a store.
        endpoint: URL of a SPARQL endpoint.
        inputs: records or RDF, read into memory.
        graph: the named graphs to ask, in the place of those that the query names.
        mesh: a MeSH index: it finds identifiers for the names of MEDLINE text among the inputs, and for those that
            are given for parameters.
        parameters: of the query.

    Raises:
        QueryError: it is no SPARQL, or has no such parameter, or a value is not of its kind.
        StoreError, EndpointError, SourceError: what is asked cannot be had.
        ValueError: none of store, endpoint and inputs was given, or more than one.
    """
    asked_for = found(what)
    with place(store=store, endpoint=endpoint, inputs=inputs, mesh=mesh) as (where, _):
        answer = ask(asked_for, where, parameters, graphs=(graph,) if isinstance(graph, str) else graph, mesh=mesh)
        answer.terms  # noqa: B018 (read before the store is closed)
        return answer


def found(what: str | os.PathLike[str]) -> NamedQuery:
    """
    The query that is meant: a named one, a file, or the text itself.

    Raises:
        QueryError: there is no such name, or the file cannot be read.
    """
    text = os.fspath(what)
    if isinstance(what, os.PathLike) or (text.endswith(_SUFFIXES) and "{" not in text):
        try:
            return named.read(text, Path(text).read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise QueryError(text, f"the query cannot be read: {why}") from error
    if text in named.names():
        return named.named(text)
    if sparql.form(text) is None and text.strip() and not set(text) & set("{}\n?<"):
        if near := get_close_matches(text, named.names(), 3, 0.5):
            raise QueryError(text, f"is no named query; is it {' or '.join(near)}? `medgraph query --list` shows all")
        if " " not in text.strip():
            raise QueryError(text, "is no named query; `medgraph query --list` shows them")
    return NamedQuery("the query", "", "", (), (), text)


@contextmanager
def place(
    *,
    store: str | os.PathLike[str] | None = None,
    endpoint: str | None = None,
    inputs: Iterable[str | os.PathLike[str]] = (),
    mesh: str | os.PathLike[str] | None = None,
) -> Iterator[tuple[Asked, Report | None]]:
    """
    What is to be asked, and the report of reading the inputs; arguments and errors as for :func:`query`.
    """
    inputs = [*inputs]
    if sum((store is not None, endpoint is not None, bool(inputs))) != 1:
        raise ValueError("say what to ask: a store, or an endpoint, or input files, and one of them only")
    if endpoint is not None:
        server = Endpoint(endpoint)
        try:
            yield server, None
        finally:
            server.close()
    elif store is not None:
        with open_store(os.fspath(store).removeprefix("store:"), read_only=True) as opened:
            yield opened, None
    else:
        yield pipeline.store_of(inputs, mapping_of(mesh=mesh))


def ask(
    asked_for: NamedQuery,
    where: Asked,
    parameters: Mapping[str, str | int | Iterable[str | int]],
    *,
    graphs: Sequence[str] = (),
    mesh: str | os.PathLike[str] | None = None,
) -> Answer:
    """
    The answer to a query that was :func:`found`, of a :func:`place`.

    Raises:
        QueryError, StoreError, EndpointError: as for :func:`query`.
    """
    named_graphs = tuple(_graph(each) for each in graphs)
    finder = _Finder(where, named_graphs or ((iris.GRAPH,) if asked_for.title else ()), mesh)
    text = asked_for.bound(parameters, finder)
    try:
        return where.answer(text, named_graphs)
    except QueryError as error:
        if error.query != "the query" or asked_for.name == "the query":
            raise
        raise QueryError(asked_for.name, error.reason, error.line, error.column) from error


def names_graphs(asked_for: NamedQuery) -> bool:
    """Whether a query says with FROM or GRAPH which graphs it is asked of."""
    return any(
        token.kind == "word" and token.text.upper() in ("FROM", "GRAPH") for token in sparql.tokens(asked_for.text)
    )


def _graph(iri: str) -> str:
    try:
        return ox.NamedNode(iri).value
    except ValueError as error:
        raise QueryError("graph", f"takes an IRI in full, not {iri!r}") from error


class _Finder:
    """Resolves names: MeSH terms by an index, and by the labels of what is asked; journals by the latter."""

    def __init__(self, where: Asked, graphs: Sequence[str], mesh: str | os.PathLike[str] | None) -> None:
        self._where = where
        self._graphs = graphs
        self._mesh = mesh

    def __call__(self, kind: str, name: str) -> Sequence[str]:
        if kind == "mesh" and self._mesh is not None:
            index = Index(self._mesh)
            for each in (DESCRIPTOR, SUBSTANCE):
                if ui := index.look_up(each, name).ui:
                    return [iris.mesh(ui)]
        plain = named.KINDS["string"](name, None, "")
        patterns = [MESH_BY_LABEL, MESH_BY_ANY_CASE] if kind == "mesh" else [JOURNAL_BY_NAME]
        for pattern in patterns:
            answer = self._where.answer(pattern.format(plain=plain, english=f"{plain}@en"), self._graphs)
            if answer.terms:
                return sorted(f"<{term.value}>" for (term,) in answer.terms)
        return []

"""One SPARQL endpoint: what is asked of it and sent to it, again where that can help."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import version
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urljoin, urlsplit

import msgspec
import pyoxigraph as ox
import requests

from medgraph import iris
from medgraph.endpoint import profiles, troubles
from medgraph.endpoint.credentials import WHERE, Credentials, Login, credentials_for, is_bare
from medgraph.endpoint.profiles import Layout
from medgraph.endpoint.troubles import Trouble, plain
from medgraph.errors import EndpointError

JSON = "application/sparql-results+json"

ATTEMPTS = 8
"""How often a request is sent at most; with :data:`PATIENCE` that takes two minutes at most, without the answers."""

PATIENCE = 1.0
"""Seconds before the second attempt; doubled before each further one, less up to a half by chance."""

TIMEOUT = 120.0
"""Seconds that a server may take to answer a query or to take a batch."""

LONG = 3600.0
"""Seconds for what a server does with a whole graph: to count or to copy it."""

INSERT = 1000
"""Triples in one INSERT DATA; Virtuoso takes no more than about 4,990 (``decisions/``)."""

_CONNECT = 10.0
_LONGEST_WAIT = 60.0
_NOTHING = "INSERT DATA {}"
_NOWHERE = "urn:x-medgraph:no-such-graph"
_SNIFFED = 10_000
_SHORT_FIRST = 10
_ESCAPE = re.compile(rb"\\[uU]")


class Endpoint:
    """
    A SPARQL server.

    Nothing is sent before something is asked; the first request finds out which server it is.

    Args:
        url: any address of the server that a user would name: of queries, of updates, of graphs, or of the dataset.
        graph: IRI of the named graph that triples go into.
        auth: a user with a password, or a token; None takes them from the environment (:func:`credentials_for`),
            False takes none.
        timeout: seconds that the server may take to answer.
        profile: one of :data:`medgraph.endpoint.PROFILES`; None asks the server.
        query_url, update_url, store_url: where the server takes what, if it does not say; ``store_url=""`` for a
            server without the Graph Store Protocol.
        attempts: how often a request is sent at most.
        patience: seconds before the second attempt.
        no_transaction: let oxigraph load without a transaction: faster, for first loads.

    Attributes:
        retries: how many requests were sent again so far.

    Raises:
        EndpointError: the URL is none, or has a password in it.
    """

    def __init__(
        self,
        url: str,
        *,
        graph: str = iris.GRAPH,
        auth: Credentials | Literal[False] | None = None,
        timeout: float = TIMEOUT,
        profile: str | None = None,
        query_url: str | None = None,
        update_url: str | None = None,
        store_url: str | None = None,
        attempts: int = ATTEMPTS,
        patience: float = PATIENCE,
        no_transaction: bool = False,
    ) -> None:
        for each in (url, query_url, update_url, store_url):
            _check(each)
        self.url = url
        self.name = plain(url)
        self.graph = graph
        self.retries = 0
        self.timeout = timeout
        self._attempts = attempts
        self._patience = patience
        self._no_transaction = no_transaction
        self._given = (profile, query_url, update_url, store_url)
        self._credentials = auth if isinstance(auth, Credentials) else credentials_for(url) if auth is None else None
        self._session = requests.Session()
        self._session.auth = Login(self._credentials)
        self._session.headers["User-Agent"] = f"medgraph/{version('medgraph')}"
        self._most: int | None = None
        self.sleep: Callable[[float], object] = time.sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    @property
    def warning(self) -> str | None:
        """A sentence where a password can be read on its way, else None."""
        if self._credentials is not None and is_bare(self.url):
            return f"{self.name}: the password is sent without encryption; use https where the server has it"
        return None

    @cached_property
    def layout(self) -> Layout:
        """
        Which server this is, and where it takes what; the first time that it is asked for, the server is asked.

        Raises:
            EndpointError: nothing there answers a query.
        """
        profile, query, update, store = self._given
        first: Trouble | None = None
        headers: dict[str, str] = {}
        for url in [query] if query else profiles.candidates(self.url):
            try:
                answer = self._tried(url, {"query": "ASK {}"}, {"Accept": JSON}, does="query", patient=False)
                _boolean(answer)
            except Trouble as trouble:
                # the address as it was given says best what is wrong
                first = trouble if first is None or url == self.url or not trouble.reached else first
                if not trouble.reached or trouble.status in (401, 403):
                    break
                continue
            query = url
            headers = {name.lower(): value for name, value in answer.headers.items()}
            break
        else:
            assert first is not None
            raise self._error(first)
        if query is None:
            assert first is not None
            raise self._error(first)
        profile = profile or profiles.profile_of(headers, query)
        found = profiles.layout_of(profile, query, known_user=self._credentials is not None)
        layout = found._replace(update=update or found.update)
        if store is not None:
            layout = layout._replace(store=store or None)
        elif profile == "generic" and layout.store is None:
            layout = layout._replace(store=self._graph_store(query))
        return layout

    def query(self, sparql: str, accept: str = JSON, *, timeout: float | None = None) -> bytes:
        """
        The answer of a query.

        Args:
            accept: the media type that it is wanted in.
            timeout: seconds; None is the endpoint's own.

        Raises:
            EndpointError: there is none.
        """
        answer = self._sent(self.layout.query, {"query": sparql}, {"Accept": accept}, does="query", timeout=timeout)
        content: bytes = answer.content
        return content

    def rows(self, sparql: str, *, timeout: float | None = None) -> list[tuple[str, ...]]:
        """
        What a SELECT query finds: terms in N-Triples syntax, ``""`` for what is not bound.

        Raises:
            EndpointError: the server does not answer, or not with results.
        """
        try:
            return rows_of(self.query(sparql, timeout=timeout))
        except ValueError as error:
            reason = "the answer is not a result in SPARQL's JSON; is this a SPARQL endpoint?"
            raise EndpointError(self.name, reason) from error

    def ask(self, sparql: str) -> bool:
        """
        The answer of an ASK query.

        Raises:
            EndpointError: there is none.
        """
        answer = self._sent(self.layout.query, {"query": sparql}, {"Accept": JSON}, does="query")
        try:
            return _boolean(answer)
        except Trouble as trouble:
            raise self._error(trouble) from trouble

    def count(self, graph: str | None = None) -> int:
        """
        How many triples the named graph holds.

        Raises:
            EndpointError: the server does not say.
        """
        query = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph or self.graph}> {{ ?s ?p ?o }} }}"
        ((count,),) = self.rows(query, timeout=max(self.timeout, LONG))
        return int(count.split('"')[1])

    def update(self, sparql: str, *, timeout: float | None = None, attempts: int | None = None) -> None:
        """
        Carry out an update; it may be sent twice, where it is not known whether the server took it.

        Args:
            attempts: how often it is sent at most; None is the endpoint's own.

        Raises:
            EndpointError: the server refuses it, or cannot be reached.
        """
        url, body, headers = self._update_request(sparql)
        self._sent(url, body, headers, does="update", timeout=timeout, attempts=attempts)

    def add(self, lines: bytes) -> None:
        """
        Put triples into the named graph; doing it twice changes nothing.

        Args:
            lines: N-Triples without blank nodes, whole lines.

        Raises:
            EndpointError: the server refuses them, or cannot be reached.
        """
        if not lines:
            return
        for piece in self._pieces(lines):
            self._add(piece)

    def check_writing(self) -> None:
        """
        See whether the server lets us write, by an update that changes nothing.

        Raises:
            EndpointError: it does not, or it takes neither updates nor graphs.
        """
        layout = self.layout
        if layout.store is None or layout.profile != "generic":
            self.update(_NOTHING)
        if layout.store is not None and self._credentials is not None:
            # The server's demand for a password comes before the first large body.
            self._quietly("GET", layout.store, params={"graph": _NOWHERE})

    def _add(self, lines: bytes) -> None:
        layout = self.layout
        try:
            if layout.store is None or (layout.profile == "virtuoso" and _is_hard_to_recognise(lines)):
                self._insert(lines)
                return
            if layout.profile == "virtuoso" and len(lines) > _SNIFFED:
                lines = _short_first(lines)
            params = {"graph": self.graph}
            if self._no_transaction and layout.profile == "oxigraph":
                params["no_transaction"] = ""
            self._asked(layout.store, lines, {"Content-Type": "application/n-triples"}, does="store", params=params)
        except Trouble as trouble:
            if not trouble.less:
                raise self._error(trouble) from trouble
            halves = _halves(lines)
            if len(halves) == 1:
                reason = f"{trouble.reason}, even for one triple of {len(lines):,} bytes; let the server take more"
                raise EndpointError(self.name, reason, trouble.status) from trouble
            self._most = min(self._most or len(lines), max(map(len, halves)))
            for half in halves:
                self._add(half)

    def _insert(self, lines: bytes) -> None:
        """Triples by INSERT DATA, for servers without the Graph Store Protocol."""
        every = lines.splitlines(keepends=True)
        for start in range(0, len(every), INSERT):
            text = b"".join(every[start : start + INSERT])
            if _ESCAPE.search(text):
                # SPARQL resolves \\u before it looks for quotes, N-Triples does not
                text = b"".join(f"{str(triple).removesuffix(' .')} .\n".encode() for triple in _parsed(text))
            update = f"INSERT DATA {{ GRAPH <{self.graph}> {{\n{text.decode()}}} }}"
            url, body, headers = self._update_request(update)
            self._asked(url, body, headers, does="update")

    def _pieces(self, lines: bytes) -> list[bytes]:
        """Lines in pieces that are as large as the server is known to take at most."""
        if self._most is None or len(lines) <= self._most:
            return [lines]
        pieces: list[bytes] = []
        start = 0
        while start < len(lines):
            end = lines.rfind(b"\n", start, start + self._most) + 1 or lines.find(b"\n", start) + 1 or len(lines)
            pieces.append(lines[start:end])
            start = end
        return pieces

    def _update_request(self, sparql: str) -> tuple[str, Any, dict[str, str]]:
        layout = self.layout
        if layout.update is None:
            raise EndpointError(self.name, "no address for updates is known; name it with --update-url")
        if layout.profile == "virtuoso":
            return layout.update, {"update": sparql}, {}
        return layout.update, sparql.encode(), {"Content-Type": "application/sparql-update"}

    def _graph_store(self, query: str) -> str | None:
        """Where a server that we do not know takes graphs, if it says so itself."""
        near = (urljoin(query, name) for name in ("store", "data", "rdf-graph-store"))
        for url in dict.fromkeys((self.url, *near)):
            answer = self._quietly("GET", url, params={"graph": _NOWHERE}, headers={"Accept": "application/n-triples"})
            kind = answer.headers.get("Content-Type", "") if answer is not None else ""
            if answer is not None and answer.status_code == 200 and "n-triples" in kind:
                return url
        return None

    def _quietly(self, method: str, url: str, **options: Any) -> requests.Response | None:
        try:
            return self._session.request(
                method, url, timeout=(_CONNECT, self.timeout), allow_redirects=False, **options
            )
        except requests.RequestException:
            return None

    def _sent(self, *request: Any, **options: Any) -> requests.Response:
        """As :meth:`_asked`, with the error that callers are to see."""
        try:
            return self._asked(*request, **options)
        except Trouble as trouble:
            raise self._error(trouble) from trouble

    def _asked(
        self,
        url: str,
        body: Any,
        headers: Mapping[str, str],
        *,
        does: str,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,
        attempts: int | None = None,
    ) -> requests.Response:
        """The good answer to a request, which is sent again where that can help."""
        most = attempts or self._attempts
        for attempt in range(1, most + 1):
            try:
                return self._tried(url, body, headers, does=does, params=params, timeout=timeout)
            except Trouble as trouble:
                if trouble.less or not trouble.again:
                    raise
                if attempt == most:
                    tries = f", after {attempt} attempts" if attempt > 1 else ""
                    trouble.reason += tries
                    raise
                self.retries += 1
                self.sleep(self._wait(attempt, trouble.wait))
        raise AssertionError

    def _wait(self, attempt: int, wanted: float | None) -> float:
        """Seconds until the next attempt: doubled each time, less by chance, never less than the server wants."""
        longest: float = min(_LONGEST_WAIT, self._patience * 2 ** (attempt - 1))
        return max(longest * random.uniform(0.5, 1.0), wanted or 0.0)

    def _tried(
        self,
        url: str,
        body: Any,
        headers: Mapping[str, str],
        *,
        does: str,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,
        patient: bool = True,
    ) -> requests.Response:
        limits = (_CONNECT, timeout or (self.timeout if patient else min(self.timeout, 30.0)))
        try:
            for _ in range(3):
                answer = self._session.post(
                    url, data=body, headers=dict(headers), params=params, timeout=limits, allow_redirects=False
                )
                onward = urljoin(url, answer.headers.get("Location", "")) if answer.is_redirect else ""
                if not onward or not profiles.same_origin(url, onward):
                    break
                url, params = onward, None
        except requests.RequestException as error:
            raise troubles.of_exception(error, url) from error
        if not answer.ok or answer.is_redirect:
            raise troubles.of_response(answer, self._credentials, does=does)
        if does == "query" and (page := troubles.of_page(answer)):
            raise page
        return answer

    def _error(self, trouble: Trouble) -> EndpointError:
        return EndpointError(self.name, trouble.reason, trouble.status)


def rows_of(results: bytes) -> list[tuple[str, ...]]:
    """
    The rows of a result in SPARQL's JSON: terms in N-Triples syntax, ``""`` for what is not bound.

    Raises:
        ValueError: it is none.
    """
    try:
        found = msgspec.json.decode(results)
        names = found["head"]["vars"]
        return [tuple(_term(row.get(name)) for name in names) for row in found["results"]["bindings"]]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a result of SELECT in JSON") from error


def _term(value: dict[str, str] | None) -> str:
    if value is None:
        return ""
    kind, text = value["type"], value["value"]
    if kind == "uri":
        return f"<{text}>"
    if kind == "bnode":
        return f"_:{text}"
    language, datatype = value.get("xml:lang"), value.get("datatype")
    if language:
        return str(ox.Literal(text, language=language))
    return str(ox.Literal(text, datatype=ox.NamedNode(datatype)) if datatype else ox.Literal(text))


def _boolean(answer: requests.Response) -> bool:
    """What an ASK query was answered with; Virtuoso answers with a row."""
    try:
        found = answer.json()
        if "boolean" in found:
            return bool(found["boolean"])
        (row,) = found["results"]["bindings"]
        (value,) = row.values()
        return value["value"] in ("1", "true")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"the answer to a query is not SPARQL's JSON; is this a SPARQL endpoint? Such are {troubles.EXAMPLES}"
        raise Trouble(reason, status=answer.status_code) from error


def _check(url: str | None) -> None:
    """
    See to it that a URL is one, and tells no password.

    Raises:
        EndpointError: it is none, or does.
    """
    if not url:
        return
    try:
        split = urlsplit(url)
        split.port  # noqa: B018
    except ValueError as error:
        raise EndpointError("the endpoint", "this is not a URL; write http://HOST:PORT/PATH") from error
    if "@" in split.netloc:
        reason = f"leave user and password out of the URL, where they would be seen; {WHERE}"
        raise EndpointError(plain(url), reason)
    if split.scheme not in ("http", "https") or not split.hostname:
        raise EndpointError(plain(url), "this is not the URL of a server; write http://HOST:PORT/PATH or https://…")


def _halves(lines: bytes) -> list[bytes]:
    """Two pieces of about the same size; one where there is one line."""
    middle = lines.find(b"\n", len(lines) // 2) + 1
    if not 0 < middle < len(lines):
        middle = lines.rfind(b"\n", 0, len(lines) - 1) + 1
    return [lines[:middle], lines[middle:]] if 0 < middle < len(lines) else [lines]


def _short_first(lines: bytes) -> bytes:
    """The same lines, in an order by which Virtuoso sees what they are: a large literal never first."""
    every = lines.splitlines(keepends=True)
    if max(map(len, every[: _SHORT_FIRST * 2])) <= _SNIFFED // 10:
        return lines
    ordered = sorted(every, key=len)
    return b"".join(ordered)


def _is_hard_to_recognise(lines: bytes) -> bool:
    """Whether Virtuoso may not see that these are N-Triples, whatever their order."""
    if len(lines) <= _SNIFFED:
        return False
    return sorted(map(len, lines.splitlines(keepends=True)))[: _SHORT_FIRST + 1][-1] > _SNIFFED // 10


def _parsed(lines: bytes) -> list[ox.Triple]:
    return [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES)]

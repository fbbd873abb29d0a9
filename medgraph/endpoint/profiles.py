"""Which server this is, and where it takes queries, updates and graphs, found out from one URL."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

PROFILES = ("oxigraph", "virtuoso", "fuseki", "generic")
"""The servers whose ways are known, and all others."""


class Layout(NamedTuple):
    """
    Where a server takes what.

    Args:
        profile: one of :data:`PROFILES`.
        query: the URL for queries.
        update: the URL for updates; None where there is none.
        store: the URL of the Graph Store Protocol; None where there is none.
    """

    profile: str
    query: str
    update: str | None
    store: str | None


_OWN_NAMES = {
    "oxigraph": ("query", "update", "store", "sparql"),
    "fuseki": ("query", "sparql", "update", "data", "get"),
    "virtuoso": ("sparql", "sparql-auth", "sparql-graph-crud", "sparql-graph-crud-auth"),
}
_ASKED_BELOW = ("query", "sparql")
_NEIGHBOURS = {"update", "store", "data", "get", "statements", "sparql-graph-crud", "sparql-graph-crud-auth"}


def candidates(url: str) -> list[str]:
    """
    Where queries may be taken, most likely first.

    >>> candidates("http://localhost:7878/")
    ['http://localhost:7878/query', 'http://localhost:7878/sparql', 'http://localhost:7878/']
    >>> candidates("http://localhost:3030/ds/data")
    ['http://localhost:3030/ds/query', 'http://localhost:3030/ds/sparql', 'http://localhost:3030/ds']
    >>> candidates("http://localhost:8890/sparql")
    ['http://localhost:8890/sparql', 'http://localhost:8890/sparql/query', 'http://localhost:8890/sparql/sparql']
    >>> candidates("http://localhost:8890/sparql-graph-crud-auth")[1]
    'http://localhost:8890/sparql-auth'
    """
    path = urlsplit(url).path
    last = path.rstrip("/").rpartition("/")[2]
    if last.startswith("sparql-graph-crud"):
        parent = _with_path(url, path.rstrip("/").rpartition("/")[0])
        return [_join(parent, "sparql"), _join(parent, "sparql-auth")]
    if last in _NEIGHBOURS:
        parent = _with_path(url, path.rstrip("/").rpartition("/")[0])
        return [*(_join(parent, name) for name in _ASKED_BELOW), parent]
    below = [_join(url, name) for name in _ASKED_BELOW]
    return [url, *below] if last else [*below, url]


def profile_of(headers: dict[str, str], query: str) -> str:
    """
    The server that an answer comes from.

    >>> profile_of({"server": "Virtuoso/07.20.3229 (Linux)"}, "http://localhost:8890/sparql")
    'virtuoso'
    >>> profile_of({"fuseki-request-id": "4"}, "http://localhost:3030/ds")
    'fuseki'
    """
    server = headers.get("server", "").lower()
    for name in ("oxigraph", "virtuoso", "fuseki"):
        if name in server:
            return name
    if "fuseki-request-id" in headers:
        return "fuseki"
    if urlsplit(query).path.endswith("/sparql-auth"):
        return "virtuoso"
    return "generic"


def layout_of(profile: str, query: str, *, known_user: bool) -> Layout:
    """
    Where a server takes what, by where it takes queries.

    Args:
        known_user: whether there are credentials; Virtuoso has addresses of their own for that.

    >>> layout_of("fuseki", "http://localhost:3030/ds", known_user=False)[2:]
    ('http://localhost:3030/ds/update', 'http://localhost:3030/ds/data')
    >>> layout_of("virtuoso", "http://localhost:8890/sparql", known_user=True)[1:3]
    ('http://localhost:8890/sparql-auth', 'http://localhost:8890/sparql-auth')
    """
    path = urlsplit(query).path.rstrip("/")
    parent, _, last = path.rpartition("/")
    base = _with_path(query, parent if last in _OWN_NAMES.get(profile, ()) else path)
    if profile == "oxigraph":
        return Layout(profile, query, _join(base, "update"), _join(base, "store"))
    if profile == "fuseki":
        return Layout(profile, query, _join(base, "update"), _join(base, "data"))
    if profile == "virtuoso":
        with_user = "-auth" if known_user or last.endswith("-auth") else ""
        sparql = _join(base, f"sparql{with_user}")
        return Layout(profile, sparql, sparql, _join(base, f"sparql-graph-crud{with_user}"))
    if found := re.fullmatch(r"(.*/repositories/[^/]+)", path):
        # RDF4J and GraphDB
        root = _with_path(query, found[1])
        return Layout(profile, query, _join(root, "statements"), _join(root, "rdf-graphs/service"))
    update = _with_path(query, f"{parent}/update") if last == "query" else query
    return Layout(profile, query, update, None)


def same_origin(one: str, other: str) -> bool:
    """Whether two URLs lead to the same server: credentials for one may go to the other."""
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    split = urlsplit(url)
    return split.scheme, split.hostname, split.port or {"http": 80, "https": 443}.get(split.scheme)


def _with_path(url: str, path: str) -> str:
    split = urlsplit(url)
    return urlunsplit((split.scheme, split.netloc, path, split.query, ""))


def _join(url: str, name: str) -> str:
    return _with_path(url, f"{urlsplit(url).path.rstrip('/')}/{name}")

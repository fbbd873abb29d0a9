"""
RDF that is there already, cut into records again.

What medgraph writes holds one record after the other, so a file can be read in constant memory. A file that somebody
sorted, or that another program wrote, is put into a store first and each record gathered from there: an article, and
what can be reached from it. :func:`records` says with an exception which of the two a file is.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from medgraph import dataset, manifest, places, sources
from medgraph.errors import FormatError, SourceError
from medgraph.pmids import Seen
from medgraph.shacl.terms import Index, StoreIndex, Triple, canonical, to_pyoxigraph
from medgraph.shacl.terms import index as index_of
from medgraph.sources import STDIN, Opened
from medgraph.store import CHUNK
from medgraph.vocab import SCHEMA

FORMATS: dict[str, ox.RdfFormat] = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "owl": ox.RdfFormat.RDF_XML,
}
"""Syntaxes by suffix; a suffix of compression may stand behind it."""

IN_MEMORY = 64 << 20
"""Bytes of a file above which its store lies on the disk."""

_PACKED = re.compile(r"\.(?:gz|xz|bz2|zst)$")
_ARTICLE = re.compile(r"<http://rdf\.ncbi\.nlm\.nih\.gov/pubmed/([1-9][0-9]{0,8})>")
_ARTICLES = "<http://rdf.ncbi.nlm.nih.gov/pubmed/"
_OWN = re.compile(r"<[^>]*[/#:]([1-9][0-9]{0,8})-[a-z]+(?:-[0-9]+)?>")
_MANY = ("<https://doi.org/",)
_LEFT = 1000
_NEAR = 10_000


class Piece(NamedTuple):
    """
    The graph of one record.

    Args:
        pmid: whose; None for nodes that no article leads to.
        foci: the nodes that are to be looked at; None for all.
    """

    pmid: str | None
    graph: Index
    foci: frozenset[str] | None = None


class NotGroupedError(Exception):
    """The triples of a record do not stand together in a file; what was read of it so far is to be thrown away."""


class Owners:
    """
    Which record a node belongs to, by its IRI.

    Args:
        shared: beginnings of the IRIs of nodes that belong to none.
    """

    def __init__(self, shared: Iterable[str]) -> None:
        self._shared = tuple(f"<{each}" for each in shared)
        self._near = tuple(each for each in self._shared if each not in _MANY)

    def is_shared(self, node: str) -> bool:
        """Whether several records describe such nodes; not of DOIs, which are named far more often."""
        return node.startswith(self._near)

    def of(self, node: str) -> str | None:
        """The PMID of the record that owns the node; None for nodes that are shared, or named in another way."""
        found = _ARTICLE.fullmatch(node) or (None if node.startswith(self._shared) else _OWN.fullmatch(node))
        return found[1] if found else None


def is_article(node: str) -> bool:
    """Whether a node is an article of PubMed, by its IRI."""
    return _ARTICLE.fullmatch(node) is not None


def format_of(name: str) -> ox.RdfFormat | None:
    """
    The syntax that a file's name says; None where that is no syntax of RDF.

    >>> format_of("parts/pubmed26n0001.nt.gz").name
    'N-Triples'
    """
    return FORMATS.get(_PACKED.sub("", name.lower()).rpartition(".")[2])


def format_of_content(head: bytes) -> ox.RdfFormat:
    """
    The syntax that RDF without a name is written in, by its first bytes.

    >>> format_of_content(b'{"@context": {}}').name, format_of_content(b"<a:s> <a:p> <a:o> <a:g> .").name
    ('JSON-LD', 'N-Quads')
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return ox.RdfFormat.JSON_LD
    if start.startswith((b"<?xml", b"<rdf:")):
        return ox.RdfFormat.RDF_XML
    line = start.partition(b"\n")[0]
    try:
        if line and any(isinstance(quad.graph_name, ox.NamedNode) for quad in ox.parse(line, ox.RdfFormat.N_QUADS)):
            return ox.RdfFormat.N_QUADS
    except SyntaxError:
        pass
    return ox.RdfFormat.TRIG


def inputs(
    paths: Iterable[str | os.PathLike[str]],
    *,
    description: bool = True,
    on_skip: Callable[[FormatError], None] | None = None,
) -> list[str]:
    """
    The files that paths stand for: in a folder, records and RDF.

    Args:
        description: what a conversion says of itself beside its parts is among them.
        on_skip: is given each file in a folder that is neither.

    Raises:
        FormatError: a folder holds neither.
    """
    found: list[str] = []
    for each in paths:
        path = os.fspath(each)
        if path == STDIN or not os.path.isdir(path):
            found.append(path)
            continue
        rdf = sorted(
            str(file)
            for file in Path(path).rglob("*")
            if file.is_file() and _is_rdf(file, Path(path)) and (description or not _is_description(file))
        )

        def skipped(error: FormatError, rdf: frozenset[str] = frozenset(rdf)) -> None:
            if on_skip is not None and error.source not in rdf and format_of(error.source) is None:
                on_skip(error)

        try:
            found += sources.inputs([path], on_skip=skipped)
        except FormatError:
            if not rdf:
                raise
        found += rdf
    return found


def _is_rdf(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and format_of(file.name) is not None


def _is_description(file: Path) -> bool:
    return file.name == dataset.NAME and file.with_name(manifest.NAME).exists()


def triples(opened: Opened, format: ox.RdfFormat) -> Iterator[Triple]:
    """
    The triples of an opened file as strings, as it is read; named graphs are laid together.

    Raises:
        SourceError: the file is not of that syntax, or damaged.
    """
    try:
        for quad in ox.parse(opened, format, base_iri=places.iri(opened.name)):  # type: ignore[arg-type]
            yield str(quad.subject), str(quad.predicate), str(quad.object)
    except SyntaxError as error:
        raise opened.failure or SourceError(opened.name, f"cannot be read as {format.name}: {error}") from error
    if opened.failure:
        raise opened.failure


def records(found: Iterable[Triple], owners: Owners) -> Iterator[Piece]:
    """
    One record after the other, from triples that are grouped by record.

    Raises:
        NotGroupedError: they are not: a record comes a second time, a node stands where nothing leads to it, or what
            a record shares with others is described in another one only.
    """
    seen = Seen()
    whole = _Whole(owners)
    pmid: str | None = None
    subject = ""
    here: list[Triple] = []
    for triple in found:
        if triple[0] != subject:
            subject = triple[0]
            owner = owners.of(subject)
            if owner is None:
                if pmid is None:
                    raise NotGroupedError
            elif owner != pmid:
                if pmid is not None:
                    yield Piece(pmid, whole.graph(here))
                if not seen.add(owner):
                    raise NotGroupedError
                pmid, here = owner, []
        here.append(triple)
    if pmid is not None:
        yield Piece(pmid, whole.graph(here))


class _Whole:
    """
    Sees to it that records are whole: each describes what it shares with others, and nothing else.

    Of the shared nodes a hash is remembered. Another name of a node (``schema:sameAs``) need not be described with it.
    """

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._described: set[int] = set()
        self._named: set[int] = set()

    def graph(self, here: list[Triple]) -> Index:
        """
        The graph of one record.

        Raises:
            NotGroupedError: it is not whole, or another one was not.
        """
        graph = index_of(here)
        named = {value for _, _, value in here}
        described = {hash(subject) for subject in graph if self._owners.of(subject) is None}
        if not described <= set(map(hash, named)) or not described.isdisjoint(self._named):
            raise NotGroupedError
        is_shared = self._owners.is_shared
        only_named = {hash(o) for _, p, o in here if p != SCHEMA.sameAs and is_shared(o) and o not in graph}
        if not only_named.isdisjoint(self._described):
            raise NotGroupedError
        self._described |= described
        self._named |= only_named
        return graph


class Stored(StoreIndex):
    """
    Triples in a store, as an index that is read as it is asked for.

    A store of pyoxigraph keeps the values of typed literals and not their spelling (``"1"^^xsd:int`` comes back as an
    ``xsd:integer``), and gives blank nodes new labels; both go in under other names and come out as they were.
    """

    def __init__(self, folder: str | None) -> None:
        super().__init__(ox.Store(folder) if folder else ox.Store(), on_disk=folder is not None)
        self._files = 0

    def add(self, found: Iterable[Triple]) -> None:
        """Take the triples of a file; its blank nodes are its own."""
        self._files += 1
        kept = f"<{_BLANK}{self._files}."
        lines = (
            f"{s if s[0] != '_' else f'{kept}{s[2:]}>'} {p} {_kept(o) if o[0] != '_' else f'{kept}{o[2:]}>'} .\n"
            for s, p, o in found
        )
        while chunk := "".join(islice(lines, CHUNK)):
            self.store.bulk_load(chunk.encode(), ox.RdfFormat.N_TRIPLES, lenient=True)
        self._near.clear()

    def close(self) -> None:
        """Let go of the store; pyoxigraph has no other way to close one."""
        self._near.clear()
        del self.store

    def __getitem__(self, subject: str) -> dict[str, dict[str, None]]:
        properties = self._near.get(subject)
        if properties is None:
            if len(self._near) >= _NEAR:
                self._near.clear()
            properties = self._near[subject] = {}
            if subject[0] != '"':
                node = ox.NamedNode(_kept(subject)[1:-1])
                for quad in self.store.quads_for_pattern(node, None, None, None):
                    values = properties.setdefault(canonical(str(quad.predicate)), {})
                    values[canonical(_given(str(quad.object)))] = None
        if not properties:
            raise KeyError(subject)
        return properties

    def __iter__(self) -> Iterator[str]:
        return (_given(subject) for subject in super().__iter__())

    def subjects(self, predicate: str, node: str) -> dict[str, None]:
        """The nodes from which ``predicate`` leads to ``node``."""
        found = self.store.quads_for_pattern(None, to_pyoxigraph(predicate), to_pyoxigraph(_kept(node)), None)
        return {canonical(_given(str(quad.subject))): None for quad in found}

    def objects(self, predicate: str) -> Iterator[tuple[str, str]]:
        """The subjects and objects of a property."""
        for quad in self.store.quads_for_pattern(None, to_pyoxigraph(predicate), None, None):
            yield canonical(_given(str(quad.subject))), canonical(_given(str(quad.object)))


_AS = "urn:x-medgraph:as:"
_BLANK = "urn:x-medgraph:blank:"


def _kept(term: str) -> str:
    """A term under the name by which a store keeps it as it is."""
    if term[0] == "_":
        return f"<{_BLANK}{term[3:]}>"
    if term[0] == '"' and term[-1] == ">":
        text, _, datatype = term.rpartition("^^<")
        return f"{text}^^<{_AS}{datatype}"
    return term


def _given(term: str) -> str:
    """The term that a store keeps under such a name; of blank nodes, with the number of their file."""
    if term.startswith(f"<{_BLANK}"):
        return f"_:b{term[len(_BLANK) + 1 : -1]}"
    return term.replace(f"^^<{_AS}", "^^<", 1) if term[0] == '"' and term[-1] == ">" else term


@contextmanager
def storing(size: int | None = None) -> Iterator[Stored]:
    """
    Room for triples, in memory or on the disk, for as long as it is used.

    Args:
        size: bytes that are to be expected; None where that is not known.
    """
    # the store writes to its folder until it is gone; what it still writes while the folder goes is no error
    with tempfile.TemporaryDirectory(prefix="medgraph-", ignore_cleanup_errors=True) as folder:
        stored = Stored(folder if size is None or size > IN_MEMORY else None)
        try:
            yield stored
        finally:
            stored.close()


def is_packed(name: str) -> bool:
    """Whether a file is compressed, by its name."""
    return _PACKED.search(name.lower()) is not None


def records_of(graph: Stored, owners: Owners) -> Iterator[Piece]:
    """
    The records of a graph in a store, in the order of their PMIDs: each article with all that can be reached from it.

    Nodes that no article leads to come last, a thousand at a time.
    """
    own: dict[int, int] = {}
    articles: list[int] = []
    for subject in graph:
        owner = owners.of(subject)
        if owner is not None:
            own[int(owner)] = own.get(int(owner), 0) + 1
            if is_article(subject):
                articles.append(int(owner))
    reached: set[str] = set()
    for number in sorted(articles):
        pmid = str(number)
        piece = _reach([f"{_ARTICLES}{pmid}>"], graph, owners, {pmid})
        others = {subject for subject in piece if owners.of(subject) is None}
        if own[number] == len(piece) - len(others):
            del own[number]
            reached |= others
        else:
            reached |= piece.keys()
        yield Piece(pmid, piece)
    left = (
        subject
        for subject in graph
        if subject not in reached and ((owner := owners.of(subject)) is None or int(owner) in own)
    )
    while foci := list(islice(left, _LEFT)):
        near = {owner for subject in foci if (owner := owners.of(subject))}
        yield Piece(None, _reach(foci, graph, owners, near), frozenset(foci))


def _reach(start: list[str], graph: StoreIndex, owners: Owners, allowed: set[str]) -> Index:
    """What is said of some nodes and of all that they lead to, but for what other records own."""
    found: Index = {}
    waiting = list(reversed(start))
    while waiting:
        node = waiting.pop()
        if node in found:
            continue
        properties = graph.get(node)
        if properties is None:
            continue
        found[node] = properties
        for values in properties.values():
            for value in values:
                if value[0] != '"' and value not in found:
                    owner = owners.of(value)
                    if owner is None or owner in allowed:
                        waiting.append(value)
    return found

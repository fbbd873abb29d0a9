"""The embedded store as what revisions go to: compared with what it holds, and only differences are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import pyoxigraph as ox

from medgraph.errors import StoreError
from medgraph.mapping import Triple
from medgraph.revisions.changes import Change, Done
from medgraph.revisions.description import graph_of
from medgraph.revisions.names import Names
from medgraph.revisions.state import State
from medgraph.shacl.terms import to_pyoxigraph
from medgraph.store import Store

_REMEMBERED = 300_000
"""Triples of shared nodes that are remembered as written, so that a journal is not written with every article."""


@lru_cache(maxsize=100_000)
def _as_kept(literal: str) -> str:
    """A typed literal as the store gives it back: it keeps values, and an ``xsd:int`` comes back as ``xsd:integer``."""
    store = ox.Store()
    store.load(f"<x:s> <x:p> {literal} .".encode(), ox.RdfFormat.N_TRIPLES)
    return str(next(iter(store)).object)


class KeptRecords:
    """
    Records in an embedded store.

    Args:
        store: open for writing; in a dry run for reading, or None where there is none yet.
        names: which nodes are whose.
        graph: the graph of the records.
        state: keeps the shared nodes that are to be looked at.
    """

    def __init__(self, store: Store | None, names: Names, graph: str, state: State) -> None:
        self._store = store
        self._names = names
        self._graph = graph
        self._graph_node = ox.NamedNode(graph)
        self._state = state
        self._written: set[Triple] = set()
        self._seen: dict[int, int] = {}
        self._changed = 0
        before = state.about.get("triples")
        broken = any(not file.applied for file in state.files)
        self._triples = int(before) if before is not None and not broken else None

    def begin(self, name: str) -> None:
        """Nothing is to be done before a file."""

    def is_empty(self) -> bool:
        """Whether the graph has no triple."""
        if self._store is None:
            return True
        is_empty = next(self._store.raw.quads_for_pattern(None, None, None, self._graph_node), None) is None
        if is_empty:
            self._triples = 0
        return is_empty

    def replace(self, changes: Sequence[Change], *, dry_run: bool = False) -> Done:
        """
        Let records be what the changes say; how many of them were so already.

        What a record loses goes leaf by leaf and its links last, so that a break leaves nothing that cannot be found.
        """
        removed: list[ox.Quad] = []
        added: list[Triple] = []
        left: set[str] = set()
        unchanged: list[int] = []
        for change in changes:
            own, shared = self._parted(change)
            if dry_run:
                if change.triples is not None and self._is_same(change, own):
                    unchanged.append(change.pmid)
                continue
            if not change.held:
                # a file that broke off is begun again: then nobody has counted what is there already
                added += own
                added += shared
                continue
            there = self._held(change.pmid)
            gone = [(triple, quad) for triple, quad in there.items() if triple not in own]
            new = [triple for triple in own if triple not in there]
            if not gone and not new and change.triples is not None:
                unchanged.append(change.pmid)
            named = {triple[2] for triple in own}
            left.update(triple[2] for triple, _ in gone if triple[2] not in named)
            removed += [quad for _, quad in reversed(gone)]
            added += new
            added += shared
        if not dry_run:
            self._write(removed, added, left)
        return Done(unchanged)

    def _parted(self, change: Change) -> tuple[dict[Triple, None], list[Triple]]:
        """The new triples of a record's own nodes, and of shared ones as far as they were not written already."""
        article, stem = f"<{self._names.article(change.pmid)}>", f"<{self._names.stem(change.pmid)}"
        own: dict[Triple, None] = {}
        shared = []
        written = self._written
        for triple in change.triples or ():
            if triple[0] == article or triple[0].startswith(stem):
                value = triple[2]
                own[triple if value[-1] != ">" or value[0] != '"' else (triple[0], triple[1], _as_kept(value))] = None
            elif triple not in written:
                written.add(triple)
                if not self._has(triple):
                    shared.append(triple)
        return own, shared

    def _has(self, triple: Triple) -> bool:
        """Whether the store has a triple already; so it is not written again, and the count stays true."""
        if self._store is None:
            return False
        subject, predicate, value = map(to_pyoxigraph, triple)
        return ox.Quad(subject, predicate, value, self._graph_node) in self._store.raw

    def _held(self, pmid: int) -> dict[Triple, ox.Quad]:
        """What the store has of a record's own nodes, the article first and every node behind what leads to it."""
        assert self._store is not None
        stem = self._names.stem(pmid)
        waiting = [ox.NamedNode(self._names.article(pmid))]
        known = {waiting[0].value}
        found: dict[Triple, ox.Quad] = {}
        quads_for_pattern, graph = self._store.raw.quads_for_pattern, self._graph_node
        for node in waiting:
            subject = f"<{node.value}>"
            for quad in quads_for_pattern(node, None, None, graph):
                value = quad.object
                if type(value) is ox.NamedNode:
                    iri = value.value
                    found[subject, f"<{quad.predicate.value}>", f"<{iri}>"] = quad
                    if iri not in known and iri.startswith(stem):
                        known.add(iri)
                        waiting.append(value)
                else:
                    found[subject, f"<{quad.predicate.value}>", str(value)] = quad
        return found

    def _is_same(self, change: Change, own: dict[Triple, None]) -> bool:
        """For a dry run: whether the store has the record so, or an earlier file of the run leaves it so."""
        now = hash(frozenset(own))
        before = self._seen.get(change.pmid)
        if before is None and change.held and self._store is not None:
            before = hash(frozenset(self._held(change.pmid)))
        self._seen[change.pmid] = now
        return before == now

    def _write(self, removed: list[ox.Quad], added: list[Triple], left: set[str]) -> None:
        assert self._store is not None
        candidates = [iri for value in left if value[0] == "<" and self._names.is_shared(iri := value[1:-1])]
        if candidates:
            self._state.watch_nodes(candidates)
        self._remove(removed)
        self._changed += len(added) + len(removed)
        if self._triples is not None:
            self._triples += len(added) - len(removed)
        if added:
            self._store.load("".join([f"{s} {p} {o} .\n" for s, p, o in added]).encode(), self._graph)
        if len(self._written) > _REMEMBERED:
            self._written.clear()

    def _remove(self, quads: Iterable[ox.Quad]) -> None:
        assert self._store is not None
        remove = self._store.raw.remove
        try:
            for quad in quads:
                remove(quad)
        except OSError as error:
            raise StoreError(self._store.name, f"cannot take triples away: {error}") from error

    def finish(self) -> int:
        """Take away the shared nodes that no record reaches any more, and put everything on the disk; how many."""
        if self._store is None:
            return 0
        count = 0
        waiting = sorted(self._state.watched_nodes())
        for iri in waiting:
            if self._is_reached(iri, set()):
                continue
            quads = list(self._store.raw.quads_for_pattern(ox.NamedNode(iri), None, None, self._graph_node))
            if not quads:
                continue
            further = [q.object.value for q in quads if type(q.object) is ox.NamedNode]
            further = [each for each in further if each != iri and self._names.is_shared(each)]
            self._state.watch_nodes(further)
            self._remove(quads)
            if self._triples is not None:
                self._triples -= len(quads)
            waiting += further
            count += 1
        if count:
            self._written.clear()
        try:
            self._store.raw.flush()
        except OSError as error:
            raise StoreError(self._store.name, f"cannot put everything on the disk: {error}") from error
        return count

    def _is_reached(self, iri: str, asked: set[str]) -> bool:
        """Whether a record leads to a shared node, by itself or by way of other shared nodes."""
        asked.add(iri)
        further = []
        for subject in self._pointing_to(iri):
            if not self._names.is_shared(subject):
                return True
            if subject not in asked:
                further.append(subject)
        return any(self._is_reached(each, asked) for each in further if each not in asked)

    def _pointing_to(self, iri: str) -> Iterator[str]:
        assert self._store is not None
        for quad in self._store.raw.quads_for_pattern(None, None, ox.NamedNode(iri), self._graph_node):
            subject = quad.subject
            if type(subject) is ox.NamedNode:
                yield subject.value

    def describe(self, lines: Sequence[str]) -> None:
        """Put the description of the dataset in the place of the one before, in a graph of its own."""
        if self._store is not None:
            graph = graph_of(self._graph)
            self._store.update(f"CLEAR SILENT GRAPH <{graph}>")
            self._store.load("".join(lines).encode(), graph)

    def about(self) -> dict[str, str]:
        """How many triples there are; counting them all takes minutes where there are many, so it is kept up."""
        return {"triples": str(self.count())}

    def count(self) -> int:
        """How many triples the graph has."""
        if self._triples is None and self._store is not None:
            query = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {self._graph_node} {{ ?s ?p ?o }} }}"
            (row,) = self._store.raw.query(query)  # type: ignore[misc]
            self._triples = int(row["n"].value)
        return self._triples or 0

    def settle(self) -> str:
        """As :meth:`medgraph.store.Store.settle`."""
        return self._store.settle(self._changed, self.count()) if self._store is not None else ""

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()

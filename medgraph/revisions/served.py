"""A SPARQL endpoint as what revisions go to: everything is done by updates and by adding, which any server can do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from medgraph.revisions.changes import Change, Done
from medgraph.revisions.updates import STEPS, Updates

_BATCH = 10_000
"""Triples that are sent at once, with those of the last record."""


class Target(Protocol):
    """What is needed of :mod:`medgraph.targets`."""

    name: str

    def add(self, lines: bytes) -> object:
        """Take N-Triples into the graph; twice does no harm."""

    def update(self, sparql: str) -> object:
        """Carry out an update."""

    def rows(self, sparql: str) -> list[tuple[str, ...]]:
        """What a SELECT query finds."""

    def count(self) -> int:
        """How many triples the graph has."""

    def close(self) -> None:
        """Let go of it."""


class ServedRecords:
    """
    Records behind an endpoint.

    Args:
        target: the endpoint, or None in a dry run.
        updates: for its graph.
        about: what the state says of earlier runs: how far sections of records lie in each other.
    """

    def __init__(self, target: Target | None, updates: Updates, about: Mapping[str, str]) -> None:
        self._target = target
        self._updates = updates
        self._deepest = int(about.get("deepest", "0"))

    def begin(self, name: str) -> None:
        """
        Finish what a break left half done.

        Only where there are marks: an update that looks into a graph that is still empty lets Virtuoso plan as if it
        stayed so, and the next removals go through the whole of it.
        """
        if self._target is not None and self._target.rows(self._updates.any_mark()):
            self._do(self._updates.finish_removing(max(STEPS, self._deepest + 1)))

    def is_empty(self) -> bool:
        """Whether the graph has no triple."""
        return self._target is None or self._target.count() == 0

    def replace(self, changes: Sequence[Change], *, dry_run: bool = False) -> Done:
        """Let records be what the changes say; which of them were so already is not known here."""
        if dry_run or self._target is None:
            return Done([])
        # before anything goes: a run that broke off may have written these very changes
        self._deepest = max([self._deepest, *(change.depth for change in changes)])
        held = [change for change in changes if change.held]
        if held:
            steps = max(STEPS, self._deepest + 1)
            self._do(self._updates.remove((change.pmid for change in held), steps))
        lines: list[str] = []
        for change in changes:
            lines += [f"{s} {p} {o} .\n" for s, p, o in change.triples or ()]
            if len(lines) >= _BATCH:
                self._target.add("".join(lines).encode())
                lines = []
        self._target.add("".join(lines).encode())
        return Done([])

    def _do(self, updates: Iterable[str]) -> None:
        assert self._target is not None
        for update in updates:
            self._target.update(update)

    def finish(self) -> int:
        """Take away the shared nodes that nothing points to any more; how many is not known here."""
        if self._target is not None:
            self._do(self._updates.sweep())
        return 0

    def describe(self, lines: Sequence[str]) -> None:
        """Put the description of the dataset in the place of the one before, in a graph of its own."""
        if self._target is not None:
            self._do(self._updates.describe(lines))

    def about(self) -> dict[str, str]:
        """What the state is to keep with what was finished."""
        return {"deepest": str(self._deepest)}

    def count(self) -> int:
        """How many triples the graph has."""
        return self._target.count() if self._target is not None else 0

    def settle(self) -> str:
        """Nothing: a server sees to its files itself."""
        return ""

    def close(self) -> None:
        """Let go of the endpoint."""
        if self._target is not None:
            self._target.close()

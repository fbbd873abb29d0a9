"""
What a file of NLM's changes: for every record in it whether it comes, replaces another one, goes, or is passed over.

What a PMID stands at (:mod:`medgraph.revisions.state`) decides, so a file can be read again, and late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from medgraph.mapping import Triple
from medgraph.revisions.state import ANY_VERSION, DELETION, RECORD, REJECTED, Known, Said, State, last_word

ADDED, REVISED, UNCHANGED, DELETED, GONE = "added", "revised", "unchanged", "deleted", "deleted before"
OLDER, OLDER_VERSION, REPEATED, REFUSED = "older file", "older version", "repeated", "rejected"

OUTCOMES = (ADDED, REVISED, UNCHANGED, DELETED, GONE, OLDER, OLDER_VERSION, REPEATED, REFUSED)
"""
What becomes of what a file says; every line of it is one of these, and their counts add up to what was read.

``deleted before``: a deletion of a record that is not there. ``older file``: a newer file has spoken of the PMID.
``older version``: a newer version is there. ``repeated``: the same PMID came before in the same file; the last one
counts. ``rejected``: it cannot be read, or does not conform; an earlier version of it is taken away.
"""


class Entry(NamedTuple):
    """
    What a file says of one PMID.

    Args:
        what: :data:`RECORD`, :data:`DELETION` or :data:`REJECTED`.
        place: in the file, from 1.
        triples: of a record.
        depth: how far a record's sections lie in each other.
    """

    pmid: int
    version: int
    what: int
    place: int
    triples: Sequence[Triple] | None = None
    depth: int = 0


class Change(NamedTuple):
    """
    What is to become of a record in the store.

    Args:
        held: whether the store may have one of this PMID.
        triples: what it is from now on; None where it goes.
        depth: how far the new record's sections lie in each other.
    """

    pmid: int
    held: bool
    triples: Sequence[Triple] | None
    depth: int = 0


class Done(NamedTuple):
    """Which of the changed records were in the store so already."""

    unchanged: list[int]


class Records(Protocol):
    """Where revisions go to."""

    def begin(self, name: str) -> None:
        """Be told that the changes of a file follow."""

    def is_empty(self) -> bool:
        """Whether there is nothing in it."""

    def replace(self, changes: Sequence[Change], *, dry_run: bool = False) -> Done:
        """Let records be what the changes say; all of it can be done again."""

    def finish(self) -> int:
        """Make the changes of the file stand; how many shared nodes went with them, as far as that is known."""

    def describe(self, lines: Sequence[str]) -> None:
        """Let the description of the dataset be these N-Triples."""

    def about(self) -> dict[str, str]:
        """What the state is to keep with what was finished."""

    def count(self) -> int:
        """How many triples there are."""

    def settle(self) -> str:
        """What there is to say about getting ready for queries, or ``""``; the run is complete."""

    def close(self) -> None:
        """Let go."""


class Deciding:
    """
    One file's entries on their way to changes.

    Args:
        state: what every PMID stands at.
        file: the file as the state knows it.
        order: of the file.
        distrust: whether the store may hold records that the state does not know of.

    Attributes:
        counts: of :data:`OUTCOMES`.
    """

    def __init__(self, state: State, file: Known, order: int, *, distrust: bool) -> None:
        self._state = state
        self._file = file
        self._order = order
        self._distrust = distrust
        self._here: set[int] = set()
        self.counts = dict.fromkeys(OUTCOMES, 0)

    def changes(self, entries: Sequence[Entry]) -> list[Change]:
        """What entries change, in the order of their PMIDs' first coming."""
        pmids = {entry.pmid for entry in entries}
        standing = self._state.standing(pmids)
        said = self._state.said(pmids)
        changes: dict[int, Change] = {}
        self._outcomes: dict[int, str] = {}
        for entry in entries:
            pmid = entry.pmid
            stands = standing.get(pmid)
            if entry.version == 1 and pmid not in said:
                outcome = OLDER if stands is not None and stands[0] > self._order else ""
                goes = not outcome and entry.triples is None
                if not outcome:
                    standing[pmid] = (self._order, entry.what)
                    self._state.stand(pmid, self._file, entry.what)
            else:
                if pmid not in said:
                    said[pmid] = [Said(stands[0], 0, 1, stands[1])] if stands is not None else []
                outcome, goes = self._weigh(entry, said[pmid], standing)
            there = stands is not None and stands[1] == RECORD
            if outcome and not goes:
                self.counts[REFUSED if entry.what == REJECTED else outcome] += 1
                continue
            outcome = REFUSED if entry.what == REJECTED else outcome or self._outcome(entry, there)
            self.counts[outcome] += 1
            self._outcomes[pmid] = outcome
            before = changes.get(pmid)
            held = before.held if before else there or self._distrust
            changes[pmid] = Change(pmid, held, None if goes else entry.triples, entry.depth)
            if entry.what == RECORD:
                self._here.add(pmid)
        return [change for change in changes.values() if change.held or change.triples is not None]

    def settle(self, done: Done) -> None:
        """Count revised records that turned out to be unchanged as such."""
        for pmid in done.unchanged:
            if self._outcomes.get(pmid) == REVISED:
                self.counts[REVISED] -= 1
                self.counts[UNCHANGED] += 1

    def _outcome(self, entry: Entry, there: bool) -> str:
        if entry.what == DELETION:
            return DELETED if there else GONE
        if entry.pmid in self._here:
            return REPEATED
        return REVISED if there else ADDED

    def _weigh(self, entry: Entry, said: list[Said], standing: dict[int, tuple[int, int]]) -> tuple[str, bool]:
        """
        What an entry does to a PMID that has had several versions: why it is passed over, or "", and whether what is
        there goes.
        """
        now = Said(self._order, entry.place, entry.version, entry.what)
        before = last_word(said)
        said[:] = sorted([each for each in said if each[:2] != now[:2]] + [now])
        self._state.keep_said(entry.pmid, said)
        current = last_word(said)
        if current == now:
            self._stand(entry.pmid, entry.what, standing)
            return "", entry.triples is None
        if current is None:
            self._stand(entry.pmid, DELETION, standing)
            return ("" if entry.what == DELETION else OLDER), True
        if current != before:
            # a late deletion brings an older version back, which is read again from its file
            self._state.again(current.order)
            self._stand(entry.pmid, DELETION, standing)
            return "", True
        return (OLDER_VERSION if entry.version < current.version else OLDER), False

    def _stand(self, pmid: int, what: int, standing: dict[int, tuple[int, int]]) -> None:
        standing[pmid] = (self._order, what)
        self._state.stand(pmid, self._file, what)


def version_of(text: str | None, *, deletion: bool = False) -> int:
    """
    ``PMID@Version`` as a number; a record without one has version 1, a deletion without one means all.

    >>> version_of("2"), version_of(None), version_of(None, deletion=True) == ANY_VERSION
    (2, 1, True)
    """
    if text is not None and text.isdecimal():
        return min(int(text), ANY_VERSION)
    return ANY_VERSION if deletion and text is None else 1

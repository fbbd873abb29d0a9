"""
Files in place of a store: for every file of NLM's what is to be taken away and what comes, for anyone to apply.

``000001-NAME-1-remove.ru`` and ``-3-sweep.ru`` are SPARQL updates, ``-2-add.nt.gz`` is N-Triples for the graph that the
updates name; a file of NLM's that takes nothing away has the second only. Applied in the order of their names, they
make a store what ``medgraph sync`` would have made it.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from medgraph.errors import SinkError
from medgraph.mapping import Triple
from medgraph.revisions.changes import Change, Done
from medgraph.revisions.updates import STEPS, Updates

_REMEMBERED = 300_000


class Deltas:
    """
    The files of a run.

    Args:
        folder: where they are written; they appear when all those of one of NLM's files are complete.
        updates: for the graph they are about.
        about: what the state says of earlier runs: the number of the last files, and how far sections of records lie
            in each other.
    """

    def __init__(self, folder: Path, updates: Updates, about: Mapping[str, str]) -> None:
        self._folder = folder
        self._updates = updates
        self._deepest = int(about.get("deepest", "0"))
        self._sequence = int(about.get("sequence", "0"))
        self._name = ""
        self._parts: list[_Part] = []

    def is_empty(self) -> bool:
        """Nobody knows what the store holds to which the files are applied; the state does."""
        return True

    def begin(self, name: str) -> None:
        """Begin the files of one of NLM's; what a break left of them is removed."""
        self.close()
        number = f"{self._sequence + 1:06}-"
        self._name = f"{number}{name}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for path in self._folder.glob(f"{number}*"):
                path.unlink()
        except OSError as error:
            raise self._error(error) from error

    def replace(self, changes: Sequence[Change], *, dry_run: bool = False) -> Done:
        """Write what comes, and note what goes; a record that comes twice in one file makes a second part."""
        if dry_run:
            return Done([])
        try:
            if not self._parts or not self._parts[-1].emitted.isdisjoint(change.pmid for change in changes):
                self._next_part()
            part = self._parts[-1]
            for change in changes:
                part.take(change)
                self._deepest = max(self._deepest, change.depth)
        except OSError as error:
            raise self._error(error) from error
        return Done([])

    def _next_part(self) -> None:
        if self._parts:
            self._parts[-1].complete(self._updates, self._deepest)
        letter = chr(ord("a") + len(self._parts)) if self._parts else ""
        self._parts.append(_Part(self._folder, f"{self._name}{letter}"))

    def finish(self) -> int:
        """Give the files their names."""
        try:
            if not self._parts:
                self._next_part()
            self._parts[-1].complete(self._updates, self._deepest)
            for part in self._parts:
                part.publish()
        except OSError as error:
            raise self._error(error) from error
        self._parts = []
        self._sequence += 1
        return 0

    def describe(self, lines: Sequence[str]) -> None:
        """Write the description of the dataset beside the files."""
        path = self._folder / "dataset.nt"
        try:
            with open(_aside(path), "wb") as file:
                file.write("".join(lines).encode())
                _put_on_the_disk(file)
            _aside(path).replace(path)
        except OSError as error:
            raise self._error(error) from error

    def about(self) -> dict[str, str]:
        """What the state is to keep with what was finished."""
        return {"sequence": str(self._sequence), "deepest": str(self._deepest)}

    def _error(self, error: OSError) -> SinkError:
        return SinkError(str(self._folder), f"the files cannot be written: {error.strerror or error}")

    def count(self) -> int:
        """How many triples the store has is not known."""
        return 0

    def settle(self) -> str:
        """Nothing: files are ready when they are complete."""
        return ""

    def close(self) -> None:
        """Remove what is not complete."""
        for part in self._parts:
            part.abandon()
        self._parts = []


class _Part:
    """Three files that are applied one after the other."""

    def __init__(self, folder: Path, name: str) -> None:
        self._paths = [folder / f"{name}-{ending}" for ending in ("1-remove.ru", "2-add.nt.gz", "3-sweep.ru")]
        self.emitted: set[int] = set()
        self._removed: list[int] = []
        self._written: set[Triple] = set()
        self._raw: IO[bytes] = open(_aside(self._paths[1]), "wb")  # noqa: SIM115
        # neither name nor time, so that the same changes are the same bytes
        self._out = gzip.GzipFile("", "wb", 6, self._raw, mtime=0)

    def take(self, change: Change) -> None:
        """Take one change."""
        self.emitted.add(change.pmid)
        if change.held:
            self._removed.append(change.pmid)
        lines = []
        for triple in change.triples or ():
            if triple in self._written:
                continue
            if len(self._written) < _REMEMBERED:
                self._written.add(triple)
            lines.append(f"{triple[0]} {triple[1]} {triple[2]} .\n")
        self._out.write("".join(lines).encode())

    def complete(self, updates: Updates, deepest: int) -> None:
        """Put everything on the disk, not yet under its name."""
        self._out.close()
        _put_on_the_disk(self._raw)
        if not self._removed:
            return
        steps = updates.remove(self._removed, max(STEPS, deepest + 1))
        for path, texts in ((self._paths[0], steps), (self._paths[2], updates.sweep())):
            with open(_aside(path), "wb") as file:
                file.write((" ;\n".join(texts) + "\n").encode())
                _put_on_the_disk(file)

    def publish(self) -> None:
        """Give the files their names."""
        for path in self._paths:
            if _aside(path).exists():
                _aside(path).replace(path)

    def abandon(self) -> None:
        """Remove the files."""
        with suppress(OSError):
            self._out.close()
        with suppress(OSError):
            self._raw.close()
        for path in self._paths:
            _aside(path).unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _put_on_the_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()

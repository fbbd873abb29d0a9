"""
What a store was brought up to: one SQLite file, with a line for every file of NLM's and one for every PMID.

The line of a PMID says which file it stands at and whether that was a record, a deletion or a record that was rejected:
12 bytes or so, half a gigabyte for all of PubMed (measured in ``decisions/``). Nearly all records have version 1 only,
and of those the newest line decides. Of the few others everything that was ever said is kept, so that files may come in
any order.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

from medgraph.errors import SinkError
from medgraph.pubmed_files import PubmedFile

FORMAT = "1"
RECORD, DELETION, REJECTED = 0, 1, 2
"""What a file says of a PMID; a rejected record is one that the store does not hold."""

ANY_VERSION = 1 << 20
"""The version of a deletion that names none."""

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, year INTEGER NOT NULL, number INTEGER NOT NULL,
    size INTEGER NOT NULL, md5 TEXT NOT NULL, begun TEXT NOT NULL, applied TEXT, counts TEXT NOT NULL DEFAULT '{}',
    UNIQUE (year, number));
CREATE TABLE records (pmid INTEGER PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE versions (
    pmid INTEGER NOT NULL, file INTEGER NOT NULL, place INTEGER NOT NULL, version INTEGER NOT NULL,
    what INTEGER NOT NULL, PRIMARY KEY (pmid, file, place)) WITHOUT ROWID;
CREATE TABLE candidates (iri TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_AT_ONCE = 900


class Said(NamedTuple):
    """
    What a file says of a PMID.

    Args:
        order: of the file.
        place: in the file; later ones count.
        version: ``PMID@Version``.
        what: :data:`RECORD`, :data:`DELETION` or :data:`REJECTED`.
    """

    order: int
    place: int
    version: int
    what: int


class Known(NamedTuple):
    """A file that was begun or applied."""

    id: int
    name: str
    kind: str
    year: int
    number: int
    size: int
    md5: str
    begun: str
    applied: str | None
    counts: dict[str, int]


def last_word(said: Iterable[Said]) -> Said | None:
    """
    Which record a PMID has after all that was said of it, in order; None where it has none.

    A record replaces one of the same or a lower version; a deletion takes away one of the same or a lower version.

    >>> one, two, gone = Said(1, 1, 1, RECORD), Said(2, 1, 2, RECORD), Said(3, 1, 1, DELETION)
    >>> last_word([one, two, gone]) == two, last_word([one, gone]) is None
    (True, True)
    """
    current: Said | None = None
    for each in sorted(said):
        if each.what == DELETION:
            if current is not None and current.version <= each.version:
                current = None
        elif current is None or current.version <= each.version:
            current = each
    return current


class State:
    """
    The file, open for one process at a time.

    Nothing of a file of NLM's is in it before :meth:`finish`, but that it was begun, and which shared nodes are to be
    looked at.

    Args:
        path: of the file.
        create: make it where it is not there.
        pretend: nothing is kept; where there is no file, none is made.

    Raises:
        SinkError: it is not there, not readable, not ours, or another process has it open.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = False, pretend: bool = False) -> None:
        self.path = Path(path)
        self._pretend = pretend
        if not create and not pretend and not self.path.exists():
            raise SinkError(str(path), "there is no such file: nothing was brought up to date with it yet")
        if pretend and self.path.exists() and not os.access(self.path, os.W_OK):
            raise SinkError(str(path), "may not be written, which even --dry-run needs, although it keeps nothing")
        try:
            if not pretend:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            where = self.path if not pretend or self.path.exists() else ":memory:"
            self._db = sqlite3.connect(where, timeout=0.5, isolation_level=None)
            weakref.finalize(self, self._db.close)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("BEGIN EXCLUSIVE")
            if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _TABLES.split(";\n"):
                    self._db.execute(statement)
                self._db.execute("INSERT INTO about VALUES ('format', ?)", (FORMAT,))
            if not pretend:
                self._db.execute("COMMIT")
            rows = self._db.execute(_FILES).fetchall()
            self._files = {row[0]: Known._make((*row[:-1], msgspec.json.decode(row[-1]))) for row in rows}
        except (sqlite3.Error, OSError) as error:
            raise SinkError(str(path), _sentence(error)) from error
        if self.about.get("format") != FORMAT:
            raise SinkError(str(path), "another version of medgraph wrote it; use that version, or build a fresh store")
        self._of_order = {_order(file): file for file in self._files.values()}
        self._pending: dict[int, int] = {}
        self._said: dict[int, list[Said]] = {}
        self._changed: set[int] = set()
        self._again: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; what was not finished is not in it."""
        self._db.close()

    @property
    def about(self) -> dict[str, str]:
        """What the store was made with."""
        return dict(self._db.execute("SELECT name, value FROM about"))

    def describe(self, about: Mapping[str, str]) -> None:
        """Keep what the store was made with."""
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(about.items()))

    @property
    def files(self) -> list[Known]:
        """The files that were begun, in NLM's order."""
        return sorted(self._files.values(), key=_order)

    def file(self, file: PubmedFile) -> Known | None:
        """What is known of a file."""
        return self._of_order.get(file.order)

    def begin(self, file: PubmedFile, size: int, md5: str) -> Known:
        """Note that a file is being applied, before anything is written; its number in the state."""
        known = self.file(file)
        row = (file.name, file.kind, file.year, file.number, size, md5, now := _now())
        with self._transaction() as db:
            if known is None:
                cursor = db.execute(
                    "INSERT INTO files (name, kind, year, number, size, md5, begun) VALUES (?, ?, ?, ?, ?, ?, ?)", row
                )
                number = cursor.lastrowid
                assert number is not None
            else:
                number = known.id
                db.execute(
                    "UPDATE files SET name=?, kind=?, year=?, number=?, size=?, md5=?, begun=?, applied=NULL"
                    " WHERE id=?",
                    (*row, number),
                )
        begun = Known(number, file.name, file.kind, file.year, file.number, size, md5, now, None, {})
        self._keep(begun)
        return begun

    def _keep(self, file: Known) -> None:
        self._files[file.id] = file
        self._of_order[_order(file)] = file

    def standing(self, pmids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Of those PMIDs that are known: the order of the file where each stands, and what that says."""
        wanted = list(pmids)
        found = dict(self._rows("SELECT pmid, at FROM records WHERE pmid IN", wanted))
        found |= {pmid: self._pending[pmid] for pmid in wanted if pmid in self._pending}
        return {pmid: (_order(self._files[at >> 2]), at & 3) for pmid, at in found.items()}

    def said(self, pmids: Iterable[int]) -> dict[int, list[Said]]:
        """Everything that was said of those among the PMIDs that have had a version other than 1."""
        wanted = list(pmids)
        found: dict[int, list[Said]] = {}
        for pmid, file, place, version, what in self._rows(
            "SELECT pmid, file, place, version, what FROM versions WHERE pmid IN", wanted
        ):
            found.setdefault(pmid, []).append(Said(_order(self._files[file]), place, version, what))
        return found | {pmid: self._said[pmid] for pmid in wanted if pmid in self._said}

    def _rows(self, query: str, pmids: list[int]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(pmids), _AT_ONCE):
            some = pmids[start : start + _AT_ONCE]
            yield from self._db.execute(f"{query} ({','.join('?' * len(some))})", some)

    def stand(self, pmid: int, file: Known, what: int) -> None:
        """Let a PMID stand at a file, as soon as that is finished."""
        self._pending[pmid] = file.id << 2 | what

    def keep_said(self, pmid: int, said: list[Said]) -> None:
        """Keep all that was said of a PMID, as soon as the file is finished."""
        self._said[pmid] = said

    def again(self, order: int) -> None:
        """Let a file be applied again, because a record in it is wanted now."""
        self._again.add(self._of_order[order].id)

    def watch_nodes(self, iris: Iterable[str]) -> None:
        """Keep shared nodes that may not be reached any more, at once: before what pointed to them goes."""
        with self._transaction() as db:
            db.executemany("INSERT OR IGNORE INTO candidates VALUES (?)", [(iri,) for iri in iris])

    def watched_nodes(self) -> set[str]:
        """The shared nodes to be looked at."""
        return {iri for (iri,) in self._db.execute("SELECT iri FROM candidates")}

    def finish(self, file: Known, counts: dict[str, int], about: Mapping[str, str]) -> None:
        """Make everything that a file changed stand, after the store has it; and keep more about the store."""
        applied = _now()
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", sorted(self._pending.items()))
            for pmid, said in self._said.items():
                db.execute("DELETE FROM versions WHERE pmid = ?", (pmid,))
                rows = [(pmid, self._of_order[each.order].id, *each[1:]) for each in said]
                db.executemany("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", rows)
            db.execute("DELETE FROM candidates")
            db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(about.items()))
            db.execute(
                "UPDATE files SET applied=?, counts=? WHERE id=?", (applied, msgspec.json.encode(counts), file.id)
            )
            db.executemany("UPDATE files SET applied=NULL WHERE id=?", [(number,) for number in self._again])
        self._keep(file._replace(applied=applied, counts=counts))
        for number in self._again:
            self._keep(self._files[number]._replace(applied=None))
        self.forget()

    def forget(self) -> None:
        """Let what a file that was not finished would have changed be as if it had not been read."""
        self._pending.clear()
        self._said.clear()
        self._again.clear()

    def counts(self) -> tuple[int, int, int]:
        """How many PMIDs stand at a record, at a deletion, and at a rejected record."""
        found = dict(self._db.execute("SELECT at & 3, count(*) FROM records GROUP BY 1"))
        return found.get(RECORD, 0), found.get(DELETION, 0), found.get(REJECTED, 0)

    def counts_before(self, year: int) -> int:
        """How many records stand at a file of an earlier baseline year: no file of this one speaks of them."""
        older = [file.id for file in self._files.values() if file.year < year]
        if not older:
            return 0
        query = f"SELECT count(*) FROM records WHERE at & 3 = 0 AND at >> 2 IN ({','.join('?' * len(older))})"
        return int(self._db.execute(query, older).fetchone()[0])

    def pmids(self) -> Iterator[int]:
        """The PMIDs whose records the store holds, in order."""
        for (pmid,) in self._db.execute("SELECT pmid FROM records WHERE at & 3 = 0 ORDER BY pmid"):
            yield pmid

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db, self.path, self._pretend)


class _Transaction:
    """Changes that are there all together or not at all."""

    def __init__(self, db: sqlite3.Connection, path: Path, pretend: bool) -> None:
        self._db = db
        self._path = path
        self._pretend = pretend

    def __enter__(self) -> sqlite3.Connection:
        if not self._pretend:
            self._db.execute("BEGIN")
        return self._db

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pretend:
            return
        try:
            self._db.execute("COMMIT" if error is None else "ROLLBACK")
        except sqlite3.Error as problem:
            raise SinkError(str(self._path), _sentence(problem)) from problem
        if isinstance(error, sqlite3.Error):
            raise SinkError(str(self._path), _sentence(error)) from error


_FILES = "SELECT id, name, kind, year, number, size, md5, begun, applied, counts FROM files"


def _order(file: Known) -> int:
    return PubmedFile("", file.name, file.kind, file.year, file.number).order


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sentence(error: Exception) -> str:
    text = str(error)
    if "locked" in text:
        return "another medgraph sync is at work with it; wait until that is done"
    if "not a database" in text:
        return "this is no state of medgraph sync; name another file with --state"
    return f"the state cannot be kept: {text}"

"""
PMIDs that were met, and lists: which records a conversion holds, in which version and part, and a hash of what is said
of each.

A list is a table of tab-separated values, compressed and sorted by PMID, so that lists of any length are merged and
compared as streams: nothing but the rows in hand is in memory. ``docs/dataset.md`` describes the columns.
"""

from __future__ import annotations

import heapq
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Literal, NamedTuple, cast

from msgspec import Struct

from medgraph import places
from medgraph.errors import FormatError, SourceError

NAME = "pmids.tsv.gz"
"""How a list is called beside the parts that it is of."""

HEAD = b"pmid\tversion\tpart\ttriples\n"
DELETED = "deleted"
REJECTED = "rejected"
WORDS = frozenset({DELETED, REJECTED})
"""What stands in the place of a hash where there are no triples."""

_HELD = 50_000
"""Rows that are sorted in memory; more than these are sorted on the disk."""

_AT_ONCE = 64
"""Lists that are merged at once, because each is an open file; more are merged in several steps."""

_EXAMPLES = 10
_PAGE = 1 << 15

Line = tuple[int, bytes]
"""A row as it stands in a file, behind its PMID: what is only passed on is not taken apart."""

_PMID = itemgetter(0)
_NOT_THERE = (f"\t{DELETED}\n".encode(), f"\t{REJECTED}\n".encode())


class Seen:
    """
    PMIDs that were met, in about one bit each, for the numbers PubMed gives out in sequence.

    >>> seen = Seen()
    >>> seen.add("35315510"), seen.add("35315510")
    (True, False)
    """

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, pmid: str) -> bool:
        """Take a PMID, digits as they are read; whether it is new."""
        number = int(pmid)
        page, bit = divmod(number, _PAGE)
        bits = self._pages.get(page)
        if bits is None:
            bits = self._pages[page] = bytearray(_PAGE >> 3)
        mask = 1 << (bit & 7)
        if bits[bit >> 3] & mask:
            return False
        bits[bit >> 3] |= mask
        return True


class Row(NamedTuple):
    """
    A record of a list.

    Args:
        pmid: its number.
        version: of the PMID, "" where none is given.
        part: name of the part in which it stands.
        triples: a hash of its triples; ``"deleted"`` or ``"rejected"`` where there are none.
    """

    pmid: int
    version: str
    part: str
    triples: str

    @property
    def is_there(self) -> bool:
        """Whether the record's triples are in the part."""
        return self.triples not in WORDS

    def line(self) -> bytes:
        """The row as it stands in a file."""
        return f"{self.pmid}\t{self.version}\t{self.part}\t{self.triples}\n".encode()


def hash_of(lines: bytes) -> str:
    """
    The hash of a record's triples, of their N-Triples whatever they are written as: 64 bits of their SHA-256.

    >>> hash_of(b"<x:1> <x:2> <x:3> .\\n")
    'e1a6336f849f300e'
    """
    return sha256(lines).hexdigest()[:16]


class Roll:
    """
    The rows of one part, taken in any order and written sorted: a context manager.

    Args:
        part: name of the part.
    """

    def __init__(self, part: str) -> None:
        self._part = part.replace("\t", "%09").replace("\n", "%0A")
        self._rows: list[Row] = []
        self._sorted: list[Path] = []
        self._stack = ExitStack()
        self._folder: Path | None = None

    def __enter__(self) -> Roll:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, pmid: str | None, version: str | None, triples: str) -> None:
        """Take a record; one without a PMID that is a number has no row."""
        if pmid is None or not (pmid.isascii() and pmid.isdigit()):
            return
        self._rows.append(Row(int(pmid), version or "", self._part, triples))
        if len(self._rows) >= _HELD:
            self._put_aside()

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the list to a file of this machine."""
        self._rows.sort()
        with ExitStack() as stack:
            lists = [_lines(stack.enter_context(_reading(aside))) for aside in self._sorted]
            _write(path, heapq.merge(*lists, ((row.pmid, row.line()) for row in self._rows)))

    def _put_aside(self) -> None:
        if self._folder is None:
            self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="medgraph-")))
        self._rows.sort()
        path = self._folder / f"{len(self._sorted)}.gz"
        _write(path, ((row.pmid, row.line()) for row in self._rows))
        self._sorted.append(path)
        self._rows = []


class Summary(Struct, frozen=True):
    """
    What a merged list holds.

    Args:
        rows: lines of it.
        pmids: different PMIDs whose triples are in some part.
        recurring: how many of these stand in more than one part.
        recurring_first: the first ten of them.
        deleted: different PMIDs that an input declares deleted.
    """

    rows: int = 0
    pmids: int = 0
    recurring: int = 0
    recurring_first: tuple[str, ...] = ()
    deleted: int = 0


def merge(lists: Sequence[str | os.PathLike[str]], target: str | os.PathLike[str]) -> Summary:
    """
    What the lists hold together, after writing them as one list.

    Args:
        lists: files of this machine; rows of one PMID keep their order.

    Raises:
        SourceError: a list cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="medgraph-") as folder:
        waiting = [Path(path) for path in lists]
        step = 0
        while len(waiting) > _AT_ONCE:
            merged = []
            for start in range(0, len(waiting), _AT_ONCE):
                path = Path(folder, f"{step}-{start}.gz")
                _write(path, _merged(waiting[start : start + _AT_ONCE]))
                merged.append(path)
            waiting, step = merged, step + 1
        counted = _Counted(_merged(waiting))
        _write(target, counted)
        return counted.summary()


def rows(path: str | os.PathLike[str]) -> Iterator[Row]:
    """
    The rows of a list, by PMID.

    Raises:
        SourceError: it cannot be read.
        FormatError: it is no such list, is cut off, or is not sorted.
    """
    with _reading(path) as file:
        yield from _rows(file)


class Change(NamedTuple):
    """
    What became of a PMID from one conversion to a later one.

    Args:
        what: one of :data:`CHANGES`.
        pmid: its number.
        before, after: the version it had and has, of several parts the last; "" where there is none or none is given.
        why: of what is lost: what the later list says of it.
    """

    what: str
    pmid: int
    before: str
    after: str
    why: str = ""


CHANGES = ("added", "changed", "removed", "lost")
"""
What can become of a PMID: ``added`` and ``changed`` are in the later list; ``removed`` is not, and one of the lists
says that NLM deleted it; ``lost`` is not, and nothing says why it should be so.
"""


class Difference(Struct):
    """
    How many PMIDs two conversions have in common, and how many not.

    Args:
        same, added, changed, removed, lost: PMIDs.
        lost_first: the first ten that are lost, and why.
    """

    same: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    lost: int = 0
    lost_first: tuple[str, ...] = ()

    def add(self, change: Change) -> None:
        """Count a change."""
        setattr(self, change.what, getattr(self, change.what) + 1)
        if change.what == "lost" and len(self.lost_first) < _EXAMPLES:
            self.lost_first = (*self.lost_first, f"PMID {change.pmid}: {change.why}")


def diff(
    old: str | os.PathLike[str], new: str | os.PathLike[str], on_change: Callable[[Change], None] | None = None
) -> Difference:
    """
    How a conversion differs from an earlier one, record by record.

    Args:
        old, new: folders of parts, the lists in them, or URLs of such.
        on_change: is given each PMID that is not in both lists with the same triples, in their order.

    Raises:
        SourceError: a list cannot be read.
        FormatError: it is no list of PMIDs, or damaged.
    """
    found = Difference()
    with ExitStack() as stack:
        lists = [_rows(stack.enter_context(_list_at(os.fspath(each)))) for each in (old, new)]
        for change in _compared(*lists):
            if change is None:
                found.same += 1
            else:
                found.add(change)
                if on_change is not None:
                    on_change(change)
    return found


def _compared(old: Iterator[Row], new: Iterator[Row]) -> Iterator[Change | None]:
    """Every change, and None for a PMID without one; those in neither list are passed over."""
    tagged = heapq.merge(((row.pmid, 0, row) for row in old), ((row.pmid, 1, row) for row in new), key=itemgetter(0))
    for pmid, group in groupby(tagged, itemgetter(0)):
        rows: tuple[list[Row], list[Row]] = ([], [])
        for _, which, row in group:
            rows[which].append(row)
        before, after = ([row for row in each if row.is_there] for each in rows)
        words = {row.triples for each in rows for row in each if not row.is_there}
        was, now = (each[-1].version if each else "" for each in (before, after))
        if before and after:
            alike = [row[1::2] for row in before] == [row[1::2] for row in after]
            yield None if alike else Change("changed", pmid, was, now)
        elif after:
            yield Change("added", pmid, was, now)
        elif before and DELETED in words:
            yield Change("removed", pmid, was, now)
        elif before:
            rejected = any(row.triples == REJECTED for row in rows[1])
            why = "it is among the rejects now" if rejected else "no input has it any more, and none deletes it"
            yield Change("lost", pmid, was, now, why)


@contextmanager
def _list_at(place: str) -> Iterator[IO[bytes]]:
    """The list in a folder, or that of this name, open for reading."""
    path = place if place.endswith(".gz") else places.join(place, NAME)
    if places.is_url(path):
        with places.fetched(path) as file, _packed(file, "rb", format="gz") as unpacked:
            yield unpacked
    else:
        with _reading(path) as unpacked:
            yield unpacked


def _merged(lists: Iterable[Path]) -> Iterator[Line]:
    with ExitStack() as stack:
        streams = [_lines(stack.enter_context(_reading(path))) for path in lists]
        yield from heapq.merge(*streams, key=_PMID)


class _Counted:
    """Passes rows on and counts them."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._count = self._pmids = self._recurring = self._deleted = 0
        self._first: list[str] = []

    def __iter__(self) -> Iterator[Line]:
        for pmid, group in groupby(self._lines, _PMID):
            there = 0
            deleted = False
            for line in group:
                self._count += 1
                if line[1].endswith(_NOT_THERE):
                    deleted = deleted or line[1].endswith(_NOT_THERE[0])
                else:
                    there += 1
                yield line
            self._pmids += there > 0
            self._deleted += deleted
            if there > 1:
                self._recurring += 1
                if len(self._first) < _EXAMPLES:
                    self._first.append(str(pmid))

    def summary(self) -> Summary:
        return Summary(self._count, self._pmids, self._recurring, tuple(self._first), self._deleted)


def _write(path: str | os.PathLike[str], lines: Iterable[Line]) -> None:
    with open(path, "wb") as raw, _packed(raw, "wb", format="gz") as packed:
        out = io.BufferedWriter(cast(io.RawIOBase, packed), 1 << 16)
        out.write(HEAD)
        for _, line in lines:
            out.write(line)
        out.flush()
        out.detach()


def _reading(path: str | os.PathLike[str]) -> IO[bytes]:
    try:
        return _packed(os.fspath(path), "rb")
    except OSError as error:
        raise SourceError(os.fspath(path), f"the list of PMIDs cannot be opened: {error.strerror or error}") from error


def _packed(file: str | IO[bytes], mode: Literal["rb", "wb"], *, format: str | None = None) -> IO[bytes]:
    from xopen import xopen  # noqa: PLC0415 (only a folder has lists)

    return xopen(file, mode, threads=0, format=format)


def _rows(file: IO[bytes]) -> Iterator[Row]:
    for pmid, line in _lines(file):
        try:
            _, version, part, triples = line.decode().rstrip("\n").split("\t")
        except ValueError as error:
            raise _damaged(file, error) from error
        yield Row(pmid, version, part, triples)


def _lines(file: IO[bytes]) -> Iterator[Line]:
    """The lines of a list as they are, with their PMIDs."""
    last = -1
    try:
        if file.readline() != HEAD:
            raise FormatError(_name(file), "this is no list of PMIDs; expected is pmids.tsv.gz of a conversion")
        for number, line in enumerate(file, 2):
            pmid = int(line[: line.index(b"\t")])
            if pmid < last:
                raise FormatError(_name(file), f"line {number}: the list is not sorted by PMID; convert again")
            last = pmid
            yield pmid, line
    except (OSError, EOFError, ValueError) as error:
        raise _damaged(file, error) from error


def _damaged(file: IO[bytes], error: Exception) -> FormatError:
    return FormatError(_name(file), f"the list of PMIDs is damaged ({error}); convert again to have it written")


def _name(file: IO[bytes]) -> str:
    return str(getattr(file, "name", "the list of PMIDs"))

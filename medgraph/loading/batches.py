"""
Inputs cut into batches of N-Triples: the same input always gives the same ones.

Records are cut between two records; RDF is checked, and gets names in the place of blank nodes, so that a batch can be
sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

import pyoxigraph as ox

from medgraph import places
from medgraph.errors import SourceError
from medgraph.loading.distinct import Distinct
from medgraph.loading.lines import BadLineError, canonical, line_of, reason_of
from medgraph.mapping import Triple
from medgraph.sources import Opened, open_bytes

SKOLEM = "https://w3id.org/medgraph/.well-known/genid/"
"""What the names of blank nodes begin with (RDF 1.1 Concepts, 3.5); checksum of the file and number follow."""

_READ = 1 << 20


class Taker(Protocol):
    """What batches go to."""

    def put(self, lines: bytes) -> None:
        """Take a batch of N-Triples, whole lines."""


class BatchSink:
    """
    Takes records as a :class:`medgraph.sinks.Sink` does, and hands on batches of whole records.

    Args:
        taker: gets the batches.
        size: triples after which a batch is full.
        distinct: counts the different triples.
        parsed: see to it that they are spelled as those of RDF files, which are loaded as well.
    """

    takes_lines = True

    def __init__(self, taker: Taker, size: int, distinct: Distinct, *, parsed: bool = False) -> None:
        self.records = self.triples = self.size = 0
        self._taker = taker
        self._batch = size
        self._distinct = distinct
        self._parsed = parsed
        self._waiting: list[bytes] = []
        self._count = 0

    def write(self, triples: Sequence[Triple]) -> None:
        """Take the triples of one record."""
        self.write_lines("".join([f"{s} {p} {o} .\n" for s, p, o in triples]).encode(), len(triples))

    def write_lines(self, lines: bytes, triples: int) -> None:
        """Take that many triples of one record as N-Triples; errors are those of the taker."""
        self._waiting.append(lines)
        self.records += 1
        self.triples += triples
        if self.triples - self._count >= self._batch:
            self.close()

    def close(self) -> None:
        """Hand on what waits."""
        if self._waiting:
            lines = b"".join(self._waiting)
            self._waiting.clear()
            self._count = self.triples
            if self._parsed:
                lines = canonical(lines, str)
            self._distinct.add_lines(lines)
            self._taker.put(lines)

    def abort(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abort()


def load_rdf(
    path: str,
    format: ox.RdfFormat,
    taker: Taker,
    size: int,
    distinct: Distinct,
    checksum: str,
    watch: Callable[[int, int], None] | None = None,
) -> int:
    """
    How many triples an RDF file held; they were handed on in batches. Named graphs are laid together.

    Args:
        checksum: of the file; names of blank nodes begin with it.
        watch: is told triples and bytes of the file, as it lies on the disk, after every batch.

    Raises:
        SourceError: the file cannot be read, or not to its end; what precedes the fault was handed on.
    """
    count = 0
    with open_bytes(path) as opened:
        batches = _of_lines if format == ox.RdfFormat.N_TRIPLES else _of_quads
        for lines in batches(opened, format, size, _Names(checksum)):
            count += distinct.add_lines(lines)
            taker.put(lines)
            if watch is not None:
                watch(count, opened.compressed_position)
        if opened.failure:
            raise opened.failure
    return count


def _of_lines(opened: Opened, format: ox.RdfFormat, size: int, names: _Names) -> Iterator[bytes]:
    """Batches of N-Triples, most of whose lines are handed on as they stand in the file."""
    before = 0
    for lines in _chunks(opened, size):
        try:
            found = canonical(lines, names.of)
        except BadLineError as error:
            raise _not_rdf(opened, format, before + error.number, error.reason) from error
        except ValueError as error:
            raise SourceError(opened.name, str(error)) from error
        before += lines.count(b"\n")
        if found:
            yield found


def _of_quads(opened: Opened, format: ox.RdfFormat, size: int, names: _Names) -> Iterator[bytes]:
    waiting: list[str] = []
    try:
        for quad in ox.parse(opened, format, base_iri=places.iri(opened.name)):  # type: ignore[arg-type]
            waiting.append(line_of(quad, names.of))
            if len(waiting) == size:
                yield "".join(waiting).encode()
                waiting = []
    except SyntaxError as error:
        raise opened.failure or _not_rdf(opened, format, error.lineno, reason_of(error)) from error
    except ValueError as error:
        raise SourceError(opened.name, str(error)) from error
    if waiting:
        yield "".join(waiting).encode()


class _Names:
    """IRIs for the blank nodes of a file: by the file's checksum, and in the order in which they come."""

    def __init__(self, checksum: str) -> None:
        self._base = f"<{SKOLEM}{checksum}-"
        self._known: dict[str, str] = {}

    def of(self, node: ox.BlankNode) -> str:
        return self._known.setdefault(node.value, f"{self._base}{len(self._known) + 1}>")


def _chunks(opened: Opened, size: int) -> Iterator[bytes]:
    """Whole lines, ``size`` at a time."""
    waiting: list[bytes] = []
    count = 0
    rest = b""
    while data := opened.read(_READ):
        data = rest + data
        end = data.rfind(b"\n") + 1
        data, rest = data[:end], data[end:]
        more = data.count(b"\n")
        while count + more >= size:
            end = _end_of_line(data, size - count)
            full = b"".join([*waiting, data[:end]])
            data, more = data[end:], more - (size - count)
            waiting, count = [], 0
            yield full
        waiting.append(data)
        count += more
    if rest.strip() and not opened.failure:
        waiting.append(rest + b"\n")
    if last := b"".join(waiting):
        yield last


def _end_of_line(data: bytes, number: int) -> int:
    """Where a line ends, by its number from 1; there are so many."""
    start, end = 0, len(data)
    while end - start > 1:
        middle = (start + end) // 2
        before = data.count(b"\n", start, middle)
        if before >= number:
            end = middle
        else:
            number -= before
            start = middle
    return start + 1


def _not_rdf(opened: Opened, format: ox.RdfFormat, line: int | None, reason: str) -> SourceError:
    where = f"line {line}: " if line else ""
    return SourceError(opened.name, f"{where}cannot be read as {format.name}: {reason}; what precedes it was loaded")

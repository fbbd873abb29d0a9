"""
Where triples go: files of six syntaxes, compressed or not, and standard output.

A :class:`~medgraph.syntaxes.Syntax` turns the triples of one record into bytes; a :class:`FileSink` puts
bytes where they belong and knows nothing of RDF. A file is the sum of its records, so the same input gives
the same bytes, files can be compared, and memory does not grow with them.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Protocol, Self, cast

from medgraph.errors import SinkError
from medgraph.iris import GRAPH
from medgraph.mapping import Triple
from medgraph.syntaxes import FORMATS, Syntax, format_of
from medgraph.vocab import PREFIXES

if TYPE_CHECKING:
    from medgraph.store import Store

STDOUT = "-"

_BUFFER = 1 << 18
_CHUNK = 1 << 21
"""Bytes of a file that are written at a time."""
_STEP = 1 << 24
"""Bytes after which what was written is put on the disk."""


class Sink(Protocol):
    """
    What takes triples: a context manager that keeps what was written only when left without an exception.

    Attributes:
        records, triples: what was written so far.
        size: bytes of the output (of a compressed file: of the file); settled after :meth:`close`.
        takes_lines: whether :meth:`write_lines` is there as well, which is faster.
    """

    takes_lines: bool
    records: int
    triples: int
    size: int

    def write(self, triples: Sequence[Triple]) -> None:
        """
        Take the triples of one record.

        Raises:
            ValueError: this sink cannot carry them; nothing of them was written, and others can follow.
            SinkError: nothing more can be written.
        """

    def write_lines(self, lines: bytes, triples: int) -> None:
        """Take the triples of one record as N-Triples, so many of them, where :attr:`takes_lines` says so."""

    def close(self) -> None:
        """Make what was written stand; nothing is there before."""

    def abort(self) -> None:
        """Leave nothing behind."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_sink(
    target: str | os.PathLike[str],
    format: str | None = None,
    *,
    prefixes: Mapping[str, str] | None = None,
    graph: str = GRAPH,
    aside: str = ".part",
    checksum: bool = False,
) -> FileSink:
    """
    The sink that writes to ``target``.

    Args:
        target: path of a file, or ``"-"`` for standard output.
        format: a key of :data:`FORMATS`, with ``.gz`` behind it for a compressed file; None takes
            it from the name, and Turtle for standard output.
        prefixes: for the syntaxes that have them; None means ``vocab.PREFIXES``.
        graph: IRI of the named graph in N-Quads and TriG.
        aside: what the name ends in until the file is complete.
        checksum: work out the file's SHA-256 on the way; it takes a twentieth of a conversion.

    Raises:
        SinkError: no such format, or the name does not say which.
    """
    path = os.fspath(target)
    wanted = format or ("ttl" if path == STDOUT else format_of(path))
    known = ", ".join(f".{name}" for name in FORMATS)
    if wanted is None:
        raise SinkError(path, f"the name does not say which syntax to write; end it in one of {known} (or add .gz)")
    name, _, packed = wanted.lower().removeprefix(".").partition(".")
    if name not in FORMATS or packed not in ("", "gz"):
        raise SinkError(path, f"{wanted!r} is no format we write; there are {known}, each also with .gz")
    syntax = FORMATS[name](PREFIXES if prefixes is None else prefixes, graph)
    return FileSink(path, syntax, compress=packed == "gz", aside=aside, checksum=checksum)


class FileSink:
    """
    Writes records to a file or to standard output.

    A file is written under its name with ``.part`` behind it and gets its own name when it is complete
    and on the disk; left with an exception, nothing is there. What is no regular file (a pipe, a
    device) is written to directly.

    Args:
        target: path, or ``"-"``.
        syntax: how records become bytes.
        compress: gzip, with neither name nor time in its header.
        aside: what stands behind the name until the file is complete.
        checksum: work out ``sha256``.

    Attributes:
        sha256: checksum of the file, in hexadecimal digits; settled after :meth:`close`.
    """

    def __init__(
        self, target: str, syntax: Syntax, *, compress: bool = False, aside: str = ".part", checksum: bool = False
    ) -> None:
        self.target = target
        self.syntax = syntax
        self.takes_lines = syntax.takes_lines
        self.records = self.triples = self.size = 0
        self.sha256 = ""
        self._compress = compress
        self._aside = aside
        self._checksum = checksum
        self._path: Path | None = None
        self._part: Path | None = None
        self._raw: IO[bytes] | None = None
        self._out: IO[bytes] | _Behind | None = None
        self._counted: _Counted | None = None

    def __enter__(self) -> Self:
        try:
            self._raw = self._open()
            counted = self._counted = _Counted(self._raw, sha256() if self._checksum else None)
            out: Any = counted
            if self._compress:
                from xopen import xopen  # noqa: PLC0415

                out = xopen(cast("IO[bytes]", counted), "wb", format="gz", threads=0)
            elif self._part is None:
                out = io.BufferedWriter(counted, _BUFFER)
            self._out = out if self._part is None else _Behind(out, counted, self._raw.fileno())
        except BaseException as error:
            self._fail(error)
        return self

    def write(self, triples: Sequence[Triple]) -> None:
        """
        Take the triples of one record.

        Raises:
            ValueError: the syntax cannot carry them; nothing of them was written, and others can follow.
            SinkError: the disk is full, or the like; the sink is then closed and nothing is left of it.
            BrokenPipeError: nobody reads standard output any more.
        """
        self._put(self.syntax.record(triples), len(triples))

    def write_lines(self, lines: bytes, triples: int) -> None:
        """
        Take the triples of one record as N-Triples, a line each.

        Raises:
            SinkError, BrokenPipeError: as in :meth:`write`.
        """
        self._put(self.syntax.of_lines(lines), triples)

    def _put(self, record: bytes, triples: int) -> None:
        assert self._out is not None, "a sink is used inside its with block"
        try:
            if before := self.syntax.between if self.records else self.syntax.head:
                self._out.write(before)
            self._out.write(record)
        except BaseException as error:
            self._fail(error)
        self.records += 1
        self.triples += triples

    def close(self) -> None:
        """
        Complete the file and give it its name.

        Raises:
            SinkError, BrokenPipeError: as in :meth:`write`.
        """
        if self._out is None or self._raw is None or self._counted is None:
            return
        try:
            self._out.write(self.syntax.tail if self.records else self.syntax.head + self.syntax.tail)
            self._out.close()
            self._raw.flush()
            if self._part is not None and self._path is not None:
                os.fsync(self._raw.fileno())
                self._raw.close()
                os.replace(self._part, self._path)
                _sync_folder(self._path.parent)
            elif self.target != STDOUT:
                self._raw.close()
        except BaseException as error:
            self._fail(error)
        self.size = self._counted.count
        if self._counted.sum is not None:
            self.sha256 = self._counted.sum.hexdigest()
        self._out = self._raw = self._part = None

    def abort(self) -> None:
        """Leave nothing behind; harmless after :meth:`close`."""
        if self._counted is not None:
            self._counted.forget()
        for stream in (self._out, self._raw if self.target != STDOUT else None):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)
        self._out = self._raw = self._part = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abort()

    def _open(self) -> IO[bytes]:
        if self.target == STDOUT:
            if sys.stdout is None:
                raise SinkError("standard output", "is closed; name a file to write to")
            return sys.stdout.buffer
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(os.stat(self.target).st_mode):
                return open(self.target, "wb", buffering=0)
        path = self._path = Path(os.path.realpath(self.target))
        # Named before it is there: an interruption comes as soon as the file is made, before open has returned.
        self._part = path.with_name(path.name + self._aside)
        try:
            return open(self._part, "wb", buffering=0)
        except OSError:
            self._part = None
            raise

    def _fail(self, error: BaseException) -> None:
        self.abort()
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise SinkError(self.target, _reason(error)) from error
        raise error


class StoreSink:
    """Puts records into a store in memory, many at a time; there is nothing to take back."""

    takes_lines = True

    def __init__(self, store: Store) -> None:
        from medgraph.store import CHUNK  # noqa: PLC0415 (a file needs no store)

        self.records = self.triples = self.size = 0
        self._store = store
        self._chunk = CHUNK
        self._waiting: list[bytes] = []
        self._count = 0

    def write(self, triples: Sequence[Triple]) -> None:
        """
        Take the triples of one record.

        Raises:
            StoreError: the store does not take them.
        """
        self.write_lines("".join([f"{s} {p} {o} .\n" for s, p, o in triples]).encode(), len(triples))

    def write_lines(self, lines: bytes, triples: int) -> None:
        """Take the triples of one record as N-Triples; errors as in :meth:`write`."""
        self._waiting.append(lines)
        self.records += 1
        self.triples += triples
        if self.triples - self._count >= self._chunk:
            self.close()

    def close(self) -> None:
        """Put what waits into the store."""
        self._store.load(b"".join(self._waiting))
        self._waiting.clear()
        self._count = self.triples

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


class _Behind:
    """
    Writes what it is given, and has it put on the disk, while more is made.

    The system takes a tenth of a conversion's time to take up what is written, and packing it takes as long as making
    it; neither needs Python. A file is complete when it is on the disk, and a conversion writes faster than many disks
    take it up: waiting for all of it at the end took another tenth.

    What the disk does not take is told at one of the next calls, at the latest by :meth:`close`.

    Args:
        out: takes the bytes; it is closed with this.
        counted: where they go, and how many there were.
        handle: of the file; it stays open until :meth:`close` has been called.
    """

    def __init__(self, out: IO[bytes] | _Counted, counted: _Counted, handle: int) -> None:
        self._out = out
        self._counted = counted
        self._handle = handle
        self._synced = 0
        # filled and written in turns: new memory for what waits would cost as much as copying it does
        self._filling, self._full = bytearray(), bytearray()
        self._size = 0
        self._writing = _Thread("medgraph-writing")
        self._syncing = _Thread("medgraph-disk")

    def write(self, data: bytes) -> None:
        """
        Take some bytes.

        Raises:
            OSError: what was taken before could not be written.
        """
        size = len(data)
        if self._size + size > _CHUNK:
            self._begin()
            if size > _CHUNK:
                self._writing.wait()
                self._out.write(data)
                return
        self._filling[self._size : self._size + size] = data  # which grows at first
        self._size += size

    def close(self) -> None:
        """
        Write what is left, and wait for what was begun.

        Raises:
            OSError: it could not be written; the system tells so once, and not again at the end.
        """
        try:
            self._writing.wait()
            self._out.write(memoryview(self._filling)[: self._size])
            self._size = 0
        finally:
            try:
                self._writing.end()
                self._out.close()
            finally:
                self._syncing.end()
        self._syncing.wait()

    def _begin(self) -> None:
        self._writing.wait()
        self._filling, self._full = self._full, self._filling
        full, size, self._size = self._full, self._size, 0
        if self._counted.count - self._synced >= _STEP and not self._syncing.is_busy:
            self._synced = self._counted.count
            self._syncing.wait()
            self._syncing.begin(lambda: os.fsync(self._handle))
        self._writing.begin(lambda: self._put(full, size))

    def _put(self, full: bytearray, size: int) -> None:
        """Write what is in a buffer, and let go of it before anybody is told: one that is held cannot grow."""
        chunk = memoryview(full)[:size]
        self._out.write(chunk)
        chunk.release()


class _Thread:
    """Does one thing at a time, beside what else is done; it is there from the first on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self._given: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        self._is_waited_for = False
        self._error: BaseException | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is still at it."""
        return self._is_waited_for and self._done.empty()

    def begin(self, work: Callable[[], object]) -> None:
        """Begin with the next thing; :meth:`wait` comes before that."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._do, name=self._name, daemon=True)
            self._thread.start()
        self._given.put(work)
        self._is_waited_for = True

    def wait(self) -> None:
        """Wait for what was begun; what went wrong with anything is raised, each time anew."""
        if self._is_waited_for:
            self._error = self._done.get() or self._error
            self._is_waited_for = False
        if self._error is not None:
            raise self._error

    def end(self) -> None:
        """Wait for what was begun, whatever comes of it, and begin nothing any more."""
        if self._thread is not None:
            self._given.put(None)
            self._thread.join()
            self._thread = None

    def _do(self) -> None:
        while (work := self._given.get()) is not None:
            try:
                work()
            except BaseException as error:
                self._done.put(error)
            else:
                self._done.put(None)
            del work


class _Counted(io.RawIOBase):
    """Passes bytes on whole, counts and, if asked to, sums them; closing it leaves the stream below open."""

    def __init__(self, raw: IO[bytes], sum: Any = None) -> None:
        self._below: IO[bytes] | None = raw
        self.count = 0
        self.sum = sum

    def forget(self) -> None:
        """Pass nothing on any more: what packs bytes can be closed in no other way when these cannot be written."""
        self._below = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        if self._below is None:
            return len(view)
        done = 0
        while done < len(view):
            done += self._below.write(view[done:]) or 0
        self.count += done
        if self.sum is not None:
            self.sum.update(view)
        return done


def _sync_folder(folder: Path) -> None:
    """Put a rename on the disk, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return (
                f"{_words(error)} while writing; no half file was left. "
                "Make room, choose another place, or write a compressed file (.gz)"
            )
        case errno.ENOENT:
            return "its folder does not exist; create it first"
        case errno.EISDIR:
            return "is a folder; name a file, or end the name in / to get one file per input"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"cannot be written ({_words(error).lower()}); choose another place or change its permissions"
    return f"cannot be written: {_words(error)}"


def _words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)

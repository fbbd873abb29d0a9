"""Any input as unpacked bytes: a path, standard input or a binary file, compressed or not."""

from __future__ import annotations

import bz2
import importlib
import lzma
import os
import sys
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import zstandard

from medgraph import places
from medgraph.errors import SourceError

inflating: Any = zlib
with suppress(ImportError):  # isal, which xopen brings along where it can be had, is twice as fast
    inflating = importlib.import_module("isal.isal_zlib")

STDIN = "-"
HEAD = 1 << 16
"""Bytes that are read ahead to see what an input is."""

_CHUNK = 1 << 18
_PIECE = 1024
"""
Compressed bytes that are unpacked at a time. What a damaged piece holds is lost with it, and a bomb can
make a thousand times its size of it, so pieces are small; larger ones are no more than a fifth faster.
"""

_UNPACKERS: tuple[tuple[bytes, str, Callable[[], Any]], ...] = (
    (b"\x1f\x8b", "gzip", lambda: inflating.decompressobj(31)),
    (b"\xfd7zXZ\0", "xz", lzma.LZMADecompressor),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\x28\xb5\x2f\xfd", "Zstandard", lambda: zstandard.ZstdDecompressor().decompressobj()),
)
_DAMAGE = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, inflating.error)


class Opened:
    """
    The unpacked bytes of an input.

    Args:
        file: compressed or not; it need not be seekable.
        name: for messages.
        size: bytes of the file as it lies on the disk, None where that cannot be known.
        owned: whether closing this closes the file.

    Attributes:
        head: the first unpacked bytes, 64 KB or all there are.
        failure: set when the bytes ended early because the archive is cut off or damaged.
    """

    def __init__(self, file: BinaryIO, name: str, size: int | None = None, *, owned: bool = True) -> None:
        self.name = name
        self.size = size
        self.compressed_position = 0
        self.failure: SourceError | None = None
        self._read = getattr(file, "read1", file.read)
        self._close = file.close if owned else None
        self._position = 0
        self._chunks = self._unpacked()
        self._rest = b""
        while len(self._rest) < HEAD and (chunk := next(self._chunks, b"")):
            self._rest += chunk
        self.head = self._rest[:HEAD]

    def read(self, size: int = -1) -> bytes:
        """At least one and at most ``size`` bytes (all that are left if that is negative); empty at the end."""
        if size < 0:
            parts = [self._rest, *self._chunks]
            self._rest = b""
            return b"".join(parts)
        chunk = self._rest or next(self._chunks, b"")
        self._rest = chunk[size:]
        return chunk[:size] if self._rest else chunk

    def close(self) -> None:
        """Close the file, if it was opened here."""
        self._chunks.close()
        if self._close is not None:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _packed(self) -> Iterator[bytes]:
        """The bytes as they lie in the file."""
        while True:
            try:
                chunk = self._read(_CHUNK)
            except OSError as error:
                self._fail(f"it cannot be read further: {error.strerror or error}")
                return
            if isinstance(chunk, str):
                raise TypeError(f"{self.name} is open as text; open it as binary, with mode 'rb'")
            if not chunk:
                return
            self.compressed_position += len(chunk)
            yield chunk

    def _unpacked(self) -> Generator[bytes]:
        packed = self._packed()
        chunk = next(packed, b"")
        while chunk and len(chunk) < 6 and (more := next(packed, b"")):
            chunk += more
        for magic, name, make in _UNPACKERS:
            if chunk.startswith(magic):
                yield from self._members(chunk, packed, magic, name, make)
                return
        while chunk:
            self._position += len(chunk)
            yield chunk
            chunk = next(packed, b"")

    def _members(
        self, chunk: bytes, packed: Iterator[bytes], magic: bytes, name: str, make: Callable[[], Any]
    ) -> Iterator[bytes]:
        """What the members of an archive hold, one after the other, up to the end or to the first damage."""
        unpacker: Any = None
        out: list[bytes] = []
        held = 0
        while chunk and self.failure is None:
            start = 0
            while start < len(chunk):
                if unpacker is None:
                    chunk, start = chunk[start:].lstrip(b"\0"), 0
                    if 0 < len(chunk) < len(magic):
                        chunk += next(packed, b"")
                    if not chunk:
                        break
                    if not chunk.startswith(magic):
                        self._fail(f"something else follows the {name} data after byte {self._position}")
                        break
                    unpacker = make()
                piece = chunk[start : start + _PIECE]
                try:
                    data = unpacker.decompress(piece)
                except _DAMAGE as error:
                    self._fail(f"the {name} data are damaged after byte {self._position} of what they hold ({error})")
                    break
                start += len(piece)
                self._position += len(data)
                out.append(data)
                held += len(data)
                if held > _CHUNK - (_CHUNK >> 2):  # so that a chunk is seldom larger than what is asked for
                    yield b"".join(out)
                    out, held = [], 0
                if unpacker.eof:
                    start -= len(unpacker.unused_data)
                    unpacker = None
            chunk = next(packed, b"")
        if held:
            yield b"".join(out)
        if unpacker is not None and self.failure is None:
            self._fail(f"the {name} data end in the middle, after byte {self._position} of what they hold")

    def _fail(self, reason: str) -> None:
        self.failure = SourceError(self.name, f"{reason}; the records before that were read; get the file again")


def open_bytes(source: str | os.PathLike[str] | BinaryIO) -> Opened:
    """
    The unpacked bytes of a path, a URL, of standard input (``"-"``) or of a binary file.

    Raises:
        SourceError: the path cannot be opened, or the URL not be fetched.
    """
    if not isinstance(source, (str, os.PathLike)):
        return Opened(source, str(getattr(source, "name", "<stream>")), owned=False)
    if source == STDIN:
        if sys.stdin is None:
            raise SourceError("<stdin>", "is closed; give a file, or pipe something in")
        return Opened(sys.stdin.buffer, "<stdin>", owned=False)
    if places.is_url(name := os.fspath(source)):
        with ExitStack() as stack:
            remote = stack.enter_context(places.fetched(name))
            opened = Opened(remote, name, os.fstat(remote.fileno()).st_size)
            stack.pop_all()
            return opened
    path = Path(source)
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise unopenable(path, error) from error
    try:
        return Opened(file, str(path), path.stat().st_size or None)
    except BaseException:
        file.close()
        raise


def unopenable(path: Path, error: OSError) -> SourceError:
    """Why a path cannot be opened, and what to do."""
    advice = {
        FileNotFoundError: "there is no such file or folder; check the name",
        PermissionError: "you may not read it; check its permissions",
        IsADirectoryError: "it is a folder, and a file is needed",
    }
    return SourceError(str(path), advice.get(type(error)) or f"it cannot be opened: {error.strerror}")

"""Open anything that may hold PubMed records, see what it is, and read it."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from medgraph import places
from medgraph.errors import FormatError, MedgraphError, RecordError, SourceError, UnreadableRecords
from medgraph.model import Citation, Deletion
from medgraph.slices import Recoded, wide_encoding
from medgraph.sources.kinds import EXPECTED, Kind, kind, looks_like
from medgraph.sources.opened import HEAD, STDIN, Opened, open_bytes, unopenable

__all__ = ["STDIN", "Kind", "Opened", "Records", "inputs", "kind", "looks_like", "open_bytes", "read"]

Source = str | os.PathLike[str] | BinaryIO

KEPT_ERRORS = 100
"""How many errors :class:`~medgraph.errors.UnreadableRecords` carries."""


class Records(Iterator[Citation | Deletion]):
    """
    The records of a source, one after the other.

    Attributes:
        size: bytes of the files as they lie on the disk; None where that cannot be known.
    """

    def __init__(
        self, files: list[Source], on_error: Callable[[MedgraphError], None] | None, keep_raw: bool = False
    ) -> None:
        self._files = files
        self._on_error = on_error
        self._keep_raw = keep_raw
        self._done = 0
        self._opened: Opened | None = None
        self._errors: list[MedgraphError] = []
        self._error_count = 0
        self._records = self._read()
        sizes = [_size(file) for file in files]
        self.size = None if None in sizes else sum(size for size in sizes if size is not None)

    def __iter__(self) -> Records:
        return self

    def __next__(self) -> Citation | Deletion:
        return next(self._records)

    @property
    def compressed_position(self) -> int:
        """How many bytes of the files have been read, as they lie on the disk."""
        return self._done + (self._opened.compressed_position if self._opened is not None else 0)

    def close(self) -> None:
        """Close what is open; there are no more records then."""
        self._records.close()

    def _read(self) -> Generator[Citation | Deletion]:
        for file in self._files:
            try:
                with open_bytes(file) as opened:
                    self._opened = opened
                    yield from self._good(opened)
                    self._done += opened.compressed_position
                    self._opened = None
            except SourceError as error:
                self._take(error)
        if self._error_count == 1 and not isinstance(self._errors[0], RecordError):
            raise self._errors[0]
        if self._error_count:
            raise UnreadableRecords(tuple(self._errors), self._error_count)

    def _good(self, opened: Opened) -> Iterator[Citation | Deletion]:
        for found in records_of(opened, self._keep_raw):
            if isinstance(found, MedgraphError):
                self._take(found)
            else:
                yield found

    def _take(self, error: MedgraphError) -> None:
        if self._on_error is not None:
            self._on_error(error)
            return
        self._error_count += 1
        if len(self._errors) < KEPT_ERRORS:
            self._errors.append(error)


def read(
    source: Source,
    *,
    on_error: Callable[[MedgraphError], None] | None = None,
    on_skip: Callable[[FormatError], None] | None = None,
    keep_raw: bool = False,
) -> Records:
    """
    The records of a path, a folder, a URL, standard input (``"-"``) or a binary file, in order.

    What the bytes are decides, never the name: MEDLINE text or PubMed XML, unpacked or packed with
    gzip, xz, bzip2 or Zstandard. A folder gives the records of all such files in and below it.

    Args:
        on_error: is given what cannot be read (a record, a file, the rest of a damaged archive), and the
            reading goes on. None: all good records come first, and then one error is raised.
        on_skip: is given, for a folder, each file that is of another kind and therefore left out.
        keep_raw: let every citation hold what it was read from (:attr:`Position.raw`).

    Raises:
        SourceError: the path cannot be opened (at once); the only trouble was a file that is damaged (at the end).
        FormatError: the source is not of PubMed (at the end of the reading).
        UnreadableRecords: some records, or several files, could not be read (at the end).
    """
    if not isinstance(source, (str, os.PathLike)):
        return Records([source], on_error, keep_raw)
    if source != STDIN and not places.is_url(os.fspath(source)):
        _check(Path(source))
    return Records(list(inputs([source], on_skip)), on_error, keep_raw)


def inputs(paths: Iterable[str | os.PathLike[str]], on_skip: Callable[[FormatError], None] | None = None) -> list[str]:
    """
    The files that paths and URLs stand for: folders and patterns (``s3://bucket/*.gz``) give PubMed files, sorted.

    Files that cannot be opened, are empty or damaged are among them, so that they are reported when they are
    read; hidden files are not.

    Args:
        on_skip: is given each file in a folder that is of another kind.

    Raises:
        FormatError: a folder holds no such file.
        SourceError: a URL stands for no file, or nobody answers.
    """
    found: list[str] = []
    for path in paths:
        if places.is_url(name := os.fspath(path)):
            files = places.files_of(name)
            if files == [name]:
                found.append(name)
                continue
        elif name == STDIN or not os.path.isdir(path):
            found.append(name)
            continue
        else:
            files = [str(file) for file in sorted(_files_below(Path(path)))]
        before = len(found)
        for file in files:
            skipped = _other_kind(file)
            if skipped is None:
                found.append(file)
            elif on_skip is not None:
                on_skip(skipped)
        if len(found) == before:
            raise FormatError(os.fspath(path), f"no file in this folder holds records; {EXPECTED}")
    return found


def records_of(opened: Opened, keep_raw: bool = False) -> Iterator[Citation | Deletion | MedgraphError]:
    """
    What an opened input holds, and an error in the place of whatever cannot be read.

    The record in which a damaged archive breaks off is among the errors: as text it would pass for whole.
    """
    found = kind(opened.head)
    if found is None:
        yield opened.failure or _format_error(opened)
        return
    if found is Kind.PUBMED_XML:
        from medgraph import pubmed_xml  # noqa: PLC0415 (lxml, and the tables of 200 elements)

        for record in pubmed_xml.citations(opened, opened.name, keep_raw=keep_raw):  # type: ignore[arg-type]
            if not (isinstance(record, FormatError) and opened.failure):
                yield record
    else:
        yield from _medline(opened, keep_raw)
    if opened.failure:
        yield opened.failure


def _medline(opened: Opened, keep_raw: bool) -> Iterator[Citation | RecordError]:
    from medgraph import medline  # noqa: PLC0415

    encoding = wide_encoding(opened.head[:4])
    stream = Recoded(opened, b"", encoding) if encoding else opened  # type: ignore[arg-type]
    last: Citation | RecordError | None = None
    for record in medline.citations(stream, opened.name, keep_raw=keep_raw):  # type: ignore[arg-type]
        if last is not None:
            yield last
        last = record
    if isinstance(last, Citation) and opened.failure:
        where = str(last.position)
        last = RecordError(opened.name, where, last.pmid, None, None, "the archive breaks off inside this record")
    if last is not None:
        yield last


def _format_error(opened: Opened) -> FormatError:
    return FormatError(opened.name, f"this looks like {looks_like(opened.head)}; {EXPECTED}")


def _check(path: Path) -> None:
    """Raise at once what a path that cannot be opened would raise later; a pipe is not touched."""
    try:
        if path.is_dir():
            os.scandir(path).close()
        elif path.is_file() or not path.exists():
            open(path, "rb").close()
    except OSError as error:
        raise unopenable(path, error) from error


def _size(file: Source) -> int | None:
    if not isinstance(file, (str, os.PathLike)) or file == STDIN:
        return None
    return places.size(os.fspath(file)) or 0


def _files_below(folder: Path) -> Iterator[Path]:
    """Files, and links that lead nowhere, which are reported; no pipes, for which one would wait."""
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = (Path(directory, name) for name in names if not name.startswith("."))
        yield from (file for file in files if not file.exists() or file.is_file())


def _other_kind(path: str) -> FormatError | None:
    """Why a file in a folder is left out; None if it is read."""
    try:
        with _first_bytes(path) if places.is_url(path) else open_bytes(path) as opened:
            if kind(opened.head) or opened.failure or not opened.head.strip(codecs.BOM_UTF8 + b" \r\n\t"):
                return None
            return _format_error(opened)
    except SourceError:
        return None


def _first_bytes(url: str) -> Opened:
    return Opened(cast(BinaryIO, io.BytesIO(places.head(url, HEAD))), url)

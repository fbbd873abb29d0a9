"""
NLM's files of PubMed brought to a folder: what is missing, each with its checksum, a few at a time.

Two folders as NLM has them, ``baseline`` and ``updatefiles``. A file is under its own name when it is whole, and has
its ``.md5`` beside it when that agreed; such files are not asked for again. Years are never mixed: a new baseline
begins a new folder.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import time
import zlib
from pathlib import Path

import requests
from msgspec import Struct

from medgraph import ncbi
from medgraph.errors import ChecksumError, DownloadError, FormatError, SinkError, SourceError
from medgraph.pubmed_files import (
    BASELINE,
    FOLDERS,
    PubmedFile,
    checksum_path,
    files_below,
    gaps,
    kept_checksum,
    named,
    runs,
)

PAUSE = 0.5
"""Seconds between two files, so that others get at the server too."""

_IN_A_ROW = 3
"""So many files that cannot be had one after the other mean that the server is not there."""

_EXAMPLES = 10


class Mirrored(Struct, kw_only=True):
    """
    What a mirror run did: listed = new + there + failed + left.

    Args:
        kind: ``"baseline"`` or ``"updates"``.
        year: of the baseline, as NLM writes it (26).
        listed: files on the server.
        new: files that came.
        there: files that were there and checked already.
        failed: files that could not be had; the next run tries again.
        left: files not asked for: a dry run, or the server went away.
        unchecked: of the new ones, those without a published checksum; their archives were read to the end instead.
        size: bytes that came.
        problems: why files failed (the first ten).
        gaps: numbers that the server does not list, between the first and the last.
        gone: files that are here and not on the server.
        names: the new files; in a dry run, those that would come.
    """

    kind: str
    year: int
    listed: int = 0
    new: int = 0
    there: int = 0
    failed: int = 0
    left: int = 0
    unchecked: int = 0
    size: int = 0
    problems: tuple[str, ...] = ()
    gaps: str = ""
    gone: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything the server lists is here."""
        return not self.failed and not self.left and self.listed == self.new + self.there


def mirror(
    kind: str,
    folder: str | os.PathLike[str],
    *,
    base: str | None = None,
    dry_run: bool = False,
    check: bool = False,
    pause: float = PAUSE,
    watch: ncbi.Watch | None = None,
) -> Mirrored:
    """
    What was done to bring NLM's files of one kind to a folder.

    Args:
        kind: ``"baseline"`` or ``"updates"``.
        folder: gets the folders ``baseline`` and ``updatefiles``.
        base: the folder above both at a mirror of NLM's server; None is NLM's own.
        dry_run: list what is missing, and get nothing.
        check: read what is there again and compare it with its checksum; what differs is fetched again.
        pause: seconds between two files.
        watch: is told how far a file is.

    Raises:
        DownloadError: the listing cannot be had, or the server went away; the next run goes on from there.
        SourceError: the folder holds files of another year than the server.
        SinkError: the folder or a file cannot be written.
        ValueError: no such kind.
    """
    if kind not in FOLDERS:
        raise ValueError(f"there is no kind {kind!r}; there are {', '.join(FOLDERS)}")
    where = ncbi.folder_url(base, ncbi.PUBMED) + f"{FOLDERS[kind]}/"
    with ncbi.new_session() as session:
        listed = ncbi.pubmed_listing(where, session=session)
        year = max(file.year for file in listed)
        listed = [file for file in listed if file.year == year]
        _refuse_other_years(Path(folder), kind, year, where)
        target = Path(folder) / FOLDERS[kind]
        there = {file.path for file in listed if _is_whole(target / file.path, check)}
        known = {file.path for file in listed}
        done = Mirrored(kind=kind, year=year, listed=len(listed), there=len(there))
        done.gaps = runs(gaps((file.number for file in listed), first=1 if kind == BASELINE else None), year)
        done.gone = tuple(sorted(_names_in(target) - known))
        missing = [file for file in listed if file.path not in there]
        if dry_run:
            done.left = len(missing)
            done.names = tuple(file.path for file in missing)
            return done
        _Mirroring(done, where, target, session, pause, watch).fetch(missing)
    return done


def text(done: Mirrored, *, dry_run: bool = False) -> str:
    """The counts for people."""
    lines = [
        f"{FOLDERS[done.kind]} of 20{done.year:02}: {done.listed:,} listed = {done.new:,} new + {done.there:,} there"
        f" + {done.failed:,} failed + {done.left:,} {'would come' if dry_run else 'not asked for'}"
    ]
    if done.unchecked:
        lines.append(f"{done.unchecked:,} have no published checksum; their archives were read to the end")
    if done.gaps:
        lines.append(f"not on the server, between others that are: {done.gaps}")
    if done.gone:
        lines.append(f"here and no longer on the server: {', '.join(done.gone[:_EXAMPLES])}")
    lines += [f"failed: {problem}" for problem in done.problems]
    return "\n".join(lines) + "\n"


class _Mirroring:
    """The missing files on their way, one after the other."""

    def __init__(
        self,
        done: Mirrored,
        where: str,
        target: Path,
        session: requests.Session,
        pause: float,
        watch: ncbi.Watch | None,
    ) -> None:
        self.done = done
        self.where = where
        self.target = target
        self.session = session
        self.pause = pause
        self.watch = watch

    def fetch(self, missing: list[PubmedFile]) -> None:
        failed_in_a_row = 0
        for n, file in enumerate(missing):
            if n:
                time.sleep(self.pause)
            try:
                self._fetch(file.path)
                failed_in_a_row = 0
            except SourceError as error:
                self.done.failed += 1
                self.done.problems = (*self.done.problems, str(error))[:_EXAMPLES]
                failed_in_a_row = failed_in_a_row + 1 if isinstance(error, DownloadError) else 0
                if failed_in_a_row == _IN_A_ROW:
                    self.done.left = len(missing) - n - 1
                    reason = (
                        f"{_IN_A_ROW} files one after the other cannot be had, the last because {error.reason};"
                        f" {self.done.new:,} came before, {self.done.left:,} were not asked for; run the command again"
                        " to go on from there"
                    )
                    raise DownloadError(self.where, reason) from error

    def _fetch(self, name: str) -> None:
        url = self.where + name
        try:
            fetched = ncbi.fetch(url, self.target, session=self.session, watch=self.watch)
        except ChecksumError:
            # a file may have been replaced while it was on its way
            time.sleep(self.pause)
            fetched = ncbi.fetch(url, self.target, session=self.session, watch=self.watch)
        if not fetched.new:
            fetched = self._compared(url, fetched)
        if fetched.checked:
            _keep_checksum(fetched.path)
        elif fetched.new:
            _read_to_the_end(url, fetched.path)
            self.done.unchecked += 1
        if fetched.new:
            self.done.new += 1
            self.done.size += fetched.size
            self.done.names = (*self.done.names, name)
        else:
            self.done.there += 1

    def _compared(self, url: str, there: ncbi.Fetched) -> ncbi.Fetched:
        """A file that lay here without its checksum, compared now, and fetched again where it differs."""
        published = ncbi.published_md5(url, self.session)
        if published is None or _md5(there.path) == published:
            return there._replace(checked=published is not None)
        there.path.unlink()
        return ncbi.fetch(url, self.target, session=self.session, watch=self.watch)


def _refuse_other_years(folder: Path, kind: str, year: int, where: str) -> None:
    """
    Raise where the folder holds files of another baseline year.

    A record that NLM left out of a new baseline without a word is never deleted by any file, so years do not add up.
    """
    if not folder.is_dir():
        return
    others = sorted({file.year for file in files_below(folder)} - {year})
    if not others:
        return
    newer = f"20{year:02}"
    here = " and ".join(f"20{other:02}" for other in others)
    which = "the baseline" if kind == BASELINE else "the update files"
    reason = (
        f"it holds files of {here}, and {where} has {which} of {newer}; baselines are never mixed, because a record"
        f" that is gone from the new one is deleted by no file. Mirror {newer} into a new folder"
        f" (medgraph mirror baseline pubmed{year:02}; medgraph mirror updates pubmed{year:02}), build a fresh store"
        f" from it, then remove this one"
    )
    raise SourceError(str(folder), reason)


def _names_in(target: Path) -> set[str]:
    return {path.name for path in target.iterdir() if named(path)} if target.is_dir() else set()


def _md5(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _is_whole(path: Path, check: bool) -> bool:
    """Whether a file is there with a checksum that agreed with it; where asked to, that still does."""
    if not path.is_file() or (kept := kept_checksum(path)) is None:
        return False
    if check and _md5(path) != kept:
        # the server has the same date for it, and would say that nothing is newer
        path.unlink()
        checksum_path(path).unlink()
        return False
    return True


def _keep_checksum(path: Path) -> None:
    """Write the checksum beside a file, in NLM's form."""
    beside = checksum_path(path)
    try:
        aside = beside.with_name(beside.name + ".part")
        aside.write_text(f"MD5({path.name})= {_md5(path)}\n", encoding="ascii")
        aside.replace(beside)
    except OSError as error:
        raise SinkError(str(beside), f"the file cannot be written: {error.strerror}") from error


def _read_to_the_end(url: str, path: Path) -> None:
    """Raise, and remove the file, where it is no whole gzip archive."""
    try:
        if not path.stat().st_size:
            raise EOFError("it is empty")
        with gzip.open(path) as file:
            while file.read(1 << 20):
                pass
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        path.unlink()
        raise FormatError(url, f"what came is no whole gzip archive ({error}); it was removed, get it again") from error

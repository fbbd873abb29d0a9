"""
NLM's files of PubMed, as they are named: which year's baseline they belong to, and their place in its order.

A baseline comes out once a year; its files are numbered from 1, and the update files after it go on counting until
the next one. So a year and a number put everything in order, and a number that is missing can be seen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from medgraph.errors import SourceError

BASELINE = "baseline"
UPDATES = "updates"
FOLDERS = {BASELINE: "baseline", UPDATES: "updatefiles"}
"""Kind of file -> its folder at NLM, and in a mirror."""

_KINDS = {folder: kind for kind, folder in FOLDERS.items()} | {UPDATES: UPDATES}
_NAME = re.compile(r"((?:pubmed|medline)([0-9]{2})n([0-9]{4,6}))\.xml(?:\.(?:gz|xz|zst|bz2))?")
_MD5 = re.compile(r"\b[0-9a-fA-F]{32}\b")
_A_YEAR = 1_000_000


class PubmedFile(NamedTuple):
    """
    One of NLM's files.

    Args:
        path: where it is; for one that is only listed, its name.
        name: without suffix.
        kind: :data:`BASELINE` or :data:`UPDATES` where the folder says so, else "".
        year: of the baseline it belongs to, in two digits as NLM writes it.
        number: from 1.
    """

    path: str
    name: str
    kind: str
    year: int
    number: int

    @property
    def order(self) -> int:
        """What comes later is greater."""
        return self.year * _A_YEAR + self.number


def named(path: str | os.PathLike[str]) -> PubmedFile | None:
    """
    What a file's name says; None where it is no file of NLM's.

    >>> named("pubmed/updatefiles/pubmed26n1335.xml.gz")[1:]
    ('pubmed26n1335', 'updates', 26, 1335)
    >>> named("pubmed26n1335.xml.gz.part") is None
    True
    """
    where = Path(path)
    found = _NAME.fullmatch(where.name)
    if found is None:
        return None
    kind = _KINDS.get(where.parent.name.lower(), "")
    return PubmedFile(os.fspath(path), found[1], kind, int(found[2]), int(found[3]))


def files_below(folder: str | os.PathLike[str]) -> list[PubmedFile]:
    """
    NLM's files in and below a folder, in their order; hidden folders are left out.

    Raises:
        SourceError: the folder cannot be read, or holds the same file twice.
    """
    found: dict[int, PubmedFile] = {}
    if not os.path.isdir(folder):
        reason = "there is no such folder" if not os.path.exists(folder) else "this is a file; name the folder it is in"
        raise SourceError(os.fspath(folder), reason)
    try:
        for directory, folders, names in os.walk(folder, onerror=_raise):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = named(os.path.join(directory, name))
                if file is None:
                    continue
                if file.order in found:
                    both = f"it is there twice, also as {found[file.order].path}; keep one of them"
                    raise SourceError(file.path, both)
                found[file.order] = file
    except OSError as error:
        raise SourceError(os.fspath(folder), f"the folder cannot be read: {error.strerror}") from error
    return [found[order] for order in sorted(found)]


def _raise(error: OSError) -> None:
    raise error


def gaps(numbers: Iterable[int], first: int | None = None) -> list[tuple[int, int]]:
    """
    The runs of numbers that are missing between the lowest and the highest.

    Args:
        first: where the numbers should begin; None: where they do.

    >>> gaps([1, 2, 5, 6, 9])
    [(3, 4), (7, 8)]
    """
    there = sorted(set(numbers))
    if not there:
        return []
    before = [first - 1] if first is not None and there[0] >= first else []
    known = before + there
    return [(a + 1, b - 1) for a, b in pairwise(known) if b > a + 1]


def runs(names: Sequence[tuple[int, int]], year: int) -> str:
    """
    Missing numbers for people.

    >>> runs([(3, 3), (7, 8)], 26)
    'pubmed26n0003, pubmed26n0007 to pubmed26n0008'
    """
    name = "pubmed{:02}n{:04}".format
    return ", ".join(name(year, a) if a == b else f"{name(year, a)} to {name(year, b)}" for a, b in names)


def checksum_path(path: str | os.PathLike[str]) -> Path:
    """Where the checksum of a file lies: beside it, as at NLM."""
    where = Path(path)
    return where.with_name(where.name + ".md5")


def kept_checksum(path: str | os.PathLike[str]) -> str | None:
    """The MD5 that lies beside a file, or None."""
    try:
        found = _MD5.search(checksum_path(path).read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
    return found[0].lower() if found else None

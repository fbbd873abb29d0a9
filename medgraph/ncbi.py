"""
NLM's file servers: the one place where medgraph goes to the network.

A file is written under its name with ``.part`` behind it, and gets its own when it is whole: as long as the
server says, and with the checksum that is published beside it, where one is. What was interrupted is taken up
where it stopped, as long as the server still has the same file.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import requests

from medgraph.errors import ChecksumError, DownloadError, SinkError
from medgraph.pubmed_files import PubmedFile, named

MESH = "https://nlmpubs.nlm.nih.gov/projects/mesh/"
"""Where NLM publishes MeSH: XML in ``MESH_FILES/xmlmesh/``, RDF in ``rdf/``."""

PUBMED = "https://ftp.ncbi.nlm.nih.gov/pubmed/"
"""Where NLM publishes PubMed: the folders ``baseline/`` and ``updatefiles/``."""

Watch = Callable[[str, int, int | None], None]
"""Is told a file's name, how many bytes are there, and how many there will be, if that is known."""

ATTEMPTS = 5
PATIENCE = 2.0
"""Seconds before the second attempt; doubled before each further one, unless the server says when to come back."""

_CHUNK = 1 << 16
"""Bytes written at a time; so much is lost at most where a connection breaks."""

_TIMEOUT = (15, 120)
_LONGEST_WAIT = 120.0
_AGAIN = frozenset((408, 429, 500, 502, 503, 504))
_LISTED = re.compile(r"""href=["']?(?:[^"'>]*/)?((desc|qual|supp|pa)(20[0-9]{2})\.(gz|xml))["'>\s]""", re.IGNORECASE)
_LINK = re.compile(r"""href=["']?(?:[^"'>]*/)?([^"'>/\s]+)["'>\s]""", re.IGNORECASE)
MD5 = re.compile(r"\b[0-9a-fA-F]{32}\b")
"""A checksum in a text."""


class Fetched(NamedTuple):
    """
    A file that is there now.

    Args:
        path: where it is.
        size: its bytes.
        new: False where the server has nothing newer than what was there already.
        checked: whether a published checksum agrees with it.
    """

    path: Path
    size: int
    new: bool
    checked: bool


def mesh_files(base: str = MESH, *, rdf: bool = False, session: requests.Session | None = None) -> list[str]:
    """
    The URLs of NLM's current files of MeSH: descriptors, qualifiers, supplementary concepts, pharmacological actions.

    They are those of the newest year in the folder that has descriptors; of a file that lies there packed and
    unpacked, the packed one.

    Args:
        base: the folder, or that of a mirror.
        rdf: ``mesh.nt.gz`` instead, which has all of them.

    Raises:
        DownloadError: the folder cannot be read, or has no such files.
    """
    if rdf:
        return [urljoin(base, "rdf/mesh.nt.gz")]
    folder = urljoin(base, "MESH_FILES/xmlmesh/")
    with _used(session) as used:
        page = _answered(used, folder, {}).text
    found: dict[str, dict[str, str]] = {}
    for name, stem, year, ending in _LISTED.findall(page):
        files = found.setdefault(year, {})
        if stem not in files or ending == "gz":
            files[stem] = name
    years = [year for year, files in found.items() if "desc" in files]
    if not years:
        raise DownloadError(folder, "this folder lists no MeSH files (desc2026.gz and the like); is the address right?")
    return [urljoin(folder, name) for _, name in sorted(found[max(years)].items())]


def folder_url(base: str | None, default: str) -> str:
    """The address of a folder as the user gave it, or the default; with its slash."""
    return f"{base.rstrip('/')}/" if base else default


def pubmed_listing(folder: str, *, session: requests.Session | None = None) -> list[PubmedFile]:
    """
    The files of PubMed that a folder on a file server lists, in their order; only the compressed ones, as NLM has them.

    Raises:
        DownloadError: the folder cannot be read, or has no such files.
    """
    with _used(session) as used:
        page = _answered(used, folder, {}).text
    found: dict[str, PubmedFile] = {}
    for name in _LINK.findall(page):
        file = named(name) if name.endswith(".gz") else None
        if file is not None:
            found[name] = file
    if not found:
        raise DownloadError(
            folder, "this folder lists no files of PubMed (pubmed26n0001.xml.gz and the like); is the address right?"
        )
    return sorted(found.values(), key=lambda file: file.order)


def fetch(
    url: str,
    folder: str | os.PathLike[str],
    *,
    watch: Watch | None = None,
    session: requests.Session | None = None,
) -> Fetched:
    """
    Bring a file into a folder, under its own name; nothing happens where the newest is already there.

    Raises:
        DownloadError: the server refused, or the connection broke again and again.
        ChecksumError: the file is not the one whose checksum is published; it was removed.
        SinkError: the folder or the file cannot be written.
    """
    target = Path(folder) / url.rpartition("/")[2]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _used(session) as used:
            return _Fetching(url, target, used, watch).run()
    except OSError as error:
        if isinstance(error, requests.RequestException):
            raise
        raise SinkError(str(target), f"the file cannot be written: {error.strerror or error}") from error


def published_md5(url: str, session: requests.Session) -> str | None:
    """The checksum that is published beside a file; None where there is none."""
    published = _answered(session, url + ".md5", {}, missing=True)
    found = MD5.search(published.text) if published.status_code == requests.codes.ok else None
    return found[0].lower() if found else None


class _Fetching:
    """One file on its way."""

    def __init__(self, url: str, target: Path, session: requests.Session, watch: Watch | None) -> None:
        self.url = url
        self.target = target
        self.session = session
        self.watch = watch
        self.part = target.with_name(target.name + ".part")
        self.tag = target.with_name(target.name + ".part.tag")

    def run(self) -> Fetched:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt()
            except _BrokenOffError as error:
                if attempt == ATTEMPTS:
                    reason = f"{error}; {self._so_far()} run the command again to go on from there"
                    raise DownloadError(self.url, reason) from error
                time.sleep(_wait(attempt, None))
        raise AssertionError

    def _so_far(self) -> str:
        size = self.part.stat().st_size if self.part.exists() else 0
        return f"{size:,} bytes are there;"

    def _attempt(self) -> Fetched:
        start = self.part.stat().st_size if self.part.exists() else 0
        validator = self.tag.read_text(encoding="utf-8") if start and self.tag.exists() else ""
        headers = {}
        if start and validator:
            headers = {"Range": f"bytes={start}-", "If-Range": validator}
        elif self.target.exists():
            headers["If-Modified-Since"] = time.strftime(
                "%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.target.stat().st_mtime)
            )
        response = _answered(self.session, self.url, headers, stream=True)
        with response:
            if response.status_code == requests.codes.not_modified:
                return Fetched(self.target, self.target.stat().st_size, new=False, checked=False)
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                # what is there is all of it, or of another file: begin again
                self._forget()
                raise _BrokenOffError("the server does not have the rest of what is there")
            resumed = response.status_code == requests.codes.partial_content
            self._keep_validator(response)
            total = _total(response, start if resumed else 0)
            self._write(response, start if resumed else 0, total)
        size = self.part.stat().st_size
        if total is not None and size != total:
            raise _BrokenOffError(f"the connection ended after {size:,} of {total:,} bytes")
        checked = self._check()
        self._finish(response)
        return Fetched(self.target, size, new=True, checked=checked)

    def _keep_validator(self, response: requests.Response) -> None:
        tag = response.headers.get("ETag", "")
        # a weak tag does not promise the same bytes
        validator = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
        self.tag.write_text(validator, encoding="utf-8")

    def _write(self, response: requests.Response, start: int, total: int | None) -> None:
        done = start
        with open(self.part, "ab" if start else "wb") as file:
            try:
                for chunk in response.iter_content(_CHUNK):
                    file.write(chunk)
                    done += len(chunk)
                    if self.watch is not None:
                        self.watch(self.target.name, done, total)
            except requests.RequestException as error:
                raise _BrokenOffError(f"the connection broke ({_reason(error)})") from error
            finally:
                file.flush()
                os.fsync(file.fileno())

    def _check(self) -> bool:
        """Whether a checksum is published beside the file and agrees with it."""
        published = published_md5(self.url, self.session)
        if published is None:
            return False
        with open(self.part, "rb") as file:
            ours = hashlib.file_digest(file, "md5").hexdigest()
        if ours != published:
            self._forget()
            raise ChecksumError(
                self.url, f"its MD5 is {ours}, and {published} is published; it was removed, get it again"
            )
        return True

    def _finish(self, response: requests.Response) -> None:
        os.replace(self.part, self.target)
        self.tag.unlink(missing_ok=True)
        with suppress(TypeError, ValueError):
            changed = parsedate_to_datetime(response.headers["Last-Modified"]).timestamp()
            os.utime(self.target, (changed, changed))

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.tag.unlink(missing_ok=True)


class _BrokenOffError(Exception):
    """A connection ended early; another attempt can go on from there."""


@contextmanager
def _used(session: requests.Session | None) -> Iterator[requests.Session]:
    """The caller's session, or one of our own that is closed at the end."""
    if session is not None:
        yield session
        return
    with new_session() as ours:
        yield ours


def new_session() -> requests.Session:
    """A session that says who asks, and gets bytes as they lie on the server."""
    session = requests.Session()
    session.headers["User-Agent"] = f"medgraph/{version('medgraph')}"
    # the bytes of a file as they lie on the server, so that their number and place are what was asked for
    session.headers["Accept-Encoding"] = "identity"
    return session


def _answered(
    session: requests.Session, url: str, headers: dict[str, str], *, stream: bool = False, missing: bool = False
) -> requests.Response:
    """
    The server's answer, after asking again where it is busy or out of reach for a moment.

    Args:
        missing: whether "not found" is an answer.

    Raises:
        DownloadError: it refused, or stayed out of reach.
    """
    reason = ""
    for attempt in range(1, ATTEMPTS + 1):
        again = None
        try:
            response = session.get(url, headers=headers, stream=stream, timeout=_TIMEOUT)
        except requests.RequestException as error:
            reason = f"the server cannot be reached ({_reason(error)}); check the connection, or the address"
        else:
            status = response.status_code
            if status < 400 or status == requests.codes.requested_range_not_satisfiable:
                return response
            if missing and status in (403, 404, 410):
                return response
            reason = f"the server answers {status} {response.reason}".rstrip()
            again = response.headers.get("Retry-After")
            response.close()
            if status not in _AGAIN:
                raise DownloadError(url, reason)
        if attempt < ATTEMPTS:
            time.sleep(_wait(attempt, again))
    raise DownloadError(url, f"{reason}; tried {ATTEMPTS} times")


def _wait(attempt: int, again: str | None) -> float:
    """Seconds to wait after an attempt; what the server asks for, within reason."""
    asked = float(again) if again is not None and again.isdecimal() else 0.0
    return min(max(asked, PATIENCE * (1 << (attempt - 1))), _LONGEST_WAIT)


def _total(response: requests.Response, start: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    return start + int(length) if length.isdecimal() else None


def _reason(error: Exception) -> str:
    """The innermost words of what went wrong, without the layers around it."""
    inner: BaseException = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    text = str(inner).rpartition(": ")[2] or type(inner).__name__
    return text[:120]

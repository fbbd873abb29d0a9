"""
Where files lie: paths, and URLs of whatever fsspec knows (``s3://``, ``gs://``, ``https://``, ``memory://``).

What is read from a URL is fetched whole before it is looked at, and what goes to one is made on the disk first and
then uploaded: an object appears when its upload is complete, and a line that breaks can be tried again. fsspec is an
extra, and is imported when the first URL comes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, TypeVar, cast

from medgraph.errors import SinkError, SourceError

T = TypeVar("T")

ATTEMPTS = 3
"""How often a transfer is tried before it is an error; fsspec's own retries come on top."""

WAIT = 1.0
"""Seconds before the second attempt; twice as long before each further one."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_MAGIC = re.compile(r"[*?\[]")
_WITH_OBJECTS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "memory"})
"""Schemes under which a file is there when its upload is complete, and not before; elsewhere it is renamed."""

_BLOCK = 1 << 20
_REMEMBERED = 100
_ADVICE = {
    FileNotFoundError: "there is no such file, folder or bucket; check the URL",
    PermissionError: "access was refused; check the credentials, and what they allow",
    NotADirectoryError: "there is no such folder; check the URL",
}


class Checksums(NamedTuple):
    """Two checksums of a file, in hexadecimal digits."""

    sha256: str
    md5: str


def aside(name: str) -> str:
    """
    Under which name a file is written until it is complete: another one in every process.

    Of two processes that write the same file (a worker that was given up, and its successor) each renames a whole one.
    """
    return f"{name}.{_host()}-{os.getpid()}.part"


def clear(name: str) -> None:
    """Remove what processes of this machine that were killed have left beside a file; others may still be writing."""
    with suppress(OSError):
        there = os.listdir(os.path.dirname(name) or ".")
        start, end = f"{os.path.basename(name)}.{_host()}-", ".part"
        for left in there:
            number = left.removeprefix(start).removesuffix(end)
            if left == f"{start}{number}{end}" and number.isdigit() and not _is_running(int(number)):
                os.unlink(os.path.join(os.path.dirname(name), left))


def _host() -> str:
    import socket  # noqa: PLC0415

    return socket.gethostname()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def is_url(name: str) -> bool:
    """
    Whether a name is a URL and no path.

    >>> is_url("s3://bucket/a.xml.gz"), is_url("in/a.xml.gz"), is_url("C://a.xml.gz")
    (True, False, False)
    """
    return _SCHEME.match(name) is not None


def join(folder: str, name: str) -> str:
    """
    A file in a folder.

    >>> join("s3://bucket/out/", "a.ttl")
    's3://bucket/out/a.ttl'
    """
    return f"{folder.rstrip('/')}/{name}" if is_url(folder) else os.path.join(folder, name)


def base_name(name: str) -> str:
    """
    The last part of a path or URL.

    >>> base_name("https://example.org/in/a.xml.gz?v=2"), base_name("in/a.xml.gz")
    ('a.xml.gz', 'a.xml.gz')
    """
    return re.split(r"[?#]", name)[0].rstrip("/").rpartition("/")[2] if is_url(name) else os.path.basename(name)


def iri(name: str) -> str | None:
    """
    Where a file lies, as the base of relative IRIs in it (RFC 3986, 5.1.3); None for what is no file.

    >>> iri("/data/a b.ttl"), iri("https://example.org/a.ttl"), iri("<stdin>")
    ('file:///data/a%20b.ttl', 'https://example.org/a.ttl', None)
    """
    return name if is_url(name) else None if name.startswith("<") else Path(os.path.abspath(name)).as_uri()


def parent(name: str) -> str:
    """The folder in which a path or URL lies."""
    return name.rstrip("/").rpartition("/")[0] if is_url(name) else os.path.dirname(name)


def is_pattern(url: str) -> bool:
    """Whether a URL stands for several files, with ``*``, ``?`` or ``[...]``."""
    return is_url(url) and not url.startswith("http") and _MAGIC.search(url) is not None


def files_of(url: str) -> list[str]:
    """
    The files that a URL stands for, sorted: itself, those of a pattern, or all in and below a folder but hidden ones.

    Raises:
        SourceError: there are none, or nobody answers.
    """

    def find(system: Any, path: str) -> list[str]:
        if is_pattern(url):
            found = [name for name in system.glob(path) if not system.isdir(name)]
        elif url.endswith("/") or (not url.startswith("http") and system.isdir(path)):
            found = list(system.find(path))
        else:
            return [url]
        below = path.rstrip("/")
        hidden = [name for name in found if any(p.startswith(".") for p in name.removeprefix(below).split("/"))]
        return sorted(system.unstrip_protocol(name) for name in set(found) - set(hidden))

    files = _read(url, find)
    if not files:
        raise SourceError(url, "there are no such files; check the URL")
    return files


def stamp(name: str) -> list[Any] | None:
    """What tells whether a file was written anew: its size, and its time or ETag; None where there is no file."""
    if not is_url(name):
        try:
            found = os.stat(name)
        except OSError:
            return None
        return [found.st_size, found.st_mtime_ns]
    try:
        info = _read(name, lambda system, path: system.info(path))
    except SourceError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise
    marks = [str(info[key]) for key in ("ETag", "etag", "mtime", "LastModified", "created") if info.get(key)]
    return [info.get("size"), *marks[:1]]


def size(name: str) -> int | None:
    """Bytes of a file as it lies there; None where that cannot be known."""
    try:
        found = stamp(name)
    except SourceError:
        return None
    return found[0] if found else None


_fetched: dict[str, Checksums] = {}


def checksums(name: str) -> Checksums:
    """
    The checksums of a file; of what was just fetched from a URL they are known, and it is not fetched again.

    Raises:
        SourceError: it cannot be read.
    """
    if (known := _fetched.pop(name, None)) is not None:
        return known
    with fetched(name) if is_url(name) else _opened(name) as file:
        return _fetched.pop(name, None) or _sums(file)


def _sums(file: IO[bytes]) -> Checksums:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    while block := file.read(_BLOCK):
        sha256.update(block)
        md5.update(block)
    return Checksums(sha256.hexdigest(), md5.hexdigest())


def head(url: str, count: int) -> bytes:
    """The first bytes of a file at a URL, or all there are; raises :class:`SourceError`."""
    return cast(bytes, _read(url, lambda system, path: system.cat_file(path, start=0, end=count)))


def fetched(url: str) -> BinaryIO:
    """
    The file at a URL, fetched whole into one without a name, which is gone when it is closed.

    Raises:
        SourceError: it cannot be had.
    """
    file = tempfile.TemporaryFile(prefix="medgraph-")  # noqa: SIM115

    def get(system: Any, path: str) -> None:
        file.seek(0)
        file.truncate()
        system.get_file(path, file)

    def get_by_blocks(system: Any, path: str) -> None:
        file.seek(0)
        file.truncate()
        with system.open(path, "rb") as remote:
            shutil.copyfileobj(remote, file, _BLOCK)

    try:
        _read(url, get if url.startswith("http") else get_by_blocks)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    if len(_fetched) > _REMEMBERED:
        _fetched.clear()
    _fetched[url] = _sums(file)
    file.seek(0)
    return cast(BinaryIO, file)


def read_bytes(name: str) -> bytes | None:
    """
    All bytes of a small file, None where there is none.

    Raises:
        SourceError: it is there and cannot be read.
    """
    try:
        if not is_url(name):
            return Path(name).read_bytes()
        return cast(bytes, _read(name, lambda system, path: system.cat_file(path)))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(name, f"it cannot be read: {error.strerror or error}") from error
    except SourceError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


def write_bytes(name: str, data: bytes) -> None:
    """
    Write a small file; it is there whole or not at all, and its folder is made.

    Raises:
        SinkError: it cannot be written.
    """
    if is_url(name):
        with tempfile.NamedTemporaryFile(prefix="medgraph-") as file:
            file.write(data)
            file.flush()
            upload(file.name, name)
        return
    with _whole(name) as path:
        path.write_bytes(data)


def put(local: str | os.PathLike[str], name: str) -> None:
    """
    Put a file of the disk to a path or URL, where it is there whole or not at all.

    Raises:
        SinkError: it cannot be written.
    """
    if is_url(name):
        upload(os.fspath(local), name)
        return
    with _whole(name) as path:
        shutil.copyfile(local, path)


@contextmanager
def _whole(name: str) -> Iterator[Path]:
    """Where to write a file that then gets its name; whatever comes between, an interruption too, leaves nothing."""
    whole = Path(aside(name))
    try:
        try:
            whole.parent.mkdir(parents=True, exist_ok=True)
            yield whole
            whole.replace(name)
        except BaseException:
            with suppress(OSError):
                whole.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SinkError(name, f"it cannot be written: {error.strerror or error}") from error


def upload(local: str, url: str) -> None:
    """
    Put a file of the disk to a URL, where it appears when it is complete.

    Raises:
        SinkError: it cannot be written.
    """

    def put(system: Any, path: str) -> None:
        if _scheme(url) in _WITH_OBJECTS:
            system.put_file(local, path)
        else:
            system.makedirs(system._parent(path), exist_ok=True)
            system.put_file(local, f"{path}.part")
            system.mv(f"{path}.part", path)

    _tried(url, put, SinkError)


def remove(name: str) -> None:
    """Remove a file, if it is there; raises :class:`SinkError` where it cannot be."""
    if not is_url(name):
        try:
            Path(name).unlink(missing_ok=True)
        except OSError as error:
            raise SinkError(name, f"it cannot be removed: {error.strerror}") from error
        return

    def delete(system: Any, path: str) -> None:
        with suppress(FileNotFoundError):
            system.rm_file(path)

    _tried(name, delete, SinkError)


def check_writable(url: str) -> None:
    """Raise :class:`SinkError` at once for a URL of a scheme that cannot be written to or is not known."""
    if _scheme(url) in ("http", "https"):
        raise SinkError(url, "http:// and https:// can be read and not written to; name a folder or an object store")
    _tried(url, lambda system, path: None, SinkError)


def _opened(path: str) -> IO[bytes]:
    try:
        return open(path, "rb")
    except OSError as error:
        raise SourceError(path, f"it cannot be opened: {error.strerror}") from error


def _read(url: str, body: Callable[[Any, str], T]) -> T:
    return _tried(url, body, SourceError)


def _tried(url: str, body: Callable[[Any, str], T], kind: type[SourceError] | type[SinkError]) -> T:
    """The result of a body with the file system of a URL; a broken line is tried again, the rest is an error."""
    try:
        import fsspec  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise kind(url, "URLs need a package that is not installed: pip install 'medgraph[fsspec]'") from error
    for attempt in range(1, ATTEMPTS + 1):
        try:
            system, path = fsspec.core.url_to_fs(url)
            return body(system, path)
        except (ImportError, ValueError) as error:
            raise kind(url, f"{_scheme(url)}:// cannot be used: {error}") from error
        except Exception as error:
            advice = next((text for cls, text in _ADVICE.items() if isinstance(error, cls)), None)
            if advice is None and "Credentials" in type(error).__name__:
                advice = "no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
            if advice is not None or attempt == ATTEMPTS:
                words = " ".join(str(error).split())
                reason = advice or f"the line broke or the server failed, {ATTEMPTS} times ({words[:200]}); try again"
                raise kind(url, reason) from error
            time.sleep(WAIT * 2 ** (attempt - 1))
    raise AssertionError("the last attempt returns or raises")


def _scheme(url: str) -> str:
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""

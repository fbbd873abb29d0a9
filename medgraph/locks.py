"""
Who may open the folder of a store: one writer, or any number of readers.

RocksDB lets one writer have its file ``LOCK`` and does not look at readers. So a reader takes a shared lock on the
same file: it gets none while anybody writes (a program of oxigraph too), and nobody can begin to write while it
has one. Locks of POSIX hold between processes only, so those of this process are counted here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock as Mutex

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows)
    fcntl = None  # type: ignore[assignment]

NAME = "LOCK"


class LockedError(Exception):
    """A store is in use; says by whom."""

    WRITER = (
        "is in use: another process has it open. One process alone can write to a store, and while it does nobody can"
        " read it; wait until it has finished, or stop it"
    )
    HERE = "is open already in this program; close it first (one can write to a store, or several can read it)"


@dataclass
class _Use:
    """How a folder is open in this process: the shared lock of its readers, and how many they are; 0 for a writer."""

    handle: int | None
    readers: int


_open: dict[tuple[int, int], _Use] = {}
_mutex = Mutex()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_open.clear)


class Lock:
    """The right to read or to write a folder, until it is released."""

    def __init__(self, key: tuple[int, int]) -> None:
        self._key: tuple[int, int] | None = key

    @classmethod
    def take(cls, folder: Path, *, shared: bool) -> Lock:
        """
        The lock of a folder; a writer's is taken by RocksDB itself as soon as it opens the folder.

        Args:
            folder: is there.
            shared: for a reader.

        Raises:
            LockedError: the folder is in use.
            OSError: it cannot be opened.
        """
        stat = folder.stat()
        key = (stat.st_dev, stat.st_ino)
        with _mutex:
            use = _open.get(key)
            if use is not None:
                if not shared or not use.readers:
                    raise LockedError(LockedError.HERE)
                use.readers += 1
            else:
                _open[key] = _Use(_shared_lock(folder), 1) if shared else _Use(None, 0)
        return cls(key)

    def release(self) -> None:
        """Let others in; harmless when done twice."""
        with _mutex:
            key, self._key = self._key, None
            if key is None:
                return
            use = _open[key]
            use.readers -= 1
            if use.readers <= 0:
                del _open[key]
                if use.handle is not None:
                    os.close(use.handle)


def _shared_lock(folder: Path) -> int | None:
    if fcntl is None:  # pragma: no cover (Windows)
        return None
    handle = os.open(folder / NAME, os.O_RDONLY)
    try:
        fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if isinstance(error, (BlockingIOError, PermissionError)):
            raise LockedError(LockedError.WRITER) from error
        raise
    return handle

"""
What a load has done, so that the same command goes on where it stopped.

A journal is a file of JSON lines: what is loaded, one line for every batch that the target has acknowledged, and how it
ended. It is written behind the target's answer: after a kill the batch whose answer is missing is sent again, which
changes nothing. There are no passwords in it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from medgraph.errors import SinkError
from medgraph.sources import STDIN

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows)
    fcntl = None  # type: ignore[assignment]

HOME = "MEDGRAPH_STATE"
"""The variable that names another folder for journals."""

_VERSION = 1


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where journals lie: ``MEDGRAPH_STATE``, or ``medgraph/loads`` among a user's other states."""
    if named := environment.get(HOME):
        return Path(named)
    state = environment.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(state, "medgraph", "loads")


def key_of(*parts: object) -> str:
    """A name for what a command does, so that the same command finds its journal again."""
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=12).hexdigest()


def checksums(inputs: Iterable[str]) -> list[tuple[str, int, str]]:
    """Name, bytes and checksum of every input; standard input has none. Of a file that cannot be read it is empty."""
    return [(name, *_checksum(name)) for name in inputs]


def _checksum(name: str) -> tuple[int, str]:
    if name == STDIN:
        return 0, ""
    try:
        with open(name, "rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return file.tell(), digest.hexdigest()[:32]
    except OSError:
        return 0, ""


class Journal:
    """
    The journal of one load.

    Args:
        path: the file; None for none.
        made_from: what is loaded and how: a journal of anything else under the same name is begun anew.

    Attributes:
        chains: a checksum of all lines up to and with each acknowledged batch.
        before: triples that the graph held before the first batch; None where nothing was begun.
        state: how far a replacement is: ``""``, ``"copied"``.
        done: what :meth:`finish` was given; None where the load has not ended.
        changed: whether there was a journal of something else.

    Raises:
        SinkError: another process is doing the same.
    """

    def __init__(self, path: Path | None, made_from: Mapping[str, Any]) -> None:
        self.path = path
        self.chains: list[str] = []
        self.before: int | None = None
        self.state = ""
        self.done: dict[str, Any] | None = None
        self.changed = False
        self.problem: str | None = None
        self._made_from = msgspec.json.decode(msgspec.json.encode({**made_from, "journal": _VERSION}))
        self._file: IO[bytes] | None = None
        if path is not None:
            self._open(path)

    def begin(self, before: int) -> None:
        """Note what the graph held, and forget all else."""
        self.chains, self.before, self.state, self.done = [], before, "", None
        if self._file is not None:
            with self._writing():
                self._file.truncate(0)
        self._write({"made_from": self._made_from, "before": before})

    def forget(self) -> None:
        """Take nothing of it for done."""
        self.chains, self.before, self.state, self.done = [], None, "", None

    def acknowledge(self, chain: str) -> None:
        """Note that the next batch is in the graph."""
        self.chains.append(chain)
        self._write({"batch": len(self.chains), "chain": chain})

    def keep(self, batches: int) -> None:
        """Forget all batches behind the first ones: the input gives others now."""
        del self.chains[batches:]
        self._write({"keep": batches})

    def enter(self, state: str) -> None:
        """Note how far a replacement is."""
        self.state = state
        self._write({"state": state})

    def finish(self, done: Mapping[str, Any]) -> None:
        """Note that all is done, and what there is to be said of it."""
        self.done = dict(done)
        self._write({"done": self.done})

    def close(self) -> None:
        """Let the file go, and with it the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "a+b", opener=_private)  # noqa: SIM115
        except OSError as error:
            self.problem = (
                f"no journal can be kept in {path.parent} ({error.strerror}): if this load is interrupted, it begins"
                f" again from the start; name a folder that can be written with {HOME}"
            )
            return
        if fcntl is not None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                self.close()
                raise SinkError(str(path), "the same load is running already; wait until it has ended") from error
        self._file.seek(0)
        self._read(self._file.read())

    def _read(self, data: bytes) -> None:
        end = data.rfind(b"\n") + 1
        if end < len(data):
            # a line that was cut off by a kill
            self._truncate(end)
        lines: Sequence[dict[str, Any]]
        try:
            lines = [msgspec.json.decode(line) for line in data[:end].splitlines()]
            first = lines[0]["made_from"] if lines else None
        except (msgspec.DecodeError, KeyError, TypeError):
            first, lines = {}, []
        if first != self._made_from:
            self.changed = first is not None
            return
        self.before = lines[0]["before"]
        for line in lines[1:]:
            if "chain" in line:
                self.chains.append(line["chain"])
            elif "keep" in line:
                del self.chains[line["keep"] :]
            elif "state" in line:
                self.state = line["state"]
            elif "done" in line:
                self.done = line["done"]

    def _truncate(self, size: int) -> None:
        if self._file is not None:
            with self._writing():
                self._file.truncate(size)

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._file is not None:
            with self._writing():
                self._file.write(msgspec.json.encode(line) + b"\n")
                self._file.flush()

    def _writing(self) -> suppress:
        # a load that cannot remember is none the worse
        return suppress(OSError)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""The records that did not make it, kept with the reason and as they stand in the source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from medgraph import places
from medgraph.conformance import Finding
from medgraph.errors import RecordError, SinkError
from medgraph.mapping import Triple

_NAMES = ("source", "where", "pmid", "element", "value", "reason", "raw")


class Rejects:
    """
    A file of rejected records: one JSON object a line; ``docs/report.md`` lists its keys.

    Beside it are the triples of those that could be read and do not conform, as N-Triples. Nothing is created
    before the first record comes, the files get their names at the end, if it is left without an exception, and
    what an earlier run left under the same names goes.

    Args:
        folder: where to write, or None to keep nothing.
        name: of the files in it, without suffix.

    Attributes:
        path: the file of records, or None.
        triples_path: the file of triples, or None.
        count: how many records were kept.
        graphs: how many of them with their triples.
    """

    def __init__(self, folder: Path | None, name: str = "records") -> None:
        self.path = folder / f"{name}.jsonl" if folder else None
        self.triples_path = folder / f"{name}.nt" if folder else None
        self.count = self.graphs = 0
        self._files: dict[Path, IO[bytes]] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that were written."""
        return tuple(map(str, self._files))

    def __enter__(self) -> Self:
        for path in (self.path, self.triples_path):
            if path is not None:
                path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            for file in self._files.values():
                with suppress(OSError):
                    file.close()
            for path in (self.path, self.triples_path):
                # also one that was made just before an interruption, and is in no list yet
                if path is not None:
                    Path(places.aside(str(path))).unlink(missing_ok=True)
            return
        for path, file in self._files.items():
            try:
                file.close()
                os.replace(file.name, path)
            except OSError as problem:
                raise SinkError(str(path), f"cannot keep the rejected records: {problem.strerror}") from problem

    def add(self, error: RecordError, findings: Sequence[Finding] = (), triples: Sequence[Triple] = ()) -> None:
        """
        Keep a record with the reason.

        Args:
            findings: all that was found in it, where it was validated.
            triples: what became of it, where it could be read.

        Raises:
            SinkError: it cannot be written.
        """
        if self.path is None or self.triples_path is None:
            return
        from medgraph.conformance.formats import plain  # noqa: PLC0415 (most runs reject nothing)

        record = {name: getattr(error, name) for name in _NAMES}
        record["results"] = [plain(finding) for finding in findings]
        self._write(self.path, msgspec.json.encode(record) + b"\n")
        self.count += 1
        if triples:
            self._write(self.triples_path, "".join([f"{s} {p} {o} .\n" for s, p, o in triples]).encode())
            self.graphs += 1

    def _write(self, path: Path, data: bytes) -> None:
        try:
            if path not in self._files:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._files[path] = open(places.aside(str(path)), "wb")  # noqa: SIM115
            self._files[path].write(data)
        except OSError as problem:
            raise SinkError(str(path), f"cannot keep a rejected record: {problem.strerror}") from problem

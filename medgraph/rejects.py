"""The records that did not make it, kept with the reason and as they stand in the source."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from medgraph.errors import RecordError, SinkError


class Rejects:
    """
    A file of rejected records: one JSON object a line; ``docs/report.md`` lists its keys.

    Nothing is created before the first record comes, and what an earlier run left under the same name goes.

    Args:
        folder: where to write, or None to keep nothing.
        name: of the file in it, without suffix.

    Attributes:
        path: the file, or None.
        count: how many records were kept.
    """

    def __init__(self, folder: Path | None, name: str = "records") -> None:
        self.path = folder / f"{name}.jsonl" if folder else None
        self.count = 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, error: RecordError) -> None:
        """
        Keep a record with the reason.

        Raises:
            SinkError: it cannot be written.
        """
        if self.path is None:
            return
        names = ("source", "where", "pmid", "element", "value", "reason", "raw")
        line = msgspec.json.encode({name: getattr(error, name) for name in names}) + b"\n"
        try:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = open(self.path, "wb")  # noqa: SIM115
            self._file.write(line)
        except OSError as problem:
            raise SinkError(str(self.path), f"cannot keep a rejected record: {problem.strerror}") from problem
        self.count += 1

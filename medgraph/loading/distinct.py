"""How many different triples there are among very many, in little memory."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import islice
from typing import IO

_BUCKET = 250_000
_MOST_BUCKETS = 512
_BLOCK = 1 << 17
_PIECE = 1 << 20


class Distinct:
    """
    Counts different things by their 64-bit hashes, which lie in a file until they are counted: eight bytes each.

    Two different things have the same hash once in some thousand counts of a hundred million.

    >>> seen = Distinct()
    >>> seen.add(map(hash, ["a", "b", "a"])), seen.add(map(hash, ["b", "c"]))
    (3, 2)
    >>> seen.count(), len(seen)
    (3, 5)
    >>> seen.close()
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="medgraph-")  # noqa: SIM115
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, hashes: Iterable[int]) -> int:
        """Take the hashes of some things; how many they were."""
        some = array("q", hashes)
        some.tofile(self._file)
        self._count += len(some)
        return len(some)

    def add_lines(self, lines: bytes) -> int:
        """Take the lines of a text that ends with a line end; how many they were."""
        start = count = 0
        while start < len(lines):
            end = lines.find(b"\n", start + _PIECE) + 1 or len(lines)
            every = lines[start:end].split(b"\n")
            del every[-1]
            count += self.add(map(hash, every))
            start = end
        return count

    def count(self) -> int:
        """How many different ones there were."""
        wanted = min(_MOST_BUCKETS, self._count // _BUCKET + 1)
        if wanted == 1:
            return len(set(self._blocks(self._file)))
        with ExitStack() as stack:
            buckets = [stack.enter_context(tempfile.TemporaryFile(prefix="medgraph-")) for _ in range(wanted)]
            hashes = self._blocks(self._file)
            while some := list(islice(hashes, _BLOCK)):
                parts = [array("q") for _ in range(wanted)]
                for each in some:
                    parts[each % wanted].append(each)
                for part, bucket in zip(parts, buckets, strict=True):
                    part.tofile(bucket)
            return sum(len(set(self._blocks(bucket))) for bucket in buckets)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    @staticmethod
    def _blocks(file: IO[bytes]) -> Iterable[int]:
        file.seek(0)
        while data := file.read(_BLOCK * 8):
            yield from array("q", data)

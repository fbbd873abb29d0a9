"""
The manifest of a conversion into a folder: every part with its checksum, its counts and what it was made from.

It is written when all parts are there, holds no time and no place, and so is the same whenever, wherever and on
however many workers the same inputs are converted. ``docs/scale.md`` describes the keys.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct, field

from medgraph import places
from medgraph.errors import FormatError, SourceError
from medgraph.pmids import Summary

NAME = "manifest.json"


class Source(Struct, frozen=True):
    """
    A file that a part was made from.

    Args:
        name: where it lies below the folder that all inputs have in common.
        bytes: its size as it lay there.
        sha256, md5: its checksums; NLM publishes the second one.
    """

    name: str
    bytes: int
    sha256: str
    md5: str


class Made(Struct):
    """
    A part that is complete.

    Args:
        file: its name in the folder.
        bytes: its size.
        sha256: its checksum.
        triples: how many it has.
        read, written, rejected, skipped: records, as in a report.
        broken: what was wrong with the input where it could not be read to its end.
        sources: what it was made from.
        properties: triples by property.
        classes: nodes by class.
    """

    file: str
    bytes: int
    sha256: str
    triples: int
    read: int
    written: int
    rejected: int
    skipped: int
    broken: tuple[str, ...]
    sources: tuple[Source, ...]
    properties: dict[str, int]
    classes: dict[str, int]


class Failed(Struct, frozen=True):
    """An input that gave no part, and why."""

    source: str
    reason: str


class Pmids(Struct, frozen=True):
    """The list of PMIDs beside the parts: its name and checksum, and what it holds."""

    file: str
    sha256: str
    summary: Summary


class Manifest(Struct):
    """
    What is in a folder of parts.

    Args:
        medgraph: version of the program.
        options: those that the triples depend on.
        parts: in the order of the inputs.
        failed: inputs that gave no part.
        pmids: the list of PMIDs.
    """

    medgraph: str
    options: dict[str, Any]
    parts: list[Made] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    pmids: Pmids | None = None

    def json(self) -> bytes:
        """The manifest as JSON, indented."""
        return msgspec.json.format(msgspec.json.encode(self, order="deterministic"), indent=1) + b"\n"

    @property
    def digest(self) -> str:
        """What the same manifest has in common with itself only: 16 hexadecimal digits."""
        return sha256(self.json()).hexdigest()[:16]

    def write(self, folder: str) -> None:
        """
        Write it into the folder.

        Raises:
            SinkError: it cannot be written.
        """
        places.write_bytes(places.join(folder, NAME), self.json())


def read(folder: str) -> Manifest:
    """
    The manifest of a folder.

    Raises:
        SourceError: there is none, or it cannot be read.
        FormatError: it is damaged or none of ours.
    """
    path = places.join(folder, NAME)
    data = places.read_bytes(path)
    if data is None:
        raise SourceError(path, "there is no manifest; run the conversion into this folder to its end")
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise FormatError(path, f"this is no manifest of a conversion: {error}") from error

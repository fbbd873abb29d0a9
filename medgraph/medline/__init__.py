"""MEDLINE text as PubMed exports it (``.nbib``, ``.txt``) -> citations."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from medgraph.errors import RecordError
from medgraph.medline.tags import CODES, KNOWN, TAGS
from medgraph.model import Citation, Position

if TYPE_CHECKING:
    from medgraph.medline import flattened

__all__ = ["TAGS", "citations", "looks_like"]


def citations(
    stream: BinaryIO | Iterable[bytes], source: str, *, keep_raw: bool = False
) -> Iterator[Citation | RecordError]:
    """
    The records of a stream in order, and in the place of one that cannot be read, why.

    Args:
        stream: uncompressed bytes: a binary file, or chunks of any size. Memory does not grow with it.
        source: path, URL or ``"<stdin>"``, for messages.
        keep_raw: let every citation's position hold its text.
    """
    from medgraph.medline import record  # noqa: PLC0415 (whoever asks for the tags alone reads nothing)
    from medgraph.medline.lines import blocks, grouped, loose_lines  # noqa: PLC0415

    for block in blocks(stream, _plain_reader()):
        if block.draft is not None:
            text = block.text.rstrip(b"\n").decode() if keep_raw else None
            yield record.citation(block.draft, Position(source, block.line, None, text))
            continue
        position = Position(source, block.line, None, block.text if keep_raw else None)
        if block.defect is not None:
            yield RecordError(source, str(position), None, None, None, block.defect, block.text)
        elif (block.lines is None or _are_joined(block.lines.groups)) and (parts := _flattened(block.text)) is not None:
            for part in parts:
                lines = grouped(part.parts)
                assert lines is not None, part.parts
                if keep_raw:
                    position = Position(source, block.line, None, part.text)
                yield record.read(lines, position, block.problems + part.problems, part.text)
        elif block.lines is not None:
            yield record.read(block.lines, position, block.problems, block.text)
        else:
            lines, problems = loose_lines(block.text)
            yield record.read(lines, position, block.problems + problems, block.text)


@cache
def _plain_reader() -> Any:
    """What reads a plain record, compiled, or None."""
    from medgraph.medline import record  # noqa: PLC0415
    from medgraph.medline.lines import COMPILED  # noqa: PLC0415

    return None if COMPILED is None else COMPILED.Reader(record).read


def _flattened(text: str) -> Iterator[flattened.Record] | None:
    """The records of flattened text; None for any other, which is nearly all, and does without the many patterns."""
    from medgraph.medline import flattened  # noqa: PLC0415

    return flattened.records(text) if flattened.is_flattened(text) else None


def _are_joined(groups: dict[str, list[str]]) -> bool:
    """Whether another tag may stand in a line with the PMID or another code, which are single words."""
    for tag in CODES:  # noqa: SIM110 -- any() takes twice the time, for every record
        if tag in groups and " " in groups[tag][0]:
            return True
    return False


_TAG_FIRST = re.compile(rb"\s*([A-Z]{2,4}) {0,2}-(?:[ \r\n0-9]|\Z)")
_PMID_LINE = re.compile(rb"(?:\A|[\r\n])(?:\xef\xbb\xbf)?PMID- ?[0-9]")


def looks_like(head: bytes) -> bool:
    """
    Whether bytes are the beginning of MEDLINE text: one of its tags stands first, or a line begins with a PMID.

    Args:
        head: uncompressed; a few thousand bytes are enough.

    >>> looks_like(b"\\r\\nPMID- 35315510 OWN - NLM STAT- MEDLINE"), looks_like(b"TY  - JOUR")
    (True, False)
    """
    head = head.removeprefix(codecs.BOM_UTF8)
    first = _TAG_FIRST.match(head)
    return (first is not None and first[1].decode() in KNOWN) or _PMID_LINE.search(head) is not None

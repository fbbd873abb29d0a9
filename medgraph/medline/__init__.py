"""MEDLINE text as PubMed exports it (``.nbib``, ``.txt``) -> citations."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from medgraph.errors import RecordError
from medgraph.medline import record
from medgraph.medline.lines import blocks, loose_lines
from medgraph.medline.tags import KNOWN, TAGS
from medgraph.model import Citation, Position

__all__ = ["TAGS", "citations", "looks_like"]


def citations(stream: BinaryIO | Iterable[bytes], source: str) -> Iterator[Citation | RecordError]:
    """
    The records of a stream in order, and in the place of one that cannot be read, why.

    Args:
        stream: uncompressed bytes: a binary file, or chunks of any size. Memory does not grow with it.
        source: path, URL or ``"<stdin>"``, for messages.
    """
    for block in blocks(stream):
        position = Position(source, block.line)
        lines, problems = block.lines, block.problems
        if block.defect is not None:
            yield RecordError(source, str(position), None, None, None, block.defect, block.text)
            continue
        if lines is None:
            lines, more = loose_lines(block.text)
            problems += more
        yield record.read(lines, position, problems, block.text)


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

"""PubMed XML -> citations, deletions, and errors in the place of what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml.etree import XMLSyntaxError

from medgraph.errors import FormatError, RecordError
from medgraph.model import Citation, Deletion, Position
from medgraph.pubmed_xml.plain import NotPlainError, Tokens, parsed_tokens, plain_tokens, without_remarks
from medgraph.pubmed_xml.record import READ, UNREAD_REASONS, citation, deletions, plain_citation
from medgraph.slices import SETS, Slice, Slices, pieces

__all__ = ["READ", "UNREAD_REASONS", "citations"]

LONGEST_RAW = 1 << 20
"""Bytes of a record that an error carries at most."""

_PMID = re.compile(r"<(?:MedlineCitation|BookDocument)\b[^>]*>\s*<PMID[^>]*>\s*([1-9][0-9]{0,8})\s*<")
_DELETIONS = frozenset((b"DeleteCitation", b"DeleteDocument"))
_UNDEFINED_ENTITY = 26
_WRONG_ENCODING = 81
_BEYOND_LIMITS = 114

Record = Citation | Deletion | RecordError


def citations(
    stream: BinaryIO, source: str, *, keep_raw: bool = False
) -> Iterator[Citation | Deletion | RecordError | FormatError]:
    """
    What PubMed XML holds, in its order and in constant memory.

    A record that cannot be read is an error in its place, and so is text between the records; the
    reading goes on behind it. Input without any record and without a root that NLM uses ends in a
    :class:`FormatError`. An empty set of records is fine and gives nothing.

    Args:
        stream: uncompressed bytes; only ``read`` is called.
        source: its name in messages and positions.
        keep_raw: let every citation's position hold its bytes.
    """

    def at_once(raw: bytes, start: int, byte: int) -> tuple[Citation, int] | None:
        try:
            read = plain_citation(raw, start, Position(source, None, byte))
        except RecordError:
            return None  # it is made again, with the text of the record
        if read is not None and keep_raw:
            found, end = read
            return found.replace(position=Position(source, None, byte, raw[start:end])), end
        return read

    slices = Slices(stream, read=at_once)
    nothing = True
    for piece in slices:
        nothing = False
        if not isinstance(piece, Slice):
            yield piece
        elif not piece.name:
            reason = f"at byte {piece.start}: {piece.defect}; was a download cut off, or an error page joined in?"
            yield FormatError(source, reason)
        elif piece.defect is None:
            yield from _read(piece, source, keep_raw)
        else:
            yield from _read_pieces(piece, source, keep_raw)
    if nothing and not any(name.encode() in SETS for name in slices.elements):
        found = f"XML of another kind (its root is <{slices.elements[0]}>)" if slices.elements else "no XML element"
        yield FormatError(source, f"this holds {found}; expected is PubMed XML, with a PubmedArticleSet")


def _read(piece: Slice, source: str, keep_raw: bool) -> Iterator[Record]:
    """One record, or what is left of it and of those it runs into."""
    try:
        yield from _records(piece, source, keep_raw)
    except XMLSyntaxError as error:
        yield from _read_pieces(piece._replace(defect=_reason(error)), source, keep_raw)


def _read_pieces(broken: Slice, source: str, keep_raw: bool) -> Iterator[Record]:
    parts = list(pieces(broken))
    for part in parts:
        if part.defect is None and len(parts) > 1:
            try:
                yield from _records(part, source, keep_raw)
            except XMLSyntaxError as error:
                yield _error(part, source, _reason(error))
        else:
            yield _error(part, source, part.defect or broken.defect or "")


def _records(piece: Slice, source: str, keep_raw: bool) -> list[Record]:
    """
    The record in a slice, or an error, or several deletions.

    Raises:
        XMLSyntaxError: the record is not well-formed.
    """
    raw = piece.raw
    if piece.encoding != "utf-8":
        try:
            raw = raw.decode(piece.encoding).encode()
        except UnicodeDecodeError as error:
            reason = f"its bytes are not {piece.encoding}, as the XML declaration says: {error.reason}; correct that"
            return [_error(piece, source, reason)]
    position = Position(source, None, piece.start, raw if keep_raw else None)
    plain = without_remarks(raw)
    try:
        # else it has been tried where it lies
        if plain is not piece.raw and (read := plain_citation(plain, 0, position)) is not None:
            return [read[0]]
        try:
            found = _made(piece.name, plain_tokens(plain), position)
        except (NotPlainError, RecursionError):
            found = _made(piece.name, parsed_tokens(raw, piece.name, piece.namespaces), position)
    except RecordError as error:
        found = [error]
    except (NotPlainError, RecursionError):
        found = [
            _error(piece, source, "its markup is too unusual, or nested too deeply, to be that of a record of PubMed")
        ]
    return [_with_text(one, piece) if isinstance(one, RecordError) else one for one in found]


def _made(name: bytes, tokens: Tokens, position: Position) -> list[Record]:
    return list(deletions(tokens, position)) if name in _DELETIONS else [citation(tokens, position)]


def _with_text(error: RecordError, piece: Slice) -> RecordError:
    return RecordError(error.source, error.where, error.pmid, error.element, error.value, error.reason, _text(piece))


def _reason(error: XMLSyntaxError) -> str:
    message = str(error.msg)
    if error.code == _UNDEFINED_ENTITY:
        name = message.partition("'")[2].partition("'")[0]
        return (
            f"the entity &{name}; is not defined: XML knows only &amp; &lt; &gt; &quot; &apos; and numbers; "
            "put the character itself in its place"
        )
    if error.code == _WRONG_ENCODING:
        return "its bytes are not in the encoding of the file; name the right one in the XML declaration"
    if error.code == _BEYOND_LIMITS:
        return f"it is nested too deeply, or one of its values is too long, to be a record of PubMed ({message})"
    return f"not well-formed XML: {message} (counted from where the record starts)"


def _error(piece: Slice, source: str, reason: str) -> RecordError:
    raw = _text(piece)
    found = _PMID.search(raw)
    return RecordError(source, f"byte {piece.start}", found[1] if found else None, None, None, reason, raw)


def _text(piece: Slice) -> str:
    return piece.raw[:LONGEST_RAW].decode(piece.encoding, "replace")

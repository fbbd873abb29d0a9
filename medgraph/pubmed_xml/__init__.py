"""PubMed XML -> citations, deletions, and errors in the place of what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from medgraph.errors import FormatError, RecordError
from medgraph.model import Citation, Deletion, Position
from medgraph.pubmed_xml.record import READ, UNREAD_REASONS, citation, deletions
from medgraph.pubmed_xml.slices import SETS, Slice, Slices, pieces

__all__ = ["READ", "UNREAD_REASONS", "citations"]

LONGEST_RAW = 1 << 20
"""Bytes of a record that an error carries at most."""

_PMID = re.compile(r"<(?:MedlineCitation|BookDocument)\b[^>]*>\s*<PMID[^>]*>\s*([1-9][0-9]{0,8})\s*<")
_MATHML = b' xmlns:mml="http://www.w3.org/1998/Math/MathML"'
_DELETIONS = frozenset((b"DeleteCitation", b"DeleteDocument"))
_UNDEFINED_ENTITY = 26
_TOO_DEEP = 114
_NOT_UTF8 = frozenset((9, 81))
_UNDECLARED_PREFIX = 201


def citations(stream: BinaryIO, source: str) -> Iterator[Citation | Deletion | RecordError | FormatError]:
    """
    What PubMed XML holds, in its order and in constant memory.

    A record that cannot be read is an error in its place, and so is text between the records; the
    reading goes on behind it. Input without any record and without a root that NLM uses ends in a
    :class:`FormatError`. An empty set of records is fine and gives nothing.

    Args:
        stream: uncompressed bytes; only ``read`` is called.
        source: its name in messages and positions.
    """
    slices = Slices(stream)
    nothing = True
    for piece in slices:
        nothing = False
        if not piece.name:
            reason = f"at byte {piece.start}: {piece.defect}; was a download cut off, or an error page joined in?"
            yield FormatError(source, reason)
        elif piece.defect is None:
            yield from _read(piece, source)
        else:
            yield from _read_pieces(piece, source)
    if nothing and not any(name.encode() in SETS for name in slices.elements):
        found = f"XML of another kind (its root is <{slices.elements[0]}>)" if slices.elements else "no XML element"
        yield FormatError(source, f"this holds {found}; expected is PubMed XML, with a PubmedArticleSet")


def _read(piece: Slice, source: str) -> Iterator[Citation | Deletion | RecordError]:
    """One record, or what is left of it and of those it runs into."""
    try:
        element = _parsed(piece)
    except etree.XMLSyntaxError as error:
        yield from _read_pieces(piece._replace(defect=_reason(error)), source)
        return
    except UnicodeDecodeError as error:
        yield _error(piece, source, f"its bytes are not {piece.encoding}, which the file says they are: {error.reason}")
        return
    position = Position(source, None, piece.start)
    try:
        if piece.name in _DELETIONS:
            yield from _deletions(piece, element, position)
        else:
            yield citation(element, position)
    except RecordError as error:
        yield RecordError(source, error.where, error.pmid, error.element, error.value, error.reason, _text(piece))
    except RecursionError:
        yield _error(piece, source, "its elements are nested too deeply")


def _read_pieces(broken: Slice, source: str) -> Iterator[Citation | Deletion | RecordError]:
    parts = list(pieces(broken))
    if len(parts) == 1:
        yield _error(broken, source, broken.defect or "")
        return
    for part in parts:
        if part.defect is None:
            try:
                _parsed(part)
            except (etree.XMLSyntaxError, UnicodeDecodeError) as error:
                yield _error(part, source, _reason(error))
            else:
                yield from _read(part, source)
        else:
            yield _error(part, source, part.defect)


def _deletions(piece: Slice, element: etree._Element, position: Position) -> Iterator[Deletion | RecordError]:
    for pmid, version in deletions(element):
        if pmid is None or not pmid.isascii() or not pmid.isdigit():
            reason = "this names no record to delete: a PMID has one to nine digits"
            yield RecordError(position.source, str(position), None, "DeleteCitation/PMID", pmid, reason, _text(piece))
        else:
            yield Deletion(pmid=pmid, version=version, position=position)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
    )


_PARSER = _parser()


def _parsed(piece: Slice) -> etree._Element:
    raw = piece.raw if piece.encoding == "utf-8" else piece.raw.decode(piece.encoding).encode()
    try:
        return etree.fromstring(raw, _PARSER)
    except etree.XMLSyntaxError as error:
        if error.code != _UNDECLARED_PREFIX:
            raise
    end = len(piece.name) + 1
    outer = piece.namespaces if b"xmlns:mml" in piece.namespaces else piece.namespaces + _MATHML
    return etree.fromstring(raw[:end] + outer + raw[end:], _PARSER)


def _reason(error: etree.XMLSyntaxError | UnicodeDecodeError) -> str:
    message = str(error.msg) if isinstance(error, etree.XMLSyntaxError) else str(error)
    code = getattr(error, "code", None)
    if code == _UNDEFINED_ENTITY:
        name = message.partition("'")[2].partition("'")[0]
        return (
            f"the entity &{name}; is not defined: XML knows only &amp; &lt; &gt; &quot; &apos; and numbers; "
            "put the character itself in its place"
        )
    if code == _TOO_DEEP:
        return f"it is nested too deeply, or one of its values is too long, to be a record of PubMed ({message})"
    return f"not well-formed XML: {message} (counted from where the record starts)"


def _error(piece: Slice, source: str, reason: str) -> RecordError:
    raw = _text(piece)
    found = _PMID.search(raw)
    return RecordError(source, f"byte {piece.start}", found[1] if found else None, None, None, reason, raw)


def _text(piece: Slice) -> str:
    return piece.raw[:LONGEST_RAW].decode(piece.encoding, "replace")

"""
PubMed XML as bytes -> the bytes of one record after the other, in constant memory.

No XML parser runs over the whole input: records are found by their tags, with comments, CDATA
sections and processing instructions told apart. So one malformed record costs itself and not the
file, a file that was cut off keeps its whole records, documents may follow one another or lack a
root, and a DOCTYPE with whatever entities it declares is passed over and never seen by a parser.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Generic, NamedTuple, TypeVar

CHUNK = 1 << 18
LARGEST_RECORD = 64 << 20
"""Bytes. Records of 3,000 authors with all their affiliations and references have about 5 MB."""

SETS = frozenset(
    (b"PubmedArticleSet", b"PubMedArticleSet", b"PubmedBookArticleSet", b"BookDocumentSet", b"MedlineCitationSet")
)
"""The roots under which records come; bioperl's samples have the second spelling."""

START = re.compile(
    rb"<(PubmedArticle|PubMedArticle|PubmedBookArticle|MedlineCitation|BookDocument|DeleteCitation|DeleteDocument)"
    rb"(?=[\s/>])"
)
_BODIES = frozenset((b"MedlineCitation", b"BookDocument"))
"""Records of their own in some files, the body of a record in others."""

_END_OF_DOCTYPE = b"]>"
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_OPAQUE = re.compile(rb"<!--|<!\[CDATA\[|<\?")
_NEXT_START = re.compile(rb"\s*" + START.pattern)
_BLANKS = re.compile(rb"\s*")
_OPAQUE_OR_START = re.compile(_OPAQUE.pattern + rb"|" + START.pattern)
_DOCTYPE_TOKEN = re.compile(rb"""<!--|<\?|["'\[\]>]""")
_NAME = re.compile(rb"</?([^\s/>]*)")
_ENCODING = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.:-]*)""")
_NAMESPACE = re.compile(rb"""\sxmlns:[\w.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*')""")

_LESS_THAN, _SLASH = b"</"
_NEAR = 1 << 16
"""Bytes before the end of those at hand where a record may well not be there as a whole; most have less than half."""
_SAMPLE = 60
"""Bytes of a text outside of records that its error shows."""

Read = TypeVar("Read")

NOT_CLOSED = "the record is not closed before the next one begins"
CUT_OFF = "the file ends inside this record: it was cut off; get the file again"


class Slice(NamedTuple):
    """
    One record as bytes, or something between the records that should not be there.

    Args:
        start: offset of the first byte in the input (in its UTF-8 form, if that is UTF-16 or UTF-32).
        name: the record's tag; empty for what stands between records.
        defect: what is wrong with it, as far as that is known before it is parsed.
        encoding: of ``raw``, as Python names it.
        namespaces: the ``xmlns:…`` attributes of the elements around the record.
    """

    start: int
    raw: bytes
    name: bytes
    defect: str | None = None
    encoding: str = "utf-8"
    namespaces: bytes = b""


class Slices(Generic[Read]):
    """
    The records of a stream, one :class:`Slice` after the other, or what a reader makes of a record at once.

    Args:
        read: is given the bytes at hand, where in them a record in UTF-8 begins, and where that is in the stream;
            gives what it makes of the record and where in the bytes that ends, or None: then the record is cut out
            of the stream as a slice.

    Attributes:
        elements: names of the elements that were met outside of records (the first few).
    """

    def __init__(
        self,
        stream: BinaryIO,
        largest: int = LARGEST_RECORD,
        read: Callable[[bytes, int, int], tuple[Read, int] | None] | None = None,
    ) -> None:
        self._read = read
        self.elements: list[str] = []
        self._stream = stream
        self._largest = largest
        self._buffer = b""
        self._base = 0
        self._at_end = False
        self._fixed_encoding = False
        self._encoding = "utf-8"
        self._namespaces = b""
        self._open_sets = 0
        self._stray = False
        self._unclosed: dict[bytes, int] = {}
        self._missing = b""

    def __iter__(self) -> Iterator[Slice | Read]:
        position = self._begin()
        piece: Slice | Read | None
        while position >= 0:
            found = _NEXT_START.match(self._buffer, position)
            if found is not None:
                self._stray = False
                piece, position = self._whole(found.end() - len(found[1]) - 1, found[1])
            else:
                piece, position = self._between(position)
            if piece is not None:
                yield piece

    def _whole(self, start: int, name: bytes) -> tuple[Slice | Read, int]:
        """The record that begins here, read if it can be, and where in the buffer it ends."""
        if self._read is None or self._encoding != "utf-8":
            return self._record(start, name)
        tag = b"</" + name
        while len(self._buffer) - start < _NEAR and self._buffer.find(tag, start) < 0 and self._grow(start):
            start = 0
        base = self._base
        read = self._read(self._buffer, start, base + start)
        if read is None:
            piece, end = self._record(start, name)
            if self._base == base or piece.defect is not None:
                return piece, end
            # it was not at hand as a whole
            read = self._read(piece.raw, 0, piece.start)
            return (piece if read is None or read[1] < len(piece.raw) else read[0]), end
        return read

    def _begin(self) -> int:
        while len(self._buffer) < 4 and self._grow(0):
            pass
        encoding = wide_encoding(self._buffer[:4])
        if encoding:
            self._stream = Recoded(self._stream, self._buffer, encoding)  # type: ignore[assignment]
            self._fixed_encoding = True
            self._buffer, self._at_end = b"", False
            while len(self._buffer) < 4 and self._grow(0):
                pass
        return len(codecs.BOM_UTF8) if self._buffer.startswith(codecs.BOM_UTF8) else 0

    def _grow(self, forget: int) -> bool:
        """Forget the first bytes of the buffer and read at least as many as are left; False at the end of the input."""
        if not self._at_end:
            kept = len(self._buffer) - forget
            chunk = self._stream.read(max(CHUNK, kept))
            if chunk:
                self._base += forget
                self._buffer = self._buffer[forget:] + chunk
                return True
            self._at_end = True
        return False

    def _slice(self, start: int, end: int, name: bytes, defect: str | None = None) -> Slice:
        raw = self._buffer[start:end]
        return Slice(self._base + start, raw, name, defect, self._encoding, self._namespaces)

    def _record(self, start: int, name: bytes) -> tuple[Slice, int]:
        """The record that begins here, and where in the buffer it ends."""
        while True:
            self._missing = b""
            buffer = self._buffer
            end, whole = _end_of_record(buffer, start, name, self._closing)
            if end >= 0:
                return self._slice(start, end, name, None if whole else NOT_CLOSED), end
            if len(buffer) - start > self._largest:
                self._give_up()
                return self._oversized(start, name)
            if not self._grow(start):
                self._open_sets = 0
                return self._slice(start, len(buffer), name, CUT_OFF), len(buffer)
            start = 0

    def _oversized(self, start: int, name: bytes) -> tuple[Slice, int]:
        """The head of a record that is too large, and where in the buffer it has been passed over."""
        head = self._slice(start, start + 65536, name, f"larger than {self._largest:,} bytes, which no record is")
        end_tag = b"</" + name
        position = start + 1
        while True:
            end = self._buffer.find(end_tag, position)
            following = next((m.start() for m in START.finditer(self._buffer, position) if m[1] not in _BODIES), -1)
            if following >= 0 and not 0 <= end < following:
                return head, following
            if end >= 0:
                return head, max(self._buffer.find(b">", end) + 1, end + len(end_tag))
            if not self._grow(max(position, len(self._buffer) - 64)):
                return head, len(self._buffer)
            position = 0

    def _between(self, position: int) -> tuple[Slice | None, int]:
        """Pass over one piece of markup or text between records: what there is to say of it, and where it ends."""
        self._missing = b""
        buffer = self._buffer
        position = _BLANKS.match(buffer, position).end()  # type: ignore[union-attr]
        rest = len(buffer) - position
        if rest and buffer[position] != _LESS_THAN:
            end = buffer.find(b"<", position)
            if end < 0 and rest < _SAMPLE and not self._stray and self._grow(position):
                return None, 0
            return self._stray_text(position, end if end >= 0 else len(buffer))
        end = self._end_of_markup(position) if rest > 8 or self._at_end else -1
        if end > 0:
            return self._markup(position, end)
        if end < 0 and rest <= self._largest and self._grow(position):
            return None, 0
        if rest:
            self._give_up()
            tagless = self._unclosed.get(b">", 0) - self._base
            return self._stray_text(position, min(len(buffer), max(position + 1, tagless)))
        if self._open_sets:
            self._open_sets = 0
            return self._slice(position, position, b"", "the file ends before its root element does"), -1
        return None, -1

    def _end_of_markup(self, start: int) -> int:
        """Behind the tag, comment, DOCTYPE … at ``start``; -1: not in this buffer; 0: nowhere within reach."""
        buffer = self._buffer
        opaque = _OPAQUE.match(buffer, start)
        if opaque is not None:
            return self._closing(_ENDS[opaque[0]], opaque.end())
        if buffer.startswith(b"<!", start):
            return self._end_of_doctype(start)
        return self._closing(b">", start)

    def _end_of_doctype(self, start: int) -> int:
        """Behind a ``<!DOCTYPE … [ … ]>``, whatever its internal subset declares; -1 and 0 as above."""
        if self._base + start < self._unclosed.get(_END_OF_DOCTYPE, 0):
            return 0
        subset = False
        position = start + 2
        while found := _DOCTYPE_TOKEN.search(self._buffer, position):
            token, position = found[0], found.end()
            if token == b">" and not subset:
                return position
            if token in b"[]":
                subset = token == b"["
            elif token != b">":
                position = self._closing(_ENDS.get(token, token), position)
                if position <= 0:
                    return position
        self._missing = _END_OF_DOCTYPE
        return -1

    def _closing(self, terminator: bytes, position: int) -> int:
        """Behind the next ``terminator``; -1: not in this buffer; 0: known not to be within reach."""
        if self._base + position < self._unclosed.get(terminator, 0):
            return 0
        end = self._buffer.find(terminator, position)
        if end >= 0:
            return end + len(terminator)
        self._missing = terminator
        return -1

    def _give_up(self) -> None:
        """Remember how far the terminator that was missing is not to be found, lest every ``<!--`` searches again."""
        if self._missing:
            self._unclosed[self._missing] = self._base + len(self._buffer)

    def _markup(self, position: int, end: int) -> tuple[Slice | None, int]:
        """What a tag, comment, DOCTYPE … between records tells."""
        token = self._buffer[position:end]
        if token.startswith(b"<?xml") and token[5:6].isspace():
            if not self._fixed_encoding:
                self._encoding = _declared_encoding(token)
            self._namespaces = b""
            if self._open_sets:
                self._open_sets = 0
                return self._slice(position, position, b"", "a document ends before its root element does"), end
        elif token.startswith(b"<![CDATA["):
            return self._stray_text(position, end)
        elif token[1] not in b"!?":
            name = _NAME.match(token)[1]  # type: ignore[index]
            if token[1] == _SLASH:
                self._open_sets -= name in SETS and self._open_sets > 0
            else:
                self._open_sets += name in SETS and token[-2] != _SLASH
                if len(self._namespaces) < 4096:
                    self._namespaces += b"".join(_NAMESPACE.findall(token))
                if len(self.elements) < 10:
                    self.elements.append(name.decode("utf-8", "replace"))
        return None, end

    def _stray_text(self, position: int, end: int) -> tuple[Slice | None, int]:
        """Text where only records should be, reported once until the next record begins."""
        known, self._stray = self._stray, True
        if known:
            return None, end
        sample = self._buffer[position : min(end, position + _SAMPLE)].decode(self._encoding, "replace")
        return self._slice(position, end, b"", f"text outside of any record: {' '.join(sample.split())!r}"), end


def pieces(broken: Slice) -> Iterator[Slice]:
    """
    The records that begin inside the bytes of a record that cannot be parsed.

    A record that is cut off or not closed runs on into the next ones; each of them is a piece here,
    and so is what is left of the broken one itself. Records in comments do not count.
    """
    raw = broken.raw
    closing = _closing_in(raw)
    starts = [0]
    has_body = broken.name in _BODIES
    position = 1
    while found := _OPAQUE_OR_START.search(raw, position):
        position = found.end()
        if terminator := _ENDS.get(found[0]):
            position = closing(terminator, position) or position
        elif found[1] in _BODIES and not has_body:
            has_body = True
        else:
            starts.append(found.start())
            has_body = found[1] in _BODIES
    for start, following in zip(starts, [*starts[1:], len(raw)], strict=True):
        piece = raw[start:following]
        name = START.match(piece)[1]  # type: ignore[index]
        end, whole = _end_of_record(piece, 0, name, _closing_in(piece))
        defect = None if whole else broken.defect or NOT_CLOSED if following == len(raw) else NOT_CLOSED
        yield broken._replace(
            start=broken.start + start, raw=piece[:end] if end >= 0 else piece, name=name, defect=defect
        )


def _closing_in(raw: bytes) -> Callable[[bytes, int], int]:
    """As ``Slices._closing``, where ``raw`` is all there is."""
    unclosed: set[bytes] = set()

    def closing(terminator: bytes, position: int) -> int:
        end = -1 if terminator in unclosed else raw.find(terminator, position)
        if end >= 0:
            return end + len(terminator)
        unclosed.add(terminator)
        return 0

    return closing


def _end_of_record(buffer: bytes, start: int, name: bytes, closing: Callable[[bytes, int], int]) -> tuple[int, bool]:
    """
    Where the record that begins at ``start`` ends (-1: not in this buffer), and whether its end tag stands there.

    A record that the end of its set follows, and not its own end, ends there too.

    Args:
        closing: finds the end of a comment and the like, as ``Slices._closing`` does.
    """
    opened = buffer.find(b">", start)
    if opened < 0:
        return -1, False
    if buffer[opened - 1] == _SLASH:
        return opened + 1, True
    tag = b"</" + name
    end = buffer.find(tag, opened)
    stop = end if end >= 0 else len(buffer)
    if _holds_declaration(buffer, opened, stop):
        end = _end_beyond_opaque(buffer, opened, tag, closing)
    closed = buffer.find(b">", end) if end >= 0 else -1
    if closed < 0:
        return -1, False
    return (end, False) if buffer[end + len(tag) : closed].strip() else (closed + 1, True)


def _holds_declaration(buffer: bytes, start: int, end: int) -> bool:
    """Whether ``<!`` or ``<?`` stands there: looking for the rarer character is ten times as fast."""
    for character in (b"!", b"?"):
        position = buffer.find(character, start, end)
        while position >= 0:
            if buffer[position - 1] == _LESS_THAN:
                return True
            position = buffer.find(character, position + 1, end)
    return False


def _end_beyond_opaque(buffer: bytes, position: int, tag: bytes, closing: Callable[[bytes, int], int]) -> int:
    """Where ``tag`` stands outside of comments, CDATA and processing instructions; -1 if not in this buffer."""
    end = buffer.find(tag, position)
    while found := _OPAQUE.search(buffer, position, end if end >= 0 else len(buffer)):
        position = closing(_ENDS[found[0]], found.end())
        if position < 0:
            return -1
        position = position or found.end()
        if 0 <= end < position:
            end = buffer.find(tag, position)
    return end


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32 if the first four bytes are of one of them, by a byte order mark or by ``<`` itself."""
    for bom, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"<\0\0\0", "utf-32-le"),
        (b"\0\0\0<", "utf-32-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if head.startswith(bom):
            return encoding
    return None


def _declared_encoding(declaration: bytes) -> str:
    """The encoding that an XML declaration names, if a declaration in it can be read as ASCII; else UTF-8."""
    found = _ENCODING.match(declaration)
    if found is None:
        return "utf-8"
    try:
        codec = codecs.lookup(found[1].decode())
        plain = declaration.decode(codec.name) == declaration.decode("ascii")
    except (LookupError, UnicodeError):
        return "utf-8"
    return "utf-8" if codec.name == "ascii" or not plain else codec.name


class Recoded:
    """A stream of UTF-16 or UTF-32, read as UTF-8."""

    def __init__(self, stream: BinaryIO, head: bytes, encoding: str) -> None:
        self._stream = stream
        self._head = head
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def read(self, size: int) -> bytes:
        """About ``size`` bytes, empty at the end of the stream."""
        while True:
            chunk, self._head = self._head or self._stream.read(size), b""
            text = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if text or not chunk:
                return text

"""
MEDLINE text as bytes -> the text of one record after the other -> its (tag, value) pairs.

The format: a tag of up to four letters padded to four, ``- ``, the value; a line that begins with
blanks goes on with the value above it; an empty line ends a record (PubMed User Guide, "PubMed
format"). What real files do to it is accepted: any line ends, a BOM at the head of a file or of a
part of it, bytes that are not UTF-8, records without an empty line between them, empty lines and
lines without indentation inside a value, and tags with too few blanks.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import compress
from typing import Any, BinaryIO, NamedTuple

from medgraph.medline.tags import FREE_TEXT, KNOWN, OF_PEOPLE, SHAPES
from medgraph.model import Problem
from medgraph.native import compiled_part

CHUNK = 1 << 18
LARGEST_RECORD = 32 << 20
"""Bytes. The largest real records, with 3,000 authors and their affiliations, have about 2 MB."""

TOO_LARGE = f"it is larger than {LARGEST_RECORD >> 20} MB, which no record of PubMed is"


Groups = dict[str, list[str]]
Line = tuple[str, str]


class Lines(NamedTuple):
    """
    The lines of a record, white space folded, without those that have a known tag and no value.

    Args:
        parts: tags, padded to four columns, and values in turn as they stand, behind an empty string.
        groups: the values by tag, in order, but for the people's; ``TI`` also where it is empty.
        people: tags, padded, and values of authors, editors and investigators in order.
        others: unknown tags and their values; the tag is "" for a line that has none.
    """

    parts: list[str]
    groups: Groups
    people: list[Line]
    others: list[Line]


class Block(NamedTuple):
    """
    The text of one record, of several that were joined into one line, or of none at all.

    Args:
        line: number of the first line in the input, from 1.
        text: ``\\n`` between lines; the bytes as they are, where there is a draft.
        problems: what had to be done to the text.
        lines: None where they are not as they should be; :func:`loose_lines` makes the best of them.
        defect: why this cannot be a record, where that is known already.
        draft: what the reader of plain records made of it; there are no lines then.
    """

    line: int
    text: Any
    problems: tuple[Problem, ...] = ()
    lines: Lines | None = None
    defect: str | None = None
    draft: Any = None


_SHORT_BLANK_LINES = re.compile(r"(?m)^ {1,4}$")
"""Blanks that fill the indentation are the blank line of a wrapped value; fewer are a line that looks empty."""
_EMPTY_LINES = re.compile(r"(?<!\n)\n\n+(?=[^ \n])")


def blocks(stream: BinaryIO | Iterable[bytes], plain: Callable[[bytes], Any] | None = None) -> Iterator[Block]:
    """
    The records of a stream, in order, while no more than a chunk and a record are held.

    A line ``PMID-`` begins a record, and so does whatever follows an empty line and is not indented.

    Args:
        stream: uncompressed bytes: a binary file, or chunks of any size.
        plain: reads a record that has nothing unusual from its bytes; gives None for any other.
    """
    line = 1
    head: Block | None = None
    for raw in _pieces(stream):
        if len(raw) > LARGEST_RECORD:
            yield Block(line, raw[:65536].decode("utf-8", "replace"), defect=TOO_LARGE)
            line += raw.count(b"\n")
            continue
        if plain is not None and head is None and raw.startswith(b"PMID-") and not _may_end_in_head(raw):
            draft = plain(raw)
            if draft is not None:
                yield Block(line, raw, draft=draft)
                line += _line_ends(raw)
                continue
        text, problems = _decoded(raw)
        body = text.rstrip("\n")
        lines = None
        if head is None and body.startswith("PMID-") and not _ends_in_head(body):
            lines = proper_lines(body)
        if lines is not None:
            yield Block(line, body, problems, lines)
        else:
            first = line
            if head is not None:
                first, text, problems = head.line, f"{head.text}\n{text}", head.problems + problems
                head = None
            paragraphs = list(_paragraphs(text, first, problems))
            if paragraphs and not text.endswith("\n\n"):
                paragraphs, head = _split_off_head(paragraphs)
            yield from paragraphs
        line += _line_ends(raw)
    if head is not None:
        yield head


def _paragraphs(text: str, line: int, problems: tuple[Problem, ...]) -> Iterator[Block]:
    """The parts of a text between empty lines; a line that is indented goes on with what is above the empty line."""
    text = _SHORT_BLANK_LINES.sub("", text).rstrip("\n ")
    position = len(text) - len(text.lstrip("\n "))
    line += text.count("\n", 0, position)
    if text.startswith("PMID-", position) and _DOUBLE_SPACED.fullmatch(text, position):
        yield Block(line, text[position:].replace("\n\n", "\n"), problems)
        return
    while position < len(text):
        found = _EMPTY_LINES.search(text, position)
        end = found.start() if found else len(text)
        yield Block(line, text[position:end], problems)
        following = found.end() if found else len(text)
        line += text.count("\n", position, following)
        position = following


_DOUBLE_SPACED = re.compile(r"[^\n]+(?:\n\n[^\n]+){4,}")
"""Every line followed by an empty one: line ends that were written as CR CR LF or LF LF."""


def _may_end_in_head(raw: bytes) -> bool:
    """Whether :func:`_ends_in_head` is worth asking: for bytes, and by the last line alone."""
    return raw.startswith(b"PMC ", raw.rfind(b"\n", 0, len(raw.rstrip(b"\n"))) + 1)


def _ends_in_head(text: str) -> bool:
    """Whether the last line is the first of the next record: the PMC number, behind the source that ends a record."""
    last = text.rfind("\n") + 1
    return text.startswith("PMC ", last) and _LAST_SOURCE.search(text, 0, last) is not None


_LAST_SOURCE = re.compile(r"\nSO  - [^\n]*\n(?: [^\n]*\n)*\Z")
_HEAD_LINE = re.compile(r"([A-Z]{2,4}) *-")


def _split_off_head(paragraphs: list[Block]) -> tuple[list[Block], Block | None]:
    """The blocks above a PMID line, and apart from them the lines that belong to its record (PMC's text has such)."""
    *before, last = paragraphs
    if _ends_in_head(last.text):
        text, _, head = last.text.rpartition("\n")
        line = last.line + last.text.count("\n")
        return [*before, Block(last.line, text, last.problems)], Block(line, head, last.problems)
    tags = [found[1] if found else None for found in map(_HEAD_LINE.match, last.text.split("\n"))]
    if "PMID" in tags or not all(tag in KNOWN for tag in tags):
        return paragraphs, None
    return before, last


def _pieces(stream: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """The input cut in front of each line that begins with ``PMID-``, with ``\\n`` as the only line end."""
    buffer = b""
    chunks = _Chunks(stream)
    while chunk := chunks.next(len(buffer)):
        buffer += chunk
        pieces = _cut_at_pmids(buffer)
        buffer = pieces.pop()
        if pieces:
            yield from pieces
        elif len(buffer) > LARGEST_RECORD >> 3:
            cut = max(buffer.rfind(b"\n\n") + 2, _last_joined(buffer))
            if cut > 1:
                yield buffer[:cut]
                buffer = buffer[cut:]
            elif len(buffer) > LARGEST_RECORD:
                yield buffer
                buffer = b""
    if buffer:
        yield buffer


_JOINED_RECORD = re.compile(rb" (?=PMID- [0-9]+ +(?:OWN|STAT|IS|TI) *- )")


def _last_joined(buffer: bytes) -> int:
    """Where the last of several records in one line begins, 0 if there is one at most."""
    cut = 0
    for found in _JOINED_RECORD.finditer(buffer):
        cut = found.end()
    return cut


def cut_at_pmids(data: bytes) -> list[bytes]:
    """The text cut in front of each line that begins with ``PMID-``."""
    first, *others = data.split(b"\nPMID-")
    if not others:
        return [data]
    return [first + b"\n", *[b"PMID-" + piece + b"\n" for piece in others[:-1]], b"PMID-" + others[-1]]


def without_before_line_ends(data: bytes, byte: bytes) -> bytes:
    """The text with one such byte less in front of every line end that has any."""
    # splitting and joining takes half the time of replacing
    return b"\n".join(data.split(byte + b"\n"))


def line_ends(data: bytes) -> int:
    """How many there are."""
    return data.count(b"\n")


COMPILED = compiled_part("medgraph.medline")
"""The compiled module, or None."""

_cut_at_pmids, _without_before_line_ends, _line_ends = (
    (cut_at_pmids, without_before_line_ends, line_ends)
    if COMPILED is None
    else (COMPILED.cut_at_pmids, COMPILED.without_before_line_ends, COMPILED.line_ends)
)

_BOM_BEGINS = codecs.BOM_UTF8[:1]


class _Chunks:
    """The input in chunks that end with a line where they can; line ends ``\\n``, no blanks before them, no BOMs."""

    def __init__(self, stream: BinaryIO | Iterable[bytes]) -> None:
        read = getattr(stream, "read", None)
        self._source = iter(lambda: read(CHUNK), b"") if read is not None else iter(stream)
        self._rest = b""
        self._line_end: bytes | None = None

    def next(self, size: int) -> bytes:
        """Of at least so many bytes, if there are as many; empty at the end of the input."""
        data = b""
        while not data:
            chunk = self._read(max(CHUNK, size, len(self._rest)))
            if not chunk and not self._rest:
                return b""
            data = self._clean(self._rest + chunk, last=not chunk)
        return data

    def _read(self, size: int) -> bytes:
        parts = []
        for part in self._source:
            parts.append(part)
            size -= len(part)
            if size <= 0:
                break
        return b"".join(parts)

    def _clean(self, data: bytes, last: bool) -> bytes:
        if self._line_end is None:
            data = data.removeprefix(codecs.BOM_UTF8)
            self._line_end = b"\r" if b"\r" in data and b"\n" not in data else b"\n"
        cut = 0 if last else data.rfind(self._line_end) + 1
        data, self._rest = (data[:cut], data[cut:]) if cut else (data, b"")
        if b"\r" in data:
            if data[-1:] == b"\r" and not last and self._line_end == b"\n":
                data, self._rest = data[:-1], b"\r"
            data = _without_before_line_ends(data, b"\r")
            if b"\r" in data:
                data = data.replace(b"\r", b"\n" if self._line_end == b"\r" else b" ")
        data = _without_before_line_ends(data, b" ")
        if b"\t" in data:
            data = data.replace(b"\t", b" ")
        if _BOM_BEGINS in data and codecs.BOM_UTF8 in data:
            data = data.replace(b"\n" + codecs.BOM_UTF8, b"\n")
        return data


def _decoded(raw: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text; bytes that are not UTF-8 are taken for Windows-1252 one by one, and that is said."""
    try:
        return raw.decode(), ()
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", WINDOWS_1252)
        before = raw[: error.start].decode("utf-8", WINDOWS_1252)
        tag = next(reversed(_TAG_LINE.findall(before)), "")
        start = max(before.rfind(" "), before.rfind("\n")) + 1
        # 0xA0 is a no-break space, with which split() may leave nothing
        word = (text[start : start + 80].split(maxsplit=1) or [""])[0]
        message = f"the byte {raw[error.start]:#04x} is not UTF-8; it and its like here are read as Windows-1252"
        return text, (Problem(code="encoding", element=tag, value=word, message=message),)


_TAG_LINE = re.compile(r"(?m)^([A-Z]{2,4}) *-")
WINDOWS_1252 = "medgraph.windows-1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    # five bytes have no character in Windows-1252; Latin-1 has a control character for each
    return "".join(_CHARACTERS[byte] for byte in wrong), error.end


_CHARACTERS = [bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(256)]
codecs.register_error(WINDOWS_1252, _as_windows_1252)


_TAG_AT_LINE_START = re.compile(r"\n(....)-(?: +|(?=\n)|\Z)")
_PADDED = {tag.ljust(4): tag for tag in KNOWN}
_PADDED_OF_PEOPLE = frozenset(tag.ljust(4) for tag in OF_PEOPLE)
_UNKNOWN_TAG = re.compile(r"[A-Z][A-Z0-9]{1,3} *")
_NO_TAG = "    "


def proper_lines(text: str) -> Lines | None:
    """
    The lines of a record whose tags fill their columns and whose wrapped lines are indented by six; else None.

    >>> proper_lines("PMID- 1\\nTI  - Motorcycles, power and\\n      power-to-weight\\nAB  -").groups
    {'PMID': ['1'], 'TI': ['Motorcycles, power and power-to-weight']}
    """
    return grouped(_TAG_AT_LINE_START.split("\n" + " ".join(text.split("\n      "))))


def grouped(parts: list[str]) -> Lines | None:
    """The lines made of :attr:`Lines.parts`; None where one of those is neither a tag nor a value."""
    keys, values = parts[1::2], parts[2::2]
    # one look at all values: a line end means a line without a tag, two blanks that some value is not folded or empty
    together = f" {' '.join(values)} "
    if parts[0] or "\n" in together:
        return None
    if "  " in together:
        values = list(map(folded, values))
        said = [bool(value) or key == "TI  " for key, value in zip(keys, values, strict=True)]
        keys, values = list(compress(keys, said)), list(compress(values, said))
    groups: Groups = {}
    by_key: Groups = {}
    people: list[Line] = []
    others: list[Line] = []
    of_people = _PADDED_OF_PEOPLE
    for key, value in zip(keys, values, strict=True):
        if key in of_people:
            people.append((key, value))
        elif key in by_key:
            by_key[key].append(value)
        elif key in _PADDED:
            by_key[key] = groups[_PADDED[key]] = [value]
        elif key == _NO_TAG or _UNKNOWN_TAG.fullmatch(key):
            others.append((key.rstrip(" "), value))
        else:
            return None
    return Lines(parts, groups, people, others)


def folded(value: str) -> str:
    """A value as one line, one blank between words."""
    while "  " in value:
        value = value.replace("  ", " ")
    return value.strip(" ")


_INDENTATION = re.compile(r"(?<!\n)\n+ +")
_LOOSE_TAG = re.compile(r"([A-Z]{2,4})( {0,3})-( *)(.*)")


def loose_lines(text: str) -> tuple[Lines, tuple[Problem, ...]]:
    """The lines of a record some of which are not as they should be."""
    found: list[tuple[str, list[str]]] = []
    problems: list[Problem] = []
    for line in _INDENTATION.sub(" ", text.strip(" \n")).split("\n"):
        if not line:
            continue
        tag, value = _loose_tag(line)
        if tag:
            found.append((tag, [value]))
        elif found and found[-1][0] in FREE_TEXT:
            found[-1][1].append(line)
            message = f"this line has no tag and is not indented; it is read as part of {found[-1][0]}"
            problems.append(Problem("line-without-tag", found[-1][0], line, message))
        else:
            found.append(("", [line]))
    parts = ["", *(item for tag, values in found for item in (tag.ljust(4), " ".join(values)))]
    lines = grouped(parts)
    assert lines is not None, parts
    return lines, tuple(problems)


def _loose_tag(line: str) -> tuple[str, str]:
    """
    Tag and value of a line; the tag is "" where there is none.

    A tag that is not in the list counts if it stands in its columns; one of the list may lack blanks
    (``TI-``, ``PMID-22664220``), if its value is one that belongs to it.
    """
    if line[4:6] == "- " and _UNKNOWN_TAG.fullmatch(line[:4]):
        return line[:4].rstrip(" "), line[6:].strip(" ")
    loose_tag = _LOOSE_TAG.fullmatch(line)
    if loose_tag is not None:
        tag, padding, blank, value = loose_tag.groups()
        in_column = len(tag) + len(padding) == 4
        if tag in KNOWN and (not value or in_column or blank):
            shape = SHAPES.get(tag)
            if not value or shape is None or shape.fullmatch(value):
                return tag, value
        elif in_column and not value:
            return tag, ""
    return "", line.strip(" ")

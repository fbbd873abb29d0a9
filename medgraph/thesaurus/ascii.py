"""
NLM's plain-text MeSH -> MeSH records: ``d*.bin``, ``q*.bin``, ``c*.bin`` and ``mtrees*.bin``.

Each element stands on a line, ``MH = Appendicitis``, and ``*NEWRECORD`` before each record; see NLM's pages
"ASCII MeSH Descriptor Data Elements" (dtype), "Qualifier …" (qtype) and "Supplementary Concept Records" (ctype).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from medgraph.errors import FormatError
from medgraph.mesh.records import ABBREVIATION, CLASSES, ENTRY, PERMUTED, PREFERRED, TREE_NUMBER, UI, MeshRecord, Name

Line = tuple[int, str]

_ELEMENT = re.compile(r"([A-Z][A-Z0-9_ ]*?) *= ?(.*)")
_SUBFIELD_MAP = re.compile(r"a[a-z]+")
_TREE_LINE = re.compile(rf"(.+?) *[;|] *({TREE_NUMBER.pattern})")
_NAMES = ("MH", "SH", "NM")


def records(lines: Iterable[Line], source: str) -> Iterator[MeshRecord]:
    """
    The records of a ``d*.bin``, ``q*.bin`` or ``c*.bin``.

    Args:
        lines: each with its number, from 1, without its end.
        source: its name in messages.

    Raises:
        FormatError: a line is none of this format, or a record has no name or no identifier.
    """
    start = 0
    fields: list[tuple[str, str]] = []
    for at, line in lines:
        if line.strip() == "*NEWRECORD":
            if start:
                yield _record(fields, start, source)
            start, fields = at, []
        elif line.strip():
            found = _ELEMENT.fullmatch(line.rstrip())
            if found is None or not start:
                raise FormatError(source, f"line {at}: {line[:60]!r} is no element such as MH = Neoplasms")
            fields.append((found[1], found[2]))
    if start:
        yield _record(fields, start, source)


def trees(lines: Iterable[Line], source: str) -> Iterator[MeshRecord]:
    """
    The lines ``name;tree number`` of an ``mtrees*.bin``: records that are known by their name alone.

    Raises:
        FormatError: a line is none of this format.
    """
    for at, line in lines:
        if not line.strip():
            continue
        found = _TREE_LINE.fullmatch(line.strip())
        if found is None:
            raise FormatError(source, f"line {at}: {line[:60]!r} is no name;tree number; is it cut off?")
        yield MeshRecord("", found[1], trees=[found[2]])


def is_trees(line: str) -> bool:
    """
    Whether a line is one of ``mtrees*.bin``.

    >>> is_trees("Breast;A01.236"), is_trees("D001940;Breast")
    (True, False)
    """
    return _TREE_LINE.fullmatch(line.strip()) is not None


def _record(fields: list[tuple[str, str]], start: int, source: str) -> MeshRecord:
    ui = next((value for key, value in fields if key == "UI"), "").strip()
    name = next((value for key, value in fields if key in _NAMES), "").strip()
    if not UI.fullmatch(ui) or not name:
        raise FormatError(
            source, f"line {start}: the record of {name or 'no name'!r} has no identifier (UI) or no name; cut off?"
        )
    kind = CLASSES.index("Qualifier") if ui[0] == "Q" else 0
    names = [Name(name, PREFERRED)]
    numbers: list[str] = []
    links: list[tuple[str, str]] = []
    for key, value in fields:
        if key in ("ENTRY", "PRINT ENTRY", "SY", "QX"):
            text, has_more = _term(value)
            names.append(Name(text, ENTRY if has_more or key != "ENTRY" else PERMUTED))
        elif key == "QA":
            names.append(Name(value.strip(), ABBREVIATION))
        elif key == "MN":
            numbers.append(value.strip())
        elif key == "DC" and value.strip() in ("1", "2", "3", "4"):
            kind = int(value)
        elif key == "PA":
            links.append(("pharmacologicalAction", value.strip()))
        elif key == "HM":
            links += _mapped(value)
    return MeshRecord(ui, name, kind, names, numbers, links)


def _term(value: str) -> tuple[str, bool]:
    """
    The term before its subfields, and whether it had any.

    A variant that NLM derived has none. Subfields are parted by bars, before 2004 by colons, and end in a
    string with a letter for each.

    >>> _term("Avian Sarcoma|T050|T191|NON|EQV|NLM (1994)|930624|abbcdef"), _term("DNA Library:T028:ACX:EQV:abcd")
    (('Avian Sarcoma', True), ('DNA Library', True))
    >>> _term("Bank, Gene"), _term("2:1 Complex")
    (('Bank, Gene', False), ('2:1 Complex', False))
    """
    if "|" in value:
        return value.partition("|")[0].strip(), True
    rest, colon, letters = value.rpartition(":")
    if colon and _SUBFIELD_MAP.fullmatch(letters) and rest.count(":") >= len(letters) - 1:
        return rest.rsplit(":", len(letters) - 1)[0].strip(), True
    return value.strip(), False


def _mapped(value: str) -> Iterator[tuple[str, str]]:
    """The headings of an ``HM``: a star means the preferred one, a slash the qualifier."""
    name, slash, qualifier = value.strip().partition("/")
    starred = name.startswith("*") or qualifier.startswith("*")
    target = name.lstrip("*") + slash + qualifier.lstrip("*")
    yield "preferredMappedTo" if starred else "mappedTo", target

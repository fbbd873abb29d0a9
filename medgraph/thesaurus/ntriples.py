"""
MeSH RDF in N-Triples (``mesh.nt``) -> MeSH records.

The names of a record hang on its concepts' terms, anywhere in a file of two gigabytes, so what is needed
is laid down in a temporary database first and read from there record by record.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from medgraph.errors import FormatError
from medgraph.mesh.records import (
    ABBREVIATION,
    CLASSES,
    ENTRY,
    LINKS,
    PERMUTED,
    PREFERRED,
    UI,
    MeshRecord,
    Name,
    identifier,
    number,
)

Line = tuple[int, bytes]

_MESH = b"<http://id.nlm.nih.gov/mesh/"
_VOCABULARY = b"<http://id.nlm.nih.gov/mesh/vocab#"
_NODE = re.compile(rb"<http://id\.nlm\.nih\.gov/mesh/(?:[0-9]{4}/)?([A-Z][A-Z0-9.]*)>")
_LITERAL = re.compile(rb'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z-]+)|\^\^<[^>]*>)?')
_ESCAPE = re.compile(r"""\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))""")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_OBSOLETE = "[OBSOLETE] "
_BATCH = 50_000

_TABLES = """
    CREATE TABLE record (ui INTEGER PRIMARY KEY, label TEXT, kind INTEGER, active INTEGER, last TEXT);
    CREATE TABLE concept (ui INTEGER, concept INTEGER, preferred INTEGER, PRIMARY KEY (ui, concept)) WITHOUT ROWID;
    CREATE TABLE term (concept INTEGER, term INTEGER, preferred INTEGER, PRIMARY KEY (concept, term)) WITHOUT ROWID;
    CREATE TABLE label (term INTEGER, role INTEGER, text TEXT, PRIMARY KEY (term, role, text)) WITHOUT ROWID;
    CREATE TABLE tree (ui INTEGER, number TEXT, PRIMARY KEY (ui, number)) WITHOUT ROWID;
    CREATE TABLE link (ui INTEGER, property TEXT, target TEXT, PRIMARY KEY (ui, property, target)) WITHOUT ROWID;
"""
_KIND = "INSERT INTO record (ui, kind) VALUES (?, ?) ON CONFLICT DO UPDATE SET kind = excluded.kind"
_LABEL = "INSERT INTO record (ui, label) VALUES (?, ?) ON CONFLICT DO UPDATE SET label = excluded.label"
_ACTIVE = "INSERT INTO record (ui, active) VALUES (?, ?) ON CONFLICT DO UPDATE SET active = excluded.active"
_LAST = "INSERT INTO record (ui, last) VALUES (?, ?) ON CONFLICT DO UPDATE SET last = excluded.last"
_STRONGER = "VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET preferred = max(preferred, excluded.preferred)"
_CONCEPT = f"INSERT INTO concept {_STRONGER}"
_TERM = f"INSERT INTO term {_STRONGER}"
_NAME = "INSERT OR IGNORE INTO label VALUES (?, ?, ?)"
_TREE = "INSERT OR IGNORE INTO tree VALUES (?, ?)"
_LINK = "INSERT OR IGNORE INTO link VALUES (?, ?, ?)"

_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_RDFS_LABEL = b"<http://www.w3.org/2000/01/rdf-schema#label>"


def _of_vocabulary(name: str) -> bytes:
    return _VOCABULARY + name.encode() + b">"


_KINDS = {_of_vocabulary(name): kind for kind, name in enumerate(CLASSES) if name}
_NODES = {
    _of_vocabulary("preferredConcept"): ("DQC", "M", _CONCEPT, 1),
    _of_vocabulary("concept"): ("DQC", "M", _CONCEPT, 0),
    _of_vocabulary("preferredTerm"): ("M", "T", _TERM, 1),
    _of_vocabulary("term"): ("M", "T", _TERM, 0),
}
_LITERALS: dict[bytes, tuple[str, str, int]] = {
    _RDFS_LABEL: ("DQC", _LABEL, 0),
    _of_vocabulary("active"): ("DQC", _ACTIVE, 0),
    _of_vocabulary("lastActiveYear"): ("DQC", _LAST, 0),
    _of_vocabulary("prefLabel"): ("T", _NAME, ENTRY),
    _of_vocabulary("altLabel"): ("T", _NAME, PERMUTED),
    _of_vocabulary("abbreviation"): ("T", _NAME, ABBREVIATION),
}
_LINKED = {_of_vocabulary(name): name for name in LINKS}
_TREE_NUMBER = _of_vocabulary("treeNumber")


def records(lines: Iterable[Line], source: str) -> Iterator[MeshRecord]:
    """
    The records of a file, by identifier.

    Names in other languages than English are no names of PubMed and left out; statements about anything but
    names, classes, tree numbers and links are passed over.

    Args:
        lines: each with its number, from 1.
        source: its name in messages.

    Raises:
        FormatError: a line is no triple.
    """
    # "" is a temporary file of SQLite's own, kept in memory while it is small
    database = sqlite3.connect("")
    try:
        database.executescript(_TABLES)
        _lay_down(lines, source, database)
        yield from _read(database)
    finally:
        database.close()


def _lay_down(lines: Iterable[Line], source: str, database: sqlite3.Connection) -> None:
    waiting: dict[str, list[tuple[object, ...]]] = {}
    held = 0
    for at, line in lines:
        for statement, row in _rows(at, line, source):
            waiting.setdefault(statement, []).append(row)
            held += 1
        if held >= _BATCH:
            for statement, rows in waiting.items():
                database.executemany(statement, rows)
            waiting, held = {}, 0
    for statement, rows in waiting.items():
        database.executemany(statement, rows)


def _rows(at: int, line: bytes, source: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """What one line adds, as a statement and its values; at most one."""
    parts = line.split(None, 2)
    if not parts or parts[0].startswith(b"#"):
        return
    if len(parts) < 3 or not parts[2].rstrip().endswith(b"."):
        text = line[:60].decode("utf-8", "replace")
        raise FormatError(source, f"line {at}: {text!r} is no triple; the file is damaged or cut off: get it again")
    subject, predicate, rest = parts
    if not subject.startswith(_MESH):
        return
    if (literal := _LITERALS.get(predicate)) is not None:
        letters, statement, role = literal
        ui = _ui(subject, letters)
        if ui and (text := _english(rest, at, source)):
            yield statement, (ui, role, text) if statement == _NAME else (ui, text)
    elif (node := _NODES.get(predicate)) is not None:
        letters, other, statement, preferred = node
        if (ui := _ui(subject, letters)) and (target := _ui(rest, other)):
            yield statement, (ui, target, preferred)
    elif predicate == _TYPE:
        kind = _KINDS.get(rest.split(None, 1)[0])
        if kind and (ui := _ui(subject, "DQC")):
            yield _KIND, (ui, kind)
    elif predicate == _TREE_NUMBER:
        if (ui := _ui(subject, "DQ")) and (found := _NODE.match(rest)):
            yield _TREE, (ui, found[1].decode())
    elif (name := _LINKED.get(predicate)) is not None and (ui := _ui(subject, "DC")) and (found := _NODE.match(rest)):
        yield _LINK, (ui, name, found[1].decode())


def _ui(node: bytes, letters: str) -> int:
    """The number of a node whose identifier begins with one of these letters, or 0."""
    found = _NODE.match(node)
    if found is None or chr(found[1][0]) not in letters:
        return 0
    return number(found[1].decode())


def _english(rest: bytes, at: int, source: str) -> str:
    found = _LITERAL.match(rest)
    if found is None:
        raise FormatError(source, f"line {at}: the value is no literal; the file is damaged or cut off: get it again")
    if found[2] is not None and not found[2].lower().startswith(b"en"):
        return ""
    text = found[1].decode("utf-8", "replace")
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])


def _read(database: sqlite3.Connection) -> Iterator[MeshRecord]:
    names = _Grouped(
        database,
        "SELECT c.ui, l.text, l.role, t.term, c.concept, t.preferred, c.preferred"
        " FROM concept c JOIN term t ON t.concept = c.concept JOIN label l ON l.term = t.term"
        " ORDER BY c.ui, c.concept, t.term, l.role, l.text",
    )
    trees = _Grouped(database, "SELECT ui, number FROM tree ORDER BY ui, number")
    links = _Grouped(database, "SELECT ui, property, target FROM link ORDER BY ui, property, target")
    for ui, label, kind, active, last in database.execute("SELECT * FROM record ORDER BY ui"):
        rows = names.of(ui)
        label = (label or "").removeprefix(_OBSOLETE)  # noqa: PLW2901
        year = None
        if active is not None and str(active) in ("0", "false"):
            year = int(last) if last and str(last).isdecimal() else 0
        if not UI.fullmatch(identifier(ui)) or not (label or rows):
            continue
        yield MeshRecord(
            identifier(ui),
            label,
            kind or 0,
            [_name(row) for row in rows],
            [str(tree) for (tree,) in trees.of(ui)],
            [(str(name), str(target)) for name, target in links.of(ui)],
            year,
        )


def _name(row: Any) -> Name:
    text, role, term, concept, preferred, of_record = row
    text = text.removeprefix(_OBSOLETE)
    if role == ABBREVIATION:
        return Name(text, role)
    first = role == ENTRY and bool(preferred)
    return Name(text, PREFERRED if first and of_record else role, identifier(term), identifier(concept), first)


class _Grouped:
    """Rows in the order of their first column, handed out by it."""

    def __init__(self, database: sqlite3.Connection, query: str) -> None:
        self._groups = groupby(database.execute(query), itemgetter(0))
        self._current: tuple[int, list[Any]] | None = None
        self._advance()

    def of(self, key: int) -> list[Any]:
        """The rows of one key, without it; keys are asked for in their order."""
        while self._current and self._current[0] < key:
            self._advance()
        return self._current[1] if self._current and self._current[0] == key else []

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._current = group and (group[0], [row[1:] for row in group[1]])

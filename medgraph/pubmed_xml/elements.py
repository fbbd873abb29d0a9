"""
The words in which :mod:`medgraph.pubmed_xml.record` says how each element is read, and what makes readers of them.

An :class:`Element` lists its children and attributes; each row names the field that the value goes
to. A reader visits the children of an element once and only those, so that an element of the same
name deeper down (the ``PMID`` of a comment, the ``ArticleId`` of a reference) is never taken for it.
What no row names is kept as :class:`~medgraph.model.Unread`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import msgspec

from medgraph.model import Unread

Fields = dict[str, Any]
Reader = Callable[[Any, "Notes"], Any]
"""Makes the value of an element; None where it holds nothing."""
Filler = Callable[[Any, "Notes", Fields], None]
"""Puts what an element holds into the fields of its parent."""

MATHML = "{http://www.w3.org/1998/Math/MathML}"
INLINE = frozenset(("b", "i", "sup", "sub", "u", "DispFormula"))
"""Elements that may stand inside running text, besides MathML."""

FLAG: Mapping[str, Any] = {"Y": True, "N": False}

_WHITE_SPACE = re.compile(r"[ \t\r\n]+")
_ONE, _MANY, _INTO = range(3)


class Notes:
    """What was met in a record and has no place in its model."""

    __slots__ = ("unread",)

    def __init__(self) -> None:
        self.unread: list[Unread] = []

    def element(self, element: Any) -> None:
        """An element that no row names, that comes a second time or lacks what it needs."""
        value = fold(" ".join(element.itertext()))
        if value:
            self.unread.append(Unread(name=f"{_name(element.getparent())}/{_name(element)}", value=value))

    def attribute(self, element: Any, name: str, value: str) -> None:
        """An attribute that no row names, or a value it cannot have."""
        self.unread.append(Unread(name=f"{_name(element)}/@{name}", value=fold(value)))

    def attributes(self, element: Any) -> None:
        """All attributes of an element that should have none."""
        for name, value in element.items():
            self.attribute(element, name, value)

    def stray_text(self, element: Any, text: str) -> None:
        """Text of its own in an element that should hold only elements."""
        self.unread.append(Unread(name=f"{_name(element)}/text()", value=fold(text)))


class Row(NamedTuple):
    """Where the value of a child goes: into a field, as one of the values of a field, or (no field) all over."""

    field: str
    kind: int
    read: Reader | None = None


class Element(NamedTuple):
    """
    How an element is read.

    Args:
        rows: child name, ``@attribute`` or ``text()`` -> where it goes. A string is short for :func:`one`;
            for an attribute a pair of field and allowed values is possible, too.
        make: a Struct made of the fields, or a function from the fields to the value; None where the
            fields are those of the parent.
        merge: puts the fields of this element into those of its parent, where that takes more than copying.
        required: fields without which the element says nothing; it is then kept as unread.
    """

    rows: Mapping[str, Any]
    make: Callable[..., Any] | None = None
    merge: Callable[[Fields, Fields], None] | None = None
    required: tuple[str, ...] = ()


class Custom(NamedTuple):
    """An element that a function of its own reads, and the rows that function knows (for the list of what is read)."""

    rows: frozenset[str]
    read: Callable[..., Any]


def one(field: str, read: Reader | None = None) -> Row:
    """The child is there at most once; a second one is kept as unread."""
    return Row(field, _ONE, read)


def many(field: str, read: Reader | None = None) -> Row:
    """The child can repeat; its values are a tuple."""
    return Row(field, _MANY, read)


def into() -> Row:
    """What the child holds goes into the fields of its parent."""
    return Row("", _INTO)


Table = Mapping[str, Element | Custom]


def fold(text: str) -> str:
    """The text with each stretch of XML white space as one blank, none at its ends; other blanks stay as they are."""
    return _WHITE_SPACE.sub(" ", text).strip(" ")


def text(element: Any, notes: Notes) -> str | None:
    """All text of an element without attributes, that in inline markup too; None where there is none."""
    if element.keys():
        notes.attributes(element)
    return running_text(element, notes)


def running_text(element: Any, notes: Notes) -> str | None:
    """As :func:`text`, for an element whose attributes are read elsewhere."""
    if len(element):
        return _mixed_text(element, notes)
    value: str | None = element.text
    if value is None:
        return None
    if "\n" in value or "  " in value or value[0] == " " or value[-1] == " " or "\t" in value or "\r" in value:
        value = fold(value)
    return value or None


def _mixed_text(element: Any, notes: Notes) -> str | None:
    for inner in element.iterdescendants():
        tag = inner.tag
        if tag in INLINE:
            if inner.keys():
                notes.attributes(inner)
        elif not tag.startswith(MATHML):
            notes.element(inner)
            notes.attributes(inner)
    return fold("".join(element.itertext())) or None


def markup(element: Any) -> str | None:
    """
    The content of an element as an XML fragment; None where it has no markup.

    White space is folded, attributes are sorted, MathML has the prefix ``mml``, declared on each ``math``.
    """
    if not len(element):
        return None
    return fold(_content(element)) or None


def _content(element: Any) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        name = _name(child)
        attributes = "".join(f" {_local(key)}={quoteattr(value)}" for key, value in sorted(child.items()))
        if name == "mml:math":
            attributes = f' xmlns:mml="{MATHML[1:-1]}"{attributes}'
        content = _content(child)
        parts.append(f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>")
        parts.append(escape(child.tail or ""))
    return "".join(parts)


def _name(element: Any) -> str:
    return "?" if element is None else _local(element.tag)


def _local(name: str) -> str:
    """A tag or attribute name as it is written: without its namespace, MathML with the usual prefix."""
    if name.startswith(MATHML):
        return "mml:" + name[len(MATHML) :]
    return name.rpartition("}")[2]


def listed(table: Table) -> frozenset[str]:
    """``Parent/Child``, ``Element/@attribute`` and ``Element/text()`` for all that a table reads."""
    names = {f"{parent}/{row}" for parent, element in table.items() for row in element.rows}
    children = {name.partition("/")[2] for name in names if "@" not in name}
    leaves = {child for child in children if child not in table or "text()" in table[child].rows}
    names |= {f"{parent}/{child}" for parent in leaves | INLINE for child in (*INLINE, "mml:math")}
    return frozenset(names)


def fillers(table: Table) -> dict[str, Filler]:
    """For each element without a value of its own, what puts its contents into a record's fields."""
    compiler = _Compiler(table)
    return {
        name: compiler.filler(name)
        for name, element in table.items()
        if isinstance(element, Element) and element.make is None
    }


class _Compiler:
    """Makes functions of a table's elements, each once."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._readers: dict[str, Reader] = {}
        self._fillers: dict[str, Filler] = {}

    def reader(self, name: str) -> Reader:
        """What makes the value of an element of this name."""
        element = self._table.get(name)
        if element is None:
            return text
        if isinstance(element, Custom):
            return element.read
        if name not in self._readers:

            def itself(found: Any, notes: Notes) -> Any:
                return self._readers[name](found, notes)

            self._readers[name] = itself
            self._readers[name] = _reader(element, *self._rows(name, element))
        return self._readers[name]

    def filler(self, name: str) -> Filler:
        """What puts the contents of an element of this name into the fields of its parent."""
        element = self._table[name]
        if isinstance(element, Custom):
            return element.read
        if name not in self._fillers:
            fill = _filler(*self._rows(name, element))
            self._fillers[name] = fill if element.merge is None else _merging(fill, element.merge)
        return self._fillers[name]

    def _rows(self, name: str, element: Element) -> tuple[dict[str, Any], dict[str, Any], str | None]:
        children = {}
        attributes = {}
        for key, row in element.rows.items():
            if key.startswith("@"):
                attributes[key[1:]] = (row, None) if isinstance(row, str) else row
            elif key != "text()":
                field, kind, read = row if isinstance(row, Row) else one(row)
                path = f"{name}/{key}" if f"{name}/{key}" in self._table else key
                if read is None:
                    read = self.filler(path) if kind == _INTO else self.reader(path)  # type: ignore[assignment]
                children[key] = (field, kind, read)
        return children, attributes, element.rows.get("text()")


def _filler(children: dict[str, Any], attributes: dict[str, Any], text_field: str | None) -> Filler:
    row_of = children.get

    def fill(element: Any, notes: Notes, fields: Fields) -> None:
        if attributes:
            _attributes(element, attributes, notes, fields)
        elif element.keys():
            notes.attributes(element)
        if text_field is not None:
            value = running_text(element, notes)
            if value is not None:
                fields[text_field] = value
            return
        stray = element.text
        if stray is not None and not stray.isspace():
            notes.stray_text(element, stray)
        for child in element:
            row = row_of(child.tag)
            if row is None:
                notes.element(child)
                continue
            field, kind, read = row
            if kind == _INTO:
                read(child, notes, fields)
                continue
            value = read(child, notes)
            if value is None:
                continue
            if kind == _ONE:
                if field in fields:
                    notes.element(child)
                else:
                    fields[field] = value
            elif field in fields:
                fields[field].append(value)
            else:
                fields[field] = [value]

    return fill


def _attributes(element: Any, attributes: dict[str, Any], notes: Notes, fields: Fields) -> None:
    for name, value in element.items():
        row = attributes.get(name)
        if row is None:
            notes.attribute(element, name, value)
            continue
        field, allowed = row
        if allowed is None:
            folded = value if value.isalnum() else fold(value)
            if folded:
                fields[field] = folded
        elif value not in allowed:
            notes.attribute(element, name, value)
        elif allowed[value] is not None:
            fields[field] = allowed[value]


def _merging(fill: Filler, merge: Callable[[Fields, Fields], None]) -> Filler:
    def fill_and_merge(element: Any, notes: Notes, fields: Fields) -> None:
        own: Fields = {}
        fill(element, notes, own)
        merge(own, fields)

    return fill_and_merge


def _reader(element: Element, *rows: Any) -> Reader:
    fill = _filler(*rows)
    make = element.make
    required = element.required
    assert make is not None
    is_struct = isinstance(make, type) and issubclass(make, msgspec.Struct)
    lists = tuple(field for field, kind, _ in rows[0].values() if kind == _MANY)

    def read(found: Any, notes: Notes) -> Any:
        fields: Fields = {}
        fill(found, notes, fields)
        if not fields:
            return None
        for field in required:
            if field not in fields:
                notes.element(found)
                notes.attributes(found)
                return None
        for field in lists:
            if field in fields:
                fields[field] = tuple(fields[field])
        return make(**fields) if is_struct else make(fields)

    return read

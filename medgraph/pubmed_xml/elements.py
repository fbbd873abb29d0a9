"""
The words in which :mod:`medgraph.pubmed_xml.record` says how each element is read, and what makes readers of them.

An :class:`Element` lists its children and attributes; each row names the field that the value goes
to. A reader visits the children of an element once and only those, so that an element of the same
name deeper down (the ``PMID`` of a comment, the ``ArticleId`` of a reference) is never taken for it.
What no row names is kept as :class:`~medgraph.model.Unread`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from medgraph.model import Unread
from medgraph.pubmed_xml.plain import (
    DEEPEST,
    MATHML,
    NotPlainError,
    Tokens,
    attributes_written,
    escaped,
    start_tag,
    unescaped,
)

Fields = dict[str, Any]
Put = Callable[[Tokens, str, Any, "Notes", Fields], None]
"""
Reads an element into the fields of its parent.

It is called behind the start tag, with the text that follows and what its attributes gave (fields, or
the value that lacks only the text), and takes tokens up to and with the element's end tag.
"""
INLINE = frozenset(("b", "i", "sup", "sub", "u", "DispFormula"))
"""Elements that may stand inside running text, besides MathML."""

FLAG: Mapping[str, Any] = {"Y": True, "N": False}
TEXT = "text()"
"""The row for an element's own text."""

KEPT_TAGS = 8192
"""
How many start tags with attributes are remembered for each parent element.

They repeat: the most frequent MeSH headings make up most of all headings.
"""

_WHITE_SPACE = re.compile(r"[ \t\r\n]+")


class Notes:
    """What was met in a record and has no place in its model."""

    __slots__ = ("unread",)

    def __init__(self) -> None:
        self.unread: list[Unread] = []

    def add(self, parent: str, name: str, value: str) -> None:
        """Something of this name in ``parent``; an element without text says nothing and is not kept."""
        value = fold(value)
        if value:
            self.unread.append(Unread(name=f"{parent}/{name}", value=value))

    def add_value(self, parent: str, name: str, value: Any) -> None:
        """An element that was read and then had no place."""
        self.add(parent, name, " ".join(_texts(value)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        yield from _texts(tuple(msgspec.structs.asdict(value).values()))
    elif isinstance(value, dict):
        yield from _texts(tuple(value.values()))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)


class Element(NamedTuple):
    """
    How an element is read.

    Args:
        rows: child name, ``@attribute`` or ``text()`` -> where it goes: the name of a field for a value that
            comes once, :func:`many` or :data:`INTO`. For an attribute, a field or a pair of field and
            allowed values.
        make: a Struct made of the fields, or a function from the fields to the value; None where the
            fields are those of the parent.
        merge: puts the fields of this element into those of its parent, where that takes more than copying.
        required: fields without which the element says nothing; it is then kept as unread.
        markup: field for the text with its inline markup, where it has any.
        empty: the text of an element that is there and empty; None for an element that then says nothing.
    """

    rows: Mapping[str, Any]
    make: Callable[..., Any] | None = None
    merge: Callable[[Fields, Fields], None] | None = None
    required: tuple[str, ...] = ()
    markup: str | None = None
    empty: str | None = None


class Row(NamedTuple):
    """Where a child goes; what its text becomes, if it is more than that."""

    field: str
    repeats: bool = False
    of_text: Callable[[str], Any] | None = None


INTO = Row("")
"""What the child holds goes into the fields of its parent."""

Table = Mapping[str, Element]


def many(field: str, of_text: Callable[[str], Any] | None = None) -> Row:
    """The child can repeat; its values, made of its text by a function if one is given, are a tuple."""
    return Row(field, True, of_text)


def fold(text: str) -> str:
    """The text with each stretch of XML white space as one blank, none at its ends; other blanks stay as they are."""
    if text.strip() is text and "\n" not in text and "  " not in text and "\t" not in text and "\r" not in text:
        return text
    return _WHITE_SPACE.sub(" ", text).strip(" ")


def listed(table: Table) -> frozenset[str]:
    """``Parent/Child``, ``Element/@attribute`` and ``Element/text()`` for all that a table reads."""
    names = {f"{parent}/{row}" for parent, element in table.items() for row in element.rows}
    children = {name.partition("/")[2] for name in names if "@" not in name}
    leaves = {child for child in children if child not in table or TEXT in table[child].rows}
    names |= {f"{parent}/{child}" for parent in leaves | INLINE for child in (*INLINE, "mml:math")}
    return frozenset(names)


def place(table: Table, path: str, child: str) -> str:
    """Where a table has a child of an element: under its path where the same name means another thing elsewhere."""
    return f"{path}/{child}" if f"{path}/{child}" in table else child


def repeating(table: Table, path: str) -> Iterator[str]:
    """The fields of an element that repeat, those of children that put what they hold into the same fields too."""
    for child, row in table[path].rows.items():
        if row is INTO:
            yield from repeating(table, place(table, path, child))
        elif isinstance(row, Row) and row.repeats:
            yield row.field


Entry = tuple[Put | None, str, str, Any]
"""
What is to be done at a start tag: what reads the element (None: it is a plain text), the field for a plain
text, the end tag as a token, and what the attributes of this tag gave.
"""

_WITH_TEXT: dict[str, Callable[[Any, str], Any]] = {
    "name": lambda value, text: replace(value, name=text),
    "text": lambda value, text: replace(value, text=text),
    "value": lambda value, text: replace(value, value=text),
}
"""
A value made of another that lacks only its text.

It takes a third of the time of making it of a dict of its fields.
"""

_NO_TOKEN = ("", "")


class Root:
    """
    Reads whole records.

    Args:
        table: of all elements.
        names: the elements that a record can be.
    """

    def __init__(self, table: Table, names: tuple[str, ...]) -> None:
        self._children = _Compiler(table).children("", Element(dict.fromkeys(names, INTO)))

    def read(self, tokens: Tokens, notes: Notes) -> Fields:
        """
        The fields of a record.

        Raises:
            NotPlainError: the tokens are not those of one well-formed element.
        """
        fields: Fields = {}
        tag, text = next(tokens, _NO_TOKEN)
        entry = self._children.entries.get(tag) or self._children.add(tag, notes)
        put, _, end, given = entry or (None, "", "", None)
        if put is None:
            raise NotPlainError
        if tag[-1] == "/":
            tokens, text = iter(((end, text),)), ""
        put(tokens, text, given, notes, fields)
        if next(tokens, None) is not None:
            raise NotPlainError
        return fields


Attributes = Mapping[str, tuple[str, Mapping[str, Any] | None]]
"""Attribute -> the field it goes to, and what its values mean if only some are allowed."""


class _Children:
    """
    The children that an element can have.

    Attributes:
        entries: by start tag; it grows by the tags with attributes that are met.
    """

    def __init__(self, parent: str) -> None:
        self.parent = parent
        self.entries: dict[str, Entry] = {}
        self.attributes: dict[str, Attributes] = {}
        self.lacking_text: dict[str, Callable[[Fields], Any]] = {}
        self._shapes: dict[tuple[str, ...], tuple[Entry, tuple[tuple[str, str, Mapping[str, Any] | None], ...]]] = {}

    def add(self, tag: str, notes: Notes) -> Entry | None:
        """
        The entry for a start tag with attributes; None for an unknown element.

        Tags that differ only in the values of their attributes are taken apart in the same way, once it is
        known that the first of them is well-formed.

        Raises:
            NotPlainError: it is no start tag, or not plain.
        """
        parts = tag.split('"')
        shape = tuple(parts[::2])
        known = self._shapes.get(shape) if len(parts) % 2 else None
        if known is None:
            name, attributes, empty = start_tag(tag)
            entry = self.entries.get("<" + name)
            if entry is None:
                return None
            goes = self.attributes[name]
            known = entry, tuple((one, *goes.get(one, ("", _NONE_ALLOWED))) for one, _ in attributes)
            if not empty and len(self._shapes) < KEPT_TAGS:
                self._shapes[shape] = known
        entry, attributes_of_shape = known
        noted = len(notes.unread)
        given: Fields = {}
        values = iter(parts[1::2])
        for attribute, field, allowed in attributes_of_shape:
            value = next(values)
            if "&" in value:
                value = unescaped(value)
            if allowed is None:
                if not value.isalnum():
                    value = fold(value)
                if value:
                    given[field] = value
            elif value not in allowed:
                notes.add(entry[2][2:], "@" + attribute, value)
            elif allowed[value] is not None:
                given[field] = allowed[value]
        lacking_text = self.lacking_text.get(entry[2][2:])
        entry = (*entry[:3], given if lacking_text is None else lacking_text(given))
        if len(self.entries) < KEPT_TAGS and len(notes.unread) == noted and tag[-1] != "/":
            self.entries[tag] = entry
        return entry

    def pass_over(self, tag: str, text: str, tokens: Tokens, notes: Notes) -> None:
        """Note all that an unknown element holds."""
        name, attributes, empty = start_tag(tag)
        texts = [text]
        open_ends = ["</" + name]
        for attribute, value in attributes:
            notes.add(name, "@" + attribute, value)
        while open_ends and not (empty and len(texts) == 1):
            tag, after = next(tokens, _NO_TOKEN)
            if tag == open_ends[-1]:
                open_ends.pop()
            else:
                inner, attributes, inner_empty = start_tag(tag)
                for attribute, value in attributes:
                    notes.add(inner, "@" + attribute, value)
                if not inner_empty:
                    open_ends.append("</" + inner)
                    if len(open_ends) > DEEPEST:
                        raise NotPlainError
            texts.append(after)
        notes.add(self.parent, name, unescaped(" ".join(texts)))


_NONE_ALLOWED: Mapping[str, Any] = {}
_PLAIN_TEXT = Element({TEXT: "text"})


class _Compiler:
    """
    Makes functions of a table's elements.

    They are closures with everything bound, one call for an element with children or attributes and
    none for a plain text: a record has two hundred elements, and each step is felt.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._puts: dict[tuple[str, Row], Put] = {}

    def children(self, path: str, element: Element) -> _Children:
        """What is to be done at the start tag of each child."""
        children = _Children(path.rpartition("/")[2])
        for child, goes_to in element.rows.items():
            if child[0] == "@" or child == TEXT:
                continue
            row = goes_to if isinstance(goes_to, Row) else Row(goes_to)
            child_path = place(self._table, path, child)
            found = self._table.get(child_path)
            put = None
            if found is not None:
                put = self._put(child_path, row)
            elif row.repeats:
                put = _text_put(child, _PLAIN_TEXT, row if row.of_text else row._replace(of_text=str))
            given = None
            if found is not None and _is_struct(found.make) and found.rows.get(TEXT) in _WITH_TEXT:
                children.lacking_text[child] = partial(_without_text, found.make, found.rows[TEXT])
                given = children.lacking_text[child]({})
            children.entries["<" + child] = (put, row.field, "</" + child, given)
            children.attributes[child] = {
                name[1:]: (goes, None) if isinstance(goes, str) else goes
                for name, goes in (found.rows if found else {}).items()
                if name[0] == "@"
            }
        return children

    def _put(self, path: str, row: Row) -> Put:
        key = path, row
        if key not in self._puts:

            def itself(tokens: Tokens, text: str, given: Fields | None, notes: Notes, fields: Fields) -> None:
                self._puts[key](tokens, text, given, notes, fields)

            self._puts[key] = itself
            name = path.rpartition("/")[2]
            element = self._table[path]
            if TEXT in element.rows:
                self._puts[key] = _text_put(name, element, row)
            else:
                lists = tuple(repeating(self._table, path))
                self._puts[key] = _element_put(name, element, self.children(path, element), lists, row)
        return self._puts[key]


def _is_struct(make: Any) -> bool:
    return isinstance(make, type) and issubclass(make, msgspec.Struct)


def _without_text(make: Any, text_field: str, given: Fields) -> Any:
    return make(**{text_field: "", **given})


def _element_put(name: str, element: Element, children: _Children, lists: tuple[str, ...], row: Row) -> Put:
    """Reads an element that has children, each by its entry; ``lists`` are the fields that repeat."""
    closing = "</" + name
    entry_of = children.entries.get
    make, merge, required = element.make, element.merge, element.required
    is_struct = _is_struct(make)
    into = make is None and merge is None
    store = _storing(name, row)

    def put(tokens: Tokens, text: str, given: Fields | None, notes: Notes, fields: Fields) -> None:
        if into:
            own = fields
            if given:
                own.update(given)
        else:
            own = given.copy() if given else {}
        if text and not text.isspace():
            notes.add(name, TEXT, unescaped(text))
        for tag, value in tokens:
            entry = entry_of(tag)
            if entry is None:
                if tag == closing:
                    if value and not value.isspace():
                        notes.add(name, "following-sibling::text()", unescaped(value))
                    break
                entry = children.add(tag, notes)
                if entry is None:
                    children.pass_over(tag, value, tokens, notes)
                    continue
                if tag[-1] == "/":
                    if entry[0] is not None:
                        entry[0](iter(((entry[2], value),)), "", entry[3], notes, own)
                    elif value and not value.isspace():
                        notes.add(name, TEXT, unescaped(value))
                    continue
            put_child, field, end, attributes = entry
            if put_child is not None:
                put_child(tokens, value, attributes, notes, own)
                continue
            closed, after = next(tokens, _NO_TOKEN)
            if closed != end:
                folded, _, after = _mixed((closed, after), tokens, end, value, notes)
            elif value.isalnum():
                folded = value
            else:
                folded = fold(unescaped(value) if "&" in value else value)
            if folded:
                if field in own:
                    notes.add(name, end[2:], folded)
                else:
                    own[field] = folded
            if after and not after.isspace():
                notes.add(name, TEXT, unescaped(after))
        else:
            raise NotPlainError
        if into:
            return
        if make is None:
            merge(own, fields)  # type: ignore[misc]
            return
        for needed in required:
            if needed not in own:
                notes.add_value(name, "*", own)
                return
        if not own or (given and len(own) == len(given)):
            notes.add_value(name, "@*", own)
            return
        for child in lists:
            if child in own:
                own[child] = tuple(own[child])
        store(make(**own) if is_struct else make(own), notes, fields)

    return put


def _text_put(name: str, element: Element, row: Row) -> Put:
    """Reads an element that holds text and attributes, or a text that repeats."""
    end = "</" + name
    make, markup, empty = element.make, element.markup, element.empty
    text_field: str = element.rows[TEXT]
    of_text = row.of_text
    with_text = _WITH_TEXT.get(text_field) if _is_struct(make) else None
    store = _storing(name, row)

    def put(tokens: Tokens, text: str, given: Any, notes: Notes, fields: Fields) -> None:
        marked = None
        closed, after = next(tokens, _NO_TOKEN)
        if closed != end:
            text, marked, after = _mixed((closed, after), tokens, end, text, notes)
        elif not text.isalnum():
            text = fold(unescaped(text) if "&" in text else text)
        if after and not after.isspace():
            notes.add(name, "following-sibling::text()", unescaped(after))
        if not text:
            if empty is None:
                notes.add_value(name, "@*", given)
                return
            text = empty
        if with_text is not None:
            store(with_text(given, text), notes, fields)
            return
        if of_text is not None:
            store(of_text(text), notes, fields)
            return
        own = given.copy() if given else {}
        own[text_field] = text
        if markup is not None and marked is not None:
            own[markup] = marked
        if make is not None:
            store(make(**own), notes, fields)
        elif own.keys() & fields.keys():
            notes.add_value(name, "*", own)
        else:
            fields.update(own)

    return put


def _storing(name: str, row: Row) -> Callable[[Any, Notes, Fields], None]:
    """Puts the value of an element into its field."""
    field = row.field

    def append(value: Any, notes: Notes, fields: Fields) -> None:
        if value is not None:
            if field in fields:
                fields[field].append(value)
            else:
                fields[field] = [value]

    def put(value: Any, notes: Notes, fields: Fields) -> None:
        if value is not None:
            if field in fields:
                notes.add_value(name, "*", value)
            else:
                fields[field] = value

    return append if row.repeats else put


def _mixed(token: tuple[str, str], tokens: Tokens, end: str, text: str, notes: Notes) -> tuple[str, str, str]:
    """
    The text of an element with inline markup; the same as an XML fragment; the text behind the element.

    Args:
        token: the one that follows ``text``, instead of the end tag.
        end: the end tag of the element.
        text: the first of the element.
    """
    tag, after = token
    texts = [unescaped(text)]
    marked = [escaped(texts[0])]
    open_ends: list[tuple[str, int]] = []
    while tag != end or open_ends:
        if open_ends and tag == open_ends[-1][0]:
            closed, begins = open_ends.pop()
            name = closed[2:]
            marked.append(f"{closed}>")
            if name not in INLINE and not name.startswith("mml:"):
                parent = open_ends[-1][0] if open_ends else end
                notes.add(parent[2:], name, "".join(texts[begins:]))
        else:
            name, attributes, empty = start_tag(tag)
            if not name.startswith("mml:"):
                for attribute, value in attributes:
                    notes.add(name, "@" + attribute, value)
            namespace = f' xmlns:mml="{MATHML[1:-1]}"' if name == "mml:math" else ""
            marked.append(f"<{name}{namespace}{attributes_written(sorted(attributes))}>")
            if empty:
                marked.append(f"</{name}>")
            else:
                open_ends.append(("</" + name, len(texts)))
                if len(open_ends) > DEEPEST:
                    raise NotPlainError
        texts.append(unescaped(after))
        marked.append(escaped(texts[-1]))
        tag, after = next(tokens, _NO_TOKEN)
    return fold("".join(texts)), fold("".join(marked)), after

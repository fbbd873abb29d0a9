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
from typing import Any, NamedTuple

import msgspec

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
Put = Callable[[Tokens, str, "Fields | None", "Notes", Fields], None]
"""
Reads an element into the fields of its parent.

It is called behind the start tag, with the text that follows and the fields that the attributes
gave, and takes tokens up to and with the element's end tag.
"""
INLINE = frozenset(("b", "i", "sup", "sub", "u", "DispFormula"))
"""Elements that may stand inside running text, besides MathML."""

FLAG: Mapping[str, Any] = {"Y": True, "N": False}
TEXT = "text()"
"""The row for an element's own text."""

KEPT_TAGS = 4096
"""How many start tags with attributes are remembered for each parent element."""

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


Entry = tuple[Put | None, str, str, Fields | None]
"""
What is to be done at a start tag: what reads the element (None: it is a plain text), the field for a plain
text, the end tag as a token, and the fields that the attributes of this tag gave.
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


class _Children:
    """
    The children that an element can have.

    Attributes:
        entries: by start tag; it grows by the tags with attributes that are met.
    """

    def __init__(self, parent: str) -> None:
        self.parent = parent
        self.entries: dict[str, Entry] = {}
        self.attributes: dict[str, Mapping[str, tuple[str, Mapping[str, Any] | None]]] = {}

    def add(self, tag: str, notes: Notes) -> Entry | None:
        """
        The entry for a start tag that is not yet among them; None for an unknown element.

        Raises:
            NotPlainError: it is no start tag, or not plain.
        """
        name, found, empty = start_tag(tag)
        entry = self.entries.get("<" + name)
        if entry is None:
            return None
        known = len(notes.unread)
        given: Fields = {}
        for attribute, value in found:
            field, allowed = self.attributes[name].get(attribute, ("", _NONE_ALLOWED))
            if allowed is None:
                if folded := fold(value):
                    given[field] = folded
            elif value not in allowed:
                notes.add(name, "@" + attribute, value)
            elif allowed[value] is not None:
                given[field] = allowed[value]
        entry = (*entry[:3], given)
        if len(self.entries) < KEPT_TAGS and len(notes.unread) == known and not empty:
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
        for child, given in element.rows.items():
            if child[0] == "@" or child == TEXT:
                continue
            row = given if isinstance(given, Row) else Row(given)
            child_path = f"{path}/{child}" if f"{path}/{child}" in self._table else child
            found = self._table.get(child_path)
            put = None
            if found is not None:
                put = self._put(child_path, row)
            elif row.repeats:
                put = _text_put(child, _PLAIN_TEXT, row if row.of_text else row._replace(of_text=str))
            children.entries["<" + child] = (put, row.field, "</" + child, None)
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
                self._puts[key] = _element_put(name, element, self.children(path, element), row)
        return self._puts[key]


def _element_put(name: str, element: Element, children: _Children, row: Row) -> Put:
    """Reads an element that has children, each by its entry."""
    closing = "</" + name
    entry_of = children.entries.get
    make, merge, required = element.make, element.merge, element.required
    lists = tuple(child.field for child in element.rows.values() if isinstance(child, Row) and child.repeats)
    is_struct = isinstance(make, type) and issubclass(make, msgspec.Struct)
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
    store = _storing(name, row)

    def put(tokens: Tokens, text: str, given: Fields | None, notes: Notes, fields: Fields) -> None:
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

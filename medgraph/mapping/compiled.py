"""
Rows, and how a table of them becomes one function.

The rows of a table are written out as straight code when a mapping is first used: once as N-Triples to be
written, once as a graph to look things up in (``decisions/0010``). What ``values.py`` has words for is
written in place; any other function is called, and says by its annotation whether it gives one term or
several, so that no value's type is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from medgraph.mapping.values import ESCAPED, Always, Flag, Part, Template, escaped

if TYPE_CHECKING:
    from medgraph.mapping.rows import Record

Triple = tuple[str, str, str]
Terms = str | Sequence[str] | None

MEMBERS = "rdf:_1, rdf:_2, …"
"""The predicate of a row whose values are the members of an ``rdf:Seq``, in order."""

_MEMBER = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#_{}>"
_NOTHING: tuple[()] = ()
_CACHE_SIZE = 50_000


class Row(NamedTuple):
    """
    One statement of the mapping: this field becomes this property, in this way.

    Args:
        predicate: the property, from ``vocab.py``; or :data:`MEMBERS`.
        fields: one or several fields of the node's item, by their path (``"journal"``, ``"author.name"``),
            separated by blanks; ``"self"`` is the item itself.
        value: ``value(field, record)``, or ``value((field, field, …), record)`` where there are several:
            the term or terms in N-Triples syntax, or None. Not called for a field that is None or ().
        text: the MEDLINE tags it comes from.
        xml: the XML elements and attributes it comes from.
        core: True where the row is part of the small profile ``core`` as well as of ``full``.
        part: a name by which rows can be left out (``--without abstract``).
        note: what a reader of the documentation should know.
    """

    predicate: str
    fields: str
    value: Callable[[Any, Record], Terms]
    text: str = ""
    xml: str = ""
    core: bool = False
    part: str = ""
    note: str = ""

    def field(self, item: Any) -> Any:
        """What the row looks at in a node's item."""
        if self.fields == "self":
            return item
        found = tuple(attrgetter(path)(item) for path in self.fields.split())
        return found if len(found) > 1 else found[0]


class Step(NamedTuple):
    """What one row made of one record, for ``explain``: the node's table, its IRI, the row, and the objects."""

    node: str
    subject: str
    row: Row
    value: Any
    terms: tuple[str, ...]


Properties = dict[str, dict[str, None]]
"""What is said of one node: property -> its values, in order."""

Graph = dict[str, Properties]
"""Triples by subject and property."""

Batch = list[tuple[str, Any]]
"""Nodes that are to be described, each with its item."""

Describe = Callable[[Batch, "Record", dict[str, Any]], None]
"""Describes the nodes of a batch: puts a block for each into a dictionary."""


class Form(NamedTuple):
    """
    What a node's block is, and how the written-out code says triples in it.

    Args:
        empty: a block without triples, as code.
        one: the code that adds one term; ``term`` stands in an f-string.
        several: the code that adds the terms in a variable, of which some may be the same, but not none.
        merged: two blocks of one node as one.
    """

    empty: str
    one: Callable[[str, str], str]
    several: Callable[[str, str], list[str]]
    merged: Callable[[Any, Any], Any]


def _f(text: str) -> str:
    """An f-string as code."""
    return f"f{text!r}"


def _line(predicate: str, term: str) -> str:
    return "block += " + _f(f"{{subject}} {predicate} {term} .\n")


def _lines(predicate: str, terms: str) -> list[str]:
    return [
        f"if len({terms}) == 1:",
        f"    {_line(predicate, f'{{{terms}[0]}}')}",
        "else:",
        "    head = " + _f(f"{{subject}} {predicate} "),
        "    end = f' .\\n{head}'",
        f"    different = {terms} if len(set({terms})) == len({terms}) else dict.fromkeys({terms})",
        "    block += f'{head}{end.join(different)} .\\n'",
    ]


def _merged_lines(first: str, second: str) -> str:
    """Two descriptions of one node as one: a person who is twice among the authors, a heading that is a substance."""
    if first == second:
        return first
    properties: dict[str, dict[str, None]] = {}
    for line in f"{first}{second}".split("\n")[:-1]:
        properties.setdefault(line.split(" ", 2)[1], {})[line] = None
    return "".join([f"{line}\n" for lines in properties.values() for line in lines])


def _property(predicate: str, term: str) -> str:
    return f"block[{_f(predicate)}] = {{{_f(term)}: None}}"


def _properties(predicate: str, terms: str) -> list[str]:
    return [f"block[{_f(predicate)}] = dict.fromkeys({terms})"]


def _merged_properties(first: Properties, second: Properties) -> Properties:
    """The same for the other form."""
    return {name: first.get(name, {}) | second.get(name, {}) for name in first | second}


LINES = Form("''", _line, _lines, _merged_lines)
"""N-Triples for each node: what is written in the end."""

PROPERTIES = Form("{}", _property, _properties, _merged_properties)
"""A dictionary of properties for each node: what a validator looks things up in."""


def compiled(table: str, rows: tuple[Row, ...], *, cached: bool, form: Form) -> Describe:
    """
    A table as a function ``describe(batch, record, described)``, which describes the nodes of a batch.

    Values of rows that share a property are gathered, so that a property's values stand together
    and none stands twice.

    Args:
        cached: remember what was said of a node, by its item.
        form: how a node's triples are said.
    """
    names: dict[str, Any] = {"NOTHING": _NOTHING, "merged": form.merged, "escaped": escaped, "cache": {}}
    for n, row in enumerate(rows):
        names |= {f"value_{n}": row.value}
        if isinstance(row.value, Part):
            names |= {f"make_{n}": row.value.make}
    exec(_written_out(table, rows, cached, form), names)
    return names["describe"]  # type: ignore[no-any-return]


@cache
def _written_out(table: str, rows: tuple[Row, ...], cached: bool, form: Form) -> CodeType:
    """The code of a table's function; it is the same for all mappings that have the same rows."""
    body = list(_body(rows, form))
    code = ["def describe(batch, record, described):", "    for entry in batch:"]
    if cached:
        code += [
            "        block = cache.get(entry)",
            "        if block is None:",
            "            subject, item = entry",
            "            troubles = len(record.problems)",
            *(f"            {line}" for line in body),
            f"            if len(record.problems) == troubles and len(cache) < {_CACHE_SIZE}:",
            "                cache[entry] = block",
            "        subject = entry[0]",
        ]
    else:
        code += ["        subject, item = entry", *(f"        {line}" for line in body)]
    code += [
        "        if block and (old := described.setdefault(subject, block)) is not block:",
        "            described[subject] = merged(old, block)",
    ]
    return compile("\n".join(_joined(code)), f"<mapping table {table!r}>", "exec")


def _joined(code: list[str]) -> Iterator[str]:
    """The code with lines that add to a block one after the other made one line."""
    held = ""
    for line in (*code, ""):
        indent, adds, text = line.partition("block += ")
        if adds and held.startswith((f"{indent}block += ", f"{indent}block = ''")):
            held += f" {text}"
            continue
        if held:
            yield held
        held = line


def _body(rows: tuple[Row, ...], form: Form) -> Iterator[str]:
    """The lines that make the block of ``item``."""
    last_of = {row.predicate: n for n, row in enumerate(rows)}
    gathered = {row.predicate for n, row in enumerate(rows) if last_of[row.predicate] != n}
    makers = {row.value.make: n for n, row in reversed(list(enumerate(rows))) if isinstance(row.value, Part)}
    yield from (f"all_{last_of[predicate]} = []" for predicate in sorted(gathered))
    yield from (f"made_{n} = None" for n in sorted(makers.values()))
    yield f"block = {form.empty}"
    guard = ""
    for n, row in enumerate(rows):
        if (condition := _condition(row)) != guard:
            guard = condition
            if condition:
                yield f"if {condition}:"
        indent = "    " if condition else ""
        last = last_of[row.predicate]
        said = _gathered(n, row, makers, last) if row.predicate in gathered else _said(n, row, makers, form)
        yield from (indent + line for line in said)
        if row.predicate in gathered and last == n:
            guard = ""
            yield f"if all_{n}:"
            yield from (f"    {line}" for line in form.several(_plain(row.predicate), f"all_{n}"))


def _condition(row: Row) -> str:
    """Under which a row is looked at; it sets ``v`` to the row's field. Or ""."""
    fields = row.fields.split()
    if row.fields == "self" or len(fields) > 1:
        return ""
    return f"(v := item.{fields[0]}) is not None and v is not NOTHING"


def _field(row: Row) -> str:
    """The expression for a row's field."""
    fields = row.fields.split()
    if len(fields) > 1:
        return f"({', '.join(f'item.{name}' for name in fields)})"
    return "item" if row.fields == "self" else "v"


def _value(n: int, row: Row, makers: dict[Callable[[Record], Any], int]) -> tuple[list[str], str, str | None]:
    """Lines that look at one row, when it says something, and its term in an f-string; None: the terms are in ``t``."""
    field, value = _field(row), row.value
    match value:
        case Template():
            around = f"{_plain(value.before)}{{t}}{_plain(value.after)}"
            if value.is_text:
                special = " or ".join(f"{character!r} in {field}" for character in ESCAPED)
                return [f"t = escaped({field}) if {special} else {field}"], "", around
            return [f"t = {field}"], "", around
        case Always():
            return [], "", _plain(value.term)
        case Flag(true=str(), false=str()):
            return [f"t = {value.true!r} if {field} else {value.false!r}"], "", "{t}"
        case Flag():
            return [], field if value.true else f"not {field}", _plain(value.true or value.false or "")
        case Part():
            made = f"made_{makers[value.make]}"
            part = f"{made}.{value.attribute}" if value.attribute else f"{made}.get({value.key!r})"
            lines = [f"if {made} is None:", f"    {made} = record.once(make_{makers[value.make]})", f"t = {part}"]
            return (lines, "t", None) if value.several else (lines, "t is not None", "{t}")
    lines = [f"t = value_{n}({field}, record)"]
    match getattr(value, "__annotations__", {}).get("return"):
        case "str":
            return lines, "", "{t}"
        case "str | None":
            return lines, "t is not None", "{t}"
        case "list[str]" | "list[str] | None":
            return lines, "t", None
    return [*lines, "if type(t) is str:", "    t = (t,)"], "t", None


def _gathered(n: int, row: Row, makers: dict[Callable[[Record], Any], int], last: int) -> list[str]:
    """The lines that keep one row's terms until the last row of its property has been looked at."""
    lines, condition, term = _value(n, row, makers)
    keep = f"all_{last} += t" if term is None else f"all_{last}.append({_f(term)})"
    return [*lines, f"if {condition}:", f"    {keep}"] if condition else [*lines, keep]


def _said(n: int, row: Row, makers: dict[Callable[[Record], Any], int], form: Form) -> list[str]:
    """The lines that make one row's terms and add their triples."""
    lines, condition, term = _value(n, row, makers)
    if row.predicate == MEMBERS:
        add = ["for i, term in enumerate(t, 1):", f"    {form.one(_MEMBER.format('{i}'), '{term}')}"]
    elif term is None:
        add = form.several(_plain(row.predicate), "t")
    else:
        add = [form.one(_plain(row.predicate), term)]
    return [*lines, f"if {condition}:", *(f"    {line}" for line in add)] if condition else [*lines, *add]


def _plain(text: str) -> str:
    """Text that stands for itself in an f-string."""
    return text.replace("{", "{{").replace("}", "}}")

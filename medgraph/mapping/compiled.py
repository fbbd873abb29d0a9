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

from medgraph.mapping.values import ESCAPED, Always, Flag, Part, Same, Template, escaped

if TYPE_CHECKING:
    from medgraph.mapping.rows import Record

Triple = tuple[str, str, str]
Terms = str | Sequence[str] | None

MEMBERS = "rdf:_1, rdf:_2, …"
"""The predicate of a row whose values are the members of an ``rdf:Seq``, in order."""

MEMBER = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#_{}>"
_NOTHING: tuple[()] = ()
CACHE_SIZE = 50_000


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

Describe = Callable[[Batch, "Record", dict[str, Any], list[str]], None]
"""``describe(batch, record, described, out)``: says what there is to say of the nodes of a batch."""


class Form(NamedTuple):
    """
    How the written-out code says a node's triples; all of it is code.

    Args:
        begin: before the first.
        one: adds one term, as it stands in an f-string, of a property.
        several: adds the terms in a variable, of which some may be the same, but which are not none.
        end: after the last; a node that was described before gets one description out of two.
        keep: in place of that, makes one ``block`` of what was said, to be said again, and counts its lines; and
        again: says it, the first time too.
    """

    begin: str
    one: Callable[[str, str], str]
    several: Callable[[str, str], list[str]]
    end: tuple[str, ...]
    keep: tuple[str, ...]
    again: tuple[str, ...]


def _f(text: str) -> str:
    """An f-string as code."""
    return f"f{text!r}"


def _line(predicate: str, term: str) -> str:
    return f"add({_f(f'{{subject}} {predicate} {term} .' + chr(10))})"


def _lines(predicate: str, terms: str) -> list[str]:
    return [
        f"if len({terms}) == 1:",
        f"    {_line(predicate, f'{{{terms}[0]}}')}",
        "else:",
        "    head = " + _f(f"{{subject}} {predicate} "),
        "    end = f' .\\n{head}'",
        f"    different = {terms} if len(set({terms})) == len({terms}) else dict.fromkeys({terms})",
        "    more += len(different) - 1",
        "    add(f'{head}{end.join(different)} .\\n')",
    ]


def merge_lines(out: list[str], subject: str, first: int, start: int) -> int:
    """
    Two descriptions of one node as one: a person who is twice among the authors, a heading that is a substance.

    The earlier begins at ``first`` and ends with the last piece about the subject, the later is all from ``start`` on.
    Gives what that changes in the number by which there are more lines than pieces.
    """
    pieces = len(out) - start
    later = "".join(out[start:])
    del out[start:]
    end = first + 1
    while end < len(out) and out[end].startswith(f"{subject} "):
        end += 1
    earlier = "".join(out[first:end])
    if earlier == later:
        return pieces - later.count("\n")
    properties: dict[str, dict[str, None]] = {}
    for line in f"{earlier}{later}".split("\n")[:-1]:
        properties.setdefault(line.split(" ", 2)[1], {})[line] = None
    merged = "".join([f"{line}\n" for lines in properties.values() for line in lines])
    out[first:end] = [merged] + [""] * (end - first - 1)
    return pieces - earlier.count("\n") - later.count("\n") + merged.count("\n")


def _property(predicate: str, term: str) -> str:
    return f"block[{_f(predicate)}] = {{{_f(term)}: None}}"


def _properties(predicate: str, terms: str) -> list[str]:
    return [f"block[{_f(predicate)}] = dict.fromkeys({terms})"]


def merged_properties(first: Properties, second: Properties) -> Properties:
    """Two descriptions of one node as one."""
    return {name: first.get(name, {}) | second.get(name, {}) for name in first | second}


LINES = Form(
    "start = len(out)",
    _line,
    _lines,
    (
        "if len(out) > start and (first := described.setdefault(subject, start)) is not start:",
        "    more += merge_lines(out, subject, first, start)",
    ),
    (
        "block = ''.join(out[start:])",
        "many = block.count('\\n') - 1",
        "more -= many + 1 - (len(out) - start)",
        "del out[start:]",
    ),
    (
        "first = described.get(subject)",
        "if not block:",
        "    pass",
        "elif first is None:",
        "    described[subject] = len(out)",
        "    add(block)",
        "    more += many",
        "elif out[first] is not block:",
        "    add(block)",
        "    more += many + merge_lines(out, subject, first, len(out) - 1)",
    ),
)
"""
N-Triples, in pieces of a line or several.

``described`` says where the first piece about a node is, ``record.more`` how many more lines than pieces there are.
"""

_MERGED_PROPERTIES = (
    "if block and (first := described.setdefault(subject, block)) is not block:",
    "    described[subject] = merged_properties(first, block)",
)
PROPERTIES = Form(
    "block = {}",
    _property,
    _properties,
    _MERGED_PROPERTIES,
    ("many = 0",),
    _MERGED_PROPERTIES,
)
"""A dictionary of properties for each node in ``described``: what a validator looks things up in."""


def compiled(table: str, rows: tuple[Row, ...], *, cached: bool, form: Form) -> Describe:
    """
    A table as a function that describes nodes.

    Values of rows that share a property are gathered, so that a property's values stand together
    and none stands twice.

    Args:
        cached: remember what was last said of a node, and of which item.
        form: how a node's triples are said.
    """
    names: dict[str, Any] = {
        "NOTHING": _NOTHING,
        "cache": {},
        "escaped": escaped,
        "merge_lines": merge_lines,
        "merged_properties": merged_properties,
    }
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
    code = [
        "def describe(batch, record, described, out):",
        "    add = out.append",
        "    more = 0",
        "    for subject, item in batch:",
    ]
    if cached:
        code += [
            "        known = cache.get(subject)",
            "        if known is not None and known[0] == item:",
            "            _, block, many = known",
            "        else:",
            "            troubles = len(record.problems)",
            *(f"            {line}" for line in (form.begin, *body, *form.keep)),
            f"            if len(record.problems) == troubles and len(cache) < {CACHE_SIZE}:",
            "                cache[subject] = item, block, many",
            *(f"        {line}" for line in form.again),
        ]
    else:
        code += [f"        {line}" for line in (form.begin, *body, *form.end)]
    code += ["    record.more += more"]
    return compile("\n".join(_joined(code)), f"<mapping table {table!r}>", "exec")


def _joined(code: list[str]) -> Iterator[str]:
    """The code with lines that add a piece of text one after the other made one line."""
    held, lines = "", 0
    for line in (*code, ""):
        indent, adds, text = line.partition("add(f")
        if adds and not indent.strip() and held.startswith(f"{indent}add(f"):
            held, lines = f"{held.removesuffix(')')} f{text}", lines + 1
            continue
        if held:
            yield held
        if lines:
            yield f"{held.partition('add(f')[0]}more += {lines}"
        held, lines = line, 0


def _body(rows: tuple[Row, ...], form: Form) -> Iterator[str]:
    """The lines that say of ``item`` what there is to say."""
    last_of = {row.predicate: n for n, row in enumerate(rows)}
    gathered = {row.predicate for n, row in enumerate(rows) if last_of[row.predicate] != n}
    makers = {row.value.make: n for n, row in reversed(list(enumerate(rows))) if isinstance(row.value, Part)}
    yield from (f"all_{last_of[predicate]} = []" for predicate in sorted(gathered))
    yield from (f"made_{n} = None" for n in sorted(makers.values()))
    guard = ""
    for n, row in enumerate(rows):
        if (condition := _condition(row, rows)) != guard:
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


def _condition(row: Row, rows: tuple[Row, ...]) -> str:
    """Under which a row is looked at; it sets ``v`` to the row's field. Or ""."""
    fields = row.fields.split()
    if row.fields == "self" or len(fields) > 1:
        return ""
    there = f"(v := item.{fields[0]}) is not None"
    if all(isinstance(other.value, Template | Flag) for other in rows if other.fields == row.fields):
        return there
    return f"{there} and v is not NOTHING"


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
            return [], "", f"{_plain(value.before)}{{{field}}}{_plain(value.after)}"
        case Same():
            return [f"t = {field}"], "t", None
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
        add = ["for i, term in enumerate(t, 1):", f"    {form.one(MEMBER.format('{i}'), '{term}')}"]
    elif term is None:
        add = form.several(_plain(row.predicate), "t")
    else:
        add = [form.one(_plain(row.predicate), term)]
    return [*lines, f"if {condition}:", *(f"    {line}" for line in add)] if condition else [*lines, *add]


def _plain(text: str) -> str:
    """Text that stands for itself in an f-string."""
    return text.replace("{", "{{").replace("}", "}}")

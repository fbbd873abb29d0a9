"""
Rows, and how a table of them becomes one function.

The rows of a table are written out as straight code once, when a mapping is made: a loop that
interprets them takes longer (``decisions/0010``). A row's function says by its annotation whether it
gives one term or several, so that no value's type is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from medgraph.mapping.rows import Record

Triple = tuple[str, str, str]
Terms = str | Sequence[str] | None

MEMBERS = "rdf:_1, rdf:_2, …"
"""The predicate of a row whose values are the members of an ``rdf:Seq``, in order."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
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

Described = dict[str, Any]
Describe = Callable[[list[tuple[str, Any]], "Record", Described, list[Step] | None], None]


class Form(NamedTuple):
    """
    How the written-out code says a node's triples.

    Args:
        block: the node's block, empty.
        one: puts the term ``t`` of the property ``{p}`` into it.
        several: does so with the terms in ``{t}``, of which some may be the same.
        member: does so with ``term``, of a property that is made for it.
        merged: two blocks of one node as one.
    """

    block: str
    one: str
    several: tuple[str, ...]
    member: str
    merged: Callable[[Any, Any], Any]


def _merged_triples(first: list[Triple], second: list[Triple]) -> list[Triple]:
    """Two descriptions of one node as one: a person who is twice among the authors, a heading that is a substance."""
    properties: dict[str, dict[Triple, None]] = {}
    for triple in (*first, *second):
        properties.setdefault(triple[1], {})[triple] = None
    return [triple for triples in properties.values() for triple in triples]


def _merged_properties(first: Properties, second: Properties) -> Properties:
    """The same for the other form."""
    return {name: first.get(name, {}) | second.get(name, {}) for name in first | second}


TRIPLES = Form(
    "[]",
    "block.append((subject, {p}, t))",
    ("for term in {t} if len({t}) == 1 else dict.fromkeys({t}):", "    block.append((subject, {p}, term))"),
    "block.append((subject, {p}, term))",
    _merged_triples,
)
"""A list of triples for each node: what is written in the end."""

PROPERTIES = Form(
    "{{}}",
    "block[{p}] = {{t: None}}",
    ("block[{p}] = dict.fromkeys({t})",),
    "block[{p}] = {{term: None}}",
    _merged_properties,
)
"""A dictionary of properties for each node: what a validator looks things up in."""


def compiled(table: str, rows: tuple[Row, ...], *, cached: bool, form: Form = TRIPLES) -> Describe:
    """
    A table as a function ``describe(batch, record, described, steps)``, for the nodes ``(subject, item)`` of a batch.

    Values of rows that share a property are gathered, so that a property's values stand together
    and none stands twice.

    Args:
        cached: remember what was said of a node, by its item.
        form: how a node's triples are said.
    """
    names: dict[str, Any] = {"NOTHING": _NOTHING, "Step": Step, "merged": form.merged, "cache": {}}
    for n, row in enumerate(rows):
        names |= {f"row_{n}": row, f"value_{n}": row.value, f"p{n}": row.predicate}
    exec(_written_out(table, rows, cached, form), names)
    return names["describe"]  # type: ignore[no-any-return]


@cache
def _written_out(table: str, rows: tuple[Row, ...], cached: bool, form: Form) -> CodeType:
    """The code of a table's function; it is the same for all mappings that have the same rows."""
    last_of = {row.predicate: n for n, row in enumerate(rows)}
    gathered = {row.predicate for n, row in enumerate(rows) if last_of[row.predicate] != n}
    code = ["def describe(batch, record, described, steps):", "    for subject, item in batch:"]
    if cached:
        code += [
            "        block = cache.get((subject, item)) if steps is None else None",
            "        if block is not None:",
            "            if block and described.setdefault(subject, block) is not block:",
            "                described[subject] = merged(described[subject], block)",
            "            continue",
            "        troubles = len(record.problems)",
        ]
    code += [f"        block = {form.block.format()}"]
    code += [f"        all_{last_of[predicate]} = []" for predicate in sorted(gathered)]
    guard = ""
    for n, row in enumerate(rows):
        condition, field = _field(row)
        if condition and condition != guard:
            code.append(f"        if {condition}:")
        guard = condition
        indent = " " * (12 if condition else 8)
        lines = _gather(n, field, last_of[row.predicate]) if row.predicate in gathered else _say(n, row, field, form)
        code += [indent + line for line in lines]
        code += [
            f"{indent}if steps is not None and t:",
            f"{indent}    made = (t,) if type(t) is str else tuple(t)",
            f"{indent}    steps.append(Step({table!r}, subject, row_{n}, {field}, made))",
        ]
        if row.predicate in gathered and last_of[row.predicate] == n:
            code += [f"        if all_{n}:"]
            code += [f"            {line.format(p=f'p{n}', t=f'all_{n}')}" for line in form.several]
            guard = ""
    if cached:
        code += [
            f"        if len(record.problems) == troubles and len(cache) < {_CACHE_SIZE}:",
            "            cache[subject, item] = block",
        ]
    code += [
        "        if block and described.setdefault(subject, block) is not block:",
        "            described[subject] = merged(described[subject], block)",
    ]
    return compile("\n".join(code), f"<mapping table {table!r}>", "exec")


def _field(row: Row) -> tuple[str, str]:
    """The condition under which a row is looked at, or "", and the expression for its field."""
    fields = row.fields.split()
    if row.fields == "self":
        return "", "item"
    if len(fields) > 1:
        return "", f"({', '.join(f'item.{name}' for name in fields)})"
    return f"(v := item.{fields[0]}) is not None and v is not NOTHING", "v"


def _gather(n: int, field: str, last: int) -> list[str]:
    """The lines that keep one row's terms until the last row of its property has been looked at."""
    return [f"t = value_{n}({field}, record)", "if t is not None:", f"    all_{last} += (t,) if type(t) is str else t"]


def _say(n: int, row: Row, field: str, form: Form) -> list[str]:
    """The lines that make one row's terms and add their triples."""
    gives = row.value.__annotations__.get("return", "Terms")
    call = f"t = value_{n}({field}, record)"
    if row.predicate == MEMBERS:
        member = form.member.format(p=f"f'<{_RDF}_{{i}}>'")
        return [call, "for i, term in enumerate(t, 1):", f"    {member}"]
    one = form.one.format(p=f"p{n}")
    if gives == "str":
        return [call, one]
    if gives == "str | None":
        return [call, "if t is not None:", f"    {one}"]
    several = ["if t:", *(f"    {line.format(p=f'p{n}', t='t')}" for line in form.several)]
    if gives in ("list[str]", "list[str] | None"):
        return [call, *several]
    return [call, "if type(t) is str:", f"    {one}", "elif t:", *(f"    {line}" for line in several[1:])]

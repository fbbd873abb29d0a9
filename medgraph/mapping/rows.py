"""
What a mapping is made of, and the loop that applies one to a record.

A :class:`Mapping` is a set of tables, one per kind of node; a table is rows; a row says which
field of the model becomes which property of the node, and how. The loop below does nothing but
walk the rows, so that everything that can be said of a field stands in its row
(``table.py``), and documentation, coverage and ``explain`` are read from the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from typing import Any, NamedTuple

from medgraph import identifiers, iris
from medgraph.errors import MappingError
from medgraph.mesh import SMALL, Resolver
from medgraph.model import Citation, Problem

Triple = tuple[str, str, str]
Terms = str | Sequence[str] | None

MEMBERS = "rdf:_1, rdf:_2, …"
"""The predicate of a row whose values are the members of an ``rdf:Seq``, in order."""

_NOTHING: tuple[()] = ()
_CACHE_SIZE = 50_000
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


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


class Node(NamedTuple):
    """
    The table of one kind of node.

    Args:
        iri: how its nodes are named, for the documentation (``{base}{pmid}-record``).
        rows: in the order in which its triples are written.
        shared: True where the node belongs to no record (journals, ORCID people, …).
        cached: True where what is said of it depends on its item alone and comes again and again (journals).
    """

    iri: str
    rows: tuple[Row, ...]
    shared: bool = False
    cached: bool = False


class Step(NamedTuple):
    """What one row made of one record, for ``explain``: the node's table, its IRI, the row, and the objects."""

    node: str
    subject: str
    row: Row
    value: Any
    terms: tuple[str, ...]


class Mapping:
    """
    What a citation becomes: tables of rows, ready to be applied.

    Args:
        nodes: table name -> :class:`Node`; the citation itself is described by ``"article"``.
        profile: ``"full"`` takes all rows, ``"core"`` those marked so.
        without: names of parts whose rows are left out (``{"abstract"}``).
        base: namespace of the nodes we name ourselves.
        resolver: finds MeSH identifiers for names; see :mod:`medgraph.mesh`.

    Raises:
        MappingError: an unknown profile, part or base.
    """

    def __init__(
        self,
        nodes: Table[str, Node],
        *,
        profile: str = "full",
        without: Iterable[str] = (),
        base: str = iris.BASE,
        resolver: Resolver = SMALL,
    ) -> None:
        self.nodes = dict(nodes)
        self.profile = profile
        self.without = frozenset(without)
        self.base = base
        self.resolver = resolver
        if profile not in ("full", "core"):
            raise MappingError(f"there is no profile {profile!r}; there are 'full' and 'core'")
        if "article" not in self.nodes:
            raise MappingError("a mapping needs a table called 'article' for the citation itself")
        if unknown := self.without - self.parts:
            raise MappingError(
                f"there is no part {sorted(unknown)[0]!r} to leave out; there are {', '.join(sorted(self.parts))}"
            )
        if not base.startswith(("http://", "https://", "urn:")) or any(c in base for c in '<>" {}|\\^`'):
            raise MappingError(f"the base {base!r} is not the beginning of an IRI; {iris.BASE} is one")
        self._describe = {name: _compiled(name, tuple(self.rows(name)), self.nodes[name].cached) for name in self.nodes}

    @property
    def parts(self) -> frozenset[str]:
        """The names of all parts that can be left out."""
        return frozenset(row.part for node in self.nodes.values() for row in node.rows if row.part)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of one table that this profile uses."""
        for row in self.nodes[name].rows:
            if (row.core or self.profile == "full") and row.part not in self.without:
                yield row

    def with_options(self, **options: Any) -> Mapping:
        """This mapping with another ``profile``, ``without``, ``base`` or ``resolver``."""
        current: dict[str, Any] = {
            "profile": self.profile,
            "without": self.without,
            "base": self.base,
            "resolver": self.resolver,
        }
        return type(self)(self.nodes, **(current | options))

    def with_rows(self, name: str, *rows: Row) -> Mapping:
        """This mapping with rows added to one table."""
        node = self.nodes[name]
        return type(self)(
            self.nodes | {name: node._replace(rows=node.rows + rows)},
            profile=self.profile,
            without=self.without,
            base=self.base,
            resolver=self.resolver,
        )

    def triples(self, citation: Citation, problems: list[Problem] | None = None) -> list[Triple]:
        """
        The triples of one citation, each three strings in N-Triples syntax.

        They are grouped by subject and then by predicate, without repetition, and always in the
        same order; the article comes first.

        Args:
            problems: receives what was wrong with single values.
        """
        return self._triples(citation, problems, None)

    def explain(self, citation: Citation) -> tuple[list[Step], list[Problem]]:
        """What every row made of this citation, in order, and what was wrong with its values."""
        steps: list[Step] = []
        problems: list[Problem] = []
        self._triples(citation, problems, steps)
        return steps, problems

    def _triples(self, citation: Citation, problems: list[Problem] | None, steps: list[Step] | None) -> list[Triple]:
        record = Record(citation, self)
        waiting = record.waiting
        described: dict[str, list[Triple]] = {}
        while any(waiting.values()):
            for table, describe in self._describe.items():
                if batch := waiting[table]:
                    waiting[table] = []
                    describe(batch, record, described, steps)
        if problems is not None:
            problems += record.problems
        return [triple for block in described.values() for triple in block]


Described = dict[str, list[Triple]]
Describe = Callable[[list[tuple[str, Any]], "Record", Described, list[Step] | None], None]


def _merged(first: list[Triple], second: list[Triple]) -> list[Triple]:
    """Two descriptions of one node as one: a person who is twice among the authors, a heading that is a substance."""
    properties: dict[str, dict[Triple, None]] = {}
    for triple in (*first, *second):
        properties.setdefault(triple[1], {})[triple] = None
    return [triple for triples in properties.values() for triple in triples]


def _compiled(table: str, rows: tuple[Row, ...], cached: bool) -> Describe:
    """
    A table's rows as one function, ``describe(batch, record, described, steps)``, for nodes ``(subject, item)``.

    The rows are written out as straight code once: a loop that interprets them takes twice as long
    (``decisions/``). A row's function says by its annotation whether it gives one term or several;
    values of rows that share a property are gathered, so that a property's values stand together
    and none stands twice.
    """
    names: dict[str, Any] = {"NOTHING": _NOTHING, "Step": Step, "merged": _merged, "cache": {}}
    last_of = {row.predicate: n for n, row in enumerate(rows)}
    gathered = {row.predicate for n, row in enumerate(rows) if last_of[row.predicate] != n}
    code = ["def describe(batch, record, described, steps):", "    for subject, item in batch:"]
    if cached:
        code += [
            "        block = cache.get((subject, item)) if steps is None else None",
            "        if block is not None:",
            "            if described.setdefault(subject, block) is not block:",
            "                described[subject] = merged(described[subject], block)",
            "            continue",
            "        troubles = len(record.problems)",
        ]
    code += ["        block = []", "        add = block.append"]
    code += [f"        all_{last_of[predicate]} = []" for predicate in sorted(gathered)]
    guard = ""
    for n, row in enumerate(rows):
        names |= {f"row_{n}": row, f"value_{n}": row.value, f"p{n}": row.predicate}
        fields = row.fields.split()
        condition = ""
        if row.fields == "self":
            field = "item"
        elif len(fields) == 1:
            field = "v"
            condition = f"(v := item.{fields[0]}) is not None and v is not NOTHING"
        else:
            field = f"({', '.join(f'item.{name}' for name in fields)})"
        if condition and condition != guard:
            code.append(f"        if {condition}:")
        guard = condition
        code += [
            ("            " if condition else "        ") + line
            for line in _statement(n, row, field, last_of[row.predicate] if row.predicate in gathered else None)
        ]
        code.append(f"{'            ' if condition else '        '}if steps is not None and t:")
        code.append(
            f"{'            ' if condition else '        '}    "
            f"steps.append(Step({table!r}, subject, row_{n}, {field}, (t,) if type(t) is str else tuple(t)))"
        )
        if row.predicate in gathered and last_of[row.predicate] == n:
            code += [
                f"        for term in dict.fromkeys(all_{n}):",
                f"            add((subject, p{n}, term))",
            ]
            guard = ""
    if cached:
        code += [
            f"        if len(record.problems) == troubles and len(cache) < {_CACHE_SIZE}:",
            "            cache[subject, item] = block",
        ]
    code += [
        "        if described.setdefault(subject, block) is not block:",
        "            described[subject] = merged(described[subject], block)",
    ]
    exec(compile("\n".join(code), f"<mapping table {table!r}>", "exec"), names)
    return names["describe"]  # type: ignore[no-any-return]


def _statement(n: int, row: Row, field: str, gathered_in: int | None) -> list[str]:
    """The lines that make one row's terms ``t`` and add their triples."""
    gives = row.value.__annotations__.get("return", "Terms")
    call = f"t = value_{n}({field}, record)"
    if row.predicate == MEMBERS:
        return [call, "for i, term in enumerate(t, 1):", f"    add((subject, '<{_RDF}_' + str(i) + '>', term))"]
    if gathered_in is not None:
        return [call, "if t is not None:", f"    all_{gathered_in} += (t,) if type(t) is str else t"]
    one = f"add((subject, p{n}, t))"
    if gives == "str":
        return [call, one]
    if gives == "str | None":
        return [call, "if t is not None:", f"    {one}"]
    several = [
        "if t:",
        "    for term in t if len(t) == 1 else dict.fromkeys(t):",
        f"        add((subject, p{n}, term))",
    ]
    if gives in ("list[str]", "list[str] | None"):
        return [call, *several]
    return [call, "if type(t) is str:", f"    {one}", "elif t:", *(f"    {line}" for line in several[1:])]


class Record:
    """
    One record on its way to triples: it names nodes, and remembers which wait to be described.

    Args:
        citation: the record.
        mapping: whose tables describe the nodes.
    """

    __slots__ = ("affiliations", "article", "base", "citation", "known", "problems", "resolver", "stem", "waiting")

    def __init__(self, citation: Citation, mapping: Mapping) -> None:
        self.citation = citation
        self.base = mapping.base
        self.resolver = mapping.resolver
        self.problems: list[Problem] = []
        self.article = iris.article(citation.pmid)
        self.stem = f"<{mapping.base}{citation.pmid}-"
        self.waiting: dict[str, list[tuple[str, Any]]] = {table: [] for table in mapping.nodes}
        self.waiting["article"].append((self.article, citation))
        self.affiliations: dict[str, str] = {}
        self.known: dict[str, Any] = {}

    def describe(self, table: str, iri: str, item: Any) -> str:
        """``iri``, after noting that the node is to be described by that table."""
        self.waiting[table].append((iri, item))
        return iri

    def once(self, name: str, make: Callable[[Record], Any]) -> Any:
        """``make(self)``, worked out once per record: several rows look at the same thing."""
        try:
            return self.known[name]
        except KeyError:
            found = self.known[name] = make(self)
            return found

    def fault(self, kind: str, element: str, value: str) -> None:
        """Report a value that is not the identifier it is said to be (a kind of :mod:`medgraph.identifiers`)."""
        fault = identifiers.check(kind, value)[1]
        if fault is not None:
            self.problem(fault.code, element, value, fault.message)

    def problem(self, code: str, element: str, value: str, message: str) -> None:
        """Report a value that is kept but is not what it should be."""
        self.problems.append(Problem(code=code, element=element, value=value, message=message))

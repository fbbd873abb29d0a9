"""
What a mapping is made of: tables of rows, and a record on its way through them.

A :class:`Mapping` is a set of tables, one per kind of node; a table is rows; a row says which
field of the model becomes which property of the node, and how. Everything that can be said of a
field stands in its row (``table.py``), and documentation, coverage and ``explain`` are read from
the same rows that make the triples (``compiled.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Table
from operator import itemgetter
from typing import Any, NamedTuple

from medgraph import identifiers, iris
from medgraph.errors import MappingError
from medgraph.mapping.compiled import LINES, PROPERTIES, Batch, Describe, Form, Graph, Row, Step, Triple, compiled
from medgraph.mesh import SMALL, Resolver
from medgraph.model import Citation, Problem
from medgraph.native import compiled_part

_COMPILED = compiled_part("medgraph.mapping")


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
        self.memory: dict[Any, Any] = {}
        self._lines: Any = None
        self._described_as: dict[Form, dict[str, Describe]] = {}

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
        return triples_of(self.graph(citation, problems))

    def graph(self, citation: Citation, problems: list[Problem] | None = None) -> Graph:
        """The same triples by subject and property, to look things up in; not to be changed."""
        return self.graph_and_lines(citation, problems)[0]

    def graph_and_lines(
        self, citation: Citation, problems: list[Problem] | None = None
    ) -> tuple[Graph, tuple[bytes, int] | None]:
        """The same, and what :meth:`counted_lines` gives, or None where :func:`lines_of` the graph is to make it."""
        if _COMPILED is None:
            return self._described(PROPERTIES, citation, problems)[1], None
        lines, count, graph = self._run(citation, problems, with_graph=True)
        return graph, (lines, count)

    def lines(self, citation: Citation, problems: list[Problem] | None = None) -> str:
        """The same triples as N-Triples, a line each."""
        return self.counted_lines(citation, problems)[0].decode()

    def counted_lines(self, citation: Citation, problems: list[Problem] | None = None) -> tuple[bytes, int]:
        """The same in UTF-8, and how many lines they are."""
        if _COMPILED is None:
            record, _, out = self._described(LINES, citation, problems)
            return "".join(out).encode(), len(out) + record.more
        lines, count, _ = self._run(citation, problems)
        return lines, count

    def _run(
        self, citation: Citation, problems: list[Problem] | None, *, with_graph: bool = False
    ) -> tuple[bytes, int, Any]:
        """What the compiled rows say of a citation: lines, how many, and the graph or None."""
        if self._lines is None:
            tables = {name: (tuple(self.rows(name)), node.cached) for name, node in self.nodes.items()}
            self._lines = _COMPILED.Lines(tables)
        record = Record(citation, self, self._lines.nothing_waits())
        said: tuple[bytes, int, Any] = self._lines.of(record, with_graph)
        if problems is not None:
            problems += record.problems
        return said

    def explain(self, citation: Citation) -> tuple[list[Step], list[Problem]]:
        """What every row made of this citation, in order, and what was wrong with its values."""
        record = Record(citation, self)
        steps = [
            step for table, batch in record.batches() for node in batch for step in self._steps(table, *node, record)
        ]
        return steps, record.problems

    def _steps(self, table: str, subject: str, item: Any, record: Record) -> Iterator[Step]:
        """What the rows of a table say of one node; slower than the written-out code, and what that must agree with."""
        for row in self.rows(table):
            field = row.field(item)
            if field is not None and field != ():
                terms = row.value(field, record)
                if terms:
                    yield Step(table, subject, row, field, (terms,) if isinstance(terms, str) else tuple(terms))

    def _described(
        self, form: Form, citation: Citation, problems: list[Problem] | None
    ) -> tuple[Record, dict[str, Any], list[str]]:
        """The nodes of a citation, in order, and its triples; in which of the two they are is up to the form."""
        try:
            tables = self._described_as[form]
        except KeyError:
            tables = self._described_as[form] = {
                name: compiled(name, tuple(self.rows(name)), cached=node.cached, form=form)
                for name, node in self.nodes.items()
            }
        record = Record(citation, self)
        described: dict[str, Any] = {}
        out: list[str] = []
        for table, batch in record.batches():
            tables[table](batch, record, described, out)
        if problems is not None:
            problems += record.problems
        return record, described, out


_nodes = itemgetter(1)


def triples_of(graph: Graph) -> list[Triple]:
    """The triples of a graph, in its order."""
    return [(s, p, o) for s, properties in graph.items() for p, values in properties.items() for o in values]


def lines_of(graph: Graph) -> str:
    """The triples of a graph as N-Triples, a line each."""
    return "".join(
        [f"{s} {p} {o} .\n" for s, properties in graph.items() for p, values in properties.items() for o in values]
    )


class Record:
    """
    One record on its way to triples: it names nodes, and remembers which wait to be described.

    Args:
        citation: the record.
        mapping: whose tables describe the nodes, and whose ``memory`` keeps the IRIs of MeSH identifiers and pairs.
        waiting: an empty list for each table, to be used again; None: new ones.
    """

    __slots__ = (
        "affiliations",
        "article",
        "base",
        "citation",
        "known",
        "memory",
        "more",
        "problems",
        "resolver",
        "stem",
        "waiting",
    )

    def __init__(
        self, citation: Citation, mapping: Mapping, waiting: dict[str, list[tuple[str, Any]]] | None = None
    ) -> None:
        self.citation = citation
        self.base = mapping.base
        self.resolver = mapping.resolver
        self.memory = mapping.memory
        self.problems: list[Problem] = []
        self.more = 0
        self.article = iris.article(citation.pmid)
        self.stem = f"<{mapping.base}{citation.pmid}-"
        self.waiting = waiting if waiting is not None else {table: [] for table in mapping.nodes}
        self.waiting["article"].append((self.article, citation))
        self.affiliations: dict[str, str] = {}
        self.known: dict[Callable[[Record], Any], Any] = {}

    def describe(self, table: str, iri: str, item: Any) -> str:
        """``iri``, after noting that the node is to be described by that table."""
        self.waiting[table].append((iri, item))
        return iri

    def batches(self) -> Iterator[tuple[str, Batch]]:
        """Tables, and the nodes that each is to describe now; what is said of them may bring others."""
        waiting = self.waiting
        while any(waiting.values()):
            for table, batch in filter(_nodes, waiting.items()):
                waiting[table] = []
                yield table, batch

    def once(self, make: Callable[[Record], Any]) -> Any:
        """``make(self)``, worked out once per record: several rows look at the same thing."""
        found = self.known.get(make)
        if found is None:
            found = self.known[make] = make(self)
        return found

    def fault(self, kind: str, element: str, value: str) -> None:
        """Report a value that is not the identifier it is said to be (a kind of :mod:`medgraph.identifiers`)."""
        fault = identifiers.check(kind, value)[1]
        if fault is not None:
            self.problem(fault.code, element, value, fault.message)

    def problem(self, code: str, element: str, value: str, message: str) -> None:
        """Report a value that is kept but is not what it should be."""
        self.problems.append(Problem(code=code, element=element, value=value, message=message))

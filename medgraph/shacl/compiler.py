"""
Shapes compiled to Python source: one function per shape, run over a graph of nested dictionaries.

Two forms of a shape are written. ``report`` appends what it finds to ``out``; ``conforms`` says whether a
node has the shape and stops at the first fault. Both are written for one of two scopes:

``dataset``
    the graph is all there is.
``record``
    the graph is what one record says, and other records may say more. Then a node is *judged* only where the record
    describes it: what its triples lack is a fault for the record's own nodes, and left open for nodes that other
    records share or that the record only names. ``conforms`` answers None where that leaves the answer open, and
    nothing is reported on the strength of it.

The written functions take ``f`` (focus node), ``g`` (the graph), ``c`` (:class:`Data`) and ``out``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from medgraph.shacl import paths
from medgraph.shacl.literals import compare
from medgraph.shacl.paths import Inverted, Path, Predicate
from medgraph.shacl.results import Result, fill, sentence, short
from medgraph.shacl.shapes import Constraint, Shape
from medgraph.shacl.sparql import Query
from medgraph.shacl.terms import SH, TYPE, Index
from medgraph.shacl.values import Remembered, every, longer, one, opposite, repeated_languages, shorter, some
from medgraph.shacl.writer import Writer, depends

NOTHING: dict[str, Any] = {}

Found = tuple["Check", str, str | None, Path | None]
Report = Callable[[str, Index, "Data", list[Found]], None]
Classes = Sequence[frozenset[str]]


class Data(Inverted):
    """
    A graph on its way through the compiled functions.

    Args:
        classes: for each class that the shapes name, in their order, the class and those below it.
    """

    __slots__ = ("classes", "noticed", "waiting")

    def __init__(self, graph: Index, classes: Classes) -> None:
        super().__init__(graph)
        self.classes = classes
        self.waiting: list[tuple[Check, str]] = []
        self.noticed: list[str] = []


class Check:
    """A constraint as the compiled code names it: it turns what was found into a :class:`Result`."""

    __slots__ = ("constraint", "details", "query", "scope", "shape")

    def __init__(self, constraint: Constraint, scope: str, query: Query | None) -> None:
        self.constraint = constraint
        self.shape = constraint.shape
        self.scope = scope
        self.query = query
        self.details: list[Report] = []

    def result(self, focus: str, value: str | None, path: Path | None, data: Data) -> Result:
        """The result for a focus node, and a value where a value is at fault."""
        found: list[Found] = []
        if value is not None:
            for detail in self.details:
                detail(value, data.graph, data, found)
        inner = tuple(check.result(node, term, along, data) for check, node, term, along in found)
        return self.make(
            focus, value, path or self.shape.path, messages=self.shape.messages, bindings={}, details=inner
        )

    def make(
        self,
        focus: str,
        value: str | None,
        path: Path | None,
        *,
        messages: Iterable[str],
        bindings: Mapping[str, str],
        details: tuple[Result, ...] = (),
    ) -> Result:
        """The result, with its messages filled in."""
        constraint, shape = self.constraint, self.shape
        words: dict[str, str | None] = {**constraint.parameters, "this": focus, "value": value, **bindings}
        words["PATH"] = words["path"] = str(path) if path is not None else None
        if isinstance(path, Predicate):
            words["PATH"] = words["path"] = short(path.iri)
        filled = tuple(fill(message, words) for message in messages)
        return Result(
            focus=focus,
            path=path,
            value=value,
            component=f"<{SH}{constraint.component}ConstraintComponent>",
            shape=shape.node,
            severity=shape.severity,
            messages=filled or (sentence(constraint.component, words),),
            constraint=constraint.node,
            hint=shape.hint,
            name=shape.name,
            scope=self.scope,
            details=details,
        )


class Row(Struct, frozen=True):
    """
    One constraint in the plan, for ``--explain``.

    Args:
        scope: ``"record"``, ``"dataset"``, or ``"both"``: in the record as far as it describes the nodes.
        why: the reason, in a few words; empty where the record alone decides.
    """

    target: str
    shape: str
    name: str | None
    path: str
    component: str
    scope: str
    why: str


class Compiler:
    """
    Writes and holds the functions of a set of shapes for one scope.

    Args:
        scope: ``"record"`` or ``"dataset"``.
        shared: beginnings of terms (``"<https://orcid.org/"``) that several records describe.
        number: class -> its place in :attr:`Data.classes`; grows as classes are met.
        queries: the SPARQL constraints, prepared.
    """

    def __init__(
        self, scope: str, shared: tuple[str, ...], number: dict[str, int], queries: Mapping[Constraint, Query]
    ) -> None:
        self.queries = queries
        self.scope = scope
        self.shared = shared
        self.number = number
        self.names: dict[str, Any] = {
            "E": NOTHING,
            "T": TYPE,
            "compare": compare,
            "languages": repeated_languages,
            "own": self.own,
            "judged": self.judged,
            "every": every,
            "some": some,
            "one": one,
            "shorter": shorter,
            "longer": longer,
            "opposite": opposite,
            "Remembered": Remembered,
        }
        self.functions: dict[tuple[str, str, str, str | None], str] = {}
        self.sources: list[str] = []
        self.constants: dict[Any, str] = {}
        self.checks: dict[tuple[Constraint, str], Check] = {}
        self.details: list[tuple[str, str]] = []

    def own(self, node: str, graph: Index) -> bool:
        """Whether a record may judge what is said about a node: it describes it, and shares it with no other."""
        return node[0] != "<" or (node in graph and not node.startswith(self.shared))

    def judged(self, node: str, graph: Index) -> bool:
        """Whether a record may judge the classes of a node: it gives it some, and shares it with no other."""
        return node[0] != "<" or (TYPE in graph.get(node, NOTHING) and not node.startswith(self.shared))

    def report(self, shape: Shape, status: str) -> str:
        """The name of the function that reports on a node."""
        return self.function(shape, "report", status, shape.scope)

    def finish(self) -> dict[str, Any]:
        """Compile what was written; the functions by their names."""
        source = "\n".join(self.sources)
        exec(
            compile(source, f"<shapes for a {self.scope}>", "exec"), self.names
        )  # our own text, built from checked shapes
        for check, name in self.details:
            self.names[check].details.append(self.names[name])
        return self.names

    def constant(self, prefix: str, value: Any) -> str:
        """A name for a value that the source needs."""
        key = (prefix, value if isinstance(value, (str, frozenset, tuple)) else id(value))
        name = self.constants.get(key)
        if name is None:
            name = self.constants[key] = f"{prefix}{len(self.constants)}"
            self.names[name] = value
        return name

    def check(self, constraint: Constraint, scope: str | None) -> str:
        """The name of the :class:`Check` for a constraint."""
        alone = self.scope == "record" or scope_of(constraint, scope)[0] == "record"
        label = "record" if alone else "dataset"
        check = self.checks.get((constraint, label))
        if check is None:
            check = self.checks[constraint, label] = Check(constraint, label, self.queries.get(constraint))
        return self.constant("C", check)

    def remembered(self, faults: Sequence[str]) -> str:
        """The name of a table of terms that is True where none of some expressions is, each about a term ``x``."""
        text = " or ".join(f"({fault})" for fault in faults)
        name = self.constants.get(("G", text))
        if name is None:
            name = self.constants["G", text] = f"G{len(self.constants)}"
            self.sources.append(f"{name} = Remembered(lambda x: not ({text}))\n")
        return name

    def explain(self, check: str, report: str) -> None:
        """Let a check say with the help of a function what a value lacks."""
        if (check, report) not in self.details:
            self.details.append((check, report))

    def known(self, path: Path) -> Callable[[str, Data], bool]:
        """A test whether a record may judge all nodes that a path passes after the first."""
        passed, own = paths.passed(path), self.own
        return lambda node, data: all(own(each, data.graph) for each in passed(node, data) if each != node)

    def function(self, shape: Shape, kind: str, status: str, scope: str | None) -> str:
        """The name of a function for a shape, which is written if it is not there yet."""
        scope = shape.scope or scope
        if self.scope == "dataset" or scope == "record":
            status = "own"
        key = (shape.node, kind, status, scope)
        name = self.functions.get(key)
        if name is None:
            name = self.functions[key] = f"{kind}{len(self.functions)}"
            self.sources.append(Writer(self, kind).function(name, shape, status, scope))
        return name

    def sure(self, shape: Shape, scope: str | None) -> bool:
        """Whether ``conforms`` for values never answers None."""
        return self.scope == "dataset" or (shape.scope or scope) == "record" or not depends(shape)


def scope_of(constraint: Constraint, scope: str | None) -> tuple[str, str]:
    """
    The scope of a constraint, and why.

    Args:
        scope: what ``medgraph:scope`` says about it, None where it says nothing.
    """
    if scope:
        return scope, "as the shape says"
    path = constraint.shape.path
    if constraint.component == "SPARQL":
        return "dataset", "a query may look anywhere"
    if path is not None and paths.goes_back(path):
        return "dataset", "the path leads from object to subject, and other records may have such triples"
    if constraint.component == "Class" and path is not None:
        return "both", "the value's classes may be given by another record"
    if any(depends(inner) for inner in constraint.shapes):
        for inner in constraint.shapes:
            for each in inner.constraints:
                label, why = scope_of(each, inner.scope)
                if label == "dataset":
                    return "both", why
        if path is not None and constraint.component != "Property":
            return "both", "the value may be described by another record"
    if path is not None and not paths.is_local(path):
        return "both", "the path passes nodes that another record may describe"
    return "record", ""

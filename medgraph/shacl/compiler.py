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

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from msgspec import Struct

from medgraph.shacl import paths
from medgraph.shacl.literals import checker, compare
from medgraph.shacl.paths import Inverted, Path, Predicate
from medgraph.shacl.results import Result, fill, sentence, short
from medgraph.shacl.shapes import Constraint, Shape
from medgraph.shacl.sparql import Query
from medgraph.shacl.terms import SH, TYPE, XSD, Index, language, lexical

NOTHING: dict[str, Any] = {}
_MEMORY = 5_000

Found = tuple["Check", str, str | None, Path | None]
Report = Callable[[str, Index, "Data", list[Found]], None]
Classes = Sequence[frozenset[str]]


class Data(Inverted):
    """
    A graph on its way through the compiled functions.

    Args:
        classes: for each class that the shapes name, in their order, the class and those below it.
    """

    __slots__ = ("classes", "waiting")

    def __init__(self, graph: Index, classes: Classes) -> None:
        super().__init__(graph)
        self.classes = classes
        self.waiting: list[tuple[Check, str]] = []


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


_NODE_KINDS = {
    "IRI": '{x}[0] != "<"',
    "Literal": "{x}[0] != '\"'",
    "BlankNode": '{x}[0] != "_"',
    "BlankNodeOrIRI": "{x}[0] == '\"'",
    "BlankNodeOrLiteral": '{x}[0] == "<"',
    "IRIOrLiteral": '{x}[0] == "_"',
}
_NEEDS_MORE = {"MinCount", "HasValue", "Equals", "QualifiedMinCount"}
_ALONE = {
    "NodeKind",
    "Datatype",
    "MinExclusive",
    "MinInclusive",
    "MaxExclusive",
    "MaxInclusive",
    "MinLength",
    "MaxLength",
    "Pattern",
    "LanguageIn",
    "In",
}
"""Components that look at the value itself and at no triple."""
_LOGIC = {"Not", "And", "Or", "Xone", "Node"}
_PER_VALUE = _ALONE | _LOGIC | {"Class", "Property", "Closed"}


def depends(shape: Shape) -> bool:
    """Whether it takes triples about a node to say that the node has the shape."""
    if shape.deactivated:
        return False
    if shape.path is not None:
        return True
    return any(
        each.component not in _ALONE and (each.component not in _LOGIC or any(depends(inner) for inner in each.shapes))
        for each in shape.constraints
    )


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
            "language": language,
            "languages": _repeated_languages,
            "own": self.own,
            "judged": self.judged,
            "every": _every,
            "some": _some,
            "one": _one,
            "shorter": _shorter,
            "longer": _longer,
            "opposite": _opposite,
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
            self.sources.append(_Writer(self, kind).function(name, shape, status, scope))
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


class _Writer:
    """Writes one function. The focus node is the variable ``f``, its properties ``d``."""

    def __init__(self, compiler: Compiler, kind: str) -> None:
        self.compiler = compiler
        self.reports = kind == "report"
        self.in_record = compiler.scope == "record"
        self.lines: list[str] = []
        self.depth = 1
        self.fresh = 0
        self.may_be_unknown = False

    def function(self, name: str, shape: Shape, status: str, scope: str | None) -> str:
        """The source of a function for a shape."""
        self.shape(shape, status, scope)
        lines = [f"def {name}(f, g, c, out):" if self.reports else f"def {name}(f, g, c):"]
        if any("d.get(" in line for line in self.lines):
            lines.append("    d = g.get(f, E)")
        if self.may_be_unknown:
            lines.append("    u = False")
        lines += self.lines or ["    pass"]
        if not self.reports:
            lines.append("    return None if u else True" if self.may_be_unknown else "    return True")
        return "\n".join(lines) + "\n"

    def write(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write what follows below ``head``; nothing at all where nothing follows."""
        start = len(self.lines)
        self.write(head)
        self.depth += 1
        yield
        self.depth -= 1
        if len(self.lines) == start + 1:
            del self.lines[start:]

    def new(self, letter: str) -> str:
        self.fresh += 1
        return f"{letter}{self.fresh}"

    def fail(self, check: str, value: str = "None", path: str = "None") -> None:
        self.write(f"out.append(({check}, f, {value}, {path}))" if self.reports else "return False")

    def leave_open(self) -> None:
        """Note that the answer is open; a report says nothing then."""
        if not self.reports:
            self.may_be_unknown = True
            self.write("u = True")

    def when(self, condition: str, check: str, value: str = "None", judge: str | None = None) -> None:
        """Fail where the condition holds; where ``judge`` does not hold, leave it open."""
        with self.block(f"if {condition}:"):
            if judge is None:
                self.fail(check, value)
                return
            with self.block(f"if {judge}:"):
                self.fail(check, value)
            with self.block("else:"):
                self.leave_open()

    def shape(self, shape: Shape, status: str, scope: str | None) -> None:
        """
        Write all that a shape asks of ``f``.

        Args:
            status: what a record knows of ``f``: it is its ``"own"``, it is ``"shared"``, or that is to be seen
                (``"maybe"``).
        """
        if shape.deactivated:
            return
        scope = shape.scope or scope
        if self.in_record:
            back = shape.path is not None and paths.goes_back(shape.path)
            if scope == "dataset" or (scope is None and back):
                self.leave_open()
                return
        if not self.in_record or scope == "record":
            status = "own"
        others = shape.constraints
        if shape.path is None:
            others = []
            for constraint in shape.constraints:
                if constraint.component in _ALONE:
                    self.value(constraint, "f", status, scope)
                else:
                    others.append(constraint)
        if not others:
            return
        if status != "maybe" or not depends(shape):
            self.rest(shape, others, status, scope)
        elif self.reports:
            with self.block("if own(f, g):"):
                self.rest(shape, others, status, scope)
        else:
            self.write("if not own(f, g): return None")
            self.rest(shape, others, status, scope)

    def rest(self, shape: Shape, constraints: list[Constraint], status: str, scope: str | None) -> None:
        """Write the constraints for which the triples of ``f`` are needed."""
        path = shape.path
        if path is None:
            for constraint in constraints:
                if constraint.component in _PER_VALUE:
                    self.value(constraint, "f", status, scope)
                else:
                    self.together(constraint, "(f,)", status, scope, None)
            return
        values, judge = self.new("v"), None
        if isinstance(path, Predicate):
            self.write(f"{values} = d.get({self.compiler.constant('P', path.iri)}, E)")
        else:
            self.write(f"{values} = {self.compiler.constant('F', paths.follower(path))}(f, c)")
            if self.in_record and scope is None and not paths.is_local(path):
                judge = f"{self.compiler.constant('K', self.compiler.known(path))}(f, c)"
                if not self.reports:
                    with self.block(f"if not {judge}:"):
                        self.leave_open()
        for constraint in constraints:
            if constraint.component not in _PER_VALUE:
                self.together(constraint, values, status, scope, judge)
        x = self.new("x")
        with self.block(f"for {x} in {values}:"):
            for constraint in constraints:
                if constraint.component in _PER_VALUE:
                    self.value(constraint, x, "maybe", scope)

    def together(self, constraint: Constraint, v: str, status: str, scope: str | None, judge: str | None) -> None:
        """Write a constraint on all value nodes ``v`` together."""
        component, value = constraint.component, constraint.value
        if component in _NEEDS_MORE and status == "shared":
            self.leave_open()
            return
        check = self.compiler.check(constraint, scope)
        if component == "MinCount":
            if value:
                self.when(f"not {v}" if value == 1 else f"len({v}) < {value}", check, judge=judge)
        elif component == "MaxCount":
            self.when(f"len({v}) > {value}" if value else v, check)
        elif component == "HasValue":
            self.when(f"{self.compiler.constant('V', value)} not in {v}", check, judge=judge)
        elif component == "UniqueLang":
            with self.block(f"for _ in languages({v}):"):
                self.fail(check)
        elif component in ("QualifiedMinCount", "QualifiedMaxCount"):
            status = status if v == "(f,)" else "maybe"
            self.qualified(constraint, check, v, status=status, scope=scope, judge=judge)
        elif component == "SPARQL":
            if self.in_record and scope != "record":
                self.leave_open()
            elif self.reports:
                self.write(f"c.waiting.append(({check}, f))")
            else:
                self.write(f"if {check}.query.matches(f, c): return False")
        else:
            self.pair(constraint, check, v, judge)

    def pair(self, constraint: Constraint, check: str, v: str, judge: str | None) -> None:
        """Write a constraint that compares the value nodes with those of another property."""
        others, x, y = self.new("o"), self.new("x"), self.new("y")
        self.write(f"{others} = d.get({self.compiler.constant('P', constraint.value)}, E)")
        with self.block(f"for {x} in {v}:"):
            if constraint.component == "Equals":
                self.when(f"{x} not in {others}", check, x, judge)
            elif constraint.component == "Disjoint":
                self.when(f"{x} in {others}", check, x)
            else:
                fault = "!= -1" if constraint.component == "LessThan" else "not in (-1, 0)"
                with self.block(f"for {y} in {others}:"):
                    self.when(f"compare({x}, {y}) {fault}", check, x)
        if constraint.component == "Equals":
            with self.block(f"for {x} in {others}:"):
                self.when(f"{x} not in {v}", check, x, judge)

    def qualified(
        self, constraint: Constraint, check: str, v: str, *, status: str, scope: str | None, judge: str | None
    ) -> None:
        """Write a count (``n``) of the values that have a shape and none of its siblings; ``m``: where that is open."""
        value = constraint.value
        n, m, x, t = self.new("n"), self.new("m"), self.new("x"), self.new("t")
        sure = all(self.compiler.sure(each, scope) for each in constraint.shapes)
        has = [self.has(value.shape, x, status, scope)]
        siblings = [self.has(each, x, status, scope) for each in value.siblings]
        self.write(f"{n} = {m} = 0")
        with self.block(f"for {x} in {v}:"):
            if sure:
                self.write(f"if {' and '.join(has + [f'not {each}' for each in siblings])}: {n} += 1")
            else:
                self.write(f"{t} = every(({', '.join(has + [f'opposite({each})' for each in siblings])},))")
                self.write(f"if {t}: {n} += 1")
                self.write(f"elif {t} is None: {m} += 1")
        if constraint.component == "QualifiedMinCount":
            self.when(f"{n} + {m} < {value.count}", check, judge=judge)
            unsure = f"{n} < {value.count}"
        else:
            self.when(f"{n} > {value.count}", check)
            unsure = f"{n} + {m} > {value.count}"
        if not sure:
            with self.block(f"if {unsure}:"):
                self.leave_open()

    def value(self, constraint: Constraint, x: str, status: str, scope: str | None) -> None:
        """Write a constraint on one value node ``x``."""
        component, value, compiler = constraint.component, constraint.value, self.compiler
        if component == "Property":
            if value.deactivated:
                return
            if x == "f":
                self.shape(value, status, scope)
            elif self.reports:
                self.write(f"{compiler.function(value, 'report', status, scope)}({x}, g, c, out)")
            else:
                self.outcome(self.has(value, x, status, scope), "False", "", x, compiler.sure(value, scope))
            return
        check = compiler.check(constraint, scope)
        if component in _ALONE:
            self.when(self.test(constraint, x), check, x)
        elif component == "Class":
            number = compiler.number.setdefault(value, len(compiler.number))
            judge = f"judged({x}, g)" if self.in_record and scope is None and status != "own" else None
            self.when(f"c.classes[{number}].isdisjoint(g.get({x}, E).get(T, E))", check, x, judge)
        elif component == "Closed":
            p, o, y = self.new("p"), self.new("o"), self.new("y")
            self.write(f"for {p}, {o} in g.get({x}, E).items():")
            self.write(f"    if {p} not in {compiler.constant('S', value)}:")
            self.write(f"        for {y} in {o}:")
            self.depth += 3
            self.fail(check, y, f"{compiler.constant('Predicate', Predicate)}({p})")
            self.depth -= 3
            if self.in_record and scope is None and status != "own":
                with self.block(f"if not own({x}, g):"):
                    self.leave_open()
        else:
            self.logic(constraint, check, x, status, scope)

    def logic(self, constraint: Constraint, check: str, x: str, status: str, scope: str | None) -> None:
        """Write a constraint that is made of other shapes."""
        component, shapes = constraint.component, constraint.shapes
        sure = all(self.compiler.sure(each, scope) for each in shapes)
        terms = [self.has(each, x, status, scope) for each in shapes]
        listed = f"({''.join(f'{term}, ' for term in terms)})"
        if self.reports and component != "Not":
            for each in shapes:
                self.compiler.explain(check, self.compiler.function(each, "report", status, scope))
        if component in ("Node", "Not"):
            answer = terms[0]
        elif component == "And":
            answer = (" and ".join(terms) or "True") if sure else f"every({listed})"
        elif component == "Or":
            answer = (" or ".join(terms) or "False") if sure else f"some({listed})"
        else:
            answer = f"one({listed})"
        self.outcome(answer, "True" if component == "Not" else "False", check, x, sure)

    def outcome(self, answer: str, fault: str, check: str, x: str, sure: bool) -> None:
        """Fail where an expression has the value ``fault``; leave it open where it is None."""
        if sure:
            self.when(answer if fault == "True" else f"not ({answer})", check, x)
            return
        t = self.new("t")
        self.write(f"{t} = {answer}")
        self.when(f"{t} is {fault}", check, x)
        with self.block(f"if {t} is None:"):
            self.leave_open()

    def has(self, shape: Shape, x: str, status: str, scope: str | None) -> str:
        """An expression: whether the node in ``x`` has a shape."""
        if shape.deactivated:
            return "True"
        if shape.path is None and all(each.component in _ALONE for each in shape.constraints):
            tests = [self.test(each, x) for each in shape.constraints]
            return f"(not ({' or '.join(tests)}))" if tests else "True"
        status = "own" if status == "own" else "maybe"
        return f"{self.compiler.function(shape, 'conforms', status, scope)}({x}, g, c)"

    def test(self, constraint: Constraint, x: str) -> str:
        """An expression that is true where a value is at fault, for the components that need no triples."""
        component, value = constraint.component, constraint.value
        constant = self.compiler.constant
        if component == "NodeKind":
            return _NODE_KINDS[value].format(x=x)
        if component == "Datatype":
            if value == f"{XSD}string":
                return f"not ({x}[0] == '\"' == {x}[-1])"
            return f"not {constant('D', _checker(value))}({x})"
        if component == "In":
            return f"{x} not in {constant('S', value)}"
        if component == "MinLength":
            if value == 1:  # the common case: the literal is empty
                return f"({x}[1] == '\"' or {x}[0] == '_')"
            return f"shorter({x}, {value})"
        if component == "MaxLength":
            return f"longer({x}, {value})"
        if component == "Pattern":
            return f"not {constant('M', _matcher(value))}({x})"
        if component == "LanguageIn":
            return f"not {constant('L', _language_in(tuple(value)))}({x})"
        accepted = {"MinExclusive": (1,), "MinInclusive": (0, 1), "MaxExclusive": (-1,), "MaxInclusive": (-1, 0)}[
            component
        ]
        return f"not {constant('R', _ranger(value, accepted))}({x})"


_checker = cache(checker)


def _remembered(test: Callable[[str], bool]) -> Callable[[str], bool]:
    """A test of terms that remembers its answers for a while: the same terms come again in record after record."""
    known: dict[str, bool] = {}
    get = known.get

    def ask(term: str) -> bool:
        answer = get(term)
        if answer is None:
            if len(known) >= _MEMORY:
                known.clear()
            answer = known[term] = test(term)
        return answer

    return ask


@cache
def _matcher(pattern: Any) -> Callable[[str], bool]:
    search = pattern.search

    def matches(term: str) -> bool:
        return term[0] != "_" and search(lexical(term)) is not None

    return _remembered(matches)


@cache
def _ranger(bound: str, accepted: tuple[int, ...]) -> Callable[[str], bool]:
    return _remembered(lambda term: compare(term, bound) in accepted)


def _shorter(term: str, least: int) -> bool:
    return term[0] == "_" or len(lexical(term)) < least


def _longer(term: str, most: int) -> bool:
    return term[0] == "_" or len(lexical(term)) > most


@cache
def _language_in(ranges: tuple[str, ...]) -> Callable[[str], bool]:
    """``langMatches`` (RFC 4647, basic filtering) for any of several ranges."""
    wanted = [each.lower() for each in ranges]

    def matches(term: str) -> bool:
        tag = language(term)
        return bool(tag) and any(each in ("*", tag) or tag.startswith(f"{each}-") for each in wanted)

    return matches


def _repeated_languages(values: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    for value in values:
        if tag := language(value):
            seen[tag] = seen.get(tag, 0) + 1
    return [tag for tag, times in seen.items() if times > 1]


def _every(answers: tuple[bool | None, ...]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _some(answers: tuple[bool | None, ...]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _one(answers: tuple[bool | None, ...]) -> bool | None:
    number = answers.count(True)
    if number > 1:
        return False
    return None if None in answers else number == 1


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer

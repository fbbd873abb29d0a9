"""
The text of the functions that shapes become; see :mod:`medgraph.shacl.compiler`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from medgraph.shacl import paths
from medgraph.shacl.paths import Predicate
from medgraph.shacl.shapes import Constraint, Shape
from medgraph.shacl.terms import XSD
from medgraph.shacl.values import checker, language_in, matcher, ranger

if TYPE_CHECKING:
    from medgraph.shacl.compiler import Compiler

_NODE_KINDS = {
    "IRI": '{x}[0] != "<"',
    "Literal": "{x}[0] != '\"'",
    "BlankNode": '{x}[0] != "_"',
    "BlankNodeOrIRI": "{x}[0] == '\"'",
    "BlankNodeOrLiteral": '{x}[0] == "<"',
    "IRIOrLiteral": '{x}[0] == "_"',
}
_NEEDS_MORE = {"MinCount", "HasValue", "Equals", "QualifiedMinCount"}
ALONE = {
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
_PER_VALUE = ALONE | _LOGIC | {"Class", "Property", "Closed"}
_OF_THOSE_THERE = _PER_VALUE | {"MinCount", "MaxCount"}
_PROPERTIES = re.compile(r"\bd(?:\.get\(|\[|\b)")
_CALL = re.compile(r"\b[DLMR][0-9]+\(|\b(?:shorter|longer)\(")


def depends(shape: Shape) -> bool:
    """Whether it takes triples about a node to say that the node has the shape."""
    if shape.deactivated:
        return False
    if shape.path is not None:
        return True
    return any(
        each.component not in ALONE and (each.component not in _LOGIC or any(depends(inner) for inner in each.shapes))
        for each in shape.constraints
    )


class Writer:
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
        if any(_PROPERTIES.search(line) for line in self.lines):
            lines.append("    d = g.get(f, E)")
        if self.may_be_unknown:
            lines.append("    u = False")
        lines += self.lines or ["    pass"]
        if not self.reports:
            lines.append("    return None if u else True" if self.may_be_unknown else "    return True")
        return "\n".join(lines) + "\n"

    def write(self, line: str) -> None:
        """Write a line at the depth reached."""
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
        """The name of a new variable."""
        self.fresh += 1
        return f"{letter}{self.fresh}"

    def fail(self, check: str, value: str = "None", path: str = "None") -> None:
        """Write what happens where a fault is found."""
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
                if constraint.component in ALONE:
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
        if isinstance(path, Predicate) and all(each.component in _OF_THOSE_THERE for each in constraints):
            self.those_there(path, constraints, status, scope)
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
        self.each(values, constraints, scope)

    def those_there(self, path: Predicate, constraints: list[Constraint], status: str, scope: str | None) -> None:
        """Write constraints that hold of a property without values, ``sh:minCount`` but for; most nodes have none."""
        values, name = self.new("v"), self.compiler.constant("P", path.iri)
        least = [each for each in constraints if each.component == "MinCount" and each.value]
        others = [each for each in constraints if each.component != "MinCount"]
        if least and status == "shared":
            self.leave_open()
            least = []
        if any(each.value > 1 for each in least):
            self.write(f"{values} = d.get({name}, E)")
            for constraint in least:
                self.together(constraint, values, status, scope, None)
            least = []
        with self.block(f"if {name} in d:"):
            start = len(self.lines)
            self.write(f"{values} = d[{name}]")
            for constraint in others:
                if constraint.component == "MaxCount":
                    self.together(constraint, values, status, scope, None)
            self.each(values, others, scope)
            if len(self.lines) == start + 1:
                del self.lines[start:]
        for constraint in least:
            with self.block(f"if not d.get({name}):"):
                self.fail(self.compiler.check(constraint, scope))

    def each(self, values: str, constraints: list[Constraint], scope: str | None) -> None:
        """Write the constraints on each value; those that look at the term alone are remembered, where that pays."""
        x = self.new("x")
        each_value = [each for each in constraints if each.component in _PER_VALUE]
        alone = [each for each in each_value if self.alone(each)]
        with self.block(f"for {x} in {values}:"):
            faults = [self.test(each, "x") for each in alone]
            if any(_CALL.search(fault) for fault in faults):
                with self.block(f"if not {self.compiler.remembered(faults)}[{x}]:"):
                    for constraint in alone:
                        self.value(constraint, x, "maybe", scope)
                each_value = [each for each in each_value if each not in alone]
            for constraint in each_value:
                self.value(constraint, x, "maybe", scope)

    def alone(self, constraint: Constraint) -> bool:
        """Whether a term alone decides a constraint on it, whatever the triples."""
        if constraint.component in ALONE:
            return True
        return constraint.component in _LOGIC and not any(depends(each) for each in constraint.shapes)

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
                screen = self.compiler.queries[constraint].screen
                with self.block(f"if {self.compiler.constant('Q', screen)}(f, g):" if screen else "if True:"):
                    self.write(f"c.waiting.append(({check}, f))")
            else:
                self.write(f"if {check}.query.matches(f, c): return False")
        else:
            self.pair(constraint, check, v, judge)

    def pair(self, constraint: Constraint, check: str, v: str, judge: str | None) -> None:
        """Write a constraint that compares the value nodes with those of another property."""
        if constraint.component == "Disjoint" and v == "(f,)":
            name = self.compiler.constant("P", constraint.value)
            self.when(f"{name} in d and f in d[{name}]", check, "f")
            return
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
        if component in ALONE:
            self.when(self.test(constraint, x), check, x)
        elif component == "Class":
            judge = f"judged({x}, g)" if self.in_record and scope is None and status != "own" else None
            self.when(self.disjoint(value, x), check, x, judge)
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
        if self.compiler.sure(shape, scope) and (simple := self.simple(shape, x)):
            return simple
        status = "own" if status == "own" else "maybe"
        return f"{self.compiler.function(shape, 'conforms', status, scope)}({x}, g, c)"

    def simple(self, shape: Shape, x: str) -> str | None:
        """What :meth:`has` says without a function of its own, None where it takes one; for shapes that are sure."""
        if shape.deactivated:
            return "True"
        if shape.path is not None:
            if not isinstance(shape.path, Predicate):
                return None
            values = f"{'d' if x == 'f' else f'g.get({x}, E)'}.get({self.compiler.constant('P', shape.path.iri)}, E)"
            if [(each.component, each.value) for each in shape.constraints] == [("MinCount", 1)]:
                return f"({values} != E)"
            if [(each.component, each.value) for each in shape.constraints] == [("MaxCount", 0)]:
                return f"({values} == E)"
            return None
        parts = [self.simple_part(each, x) for each in shape.constraints]
        return f"({' and '.join(map(str, parts))})" if parts and None not in parts else None if parts else "True"

    def simple_part(self, constraint: Constraint, x: str) -> str | None:
        """The same for one constraint of a shape without a path."""
        if self.alone(constraint):
            return f"not ({self.test(constraint, x)})"
        if constraint.component == "Class":
            return f"not {self.disjoint(constraint.value, x)}"
        if constraint.component == "Property":
            return self.simple(constraint.value, x)
        return None

    def disjoint(self, wanted: str, x: str) -> str:
        """An expression that is true where the node in ``x`` has no class that is, or is below, a wanted one."""
        number = self.compiler.number.setdefault(wanted, len(self.compiler.number))
        types = "d.get(T, E)" if x == "f" else f"g.get({x}, E).get(T, E)"
        return f"c.classes[{number}].isdisjoint({types})"

    def test(self, constraint: Constraint, x: str) -> str:
        """An expression that is true where a value is at fault, for what needs no triples (:meth:`alone`)."""
        component, value = constraint.component, constraint.value
        if component in _LOGIC:
            terms = [str(self.simple(each, x)) for each in constraint.shapes]
            if component == "Xone":
                return f"({', '.join(terms)},).count(True) != 1"
            joined = (" or " if component == "Or" else " and ").join(terms) or str(component != "Or")
            return joined if component == "Not" else f"not ({joined})"
        constant = self.compiler.constant
        if component == "NodeKind":
            return _NODE_KINDS[value].format(x=x)
        if component == "Datatype":
            if value == f"{XSD}string":
                return f"not ({x}[0] == '\"' == {x}[-1])"
            return f"not {constant('D', checker(value))}({x})"
        if component == "In":
            return f"{x} not in {constant('S', value)}"
        if component == "MinLength":
            if value == 1:  # the common case: the literal is empty
                return f"({x}[1] == '\"' or {x}[0] == '_')"
            return f"shorter({x}, {value})"
        if component == "MaxLength":
            return f"longer({x}, {value})"
        if component == "Pattern":
            return f"not {constant('M', matcher(value))}({x})"
        if component == "LanguageIn":
            return f"not {constant('L', language_in(tuple(value)))}({x})"
        accepted = {"MinExclusive": (1,), "MinInclusive": (0, 1), "MaxExclusive": (-1,), "MaxInclusive": (-1, 0)}[
            component
        ]
        return f"not {constant('R', ranger(value, accepted))}({x})"

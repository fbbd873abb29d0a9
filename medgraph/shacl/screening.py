"""
The shapes as a program for the compiled screen, which sees of most records that there is nothing to find.

A program says of each target shape what must hold of a node so that its functions surely report nothing there. It takes
the record for all there is, where :mod:`medgraph.shacl.compiler` leaves open what other records may say: what finds no
fault then finds none with more left open, for every answer of a ``conforms`` is then the same or None. So nothing here
may stand under a negation, and what there is no word for never holds. See ``decisions/0071``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from medgraph.shacl import automata, paths
from medgraph.shacl.compiler import Compiler
from medgraph.shacl.literals import usual_form
from medgraph.shacl.paths import Alternative, Path, Predicate
from medgraph.shacl.shapes import Constraint, Shape
from medgraph.shacl.terms import RDF, SUBCLASS, TYPE, XSD
from medgraph.shacl.watched import Watched
from medgraph.shacl.writer import ALONE, Writer, depends
from medgraph.vocab import BIBO, DCTERMS, PRO, VIVO

if TYPE_CHECKING:
    from medgraph.shacl.sparql import Query

LIMIT = 128
"""How many target shapes, and how many classes that values are to have, a program can tell apart."""

_KINDS = {"IRI": 1, "Literal": 2, "BlankNode": 4, "BlankNodeOrIRI": 5, "BlankNodeOrLiteral": 6, "IRIOrLiteral": 3}
_PER_VALUE = ALONE | {"Not", "And", "Or", "Xone", "Node", "Class", "Property", "Closed"}
_STEPS = 2

VERSIONS: Mapping[str, tuple[str, ...]] = {
    "medgraph.screens.members": ("MEMBERS", DCTERMS.creator, BIBO.authorList),
    "medgraph.screens.ranks": ("RANKS", PRO.isDocumentContextFor, PRO.withRole, PRO.author, VIVO.rank),
}
"""Screens of SPARQL constraints, by the name of the function, with what the compiled screen has in their place."""

Rule = tuple[Any, ...]
"""What must hold of a node: a word, and what it takes; see :class:`Op` for what the words mean to the screen."""

YES: Rule = ("ALL",)
NO: Rule = ("ANY",)


class Op(NamedTuple):
    """
    A rule as a line of the program; the rules within it are the lines that follow.

    Args:
        word: what is asked of a node or of its values.
        a, b: numbers of properties, tests, constants; a count.
        end: the number of the line behind it and all within it.
        classes: for ``CLASS``, which of the wanted classes.
    """

    word: str
    a: int
    b: int
    end: int
    classes: int


class Target(NamedTuple):
    """
    A shape with targets.

    Args:
        node: its name, to count for.
        rules: the lines that must hold of a focus node; None where nothing is ever sure.
    """

    node: str
    rules: list[int] | None


class Program(NamedTuple):
    """
    What the compiled screen is made of.

    Args:
        properties: IRI -> number.
        lines: of all rules.
        targets: in the order of their bits in the two that follow.
        targeted: class -> bits of the targets that it leads to.
        wanted: class -> bits of the wanted classes that it is, or is below.
        by_subject: number of a property -> bits of the targets that its subjects are.
        doubtful: numbers of properties with which no record is clean.
        nodes: subjects with which none is.
        tests: of terms, in Python, True where a term is good; a term that was good once is good for ever.
        automata: of patterns, and of the forms of datatypes.
        constants: terms, beginnings of languages, ends of literals.
        ways: for ``EQUALS``, the ways that lead to the values, each one property or two.
        closed: for ``CLOSED``, the properties that a node may have.
        shared: beginnings of the nodes that several records describe.
    """

    properties: dict[str, int]
    lines: list[Op]
    targets: list[Target]
    targeted: dict[str, int]
    wanted: dict[str, int]
    by_subject: dict[int, int]
    doubtful: list[int]
    nodes: list[str]
    tests: list[Callable[[str], bool]]
    automata: list[automata.Automaton]
    constants: list[str]
    ways: list[list[tuple[int, ...]]]
    closed: list[frozenset[int]]
    shared: tuple[str, ...]


class Aim(NamedTuple):
    """
    A shape with targets as the engine for records knows it.

    Args:
        classes: those whose nodes it looks at, and those below them.
        simple: whether it finds its nodes by class and property alone.
    """

    shape: Shape
    classes: frozenset[str]
    simple: bool


def program(
    aims: Sequence[Aim],
    queries: Mapping[Constraint, Query],
    shared: tuple[str, ...],
    subclasses: Callable[[Iterable[str]], list[frozenset[str]]],
    watched: Watched | None = None,
) -> Program | None:
    """
    The program for the shapes that look at records; None where no record could ever be clean, or they are too many.

    Args:
        subclasses: for each class, the class and those below it.
    """
    return _Maker(queries, shared).program(aims, subclasses, watched)


class _Maker:
    def __init__(self, queries: Mapping[Constraint, Query], shared: tuple[str, ...]) -> None:
        self.queries = queries
        self.shared = shared
        self.compiler = Compiler("record", shared, {}, queries)
        self.writer = Writer(self.compiler, "report")
        self.properties: dict[str, int] = {}
        self.classes: dict[str, int] = {}
        self.lines: list[Op] = []
        self.texts: dict[str, int] = {}
        self.automata: dict[re.Pattern[str], int] = {}
        self.made: list[automata.Automaton] = []
        self.constants: dict[str, int] = {}
        self.ways: list[list[tuple[int, ...]]] = []
        self.closed: list[frozenset[int]] = []

    def program(
        self,
        aims: Sequence[Aim],
        subclasses: Callable[[Iterable[str]], list[frozenset[str]]],
        watched: Watched | None,
    ) -> Program | None:
        nodes = [node for aim in aims for node in aim.shape.target_nodes]
        if any(node[0] == '"' for node in nodes) or len(aims) > LIMIT:
            return None
        targets = [self.target(aim) for aim in aims]
        if len(self.classes) > LIMIT:
            return None
        targeted: dict[str, int] = {}
        by_subject: dict[int, int] = {}
        for n, aim in enumerate(aims):
            for each in aim.classes:
                targeted[each] = targeted.get(each, 0) | 1 << n
            for each in aim.shape.target_subjects_of:
                number = self.property(each)
                by_subject[number] = by_subject.get(number, 0) | 1 << n
        wanted: dict[str, int] = {}
        for n, below in enumerate(subclasses(self.classes)):
            for each in below:
                wanted[each] = wanted.get(each, 0) | 1 << n
        leading = [each for aim in aims for each in aim.shape.target_objects_of]
        doubtful = [self.property(each) for each in (*leading, SUBCLASS)]
        self.property(TYPE)
        if watched is not None:
            for each in (watched.named[0], *watched.once[:2], watched.once[3], *watched.order):
                self.property(each)
            for names, _ in watched.values:
                for each in names:
                    self.property(each)
        self.compiler.sources += [f"test{n} = lambda x: not ({text})\n" for text, n in self.texts.items()]
        made = self.compiler.finish()
        tests = [made[f"test{n}"] for n in self.texts.values()]
        return Program(
            self.properties, self.lines, targets, targeted, wanted, by_subject, doubtful, nodes, tests, self.made,
            list(self.constants), self.ways, self.closed, self.shared,
        )  # fmt: skip

    def property(self, iri: str) -> int:
        return self.properties.setdefault(iri, len(self.properties))

    def constant(self, text: str) -> int:
        return self.constants.setdefault(text, len(self.constants))

    def target(self, aim: Aim) -> Target:
        rule = self.shape(aim.shape, None, maybe=False) if aim.simple else NO
        if rule == NO:
            return Target(aim.shape.node, None)
        return Target(aim.shape.node, [self.line(each) for each in (rule[1:] if rule[0] == "ALL" else (rule,))])

    def line(self, rule: Rule) -> int:
        """The number of the line that a rule becomes; those within it stand behind it."""
        word, *rest = rule
        inner = [each for each in rest if isinstance(each, tuple)]
        a, b, *_ = [*(each for each in rest if isinstance(each, int)), 0, 0]
        at = len(self.lines)
        self.lines.append(Op(word, a, b, 0, 0))
        for each in inner:
            self.line(each)
        classes = 1 << a if word == "CLASS" else 0
        self.lines[at] = Op(word, a, b, len(self.lines), classes)
        return at

    def shape(self, shape: Shape, scope: str | None, *, maybe: bool) -> Rule:
        """
        What must hold of a node that it surely is not without a shape; as :meth:`Writer.shape` writes it.

        Args:
            maybe: whether it is still to be seen what the record knows of the node.
        """
        if shape.deactivated:
            return YES
        scope = shape.scope or scope
        if scope == "dataset" or (scope is None and shape.path is not None and paths.goes_back(shape.path)):
            return YES
        maybe = maybe and scope != "record"
        if shape.path is not None:
            rest = self.along(shape.path, shape.constraints, scope)
            return _any(("ELSEWHERE",), rest) if maybe else rest
        alone = [each for each in shape.constraints if each.component in ALONE]
        others = [each for each in shape.constraints if each.component not in ALONE]
        rest = _all(*(self.of_node(each, scope, maybe=maybe) for each in others))
        if maybe and depends(shape):
            rest = _any(("ELSEWHERE",), rest)
        return _all(self.alone(alone), rest)

    def of_node(self, constraint: Constraint, scope: str | None, *, maybe: bool) -> Rule:
        """A constraint of a node shape, which looks at the node itself."""
        if constraint.component == "Disjoint":
            return ("NOT_AMONG", self.property(constraint.value))
        if constraint.component == "SPARQL":
            return self.query(constraint, scope)
        return self.of_value(constraint, scope, maybe=maybe)

    def of_value(self, constraint: Constraint, scope: str | None, *, maybe: bool = True) -> Rule:
        """A constraint that looks at one node, or at one value of a property."""
        component, value = constraint.component, constraint.value
        if self.writer.alone(constraint):
            return self.alone([constraint])
        if component == "Property":
            return self.shape(value, scope, maybe=maybe)
        if component == "Class":
            rule: Rule = ("CLASS", self.classes.setdefault(value, len(self.classes)))
            if scope is not None:
                return rule
            return _any(rule, ("UNTYPED",) if maybe else ("SHARED",))
        if component == "Closed":
            self.closed.append(frozenset(map(self.property, value)))
            return ("CLOSED", len(self.closed) - 1)
        if component in ("And", "Node"):
            return _all(*(self.shape(each, scope, maybe=maybe) for each in constraint.shapes))
        if component == "Or":
            return _any(*(self.shape(each, scope, maybe=maybe) for each in constraint.shapes))
        return NO

    def along(self, path: Path, constraints: list[Constraint], scope: str | None) -> Rule:
        """The constraints of a property shape."""
        alone = [each for each in constraints if self.writer.alone(each)]
        rules = [self.each(path, self.alone(alone))] if alone else []
        rules += [self.of_values(path, each, scope) for each in constraints if each not in alone]
        return _all(*rules)

    def of_values(self, path: Path, constraint: Constraint, scope: str | None) -> Rule:
        """A constraint of a property shape that takes more than the terms."""
        component, value = constraint.component, constraint.value
        several = path.paths if isinstance(path, Alternative) else (path,)
        simple = [self.property(each.iri) for each in several if isinstance(each, Predicate)]
        known = len(simple) == len(several)
        if component == "SPARQL":
            return self.query(constraint, scope)
        if component == "Equals":
            return self.equals(several, value)
        if not known or (component == "MaxCount" and len(simple) > 1) or (component == "MinCount" and value > 1):
            return NO
        if component == "MinCount":
            rule = _any(*(("LEAST", each) for each in simple)) if value else YES
            return rule if scope is not None else _any(rule, ("SHARED",))
        if component == "MaxCount":
            return ("MOST", simple[0], value)
        if component == "HasValue":
            return _any(*(("VALUE", each, self.constant(value)) for each in simple))
        return self.each(path, self.of_value(constraint, scope)) if component in _PER_VALUE else NO

    def each(self, path: Path, rule: Rule) -> Rule:
        """That a rule holds of all values."""
        several = path.paths if isinstance(path, Alternative) else (path,)
        simple = [self.property(each.iri) for each in several if isinstance(each, Predicate)]
        if rule == YES:
            return YES
        return _all(*(("EACH", each, rule) for each in simple)) if len(simple) == len(several) else NO

    def equals(self, several: Sequence[Path], other: str) -> Rule:
        ways: list[tuple[int, ...]] = []
        for path in several:
            steps = path.paths if isinstance(path, paths.Sequence) else (path,)
            numbers = [self.property(each.iri) for each in steps if isinstance(each, Predicate)]
            if len(numbers) < len(steps) or len(steps) > _STEPS:
                return NO
            ways.append(tuple(numbers))
        self.ways.append(ways)
        return ("EQUALS", self.property(other), len(self.ways) - 1)

    def query(self, constraint: Constraint, scope: str | None) -> Rule:
        if scope != "record":
            return YES
        screen = self.queries[constraint].screen
        version = VERSIONS.get(f"{screen.__module__}.{screen.__qualname__}") if screen is not None else None
        if version is None:
            return NO
        word, *terms = version
        if word == "RANKS":
            context, role, author, rank = terms
            steps = [("LEADS", self.property(role), self.constant(author)), ("LEADS", self.property(rank), 0)]
            return ("RANKS", self.property(context), 0, *steps)
        return (word, *map(self.property, terms))

    def alone(self, constraints: list[Constraint]) -> Rule:
        """Constraints for which a term is enough: what there is a word for, and the rest by one test in Python."""
        rules: list[Rule] = []
        rest: list[Constraint] = []
        for each in constraints:
            rule, exact = self.worded(each)
            if rule is not None and not exact:
                rule = _any(rule, self.tested([each]))
            if rule is None:
                rest.append(each)
            else:
                rules.append(rule)
        return _all(*rules, *([self.tested(rest)] if rest else []))

    def tested(self, constraints: list[Constraint]) -> Rule:
        text = " or ".join(f"({self.writer.test(each, 'x')})" for each in constraints)
        return ("KNOWN", self.texts.setdefault(text, len(self.texts)))

    def worded(self, constraint: Constraint) -> tuple[Rule | None, bool]:
        """A rule that holds of good terms only; and whether it holds of all of them."""
        component, value = constraint.component, constraint.value
        if component == "NodeKind":
            return ("KIND", _KINDS[value]), True
        if component == "MinLength" and value == 1:
            return ("NOT_EMPTY",), True
        if component == "Datatype" and value == f"{XSD}string":
            return ("STRING",), True
        if component == "Datatype" and value == f"{RDF}langString":
            return ("LANGUAGE", self.constant("")), False
        if component == "LanguageIn" and "*" not in value:
            return _any(*(("LANGUAGE", self.constant(each.lower())) for each in value)), False
        if component == "Datatype" and (form := usual_form(value)) is not None:
            number = self.automaton(re.compile(rf"\A(?:{form})\Z"))
            return ("LEXICAL", number, self.constant(f'"^^<{value}>')) if number >= 0 else None, False
        if component == "Pattern":
            number = self.automaton(value)
            return ("PATTERN", number) if number >= 0 else None, False
        if component in ("And", "Node", "Or") and not any(each.deactivated for each in constraint.shapes):
            inner = [[self.worded(each) for each in shape.constraints] for shape in constraint.shapes]
            if all(rule is not None for each in inner for rule, _ in each):
                shapes = [_all(*(rule for rule, _ in each if rule is not None)) for each in inner]
                exact = all(exact for each in inner for _, exact in each)
                return (_any(*shapes) if component == "Or" else _all(*shapes)), exact
        return None, False

    def automaton(self, pattern: re.Pattern[str]) -> int:
        """The number of the automaton for a pattern; -1 where there is none."""
        if pattern not in self.automata:
            made = automata.of(pattern)
            self.automata[pattern] = len(self.made) if made is not None else -1
            self.made += [made] if made is not None else []
        return self.automata[pattern]


def _all(*rules: Rule) -> Rule:
    """That all hold; flat, and in short where nothing or one thing is asked."""
    flat = [each for rule in rules for each in (rule[1:] if rule[0] == "ALL" else (rule,))]
    if NO in flat:
        return NO
    return flat[0] if len(flat) == 1 else ("ALL", *flat)


def _any(*rules: Rule) -> Rule:
    """That any holds."""
    flat = [each for rule in rules for each in (rule[1:] if rule[0] == "ANY" else (rule,))]
    if YES in flat:
        return YES
    return flat[0] if len(flat) == 1 else ("ANY", *flat)

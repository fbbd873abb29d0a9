"""
The validator: shapes compiled once, run over records as they pass or over whole graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import pyoxigraph

from medgraph.native import compiled_part
from medgraph.shacl import paths, screening, sparql, terms
from medgraph.shacl import shapes as reader
from medgraph.shacl.compiler import Check, Compiler, Data, Found, Report, Row, scope_of
from medgraph.shacl.paths import Predicate
from medgraph.shacl.results import Result, broken
from medgraph.shacl.screening import Aim
from medgraph.shacl.shapes import Constraint, Shape
from medgraph.shacl.sparql import Query, Screen
from medgraph.shacl.terms import SUBCLASS, TYPE, Index, Source, StoreIndex, Triple
from medgraph.shacl.watched import Watched

_COMPILED = compiled_part("medgraph.shacl")
_MANY = 10_000
_BATCH = 100
_PAIRS = ("Equals", "Disjoint", "LessThan", "LessThanOrEquals")


class Subclasses:
    """
    ``rdfs:subClassOf`` of some triples, followed all the way.

    Args:
        pairs: (class, a class directly above it).
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.up: dict[str, dict[str, None]] = {}
        for below, above in pairs:
            self.up.setdefault(below, {})[above] = None

    def superclasses(self, iri: str) -> set[str]:
        """The class and all classes above it."""
        return _reach(iri, self.up)

    def subclasses(self, wanted: Iterable[str]) -> list[frozenset[str]]:
        """For each wanted class, the class and all classes below it."""
        down: dict[str, dict[str, None]] = {}
        for below, above in self.up.items():
            for each in above:
                down.setdefault(each, {})[below] = None
        return [frozenset(_reach(each, down)) for each in wanted]

    def pairs(self) -> list[tuple[str, str]]:
        """The pairs it was made of."""
        return [(below, above) for below, each in self.up.items() for above in each]


def _reach(start: str, steps: dict[str, dict[str, None]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for each in steps.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


class _Target:
    """A shape with targets, and its function for the nodes that a record owns, shares, or does not describe."""

    __slots__ = ("count", "maybe", "own", "shape", "shared")

    def __init__(self, shape: Shape, names: dict[str, str], functions: dict[str, Any]) -> None:
        self.shape = shape
        self.own: Report = functions[names["own"]]
        self.shared: Report = functions[names["shared"]]
        self.maybe: Report = functions[names["maybe"]]
        self.count = 0


class _Plan:
    """Which functions look at a node with certain classes, and how many such nodes there were."""

    __slots__ = ("alike", "by_subject", "count", "own", "shared", "targets")

    def __init__(self, targets: list[_Target], by_subject: list[tuple[str, int, _Target]]) -> None:
        self.targets = targets
        self.by_subject = by_subject
        self.own = [target.own for target in targets]
        self.shared = [target.shared for target in targets]
        self.alike = self.own == self.shared
        self.count = 0


class _Engine:
    """The compiled functions for one scope, and the way from a node to those that look at it."""

    def __init__(
        self,
        shapes: Sequence[Shape],
        queries: Mapping[Constraint, Query],
        scope: str,
        shared: tuple[str, ...],
        subclasses: Subclasses,
        watched: frozenset[str],
    ) -> None:
        number: dict[str, int] = {}
        compiler = Compiler(scope, shared, number, queries)
        active = [shape for shape in shapes if shape.has_targets and not shape.deactivated]
        names = [{status: compiler.report(shape, status) for status in ("own", "shared", "maybe")} for shape in active]
        functions = compiler.finish()
        self.scope = scope
        self.sources = compiler.sources
        self.shared = shared
        self.subclasses = subclasses
        self.classes = subclasses.subclasses(number)
        self.numbered = list(number)
        self.targets = [_Target(shape, name, functions) for shape, name in zip(active, names, strict=True)]
        # a shape that finds nodes in several ways must still look at each only once
        self.mixed = [each for each in self.targets if each.shape.target_nodes or each.shape.target_objects_of]
        self.simple = [each for each in self.targets if each not in self.mixed]
        self.by_subject = [
            (predicate, number, each)
            for each in self.simple
            for number, predicate in enumerate(each.shape.target_subjects_of)
        ]
        self.watched = frozenset([*(predicate for predicate, _, _ in self.by_subject), *watched])
        self.reached = dict(zip((each.shape.node for each in self.targets), self._closures(subclasses), strict=True))
        self.plans: dict[str | tuple[str, ...], _Plan] = {}

    def _closures(self, subclasses: Subclasses) -> list[frozenset[str]]:
        return [frozenset().union(*subclasses.subclasses(each.shape.target_classes)) for each in self.targets]

    def run(self, data: Data) -> list[Found]:
        """What the compiled functions find in a graph; SPARQL constraints wait in ``data``."""
        graph = data.graph
        out: list[Found] = []
        plans, shared, watched, noticed = self.plans, self.shared, self.watched, data.noticed
        for subject, properties in graph.items():
            types = properties.get(TYPE, ())
            key: str | tuple[str, ...]
            if len(types) == 1:
                (key,) = types  # one class, as a rule: the text itself is found sooner than a tuple of it
            else:
                key = tuple(types)
            plan = plans.get(key)
            if plan is None:
                plan = self._plan(tuple(types), key)
            plan.count += 1
            if plan.alike or not subject.startswith(shared):
                for report in plan.own:
                    report(subject, graph, data, out)
            else:
                for report in plan.shared:
                    report(subject, graph, data, out)
            if not watched.isdisjoint(properties):
                noticed.append(subject)
                for predicate, earlier, target in plan.by_subject:
                    if predicate in properties and not (earlier and _seen(target, earlier, properties)):
                        target.count += 1
                        report = target.shared if subject.startswith(shared) else target.own
                        report(subject, graph, data, out)
        if self.mixed:
            self._mixed(data, out)
        return out

    def _plan(self, types: tuple[str, ...], key: str | tuple[str, ...]) -> _Plan:
        if len(self.plans) >= _MANY:
            self.forget()
        targets = [each for each in self.simple if not self.reached[each.shape.node].isdisjoint(types)]
        plan = _Plan(targets, [each for each in self.by_subject if each[2] not in targets])
        self.plans[key] = plan
        return plan

    def _mixed(self, data: Data, out: list[Found]) -> None:
        graph = data.graph
        for target in self.mixed:
            shape, classes = target.shape, self.reached[target.shape.node]
            foci = self._foci(shape, classes, graph)
            for focus in foci:
                target.count += 1
                if focus[0] == '"' or focus not in graph:
                    target.maybe(focus, graph, data, out)
                else:
                    (target.shared if focus.startswith(self.shared) else target.own)(focus, graph, data, out)

    def _foci(self, shape: Shape, classes: frozenset[str], graph: Index) -> dict[str, None]:
        """The focus nodes of a shape that finds them in several ways, each once."""
        foci: dict[str, None] = {}
        if shape.target_classes or shape.target_subjects_of or shape.target_objects_of:
            for subject, properties in graph.items():
                if not classes.isdisjoint(properties.get(TYPE, ())) or any(
                    p in properties for p in shape.target_subjects_of
                ):
                    foci[subject] = None
                for predicate in shape.target_objects_of:
                    foci.update(properties.get(predicate, {}))
        for node in shape.target_nodes:
            if self.scope == "dataset" or node in graph or node[0] == '"':
                foci[node] = None
        return foci

    def aims(self) -> list[Aim]:
        """The shapes with targets, and the classes whose nodes each looks at."""
        return [Aim(each.shape, self.reached[each.shape.node], each in self.simple) for each in self.targets]

    def looking(self, graph: Index) -> dict[str, list[Shape]]:
        """Which shapes look at which nodes of a graph."""
        found: dict[str, list[Shape]] = {}
        for subject, properties in graph.items():
            types = properties.get(TYPE, ())
            found[subject] = [
                target.shape
                for target in self.simple
                if not self.reached[target.shape.node].isdisjoint(types)
                or any(predicate in properties for predicate in target.shape.target_subjects_of)
            ]
        for target in self.mixed:
            for focus in self._foci(target.shape, self.reached[target.shape.node], graph):
                found.setdefault(focus, []).append(target.shape)
        return found

    def forget(self) -> None:
        """Drop the plans, and keep what they counted."""
        for plan in self.plans.values():
            for target in plan.targets:
                target.count += plan.count
        self.plans.clear()

    def counts(self) -> dict[str, int]:
        """How many focus nodes each shape with targets has seen."""
        self.forget()
        return {each.shape.node: each.count for each in self.targets}

    def with_classes(self, more: Iterable[tuple[str, str]]) -> _Engine:
        """This engine for a graph that says itself which classes are below others."""
        other = object.__new__(_Engine)
        other.__dict__.update(self.__dict__)
        other.subclasses = Subclasses([*self.subclasses.pairs(), *more])
        other.classes = other.subclasses.subclasses(self.numbered)
        other.reached = dict(zip(self.reached, other._closures(other.subclasses), strict=True))
        other.plans = {}
        return other


def _seen(target: _Target, number: int, properties: Mapping[str, Any]) -> bool:
    """Whether a node was found by one of the first ``number`` properties of a target already."""
    return any(predicate in properties for predicate in target.shape.target_subjects_of[:number])


class Validator:
    """
    Shapes that are compiled and ready. Make one with :func:`medgraph.shacl.compile`.

    A validator can be pickled (it is compiled again where it arrives) and may be used by one thread at a time.

    Args:
        triples: the shapes graph.
        subclasses: (class, class above it) of the ontologies.
        shared: beginnings of the terms of nodes that several records describe (``"<https://orcid.org/"``).
        screens: for SPARQL constraints whose text stands here, what tells that a node need not be asked about.
        watched: properties whose subjects a caller wants to know: see :meth:`validate_and_notice`.
    """

    def __init__(
        self,
        triples: Iterable[Triple],
        subclasses: Iterable[tuple[str, str]] = (),
        shared: Iterable[str] = (),
        screens: Mapping[str, Screen] = MappingProxyType({}),
        watched: Iterable[str] = (),
    ) -> None:
        self._watched = frozenset(watched)
        self._subclasses = Subclasses(subclasses)
        self._shared = tuple(shared)
        self._screens = dict(screens)
        parsed = reader.parse(triples, self._subclasses.superclasses)
        self.shapes = parsed.shapes
        self.triples = parsed.triples
        self.notes = parsed.notes
        self._queries = {
            constraint: Query(constraint, screens)
            for shape in self.shapes
            for constraint in shape.constraints
            if constraint.component == "SPARQL"
        }
        self._engines: dict[str, _Engine] = {}
        self._made_screens: dict[Watched | None, Any] = {}
        self._engine("record")
        self._engine("dataset")

    def __reduce__(self) -> tuple[Callable[..., Validator], tuple[Any, ...]]:
        return type(self), (self.triples, self._subclasses.pairs(), self._shared, self._screens, self._watched)

    @property
    def classes(self) -> list[tuple[str, str]]:
        """The pairs of ``rdfs:subClassOf`` that were given with the shapes."""
        return self._subclasses.pairs()

    @property
    def digest(self) -> str:
        """SHA-256 of the shapes, to tell in a report what was validated against."""
        return sha256("\n".join(sorted(" ".join(triple) for triple in self.triples)).encode()).hexdigest()

    @property
    def batch(self) -> int:
        """
        How many records are best judged together.

        Many where queries are asked about all of them; else one, which is then still in the processor's cache.
        """
        return _BATCH if any(query.screen is None for query in self._queries.values()) else 1

    def _engine(self, scope: str) -> _Engine:
        engine = self._engines.get(scope)
        if engine is None:
            engine = self._engines[scope] = _Engine(
                self.shapes, self._queries, scope, self._shared, self._subclasses, self._watched
            )
        return engine

    def validate(self, record: Iterable[Triple] | Index) -> list[Result]:
        """
        What is wrong with one record, as far as the record alone decides it.

        Args:
            record: its triples as strings in N-Triples syntax; or, faster, an :data:`~medgraph.shacl.terms.Index`
                whose terms have their one spelling (see :mod:`medgraph.shacl.terms`).
        """
        return self.validate_batch([record])[0]

    def validate_batch(self, records: Sequence[Iterable[Triple] | Index]) -> list[list[Result]]:
        """
        As :meth:`validate` for several records, each by itself; SPARQL constraints are run once for all of them.

        :attr:`batch` says how many are best.
        """
        return self._run(self._engine("record"), records)

    def validate_and_notice(self, records: Sequence[Index]) -> list[tuple[list[Result], list[str]]]:
        """As :meth:`validate_batch`; with each record's results the nodes that have a property that is watched."""
        noticed: list[list[str]] = []
        return list(zip(self._run(self._engine("record"), records, noticed), noticed, strict=True))

    def screen(self, watched: Watched | None = None) -> Any:
        """
        The compiled screen for records as lines, or None where there is none.

        Its ``clean`` says of the lines of a record whether :meth:`validate` surely finds nothing, and counts their
        nodes for :meth:`counts` then; where it is not sure, the record is to be validated.

        Args:
            watched: what else must hold of a clean record.
        """
        if watched not in self._made_screens:
            made = None
            if _COMPILED is not None:
                engine = self._engine("record")
                program = screening.program(
                    engine.aims(), self._queries, self._shared, self._subclasses.subclasses, watched
                )
                made = _COMPILED.Screen(program, watched) if program is not None else None
            self._made_screens[watched] = made
        return self._made_screens[watched]

    def stream(self, records: Iterable[Any], batch: int | None = None) -> Iterator[tuple[Any, list[Result]]]:
        """Each record with its results, in order; reads ``batch`` records ahead, None is :attr:`batch`."""
        batch = batch or self.batch
        waiting: list[Any] = []
        for record in records:
            waiting.append(record if isinstance(record, (dict, list, tuple)) else list(record))
            if len(waiting) >= batch:
                yield from zip(waiting, self.validate_batch(waiting), strict=True)
                waiting = []
        yield from zip(waiting, self.validate_batch(waiting), strict=True)

    def validate_graph(self, source: Source) -> list[Result]:
        """
        What is wrong with a graph that is all there is: no other triples have a say.

        Args:
            source: an rdflib or pyoxigraph graph or store, a path, several of these, triples of strings, or an index.
                A pyoxigraph store is not read into memory, so it may be as large as the disk; it has changed the
                spelling of typed literals (``"01"^^xsd:integer`` to ``"1"``).
        """
        if isinstance(source, pyoxigraph.Store):
            source = StoreIndex(source)
        graph: Any = source if isinstance(source, (dict, StoreIndex)) else terms.index(terms.read(source))
        return self._run(self._engine("dataset"), [graph])[0]

    def _run(
        self, engine: _Engine, records: Sequence[Iterable[Triple] | Index], noticed: list[list[str]] | None = None
    ) -> list[list[Result]]:
        results: list[list[Result]] = []
        graphs: list[Index] = []
        waiting: dict[Check, list[tuple[int, str]]] = {}
        for number, record in enumerate(records):
            try:
                graph: Any = record if isinstance(record, (dict, StoreIndex)) else terms.index(record)
                data, found = self._look(engine, graph)
                results.append([check.result(node, term, path, data) for check, node, term, path in found])
            except Exception as error:  # a record that is no RDF costs that record only
                results.append([broken(error)])
                graphs.append({})
                if noticed is not None:
                    noticed.append(list(record) if isinstance(record, dict) else [])
                continue
            graphs.append(graph)
            if noticed is not None:
                noticed.append(data.noticed)
            for check, focus in data.waiting:
                waiting.setdefault(check, []).append((number, focus))
        for check, foci in waiting.items():
            for number, result in self._ask(check, foci, graphs):
                results[number].append(result)
        return results

    def _look(self, engine: _Engine, graph: Index) -> tuple[Data, list[Found]]:
        here = engine
        if isinstance(graph, StoreIndex):
            more = list(graph.objects(SUBCLASS))
        else:
            more = []
            if [properties for properties in graph.values() if SUBCLASS in properties]:
                more = [(s, o) for s, properties in graph.items() for o in properties.get(SUBCLASS, ())]
        if more:
            here = engine.with_classes(more)
        data = Data(graph, here.classes)
        found = here.run(data)
        if here is not engine:
            here.forget()
        return data, found

    def _ask(self, check: Check, foci: list[tuple[int, str]], graphs: list[Index]) -> list[tuple[int, Result]]:
        """What a SPARQL constraint finds; where the batch breaks the query, each record is asked by itself."""
        assert check.query is not None
        found: list[tuple[int, Result]] = []
        try:
            for number, focus, bindings in check.query.run(foci, graphs):
                focus = sparql.as_spelt(focus, graphs[number])  # noqa: PLW2901
                term, path, messages = sparql.outcome(check.constraint, focus, bindings, graphs[number])
                found.append((number, check.make(focus, term, path, messages=messages, bindings=bindings)))
        except Exception as error:  # pyoxigraph raises what it pleases on terms that are none
            numbers = list(dict.fromkeys(number for number, _ in foci))
            if len(numbers) == 1:
                return [(numbers[0], broken(error))]
            return [
                each for number in numbers for each in self._ask(check, [f for f in foci if f[0] == number], graphs)
            ]
        return found

    def looking(self, graph: Index) -> dict[str, list[Shape]]:
        """Which shapes look at which nodes of a record; see :meth:`properties` for what they look at there."""
        return self._engine("record").looking(graph)

    def properties(self, shape: Shape) -> list[tuple[str, Shape]]:
        """The properties that a shape with targets looks at, each with the shape that has a name for it."""
        found: dict[tuple[str, str], Shape] = {}

        def walk(shape: Shape, named: Shape) -> None:
            named = shape if shape.name else named
            if shape.path is not None:
                for part in paths.parts(shape.path):
                    if isinstance(part, Predicate):
                        found[part.iri, named.node] = named
            for constraint in shape.constraints:
                if constraint.component == "Property":
                    walk(constraint.value, named)
                elif constraint.component == "SPARQL":
                    seen = self._queries[constraint].seen
                    found.update({(iri, named.node): named for iri in (seen.predicates if seen else ())})
                elif constraint.component in _PAIRS:
                    found[constraint.value, named.node] = named
                for inner in constraint.shapes:
                    walk(inner, named)

        walk(shape, shape)
        return [(iri, named) for (iri, _), named in found.items()]

    def counts(self) -> dict[str, int]:
        """How many focus nodes each shape with targets has seen since the validator was made."""
        total: dict[str, int] = {}
        for each in (*self._engines.values(), *filter(None, self._made_screens.values())):
            for node, count in each.counts().items():
                total[node] = total.get(node, 0) + count
        return total

    def unused(self) -> list[Shape]:
        """The shapes with targets that have seen no focus node: a typo in a target, perhaps."""
        counts = self.counts()
        return [shape for shape in self.shapes if counts.get(shape.node) == 0]

    def scopes(self) -> list[Row]:
        """The plan: every constraint, reached from which target shape, and who decides it."""
        rows: list[Row] = []

        def walk(shape: Shape, target: Shape, scope: str | None, deep: bool) -> None:
            scope = shape.scope or scope
            for constraint in shape.constraints:
                if constraint.component == "Property":
                    if not constraint.value.deactivated:
                        walk(constraint.value, target, scope, deep or shape.path is not None)
                    continue
                label, why = scope_of(constraint, scope)
                if label == "record" and deep and scope is None:
                    label, why = "both", "the node may be described by another record"
                path = str(shape.path) if shape.path is not None else ""
                rows.append(Row(target.node, shape.node, shape.name, path, constraint.component, label, why))

        for shape in self.shapes:
            if shape.has_targets and not shape.deactivated:
                walk(shape, shape, None, False)
        return rows

    def source(self, scope: str = "record") -> str:
        """The Python text that the shapes became, to look at."""
        return "\n".join(self._engine(scope).sources)

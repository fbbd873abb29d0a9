"""
A shapes graph read into :class:`Shape` and :class:`Constraint`, and refused where it is not understood.

Every ``sh:`` term is either known here or an error that names its triple: a constraint that is skipped
in silence makes bad data look good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from medgraph.errors import ShapesError
from medgraph.shacl import paths, patterns
from medgraph.shacl.literals import is_legal
from medgraph.shacl.paths import Path, PathError
from medgraph.shacl.results import VIOLATION, short
from medgraph.shacl.terms import OWL, RDFS, SH, SUBCLASS, TRUE, TYPE, XSD, Triple, datatype, index, lexical
from medgraph.shacl.vocabulary import (
    KNOWN,
    KNOWN_CLASSES,
    NODE_KINDS,
    PARAMETERS,
    PROPERTY_ONLY,
    REFUSED,
    REPORT,
    SEVERITIES,
    TARGETS,
)

HINT = "<https://w3id.org/medgraph/vocab#hint>"
SCOPE = "<https://w3id.org/medgraph/vocab#scope>"
_SCOPES = {
    "<https://w3id.org/medgraph/vocab#Record>": "record",
    "<https://w3id.org/medgraph/vocab#Dataset>": "dataset",
}
_INTEGER = f"{XSD}integer"


def _sh(name: str) -> str:
    return f"<{SH}{name}>"


@dataclass(slots=True, eq=False)
class Constraint:
    """
    One thing a shape asks for.

    Args:
        component: ``"MinCount"``, without the ending ``ConstraintComponent``.
        value: what it asks for: an int, a term, a set of terms, a shape, a list of shapes, a pattern, a query.
        parameters: the parameters as terms, by their local names, for messages.
        node: the node of a SPARQL constraint.
    """

    component: str
    shape: Shape
    value: Any = None
    parameters: dict[str, str] = field(default_factory=dict)
    node: str | None = None

    @property
    def shapes(self) -> list[Shape]:
        """The shapes that this constraint refers to."""
        if self.component in ("And", "Or", "Xone"):
            return list(self.value)
        if self.component in ("Not", "Node", "Property"):
            return [self.value]
        if self.component in ("QualifiedMinCount", "QualifiedMaxCount"):
            return [self.value.shape, *self.value.siblings]
        return []


@dataclass(slots=True, eq=False)
class Qualified:
    """``sh:qualifiedValueShape`` with a count: how many values may or must have ``shape`` and none of ``siblings``."""

    shape: Shape
    count: int
    siblings: list[Shape] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Select:
    """A SPARQL constraint as it stands: its text with prefixes before it, and its messages."""

    text: str
    messages: list[str]


@dataclass(slots=True, eq=False)
class Shape:
    """
    A node shape (``path`` None) or a property shape.

    Args:
        node: its IRI or blank node.
        scope: ``"record"`` or ``"dataset"`` where ``medgraph:scope`` says so.
    """

    node: str
    path: Path | None = None
    constraints: list[Constraint] = field(default_factory=list)
    deactivated: bool = False
    severity: str = VIOLATION
    messages: list[str] = field(default_factory=list)
    name: str | None = None
    hint: str | None = None
    scope: str | None = None
    target_classes: list[str] = field(default_factory=list)
    target_nodes: list[str] = field(default_factory=list)
    target_subjects_of: list[str] = field(default_factory=list)
    target_objects_of: list[str] = field(default_factory=list)

    @property
    def has_targets(self) -> bool:
        """Whether the shape says itself which nodes it is for."""
        return bool(self.target_classes or self.target_nodes or self.target_subjects_of or self.target_objects_of)


@dataclass(slots=True, eq=False)
class Shapes:
    """
    A shapes graph that is understood.

    Args:
        shapes: all shapes in the order of the graph, those without targets too.
        triples: the graph itself, blank nodes numbered ``_:s1``, ``_:s2`` … in its order.
        notes: what a user should know and what is no error.
    """

    shapes: list[Shape]
    triples: tuple[Triple, ...]
    notes: list[str]


def parse(triples: Iterable[Triple], superclasses: Callable[[str], set[str]] = lambda iri: {iri}) -> Shapes:
    """
    The shapes of a graph.

    Args:
        superclasses: the classes above a class, itself included, to see which shapes are classes.

    Raises:
        ShapesError: the graph is empty, has no shapes, is ill-formed, recursive, or says something unknown.
    """
    numbered = tuple(_numbered(triples))
    return Shapes(*_Reader(numbered, superclasses).read())


def _numbered(triples: Iterable[Triple]) -> Iterator[Triple]:
    labels: dict[str, str] = {}

    def label(term: str) -> str:
        return labels.setdefault(term, f"_:s{len(labels) + 1}") if term[0] == "_" else term

    for subject, predicate, term in triples:
        yield label(subject), predicate, label(term)


def _text(triple: Triple) -> str:
    return " ".join(short(term) for term in triple)


class _Reader:
    def __init__(self, triples: tuple[Triple, ...], superclasses: Callable[[str], set[str]]) -> None:
        self.triples = triples
        self.graph = index(triples)
        self.superclasses = superclasses
        self.shapes: dict[str, Shape] = {}
        self.notes: list[str] = []

    def read(self) -> tuple[list[Shape], tuple[Triple, ...], list[str]]:
        if not self.triples:
            raise ShapesError("the shapes graph is empty: there is nothing to validate against")
        roots = self.roots()
        self.refuse_unknown(roots)
        if not roots:
            raise ShapesError(self.nothing_found())
        for node in roots:
            self.shape(node)
        self.join_siblings()
        self.refuse_recursion()
        if not any(shape.has_targets and not shape.deactivated for shape in self.shapes.values()):
            self.notes.append("no shape has a target: nothing will be validated")
        for subject, properties in self.graph.items():
            for imported in properties.get(f"<{OWL}imports>", ()):
                if imported not in self.graph:
                    self.notes.append(f"{short(subject)} imports {short(imported)}, which is not fetched")
        return list(self.shapes.values()), self.triples, self.notes

    def nothing_found(self) -> str:
        for _, predicate, term in self.triples:
            for iri in (predicate, term):
                if iri[0] == "<" and "/ns/shacl" in iri.lower() and not iri.startswith(f"<{SH}"):
                    return f"the graph has no shapes; {short(iri)} is not of the SHACL vocabulary, which is <{SH}>"
        if any(predicate.startswith(f"<{SH}") for _, predicate, _ in self.triples):
            return "the graph has no shapes, though it uses the SHACL vocabulary"
        return f"the graph has no shapes: none of its {len(self.triples)} triples is of the SHACL vocabulary <{SH}>"

    def roots(self) -> list[str]:
        """The subjects that are shapes by SHACL 2.1: by type, target, or parameter."""
        telling = {_sh(name) for name in TARGETS | (PARAMETERS - {"flags", "ignoredProperties", "property"})}
        telling |= {_sh("property"), _sh("severity")}
        types = {_sh("NodeShape"), _sh("PropertyShape"), _sh("Shape")}
        return [
            subject
            for subject, properties in self.graph.items()
            if not types.isdisjoint(properties.get(TYPE, ())) or not telling.isdisjoint(properties)
        ]

    def refuse_unknown(self, roots: list[str]) -> None:
        data = self.data_nodes(set(roots))
        for triple in self.triples:
            subject, predicate, term = triple
            if subject in data:
                continue
            for name, known in (
                (self.local(predicate), KNOWN),
                (self.local(term) if predicate == TYPE else "", KNOWN_CLASSES),
            ):
                if not name or name in known:
                    continue
                if name in REFUSED:
                    raise ShapesError(
                        f"{REFUSED[name]} are not supported, and leaving them out would hide faults: {_text(triple)}"
                        " (pySHACL, the reference engine, may know them)"
                    )
                close = get_close_matches(name, [*known, *REFUSED], 1, 0.7)
                hint = f"; sh:{close[0]} is meant, perhaps" if close else ""
                raise ShapesError(f"sh:{name} is not a term of SHACL{hint}: {_text(triple)}")

    def data_nodes(self, roots: set[str]) -> set[str]:
        """Subjects that are plainly data in the same file: typed, by no class of SHACL, and no part of a shape."""
        naming = {"", "targetNode", "hasValue", *REPORT}
        used = {term for _, predicate, term in self.triples if self.local(predicate) not in naming}
        return {
            subject
            for subject, properties in self.graph.items()
            if subject not in roots
            and subject not in used
            and TYPE in properties
            and not any(self.local(each) for each in properties[TYPE])
            and not any(self.local(each) in REFUSED for each in properties)
        }

    def local(self, term: str) -> str:
        return term[1 + len(SH) : -1] if term.startswith(f"<{SH}") else ""

    def values(self, node: str, name: str) -> list[str]:
        return list(self.graph.get(node, {}).get(_sh(name), ()))

    def single(self, node: str, name: str) -> str | None:
        found = self.values(node, name)
        if len(found) > 1:
            raise ShapesError(
                f"sh:{name} has {len(found)} values where one may stand: {_text((node, _sh(name), found[1]))}"
            )
        return found[0] if found else None

    def wrong(self, node: str, name: str, term: str, reason: str) -> ShapesError:
        return ShapesError(f"{reason}: {_text((node, _sh(name), term))}")

    def boolean(self, node: str, name: str) -> bool:
        term = self.single(node, name)
        if term is not None and (datatype(term) != f"{XSD}boolean" or not is_legal(term)):
            raise self.wrong(node, name, term, f"sh:{name} must be true or false")
        return term == TRUE

    def integer(self, node: str, name: str) -> int | None:
        term = self.single(node, name)
        if term is None:
            return None
        if datatype(term) != _INTEGER or not is_legal(term) or int(lexical(term)) < 0:
            raise self.wrong(node, name, term, f"sh:{name} must be an integer that is not negative")
        return int(lexical(term))

    def iri(self, node: str, name: str, term: str) -> str:
        if term[0] != "<":
            raise self.wrong(node, name, term, f"sh:{name} must be an IRI")
        return term

    def members(self, node: str, name: str, term: str) -> list[str]:
        try:
            return paths.members(term, self.graph)
        except PathError as error:
            raise self.wrong(node, name, term, str(error)) from error

    def shape(self, node: str) -> Shape:
        """The shape of a node, read once."""
        if node in self.shapes:
            return self.shapes[node]
        if node[0] == '"':
            raise ShapesError(f"a literal stands where a shape is needed: {short(node)}")
        shape = self.shapes[node] = Shape(node)
        about = self.graph.get(node, {})
        if (path := self.single(node, "path")) is not None:
            try:
                shape.path = paths.parse(path, self.graph)
            except PathError as error:
                raise self.wrong(node, "path", path, f"the path is not well-formed ({error})") from error
        elif _sh("PropertyShape") in about.get(TYPE, ()):
            raise ShapesError(f"a property shape has no sh:path: {_text((node, TYPE, _sh('PropertyShape')))}")
        if shape.path is None:
            for name in sorted(PROPERTY_ONLY):
                for term in self.values(node, name):
                    raise self.wrong(
                        node, name, term, f"sh:{name} may stand on property shapes only, and this shape has no sh:path"
                    )
        self.words(shape, about)
        self.targets(shape, about)
        self.constraints(shape)
        return shape

    def words(self, shape: Shape, about: dict[str, dict[str, None]]) -> None:
        node = shape.node
        shape.deactivated = self.boolean(node, "deactivated")
        if severity := self.single(node, "severity"):
            name = self.local(self.iri(node, "severity", severity))
            if name and name not in SEVERITIES:
                raise self.wrong(node, "severity", severity, f"SHACL has no severity sh:{name}")
            shape.severity = severity
        shape.messages = self.messages(node)
        names = [*about.get(_sh("name"), ()), *about.get(f"<{RDFS}label>", ())]
        hints = [*about.get(HINT, ()), *about.get(_sh("description"), ()), *about.get(f"<{RDFS}comment>", ())]
        shape.name = lexical(names[0]) if names else None
        shape.hint = lexical(hints[0]) if hints else None
        for scope in about.get(SCOPE, ()):
            if scope not in _SCOPES:
                raise ShapesError(f"a scope is medgraph:Record or medgraph:Dataset: {_text((node, SCOPE, scope))}")
            shape.scope = _SCOPES[scope]

    def messages(self, node: str) -> list[str]:
        found = self.values(node, "message")
        for term in found:
            if term[0] != '"':
                raise self.wrong(node, "message", term, "a message is a string")
        return found

    def targets(self, shape: Shape, about: dict[str, dict[str, None]]) -> None:
        node = shape.node
        shape.target_classes = [self.iri(node, "targetClass", term) for term in self.values(node, "targetClass")]
        shape.target_subjects_of = [
            self.iri(node, "targetSubjectsOf", term) for term in self.values(node, "targetSubjectsOf")
        ]
        shape.target_objects_of = [
            self.iri(node, "targetObjectsOf", term) for term in self.values(node, "targetObjectsOf")
        ]
        shape.target_nodes = self.values(node, "targetNode")
        for term in shape.target_nodes:
            if term[0] == "_":
                raise self.wrong(node, "targetNode", term, "a blank node cannot be a target")
        if node[0] == "<":
            above = {name for each in about.get(TYPE, ()) for name in self.above(each)}
            if above & {f"<{RDFS}Class>", f"<{OWL}Class>"} and node not in shape.target_classes:
                shape.target_classes.append(node)

    def above(self, iri: str) -> set[str]:
        found = {iri}
        waiting = [iri]
        while waiting:
            here = waiting.pop()
            for each in {*self.superclasses(here), *self.graph.get(here, {}).get(SUBCLASS, ())} - found:
                found.add(each)
                waiting.append(each)
        return found

    def constraints(self, shape: Shape) -> None:
        node = shape.node
        add = shape.constraints.append

        def constraint(component: str, value: Any, **parameters: str) -> None:
            add(Constraint(component, shape, value, parameters))

        for name, component in (("minCount", "MinCount"), ("maxCount", "MaxCount")):
            if (number := self.integer(node, name)) is not None:
                constraint(component, number, **{name: str(number)})
        if (kind := self.single(node, "nodeKind")) is not None:
            if self.local(kind) not in NODE_KINDS:
                raise self.wrong(node, "nodeKind", kind, "there is no such kind of node")
            constraint("NodeKind", self.local(kind), nodeKind=kind)
        if (term := self.single(node, "datatype")) is not None:
            constraint("Datatype", self.iri(node, "datatype", term)[1:-1], datatype=term)
        for term in self.values(node, "class"):
            constraint("Class", self.iri(node, "class", term), **{"class": term})
        for name in ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive"):
            if (term := self.single(node, name)) is not None:
                if term[0] != '"':
                    raise self.wrong(node, name, term, f"sh:{name} must be a literal")
                constraint(name[0].upper() + name[1:], term, **{name: term})
        for name in ("minLength", "maxLength"):
            if (number := self.integer(node, name)) is not None:
                constraint(name[0].upper() + name[1:], number, **{name: str(number)})
        self.patterns(shape)
        if (term := self.single(node, "languageIn")) is not None:
            tags = self.members(node, "languageIn", term)
            if any(datatype(tag) != f"{XSD}string" for tag in tags):
                raise self.wrong(node, "languageIn", term, "the languages must be strings")
            words = [lexical(tag) for tag in tags]
            constraint("LanguageIn", words, languageIn=", ".join(words))
        if self.boolean(node, "uniqueLang"):
            constraint("UniqueLang", True, uniqueLang=TRUE)
        for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals"):
            for term in self.values(node, name):
                constraint(name[0].upper() + name[1:], self.iri(node, name, term), **{name: term})
        for term in self.values(node, "hasValue"):
            constraint("HasValue", term, hasValue=term)
        if (term := self.single(node, "in")) is not None:
            allowed = self.members(node, "in", term)
            constraint("In", frozenset(allowed), **{"in": ", ".join(map(short, allowed))})
        if self.boolean(node, "closed"):
            constraint("Closed", None, closed=TRUE)
        self.shape_based(shape)
        for term in self.values(node, "property"):
            member = self.shape(term)
            if member.path is None:
                raise self.wrong(node, "property", term, "sh:property needs a property shape, and this has no sh:path")
            constraint("Property", member)
        self.closed(shape)
        for term in self.values(node, "sparql"):
            self.sparql(shape, term)

    def patterns(self, shape: Shape) -> None:
        node = shape.node
        flags = self.single(node, "flags")
        for term in self.values(node, "pattern"):
            if datatype(term) != f"{XSD}string":
                raise self.wrong(node, "pattern", term, "a pattern is a string")
            try:
                pattern = patterns.compile_pattern(lexical(term), lexical(flags) if flags else "")
            except patterns.PatternError as error:
                raise self.wrong(node, "pattern", term, f"the pattern cannot be used: {error}") from error
            shape.constraints.append(
                Constraint("Pattern", shape, pattern, {"pattern": term} | ({"flags": flags} if flags else {}))
            )

    def shape_based(self, shape: Shape) -> None:
        node = shape.node
        for name in ("not", "node"):
            for term in self.values(node, name):
                member = self.shape(term)
                if name == "node" and member.path is not None:
                    raise self.wrong(node, name, term, "sh:node needs a node shape, and this is a property shape")
                shape.constraints.append(Constraint(name.capitalize(), shape, member, {name: called(member)}))
        for name in ("and", "or", "xone"):
            for term in self.values(node, name):
                listed = [self.shape(each) for each in self.members(node, name, term)]
                words = ", ".join(called(each) for each in listed)
                shape.constraints.append(Constraint(name.capitalize(), shape, listed, {name: words}))
        least, most = self.integer(node, "qualifiedMinCount"), self.integer(node, "qualifiedMaxCount")
        disjoint = self.boolean(node, "qualifiedValueShapesDisjoint")
        given = self.single(node, "qualifiedValueShape")
        if given is None or (least is None and most is None):
            if given or least is not None or most is not None or disjoint:
                self.notes.append(
                    f"{short(node)} has a part of a qualified constraint only, which says nothing (SHACL 4.7.3)"
                )
            if given:
                self.shape(given)
            return
        member = self.shape(given)
        for name, count in (("qualifiedMinCount", least), ("qualifiedMaxCount", most)):
            if count is not None:
                parameters = {name: str(count), "qualifiedValueShape": called(member)}
                component = name[0].upper() + name[1:]
                shape.constraints.append(Constraint(component, shape, Qualified(member, count), parameters))

    def closed(self, shape: Shape) -> None:
        ignored = self.single(shape.node, "ignoredProperties")
        allowed = self.members(shape.node, "ignoredProperties", ignored) if ignored else []
        for term in allowed:
            if term[0] != "<":
                raise self.wrong(shape.node, "ignoredProperties", term, "the ignored properties must be IRIs")
        for constraint in shape.constraints:
            if constraint.component == "Closed":
                listed = {
                    other.value.path.iri
                    for other in shape.constraints
                    if other.component == "Property" and isinstance(other.value.path, paths.Predicate)
                }
                constraint.value = frozenset(listed.union(allowed))

    def sparql(self, shape: Shape, node: str) -> None:
        if self.boolean(node, "deactivated") and node != shape.node:
            return
        texts = self.values(node, "select")
        if len(texts) != 1 or datatype(texts[0]) != f"{XSD}string":
            raise self.wrong(shape.node, "sparql", node, "a SPARQL constraint needs exactly one sh:select, a string")
        prefixes: dict[str, str] = {}
        for source in self.values(node, "prefixes"):
            self.declared(source, prefixes, set())
        header = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes.items())
        select = Select(header + lexical(texts[0]), self.messages(node))
        shape.constraints.append(Constraint("SPARQL", shape, select, {}, node))

    def declared(self, node: str, prefixes: dict[str, str], seen: set[str]) -> None:
        seen.add(node)
        for declaration in self.values(node, "declare"):
            prefix, namespace = self.single(declaration, "prefix"), self.single(declaration, "namespace")
            if prefix is None or namespace is None:
                raise self.wrong(node, "declare", declaration, "a prefix declaration needs sh:prefix and sh:namespace")
            if prefixes.setdefault(lexical(prefix), lexical(namespace)) != lexical(namespace):
                raise self.wrong(
                    node, "declare", declaration, f"the prefix {lexical(prefix)!r} is declared twice, differently"
                )
        for imported in self.graph.get(node, {}).get(f"<{OWL}imports>", ()):
            if imported not in seen:
                self.declared(imported, prefixes, seen)

    def join_siblings(self) -> None:
        """Give each disjoint qualified shape its sibling shapes (SHACL 4.7.3)."""
        disjoint = {
            shape.node
            for shape in self.shapes.values()
            if TRUE in self.graph.get(shape.node, {}).get(_sh("qualifiedValueShapesDisjoint"), ())
        }
        for parent in self.shapes.values():
            properties = [each.value for each in parent.constraints if each.component == "Property"]
            for member in properties:
                if member.node not in disjoint:
                    continue
                for constraint in member.constraints:
                    if isinstance(constraint.value, Qualified):
                        constraint.value.siblings += [
                            qualified
                            for sibling in properties
                            for qualified in dict.fromkeys(
                                each.value.shape for each in sibling.constraints if isinstance(each.value, Qualified)
                            )
                            if qualified is not constraint.value.shape and qualified not in constraint.value.siblings
                        ]

    def refuse_recursion(self) -> None:
        done: set[str] = set()

        def visit(shape: Shape, above: tuple[Shape, ...]) -> None:
            if shape in above:
                circle = " -> ".join(short(each.node) for each in (*above[above.index(shape) :], shape))
                raise ShapesError(f"a shape refers to itself, and SHACL leaves open what that means: {circle}")
            if shape.node in done:
                return
            for constraint in shape.constraints:
                for below in constraint.shapes:
                    visit(below, (*above, shape))
            done.add(shape.node)

        for shape in self.shapes.values():
            visit(shape, ())


def called(shape: Shape) -> str:
    """What a shape is called in a message: its name, else its IRI, else what it asks for."""
    if shape.name:
        return shape.name
    return short(shape.node) if shape.node[0] == "<" else "given"

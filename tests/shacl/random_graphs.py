"""Random shapes and graphs over a small vocabulary, the same for the same seed: what engines are compared on."""

from __future__ import annotations

import random

from medgraph.shacl.terms import FIRST, NIL, RDF, RDFS, REST, SH, TYPE, XSD, Triple, literal

EX = "http://example.org/"
PREDICATES = [f"<{EX}{name}>" for name in "pqr"]
CLASSES = [f"<{EX}{name}>" for name in "CDE"]
NODES = [f"<{EX}n{number}>" for number in range(6)] + ["_:b1", "_:b2"]

TEXTS = [
    "",
    "a",
    "abc",
    "10.1002/x",
    "ä\u0301",
    "😀😀",
    'say "hi"',
    "back\\slash",
    "two\nlines",
    "\u0661\u0662",
    "tab\there",
]
TYPED = [
    ("1", "integer"),
    ("2", "integer"),
    ("10", "integer"),
    ("-3", "int"),
    ("1.5", "decimal"),
    ("2.0E0", "double"),
    ("true", "boolean"),
    ("false", "boolean"),
    ("2020-01-01", "date"),
    ("2021-12-31", "date"),
    ("2020", "gYear"),
    ("2020-06", "gYearMonth"),
    ("2020-01-01T12:00:00", "dateTime"),
    ("2020-01-01T12:00:00Z", "dateTime"),
    ("2021-06-01T00:00:00Z", "dateTime"),
]
ODD = [
    ("01", "integer"),
    ("abc", "integer"),
    ("1_000", "integer"),
    ("1", "boolean"),
    ("yes", "boolean"),
    ("1990-13-45", "date"),
    ("1e3", "decimal"),
    ("300", "byte"),
    ("-1", "nonNegativeInteger"),
    ("2020-01-01T24:00:00", "dateTime"),
    ("2020-01-01T10:00", "dateTime"),
    ("", "date"),
]
LANGUAGES = ["en", "en-gb", "de", "fr"]
DATATYPES = [
    "string",
    "integer",
    "decimal",
    "boolean",
    "date",
    "gYear",
    "gYearMonth",
    "dateTime",
    "double",
    "byte",
    "int",
]
PATTERNS = ["^a", "b$", "^[a-c]+$", "^10\\.[0-9]{4}/", "^http://example", "lines$", "[0-9]", "^.*$", "(a|b)c?", "\\."]


class Random(random.Random):
    """Draws terms, graphs and shapes."""

    def literal(self, odd: float = 0.1) -> str:
        draw = self.random()
        if draw < odd:
            text, name = self.choice(ODD)
            return literal(text, XSD + name)
        if draw < 0.45:
            text, name = self.choice(TYPED)
            return literal(text, XSD + name)
        if draw < 0.65:
            return literal(self.choice(TEXTS), language=self.choice(LANGUAGES))
        return literal(self.choice(TEXTS))

    def term(self, odd: float = 0.1) -> str:
        return self.choice(NODES) if self.random() < 0.5 else self.literal(odd)

    def graph(self, size: int = 25, odd: float = 0.1) -> list[Triple]:
        found: dict[Triple, None] = {}
        for node in NODES:
            for name in self.sample(CLASSES, self.choice([0, 1, 1, 2])):
                found[node, TYPE, name] = None
        for _ in range(size):
            found[self.choice(NODES), self.choice(PREDICATES), self.term(odd)] = None
        if self.random() < 0.5:
            found[CLASSES[0], f"<{RDFS}subClassOf>", CLASSES[1]] = None
        return list(found)

    def shapes(self, without: frozenset[str] = frozenset()) -> list[Triple]:
        """Shapes of all components of SHACL Core, but for those named (``"order"``, ``"complex inverse"``)."""
        return _Shapes(self, without).graph()


class _Shapes:
    def __init__(self, rng: Random, without: frozenset[str]) -> None:
        self.rng = rng
        self.without = without
        self.triples: list[Triple] = []
        self.number = 0

    def new(self) -> str:
        self.number += 1
        return f"<{EX}s{self.number}>" if self.rng.random() < 0.5 else f"_:s{self.number}"

    def add(self, subject: str, name: str, term: str) -> None:
        self.triples.append((subject, f"<{SH}{name}>", term))

    def graph(self) -> list[Triple]:
        rng = self.rng
        for _ in range(rng.randint(2, 5)):
            shape = self.shape(2)
            kind = rng.choice(["targetClass", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"])
            target = {
                "targetClass": rng.choice(CLASSES),
                "targetNode": rng.choice([*NODES[:6], rng.literal(odd=0)]),
                "targetSubjectsOf": rng.choice(PREDICATES),
                "targetObjectsOf": rng.choice(PREDICATES),
            }[kind]
            self.add(shape, kind, target)
        return self.triples

    def shape(self, depth: int, property_shape: bool | None = None) -> str:
        rng = self.rng
        node = self.new()
        if property_shape is None:
            property_shape = rng.random() < 0.6
        self.triples.append((node, TYPE, f"<{SH}{'PropertyShape' if property_shape else 'NodeShape'}>"))
        if property_shape:
            self.add(node, "path", self.path(2))
        if rng.random() < 0.15:
            self.add(node, "severity", f"<{SH}{rng.choice(['Warning', 'Info', 'Violation'])}>")
        if rng.random() < 0.05:
            self.add(node, "deactivated", literal("true", f"{XSD}boolean"))
        names = ["nodeKind", "datatype", "class", "range", "length", "pattern", "languageIn", "pair", "hasValue", "in"]
        if property_shape:
            names += ["count", "count", "count", "uniqueLang", "order"]
        if depth:
            names += ["not", "and", "or", "xone", "node", "property", "property", "closed"]
            if property_shape:
                names += ["qualified", "qualified"]
        names = [name for name in names if name not in self.without]
        for name in dict.fromkeys(rng.choices(names, k=rng.choice([1, 1, 2, 3]))):
            getattr(self, f"add_{name}")(node, depth)
        return node

    def path(self, depth: int) -> str:
        rng = self.rng
        if not depth or rng.random() < 0.7:
            return rng.choice(PREDICATES)
        kind = rng.choice(
            ["sequence", "inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"]
        )
        if kind == "sequence":
            return self.list([self.path(depth - 1), self.path(depth - 1)])
        self.number += 1
        node = f"_:p{self.number}"
        if kind == "alternativePath":
            self.add(node, kind, self.list([self.path(depth - 1), self.path(depth - 1)]))
        elif kind == "inversePath" and "complex inverse" in self.without:
            self.add(node, kind, self.path(0))
        else:
            self.add(node, kind, self.path(depth - 1))
        return node

    def list(self, members: list[str]) -> str:
        cells = []
        for _ in members:
            self.number += 1
            cells.append(f"_:l{self.number}")
        for cell, member, rest in zip(cells, members, [*cells[1:], NIL], strict=False):
            self.triples += [(cell, FIRST, member), (cell, REST, rest)]
        return cells[0] if cells else NIL

    def integer(self, low: int, high: int) -> str:
        return literal(str(self.rng.randint(low, high)), f"{XSD}integer")

    def add_nodeKind(self, node: str, depth: int) -> None:  # noqa: N802
        kinds = ["IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]
        self.add(node, "nodeKind", f"<{SH}{self.rng.choice(kinds)}>")

    def add_datatype(self, node: str, depth: int) -> None:
        name = self.rng.choice(DATATYPES)
        self.add(node, "datatype", f"<{RDF}langString>" if self.rng.random() < 0.15 else f"<{XSD}{name}>")

    def add_class(self, node: str, depth: int) -> None:
        self.add(node, "class", self.rng.choice(CLASSES))

    def add_range(self, node: str, depth: int) -> None:
        text, name = self.rng.choice([each for each in TYPED if each[1] not in ("gYear", "gYearMonth", "boolean")])
        self.add(
            node,
            self.rng.choice(["minInclusive", "minExclusive", "maxInclusive", "maxExclusive"]),
            literal(text, XSD + name),
        )

    def add_length(self, node: str, depth: int) -> None:
        self.add(node, self.rng.choice(["minLength", "maxLength"]), self.integer(1, 20))

    def add_pattern(self, node: str, depth: int) -> None:
        self.add(node, "pattern", literal(self.rng.choice(PATTERNS)))
        if self.rng.random() < 0.2:
            self.add(node, "flags", literal("i"))

    def add_languageIn(self, node: str, depth: int) -> None:  # noqa: N802
        self.add(node, "languageIn", self.list([literal(each) for each in self.rng.sample(["en", "de", "fr"], 2)]))

    def add_pair(self, node: str, depth: int) -> None:
        self.add(node, self.rng.choice(["equals", "disjoint"]), self.rng.choice(PREDICATES))

    def add_order(self, node: str, depth: int) -> None:
        self.add(node, self.rng.choice(["lessThan", "lessThanOrEquals"]), self.rng.choice(PREDICATES))

    def add_hasValue(self, node: str, depth: int) -> None:  # noqa: N802
        self.add(node, "hasValue", self.rng.choice([*NODES[:6], self.rng.literal(odd=0)]))

    def add_in(self, node: str, depth: int) -> None:
        members = {self.rng.choice([*NODES[:6], self.rng.literal(odd=0)]) for _ in range(4)}
        self.add(node, "in", self.list(sorted(members)))

    def add_count(self, node: str, depth: int) -> None:
        self.add(node, self.rng.choice(["minCount", "maxCount"]), self.integer(0, 3))

    def add_uniqueLang(self, node: str, depth: int) -> None:  # noqa: N802
        self.add(node, "uniqueLang", literal("true", f"{XSD}boolean"))

    def add_closed(self, node: str, depth: int) -> None:
        self.add(node, "closed", literal("true", f"{XSD}boolean"))
        self.add(node, "ignoredProperties", self.list([TYPE, self.rng.choice(PREDICATES)]))

    def add_qualified(self, node: str, depth: int) -> None:
        self.add(node, "qualifiedValueShape", self.shape(depth - 1))
        self.add(node, self.rng.choice(["qualifiedMinCount", "qualifiedMaxCount"]), self.integer(0, 2))
        if self.rng.random() < 0.3:
            self.add(node, "qualifiedValueShapesDisjoint", literal("true", f"{XSD}boolean"))

    def add_not(self, node: str, depth: int) -> None:
        self.add(node, "not", self.shape(depth - 1))

    def add_node(self, node: str, depth: int) -> None:
        self.add(node, "node", self.shape(depth - 1, property_shape=False))

    def add_property(self, node: str, depth: int) -> None:
        self.add(node, "property", self.shape(depth - 1, property_shape=True))

    def add_and(self, node: str, depth: int) -> None:
        self.add(node, "and", self.list([self.shape(depth - 1) for _ in range(2)]))

    def add_or(self, node: str, depth: int) -> None:
        self.add(node, "or", self.list([self.shape(depth - 1) for _ in range(2)]))

    def add_xone(self, node: str, depth: int) -> None:
        self.add(node, "xone", self.list([self.shape(depth - 1) for _ in range(2)]))

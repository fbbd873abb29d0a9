"""
The published vocabularies, each asked only about its own terms.

A statement about a term counts only where the term's own vocabulary makes it, in its own file;
superproperties, superclasses, inverses and equivalents are followed into *their* files.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyoxigraph
import pytest

from medgraph.vocab import BIBO, DCAT, FOAF, OWL, PREFIXES, RDF, RDFS

ONTOLOGIES = Path(__file__).resolve().parents[1] / "ontologies"
PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data" / "vocab"

FRBR = "http://purl.org/vocab/frbr/core#"

# Namespace and file of every vocabulary that ours or their superterms come from. PRISM Basic 2.0 was
# published as prose; its list of ours stands in for a file.
FILES = {
    "http://purl.org/ontology/bibo/": "bibo.ttl",
    "http://purl.org/dc/elements/1.1/": "dc11.nq",
    "http://purl.org/dc/dcam/": "dcam.nq",
    "http://www.w3.org/ns/dcat#": "dcat3.ttl",
    "http://purl.org/dc/terms/": "dcterms.nq",
    "http://xmlns.com/foaf/0.1/": "foaf.nq",
    "http://id.nlm.nih.gov/mesh/vocab#": "meshv-vocabulary.ttl",
    "http://www.w3.org/ns/org#": "org.nq",
    "http://www.w3.org/2002/07/owl#": "owl.nq",
    "http://www.w3.org/ns/prov#": "prov-o.ttl",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf.nq",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs.nq",
    "https://schema.org/": "schemaorg-30.0-current-https.ttl",
    "http://www.w3.org/2004/02/skos/core#": "skos.rdf",
    "http://purl.org/spar/cito/": "spar-cito.ttl",
    "http://purl.org/spar/deo/": "spar-deo.ttl",
    "http://purl.org/spar/doco/": "spar-doco.ttl",
    "http://purl.org/spar/fabio/": "spar-fabio.ttl",
    "http://purl.org/cerif/frapo/": "spar-frapo.ttl",
    FRBR: "spar-frbr.ttl",
    "http://purl.org/spar/pro/": "spar-pro.ttl",
    "http://purl.org/spar/scoro/": "spar-scoro.ttl",
    "http://vivoweb.org/ontology/core#": "vivo.owl",
    "http://rdfs.org/ns/void#": "void.nq",
    "http://www.w3.org/2001/XMLSchema#": "xsd.nq",
}

ENDEAVOUR = f"<{FRBR}Endeavour>"

ALSO = {
    (BIBO.Document, ENDEAVOUR): "BIBO has no FRBR levels; FaBiO means its identifiers and subjects for documents",
    (BIBO.Collection, ENDEAVOUR): "a journal is an endeavour too; FaBiO means its title abbreviations for journals",
    (BIBO.Document, DCAT.Resource): "a catalogue record describes a dcat:Resource, and ours describes the article",
    (DCAT.CatalogRecord, FOAF.Document): "an entry of a catalogue is a document; DCAT puts foaf:primaryTopic on it",
}
"""Classes of ours that are also of the other class, which their vocabularies do not say, and why."""

Expression: TypeAlias = "str | tuple[str, tuple[Expression, ...]] | None"
"""A class, ``("or", …)``, ``("and", …)``, or None for what may be anything here."""

ANYTHING = frozenset({RDFS.Resource, OWL.Thing})
_UNION, _BOTH, _ON = (f"<http://www.w3.org/2002/07/owl#{name}>" for name in ("unionOf", "intersectionOf", "onDatatype"))
_FIRST, _REST, _NIL = (f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest", "nil"))


def owl(name: str) -> str:
    return f"<http://www.w3.org/2002/07/owl#{name}>"


_OBJECT_KINDS = {owl(f"{name}Property") for name in ("Object", "InverseFunctional", "Symmetric", "Transitive")}
_MOST = [owl(name) for name in ("maxCardinality", "cardinality", "maxQualifiedCardinality", "qualifiedCardinality")]
_TERM_STATUS = "<http://www.w3.org/2003/06/sw-vocab-status/ns#term_status>"


class Usage(NamedTuple):
    """What a property demands, superproperties and inverses counted in; each demand with the property that makes it."""

    kinds: frozenset[str]
    domains: tuple[tuple[Expression, str], ...]
    ranges: tuple[tuple[Expression, str], ...]
    above: frozenset[str]


class Vocabularies:
    """The published files, our lists and our ontology, each asked only about its own terms."""

    def __init__(self, folder: Path, lists: Path) -> None:
        self.lists = {path.stem: _parse(path) for path in sorted(lists.glob("*.ttl"))}
        self._files = {namespace: _parse(folder / name) for namespace, name in FILES.items()}
        for prefix in ("prism", "medgraph"):
            self._files[PREFIXES[prefix]] = self.lists[prefix]
        self._namespaces = sorted(self._files, key=len, reverse=True)
        self._mirror: dict[str, dict[str, set[str]]] = {
            predicate: defaultdict(set)
            for predicate in (
                owl("equivalentClass"),
                owl("equivalentProperty"),
                owl("inverseOf"),
                owl("disjointWith"),
            )
        }
        self._members: dict[str, set[str]] = defaultdict(set)
        for namespace, file in self._files.items():
            self._index(namespace, file)
        self._above: dict[str, frozenset[str]] = {}

    def says(self, iri: str, predicate: str) -> list[str]:
        """What the term's own vocabulary says of it."""
        file = self._home(iri)
        return file.get(iri, {}).get(predicate, []) if file is not None else []

    def expressions(self, iri: str, predicate: str) -> list[Expression]:
        """The class expressions that the term's own vocabulary gives for ``predicate``."""
        file = self._home(iri)
        return [read_expression(file, value) for value in self.says(iri, predicate)] if file is not None else []

    def kind(self, iri: str) -> str | None:
        """What sort of term it is, as our lists word it; None for what its vocabulary does not know."""
        types = set(self.says(iri, RDF.type))
        if not types:
            return None
        for kind in ("owl:Class", "rdfs:Datatype"):
            if expand(kind) in types:
                return kind
        if types & _OBJECT_KINDS:
            return "owl:ObjectProperty"
        for kind in ("owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property", "rdfs:Class"):
            if expand(kind) in types:
                return kind
        if owl("FunctionalProperty") in types:  # all that VoID says of void:class and void:property
            return "rdf:Property"
        return "owl:NamedIndividual"

    def retired(self, iri: str) -> str | None:
        """Why the term should no longer be used; None where it may be."""
        if any(value.startswith('"true"') for value in self.says(iri, owl("deprecated"))):
            return "owl:deprecated"
        if {owl("DeprecatedClass"), owl("DeprecatedProperty")} & set(self.says(iri, RDF.type)):
            return "deprecated by its type"
        for value in self.says(iri, _TERM_STATUS):
            if re.match(r'"(archaic|deprecated|obsolete)', value):
                return f"vs:term_status {value}"
        for value in self.says(iri, "<https://schema.org/supersededBy>"):
            return f"superseded by {short(value)}"
        for value in self.says(iri, RDFS.comment):
            if re.search(r"(?i)\b(is|has been|was) deprecated|^\"deprecated", value):
                return f"by its comment: {value[:100]}"
        return None

    def above(self, expression: Expression) -> frozenset[str]:
        """Every class of which the instances of ``expression`` are instances too, itself counted in."""
        if expression is None:
            return frozenset()
        if isinstance(expression, str):
            if expression not in self._above:
                self._above[expression] = frozenset({expression})  # what a cycle sees
                self._above[expression] = self._ascend(expression)
            return self._above[expression]
        sets = [self.above(part) for part in expression[1]]
        return frozenset.union(*sets) if expression[0] == "and" else frozenset.intersection(*sets)

    def within(self, classes: frozenset[str], expression: Expression) -> bool:
        """Whether something of these classes (closed upwards) is of the class that ``expression`` names."""
        if expression is None:
            return True
        if isinstance(expression, str):
            names = {expression, *self._mirror[owl("equivalentClass")].get(expression, ())}
            known = expression in ANYTHING or not names.isdisjoint(classes)
            return known or any((one, expression) in ALSO for one in classes)
        return (any if expression[0] == "or" else all)(self.within(classes, part) for part in expression[1])

    def clash(self, classes: frozenset[str]) -> tuple[str, str] | None:
        """Two of these classes (closed upwards) that nothing can belong to at once."""
        apart = self._mirror[owl("disjointWith")]
        return next(((a, b) for a in sorted(classes) for b in sorted(apart.get(a, ())) if b in classes), None)

    def restrictions(self, classes: frozenset[str]) -> Iterator[tuple[str, str, str | None, list[Expression]]]:
        """Per restriction on these classes: class, property, highest number if any, class of all values if any."""
        for one in sorted(classes):
            file = self._home(one)
            if file is None:
                continue
            for node in self._conjuncts(file, one):
                for on in file.get(node, {}).get(owl("onProperty"), []):
                    said = file[node]
                    most = next((value for predicate in _MOST for value in said.get(predicate, [])), None)
                    values = [read_expression(file, value) for value in said.get(owl("allValuesFrom"), [])]
                    yield one, on, most, values

    @functools.cache  # noqa: B019 (there is one instance a test run)
    def usage(self, iri: str) -> Usage:
        """What a property demands of its subjects and values."""
        same, swapped = {iri}, set[str]()
        queue = [(iri, False)]
        while queue:
            one, turned = queue.pop()
            straight = [*self.says(one, RDFS.subPropertyOf), *self._mirror[owl("equivalentProperty")][one]]
            inverse = self._mirror[owl("inverseOf")][one]
            if owl("SymmetricProperty") in self.says(one, RDF.type):
                inverse = inverse | {one}
            for name, turn in [*((name, turned) for name in straight), *((name, not turned) for name in inverse)]:
                seen = swapped if turn else same
                if name not in seen and not name.startswith("_:"):
                    seen.add(name)
                    queue.append((name, turn))
        demands: list[tuple[tuple[Expression, str], ...]] = []
        for here, there in ((RDFS.domain, RDFS.range), (RDFS.range, RDFS.domain)):
            pairs = [(name, here) for name in sorted(same)] + [(name, there) for name in sorted(swapped)]
            demands.append(
                tuple(
                    (e, name) for name, predicate in pairs for e in self.expressions(name, predicate) if e is not None
                )
            )
        kinds = frozenset(kind for name in same if (kind := self.kind(name)) is not None)
        return Usage(kinds, demands[0], demands[1], frozenset(same))

    @functools.cache  # noqa: B019
    def is_datatype(self, expression: Expression) -> bool:
        """Whether the expression names literals."""
        if isinstance(expression, tuple):
            return all(self.is_datatype(part) for part in expression[1])
        return expression == RDFS.Literal or (expression is not None and self.kind(expression) == "rdfs:Datatype")

    def namespace_of(self, iri: str) -> str | None:
        """The namespace of the vocabulary that owns the term, where we have its file."""
        return next((namespace for namespace in self._namespaces if iri.startswith(f"<{namespace}")), None)

    def _home(self, iri: str) -> dict[str, dict[str, list[str]]] | None:
        namespace = self.namespace_of(iri)
        return None if namespace is None else self._files[namespace]

    def _index(self, namespace: str, file: dict[str, dict[str, list[str]]]) -> None:
        for subject, said in file.items():
            for predicate, mirror in self._mirror.items():
                for value in said.get(predicate, []):
                    if not value.startswith("_:") and self.namespace_of(subject) == namespace:
                        mirror[subject].add(value)
                        if predicate == owl("disjointWith") or self.namespace_of(value) == namespace:
                            mirror[value].add(subject)
            if owl("AllDisjointClasses") in said.get(RDF.type, []):
                members = _list(file, said[owl("members")][0])
                for a in members:
                    for b in members:
                        if a != b and namespace in (self.namespace_of(a), self.namespace_of(b)):
                            self._mirror[owl("disjointWith")][a].add(b)
            for value in said.get(owl("equivalentClass"), []):
                for part in _list(file, file.get(value, {}).get(_UNION, [_NIL])[0]):
                    self._members[part].add(subject)

    def _ascend(self, iri: str) -> frozenset[str]:
        found = {iri}
        for expression in (*self.expressions(iri, RDFS.subClassOf), *self.expressions(iri, owl("equivalentClass"))):
            found |= self.above(expression)
        for other in self._mirror[owl("equivalentClass")][iri] | self._members[iri]:
            found |= self.above(other)
        return frozenset(found)

    def _conjuncts(self, file: dict[str, dict[str, list[str]]], iri: str) -> Iterator[str]:
        queue = [*self.says(iri, RDFS.subClassOf), *self.says(iri, owl("equivalentClass"))]
        while queue:
            node = queue.pop()
            if node.startswith("_:"):
                yield node
                queue.extend(_list(file, file.get(node, {}).get(_BOTH, [_NIL])[0]))


@functools.cache
def published() -> Vocabularies:
    """The vocabularies; skips the test where the published files are not beside the checkout."""
    if not PUBLISHED.is_dir():
        pytest.skip("the published vocabularies (shared/data/vocab) are not beside the checkout")
    return Vocabularies(PUBLISHED, ONTOLOGIES)


def short(term: str) -> str:
    """The term as people write it, with a prefix where there is one."""
    iri = term[1:-1] if term.startswith("<") else term
    prefixes = PREFIXES | {"frbr": FRBR}
    best = max((p for p, n in prefixes.items() if iri.startswith(n)), key=lambda p: len(prefixes[p]), default=None)
    return f"{best}:{iri.removeprefix(prefixes[best])}" if best is not None else term


def expand(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def lexical(literal: str) -> str:
    """The text of a literal, its escapes read."""
    (quad,) = pyoxigraph.parse(f"<x:s> <x:p> {literal} .", format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, pyoxigraph.Literal)
    return quad.object.value


def _parse(path: Path) -> dict[str, dict[str, list[str]]]:
    formats = {
        ".ttl": pyoxigraph.RdfFormat.TURTLE,
        ".nq": pyoxigraph.RdfFormat.N_QUADS,
        ".rdf": pyoxigraph.RdfFormat.RDF_XML,
        ".owl": pyoxigraph.RdfFormat.RDF_XML,
    }
    found: dict[str, dict[str, list[str]]] = {}
    for quad in pyoxigraph.parse(path=path, format=formats[path.suffix], base_iri="http://example.org/", lenient=True):
        values = found.setdefault(str(quad.subject), {}).setdefault(str(quad.predicate), [])
        if (value := str(quad.object)) not in values:
            values.append(value)
    return found


def _list(file: dict[str, dict[str, list[str]]], node: str) -> list[str]:
    found = []
    while node != _NIL and node in file:
        found.extend(file[node].get(_FIRST, []))
        node = file[node].get(_REST, [_NIL])[0]
    return found


def read_expression(file: dict[str, dict[str, list[str]]], node: str) -> Expression:
    if not node.startswith("_:"):
        return node
    said = file.get(node, {})
    for predicate, word in ((_UNION, "or"), (_BOTH, "and")):
        if predicate in said:
            return word, tuple(read_expression(file, part) for part in _list(file, said[predicate][0]))
    return said[_ON][0] if _ON in said else None

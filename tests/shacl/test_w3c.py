"""The W3C test suite for SHACL: full result sets for Core; for SPARQL the right results or a refusal."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph
import pytest

from medgraph import shacl
from medgraph.errors import ShapesError
from medgraph.shacl import paths, terms
from medgraph.shacl.terms import SH, TRUE, TYPE, Index

TESTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "shacl-tests" / "tests"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"

SUPPORTED_SPARQL = {
    "node/prefixes-001",
    "node/sparql-001",
    "node/sparql-002",
    "node/sparql-003",
    "pre-binding/pre-binding-001",
    "pre-binding/pre-binding-002",
    "pre-binding/pre-binding-003",
    "pre-binding/pre-binding-004",
    "pre-binding/pre-binding-005",
    "pre-binding/pre-binding-007",
    "property/sparql-001",
}


def cases(part: str) -> list[str]:
    """The tests of a part, by their manifests, as paths without suffix."""
    found = []
    for file in sorted((TESTS / part).rglob("*.ttl")):
        if file.name != "manifest.ttl" and "sht:Validate" in file.read_text():
            found.append(str(file.relative_to(TESTS / part).with_suffix("")))
    return found


def one(graph: Index, subject: str, predicate: str) -> str:
    (value,) = graph[subject][f"<{predicate}>"]
    return value


def optional(graph: Index, subject: str, predicate: str) -> str | None:
    values = graph[subject].get(f"<{predicate}>")
    return one(graph, subject, predicate) if values else None


def anonymous(term: str | None) -> str | None:
    return "_:" if term is not None and term[0] == "_" else term


class Case:
    def __init__(self, part: str, name: str) -> None:
        file = TESTS / part / f"{name}.ttl"
        self.graph = graph = terms.index(terms.read(file))
        (test,) = (subject for subject, about in graph.items() if f"<{SHT}Validate>" in about.get(TYPE, ()))
        action = one(graph, test, f"{MF}action")
        self.data = self.file(one(graph, action, f"{SHT}dataGraph"))
        self.shapes = self.file(one(graph, action, f"{SHT}shapesGraph"))
        self.result = one(graph, test, f"{MF}result")
        self.must_fail = self.result == f"<{SHT}Failure>"

    def file(self, iri: str) -> Path:
        path = Path(unquote(re.fullmatch(r"<file://(.*)>", iri)[1]))
        return path if path.exists() else path.with_suffix(".ttl")

    @property
    def expected(self) -> Counter:
        return Counter(
            (
                anonymous(one(self.graph, node, f"{SH}focusNode")),
                str(paths.parse(path, self.graph)) if (path := optional(self.graph, node, f"{SH}resultPath")) else None,
                anonymous(optional(self.graph, node, f"{SH}value")),
                one(self.graph, node, f"{SH}sourceConstraintComponent"),
                one(self.graph, node, f"{SH}resultSeverity"),
                anonymous(optional(self.graph, node, f"{SH}sourceShape")),
            )
            for node in self.graph[self.result].get(f"<{SH}result>", ())
        )

    @property
    def expected_messages(self) -> set[str]:
        return {
            message
            for node in self.graph[self.result].get(f"<{SH}result>", ())
            for message in self.graph[node].get(f"<{SH}resultMessage>", ())
        }

    def check(self, results: list[shacl.Result]) -> None:
        found = Counter(
            (
                anonymous(result.focus),
                str(result.path) if result.path is not None else None,
                anonymous(result.value),
                result.component,
                result.severity,
                anonymous(result.shape),
            )
            for result in results
        )
        assert found == self.expected
        assert shacl.conforms(results) == (one(self.graph, self.result, f"{SH}conforms") == TRUE)
        assert self.expected_messages <= {message for result in results for message in result.messages}


pytestmark = pytest.mark.skipif(
    not TESTS.is_dir(), reason="the W3C test suite (shared/data) is not beside the checkout"
)


def test_the_suite_is_all_there() -> None:
    assert (len(cases("core")), len(cases("sparql"))) == (98, 23)


@pytest.mark.parametrize("name", cases("core"))
def test_core(name: str) -> None:
    case = Case("core", name)
    case.check(shacl.compile(case.shapes).validate_graph(case.data))


@pytest.mark.parametrize("name", cases("core"))
def test_core_with_the_classes_given_beforehand(name: str) -> None:
    case = Case("core", name)
    graph = [triple for triple in terms.read(case.data) if triple[1] != terms.SUBCLASS or "path-complex" in name]
    case.check(shacl.compile(case.shapes, ontology=case.data).validate_graph(graph))


@pytest.mark.parametrize("name", cases("core"))
def test_a_store_is_validated_as_it_stands(name: str) -> None:
    """A store has changed the spelling of some literals; what is found in it is what is found in its own triples."""
    case = Case("core", name)
    validator = shacl.compile(case.shapes)
    store = pyoxigraph.Store()
    for number, quad in enumerate(pyoxigraph.parse(path=case.data, format=pyoxigraph.RdfFormat.TURTLE, base_iri="x:")):
        graph = pyoxigraph.NamedNode("x:graph") if number % 2 else pyoxigraph.DefaultGraph()
        store.add(pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, graph))
    found, wanted = validator.validate_graph(store), validator.validate_graph(list(terms.read(store)))
    assert Counter(map(repr, found)) == Counter(map(repr, wanted))


@pytest.mark.parametrize("name", cases("sparql"))
def test_sparql(name: str) -> None:
    case = Case("sparql", name)
    if name in SUPPORTED_SPARQL:
        case.check(shacl.compile(case.shapes).validate_graph(case.data))
    else:
        with pytest.raises(ShapesError):
            shacl.compile(case.shapes)

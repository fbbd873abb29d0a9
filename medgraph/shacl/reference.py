"""
pySHACL on the same input, with results in the same form: the reference that the compiled validator is held against.

It runs in a process of its own, because rdflib changes the spelling of literals as it reads them unless a switch is set
for the whole process; and because an error of its own then costs one graph only.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from medgraph.errors import MedgraphError
from medgraph.shacl import paths, terms
from medgraph.shacl.results import ENGINE_ERROR, Result
from medgraph.shacl.terms import SH, SUBCLASS, TYPE, XSD, Index, Triple, literal

if TYPE_CHECKING:
    from medgraph.shacl.shapes import Shape
    from medgraph.shacl.validator import Validator


class _Task(Struct):
    shapes: list[Triple]
    classes: list[tuple[str, str]]
    graphs: list[list[Triple]]


class _Finding(Struct, frozen=True):
    focus: str
    component: str
    shape: str
    severity: str
    path: list[Triple] | None = None
    path_node: str | None = None
    value: str | None = None
    messages: tuple[str, ...] = ()
    constraint: str | None = None


def engine() -> str:
    """The name and version of the reference: ``"pySHACL 0.40.1"``."""
    return f"pySHACL {version('pyshacl')}"


def validate(validator: Validator, graphs: Iterable[Iterable[Triple] | Index]) -> list[list[Result]]:
    """
    What pySHACL finds in each graph, taken as all there is (as :meth:`Validator.validate_graph` does).

    A graph over which pySHACL breaks down gets one result with the component :data:`ENGINE_ERROR`.

    Raises:
        MedgraphError: the process could not be started, or died.
    """
    return validate_all([(validator, graphs)])[0]


def validate_all(
    work: Iterable[tuple[Validator, Iterable[Iterable[Triple] | Index]]],
) -> list[list[list[Result]]]:
    """As :func:`validate` for several validators, each with its graphs, in one process."""
    tasks: list[_Task] = []
    named: list[dict[str, Shape]] = []
    for validator, graphs in work:
        listed = [list(terms.triples(each if isinstance(each, dict) else terms.index(each))) for each in graphs]
        tasks.append(_Task(list(validator.triples), validator.classes, listed))
        named.append({shape.node: shape for shape in validator.shapes})
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", __name__],
        input=msgspec.msgpack.encode(tasks),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise MedgraphError(f"{engine()} could not be run: {last[0]}")
    found = msgspec.msgpack.decode(done.stdout, type=list[list[list[_Finding]]])
    return [
        [[_result(finding, shapes) for finding in graph] for graph in graphs]
        for shapes, graphs in zip(named, found, strict=True)
    ]


def _result(finding: _Finding, shapes: dict[str, Shape]) -> Result:
    shape = shapes.get(finding.shape)
    path = None
    if finding.path_node is not None:
        path = paths.parse(finding.path_node, terms.index(finding.path or []))
    return Result(
        focus=finding.focus,
        path=path,
        value=finding.value,
        component=finding.component,
        shape=finding.shape,
        severity=finding.severity,
        messages=finding.messages,
        constraint=finding.constraint,
        hint=shape.hint if shape else None,
        name=shape.name if shape else None,
    )


class Difference(Struct, frozen=True):
    """
    A result that one of two engines has and the other has not.

    Args:
        result: the result.
        ours: whether it is ours, and not the reference's.
        times: how often.
    """

    result: Result
    ours: bool
    times: int


def differences(ours: Iterable[Result], theirs: Iterable[Result]) -> list[Difference]:
    """Where two engines differ: in focus node, path, value, component, severity or shape. Messages are not compared."""

    def key(result: Result) -> tuple[str, ...]:
        parts = (result.focus, result.path, result.value, result.component, result.severity, result.shape)
        return tuple(str(part) for part in parts)

    mine, other = list(ours), list(theirs)
    counts = Counter(map(key, mine))
    counts.subtract(map(key, other))
    known = {key(result): result for result in (*mine, *other)}
    return [Difference(known[name], times > 0, abs(times)) for name, times in sorted(counts.items()) if times]


def main() -> None:
    """Read a task from standard input, run pySHACL, write what it finds to standard output."""
    import rdflib  # noqa: PLC0415
    from rdflib.plugins.sparql import processor  # noqa: PLC0415
    from rdflib.plugins.sparql.algebra import translateQuery  # noqa: PLC0415
    from rdflib.plugins.sparql.parser import parseQuery  # noqa: PLC0415

    rdflib.NORMALIZE_LITERALS = False
    # pySHACL has rdflib parse a query anew for every focus node, which takes more than half of its time
    plain = processor.SPARQLProcessor.query

    @lru_cache(maxsize=1000)
    def prepared(text: str, base: str | None, names: tuple[tuple[str, str], ...]) -> Any:
        return translateQuery(parseQuery(text), base, dict(names))

    def query(self: Any, text: Any, bindings: Any = None, names: Any = None, base: Any = None, **more: Any) -> Any:
        if isinstance(text, str):
            text = prepared(text, base, tuple(sorted((names or {}).items())))
        return plain(self, text, bindings, names, base, **more)

    processor.SPARQLProcessor.query = query  # type: ignore[method-assign, assignment]
    found: list[list[list[_Finding]]] = []
    for task in msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[_Task]):
        shapes = _graph(task.shapes)
        classes = [(below, SUBCLASS, above) for below, above in task.classes]
        found.append([_findings(shapes, [*graph, *classes]) for graph in task.graphs])
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


def _graph(triples: Iterable[Triple]) -> Any:
    import rdflib  # noqa: PLC0415

    made: dict[str, Any] = {}

    def node(term: str) -> Any:
        if term not in made:
            if term[0] == "<":
                made[term] = rdflib.URIRef(term[1:-1])
            elif term[0] == "_":
                made[term] = rdflib.BNode(term[2:])
            elif tag := terms.language(term):
                made[term] = rdflib.Literal(terms.lexical(term), lang=tag)
            else:
                iri = terms.datatype(term)
                kind = None if iri == f"{XSD}string" else rdflib.URIRef(iri or "")
                made[term] = rdflib.Literal(terms.lexical(term), datatype=kind, normalize=False)
        return made[term]

    graph = rdflib.Graph()
    for subject, predicate, term in triples:
        graph.add((node(subject), node(predicate), node(term)))
    return graph


def _findings(shapes: Any, triples: Sequence[Triple]) -> list[_Finding]:
    import pyshacl  # noqa: PLC0415

    try:
        _, report, _ = pyshacl.validate(_graph(triples), shacl_graph=shapes, advanced=False, inference="none")
    except Exception as error:  # a validator that breaks down must not take the others with it
        text = literal(f"{type(error).__name__}: {error}")
        return [_broken(text)]
    if not hasattr(report, "triples"):
        return [_broken(literal(str(report)))]
    graph = terms.index(terms.read(report))
    return [
        _finding(result, graph)
        for properties in graph.values()
        if f"<{SH}ValidationReport>" in properties.get(TYPE, ())
        for result in properties.get(f"<{SH}result>", ())
    ]


def _broken(message: str) -> _Finding:
    return _Finding("_:graph", ENGINE_ERROR, "_:none", f"<{SH}Violation>", messages=(message,))


def _finding(node: str, graph: Index) -> _Finding:
    about = graph[node]

    def one(name: str) -> str | None:
        return next(iter(about.get(f"<{SH}{name}>", ())), None)

    path = one("resultPath")
    return _Finding(
        focus=one("focusNode") or "",
        component=one("sourceConstraintComponent") or "",
        shape=one("sourceShape") or "",
        severity=one("resultSeverity") or "",
        path_node=path,
        path=_described(path, graph) if path else None,
        value=one("value"),
        messages=tuple(about.get(f"<{SH}resultMessage>", ())),
        constraint=one("sourceConstraint"),
    )


def _described(node: str, graph: Index) -> list[Triple]:
    found: list[Triple] = []
    waiting, seen = [node], {node}
    while waiting:
        here = waiting.pop()
        for predicate, values in graph.get(here, {}).items() if here[0] == "_" else ():
            for value in values:
                found.append((here, predicate, value))
                if value not in seen:
                    seen.add(value)
                    waiting.append(value)
    return found


if __name__ == "__main__":
    main()

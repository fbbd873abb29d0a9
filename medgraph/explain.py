"""
One record, field by field: where each statement of its graph came from.

What the mapping did is told by the mapping itself (:meth:`medgraph.mapping.Mapping.explain`), row by row;
here it becomes lines that can be read, and values that can be written as JSON.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from medgraph import sources, vocab
from medgraph.answers import shortened
from medgraph.conformance import severity_of
from medgraph.errors import SourceError
from medgraph.judge import Judge
from medgraph.mapping import Graph, Mapping
from medgraph.mesh import DESCRIPTOR, PUBLICATION_TYPE, QUALIFIER, SUBSTANCE
from medgraph.model import Citation, Problem, Unread
from medgraph.shacl import Shape, Validator
from medgraph.vocab import RDF

_LENGTH = 120


class Line(Struct):
    """
    What one row of the mapping made of the record.

    Args:
        node: the kind of node that is described (``"article"``, ``"authorship"``, …).
        subject: its IRI, shortened.
        tags: the MEDLINE tags that the row reads.
        elements: the XML elements and attributes that the row reads.
        field: the fields of the model between the two.
        value: their value.
        predicate: the property, shortened.
        terms: the objects: IRIs shortened, literals in N-Triples syntax.
        shapes: names of the shapes that look at this property of this node.
    """

    node: str
    subject: str
    tags: str
    elements: str
    field: str
    value: Any
    predicate: str
    terms: list[str]
    shapes: list[str]

    @property
    def value_text(self) -> str:
        """The value for people: the texts in it, one after the other, cut where they get long."""
        text = " ".join(_texts(msgspec.to_builtins(self.value)))
        return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"


class Resolved(Struct):
    """
    What a MeSH name became that stands in the record without an identifier.

    Args:
        tag: the MEDLINE tag of its kind.
        name: as it stands in the record.
        ui: the identifier, None where none was found.
        how: how it was found, or why it was not.
    """

    tag: str
    name: str
    ui: str | None
    how: str


class Found(Struct):
    """What a shape found in the record: how bad, which node, which value (None: none), what is wrong, what to do."""

    severity: str
    name: str
    focus: str
    value: str | None
    message: str
    hint: str


class Explanation(Struct):
    """All lines of one record, what its MeSH names became, what is wrong with its values, and what nobody read."""

    pmid: str
    source: str
    position: str
    lines: list[Line]
    results: list[Found]
    resolved: list[Resolved]
    problems: list[Problem]
    unread: list[Unread]

    def json(self) -> bytes:
        """The explanation as indented JSON, with a line end."""
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"


def find(inputs: Iterable[str | os.PathLike[str]], pmid: str) -> Citation:
    """
    The first record with a PMID; records that cannot be read are passed over.

    Raises:
        SourceError: no record has it, or an input cannot be read.
    """
    count = 0
    pmid = pmid.strip()
    names = sources.inputs(inputs)
    for source in names:
        for record in sources.read(source, on_error=lambda _: None):
            if isinstance(record, Citation):
                count += 1
                if record.pmid == pmid:
                    return record
    where = names[0] if len(names) == 1 else f"{len(names):,} files"
    raise SourceError(where, f"none of the {count:,} records here has the PMID {pmid}")


def explain(citation: Citation, mapping: Mapping, judge: Judge | None = None) -> Explanation:
    """
    What each row of a mapping made of a record, in the order of the tables, and what the shapes say of it.

    Args:
        judge: whose shapes are asked; None is the shipped ones.
    """
    prefixes = {**vocab.PREFIXES, "id": mapping.base}

    def short(term: str) -> str:
        if term.startswith("<"):
            name = shortened(term[1:-1], prefixes)
            return term if name == term[1:-1] else name
        text, sign, datatype = term.rpartition("^^")
        return f"{text}^^{short(datatype)}" if sign and term.endswith(">") else term

    judge = judge or Judge(profile=mapping.profile, base=mapping.base)
    steps, problems = mapping.explain(citation)
    graph = mapping.graph(citation)
    looking = _Looking(judge.validator, graph)
    return Explanation(
        pmid=citation.pmid,
        source=citation.position.source,
        position=str(citation.position),
        lines=[
            Line(
                node=step.node,
                subject=short(step.subject),
                tags=step.row.text,
                elements=step.row.xml,
                field=step.row.fields,
                value=step.value,
                predicate=short(step.row.predicate),
                terms=[short(term) for term in step.terms],
                shapes=looking.at(step.subject, step.row.predicate),
            )
            for step in steps
        ],
        results=[
            Found(
                severity=severity_of(result),
                name=result.name or short(result.shape),
                focus=short(result.focus),
                value=short(result.value) if result.value is not None else None,
                message=result.message,
                hint=result.hint or "",
            )
            for result in judge.results([graph])[0]
        ],
        resolved=[
            Resolved(tag, name, *mapping.resolver.look_up(kind, name)[:2])
            for tag, kind, name in dict.fromkeys(_names_alone(citation))
        ],
        problems=[*citation.problems, *problems],
        unread=list(citation.unread),
    )


class _Looking:
    """Which shapes look at which property of which node of a record."""

    def __init__(self, validator: Validator, graph: Graph) -> None:
        self._validator = validator
        self._targets = validator.looking(graph)
        self._known: dict[str, list[tuple[str, str]]] = {}

    def at(self, subject: str, predicate: str) -> list[str]:
        """Their names."""
        found = [
            name
            for target in self._targets.get(subject, ())
            for iri, name in self._named(target)
            if iri == predicate or (predicate == RDF.type and name == target.name)
        ]
        return list(dict.fromkeys(found))

    def _named(self, target: Shape) -> list[tuple[str, str]]:
        known = self._known.get(target.node)
        if known is None:
            pairs = [*self._validator.properties(target), ("", target)]
            known = self._known[target.node] = [(iri, shape.name or shape.node[1:-1]) for iri, shape in pairs]
        return known


def _names_alone(citation: Citation) -> Iterator[tuple[str, str, str]]:
    """Tag, kind and name of every MeSH name without an identifier."""
    for heading in citation.mesh_headings:
        if heading.descriptor.ui is None:
            yield "MH", DESCRIPTOR, heading.descriptor.name
        for qualifier in heading.qualifiers:
            if qualifier.ui is None:
                yield "MH", QUALIFIER, qualifier.name
    for type_ in citation.publication_types:
        if type_.ui is None:
            yield "PT", PUBLICATION_TYPE, type_.name
    for chemical in citation.chemicals:
        if chemical.ui is None and chemical.name:
            yield "RN", SUBSTANCE, chemical.name
    for concept in citation.suppl_meshes:
        if concept.ui is None:
            yield "RN", SUBSTANCE, concept.name


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif value is not None:
        yield str(value)

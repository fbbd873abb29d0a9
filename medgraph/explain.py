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
from medgraph.errors import SourceError
from medgraph.mapping import Mapping
from medgraph.mesh import DESCRIPTOR, PUBLICATION_TYPE, QUALIFIER, SUBSTANCE
from medgraph.model import Citation, Problem, Unread

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
    """

    node: str
    subject: str
    tags: str
    elements: str
    field: str
    value: Any
    predicate: str
    terms: list[str]

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


class Explanation(Struct):
    """All lines of one record, what its MeSH names became, what is wrong with its values, and what nobody read."""

    pmid: str
    source: str
    position: str
    lines: list[Line]
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


def explain(citation: Citation, mapping: Mapping) -> Explanation:
    """What each row of a mapping made of a record, in the order of the tables."""
    prefixes = {**vocab.PREFIXES, "id": mapping.base}

    def short(term: str) -> str:
        if term.startswith("<"):
            name = shortened(term[1:-1], prefixes)
            return term if name == term[1:-1] else name
        text, sign, datatype = term.rpartition("^^")
        return f"{text}^^{short(datatype)}" if sign and term.endswith(">") else term

    steps, problems = mapping.explain(citation)
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
            )
            for step in steps
        ],
        resolved=[
            Resolved(tag, name, *mapping.resolver.look_up(kind, name)[:2])
            for tag, kind, name in dict.fromkeys(_names_alone(citation))
        ],
        problems=[*citation.problems, *problems],
        unread=list(citation.unread),
    )


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

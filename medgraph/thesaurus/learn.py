"""PubMed records that have identifiers beside their names -> what they teach."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from medgraph import sources
from medgraph.errors import MedgraphError
from medgraph.mesh import DESCRIPTOR, PUBLICATION_TYPE, QUALIFIER, SUBSTANCE
from medgraph.model import Citation
from medgraph.sources import Kind

Learned = tuple[str, str, str]
"""What a record teaches: a kind (one of :data:`medgraph.mesh.KINDS`), an identifier, the name beside it."""


def names(
    inputs: Iterable[str | os.PathLike[str]],
    on_error: Callable[[MedgraphError], None],
    watch: Callable[[str, int], None] | None = None,
) -> Iterator[Learned]:
    """
    Kind, identifier and name of every heading, qualifier, publication type and substance that has both.

    Args:
        inputs: files and folders of PubMed XML; MEDLINE text teaches nothing.
        on_error: is given what cannot be read; the rest goes on.
        watch: is called with a file's name and the number of its records so far.
    """
    for path in inputs:
        for count, record in enumerate(sources.read(path, on_error=on_error), 1):
            if watch is not None and count & 255 == 0:
                watch(os.fspath(path), count)
            if isinstance(record, Citation):
                yield from _names(record)


def parted(files: Iterable[str]) -> tuple[list[str], list[str]]:
    """Files of MeSH, and files of PubMed XML to learn from, by what stands in them."""
    mesh: list[str] = []
    records: list[str] = []
    for path in files:
        with sources.open_bytes(path) as opened:
            (records if sources.kind(opened.head) is Kind.PUBMED_XML else mesh).append(path)
    return mesh, records


def _names(record: Citation) -> Iterator[Learned]:
    for heading in record.mesh_headings:
        if heading.descriptor.ui:
            yield DESCRIPTOR, heading.descriptor.ui, heading.descriptor.name
        for qualifier in heading.qualifiers:
            if qualifier.ui:
                yield QUALIFIER, qualifier.ui, qualifier.name
    for type_ in record.publication_types:
        if type_.ui:
            yield PUBLICATION_TYPE, type_.ui, type_.name
    for chemical in record.chemicals:
        if chemical.ui and chemical.name:
            yield SUBSTANCE, chemical.ui, chemical.name
    for concept in record.suppl_meshes:
        if concept.ui:
            yield SUBSTANCE, concept.ui, concept.name

"""
An index of MeSH as RDF, in the terms of NLM's own MeSH RDF, so that a query runs over either.

What queries need is written: classes, labels, tree numbers with their parents, broader descriptors and
qualifiers, concepts and terms with their labels, pharmacological actions, and the descriptors that a
supplementary concept is mapped to.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from medgraph import iris
from medgraph.mapping import Triple
from medgraph.mapping.literals import literal
from medgraph.mesh.index import Entry, Index, Term
from medgraph.mesh.records import PERMUTED, PREFERRED
from medgraph.sinks import STDOUT, open_sink
from medgraph.vocab import MESHV, RDF, RDFS

_CLASSES = {
    "TopicalDescriptor": MESHV.TopicalDescriptor,
    "PublicationType": MESHV.PublicationType,
    "CheckTag": MESHV.CheckTag,
    "GeographicalDescriptor": MESHV.GeographicalDescriptor,
    "Qualifier": MESHV.Qualifier,
    "SCR_Chemical": MESHV.SCR_Chemical,
    "SCR_Protocol": MESHV.SCR_Protocol,
    "SCR_Disease": MESHV.SCR_Disease,
    "SCR_Organism": MESHV.SCR_Organism,
}
"""The published vocabulary has no class for populations and anatomy; they are supplementary concepts."""

_ANY = {"D": MESHV.Descriptor, "Q": MESHV.Qualifier, "C": MESHV.SupplementaryConceptRecord}
_BROADER = {"D": MESHV.broaderDescriptor, "Q": MESHV.broaderQualifier}
_LINKS = {
    "pharmacologicalAction": MESHV.pharmacologicalAction,
    "preferredMappedTo": MESHV.preferredMappedTo,
    "mappedTo": MESHV.mappedTo,
}


class Exported(NamedTuple):
    """
    What :func:`export` wrote.

    Args:
        records, triples: how many.
        left_out: names to which NLM gives no term, because they are former or come from a plain table.
    """

    records: int
    triples: int
    left_out: int


def export(
    index: Index,
    output: str | os.PathLike[str] = STDOUT,
    *,
    format: str | None = None,
    watch: Callable[[int], None] | None = None,
) -> Exported:
    """
    Write an index as RDF.

    Args:
        output: a file, whose name says the format, or ``"-"``.
        format: as for :func:`medgraph.sinks.open_sink`.
        watch: is called with the number of records so far.

    Raises:
        SinkError: it cannot be written.
    """
    count = 0
    with open_sink(output, format) as sink:
        for count, triples in enumerate(records(index), 1):
            sink.write(triples)
            if watch is not None and count & 255 == 0:
                watch(count)
        written = sink.triples
    return Exported(count, written, index.unnamed_terms())


def records(index: Index) -> Iterator[list[Triple]]:
    """The triples of one record after the other; each names its concepts, terms and tree numbers itself."""
    broader = index.broader()
    for entry in index.records():
        yield [*_record(entry, broader.get(entry.ui, ())), *_terms(entry), *_places(entry)]


def _record(entry: Entry, broader: Sequence[str]) -> Iterator[Triple]:
    subject = iris.mesh(entry.ui)
    yield subject, RDF.type, _CLASSES.get(entry.kind) or _ANY[entry.ui[0]]
    yield subject, RDFS.label, _english(entry.name)
    yield subject, MESHV.identifier, literal(entry.ui)
    for tree in entry.trees:
        yield subject, MESHV.treeNumber, iris.mesh(tree)
    for ui in broader:
        yield subject, _BROADER[entry.ui[0]], iris.mesh(ui)
    for name, target in entry.links:
        yield subject, _LINKS[name], iris.mesh(target)
    preferred = next((term for term in entry.terms if term.role == PREFERRED), None)
    own = preferred.concept if preferred is not None else ""
    concepts = dict.fromkeys(term.concept for term in entry.terms)
    if own:
        yield subject, MESHV.preferredConcept, iris.mesh(own)
    for concept in concepts:
        if concept not in ("", own):
            yield subject, MESHV.concept, iris.mesh(concept)
    if preferred is not None:
        yield subject, MESHV.preferredTerm, iris.mesh(preferred.term)


def _terms(entry: Entry) -> Iterator[Triple]:
    """The concepts of a record, and their terms with all spellings."""
    spellings: dict[str, list[Term]] = {}
    for term in entry.terms:
        spellings.setdefault(term.term, []).append(term)
    concepts: dict[str, list[Term]] = {}
    for same in spellings.values():
        first = min(same, key=lambda term: (term.role == PERMUTED, not term.concept_preferred, term.role))
        if first.concept:
            concepts.setdefault(first.concept, []).append(first)
    for concept, terms in concepts.items():
        subject = iris.mesh(concept)
        yield subject, RDF.type, MESHV.Concept
        yield subject, MESHV.identifier, literal(concept)
        terms.sort(key=lambda term: not term.concept_preferred)
        if terms[0].concept_preferred:
            yield subject, RDFS.label, _english(terms[0].text)
        for term in terms:
            yield subject, MESHV.preferredTerm if term.concept_preferred else MESHV.term, iris.mesh(term.term)
    for ui, same in spellings.items():
        subject = iris.mesh(ui)
        yield subject, RDF.type, MESHV.Term
        yield subject, MESHV.identifier, literal(ui)
        for term in sorted(same, key=lambda term: term.role == PERMUTED):
            yield subject, MESHV.altLabel if term.role == PERMUTED else MESHV.prefLabel, _english(term.text)


def _places(entry: Entry) -> Iterator[Triple]:
    for tree in entry.trees:
        subject = iris.mesh(tree)
        yield subject, RDF.type, MESHV.TreeNumber
        yield subject, RDFS.label, _english(tree)
        if parent := tree.rpartition(".")[0]:
            yield subject, MESHV.parentTreeNumber, iris.mesh(parent)


def _english(text: str) -> str:
    return f"{literal(text)}@en"

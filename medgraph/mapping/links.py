"""What an article points to: grants, databanks, other articles, references."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from medgraph import identifiers, iris
from medgraph.mapping.compiled import Terms
from medgraph.mapping.literals import literal
from medgraph.mapping.rows import Record
from medgraph.mapping.values import Part
from medgraph.model import ArticleId, CommentsCorrections, DataBank, Grant, Reference


class Agency(Struct, gc=False):
    """A funding agency as a grant names it."""

    name: str
    country: str | None


def grants(values: tuple[Grant, ...], record: Record) -> list[str]:
    """
    The grant: its DOI, a node shared by all who name the same number, agency and country, else one of this record.

    Without a number two grants of one agency cannot be told to be the same.
    """
    found = []
    for n, value in enumerate(values, 1):
        name = identifiers.doi(value.grant_id) if value.grant_id else None
        if name:
            found.append(record.describe("grant with a DOI", iris.doi(name), value))
            continue
        if value.grant_id and value.agency:
            where = iris.local("grant", value.agency, value.country or "", value.grant_id, base=record.base)
        else:
            where = f"{record.stem}grant-{n}>"
        found.append(record.describe("grant", where, value))
    return found


def agency(value: tuple[str | None, str | None], record: Record) -> str | None:
    """The agency, one node for each name and country: ministries of several countries share a name."""
    name, country = value
    if not name:
        return None
    where = iris.local("agency", name, country or "", base=record.base)
    return record.describe("agency", where, Agency(name, country))


def accessions(values: tuple[DataBank, ...], record: Record) -> list[str]:
    """``databank/accession`` as printed; the databank alone where it has no accession."""
    return [literal(f"{bank.name}/{number}") for bank in values for number in bank.accession_numbers] + [
        literal(bank.name) for bank in values if not bank.accession_numbers
    ]


def accession_iris(values: tuple[DataBank, ...], record: Record) -> list[str]:
    """The accession at identifiers.org, for a databank that is known there."""
    found = []
    for bank in values:
        for accession in bank.accession_numbers:
            where = iris.accession(bank.name, accession)
            if where:
                found.append(where)
            else:
                record.problem(
                    "accession-without-iri",
                    "SI",
                    f"{bank.name}/{accession}",
                    "this databank or the form of its number is not known at identifiers.org; the text is kept",
                )
    return found


def _target(value: CommentsCorrections, n: int, record: Record) -> str | None:
    if value.pmid and (number := identifiers.pmid(value.pmid)):
        where = iris.article(number)
        if where != record.article:
            return where
        return None
    if not value.ref_source:
        return None
    return record.describe("document", f"{record.stem}related-{n}>", value)


def _targets(record: Record) -> list[str | None]:
    return [_target(value, n, record) for n, value in enumerate(record.citation.comments_corrections, 1)]


def _targets_by_type(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    targets: list[str | None] = record.once(_targets)
    for value, target in zip(record.citation.comments_corrections, targets, strict=True):
        if target is not None:
            found.setdefault(value.ref_type, []).append(target)
    return found


def relations(*ref_types: str) -> Callable[[tuple[CommentsCorrections, ...], Record], Terms]:
    """The other article, for comments and corrections of these types."""
    becomes = f"The other article, for {', '.join(ref_types)}."
    if len(ref_types) == 1:
        return Part(becomes, _targets_by_type, key=ref_types[0])

    def of_types(values: tuple[CommentsCorrections, ...], record: Record) -> list[str]:
        known: dict[str, list[str]] = record.once(_targets_by_type)
        return [target for ref_type in ref_types for target in known.get(ref_type, ())]

    of_types.__doc__ = becomes
    return of_types


class Relation(Struct, gc=False):
    """A comment or correction as NLM words it, and the article or document it points to."""

    target: str | None
    words: CommentsCorrections


def relation_nodes(values: tuple[CommentsCorrections, ...], record: Record) -> list[str]:
    """A node with NLM's own words for each."""
    found = []
    targets: list[str | None] = record.once(_targets)
    for n, (value, target) in enumerate(zip(values, targets, strict=True), 1):
        if target is None and value.pmid:
            if identifiers.pmid(value.pmid):
                record.problem(
                    "relation-to-itself", value.ref_type, value.pmid, "the record points at itself; no link is made"
                )
            else:
                record.fault("pmid", value.ref_type, value.pmid)
        found.append((f"{record.stem}relation-{n}>", Relation(target, value)))
    record.waiting["relation"] += found
    return [where for where, _ in found]


def _pmid_iri(value: str) -> str | None:
    number = identifiers.pmid(value)
    return iris.article(number) if number else None


def _pmc_iri(value: str) -> str | None:
    number = identifiers.pmcid(value)
    return iris.pmc(number) if number else None


def _doi_iri(value: str) -> str | None:
    name = identifiers.doi(value)
    return iris.doi(name) if name else None


_REFERENCE_IDS: dict[str | None, Callable[[str], str | None]] = {
    "pubmed": _pmid_iri,
    "doi": _doi_iri,
    "pmc": _pmc_iri,
}


class Cited(Struct, gc=False):
    """A reference, the IRIs its identifiers give (the PMID's first), and the identifiers that give none."""

    reference: Reference
    iris: Sequence[str]
    others: Sequence[str]


def _cited(record: Record) -> list[Cited]:
    found = []
    for reference in record.citation.references:
        named = reference.article_ids
        ids: list[str] = []
        others: list[str] = []
        if len(named) > 1 and (len(named) > 2 or named[0].type != "pubmed"):
            named = tuple(sorted(named, key=_pubmed_first))
        for one in named:
            kind, value = one.type, one.value
            make = _REFERENCE_IDS.get(kind)
            if make is not None and (where := make(value)) is not None:
                ids.append(where)
            else:
                others.append(f"{kind}: {value}" if kind else value)
        found.append(Cited(reference, ids, others or ()))
    return found


_ID_ORDER = {"pubmed": 0, "doi": 1, "pmc": 2}


def _pubmed_first(one: ArticleId) -> int:
    return _ID_ORDER.get(one.type or "", 3)


def cites(value: Any, record: Record) -> list[str]:
    """What a reference points to: by its PMID, else DOI, else PMC id, else a node with its text."""
    found = []
    for n, cited in enumerate(record.once(_cited), 1):
        if not cited.iris:
            found.append(record.describe("cited document", f"{record.stem}reference-{n}>", cited))
        elif cited.iris[0] == record.article:
            cites_itself(record)
        else:
            found.append(cited.iris[0])
    return found


def cites_itself(record: Record) -> None:
    """Report a reference to the record that has it."""
    record.problem("reference-to-itself", "Reference", record.citation.pmid, "the record cites itself; no link is made")


def reference_nodes(value: Any, record: Record) -> list[str]:
    """A node with the words of each reference that has an identifier."""
    stem = f"{record.stem}reference-"
    nodes = [(f"{stem}{n}>", cited) for n, cited in enumerate(record.once(_cited), 1) if cited.iris]
    record.waiting["reference"] += nodes
    return [where for where, _ in nodes]

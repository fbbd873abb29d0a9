"""What grants, databank accessions, comments and references become."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from medgraph.vocab import BIBO, CITO, DCTERMS, FOAF, FRAPO, MEDGRAPH, OWL, RDF, SCHEMA

from ..account import IRI, PLAIN, Account, Leaf
from .identifiers import doi_of_iri, is_doi, spellings


class Funding(NamedTuple):
    """The parts of a grant."""

    number: str | None
    acronym: str | None
    agency: str | None
    country: str | None


def grant(a: Account, leaves: Sequence[Leaf | None], parts: Funding) -> bool:
    """
    A grant among those of the article that has just these parts.

    Args:
        leaves: of number, acronym, agency and country, or one leaf that holds them all.
    """
    for node in a.untaken(a.nodes(a.article, FRAPO.isFundedBy)):
        is_doi_node = node.startswith("<https://doi.org/")
        award = FRAPO.hasFundingAgency if is_doi_node else FRAPO.isAwardedBy
        if not _is(a, node, FRAPO.hasGrantNumber, parts.number) or not _is(
            a, node, FRAPO.hasAcronym, parts.acronym, is_doi_node
        ):
            continue
        agencies = a.nodes(node, award)
        found = next(
            (
                agency
                for agency in agencies
                if _is(a, agency, FOAF.name, parts.agency) and _is(a, agency, MEDGRAPH.country, parts.country)
            ),
            None,
        )
        if (parts.agency is None) != (found is None) or (parts.agency is None and agencies):
            continue
        if is_doi_node and (parts.number is None or doi_of_iri(node).lower() not in spellings(parts.number)):
            continue
        if node.startswith("<https://w3id.org/medgraph/id/grant-") and not _named_after(node, parts.number or ""):
            a.lack("link", a.article, FRAPO.isFundedBy, f"a node named after {parts.number}")
        number, acronym, agency, country = leaves
        a.taken.add(node)
        a.need("link", a.article, FRAPO.isFundedBy, node)
        a.need("class", node, RDF.type, FRAPO.Grant)
        for leaf, predicate, value in (
            (number, FRAPO.hasGrantNumber, parts.number),
            (acronym, FRAPO.hasAcronym, parts.acronym),
        ):
            if value is not None:
                a.seek(leaf, node, predicate, value)
        if found:
            a.need("link", node, award, found)
            a.need("class", found, RDF.type, FRAPO.FundingAgency)
            a.seek(agency, found, FOAF.name, parts.agency)
            if parts.country is not None:
                a.seek(country, found, MEDGRAPH.country, parts.country)
        return True
    return False


def _named_after(node: str, number: str) -> bool:
    """Whether the name of a shared grant has its number in it, as far as a name of at most sixty letters can."""
    plain = re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", number).encode("ascii", "ignore").decode().lower())
    name = node.rpartition("/grant-")[2]
    return plain in name.replace("-", "") or len(name) >= 60


def _is(a: Account, node: str, predicate: str, value: str | None, among_others: bool = False) -> bool:
    """Whether a node has just this value, or none where there is none to have."""
    found = a.literals(node, predicate)
    if value is None:
        return not found or among_others
    return value in found if among_others else found == [value]


def accession(a: Account, leaves: Sequence[Leaf | None], bank: str, number: str) -> None:
    """A number in a databank: as printed, and its IRI where the databank is known at identifiers.org."""
    for leaf in leaves:
        a.seek(leaf, a.article, MEDGRAPH.databankAccession, f"{bank}/{number}")
    if bank in DATABANKS and re.fullmatch(r"[A-Za-z0-9][\w.:-]*", number):
        a.need("accession IRI", a.article, SCHEMA.mentions, f"<https://identifiers.org/{DATABANKS[bank]}:{number}>")
    elif bank in ("Dryad", "figshare") and is_doi(number):
        known = a.nodes(a.article, SCHEMA.mentions, "<https://doi.org/")
        iri = next((iri for iri in known if doi_of_iri(iri).lower() == number.lower()), number)
        a.need("accession IRI", a.article, SCHEMA.mentions, iri)


DATABANKS = {
    "AlphaFoldDB": "alphafold",
    "BioModels": "biomodels.db",
    "BioProject": "bioproject",
    "CCDC": "ccdc",
    "ClinicalTrials.gov": "clinicaltrials",
    "EMDB": "emdb",
    "EudraCT": "euclinicaltrials",
    "GDB": "gdb",
    "GENBANK": "insdc",
    "GEO": "geo",
    "ISRCTN": "isrctn",
    "MGnify": "mgnify.proj",
    "MetaboLights": "metabolights",
    "OMIM": "mim",
    "PDB": "pdb",
    "PIR": "pirsf",
    "PXD": "px",
    "PubChem-BioAssay": "pubchem.bioassay",
    "PubChem-Compound": "pubchem.compound",
    "PubChem-Substance": "pubchem.substance",
    "RefSeq": "refseq",
    "SRA": "insdc.sra",
    "SWISSPROT": "uniprot",
    "UniProtKB": "uniprot",
    "dbGaP": "dbgap",
    "dbSNP": "dbsnp",
    "dbVar": "dbvar",
}

RELATIONS: dict[str, tuple[str, ...]] = {
    "CommentOn": (CITO.discusses,),
    "CommentIn": (CITO.isDiscussedBy,),
    "ErratumIn": (CITO.isCorrectedBy,),
    "ErratumFor": (CITO.corrects,),
    "RetractionIn": (CITO.isRetractedBy,),
    "RetractionOf": (CITO.retracts,),
    "PRIN": (CITO.isCorrectedBy,),
    "PROF": (CITO.corrects,),
    "CorrectedandRepublishedIn": (CITO.isCorrectedBy, DCTERMS.isReplacedBy),
    "CorrectedandRepublishedFrom": (CITO.corrects, DCTERMS.replaces),
    "RetractedandRepublishedIn": (CITO.isRetractedBy, DCTERMS.isReplacedBy),
    "RetractedandRepublishedFrom": (CITO.retracts, DCTERMS.replaces),
    "RepublishedIn": (BIBO.reproducedIn,),
    "RepublishedFrom": (DCTERMS.isVersionOf,),
    "ReprintIn": (BIBO.reproducedIn,),
    "ReprintOf": (DCTERMS.isVersionOf,),
    "UpdateIn": (CITO.isUpdatedBy,),
    "UpdateOf": (CITO.updates,),
    "ExpressionOfConcernIn": (CITO.isQualifiedBy,),
    "ExpressionOfConcernFor": (CITO.qualifies,),
    "SummaryForPatientsIn": (CITO.isDescribedBy,),
    "OriginalReportIn": (CITO.describes,),
    "AssociatedDataset": (CITO.usesDataFrom,),
    "AssociatedPublication": (CITO.providesDataFor,),
    "DDIN": (DCTERMS.relation,),
    "DRIN": (DCTERMS.relation,),
    "Cites": (CITO.cites,),
}


class Relation(NamedTuple):
    """A comment or correction: the leaves, and what they say."""

    ref_type: str
    type_leaf: Leaf | None
    source_leaf: Leaf | None
    source: str | None
    pmid_leaf: Leaf | None
    pmid: str | None
    note: Leaf | None = None
    version: Leaf | None = None


def relation(a: Account, n: int, one: Relation) -> None:
    """A comment or correction: NLM's words on a node, and a link to the other article or to a node for it."""
    node = a.local(f"relation-{n}")
    a.need("link", a.article, MEDGRAPH.relation, node)
    a.need("class", node, RDF.type, MEDGRAPH.Relation)
    a.need("relation type", node, MEDGRAPH.refType, one.ref_type, PLAIN)
    a.seek(one.type_leaf, node, MEDGRAPH.refType, one.ref_type)
    if one.source is not None:
        a.seek(one.source_leaf, node, MEDGRAPH.refSource, one.source)
    a.seek(one.note, node, MEDGRAPH.refNote)
    a.seek(one.version, node, OWL.versionInfo)
    is_pmid = one.pmid is not None and re.fullmatch(r"[1-9][0-9]{0,8}", one.pmid) is not None
    if is_pmid and one.pmid == a.pmid:
        if one.pmid_leaf and one.pmid_leaf is not one.source_leaf:
            one.pmid_leaf.excuse("a record that points to itself")
        return
    target = None
    leaf = one.pmid_leaf if is_pmid else one.source_leaf
    if is_pmid:
        target = f"<http://rdf.ncbi.nlm.nih.gov/pubmed/{one.pmid}>"
    elif one.source is not None:
        target = a.local(f"related-{n}")
        a.need("class", target, RDF.type, BIBO.Document)
        a.seek(one.source_leaf, target, DCTERMS.bibliographicCitation, one.source)
    if target is None:
        return
    a.seek(leaf, node, DCTERMS.relation, target, IRI)
    for predicate in RELATIONS.get(one.ref_type, ()):
        a.seek(leaf, a.article, predicate, target, IRI)
        a.seek(one.type_leaf, a.article, predicate, target, IRI)


class ReferenceId(NamedTuple):
    """An identifier of a reference."""

    leaf: Leaf
    type_leaf: Leaf | None
    kind: str | None
    value: str


def reference(
    a: Account, n: int, text: Leaf | None, identifiers: Sequence[ReferenceId], titles: Sequence[Leaf]
) -> None:
    """A reference: a link to what it cites, and a node with its words."""
    node = a.local(f"reference-{n}")
    known = {
        kind: _referenced(a, node, one)
        for one in reversed(identifiers)
        if (kind := one.kind) in ("pubmed", "doi", "pmc")
    }
    found = [iri for kind in ("pubmed", "doi", "pmc") if (iri := known.get(kind))]
    target = found[0] if found else node
    if target == a.article:
        if not any(leaf for leaf in (text,)):
            a.derive("link", a.article, MEDGRAPH.reference, lambda t: t.value == node)
    else:
        a.need("link", a.article, CITO.cites, target)
    if found:
        a.need("link", a.article, MEDGRAPH.reference, node)
    a.need("class", node, RDF.type, MEDGRAPH.Reference if found else BIBO.Document)
    a.seek(text, node, DCTERMS.bibliographicCitation)
    if titles:
        for title in titles:
            a.seek(title, node, MEDGRAPH.referenceListTitle, " / ".join(t.value for t in titles))
    for one in identifiers:
        iri = _referenced(a, node, one)
        for leaf in (one.leaf, one.type_leaf):
            if iri:
                a.seek(leaf, node, DCTERMS.references, iri, IRI)
            else:
                a.seek(leaf, node, DCTERMS.identifier, f"{one.kind}: {one.value}" if one.kind else one.value)


def _referenced(a: Account, node: str, one: ReferenceId) -> str | None:
    """The IRI that an identifier of a reference must be or is."""
    if one.kind == "pubmed":
        return (
            f"<http://rdf.ncbi.nlm.nih.gov/pubmed/{one.value}>" if re.fullmatch(r"[1-9][0-9]{0,8}", one.value) else None
        )
    if one.kind == "pmc":
        number = re.fullmatch(r"(?:PMC)?([0-9]+)", one.value)
        return f"<https://identifiers.org/pmc:PMC{number[1]}>" if number else None
    if one.kind == "doi":
        names = spellings(one.value)
        for iri in a.nodes(node, DCTERMS.references, "<https://doi.org/"):
            if doi_of_iri(iri).lower() in names:
                return iri
        if is_doi(one.value):
            return f"<https://doi.org/{one.value.lower()}>"
    return None

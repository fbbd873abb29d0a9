"""
Every IRI medgraph mints or borrows, one function each, as a term in N-Triples syntax.

Whose namespace an IRI lies in, and why, is in section "IRIs" of ``docs/mapping.md``. Local nodes
are named after the record they belong to (``{base}{pmid}-{kind}-{n}``), so that the same record
always gives the same names; nothing is minted in a namespace that others own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

from medgraph import identifiers

BASE = "https://w3id.org/medgraph/id/"
GRAPH = "https://w3id.org/medgraph/graph/pubmed"

_MESH = "http://id.nlm.nih.gov/mesh/"
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH = 60

DATABANKS: dict[str, str] = {
    "AlphaFoldDB": "alphafold",
    "BioProject": "bioproject",
    "BioModels": "biomodels.db",
    "CCDC": "ccdc",
    "ClinicalTrials.gov": "clinicaltrials",
    "dbGaP": "dbgap",
    "dbSNP": "dbsnp",
    "dbVar": "dbvar",
    "EMDB": "emdb",
    "EudraCT": "euclinicaltrials",
    "GDB": "gdb",
    "GENBANK": "insdc",
    "GEO": "geo",
    "ISRCTN": "isrctn",
    "MetaboLights": "metabolights",
    "MGnify": "mgnify.proj",
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
}
"""NLM's name of a databank (MEDLINE databank sources) -> prefix at identifiers.org."""

_DOI_DATABANKS = frozenset({"Dryad", "figshare"})


def article(pmid: str) -> str:
    """
    The article with this PMID, as PubChemRDF and most others name it.

    >>> article("35315510")
    '<http://rdf.ncbi.nlm.nih.gov/pubmed/35315510>'
    """
    return f"<http://rdf.ncbi.nlm.nih.gov/pubmed/{pmid}>"


def page(pmid: str) -> str:
    """The article's page on the PubMed site."""
    return f"<https://pubmed.ncbi.nlm.nih.gov/{pmid}/>"


def doi(name: str) -> str:
    """The DOI ``name`` (canonical, see :func:`medgraph.identifiers.doi`) as a legal IRI."""
    return f"<{identifiers.doi_iri(name)}>"


def pmc(pmcid: str) -> str:
    """The PubMed Central article with this id (``"PMC123"``)."""
    return f"<https://identifiers.org/pmc:{pmcid}>"


def orcid(number: str) -> str:
    """The person with this ORCID (four dashed groups)."""
    return f"<https://orcid.org/{number}>"


def institution(scheme: str, number: str) -> str:
    """The organisation known under a ROR, GRID or ISNI number."""
    return f"<{_INSTITUTIONS[scheme]}{number}>"


_INSTITUTIONS = {
    "ROR": "https://ror.org/",
    "GRID": "https://www.grid.ac/institutes/",
    "ISNI": "https://isni.org/isni/",
}


def mesh(ui: str) -> str:
    """
    A descriptor, qualifier, supplementary concept or descriptor-qualifier pair: http, unversioned.

    >>> mesh("D016543" + "Q000188")
    '<http://id.nlm.nih.gov/mesh/D016543Q000188>'
    """
    return f"<{_MESH}{ui}>"


def language(code: str) -> str:
    """An ISO 639-2/B code at the Library of Congress."""
    return f"<http://id.loc.gov/vocabulary/iso639-2/{code}>"


def substance(kind: str, number: str) -> str:
    """A registry number of kind ``unii``, ``cas`` or ``ec`` where the registry's own users name it."""
    if kind == "ec":
        return f"<http://purl.uniprot.org/enzyme/{number}>"
    return f"<https://identifiers.org/{kind}:{number}>"


def accession(databank: str, number: str) -> str | None:
    """
    An accession number in a databank, or None where the databank or the number is not known to have an IRI.

    >>> accession("ClinicalTrials.gov", "NCT02239640")
    '<https://identifiers.org/clinicaltrials:NCT02239640>'
    >>> accession("figshare", "10.6084/m9.figshare.13184906.v1")
    '<https://doi.org/10.6084/m9.figshare.13184906.v1>'
    >>> accession("JPRN", "UMIN000016843") is None
    True
    """
    if databank in _DOI_DATABANKS:
        name = identifiers.doi(number)
        return doi(name) if name else None
    prefix = DATABANKS.get(databank)
    if prefix is None or not _ACCESSION.fullmatch(number):
        return None
    return f"<https://identifiers.org/{prefix}:{number}>"


_ACCESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def journal(
    nlm_unique_id: str | None, issn_linking: str | None, medline_ta: str | None, base: str = BASE
) -> str | None:
    """
    A journal: by its NLM Unique ID, else its linking ISSN, else a name of ours from its abbreviation; else None.

    The first two are the catalogue's own names, so that records of one journal meet in one node.
    """
    if nlm_unique_id and nlm_unique_id.isalnum() and nlm_unique_id.isascii():
        return f"<https://www.ncbi.nlm.nih.gov/nlmcatalog/{nlm_unique_id}>"
    if issn_linking:
        return issn_l(issn_linking)
    return local("journal", medline_ta, base=base) if medline_ta else None


def issn_l(issn: str) -> str:
    """A linking ISSN as the ISSN centre names it."""
    return f"<http://issn.org/resource/ISSN-L/{issn}>"


@lru_cache(maxsize=20_000)
def local(kind: str, *names: str, base: str = BASE) -> str:
    """
    A node of ours that several records share, named after what is known of it.

    A readable slug, and a checksum that keeps names apart which share a slug.

    >>> local("agency", "NCI NIH HHS")
    '<https://w3id.org/medgraph/id/agency-nci-nih-hhs-02aa75cc>'
    """
    key = "\x1f".join(names)
    plain = unicodedata.normalize("NFKD", " ".join(names)).encode("ascii", "ignore").decode().lower()
    slug = _NOT_IN_A_SLUG.sub("-", plain).strip("-")[:_SLUG_LENGTH].strip("-")
    checksum = sha256(key.encode()).hexdigest()[:8]
    return f"<{base}{kind}-{slug}-{checksum}>" if slug else f"<{base}{kind}-{checksum}>"

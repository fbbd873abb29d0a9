"""
The closed list of MEDLINE tags: NLM's name of each, and the field of a Citation it is read into.

Sources: PubMed User Guide, "PubMed format" (pubmed.ncbi.nlm.nih.gov/help/#pubmed-format); NLM's older
"MEDLINE/PubMed Data Element (Field) Descriptions"; and tags found in exports that neither page names.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Tag(NamedTuple):
    """
    One tag of the list.

    Args:
        name: NLM's name.
        field: the field of :class:`~medgraph.model.Citation` that holds it, None where it is not read.
        reason: why it is not read; it is then kept as ``Citation.unread``. "" for a tag that is read.
    """

    name: str
    field: str | None
    reason: str = ""


_NO_ENTRY = "a processing code of the old MEDLINE system that no current field takes up"

KNOWN: dict[str, Tag] = {
    "AB": Tag("Abstract", "abstract.sections"),
    "AD": Tag("Affiliation", "authors.affiliations"),
    "AID": Tag("Article Identifier", "article_ids"),
    "AU": Tag("Author", "authors.name"),
    "AUID": Tag("Author Identifier", "authors.identifiers"),
    "BTI": Tag("Book Title", "book.title"),
    "CA": Tag("Call Number", None, _NO_ENTRY),
    "CDAT": Tag("Create Date of a book record", None, "no page of NLM says which of the record's dates this is"),
    "CI": Tag("Copyright Information", "abstract.copyright"),
    "CIN": Tag("Comment In", "comments_corrections"),
    "CN": Tag("Corporate Author", "authors.collective_name"),
    "COI": Tag("Conflict of Interest Statement", "coi_statement"),
    "COIS": Tag("Conflict of Interest Statement", "coi_statement"),
    "CON": Tag("Comment On", "comments_corrections"),
    "CP": Tag("Chapter", "location_labels"),
    "CRDT": Tag("Create Date", "history"),
    "CRF": Tag("Corrected and Republished From", "comments_corrections"),
    "CRI": Tag("Corrected and Republished In", "comments_corrections"),
    "CTDT": Tag("Contribution Date", "contribution_date"),
    "CTI": Tag("Collection Title", "book.collection_title"),
    "CY": Tag("Country", "journal.country"),
    "DA": Tag("Date Created", "date_created"),
    "DCOM": Tag("Completion Date", "date_completed"),
    "DDIN": Tag("Dataset Described In", "comments_corrections"),
    "DEP": Tag("Date of Electronic Publication", "article_dates"),
    "DP": Tag("Publication Date", "pub_date"),
    "DRDT": Tag("Date Revised of a book record", "date_revised"),
    "DRIN": Tag("Dataset Use Reported In", "comments_corrections"),
    "EA": Tag("English Abstract Indicator", None, _NO_ENTRY),
    "ECF": Tag("Expression of Concern For", "comments_corrections"),
    "ECI": Tag("Expression of Concern In", "comments_corrections"),
    "ED": Tag("Editor", "book.editors"),
    "EDAT": Tag("Entry Date", "history"),
    "EFR": Tag("Erratum For", "comments_corrections"),
    "EIN": Tag("Erratum In", "comments_corrections"),
    "EM": Tag("Entry Month", None, _NO_ENTRY),
    "EN": Tag("Edition", "book.edition"),
    "FAU": Tag("Full Author", "authors"),
    "FED": Tag("Full Editor", "book.editors"),
    "FIR": Tag("Full Investigator", "investigator_lists"),
    "FPS": Tag("Full Personal Name as Subject", "personal_name_subjects"),
    "GN": Tag("General Note", "general_notes"),
    "GR": Tag("Grants and Funding", "grants"),
    "GS": Tag("Gene Symbol", "gene_symbols"),
    "ID": Tag("Identification Number", None, _NO_ENTRY),
    "IP": Tag("Issue", "issue"),
    "IR": Tag("Investigator", "investigator_lists"),
    "IRAD": Tag("Investigator Affiliation", "investigator_lists"),
    "IS": Tag("ISSN", "journal.issns"),
    "ISBN": Tag("ISBN", "book.isbns"),
    "ISSN": Tag("ISSN", None, "ERIC's spelling of IS; ERIC's records have no PMID"),
    "JC": Tag("Journal Title Code", None, _NO_ENTRY),
    "JID": Tag("NLM Unique ID", "journal.nlm_unique_id"),
    "JT": Tag("Full Journal Title", "journal.title"),
    "KW": Tag("Keyword", None, "KoreaMed's tag; KoreaMed's records have no PMID"),
    "LA": Tag("Language", "languages"),
    "LID": Tag("Location ID", "elocation_ids"),
    "LR": Tag("Modification Date", "date_revised"),
    "MH": Tag("MeSH Terms", "mesh_headings"),
    "MHDA": Tag("MeSH Date", "history"),
    "MID": Tag("Manuscript ID", "article_ids"),
    "NI": Tag("No-author Indicator", None, _NO_ENTRY),
    "NM": Tag("Substance Name", "chemicals"),
    "NR": Tag("Number of References", "number_of_references"),
    "OAB": Tag("Other Abstract", "other_abstracts"),
    "OABL": Tag("Other Abstract Language", "other_abstracts.language"),
    "OCI": Tag("Other Copyright Information", "other_abstracts.copyright"),
    "OID": Tag("Other ID", "other_ids"),
    "ORI": Tag("Original Report In", "comments_corrections"),
    "OT": Tag("Other Term", "keyword_lists"),
    "OTO": Tag("Other Term Owner", "keyword_lists.owner"),
    "OWN": Tag("Owner", "owner"),
    "PB": Tag("Publisher", "book.publisher_name"),
    "PG": Tag("Pagination", "pagination"),
    "PHST": Tag("Publication History Status", "history"),
    "PL": Tag("Place of Publication", "journal.country"),
    "PMC": Tag("PubMed Central Identifier", "article_ids"),
    "PMCR": Tag("PMC Release", "history"),
    "PMID": Tag("PubMed Unique Identifier", "pmid"),
    "PRIN": Tag("Partial Retraction In", "comments_corrections"),
    "PROF": Tag("Partial Retraction Of", "comments_corrections"),
    "PS": Tag("Personal Name as Subject", "personal_name_subjects"),
    "PST": Tag("Publication Status", "publication_status"),
    "PT": Tag("Publication Type", "publication_types"),
    "PUBM": Tag("Publishing Model", "pub_model"),
    "RF": Tag("Number of References", "number_of_references"),
    "RIN": Tag("Retraction In", "comments_corrections"),
    "RN": Tag("EC/RN Number", "chemicals"),
    "ROF": Tag("Retraction Of", "comments_corrections"),
    "RPF": Tag("Republished From", "comments_corrections"),
    "RPI": Tag("Republished In", "comments_corrections"),
    "RRF": Tag("Retracted and Republished From", "comments_corrections"),
    "RRI": Tag("Retracted and Republished In", "comments_corrections"),
    "SB": Tag("Subset", "citation_subsets"),
    "SFM": Tag("Space Flight Mission", "space_flight_missions"),
    "SI": Tag("Secondary Source ID", "data_banks"),
    "SO": Tag("Source", "source"),
    "SPIN": Tag("Summary for Patients In", "comments_corrections"),
    "STAT": Tag("Status", "status"),
    "TA": Tag("Journal Title Abbreviation", "journal.medline_ta"),
    "TI": Tag("Title", "title"),
    "TT": Tag("Transliterated Title", "vernacular_title"),
    "UI": Tag("MEDLINE Unique Identifier", None, "the number of a record before PMIDs; it names nothing today"),
    "UIN": Tag("Update In", "comments_corrections"),
    "UOF": Tag("Update Of", "comments_corrections"),
    "VI": Tag("Volume", "volume"),
    "VTI": Tag("Volume Title", "book.volume_title"),
    "YR": Tag("Year", "pub_date"),
}

TAGS: dict[str, str] = {tag: row.name for tag, row in KNOWN.items()}
"""Tag -> NLM's name."""

NOT_READ: dict[str, str] = {tag: row.reason for tag, row in KNOWN.items() if row.field is None}
"""Tag -> why its value goes to ``Citation.unread``."""

_DAY = r"[0-9]{4}(?:[0-9]{2}){0,2}"
_TIME = r"-?[0-9]{4}(?:/[0-9]{1,2}(?:/[0-9]{1,2}(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?)?)?"

SHAPES: dict[str, re.Pattern[str]] = {
    tag: re.compile(pattern)
    for tags, pattern in {
        "PMID": r"[0-9]{1,12}",
        "OWN": r"[A-Z][A-Za-z-]{1,9}",
        "STAT": r"Completed|In-Process|PubMed-not-MEDLINE|In-Data-Review|Publisher|MEDLINE|OLDMEDLINE",
        "DA DCOM LR DEP CTDT DRDT": _DAY,
        "EDAT MHDA CRDT CDAT PMCR": _TIME,
        "PHST": _TIME + r" \[[a-z-]+\]",
        "IS": r"[0-9]{4}-?[0-9]{3}[0-9Xx](?: \((?:Print|Electronic|Linking|Undetermined)\))?",
        "LA OABL": r"[A-Za-z]{3}",
        "PMC": r"PMC[0-9]+",
        "RF NR": r"[0-9]+",
        "SB": r"[A-Z]{1,4}",
        "JID": r"[0-9]{3,20}[A-Z]?",
        "ISBN": r"[0-9Xx-]{10,17}",
        "PST": r"[a-z]+(?:\+[a-z]+)*",
        "YR": r"[0-9]{4}",
    }.items()
    for tag in tags.split()
}
"""Tags whose values have one form, and that form."""

OF_PEOPLE = frozenset("FAU AU AUID AD CN FED ED FIR IR IRAD".split())  # noqa: SIM905
"""Tags of persons and groups; what a line of them belongs to follows from the lines above it."""

CODES = ("PMID", "PMC", "OWN", "STAT", "LA", "JID", "PST")
"""Tags that stand in almost every record and whose values are single words."""

FREE_TEXT = frozenset("TI AB AD CI COI COIS OAB OCI GN TT BTI CN IRAD SO".split())  # noqa: SIM905
"""Tags whose values are prose and are wrapped."""

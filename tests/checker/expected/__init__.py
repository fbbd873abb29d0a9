"""
What the parts of a record become in its graph, written from ``docs/mapping.md``.

Each function looks for the values of one part on the nodes where they belong. The leaves it is given
may be None (the part has no such value), and several may be one and the same (a tag whose value
holds what are several elements in XML).
"""

from __future__ import annotations

from .dates import MONTH_NAMES, certain, date, history, month_number, publication_date
from .identifiers import Candidate, dois, isbn, issn, journal_name, journal_node, other_id, pmc
from .links import Funding, ReferenceId, Relation, accession, grant, reference, relation
from .people import Identified, Names, Place, Someone, affiliation, people, person_as_subject
from .subjects import Named, heading, publication_types, substance, supplementary
from .texts import (
    Section,
    abstract_sections,
    empty_title,
    in_language,
    joined,
    markup,
    one_language,
    other_abstract,
    pages,
    seek_in_language,
    title,
)
from .whole import always, publication_status, source_line

__all__ = [
    "MONTH_NAMES",
    "Candidate",
    "Funding",
    "Identified",
    "Named",
    "Names",
    "Place",
    "ReferenceId",
    "Relation",
    "Section",
    "Someone",
    "abstract_sections",
    "accession",
    "affiliation",
    "always",
    "certain",
    "date",
    "dois",
    "empty_title",
    "grant",
    "heading",
    "history",
    "in_language",
    "isbn",
    "issn",
    "joined",
    "journal_name",
    "journal_node",
    "markup",
    "month_number",
    "one_language",
    "other_abstract",
    "other_id",
    "pages",
    "people",
    "person_as_subject",
    "pmc",
    "publication_date",
    "publication_status",
    "publication_types",
    "reference",
    "relation",
    "seek_in_language",
    "source_line",
    "substance",
    "supplementary",
    "title",
]

"""The article, the journal and the book: their identifiers, pages and places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from medgraph import identifiers, iris, pagination
from medgraph.mapping.compiled import Terms
from medgraph.mapping.literals import literal
from medgraph.mapping.rows import Record
from medgraph.mapping.source_line import source_line
from medgraph.mapping.values import Part
from medgraph.model import ArticleId, Book, ELocationID, Issn, Journal, OtherID, Pagination
from medgraph.vocab import BIBO


def nodes(table: str, kind: str) -> Callable[[Any, Record], Terms]:
    """A node of the record for each item, ``{base}{pmid}-{kind}-{n}``, described by a table."""

    def links(items: Any, record: Record) -> Terms:
        return [record.describe(table, f"{record.stem}{kind}-{n}>", item) for n, item in enumerate(items, 1)]

    links.__doc__ = f"A node `-{kind}-n` for each."
    return links


def page(pmid: str, record: Record) -> str:
    """The record's page on the PubMed site."""
    return iris.page(pmid)


def the_article(value: Any, record: Record) -> str:
    """The article that the record is about."""
    return record.article


def record_node(value: Any, record: Record) -> str:
    """NLM's record of the article, as a node beside it."""
    return record.describe("record", f"{record.stem}record>", record.citation)


class Ids(Struct, gc=False):
    """
    What an article or book is known by, as terms: each kind of identifier in its place.

    ``others`` are as printed: further DOIs and other spellings, what claims to be an identifier and is
    none, manuscript ids, book accessions, SICIs and the like.
    """

    doi: str | None = None
    doi_iris: list[str] = []
    pmcid: str | None = None
    pmc_iris: list[str] = []
    piis: list[str] = []
    elocators: list[str] = []
    others: list[str] = []
    invalid: list[str] = []


def _ids(elocation_ids: tuple[ELocationID, ...], article_ids: tuple[ArticleId, ...], record: Record) -> Ids:
    found = Ids()
    names: list[str] = []
    dois: list[tuple[str, str]] = []
    for e in elocation_ids:
        kind = e.type
        if not e.valid:
            found.invalid.append(literal(e.value))
        elif kind == "doi":
            dois.append(("LID", e.value))
        elif kind == "pii":
            found.piis.append(literal(e.value))
        else:
            found.elocators.append(literal(e.value))
    for a in article_ids:
        kind = a.type
        if kind == "doi":
            dois.append(("AID", a.value))
        elif kind == "pii":
            found.piis.append(literal(a.value))
        else:
            number = identifiers.pmcid(a.value) if kind == "pmc" else None
            if number is not None:
                found.pmc_iris.append(iris.pmc(number))
                if found.pmcid is None:
                    found.pmcid = literal(a.value)
                    continue
            elif kind == "pmc":
                record.fault("pmcid", "PMC", a.value)
            found.others.append(literal(a.value))
    printed = ""
    for element, value in dois:
        if value == printed:
            continue
        name = identifiers.doi(value)
        if name is None:
            record.fault("doi", element, value)
        elif not names:
            names.append(name)
            printed = value
            found.doi = literal(value)
            continue
        elif name not in names:
            names.append(name)
            message = f"the record gives another DOI as well: {printed}; both are kept"
            record.problem("doi-several", element, value, message)
        found.others.append(literal(value))
    found.doi_iris = [iris.doi(name) for name in names]
    return found


def _article_ids(record: Record) -> Ids:
    citation = record.citation
    return _ids(citation.elocation_ids, citation.article_ids, record)


doi = Part("The DOI as printed; of several, the first valid one.", _article_ids, "doi", several=False)
doi_iri = Part(
    "Every DOI of the article as a legal IRI, lower-cased because DOI names are case-insensitive.",
    _article_ids,
    "doi_iris",
)
pmcid = Part("The PubMed Central id, as printed; of several, the first.", _article_ids, "pmcid", several=False)
pmc_iri = Part("The PubMed Central article.", _article_ids, "pmc_iris")
piis = Part("Publisher item identifiers, as printed.", _article_ids, "piis")
elocators = Part("Electronic locators that the text form gives without a type.", _article_ids, "elocators")
other_identifiers = Part(
    "Manuscript ids, book accessions, SICIs and the like; further DOIs and PMC ids, and what is none, as printed.",
    _article_ids,
    "others",
)
invalid_identifiers = Part('What the record itself marks as not valid (``ValidYN="N"``).', _article_ids, "invalid")


def _book_ids(record: Record) -> Ids:
    book = record.citation.book
    return _ids(book.elocation_ids if book else (), (), record)


book_doi = Part("The book's DOI as printed.", _book_ids, "doi", several=False)
book_doi_iri = Part("The book's DOI as a legal IRI.", _book_ids, "doi_iris")


def book_other_identifier(value: Any, record: Record) -> list[str]:
    """Identifiers of the book that are no DOI, and further DOIs, as printed."""
    ids = record.once(_book_ids)
    return [*ids.piis, *ids.elocators, *ids.others, *ids.invalid]


def other_ids(values: tuple[OtherID, ...], record: Record) -> list[str]:
    """``source: value``, as the text form prints it."""
    return [literal(f"{value.source}: {value.value}" if value.source else value.value) for value in values]


def other_id_pmc(values: tuple[OtherID, ...], record: Record) -> list[str]:
    """The PubMed Central article, where NLM's own id is one."""
    return [
        iris.pmc(number)
        for value in values
        if value.source == "NLM" and value.value.startswith("PMC") and (number := identifiers.pmcid(value.value))
    ]


def pages(value: Pagination, record: Record) -> str | None:
    """The pages as printed."""
    if value.medline_pgn:
        return literal(value.medline_pgn)
    if value.start_page and value.end_page:
        return literal(f"{value.start_page}-{value.end_page}")
    return literal(value.start_page) if value.start_page else None


def page_start(value: Pagination, record: Record) -> str | None:
    """The first page."""
    start = record.once(_first_and_last)[0]
    return literal(start) if start else None


def page_end(value: Pagination, record: Record) -> str | None:
    """The last page, written out (``181-5`` ends on 185)."""
    end = record.once(_first_and_last)[1]
    return literal(end) if end else None


def _first_and_last(record: Record) -> tuple[str | None, str | None]:
    value = record.citation.pagination
    if value is None:
        return None, None
    first, last = pagination.expand(value.medline_pgn) if value.medline_pgn else (None, None)
    return first or value.start_page, last or value.end_page


_issn = lru_cache(maxsize=50_000)(identifiers.issn)


def journal(value: Journal, record: Record) -> str:
    """The journal: by NLM Unique ID, else linking ISSN, else a name of ours from its title, else one of this record."""
    iri = iris.journal(value.nlm_unique_id, None, None)
    if iri is None:
        linking = next((number for i in value.issns if i.type == "Linking" and (number := _issn(i.value))), None)
        name = value.medline_ta or value.iso_abbreviation or value.title
        iri = iris.journal(None, linking, name, record.base)
    return record.describe("journal", iri or f"{record.stem}journal>", value)


def issns(kind: str | None) -> Callable[[tuple[Issn, ...], Record], Terms]:
    """The ISSNs of one type that look like one."""

    def of_kind(values: tuple[Issn, ...], record: Record) -> Terms:
        return [literal(value.value) for value in values if value.type == kind and _looks_like_issn(value.value)]

    of_kind.__doc__ = f"ISSNs of type {kind or '(none given)'}."
    return of_kind


def _looks_like_issn(value: str) -> bool:
    return len(value) == 9 and value[4] == "-" and (value[:4] + value[5:8]).isdigit() and value[8] in "0123456789X"


def other_issns(values: tuple[Issn, ...], record: Record) -> list[str]:
    """What stands in the place of an ISSN and does not look like one; a wrong check digit is reported only."""
    found = []
    for value in values:
        if not _looks_like_issn(value.value):
            found.append(literal(value.value))
        if _issn(value.value) is None:
            record.fault("issn", "IS", value.value)
    return found


def issn_l(values: tuple[Issn, ...], record: Record) -> str | None:
    """The journal as the ISSN centre names it."""
    for value in values:
        if value.type == "Linking" and (number := _issn(value.value)):
            return iris.issn_l(number)
    return None


def statuses(value: str, record: Record) -> str | None:
    """BIBO's status: published, or forthcoming for what is ahead of print."""
    return _STATUSES.get(value)


_STATUSES = {
    "ppublish": BIBO.status_published,
    "epublish": BIBO.status_published,
    "aheadofprint": BIBO.status_forthcoming,
}


def source(value: Any, record: Record) -> str | None:
    """The source in one line: as printed in the text form, for XML put together as NLM does it."""
    citation = record.citation
    line = citation.source or source_line(citation)
    return literal(line) if line else None


def book(value: tuple[Book | None, str | None], record: Record) -> str | None:
    """The book that a part belongs to; a whole book is the record's own subject and is described there."""
    item, own_title = value
    if item is None:
        return None
    if own_title is None:
        record.describe("book", record.article, item)
        return None
    return record.describe("book", f"{record.stem}book>", item)


def isbns(length: int) -> Callable[[tuple[str, ...], Record], Terms]:
    """The ISBNs of one length, in digits."""

    def of_length(values: tuple[str, ...], record: Record) -> Terms:
        return [literal(n) for value in values if (n := identifiers.isbn(value)) and len(n) == length] or None

    of_length.__doc__ = f"ISBNs of {length} digits, without hyphens."
    return of_length


def other_isbns(values: tuple[str, ...], record: Record) -> list[str]:
    """What stands in the place of an ISBN and is none."""
    found = []
    for value in values:
        if identifiers.isbn(value) is None:
            record.fault("isbn", "ISBN", value)
            found.append(literal(value))
    return found


def publisher(value: tuple[str | None, str | None], record: Record) -> str | None:
    """The publisher, as this record names it."""
    if value == (None, None):
        return None
    return record.describe("publisher", f"{record.stem}publisher>", record.citation.book)


def collection(value: str, record: Record) -> str:
    """The collection, as this record names it."""
    return record.describe("collection", f"{record.stem}collection>", record.citation.book)


def is_chapter(record: Record) -> bool:
    """Whether the record is a part of a book and says that it is a chapter; only those may have ``bibo:chapter``."""
    citation = record.citation
    return (
        citation.book is not None
        and citation.journal is None
        and citation.title is not None
        and any(label.type == "chapter" for label in citation.location_labels)
    )


def location_labels(values: Any, record: Record) -> list[str]:
    """``type: text`` for labels that are not the number of a chapter."""
    chapter = is_chapter(record)
    return [location_label(label, record) for label in values if not (chapter and label.type == "chapter")]


def chapter_numbers(values: Any, record: Record) -> list[str]:
    """The number of a chapter."""
    chapter = is_chapter(record)
    return [literal(label.text) for label in values if chapter and label.type == "chapter"]


def location_label(value: Any, record: Record) -> str:
    """``type: text``."""
    return literal(f"{value.type}: {value.text}" if value.type else value.text)


def book_sections(values: Any, record: Record) -> list[str]:
    """A node for each section of the part's table of contents, those below a section below it."""
    counter = record.once(_counter)
    return [record.describe("book section", f"{record.stem}part-{next(counter)}>", value) for value in values]


def _counter(record: Record) -> Iterator[int]:
    return iter(range(1, 1_000_000))

"""
How a value becomes a term: the functions that the rows of ``table.py`` name.

Each takes a field of the model and the :class:`~medgraph.mapping.rows.Record` in hand, and gives
the term or terms in N-Triples syntax, or None. A value that is not what it should be becomes a
literal, never an IRI or a typed value, and is reported (``record.problem``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from medgraph import identifiers, iris, languages, pagination
from medgraph.mapping.rows import Record, Terms
from medgraph.mapping.source_line import source_line
from medgraph.model import (
    Abstract,
    Affiliation,
    ArticleId,
    Author,
    Book,
    Chemical,
    CommentsCorrections,
    DataBank,
    ELocationID,
    Grant,
    HistoryDate,
    Identifier,
    Issn,
    Journal,
    MeshTerm,
    OtherID,
    Pagination,
    PartialDate,
    PersonalName,
    PublicationType,
    Reference,
    SupplMesh,
)
from medgraph.vocab import BIBO, DEO, FABIO, XSD

_ESCAPES = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r"}


def text(value: str, record: Record | None = None) -> str:
    r"""
    The value as it stands: a plain literal, every character kept.

    >>> text('the "a\\b" case')
    '"the \\"a\\\\b\\" case"'
    """
    if '"' in value or "\\" in value or "\n" in value or "\r" in value:
        value = value.translate(_ESCAPES)
    return f'"{value}"'


literal = text


def typed(value: str, datatype: str) -> str:
    """``value`` as a literal of a datatype; the caller knows that it is one of its lexical forms."""
    return f'"{value}"^^{datatype}'


# Plain values


def texts(values: tuple[str, ...], record: Record) -> list[str]:
    """Each value as it stands."""
    return [literal(value) for value in values]


def english(value: str, record: Record) -> str:
    """The value, in English (which is what NLM writes its vocabulary in)."""
    return literal(value) + "@en"


def number(value: int, record: Record) -> str:
    """An ``xsd:int``."""
    return f'"{value}"^^{XSD.int}'


def true_or_false(value: bool, record: Record) -> str:
    """An ``xsd:boolean``, where the record says so."""
    return typed("true" if value else "false", XSD.boolean)


def only_true(value: bool, record: Record) -> str | None:
    """``true``, or nothing: for what is a mark in the record and else absent."""
    return typed("true", XSD.boolean) if value else None


def only_false(value: bool, record: Record) -> str | None:
    """``false``, or nothing: for what is true unless the record denies it."""
    return None if value else typed("false", XSD.boolean)


def record_node(value: Any, record: Record) -> str:
    """NLM's record of the article, as a node beside it."""
    return record.describe("record", f"{record.stem}record>", record.citation)


def always(*terms: str) -> Callable[[Any, Record], Terms]:
    """The same terms for every node of the kind; written as a row so that the table shows them."""

    def constant(value: Any, record: Record) -> Terms:
        return terms

    constant.__doc__ = "Always " + ", ".join(terms) + "."
    return constant


def markup(value: str, record: Record) -> str:
    """The text with its inline markup, an ``rdf:XMLLiteral``."""
    return literal(value) + "^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>"


# Dates


_TWO_DIGITS = tuple(f"{n:02d}" for n in range(100))


def date(value: PartialDate, record: Record) -> str | None:
    """
    The date in the precision it has: ``xsd:gYear``, ``gYearMonth``, ``date`` or ``dateTime``.

    One that could not be read is the text it was, untyped.
    """
    if value.year is None:
        return literal(value.text) if value.text else None
    if value.month is None:
        return f'"{value.year:04d}"^^{XSD.gYear}'
    month = _TWO_DIGITS[value.month]
    if value.day is None:
        return f'"{value.year:04d}-{month}"^^{XSD.gYearMonth}'
    if value.hour is None:
        return f'"{value.year:04d}-{month}-{_TWO_DIGITS[value.day]}"^^{XSD.date}'
    time = f"{_TWO_DIGITS[value.hour]}:{_TWO_DIGITS[value.minute or 0]}:00"
    return f'"{value.year:04d}-{month}-{_TWO_DIGITS[value.day]}T{time}"^^{XSD.dateTime}'


def dates(values: tuple[PartialDate, ...], record: Record) -> list[str]:
    """Each date in the precision it has."""
    return [term for term in (date(value, record) for value in values) if term]


def certain_date(value: PartialDate, record: Record) -> str | None:
    """The date in the precision it has; nothing where it could not be read (its words stand beside it)."""
    return None if value.year is None else date(value, record)


def displayed(value: PartialDate, record: Record) -> str | None:
    """The date as it is displayed."""
    return literal(value.text) if value.text else None


def season(value: PartialDate, record: Record) -> str | None:
    """The season a date names."""
    return literal(value.season) if value.season else None


_FILLED_WITH_MIDNIGHT = frozenset({"received", "accepted", "revised"})


def history(*statuses: str) -> Callable[[tuple[HistoryDate, ...], Record], Terms]:
    """The dates of the history that have one of these statuses; a filler ``00:00`` is no time of day."""

    def of_status(values: tuple[HistoryDate, ...], record: Record) -> Terms:
        known = record.once("history", _history)
        return [term for status in statuses if status in known for term in known[status]]

    of_status.__doc__ = f"The dates of status {', '.join(statuses)}."
    return of_status


def _history(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in record.citation.history:
        if term := _history_date(entry, record):
            found.setdefault(entry.status, []).append(term)
    return found


def _history_date(entry: HistoryDate, record: Record) -> str | None:
    when = entry.date
    if when.hour == 0 and not when.minute and when.year is not None and entry.status in _FILLED_WITH_MIDNIGHT:
        return typed(f"{when.year:04d}-{when.month:02d}-{when.day:02d}", XSD.date)
    return date(when, record)


HISTORY_WITH_A_TERM = frozenset(
    {
        "received",
        "accepted",
        "revised",
        "aheadofprint",
        "epublish",
        "ppublish",
        "ecollection",
        "retracted",
        "pmc-release",
        "pubmed",
        "medline",
        "entrez",
    }
)


def other_history(values: tuple[HistoryDate, ...], record: Record) -> list[str]:
    """Status and date as text, for a status that has no term of its own."""
    found = []
    for entry in values:
        if entry.status not in HISTORY_WITH_A_TERM:
            when = date(entry.date, record)
            words = when.split('"')[1] if when else ""
            found.append(literal(f"{entry.status} {words}".strip()))
    return found


# Language and titles


def _first_tag(record: Record) -> str | None:
    known = record.citation.languages
    return languages.tag(known[0]) if known else None


def title(value: str, record: Record) -> str:
    """The title as it stands: ``@en`` for an English one or a translation in brackets, else in its language."""
    if value.startswith("[") or "eng" in record.citation.languages:
        return literal(value) + "@en"
    return tagged(value, _first_tag(record))


def vernacular(value: str, record: Record) -> str:
    """The title in the language of the article."""
    return tagged(value, _first_tag(record))


def tagged(value: str, tag: str | None) -> str:
    """``value`` with a language tag, if there is one."""
    return f"{literal(value)}@{tag}" if tag else literal(value)


def language(values: tuple[str, ...], record: Record) -> list[str]:
    """The language's IRI at the Library of Congress; what is no ISO 639-2 code stays a literal."""
    found = []
    for code in values:
        if languages.is_code(code):
            found.append(iris.language(code))
        else:
            record.problem("language-unknown", "LA", code, "this is not an ISO 639-2/B code of three letters")
    return found


def one_language(value: str, record: Record) -> str:
    """The language's IRI; the code as it stands where it is no ISO 639-2 code."""
    return iris.language(value) if languages.is_code(value) else literal(value)


def unknown_language(values: tuple[str, ...], record: Record) -> list[str]:
    """What stands in the place of a language and is no ISO 639-2 code."""
    return [literal(code) for code in values if not languages.is_code(code)]


# Abstracts


def joined(sections: Any) -> str:
    """All of an abstract's text: ``LABEL: text``, one blank between sections, as the text form prints it."""
    return " ".join(f"{s.label}: {s.text}" if s.label else s.text for s in sections)


def abstract(value: Abstract, record: Record) -> str | None:
    """The whole abstract in one literal, in English."""
    return literal(joined(value.sections)) + "@en" if value.sections else None


def copyright_notice(value: Abstract, record: Record) -> str | None:
    """The copyright notice of the abstract, as it stands."""
    return literal(value.copyright) if value.copyright else None


def abstract_markup(value: Abstract, record: Record) -> str | None:
    """The whole abstract with its inline markup, where it has any."""
    if not any(section.markup for section in value.sections):
        return None
    return markup(
        " ".join(
            (f"{_xml(s.label)}: " if s.label else "") + (s.markup if s.markup is not None else _xml(s.text))
            for s in value.sections
        ),
        record,
    )


def _xml(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def other_abstract_text(value: Abstract, record: Record) -> str | None:
    """All of the abstract's text, in its language."""
    if not value.sections:
        return None
    return tagged(joined(value.sections), languages.tag(value.language) if value.language else None)


def labelled_sections(value: Abstract, record: Record) -> list[str] | None:
    """A node for each section, where the abstract has labelled ones."""
    if not any(section.label or section.nlm_category for section in value.sections):
        return None
    return [
        record.describe("section", f"{record.stem}section-{n}>", section) for n, section in enumerate(value.sections, 1)
    ]


_SECTION_CLASSES = {
    "BACKGROUND": DEO.Background,
    "METHODS": DEO.Methods,
    "RESULTS": DEO.Results,
    "CONCLUSIONS": DEO.Conclusion,
}


def section_class(value: str, record: Record) -> str | None:
    """The rhetorical class of NLM's category; ``OBJECTIVE`` and ``UNASSIGNED`` have none in DEO."""
    return _SECTION_CLASSES.get(value)


# Nodes


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


# Identifiers of the article


class Dois(NamedTuple):
    """The DOIs of an article or book: the one it has (printed form and canonical name), others, and what is none."""

    printed: str | None
    names: tuple[str, ...]
    others: tuple[str, ...]
    invalid: tuple[str, ...]


def _dois(elocation_ids: tuple[ELocationID, ...], article_ids: tuple[ArticleId, ...], record: Record) -> Dois:
    printed: str | None = None
    first: str | None = None
    names: list[str] = []
    others: list[str] = []
    invalid: list[str] = []
    candidates = [("LID", e.value, e.valid) for e in elocation_ids if e.type == "doi"]
    candidates += [("AID", a.value, True) for a in article_ids if a.type == "doi"]
    for element, value, valid in candidates:
        if not valid:
            invalid.append(value)
            continue
        name = identifiers.doi(value)
        if name is None:
            others.append(value)
            record.problem("doi-malformed", element, value, identifiers.why_not("doi", value))
        elif first is None:
            printed, first = value, name
            names.append(name)
        elif name != first:
            if name not in names:
                names.append(name)
                record.problem(
                    "doi-several", element, value, f"the record gives another DOI as well: {printed}; both are kept"
                )
            others.append(value)
        elif value != printed:
            others.append(value)
    return Dois(printed, tuple(names), tuple(others), tuple(invalid))


def _article_dois(record: Record) -> Dois:
    citation = record.citation
    return _dois(citation.elocation_ids, citation.article_ids, record)


def doi(value: Any, record: Record) -> str | None:
    """The DOI as printed; of several, the first valid one."""
    printed = record.once("dois", _article_dois).printed
    return literal(printed) if printed else None


def doi_iri(value: Any, record: Record) -> list[str]:
    """Every DOI of the article as a legal IRI, lower-cased because DOI names are case-insensitive."""
    return [iris.doi(name) for name in record.once("dois", _article_dois).names]


def other_doi(value: Any, record: Record) -> list[str]:
    """Further DOIs as printed, other spellings of the same, and what claims to be a DOI and is none."""
    return [literal(value) for value in record.once("dois", _article_dois).others]


def invalid_doi(values: tuple[ELocationID, ...], record: Record) -> list[str]:
    """What the record itself marks as not valid (``ValidYN="N"``)."""
    return [literal(value.value) for value in values if not value.valid]


def _book_dois(record: Record) -> Dois:
    book = record.citation.book
    return _dois(book.elocation_ids if book else (), (), record)


def book_doi(value: Any, record: Record) -> str | None:
    """The book's DOI as printed."""
    printed = record.once("book dois", _book_dois).printed
    return literal(printed) if printed else None


def book_doi_iri(value: Any, record: Record) -> list[str]:
    """The book's DOI as a legal IRI."""
    return [iris.doi(name) for name in record.once("book dois", _book_dois).names]


def book_other_identifier(values: tuple[ELocationID, ...], record: Record) -> list[str]:
    """Identifiers of the book that are no DOI, and further DOIs, as printed."""
    dois = record.once("book dois", _book_dois)
    return [literal(value.value) for value in values if value.type != "doi"] + [
        literal(value) for value in dois.others + dois.invalid
    ]


def _doi_iri(value: str) -> str | None:
    name = identifiers.doi(value)
    return iris.doi(name) if name else None


def pmcid(values: tuple[ArticleId, ...], record: Record) -> str | None:
    """The PubMed Central id, as printed; of several, the first."""
    first = _first_pmcid(values)
    return literal(first.value) if first else None


def pmc_iri(values: tuple[ArticleId, ...], record: Record) -> list[str]:
    """The PubMed Central article."""
    return [iris.pmc(number) for value in values if (number := _pmcid(value))]


def _pmcid(value: ArticleId) -> str | None:
    return identifiers.pmcid(value.value) if value.type == "pmc" else None


def _first_pmcid(values: tuple[ArticleId, ...]) -> ArticleId | None:
    return next((value for value in values if _pmcid(value)), None)


def piis(values: tuple[tuple[ELocationID, ...], tuple[ArticleId, ...]], record: Record) -> list[str]:
    """Publisher item identifiers, as printed."""
    elocation_ids, article_ids = values
    return [literal(e.value) for e in elocation_ids if e.type == "pii" and e.valid] + [
        literal(a.value) for a in article_ids if a.type == "pii"
    ]


def elocators(values: tuple[ELocationID, ...], record: Record) -> list[str]:
    """Electronic locators that the text form gives without a type."""
    return [literal(value.value) for value in values if value.type is None and value.valid]


_TYPES_WITH_A_ROW = frozenset({"doi", "pii"})


def other_article_ids(values: tuple[ArticleId, ...], record: Record) -> list[str]:
    """Manuscript ids, book accessions, SICIs and the like, as printed; a second PMC id, or one that is none, too."""
    found = []
    for value in values:
        if value.type == "pmc":
            if _pmcid(value) is None:
                record.fault("pmcid", "PMC", value.value)
            elif value is _first_pmcid(values):
                continue
        if value.type not in _TYPES_WITH_A_ROW:
            found.append(literal(value.value))
    return found


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


# Pages


def pages(value: Pagination, record: Record) -> str | None:
    """The pages as printed."""
    if value.medline_pgn:
        return literal(value.medline_pgn)
    if value.start_page and value.end_page:
        return literal(f"{value.start_page}-{value.end_page}")
    return literal(value.start_page) if value.start_page else None


def page_start(value: Pagination, record: Record) -> str | None:
    """The first page."""
    start = record.once("pages", _first_and_last)[0]
    return literal(start) if start else None


def page_end(value: Pagination, record: Record) -> str | None:
    """The last page, written out (``181-5`` ends on 185)."""
    end = record.once("pages", _first_and_last)[1]
    return literal(end) if end else None


def _first_and_last(record: Record) -> tuple[str | None, str | None]:
    value = record.citation.pagination
    if value is None:
        return None, None
    first, last = pagination.expand(value.medline_pgn) if value.medline_pgn else (None, None)
    return first or value.start_page, last or value.end_page


# People and organisations


class Role(NamedTuple):
    """What holds of a person in this article only: who, in which place, and the entry as printed."""

    agent: str
    rank: int | None
    author: Author


def _orcid(author: Author) -> str | None:
    for identifier in author.identifiers:
        if identifier.source == "ORCID" and (number := identifiers.orcid(identifier.value)):
            return number
    return None


def _agent(author: Author, kind: str, n: int, record: Record) -> str:
    """The person's ORCID when it is a valid one, else a node of this record; described either way."""
    number = _orcid(author)
    iri = iris.orcid(number) if number else f"{record.stem}{kind}-{n}>"
    return record.describe("person", iri, author)


def _roles(authors: tuple[Author, ...], kind: str, record: Record) -> list[Role]:
    found = []
    rank = 0
    for n, author in enumerate(authors, 1):
        if author.valid:
            rank += 1
        found.append(Role(_agent(author, kind, n, record), rank if author.valid else None, author))
    return found


class People(NamedTuple):
    """The members of a list of people, in order, and whether the record says that it is complete."""

    people: list[str]
    complete: bool | None


_ROLES = {"author": "authorship", "editor": "editorship", "investigator": "investigation"}


def _people(kind: str, of: str) -> Callable[[Record], list[Role]]:
    """The authors, editors or investigators of the record (``of=""``) or of its book (``of="book-"``), worked out once."""

    def people(record: Record) -> list[Role]:
        owner = record.citation.book if of else record.citation
        if owner is None:
            return []
        if kind == "investigator":
            listed = tuple(person for one in owner.investigator_lists for person in one.investigators)
        else:
            listed = owner.authors if kind == "author" else owner.editors
        return _roles(listed, of + kind, record)

    return people


def agents(kind: str, of: str = "") -> Callable[[Any, Record], list[str]]:
    """The people of one kind: their ORCID where it is valid, else a node each."""
    people = _people(kind, of)

    def links(value: Any, record: Record) -> list[str]:
        return [role.agent for role in record.once(of + kind, people) if role.rank]

    links.__doc__ = f"The {kind}s: their ORCID where it is valid, else a node each."
    return links


def ordered(kind: str, of: str = "") -> Callable[[Any, Record], str]:
    """The people of one kind in order, an ``rdf:Seq``."""
    links = agents(kind, of)

    def sequence(value: Any, record: Record) -> str:
        complete = record.citation.authors_complete if kind == "author" and not of else None
        if of and kind == "author" and record.citation.book:
            complete = record.citation.book.authors_complete
        return record.describe("people", f"{record.stem}{of}{kind}s>", People(links(value, record), complete))

    sequence.__doc__ = f"The {kind}s in order, an rdf:Seq."
    return sequence


def roles(kind: str, of: str = "") -> Callable[[Any, Record], list[str]]:
    """What holds of each person of one kind in this record only."""
    people = _people(kind, of)
    role = _ROLES[kind]

    def links(value: Any, record: Record) -> list[str]:
        found = record.once(of + kind, people)
        return [record.describe(role, f"{record.stem}{of}{role}-{n}>", one) for n, one in enumerate(found, 1)]

    links.__doc__ = f"What holds of each {kind} in this record only: a node `-{of}{role}-n`."
    return links


def agent(value: str, record: Record) -> str:
    """The person or group that holds the role."""
    return value


def agent_class(classes: tuple[str, str]) -> Callable[[Author, Record], str]:
    """The first class for a person, the second for a group."""

    def of(author: Author, record: Record) -> str:
        return classes[1] if author.collective_name else classes[0]

    of.__doc__ = f"{classes[0]}, or {classes[1]} for a collective author."
    return of


def full_name(author: Author | PersonalName, record: Record) -> str | None:
    """First name, last name and suffix; the group's name; the short form where it is all there is."""
    last = author.last_name
    if last is None:
        name = getattr(author, "collective_name", None) or author.name
        return literal(name) if name else None
    first = author.fore_name or author.initials
    name = f"{first} {last}" if first else last
    return literal(f"{name} {author.suffix}" if author.suffix else name)


def short_name(author: Author, record: Record) -> str | None:
    """The name as the short form prints it; a group's name."""
    name = author.name or author.collective_name
    return literal(name) if name else None


def members(value: str, record: Record) -> list[str] | None:
    """The investigators whose list the group's entry names."""
    found: list[str] = []
    n = 0
    roles = record.once("investigator", _people("investigator", ""))
    for one in record.citation.investigator_lists:
        for _ in one.investigators:
            if one.id == value and roles[n].rank:
                found.append(roles[n].agent)
            n += 1
    return found or None


def other_person_ids(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """``source: value`` of every identifier but the ORCID that names the person."""
    found = []
    chosen = False
    for value in values:
        if value.source == "ORCID":
            if identifiers.orcid(value.value):
                if not chosen:
                    chosen = True
                    continue
                record.problem(
                    "orcid-several", "AUID", value.value, "the same author has another ORCID before this one"
                )
            else:
                record.fault("orcid", "AUID", value.value)
        found.append(literal(f"{value.source}: {value.value}" if value.source else value.value))
    return found


def affiliations(values: tuple[Affiliation, ...], record: Record) -> list[str]:
    """A node for each distinct text of the record."""
    found = []
    for value in values:
        key = value.text or ""
        iri = record.affiliations.get(key) if key else None
        if iri is None:
            n = len(record.affiliations) + 1
            iri = f"{record.stem}affiliation-{n}>"
            record.affiliations[key or f"\0{n}"] = iri
            record.describe("affiliation", iri, value)
        elif value.identifiers:
            record.describe("affiliation", iri, value)
        found.append(iri)
    return found


_INSTITUTION_CHECKS: dict[str, Callable[[str], str | None]] = {
    "ROR": identifiers.ror,
    "GRID": identifiers.grid,
    "ISNI": identifiers.isni,
}


def _institution(value: Identifier) -> str | None:
    check = _INSTITUTION_CHECKS.get((value.source or "").upper())
    number = check(value.value) if check else None
    return iris.institution((value.source or "").upper(), number) if number else None


def institutions(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """The organisations that the affiliation belongs to, by ROR, GRID or ISNI."""
    return [record.describe("institution", iri, value) for value in values if (iri := _institution(value))]


def ringgold(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """Ringgold numbers, which have no public IRI."""
    return [literal(value.value) for value in values if (value.source or "").upper() == "RINGGOLD"]


def other_organisation_ids(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """``source: value`` of identifiers that could not become an IRI."""
    found = []
    for value in values:
        source = (value.source or "").upper()
        if source == "RINGGOLD" or _institution(value):
            continue
        if source in _INSTITUTION_CHECKS:
            record.fault(source.lower(), "AffiliationInfo/Identifier", value.value)
        found.append(literal(f"{value.source}: {value.value}" if value.source else value.value))
    return found


# Journal


_issn = lru_cache(maxsize=50_000)(identifiers.issn)


def journal(value: Journal, record: Record) -> str | None:
    """The journal: by NLM Unique ID, else linking ISSN, else a name made from its abbreviation or title."""
    linking = next((i.value for i in value.issns if i.type == "Linking" and _issn(i.value)), None)
    name = value.medline_ta or value.iso_abbreviation or value.title
    iri = iris.journal(value.nlm_unique_id, linking, name, record.base)
    return record.describe("journal", iri, value) if iri else None


_ISSN_SHAPE = frozenset("0123456789X-")


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


# MeSH, substances, types


class Headings(NamedTuple):
    """The headings of a record, resolved: plain descriptors, headings as indexed, starred ones, and what is left."""

    subjects: list[str]
    terms: list[str]
    primary: list[str]
    left: list[str]


class Heading(NamedTuple):
    """A heading that needs a node of its own: one that no UI is known for, or that carries a flag."""

    descriptor: MeshTerm
    term: str | None
    qualifiers: list[str]
    starred: list[str]
    names: list[str]
    automatic: bool
    concept_type: str | None = None


class Pair(NamedTuple):
    """A descriptor with one of its qualifiers."""

    descriptor: str
    qualifier: str


@lru_cache(maxsize=100_000)
def _known_ui(ui: str) -> bool:
    return identifiers.mesh_ui(ui) == ui


def _ui(term: MeshTerm, resolve: Callable[[str], str | None], record: Record) -> str | None:
    ui = term.ui
    if ui is None:
        return resolve(term.name)
    if _known_ui(ui):
        return ui
    record.fault("mesh_ui", "MH", ui)
    return resolve(term.name)


def _term(ui: str, item: MeshTerm | PublicationType | SupplMesh, record: Record) -> str:
    """The IRI of a MeSH term, with its name said once."""
    where = f"<http://id.nlm.nih.gov/mesh/{ui}>"
    named = record.known.setdefault("names", {})
    if named.get(ui) != item.name:
        named[ui] = item.name
        record.waiting["mesh term"].append((where, item))
    return where


def _headings(record: Record) -> Headings:
    subjects, terms, primary, left = found = Headings([], [], [], [])
    resolver = record.resolver
    pairs_waiting = record.waiting["pair"]
    for n, heading in enumerate(record.citation.mesh_headings, 1):
        descriptor = heading.descriptor
        ui = _ui(descriptor, resolver.descriptor, record)
        if ui is None:
            subject = None
            record.problem(
                "mesh-heading-unresolved", "MH", descriptor.name, "no MeSH identifier is known for this heading"
            )
        else:
            subject = _term(ui, descriptor, record)
            subjects.append(subject)
            if descriptor.major:
                primary.append(subject)
        automatic = descriptor.auto
        if not heading.qualifiers:
            if subject is not None:
                terms.append(subject)
                if not automatic:
                    continue
            left.append(
                record.describe(
                    "heading", f"{record.stem}heading-{n}>", Heading(descriptor, subject, [], [], [], automatic)
                )
            )
            continue
        qualifiers: list[str] = []
        starred: list[str] = []
        names: list[str] = []
        for qualifier in heading.qualifiers:
            automatic |= qualifier.auto
            qualifier_ui = _ui(qualifier, resolver.qualifier, record)
            if qualifier_ui is None:
                names.append(qualifier.name)
                record.problem(
                    "mesh-qualifier-unresolved", "MH", qualifier.name, "no MeSH identifier is known for this qualifier"
                )
                continue
            where = _term(qualifier_ui, qualifier, record)
            qualifiers.append(where)
            if qualifier.major:
                starred.append(where)
            if subject is not None:
                pair = f"<http://id.nlm.nih.gov/mesh/{ui}{qualifier_ui}>"
                pairs_waiting.append((pair, Pair(subject, where)))
                terms.append(pair)
                if qualifier.major:
                    primary.append(pair)
        if subject is not None and not qualifiers:
            terms.append(subject)
        if subject is None or names or automatic:
            item = Heading(descriptor, subject, qualifiers, starred, names, automatic)
            left.append(record.describe("heading", f"{record.stem}heading-{n}>", item))
    return found


def subjects(value: Any, record: Record) -> list[str]:
    """The plain descriptors."""
    return record.once("headings", _headings).subjects  # type: ignore[no-any-return]


def subject_terms(value: Any, record: Record) -> list[str]:
    """The headings as indexed: the descriptor, or one descriptor-qualifier pair for each qualifier."""
    return record.once("headings", _headings).terms  # type: ignore[no-any-return]


def primary_terms(value: Any, record: Record) -> list[str]:
    """The starred ones: a star on a descriptor is that descriptor, a star on a qualifier is that pair."""
    return record.once("headings", _headings).primary  # type: ignore[no-any-return]


def heading_nodes(value: Any, record: Record) -> list[str]:
    """A node for each heading that no UI is known for, or that carries a flag."""
    return record.once("headings", _headings).left  # type: ignore[no-any-return]


def iri(value: str, record: Record) -> str:
    """The node, as it is."""
    return value


def all_iris(values: Any, record: Record) -> Terms:
    """The nodes, as they are."""
    return values  # type: ignore[no-any-return]


def suppl_mesh_terms(values: tuple[SupplMesh, ...], record: Record) -> list[str]:
    """The supplementary concept."""
    found = []
    for value in values:
        ui = value.ui if value.ui and _known_ui(value.ui) else record.resolver.substance(value.name)
        if ui:
            found.append(_term(ui, value, record))
    return found


def suppl_mesh_left(values: tuple[SupplMesh, ...], record: Record) -> list[str]:
    """A node for a supplementary concept that no UI is known for."""
    start = len(record.citation.mesh_headings)
    found = []
    for n, value in enumerate(values, start + 1):
        if not (value.ui and _known_ui(value.ui)) and not record.resolver.substance(value.name):
            item = Heading(MeshTerm(name=value.name), None, [], [], [], False, value.type)
            found.append(record.describe("heading", f"{record.stem}heading-{n}>", item))
    return found


class Substances(NamedTuple):
    """The substances of a record: those that are MeSH terms, and nodes for the others."""

    terms: list[str]
    left: list[str]


class Substance(NamedTuple):
    """A substance, the IRI of its registry number (of the one substance, or of a class of enzymes), or the number as printed."""

    name: str | None
    same: str | None
    enzyme_class: str | None
    printed: str | None


@lru_cache(maxsize=50_000)
def _registry(value: str) -> str | None:
    """A CAS number or UNII as an IRI, or None."""
    if number := identifiers.cas(value):
        return iris.substance("cas", number)
    if number := identifiers.unii(value):
        return iris.substance("unii", number)
    return None


def _substances(record: Record) -> Substances:
    found = Substances([], [])
    for n, chemical in enumerate(record.citation.chemicals, 1):
        number = chemical.registry_number
        same = enzyme = wrong = None
        if number and number != "0":
            if number.startswith("EC"):
                ec = identifiers.ec(number)
                enzyme = iris.substance("ec", ec) if ec else None
            else:
                same = _registry(number)
            if same is None and enzyme is None:
                wrong = number
                record.fault("registry_number", "RN", wrong)
        ui = chemical.ui if chemical.ui and _known_ui(chemical.ui) else None
        if ui is None and chemical.name:
            ui = record.resolver.substance(chemical.name)
        if ui:
            item = Substance(chemical.name, same, enzyme, None)
            found.terms.append(record.describe("mesh substance", iris.mesh(ui), item))
        if ui is None or wrong:
            if ui is None:
                record.problem(
                    "substance-unresolved", "RN", chemical.name or "", "no MeSH identifier is known for this substance"
                )
            item = Substance(chemical.name, same, enzyme, wrong)
            found.left.append(record.describe("substance", f"{record.stem}substance-{n}>", item))
    return found


def substance_terms(value: tuple[Chemical, ...], record: Record) -> list[str]:
    """The substance as a MeSH term."""
    return record.once("substances", _substances).terms  # type: ignore[no-any-return]


def substance_nodes(value: tuple[Chemical, ...], record: Record) -> list[str]:
    """A node for each substance that no UI is known for, or whose registry number is none."""
    return record.once("substances", _substances).left  # type: ignore[no-any-return]


def _type_ui(value: PublicationType, record: Record) -> str | None:
    if value.ui and _known_ui(value.ui):
        return value.ui
    return record.resolver.publication_type(value.name)


def publication_types(values: tuple[PublicationType, ...], record: Record) -> list[str]:
    """The publication type as a MeSH term."""
    return [_term(ui, value, record) for value in values if (ui := _type_ui(value, record))]


def publication_type_names(values: tuple[PublicationType, ...], record: Record) -> list[str]:
    """The name of a publication type that no UI is known for."""
    found = []
    for value in values:
        if _type_ui(value, record) is None:
            record.problem(
                "publication-type-unresolved", "PT", value.name, "no MeSH identifier is known for this publication type"
            )
            found.append(literal(value.name))
    return found


JOURNAL_ARTICLE = "D016428"
CLASSES: dict[str, str] = {
    JOURNAL_ARTICLE: FABIO.JournalArticle,
    "D016454": FABIO.ReviewArticle,
    "D017418": FABIO.ReviewArticle,
    "D000078182": FABIO.ReviewArticle,
    "D016421": FABIO.JournalEditorial,
    "D016422": FABIO.Letter,
    "D016420": FABIO.Comment,
    "D016433": FABIO.JournalNewsItem,
    "D016440": FABIO.RetractionNotice,
    "D000076942": FABIO.Preprint,
}
"""Publication type -> the class of the article, beside ``dcterms:type``."""


def classes(value: tuple[tuple[PublicationType, ...], Book | None, str | None], record: Record) -> list[str]:
    """
    What kind of document it is.

    A part of a book is a chapter or a section; a whole book is typed by its own table. Any other
    record is an academic article where NLM types it Journal Article, else an article, and besides
    what its publication types say.
    """
    types, book, own_title = value
    if book is not None and record.citation.journal is None:
        if own_title is None:
            return []
        return [BIBO.Chapter if _is_chapter(record) else BIBO.BookSection]
    uis = [_type_ui(one, record) for one in types]
    found = [BIBO.AcademicArticle if JOURNAL_ARTICLE in uis else BIBO.Article]
    found.extend(CLASSES[ui] for ui in uis if ui in CLASSES)
    return found


def _is_chapter(record: Record) -> bool:
    """Whether the record is a part of a book and says that it is a chapter; only those may have ``bibo:chapter``."""
    citation = record.citation
    return (
        citation.book is not None
        and citation.journal is None
        and citation.title is not None
        and any(label.type == "chapter" for label in citation.location_labels)
    )


# Grants, databanks, relations, references


class Agency(NamedTuple):
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


def _targets(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for n, value in enumerate(record.citation.comments_corrections, 1):
        if target := _target(value, n, record):
            found.setdefault(value.ref_type, []).append(target)
    return found


def relations(*ref_types: str) -> Callable[[tuple[CommentsCorrections, ...], Record], Terms]:
    """The other article, for comments and corrections of these types."""

    def of_type(values: tuple[CommentsCorrections, ...], record: Record) -> Terms:
        known = record.once("targets", _targets)
        return [target for ref_type in ref_types if ref_type in known for target in known[ref_type]]

    of_type.__doc__ = f"The other article, for {', '.join(ref_types)}."
    return of_type


class Relation(NamedTuple):
    """A comment or correction as NLM words it, and the article or document it points to."""

    target: str | None
    words: CommentsCorrections


def relation_nodes(values: tuple[CommentsCorrections, ...], record: Record) -> list[str]:
    """A node with NLM's own words for each."""
    found = []
    for n, value in enumerate(values, 1):
        target = _target(value, n, record)
        if target is None and value.pmid:
            if identifiers.pmid(value.pmid):
                record.problem(
                    "relation-to-itself", value.ref_type, value.pmid, "the record points at itself; no link is made"
                )
            else:
                record.fault("pmid", value.ref_type, value.pmid)
        found.append(record.describe("relation", f"{record.stem}relation-{n}>", Relation(target, value)))
    return found


def _pmid_iri(value: str) -> str | None:
    number = identifiers.pmid(value)
    return iris.article(number) if number else None


def _pmc_iri(value: str) -> str | None:
    number = identifiers.pmcid(value)
    return iris.pmc(number) if number else None


_REFERENCE_IDS: dict[str | None, Callable[[str], str | None]] = {
    "pubmed": _pmid_iri,
    "doi": _doi_iri,
    "pmc": _pmc_iri,
}


class Cited(NamedTuple):
    """A reference, the IRIs its identifiers give (the PMID's first), and the identifiers that give none."""

    reference: Reference
    iris: list[str]
    others: list[str]


def _cited(record: Record) -> list[Cited]:
    found = []
    for reference in record.citation.references:
        named = reference.article_ids
        ids: list[str] = []
        others: list[str] = []
        for one in named if len(named) < 2 else sorted(named, key=_pubmed_first):
            kind, value = one.type, one.value
            make = _REFERENCE_IDS.get(kind)
            where = make(value) if make is not None else None
            if where is not None:
                ids.append(where)
            else:
                others.append(f"{kind}: {value}" if kind else value)
        found.append(Cited(reference, ids, others))
    return found


_ID_ORDER = {"pubmed": 0, "doi": 1, "pmc": 2}


def _pubmed_first(one: ArticleId) -> int:
    return _ID_ORDER.get(one.type or "", 3)


def cites(value: Any, record: Record) -> list[str]:
    """What a reference points to: by its PMID, else DOI, else PMC id, else a node with its text."""
    found = []
    for n, cited in enumerate(record.once("cited", _cited), 1):
        if not cited.iris:
            found.append(record.describe("cited document", f"{record.stem}reference-{n}>", cited))
        elif cited.iris[0] == record.article:
            record.problem(
                "reference-to-itself", "Reference", record.citation.pmid, "the record cites itself; no link is made"
            )
        else:
            found.append(cited.iris[0])
    return found


def reference_nodes(value: Any, record: Record) -> list[str]:
    """A node with the words of each reference that has an identifier."""
    stem = f"{record.stem}reference-"
    nodes = [(f"{stem}{n}>", cited) for n, cited in enumerate(record.once("cited", _cited), 1) if cited.iris]
    record.waiting["reference"] += nodes
    return [where for where, _ in nodes]


# Keywords, notes


def keywords(values: Any, record: Record) -> list[str]:
    """The keyword as printed, without its star."""
    return [literal(keyword.text) for one in values for keyword in one.keywords]


def major_keywords(values: Any, record: Record) -> list[str]:
    """The starred keywords."""
    return [literal(keyword.text) for one in values for keyword in one.keywords if keyword.major]


def keyword_owners(values: Any, record: Record) -> list[str]:
    """Whose list of keywords it is."""
    return [literal(one.owner) for one in values if one.owner]


def notes(values: Any, record: Record) -> list[str]:
    """The note as it stands."""
    return [literal(note.text) for note in values]


def note_owners(values: Any, record: Record) -> list[str]:
    """Whose note it is."""
    return [literal(note.owner) for note in values if note.owner]


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


# Books


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


def location_labels(values: Any, record: Record) -> list[str]:
    """``type: text`` for labels that are not the number of a chapter."""
    chapter = _is_chapter(record)
    return [location_label(label, record) for label in values if not (chapter and label.type == "chapter")]


def chapter_numbers(values: Any, record: Record) -> list[str]:
    """The number of a chapter."""
    chapter = _is_chapter(record)
    return [literal(label.text) for label in values if chapter and label.type == "chapter"]


def location_label(value: Any, record: Record) -> str:
    """``type: text``."""
    return literal(f"{value.type}: {value.text}" if value.type else value.text)


def book_sections(values: Any, record: Record) -> list[str]:
    """A node for each section of the part's table of contents, those below a section below it."""
    counter = record.once("book sections", _counter)
    return [record.describe("book section", f"{record.stem}part-{next(counter)}>", value) for value in values]


def _counter(record: Record) -> Iterator[int]:
    return iter(range(1, 1_000_000))


def items(values: Any, record: Record) -> list[str]:
    """The items."""
    return [literal(item) for one in values for item in one.items]


def item_types(values: Any, record: Record) -> list[str]:
    """What kind of list it is."""
    return [literal(one.type) for one in values if one.type]

"""
The tags of one record -> its :class:`~medgraph.model.Citation`. :data:`READ` says how each tag is read.

Tags that belong together are read by one function, which is given their lines in the order of the
record. What a tag says goes into one field; what cannot be read goes to ``unread``, never away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from medgraph import dates
from medgraph.errors import RecordError
from medgraph.medline.grants import grant
from medgraph.medline.lines import Groups, Line, Lines, folded
from medgraph.medline.people import name_subjects, people
from medgraph.medline.sections import sections
from medgraph.model import (
    Abstract,
    AbstractSection,
    ArticleId,
    Book,
    Chemical,
    Citation,
    CommentsCorrections,
    DataBank,
    ELocationID,
    GeneralNote,
    HistoryDate,
    InvestigatorList,
    Issn,
    Journal,
    Keyword,
    KeywordList,
    LocationLabel,
    MeshHeading,
    MeshTerm,
    OtherID,
    Pagination,
    PartialDate,
    Position,
    Problem,
    PublicationType,
    SupplMesh,
    Unread,
)

_NO_LINES = Lines([], {}, [], [])


class Draft:
    """A citation while it is being read: its fields by name, what was not understood, what was wrong."""

    __slots__ = ("fields", "lines", "problems", "unread")

    def __init__(self, lines: Lines | None = None) -> None:
        self.lines = lines or _NO_LINES
        self.fields: dict[str, Any] = {}
        self.unread: list[Unread] = []
        self.problems: list[Problem] = []

    def keep(self, tag: str, value: str) -> None:
        """A value that goes to ``unread``."""
        self.unread.append(Unread(tag, value))

    def problem(self, code: str, tag: str, value: str, message: str) -> None:
        """Something to report about a value."""
        self.problems.append(Problem(code, tag, value, message))

    def first(self, tag: str, values: list[str]) -> str:
        """The value of a tag that stands once in a record; further ones are kept apart and reported."""
        for value in values[1:]:
            self.keep(tag, value)
            self.problem("repeated-tag", tag, value, f"{tag} stands once in a record; only the first one is read")
        return values[0]

    def date(self, tag: str, date: PartialDate) -> PartialDate:
        """The date, and a problem if it could not be read."""
        if date.year is None and (message := dates.problem(date)):
            self.problem("date", tag, date.text or "", message)
        return date

    def in_order(self, *tags: str) -> list[Line]:
        """The lines of these tags in the order of the record, for the few whose order among each other matters."""
        parts = self.lines.parts
        pairs = zip(parts[1::2], parts[2::2], strict=True)
        return [(key.rstrip(" "), folded(value)) for key, value in pairs if value and key.rstrip(" ") in tags]


Reader = Callable[[Draft, Groups], None]


def once(field: str, tag: str) -> Reader:
    """Reads a tag that stands once into a field as it is."""

    def read(draft: Draft, groups: Groups) -> None:
        values = groups[tag]
        draft.fields[field] = values[0] if len(values) == 1 else draft.first(tag, values)

    return read


def each(field: str, tag: str, convert: Callable[[str], Any] | None = None) -> Reader:
    """Reads all values of a tag into a field, in order."""

    def read(draft: Draft, groups: Groups) -> None:
        draft.fields[field] = tuple(map(convert, groups[tag]) if convert else groups[tag])

    return read


def day(field: str, tag: str) -> Reader:
    """Reads a tag with a day (``YYYYMMDD``) that stands once."""

    def read(draft: Draft, groups: Groups) -> None:
        draft.fields[field] = draft.date(tag, dates.medline_day(draft.first(tag, groups[tag])))

    return read


def article_dates(draft: Draft, groups: Groups) -> None:
    """``DEP``: as the elements ``ArticleDate``, there may be several."""
    draft.fields["article_dates"] = tuple([draft.date("DEP", dates.medline_day(value)) for value in groups["DEP"]])


def publication_date(draft: Draft, groups: Groups) -> None:
    """``DP``; in records from before it, the year alone (``YR``)."""
    tag = "DP" if "DP" in groups else "YR"
    draft.fields["pub_date"] = draft.date(tag, dates.display_date(draft.first(tag, groups[tag])))
    if tag == "DP" and "YR" in groups:
        draft.keep("YR", draft.first("YR", groups["YR"]))


def abstract(draft: Draft, groups: Groups) -> None:
    """``AB`` and its copyright, ``CI``."""
    text, rights = groups.get("AB"), groups.get("CI")
    draft.fields["abstract"] = Abstract(
        sections(draft.first("AB", text)) if text else (), draft.first("CI", rights) if rights else None
    )


_OTHER_ABSTRACT_TYPES = frozenset({"AAMC", "AIDS", "KIE", "PIP", "NASA", "Publisher", "plain-language-summary"})
_AT_THE_PUBLISHER = "Abstract available from the publisher."


def other_abstracts(draft: Draft, groups: Groups) -> None:
    """``OAB`` with the ``OABL`` and ``OCI`` behind it; a type stands in front of the text, as in ``KIE: text``."""
    read: list[dict[str, Any]] = []
    for tag, value in draft.in_order("OAB", "OABL", "OCI"):
        if tag == "OAB":
            kind, colon, text = value.partition(": ")
            if not colon or kind not in _OTHER_ABSTRACT_TYPES:
                kind, text = "", value
            nothing = text == _AT_THE_PUBLISHER
            read.append({"type": kind or None, "sections": () if nothing else (AbstractSection(text),)})
            continue
        name = "language" if tag == "OABL" else "copyright"
        if not read or name in read[-1]:
            draft.keep(tag, value)
            draft.problem("stray-tag", tag, value, f"{tag} belongs behind an OAB")
        else:
            read[-1][name] = value
    draft.fields["other_abstracts"] = tuple([Abstract(**each_of) for each_of in read])


@lru_cache(4096)
def known_journal(
    title: str | None, abbreviation: str | None, number: str | None, country: str | None, issns: tuple[str, ...]
) -> Journal:
    """The journal; journals recur from record to record."""
    return Journal(title, None, abbreviation, number, tuple(map(_issn, issns)), country)


def _issn(value: str) -> Issn:
    number, blank, kind = value.partition(" (")
    return Issn(number, kind[:-1]) if blank and kind[-1:] == ")" else Issn(value)


def journal(draft: Draft, groups: Groups) -> None:
    """``JT TA JID IS PL``; in records from before ``PL``, the country is ``CY``."""
    values = []
    for tag in ("JT", "TA", "JID", "PL"):
        found = groups.get(tag)
        values.append(None if found is None else found[0] if len(found) == 1 else draft.first(tag, found))
    if "CY" in groups:
        if values[3] is None:
            values[3] = draft.first("CY", groups["CY"])
        elif groups["CY"] != [values[3]]:
            draft.keep("CY", draft.first("CY", groups["CY"]))
    draft.fields["journal"] = known_journal(*values, tuple(groups.get("IS", ())))


def pagination(draft: Draft, groups: Groups) -> None:
    """``PG`` as printed; the text form has no start and end of its own."""
    draft.fields["pagination"] = Pagination(draft.first("PG", groups["PG"]))


def typed(value: str) -> tuple[str, str | None]:
    """``10.1002/cncr.34182 [doi]`` without and with its type."""
    if value[-1:] == "]":
        number, blank, kind = value.rpartition(" [")
        if blank:
            return number, kind[:-1]
    return value, None


def elocation_id(value: str) -> ELocationID:
    """``LID``, with its type in brackets."""
    return ELocationID(*typed(value))


def article_ids(draft: Draft, groups: Groups) -> None:
    """``AID`` with its type in brackets, ``PMC`` and ``MID``."""
    read = [ArticleId(*typed(value)) for value in groups.get("AID", ())]
    for tag, kind in (("PMC", "pmc"), ("MID", "mid")):
        if tag in groups:
            read += [ArticleId(value, kind) for value in groups[tag]]
    draft.fields["article_ids"] = tuple(read)


STATUSES = {"EDAT": "pubmed", "MHDA": "medline", "CRDT": "entrez", "PMCR": "pmc-release"}


def history(draft: Draft, groups: Groups) -> None:
    """``PHST``; what ``EDAT MHDA CRDT PMCR`` say is added where no ``PHST`` says the same."""
    stated: list[HistoryDate] = []
    said = groups.get("PHST", [])
    for value in said:
        text, status = typed(value)
        if status is None:
            draft.keep("PHST", value)
            draft.problem("history-status", "PHST", value, "this date does not say in brackets what happened then")
        else:
            date = dates.history_date(text)
            stated.append(HistoryDate(status, date if date.year else draft.date("PHST", date)))
    already = said if len(said) < 50 else frozenset(said)
    added = [
        HistoryDate(status, draft.date(tag, dates.history_date(value)))
        for tag, status in STATUSES.items()
        for value in groups.get(tag, ())
        if f"{value} [{status}]" not in already
    ]
    if added:
        times: dict[tuple[object, ...], set[tuple[int, int | None] | None]] = {}
        for item in stated:
            times.setdefault(_day(item), set()).add(_time(item))
        for item in added:
            same_day, time = times.setdefault(_day(item), set()), _time(item)
            if not same_day or (time is not None and None not in same_day and time not in same_day):
                stated.append(item)
                same_day.add(time)
    draft.fields["history"] = tuple(stated)


def _day(item: HistoryDate) -> tuple[object, ...]:
    return item.status, item.date.year, item.date.month, item.date.day, item.date.text


def _time(item: HistoryDate) -> tuple[int, int | None] | None:
    return None if item.date.hour is None else (item.date.hour, item.date.minute)


def authors(draft: Draft, lines: list[Line]) -> None:
    """The lines of all :data:`PEOPLE` tags, in order; tags are padded to four columns."""
    read = people(lines)
    fields = draft.fields
    if read.authors:
        fields["authors"] = tuple(read.authors)
    if read.editors:
        fields["editors"] = tuple(read.editors)
    if read.investigators:
        fields["investigator_lists"] = (InvestigatorList(tuple(read.investigators)),)
    if read.affiliations:
        fields["affiliations"] = read.affiliations
    if read.complete is not None:
        fields["authors_complete"] = read.complete
    for tag, value in read.stray:
        draft.keep(tag, value)
        draft.problem("stray-tag", tag, value, f"{tag} belongs behind the person it is about")


@lru_cache(1 << 16)
def _heading(value: str) -> MeshHeading:
    if "/" not in value:
        return MeshHeading(_term(value))
    descriptor, *qualifiers = value.split("/")
    return MeshHeading(_term(descriptor), tuple([_term(name) for name in qualifiers]))


def _term(name: str) -> MeshTerm:
    return MeshTerm(name[1:], major=True) if name[:1] == "*" else MeshTerm(name)


_publication_type = lru_cache(1024)(PublicationType)

# txid: NCBI's taxonomy, for organisms that were supplementary concepts (PMID 32200400)
_REGISTRY_NUMBER = re.compile(r"0|EC [0-9n.-]+|[0-9][0-9-]*|[0-9A-Z]{10}|txid[0-9]+")


def chemicals(draft: Draft, groups: Groups) -> None:
    """``RN`` and ``NM``; a name without a number in ``RN`` is a supplementary concept, such as a disease or a virus."""
    substances = []
    others = []
    for value in groups.get("RN", ()):
        number, blank, name = value.partition(" (")
        if blank and name[-1:] == ")" and _REGISTRY_NUMBER.fullmatch(number):
            substances.append(Chemical(name[:-1], number))
        elif _REGISTRY_NUMBER.fullmatch(value):
            substances.append(Chemical(None, value))
        else:
            others.append(SupplMesh(value))
    substances += [Chemical(value) for value in groups.get("NM", ())]
    if substances:
        draft.fields["chemicals"] = tuple(substances)
    if others:
        draft.fields["suppl_meshes"] = tuple(others)


def keywords(draft: Draft, groups: Groups) -> None:
    """``OT`` in lists, each with the ``OTO`` above it."""
    owners = groups.get("OTO", [])
    words = groups.get("OT", [])
    if len(owners) < 2:
        lists = [KeywordList(tuple(map(_keyword, words)), owners[0] if owners else None)]
    else:
        found: list[tuple[str | None, list[Keyword]]] = []
        for tag, value in draft.in_order("OT", "OTO"):
            if tag == "OTO":
                found.append((value, []))
            else:
                if not found:
                    found.append((None, []))
                found[-1][1].append(_keyword(value))
        lists = [KeywordList(tuple(each_of), owner) for owner, each_of in found]
    draft.fields["keyword_lists"] = tuple(lists)


def _keyword(value: str) -> Keyword:
    return Keyword(value[1:], True) if value[0] == "*" else Keyword(value)


def data_banks(draft: Draft, groups: Groups) -> None:
    """``SI``: bank and number with a slash between them; numbers of one bank that follow one another stand together."""
    banks: list[tuple[str, list[str]]] = []
    for value in groups["SI"]:
        name, _, number = map(str.strip, value.partition("/"))
        if not banks or banks[-1][0] != name or not number:
            banks.append((name, []))
        if number:
            banks[-1][1].append(number)
    draft.fields["data_banks"] = tuple([DataBank(name, tuple(numbers)) for name, numbers in banks])


_REF_TYPES = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRF": "CorrectedandRepublishedFrom",
    "CRI": "CorrectedandRepublishedIn",
    "DDIN": "DDIN",
    "DRIN": "DRIN",
    "ECF": "ExpressionOfConcernFor",
    "ECI": "ExpressionOfConcernIn",
    "EFR": "ErratumFor",
    "EIN": "ErratumIn",
    "ORI": "OriginalReportIn",
    "PRIN": "PRIN",
    "PROF": "PROF",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPF": "RepublishedFrom",
    "RPI": "RepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "RRI": "RetractedandRepublishedIn",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}


def comments_corrections(draft: Draft, groups: Groups) -> None:
    """The other record: its source, without the full stop that the text form puts before ``PMID: …``, and its PMID."""
    read = []
    for tag, values in groups.items():
        kind = _REF_TYPES.get(tag)
        if kind is not None:
            for value in values:
                source, blank, pmid = f" {value}".rpartition(" PMID: ")
                if blank and pmid.isdecimal():
                    read.append(CommentsCorrections(kind, source[1:].removesuffix(".") or None, pmid))
                else:
                    read.append(CommentsCorrections(kind, value))
    draft.fields["comments_corrections"] = tuple(read)


_OWNERS = frozenset({"NLM", "NASA", "PIP", "KIE", "HSR", "HMD", "SIS", "NOTNLM"})


def _general_note(value: str) -> GeneralNote:
    owner, colon, text = value.partition(": ")
    return GeneralNote(text, owner) if colon and owner in _OWNERS else GeneralNote(value)


def _other_id(value: str) -> OtherID:
    source, colon, number = value.partition(": ")
    return OtherID(number, source) if colon and " " not in source else OtherID(value)


def _chapter(value: str) -> LocationLabel:
    return LocationLabel(value, "chapter")


_BOOK_FIELDS = {
    "BTI": "title",
    "VTI": "volume_title",
    "CTI": "collection_title",
    "PB": "publisher_name",
    "EN": "edition",
}


def book(draft: Draft, groups: Groups) -> None:
    """The tags that only book records have; :func:`_as_book` adds what they share with articles."""
    values: dict[str, Any] = {}
    for tag, name in _BOOK_FIELDS.items():
        if tag in groups:
            values[name] = draft.first(tag, groups[tag])
    if "ISBN" in groups:
        values["isbns"] = tuple(groups["ISBN"])
    draft.fields["book"] = values


def _as_book(fields: dict[str, Any]) -> Book:
    """The book, with what stands in a book record under tags that an article's record has, too."""
    values: dict[str, Any] = fields["book"]
    for name in ("pub_date", "volume", "elocation_ids", "editors"):
        if name in fields:
            values[name] = fields.pop(name)
    journal: Journal | None = fields.pop("journal", None)
    if journal is not None:
        values["publisher_location"] = journal.country
        rest = Journal(journal.title, None, journal.medline_ta, journal.nlm_unique_id, journal.issns)
        if rest != Journal():
            fields["journal"] = rest
    return Book(**values)


def personal_names(draft: Draft, groups: Groups) -> None:
    """``FPS`` and ``PS``."""
    draft.fields["personal_name_subjects"] = name_subjects(draft.in_order("FPS", "PS"))


ROWS: tuple[tuple[str, Any, *tuple[Any, ...]], ...] = (
    ("OWN", once, "owner"),
    ("STAT", once, "status"),
    ("DA", day, "date_created"),
    ("DCOM", day, "date_completed"),
    ("LR DRDT", day, "date_revised"),
    ("IS JT TA JID PL CY", journal),
    ("VI", once, "volume"),
    ("IP", once, "issue"),
    ("DP YR", publication_date),
    ("TI", once, "title"),
    ("TT", once, "vernacular_title"),
    ("PG", pagination),
    ("LID", each, "elocation_ids", elocation_id),
    ("AB CI", abstract),
    ("OAB OABL OCI", other_abstracts),
    ("LA", each, "languages"),
    ("GR", each, "grants", grant),
    ("PT", each, "publication_types", _publication_type),
    ("DEP", article_dates),
    ("RN NM", chemicals),
    ("SB", each, "citation_subsets"),
    ("MH", each, "mesh_headings", _heading),
    ("GS", each, "gene_symbols"),
    (" ".join(_REF_TYPES), comments_corrections),
    ("SI", data_banks),
    ("OID", each, "other_ids", _other_id),
    ("OT OTO", keywords),
    ("GN", each, "general_notes", _general_note),
    ("FPS PS", personal_names),
    ("SFM", each, "space_flight_missions"),
    ("RF NR", once, "number_of_references"),
    ("COIS COI", once, "coi_statement"),
    ("PUBM", once, "pub_model"),
    ("PHST EDAT MHDA CRDT PMCR", history),
    ("AID PMC MID", article_ids),
    ("PST", once, "publication_status"),
    ("SO", once, "source"),
    ("BTI VTI CTI PB EN ISBN", book),
    ("CTDT", day, "contribution_date"),
    ("CP", each, "location_labels", _chapter),
)
"""
Tags and the function that reads those of a row together; :func:`once`, :func:`each` and :func:`day` make one for each
tag of the field and what more is said.

``PMID`` is read by :func:`read`; the tags of people, whose order matters, by :func:`authors`.
"""

READ: dict[str, Reader] = {
    tag: reader(rest[0], tag, *rest[1:]) if rest else reader for tags, reader, *rest in ROWS for tag in tags.split()
}
"""Tag -> the function that reads it."""


def read(lines: Lines, position: Position, problems: tuple[Problem, ...], text: str) -> Citation | RecordError:
    """
    The citation made of a record's lines, or why there is none.

    Args:
        problems: what is known to be wrong with the record before it is read.
        text: the record as it stands in the source.
    """
    groups = lines.groups
    pmids = groups.get("PMID", ())
    if len(pmids) != 1 or not _PMID.fullmatch(pmids[0]):
        return _refused(lines, position, text)
    draft = Draft(lines)
    draft.fields["pmid"] = pmids[0]
    if lines.people:
        authors(draft, lines.people)
    done = set()
    for tag in groups:
        reader = READ.get(tag)
        if reader is None:
            if tag != "PMID":
                draft.unread += [Unread(tag, value) for value in groups[tag]]
        elif reader not in done:
            done.add(reader)
            reader(draft, groups)
    if lines.others:
        draft.unread += [Unread(tag or "line without a tag", value) for tag, value in lines.others]
    return citation(draft, position, problems)


def citation(draft: Draft, position: Position, problems: tuple[Problem, ...] = ()) -> Citation:
    """The citation that was drafted, with what was known to be wrong before and what turned out to be."""
    fields = draft.fields
    if "book" in fields:
        fields["book"] = _as_book(fields)
    if draft.unread:
        fields["unread"] = tuple(draft.unread)
    if problems or draft.problems:
        fields["problems"] = (*problems, *draft.problems)
    return Citation(position=position, **fields)


_PMID = re.compile(r"[1-9][0-9]{0,8}")
_MESSAGE_OF_NCBI = re.compile(r"id: ([1-9][0-9]{0,8}) Error occurred: ")


def _refused(lines: Lines, position: Position, text: str) -> RecordError:
    """Why these lines are no PubMed record, in a sentence."""
    groups = lines.groups
    pmids = groups.get("PMID", [])
    pmid = element = value = None
    if (message := _MESSAGE_OF_NCBI.match(text)) is not None:
        pmid, value = message[1], text
        reason = "PubMed's server sent this message in the place of a record; fetch the record again"
    elif len(pmids) > 1:
        element, value = "PMID", ", ".join(pmids)
        reason = "a record has one PMID; write each record on lines of its own"
    elif pmids:
        element, value = "PMID", pmids[0]
        reason = "this is not a PMID, which is a number of at most nine digits; look the record up in PubMed"
    elif not groups and not lines.people:
        value = text.partition("\n")[0]
        reason = "these lines are not MEDLINE text; remove them, or export the file from PubMed again"
    elif groups.get("OWN") == ["ERIC"]:
        element, value = "OWN", "ERIC"
        reason = "this is a record of ERIC, not of PubMed, and has no PMID; only PubMed's records are read"
    else:
        element = "PMID"
        reason = "the record has no PMID, by which it could be named; export it from PubMed again"
    return RecordError(position.source, str(position), pmid, element, value, reason, text)

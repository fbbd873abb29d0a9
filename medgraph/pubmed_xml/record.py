"""
One record of PubMed XML -> a :class:`~medgraph.model.Citation`: the table of what is read, and where it goes.

The elements are those of ``pubmed_250101.dtd`` and the older ones that files still hold
(``nlmmedlinecitationset_150101.dtd``, ``bookdoc_150101.dtd`` and before).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from msgspec.structs import replace

from medgraph import dates
from medgraph.errors import RecordError
from medgraph.model import (
    Abstract,
    AbstractSection,
    Affiliation,
    ArticleId,
    Author,
    Book,
    BookSection,
    Chemical,
    Citation,
    CommentsCorrections,
    DataBank,
    Deletion,
    ELocationID,
    GeneralNote,
    Grant,
    HistoryDate,
    Identifier,
    InvestigatorList,
    Issn,
    ItemList,
    Journal,
    Keyword,
    KeywordList,
    LocationLabel,
    MeshHeading,
    MeshTerm,
    OtherID,
    Pagination,
    Param,
    PartialDate,
    PersonalName,
    Position,
    PublicationType,
    PubMedObject,
    Reference,
    SupplMesh,
)
from medgraph.native import compiled_part
from medgraph.pubmed_xml.elements import FLAG, INTO, Element, Fields, Notes, Root, Table, listed, many
from medgraph.pubmed_xml.plain import Tokens


def _section(text: str, label: str | None = None, **rest: Any) -> AbstractSection | None:
    return AbstractSection(text=text, label=label, **rest) if text or label else None


def _short_name(fields: Fields) -> str | None:
    """``Chen X Jr``: last name, initials and suffix, as NLM puts them together in ``AU``."""
    last_name: str | None = fields.get("last_name")
    if last_name is None:
        return None
    initials, suffix = fields.get("initials"), fields.get("suffix")
    if suffix is not None:
        return f"{last_name} {initials} {suffix}" if initials is not None else f"{last_name} {suffix}"
    return f"{last_name} {initials}" if initials is not None else last_name


def _author(fields: Fields) -> Author | None:
    if len(fields) == 1 and "valid" in fields:
        return None
    if "collective_name" not in fields:
        fields["name"] = _short_name(fields)
    return Author(**fields)


def _personal_name(fields: Fields) -> PersonalName:
    return PersonalName(name=_short_name(fields), **fields)


def _authors(own: Fields, fields: Fields) -> None:
    """Authors and editors stand in lists of the same name."""
    kind = own.get("type", "authors")
    if "people" in own:
        fields.setdefault(kind, []).extend(own["people"])
    if kind == "authors" and "complete" in own:
        fields["authors_complete"] = own["complete"]


def _publication_date(fields: Fields) -> PartialDate:
    return dates.publication_date(**fields)


def _day(fields: Fields) -> PartialDate:
    part = fields.get
    return dates.day(part("year"), part("month"), part("day"), part("hour"), part("minute"))


def _book_date(fields: Fields) -> PartialDate:
    """Dates about a book that are not its publication date have no display form, unless they name a season."""
    return dates.publication_date(**fields) if "season" in fields else _day(fields)


def _history_date(fields: Fields) -> HistoryDate:
    return HistoryDate(status=fields.pop("status"), date=_day(fields))


def _comments_corrections(own: Fields, fields: Fields) -> None:
    """In files before 2009 the element is the list, and its children name the kind."""
    found = own.pop("older", [])
    if "ref_type" in own:
        found.append(CommentsCorrections(**own))
    if found:
        fields.setdefault("comments_corrections", []).extend(found)


def _chemical(fields: Fields) -> Chemical:
    fields.setdefault("name", None)
    return Chemical(**fields)


def _references(fields: Fields) -> list[Reference]:
    """Nested lists as one, each reference with the titles above it."""
    found: list[Reference] = fields.get("references", [])
    found = [*found, *(reference for nested in fields.get("lists", ()) for reference in nested)]
    title = fields.get("title")
    return found if title is None else [_below(title, reference) for reference in found]


def _below(title: str, reference: Reference) -> Reference:
    below = reference.list_title
    return replace(reference, list_title=title if below is None else f"{title} / {below}")


def _book(fields: Fields) -> Book:
    for people in ("authors", "editors"):
        if people in fields:
            fields[people] = tuple(fields[people])
    return Book(**fields)


def _book_section(fields: Fields) -> BookSection:
    fields.setdefault("title", None)
    return BookSection(**fields)


_PERSON = {"LastName": "last_name", "ForeName": "fore_name", "FirstName": "fore_name", "Initials": "initials"}
_PERSON["Suffix"] = "suffix"
_DAY = {"Year": "year", "Month": "month", "Day": "day", "Hour": "hour", "Minute": "minute"}
_DISPLAYED = {"Year": "year", "Month": "month", "Day": "day", "Season": "season"}
_OLDER_RELATIONS = (
    *("CommentOn", "CommentIn", "ErratumIn", "ErratumFor", "RepublishedFrom", "RepublishedIn", "RetractionOf"),
    *("RetractionIn", "UpdateIn", "UpdateOf", "SummaryForPatientsIn", "OriginalReportIn"),
)
_ARTICLE = {"MedlineCitation": INTO, "PubmedData": INTO}

TABLE: Table = {
    "PubmedArticle": Element(_ARTICLE),
    "PubMedArticle": Element(_ARTICLE),
    "MedlineCitation": Element(
        {
            "@Owner": "owner",
            "@Status": "status",
            "@VersionID": "version_id",
            "@VersionDate": "version_date",
            "@IndexingMethod": "indexing_method",
            "PMID": INTO,
            "MedlineID": many("article_ids", lambda text: ArticleId(value=text, type="medline")),
            "DateCreated": "date_created",
            "DateCompleted": "date_completed",
            "DateRevised": "date_revised",
            "Article": INTO,
            "MedlineJournalInfo": INTO,
            "ChemicalList": INTO,
            "SupplMeshList": INTO,
            "CitationSubset": many("citation_subsets"),
            "CommentsCorrectionsList": INTO,
            "CommentsCorrections": INTO,
            "GeneSymbolList": INTO,
            "MeshHeadingList": INTO,
            "NumberOfReferences": "number_of_references",
            "PersonalNameSubjectList": INTO,
            "OtherID": many("other_ids"),
            "OtherAbstract": many("other_abstracts"),
            "KeywordList": many("keyword_lists"),
            "CoiStatement": "coi_statement",
            "SpaceFlightMission": many("space_flight_missions"),
            "InvestigatorList": many("investigator_lists"),
            "GeneralNote": many("general_notes"),
        }
    ),
    "PMID": Element({"text()": "pmid", "@Version": "version"}),
    "DateCreated": Element(_DAY, _day),
    "DateCompleted": Element(_DAY, _day),
    "DateRevised": Element(_DAY, _day),
    "Article": Element(
        {
            "@PubModel": "pub_model",
            "Journal": INTO,
            "ArticleTitle": INTO,
            "Pagination": "pagination",
            "ELocationID": many("elocation_ids"),
            "Abstract": "abstract",
            "Affiliation": many("affiliations", lambda text: Affiliation(text=text)),
            "AuthorList": INTO,
            "Language": many("languages"),
            "DataBankList": INTO,
            "GrantList": INTO,
            "PublicationTypeList": INTO,
            "VernacularTitle": "vernacular_title",
            "ArticleDate": many("article_dates"),
            "DateOfElectronicPublication": many("article_dates", dates.medline_day),
        }
    ),
    "Journal": Element(
        {
            "ISSN": many("issns"),
            "JournalIssue": INTO,
            "Title": "journal_title",
            "ISOAbbreviation": "iso_abbreviation",
        }
    ),
    "ISSN": Element({"text()": "value", "@IssnType": "type"}, Issn),
    "JournalIssue": Element(
        {"@CitedMedium": "cited_medium", "Volume": "volume", "Issue": "issue", "PubDate": "pub_date"}
    ),
    "PubDate": Element({**_DISPLAYED, "MedlineDate": "medline_date"}, _publication_date),
    "MedlineJournalInfo": Element(
        {
            "Country": "country",
            "MedlineTA": "medline_ta",
            "NlmUniqueID": "nlm_unique_id",
            "NLMUniqueID": "nlm_unique_id",
            "ISSNLinking": many("issns", lambda text: Issn(value=text, type="Linking")),
        }
    ),
    "ArticleTitle": Element({"text()": "title"}, markup="title_markup", empty=""),
    "Pagination": Element({"StartPage": "start_page", "EndPage": "end_page", "MedlinePgn": "medline_pgn"}, Pagination),
    "ELocationID": Element({"text()": "value", "@EIdType": "type", "@ValidYN": ("valid", FLAG)}, ELocationID),
    "Abstract": Element({"AbstractText": many("sections"), "CopyrightInformation": "copyright"}, Abstract),
    "OtherAbstract": Element(
        {
            "@Type": "type",
            "@Language": "language",
            "AbstractText": many("sections"),
            "CopyrightInformation": "copyright",
        },
        Abstract,
    ),
    "AbstractText": Element(
        {"text()": "text", "@Label": "label", "@NlmCategory": "nlm_category"}, _section, markup="markup", empty=""
    ),
    "AuthorList": Element(
        {
            "@CompleteYN": ("complete", FLAG),
            "@Type": ("type", {"authors": "authors", "editors": "editors"}),
            "Author": many("people"),
        },
        merge=_authors,
    ),
    "Author": Element(
        {
            "@ValidYN": ("valid", FLAG),
            "@EqualContrib": ("equal_contribution", FLAG),
            **_PERSON,
            "CollectiveName": INTO,
            "Identifier": many("identifiers"),
            "AffiliationInfo": many("affiliations"),
            "Affiliation": many("affiliations", lambda text: Affiliation(text=text)),
        },
        _author,
    ),
    "CollectiveName": Element({"text()": "collective_name", "@Investigators": "investigators"}),
    "Identifier": Element({"text()": "value", "@Source": "source"}, Identifier),
    "AffiliationInfo": Element({"Affiliation": "text", "Identifier": many("identifiers")}, Affiliation),
    "InvestigatorList": Element(
        {"@ID": "id", "Investigator": many("investigators")}, InvestigatorList, required=("investigators",)
    ),
    "Investigator": Element(
        {
            "@ValidYN": ("valid", FLAG),
            **_PERSON,
            "Identifier": many("identifiers"),
            "AffiliationInfo": many("affiliations"),
            "Affiliation": many("affiliations", lambda text: Affiliation(text=text)),
        },
        _author,
    ),
    "PersonalNameSubjectList": Element({"PersonalNameSubject": many("personal_name_subjects")}),
    "PersonalNameSubject": Element(_PERSON, _personal_name),
    "DataBankList": Element({"@CompleteYN": ("data_banks_complete", FLAG), "DataBank": many("data_banks")}),
    "DataBank": Element({"DataBankName": "name", "AccessionNumberList": INTO}, DataBank, required=("name",)),
    "AccessionNumberList": Element({"AccessionNumber": many("accession_numbers")}),
    "GrantList": Element({"@CompleteYN": ("grants_complete", FLAG), "Grant": many("grants")}),
    "Grant": Element({"GrantID": "grant_id", "Acronym": "acronym", "Agency": "agency", "Country": "country"}, Grant),
    "PublicationTypeList": Element({"PublicationType": many("publication_types")}),
    "PublicationType": Element({"text()": "name", "@UI": "ui"}, PublicationType),
    "ArticleDate": Element({"@DateType": ("", {"Electronic": None}), **_DAY}, _day),
    "ChemicalList": Element({"Chemical": many("chemicals")}),
    "Chemical": Element({"RegistryNumber": "registry_number", "NameOfSubstance": INTO}, _chemical),
    "NameOfSubstance": Element({"text()": "name", "@UI": "ui"}),
    "SupplMeshList": Element({"SupplMeshName": many("suppl_meshes")}),
    "SupplMeshName": Element({"text()": "name", "@Type": "type", "@UI": "ui"}, SupplMesh),
    "CommentsCorrectionsList": Element({"CommentsCorrections": INTO}),
    "CommentsCorrections": Element(
        {
            "@RefType": "ref_type",
            "RefSource": "ref_source",
            "PMID": INTO,
            "Note": "note",
            **{name: many("older") for name in _OLDER_RELATIONS},
        },
        merge=_comments_corrections,
    ),
    "CommentsCorrections/PMID": Element({"text()": "pmid", "@Version": "pmid_version"}),
    **{
        name: Element(
            {"RefSource": "ref_source", "PMID": INTO, "Note": "note"},
            partial(lambda name, fields: CommentsCorrections(ref_type=name, **fields), name),
        )
        for name in _OLDER_RELATIONS
    },
    **{f"{name}/PMID": Element({"text()": "pmid", "@Version": "pmid_version"}) for name in _OLDER_RELATIONS},
    "GeneSymbolList": Element({"GeneSymbol": many("gene_symbols")}),
    "MeshHeadingList": Element({"MeshHeading": many("mesh_headings")}),
    "MeshHeading": Element(
        {"DescriptorName": "descriptor", "QualifierName": many("qualifiers")}, MeshHeading, required=("descriptor",)
    ),
    "DescriptorName": Element(
        {
            "text()": "name",
            "@UI": "ui",
            "@MajorTopicYN": ("major", FLAG),
            "@AutoHM": ("auto", FLAG),
            "@Type": "type",
        },
        MeshTerm,
    ),
    "QualifierName": Element(
        {"text()": "name", "@UI": "ui", "@MajorTopicYN": ("major", FLAG), "@AutoHM": ("auto", FLAG)},
        MeshTerm,
    ),
    "OtherID": Element({"text()": "value", "@Source": "source"}, OtherID),
    "KeywordList": Element({"@Owner": "owner", "Keyword": many("keywords")}, KeywordList, required=("keywords",)),
    "Keyword": Element({"text()": "text", "@MajorTopicYN": ("major", FLAG)}, Keyword),
    "GeneralNote": Element({"text()": "text", "@Owner": "owner"}, GeneralNote),
    "PubmedData": Element(
        {
            "History": INTO,
            "PublicationStatus": "publication_status",
            "ArticleIdList": INTO,
            "ObjectList": INTO,
            "ReferenceList": many("reference_lists"),
        }
    ),
    "History": Element({"PubMedPubDate": many("history")}),
    "PubMedPubDate": Element({"@PubStatus": "status", **_DAY}, _history_date, required=("status",)),
    "ArticleIdList": Element({"ArticleId": many("article_ids")}),
    "ArticleId": Element({"text()": "value", "@IdType": "type"}, ArticleId),
    "ObjectList": Element({"Object": many("objects")}),
    "Object": Element({"@Type": "type", "Param": many("params")}, PubMedObject),
    "Param": Element({"text()": "text", "@Name": "name"}, Param),
    "ReferenceList": Element(
        {"Title": "title", "Reference": many("references"), "ReferenceList": many("lists")}, _references
    ),
    "Reference": Element({"Citation": "citation", "ArticleIdList": INTO}, Reference),
    "PubmedBookArticle": Element({"BookDocument": INTO, "PubmedBookData": INTO}),
    "PubmedBookData": Element(
        {
            "History": INTO,
            "PublicationStatus": "publication_status",
            "ArticleIdList": INTO,
            "ObjectList": INTO,
        }
    ),
    "BookDocument": Element(
        {
            "PMID": INTO,
            "ArticleIdList": INTO,
            "Book": "book",
            "LocationLabel": many("location_labels"),
            "ArticleTitle": INTO,
            "VernacularTitle": "vernacular_title",
            "Pagination": "pagination",
            "Language": many("languages"),
            "AuthorList": INTO,
            "InvestigatorList": many("investigator_lists"),
            "PublicationType": many("publication_types"),
            "Abstract": "abstract",
            "Sections": INTO,
            "KeywordList": many("keyword_lists"),
            "ContributionDate": "contribution_date",
            "DateRevised": "date_revised",
            "GrantList": INTO,
            "ItemList": many("item_lists"),
            "ReferenceList": many("reference_lists"),
        }
    ),
    "Book": Element(
        {
            "Publisher": INTO,
            "BookTitle": "title",
            "PubDate": "pub_date",
            "BeginningDate": "beginning_date",
            "EndingDate": "ending_date",
            "AuthorList": INTO,
            "InvestigatorList": many("investigator_lists"),
            "Volume": "volume",
            "VolumeTitle": "volume_title",
            "Edition": "edition",
            "CollectionTitle": "collection_title",
            "Isbn": many("isbns"),
            "ELocationID": many("elocation_ids"),
            "Medium": "medium",
            "ReportNumber": "report_number",
        },
        _book,
    ),
    "Publisher": Element({"PublisherName": "publisher_name", "PublisherLocation": "publisher_location"}),
    "BeginningDate": Element(_DISPLAYED, _book_date),
    "EndingDate": Element(_DISPLAYED, _book_date),
    "ContributionDate": Element(_DISPLAYED, _book_date),
    "LocationLabel": Element({"text()": "text", "@Type": "type"}, LocationLabel),
    "Sections": Element({"Section": many("sections")}),
    "Section": Element({"LocationLabel": "label", "SectionTitle": "title", "Section": many("sections")}, _book_section),
    "ItemList": Element({"@ListType": "type", "Item": many("items")}, ItemList, required=("items",)),
    "DeleteCitation": Element({"PMID": many("deletions")}),
    "DeleteDocument": Element({"PMID": many("deletions")}),
    "DeleteCitation/PMID": Element({"text()": "pmid", "@Version": "version"}, Deletion),
    "DeleteDocument/PMID": Element({"text()": "pmid", "@Version": "version"}, Deletion),
}
"""What is read, element by element; a path (``Parent/Child``) where the same name means another thing."""

READ = listed(TABLE)
"""``Parent/Child``, ``Element/@attribute`` and ``Element/text()`` for all that is read."""

UNREAD_REASONS: dict[str, str] = {
    **{
        f"{element}/@{attribute}": "a link inside NCBI's Bookshelf; the book's accession number says which book it is"
        for element in ("ArticleTitle", "BookTitle", "CollectionTitle", "SectionTitle")
        for attribute in ("book", "part", "sec")
    },
    "PubMedPubDate/Second": "dates are kept to the minute, and no record of PubMed gives seconds",
    **{
        f"{parent}/{child}": "a set of records, which says nothing of its own"
        for parent, child in (
            ("PubmedArticleSet", "PubmedArticle"),
            ("PubmedArticleSet", "PubmedBookArticle"),
            ("PubmedArticleSet", "DeleteCitation"),
            ("BookDocumentSet", "BookDocument"),
            ("BookDocumentSet", "DeleteDocument"),
            ("PubmedBookArticleSet", "PubmedBookArticle"),
        )
    },
    "URL/@lang": "declared, but no element may contain a URL",
    "URL/@Type": "declared, but no element may contain a URL",
}
"""What the newest DTD has and no field holds, and why; where a record has such a value it is kept as unread."""

_RECORDS = ("PubmedArticle", "PubMedArticle", "PubmedBookArticle", "MedlineCitation", "BookDocument")
_RECORD = Root(TABLE, _RECORDS)
_DELETIONS = Root(TABLE, ("DeleteCitation", "DeleteDocument"))
_PMID = re.compile(r"[1-9][0-9]{0,8}")


def citation(tokens: Tokens, position: Position) -> Citation:
    """
    The citation that the tokens of a record make.

    Raises:
        RecordError: the record has no PMID; the error lacks the raw text, which the tokens do not know.
        NotPlainError: the tokens are not those of one well-formed record.
    """
    notes = Notes()
    fields = _RECORD.read(tokens, notes)
    return _citation(fields, notes, position)


def _versions(compiled: Any) -> dict[Any, Any]:
    """What the compiled module has in the place of functions of the table."""

    def history_day(frame: Any) -> Any:
        return compiled.HistoryDay(compiled.Day(_day, dates, PartialDate, frame), HistoryDate, frame)

    return {
        _day: partial(compiled.Day, _day, dates, PartialDate),
        _history_date: history_day,
        _publication_date: partial(compiled.DisplayedDate, dates.publication_date),
        _author: partial(compiled.Author, _author, Author),
        _section: partial(compiled.Section, AbstractSection),
        _chemical: partial(compiled.Chemical, Chemical),
        _authors: compiled.Authors,
        _comments_corrections: partial(compiled.CommentsCorrections, CommentsCorrections),
    }


def _whole(compiled: Any) -> Any:
    """What makes citations in the compiled module."""

    def unusual(fields: Fields, position: Position) -> Citation:
        return _citation(fields, Notes(), position)

    return partial(compiled.Citation, unusual, Citation, Journal, _JOURNAL, ArticleId, "pubmed")


def _citation(fields: Fields, notes: Notes, position: Position) -> Citation:
    pmid = _checked_pmid(fields.get("pmid"), "PMID", position)
    if "book" in fields:
        _take_whole_book(fields)
    if "article_ids" in fields:
        own = ArticleId(value=pmid, type="pubmed")
        fields["article_ids"] = dict.fromkeys(found for found in fields["article_ids"] if found != own)
    if "reference_lists" in fields:
        fields["references"] = tuple(chain.from_iterable(fields.pop("reference_lists")))
    journal = {to: fields.pop(name) for name, to in _JOURNAL.items() if name in fields}
    if journal:
        if "issns" in journal:
            journal["issns"] = tuple(journal["issns"])
        fields["journal"] = Journal(**journal)
    if notes.unread:
        fields["unread"] = notes.unread
    for field, value in fields.items():
        if type(value) is list or type(value) is dict:
            fields[field] = tuple(value)
    return Citation(position=position, **fields)


def deletions(tokens: Tokens, position: Position) -> Iterator[Deletion | RecordError]:
    """
    The deletions in a ``DeleteCitation`` or ``DeleteDocument``, and an error for each entry that names no record.

    Raises:
        NotPlainError: the tokens are not those of one well-formed element.
    """
    notes = Notes()
    found: list[Deletion] = _DELETIONS.read(tokens, notes).get("deletions", [])
    for deletion in found:
        try:
            _checked_pmid(deletion.pmid, "DeleteCitation/PMID", position)
        except RecordError as error:
            yield error
        else:
            yield replace(deletion, position=position)
    for unread in notes.unread:
        yield RecordError(position.source, str(position), None, unread.name, unread.value, "this names no record")


def _checked_pmid(pmid: str | None, element: str, position: Position) -> str:
    if pmid is None:
        reason = "the record has no PMID, by which it could be named; get it from PubMed again"
        raise RecordError(position.source, str(position), None, element, None, reason)
    if not _PMID.fullmatch(pmid):
        reason = "this is not a PMID, which is a number of at most nine digits; look the record up in PubMed"
        raise RecordError(position.source, str(position), None, element, pmid, reason)
    return pmid


_JOURNAL = {
    "journal_title": "title",
    "iso_abbreviation": "iso_abbreviation",
    "medline_ta": "medline_ta",
    "nlm_unique_id": "nlm_unique_id",
    "issns": "issns",
    "country": "country",
}
"""``Journal`` and ``MedlineJournalInfo`` share the description of the journal between them."""


def _take_whole_book(fields: Fields) -> None:
    """A book that is the record itself has its authors from the book."""
    book: Book = fields["book"]
    if "title" not in fields and "authors" not in fields and book.authors:
        fields["authors"] = book.authors
        if book.authors_complete is not None:
            fields["authors_complete"] = book.authors_complete
        fields["book"] = replace(book, authors=(), authors_complete=None)


_COMPILED = compiled_part("medgraph.pubmed_xml")
_NATIVE = None if _COMPILED is None else _COMPILED.Reader(TABLE, _RECORDS, _versions(_COMPILED), _whole(_COMPILED))


def plain_citation(raw: bytes, start: int, position: Position) -> tuple[Citation, int] | None:
    """
    The citation in bytes that begin somewhere, by the compiled reader, and where it ends.

    None where there is no compiled reader, or where it gives up, as it does where the record does not end.

    Raises:
        RecordError: the record has no PMID.
    """
    found: tuple[Citation, int] | None = None if _NATIVE is None else _NATIVE.citation(raw, start, position)
    return found

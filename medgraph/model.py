"""
A PubMed record as plain values: no RDF and no XML in it.

Names are NLM's own (PubMed XML element descriptions; PubMed User Guide, "PubMed format").
What a record does not say is None or an empty tuple, never an empty string; what it says
is kept as it stands, with white space folded and inline markup taken out of the text.
Nothing here is normalised or checked: that happens where a value becomes a term.

A :class:`Citation` read from MEDLINE text equals the one read from XML, but for what the
text form lacks; the list of that is in ``docs/text-and-xml.md``.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace


class Value(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, repr_omit_defaults=True):
    """What all parts of a record are: immutable, compared by value, cheap to make."""


class Position(Struct, frozen=True, gc=False):
    """
    Where a record starts, for messages; two records are the same wherever they stood.

    Args:
        source: path, URL or ``"<stdin>"``.
        line: line of the first tag, from 1; None where lines are not counted (XML).
        byte: offset of the record in the uncompressed input, from 0; None for text.
        raw: the record as it stands there, in UTF-8 where these are bytes; None unless the reader was asked to keep it.
    """

    source: str = ""
    line: int | None = None
    byte: int | None = None
    raw: bytes | str | None = None

    @property
    def text(self) -> str | None:
        """The record as it stands in the source, if it was kept."""
        return self.raw.decode("utf-8", "replace") if isinstance(self.raw, bytes) else self.raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Position)

    def __hash__(self) -> int:
        return 0

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}"
        return f"byte {self.byte}" if self.byte is not None else "start"


class Problem(Value, frozen=True):
    """
    A value that is kept but is not what it should be.

    Args:
        code: the kind of trouble, a stable slug such as ``"orcid-checksum"``; reports count by it.
        element: MEDLINE tag or XML element (``"AUID"``, ``"Author/Identifier"``), or the field's name.
        value: the value as it stands in the record.
        message: what is wrong, in a sentence.
    """

    code: str
    element: str
    value: str
    message: str


class Unread(Value, frozen=True):
    """
    Something the reader does not know: an unknown tag, element or attribute with its text.

    Args:
        name: ``"KW"``, ``"Article/NewThing"`` or ``"Article/@NewAttribute"``.
        value: its text, white space folded.
    """

    name: str
    value: str


class PartialDate(Value, frozen=True):
    """
    As much of a date as is certain; a year is not the first of January.

    A range within a month leaves year and month, a range of months or a season leaves the
    year, a range over years leaves the first year. All parts None: the date could not be read.

    Args:
        season: Winter, Spring, Summer, Autumn or Fall, where the record names one.
        text: the date as displayed. Only publication dates have it (``DP``, ``PubDate``: the
            parts joined by blanks, months as three letters, days without a leading zero, which
            is how NLM's text form prints them), and any date that could not be read.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    season: str | None = None
    text: str | None = None


class Identifier(Value, frozen=True):
    """``Identifier@Source`` of a person or organisation: source ``"ORCID"``, ``"ROR"``, …, value as printed."""

    value: str
    source: str | None = None


class Affiliation(Value, frozen=True):
    """An affiliation as printed, with the identifiers that stand beside it (``AffiliationInfo``)."""

    text: str | None = None
    identifiers: tuple[Identifier, ...] = ()


class Author(Value, frozen=True):
    """
    One author, editor or investigator: a person, or a group where ``collective_name`` is set.

    Args:
        last_name, fore_name, initials, suffix: ``FAU``/``AU`` and their XML elements. Where only
            the short form is known and does not fall into its parts with certainty, these are None.
        name: the short form as printed (``AU - Chen X``); from XML it is put together as NLM does it:
            last name, initials, suffix. None for a group.
        valid: False for ``ValidYN="N"``: an earlier, superseded spelling.
        equal_contribution: ``EqualContrib``; None where the record does not say.
        investigators: ``CollectiveName@Investigators``: id of the list of the group's members.
    """

    last_name: str | None = None
    fore_name: str | None = None
    initials: str | None = None
    suffix: str | None = None
    name: str | None = None
    collective_name: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()
    valid: bool = True
    equal_contribution: bool | None = None
    investigators: str | None = None


class InvestigatorList(Value, frozen=True):
    """``InvestigatorList``, with the id by which a collective author names it."""

    investigators: tuple[Author, ...]
    id: str | None = None


class AbstractSection(Value, frozen=True):
    """
    One ``AbstractText``: ``label`` and ``nlm_category`` as printed, or both None for an abstract without sections.

    Args:
        text: without the label.
        markup: the text with its inline markup (``b i sup sub u`` and MathML) as an XML fragment,
            None where it has none.
        derived: True where the label was found in running text (``BACKGROUND: …`` in MEDLINE text).
    """

    text: str
    label: str | None = None
    nlm_category: str | None = None
    markup: str | None = None
    derived: bool = False


class Abstract(Value, frozen=True):
    """
    ``Abstract`` or ``OtherAbstract``.

    Args:
        sections: in order; one section without label for an unstructured abstract.
        copyright: ``CopyrightInformation`` (``CI``, ``OCI``).
        type: ``OtherAbstract@Type`` (AAMC, AIDS, KIE, PIP, NASA, Publisher, plain-language-summary), None for the
            main one.
        language: ``OtherAbstract@Language`` (``OABL``), three letters.
    """

    sections: tuple[AbstractSection, ...] = ()
    copyright: str | None = None
    type: str | None = None
    language: str | None = None


class Issn(Value, frozen=True):
    """An ISSN as printed and its type: Print, Electronic, Linking, or None where the record does not say."""

    value: str
    type: str | None = None


class Journal(Value, frozen=True):
    """What a record says of its journal (``Journal``, ``MedlineJournalInfo``; ``JT TA JID IS PL``)."""

    title: str | None = None
    iso_abbreviation: str | None = None
    medline_ta: str | None = None
    nlm_unique_id: str | None = None
    issns: tuple[Issn, ...] = ()
    country: str | None = None


class Pagination(Value, frozen=True):
    """``Pagination``: ``medline_pgn`` as printed (``181-5``); start and end as XML gives them, not expanded."""

    medline_pgn: str | None = None
    start_page: str | None = None
    end_page: str | None = None


class ELocationID(Value, frozen=True):
    """``ELocationID`` / ``LID``: type ``doi``, ``pii``, or None where the text names none."""

    value: str
    type: str | None = None
    valid: bool = True


class ArticleId(Value, frozen=True):
    """
    ``ArticleId`` / ``AID PMC MID``.

    Args:
        type: as in ``@IdType`` (``doi pii pmc mid sici bookaccession …``), None where the text names none.
    """

    value: str
    type: str | None = None


class MeshTerm(Value, frozen=True):
    """
    A descriptor or qualifier of a heading.

    Args:
        ui: MeSH unique identifier, None where the source has only the name.
        auto: ``@AutoHM="Y"``: assigned by the indexing program.
        type: ``@Type`` (Geographic).
    """

    name: str
    ui: str | None = None
    major: bool = False
    auto: bool = False
    type: str | None = None


class MeshHeading(Value, frozen=True):
    """One ``MeshHeading`` / ``MH``: a descriptor and its qualifiers, in order."""

    descriptor: MeshTerm
    qualifiers: tuple[MeshTerm, ...] = ()


class Chemical(Value, frozen=True):
    """``Chemical`` / ``RN``: registry number as printed (``0`` is NLM's "none"), name, UI; ``NM`` has just a name."""

    name: str | None
    registry_number: str | None = None
    ui: str | None = None


class SupplMesh(Value, frozen=True):
    """``SupplMeshName``: a supplementary concept of type Disease, Protocol, Organism, Anatomy or Population."""

    name: str
    ui: str | None = None
    type: str | None = None


class PublicationType(Value, frozen=True):
    """``PublicationType`` / ``PT``."""

    name: str
    ui: str | None = None


class Keyword(Value, frozen=True):
    """``Keyword`` / ``OT``; a star in the text form is ``major``."""

    text: str
    major: bool = False


class KeywordList(Value, frozen=True):
    """``KeywordList`` with its owner (``OTO``)."""

    keywords: tuple[Keyword, ...]
    owner: str | None = None


class DataBank(Value, frozen=True):
    """``DataBank`` / ``SI``: consecutive accession numbers of one bank stand together."""

    name: str
    accession_numbers: tuple[str, ...] = ()


class Grant(Value, frozen=True):
    """
    ``Grant`` / ``GR``.

    Args:
        text: the whole value where the text form does not fall into its parts with certainty;
            then all other fields are None.
    """

    grant_id: str | None = None
    acronym: str | None = None
    agency: str | None = None
    country: str | None = None
    text: str | None = None


class CommentsCorrections(Value, frozen=True):
    """
    ``CommentsCorrections`` / ``CIN CON EIN …``.

    Args:
        ref_type: NLM's name as in ``@RefType`` (``CommentIn``, …); for text tags that have no
            certain counterpart (``PRIN PROF DDIN DRIN``) the tag itself.
    """

    ref_type: str
    ref_source: str | None = None
    pmid: str | None = None
    pmid_version: str | None = None
    note: str | None = None


class PersonalName(Value, frozen=True):
    """``PersonalNameSubject`` / ``FPS PS``: a person the article is about."""

    last_name: str | None = None
    fore_name: str | None = None
    initials: str | None = None
    suffix: str | None = None
    name: str | None = None


class OtherID(Value, frozen=True):
    """``OtherID`` / ``OID``: ``NASA: 00026227`` is source NASA, value 00026227."""

    value: str
    source: str | None = None


class GeneralNote(Value, frozen=True):
    """``GeneralNote`` / ``GN``."""

    text: str
    owner: str | None = None


class HistoryDate(Value, frozen=True):
    """``PubMedPubDate@PubStatus`` / ``PHST EDAT MHDA CRDT PMCR``: status as NLM spells it."""

    status: str
    date: PartialDate


class Reference(Value, frozen=True):
    """
    One ``Reference`` of a ``ReferenceList``, nested lists flattened in order.

    Args:
        list_title: the titles of the lists it stands in, outermost first, joined by ``" / "``.
    """

    citation: str | None = None
    article_ids: tuple[ArticleId, ...] = ()
    list_title: str | None = None


class LocationLabel(Value, frozen=True):
    """``LocationLabel@Type`` of a book part: type chapter, section, part, …; ``CP`` is type chapter."""

    text: str
    type: str | None = None


class BookSection(Value, frozen=True):
    """``Section`` of a book record: title, label, and the sections below it."""

    title: str | None
    label: LocationLabel | None = None
    sections: tuple[BookSection, ...] = ()


class ItemList(Value, frozen=True):
    """``ItemList@ListType`` of a book record (synonyms and the like)."""

    items: tuple[str, ...]
    type: str | None = None


class Param(Value, frozen=True):
    """``Param@Name`` of an ``Object``."""

    text: str | None
    name: str | None = None


class PubMedObject(Value, frozen=True):
    """``Object@Type`` of ``PubmedData/ObjectList``."""

    params: tuple[Param, ...] = ()
    type: str | None = None


class Book(Value, frozen=True):
    """
    The book of a book record (``BookDocument/Book``; ``BTI VTI CTI PB EN ISBN FED …``).

    Args:
    """

    title: str | None = None
    volume: str | None = None
    volume_title: str | None = None
    edition: str | None = None
    collection_title: str | None = None
    publisher_name: str | None = None
    publisher_location: str | None = None
    pub_date: PartialDate | None = None
    beginning_date: PartialDate | None = None
    ending_date: PartialDate | None = None
    authors: tuple[Author, ...] = ()
    editors: tuple[Author, ...] = ()
    investigator_lists: tuple[InvestigatorList, ...] = ()
    isbns: tuple[str, ...] = ()
    elocation_ids: tuple[ELocationID, ...] = ()
    medium: str | None = None
    report_number: str | None = None
    authors_complete: bool | None = None


class Citation(Value, frozen=True):
    """
    One PubMed record: an article, or a book or book part where ``book`` is set.

    A whole book has no ``title`` of its own (its title is the book's); a part has both. In a
    whole-book record the book's authors are the record's ``authors``.

    Args:
        version: ``PMID@Version``; None where the source does not say (text).
        version_id, version_date: attributes of ``MedlineCitation``.
        title: None where the element or tag is missing; ``""`` where it is there and empty.
        title_markup: the title with its inline markup as an XML fragment, None where it has none.
        affiliations: given for the record as a whole (before 2014 the first author's), not for one author.
        pub_date: ``DP`` / ``PubDate`` of the article's issue; a book's date is ``book.pub_date``.
        article_dates: ``DEP`` / ``ArticleDate``.
        authors_complete, databanks_complete, grants_complete: ``CompleteYN``; None where not said.
        unread: what the reader did not know, kept for the report.
        problems: what was wrong with single values.
    """

    pmid: str
    version: str | None = None
    status: str | None = None
    owner: str | None = None
    indexing_method: str | None = None
    version_id: str | None = None
    version_date: str | None = None
    date_created: PartialDate | None = None
    date_completed: PartialDate | None = None
    date_revised: PartialDate | None = None

    title: str | None = None
    title_markup: str | None = None
    vernacular_title: str | None = None
    abstract: Abstract | None = None
    other_abstracts: tuple[Abstract, ...] = ()
    languages: tuple[str, ...] = ()

    journal: Journal | None = None
    volume: str | None = None
    issue: str | None = None
    cited_medium: str | None = None
    pub_model: str | None = None
    pub_date: PartialDate | None = None
    article_dates: tuple[PartialDate, ...] = ()
    pagination: Pagination | None = None
    elocation_ids: tuple[ELocationID, ...] = ()
    article_ids: tuple[ArticleId, ...] = ()
    publication_status: str | None = None
    history: tuple[HistoryDate, ...] = ()
    source: str | None = None

    authors: tuple[Author, ...] = ()
    authors_complete: bool | None = None
    affiliations: tuple[Affiliation, ...] = ()
    editors: tuple[Author, ...] = ()
    investigator_lists: tuple[InvestigatorList, ...] = ()
    personal_name_subjects: tuple[PersonalName, ...] = ()

    publication_types: tuple[PublicationType, ...] = ()
    mesh_headings: tuple[MeshHeading, ...] = ()
    suppl_meshes: tuple[SupplMesh, ...] = ()
    chemicals: tuple[Chemical, ...] = ()
    gene_symbols: tuple[str, ...] = ()
    keyword_lists: tuple[KeywordList, ...] = ()
    citation_subsets: tuple[str, ...] = ()

    data_banks: tuple[DataBank, ...] = ()
    data_banks_complete: bool | None = None
    grants: tuple[Grant, ...] = ()
    grants_complete: bool | None = None
    comments_corrections: tuple[CommentsCorrections, ...] = ()
    references: tuple[Reference, ...] = ()
    number_of_references: str | None = None

    other_ids: tuple[OtherID, ...] = ()
    coi_statement: str | None = None
    space_flight_missions: tuple[str, ...] = ()
    general_notes: tuple[GeneralNote, ...] = ()
    objects: tuple[PubMedObject, ...] = ()

    book: Book | None = None
    location_labels: tuple[LocationLabel, ...] = ()
    sections: tuple[BookSection, ...] = ()
    contribution_date: PartialDate | None = None
    item_lists: tuple[ItemList, ...] = ()

    position: Position = Position()
    unread: tuple[Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    def replace(self, **changes: Any) -> Citation:
        """This citation with some fields changed."""
        return replace(self, **changes)


class Deletion(Value, frozen=True):
    """A PMID in ``DeleteCitation`` or ``DeleteDocument``: the record with it is gone from PubMed."""

    pmid: str
    version: str | None = None
    position: Position = Position()

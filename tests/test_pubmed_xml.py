from __future__ import annotations

import gzip
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from medgraph.errors import FormatError, RecordError
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
    Unread,
)
from medgraph.pubmed_xml import READ, UNREAD_REASONS, citations
from medgraph.pubmed_xml.plain import NotPlainError, parsed_tokens, plain_tokens, start_tag, without_remarks
from medgraph.pubmed_xml.record import TABLE, citation
from medgraph.slices import CHUNK, SETS, Slices

FOLDER = Path(__file__).parent / "citations"
DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
MATHML = 'xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def read(xml: str | bytes) -> list[Any]:
    return list(citations(io.BytesIO(xml.encode() if isinstance(xml, str) else xml), "test.xml"))


def record(pmid: int, inside: str = "") -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID>{inside}</MedlineCitation></PubmedArticle>\n'
    )


def fixture(name: str) -> Citation:
    (found,) = citations(io.BytesIO((FOLDER / f"{name}.xml").read_bytes()), name)
    assert isinstance(found, Citation), found
    return found


def author(last_name: str, **more: Any) -> Author:
    return Author(last_name=last_name, **more)


ADA = author("Example", fore_name="Ada", initials="A", name="Example A")

EXPECTED: dict[str, dict[str, Any]] = {
    "abstract-others": {
        "other_abstracts": (
            Abstract(
                sections=(AbstractSection(text="In plain words."),),
                copyright="Copyright of another.",
                type="plain-language-summary",
                language="eng",
            ),
            Abstract(
                sections=(AbstractSection(text="Abstract available from the publisher."),),
                type="Publisher",
                language="fre",
            ),
        )
    },
    "abstract-structured": {
        "abstract": Abstract(
            sections=(
                AbstractSection(text="Why.", label="BACKGROUND", nlm_category="BACKGROUND"),
                AbstractSection(text="How.", nlm_category="METHODS"),
                AbstractSection(text="And so."),
                AbstractSection(text="", label="EMPTY"),
            ),
            copyright="Copyright of a publisher.",
        )
    },
    "author-forms": {
        "authors": (
            author(
                "Example",
                fore_name="Ada Bea",
                initials="AB",
                suffix="3rd",
                name="Example AB 3rd",
                equal_contribution=True,
            ),
            author("Single", name="Single", equal_contribution=False),
            author("Exampel", fore_name="Ada", initials="A", name="Exampel A", valid=False),
            Author(
                collective_name="The Example Study Group",
                investigators="group-1",
                affiliations=(Affiliation(text="Office of the Group."),),
            ),
        ),
        "authors_complete": False,
        "investigator_lists": (
            InvestigatorList(
                id="group-1",
                investigators=(
                    author(
                        "Member",
                        fore_name="Carl",
                        initials="C",
                        suffix="Jr",
                        name="Member C Jr",
                        identifiers=(Identifier(value="0000-0002-1825-0097", source="ORCID"),),
                        affiliations=(Affiliation(text="Some Hospital."),),
                    ),
                ),
            ),
            InvestigatorList(investigators=(author("Other", name="Other", valid=False),)),
        ),
    },
    "author-identifiers": {
        "authors": (
            author(
                "Example",
                fore_name="Ada",
                initials="A",
                name="Example A",
                identifiers=(
                    Identifier(value="https://orcid.org/0000-0002-1825-0097", source="ORCID"),
                    Identifier(value="0000000121032683", source="ISNI"),
                ),
                affiliations=(
                    Affiliation(
                        text="First Department, Somewhere.",
                        identifiers=(
                            Identifier(value="https://ror.org/0000000aa", source="ROR"),
                            Identifier(value="grid.0000.0", source="GRID"),
                        ),
                    ),
                    Affiliation(text="Second Department, Elsewhere."),
                ),
            ),
        ),
        "authors_complete": True,
    },
    "author-no-name": {
        "authors": (author("Example", name="Example"),),
        "unread": (
            Unread(name="Author/text()", value="No authors available"),
            Unread(name="Author/@ValidYN", value="Maybe"),
        ),
    },
    "comment-has-pmid": {
        "comments_corrections": (
            CommentsCorrections(
                ref_type="CommentIn", ref_source="J Ex. 2020;1:1", pmid="22222222", pmid_version="2", note="a note"
            ),
            CommentsCorrections(ref_type="ErratumIn", ref_source="J Ex. 2021;2:2"),
        )
    },
    "comments-and-cdata": {"title": "Before, <i>raw</i> & raw and after.", "languages": ("eng",)},
    "date-medlinedate": {
        "cited_medium": "Print",
        "pub_date": PartialDate(year=1998, text="1998 Dec-1999 Jan"),
    },
    "date-no-month": {
        "cited_medium": "Print",
        "pub_date": PartialDate(year=2020, text="2020 Somewhen"),
        "article_dates": (PartialDate(text="2005 9 31"),),
        "unread": (Unread(name="ArticleDate/@DateType", value="Printed"),),
    },
    "date-season": {
        "cited_medium": "Print",
        "pub_date": PartialDate(year=1978, season="Winter", text="1978 Winter"),
    },
    "elocation-doi-then-pii": {
        "elocation_ids": (ELocationID(value="10.1000/abc", type="doi"), ELocationID(value="abc", type="pii"))
    },
    "elocation-pii-then-doi": {
        "elocation_ids": (ELocationID(value="abc", type="pii"), ELocationID(value="10.1000/abc", type="doi"))
    },
    "elocation-not-valid": {
        "elocation_ids": (
            ELocationID(value="10.1000/wrong", type="doi", valid=False),
            ELocationID(value="10.1000/right", type="doi"),
        ),
        "unread": (Unread(name="ELocationID/@*", value="doi"),),
    },
    "escapes": {
        "title": "\"“’<b>&lt;'😀😀\u200b\u2028\x85.",
        "languages": ("eng",),
        "elocation_ids": (ELocationID(value="10.1000/a<b>", type="doi"),),
    },
    "history": {
        "history": (
            HistoryDate(status="received", date=PartialDate(year=2019, month=1, day=2)),
            HistoryDate(status="pubmed", date=PartialDate(year=2019, month=3, day=4, hour=6, minute=0)),
        ),
        "publication_status": "aheadofprint",
        "article_ids": (ArticleId(value="PMC1", type="pmc"), ArticleId(value="12345")),
        "objects": (PubMedObject(type="grant", params=(Param(text="G 1", name="id"), Param(text="a b", name="note"))),),
        "unread": (Unread(name="PubMedPubDate/*", value="2019 5 6"),),
    },
    "journal": {
        "date_completed": PartialDate(year=2020, month=5, day=6),
        "date_revised": PartialDate(year=2021, month=7, day=8),
        "journal": Journal(
            title="Journal of examples",
            iso_abbreviation="J. Ex.",
            medline_ta="J Ex",
            nlm_unique_id="0123456",
            issns=(Issn(value="1234-5679", type="Electronic"), Issn(value="1234-5679", type="Linking")),
            country="England",
        ),
        "volume": "12",
        "issue": "3 Pt 1",
        "cited_medium": "Internet",
        "pub_date": PartialDate(year=2020, month=3, day=4, text="2020 Mar 4"),
        "article_dates": (PartialDate(year=2020, month=2, day=29),),
        "pagination": Pagination(medline_pgn="181-5", start_page="181", end_page="185"),
    },
    "keyword-lists": {
        "keyword_lists": (
            KeywordList(owner="NOTNLM", keywords=(Keyword(text="first"), Keyword(text="H2O", major=True))),
            KeywordList(owner="NASA", keywords=(Keyword(text="second"),)),
        ),
        "unread": (Unread(name="KeywordList/*", value="PIP"),),
    },
    "lists": {
        "owner": "NASA",
        "version_id": "2",
        "version_date": "2012/02/01",
        "data_banks": (DataBank(name="ClinicalTrials.gov", accession_numbers=("NCT00000001", "NCT00000002")),),
        "data_banks_complete": False,
        "grants": (
            Grant(grant_id="R01 X/1", acronym="HL", agency="An Agency", country="United States"),
            Grant(agency="Another Agency"),
        ),
        "grants_complete": True,
        "publication_types": (PublicationType(name="Journal Article", ui="D016428"), PublicationType(name="Lecture")),
        "chemicals": (
            Chemical(name="Aspirin", registry_number="R16CO5Y76E", ui="D001241"),
            Chemical(name=None, registry_number="0"),
        ),
        "suppl_meshes": (SupplMesh(name="A disease", ui="C000001", type="Disease"),),
        "citation_subsets": ("IM", "AIM"),
        "gene_symbols": ("abcD",),
        "number_of_references": "42",
        "personal_name_subjects": (
            PersonalName(last_name="Subject", fore_name="Dora", initials="D", suffix="Sr", name="Subject D Sr"),
        ),
        "other_ids": (OtherID(value="00026227", source="NASA"),),
        "coi_statement": "The authors declare nothing.",
        "space_flight_missions": ("Flight 1", "Flight 2"),
        "general_notes": (GeneralNote(text="A general note.", owner="NASA"),),
    },
    "markup": {
        "title": "In vitro uptake of 13C & H2O.",
        "title_markup": "<i>In vitro</i> uptake of <sup>13</sup>C &amp; H<sub>2</sub>O.",
        "vernacular_title": "Aufnahme in vitro.",
        "abstract": Abstract(
            sections=(
                AbstractSection(
                    text="Bold and slanted first, then p<0.05.",
                    markup="<b>Bold <i>and slanted</i></b> <u>first</u>, then p&lt;0.05.",
                ),
            )
        ),
    },
    "mathml": {
        "title": "Uptake of O.",
        "title_markup": (
            f'Uptake of <mml:math {MATHML} display="inline"><mml:mi>O</mml:mi><mml:mspace></mml:mspace></mml:math>.'
        ),
        "abstract": Abstract(
            sections=(
                AbstractSection(
                    text="At x < 2 K.",
                    markup=(
                        f"At <DispFormula><mml:math {MATHML}><mml:mi>x</mml:mi> <mml:mo>&lt;</mml:mo> "
                        "<mml:mn>2</mml:mn></mml:math></DispFormula> K."
                    ),
                ),
            )
        ),
    },
    "mathml-declared-outside": {
        "title": "Of x.",
        "title_markup": f"Of <mml:math {MATHML}><mml:mi>x</mml:mi></mml:math>.",
    },
    "mesh-majors": {
        "indexing_method": "Automated",
        "mesh_headings": (
            MeshHeading(descriptor=MeshTerm(name="Computational Biology", ui="D019295", major=True)),
            MeshHeading(
                descriptor=MeshTerm(name="Breast Neoplasms", ui="D001943"),
                qualifiers=(
                    MeshTerm(name="genetics", ui="Q000235"),
                    MeshTerm(name="pathology", ui="Q000473", major=True),
                    MeshTerm(name="therapy", ui="Q000628", auto=True),
                ),
            ),
            MeshHeading(descriptor=MeshTerm(name="Somewhere", ui="D000077161", auto=True, type="Geographic")),
        ),
    },
    "mesh-without-ui": {
        "mesh_headings": (
            MeshHeading(
                descriptor=MeshTerm(name="Computational Biology", major=True), qualifiers=(MeshTerm(name="standards"),)
            ),
        )
    },
    "older-elements": {
        "date_created": PartialDate(year=2001, month=11, day=29, hour=1, minute=2),
        "article_ids": (ArticleId(value="21583752", type="medline"),),
        "affiliations": (Affiliation(text="Department of the first author."),),
        "authors": (
            author(
                "Example",
                fore_name="Ada",
                initials="A",
                name="Example A",
                affiliations=(Affiliation(text="Her own department."),),
            ),
        ),
        "authors_complete": True,
        "article_dates": (PartialDate(year=2001, month=11, day=29),),
        "journal": Journal(medline_ta="J Ex", nlm_unique_id="0123456"),
        "comments_corrections": (
            CommentsCorrections(ref_type="CommentOn", ref_source="J Ex. 2000;1:1", pmid="33333333", note="a note"),
            CommentsCorrections(ref_type="RetractionIn", ref_source="J Ex. 2002;2:2"),
        ),
        "unread": (Unread(name="MedlineJournalInfo/MedlineCode", value="XYZ"),),
    },
    "references-have-ids": {
        "publication_status": "ppublish",
        "article_ids": (ArticleId(value="10.1000/own", type="doi"), ArticleId(value="S0000-01", type="pii")),
        "references": (
            Reference(
                citation="First A. A cited article. 2001.",
                article_ids=(
                    ArticleId(value="10.1000/cited", type="doi"),
                    ArticleId(value="11111111", type="pubmed"),
                ),
            ),
            Reference(citation="Second B. Another. 2002."),
        ),
    },
    "references-nested": {
        "publication_status": "ppublish",
        "references": (
            Reference(citation="One.", list_title="References"),
            Reference(citation="Two.", list_title="References / Further reading"),
            Reference(citation="Three.", list_title="References / Further reading"),
            Reference(citation="Four."),
        ),
    },
    "status-only": {"status": "Publisher", "title": None},
    "title-empty": {"title": ""},
    "title-missing": {"title": None, "languages": ("eng",)},
    "title-vernacular": {
        "title": "[A translated title].",
        "languages": ("ger", "eng"),
        "vernacular_title": "Ein übersetzter Titel.",
    },
    "unknown": {
        "abstract": Abstract(
            sections=(AbstractSection(text="Known sentence.", markup='Known <s id="5">sentence</s>.'),)
        ),
        "authors": (author("Example", name="Example"),),
        "languages": ("eng",),
        "publication_status": "ppublish",
        "unread": tuple(
            Unread(name=name, value=value)
            for name, value in (
                ("NewThing/@Kind", "strange"),
                ("Article/NewThing", "some new value"),
                ("NewEmptyThing/@Kind", "silent"),
                ("ArticleTitle/*", "A second title."),
                ("AbstractText/@New", "1"),
                ("s/@id", "5"),
                ("AbstractText/s", "sentence"),
                ("AuthorList/@CompleteYN", "Perhaps"),
                ("LastName/@New", "2"),
                ("Author/text()", "stray"),
                ("Language/following-sibling::text()", "outside"),
                ("PubmedData/PublicationStatus", "epublish"),
            )
        ),
    },
    "white-space": {"title": "Two lines and\u00a0one no-break space .", "languages": ("eng",)},
    "book-chapter": {
        "status": None,
        "owner": None,
        "pub_model": None,
        "title": "A chapter",
        "vernacular_title": "Ein Kapitel",
        "abstract": Abstract(sections=(AbstractSection(text="About it."),)),
        "languages": ("eng",),
        "pagination": Pagination(medline_pgn="12-20"),
        "article_ids": (ArticleId(value="NBK1", type="bookaccession"),),
        "publication_status": "ppublish",
        "history": (HistoryDate(status="pubmed", date=PartialDate(year=2011, month=3, day=18, hour=6, minute=0)),),
        "authors": (ADA,),
        "authors_complete": True,
        "publication_types": (PublicationType(name="Review", ui="D016454"),),
        "keyword_lists": (KeywordList(owner="NLM", keywords=(Keyword(text="word"),)),),
        "grants": (Grant(agency="An Agency"),),
        "grants_complete": True,
        "references": (Reference(citation="One."),),
        "date_revised": PartialDate(year=2015, month=5, day=6),
        "contribution_date": PartialDate(year=2001, month=3, day=4),
        "location_labels": (LocationLabel(text="4", type="chapter"),),
        "sections": (
            BookSection(title="Introduction"),
            BookSection(
                title="Main part",
                label=LocationLabel(text="2", type="section"),
                sections=(BookSection(title="Detail"),),
            ),
        ),
        "item_lists": (ItemList(type="Synonyms", items=("one name", "other name")),),
        "book": Book(
            title="A book",
            volume="2",
            volume_title="The second volume",
            edition="3rd",
            collection_title="A collection",
            publisher_name="Example Press",
            publisher_location="Somewhere",
            pub_date=PartialDate(year=2010, month=2, text="2010 Feb"),
            beginning_date=PartialDate(year=1993),
            ending_date=PartialDate(year=1994, season="Summer", text="1994 Summer"),
            authors=(Author(collective_name="A Society"),),
            editors=(author("Editor", fore_name="Eva", initials="E", name="Editor E"),),
            investigator_lists=(InvestigatorList(investigators=(author("Member", name="Member"),)),),
            isbns=("9781860163593", "1860163599"),
            elocation_ids=(ELocationID(value="10.1000/book", type="doi"),),
            medium="Internet",
            report_number="66",
            authors_complete=False,
        ),
        "unread": tuple(
            Unread(name=name, value=value)
            for name, value in (
                ("BookTitle/@book", "ex"),
                ("ArticleTitle/@book", "ex"),
                ("ArticleTitle/@part", "ch4"),
                ("SectionTitle/@book", "ex"),
                ("SectionTitle/@part", "ch4"),
                ("SectionTitle/@sec", "s1"),
                ("Object/@*", "kind"),
            )
        ),
    },
    "book-whole": {
        "status": None,
        "owner": None,
        "pub_model": None,
        "title": None,
        "languages": ("eng",),
        "article_ids": (ArticleId(value="NBK2", type="bookaccession"),),
        "publication_status": "ppublish",
        "authors": (ADA,),
        "authors_complete": True,
        "book": Book(
            title="A whole book", publisher_name="Example Press", pub_date=PartialDate(year=2009, text="2009")
        ),
    },
}
"""Each file of ``tests/citations``: all that its record says beyond what they share."""


def test_every_file_is_expected() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_the_record_says_this_and_no_more(name: str) -> None:
    found = fixture(name)
    shared = {"version": "1", "status": "MEDLINE", "owner": "NLM", "pub_model": "Print", "title": "A title."}
    assert found == Citation(pmid=found.pmid, **(shared | EXPECTED[name]))
    hash(found)


def test_the_position_is_the_byte_of_the_record() -> None:
    text = (DOCTYPE + "<PubmedArticleSet>\n" + record(1) + record(2)).encode()
    first, second, _ = read(text)
    assert [found.position for found in (first, second)] == [
        Position("test.xml", None, byte) for byte in (first.position.byte, second.position.byte)
    ]
    assert text[first.position.byte :].startswith(b'<PubmedArticle><MedlineCitation><PMID Version="1">1<')
    assert text[second.position.byte :].startswith(b'<PubmedArticle><MedlineCitation><PMID Version="1">2<')


# What the DTD declares


def declared(dtd: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Children and attributes of each element in a DTD of NLM's."""
    dtd = re.sub(r"<!--.*?-->", "", dtd, flags=re.DOTALL)
    for name, value in re.findall(r'<!ENTITY\s+%\s+(\w+)\s+"([^"]*)"', dtd):
        dtd = dtd.replace(f"%{name};", value)
    children = {
        name: re.findall(r"[A-Za-z][\w:]*", model.replace("#PCDATA", ""))
        for name, model in re.findall(r"<!ELEMENT\s+(\S+)\s+(.*?)>", dtd, re.DOTALL)
    }
    attributes: dict[str, list[str]] = {}
    for name, text in re.findall(r"<!ATTLIST\s+(\S+)\s+(.*?)>", dtd, re.DOTALL):
        plain = re.sub(r"\([^)]*\)", " LIST ", re.sub(r'#\w+|"[^"]*"', "", text), flags=re.DOTALL)
        attributes.setdefault(name, []).extend(re.findall(r"(\w+)\s+(?:LIST|CDATA|IDREF|ID)\b", plain))
    return children, attributes


@pytest.mark.parametrize("version", ["190101", "230101", "240101", "250101"])
def test_every_element_and_attribute_of_the_dtd_is_read_or_has_a_reason(version: str, shared: Path) -> None:
    children, attributes = declared((shared / "dtd" / f"pubmed_{version}.dtd").read_text())
    assert len(children) > 130
    names = {f"{parent}/{child}" for parent, inner in children.items() for child in inner}
    names |= {f"{element}/@{name}" for element, inner in attributes.items() for name in inner}
    assert {"Article/AuthorList", "Author/LastName", "PMID/@Version", "AbstractText/mml:math"} <= names
    assert names - READ - UNREAD_REASONS.keys() == set()
    if version == "250101":
        assert UNREAD_REASONS.keys() - names == set()
        assert UNREAD_REASONS.keys() & READ == set()


def specimen(name: str, children: dict[str, list[str]], attributes: dict[str, list[str]], values: Iterator[int]) -> str:
    """An element with each child, attribute and text that it may have, each with a value of its own."""
    given = "".join(
        f' {attribute}="{FIXED.get(attribute) or FIXED.get((name, attribute)) or f"v{next(values)}"}"'
        for attribute in attributes.get(name, [])
        if (name, attribute) not in LINKS
    )
    inner = [child for child in dict.fromkeys(children[name]) if child not in {name, "mml:math", *INLINE}]
    if inner and name not in TEXTS:
        content = "".join(
            specimen(child, children, attributes, values) for child in inner if (name, child) not in SKIPPED
        )
    else:
        content = TEXTS.get(name) or (str(next(values)) if name == "PMID" else f"v{next(values)}")
    return f"<{name}{given}>{content}</{name}>"


INLINE = {"b", "i", "sup", "sub", "u", "DispFormula"}
TEXTS = {"Year": "2001", "Month": "7", "Day": "7", "Hour": "7", "Minute": "8"}
FIXED: dict[Any, str] = {
    "CompleteYN": "N",
    "ValidYN": "N",
    "MajorTopicYN": "Y",
    "AutoHM": "Y",
    "EqualContrib": "Y",
    "DateType": "Electronic",
    ("AuthorList", "Type"): "authors",
}
LINKS = {
    (element, name)
    for element in ("ArticleTitle", "BookTitle", "CollectionTitle", "SectionTitle")
    for name in ("book", "part", "sec")
}
SKIPPED = {("PubMedPubDate", "Second"), ("PubDate", "MedlineDate"), ("PubDate", "Season"), ("Author", "CollectiveName")}
SKIPPED |= {(name, "Season") for name in ("BeginningDate", "EndingDate", "ContributionDate")}


@pytest.mark.parametrize("root", ["PubmedArticle", "PubmedBookArticle"])
def test_every_value_that_the_dtd_has_a_place_for_is_found_in_the_citation(root: str, shared: Path) -> None:
    children, attributes = declared((shared / "dtd" / "pubmed_250101.dtd").read_text())
    xml = specimen(root, children, attributes, iter(range(1001, 9000)))
    (found,) = read(xml)
    assert isinstance(found, Citation), found
    said = repr(found)
    values = re.findall(r"v[0-9]{4}|(?<=>)[0-9]{4}(?=<)", xml)
    assert len(values) > 80
    assert [value for value in values if value not in said] == []
    assert found.unread == ()


def test_a_table_without_a_row_no_longer_finds_its_value() -> None:
    from medgraph.pubmed_xml.elements import Element, Notes, Root

    xml = b"<Grant><GrantID>g</GrantID><Agency>a</Agency></Grant>"
    rows = dict(TABLE["Grant"].rows)
    del rows["GrantID"]
    table = {**TABLE, "Grant": TABLE["Grant"]._replace(rows=rows), "": Element({})}
    notes = Notes()
    with pytest.raises(NotPlainError):
        Root(table, ("GrantList",)).read(plain_tokens(xml), notes)
    Root(table, ("GrantList",)).read(plain_tokens(b"<GrantList>" + xml + b"</GrantList>"), notes)
    assert notes.unread == [Unread(name="Grant/GrantID", value="g")]


# Records in a stream


def test_deletions_come_where_they_stand() -> None:
    deleted = "<DeleteCitation><PMID Version='1'>8</PMID>\n<PMID>9</PMID></DeleteCitation>"
    assert read(f"{DOCTYPE}<PubmedArticleSet>{record(1)}{deleted}</PubmedArticleSet>") == [
        Citation(pmid="1", version="1"),
        Deletion(pmid="8", version="1"),
        Deletion(pmid="9"),
    ]
    assert read("<BookDocumentSet><DeleteDocument><PMID>7</PMID></DeleteDocument></BookDocumentSet>") == [
        Deletion(pmid="7")
    ]
    assert read("<PubmedArticleSet><DeleteCitation/></PubmedArticleSet>") == []


def test_a_deletion_without_a_number_is_an_error_and_the_others_count() -> None:
    first, error, last = read("<DeleteCitation><PMID>1</PMID><PMID>none</PMID><PMID>2</PMID></DeleteCitation>")
    assert (first, last) == (Deletion(pmid="1"), Deletion(pmid="2"))
    assert isinstance(error, RecordError)
    assert (error.element, error.value) == ("DeleteCitation/PMID", "none")


ROOTS = {
    "a set": "<PubmedArticleSet>{}</PubmedArticleSet>",
    "no root": "{}",
    "a wrapper": "<RAW_DATA>\n{}</RAW_DATA>",
    "another case": "<PubMedArticleSet>{}</PubMedArticleSet>",
    "a root with attributes": '<PubmedArticleSet xmlns:xlink="http://www.w3.org/1999/xlink">{}</PubmedArticleSet >',
    "comments around": "<!-- a --><PubmedArticleSet><!-- b -->{}<!-- c --></PubmedArticleSet><!-- d -->",
    "instructions around": "<?a b?><PubmedArticleSet><?c?>{}<?d?></PubmedArticleSet>",
    "a subset in the DOCTYPE": (
        '<!DOCTYPE PubmedArticleSet [<!ENTITY a "]><PubmedArticle>"> <!-- \'> --> <?x ]>?> ]><PubmedArticleSet>'
        "{}</PubmedArticleSet>"
    ),
}


@pytest.mark.parametrize("root", ROOTS)
def test_records_are_found_under_any_root(root: str) -> None:
    xml = ROOTS[root].replace("{}", record(1) + record(2))
    assert [found.pmid for found in read(xml)] == ["1", "2"]


@pytest.mark.parametrize(
    "xml",
    [
        "<MedlineCitation Status='MEDLINE'><PMID>1</PMID></MedlineCitation>",
        "<MedlineCitationSet><MedlineCitation><PMID>1</PMID></MedlineCitation></MedlineCitationSet>",
        "<BookDocumentSet><BookDocument><PMID>1</PMID></BookDocument></BookDocumentSet>",
        "<PubMedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation></PubMedArticle>",
        "<PubmedArticle\n><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle\n >",
        '<PubmedArticle x="a>b"><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle>',
    ],
)
def test_records_of_older_and_other_forms(xml: str) -> None:
    (found,) = read(xml)
    assert found.pmid == "1"


def test_several_documents_may_follow_one_another_each_in_its_encoding() -> None:
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?>' + DOCTYPE + "<PubmedArticleSet>"
    latin += record(1, "<Article><ArticleTitle>Täst</ArticleTitle></Article>") + "</PubmedArticleSet>\n"
    utf8 = '<?xml version="1.0"?>' + DOCTYPE + "<PubmedArticleSet>"
    utf8 += record(2, "<Article><ArticleTitle>Täst–2</ArticleTitle></Article>") + "</PubmedArticleSet>"
    lying = '<?xml version="1.0" encoding="UTF-16"?>' + utf8[21:].replace(">2<", ">3<")
    found = read(latin.encode("latin-1") + utf8.encode() + lying.encode() + utf8.replace(">2<", ">4<").encode())
    assert [(one.pmid, one.title) for one in found] == [
        ("1", "Täst"),
        ("2", "Täst–2"),
        ("3", "Täst–2"),
        ("4", "Täst–2"),
    ]


def test_records_in_comments_and_declarations_are_not_read() -> None:
    hidden = record(9).strip()
    xml = (
        f"<!DOCTYPE x [<!ENTITY e '{hidden}'>]><!-- {hidden} --><PubmedArticleSet><?x {hidden} ?>"
        f"{record(1, f'<!-- {hidden} --><?x {hidden}?>')}<!-- {hidden} --></PubmedArticleSet>"
    )
    assert [found.pmid for found in read(xml)] == ["1"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, CHUNK])
def test_it_makes_no_difference_how_the_bytes_arrive(size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, n: int | None = -1) -> bytes:
            return super().read(size)

    title = "<!-- </PubmedArticle> --><Article><ArticleTitle><![CDATA[</PubmedArticle>]]>ü</ArticleTitle></Article>"
    xml = (
        f"\ufeff<?xml version='1.0'?>{DOCTYPE}<!-- {record(9)} --><PubmedArticleSet>{record(1)}\n{record(2, title)}"
        f"<PubmedArticle>{record(3)}oops<DeleteCitation><PMID>4</PMID></DeleteCitation></PubmedArticleSet>"
        f"{record(5)[:-30]}"
    ).encode()
    whole = list(citations(io.BytesIO(xml), "x"))
    assert list(map(repr, citations(Slow(xml), "x"))) == list(map(repr, whole))
    assert [type(one).__name__ for one in whole] == [
        *("Citation", "Citation", "RecordError", "Citation", "FormatError", "Deletion", "RecordError"),
    ]


def test_the_same_start_of_a_tag_is_no_record() -> None:
    (error,) = read("<PubmedArticleSets><PubmedArticles>x</PubmedArticles></PubmedArticleSets>")
    assert isinstance(error, FormatError)


@pytest.mark.parametrize("empty", ["<Volume/>", "<Volume></Volume>", "<PubDate/>"])
def test_text_behind_an_empty_element_is_kept(empty: str) -> None:
    for comment in ("", "<!-- not plain -->"):
        inside = f"<Article><Journal><JournalIssue>{empty}stray &amp; more{comment}</JournalIssue></Journal></Article>"
        (citation,) = read(record(1, inside))
        assert [unread.value for unread in citation.unread] == ["stray & more"]


# The plain way and the way over lxml


def outcome(raw: bytes, way: Any) -> str:
    try:
        return repr(citation(way(raw), Position()))
    except RecordError as error:
        return str(error)
    except NotPlainError:
        return "not plain"
    except etree.XMLSyntaxError:
        return "not well-formed"


def over_lxml(raw: bytes) -> Any:
    return parsed_tokens(raw, b"PubmedArticle", b"")


def test_a_plain_record_is_read_as_lxml_reads_it(shared: Path) -> None:
    counts: Counter[bool] = Counter()
    for path in sorted((shared / "pubmed-xml").rglob("*.xml*")):
        if path.stat().st_size > 150_000 or "output.xml" in path.name or "sheydasa" in path.parts:
            continue
        raw = path.read_bytes()
        for piece in Slices(io.BytesIO(gzip.decompress(raw) if path.suffix == ".gz" else raw)):
            if piece.name == b"PubmedArticle" and piece.defect is None:
                plain = outcome(piece.raw, plain_tokens)
                counts[plain != "not plain"] += 1
                assert plain in ("not plain", outcome(piece.raw, over_lxml))
    assert counts[True] > 300
    assert counts[False] < 30


PIECES = [
    *(b"<", b">", b"&", b'"', b"/", b"=", b" ", b"'", b";", b":", b"\n", b"a", b"\x01", b"\xff", b"\xef\xbf\xbf"),
    *(b"&amp;", b"&#0;", b"&#65;", b"&eacute;", b"<i>", b"</i>", b"]]>", b"<!--", b"-->", b"<x/>", b"<?a?>", b'""'),
]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_taken_for_plain_is_well_formed_and_the_same(seed: int) -> None:
    rng = random.Random(seed)
    records = []
    for path in sorted(FOLDER.iterdir()):
        records += [one.raw for one in Slices(io.BytesIO(path.read_bytes())) if one.name == b"PubmedArticle"]
    plain_count = 0
    for _ in range(1500):
        raw = bytearray(rng.choice(records))
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            at = rng.randrange(15, len(raw) - 16)
            way = rng.random()
            if way < 0.3:
                raw[at] ^= 1 << rng.randrange(8)
            elif way < 0.7:
                raw[at:at] = rng.choice(PIECES)
            elif way < 0.85:
                del raw[at : at + rng.randrange(1, 30)]
            else:
                other = rng.randrange(15, len(raw) - 16)
                raw[at:at] = raw[other : other + rng.randrange(1, 60)]
        plain = outcome(bytes(raw), plain_tokens)
        if plain != "not plain":
            plain_count += 1
            assert plain == outcome(bytes(raw), over_lxml), bytes(raw)
    assert plain_count > 100


# Real files


def records_in(raw: bytes) -> Counter[str]:
    """Records and deletions in PubMed XML, counted without any of our readers."""
    text = re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", raw, flags=re.DOTALL)
    articles = re.findall(rb"<(?:PubmedArticle|PubMedArticle|PubmedBookArticle)[\s>]", text)
    bare = 0 if articles else len(re.findall(rb"<MedlineCitation[\s>]", text))
    deleted = b"".join(re.findall(rb"<DeleteCitation[\s>].*?</DeleteCitation>", text, re.DOTALL))
    entries = len(re.findall(rb"<(?:PMID|MedlineID)[\s>]", deleted))
    return Counter(records=len(articles) + bare, deletions=entries)


REFUSED = {
    "Scicopia/pubmed.xml": (2, "the record has no PMID"),
    "Scicopia/pubmed_15.xml": (2, "the record has no PMID"),
    "bioperl/stress_test_medline.xml": (6, "this is not a PMID|this names no record"),
    "bioperl/stress_test_pubmed.xml": (1, "the record has no PMID"),
    "fatcat/pubmedsample_no_pmid_2019.xml.gz": (1, "the record has no PMID"),
    "jabref/MedlineImporterTestMalformedEntry.xml": (1, "the record is not closed"),
    "jabref/MedlineImporterTestMinimalEntry.xml": (1, "the record has no PMID"),
    **{f"jcore/small/11119751-{letter}.xml": (1, "this is not a PMID") for letter in "abcde"},
    "sbalci/PathologyTurkey.xml": (1, "the file ends inside this record"),
    "sheydasa/pubmed_articles.xml": (4999, "the record has no PMID"),
}
"""Files of which some records cannot be read: how many, and what is said of each."""

NOT_RECORDS = {"pubmedExtracts/output.xml"}
"""Refused as a whole, which ``test_bad_input.py`` sees to."""


def test_of_every_file_all_records_are_read_or_refused(shared: Path) -> None:
    root = shared / "pubmed-xml"
    refused = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if not path.is_file() or name in NOT_RECORDS:
            continue
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
        found: Counter[str] = Counter()
        reasons = []
        for one in citations(io.BytesIO(raw), name):
            assert not isinstance(one, FormatError), str(one)
            if isinstance(one, RecordError):
                reasons.append(one.reason)
                assert one.raw
                found["deletions" if (one.element or "").startswith("DeleteCitation") else "records"] += 1
            else:
                found["deletions" if isinstance(one, Deletion) else "records"] += 1
        assert found == records_in(raw), name
        if reasons:
            refused[name] = len(reasons)
            assert all(re.search(REFUSED[name][1], reason) for reason in reasons), reasons
    assert refused == {name: count for name, (count, _) in REFUSED.items()}


def test_the_sets_that_nlm_ships_are_known() -> None:
    assert {name for name in SETS if name.startswith(b"Pubmed")} == {b"PubmedArticleSet", b"PubmedBookArticleSet"}


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        (f"<mml:math {MATHML}", []),
        (f'<mml:math display="block" {MATHML} id="m1"', [("display", "block"), ("id", "m1")]),
        (f"<mml:math {MATHML} {MATHML}", None),
        ('<mml:math xmlns:mml="http://www.w3.org/1999/xhtml"', None),
        ('<mml:math xmlns:mml="http://www.w3.org/1998/Math/Math&#77;L"', None),
        ('<math xmlns="http://www.w3.org/1998/Math/MathML"', None),
        (f'<mml:math alt=" {MATHML}"', None),
    ],
)
def test_that_mml_is_the_prefix_of_mathml_is_no_attribute(tag: str, attributes: list[tuple[str, str]] | None) -> None:
    if attributes is None:
        with pytest.raises(NotPlainError):
            start_tag(tag)
    else:
        assert start_tag(tag) == ("mml:math", attributes, False)


@pytest.mark.parametrize(
    ("remark", "is_plain"),
    [
        ("<?pmcsd?>", True),
        ("<?nihms ?>", True),
        ('<?a b="c" d=1?>', True),
        ("<!---->", True),
        ("<!-- of a (kind) & more -->", True),
        ("<!-- a - b -->", False),
        ("<!-- <b> -->", False),
        ("<!-- \x01 -->", False),
        ("<!-- -- -->", False),
        ("<?xml version='1.0'?>", False),
        ("<?XML x?>", False),
        ("<??>", False),
        ("<?1a?>", False),
        ("<? a?>", False),
        ("<?a:b?>", False),
        ("<?a", False),
        ("<?a <b> ?>", False),
        ("<!- x -->", False),
        ("<![CDATA[<?a?>]]>", False),
    ],
)
def test_a_record_with_remarks_is_read_as_one_without(remark: str, is_plain: bool) -> None:
    """What is taken out of the bytes must be what an XML parser takes no notice of, wherever it stands."""
    record = (
        '<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID>7</PMID><Article><ArticleTitle>One two</ArticleTitle>'
        "<Language>eng</Language></Article></MedlineCitation></PubmedArticle>"
    )

    def read(raw: str) -> list[Any]:
        return [one if isinstance(one, Citation) else str(one) for one in citations(io.BytesIO(raw.encode()), "x")]

    def parsed(raw: str) -> Any:
        try:
            return [citation(parsed_tokens(raw.encode(), b"PubmedArticle", b""), Position())]
        except (etree.XMLSyntaxError, RecordError):
            return None

    placed = [record[:at] + remark + record[at:] for at in range(15, len(record) - 16)]
    same = 0
    for raw in placed:
        expected = parsed(raw)
        found = read(raw)
        if expected is None:
            assert not any(isinstance(one, Citation) for one in found), raw
        else:
            assert found == expected, raw
            same += expected == read(record)
    # between two elements, or inside a text
    assert same > 20 or not is_plain
    assert (without_remarks(placed[0].encode()) == record.encode()) == is_plain

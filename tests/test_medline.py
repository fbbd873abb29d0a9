"""MEDLINE text: every dialect, every tag, every record counted."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgraph.errors import RecordError
from medgraph.medline import TAGS, citations, looks_like
from medgraph.medline.grants import grant
from medgraph.medline.lines import LARGEST_RECORD, blocks
from medgraph.medline.record import READ
from medgraph.medline.sections import sections
from medgraph.medline.tags import KNOWN, NOT_READ, OF_PEOPLE
from medgraph.model import (
    Abstract,
    AbstractSection,
    Affiliation,
    ArticleId,
    Author,
    Book,
    Chemical,
    Citation,
    CommentsCorrections,
    DataBank,
    ELocationID,
    GeneralNote,
    Grant,
    HistoryDate,
    Identifier,
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
    PersonalName,
    SupplMesh,
    Unread,
)

HERE = Path(__file__).parent
CASES = HERE / "medline"


def read(text: str | bytes) -> list[Citation | RecordError]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(citations(io.BytesIO(raw), "x.nbib"))


def one(text: str | bytes) -> Citation:
    (record,) = read(text)
    assert isinstance(record, Citation), record
    return record


def refused(text: str | bytes) -> RecordError:
    (record,) = read(text)
    assert isinstance(record, RecordError), record
    return record


def case(name: str) -> Citation:
    return one((CASES / f"{name}.nbib").read_bytes())


def cases(name: str) -> list[Citation]:
    records = read((CASES / f"{name}.nbib").read_bytes())
    assert all(isinstance(record, Citation) for record in records), records
    return records  # type: ignore[return-value]


def codes(citation: Citation) -> list[tuple[str, str]]:
    return [(problem.code, problem.element) for problem in citation.problems]


def medline_files(shared: Path) -> list[Path]:
    return [path for path in sorted((shared / "medline").rglob("*")) if path.is_file()]


class TestLines:
    @pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
    @pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
    def test_line_ends_and_bom(self, line_end: bytes, bom: bytes) -> None:
        lines = [b"", b"PMID- 1", b"TI  - A title that is ", b"      wrapped.", b"", b"PMID- 2", b"TI  - Two.", b""]
        first, second = read(bom + line_end.join(lines))
        assert isinstance(first, Citation)
        assert isinstance(second, Citation)
        assert (first.pmid, first.title, first.position.line) == ("1", "A title that is wrapped.", 2)
        assert (second.pmid, second.title, second.position.line) == ("2", "Two.", 6)

    def test_wrapped_lines_of_every_tag_are_joined_by_one_blank(self) -> None:
        record = case("wrapped-lines")
        assert record.title == (
            "A title whose lines keep the blank before the wrap and some that do not, with a hyphen at the end of a "
            "self- evident line."
        )
        assert record.mesh_headings[0].qualifiers[-1] == MeshTerm("statistics & numerical data", major=True)
        assert record.keyword_lists[0].keywords == (Keyword("a keyword that is much too long for one line"),)
        assert record.chemicals == (Chemical("a substance with a long name", "0"),)
        assert record.grants == (Grant("99", "XX_", "A Foundation for the Study of Wrapped Lines", "United Kingdom"),)
        assert record.data_banks == (DataBank("ClinicalTrials.gov", ("NCT00000001",)),)
        assert record.authors == (Author(collective_name="The Group with the Long Name"),)
        assert record.comments_corrections[0].pmid == "2"
        assert record.source == "J Examples. 2020 Jan;1(1):1-2."
        assert not record.problems

    def test_a_blank_line_inside_a_value_ends_nothing(self) -> None:
        record = case("blank-line-in-abstract")
        assert record.abstract == Abstract(
            (AbstractSection("The first paragraph. The second paragraph. The third paragraph."),)
        )
        assert len(record.authors) == 1

    def test_an_indented_line_that_looks_like_a_tag_is_text(self) -> None:
        record = case("tag-like-wrapped-line")
        assert record.abstract is not None
        assert record.abstract.sections[0].text == "It was found that TI - is no title here and PMID- 2 is no record."

    def test_a_pmid_line_begins_a_record_without_an_empty_line(self) -> None:
        assert [record.title for record in cases("records-without-empty-line")] == ["One.", "Two."]

    def test_the_pmc_number_above_the_pmid_belongs_to_the_record_below(self) -> None:
        records = cases("pmc-number-above")
        assert [record.article_ids for record in records] == [
            (ArticleId(f"PMC1{number}", "pmc"),) for number in (1, 2, 3)
        ]
        assert records[0].other_abstracts == (Abstract(type="Publisher"),)
        assert records[0].abstract is None
        assert records[0].elocation_ids == (ELocationID("18"),)
        assert [record.position.line for record in records] == [2, 10, 14]

    def test_tags_with_too_few_blanks_count_where_their_value_fits(self) -> None:
        record = case("tags-without-blanks")
        assert (record.pmid, record.title, record.volume, record.issue) == ("1", "A title", "7", None)
        assert record.article_ids == (ArticleId("10.1000/x", "doi"),)

    def test_a_line_without_indentation_is_read_with_the_prose_above_it_and_reported(self) -> None:
        record = case("line-not-indented")
        assert record.title == "A title that is wrapped without indentation."
        assert record.volume == "7"
        assert record.unread == (Unread("line without a tag", "no tag here"),)
        assert codes(record) == [("line-without-tag", "TI")]

    def test_unknown_tags_are_kept(self) -> None:
        assert set(case("unknown-tags").unread) == {
            Unread("XY", "something new"),
            Unread("KW", "a keyword of another service"),
            Unread("CDAT", "2020/01/01 06:00"),
        }

    def test_empty_tags_say_nothing_but_for_the_title(self) -> None:
        record = case("empty-tags")
        assert record == Citation("1", title="", publication_types=record.publication_types)
        assert len(record.publication_types) == 1

    def test_further_values_of_a_tag_that_stands_once_are_kept_and_reported(self) -> None:
        record = case("repeated-tags")
        assert (record.title, record.volume) == ("The first title.", "1")
        assert record.unread == (Unread("TI", "The second title."), Unread("VI", "2"))
        assert codes(record) == [("repeated-tag", "TI"), ("repeated-tag", "VI")]

    def test_empty_lines_between_all_lines(self) -> None:
        first, second = cases("double-spaced")
        assert first == second.replace(pmid="1", title="A title that is wrapped.")

    def test_lines_whose_blanks_were_folded(self) -> None:
        record = case("white-space-folded-in-lines")
        assert record.title == "A title that was copied out of a page where wrapped lines lose their blanks."
        assert record.abstract == Abstract((AbstractSection("It was the AU - of it all."),))
        assert record.authors[0].affiliations == (Affiliation("Department of Examples, University of Somewhere."),)
        assert record.publication_types[0].name == "Journal Article"

    def test_a_flattened_record_that_was_wrapped_anew(self) -> None:
        record = case("flattened-and-wrapped-anew")
        assert record.title == "A title."
        assert record.authors[0].name == "Doe J"
        assert record.source == "J Examples. 2020 Jan;7:1-9."

    def test_a_no_break_space_of_windows_1252_ends_the_record(self) -> None:
        record = one(b"PMID- 1\nSO  - \xa0\n")
        assert (record.source, codes(record)) == ("\u00a0", [("encoding", "SO")])

    def test_what_is_not_utf_8_is_read_as_windows_1252_and_reported(self) -> None:
        record = one("PMID- 1\nTI  - Häuser \u2013 und ".encode() + b"M\xfcller\x92s \x81 caf\xe9.\n")
        assert record.title == "Häuser \u2013 und Müller\u2019s \x81 café."
        assert codes(record) == [("encoding", "TI")]
        assert record.problems[0].value == "Müller\u2019s"

    def test_white_space_that_is_no_blank_stays(self) -> None:
        assert one("PMID- 1\nTI  - A\u00a0b\u2028c\u2009d\x0be.\n").title == "A\u00a0b\u2028c\u2009d\x0be."

    def test_chunks_of_any_size_give_the_same(self) -> None:
        text = b"\xef\xbb\xbf" + b"".join(
            b"PMID- %d\r\nTI  - A title \r\n      that is wrapped.\r\n\r\n" % number for number in range(1, 9)
        )
        whole = read(text)
        assert len(whole) == 8
        for size in (1, 2, 3, 7, 64):
            chunks = [text[start : start + size] for start in range(0, len(text), size)]
            again = list(citations(iter(chunks), "x.nbib"))
            assert again == whole
            assert [record.position.line for record in again] == [record.position.line for record in whole]  # type: ignore[union-attr]

    def test_no_more_than_a_chunk_is_held(self) -> None:
        produced = 0

        def endless() -> Iterable[bytes]:
            nonlocal produced
            for number in range(1, 1_000_000):
                produced += 1
                yield b"PMID- %d\nTI  - A title.\n\n" % number * 1000

        stream = citations(endless(), "x.nbib")
        for _ in range(3):
            next(stream)
        assert produced < 100

    def test_what_is_too_large_for_a_record_is_refused(self) -> None:
        junk = (b"x" * (1 << 20) for _ in range((LARGEST_RECORD >> 20) + 2))
        records = list(citations(iter([b"PMID- 1\nTI  - ", *junk, b"\nPMID- 2\nTI  - Two.\n"]), "x.nbib"))
        assert [isinstance(record, RecordError) for record in records] == [True] * (len(records) - 1) + [False]
        assert "larger than 32 MB" in str(records[0])

    def test_a_byte_order_mark_between_files(self) -> None:
        assert len(read(b"PMID- 1\nTI  - One.\n\n\xef\xbb\xbfPMID- 2\nTI  - Two.\n")) == 2


class TestPeople:
    def test_names_identifiers_and_affiliations(self) -> None:
        record = case("authors")
        assert record.authors == (
            Author(
                last_name="van der Doe",
                fore_name="Jane A",
                initials="JA",
                suffix="Jr",
                name="van der Doe JA Jr",
                identifiers=(
                    Identifier("0000-0002-1825-0097", "ORCID"),
                    Identifier("0000 0001 2103 2683", "ISNI"),
                ),
                affiliations=(
                    Affiliation("Department of Examples, University of Somewhere."),
                    Affiliation("Another Institute, Elsewhere."),
                ),
            ),
            Author(last_name="Mononymous", name="Mononymous"),
            Author(
                last_name="Müller",
                fore_name="Hans",
                name="Mueller H",
                identifiers=(Identifier("0000-0003-4015-3952"),),
            ),
            Author(last_name="Nobody", fore_name="N", name="Short S"),
            Author(collective_name="The Group", affiliations=(Affiliation("The Group's Office, Somewhere."),)),
            Author(last_name="Last", fore_name="A B", initials="AB", name="Last AB"),
        )
        assert record.authors_complete is None

    def test_et_al_is_no_author(self) -> None:
        record = case("authors-incomplete")
        assert [author.name for author in record.authors] == ["Booker GW"]
        assert record.authors_complete is False

    def test_an_affiliation_before_the_authors_is_the_record_s(self) -> None:
        record = case("affiliation-before-authors")
        assert record.affiliations == (Affiliation("Department of Examples, University of Somewhere."),)
        assert [len(author.affiliations) for author in record.authors] == [0, 1]

    def test_short_names_alone(self) -> None:
        record = one("PMID- 1\nAU  - Doe J\nAU  - van Roe RR 3rd\nAD  - His, Elsewhere.\n")
        assert record.authors == (
            Author(name="Doe J"),
            Author(name="van Roe RR 3rd", affiliations=(Affiliation("His, Elsewhere."),)),
        )

    def test_full_names_alone(self) -> None:
        record = one("PMID- 1\nFAU - Doe, Jane Jr\nFAU - Roe, Richard\nCN  - The Group\nFAU - Last\n")
        assert record.authors == (
            Author(last_name="Doe", fore_name="Jane", suffix="Jr"),
            Author(last_name="Roe", fore_name="Richard"),
            Author(collective_name="The Group"),
            Author(last_name="Last"),
        )

    def test_a_short_name_before_somebody_else_s_full_name(self) -> None:
        record = one("PMID- 1\nAU  - Doe J\nFAU - Roe, Richard\nAU  - Roe R\n")
        assert [author.name for author in record.authors] == ["Doe J", "Roe R"]

    def test_investigators_in_both_orders(self) -> None:
        record = case("investigators")
        assert record.investigator_lists == (
            InvestigatorList(
                (
                    Author(
                        last_name="Doe",
                        fore_name="Jane",
                        initials="J",
                        name="Doe J",
                        affiliations=(Affiliation("Hers, Somewhere."),),
                    ),
                    Author(last_name="Roe", fore_name="Richard", initials="R", name="Roe R"),
                )
            ),
        )
        (group,) = record.authors
        assert group == Author(collective_name="The Group")
        (investigators,) = case("investigators-short-name-first").investigator_lists
        assert [(person.name, person.last_name) for person in investigators.investigators] == [
            ("Doe J", "Doe"),
            ("Müller H", "Mueller"),
        ]
        assert investigators.investigators[1].affiliations == (Affiliation("His, Elsewhere."),)

    def test_lines_that_belong_to_nobody_are_kept_and_reported(self) -> None:
        record = case("stray-tags")
        assert {unread.name for unread in record.unread} == {"AUID", "IRAD", "OABL"}
        assert {code for code, _ in codes(record)} == {"stray-tag"}
        assert record.authors[0].identifiers == ()


class TestFields:
    def test_a_whole_book(self) -> None:
        record = case("book-whole")
        assert record == Citation(
            "1",
            status="Publisher",
            date_revised=PartialDate(year=2022, month=1, day=2),
            languages=("eng",),
            authors=(Author(collective_name="A Program"),),
            publication_types=record.publication_types,
            article_ids=(ArticleId("NBK1", "bookaccession"),),
            book=Book(
                title="A Whole Book",
                volume="7",
                volume_title="A Volume",
                edition="2nd",
                collection_title="A Series",
                publisher_name="A Publisher",
                publisher_location="Southampton (UK)",
                pub_date=PartialDate(year=2018, month=10, text="2018 Oct"),
                isbns=("9780000000002", "9780000000019"),
                elocation_ids=(ELocationID("10.1000/book", "doi"),),
            ),
        )

    def test_a_chapter(self) -> None:
        record = case("book-chapter")
        assert record.title == "A Chapter."
        assert record.location_labels == (LocationLabel("7", "chapter"),)
        assert record.contribution_date == PartialDate(year=2021, month=1, day=15)
        assert record.pagination == Pagination("57-70")
        assert record.book is not None
        assert record.book.editors[0].affiliations == (Affiliation("Hers, Somewhere."),)
        assert record.book.pub_date == PartialDate(year=2021, text="2021")
        assert (record.editors, record.pub_date, record.journal) == ((), None, None)

    def test_history_says_nothing_twice_and_loses_nothing(self) -> None:
        record = case("history")
        assert record.history == (
            HistoryDate("revised", PartialDate(year=2022, month=1, day=28, hour=0, minute=0)),
            HistoryDate("pubmed", PartialDate(year=2022, month=3, day=23, hour=6, minute=0)),
            HistoryDate("medline", PartialDate(year=2022, month=5, day=11, hour=6, minute=0)),
            HistoryDate("entrez", PartialDate(year=2022, month=3, day=21, hour=8, minute=59)),
            HistoryDate("accepted", PartialDate(text="2022/13/01 00:00")),
            HistoryDate("entrez", PartialDate(year=2022, month=3, day=22, hour=8, minute=59)),
            HistoryDate("pmc-release", PartialDate(year=2022, month=9, day=1)),
        )
        assert codes(record) == [("date", "PHST"), ("history-status", "PHST")]
        assert record.unread == (Unread("PHST", "2022/01/01"),)

    def test_dates(self) -> None:
        record = case("dates")
        assert record.date_created == PartialDate(year=2010, month=2, day=10)
        assert record.date_completed == PartialDate(text="20100231")
        assert record.pub_date == PartialDate(year=1998, text="1998 Dec-1999 Jan")
        assert record.article_dates == (PartialDate(year=2010, month=3), PartialDate(year=2010, month=4, day=1))
        (problem,) = record.problems
        assert (problem.code, problem.element, problem.value) == ("date", "DCOM", "20100231")
        assert problem.message == "February 2010 has 28 days, not 31"

    def test_tags_from_before_others(self) -> None:
        record = case("year-before-dp")
        assert record.pub_date == PartialDate(year=1975, text="1975")
        assert record.journal == Journal(country="ENGLAND")

    def test_the_journal(self) -> None:
        assert case("journal").journal == Journal(
            title="Journal of examples",
            medline_ta="J Examples",
            nlm_unique_id="2985213R",
            issns=(Issn("1097-0142", "Electronic"), Issn("0008-543X", "Linking"), Issn("1234-5678")),
            country="United States",
        )

    def test_abstracts(self) -> None:
        record = case("abstracts")
        assert record.abstract is not None
        assert [(section.label, section.text) for section in record.abstract.sections] == [
            ("BACKGROUND", "It is so."),
            ("METHODS AND MATERIALS", "We (A: B) looked."),
            ("MAIN RESULTS", "DNA: 5."),
            ("CONCLUSION(S)", "None."),
        ]
        assert all(section.derived for section in record.abstract.sections)
        assert record.abstract.copyright == "(c) 2020 Somebody."
        assert record.other_abstracts == (
            Abstract((AbstractSection("A text."),), type="KIE", language="spa", copyright="(c) Others."),
            Abstract((AbstractSection("In plain words."),), language="eng"),
            Abstract(type="Publisher"),
        )

    def test_headings(self) -> None:
        assert case("headings").mesh_headings == (
            MeshHeading(MeshTerm("Humans")),
            MeshHeading(MeshTerm("Leukemia", major=True)),
            MeshHeading(MeshTerm("Brain"), (MeshTerm("enzymology", major=True), MeshTerm("drug effects"))),
            MeshHeading(MeshTerm("Femur Head Necrosis", major=True), (MeshTerm("etiology"),)),
        )

    def test_substances(self) -> None:
        record = case("substances")
        assert record.chemicals == (
            Chemical("4-(2-(X)-(Y)) Z", "0"),
            Chemical("Fibrin", "9001-31-4"),
            Chemical("GTP Phosphohydrolases", "EC 3.6.1.-"),
            Chemical("Aspirin", "R16CO5Y76E"),
            Chemical(None, "0"),
            Chemical("a name alone"),
        )
        assert record.suppl_meshes == (SupplMesh("Melanoma, Cutaneous Malignant"), SupplMesh("Syndrome (type 1)"))

    def test_grants(self) -> None:
        assert case("grants").grants == (
            Grant("R01 AG033678", "AG", "NIA NIH HHS", "United States"),
            Grant("206522/Z/17/Z", "WT_", "Wellcome Trust", "United Kingdom"),
            Grant(agency="Howard Hughes Medical Institute", country="United States"),
            Grant(agency="KU Leuven"),
            Grant(agency="Pfizer"),
            Grant("2019/21706-5", agency="Sao Paulo Research Foundation"),
            Grant(text="MR/P027873/1/Medical Research Council of the UK/ Global Fund"),
        )

    @given(st.text(alphabet="aZ09/_ ,", min_size=1, max_size=40))
    def test_a_grant_never_loses_a_character(self, value: str) -> None:
        read = grant(value)
        parts = [part for part in (read.grant_id, read.acronym, read.agency, read.country) if part]
        assert read.text == value or "/".join(parts) == value.removesuffix("/")

    def test_databanks(self) -> None:
        assert case("databanks").data_banks == (
            DataBank("SWISSPROT", ("O09114", "O55123")),
            DataBank("figshare", ("10.6084/m9.figshare.1",)),
            DataBank("GENBANK"),
        )

    def test_comments_and_corrections(self) -> None:
        assert set(case("comments").comments_corrections) == {
            CommentsCorrections("CommentIn", "Lancet. 2010 Nov 6;376(9752):1524-5", "21036391"),
            CommentsCorrections("CommentOn", "Neurology. 2022;1:e1. doi: 10.1000/x", "35654594"),
            CommentsCorrections("RetractionOf", "Cardiovasc Res. doi: 10.1093/cvr/cvq253"),
            CommentsCorrections("PROF", "Oecologia. 1999 Jan;118(1):16-22"),
            CommentsCorrections("UpdateIn", None, "7"),
        }

    def test_keywords(self) -> None:
        assert case("keywords").keyword_lists == (
            KeywordList((Keyword("Flight", major=True), Keyword("dogs")), "NASA"),
            KeywordList((Keyword("keyword"),), "NOTNLM"),
        )

    def test_identifiers(self) -> None:
        record = case("identifiers")
        assert record.elocation_ids == (ELocationID("10.1000/x", "doi"), ELocationID("18"))
        assert record.article_ids == (
            ArticleId("S0092-8674(93)90676-H", "pii"),
            ArticleId("10.1000/x", "doi"),
            ArticleId("http://example.org/1"),
            ArticleId("PMC11", "pmc"),
            ArticleId("NIHMS1", "mid"),
        )
        assert record.other_ids == (OtherID("00026227", "NASA"), OtherID("plain"))

    def test_names_notes_and_missions(self) -> None:
        record = case("names-notes-and-missions")
        assert record.general_notes == (GeneralNote("a note", "KIE"), GeneralNote("See: no owner"))
        assert record.personal_name_subjects == (
            PersonalName("Darwin", "Charles R", "CR", name="Darwin CR"),
            PersonalName(name="Bede"),
        )
        assert record.gene_symbols == ("abc",)
        assert record.space_flight_missions == ("Flight STS-1",)
        assert (record.number_of_references, record.pub_model, record.coi_statement) == ("12", "Print", "None.")
        assert (record.vernacular_title, record.citation_subsets) == ("Ein Titel.", ("IM", "S"))
        assert record.publication_status == "ppublish"


class TestSections:
    @given(st.lists(st.sampled_from(["AIMS", "DNA", "a", "B:", ":", ".", "RESULTS:", "x.", "(C)", "%"]), max_size=30))
    def test_no_character_is_lost(self, words: list[str]) -> None:
        value = " ".join(words)
        read = sections(value)
        assert " ".join(f"{part.label}: {part.text}" if part.label else part.text for part in read) == value

    @pytest.mark.parametrize("value", ["Background: lower case.", "A: too short.", "We saw it. RESULTS: none.", ""])
    def test_no_labels(self, value: str) -> None:
        assert sections(value) == (AbstractSection(value),)


class TestTags:
    def test_every_tag_is_read_or_listed_with_a_reason(self) -> None:
        read_here = set(READ) | OF_PEOPLE | {"PMID"}
        assert read_here | set(NOT_READ) == set(TAGS)
        assert not read_here & set(NOT_READ)
        assert all(NOT_READ.values())

    def test_fields_exist(self) -> None:
        names = set(Citation.__struct_fields__)
        assert all(row.field.partition(".")[0] in names for row in KNOWN.values() if row.field)

    @pytest.mark.parametrize("tag", sorted(set(KNOWN) - set(NOT_READ) - {"PMID"}))
    def test_the_value_of_every_tag_is_found_in_its_field(self, tag: str) -> None:
        value = {"PT": "Journal Article", "LA": "eng"}.get(tag, "20200102")
        before = "FIR - Doe, J\n" if tag == "IRAD" else "OAB - x\n" if tag in ("OABL", "OCI") else "FAU - Doe, J\n"
        if tag == "PHST":
            value = "2020/01/02 [received]"
        is_of_book = (KNOWN[tag].field or "").startswith("book") and tag not in ("BTI", "ED", "FED")
        book = "BTI - A book\n" if is_of_book else ""
        with_tag = one(f"PMID- 1\n{book}{before}{tag.ljust(4)}- {value}\n")
        without = one(f"PMID- 1\n{book}{before}")
        field = (KNOWN[tag].field or "").partition(".")[0]
        field = "editors" if tag in ("ED", "FED") else field
        assert getattr(with_tag, field) != getattr(without, field)
        assert not with_tag.unread

    def test_the_issue_s_list_of_tags_is_complete(self) -> None:
        # the tags of mapping.md section 3, as it stands there
        listed = """AB AD AID AU AUID BTI CI CIN CN COI COIS CON CP CRDT CRF CRI CTDT CTI DA DCOM DDIN DEP DP DRDT DRIN
            ECF ECI ED EDAT EFR EIN EN FAU FED FIR FPS GN GR GS IP IR IRAD IS ISBN JID JT LA LID LR MH MHDA MID NM OAB
            OABL OCI OID ORI OT OTO OWN PB PG PHST PL PMC PMCR PMID PRIN PROF PS PST PT PUBM RF RIN ROF RN RPF RPI RRI
            RRF SB SFM SI SO SPIN STAT TA TI TT UIN UOF VI VTI KW CA CY EA ID JC NI YR"""
        assert set(listed.split()) <= set(TAGS)


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "pmid", "sentence"),
        [
            (
                "PMID- \nTI  - x\n",
                None,
                "line 1: a record without a readable PMID: PMID: the record has no PMID",
            ),
            ("PMID- 000000000000\nTI  - x\n", None, "PMID '000000000000': this is not a PMID"),
            ("PMID- 12 34\nTI  - x\n", None, "PMID '12 34': this is not a PMID"),
            (
                "\n\nOWN - ERIC\nTI  - x\n",
                None,
                "line 3: a record without a readable PMID: OWN 'ERIC': this is",
            ),
            ("some text\nmore of it\n", None, "'some text': these lines are not MEDLINE text"),
            (
                "id: 33890651 Error occurred: PMID 33890651 is a duplicate of PMID 31311831\n",
                "33890651",
                "is a duplicate of PMID 31311831': PubMed's server sent this message in the place of a record",
            ),
            (
                "TI  - x\nAU  - y\n",
                None,
                "the record has no PMID, by which it could be named",
            ),
        ],
    )
    def test_what_cannot_be_read_says_why(self, text: str, pmid: str | None, sentence: str) -> None:
        error = refused(text)
        assert sentence in str(error)
        assert error.pmid == pmid
        assert error.raw == re.sub(" *\n", "\n", text).strip("\n")

    def test_the_rest_goes_on(self) -> None:
        records = read("PMID- 1\nTI  - One.\n\nOWN - NLM\nTI  - Nameless.\n\nPMID- 2\nTI  - Two.\n\nnothing\n")
        assert [isinstance(record, RecordError) for record in records] == [False, True, False, True]
        assert [record.position.line for record in records if isinstance(record, Citation)] == [1, 7]

    def test_nothing_in_nothing_out(self) -> None:
        assert read(b"") == read(b"\n\n \n") == read(b"\xef\xbb\xbf") == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"PMID- 1\nTI  - x", True),
        (b"\xef\xbb\xbf\r\n\r\n  PMID- 1 OWN - NLM", True),
        (b"PMC - PMC6055010\nPMID- 30042925", True),
        (b"OWN - ERIC\nTI  - x", True),
        (b"Found 2 records\n\nPMID- 1\n", True),
        (b"\rPMID-22664220\r", True),
        (b"", False),
        (b"TY  - JOUR\nTI  - x", False),
        (b"%0 Journal Article", False),
        (b"<!DOCTYPE html><html>PMID- 1", False),
        (b"@article{x, pmid={1}}", False),
        (b'{"uid": "1"}', False),
        (b"1. J Examples. 2020.\n\nPMID: 1", False),
        (b"\x1f\x8b\x08", False),
    ],
)
def test_looks_like(head: bytes, expected: bool) -> None:
    assert looks_like(head) is expected


def test_every_record_of_the_real_files_is_read_or_refused(shared: Path) -> None:
    total = 0
    for path in medline_files(shared):
        raw = path.read_bytes()
        pmid_lines = len(re.findall(rb"(?m)^PMID- *[0-9]", raw))
        with path.open("rb") as stream:
            records = list(citations(stream, path.name))
        assert looks_like(raw[:4096]), path.name
        named = [record for record in records if isinstance(record, Citation) or "\nPMID-" in f"\n{record.raw}"]
        assert len(named) == pmid_lines, path.name
        others = [record for record in records if isinstance(record, RecordError) and record not in named]
        paragraphs = re.split(r"\n(?:[ \t]*\n)+(?=\S)", raw.decode("utf-8-sig").replace("\r\n", "\n").strip())
        assert len(others) == sum("\nPMID-" not in f"\n{text}" for text in paragraphs), path.name
        total += len(records)
    assert total > 7000


def test_no_tag_of_the_real_files_is_unknown(shared: Path) -> None:
    unread = set()
    for path in medline_files(shared):
        if path.name.startswith("jabref_"):  # written by hand, with tags where they do not belong
            continue
        with path.open("rb") as stream:
            for record in citations(stream, path.name):
                if isinstance(record, Citation):
                    unread |= {item.name for item in record.unread}
    assert unread == {"CDAT"}


def damaged(rng: random.Random, raw: bytes) -> bytes:
    """The text with bytes flipped, lines cut, tags swapped, or another part of itself put between its lines."""
    way = rng.randrange(5)
    data = bytearray(raw)
    if way == 0:
        for _ in range(rng.randrange(1, 200)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(data)
    lines = raw.split(b"\n")
    if way == 1:
        return b"\n".join(line[: rng.randrange(len(line) + 1)] if rng.random() < 0.05 else line for line in lines)
    if way == 2:
        tags = [line[:6] for line in lines if line[4:6] == b"- "]
        return b"\n".join(
            rng.choice(tags) + line[6:] if line[4:6] == b"- " and rng.random() < 0.1 else line for line in lines
        )
    if way == 3:
        return b"\n".join(line for pair in zip(lines, rng.sample(lines, len(lines)), strict=True) for line in pair)
    return b" ".join(line for line in lines if rng.random() < 0.95)


def test_no_damage_ends_the_reading(shared: Path) -> None:
    rng = random.Random(20)
    sources = [path.read_bytes() for path in medline_files(shared) if 20_000 < path.stat().st_size < 100_000]
    for _ in range(60):
        text = damaged(rng, rng.choice(sources))
        count = 0
        for record in citations(io.BytesIO(text), "x.nbib"):
            count += 1
            assert str(record)
        # every line that begins a record is a citation or an error
        assert count >= len(re.findall(rb"(?m)^PMID- [0-9]", text.replace(b"\r", b"\n")))


@pytest.mark.long
def test_ten_megabytes_of_damage(shared: Path) -> None:
    rng = random.Random(21)
    sources = [path.read_bytes() for path in medline_files(shared) if path.stat().st_size > 20_000]
    size = 0
    while size < 10_000_000:
        text = damaged(rng, rng.choice(sources)[:200_000])
        size += len(text)
        for record in citations(io.BytesIO(text), "x.nbib"):
            assert str(record)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        b"PMID- 1\nTI  - x" + b"\n" * 300_000 + b"      x",
        b"PMID- 1\nTI  - x" + b"\n " * 200_000 + b"      x",
        b"PMID- 1\nTI  - x\n" + b" abc\n" * 100_000,
        b"PMID- 1\nTI  - x\n" + b"abc\n" * 100_000,
        b"PMID- 1\n" + b"AD  - x\n" * 100_000,
        b"PMID- 1\n" + b"OTO - A\nOT  - x\n" * 30_000,
        b"PMID- 1\n" + b"PHST- 2022/01/01 00:00 [a]\nEDAT- 2022/01/02 00:00\n" * 10_000,
        b"PMID- 1\n" + b"TI  - A\n" * 60_000,
        b"SO  - x\n" * 100_000 + b"PMC - PMC1\nPMID- 1\n",
        b"PMID- 1\nAB  - " + b"A: . ABC: " * 60_000,
        b"PMID- 1\nAB  - " + b"AAA BBB " * 60_000,
        b"PMID- 1 OWN - NLM TI - " + b" " * 500_000 + b"x",
    ],
    ids=range(12),
)
def test_no_text_takes_time_out_of_proportion(text: bytes) -> None:
    assert read(text)


def test_position_counts_lines_through_every_kind_of_block() -> None:
    first = "\n\nPMID- 1\nTI  - One.\nno tag\n\n\nnothing\nat all\n\n"
    text = first + "PMC - PMC1\nPMID- 2\nTI  - x\n\n\nPMID- 3 OWN - NLM TI - y\n"
    assert [block.line for block in blocks(io.BytesIO(text.encode()))] == [3, 8, 11, 16]


def test_every_case_is_used() -> None:
    used = set(re.findall(r"cases?\(\"([a-z0-9-]+)\"\)", Path(__file__).read_text(encoding="utf-8")))
    assert used == {path.stem for path in CASES.glob("*.nbib")}

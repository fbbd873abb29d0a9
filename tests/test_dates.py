"""What is certain about a date, and that all spellings of one date come to the same."""

from __future__ import annotations

import datetime
import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from medgraph import dates
from medgraph.model import PartialDate

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# (text, year, month, day, season); the PMID is that of a record which has it
DISPLAYED = [
    ("2022 Jun 1", 2022, 6, 1, None),  # 35315510
    ("1971 Aug", 1971, 8, None, None),  # 4397905
    ("1982", 1982, None, None, None),  # 7117323
    ("1971 Nov-Dec", 1971, None, None, None),  # 5133045
    ("2022 Nov-Dec 01", 2022, None, None, None),  # 37099779
    ("2021 Jul-Aug 12", 2021, None, None, None),
    ("2019 Jan/Mar", 2019, None, None, None),  # 30586119
    ("2018 Jul-Ago", 2018, None, None, None),  # 30137949
    ("1978 Sep-OCT", 1978, None, None, None),  # 30978
    ("2017 Nov - Dec", 2017, None, None, None),  # 28985492
    ("2022 Jan-Dec", 2022, None, None, None),
    ("2008 Jul 24-Aug 13", 2008, None, None, None),  # 18942186
    ("2008 Jul 24-Jul 30", 2008, 7, None, None),
    ("1995 Dec 21-28", 1995, 12, None, None),
    ("2000 Dec 23-30", 2000, 12, None, None),
    ("2020 Winter", 2020, None, None, "Winter"),  # 33259335
    ("2015 Autumn", 2015, None, None, "Autumn"),  # 26663307
    ("2004 Summer", 2004, None, None, "Summer"),  # 15235151
    ("2009 Fall", 2009, None, None, "Fall"),  # 19894488
    ("Summer 1998", 1998, None, None, "Summer"),
    ("2024 Winter-Spring", 2024, None, None, None),  # 39364306
    ("2000 Spring-Summer", 2000, None, None, None),
    ("Winter 1999-2000", 1999, None, None, "Winter"),
    ("1998 Dec-1999 Jan", 1998, None, None, None),
    ("2000 Oct-2001 Mar", 2000, None, None, None),
    ("1944-1945", 1944, None, None, None),  # 21007460
    ("2004-05", 2004, None, None, None),
    ("Apr 2019", 2019, 4, None, None),
    ("5 Apr 2019", 2019, 4, 5, None),
    ("Apr. 5, 2019", 2019, 4, 5, None),
    ("2018 Sept", 2018, 9, None, None),
    ("2018 September 9", 2018, 9, 9, None),
    ("2019 Apr-5", 2019, None, None, None),
    ("2019 Jan-", 2019, None, None, None),
    ("Article 10 2019", 2019, None, None, None),
    ("1950 some random date string", 1950, None, None, None),
    ("1997 1st Quart", 1997, None, None, None),
    ("2010   06", 2010, 6, None, None),  # 20481061
    ("2013 06 10", 2013, 6, 10, None),
    ("2013-06-10", 2013, 6, 10, None),
    ("2013 6", 2013, None, None, None),
    ("03/04/2018", 2018, None, None, None),
    ("03/03/2018", 2018, 3, 3, None),
    ("31-12-2005", 2005, 12, 31, None),
    ("2020 Feb 29", 2020, 2, 29, None),
    ("1987 paper of 1994", None, None, None, None),
    ("2001-1999", None, None, None, None),
    ("in press", None, None, None, None),
    ("0000", None, None, None, None),
    ("20115 Jan", None, None, None, None),
]

# (text, what is wrong)
IMPOSSIBLE = [
    ("31-9-2005", "no date could be read out of this text"),
    ("2005 Sep 31", "September 2005 has 30 days, not 31"),
    ("2005 Sep 32", "32 is not a day of a month"),
    ("2019 Feb 29", "February 2019 has 28 days, not 29"),
    ("1900 Feb 29", "February 1900 has 28 days, not 29"),
    ("2020 Feb 30", "February 2020 has 29 days, not 30"),
    ("2020 13 01", "13 is not a month"),
    ("2020 13", "13 is not a month"),
    ("1998 Feb 28-31", "no date could be read out of this text"),
    ("0000 Jan 1", "0000 cannot be the year of a record in PubMed"),
]


@pytest.mark.parametrize(("text", "year", "month", "day", "season"), DISPLAYED)
def test_display_date_keeps_what_is_certain(text, year, month, day, season):
    expected = PartialDate(year=year, month=month, day=day, season=season, text=" ".join(text.split()))
    assert dates.display_date(text) == expected
    assert dates.publication_date(medline_date=text) == expected
    assert (dates.problem(expected) is None) == (year is not None)


@pytest.mark.parametrize(("text", "why"), IMPOSSIBLE)
def test_a_date_that_does_not_exist_keeps_its_text_alone(text, why):
    assert dates.display_date(text) == PartialDate(text=text)
    assert dates.problem(dates.display_date(text)) == why


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"year": "2022", "month": "Jun", "day": "01"}, "2022 Jun 1"),
        ({"year": "2019", "month": "02", "day": "04"}, "2019 Feb 4"),
        ({"year": "2018", "month": "11"}, "2018 Nov"),
        ({"year": "2018", "month": "March"}, "2018 Mar"),
        ({"year": "1982"}, "1982"),
        ({"year": "2018\n\t", "month": "04\n\t"}, "2018 Apr"),
        ({"year": "1978", "season": "Jul-Aug"}, "1978 Jul-Aug"),
        ({"year": "2009", "season": "Fall"}, "2009 Fall"),
        ({"year": "1990", "season": "season"}, "1990 season"),
        ({"year": "1999", "month": "Jan", "season": "Winter"}, "1999 Jan Winter"),
        ({"year": "2018", "month": "Jan-Feb", "day": "01"}, "2018 Jan-Feb 01"),
        ({"year": "2005", "month": "Sep", "day": "31"}, "2005 Sep 31"),
        ({"month": "Sep"}, "Sep"),
        ({"medline_date": "1978  Jul-Aug"}, "1978 Jul-Aug"),
    ],
)
def test_xml_parts_and_display_text_converge(parts, text):
    assert dates.publication_date(**parts) == dates.display_date(text)
    assert dates.publication_date(**parts).text == text


def test_a_labelled_part_is_not_taken_for_another():
    assert dates.publication_date("2005", day="11") == PartialDate(year=2005, text="2005 11")
    assert dates.publication_date("2005", "013") == PartialDate(text="2005 013")
    assert dates.publication_date("2005", "13", "10") == PartialDate(text="2005 13 10")


def test_nothing_given_is_an_empty_date():
    for empty in (
        dates.publication_date(),
        dates.publication_date("", ""),
        dates.publication_date(medline_date=" "),
        dates.display_date(" "),
        dates.medline_day(""),
        dates.medline_day(" "),
        dates.history_date(""),
        dates.day(None),
        dates.day("", " "),
    ):
        assert empty == PartialDate()
        assert dates.problem(empty) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19711013", PartialDate(year=1971, month=10, day=13)),
        (" 19711013 ", PartialDate(year=1971, month=10, day=13)),
        ("201003", PartialDate(year=2010, month=3)),  # 20230352
        ("2010", PartialDate(year=2010)),
        ("20481061", PartialDate(text="20481061")),
        ("2010Jan1", PartialDate(text="2010Jan1")),
        ("2010 3", PartialDate(text="2010 3")),
        ("201003011", PartialDate(text="201003011")),
        ("20190229", PartialDate(text="20190229")),
        ("00000000", PartialDate(text="00000000")),
    ],
)
def test_medline_day(text, expected):
    assert dates.medline_day(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1971/08/01 00:00", PartialDate(year=1971, month=8, day=1, hour=0, minute=0)),  # 4397905
        ("1971/08/01 00:01", PartialDate(year=1971, month=8, day=1, hour=0, minute=1)),
        ("2022/3/2 6:00", PartialDate(year=2022, month=3, day=2, hour=6, minute=0)),
        ("1993/10/08", PartialDate(year=1993, month=10, day=8)),  # 8402898
        ("2015", PartialDate(year=2015)),  # 25665127
        ("2015/07", PartialDate(year=2015, month=7)),
        ("-0001/11/30", PartialDate(text="-0001/11/30")),  # 26729133
        ("2005/09/31 00:00", PartialDate(text="2005/09/31 00:00")),
        ("2005/09/30 24:00", PartialDate(text="2005/09/30 24:00")),
        ("2005/09/30 23:60", PartialDate(text="2005/09/30 23:60")),
    ],
)
def test_history_date(text, expected):
    assert dates.history_date(text) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("1971", "8", "1", "0", "0"), PartialDate(year=1971, month=8, day=1, hour=0, minute=0)),
        (("2000", "FEB", "1"), PartialDate(year=2000, month=2, day=1)),
        (("1974", "nov", "19"), PartialDate(year=1974, month=11, day=19)),
        (("2018\n\t", "01\n\t", "25\n\t"), PartialDate(year=2018, month=1, day=25)),  # 29367767
        (("2013", "", None), PartialDate(year=2013)),  # 23864821
        (("2010", "Jan"), PartialDate(year=2010, month=1)),
        (("2010", None, "5"), PartialDate(text="2010 5")),
        (("2010", "1", "5", None, "30"), PartialDate(text="2010 1 5 30")),
        (("2010", "1", "5", "6", None), PartialDate(year=2010, month=1, day=5, hour=6)),
        (("2005", "9", "31"), PartialDate(text="2005 9 31")),
        (("0", "1", "1"), PartialDate(text="0 1 1")),
        (("2005", "Febr", "1"), PartialDate(text="2005 Febr 1")),
    ],
)
def test_day(parts, expected):
    assert dates.day(*parts) == expected


@pytest.mark.parametrize(
    ("date", "why"),
    [
        (dates.medline_day("20190229"), "February 2019 has 28 days, not 29"),
        (dates.medline_day("20481061"), "61 is not a day of a month"),
        (dates.history_date("2005/09/30 24:00"), "24 is not an hour"),
        (dates.history_date("2005/09/30 23:60"), "60 is not a minute"),
        (dates.day("2005", "Febr", "1"), "Febr is not a month"),
        (dates.history_date("-0001/11/30"), "no date could be read out of this text"),
        (dates.day("2005", "9", "30", "6", "0"), None),
        (PartialDate(), None),
    ],
)
def test_problem_says_what_is_wrong(date, why):
    assert dates.problem(date) == why


@given(st.text() | st.text("0123456789 -/JanFebWinterSept.,:", max_size=20))
def test_any_text_is_kept_and_reading_it_again_changes_nothing(text):
    date = dates.display_date(text)
    assert (date.text or "") == " ".join(text.split())
    assert dates.display_date(date.text or "") == date
    for read in (dates.medline_day, dates.history_date):
        read_date = read(text)
        assert read_date.year or (read_date.text or "") == " ".join(text.split())
        dates.problem(read_date)
    dates.problem(date)


@given(st.dates(min_value=datetime.date(1500, 1, 1), max_value=datetime.date(2199, 12, 31)))
def test_every_day_of_the_calendar_is_read_in_all_spellings(date):
    parts = {"year": date.year, "month": date.month, "day": date.day}
    assert dates.medline_day(f"{date:%Y%m%d}") == PartialDate(**parts)
    assert dates.history_date(f"{date:%Y/%m/%d}") == PartialDate(**parts)
    assert dates.day(str(date.year), str(date.month), str(date.day)) == PartialDate(**parts)
    shown = f"{date.year} {MONTHS[date.month - 1]} {date.day}"
    assert dates.display_date(shown) == PartialDate(**parts, text=shown)
    assert dates.publication_date(str(date.year), f"{date.month:02}", f"{date.day:02}") == dates.display_date(shown)


def _tags(file: Path) -> list[tuple[str, str]]:
    text = file.read_text(encoding="utf-8", errors="replace")
    return re.findall(r"^(DP|DEP|DA|DCOM|LR|CTDT|DRDT|PHST|EDAT|MHDA|CRDT|PMCR) *- (.*?)\s*$", text, re.MULTILINE)


def test_all_dates_of_the_real_text_records_are_read(shared):
    unread: set[str] = set()
    values = {pair for file in (shared / "medline").rglob("*") if file.is_file() for pair in _tags(file)}
    assert len(values) > 10_000
    for tag, value in values:
        if tag == "DP":
            date = dates.display_date(value)
            assert date.text == " ".join(value.split())
        elif "/" in value or tag in ("PHST", "EDAT", "MHDA", "CRDT", "PMCR"):
            date = dates.history_date(value.split(" [")[0])
        else:
            date = dates.medline_day(value)
        if value and date.year is None:
            unread.add(f"{tag} {value}")
    # of 26729133, and of files that are no PubMed records
    assert unread == {"PHST -0001/11/30 [revised]", "PMCR 20481061"}


def test_publication_dates_of_the_pairs_converge(shared):
    root = etree.fromstring((shared / "pairs" / "ortho-92.xml").read_bytes())
    from_xml = {
        article.findtext("MedlineCitation/PMID"): dates.publication_date(
            *(article.findtext(f".//JournalIssue/PubDate/{part}") for part in ("Year", "Month", "Day")),
            season=article.findtext(".//JournalIssue/PubDate/Season"),
            medline_date=article.findtext(".//JournalIssue/PubDate/MedlineDate"),
        )
        for article in root.iter("PubmedArticle")
    }
    text = (shared / "pairs" / "ortho-92.nbib").read_text(encoding="utf-8-sig")
    from_text = {
        re.search(r"^PMID- (\d+)", record, re.MULTILINE)[1]: dates.display_date(
            re.search(r"^DP  - (.*?)\s*$", record, re.MULTILINE)[1]
        )
        for record in re.split(r"\n\s*\n(?=PMID-)", text)
    }
    assert from_text == from_xml
    assert len(from_xml) == 92


def test_every_publication_date_of_the_real_xml_reads_the_same_as_its_text(shared):
    seen = 0
    for file in sorted((shared / "pubmed-xml").rglob("*.xml*")):
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        for part in re.findall(rb"<PubDate>(.*?)</PubDate>", data, re.DOTALL):
            parts = {
                name.decode(): value.decode()
                for name, value in re.findall(rb"<(Year|Month|Day|Season|MedlineDate)>([^<]*)</", part)
            }
            date = dates.publication_date(
                *map(parts.get, ("Year", "Month", "Day", "Season", "MedlineDate")),
            )
            seen += 1
            assert dates.display_date(date.text or "") == date
            assert date.year is not None or not any(parts.values())
    assert seen > 2000

"""Page ranges written out, as far as they are certain."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from medgraph.pagination import expand

# (MedlinePgn, first page, last page); the PMID is that of a record which has it
PAGES = [
    ("2138-2147", "2138", "2147"),  # 35315510
    ("149-55", "149", "155"),  # 4397905
    ("181-5", "181", "185"),
    ("2241-53", "2241", "2253"),
    ("101-09", "101", "109"),
    ("998-1002", "998", "1002"),
    ("0-10", "0", "10"),
    ("5-5", "5", "5"),
    ("376", "376", None),  # 11738015
    (" 1911-1925\n\t", "1911", "1925"),  # 29367767
    ("181–185", "181", "185"),
    ("e022437", "e022437", None),
    ("e1837-e1849", "e1837", "e1849"),  # 37586881
    ("e11-3", "e11", "e13"),  # 26702807
    ("E463-7", "E463", "E467"),  # 11698907
    ("S12-8", "S12", "S18"),
    ("S119-26", "S119", "S126"),  # 24964709
    ("S405-S26", "S405", "S426"),
    ("12S-16S", "12S", "16S"),  # 28451485
    ("90S-3S", "90S", "93S"),
    ("12S-6", "12S", None),
    ("715-725.e4", "715", "725.e4"),  # 30332650
    ("715-25.e4", "715", "725.e4"),
    ("360.e1-7", "360.e1", "360.e7"),  # 23871947
    ("1103.e21-5", "1103.e21", "1103.e25"),  # 26476498
    ("1051.e13-1051.e17", "1051.e13", "1051.e17"),  # 28843759
    ("715.e1-725.e4", "715.e1", "725.e4"),
    ("1.29.1-1.29.14", "1.29.1", "1.29.14"),  # 26742654
    ("i-xii", "i", "xii"),  # 19790198
    ("VI", "VI", None),  # 20527365
    ("iii-4", None, None),
    ("402-4, 455", "402", None),  # 8981819
    ("77-95, viii", "77", None),  # 10101342
    ("1154, 5 p following 1154", "1154", None),  # 17524041
    ("21-5; discussion 26", "21", "25"),  # 9952119
    ("676-90; appendix 690-2", "676", "690"),  # 9106708
    ("488; author reply 489-90", "488", None),  # 18429722
    ("E174; discussion E174", "E174", None),  # 17621010
    ("S1-29; quiz S30", "S1", "S29"),  # 19878635
    ("794-e56", "794", None),  # 30589153
    ("A1-B3", "A1", None),
    ("1357633X20916567", "1357633X20916567", None),  # 32196391
    ("CIRCOUTCOMES120006631", "CIRCOUTCOMES120006631", None),  # 32182131
    ("S2-82-93", None, None),  # 18938688
    ("237-142", None, None),  # 27164336
    ("6-5", None, None),  # 32198985
    ("2018-0345", None, None),
    ("1 p following 253", None, None),  # 18814384
    ("suppl 13-8", None, None),  # 26789514
    ("SUPPL:4309-22", None, None),  # 14177620
    ("[34457 words; 185 paragraphs]", None, None),  # 9110943
    ("12-A", None, None),
    ("in press", None, None),
    ("-", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("text", "first", "last"), PAGES)
def test_expand(text, first, last):
    assert expand(text) == (first, last)


@given(st.text() | st.text("0123456789-eS.,; iv", max_size=16))
def test_any_text_gives_pages_or_none_and_writing_out_again_changes_nothing(text):
    first, last = expand(text)
    if first is not None:
        assert first in text
        assert expand(first) == (first, None)
    if last is not None:
        assert expand(f"{first}-{last}") == (first, last)


@given(st.integers(1, 10**6), st.integers(0, 10**4))
def test_every_abbreviation_of_nlm_is_undone(first, more):
    start, end = str(first), str(first + more)
    assert expand(f"{start}-{end}") == (start, end)
    if len(start) == len(end) and start != end:
        same = next(n for n, (a, b) in enumerate(zip(start, end, strict=True)) if a != b)
        assert expand(f"{start}-{end[same:]}") == (start, end)
        assert expand(f"S{start}-{end[same:]}") == (f"S{start}", f"S{end}")


def test_a_page_may_have_more_figures_than_python_makes_a_number_of():
    long = "1" * 5000
    assert expand(f"{long}-{long[:-1]}2") == (long, f"{long[:-1]}2")
    assert expand(f"S{long}-2") == (f"S{long}", f"S{long[:-1]}2")
    assert expand(f"{long}-0{long[1:]}") == (None, None)
    assert expand(f"{long}-{long[:-1]}0") == (None, None)


def test_pages_agree_with_those_that_stand_beside_them(shared):
    compared, different = 0, []
    for file in sorted((shared / "pubmed-xml").rglob("*.xml*")):
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        tree = etree.fromstring(data, etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False))
        for node in tree.iter("Pagination") if tree is not None else ():
            pgn, start = node.findtext("MedlinePgn"), node.findtext("StartPage")
            if pgn and start:
                compared += 1
                if expand(pgn) != (start, node.findtext("EndPage")):
                    different.append(pgn.strip())
    assert compared > 150
    # all are of hand-made files, whose three values have nothing to do with each other
    assert sorted(different) == ["100-10", "12-A", "12-A", "Text12", "Text259", "Text506"]

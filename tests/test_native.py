"""The compiled reader of PubMed XML and the compiled lines: what they give is what Python gives."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import random
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

import medgraph
from medgraph import model, pubmed_xml
from medgraph.errors import MedgraphError, RecordError
from medgraph.mapping import CORE, FULL, Mapping, Node, Row, documents, links, literals, rows, subjects
from medgraph.mapping.compiled import MEMBERS
from medgraph.mapping.rows import Record
from medgraph.mapping.values import Part
from medgraph.mesh.index import Index
from medgraph.model import (
    Author,
    Chemical,
    Citation,
    CommentsCorrections,
    HistoryDate,
    Identifier,
    Keyword,
    KeywordList,
    MeshHeading,
    MeshTerm,
    PartialDate,
    Position,
    Problem,
    PublicationType,
    Reference,
)
from medgraph.pubmed_xml import record as xml_record
from medgraph.pubmed_xml.plain import NotPlainError, plain_tokens
from medgraph.slices import Slices

READER: Any = xml_record._NATIVE
COMPILED: Any = rows._COMPILED

pytestmark = pytest.mark.skipif(
    READER is None or COMPILED is None, reason="the package was built without its compiled parts"
)

HERE = Path(__file__).parent
ONCE, LONGER = pytest.param(1, id="short"), pytest.param(10, id="long", marks=pytest.mark.long)
rounds = pytest.mark.parametrize("times", [ONCE, LONGER])
"""Fuzzing comes in two lengths."""


# what Python gives


def by_python(call: Callable[[], Any]) -> Any:
    """What a call gives without any compiled part."""
    kept = xml_record._NATIVE, rows._COMPILED
    xml_record._NATIVE, rows._COMPILED = None, None
    try:
        return call()
    finally:
        xml_record._NATIVE, rows._COMPILED = kept


# the reader


def records_of(raw: bytes) -> list[bytes]:
    """The records in a file of PubMed XML."""
    return [piece.raw for piece in Slices(io.BytesIO(raw)) if piece.name and piece.encoding == "utf-8"]


def xml_files(shared: Path) -> Iterator[bytes]:
    for path in sorted([*(shared / "pubmed-xml").rglob("*.xml*"), *(shared / "pairs").glob("*.xml")]):
        raw = path.read_bytes()
        yield gzip.decompress(raw) if path.suffix == ".gz" else raw


@cache
def small_records() -> tuple[bytes, ...]:
    """The records of the fixtures, and one that has nearly every element."""
    files = [*sorted((HERE / "citations").glob("*.xml")), *sorted((HERE / "bad").glob("*.xml"))]
    files.append(HERE / "checker" / "everything.xml")
    return (RECORD, *(raw for path in files for raw in records_of(path.read_bytes())))


def outcome(raw: bytes) -> tuple[str, ...]:
    """What comes of the bytes of a record, all of it as text."""
    read = pubmed_xml.citations(io.BytesIO(raw), "x")
    return tuple(f"{one!r} {one.args}" if isinstance(one, MedgraphError) else repr(one) for one in read)


def is_read_alike(raw: bytes) -> bool:
    """Whether the compiled reader takes the record; what it gives must be what the readers in Python give."""
    try:
        given = xml_record.plain_citation(raw, 0, Position("x", None, 0))
    except RecordError:
        pass
    else:
        if given is None:
            return False
    assert outcome(raw) == by_python(lambda: outcome(raw)), raw
    return True


def parts(text: str) -> list[str]:
    """What stands between the line ends and bars of a text."""
    return re.split("[\\n¦]", text)


RECORD = """\
<PubmedArticle><MedlineCitation Status="MEDLINE" IndexingMethod="Curated" Owner="NLM">
<PMID Version="1">12345678</PMID>
<DateCompleted><Year>2022</Year><Month>03</Month><Day>22</Day></DateCompleted>
<DateRevised><Year>2022</Year><Month>Mar</Month><Day>29</Day></DateRevised>
<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Electronic">1097-0142</ISSN>
<JournalIssue CitedMedium="Internet"><Volume>128</Volume><Issue>11</Issue>
<PubDate><Year>2022</Year><Month>Jun</Month><Day>01</Day></PubDate></JournalIssue>
<Title>Cancer &amp; more</Title><ISOAbbreviation>Cancer</ISOAbbreviation></Journal>
<ArticleTitle>A <i>title</i> with H<sub>2</sub>O, <mml:math display="inline">\
<mml:mi mathvariant="bold">x</mml:mi><mml:mspace/></mml:math> &#x2264; “5”.</ArticleTitle>
<Pagination><StartPage>2064</StartPage><MedlinePgn>2064-72</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.1002/cncr.34182</ELocationID>
<Abstract><AbstractText Label="AIMS" NlmCategory="OBJECTIVE">There is &lt;some&gt;.</AbstractText>
<AbstractText Label="EMPTY"/><AbstractText>More  of\tit.</AbstractText>
<CopyrightInformation>© 2022 A Society.</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y" Type="authors"><Author ValidYN="Y" EqualContrib="Y"><LastName>Ångström</LastName>
<ForeName>Ælfred</ForeName><Initials>Æ</Initials><Suffix>Jr</Suffix>
<Identifier Source="ORCID">0000-0002-1825-0097</Identifier>
<AffiliationInfo><Affiliation>Somewhere.</Affiliation><Identifier Source="ROR">https://ror.org/03yrm5c26</Identifier>\
</AffiliationInfo></Author>
<Author ValidYN="N"><LastName>Chen</LastName><Initials>X</Initials></Author>
<Author><CollectiveName Investigators="g1">The Group</CollectiveName></Author></AuthorList>
<Language>eng</Language><DataBankList CompleteYN="N"><DataBank><DataBankName>GENBANK</DataBankName>
<AccessionNumberList><AccessionNumber>X1</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
<GrantList CompleteYN="Y"><Grant><GrantID>R01</GrantID><Agency>NIA</Agency><Country>United States</Country></Grant>\
</GrantList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>
<ArticleDate DateType="Electronic"><Year>2022</Year><Month>03</Month><Day>22</Day></ArticleDate></Article>
<MedlineJournalInfo><Country>United States</Country><MedlineTA>Cancer</MedlineTA><NlmUniqueID>0374236</NlmUniqueID>\
<ISSNLinking>0008-543X</ISSNLinking></MedlineJournalInfo>
<ChemicalList><Chemical><RegistryNumber>9ZOQ3TZI87</RegistryNumber>\
<NameOfSubstance UI="D000077157">Sorafenib</NameOfSubstance></Chemical></ChemicalList>
<CitationSubset>IM</CitationSubset><CommentsCorrectionsList><CommentsCorrections RefType="CommentIn">
<RefSource>J. 2022</RefSource><PMID Version="1">35315511</PMID></CommentsCorrections></CommentsCorrectionsList>
<MeshHeadingList><MeshHeading><DescriptorName UI="D009369" MajorTopicYN="N" Type="Geographic">Neoplasms</DescriptorName>
<QualifierName UI="Q000188" MajorTopicYN="Y">drug therapy</QualifierName></MeshHeading></MeshHeadingList>
<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="Y">first</Keyword><Keyword MajorTopicYN="N">b</Keyword></KeywordList>
<InvestigatorList ID="g1"><Investigator ValidYN="Y"><LastName>Helper</LastName><ForeName>Ann</ForeName></Investigator>\
</InvestigatorList></MedlineCitation>
<PubmedData><History><PubMedPubDate PubStatus="received"><Year>2022</Year><Month>1</Month><Day>30</Day><Hour>0</Hour>\
<Minute>0</Minute></PubMedPubDate></History><PublicationStatus>ppublish</PublicationStatus>
<ArticleIdList><ArticleId IdType="pubmed">12345678</ArticleId><ArticleId IdType="pmc">PMC1234567</ArticleId>\
</ArticleIdList><ReferenceList><Title>Refs</Title><Reference><Citation>A. 2020</Citation><ArticleIdList>\
<ArticleId IdType="pubmed">1</ArticleId></ArticleIdList></Reference><ReferenceList><Reference><Citation>B</Citation>\
</Reference></ReferenceList></ReferenceList></PubmedData></PubmedArticle>""".encode()

PIECES = parts(
    """\
&amp;¦&lt;¦&gt;¦&quot;¦&apos;¦&#65;¦&#x41;¦&#xe9;¦&#233;¦&#x1F600;¦&#10;¦&#x20;¦&#9;¦&#0;¦&#x1;¦&#xD800;¦&#xFFFE;
&#xFFFF;
&#x10FFFF;¦&#x110000;¦&#9999999;¦&#00000065;¦&#x000041;¦&#x0000041;¦&#X41;¦&eacute;¦&ampx;¦&am;¦&;¦&¦&#;¦&#x;¦&amp
&quo;
]]>¦<!--c-->¦<![CDATA[<x>]]>¦<?pi?>¦<b>b</b>¦<i/>¦<sup>2 </sup>¦<b> <u>x</u></b>¦<b class="x">y</b>¦<i >z</i >
<Foo>x</Foo>
<b><b>x</b></b>¦<DispFormula>x</DispFormula>¦<mml:math><mml:mi>x</mml:mi></mml:math>¦<mml:mi a="1" b="&amp;>"/>
<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML" display="inline"><mml:mo>&lt;</mml:mo></mml:math>
<mml:math b="&lt;&quot;" a="&#233;"><mml:mo>&lt; ≤</mml:mo><mml:mspace/></mml:math>¦<mml:mi a="1" a="2"/>
<mml:mi a='1'/>
<mml:mi b="2" a="é"/>¦<math>x</math>¦<b xmlns="x">y</b>¦>¦<¦/¦"¦'¦=¦\x00¦\x01¦\x1f¦\x7f¦\x85¦\xa0¦\u2028¦\ufeff
\ufffe¦\uffff
\ufffd¦é¦”¦𝔘¦<Year>2020</Year>¦<Year/>¦<Year />¦<Year/ >¦<Year></Year>¦<Year> </Year>¦<PMID/>¦<PMID>7</PMID>
<AbstractText/>
<ArticleTitle/>¦<Author/>¦<Author ValidYN="N"/>¦<MeshHeading/>¦<Keyword MajorTopicYN="Y"/>¦<Language>eng</Language>
</PMID>
</Author>¦<Identifier Source="ORCID"/>¦<CollectiveName>x</CollectiveName>¦<New a="b">c</New>¦<b>¦</b>¦<i> </i>
<mml:mi>x
<OtherID Source="NLM">x</OtherID>¦<ObjectList><Object Type="a"><Param Name="b"/></Object></ObjectList>¦ a="b"
 UI=""¦\u3000
<CommentsCorrections><CommentOn><RefSource>x</RefSource></CommentOn></CommentsCorrections>¦ Version=" 2  3 "
 ValidYN=" N"
 MajorTopicYN="Y"¦ MajorTopicYN="y"¦ ValidYN="&#78;"¦ Version="&amp;"¦ UI="é\t"¦ Version = "1"¦ Version='1'
 Version="a>b"
<CommentOn><PMID Version="1">7</PMID><Note>x</Note></CommentOn>¦<Affiliation>x</Affiliation>
<MedlineDate>x</MedlineDate>"""
)
PIECES += [" ", "  ", "\n", "\t", "\r\n", " \n ", "<b>\n</b>", "", "<b>" * 40, "x" * 3000]
PIECES += ["<mml:mrow>" * n + "</mml:mrow>" * n for n in (199, 201, 260)]
PIECES += ["<ReferenceList>" * n + "</ReferenceList>" * n for n in (150, 198, 210, 300)]
RAW = [
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef",
    b"\xef\xbf",
    b"\xef\xbf\xbe",
    b"\xf0\x9f\x98",
    b"\xc0\x80",
    b"\xf4\x90\x80\x80",
]
TAG = re.compile(rb"<[^<>]*>")


def changed(rng: random.Random, raw: bytes) -> bytes:
    """A record with one thing or a few in it changed."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        tags = [match.span() for match in TAG.finditer(raw)]
        at = rng.randrange(len(raw) + 1)
        what = rng.randrange(13)
        start, end = rng.choice(tags) if tags else (at, at)
        if what == 0:
            raw = raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
        elif what == 1:
            raw = raw[:at] + rng.choice(PIECES).encode() + raw[at:]
        elif what == 2:  # between two tags, or in a text
            raw = raw[:end] + rng.choice(PIECES).encode() + raw[end:]
        elif what == 3:  # inside a tag
            inside = rng.randrange(start, end) if end > start else at
            raw = raw[:inside] + rng.choice(PIECES).encode() + raw[inside:]
        elif what == 4:
            other, beyond = rng.choice(tags) if tags else (at, at)
            if other > end:
                raw = raw[:start] + raw[other:beyond] + raw[end:other] + raw[start:end] + raw[beyond:]
        elif what == 5:
            raw = raw[:start] + raw[end:]
        elif what == 6:  # an element twice, or gone, or empty
            name = re.match(rb"<(\w+)", raw[start:end])
            close = raw.find(b"</" + name[1] + b">", end) if name else -1
            if name and close >= 0:
                element = raw[start : close + len(name[1]) + 3]
                made = rng.choice(
                    [element + element, b"", b"<" + name[1] + b"/>", raw[start:end] + b"</" + name[1] + b">"]
                )
                raw = raw[:start] + made + raw[start + len(element) :]
        elif what == 7:  # an attribute twice, or with another value
            given = list(re.finditer(rb'\s\w+="([^"]*)"', raw))
            if given:
                one = rng.choice(given)
                value = rng.choice([one[1] + one[1], b"", b" ", rng.choice(PIECES).encode(), b"Y", b"N"])
                made = rng.choice(
                    [one[0] * 2, one[0].replace(b'"' + one[1], b'"' + value, 1), one[0].replace(b'"', b"'")]
                )
                raw = raw[: one.start()] + made + raw[one.end() :]
        elif what == 8:
            raw = raw[:at] + rng.choice(RAW) + raw[at:]
        elif what == 9:
            other = at + rng.randrange(40)
            raw = raw[:at] + raw[other:]
        elif what == 10:  # a text with something around
            raw = raw[:end] + rng.choice(PIECES).encode() + raw[end:]
            raw = raw[:end] + rng.choice((b"x", b" ", b"")) + raw[end:]
        elif what == 11:
            raw = raw[:end].rstrip(b">") + rng.choice((b" ", b"\n", b"\t/", b"/", b" /")) + b">" + raw[end:]
        else:
            raw = rng.choice((raw[:at], raw + b"\n", raw + b" ", raw + raw[-20:], b" " + raw, raw + b"x"))
    return raw


def test_a_record_with_nearly_every_element_is_taken() -> None:
    assert is_read_alike(RECORD)
    assert is_read_alike(RECORD + b"\n")


@pytest.mark.parametrize("raw", small_records() if READER else (), ids=lambda raw: raw[:1].decode())
def test_the_records_of_the_fixtures_are_read_alike(raw: bytes) -> None:
    is_read_alike(raw)


def test_a_record_cut_off_at_any_byte_is_not_taken() -> None:
    for raw in (RECORD, *records_of((HERE / "checker" / "everything.xml").read_bytes())):
        for size in range(len(raw)):
            assert READER.citation(raw[:size], 0, Position()) is None
            with contextlib.suppress(RecordError):
                READER.citation(raw[size:], 0, Position())


def test_a_text_of_anything_is_read_alike() -> None:
    for piece in PIECES:
        for place in (
            b"Cancer &amp; more",
            b"X1",
            b"Somewhere.",
            b"More  of\tit.",
            b"first",
            b"eng",
            b"A <i>title</i>",
        ):
            is_read_alike(RECORD.replace(place, piece.encode()))
            is_read_alike(RECORD.replace(place, b"a" + piece.encode() + b"b"))


def test_an_attribute_of_anything_is_read_alike() -> None:
    for piece in PIECES:
        for place in (
            b'"MEDLINE"',
            b'"AIMS"',
            b'"D016428"',
            b'"N"',
            b'"authors"',
            b'"Electronic"',
            b'"g1"',
            b'"pmc"',
            b'"bold"',
        ):
            is_read_alike(RECORD.replace(place, b'"' + piece.encode() + b'"'))
            is_read_alike(RECORD.replace(place, place[:-1] + piece.encode() + b'"'))


@rounds
def test_changed_records_are_read_alike(times: int) -> None:
    rng = random.Random(5)
    taken = sum(is_read_alike(changed(rng, rng.choice(small_records()))) for _ in range(30_000 * times))
    assert taken > 2000 * times


@rounds
def test_changed_real_records_are_read_alike(times: int, shared: Path) -> None:
    rng = random.Random(6)
    records = [raw for file in xml_files(shared) for raw in records_of(file) if len(raw) < 20_000]
    taken = sum(is_read_alike(changed(rng, rng.choice(records))) for _ in range(20_000 * times))
    assert taken > 1000 * times


def test_the_reader_takes_real_records(shared: Path) -> None:
    records = [raw for file in xml_files(shared) for raw in records_of(file) if has_a_pmid(raw)]
    given_up = [raw for raw in records if not is_read_alike(raw)]
    assert len(records) > 2500
    assert len(given_up) < 0.02 * len(records)


def has_a_pmid(raw: bytes) -> bool:
    """Whether the reader in Python that takes plain records makes a citation of this one."""
    try:
        xml_record.citation(plain_tokens(raw), Position())
    except (RecordError, NotPlainError):
        return False
    return True


def test_a_huge_record_is_read_alike() -> None:
    author = RECORD[RECORD.index(b"<Author ") : RECORD.index(b"</Author>") + 9]
    assert is_read_alike(RECORD.replace(author, author * 20_000))
    assert is_read_alike(RECORD.replace(b"More  of", b"More  of \xc3\xa9 &amp; <b>it</b>" * 200_000))


def test_the_reader_takes_nothing_but_bytes() -> None:
    for wrong in (None, "text", 1, bytearray(b"<PMID>")):
        with pytest.raises(TypeError):
            READER.citation(wrong, 0, Position())


def test_one_reader_serves_several_threads() -> None:
    raws = [RECORD.replace(b"12345678", str(pmid).encode()) for pmid in range(1, 600)]
    with ThreadPoolExecutor(4) as pool:
        found = [one and one[0] for one in pool.map(lambda raw: xml_record.plain_citation(raw, 0, Position()), raws)]
    first = found[0]
    assert first is not None
    for pmid, one in enumerate(found, 1):
        assert one is not None
        assert one.replace(pmid="1", article_ids=()) == first.replace(article_ids=())
        assert one.pmid == str(pmid)


# the lines

FAILURES = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError)


def said(mapping: Mapping, citation: Citation) -> tuple[Any, ...]:
    """What comes of a citation: its lines, how many they are, its graph, and what was wrong; or an exception."""
    problems: list[Problem] = []
    try:
        made, many = mapping.counted_lines(citation, problems)
    except FAILURES as error:
        return (type(error),)
    graph = mapping.graph(citation, problems)
    return made, many, [(s, p, [*o]) for s, properties in graph.items() for p, o in properties.items()], problems


class Pairs:
    """Mappings in pairs, one for the compiled parts and one for Python: each keeps what it has said of a node."""

    def __init__(self, *mappings: Mapping) -> None:
        self.pairs = [(mapping.with_options(), mapping.with_options()) for mapping in mappings]

    def say_alike(self, citation: Citation) -> list[int]:
        """How many lines each pair has for the citation; both must have the same."""
        found = []
        for compiled, plain in self.pairs:
            given, expected = said(compiled, citation), by_python(functools.partial(said, plain, citation))
            assert given == expected, citation
            assert len(given) > 1, citation
            assert given[0].count(b"\n") == given[1], citation
            found.append(given[1])
        return found

    def fail_alike(self, citation: Any) -> None:
        """The same of a citation that is none; what is no text may be refused by the one and printed by the other."""
        for compiled, plain in self.pairs:
            given, expected = said(compiled, citation), by_python(functools.partial(said, plain, citation))
            assert given == expected or 1 in (len(given), len(expected)), citation


def several_mappings() -> Pairs:
    return Pairs(FULL, CORE, FULL.with_options(without={"abstract"}), FULL.with_options(base="urn:x-é:"))


def citations_of(raws: list[bytes]) -> Iterator[Citation]:
    for raw in raws:
        try:
            given = xml_record.plain_citation(raw, 0, Position())
        except RecordError:
            continue
        if given is not None:
            yield given[0]


def words(text: str) -> list[str]:
    return text.split()


ORCIDS = words(
    """\
0000-0002-1825-0097 0000-0001-5109-3700 https://orcid.org/0000-0002-1825-0097 http://orcid.org/0000-0002-1825-0097
0000-0002-1825-0098 0000000218250097 0000-0002-9079-593X 0000-0002-9079-593x 0000-0000-0000-0001 orcid
0000-0002-1825-009
0009-0005-1825-0092 0000-0002-1825-00977 0000-0002_1825-0097 ０000-0002-1825-0097
https://orcid.org/0000-0002-1825-0098"""
)
DOIS = words(
    """\
10.1002/cncr.34182 10.1002/CNCR.34182 doi:10.1002/cncr.34182 https://doi.org/10.1002/cncr.34182 10.1002/a<b>c
10.1002/é 10.1002/
10.100/x 10.1234567890/x 10.123456789/x 10.1234/(x);y:z_-./ 19227 10.1002/a,b 10.1002/a%20b 10.1002.1/a 10.1002/x"
10.1002/x\\y
10.1002/a&amp;lt;b 10.1234/x\x00y"""
)
PMIDS = words("1 7 123456789 1234567890 0 007 PMID:7 12a １ 99999999 8 https://pubmed.ncbi.nlm.nih.gov/7/")
PMCS = words(
    "PMC1 PMC1234567 PMC0 PMC01 PMC12345678901 PMC1234567890 pmc7 PMC3706072.1 6920169 PMCx PMC PMC１ PMC1672072"
)
UIS = words("D000001 D006801 D009369 Q000188 Q000379 C000595 D016428 D016454 D12 X1 d000001 D000001é")
NAMES = ["Humans", "Male", "Neoplasms", "drug therapy", "blood", "Journal Article", "Review", "Sorafenib", "nothing"]
NUMBERS = parts("0¦9ZOQ3TZI87¦9ZOQ3TZI88¦50-00-0¦50-00-1¦EC 1.1.1.1¦EC1.1.1.1¦EC¦EC x¦11000-17-2¦EC 2.7.-¦1.1.1.1")
PAGES = words(
    """\
1 1-9 181-5 181-185 5-1 181-15 1-1 01-5 1-05 -5 5- - 1--5 1-5-9 S12-8 e12 i-xii 715-725.e4 1,3 １-２ 9-10 99-100 100-99
12345678901234567890-9 1-12345678901234567890"""
)
ODD = [
    "",
    " ",
    "a",
    'a "quoted" text',
    "a\\b",
    "line\nend",
    "carriage\rreturn",
    "\t",
    "é",
    "Ωμέγα",
    "𝔘nicode",
    "<a>&amp;",
    "\x00",
]
ODD += [
    "x" * 47 + '"',
    "x" * 60 + "\n",
    "é" * 40 + "\\",
    "[A title.]",
    "{base}",
    "%s",
    "a b c .\n<x> <y> <z>",
    "'",
    "\u2028",
    "\\u0041",
]
TEXTS: dict[str, list[str]] = {
    "pmid": PMIDS,
    "ui": UIS,
    "registry_number": NUMBERS,
    "medline_pgn": PAGES,
    "start_page": PAGES,
    "end_page": PAGES,
    "ref_type": [
        *words("Cites CommentIn CommentOn ErratumIn PRIN DDIN UpdateOf ReprintIn Other CorrectedandRepublishedIn"),
    ],
    "status": [
        *words("received accepted revised pubmed medline entrez epublish aheadofprint ppublish other pmc-release"),
        "é",
    ],
    "languages": ["eng", "fre", "ger", "xxx", "eng fre", "un", "zzzz"],
    "language": ["eng", "spa", "xx"],
    "isbns": ["9781598571929", "978-1-5985-7192-9", "1859962521", "1859962522"],
    "nlm_unique_id": ["0374236", "7503062R", "not one", "０３"],
    "nlm_category": ["BACKGROUND", "METHODS", "UNASSIGNED"],
    "grant_id": ["R01", "10.1002/cncr.34182", "é 1"],
    "type:ArticleId": ["doi", "pii", "pmc", "pubmed", "mid", "medline"],
    "type:ELocationID": ["doi", "pii"],
    "type:Issn": ["Print", "Electronic", "Linking"],
    "type:LocationLabel": ["chapter", "section"],
    "source:Identifier": ["ORCID", "ORCID", "ROR", "GRID", "ISNI", "RINGGOLD", "ror", "other"],
    "source:OtherID": ["NLM", "NASA"],
    "value:Identifier": [*ORCIDS, "https://ror.org/03yrm5c26", "grid.1.2", "0000 0004 1759 700X"],
    "value:Issn": ["0008-543X", "0008-5430", "1097-0142", "0008543x"],
    "value:OtherID": PMCS,
    "value": [*DOIS, *PMCS, *PMIDS],
    "name:MeshTerm": NAMES,
    "name:PublicationType": NAMES,
    "name:Chemical": NAMES,
    "name:DataBank": ["GENBANK", "figshare", "ClinicalTrials.gov", "JPRN"],
    "accession_numbers": ["X1", "NCT02239640", "10.6084/m9.figshare.13184906.v1", "a b"],
    "id": ["g1", "g2"],
    "investigators": ["g1", "g2", "g3"],
    "publication_status": ["ppublish", "epublish", "aheadofprint", "x"],
}
NUMBERED = {"year": (1500, 2199), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59)}


class Odd:
    """Citations of which any field may have any value of its type."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.hints = {
            kind: get_type_hints(kind)
            for kind in vars(model).values()
            if isinstance(kind, type) and kind.__module__ == model.__name__
        }

    def citation(self) -> Citation:
        rng = self.rng
        fullness = rng.choice((0.1, 0.3, 0.6, 0.9))
        absent = {"pmid", "position", "unread", "problems", "objects", rng.choice(("book", "journal", "title", "book"))}
        given = {
            name: self.value(hint, name, "Citation", 0)
            for name, hint in self.hints[Citation].items()
            if name not in absent and rng.random() < fullness
        }
        return Citation(pmid=rng.choice(("1", "7", "8", "99999999")), **given)

    def value(self, hint: Any, name: str, owner: str, depth: int) -> Any:
        rng = self.rng
        kinds = get_args(hint)
        if type(None) in kinds:
            if rng.random() < 0.3:
                return None
            (hint,) = (kind for kind in kinds if kind is not type(None))
            kinds = get_args(hint)
        if kinds:
            many = rng.choice((0, 1, 1, 2, 3, 5)) if depth < 3 else 0
            found = [self.value(kinds[0], name, owner, depth + 1) for _ in range(many)]
            return tuple(found + rng.choices(found, k=rng.randrange(3)) if found else found)
        if hint is str:
            texts = TEXTS.get(f"{name}:{owner}") or TEXTS.get(name, ODD)
            return rng.choice(texts if rng.random() < 0.8 else ODD)
        if hint is bool:
            return rng.random() < 0.6
        hints = self.hints[hint]
        fullness = rng.choice((0.3, 0.7, 1))
        needed = len(hint.__struct_fields__) - len(hint.__struct_defaults__)
        if hint is PartialDate:
            known = dict(list(NUMBERED.items())[: rng.randrange(6)])
            numbers: dict[str, Any] = {name: rng.randint(*known[name]) for name in known}
            return PartialDate(text=rng.choice(("a day", "", None)), **numbers)
        return hint(
            **{
                field: self.value(hints[field], field, hint.__name__, depth + 1)
                for n, field in enumerate(hint.__struct_fields__)
                if n < needed or rng.random() < fullness
            }
        )


@rounds
def test_odd_citations_are_said_alike(times: int) -> None:
    odd, mappings = Odd(1), several_mappings()
    many = [sum(mappings.say_alike(odd.citation())) for _ in range(600 * times)]
    assert sum(many) > 100_000 * times


def test_every_value_of_a_field_is_said_alike() -> None:
    mappings = several_mappings()
    for doi in [*DOIS, *ODD]:
        for other in (doi, DOIS[0], DOIS[1]):
            ids = (model.ArticleId(doi, "doi"), model.ArticleId(other, "doi"))
            mappings.say_alike(Citation(pmid="1", article_ids=ids, references=(Reference(article_ids=ids),)))
            mappings.say_alike(
                Citation(pmid="1", article_ids=ids[:1], elocation_ids=(model.ELocationID(other, "doi"),))
            )
    for number in [*PMCS, *PMIDS, *ODD]:
        named = tuple(model.ArticleId(number, kind) for kind in ("pmc", "pubmed", "pii", "mid", None))
        for some in (named, named[:1], named[1:2], named[1:]):
            mappings.say_alike(Citation(pmid="1", article_ids=some, references=(Reference(article_ids=some),)))
        related = CommentsCorrections("CommentIn", "J. 2020", number)
        mappings.say_alike(
            Citation(pmid="1", comments_corrections=(related, CommentsCorrections("Cites", None, number)))
        )
    for orcid in [*ORCIDS, *ODD]:
        for source in ("ORCID", "orcid", None):
            known = Identifier(orcid, source)
            for identifiers in (
                (known,),
                (known, known),
                (Identifier(ORCIDS[0], "ORCID"), known),
                (Identifier("x"), known),
            ):
                author = Author(last_name="A", identifiers=identifiers)
                mappings.say_alike(Citation(pmid="1", authors=(author, Author(collective_name="B"), author)))
    for pages in [*PAGES, *ODD]:
        mappings.say_alike(Citation(pmid="1", pagination=model.Pagination(pages, "5", "6")))
    for text in ODD:
        mappings.say_alike(
            Citation(pmid="1", title=text, volume=text, keyword_lists=(KeywordList((Keyword(text, True),)),))
        )


def test_dates_are_said_alike() -> None:
    mappings = Pairs(FULL)
    for year in (None, 1, 800, 2022, 20222):
        for month in (None, 1, 12):
            for day in (None, 3):
                for hour, minute in ((None, None), (0, 0), (0, None), (0, 5), (6, None), (6, 7), (None, 5)):
                    date = PartialDate(year=year, month=month, day=day, hour=hour, minute=minute, text="some day")
                    kinds = ("received", "pubmed", "other") if year or day is None else ()
                    history = tuple(HistoryDate(kind, date) for kind in kinds)
                    mappings.say_alike(Citation(pmid="1", pub_date=date, article_dates=(date, date), history=history))


def test_the_fixtures_are_said_alike() -> None:
    mappings = several_mappings()
    assert sum(sum(mappings.say_alike(one)) for one in citations_of([*small_records()])) > 1000


def test_citations_of_the_text_form_are_said_alike() -> None:
    mappings = several_mappings()
    for path in sorted((HERE / "medline").iterdir()):
        for one in medgraph.read(path, on_error=lambda error: None):
            if isinstance(one, Citation):
                mappings.say_alike(one)


@rounds
def test_real_citations_are_said_alike(times: int, shared: Path) -> None:
    some = [raw for file in xml_files(shared) for raw in records_of(file)]
    mappings = several_mappings()
    assert sum(sum(mappings.say_alike(one)) for one in citations_of(some if times > 1 else some[::15])) > 10_000


def test_real_citations_are_said_alike_with_an_index(shared: Path, mesh2024: Path) -> None:
    mappings = Pairs(FULL.with_options(resolver=Index(mesh2024)), CORE.with_options(resolver=Index(mesh2024)))
    some = [raw for file in xml_files(shared) for raw in records_of(file)][::30]
    odd = Odd(2)
    for one in (*citations_of(some), *(odd.citation() for _ in range(200))):
        mappings.say_alike(one)


def test_a_mapping_says_the_same_again() -> None:
    odd = Odd(3)
    citations = [odd.citation() for _ in range(100)]
    first = [FULL.counted_lines(one) for one in citations]
    random.Random(1).shuffle(citations)
    assert sorted(first) == sorted(FULL.counted_lines(one) for one in citations)
    assert all(FULL.with_options().counted_lines(one) == FULL.counted_lines(one) for one in citations)


# citations that somebody has made by hand


class Text(str):
    """A text of another kind, as lxml's are."""

    __slots__ = ()


def remade(value: Any, of_text: Callable[[str], Any], of_tuple: Callable[[Any], Any]) -> Any:
    if isinstance(value, msgspec.Struct):
        return type(value)(**{f: remade(getattr(value, f), of_text, of_tuple) for f in value.__struct_fields__})
    if isinstance(value, tuple):
        return of_tuple([remade(one, of_text, of_tuple) for one in value])
    return of_text(value) if isinstance(value, str) else value


def test_texts_of_another_kind_and_lists_are_taken() -> None:
    odd, mappings = Odd(4), Pairs(FULL, CORE)
    for one in (*citations_of([RECORD]), *(odd.citation() for _ in range(150))):
        before = mappings.say_alike(one)
        assert mappings.say_alike(remade(one, Text, tuple)) == before
        assert mappings.say_alike(remade(one, str, lambda found: found or ())) == before
        assert mappings.say_alike(remade(one, Text, lambda found: found or ())) == before


WRONG: list[Any] = [
    None,
    1,
    -1,
    2.5,
    1 << 80,
    True,
    b"bytes",
    "text",
    "",
    [],
    {},
    {1},
    object(),
    Author,
    "\ud800",
    ("a", "b"),
]
WRONG += [
    [None],
    (None,),
    [[]],
    complex(1, 2),
    Text("x"),
    range(3),
    PartialDate(),
    Author(),
    (Author(), 1),
    Ellipsis,
    iter(()),
]


def spoiled(rng: random.Random, value: Any) -> Any:
    """The same value with something wrong in one place."""
    if isinstance(value, msgspec.Struct) and value.__struct_fields__ and rng.random() < 0.95:
        field = rng.choice(value.__struct_fields__)
        return msgspec.structs.replace(value, **{field: spoiled(rng, getattr(value, field))})
    if isinstance(value, tuple) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        return (*value[:at], spoiled(rng, value[at]), *value[at + 1 :])
    return rng.choice(WRONG)


@rounds
def test_values_of_a_wrong_type_break_nothing(times: int) -> None:
    odd, rng, mappings = Odd(5), random.Random(5), Pairs(FULL)
    whole = odd.citation()
    expected = by_python(lambda: FULL.with_options().counted_lines(whole))
    for _ in range(1500 * times):
        mappings.fail_alike(spoiled(rng, odd.citation()))
        assert mappings.pairs[0][0].counted_lines(whole) == expected
    for wrong in WRONG:
        mappings.fail_alike(wrong)


# tables and functions of somebody's own


def test_every_version_is_of_a_function_and_is_used() -> None:
    made: dict[str, Any] = {}
    for node in FULL.nodes.values():
        for row in node.rows:
            value = row.value.make if isinstance(row.value, Part) else row.value
            for one in (value, *closed_over(value)):
                made[f"{getattr(one, '__module__', '')}.{getattr(one, '__qualname__', '')}"] = one
    needed = (documents._first_and_last, links._targets, links._cited, subjects._types)
    made |= {f"{one.__module__}.{one.__qualname__}": one for one in needed}
    assert {f"medgraph.mapping.{name}" for name in COMPILED.VERSIONS} - set(made) == set()
    for name in COMPILED.VERSIONS:
        function = made[f"medgraph.mapping.{name}"]
        assert COMPILED.version_of(function) is not function
        assert COMPILED.version_of(function) is COMPILED.version_of(function)


def closed_over(value: Any) -> Iterator[Any]:
    for cell in getattr(value, "__closure__", None) or ():
        yield cell.cell_contents
        yield from closed_over(cell.cell_contents)


def test_a_function_in_the_guise_of_another_is_called_itself() -> None:
    @functools.wraps(subjects.keywords)
    def keywords(values: Any, record: Record) -> list[str]:
        return [word.replace("a", "b") for word in subjects.keywords(values, record)]

    mappings = Pairs(FULL.with_rows("article", Row("<urn:p>", "keyword_lists", keywords)))
    mappings.say_alike(Citation(pmid="1", keyword_lists=(KeywordList((Keyword("a"), Keyword("aa"))),)))
    assert rows._COMPILED.version_of(keywords) is keywords


def own(name: str, *values: Row, cached: bool = False) -> Mapping:
    """A mapping with one table more, whose node every article points to."""

    def point(value: Any, record: Record) -> str:
        return record.describe(name, f"<urn:{name}>", value)

    nodes = {**FULL.nodes, name: Node("", values, cached=cached)}
    return Mapping(nodes).with_rows("article", Row("<urn:to>", "self", point))


def test_a_table_of_ones_own_is_said_alike() -> None:
    class Thing(msgspec.Struct):
        a: Any
        b: Any = None

    class Other:
        def __init__(self) -> None:
            self.a, self.b = "other", ("x",)

    things: list[Any] = [Thing("x"), Thing("y", ("z", "z")), Other(), Thing(None), None, (), "text", Thing("é\n", ())]
    for cached in (True, False):
        for predicate in ("<urn:a>", MEMBERS):
            table = [
                Row("<urn:t>", "self", literals.always("<urn:T>")),
                Row("<urn:t>", "self", lambda value, record: None),
                Row("<urn:s>", "self", lambda value, record: [f'"{value}"'] if type(value) is str else []),
                Row("<urn:u>", "self", lambda value, record: ('"1"', '"1"', '"2"')),
            ]
            nodes = {
                "article": Node("", (Row("<urn:p>", "pmid", lambda value, record: point(record)),)),
                "thing": Node("", tuple(table), cached=cached),
                "silent": Node("", (Row("<urn:p>", "self", lambda value, record: None),), cached=cached),
                "field": Node(
                    "",
                    (
                        Row("<urn:a>", "a", literals.text),
                        Row(predicate, "b", lambda value, record: [f'"{one}"' for one in value]),
                        Row("<urn:b>", "a b", lambda value, record: f'"{value}"'.replace("\n", "")),
                    ),
                    cached=cached,
                ),
            }

            def point(record: Record) -> list[str]:
                for n, thing in enumerate(things):
                    record.describe("silent", f"<urn:{n % 3}>", thing)
                    record.describe("thing", f"<urn:{n % 3}>", thing)
                    if hasattr(thing, "a"):
                        record.describe("field", f"<urn:{n % 2}>", thing)
                return [f"<urn:{n}>" for n in range(3)]

            mappings = Pairs(Mapping(nodes))
            assert mappings.say_alike(Citation(pmid="1")) == mappings.say_alike(Citation(pmid="1"))


def test_an_exception_in_the_middle_of_a_record_leaves_nothing_behind() -> None:
    class WrongError(Exception):
        pass

    def fails(value: Any, record: Record) -> str:
        if record.citation.pmid == "2":
            raise WrongError
        return '"fine"'

    for table in ("article", "record", "person", "affiliation", "journal", "mesh term"):
        mapping, plain = (FULL.with_rows(table, Row("<urn:p>", "self", fails)) for _ in range(2))
        whole = next(citations_of([RECORD]))
        expected = by_python(functools.partial(plain.counted_lines, whole))
        for _ in range(5):
            assert mapping.counted_lines(whole) == expected
            with pytest.raises(WrongError):
                mapping.with_options().counted_lines(whole.replace(pmid="2"))
            if table != "journal":
                with pytest.raises(WrongError):
                    FULL.with_rows("article", Row("<urn:p>", "self", fails)).counted_lines(whole.replace(pmid="2"))


def test_a_row_may_use_the_mapping_itself() -> None:
    inner = next(citations_of([RECORD]))

    def nested(value: Any, record: Record) -> str | None:
        if record.citation.pmid == "1":
            return None
        return f'"{mapping.counted_lines(inner.replace(pmid=str(int(record.citation.pmid) - 1)))[1]}"'

    mapping = FULL.with_rows("article", Row("<urn:nested>", "self", nested))
    compiled = mapping.counted_lines(inner.replace(pmid="20"))
    assert compiled == by_python(lambda: mapping.counted_lines(inner.replace(pmid="20")))


def test_a_structs_fields_are_found_whatever_kind_it_is_of() -> None:
    def kind(*fields: str) -> Any:
        return msgspec.defstruct("Thing", [(field, Any, None) for field in fields])

    class Borrowed:
        a = kind("x", "y", "a").a  # the place of a field in another kind of object

        def __getattribute__(self, name: str) -> Any:
            return "by name" if name == "a" else object.__getattribute__(self, name)

    def things() -> Iterator[Any]:
        for n in range(300):
            yield kind(*"bcdefgh"[: n % 7], "a")(a=f"text {n}")
            yield Borrowed()
            yield kind("a", *"bcdefgh"[: n % 7])(a=f"more {n}")
            yield complex(n, 1)

    def point(value: Any, record: Record) -> list[str]:
        found = []
        for n, thing in enumerate(things()):
            table = "number" if isinstance(thing, complex) else "thing"
            found.append(record.describe(table, f"<urn:{n}>", thing))
        return found

    nodes = {
        "article": Node("", (Row("<urn:p>", "self", point),)),
        "thing": Node("", (Row("<urn:a>", "a", literals.text),)),
        "number": Node("", (Row("<urn:a>", "real", lambda value, record: f'"{value}"'),)),
    }
    assert Pairs(Mapping(nodes)).say_alike(Citation(pmid="1")) == [2400]


# many, and at once


def test_a_huge_record_is_said_alike() -> None:
    authors = [
        Author(last_name=f"A{n}", identifiers=(Identifier(ORCIDS[n % 2], "ORCID"),) if n % 500 == 0 else ())
        for n in range(20_000)
    ]
    authors += [Author(last_name="é" * 100_000, affiliations=(model.Affiliation(text='"\\\n' * 100_000),))]
    headings = [MeshHeading(descriptor=MeshTerm(name=f"n{n % 700}", ui=f"D{n % 300:06}")) for n in range(3000)]
    substances = [Chemical(f"s{n}", "0", f"D{n % 300:06}") for n in range(500)]
    types = [PublicationType(f"t{n}", f"D{n % 900:06}") for n in range(2000)]
    citation = Citation(
        pmid="1",
        authors=tuple(authors),
        mesh_headings=tuple(headings),
        chemicals=tuple(substances),
        publication_types=tuple(types),
        title="x" * 3_000_000,
    )
    assert Pairs(FULL).say_alike(citation)[0] > 100_000


@pytest.mark.long
def test_a_record_of_a_hundred_thousand_authors_is_said_alike() -> None:
    authors = tuple(Author(last_name=f"A{n}", fore_name="B") for n in range(100_000))
    assert Pairs(FULL).say_alike(Citation(pmid="1", authors=authors, title='é"' * 10_000_000))[0] > 900_000


def test_one_mapping_serves_several_threads() -> None:
    odd = Odd(6)
    citations = [*citations_of([RECORD]), *(odd.citation() for _ in range(80))] * 4
    expected = by_python(lambda: [said(FULL.with_options(), one) for one in citations])
    mapping = FULL.with_options()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(2):
                assert list(pool.map(functools.partial(said, mapping), citations)) == expected
    finally:
        sys.setswitchinterval(interval)

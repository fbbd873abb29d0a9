"""
What goes wrong in other programs that read PubMed: one test a defect, from bytes to triples.

Each test is named after what goes wrong elsewhere; B1 to B30 are its numbers in the project's list of them.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

import medgraph
from medgraph import medline, pubmed_xml
from medgraph.answers import shortened
from medgraph.mapping import FULL
from medgraph.model import Citation
from medgraph.vocab import PREFIXES

Found = set[tuple[str, str, str]]

DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)


def short(term: str) -> str:
    return shortened(term[1:-1], {**PREFIXES, "id": FULL.base}) if term[0] == "<" else term


def graph(citation: Citation) -> Found:
    return {(short(s), short(p), short(o)) for s, p, o in FULL.triples(citation)}


def xml(article: str = "", citation: str = "", data: str = "", pmid: int = 1) -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article>{article}</Article>{citation}'
        f"</MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def from_xml(*records: str) -> list[Found]:
    whole = f'<?xml version="1.0" encoding="utf-8"?>\n{DOCTYPE}<PubmedArticleSet>{"".join(records)}</PubmedArticleSet>'
    read = list(pubmed_xml.citations(io.BytesIO(whole.encode()), "test.xml"))
    assert all(isinstance(one, Citation) for one in read), read
    return [graph(one) for one in read if isinstance(one, Citation)]


def from_text(text: str) -> Found:
    (read,) = medline.citations(io.BytesIO(text.encode()), "test.nbib")
    assert isinstance(read, Citation), read
    return graph(read)


def objects(found: Found, predicate: str, subject: str = "pubmed:1") -> set[str]:
    return {o for s, p, o in found if s == subject and p == predicate}


TITLE = "<ArticleTitle>T.</ArticleTitle>"
REFERENCES = (
    "<ArticleIdList><ArticleId IdType='doi'>10.1000/own</ArticleId></ArticleIdList>"
    "<ReferenceList><Reference><Citation>A cited text.</Citation><ArticleIdList>"
    "<ArticleId IdType='doi'>10.1000/cited</ArticleId><ArticleId IdType='pubmed'>77</ArticleId>"
    "</ArticleIdList></Reference></ReferenceList>"
).replace("'", '"')


def test_b1_identifiers_of_references_are_not_those_of_the_article() -> None:
    (found,) = from_xml(xml(TITLE, data=REFERENCES))
    assert objects(found, "bibo:doi") == {'"10.1000/own"'}
    assert objects(found, "schema:sameAs") == {"https://doi.org/10.1000/own"}


def test_b2_references_stand_in_pubmed_data() -> None:
    (found,) = from_xml(xml(TITLE, data=REFERENCES))
    assert objects(found, "cito:cites") == {"pubmed:77"}


@pytest.mark.parametrize(
    "raw",
    ["0000-0002-1825-0098", "0000-0002-1825-00977", "00000002182500", "https://orcid.org-0000-0002-1825-0098", "none"],
)
def test_b3_what_is_no_orcid_names_no_person(raw: str) -> None:
    author = f'<Author><LastName>Doe</LastName><Identifier Source="ORCID">{raw}</Identifier></Author>'
    (found,) = from_xml(xml(f"{TITLE}<AuthorList>{author}</AuthorList>"))
    assert objects(found, "dcterms:creator") == {"id:1-author-1"}
    assert not [o for _, _, o in found if o.startswith(("orcid:", "https://orcid.org"))]
    assert any(raw in o for s, _, o in found if s.startswith("id:1-author")), "the value is kept as it stands"


def test_b4_people_of_one_name_are_not_one_person() -> None:
    author = "<AuthorList><Author><LastName>Doe</LastName><ForeName>J</ForeName>{}</Author></AuthorList>"
    orcid = '<Identifier Source="ORCID">0000-0002-1825-0097</Identifier>'
    one, other = from_xml(xml(TITLE + author.format(orcid)), xml(TITLE + author.format(""), pmid=2))
    assert objects(one, "dcterms:creator") == {"orcid:0000-0002-1825-0097"}
    assert objects(other, "dcterms:creator", "pubmed:2") == {"id:2-author-1"}


def test_b5_a_record_without_journal_is_kept() -> None:
    (found,) = from_xml(xml(TITLE))
    assert objects(found, "dcterms:title")
    assert not objects(found, "dcterms:isPartOf")


@pytest.mark.parametrize("order", [1, -1])
def test_b6_a_pii_does_not_take_the_place_of_the_doi(order: int) -> None:
    locations = [
        '<ELocationID EIdType="doi" ValidYN="Y">10.1000/own</ELocationID>',
        '<ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID>',
    ]
    (found,) = from_xml(xml(TITLE + "".join(locations[::order])))
    assert (objects(found, "bibo:doi"), objects(found, "fabio:hasPII")) == ({'"10.1000/own"'}, {'"S1"'})


def test_b6_a_doi_that_is_not_valid_gives_way_to_another_place() -> None:
    locations = '<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>'
    ids = '<ArticleIdList><ArticleId IdType="doi">10.1000/own</ArticleId></ArticleIdList>'
    (found,) = from_xml(xml(TITLE + locations, data=ids))
    assert objects(found, "bibo:doi") == {'"10.1000/own"'}
    assert objects(found, "schema:sameAs") == {"https://doi.org/10.1000/own"}


HEADINGS = (
    "<MeshHeadingList><MeshHeading><DescriptorName UI='D019295' MajorTopicYN='Y'>Computational Biology</DescriptorName>"
    "</MeshHeading><MeshHeading><DescriptorName UI='D009369' MajorTopicYN='N'>Neoplasms</DescriptorName>"
    "<QualifierName UI='Q000150' MajorTopicYN='N'>complications</QualifierName>"
    "<QualifierName UI='Q000188' MajorTopicYN='Y'>drug therapy</QualifierName>"
    "<QualifierName UI='Q000235' MajorTopicYN='N'>genetics</QualifierName></MeshHeading></MeshHeadingList>"
).replace("'", '"')


def test_b7_a_star_may_stand_on_the_descriptor() -> None:
    (found,) = from_xml(xml(TITLE, HEADINGS))
    assert objects(found, "fabio:hasPrimarySubjectTerm") == {"mesh:D019295", "mesh:D009369Q000188"}


def test_b8_other_identifiers_of_an_author_are_no_orcid() -> None:
    identifiers = (
        '<Identifier Source="ISNI">000000012146438X</Identifier>'
        '<Identifier Source="ORCID">0000-0002-1825-0097</Identifier>'
    )
    (found,) = from_xml(xml(f"{TITLE}<AuthorList><Author><LastName>Doe</LastName>{identifiers}</Author></AuthorList>"))
    assert objects(found, "dcterms:creator") == {"orcid:0000-0002-1825-0097"}
    assert any("000000012146438X" in o for _, _, o in found)


def test_b9_every_list_of_keywords_is_read() -> None:
    lists = (
        '<KeywordList Owner="NOTNLM"><Keyword>one</Keyword></KeywordList>'
        '<KeywordList Owner="KIE"><Keyword>two</Keyword></KeywordList>'
    )
    (found,) = from_xml(xml(TITLE, lists))
    assert objects(found, "prism:keyword") == {'"one"', '"two"'}


def test_b10_every_qualifier_is_its_own() -> None:
    (found,) = from_xml(xml(TITLE, HEADINGS))
    pairs = {o for o in objects(found, "fabio:hasSubjectTerm") if "Q" in o}
    assert pairs == {"mesh:D009369Q000150", "mesh:D009369Q000188", "mesh:D009369Q000235"}


def test_b11_comments_and_corrections_are_not_lost() -> None:
    comments = (
        '<CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"><RefSource>J. 2020;1:2</RefSource>'
        '<PMID Version="1">99</PMID></CommentsCorrections></CommentsCorrectionsList>'
    )
    (found,) = from_xml(xml(TITLE, comments))
    assert objects(found, "cito:isCorrectedBy") == {"pubmed:99"}


JOURNAL = "<MedlineJournalInfo><MedlineTA>J Test</MedlineTA>{}</MedlineJournalInfo>"


def test_b12_articles_of_one_journal_share_its_node() -> None:
    journal = JOURNAL.format("<NlmUniqueID>0374236</NlmUniqueID>")
    one, other = from_xml(xml(TITLE, journal), xml(TITLE, journal, pmid=2))
    assert objects(one, "dcterms:isPartOf") == objects(other, "dcterms:isPartOf", "pubmed:2") != set()


@pytest.mark.parametrize(
    ("number", "iri"),
    [
        ("R16CO5Y76E", "unii:R16CO5Y76E"),
        ("50-78-2", "cas:50-78-2"),
        ("EC 3.4.21.68", "enzyme:3.4.21.68"),
        ("0", None),
    ],
)
def test_b13_a_registry_number_is_of_its_own_registry(number: str, iri: str | None) -> None:
    chemical = (
        f"<ChemicalList><Chemical><RegistryNumber>{number}</RegistryNumber>"
        '<NameOfSubstance UI="D001241">Aspirin</NameOfSubstance></Chemical></ChemicalList>'
    )
    (found,) = from_xml(xml(TITLE, chemical))
    known = {o for s, p, o in found if p in ("skos:exactMatch", "skos:closeMatch") and s == "mesh:D001241"}
    assert {o.rpartition("/")[2].rpartition(":")[2] for o in known} == ({iri.partition(":")[2]} if iri else set())
    assert ("pubmed:1", "fabio:hasSubjectTerm", "mesh:D001241") in found


def test_b14_no_character_of_a_title_is_changed() -> None:
    title = 'He said "a\\b" \U0001f600 \u2028 caf\u00e9 cafe\u0301 \u00a0.'
    (found,) = from_xml(xml(f"<ArticleTitle>{title}</ArticleTitle>"))
    (literal,) = objects(found, "dcterms:title")
    (triple,) = ox.parse(f"<a:a> <a:b> {literal} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    assert isinstance(triple.object, ox.Literal)
    assert triple.object.value == title


@pytest.mark.parametrize(
    ("date", "issued"),
    [
        ("<Year>2019</Year>", '"2019"^^xsd:gYear'),
        ("<Year>2019</Year><Month>Jan</Month>", '"2019-01"^^xsd:gYearMonth'),
        ("<Year>2019</Year><Month>03</Month>", '"2019-03"^^xsd:gYearMonth'),
        ("<Year>2019</Year><Month>Jan</Month><Day>07</Day>", '"2019-01-07"^^xsd:date'),
        ("<Year>2019</Year><Season>Winter</Season>", '"2019"^^xsd:gYear'),
        ("<MedlineDate>2019 Jan-Feb</MedlineDate>", '"2019"^^xsd:gYear'),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", '"1998"^^xsd:gYear'),
        ("<MedlineDate>1995 Dec 21-28</MedlineDate>", '"1995-12"^^xsd:gYearMonth'),
    ],
)
def test_b15_a_date_is_as_precise_as_it_is(date: str, issued: str) -> None:
    article = f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>{TITLE}"
    (found,) = from_xml(xml(article))
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert {o.replace(f"<{xsd}", "xsd:").rstrip(">") for o in objects(found, "dcterms:issued")} == {issued}


def test_b16_journals_without_issn_are_not_one_journal() -> None:
    one, other = from_xml(
        xml(TITLE, JOURNAL.format("<NlmUniqueID>0374236</NlmUniqueID>")),
        xml(TITLE, JOURNAL.format("<NlmUniqueID>0000001</NlmUniqueID>"), pmid=2),
    )
    assert not objects(one, "dcterms:isPartOf") & objects(other, "dcterms:isPartOf", "pubmed:2")


def test_b17_the_copyright_is_no_part_of_the_abstract() -> None:
    abstract = (
        "<Abstract><AbstractText>Text.</AbstractText><CopyrightInformation>(c) X</CopyrightInformation></Abstract>"
    )
    (found,) = from_xml(xml(TITLE + abstract))
    assert {o.partition("@")[0] for o in objects(found, "bibo:abstract")} == {'"Text."'}
    assert objects(found, "dcterms:rights") == {'"(c) X"'}


def test_b18_namespaces_are_spelt_as_their_owners_spell_them() -> None:
    assert PREFIXES["prism"] == "http://prismstandard.org/namespaces/basic/2.0/"
    assert PREFIXES["bibo"] == "http://purl.org/ontology/bibo/"
    assert PREFIXES["mesh"] == "http://id.nlm.nih.gov/mesh/"


def test_b19_an_article_has_no_issue_of_its_own_and_no_made_up_time() -> None:
    article = "<Journal><JournalIssue><Volume>1</Volume><Issue>2</Issue></JournalIssue></Journal>" + TITLE
    entrez = (
        '<History><PubMedPubDate PubStatus="entrez"><Year>2019</Year><Month>9</Month><Day>28</Day>'
        "<Hour>6</Hour><Minute>0</Minute></PubMedPubDate></History>"
    )
    (found,) = from_xml(xml(article, data=entrez))
    assert objects(found, "prism:issueIdentifier") == {'"2"'}
    assert not objects(found, "bibo:issue")
    (created,) = objects(found, "dcterms:created", "id:1-record")
    assert created.startswith('"2019-09-28T06:00:00"^^')


def test_b20_mesh_iris_are_those_of_mesh_rdf() -> None:
    (found,) = from_xml(xml(TITLE, HEADINGS))
    iris = {term for triple in found for term in triple if term.startswith("mesh:")}
    assert iris
    assert all(re.fullmatch(r"mesh:(D\d{6,9}(Q\d{6,9})?|Q\d{6,9}|C\d{6,9})", iri) for iri in iris)
    assert {"mesh:D019295", "mesh:D009369"} == objects(found, "dcterms:subject")


def test_b21_types_substances_and_topics_have_properties_of_their_own() -> None:
    types = '<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>'
    (found,) = from_xml(xml(TITLE + types, HEADINGS))
    assert objects(found, "dcterms:type") == {"mesh:D016428"}
    assert "mesh:D016428" not in objects(found, "dcterms:subject") | objects(found, "fabio:hasSubjectTerm")


@pytest.mark.parametrize("tag", ["OT  ", "CN  ", "COIS", "CI  ", "GN  ", "TT  ", "AD  ", "SO  "])
def test_b22_a_wrapped_line_is_one_value(tag: str, nbib: Callable[..., str]) -> None:
    before = "FAU - Doe, Jane\nAU  - Doe J\n" if tag == "AD  " else ""
    lines = f"{before}{tag}- the first half of it and\n      the second half"
    text = nbib(1, lines).replace("SO  - X. 2020.\n", "") if tag == "SO  " else nbib(1, lines)
    found = from_text(text)
    assert any("the first half of it and the second half" in o for _, _, o in found)


def test_b23_a_tag_that_nobody_knows_costs_nothing_else(nbib: Callable[..., str]) -> None:
    found = from_text(nbib(1, "XYZ - what is this", "AUID- ORCID: 0000-0002-1825-0097", "LID - 10.1000/own [doi]"))
    assert objects(found, "bibo:doi") == {'"10.1000/own"'}


def test_b24_headings_of_text_are_taken_apart(nbib: Callable[..., str]) -> None:
    found = from_text(nbib(1, "MH  - *Humans", "AUID- ORCID: 0000-0002-1825-0097"))
    assert objects(found, "fabio:hasPrimarySubjectTerm") == {"mesh:D006801"}


def test_b25_nothing_of_one_record_is_left_in_the_next() -> None:
    author = "<AuthorList><Author EqualContrib='Y'><LastName>Doe</LastName></Author></AuthorList>".replace("'", '"')
    book = (
        '<PubmedBookArticle><BookDocument><PMID Version="1">2</PMID><Book><BookTitle>B</BookTitle></Book>'
        "</BookDocument></PubmedBookArticle>"
    )
    article, chapter, after = from_xml(xml(TITLE + author), book, xml(TITLE, pmid=3))
    assert objects(article, "dcterms:creator") == {"id:1-author-1"}
    assert len([p for s, p, _ in article if p == "pro:isHeldBy"]) == 1, "EqualContrib makes no second author"
    assert not objects(chapter, "dcterms:creator", "pubmed:2")
    assert not objects(after, "dcterms:creator", "pubmed:3")


def test_b26_a_title_goes_on_behind_its_markup() -> None:
    title = "<ArticleTitle>Of <i>E. coli</i> and <sup>3</sup>He <b>in <i>one</i></b> flask.</ArticleTitle>"
    (found,) = from_xml(xml(title))
    assert {o.partition('"@')[0].strip('"') for o in objects(found, "dcterms:title")} == {
        "Of E. coli and 3He in one flask."
    }


def test_b27_authors_and_affiliations_do_not_multiply() -> None:
    authors = "".join(
        f"<Author><LastName>{name}</LastName><AffiliationInfo><Affiliation>{name} House</Affiliation></AffiliationInfo>"
        f"<AffiliationInfo><Affiliation>{name} Lab</Affiliation></AffiliationInfo></Author>"
        for name in ("Doe", "Roe")
    )
    (found,) = from_xml(xml(f"{TITLE}<AuthorList>{authors}</AuthorList>"))
    assert len([1 for _, p, _ in found if p == "pro:relatesToOrganization"]) == 4


def test_b29_a_compressed_file_is_read_as_it_streams(tmp_path: Path) -> None:
    path = tmp_path / "two.xml.gz"
    path.write_bytes(gzip.compress(f"<PubmedArticleSet>{xml(TITLE)}{xml(TITLE, pmid=2)}</PubmedArticleSet>".encode()))
    assert [one.pmid for one in medgraph.read(path)] == ["1", "2"]


def test_b30_the_pmid_of_a_comment_is_not_that_of_the_record() -> None:
    comments = (
        '<CommentsCorrectionsList><CommentsCorrections RefType="CommentOn"><PMID Version="1">99</PMID>'
        "</CommentsCorrections></CommentsCorrectionsList>"
    )
    (found,) = from_xml(xml(TITLE, comments))
    assert objects(found, "bibo:pmid") == {'"1"'}
    assert objects(found, "cito:discusses") == {"pubmed:99"}

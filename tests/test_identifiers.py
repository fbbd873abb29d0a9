"""Identifiers in every spelling that the records hold, and the ones that are none."""

from __future__ import annotations

import functools
import gzip
import re

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from medgraph import identifiers

# (kind, as the record has it, canonical form); the PMID is that of a record which has it
GOOD = [
    ("pmid", "35315510", "35315510"),
    ("pmid", " 1 \n", "1"),
    ("pmid", "PMID: 7117323", "7117323"),
    ("pmid", "07117323", "7117323"),
    ("pmid", "https://pubmed.ncbi.nlm.nih.gov/23633646/", "23633646"),  # 23633646
    ("pmid", "http://www.ncbi.nlm.nih.gov/pubmed/23633646", "23633646"),
    ("pmcid", "PMC1672072", "PMC1672072"),  # 1111769
    ("pmcid", "6920169", "PMC6920169"),  # 37450112
    ("pmcid", "PMC3706072.1", "PMC3706072"),  # 23852273
    ("pmcid", "PMCID: PMC38908", "PMC38908"),
    ("pmcid", "pmc-id: PMC3464103;", "PMC3464103"),
    ("pmcid", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC38908/", "PMC38908"),
    ("pmcid", "https://pmc.ncbi.nlm.nih.gov/articles/PMC38908/", "PMC38908"),
    ("doi", "10.1002/cncr.34182", "10.1002/cncr.34182"),  # 35315510
    ("doi", " https://doi.org/10.7326/M20-6817 ", "10.7326/m20-6817"),
    ("doi", "http://dx.doi.org/10.1159/000115503", "10.1159/000115503"),
    ("doi", "https://www.doi.org/10.1159/000115503", "10.1159/000115503"),
    ("doi", "https://doi.org/doi:10.1159/000115503", "10.1159/000115503"),
    ("doi", "doi:10.1159/000115503", "10.1159/000115503"),
    ("doi", "DOI: 10.1159/000115503", "10.1159/000115503"),
    ("doi", "doi 10.1159/000115503", "10.1159/000115503"),
    ("doi", "doi.org/10.1159/000115503", "10.1159/000115503"),
    ("doi", "info:doi/10.1159/000115503", "10.1159/000115503"),
    ("doi", "\u200b10.1159/000115503\ufeff", "10.1159/000115503"),
    ("doi", "10.6002/ect.2020.häyry", "10.6002/ect.2020.häyry"),  # 32519616
    ("doi", "10.1002/(SICI)1098-2272(1999)16:1<15::AID-GEPI3>3.0.CO;2-8",
        "10.1002/(sici)1098-2272(1999)16:1<15::aid-gepi3>3.0.co;2-8"),  # 37652022
    ("doi", "10.1002/(SICI)1097-0274(199601)29:1&lt;23::AID-AJIM4&gt;3.0.CO;2-#",
        "10.1002/(sici)1097-0274(199601)29:1<23::aid-ajim4>3.0.co;2-#"),  # 28786991
    ("doi", "10.1577/1548-8446(1981)006&amp;lt;0021:AOBIUF&amp;gt;2.0.CO;2",
        "10.1577/1548-8446(1981)006<0021:aobiuf>2.0.co;2"),  # 37466699
    ("doi", "10.1000/a&amp;amp;b", "10.1000/a&b"),
    ("doi", "https://doi.org/10.1130/0091-7613(1984)12%3C623:COCMIS%3E2.0.CO;2",
        "10.1130/0091-7613(1984)12<623:cocmis>2.0.co;2"),
    ("doi", "10.1093/nar/28.1.27.PMID:10592173;PMCID:PMC102409",
        "10.1093/nar/28.1.27.pmid:10592173;pmcid:pmc102409"),  # 37749380
    ("doi", "10.1000.10/123", "10.1000.10/123"),
    ("orcid", "0000-0002-5732-0318", "0000-0002-5732-0318"),  # 35315510
    ("orcid", "ORCID: 0000-0002-5732-0318", "0000-0002-5732-0318"),
    ("orcid", "0000000152041937", "0000-0001-5204-1937"),  # 35489839
    ("orcid", "000000030647500X", "0000-0003-0647-500X"),  # 35489839
    ("orcid", "0000-0003-0647-500x", "0000-0003-0647-500X"),
    ("orcid", "http://orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),  # 24451147
    ("orcid", "https://orcid.org/0009-0002-9849-360X", "0009-0002-9849-360X"),  # 41603352
    ("orcid", "http://www.orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "https://www.orcid.org/0000-0001-5534-7202/", "0000-0001-5534-7202"),
    ("orcid", "orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "https//orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "https/orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "http//orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "http/orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "http:/orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "http://orcid/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "http://ORCID.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "https://orcid.org-0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "https://orcid.org-/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "https://orcid.org/https://orcid.org/0000-0001-5534-7202", "0000-0001-5534-7202"),
    ("orcid", "https://orcid.org/ 0000-0001-5534- 7202", "0000-0001-5534-7202"),
    ("orcid", "0000–0001–5534–7202", "0000-0001-5534-7202"),
    ("orcid", "0000\u20110001\u20115534\u20117202", "0000-0001-5534-7202"),
    ("orcid", "s0000000155347202", "0000-0001-5534-7202"),
    ("orcid", "0000-0001-5534-7202.", "0000-0001-5534-7202"),
    ("orcid", "0000-0001-5534-7202\u200b", "0000-0001-5534-7202"),
    ("isni", "0000 0000 9100 9940", "0000000091009940"),  # 31388341
    ("isni", "0000 0004 1759 700X", "000000041759700X"),  # 31388342
    ("isni", "0000000121901201", "0000000121901201"),  # 31388341
    ("isni", "https://isni.org/isni/0000000121901201", "0000000121901201"),
    ("isni", "http://www.isni.org/0000-0001-2190-1201", "0000000121901201"),
    ("isni", "ISNI: 0000 0001 2190 1201", "0000000121901201"),
    ("issn", "0008-543X", "0008-543X"),  # 35315510
    ("issn", "0008-543x", "0008-543X"),
    ("issn", "10970142", "1097-0142"),
    ("issn", "1097–0142", "1097-0142"),
    ("issn", "ISSN-1042-1629", "1042-1629"),
    ("issn", "EISSN-2375-5636", "2375-5636"),
    ("issn", "e-ISSN: 2375-5636", "2375-5636"),
    ("isbn", "978-3-030-58505-1", "9783030585051"),  # 36315697
    ("isbn", "ISBN 978-3-86680-192-9", "9783866801929"),  # 27169098
    ("isbn", "ISBN-978-1-5985-7192-9", "9781598571929"),
    ("isbn", "979-8-2098-8762-1", "9798209887621"),
    ("isbn", "1859962521", "1859962521"),  # 20821847
    ("isbn", "ISBN-10: 0-8044-2957-x", "080442957X"),
    ("isbn", "ISBN-13 978 3 86680 192 9", "9783866801929"),
    ("isbn", "e-ISBN: 978–3–86680–192–9", "9783866801929"),
    ("unii", "9ZOQ3TZI87", "9ZOQ3TZI87"),  # 35315510
    ("unii", "7352665165", "7352665165"),  # 39382274
    ("unii", "UNII: 9zoq3tzi87", "9ZOQ3TZI87"),
    ("cas", "8064-90-2", "8064-90-2"),  # 9272309
    ("cas", "50-00-0", "50-00-0"),
    ("cas", "CAS: 50‐00‐0", "50-00-0"),
    ("ec", "EC 2.4.1.18", "2.4.1.18"),  # 30978
    ("ec", "EC 3.4.-", "3.4.-.-"),  # 10214854
    ("ec", "EC 1.-", "1.-.-.-"),  # 27251462
    ("ec", "EC 3.4.21.-", "3.4.21.-"),  # 28618900
    ("ec", "EC 4.2.1.3.", "4.2.1.3"),  # 24429287
    ("ec", "3.6.1.n1", "3.6.1.n1"),
    ("ec", "EC:3.4.21.B12", "3.4.21.B12"),
    ("registry_number", "EC 5.3.4.1.", "5.3.4.1"),  # 28981094
    ("registry_number", "8064-90-2", "8064-90-2"),
    ("registry_number", "9ZOQ3TZI87", "9ZOQ3TZI87"),
    ("ror", "https://ror.org/02k7v4d05", "02k7v4d05"),  # 38988993
    ("ror", "http://www.ror.org/02K7V4D05/", "02k7v4d05"),
    ("ror", "ror.org/02k7v4d05", "02k7v4d05"),
    ("ror", "02k7v4d05", "02k7v4d05"),
    ("grid", "grid.13402.34", "grid.13402.34"),  # 31388342
    ("grid", "grid.7269.a", "grid.7269.a"),  # 31388330
    ("grid", "https://www.grid.ac/institutes/grid.83440.3b", "grid.83440.3b"),
    ("ringgold", "48439", "48439"),  # 41585660
    ("ringgold", "RINGGOLD: 8095", "8095"),
    ("mesh_ui", "D016543", "D016543"),
    ("mesh_ui", "D000077157", "D000077157"),
    ("mesh_ui", "Q000000981", "Q000000981"),
    ("mesh_ui", "C000657245", "C000657245"),
    ("mesh_ui", "D016543Q000188", "D016543Q000188"),
    ("mesh_ui", "http://id.nlm.nih.gov/mesh/D016543", "D016543"),
    ("mesh_ui", "https://id.nlm.nih.gov/mesh/D016543", "D016543"),
    ("mesh_ui", "MESH:D016543", "D016543"),
]  # fmt: skip

# (kind, as the record has it, code of the fault, the sentence)
BAD = [
    ("pmid", "000000000000", "pmid-form", "a PMID has one to nine digits and is not 0"),
    ("pmid", "11119751-a", "pmid-form", "a PMID has one to nine digits and is not 0"),
    ("pmid", "", "pmid-form", "a PMID has one to nine digits and is not 0"),
    ("pmid", "1234567890", "pmid-form", "a PMID has one to nine digits and is not 0"),
    ("pmid", "１２３", "pmid-form", "a PMID has one to nine digits and is not 0"),
    ("pmcid", "NIHMS641826", "pmcid-form", "a PubMed Central id is PMC and digits"),  # 26166904
    ("pmcid", "PMC", "pmcid-form", "a PubMed Central id is PMC and digits"),
    ("doi", "", "doi-form", "there is no DOI here"),  # 35532772
    ("doi", "https://doi.org/", "doi-form", "there is no DOI here"),
    ("doi", "19227", "doi-form", "a DOI begins with 10., a number of at least four digits and a slash"),
    ("doi", "51466", "doi-form", "a DOI begins with 10., a number of at least four digits and a slash"),  # 10026444
    ("doi", "06.2009/JCPSP.398398", "doi-form",
        "a DOI begins with 10., a number of at least four digits and a slash"),  # 19486588
    ("doi", "0.1109/TUFFC.2012.2486", "doi-form",
        "a DOI begins with 10., a number of at least four digits and a slash"),  # 23192817
    ("doi", "10.231/JIM.0b013e31816c2094", "doi-form",
        "a DOI begins with 10., a number of at least four digits and a slash"),  # 18382269
    ("doi", "10.1159/", "doi-form", "this DOI ends before the name that follows the slash"),
    ("doi", "10.1159/0001 15503", "doi-form", "a DOI holds no blanks or control characters"),
    ("doi", "10.1159/0001\x0715503", "doi-form", "a DOI holds no blanks or control characters"),
    ("orcid", "0000-0001-8212-707", "orcid-form",
        "an ORCID has sixteen digits, of which the last may be X; this has 15"),  # 34559112
    ("orcid", "000-0002-1118-498X", "orcid-form",
        "an ORCID has sixteen digits, of which the last may be X; this has 15"),  # 34905320
    ("orcid", "0000-0002-4311-859", "orcid-form",
        "an ORCID has sixteen digits, of which the last may be X; this has 15"),  # 35575177
    ("orcid", "0000-0001-5534-72025", "orcid-form",
        "an ORCID has sixteen digits, of which the last may be X; this has 17"),
    ("orcid", "https://orcid.org/", "orcid-form",
        "an ORCID has sixteen digits, of which the last may be X; this has none"),
    ("orcid", "id2", "orcid-form", "an ORCID has sixteen digits, of which the last may be X; this has 1"),
    ("orcid", "0000-0001-4314-996X", "orcid-checksum",
        "the check digit of this ORCID should be 2, not X"),  # 729652
    ("orcid", "0000-0002-1825-0098", "orcid-checksum", "the check digit of this ORCID should be 7, not 8"),
    ("orcid", "0000-0000-0000-0000", "orcid-checksum", "the check digit of this ORCID should be 1, not 0"),
    ("orcid", "0000-0000-0000-0001", "orcid-range", "ORCID does not give out numbers of this range"),
    ("orcid", "0000 0004 1759 700X", "orcid-range", "ORCID does not give out numbers of this range"),
    ("isni", "0000 0004 1759 7001", "isni-checksum", "the check digit of this ISNI should be X, not 1"),
    ("isni", "0000 0004 1759", "isni-form", "an ISNI has sixteen digits, of which the last may be X; this has 12"),
    ("issn", "1439-0271", "issn-checksum", "the check digit of this ISSN should be 2, not 1"),  # 19891639
    ("issn", "0000-000A", "issn-form", "an ISSN has eight digits, of which the last may be X; this has 7"),
    ("issn", "EISSN-", "issn-form", "an ISSN has eight digits, of which the last may be X; this has none"),
    ("isbn", "123-456", "isbn-form",
        "an ISBN has ten digits, or thirteen beginning with 978 or 979; this has 6"),  # 92349121
    ("isbn", "1859962522", "isbn-checksum", "the check digit of this ISBN should be 1, not 2"),
    ("isbn", "9783866801928", "isbn-checksum", "the check digit of this ISBN should be 9, not 8"),
    ("unii", "9ZOQ3TZI88", "unii-checksum", "the check character of this UNII should be 7, not 8"),
    ("unii", "txid2697049", "unii-form", "a UNII has ten letters and digits"),  # 32200400
    ("cas", "8064-90-3", "cas-checksum", "the check digit of this CAS number should be 2, not 3"),
    ("cas", "8064902", "cas-form", "a CAS number is two to seven digits, two digits and one, joined by hyphens"),
    ("ec", "EC 3.-.21", "ec-form", "an EC number has up to four places, from the left, such as 3.4.21.68 or 3.4.-"),
    ("ec", "EC 8.1.1.1", "ec-form", "an EC number has up to four places, from the left, such as 3.4.21.68 or 3.4.-"),
    ("ec", "EC", "ec-form", "an EC number has up to four places, from the left, such as 3.4.21.68 or 3.4.-"),
    ("registry_number", "0", "registry-number-form", "this is neither an EC number nor a CAS number nor a UNII"),
    ("registry_number", "123456789", "registry-number-form",
        "this is neither an EC number nor a CAS number nor a UNII"),  # 27169098
    ("registry_number", "9ZOQ3TZI88", "unii-checksum", "the check character of this UNII should be 7, not 8"),
    ("registry_number", "8064-90-3", "cas-checksum", "the check digit of this CAS number should be 2, not 3"),
    ("registry_number", "EC 9.9", "ec-form",
        "an EC number has up to four places, from the left, such as 3.4.21.68 or 3.4.-"),
    ("ror", "https://ror.org/02k7v4d06", "ror-checksum", "the last two digits of this ROR id should be 05, not 06"),
    ("ror", "https://ror.org/12k7v4d05", "ror-form",
        "a ROR id is a 0, six letters and digits (no i, l, o or u) and two digits"),
    ("grid", "13402.34", "grid-form", "a GRID id looks like grid.13402.34"),
    ("ringgold", "grid.13402.34", "ringgold-form", "a Ringgold number has one to seven digits"),
    ("mesh_ui", "D12345", "mesh-ui-form", "a MeSH identifier is D, Q or C and six to nine digits"),
    ("mesh_ui", "M0000001", "mesh-ui-form", "a MeSH identifier is D, Q or C and six to nine digits"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "raw", "canonical"), GOOD)
def test_every_spelling_comes_to_the_canonical_form(kind, raw, canonical):
    assert identifiers.KINDS[kind](raw) == canonical
    assert identifiers.check(kind, raw) == (canonical, None)
    assert identifiers.why_not(kind, raw) == ""


@pytest.mark.parametrize(("kind", "raw", "code", "message"), BAD)
def test_what_is_no_identifier_is_refused_with_the_reason(kind, raw, code, message):
    assert identifiers.KINDS[kind](raw) is None
    assert identifiers.check(kind, raw) == (None, identifiers.Fault(code, message))
    assert identifiers.why_not(kind, raw) == message


def test_tables_cover_every_kind():
    assert {kind for kind, *_ in GOOD} == {kind for kind, *_ in BAD} == set(identifiers.KINDS)


NEAR_MISSES = st.one_of(
    st.text(),
    st.sampled_from([raw for _, raw, *_ in GOOD + BAD]),
    st.text("ECDQ.-0123456789", max_size=14),
    st.lists(
        st.sampled_from(
            [
                *("https://", "doi.org/", "doi:", "10.1000/", "&", "amp;", "&lt;", "&LT;", "%26lt%3B", "%C3%A4", "%2"),
                *("\u200b", " ", "-", "–", "X", "x", "0000", "0000-0002-1825-0097", "ORCID", "ISBN", "978", "EC "),
                *("3.", "4.", "-", "PMC", "7", "12", "grid.", "D000001", "Q000002", "ror.org/", "0", "ISSN", "ſ", "İ"),
            ]
        ),
        max_size=8,
    ).map("".join),
)


@pytest.mark.parametrize("kind", identifiers.KINDS)
@given(raw=NEAR_MISSES)
def test_functions_are_idempotent_and_every_refusal_has_a_reason(kind, raw):
    function = identifiers.KINDS[kind]
    canonical, fault = identifiers.check(kind, raw)
    assert (canonical is None) != (fault is None)
    if canonical is not None:
        assert function(canonical) == canonical
    else:
        assert fault.code
        assert fault.message


@pytest.mark.parametrize(
    ("kind", "valid", "last"),
    [
        ("orcid", "0000-0002-1825-0097", "0123456789X"),
        ("isni", "000000041759700X", "0123456789X"),
        ("issn", "0008-543X", "0123456789X"),
        ("isbn", "9783030585051", "0123456789"),
        ("isbn", "1859962521", "0123456789X"),
        ("cas", "8064-90-2", "0123456789"),
        ("unii", "9ZOQ3TZI87", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ],
)
def test_only_one_check_character_is_right_and_the_sentence_names_it(kind, valid, last):
    for character in last:
        value, fault = identifiers.check(kind, valid[:-1] + character)
        assert (value is not None) == (character == valid[-1])
        assert value == valid or f"should be {valid[-1]}, not {character}" in fault.message


def test_check_digits_catch_every_wrong_digit_of_an_orcid():
    valid = "0000-0002-1825-0097"
    for place in [n for n, character in enumerate(valid) if character != "-"]:
        for digit in "0123456789".replace(valid[place], ""):
            assert identifiers.orcid(valid[:place] + digit + valid[place + 1 :]) is None


def test_doi_iri_of_a_sici():
    sici = "10.1002/1097-0134(20001101)41:2<224::AID-PROT70>3.0.CO;2-Z"
    iri = "https://doi.org/10.1002/1097-0134(20001101)41:2%3C224::aid-prot70%3E3.0.co;2-z"
    assert identifiers.doi_iri(sici) == identifiers.doi_iri(identifiers.doi(sici)) == iri


@pytest.mark.parametrize(
    ("doi", "iri"),
    [
        ("10.1000/a[b]c", "https://doi.org/10.1000/a%5Bb%5Dc"),
        ("10.1000/a#b?c", "https://doi.org/10.1000/a%23b%3Fc"),
        ("10.1000/a%3cb", "https://doi.org/10.1000/a%3Cb"),
        ("10.1000/50%", "https://doi.org/10.1000/50%25"),
        ('10.1000/"{}|\\^`', "https://doi.org/10.1000/%22%7B%7D%7C%5C%5E%60"),
        ("10.1000/a&b'(c)*+,;=:@!$~", "https://doi.org/10.1000/a&b'(c)*+,;=:@!$~"),
        ("10.1000/ä\u2028\u202e\U0001f600", "https://doi.org/10.1000/ä%E2%80%A8%E2%80%AE\U0001f600"),
        ("10.1000/\ue000\uffff", "https://doi.org/10.1000/%EE%80%80%EF%BF%BF"),
        ("10.1000/\ud800", "https://doi.org/10.1000/%ED%A0%80"),
    ],
)
def test_doi_iri_escapes_what_an_iri_cannot_hold(doi, iri):
    assert identifiers.doi_iri(doi) == iri


def strictly_parsed(iris: list[str]) -> list[str]:
    lines = "".join(f"<{iri}> <http://example.org/p> <http://example.org/o> .\n" for iri in iris)
    triples = pyoxigraph.parse(lines.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=False)
    return [quad.subject.value for quad in triples]


@given(st.text() | st.text("10./%3cÄ<>#[]\u2028\U000e0001", max_size=30))
def test_doi_iri_of_any_text_is_legal(text):
    iri = identifiers.doi_iri("10.1000/" + text)
    assert strictly_parsed([iri]) == [iri]
    graph = rdflib.Graph().parse(data=f"<{iri}> <http://example.org/p> <http://example.org/o> .", format="nt")
    assert str(next(graph.subjects())) == iri
    assert rdflib.URIRef(iri).n3() == f"<{iri}>"


@functools.cache
def real_text(shared):
    return [
        file.read_text(encoding="utf-8", errors="replace")
        for file in [*(shared / "medline").rglob("*"), *(shared / "pairs").glob("*.nbib")]
        if file.is_file()
    ]


@functools.cache
def real_xml(shared):
    """The leaves of all real XML: element, attribute values, text."""
    leaves = {}
    for file in [*(shared / "pubmed-xml").rglob("*.xml*"), *(shared / "pairs").glob("*.xml")]:
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        tree = etree.fromstring(data, etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False))
        for node in tree.iter(*ELEMENTS) if tree is not None else ():
            key = (node.tag, node.get("IdType") or node.get("EIdType") or node.get("Source"))
            leaves.setdefault(key, {})[node.text or ""] = None
    return leaves


ELEMENTS = ("ArticleId", "ELocationID", "Identifier", "ISSN", "ISSNLinking", "RegistryNumber")


def real_values(shared, tags, element, kind=None):
    """The distinct values of these MEDLINE tags and of this XML element in all real files."""
    found = dict.fromkeys(real_xml(shared).get((element, kind), ()))
    for text in real_text(shared) if tags else ():
        found |= dict.fromkeys(re.findall(rf"^(?:{tags}) *- (.*?)[ \r]*$", text, re.MULTILINE))
    return list(found)


def test_every_real_doi_becomes_a_legal_iri(shared):
    values = real_values(shared, "AID|LID", "ArticleId", "doi")
    values += real_values(shared, None, "ELocationID", "doi")
    values = [value.removesuffix("[doi]").strip() for value in values if not re.search(r"\[(?!doi)\w+\]$", value)]
    dois = [doi for value in values if (doi := identifiers.doi(value))]
    assert len(dois) > 11_000
    iris = [identifiers.doi_iri(doi) for doi in dois]
    assert strictly_parsed(iris) == iris
    graph = rdflib.Graph()
    graph.parse(data="".join(f"<{iri}> <p:p> <o:o> .\n" for iri in iris), format="nt")
    assert {str(subject) for subject in graph.subjects()} == set(iris)
    refused = {value for value in values if value.startswith("10.") and not identifiers.doi(value)}
    assert refused == {"10.231/JIM.0b013e31816c2094"}


def test_real_orcids(shared):
    values = real_values(shared, "AUID", "Identifier", "ORCID")
    assert len(values) > 4_000
    refused = {value for value in values if identifiers.orcid(value) is None}
    assert refused == {
        "ORCID: 0000-0002-4311-859",
        "ORCID: 000-0002-1118-498X",
        "ORCID: 0000-0001-8212-707",
        "0000-0001-4314-996X",
    }


def test_real_registry_numbers(shared):
    text = [found[1] for value in real_values(shared, "RN", None) if (found := re.match(r"([^(]+) \(.*\)$", value))]
    values = {*text, *real_values(shared, None, "RegistryNumber")} - {"0"}
    numbers = {value for value in values if re.match(r"EC |[0-9A-Z]{10}$|[0-9]+-[0-9]+-[0-9]$", value)}
    assert len(numbers) > 1_000
    assert {value for value in numbers if identifiers.registry_number(value) is None} == set()
    assert sum(identifiers.unii(value) is not None for value in numbers) > 600


def test_real_journal_and_institution_numbers(shared):
    issns = real_values(shared, "IS", "ISSN") + real_values(shared, None, "ISSNLinking")
    issns = [found[0] for value in issns if (found := re.match(r"[0-9]{4}-[0-9]{3}[0-9X]", value))]
    assert len(issns) > 3_900
    assert {value for value in issns if identifiers.issn(value) is None} == {"1439-0271"}
    for kind, source in (("isni", "ISNI"), ("grid", "GRID"), ("ror", "ROR"), ("ringgold", "RINGGOLD")):
        values = real_values(shared, None, "Identifier", source)
        assert values
        assert [value for value in values if identifiers.KINDS[kind](value) is None] == []

"""The language codes: complete, and tags that RDF takes."""

from __future__ import annotations

import re

import pyoxigraph
import pytest

from medgraph import languages

TERMINOLOGICAL = (
    *("sqi", "hye", "eus", "mya", "zho", "ces", "nld", "fra", "kat", "deu"),
    *("ell", "isl", "mkd", "mri", "msa", "fas", "ron", "slk", "bod", "cym"),
)
"""The codes of ISO 639-2/T that differ from the bibliographic ones."""


def test_all_codes_of_iso_639_2_are_there():
    # 487 entries in the standard, one of which is the range qaa-qtz for local use
    codes = [*languages._WITH_TWO_LETTERS.split()[::2], *languages._THREE_LETTERS_ONLY.split(), *languages.NO_LANGUAGE]
    assert len(codes) == len(set(codes)) == 486
    assert all(re.fullmatch("[a-z]{3}", code) and languages.is_code(code) for code in codes)
    assert not any(languages.is_code(code) for code in TERMINOLOGICAL)


def test_two_letter_tags_are_those_of_iso_639_1():
    tags = [tag for tag in languages.LANGUAGES.values() if len(tag) == 2]
    assert len(tags) == len(set(tags)) == 184


def test_every_tag_is_taken_by_a_strict_parser():
    lines = "".join(f'<s:s> <p:p> "x"@{tag} .\n' for tag in languages.LANGUAGES.values())
    parsed = [quad.object.language for quad in pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES)]
    assert parsed == list(languages.LANGUAGES.values())


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        *(("eng", "en"), ("chi", "zh"), ("ger", "de"), ("geo", "ka"), ("srp", "sr"), ("gsw", "gsw")),
        *(("scc", "sr"), ("und", None), ("mul", None), ("zxx", None), ("qaa", None), ("", None)),
    ],
)
def test_tag(code, tag):
    assert languages.tag(code) == tag


# 25663561; ERIC's records; 10807180; 23633646; 11119751-e, which is not of PubMed
@pytest.mark.parametrize("text", ["ENG", "English", "Eng", "en", "jiddisch", "scr", "deu", "qaa", "", "eng "])
def test_what_is_not_a_code(text):
    assert not languages.is_code(text)


def test_all_codes_of_the_real_records_are_known(shared):
    values: set[str] = set()
    for file in [*(shared / "medline").rglob("*"), *(shared / "pubmed-xml").rglob("*.xml")]:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            values |= set(re.findall(r"^LA  - (\S+?)\s*$", text, re.MULTILINE))
            values |= set(re.findall(r"<Language>(.*?)</Language>", text))
    known = {value for value in values if languages.is_code(value)}
    assert {"eng", "spa", "ger", "chi", "und", "geo"} <= known
    assert {value for value in values - known if not value.startswith("Text")} == {
        *("ENG", "Eng", "English", "en", "jiddisch"),
    }

"""The same record as text and as XML: the same citation and graph, but for the list in docs/text-and-xml.md."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

import medgraph
from medgraph.mapping import FULL
from medgraph.mapping.source_line import source_line
from medgraph.mapping.wording import joined
from medgraph.model import Citation

replace = msgspec.structs.replace
NOT_IN_TEXT = (
    "version", "version_id", "version_date", "pub_model", "cited_medium", "indexing_method", "authors_complete",
    "grants_complete", "data_banks_complete", "title_markup", "references", "source", "position",
    "unread", "problems",
)  # fmt: skip


def common(citation: Citation) -> Citation:
    """The citation without what the text form lacks."""
    blank: dict[str, Any] = {field: Citation(pmid="1").__getattribute__(field) for field in NOT_IN_TEXT}
    journal = citation.journal and replace(citation.journal, iso_abbreviation=None)
    headings = tuple(
        replace(
            heading,
            descriptor=replace(heading.descriptor, ui=None, auto=False, type=None),
            qualifiers=tuple(replace(q, ui=None, auto=False) for q in heading.qualifiers),
        )
        for heading in citation.mesh_headings
    )
    abstract = citation.abstract and (joined(citation.abstract.sections), citation.abstract.copyright)
    return replace(
        citation,
        **blank,
        journal=journal,
        mesh_headings=headings,
        publication_types=tuple(replace(one, ui=None) for one in citation.publication_types),
        chemicals=tuple(replace(one, ui=None) for one in citation.chemicals),
        suppl_meshes=tuple(replace(one, ui=None, type=None) for one in citation.suppl_meshes),
        authors=tuple(person(author) for author in citation.authors if author.valid),
        abstract=abstract,
        history=tuple(sorted((one.status, one.date.year, one.date.month, one.date.day) for one in citation.history)),
        article_ids=tuple(sorted((one.type or "", one.value) for one in citation.article_ids)),
        comments_corrections=tuple(
            replace(one, pmid_version=None) for one in citation.comments_corrections if one.ref_type != "Cites"
        ),
    )


def person(author: Any) -> Any:
    affiliations = tuple(replace(one, identifiers=()) for one in author.affiliations)
    return replace(author, affiliations=affiliations, equal_contribution=None, investigators=None)


def by_pmid(path: Path) -> dict[str, Citation]:
    return {one.pmid: one for one in medgraph.read(path, on_error=lambda _: None) if isinstance(one, Citation)}


@dataclasses.dataclass(frozen=True)
class Pair:
    text: Citation
    xml: Citation

    @property
    def plain(self) -> bool:
        """Whether the XML form has no letter that an ASCII export loses."""
        return msgspec.json.encode(common(self.xml)).isascii()


@pytest.fixture(scope="module")
def pairs(shared: Path) -> list[Pair]:
    text, xml = (by_pmid(shared / "pairs" / f"ortho-92.{suffix}") for suffix in ("nbib", "xml"))
    assert text.keys() == xml.keys()
    assert len(text) == 92
    return [Pair(text[pmid], xml[pmid]) for pmid in text]


def test_text_and_xml_are_the_same_citation_but_for_the_list(pairs: list[Pair]) -> None:
    plain = [pair for pair in pairs if pair.plain]
    assert len(plain) >= 60
    for pair in plain:
        assert common(pair.text) == common(pair.xml)


def test_the_names_of_supplementary_concepts_stand_in_the_text() -> None:
    text = b"PMID- 1\nOWN - NLM\nTI  - Title.\nRN  - 0 (Example Compounds)\nRN  - Example Disease 1\n"
    xml = b"""<PubmedArticle><MedlineCitation Owner="NLM"><PMID Version="1">1</PMID>
        <Article><ArticleTitle>Title.</ArticleTitle></Article>
        <ChemicalList><Chemical><RegistryNumber>0</RegistryNumber>
        <NameOfSubstance UI="D000001">Example Compounds</NameOfSubstance></Chemical></ChemicalList>
        <SupplMeshList><SupplMeshName Type="Disease" UI="C000001">Example Disease 1</SupplMeshName></SupplMeshList>
        </MedlineCitation></PubmedArticle>"""
    (of_text,), (of_xml,) = (medgraph.read(io.BytesIO(form)) for form in (text, xml))
    assert isinstance(of_text, Citation)
    assert isinstance(of_xml, Citation)
    assert [one.name for one in of_text.suppl_meshes] == ["Example Disease 1"]
    assert common(of_text) == common(of_xml)


def test_where_letters_are_lost_only_texts_differ(pairs: list[Pair]) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, str):
            return "…" if not value.isascii() else None
        if isinstance(value, msgspec.Struct):
            return {field: shape(getattr(value, field)) for field in value.__struct_fields__}
        return [shape(one) for one in value] if isinstance(value, tuple) else value

    def differences(text: Any, xml: Any) -> list[str]:
        if isinstance(xml, str):
            return [] if text == xml else [xml]
        if isinstance(xml, msgspec.Struct):
            return [d for f in xml.__struct_fields__ for d in differences(getattr(text, f), getattr(xml, f))]
        if isinstance(xml, tuple):
            assert isinstance(text, tuple)
            assert len(text) == len(xml)
            return [d for a, b in zip(text, xml, strict=True) for d in differences(a, b)]
        assert text == xml
        return []

    for pair in pairs:
        for text in differences(common(pair.text), common(pair.xml)):
            assert not text.isascii(), text


def test_the_source_of_xml_is_the_one_that_the_text_prints(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert source_line(pair.xml) == pair.text.source


def test_the_graphs_of_both_say_the_same_of_titles_dates_and_people(pairs: list[Pair]) -> None:
    """Whatever the text's graph says in one literal, the XML's graph says too, but for what the list allows."""
    allowed = (
        "owl#versionInfo",
        "vocab#derivedLabel",
        "mesh/",
        "-heading-",
        "-substance-",
        "dateEntered",
        "dateIndexed",
    )
    for pair in pairs:
        if not pair.plain:
            continue
        text, xml = set(FULL.triples(pair.text)), set(FULL.triples(pair.xml))
        left = {t for t in text - xml if not any(word in part for part in t for word in allowed)}
        assert left <= {t for t in left if "-section-" in "".join(t) or "dcterms:created" in "".join(t)}, left

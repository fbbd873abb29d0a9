"""
The index of MeSH 2024 against all real records beside the checkout: what resolves, and whether it is right.

What does not resolve, and what resolves to another identifier than the XML has, is listed here name by name.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from medgraph import mapping, sources
from medgraph.mesh import DESCRIPTOR, PUBLICATION_TYPE, QUALIFIER, SUBSTANCE
from medgraph.mesh.index import Index
from medgraph.model import Citation
from medgraph.thesaurus import build, names

UNKNOWN_HEADINGS = {
    "RNA, Guide": "MeSH has parted it in two, and 2024 has no entry term of that name",
    "Social Distance": "2024 has no entry term of that name",
}
NO_PUBLICATION_TYPES = {"Book", "Book Chapter"}
"""What PubMed's book records are called; no publication types of MeSH."""

GONE = {
    ("Food Habits", "D005510"): "D005247",
    ("Cervical Intraepithelial Neoplasia", "D018290"): "D002578",
    ("Receptor, Epidermal Growth Factor", "D011958"): "D066246",
}
"""Headings of older years whose descriptor MeSH 2024 lacks; in 2024 their name is an entry term of another one."""

MOVED = {("Oceanic Ancestry Group", "D044468"): "D000094862"}
"""A heading of older years whose descriptor is now called something else, and its old name another one's entry term."""

RENAMED = {
    ("Catchment Area (Health)", "D002391"): "Catchment Area, Health",
    ("Confounding Factors (Epidemiology)", "D015986"): "Confounding Factors, Epidemiologic",
    ("Dependency (Psychology)", "D003858"): "Dependency, Psychological",
    ("Dose Fractionation", "D019583"): "Dose Fractionation, Radiation",
    ("Mpox, Monkeypox", "D045908"): "Mpox (monkeypox)",
    ("Tobacco", "D014026"): "Nicotiana",
}
"""Headings of other years that MeSH 2024 calls something else, without keeping the name as an entry term."""

HAND_MADE = {
    ("Sample Heading", "D000001"), ("Clinical Trial, Phase IV", "D013485"), ("analysis", "Q000001"),
    ("publication type 1", "D000001"), ("publication type 2", "D000002"), ("a qualifier", "Q000001"),
    ("another qualifier", "Q000002"), ("some qualifier", "Q000003"), ("some other qualifier", "Q000004"),
}  # fmt: skip
"""Of files that people made up for tests."""


@pytest.fixture(scope="module")
def index(mesh2024):
    return Index(mesh2024)


def citations(paths):
    for path in sorted(paths):
        if path.is_file():
            for record in sources.read(path, on_error=lambda _: None):
                if isinstance(record, Citation):
                    yield record


@pytest.fixture(scope="module")
def text(shared):
    """All records of the MEDLINE files."""
    return list(citations([*(shared / "medline").rglob("*"), *(shared / "pairs").glob("*.nbib")]))


@pytest.fixture(scope="module")
def xml(shared):
    """All records of the PubMed XML."""
    return list(citations([*(shared / "pubmed-xml").rglob("*"), *(shared / "pairs").glob("*.xml")]))


def test_headings_qualifiers_and_publication_types_of_all_text_resolve(index, text):
    count, missed = Counter(), defaultdict(Counter)
    for record in text:
        found = [(DESCRIPTOR, heading.descriptor.name) for heading in record.mesh_headings]
        found += [(QUALIFIER, one.name) for heading in record.mesh_headings for one in heading.qualifiers]
        found += [(PUBLICATION_TYPE, one.name) for one in record.publication_types]
        for kind, name in found:
            count[kind] += 1
            if index.look_up(kind, name).ui is None:
                missed[kind][name] += 1
    assert count[DESCRIPTOR] > 36_000
    assert 1 - missed[DESCRIPTOR].total() / count[DESCRIPTOR] >= 0.9998
    assert set(missed[DESCRIPTOR]) == set(UNKNOWN_HEADINGS)
    assert not missed[QUALIFIER]
    assert set(missed[PUBLICATION_TYPE]) == NO_PUBLICATION_TYPES


def test_names_alone_resolve_to_the_identifiers_that_stand_beside_them(index, xml):
    right, wrong, unresolved = 0, Counter(), Counter()
    for record in xml:
        pairs = [(DESCRIPTOR, heading.descriptor) for heading in record.mesh_headings]
        pairs += [(QUALIFIER, one) for heading in record.mesh_headings for one in heading.qualifiers]
        pairs += [(PUBLICATION_TYPE, one) for one in record.publication_types]
        for kind, one in pairs:
            if one.ui is None or (one.name, one.ui) in HAND_MADE:
                continue
            found = getattr(index, kind.replace(" ", "_"))(one.name)
            if found == one.ui:
                right += 1
            elif found is None:
                unresolved[one.name, one.ui] += 1
            else:
                wrong[one.name, one.ui, found] += 1
    assert right > 35_000
    assert right / (right + wrong.total() + unresolved.total()) >= 0.999
    assert {(name, ui): found for name, ui, found in wrong} == GONE | MOVED
    assert set(unresolved) == set(RENAMED)


def test_the_differences_are_those_of_the_year(index):
    assert {ui for _, ui in GONE | MOVED if index.record(ui) is not None} == {ui for _, ui in MOVED}
    assert index.record("D044468").name == "Native Hawaiian or Other Pacific Islander"
    for (name, _), found in (GONE | MOVED).items():
        assert index.look_up(DESCRIPTOR, name).how.startswith(f"entry term of {index.record(found).name}, MeSH 2024")
    for (name, ui), now in RENAMED.items():
        assert index.record(ui).name == now
        assert index.look_up(DESCRIPTOR, name).ui is None


def test_substances_that_resolve_are_right_or_have_become_descriptors(index, xml):
    right = 0
    for record in xml:
        for one in (*record.chemicals, *record.suppl_meshes):
            if one.ui and one.name and (found := index.substance(one.name)) is not None and found != one.ui:
                assert found[0] == "D"
                assert one.ui[0] == "C" or (one.name, one.ui) in GONE
            else:
                right += one.ui is not None and found == one.ui
    assert right > 4_000


class Both:
    """The index of 2024, and behind it what was learned of supplementary concepts, of which its tables have none."""

    def __init__(self, index, learned):
        self._index, self._learned = index, learned
        self.descriptor, self.qualifier = index.descriptor, index.qualifier
        self.publication_type, self.look_up = index.publication_type, index.look_up

    def substance(self, name):
        return self._index.substance(name) or self._learned.substance(name)


def test_text_and_xml_of_the_same_records_give_the_same_mesh_triples(index, shared, text, xml, tmp_path):
    six = {"35196497", "33278872", "24792780", "30158200", "151222", "33279447"}
    forms = []
    for records, pairs in ((text, "ortho-92.nbib"), (xml, "ortho-92.xml")):
        form = {one.pmid: one for one in records if one.pmid in six}
        form |= {one.pmid: one for one in citations([shared / "pairs" / pairs])}
        forms.append(form)
    assert len(forms[0]) == 98
    taught = names([shared / "pairs" / "ortho-92.xml", shared / "pubmed-xml"], lambda _: None)
    build([], tmp_path / "learned.sqlite", learned=(one for one in taught if one[0] == SUBSTANCE))
    learned = Index(tmp_path / "learned.sqlite")

    def triples(resolver, record):
        used = mapping.FULL.with_options(resolver=resolver)
        kinds = ("/subject>", "SubjectTerm>", "terms/type>", "#heading>", "#substance>", "#publicationTypeName>")
        return {
            triple
            for triple in used.triples(record)
            if triple[1].endswith(kinds)
            or "/mesh/" in triple[0]
            or "-heading-" in triple[0]
            or "-substance-" in triple[0]
        }

    count = 0
    for pmid, one in forms[0].items():
        of_text, of_xml = (triples(Both(index, learned), form) for form in (one, forms[1][pmid]))
        assert of_text == of_xml
        count += len(of_text)
    assert count > 7_000
    without = {pmid for pmid, one in forms[0].items() if triples(index, one) != triples(index, forms[1][pmid])}
    assert without == {"11517569", "9750645", "35196497"}, "mizoribine, perfloxacin, and Senp2 protein, mouse"

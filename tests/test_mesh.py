"""Names become MeSH identifiers by being equal, and the table that ships is right."""

from __future__ import annotations

import collections
import csv
import gzip
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from medgraph import identifiers, mesh

# names that are no publication types of MeSH: of ERIC and of PubMed's book records, of hand-made
# files, and a type that NLM gave up without a successor (In Vitro, Review, Tutorial)
NO_PUBLICATION_TYPES = {
    *("Books", "Book", "Book Chapter", "Collected Works - General", "Information Analyses", "Journal Articles"),
    *("Dissertations/Theses - Doctoral Dissertations", "Reports - Evaluative", "Reports - Research"),
    *("publication type 1", "publication type 2", "In Vitro", "Review, Tutorial"),
}
HAND_MADE = re.compile(r"Text[0-9]+|(?:minor|major|another) qualifier|a qualifier|some (?:other )?qualifier")


@pytest.fixture(scope="module")
def xml_terms(shared):
    """Name -> identifiers and their counts, for the three kinds, in all real XML."""
    kinds = {"PublicationType": "publication type", "QualifierName": "qualifier", "DescriptorName": "descriptor"}
    found = {kind: collections.defaultdict(collections.Counter) for kind in kinds.values()}
    for file in [*(shared / "pubmed-xml").rglob("*.xml*"), *(shared / "pairs").glob("*.xml")]:
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        tree = etree.fromstring(data, etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False))
        for node in tree.iter(*kinds) if tree is not None else ():
            found[kinds[node.tag]][" ".join((node.text or "").split())][node.get("UI") or None] += 1
    return found


def resolved(kind, name):
    return getattr(mesh.SMALL, kind.replace(" ", "_"))(name)


def shipped():
    return list(mesh.shipped())


def test_the_table_is_whole_and_well_formed():
    counts = collections.Counter(kind for kind, *_ in shipped())
    assert counts == {"publication type": 185, "qualifier": 84, "descriptor": 39}
    assert len({ui for _, ui, _ in shipped()}) == 308
    for kind, ui, names in shipped():
        assert identifiers.mesh_ui(ui) == ui
        assert ui[0] == ("Q" if kind == "qualifier" else "D")
        assert all(resolved(kind, name) == ui for name in names)


@pytest.mark.parametrize(
    ("kind", "name", "ui"),
    [
        ("publication type", "Journal Article", "D016428"),
        ("publication type", "JOURNAL ARTICLE", "D016428"),
        ("publication type", "research support,  non-u.s. gov't", "D013485"),
        ("publication type", "Support, U.S. Gov't, P.H.S.", "D013487"),
        ("publication type", "Congresses", "D016423"),
        ("publication type", "Retraction Notice", "D016440"),
        ("publication type", "Preprint", "D000076942"),
        ("publication type", "Humans", None),
        ("qualifier", "statistics & numerical data", "Q000706"),
        ("qualifier", "Diagnostic Imaging", "Q000000981"),
        ("qualifier", "radiography", "Q000530"),
        ("qualifier", "manpower", "Q000364"),
        ("qualifier", "therapies", None),
        ("descriptor", "Aged, 80 and over", "D000369"),
        ("descriptor", "History, 20th Century", "D049673"),
        ("descriptor", "Tobacco", None),
        ("descriptor", "drug therapy", None),
    ],
)
def test_names(kind, name, ui):
    assert resolved(kind, name) == ui


def test_no_substances_and_module_functions():
    assert mesh.SMALL.substance("Sorafenib") is None
    assert mesh.descriptor("Humans") == "D006801"
    assert mesh.qualifier("blood") == "Q000097"
    assert mesh.publication_type("Review") == "D016454"


def test_one_name_for_two_identifiers_is_refused():
    with pytest.raises(ValueError, match=r"the descriptor 'humans' is both D000001 and D000002"):
        mesh.SmallTables([("descriptor", "D000001", ["Humans"]), ("descriptor", "D000002", ["humans"])])


def test_a_resolver_travels_to_a_worker():
    resolver: mesh.Resolver = pickle.loads(pickle.dumps(mesh.SMALL))
    assert resolver.qualifier("blood") == "Q000097"


@given(st.text())
def test_any_text_is_looked_up_without_harm(text):
    for kind in ("descriptor", "qualifier", "publication type", "substance"):
        assert resolved(kind, text) is None or mesh.folded(text)
        assert resolved(kind, mesh.folded(text)) == resolved(kind, text)


def test_names_agree_with_mesh_2024(shared):
    folder = shared / "mesh"
    names = dict(line.split("\t") for line in (folder / "mesh2024_descriptors.tsv").read_text().splitlines())
    qualifiers = dict(list(csv.reader((folder / "mesh_qualifier.csv").read_text().splitlines()))[1:])
    trees = [line.split("\t") for line in (folder / "mesh2024_trees.tsv").read_text().splitlines()]
    ours = {(kind, ui): listed[0] for kind, ui, listed in shipped()}
    assert {ui for kind, ui in ours if kind == "publication type"} == {ui for ui, _, tree in trees if tree[0] == "V"}
    assert {ui for kind, ui in ours if kind == "qualifier"} >= set(qualifiers)
    for (kind, ui), name in ours.items():
        assert name == (names[ui] if kind != "qualifier" else qualifiers.get(ui, name))


def test_names_agree_with_the_identifiers_that_stand_beside_them(xml_terms):
    for kind, terms in xml_terms.items():
        compared = 0
        for name, uis in terms.items():
            ui = resolved(kind, name)
            if ui is not None and set(uis) - {None}:
                # the commonest one: hand-made files have Q000001 for analysis
                assert ui == collections.Counter({u: n for u, n in uis.items() if u}).most_common(1)[0][0] or (
                    (name, ui) == ("Clinical Trial, Phase IV", "D017429")  # D013485 in a hand-made file
                )
                compared += 1
        assert compared >= 30


def test_every_publication_type_and_qualifier_of_the_real_records_resolves(shared, xml_terms):
    types, qualifiers = set(xml_terms["publication type"]), set(xml_terms["qualifier"])
    for file in [*(shared / "medline").rglob("*"), *(shared / "pairs").glob("*.nbib")]:
        if file.is_file():
            text = re.sub(r"\r?\n {6}", " ", file.read_text(encoding="utf-8", errors="replace"))
            types |= {" ".join(value.split()) for value in re.findall(r"^PT  - (.*)$", text, re.MULTILINE)}
            for heading in re.findall(r"^MH  - (.*)$", text, re.MULTILINE):
                qualifiers |= {" ".join(part.split()).lstrip("*") for part in heading.split("/")[1:]}
    assert len(types) > 80
    assert len(qualifiers) > 80
    unknown = {name for name in types if not mesh.publication_type(name) and not HAND_MADE.fullmatch(name)}
    assert unknown == NO_PUBLICATION_TYPES
    assert {name for name in qualifiers if not mesh.qualifier(name) and not HAND_MADE.fullmatch(name)} == set()

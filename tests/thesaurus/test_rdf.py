"""The exported tree is what NLM's own graph says, and queries over records find what the tree numbers say."""

from __future__ import annotations

import collections
import gzip

import mesh_files
import pyoxigraph
import pytest

from medgraph.errors import SinkError
from medgraph.mesh.index import Index
from medgraph.store import Store
from medgraph.thesaurus import build
from medgraph.thesaurus.rdf import export, records

UNDER = """
    SELECT DISTINCT ?article WHERE {
        ?article dcterms:subject ?descriptor .
        ?descriptor meshv:treeNumber ?place .
        ?place meshv:parentTreeNumber* mesh:F02 .
    }
"""


def grouped(triples):
    found = collections.defaultdict(set)
    for subject, predicate, value in triples:
        found[subject, predicate].add(value)
    return found


def lines_of(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        yield line.rstrip()[:-2].split(" ", 2)


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "mesh.nt"
    path.write_text(mesh_files.ntriples())
    build([path], tmp_path / "mesh.sqlite")
    return Index(tmp_path / "mesh.sqlite")


def test_what_we_write_of_nlms_xml_is_what_nlm_writes(shared, tmp_path):
    """
    samples.nt is NLM's own RDF of some records of desc-samples.xml and supp-samples.xml.

    Of every node that stands in both, each property that we write has the same values, and there is no
    value of these properties that we do not write.
    """
    folder = shared / "mesh" / "meshrdf"
    build([folder / "desc-samples.xml", folder / "supp-samples.xml"], tmp_path / "mesh.sqlite", year=2015)
    ours = grouped(triple for block in records(Index(tmp_path / "mesh.sqlite")) for triple in block)
    theirs = grouped(lines_of(folder / "samples.nt"))
    described = {subject for subject, _ in ours} & {subject for subject, _ in theirs}
    properties = {predicate for _, predicate in ours}
    compared = {key for key in theirs if key[0] in described and key[1] in properties}
    assert {key: ours.get(key) for key in compared} == {key: theirs[key] for key in compared}
    assert {key for key in ours if key[0] in described} == compared
    assert len(compared) == 2027


def test_what_is_written_reads_back_as_the_same_index(index, tmp_path):
    export(index, tmp_path / "2024.nt")
    build([tmp_path / "2024.nt"], tmp_path / "again.sqlite")
    assert list(Index(tmp_path / "again.sqlite").records()) == list(index.records())


@pytest.mark.parametrize("name", ["mesh.ttl", "mesh.ttl.gz", "mesh.rdf", "mesh.jsonld", "mesh.nq"])
def test_every_format_holds_the_same_triples(index, tmp_path, name):
    export(index, tmp_path / "mesh.nt")
    written = export(index, tmp_path / name)
    stores = []
    for file in ("mesh.nt", name):
        path = tmp_path / file
        if path.suffix == ".gz":
            path = tmp_path / "unpacked.ttl"
            path.write_bytes(gzip.decompress((tmp_path / file).read_bytes()))
        store = Store()
        store.load_file(str(path))
        stores.append(set(store.answer("SELECT ?s ?p ?o WHERE { ?s ?p ?o }").rows))
    assert stores[0] == stores[1]
    assert written.records == len(list(index.records()))
    assert written.triples >= len(stores[0])


def test_the_nodes_of_a_record(index, tmp_path):
    export(index, tmp_path / "mesh.ttl")
    text = (tmp_path / "mesh.ttl").read_text()
    assert (
        """mesh:D900002 a meshv:TopicalDescriptor ;
    rdfs:label "Sleep, Slow-Wave & Deep"@en ;
    meshv:identifier "D900002" ;
    meshv:treeNumber <http://id.nlm.nih.gov/mesh/F02.830> , <http://id.nlm.nih.gov/mesh/G11.561.803> ;
    meshv:broaderDescriptor mesh:D900001 ;
    meshv:pharmacologicalAction mesh:D900003 ;
    meshv:preferredConcept mesh:M0900002 ;
    meshv:concept mesh:M000900003 ;
    meshv:preferredTerm mesh:T900002 .
"""
        in text
    )
    assert 'mesh:T900002 a meshv:Term ;\n    meshv:identifier "T900002" ;\n    meshv:prefLabel "Sleep, Slow' in text


def test_what_has_no_term_is_left_out_and_counted(tmp_path):
    (tmp_path / "m2024.csv").write_text('ui,name\nD900001,"Sleep"\nC900001,x\n')
    build([tmp_path / "m2024.csv"], tmp_path / "mesh.sqlite")
    index = Index(tmp_path / "mesh.sqlite")
    written = export(index, tmp_path / "mesh.nt")
    assert written.left_out == index.info.names
    text = (tmp_path / "mesh.nt").read_text()
    assert '<http://id.nlm.nih.gov/mesh/D900001> <http://www.w3.org/2000/01/rdf-schema#label> "Sleep"@en .' in text
    assert (
        "mesh/C900001> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://id.nlm.nih.gov/mesh/vocab#Supp" in text
    )


def test_a_query_finds_what_stands_below(index, tmp_path):
    subject = "<http://purl.org/dc/terms/subject>"
    articles = "".join(
        f"<http://rdf.ncbi.nlm.nih.gov/pubmed/{n}> {subject} <http://id.nlm.nih.gov/mesh/{ui}> .\n"
        for n, ui in enumerate(["D900001", "D900002", "D900003", "D900004", "D900002"], 1)
    )
    (tmp_path / "articles.nt").write_text(articles)
    export(index, tmp_path / "ours.ttl")
    (tmp_path / "theirs.nt").write_text(mesh_files.ntriples() + parents())
    for tree in ("ours.ttl", "theirs.nt"):
        store = Store()
        store.load_file(str(tmp_path / "articles.nt"))
        store.load_file(str(tmp_path / tree))
        assert sorted(row[0] for row in store.answer(UNDER).texts) == ["pubmed:1", "pubmed:2", "pubmed:5"]


def parents():
    """Tree numbers lead to their parents in mesh.nt."""
    vocabulary = "http://id.nlm.nih.gov/mesh/vocab#parentTreeNumber"
    return f"<http://id.nlm.nih.gov/mesh/F02.830> <{vocabulary}> <http://id.nlm.nih.gov/mesh/F02> .\n"


def test_a_format_that_is_none(index, tmp_path):
    with pytest.raises(SinkError, match="the name does not say which syntax to write"):
        export(index, tmp_path / "mesh.sql")
    assert not (tmp_path / "mesh.sql").exists()


def test_everything_is_legal_and_in_the_published_vocabulary(index, tmp_path):
    export(index, tmp_path / "mesh.nt")
    with open(tmp_path / "mesh.nt", "rb") as file:
        assert sum(1 for _ in pyoxigraph.parse(file, format=pyoxigraph.RdfFormat.N_TRIPLES)) > 500


def test_watching(index, tmp_path):
    seen = []
    export(index, tmp_path / "mesh.nt", watch=seen.append)
    assert seen == [256]

"""The description of a dataset: only terms that exist, used as they are meant, and figures that are true."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from conftest import Ran
from published import published
from vocabulary import check_graph

from medgraph import dataset, manifest, pipeline
from medgraph.store import Store
from medgraph.vocab import TERMS

Nbib = Callable[..., str]
PREFIXES = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"


@pytest.fixture
def out(nbib: Nbib, tmp_path: Path) -> Path:
    people = ("FAU - Doe, Jane", "AU  - Doe J", "MH  - Humans")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a b.nbib").write_text(nbib(1, *people) + nbib(2))
    (tmp_path / "in" / "c.nbib").write_text(nbib(2) + nbib(3, *people))
    pipeline.convert([tmp_path / "in"], f"{tmp_path}/out/", format="nt.gz")
    return tmp_path / "out"


def store_of(out: Path) -> Store:
    store = Store()
    store.load(pyoxigraph.serialize(
        [quad.triple for quad in pyoxigraph.parse(
            path=str(out / dataset.NAME), base_iri="http://example.org/data/dataset.ttl"
        )], format=pyoxigraph.RdfFormat.N_TRIPLES,
    ))  # fmt: skip
    return store


def test_every_term_is_listed_and_used_as_its_vocabulary_says(out: Path) -> None:
    published()
    said = dataset.triples(manifest.read(str(out)), at="http://example.org/data/", issued="2026-01-31")
    assert check_graph(said) == []
    assert {predicate for _, predicate, _ in said} <= TERMS.keys() | {
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    }


def test_the_file_says_what_the_triples_say(out: Path) -> None:
    said = dataset.triples(manifest.read(str(out)), at="http://example.org/data/")
    read = store_of(out)
    assert len(read) == len(set(said))
    for subject, predicate, value in said:
        assert read.answer(f"ASK {{ {subject} {predicate} {value} }}").rows == [(True,)]


def test_the_figures_are_true(out: Path) -> None:
    store, whole = store_of(out), Store()
    parts = sorted(out.glob("*.nt.gz"))
    assert len(parts) == 2
    for part in parts:
        whole.load(gzip.decompress(part.read_bytes()))
    of = "?d a void:Dataset ; void:dataDump ?file ; "
    files = store.answer(f"SELECT DISTINCT ?file {{ {of} void:triples ?n }} ORDER BY ?file").rows
    assert files == [("http://example.org/data/a%20b.nt.gz",), ("http://example.org/data/c.nt.gz",)]
    assert store.answer(f"SELECT DISTINCT ?n {{ {of} void:entities ?n }}").rows == [(3,)]
    classes = whole.answer("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }").rows
    assert store.answer(f"SELECT DISTINCT ?n {{ {of} void:classes ?n }}").rows == classes
    query = "SELECT ?n { ?p void:property bibo:pmid ; void:triples ?n }"
    assert store.answer(query).rows == [(4,)]  # PMID 2 stands in two parts
    people = "SELECT ?n { ?p void:class foaf:Person ; void:entities ?n }"
    assert store.answer(people).rows == whole.answer("SELECT (COUNT(?s) AS ?n) { ?s a foaf:Person }").rows
    for part in parts:
        query = f'SELECT ?size ?sum {{ ?p dcterms:title "{part.name}" ; dcat:byteSize ?size ; schema:sha256 ?sum }}'
        data = part.read_bytes()
        assert store.answer(query).rows == [(len(data), hashlib.sha256(data).hexdigest())]
    sources = store.answer("SELECT ?name { ?a prov:used ?s . ?s dcterms:title ?name } ORDER BY ?name").rows
    assert sources == [("a b.nbib",), ("c.nbib",)]


def test_nlm_is_named_and_no_date_is_invented(out: Path) -> None:
    text = (out / dataset.NAME).read_text()
    assert dataset.TERMS in text
    assert "Courtesy of the U.S. National Library of Medicine" in text
    assert "^^xsd:date" not in text
    issued = dataset.turtle(manifest.read(str(out)), issued="2026-01-31").decode()
    assert 'dcterms:issued "2026-01-31"^^xsd:date' in issued


def test_another_input_has_another_name(out: Path, nbib: Nbib, tmp_path: Path) -> None:
    before = manifest.read(str(out)).digest
    (tmp_path / "in" / "c.nbib").write_text(nbib(4))
    pipeline.convert([tmp_path / "in"], f"{out}/", format="nt.gz")
    assert manifest.read(str(out)).digest != before


def test_a_folder_of_parts_is_loaded_with_its_description(out: Path, tmp_path: Path, run: Callable[..., Ran]) -> None:
    assert run("load", out, "--to", f"store:{tmp_path}/store").code == 0
    asked = run("query", "SELECT ?f { ?d dcat:downloadURL ?f }", "--store", tmp_path / "store", "--format", "csv")
    assert (out / "c.nt.gz").as_uri() in asked.out
    asked = run("query", "SELECT ?f { ?d dcat:downloadURL ?f }", out / dataset.NAME, "--format", "csv")
    assert (out / "c.nt.gz").as_uri() in asked.out

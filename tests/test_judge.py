"""Records judged on their way to the output: what conforms is written, the rest is kept with every reason."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from medgraph import pipeline
from medgraph.errors import ShapesError
from medgraph.judge import Judge
from medgraph.report import text
from medgraph.shacl import Validator

Nbib = Callable[..., str]

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix medgraph: <https://w3id.org/medgraph/vocab#> .
@prefix s: <http://example.org/shapes#> .
s: sh:declare [ sh:prefix "dcterms" ; sh:namespace "http://purl.org/dc/terms/" ] .
s:Article sh:targetSubjectsOf bibo:pmid ; sh:name "my article" ; medgraph:scope medgraph:Record ;
    sh:property [ sh:path bibo:volume ; sh:minCount 1 ; sh:name "volume" ; sh:message "An article has a volume" ;
        medgraph:hint "Look at the line VI." ] ;
    sh:property [ sh:path bibo:pages ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "An article has pages" ] ;
    sh:sparql [ sh:message "The title is bad" ; sh:prefixes s: ;
        sh:select "SELECT $this ?value { $this dcterms:title ?value . FILTER (STRSTARTS(?value, 'Bad')) }" ] .
"""
GOOD = ("VI  - 7", "PG  - 1-9")


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    path = tmp_path / "shapes.ttl"
    path.write_text(SHAPES)
    return path


@pytest.fixture
def four(nbib: Nbib, tmp_path: Path) -> Path:
    """A good record, one with a violation, one that cannot be read, one with a warning."""
    path = tmp_path / "in.txt"
    broken = "OWN - NLM\nTI  - no number\nSO  - X.\n\n"
    path.write_text(nbib(1, *GOOD) + nbib(2, "PG  - 1-9") + broken + nbib(3, "VI  - 7"))
    return path


def pmids(path: Path) -> list[str]:
    store = ox.Store()
    store.bulk_load(path.read_bytes(), ox.RdfFormat.N_TRIPLES)
    found: Any = store.query("SELECT ?p { ?a <http://purl.org/ontology/bibo/pmid> ?p } ORDER BY ?p")
    return [each["p"].value for each in found]


def rejected(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_strict_keeps_what_does_not_conform_apart_with_every_reason(tmp_path: Path, four: Path, shapes: Path) -> None:
    report = pipeline.convert([four], tmp_path / "out.nt", shapes=[shapes])
    assert (report.read, report.written, report.rejected_count) == (4, 2, 2)
    assert report.adds_up
    assert not report.complete
    assert pmids(tmp_path / "out.nt") == ["1", "3"]
    folder = tmp_path / "out.nt.rejects"
    assert report.rejects == (str(folder / "records.jsonl"), str(folder / "records.nt"))
    assert pmids(folder / "records.nt") == ["2"]
    two, unreadable = rejected(folder / "records.jsonl")
    assert (two["pmid"], two["where"], two["source"]) == ("2", "line 9", str(four))
    assert two["reason"] == "does not conform: An article has a volume"
    assert two["raw"].startswith("PMID- 2\nOWN - NLM\n")
    (result,) = two["results"]
    assert (result["name"], result["severity"], result["path"]) == ("volume", "violation", "bibo:volume")
    assert result["hint"] == "Look at the line VI."
    assert (unreadable["pmid"], unreadable["results"]) == (None, [])


def test_every_result_and_every_problem_of_a_rejected_record_is_kept(nbib: Nbib, tmp_path: Path, shapes: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(1, "LA  - xxx", title="Bad."))
    pipeline.convert([source], tmp_path / "out.nt", shapes=[shapes])
    (one,) = rejected(tmp_path / "out.nt.rejects" / "records.jsonl")
    assert one["reason"] == "does not conform: An article has a volume (and 1 more)"
    assert [(result["severity"], result["message"]) for result in one["results"][:3]] == [
        ("violation", "An article has a volume"),
        ("warning", "An article has pages"),
        ("violation", "The title is bad"),
    ]
    assert one["results"][3]["name"] == "language unknown"


def test_report_writes_all_and_says_so(tmp_path: Path, four: Path, shapes: Path) -> None:
    report = pipeline.convert([four], tmp_path / "out.nt", shapes=[shapes], validate="report")
    assert (report.written, report.rejected_count) == (3, 1)
    assert pmids(tmp_path / "out.nt") == ["1", "2", "3"]
    assert report.conformance is not None
    assert (report.conformance.records, report.conformance.conforming) == (3, 2)
    assert not (tmp_path / "out.nt.rejects" / "records.nt").exists()
    pipeline.convert([four], tmp_path / "off.nt", validate="off")
    assert (tmp_path / "off.nt").read_bytes() == (tmp_path / "out.nt").read_bytes()


def test_all_written_but_not_all_conforming_is_not_complete(nbib: Nbib, tmp_path: Path, shapes: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(1))
    assert not pipeline.convert([source], tmp_path / "out.nt", shapes=[shapes], validate="report").complete
    source.write_text(nbib(1, "VI  - 7"))
    assert pipeline.convert([source], tmp_path / "out.nt", shapes=[shapes]).complete, "a warning never rejects"


def test_off_looks_at_nothing(tmp_path: Path, four: Path) -> None:
    assert pipeline.convert([four], tmp_path / "out.nt", validate="off").conformance is None


def test_another_word_is_refused(tmp_path: Path, four: Path) -> None:
    with pytest.raises(ValueError, match="validate is one of strict, report, off, not 'maybe'"):
        pipeline.convert([four], tmp_path / "out.nt", validate="maybe")


@pytest.mark.parametrize("suffix", ["nt", "ttl", "jsonld"])
def test_records_keep_their_order_over_many_batches(
    nbib: Nbib, tmp_path: Path, shapes: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Validator, "batch", 7)
    source = tmp_path / "in.txt"
    numbers = range(1, 61)
    bad = {5, 6, 7, 8, 41}
    broken = "OWN - NLM\nTI  - no number\nSO  - X.\n\n"
    source.write_text(
        "".join(
            nbib(n, *GOOD, title=f"{'Bad' if n in bad else 'Good'} {n}.") + (broken if not n % 10 else "")
            for n in numbers
        )
    )
    out, good = tmp_path / f"out.{suffix}", tmp_path / f"good.{suffix}"
    report = pipeline.convert([source], out, shapes=[shapes])
    assert (report.read, report.written, report.rejected_count) == (66, 55, 11)
    source.write_text("".join(nbib(n, *GOOD, title=f"Good {n}.") for n in numbers if n not in bad))
    pipeline.convert([source], good, validate="off")
    assert out.read_bytes() == good.read_bytes()
    lines = [
        each["where"] if each["pmid"] is None else each["pmid"]
        for each in rejected(tmp_path / f"out.{suffix}.rejects" / "records.jsonl")
    ]
    assert [line for line in lines if line.isdigit()] == [str(n) for n in sorted(bad)]
    assert lines.index("5") < lines.index("8") < 5, "errors stay in their places between the records"
    assert lines[4].startswith("line ")


def test_the_raw_record_is_that_of_the_source(nbib: Nbib, tmp_path: Path, shapes: Path) -> None:
    article = (
        "<PubmedArticle><MedlineCitation Status='MEDLINE' Owner='NLM'><PMID Version='1'>7</PMID>"
        "<Article><ArticleTitle>Bad é.</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    )
    source = tmp_path / "in.xml.gz"
    source.write_bytes(gzip.compress(f"<PubmedArticleSet>{article}</PubmedArticleSet>".encode()))
    pipeline.convert([source], tmp_path / "out.nt", shapes=[shapes])
    (one,) = rejected(tmp_path / "out.nt.rejects" / "records.jsonl")
    assert one["raw"] == article
    assert one["where"] == "byte 18"


def test_of_standard_input_too(nbib: Nbib, tmp_path: Path, shapes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(nbib(1).encode())))
    pipeline.convert(["-"], tmp_path / "out.nt", shapes=[shapes], rejects=tmp_path / "bin")
    (one,) = rejected(tmp_path / "bin" / "records.jsonl")
    assert one["raw"] == nbib(1).strip()


def test_parts_add_up_and_are_taken_over_with_what_was_found(
    nbib: Nbib, tmp_path: Path, four: Path, shapes: Path
) -> None:
    (tmp_path / "b.txt").write_text(nbib(1) + nbib(2, *GOOD))
    inputs = [four, tmp_path / "b.txt"]
    report = pipeline.convert(inputs, f"{tmp_path}/parts/", format="nt", shapes=[shapes])
    assert report.conformance is not None
    assert (report.conformance.records, report.conformance.conforming) == (5, 3)
    assert report.conformance.targets == {"<http://example.org/shapes#Article>": 5}
    again = pipeline.convert(inputs, f"{tmp_path}/parts/", format="nt", shapes=[shapes])
    assert again.taken_over == 2
    assert again.conformance == report.conformance
    assert pipeline.convert(inputs, f"{tmp_path}/parts/", format="nt").taken_over == 0, "other shapes"
    assert pipeline.convert(inputs, f"{tmp_path}/parts/", format="nt", validate="off").taken_over == 0


def test_the_summary_names_what_was_found(tmp_path: Path, four: Path, shapes: Path) -> None:
    report = pipeline.convert([four], tmp_path / "out.nt", shapes=[shapes])
    words = text(report)
    assert "1 × does not conform, PMID 2" in words
    assert "  ✖ 1 record   volume" in words
    assert "→ Look at the line VI." in words
    validation = report.as_json()["validation"]
    assert (validation["records"], validation["violations"], validation["warnings"]) == (3, 1, 1)


def test_shapes_may_be_the_shipped_ones_and_others(nbib: Nbib, tmp_path: Path, shapes: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(1, *GOOD))
    report = pipeline.convert([source], tmp_path / "out.nt", shapes=["shipped", shapes])
    assert report.complete
    assert report.conformance is not None
    assert report.conformance.names["<http://example.org/shapes#Article>"] == "my article"
    assert "<https://w3id.org/medgraph/shapes#Citation>" in report.conformance.names


def test_a_folder_of_shapes(shapes: Path) -> None:
    assert Judge([shapes.parent]).validator.digest == Judge([shapes]).validator.digest


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "the shapes cannot be read"),
        ("this is no Turtle", "is not valid Turtle"),
        ("", "shapes"),
        ("@prefix sh: <http://www.w3.org/ns/shacl#> . <x:S> sh:targetClass <x:C> ; sh:minCuont 1 .", "minCuont"),
    ],
)
def test_shapes_that_cannot_be_used_are_one_sentence(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "bad.ttl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ShapesError, match=sentence):
        Judge([path])


def test_a_folder_without_shapes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ShapesError, match=r"there are no \.ttl files of shapes in this folder"):
        Judge([tmp_path])


def test_shapes_are_compiled_once(shapes: Path) -> None:
    assert Judge([shapes]).validator is Judge([shapes]).validator


def test_nodes_are_counted_for_each_run_by_itself(nbib: Nbib, tmp_path: Path, shapes: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(1, *GOOD))
    for _ in range(2):
        report = pipeline.convert([source], tmp_path / "out.nt", shapes=[shapes])
        assert report.conformance is not None
        assert report.conformance.targets == {"<http://example.org/shapes#Article>": 1}


@pytest.mark.parametrize("profile", ["full", "core"])
def test_the_smallest_record_conforms(nbib: Nbib, tmp_path: Path, profile: str) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(1, "DP  - 2020", "PT  - Letter", "LA  - eng"))
    report = pipeline.convert([source], tmp_path / "out.nt", profile=profile, base="http://here.example/r/")
    assert report.complete, text(report)
    assert report.conformance is not None
    assert report.conformance.profiles == {profile: 1}

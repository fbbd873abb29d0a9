"""``validate``: records and RDF, record by record or as one graph, with the reference beside."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import medgraph
from medgraph import pipeline, validation
from medgraph.conformance import Conformance
from medgraph.conformance.formats import JsonLines
from medgraph.errors import FormatError, SourceError
from medgraph.shacl import Result, reference
from medgraph.shacl.validator import Validator

Nbib = Callable[..., str]
Run = Callable[..., Any]

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<http://example.org/Article> sh:targetSubjectsOf bibo:pmid ;
    sh:property [ sh:path bibo:volume ; sh:minCount 1 ; sh:name "volume" ; sh:message "An article has a volume" ] ;
    sh:property [ sh:path bibo:pages ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "An article has pages" ] .
"""
ACROSS = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
<http://example.org/Journal> sh:targetClass bibo:Journal ; sh:name "journal" ;
    sh:property [ sh:path [ sh:inversePath dcterms:isPartOf ] ; sh:maxCount 1 ; sh:message "One article a journal" ] .
"""
GOOD = ("VI  - 7", "PG  - 1-9")


def nobody(*_: Any) -> list[list[Result]]:
    raise AssertionError("pySHACL was asked")


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    path = tmp_path / "shapes.ttl"
    path.write_text(SHAPES)
    return path


@pytest.fixture
def three(nbib: Nbib, tmp_path: Path) -> Path:
    """A good record, one with a warning, one with both."""
    path = tmp_path / "in.nbib"
    author = ("FAU - Doe, Jane", "AU  - Doe J")
    path.write_text(nbib(1, *GOOD, *author) + nbib(2, "VI  - 7", *author) + nbib(3, *author))
    return path


def counts(found: Conformance) -> tuple[int, int, int, int]:
    return (found.records, found.conforming, found.count("violation").results, found.count("warning").results)


def lines(inputs: Iterable[Path | str], **options: Any) -> list[dict[str, Any]]:
    out = io.BytesIO()
    validation.validate(inputs, report=JsonLines(out), audit=0, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()][:-1]


def test_records(three: Path, shapes: Path) -> None:
    found = medgraph.validate([three], shapes=[shapes], audit=0)
    assert counts(found) == (3, 1 + 1, 1, 2)
    assert found.audit is None
    assert [group.pmids for group in found.in_order()] == [("3",), ("2", "3")]
    assert found.targets == {"<http://example.org/Article>": 3}
    assert found.profiles == {"full": 3}


def test_the_real_record_conforms() -> None:
    examples = Path(__file__).resolve().parents[1] / "examples"
    for path in ("35315510.nbib", "35315510.txt"):
        found = medgraph.validate([examples / path], audit=0)
        assert (found.records, found.conforming) == (1, 1)


@pytest.mark.parametrize("suffix", ["nt", "nq.gz", "ttl", "trig", "jsonld", "rdf"])
def test_rdf_of_records_is_looked_at_like_the_records(three: Path, shapes: Path, tmp_path: Path, suffix: str) -> None:
    pipeline.convert([three], tmp_path / f"out.{suffix}", validate="off")
    found = validation.validate([tmp_path / f"out.{suffix}"], shapes=[shapes], audit=0)
    assert counts(found) == (3, 2, 1, 2)
    assert found.profiles == {"rdf": 3}


def keys(results: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted((each["pmid"], each["severity"], each["message"], each["focus"]) for each in results)


def test_rdf_in_any_order_gives_the_same(three: Path, shapes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.nt"
    pipeline.convert([three], out, validate="off")
    expected = keys(lines([three], shapes=[shapes]))
    assert len(expected) == 3
    assert keys(lines([out], shapes=[shapes])) == expected
    out.write_text("".join(sorted(out.read_text().splitlines(keepends=True))))
    assert keys(lines([out], shapes=[shapes])) == expected
    assert keys(lines([out], shapes=[shapes], dataset=True)) == expected
    assert keys(lines([three], shapes=[shapes], dataset=True)) == expected


def test_shipped_shapes_find_nothing_in_what_is_gathered_from_a_store(three: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.nt"
    pipeline.convert([three], out, validate="off")
    out.write_text("".join(sorted(out.read_text().splitlines(keepends=True))))
    for dataset in (False, True):
        found = validation.validate([out], dataset=dataset, audit=0)
        assert (found.records, found.conforming, found.count("violation").results) == (3, 3, 0)


def test_what_was_changed_in_the_graph_is_found(three: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.nt"
    pipeline.convert([three], out, validate="off")
    text = out.read_text()
    out.write_text(text.replace('"2" .', '"x2" .').replace('rank> "1"', 'rank> "2"'))
    found = validation.validate([out], audit=0)
    assert {group.title for group in found.in_order() if group.severity == "violation"} >= {
        "PMID",
        "PMID and name of an article",
    }


def test_a_graph_without_articles_is_one(shapes: Path, tmp_path: Path) -> None:
    other = tmp_path / "books.ttl"
    other.write_text('@prefix bibo: <http://purl.org/ontology/bibo/> . <x:a> bibo:pmid "7" .')
    found = validation.validate([other], shapes=[shapes], audit=0)
    assert counts(found) == (1, 0, 1, 1)
    found = validation.validate([other], shapes=[shapes], engine="pyshacl")
    assert counts(found) == (1, 0, 1, 1)


def test_what_crosses_records_is_left_open_and_said(nbib: Nbib, tmp_path: Path) -> None:
    shapes = tmp_path / "across.ttl"
    shapes.write_text(ACROSS)
    source = tmp_path / "in.nbib"
    source.write_text(nbib(1, "JID - 0372762") + nbib(2, "JID - 0372762") + nbib(3, "JID - 0372763"))
    alone = validation.validate([source], shapes=[shapes], audit=0)
    assert counts(alone)[:3] == (3, 3, 0)
    assert alone.undecided == 1
    together = validation.validate([source], shapes=[shapes], dataset=True)
    assert counts(together)[:3] == (3, 3, 1), "a shared node makes no record fail"
    assert together.undecided == 0
    with_pyshacl = validation.validate([source], shapes=[shapes], dataset=True, engine="pyshacl")
    assert counts(with_pyshacl) == counts(together)
    assert counts(validation.validate([source], shapes=[shapes], engine="pyshacl"))[:3] == (3, 3, 0)


def test_both_engines_report_in_the_same_form(three: Path, shapes: Path) -> None:
    ours = lines([three], shapes=[shapes])
    theirs = lines([three], shapes=[shapes], engine="pyshacl")

    def known(results: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        names = ("pmid", "severity", "message", "path", "component", "focus", "where", "id")
        return sorted(tuple(str(each[name]) for name in names) for each in results)

    assert known(ours) == known(theirs)
    found = validation.validate([three], shapes=[shapes], engine="pyshacl")
    assert found.engine == reference.engine()
    assert found.audit is None


def test_another_engine_is_refused(three: Path) -> None:
    with pytest.raises(ValueError, match="engine is one of stream, pyshacl, not 'jena'"):
        validation.validate([three], engine="jena")


def test_the_audit_agrees(three: Path, shapes: Path) -> None:
    found = validation.validate([three], shapes=[shapes], audit=2)
    assert found.audit is not None
    assert (found.audit.random, found.audit.differing) == (2, 0)
    assert found.audit.failing <= 1


def test_the_audit_says_where_the_engines_differ(
    three: Path, shapes: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    def blind(validator: Validator, graphs: Iterable[Any]) -> list[list[Result]]:
        return [[] for _ in graphs]

    monkeypatch.setattr(reference, "validate", blind)
    found = validation.validate([three], shapes=[shapes])
    assert found.audit is not None
    assert found.audit.differing == 2
    assert found.audit.differences[0].startswith("PMID ")
    assert "only medgraph finds volume, MinCount at bibo:volume" in " ".join(found.audit.differences)
    code, out, _ = run("validate", three, "--shapes", shapes)
    assert code == 4
    assert "2 differ" in out


def test_the_audit_draws_the_same_records_in_any_division(
    nbib: Nbib, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[str]] = []

    def remember(validator: Validator, graphs: Iterable[Any]) -> list[list[Result]]:
        listed = list(graphs)
        drawn.append(sorted(next(iter(graph)) for graph in listed))
        return [validator.validate_graph(graph) for graph in listed]

    monkeypatch.setattr(reference, "validate", remember)
    for n in range(1, 31):
        (tmp_path / f"{n}.nbib").write_text(nbib(n))
    (tmp_path / "all.nbib").write_text("".join(nbib(n) for n in range(1, 31)))
    pipeline.convert([tmp_path / "all.nbib"], tmp_path / "all.nt", validate="off")
    validation.validate([tmp_path / "all.nbib"], audit=5)
    validation.validate([tmp_path / f"{n}.nbib" for n in range(30, 0, -1)], audit=5)
    validation.validate([tmp_path / "all.nt"], audit=5)
    validation.validate([tmp_path / "all.nbib"], audit=5, seed=1)
    assert drawn[0] == drawn[1] == drawn[2] != drawn[3]
    assert [len(each) for each in drawn] == [5] * 4


def test_no_audit_asks_nobody(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "validate", nobody)
    validation.validate([three], audit=0)


def test_a_baseline_leaves_what_is_new(nbib: Nbib, three: Path, shapes: Path, tmp_path: Path, run: Run) -> None:
    old = tmp_path / "old.json"
    code, _, _ = run("validate", three, "--shapes", shapes, "--audit", 0, "-o", old)
    assert code == 1
    code, out, _ = run("validate", three, "--shapes", shapes, "--audit", 0, "--baseline", old)
    assert code == 0
    assert "3 records, 3 conform (100 %); 3 known from the baseline" in out
    three.write_text(three.read_text() + nbib(4, "PG  - 1"))
    code, out, _ = run("validate", three, "--shapes", shapes, "--audit", 0, "--baseline", old)
    assert code == 1
    assert "1 violation in 1; 3 known" in out
    (tmp_path / "no.json").write_text("nonsense")
    code, _, err = run("validate", three, "--baseline", tmp_path / "no.json")
    assert code == 3
    assert "is no baseline: line 1 is none that --format json writes" in err
    assert run("validate", three, "--baseline", tmp_path / "absent.json").code == 3


@pytest.mark.parametrize(("threshold", "code"), [("violation", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_what_fails_can_be_chosen(nbib: Nbib, shapes: Path, run: Run, threshold: str, code: int) -> None:
    source = shapes.with_name("in.nbib")
    source.write_text(nbib(1, "VI  - 7"))
    assert run("validate", source, "--shapes", shapes, "--audit", 0, "--fail-on", threshold).code == code


def test_an_unreadable_record_is_reported_and_the_others_are_looked_at(
    nbib: Nbib, tmp_path: Path, shapes: Path, run: Run
) -> None:
    source = tmp_path / "in.nbib"
    source.write_text(nbib(1, *GOOD) + "OWN - NLM\nTI  - no number\nSO  - X.\n\n" + nbib(2, *GOOD))
    found = validation.validate([source], shapes=[shapes], audit=0)
    assert (found.records, found.conforming, found.unreadable) == (2, 2, 1)
    code, out, _ = run("validate", source, "--shapes", shapes, "--audit", 0)
    assert code == 1
    assert "could not be read: 1" in out


def test_rdf_that_breaks_off_keeps_what_came_before(three: Path, shapes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.nt"
    pipeline.convert([three], out, validate="off")
    out.write_text(out.read_text() + "<broken")
    found = validation.validate([out], shapes=[shapes], audit=0)
    assert found.records == 3 - 1
    assert found.unreadable == 1
    assert "out.nt: cannot be read as N-Triples" in found.unreadable_first[0]


def test_what_is_neither_records_nor_rdf_is_one_sentence(tmp_path: Path, run: Run) -> None:
    page = tmp_path / "page.xml"
    page.write_text("<!DOCTYPE html><html><body>Error 502</body></html>")
    with pytest.raises(FormatError):
        validation.validate([page])
    with pytest.raises(SourceError, match=r"no file in this folder"):
        validation.validate([tmp_path])
    assert run("validate", page).code == 3


def test_a_folder_of_records_and_rdf(three: Path, shapes: Path, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    pipeline.convert([three], f"{parts}/", format="ttl.gz", validate="off")
    (parts / "more.nbib").write_bytes(three.read_bytes())
    found = validation.validate([parts], shapes=[shapes], audit=0)
    assert counts(found) == (6, 4, 2, 4)
    assert found.profiles == {"full": 3, "rdf": 3}


@pytest.mark.parametrize("suffix", ["nbib", "nt", "ttl.gz", "nq", "jsonld", "rdf"])
def test_standard_input_is_known_by_its_content(
    three: Path, shapes: Path, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = three
    if suffix != "nbib":
        path = tmp_path / f"out.{suffix}"
        pipeline.convert([three], path, validate="off")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    found = validation.validate(["-"], shapes=[shapes], audit=0)
    assert counts(found) == (3, 2, 1, 2)


def test_one_pmid_in_two_inputs_is_two_records(three: Path, shapes: Path, tmp_path: Path) -> None:
    found = validation.validate([three, three], shapes=[shapes])
    assert found.records == 6


def test_every_finding_says_where_it_stands(three: Path, shapes: Path) -> None:
    for each in lines([three], shapes=[shapes]):
        assert each["source"] == str(three)
        assert each["where"].startswith("line ")


def test_the_profile_core_refuses_every_other_property(three: Path, tmp_path: Path) -> None:
    pipeline.convert([three], tmp_path / "full.nt", validate="off")
    pipeline.convert([three], tmp_path / "core.nt", validate="off", profile="core")
    assert validation.validate([tmp_path / "core.nt"], profile="core", audit=0).conforming == 3
    assert validation.validate([tmp_path / "full.nt"], profile="core", audit=0).conforming == 0


def test_a_report_appears_when_it_is_complete(three: Path, shapes: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "report.html"
    code, printed, err = run("validate", three, "--shapes", shapes, "--audit", 0, "-o", out)
    assert (code, printed) == (1, "")
    assert "3 records, 2 conform" in err
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert run("validate", tmp_path / "absent.nbib", "-o", tmp_path / "new.html").code == 3
    assert not list(tmp_path.glob("new*"))
    assert run("validate", three, "--audit", 0, "-o", tmp_path / "no" / "r.csv").code == 3


def test_data_on_standard_output_and_words_on_standard_error(three: Path, shapes: Path, run: Run) -> None:
    _, out, err = run("validate", three, "--shapes", shapes, "--audit", 0, "--format", "json")
    assert len([json.loads(line) for line in out.splitlines()]) == 4
    assert "3 records" in err
    _, out, err = run("validate", three, "--shapes", shapes, "--audit", 0, "--format", "csv", "--quiet")
    assert (out.count("\n"), err) == (4, "")


def test_the_plan_says_who_decides(tmp_path: Path, run: Run) -> None:
    shapes = tmp_path / "across.ttl"
    shapes.write_text(ACROSS)
    code, out, _ = run("validate", "--explain", "--shapes", shapes)
    assert code == 0
    heads, row = (line.split("\t") for line in out.splitlines())
    assert heads == ["shape", "constraint", "path", "component", "decided by", "why"]
    assert row[:5] == ["journal", "", "^dcterms:isPartOf", "MaxCount", "dataset"]
    assert run("validate").code == 2


@pytest.mark.parametrize("content", ["nonsense", "", "@prefix sh: <http://www.w3.org/ns/shacl#> . <x:S> sh:nope 1 ."])
def test_shapes_that_cannot_be_used_are_one_sentence(three: Path, tmp_path: Path, run: Run, content: str) -> None:
    (tmp_path / "bad.ttl").write_text(content)
    code, out, err = run("validate", three, "--shapes", tmp_path / "bad.ttl")
    assert (code, out) == (2, "")
    assert err.startswith("medgraph: ")
    assert err.count("\n") == 1


def test_packed_rdf_out_of_order(three: Path, shapes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.nt.gz"
    pipeline.convert([three], out, validate="off")
    text = gzip.decompress(out.read_bytes()).decode()
    out.write_bytes(gzip.compress("".join(sorted(text.splitlines(keepends=True))).encode()))
    assert counts(validation.validate([out], shapes=[shapes], audit=0)) == (3, 2, 1, 2)


def test_a_record_that_makes_an_engine_throw_costs_that_record_only(tmp_path: Path, run: Run) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.nt"
    shapes.write_text(
        """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix bibo: <http://purl.org/ontology/bibo/> .
        @prefix ex: <http://example.org/> .
        ex:A sh:targetSubjectsOf bibo:pmid ; sh:name "order" ;
            sh:property [ sh:path ex:p ; sh:name "p" ; sh:lessThan ex:q ; sh:message "p comes before q" ] .
        """
    )
    pubmed, integer = "http://rdf.ncbi.nlm.nih.gov/pubmed", "http://www.w3.org/2001/XMLSchema#integer"
    data.write_text(
        "".join(
            f'<{pubmed}/{n}> <http://purl.org/ontology/bibo/pmid> "{n}" .\n'
            f'<{pubmed}/{n}> <http://example.org/p> "2"^^<{integer}> .\n'
            f"<{pubmed}/{n}> <http://example.org/q> {q} .\n"
            for n, q in enumerate(("_:b", f'"1"^^<{integer}>', f'"3"^^<{integer}>'), 1)
        )
    )
    code, out, _ = run("validate", data, "--shapes", shapes, "--engine", "pyshacl", "--audit", "0")
    assert code == 1
    assert "3 records, 1 conform (33.3 %); 2 violations in 2" in out
    assert "✖ 1 record   could not be checked" in out
    assert "engine; PMID 1\n" in out
    assert "LessThan; PMID 2:" in out
    assert "no shape looked at anything" not in out
    code, out, _ = run("validate", data, "--shapes", shapes)
    assert code == 4
    assert "only pySHACL" in out
    assert "p comes before q" in out

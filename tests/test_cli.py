"""The command line: what goes where, which exit code, which words."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pyoxigraph as ox
import pytest

from medgraph.cli import main

Nbib = Callable[..., str]
Run = Callable[..., tuple[int, str, str]]
MEDGRAPH = [sys.executable, "-c", "from medgraph.cli import main; main()"]


@pytest.fixture
def source(nbib: Nbib, tmp_path: Path) -> Path:
    path = tmp_path / "in.nbib"
    path.write_text(nbib(1, "FAU - Doe, Jane", "AU  - Doe J") + nbib(2))
    return path


def test_turtle_on_standard_output_and_words_on_standard_error(run: Run, source: Path) -> None:
    code, out, err = run("convert", source)
    assert code == 0
    assert out.startswith("@prefix ")
    assert sum(1 for _ in ox.parse(out, format=ox.RdfFormat.TURTLE)) > 10
    assert err.startswith("2 read = 2 written + 0 rejected + 0 skipped\n")


def test_the_suffix_says_the_format(run: Run, source: Path, tmp_path: Path) -> None:
    code, out, err = run("convert", source, "-o", tmp_path / "out.nq.gz")
    assert (code, out) == (0, "")
    assert re.search(r"triples, \d+ bytes to .*out\.nq\.gz in ", err)


def test_standard_input(run: Run, source: Path) -> None:
    code, out, _ = run("convert", "-", "--format", "nt", stdin=source.read_bytes())
    assert code == 0
    assert out == run("convert", source, "--format", "nt").out  # type: ignore[attr-defined]


def test_quiet_prints_no_summary(run: Run, source: Path, tmp_path: Path) -> None:
    assert run("convert", source, "-o", tmp_path / "out.nt", "--quiet") == (0, "", "")


def test_rejected_records_make_exit_code_1(run: Run, source: Path, tmp_path: Path) -> None:
    source.write_text(source.read_text() + "OWN - NLM\nTI  - no number\n\n")
    code, _, err = run("convert", source, "-o", tmp_path / "out.ttl")
    assert code == 1
    assert "3 read = 2 written + 1 rejected + 0 skipped" in err
    assert "out.ttl.rejects" in err.replace("\n", "")


def test_the_report_is_written_and_printed(run: Run, source: Path, tmp_path: Path) -> None:
    code, out, err = run("convert", source, "-o", tmp_path / "out.nt", "--report", tmp_path / "run.json", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["written"] == 2
    assert json.loads((tmp_path / "run.json").read_text()) == json.loads(out)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["convert"], (2, "Missing argument 'IN...'")),
        (["convert", "IN", "--json"], (2, "--json and the triples would both go to standard output")),
        (["convert", "IN", "--format", "pdf"], (2, "'pdf' is not one of 'ttl'")),
        (["convert", "IN", "--mapping", "nonsense"], (2, "there is no mapping 'nonsense'")),
        (
            ["convert", "IN", "--without", "nonsense"],
            (2, "no part 'nonsense' to leave out; there are abstract"),
        ),
        (["convert", "IN", "--base", "nonsense"], (2, "is not the beginning of an IRI")),
        (["convert", "IN", "-o", "out.pdf"], (3, "the name does not say which syntax to write")),
        (["convert", "IN", "-o", "absent/out.ttl"], (3, "its folder does not exist")),
        (["convert", "nowhere.xml"], (3, "nowhere.xml: ")),
        (["explain", "IN", "99"], (3, "none of the 2 records here has the PMID 99")),
        (["query", "SELECT nonsense", "IN"], (2, "the query: line 1, column 16: is not SPARQL: it ends too early")),
        (["query", "nowhere.rq", "IN"], (2, "nowhere.rq: the query cannot be read: No such file")),
        (["nonsense"], (2, "No such command 'nonsense'")),
    ],
)
def test_sentences_and_exit_codes(
    run: Run, source: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: tuple[int, str]
) -> None:
    code, sentence = expected
    monkeypatch.chdir(source.parent)
    found, out, err = run(*[source.name if argument == "IN" else argument for argument in arguments])
    assert (found, out) == (code, "")
    assert sentence in err
    assert "Traceback" not in err
    assert [path.name for path in source.parent.iterdir()] == [source.name]


def test_a_defect_is_owned_up_to_and_debug_shows_it(run: Run, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("medgraph.pipeline.convert", broken)
    code, _, err = run("convert", source)
    assert (code, err.count("\n")) == (3, 1)
    assert "a defect in medgraph, not in your data: ZeroDivisionError: oops" in err
    assert "Traceback" in run("convert", source, "--debug")[2]


def test_explain_tells_where_everything_came_from(run: Run, source: Path) -> None:
    code, out, _ = run("explain", source, "1")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[0] == ["node", "from", "value", "became"]
    assert {len(row) for row in rows} == {4}
    (title,) = [row for row in rows if row[3].startswith("dcterms:title ")]
    assert title[0] == "pubmed:1"
    assert "TI" in title[1]
    assert title[2] == "A title."
    (names,) = [row for row in rows if row[3].startswith("foaf:familyName ")]
    assert names[2:] == ["Doe", 'foaf:familyName "Doe"']
    found = json.loads(run("explain", source, "1", "--json")[1])
    assert found["pmid"] == "1"
    assert {line["predicate"] for line in found["lines"]} >= {"dcterms:title", "bibo:pmid", "foaf:familyName"}

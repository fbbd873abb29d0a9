"""The command line: what goes where, which exit code, which words."""

from __future__ import annotations

import json
import os
import re
import shlex
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
ROOT = Path(__file__).resolve().parents[1]


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
    assert rows[0] == ["node", "from", "value", "became", "looked at by"]
    assert {len(row) for row in rows} == {5}
    (title,) = [row for row in rows if row[3].startswith("dcterms:title ")]
    assert title[0] == "pubmed:1"
    assert "TI" in title[1]
    assert title[2] == "A title."
    (names,) = [row for row in rows if row[3].startswith("foaf:familyName ")]
    assert names[2:] == ["Doe", 'foaf:familyName "Doe"', "family name"]
    found = json.loads(run("explain", source, "1", "--json")[1])
    assert found["pmid"] == "1"
    assert {line["predicate"] for line in found["lines"]} >= {"dcterms:title", "bibo:pmid", "foaf:familyName"}


def test_explain_tells_which_shapes_looked_at_a_record(run: Run, source: Path, tmp_path: Path) -> None:
    lines = json.loads(run("explain", source, "1", "--json").out)["lines"]
    shapes = {(line["node"], line["predicate"]): line["shapes"] for line in lines}
    assert shapes["article", "bibo:pmid"] == ["PMID", "PubMed identifier"]
    assert "authors of an article" in shapes["article", "rdf:type"]
    assert set(shapes["article", "dcterms:creator"]) == {"authors of an article", "author", "described author"}
    assert shapes["record", "rdf:type"] == ["record"]
    own = tmp_path / "own.ttl"
    own.write_text(
        """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix bibo: <http://purl.org/ontology/bibo/> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        <http://example.org/Mine> sh:targetObjectsOf dcterms:isPartOf, bibo:nothing ; sh:name "what holds it" .
        <http://example.org/Article> sh:targetSubjectsOf bibo:pmid ; sh:name "mine" ;
            sh:property [ sh:path bibo:volume ; sh:minCount 1 ; sh:message "It has a volume" ] .
        """
    )
    code, out, err = run("explain", source, "1", "--shapes", own)
    assert code == 0
    assert {row.split("\t")[4] for row in out.splitlines()[1:]} >= {"mine", ""}
    assert "violation: pubmed:1: It has a volume. " in err
    assert json.loads(run("explain", source, "1", "--shapes", own, "--json").out)["results"][0]["name"]


def test_a_query_may_use_rdf_that_convert_wrote(run: Run, source: Path, tmp_path: Path) -> None:
    run("convert", source, "-o", tmp_path / "out.trig")
    question = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert run("query", question, tmp_path / "out.trig")[:2] == run("query", question, source)[:2]


def test_every_command_and_option_has_help() -> None:
    def check(command: click.Command) -> None:
        assert command.help
        for parameter in command.params:
            assert isinstance(parameter, click.Argument) or parameter.help, f"{command.name} {parameter.name}"  # type: ignore[attr-defined]
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                check(below)

    check(main)


def test_the_version_is_the_package_s(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version") == (0, f"medgraph {version('medgraph')}\n", "")


def many(nbib: Nbib, path: Path, count: int) -> Path:
    path.write_text("".join(nbib(pmid) for pmid in range(1, count)))
    return path


def test_a_closed_pipe_is_quiet(nbib: Nbib, tmp_path: Path) -> None:
    source = many(nbib, tmp_path / "in.txt", 3000)
    with subprocess.Popen([*MEDGRAPH, "convert", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.read(10)
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 141


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_no_half_file(nbib: Nbib, tmp_path: Path, sign: signal.Signals) -> None:
    source = many(nbib, tmp_path / "in.txt", 40_000)
    out = tmp_path / "out.ttl"
    part = tmp_path / "out.ttl.part"
    with subprocess.Popen([*MEDGRAPH, "convert", source, "-o", out], stderr=subprocess.PIPE) as run:
        deadline = time.monotonic() + 20
        while not (part.exists() and part.stat().st_size > 100_000) and time.monotonic() < deadline:
            time.sleep(0.01)
        run.send_signal(sign)
        _, err = run.communicate(timeout=20)
    assert run.returncode == 130
    assert err == b"medgraph: interrupted; no half file was left\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt"]


def test_a_record_that_does_not_conform_is_kept_apart_or_reported(run: Run, source: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix bibo: <http://purl.org/ontology/bibo/> .\n"
        '<http://example.org/S> sh:targetSubjectsOf bibo:pmid ; sh:property [ sh:path bibo:pmid ; sh:in ( "1" ) ] .\n'
    )
    code, _, err = run("convert", source, "-o", tmp_path / "out.nt", "--shapes", shapes)
    assert code == 1
    assert "does not conform" in err
    assert (tmp_path / "out.nt.rejects" / "records.nt").exists()
    code, _, err = run("convert", source, "-o", tmp_path / "out.nt", "--shapes", shapes, "--validate", "report")
    assert code == 1
    assert "does not conform" not in err
    assert "Validation:" in err
    assert run("convert", source, "-o", tmp_path / "out.nt", "--shapes", "shipped").code == 0
    shapes.write_text("")
    code, _, err = run("convert", source, "-o", tmp_path / "out.nt", "--shapes", shapes)
    assert code == 2
    assert err.startswith("medgraph: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "command", ["explain examples/35315510.nbib 35315510", "query --list", "load X --plan", "--help", "convert --help"]
)
def test_an_output_that_takes_no_more_is_one_sentence(command: str) -> None:
    done = subprocess.run(
        f"{shlex.join(MEDGRAPH)} {command} > /dev/full",
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        3, "medgraph: standard output takes no more: the disk is full; make room, or write elsewhere\n",
    )  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor as shells do")
@pytest.mark.parametrize(("command", "said"), [
    ("convert - -o z.nt <&-", "medgraph: <stdin>: is closed; give a file, or pipe something in\n"),
    ("convert {} >&-", "medgraph: standard output: is closed; name a file to write to\n"),
])  # fmt: skip
def test_what_is_closed_is_said(command: str, said: str, tmp_path: Path) -> None:
    command = command.format(ROOT / "examples" / "35315510.nbib")
    done = subprocess.run(
        f"{shlex.join(MEDGRAPH)} {command}", shell=True, capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stderr) == (3, said)

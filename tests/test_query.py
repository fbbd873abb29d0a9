"""``medgraph query``: what can be asked, how answers are written, and what is said when it cannot be done."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from lxml import etree
from servers import Server

from medgraph import named
from medgraph.answers import Answer
from medgraph.errors import QueryError
from medgraph.store import Store, open_store

Run = Callable[..., Any]

PEOPLE = "SELECT ?pmid ?name { ?article bibo:pmid ?pmid ; dcterms:creator/foaf:name ?name } ORDER BY ?pmid"


@pytest.fixture
def source(tmp_path: Path, nbib: Callable[..., str]) -> Path:
    path = tmp_path / "records.nbib"
    path.write_text(
        nbib(1, "FAU - Doe, Jane", "LA  - eng", "DP  - 2020 Jun") + nbib(2, title="Two | <b> & 二つの. End"),
        encoding="utf-8",
    )
    return path


@pytest.fixture
def folder(tmp_path: Path, source: Path, run: Run) -> Path:
    run("convert", source, "-o", tmp_path / "records.nt", "--quiet")
    with open_store(tmp_path / "store", create=True) as store:
        store.load((tmp_path / "records.nt").read_bytes())
    return tmp_path / "store"


def test_a_table(run: Run, source: Path) -> None:
    code, out, err = run("query", PEOPLE, source)
    assert (code, out) == (0, "pmid  name\n1     Jane Doe\n")
    assert err.startswith("1 row in 0.")
    assert run("query", PEOPLE, source, "--quiet") == (0, out, "")
    assert run("query", "ASK { ?a bibo:pmid '3' }", source)[1] == "answer\nfalse\n"


def test_a_store_and_files_answer_alike(run: Run, source: Path, folder: Path, tmp_path: Path) -> None:
    expected = run("query", PEOPLE, source)[1]
    assert run("query", PEOPLE, "--store", folder)[1] == expected
    assert run("query", PEOPLE, "--store", f"store:{folder}")[1] == expected
    run("convert", source, "-o", tmp_path / "out.trig")
    assert run("query", PEOPLE, tmp_path / "out.trig")[1] == expected


def test_an_endpoint_answers_like_the_store(
    run: Run, folder: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medgraph.endpoint import Endpoint

    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    with Endpoint(server.url) as endpoint:
        endpoint.add((tmp_path / "records.nt").read_bytes())
    question = PEOPLE.replace("{", "FROM <https://w3id.org/medgraph/graph/pubmed> {", 1)
    assert run("query", question, "--endpoint", server.url)[:2] == (0, "pmid  name\n1     Jane Doe\n")
    graph = ("--graph", "https://w3id.org/medgraph/graph/pubmed")
    assert run("query", PEOPLE, "--endpoint", server.url, *graph)[:2] == (0, "pmid  name\n1     Jane Doe\n")
    code, out, err = run("query", PEOPLE, "--endpoint", server.url)
    assert code == 0
    assert ("Jane Doe" in out) != ("say which with --graph" in err), "Virtuoso asks all graphs, the others none"
    _, out, err = run("query", "SELECT (COUNT(*) AS ?n) { ?x bibo:pmid ?y }", "--endpoint", server.url)
    assert ("0" in out) == ("say which with --graph" in err)
    nobody = "SELECT ?x FROM <https://w3id.org/medgraph/graph/pubmed> { ?x a <urn:x:none> }"
    assert "say which with --graph" not in run("query", nobody, "--endpoint", server.url)[2]
    code, out, err = run("query", "SELECT ?x { ?x bibo:pmid }", "--endpoint", server.url)
    assert (code, out) == (2, "")
    assert "line 1, column 26: is not SPARQL: unexpected '}'" in err


TITLES = """SELECT ?title ?issued (7 AS ?n) ?nothing
    { ?a dcterms:title ?title OPTIONAL { ?a dcterms:issued ?issued } } ORDER BY ?title"""


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml"])
def test_what_is_written_is_read_back(run: Run, source: Path, format: str) -> None:
    out = run("query", TITLES, source, "--format", format)[1]
    store = Store()
    rows = [("A title.", "2020-06", "7", None), ("Two | <b> & 二つの. End", None, "7", None)]
    assert len(store) == 0
    if format == "csv":
        assert list(csv.reader(io.StringIO(out, newline=""))) == [
            ["title", "issued", "n", "nothing"], *([cell or "" for cell in row] for row in rows)
        ]  # fmt: skip
        return
    read = ox.parse_query_results(out.encode(), getattr(ox.QueryResultsFormat, format.upper()))
    assert isinstance(read, ox.QuerySolutions)
    assert [variable.value for variable in read.variables] == ["title", "issued", "n", "nothing"]
    terms = [[row[n] for n in range(4)] for row in read]
    assert [tuple(None if term is None else term.value for term in row) for row in terms] == rows
    assert terms[0][0].language == "en"
    assert terms[0][1].datatype.value.endswith("#gYearMonth")


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml"])
def test_odd_values_are_written_so_that_they_are_read_back(format: str) -> None:
    odd = ["a\tb", "a\nb", "a\r\nb", 'say "x"', "back\\slash", "<&>", "a,b;c", " blanks ", "\u2028", ""]
    rows = [
        (ox.Literal(text), ox.NamedNode("http://example.org/a?b=c&d"), ox.Literal("x", language="en-GB"))
        for text in odd
    ]
    written = Answer("SELECT", ("a", "b", "c"), rows, {}).serialized(format)
    if format == "csv":
        assert [row[0] for row in csv.reader(io.StringIO(written.decode(), newline=""))][1:] == odd
        return
    if format == "xml":
        # pyoxigraph's reader of XML takes blanks off.
        found = etree.fromstring(written).findall(".//{*}binding[@name='a']/{*}literal")
        assert [literal.text or "" for literal in found] == odd
        return
    read = ox.parse_query_results(written, getattr(ox.QueryResultsFormat, format.upper()))
    assert isinstance(read, ox.QuerySolutions)
    assert [tuple(row[n] for n in range(3)) for row in read] == rows


def test_yes_and_no_in_every_format() -> None:
    answer = Store().answer("ASK {}")
    assert json.loads(answer.serialized("json")) == {"head": {}, "boolean": True}
    assert isinstance(ox.parse_query_results(answer.serialized("xml"), ox.QueryResultsFormat.XML), ox.QueryBoolean)
    assert bool(answer)
    assert not Store().answer("ASK { ?s ?p ?o }")


def test_markdown(run: Run, source: Path) -> None:
    lines = run("query", TITLES, source, "--format", "md")[1].splitlines()
    assert lines[:2] == ["| title | issued | n | nothing |", "| --- | --- | --- | --- |"]
    assert lines[3] == "| Two \\| <b> & 二つの. End |  | 7 |  |"


def test_triples(run: Run, source: Path, tmp_path: Path) -> None:
    question = "CONSTRUCT WHERE { ?a bibo:pmid '1' ; dcterms:title ?t }"
    code, turtle, err = run("query", question, source)
    assert (code, err.split(" in ")[0]) == (0, "2 triples")
    assert 'bibo:pmid "1"' in turtle
    for format, name in (
        ("ttl", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ):
        written = tmp_path / f"out.{format}"
        assert run("query", question, source, "-o", written)[:2] == (0, "")
        assert len(list(ox.parse(written.read_bytes(), name))) == 2
    assert run("query", question, source, "--format", "table")[1].startswith("subject   predicate")
    code, _, err = run("query", question, source, "--format", "csv")
    assert code == 2
    assert "asks for triples, which are not written as csv; use ttl, nt or jsonld" in err
    code, _, err = run("query", PEOPLE, source, "--format", "ttl")
    assert code == 2
    assert "asks for values, which are not written as ttl; use csv, tsv, json, xml or md" in err


def test_a_file_is_there_when_it_is_complete(run: Run, source: Path, tmp_path: Path) -> None:
    assert run("query", PEOPLE, source, "-o", tmp_path / "out.csv")[:2] == (0, "")
    assert (tmp_path / "out.csv").read_bytes() == b"pmid,name\r\n1,Jane Doe\r\n"
    assert run("query", PEOPLE, source, "-o", tmp_path / "out.txt")[0] == 0
    assert (tmp_path / "out.txt").read_text() == "pmid  name\n1     Jane Doe\n"
    for target, code, said in (
        ("absent/out.csv", 3, "the answer cannot be written: No such file"),
        ("/dev/full", 3, "the answer cannot be written: No space left"),
        ("out.pdf", 2, "the name does not say how to write the answer"),
    ):
        found, _, err = (
            run("query", PEOPLE, source, "-o", tmp_path / target, "--format", "csv")
            if code == 3
            else run("query", PEOPLE, source, "-o", tmp_path / target)
        )
        assert (found, said in err) == (code, True), err
    assert not list(tmp_path.glob("*.part"))


def test_the_list_and_a_description(run: Run) -> None:
    code, out, _ = run("query", "--list")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()[1:]] == named.names()
    assert "coauthor-pairs" in run("query", "--list", "network")[1]
    assert "languages" not in run("query", "--list", "network")[1]
    code, out, _ = run("query", "coauthor-pairs", "--describe", "--minimum", "5")
    assert code == 0
    assert "--minimum\tinteger\t2\thow many articles at least\n" in out
    assert "VALUES ?minimum { 5 }" in out
    assert "# title" not in out


def test_parameters_are_options(run: Run, source: Path) -> None:
    assert "--orcid VALUE" in run("query", "articles-of-person", "--help")[1]
    rows = run("query", "authors-of-article", "--article=1", source, "--format", "csv")[1].splitlines()
    assert rows[1].startswith("1,")
    assert (
        len(run("query", "--quiet", "articles-without-doi", "--limit", "1", source, "--format", "csv")[1].splitlines())
        == 2
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["articles-of-person", "IN", "--ocrid", "1"],
             "No such option: --ocrid. articles-of-person takes --orcid, --limit"),
        (["SELECT * {}", "IN", "--orcid", "1"], "--orcid. SPARQL without a header takes no parameters."),
        (["articles-of-person", "IN", "--orcid", "1"], "orcid: takes an ORCID, not '1': "),
        (["articles-of-persons", "IN"], "is no named query; is it articles-of-person"),
        (["zzz", "IN"], "zzz: is no named query; `medgraph query --list` shows them"),
        (["languages"], "Say what to ask: --store DIR, --endpoint URL, or files (IN), and one of them only."),
        (["languages", "IN", "--store", "x"], "Say what to ask"),
        ([], "Missing argument 'WHAT'; --list shows the named queries."),
        (["nowhere.rq", "IN"], "nowhere.rq: the query cannot be read: No such file"),
        (["SELECT ?x { ?x foo:bar 1 }", "IN"], "column 23: is not SPARQL: the prefix is not declared (foo:bar)"),
        (["SELECT ?x {\n ?x bibo:pmid }", "IN"], "the query: line 2, column 15: is not SPARQL: unexpected '}'"),
        (["SELECT ?x {", "IN"], "column 12: is not SPARQL: it ends too early"),
        (["SELECT (COUNT(*) AS ?n) ?x { ?x a ?y }", "IN"], "neither grouped by nor bound"),
        (["", "IN"], "is empty; give SPARQL"),
        (["DELETE WHERE { ?s ?p ?o }", "IN"], "is an update, which changes data; a query only asks"),
        (["languages", "IN", "--graph", "no iri"], "graph: takes an IRI in full, not 'no iri'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(
    run: Run, source: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(source.parent)
    code, out, err = run("query", *[source.name if argument == "IN" else argument for argument in arguments])
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_what_cannot_be_asked(run: Run, tmp_path: Path) -> None:
    code, _, err = run("query", "languages", "--store", tmp_path / "nowhere")
    assert (code, "there is no store" in err) == (3, True)
    code, _, err = run("query", "languages", "--endpoint", "http://127.0.0.1:9/")
    assert code == 3
    assert "127.0.0.1:9" in err
    assert "Traceback" not in err


def test_a_table_fits_the_terminal(source: Path, tmp_path: Path) -> None:
    """On a terminal of 40 columns, with letters that are two columns wide."""
    record = source.read_text(encoding="utf-8").replace("二つの", "二つの" * 12)
    source.write_text(record, encoding="utf-8")
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from medgraph.cli import main; main()", "query", TITLES, str(source), "--quiet"],
        stdout=terminal, stderr=subprocess.DEVNULL, env={**os.environ, "COLUMNS": "40", "TERM": "xterm"},
    )  # fmt: skip
    os.close(terminal)
    said = b""
    while True:
        try:
            said += os.read(master, 4096)
        except OSError:
            break
    os.close(master)
    assert process.wait(60) == 0
    from rich.cells import cell_len
    from rich.text import Text

    lines = Text.from_ansi(said.decode()).plain.splitlines()
    assert len(lines) > 4
    assert max(map(cell_len, lines)) <= 40
    assert "二" in said.decode()


class TestDataFrames:
    def frame(self, query: str, triples: bytes = b"") -> Any:
        pytest.importorskip("pandas")
        store = Store()
        store.load(triples)
        return store.answer(query).to_dataframe()

    def test_columns_have_types(self) -> None:
        frame = self.frame(
            "SELECT * { VALUES (?i ?d ?b ?date ?partial ?s ?iri) {"
            ' (1 1.5 true "2022-06-01"^^xsd:date "2022-06"^^xsd:gYearMonth "a"@en bibo:Book)'
            ' (UNDEF 2e0 UNDEF "2021-01-02"^^xsd:date "2021-01-02"^^xsd:date UNDEF UNDEF) } }'
        )
        assert {name: str(kind) for name, kind in frame.dtypes.items()}.items() >= {
            "i": "Int64", "d": "Float64", "b": "boolean", "partial": "string", "s": "string", "iri": "string"
        }.items()  # fmt: skip
        assert str(frame.dtypes["date"]).startswith("datetime64")
        assert list(frame["partial"]) == ["2022-06", "2021-01-02"]
        assert frame["i"].isna().tolist() == [False, True]
        assert frame["date"].dt.year.tolist() == [2022, 2021]

    def test_no_rows(self) -> None:
        frame = self.frame("SELECT ?x ?y { ?x ?p ?y }")
        assert (list(frame.columns), len(frame)) == (["x", "y"], 0)

    def test_without_pandas(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pandas", None)
        with pytest.raises(ImportError, match=r"to_dataframe\(\) needs pandas: pip install 'medgraph\[pandas\]'"):
            Store().answer("ASK {}").to_dataframe()


def test_values_are_those_of_python() -> None:
    answer = Store().answer(
        'SELECT * { VALUES (?a ?b ?c ?d ?e) { (7 1.5 false "2020"^^xsd:gYear UNDEF)'
        ' ("x"^^xsd:integer 2e0 true bibo:a "t") } }'
    )
    assert answer.rows[0][0] == 7
    assert str(answer.rows[0][1]) == "1.5"
    assert answer.rows[0][2:] == (False, "2020", None)
    assert answer.rows[1] == ("x", 2.0, True, "http://purl.org/ontology/bibo/a", "t")


def test_a_long_answer_is_written_as_it_comes() -> None:
    """Not all rows are there before the first is written."""
    made = []

    def rows() -> Any:
        for n in range(1000):
            made.append(n)
            yield (ox.Literal(n),)

    class Watched(io.BytesIO):
        most = 0

        def write(self, data: Any) -> int:
            self.most = self.most or len(made)
            return super().write(data)

    out, answer = Watched(), Answer("SELECT", ("n",), rows(), {})
    answer.write(out, "json")
    assert answer.count == 1000
    assert 0 < out.most < 1000
    with pytest.raises(QueryError, match="asks for values"):
        answer.check("nt")


def test_help_reads_no_query() -> None:
    code = (
        "import sys\nfrom medgraph.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m in ('medgraph.named', 'medgraph.questions', 'pandas')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stderr == "[]\n"

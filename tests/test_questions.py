"""
Named queries: what they answer on records written for them, in the embedded store and on every server.

``questions/answers.json`` holds what each must answer to ``questions/records.xml``, ``record.nbib`` and ``tree.ttl``;
it was checked by hand against the records. A change of it is read like a change of a golden graph.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import requests
import servers
from servers import Server

import medgraph
from medgraph import iris, named, questions, sinks
from medgraph.answers import TRIPLES
from medgraph.errors import QueryError, StoreError
from medgraph.named import NamedQuery
from medgraph.store import Store, open_store

HERE = Path(__file__).with_name("questions")
INPUTS = [HERE / "records.xml", HERE / "record.nbib", HERE / "tree.ttl"]
ANSWERS: dict[str, Any] = json.loads((HERE / "answers.json").read_text(encoding="utf-8"))
ALL = named.names()


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The records and the tree as N-Triples."""
    folder = tmp_path_factory.mktemp("lines")
    medgraph.convert(INPUTS[:2], folder / "records.nt")
    tree = Store()
    tree.load_file(str(INPUTS[2]))
    triples = tree.answer("CONSTRUCT WHERE { ?s ?p ?o }").serialized("nt")
    return (folder / "records.nt").read_bytes() + triples


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, lines: bytes) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("questions") / "store"
    with open_store(folder, create=True) as filling:
        filling.load(lines)
    with open_store(folder, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso", "fuseki"])
def endpoint(request: pytest.FixtureRequest, lines: bytes) -> Server:
    """Each of the servers, holding the records and the tree."""
    server: Server = request.getfixturevalue(f"{request.param}_server")
    server.empty()
    from medgraph.endpoint import Endpoint
    from medgraph.endpoint.credentials import Credentials

    auth: Any = Credentials(server.user, server.password) if server.user else False
    with Endpoint(server.url, auth=auth) as client:
        client.add(lines)
    assert server.count() == len(set(lines.splitlines()))
    return server


def test_every_query_has_a_known_answer() -> None:
    assert sorted(ANSWERS) == ALL
    assert len(ALL) >= 24


@pytest.mark.parametrize("name", ALL)
def test_the_header_says_all(name: str) -> None:
    query = named.named(name)
    assert query.title
    assert not query.title.endswith(".")
    assert query.description.endswith(".")
    assert query.keywords
    assert f"FROM <{iris.GRAPH}>" in query.text
    assert all(parameter.meaning and parameter.shown for parameter in query.parameters)
    assert query.form in ("SELECT", "CONSTRUCT")
    assert query.form == "CONSTRUCT" or "ORDER BY" in query.text
    assert query.bound({}) == query.text, "without values, the file as it stands"


@pytest.mark.parametrize("name", ALL)
def test_the_known_answer_from_a_store(store: Store, name: str) -> None:
    known = ANSWERS[name]
    answer = questions.ask(named.named(name), store, known["parameters"])
    assert list(answer.columns) == known["columns"]
    assert [list(row) for row in answer.texts] == known["rows"]


@pytest.mark.parametrize("name", ALL)
def test_the_known_answer_from_every_server(endpoint: Server, name: str) -> None:
    known = ANSWERS[name]
    place = questions.Endpoint(endpoint.url)
    answer = questions.ask(named.named(name), place, known["parameters"])
    assert list(answer.columns) == known["columns"]
    assert [list(row) for row in answer.texts] == known["rows"]


@pytest.mark.parametrize("name", ALL)
def test_the_file_as_it_stands_runs_on_every_server(endpoint: Server, name: str) -> None:
    """Nothing of medgraph in between: the file, as one would paste it into a page of the server."""
    query = named.named(name)
    accept = "text/turtle" if query.form == "CONSTRUCT" else "application/sparql-results+json"
    answer = requests.post(endpoint.url.rstrip("/") + ("/query" if endpoint.name == "oxigraph" else ""),
                           {"query": query.text}, headers={"Accept": accept}, timeout=60)  # fmt: skip
    assert answer.ok, answer.text


@pytest.mark.parametrize(
    "name", [name for name in ALL if "limit" in {each.name for each in named.named(name).parameters}]
)
def test_a_limit_keeps_the_first_rows(store: Store, name: str) -> None:
    known = ANSWERS[name]
    answer = questions.ask(named.named(name), store, {**known["parameters"], "limit": 1})
    assert [list(row) for row in answer.texts] == known["rows"][:1]


def test_the_record_holds_every_triple_of_its_own(lines: bytes) -> None:
    """In pyoxigraph an xsd:int is an xsd:integer of the same value; see docs/queries.md."""
    every = {line.replace("XMLSchema#int>", "XMLSchema#integer>") for line in lines.decode().splitlines()}
    for pmid in ("101", "102", "107", "109"):
        found = medgraph.query("record", inputs=INPUTS, article=pmid).serialized("nt").decode().splitlines()
        own = {line for line in every if f"/pubmed/{pmid}>" in line.split()[0] or f"/id/{pmid}-" in line.split()[0]}
        assert own <= set(found) <= every
        assert len(own) > 20


class TestParameters:
    def bound(self, name: str, **values: Any) -> str:
        return named.named(name).bound(values, lambda kind, name: [])

    @pytest.mark.parametrize(
        ("query", "parameter", "given", "bound"),
        [
            (
                "articles-of-person",
                "orcid",
                "https://orcid.org/0000000218250097",
                "<https://orcid.org/0000-0002-1825-0097>",
            ),
            ("articles-of-person", "orcid", "orcid:0000-0002-1825-0097", "<https://orcid.org/0000-0002-1825-0097>"),
            ("articles-of-institution", "ror", "https://ror.org/01EQ10738", "<https://ror.org/01eq10738>"),
            ("articles-on-concept", "concept", "mesh:d007938", "<http://id.nlm.nih.gov/mesh/D007938>"),
            ("starred-topics-of-journal", "journal", "0374236", "<https://www.ncbi.nlm.nih.gov/nlmcatalog/0374236>"),
            ("starred-topics-of-journal", "from", "1999", '"1999"'),
            ("record", "article", "PMID: 35315510", "<http://rdf.ncbi.nlm.nih.gov/pubmed/35315510>"),
            ("record", "article", "https://pubmed.ncbi.nlm.nih.gov/12/", "<http://rdf.ncbi.nlm.nih.gov/pubmed/12>"),
            ("articles-by-words", "text", 'a "b" \\ } #\n', '"a \\"b\\" \\\\ } #\\n"'),
        ],
    )
    def test_values_become_terms(self, query: str, parameter: str, given: str, bound: str) -> None:
        assert f"VALUES ?{parameter} {{ {bound} }}" in self.bound(query, **{parameter: given})

    def test_several_are_alternatives(self, store: Store) -> None:
        both = questions.ask(
            named.named("articles-of-person"), store, {"orcid": ["0000-0002-1825-0097", "0000-0002-1694-233X"]}
        )
        assert [row[0].rpartition("/")[2] for row in both] == ["109", "107", "108", "108", "101", "102", "106"]

    @pytest.mark.parametrize(
        ("query", "values", "said"),
        [
            (
                "articles-of-person",
                {"orcid": "0000-0002-1825-0098"},
                "orcid: takes an ORCID, not '0000-0002-1825-0098': ",
            ),
            ("articles-of-person", {"orcid": "x> } DELETE {"}, "orcid: takes an ORCID"),
            (
                "articles-of-person",
                {"limit": "10; DROP"},
                "limit: takes a whole number of nine digits at most, without a sign, not '10; DROP'",
            ),
            ("articles-of-person", {"limit": -1}, "limit: takes a whole number"),
            ("articles-of-person", {"limit": [1, 2]}, "limit takes one value"),
            ("articles-of-person", {"orcid": []}, "orcid takes at least one value"),
            ("articles-of-person", {"pmid": 1}, "has no parameter 'pmid'; it has orcid, limit"),
            ("articles-of-institution", {"ror": "North Hospital"}, "ror: takes a ROR identifier"),
            ("starred-topics-of-journal", {"from": "'99"}, "from: takes a year of four digits"),
            ("record", {"article": "none"}, "article: takes a PMID, not 'none'"),
            ("articles-on-concept", {"concept": "Slep"}, "nothing there is a MeSH term called 'Slep'"),
        ],
    )
    def test_what_is_none_of_its_kind_is_refused(self, query: str, values: dict[str, Any], said: str) -> None:
        with pytest.raises(QueryError) as error:
            self.bound(query, **values)
        assert str(error.value).startswith(query)
        assert said in str(error.value)

    @pytest.mark.parametrize("text", ['" } } DELETE', "\\", "'''", "}}#", 'a"@en', "ſ\u2028\x01"])
    def test_text_stays_text(self, store: Store, text: str) -> None:
        assert len(questions.ask(named.named("articles-by-words"), store, {"text": text})) == 0

    def test_an_iri_is_no_way_in(self) -> None:
        query = named.read("mine", "# parameter x: iri: anything\nSELECT * { VALUES ?x { <http://a> } ?x ?y ?z }")
        assert "{ <http://purl.org/ontology/bibo/Book> }" in query.bound({"x": "bibo:Book"})
        for bad in ("http://a> } #", "nonsense", "http://a b", "a\\u003E:b"):
            with pytest.raises(QueryError, match="takes an IRI"):
                query.bound({"x": bad})

    def test_names_are_found_in_what_is_asked(self, store: Store) -> None:
        expected = ANSWERS["articles-on-concept"]["rows"]
        for given in ("Sleep", "sleep", "D900001"):
            found = questions.ask(named.named("articles-on-concept"), store, {"concept": given})
            assert [list(row) for row in found.texts] == expected
        rows = ANSWERS["starred-topics-of-journal"]["rows"]
        for given in ("Journal of Beds", "j beds", "1000-0011", "1000001"):
            found = questions.ask(named.named("starred-topics-of-journal"), store, {"journal": given})
            assert [list(row) for row in found.texts] == rows

    def test_names_are_found_in_an_index(self, tmp_path: Path) -> None:
        from medgraph.thesaurus import build

        (tmp_path / "terms.tsv").write_text("D900001\tSlumber\n", encoding="utf-8")
        build([tmp_path / "terms.tsv"], tmp_path / "mesh.sqlite")
        found = medgraph.query("articles-on-concept", inputs=INPUTS, mesh=tmp_path / "mesh.sqlite", concept="Slumber")
        assert [list(row) for row in found.texts] == ANSWERS["articles-on-concept"]["rows"]


class TestQueriesOfOnesOwn:
    TEXT = (
        "# title: Titles that hold a word\n# description: One line,\n#   and another.\n"
        "# parameter word: string: the word\n# parameter limit: integer: how many\n"
        "SELECT ?title { VALUES ?word { 'beds' } ?a dcterms:title ?title FILTER(CONTAINS(LCASE(?title), ?word)) }\n"
        "ORDER BY ?title LIMIT 2\n"
    )

    def test_a_file_has_parameters_too(self, tmp_path: Path) -> None:
        (tmp_path / "mine.rq").write_text(self.TEXT, encoding="utf-8")
        assert named.read("mine", self.TEXT).description == "One line, and another."
        assert medgraph.query(tmp_path / "mine.rq", inputs=INPUTS).rows == [
            ("Beds and the depth of sleep, a preprint.",), ("Beds and the depth of sleep.",)
        ]  # fmt: skip
        assert medgraph.query(tmp_path / "mine.rq", inputs=INPUTS, word="pillow", limit=5).rows == [("A pillow.",)]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("# parameter x: nonsense: y\nSELECT * { VALUES ?x { 1 } }", "KIND one of iri, pmid, orcid"),
            ("# parameter x: string: y\nSELECT * { ?x ?y ?z }", r"has no place in the query; write `VALUES \?x"),
            ("# parameter x: string: y\nSELECT * { VALUES ?x { 1 } VALUES ?x { 1 } }", "has no place in the query"),
            ("# parameter limit: integer: y\nSELECT * { ?x ?y ?z }", "has no place in the query; write `LIMIT"),
        ],
    )
    def test_a_header_that_is_wrong(self, text: str, said: str) -> None:
        with pytest.raises(QueryError, match=said):
            named.read("mine.rq", text)


class TestAsking:
    def test_one_place_only(self) -> None:
        for places in ({}, {"store": "a", "endpoint": "http://b"}):
            with pytest.raises(ValueError, match="say what to ask"):
                medgraph.query("languages", **places)

    def test_a_store_that_is_in_use(self, tmp_path: Path) -> None:
        with open_store(tmp_path / "store", create=True), pytest.raises(StoreError, match="is open already"):
            medgraph.query("languages", store=tmp_path / "store")

    def test_the_answer_outlives_the_store(self, tmp_path: Path, lines: bytes) -> None:
        with open_store(tmp_path / "store", create=True) as store:
            store.load(lines)
        answer = medgraph.query("languages", store=tmp_path / "store")
        assert answer.rows[0][1:] == ("eng", 8)
        assert answer[1][1:] == ("fre", 2)
        assert len(answer) == 2

    def test_another_graph(self, tmp_path: Path, lines: bytes) -> None:
        with open_store(tmp_path / "store", create=True) as store:
            store.load(lines, "http://example.org/graph")
        assert not medgraph.query("languages", store=tmp_path / "store")
        assert len(medgraph.query("languages", store=tmp_path / "store", graph="http://example.org/graph")) == 2
        with pytest.raises(QueryError, match="graph: takes an IRI in full"):
            medgraph.query("languages", store=tmp_path / "store", graph="not an IRI")

    def test_two_graphs_are_asked_as_one(self, tmp_path: Path, lines: bytes) -> None:
        both = ("http://example.org/a", "http://example.org/b")
        half = len(lines) // 2
        half = lines.index(b"\n", half) + 1
        with open_store(tmp_path / "store", create=True) as store:
            store.load(lines[:half], both[0])
            store.load(lines[half:], both[1])
        found = medgraph.query("articles-on-concept", store=tmp_path / "store", graph=both, concept="D900001")
        assert [list(row) for row in found.texts] == ANSWERS["articles-on-concept"]["rows"]

    def test_another_graph_of_every_server(self, endpoint: Server) -> None:
        place = questions.Endpoint(endpoint.url)
        assert len(place.answer(named.named("languages").text, ("http://example.org/nothing",))) == 0
        text = "SELECT ?l { pubmed:109 dcterms:language ?l } ORDER BY STR(?l)"
        assert [row for (row,) in place.answer(text, (iris.GRAPH,)).texts] == ["lang:eng", "lang:fre"]

    def test_a_wrong_query_is_explained_for_every_server(self, endpoint: Server) -> None:
        place = questions.Endpoint(endpoint.url)
        with pytest.raises(QueryError, match="line 1, column 26: is not SPARQL: unexpected '}'"):
            place.answer("SELECT ?x { ?x bibo:pmid }")
        with pytest.raises(QueryError, match="is an update, which changes data; a query only asks"):
            place.answer("CLEAR ALL")
        assert bool(place.answer("ASK { GRAPH ?g { ?s ?p ?o } }"))

    def test_formats_are_those_of_the_writers(self) -> None:
        assert set(TRIPLES) <= set(sinks.FORMATS)
        assert isinstance(questions.found("languages"), NamedQuery)


@pytest.fixture(scope="module")
def everything(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All real records as N-Triples."""
    path = tmp_path_factory.mktemp("everything") / "all.nt"
    medgraph.convert([shared / "medline", shared / "pubmed-xml"], path, validate="off")
    return path


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", servers.NAMES)
def test_all_real_records_answer_alike_everywhere(kind: str, everything: Path, tmp_path: Path) -> None:
    from medgraph.endpoint import Endpoint
    from medgraph.endpoint.credentials import Credentials

    with (
        servers.roomy(kind, tmp_path / "server") as server,
        open_store(tmp_path / "store", create=True) as store,
        Endpoint(server.url, auth=Credentials(server.user, server.password) if server.user else False) as client,
        open(everything, "rb") as file,
    ):
        while chunk := list(islice(file, 100_000)):
            store.load(b"".join(chunk))
            for start in range(0, len(chunk), 10_000):
                client.add(b"".join(chunk[start : start + 10_000]))
        assert server.count() == store.count()
        place = questions.Endpoint(server.url)
        different = []
        for name in ALL:
            query = named.named(name)
            here = questions.ask(query, store, REAL.get(name, {})).texts
            if questions.ask(query, place, REAL.get(name, {})).texts != here:
                different.append(name)
        assert different == []


REAL: dict[str, Any] = {
    "articles-of-person": {"orcid": "0000-0003-4252-2547"},
    "coauthors-of-person": {"orcid": "0000-0003-4252-2547"},
    "articles-on-concept": {"concept": "D009369"},
    "people-on-concept": {"concept": "D009369"},
    "starred-topics-of-journal": {"journal": "0370366"},
    "authors-of-article": {"article": 38118002},
    "references-of-article": {"article": 38118002},
    "record": {"article": 38118002},
    "cited-by": {"article": 18976116},
}
"""What is asked about the real records; the other queries get their defaults."""

"""Sinks: every syntax reads back as what was written, to the byte, whole or not at all."""

from __future__ import annotations

import errno
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from medgraph import native, sinks, vocab
from medgraph.errors import SinkError
from medgraph.mapping import FULL, Triple
from medgraph.model import Citation
from medgraph.pubmed_xml import citations
from medgraph.syntaxes import FORMATS, Syntax, Turtle

ID = "https://w3id.org/medgraph/id/"
PUBMED = "http://rdf.ncbi.nlm.nih.gov/pubmed/"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

OXIGRAPH = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}


def record(pmid: int) -> list[Triple]:
    """An article, its author list and an author, with a value of every sort."""
    article = f"<{PUBMED}{pmid}>"
    author = f"<{ID}{pmid}-author-1>"
    return [
        (article, f"<{RDF}type>", "<http://purl.org/ontology/bibo/AcademicArticle>"),
        (article, f"<{RDF}type>", "<http://purl.org/spar/fabio/JournalArticle>"),
        (article, "<http://purl.org/ontology/bibo/pmid>", f'"{pmid}"'),
        (article, f"<{DCTERMS}title>", '"The \\"best\\" of\\nC:\\\\ – <b>β</b> & 𝛼"@en'),
        (article, f"<{DCTERMS}title>", '"Das Beste"@de'),
        (article, f"<{DCTERMS}title>", '"no language"'),
        (article, f"<{DCTERMS}issued>", f'"2022-06-01"^^<{XSD}date>'),
        (article, f"<{DCTERMS}available>", f'"2022"^^<{XSD}gYear>'),
        (article, f"<{DCTERMS}creator>", author),
        (article, f"<{DCTERMS}creator>", "<https://orcid.org/0000-0002-1825-0097>"),
        (article, "<https://schema.org/sameAs>", "<https://doi.org/10.1002/(sici)1%3C1::aid-x%3E3.0.co;2-z>"),
        (article, "<http://purl.org/ontology/bibo/authorList>", f"<{ID}{pmid}-authors>"),
        (f"<{ID}{pmid}-authors>", f"<{RDF}type>", f"<{RDF}Seq>"),
        (f"<{ID}{pmid}-authors>", f"<{RDF}_1>", author),
        (f"<{ID}{pmid}-authors>", f"<{RDF}_2>", "<https://orcid.org/0000-0002-1825-0097>"),
        (author, f"<{RDF}type>", f"<{FOAF}Person>"),
        (author, f"<{FOAF}name>", '"J. O\'Neil\\r\\tJr"'),
        (author, "<http://vivoweb.org/ontology/core#rank>", f'"1"^^<{XSD}int>'),
        (author, "<https://w3id.org/medgraph/vocab#majorTopic>", f'"true"^^<{XSD}boolean>'),
        (author, "<http://example.org/terms#unheard-of>", f'"01"^^<{XSD}integer>'),
        (author, "<http://example.org/terms#unheard-of>", "<http://example.org/x>"),
    ]


def written(target: str | Path, *records: list[Triple], **options: Any) -> Path:
    with sinks.open_sink(target, **options) as sink:
        for triples in records:
            sink.write(triples)
    return Path(target)


def as_set(triples: list[Triple]) -> set[str]:
    lines = "".join(f"{s} {p} {o} .\n" for s, p, o in triples)
    return {str(triple) for triple in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)}


def read_back(path: Path) -> set[str]:
    name = path.name.removesuffix(".gz").rpartition(".")[2]
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return {str(ox.Triple(*quad)) if isinstance(quad, ox.Triple) else str(quad.triple)
            for quad in ox.parse(data, format=OXIGRAPH[name])}  # fmt: skip


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_reads_back_as_what_was_written(tmp_path: Path, format: str, packed: str) -> None:
    path = written(tmp_path / f"out.{format}{packed}", record(1), record(22))
    assert read_back(path) == as_set(record(1) + record(22))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_real_records_read_back_from_every_format(shared: Path, tmp_path: Path) -> None:
    source = shared / "pubmed-xml" / "fatcat" / "pubmedsample_2019.xml"
    with source.open("rb") as stream:
        found = [FULL.triples(item) for item in citations(stream, str(source)) if isinstance(item, Citation)]
    expected = as_set([triple for triples in found for triple in triples])
    assert len(expected) > 10_000
    for format in FORMATS:
        assert read_back(written(tmp_path / f"out.{format}", *found)) == expected


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # raised inside rdflib's JSON-LD parser
@pytest.mark.parametrize(("format", "parser"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")])
def test_a_second_reader_finds_the_same_graph(tmp_path: Path, format: str, parser: str) -> None:
    path = written(tmp_path / f"out.{format}", record(1), record(22))
    found = rdflib.Graph().parse(path, format=parser)
    expected = rdflib.Graph().parse(written(tmp_path / "out.nt", record(1), record(22)), format="nt")
    assert set(found) == set(expected)


@pytest.mark.parametrize("format", ["nq", "trig"])
def test_quads_stand_in_one_named_graph(tmp_path: Path, format: str) -> None:
    path = written(tmp_path / f"out.{format}", record(1), record(2))
    graphs = {quad.graph_name.value for quad in ox.parse(path.read_bytes(), format=OXIGRAPH[format])}
    assert graphs == {"https://w3id.org/medgraph/graph/pubmed"}


@pytest.mark.parametrize("format", [*FORMATS, "ttl.gz"])
def test_the_same_bytes_in_another_process_with_other_hashes(tmp_path: Path, format: str) -> None:
    here = written(tmp_path / f"here.{format}", record(1), record(2))
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from test_sinks import record, written\n"
        "from pathlib import Path\n"
        "written(Path(sys.argv[1]), record(1), record(2))"
    )
    there = tmp_path / f"there.{format}"
    subprocess.run([sys.executable, "-c", code, there, Path(__file__).parent], check=True)
    assert here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize("format", FORMATS)
def test_a_record_is_written_the_same_whatever_stands_before_it(tmp_path: Path, format: str) -> None:
    syntax = FORMATS[format](vocab.PREFIXES)
    first = syntax.record(record(5))
    syntax.record(record(6))
    assert syntax.record(record(5)) == first
    assert written(tmp_path / f"out.{format}", record(6), record(5)).read_bytes() == (
        syntax.head + syntax.record(record(6)) + syntax.between + first + syntax.tail
    )


COMPILED = native.compiled_part("medgraph.syntaxes")
LINES = ["nt", "nq", "nq.gz", *(["ttl", "trig", "ttl.gz"] if COMPILED else [])]


@pytest.mark.parametrize("format", LINES)
def test_lines_are_written_like_their_triples(tmp_path: Path, format: str) -> None:
    with sinks.open_sink(tmp_path / f"lines.{format}") as sink:
        assert sink.takes_lines
        for triples in (record(1), record(2)):
            sink.write_lines("".join(f"{s} {p} {o} .\n" for s, p, o in triples).encode(), len(triples))
    expected = written(tmp_path / f"triples.{format}", record(1), record(2))
    assert (tmp_path / f"lines.{format}").read_bytes() == expected.read_bytes()
    assert sink.triples == 2 * len(record(1))


@pytest.mark.parametrize("format", FORMATS)
def test_no_records_make_a_whole_file(tmp_path: Path, format: str) -> None:
    assert read_back(written(tmp_path / f"out.{format}")) == set()


_X = "http://x.org/"
ODD_TERMS = [
    *(f"<{_X}{rest}>" for rest in ("", "a", "-a", "a-", "_", "a.b", "a/b", "a#b", "a:b", "ä", "a%20b", "a/", "0")),
    *("<x:>", "<x:a>", "<:>", "<#>", "<a>", "<http://y.org/a>", "<http://x.org>"),
    *(f'"{text}"^^<{XSD}boolean>' for text in ("true", "false", "1", "True", "")),
    *(f'"a"^^<{_X}type>', '"^^"', f'"^^<{_X}a>"^^<{_X}b>', '"a"@en', '"<b>"', '" . ; ,"', '"\\n \\" .\\n"', '""'),
]


@given(
    st.lists(
        st.tuples(*[st.sampled_from([term for term in ODD_TERMS if term[0] == "<"])] * 2, st.sampled_from(ODD_TERMS)),
        max_size=12,
    )
)
def test_turtle_of_lines_is_that_of_triples(triples: list[Triple]) -> None:
    for prefixes in ({"x": _X, "l": "x:"}, {"a-long-prefix-for-a-short-iri": "x:", "": _X}, {}):
        turtle = Turtle(prefixes)
        lines = "".join(f"{s} {p} {o} .\n" for s, p, o in triples).encode()
        assert turtle.of_lines(lines) == Syntax.of_lines(turtle, lines) == turtle.record(triples)


@pytest.mark.skipif(COMPILED is None, reason="the package was built without its compiled parts")
@pytest.mark.parametrize(
    "wrong", [b"x", b"\n", b" .\n", b"<a> .\n", b"<a> <b> .\n", b"<a> <b> <c>.\n", b"<a> <b> <c> ."]
)
def test_compiled_turtle_takes_nothing_but_lines(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="N-Triples"):
        Turtle().of_lines(wrong)


def test_turtle_is_grouped_prefixed_and_spaced(tmp_path: Path) -> None:
    text = written(tmp_path / "out.ttl", record(1), record(2)).read_text()
    head, _, body = text.partition("\n\n")
    assert head.splitlines() == [f"@prefix {name}: <{iri}> ." for name, iri in vocab.PREFIXES.items()]
    assert 'pubmed:1 a bibo:AcademicArticle , fabio:JournalArticle ;\n    bibo:pmid "1" ;\n' in body
    assert '    dcterms:issued "2022-06-01"^^xsd:date ;\n' in body
    assert "    medgraph:majorTopic true ;\n" in body
    assert "\n\npubmed:2 a " in body
    assert "@prefix" not in body


def test_json_ld_reads_like_json(tmp_path: Path) -> None:
    document = json.loads(written(tmp_path / "out.jsonld", record(1), record(2)).read_bytes())
    one, two = document["@graph"]
    assert one["@id"] == "pubmed:1"
    assert one["pmid"] == "1"
    assert one["issued"] == "2022-06-01"
    assert one["available"] == {"@value": "2022", "@type": "xsd:gYear"}
    assert one["title"][0].startswith('The "best" of')
    assert one["title"][1:] == [{"@value": "Das Beste", "@language": "de"}, {"@value": "no language"}]
    assert one["creator"][0]["name"] == "J. O'Neil\r\tJr"
    assert one["creator"][0]["rank"] == 1
    assert one["creator"][0]["majorTopic"] is True
    assert one["creator"][1] == "orcid:0000-0002-1825-0097"
    assert one["authorList"] == {
        "@id": "id:1-authors",
        "@type": "rdf:Seq",
        "rdf:_1": {"@id": "id:1-author-1"},
        "rdf:_2": {"@id": "orcid:0000-0002-1825-0097"},
    }
    assert two["@id"] == "pubmed:2"


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@settings(max_examples=60, deadline=None)
@given(text=TEXT, language=st.sampled_from(["", "@en", "@zh-hant"]))
def test_any_text_survives_every_format(text: str, language: str) -> None:
    node = ox.Literal(text, language=language[1:]) if language else ox.Literal(text)
    triple = (f"<{PUBMED}1>", f"<{DCTERMS}title>", str(node))
    for name, format in OXIGRAPH.items():
        syntax = FORMATS[name](vocab.PREFIXES)
        if name == "rdf" and not all(char in "\t\n\r" or " " <= char not in "\ufffe\uffff" for char in text):
            with pytest.raises(ValueError, match="cannot stand in XML"):
                syntax.record([triple])
            continue
        body = syntax.record([triple])
        (found,) = ox.parse(syntax.head + body + syntax.tail, format=format)
        assert (found.object.value, found.object.language) == (text, language[1:] or None)


def test_a_bare_carriage_return_survives_an_xml_parser() -> None:
    syntax = FORMATS["rdf"](vocab.PREFIXES)
    body = syntax.record([(f"<{PUBMED}1>", f"<{DCTERMS}title>", '"a\\rb"')])
    found = rdflib.Graph().parse(data=syntax.head + body + syntax.tail, format="xml")
    assert [str(o) for o in found.objects()] == ["a\rb"]


def test_another_base_gets_the_prefix_of_local_nodes(tmp_path: Path) -> None:
    triples = [("<http://here.example/r/1-author-1>", f"<{FOAF}name>", '"N"')]
    prefixes = {**vocab.PREFIXES, "id": "http://here.example/r/"}
    path = written(tmp_path / "out.ttl", triples, prefixes=prefixes)
    assert 'id:1-author-1 foaf:name "N" .' in path.read_text()
    path = written(tmp_path / "out.jsonld", triples, prefixes=prefixes)
    assert json.loads(path.read_bytes())["@graph"][0]["@id"] == "id:1-author-1"
    assert read_back(path) == as_set(triples)


def test_a_gzip_header_has_neither_name_nor_time(tmp_path: Path) -> None:
    head = written(tmp_path / "out.nt.gz", record(1)).read_bytes()[:10]
    assert head[:4] == b"\x1f\x8b\x08\x00"
    assert head[4:8] == b"\0\0\0\0"


def test_counts_what_it_writes(tmp_path: Path) -> None:
    with sinks.open_sink(tmp_path / "out.ttl.gz") as sink:
        sink.write(record(1))
        sink.write(record(2))
    assert (sink.records, sink.triples) == (2, 2 * len(record(1)))
    assert sink.size == (tmp_path / "out.ttl.gz").stat().st_size


def test_the_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.ttl"
    path.write_text("the old one")
    with sinks.open_sink(path) as sink:
        sink.write(record(1))
        assert path.read_text() == "the old one"
    assert path.read_text().startswith("@prefix")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def broken() -> None:
        with sinks.open_sink(tmp_path / "out.ttl") as sink:
            sink.write(record(1))
            raise error

    with pytest.raises(error):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "out.nt"
    link.symlink_to(tmp_path / "real" / "data.nt")
    written(link, record(1))
    assert link.is_symlink()
    assert read_back(tmp_path / "real" / "data.nt") == as_set(record(1))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("format", ["nt", "ttl", "nt.gz"])
def test_a_full_device_is_an_error(format: str) -> None:
    with pytest.raises(SinkError, match=r"/dev/full: No space left on device while writing; no half file was left\."):
        written("/dev/full", *map(record, range(1, 3000)), format=format)
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("format", ["nt", "ttl.gz"])
def test_a_full_disk_leaves_no_half_file(tmp_path: Path, format: str) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(SinkError, match="no half file was left"):
            written(tmp_path / f"out.{format}", *map(record, range(1, 20_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_is_not_dressed_up() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with pytest.raises(BrokenPipeError):
            written(f"/dev/fd/{writer}", *map(record, range(1, 3000)), format="nt")
    finally:
        os.close(writer)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("out.txt", "the name does not say which syntax to write; end it in one of .ttl, .nt,"),
        ("absent/out.ttl", "its folder does not exist; create it first"),
    ],
)
def test_sentences(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(SinkError) as caught:
        written(tmp_path / name, record(1))
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / name))


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"'ttl\.zip' is no format we write; there are \.ttl, "):
        sinks.open_sink(tmp_path / "x", "ttl.zip")


@pytest.mark.parametrize(
    ("format", "triple", "sentence"),
    [
        ("rdf", ("<http://a b>", f"<{FOAF}name>", '"x"'), "not legal N-Triples: "),
        ("rdf", (f"<{PUBMED}1>", "<http://a.example/12>", '"x"'), "a predicate does not end in a name"),
        ("rdf", (f"<{PUBMED}1>", f"<{FOAF}name>", '"x\\u000By"'), "U\\+000B cannot stand in XML"),
        ("jsonld", ("<id:x>", f"<{FOAF}name>", '"x"'), "would be read as a name with the prefix 'id'"),
    ],
)
def test_a_record_that_a_syntax_cannot_carry_stays_out_and_the_next_goes_in(
    tmp_path: Path, format: str, triple: Triple, sentence: str
) -> None:
    path = tmp_path / f"out.{format}"
    with sinks.open_sink(path) as sink:
        sink.write(record(1))
        with pytest.raises(ValueError, match=sentence):
            sink.write([triple])
        sink.write(record(2))
    assert read_back(path) == as_set(record(1) + record(2))
    assert sink.records == 2


def test_what_is_written_goes_to_the_disk_while_more_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[str] = []

    def fsync(handle: int) -> None:
        put.append(threading.current_thread().name)

    monkeypatch.setattr(sinks, "_STEP", 1)
    monkeypatch.setattr(sinks, "_CHUNK", 1 << 16)
    monkeypatch.setattr(os, "fsync", fsync)
    with sinks.open_sink(tmp_path / "x.nt") as sink:
        for _ in range(400):
            sink.write([("<x:1>", "<x:2>", f'"{"long " * 1000}"')])
    assert "medgraph-disk" in put[:-2]
    assert put[-1] == threading.main_thread().name
    assert (tmp_path / "x.nt").stat().st_size == 400 * len('<x:1> <x:2> "" .\n' + "long " * 1000)


def test_a_disk_that_fails_while_more_is_made_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(handle: int) -> None:
        # what the system says of a page that could not be written, and says once
        if threading.current_thread() is not threading.main_thread():
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(sinks, "_STEP", 1)
    monkeypatch.setattr(sinks, "_CHUNK", 1 << 16)
    monkeypatch.setattr(os, "fsync", fsync)

    def write() -> None:
        with sinks.open_sink(tmp_path / "x.nt") as sink:
            for _ in range(400):
                sink.write([("<x:1>", "<x:2>", f'"{"long " * 1000}"')])

    with pytest.raises(SinkError):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x.nt", "x.nt.gz"])
def test_what_cannot_be_written_behind_is_told_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    taken: list[int] = []

    class Full(sinks._Counted):
        def write(self, data: Any) -> int:
            if self._below is None:
                return super().write(data)
            taken.append(len(data))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sinks, "_CHUNK", 1 << 16)
    monkeypatch.setattr(sinks, "_Counted", Full)
    before = threading.active_count()
    given = 0

    def write() -> None:
        nonlocal given
        with sinks.open_sink(tmp_path / name) as sink:
            for given in range(10_000):
                sink.write([("<x:1>", "<x:2>", f'"{random.Random(given).randbytes(5000).hex()}"')])

    with pytest.raises(SinkError, match="No space left"):
        write()
    assert taken
    assert given < 1000, "it is told soon, and not at the end"
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


def test_an_interruption_while_a_file_is_written_leaves_nothing_and_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinks, "_CHUNK", 1 << 12)
    before = threading.active_count()

    def write() -> None:
        with sinks.open_sink(tmp_path / "x.nt") as sink:
            for _ in range(200):
                sink.write([("<x:1>", "<x:2>", f'"{"long " * 1000}"')])
            assert threading.active_count() > before
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


@pytest.mark.parametrize("name", ["x.nt", "x.nt.gz"])
def test_a_buffer_grows_as_soon_as_it_has_been_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A thread that has told that it is done may not have let go of what it was given to do."""
    kept: list[Any] = []
    begin = sinks._Thread.begin

    def keep(self: Any, work: Any) -> None:
        kept.append(work)
        begin(self, work)

    monkeypatch.setattr(sinks._Thread, "begin", keep)
    monkeypatch.setattr(sinks, "_CHUNK", 10_000)
    lines = [f'<x:1> <x:2> "{"x" * size}" .\n'.encode() for size in range(1000, 9000, 100)]
    with sinks.open_sink(tmp_path / name) as sink:
        for line in lines:
            sink.write_lines(line, 1)
    written = (tmp_path / name).read_bytes()
    assert (gzip.decompress(written) if name.endswith("gz") else written) == b"".join(lines)
    assert len(kept) > 20


def test_files_are_the_same_whatever_is_written_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: set[tuple[str, bytes, str]] = set()
    for chunk in (1, 1000, 1 << 16, 1 << 24):
        monkeypatch.setattr(sinks, "_CHUNK", chunk)
        for name in ("x.nt", "x.ttl", "x.jsonld", "x.nt.gz"):
            with sinks.open_sink(tmp_path / name, checksum=True) as sink:
                for n in range(300):
                    sink.write(record(n))
            written = (tmp_path / name).read_bytes()
            assert sink.size == len(written)
            found.add((name, gzip.decompress(written) if name.endswith("gz") else written, sha256(written).hexdigest()))
            assert sink.sha256 == sha256(written).hexdigest()
    assert len({(name, content) for name, content, _ in found}) == 4


def test_an_interruption_that_comes_as_the_file_is_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: Any, **kwargs: Any) -> Any:
        open(*args, **kwargs).close()
        raise KeyboardInterrupt

    monkeypatch.setattr(sinks, "open", interrupted, raising=False)
    with pytest.raises(KeyboardInterrupt), sinks.open_sink(tmp_path / "out.nt"):
        pytest.fail("it was opened")
    assert not list(tmp_path.iterdir())

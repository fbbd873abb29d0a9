"""`medgraph mesh …`, and what an index changes for the other commands."""

from __future__ import annotations

import gzip
import json
import re
import shlex
from pathlib import Path

import mesh_files
import pytest
from file_server import file_server

from medgraph import ncbi

RECORD = ("MH  - Sleep", "MH  - *Sleep, Slow Wave & Deep/sleep effects", "MH  - Pillows", "PT  - Dream Diary")
XML = """<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM">
<PMID Version="1">{pmid}</PMID><Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print"/></Journal>
<ArticleTitle>A title.</ArticleTitle></Article><MeshHeadingList><MeshHeading>
<DescriptorName UI="{ui}" MajorTopicYN="N">{name}</DescriptorName></MeshHeading></MeshHeadingList>
</MedlineCitation></PubmedArticle></PubmedArticleSet>"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder to be in, with MeSH as NLM publishes it."""
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("desc2024.xml", mesh_files.DESCRIPTORS_XML),
        ("qual2024.xml", mesh_files.QUALIFIERS_XML),
        ("supp2024.xml", mesh_files.SUPPLEMENTAL_XML),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def index(files, run):
    assert run("mesh", "build", "desc2024.xml", "qual2024.xml", "supp2024.xml", "--quiet") == (0, "", "")
    return files / "mesh.sqlite"


@pytest.fixture
def source(nbib, tmp_path):
    path = tmp_path / "in.nbib"
    path.write_text(nbib(1, *RECORD) + nbib(2, "MH  - Pillows", "RN  - 0 (somnomycin)", "RN  - 0 (unknownin)"))
    return path


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(ncbi, "PATIENCE", 0.01)


def test_build_tells_what_is_in_it(files, run):
    code, out, err = run("mesh", "build", "desc2024.xml", "qual2024.xml", "supp2024.xml", "-o", "my.sqlite")
    assert (code, out) == (0, "")
    lines = err.splitlines()
    assert lines[0] == "my.sqlite: 228 descriptors, 85 qualifiers, 1 supplementary concepts"
    assert lines[3] == "  from desc2024.xml, descriptors (XML), MeSH 2024: 4 records, 6 names"
    assert run("mesh", "info", "--mesh", "my.sqlite").out == err
    found = json.loads(run("mesh", "info", "--mesh", "my.sqlite", "--json").out)
    assert found["sources"][1] == {
        "file": "desc2024.xml", "format": "descriptors (XML)", "year": 2024, "records": 4, "names": 6,
    }  # fmt: skip


def test_build_says_what_it_could_not_place(files, run):
    (files / "old.csv").write_text("ui,name\nD900009,Rest\n")
    (files / "mtrees2024.bin").write_text("".join(f"Name {n};F02.{n}\n" for n in range(100, 107)))
    err = run("mesh", "build", "desc2024.xml", "old.csv", "mtrees2024.bin").err
    assert (
        "7 names belong to no record of the index: Name 100, Name 101, Name 102, Name 103, Name 104 and 2 more" in err
    )
    assert "of unknown year, and therefore yielding to the others: old.csv; --year says it" in err
    assert "unknown" not in run("mesh", "build", "desc2024.xml", "old.csv", "--year", "2020").err


def test_lookup_of_names_and_identifiers(index, run):
    code, out, _ = run(
        "mesh", "lookup", "delta sleep", "dream diary", "noctal (BRAND)", "D900002", "Pillows", "D1", "D999999"
    )
    assert code == 1
    assert [line.split("\t") for line in out.splitlines()] == [
        ["name", "kind", "identifier", "preferred name", "tree numbers", "how"],
        ["delta sleep", "descriptor", "D900002", "Sleep, Slow-Wave & Deep", "F02.830 G11.561.803",
         "entry term of Sleep, Slow-Wave & Deep, MeSH 2024, there spelt Delta Sleep"],
        ["dream diary", "publication type", "D900004", "Dream Diary", "V02.100",
         "preferred name, MeSH 2024, there spelt Dream Diary"],
        ["noctal (BRAND)", "substance", "C900001", "somnomycin", "",
         "entry term of somnomycin, MeSH 2024, there spelt Noctal (brand)"],
        *(
            [name, "TopicalDescriptor", "D900002", "Sleep, Slow-Wave & Deep", "F02.830 G11.561.803", how]
            for name, how in (
                ("Sleep, Slow-Wave & Deep", "preferred name, MeSH 2024"),
                ("Delta Sleep", "entry term of Sleep, Slow-Wave & Deep, MeSH 2024"),
                ("Slow Wave & Deep Sleep", "variant of an entry term of Sleep, Slow-Wave & Deep, MeSH 2024"),
            )
        ),
        ["Pillows", "", "", "", "", "nothing of that name is in the index (MeSH 2024)"],
        ["D1", "", "", "", "", "nothing of that name is in the index (MeSH 2024)"],
        ["D999999", "", "", "", "", "no record of the index has that identifier"],
    ]  # fmt: skip
    code, out, _ = run("mesh", "lookup", "Sleep", "--json")
    assert (code, json.loads(out)[0]["ui"]) == (0, "D900001")


def test_lookup_of_a_name_of_two_records(files, run):
    (files / "mesh2024.csv").write_text("ui,name\nD900001,Pillow\nD900002,Pillow\nQ900001,pillow\n")
    assert "1 names stand for two records and stay unresolved" in run("mesh", "build", "mesh2024.csv").err
    code, out, _ = run("mesh", "lookup", "Pillow")
    assert code == 1
    assert [line.split("\t")[1:3] for line in out.splitlines()[1:]] == [["qualifier", "Q900001"], ["descriptor", ""]]
    assert "it stands for D900001 (Pillow) and D900002 (Pillow), MeSH 2024" in out


def test_learning(files, run):
    for n, (ui, name) in enumerate((("D900005", "Pillows"), ("D900001", "Slumber")), 1):
        (files / f"pubmed{n}.xml.gz").write_bytes(gzip.compress(XML.format(pmid=n, ui=ui, name=name).encode()))
    (files / "pubmed3.xml").write_text(
        "<PubmedArticleSet><PubmedArticle><PMID>x</PMID></PubmedArticle></PubmedArticleSet>"
    )
    code, _, err = run("mesh", "build", "desc2024.xml", "--learn", "pubmed1.xml.gz", "pubmed2.xml.gz")
    assert code == 0, err
    assert "from PubMed records, year unknown: 2 records, 2 names" in err
    assert [line.split("\t")[2] for line in run("mesh", "lookup", "Pillows", "slumber").out.splitlines()[1:]] == [
        "D900005", "D900001",
    ]  # fmt: skip
    code, _, err = run("mesh", "build", "--learn", "pubmed1.xml.gz", "pubmed3.xml")
    assert code == 1
    assert "1 records could not be read and taught nothing; first: pubmed3.xml, byte" in err
    code, _, err = run("mesh", "build", "desc2024.xml", "pubmed1.xml.gz")
    assert code == 3
    assert "pubmed1.xml.gz: these are PubMed records; write --learn before them" in err


def test_export(index, run):
    code, out, err = run("mesh", "export")
    assert (code, err.startswith("314 records, ")) == (0, True)
    assert 'mesh:D900001 a meshv:TopicalDescriptor ;\n    rdfs:label "Sleep"@en ;' in out
    code, out, err = run("mesh", "export", "-o", "mesh.nt.gz")
    assert (code, out) == (0, "")
    assert "names that NLM has no term for are not in it" in err
    assert gzip.decompress((index.parent / "mesh.nt.gz").read_bytes()).count(b"\n") > 1000


def test_convert_with_an_index(index, run, source):
    code, out, err = run("convert", source, "--mesh", index, "--format", "nt", "--report", "report.json")
    assert code == 0
    subject, mesh = "<http://rdf.ncbi.nlm.nih.gov/pubmed/1>", "http://id.nlm.nih.gov/mesh/"
    assert f"{subject} <http://purl.org/dc/terms/subject> <{mesh}D900001> ." in out
    assert f"{subject} <http://purl.org/spar/fabio/hasPrimarySubjectTerm> <{mesh}D900002> ." in out
    assert f"<{mesh}D900002Q900001> <{mesh}vocab#hasQualifier> <{mesh}Q900001> ." in out
    assert f"{subject} <http://purl.org/dc/terms/type> <{mesh}D900004> ." in out
    assert "Names without a MeSH identifier: 3\n" in err
    assert "      2 × MH: Pillows, PMID 1 2: no descriptor of that name is in the index (MeSH 2024)\n" in err
    assert "      1 × RN: unknownin, PMID 2: no substance of that name is in the index (MeSH 2024)\n" in err
    report = json.loads((index.parent / "report.json").read_bytes())
    assert report["mesh"] == str(index)
    assert report["unresolved_names"]["MH: Pillows"]["pmids"] == ["1", "2"]


def test_without_an_index_one_line_says_how_to_get_it(files, run, source):
    code, _, err = run("convert", source, "-o", "out.ttl")
    assert code == 0
    assert [line for line in err.splitlines() if "medgraph mesh" in line] == [
        "Names without a MeSH identifier: 8; --mesh INDEX resolves them, and `medgraph mesh download` and"
        " `medgraph mesh build` make the index"
    ]


def test_explain_says_how_a_name_was_found(index, run, source):
    code, out, _ = run("explain", source, "1", "--mesh", index)
    assert code == 0
    assert [line.split("\t")[1:4] for line in out.splitlines() if line.startswith("MeSH name")] == [
        ["MH", "Sleep", "D900001: preferred name, MeSH 2024"],
        ["MH", "Sleep, Slow Wave & Deep",
         "D900002: preferred name, MeSH 2024, there spelt Sleep, Slow-Wave & Deep"],
        ["MH", "sleep effects", "Q900001: preferred name, MeSH 2024"],
        ["MH", "Pillows", "no identifier: no descriptor of that name is in the index (MeSH 2024)"],
        ["PT", "Dream Diary", "D900004: preferred name, MeSH 2024"],
    ]  # fmt: skip
    assert json.loads(run("explain", source, "1", "--mesh", index, "--json").out)["resolved"][0]["ui"] == "D900001"
    assert "no identifier: no descriptor of that name is known without a MeSH index" in run("explain", source, "1").out


def test_query_over_text_and_the_tree(index, run, source):
    run("mesh", "export", "-o", "mesh.ttl")
    question = (
        "SELECT DISTINCT ?article ?name { ?article dcterms:subject ?descriptor . ?descriptor rdfs:label ?name ;"
        " meshv:treeNumber/meshv:parentTreeNumber* mesh:F02 } ORDER BY ?name"
    )
    code, out, _ = run("query", question, source, "mesh.ttl", "--mesh", index, "--format", "csv")
    assert code == 0
    assert "http://rdf.ncbi.nlm.nih.gov/pubmed/1,Sleep" in out.split()
    assert 'http://rdf.ncbi.nlm.nih.gov/pubmed/1,"Sleep, Slow-Wave & Deep"' in out


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["mesh", "lookup", "x", "--mesh", "absent.sqlite"],
         "absent.sqlite: there is no MeSH index here; medgraph mesh download makes a folder of NLM's files"),
        (["mesh", "info", "--mesh", "desc2024.xml"], "desc2024.xml: this is no MeSH index; medgraph mesh download"),
        (["mesh", "build", "in.nbib"], "in.nbib: this is MEDLINE text, which has names but no identifiers to learn"),
        (["mesh", "build"], "nothing to build an index of; name NLM's files, or --learn PubMed XML"),
        (["convert", "in.nbib", "--mesh", "absent.sqlite"], "absent.sqlite: there is no MeSH index here"),
        (["mesh", "download", "--from", "http://127.0.0.1:1"], "the server cannot be reached"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("files", "source", "impatient")
def test_what_goes_wrong_is_one_sentence(run, command, sentence):
    code, out, err = run(*command)
    assert (code, out) == (3, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_download_and_build(files, run):
    with file_server() as server:
        folder = "/MESH_FILES/xmlmesh/"
        server.pages[folder] = '<a href="desc2024.gz">x</a> <a href="qual2024.xml">x</a>'
        server.files[f"{folder}desc2024.gz"] = gzip.compress(mesh_files.DESCRIPTORS_XML.encode())
        server.files[f"{folder}qual2024.xml"] = mesh_files.QUALIFIERS_XML.encode()
        server.md5 = True
        code, out, err = run("mesh", "download", "--from", server.url)
        assert (code, out) == (0, "mesh/desc2024.gz\nmesh/qual2024.xml\n")
        assert "new, checksum compared" in err
        assert "already there" in run("mesh", "download", "--from", server.url).err
        server.files["/rdf/mesh.nt.gz"] = gzip.compress(mesh_files.ntriples().encode())
        assert run("mesh", "download", "rdf", "--rdf", "--from", server.url).out == "rdf/mesh.nt.gz\n"
    assert run("mesh", "build", "mesh/desc2024.gz", "mesh/qual2024.xml").code == 0
    assert run("mesh", "lookup", "Sleep").code == 0
    assert run("mesh", "build", "rdf/mesh.nt.gz").code == 0
    assert run("mesh", "lookup", "Sleep").code == 0


def test_a_folder_of_parts_is_made_again_with_another_index(index, run, source):
    assert run("convert", source, "-o", "parts/").code == 0
    assert "earlier run" in run("convert", source, "-o", "parts/").err
    assert "earlier run" not in run("convert", source, "-o", "parts/", "--mesh", index).err
    assert "mesh:D900001" in (index.parent / "parts" / "in.ttl").read_text()
    assert "earlier run" in run("convert", source, "-o", "parts/", "--mesh", index).err


def test_the_commands_of_the_page_run(files, run, source):
    """docs/mesh.md, with a server on this machine in place of NLM's."""
    page = (Path(__file__).parents[1] / "docs" / "mesh.md").read_text(encoding="utf-8")
    commands = re.search(r"```sh\n(.*?)```", page, re.DOTALL)[1].splitlines()
    source.rename(files / "records.nbib")
    with file_server() as server:
        folder = "/MESH_FILES/xmlmesh/"
        server.pages[folder] = '<a href="desc2024.gz">x</a> <a href="qual2024.xml">x</a>'
        server.files[f"{folder}desc2024.gz"] = gzip.compress(mesh_files.DESCRIPTORS_XML.encode())
        server.files[f"{folder}qual2024.xml"] = mesh_files.QUALIFIERS_XML.encode()
        for command in commands:
            _, *words = shlex.split(command, comments=True)
            if "||" in words:
                words = words[: words.index("||")]
            if "mesh/*" in words:
                at = words.index("mesh/*")
                words[at : at + 1] = ["mesh/desc2024.gz", "mesh/qual2024.xml"]
            more = ["--from", server.url] if "download" in words else []
            code, _, err = run(*words, *more)
            assert code == (1 if "lookup" in words else 0), err
    assert len(commands) == 7
    question = re.search(r"```sparql\n(.*?)```", page, re.DOTALL)[1].replace("C04", "F02")
    (files / "under.rq").write_text(question)
    assert "pubmed:1" in run("query", "under.rq", "records.nbib", "mesh.ttl", "--mesh", "mesh.sqlite").out

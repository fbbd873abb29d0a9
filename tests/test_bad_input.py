"""Every file of ``tests/bad`` has one defect; here is what is read of it and what is said."""

from __future__ import annotations

import gzip
import io
import random
import re
import socket
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from medgraph import pubmed_xml, sources
from medgraph.errors import FormatError, MedgraphError, RecordError, SourceError
from medgraph.slices import Slices

FOLDER = Path(__file__).parent / "bad"

RECORDS: dict[str, tuple[str, str]] = {
    "attribute-twice.xml": ("1 3", "PMID 2: not well-formed XML: Attribute Version redefined"),
    "character-reference.xml": ("1 3", "PMID 2: not well-formed XML: .*invalid xmlChar value 1"),
    "comment-not-closed.xml": ("1 3", "PMID 2: not well-formed XML: Comment not terminated"),
    "control-character.xml": ("1 3", "PMID 2: not well-formed XML: .*invalid Char value 11"),
    "deletion-no-number.xml": ("1 2", "DeleteCitation/PMID 'x': this is not a PMID"),
    "encoding-wrong.xml": ("1 3", "PMID 2: its bytes are not shift_jis, as the XML declaration says"),
    "entity-bomb.xml": ("2", "PMID 1: the entity &j; is not defined"),
    "entity-external.xml": ("2", "PMID 1: the entity &secret; is not defined"),
    "entity-undefined.xml": ("1 3", "PMID 2: the entity &eacute; is not defined: .* put the character itself"),
    "not-utf-8.xml": ("1 3", "PMID 2: its bytes are not in the encoding of the file; name the right one"),
    "pmid-missing.xml": ("1 3", "without a readable PMID: PMID: the record has no PMID"),
    "pmid-no-number.xml": ("1 3", "PMID 'PMC123': this is not a PMID, which is a number"),
    "record-cut-off.xml": ("1", "PMID 2: the file ends inside this record: it was cut off; get the file again"),
    "record-empty.xml": ("1 3", "the record has no PMID"),
    "record-not-closed.xml": ("1 3", "PMID 2: the record is not closed before the next one begins"),
    "tag-not-closed.xml": ("1 3", "PMID 2: not well-formed XML: Opening and ending tag mismatch"),
    "tags-crossed.xml": ("1 3", "PMID 2: not well-formed XML: Opening and ending tag mismatch"),
}
"""The PMIDs that are read, and what is said of the one record that cannot be."""

GAPS: dict[str, tuple[str, str]] = {
    "element-of-another-name.xml": ("1 2 3", "at byte 665: text outside of any record: 'ppublish'"),
    "error-message-between.xml": ("1 2", 'at byte 447: text outside of any record: \'{"error":"API rate limit exc'),
    "error-page-between.xml": ("1 2", "at byte 466: text outside of any record: '502 Bad Gateway'"),
    "file-cut-off-between-records.xml": ("1", "at byte 427: the file ends before its root element does"),
}
"""Where the records are well, and something is wrong between them."""

FILES: dict[str, str] = {
    "abstracts.txt": "PubMed's summary or abstract format (save as format PubMed instead)",
    "archive.zip": "a ZIP archive (unpack it first)",
    "bibtex.bib": "a BibTeX file",
    "blank.nbib": "an empty file",
    "document.pdf": "a PDF document",
    "efetch-error.xml": 'an error message of E-utilities, "Empty result - nothing to do"',
    "empty.xml": "an empty file",
    "esearch.xml": "the answer of an ESearch, which has only PMIDs (EFetch gives the records)",
    "html.html": 'an HTML page, "Service Unavailable - NCBI"',
    "jats.xml": "full text of PubMed Central (JATS)",
    "json-list.json": "JSON",
    "json.json": 'JSON, "API rate limit exceeded"',
    "noise.bin": "binary data",
    "ntriples.nt": "RDF",
    "picture.png": "a picture",
    "pmids.txt": "a list of PMIDs (EFetch gives their records)",
    "prose.txt": 'text of another kind, "Dear colleague, please find the records attached."',
    "quoted.xml": "XML inside a quoted string (write the string itself to a file, not its JSON or R form)",
    "ris.ris": "a RIS file",
    "table.csv": "PubMed's CSV export (save as format PubMed instead)",
    "turtle.ttl": "RDF",
}
"""What each file that is no PubMed file is said to look like."""


def read(source: Path | BinaryIO) -> tuple[list[Any], list[MedgraphError]]:
    errors: list[MedgraphError] = []
    return list(sources.read(source, on_error=errors.append)), errors


def test_every_file_is_expected() -> None:
    expected = RECORDS.keys() | GAPS.keys() | FILES.keys() | {"entity-parameter.xml"}
    assert {file.name for file in FOLDER.iterdir()} == expected


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_cannot_be_read_costs_only_itself(name: str) -> None:
    good, message = RECORDS[name]
    records, (error,) = read(FOLDER / name)
    assert [record.pmid for record in records] == good.split()
    assert isinstance(error, RecordError)
    assert re.search(message, str(error)), str(error)
    raw = (FOLDER / name).read_bytes()
    where = re.fullmatch(r"byte (\d+)", error.where)
    assert where
    assert raw[int(where[1]) :].startswith((b"<PubmedArticle", b"<DeleteCitation"))
    assert raw[int(where[1]) :].startswith(error.raw.encode()[:40])


@pytest.mark.parametrize("name", GAPS)
def test_what_stands_between_records_is_reported_and_costs_none(name: str) -> None:
    good, message = GAPS[name]
    records, (error,) = read(FOLDER / name)
    assert [record.pmid for record in records] == good.split()
    assert isinstance(error, FormatError)
    assert error.reason.startswith(message), str(error)
    assert "was a download cut off, or an error page joined in?" in error.reason


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_not_of_pubmed_gets_one_sentence(name: str, packed: bool) -> None:
    raw = (FOLDER / name).read_bytes()
    stream = io.BytesIO(gzip.compress(raw) if packed else raw)
    records, (error,) = read(stream)
    assert records == []
    assert str(error) == f"<stream>: this looks like {FILES[name]}; {sources.kinds.EXPECTED}"
    assert isinstance(error, FormatError)
    with pytest.raises(FormatError):
        list(sources.read(FOLDER / name))


def test_a_real_file_of_quoted_xml_is_refused_in_the_same_way(shared: Path) -> None:
    records, (error,) = read(shared / "pubmed-xml" / "pubmedExtracts" / "output.xml")
    assert records == []
    assert FILES["quoted.xml"] in str(error)


def test_entities_are_never_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr(socket, "socket", refuse)
    records, errors = read(FOLDER / "entity-parameter.xml")
    assert [record.pmid for record in records] == ["1"]
    assert errors == []
    monkeypatch.chdir(FOLDER)
    records, errors = read(Path("entity-external.xml"))
    assert "Caf" not in repr(records) + repr(errors)


@pytest.mark.parametrize("deep", ["b", "Section", "ReferenceList", "NewThing", "PubmedArticle"])
def test_absurd_nesting_is_an_error_and_no_crash(deep: str) -> None:
    depth = 20_000
    inside = f"<{deep}>" * depth + "x" + f"</{deep}>" * depth
    parents = {"b": "Article><ArticleTitle", "Section": "Sections", "ReferenceList": "X"}
    parent = parents.get(deep, "Article")
    closed = "></".join(reversed(parent.split("><")))
    body = f"<{parent}>{inside}</{closed}>"
    record = f"<PubmedArticle><MedlineCitation><PMID>1</PMID>{body}</MedlineCitation></PubmedArticle>"
    other = "<PubmedArticle><MedlineCitation><PMID>2</PMID></MedlineCitation></PubmedArticle>"
    records, errors = read(io.BytesIO(f"<PubmedArticleSet>{record}{other}</PubmedArticleSet>".encode()))
    assert [found.pmid for found in records][-1:] == ["2"]
    assert errors
    if deep != "PubmedArticle":
        assert "nested too deeply" in str(errors[0])


def test_a_record_that_is_too_large_is_passed_over_without_being_held() -> None:
    small = b"<PubmedArticle><MedlineCitation><PMID>%d</PMID></MedlineCitation></PubmedArticle>"
    large = small[:-16] % 2 + b"<PubmedData>" + b"x" * 5_000_000 + b"</PubmedData></PubmedArticle>"
    endless = b"<PubmedArticle>" + b"<!-- " * 1_000_000
    stream = io.BytesIO(b"<PubmedArticleSet>" + small % 1 + large + small % 3 + endless + small % 4 + small % 5)
    tracemalloc.start()
    pieces = list(Slices(stream, largest=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [piece.defect is None for piece in pieces if piece.name] == [True, False, True, False, True, True]
    assert "larger than 1,000,000 bytes" in str(pieces[1].defect)
    assert peak < 12_000_000


HOSTILE = {
    "comments": b"<!-- ",
    "records with comments": b"<PubmedArticle><!-- </PubmedArticle>",
    "declarations": b"<!DOCTYPE a [ ",
    "open tags": b"<a ",
    "open records": b"<PubmedArticle>",
    "instructions": b"<?a ",
    "sections": b"<![CDATA[ ",
    "quotes": b"<!DOCTYPE ' \"",
    "brackets": b"<",
    "elements": b"<a><b/>",
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.timeout(30)
def test_time_grows_with_the_input_and_not_with_its_square(what: str) -> None:
    text = b"<PubmedArticleSet>" + HOSTILE[what] * (400_000 // len(HOSTILE[what]))
    for _ in pubmed_xml.citations(io.BytesIO(text), "x"):
        pass


def damaged(rng: random.Random, files: list[bytes]) -> bytes:
    """Real files with bytes changed, cut out, doubled, or with a piece of another file in between."""
    raw = bytearray(rng.choice(files))
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(raw))
        way = rng.randrange(5)
        if way == 0:
            raw[at] = rng.randrange(256)
        elif way == 1:
            del raw[at : at + rng.randrange(1, 4000)]
        elif way == 2:
            raw[at:at] = raw[at : at + rng.randrange(1, 4000)]
        elif way == 3:
            other = rng.choice(files)
            begin = rng.randrange(len(other))
            raw[at:at] = other[begin : begin + rng.randrange(1, 8000)]
        else:
            del raw[at:]
        raw = raw or bytearray(b"<")
    return bytes(raw)


def fuzz(files: list[bytes], seed: int, size: int) -> None:
    rng = random.Random(seed)
    done = 0
    while done < size:
        raw = damaged(rng, files)
        done += len(raw)
        first = [repr(found) for found in pubmed_xml.citations(io.BytesIO(raw), "x")]
        records, errors = read(io.BytesIO(raw))
        assert [type(error) for error in errors if not isinstance(error, (RecordError, FormatError))] == []
        if records or len(errors) > 1:
            assert len(first) == len(records) + len(errors)
        starts = len(re.findall(rb"<PubmedArticle[\s>]", raw))
        if starts > len(records):
            assert errors


@pytest.fixture(scope="module")
def real_files(shared: Path) -> list[bytes]:
    folder = shared / "pubmed-xml"
    names = ["CyTyDS", "DBMSPracticum2", "PubMedPortable", "SimoneBottoni", "jabref", "m22_web_semantic", "pubtrends"]
    return [path.read_bytes()[:120_000] for name in names for path in sorted((folder / name).glob("*.xml"))]


def test_damaged_files_never_crash_the_reader(real_files: list[bytes]) -> None:
    fuzz(real_files, seed=20, size=1_500_000)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_megabytes_of_damage(real_files: list[bytes]) -> None:
    for seed in range(4):
        fuzz(real_files, seed=seed, size=10_000_000)


def test_every_whole_record_before_a_break_is_read(real_files: list[bytes]) -> None:
    raw = max(real_files, key=len)
    whole = [found.pmid for found in read(io.BytesIO(raw))[0]]
    ends = [match.end() for match in re.finditer(rb"</PubmedArticle>", raw)]
    rng = random.Random(1)
    for cut in [*(rng.randrange(len(raw)) for _ in range(60)), *ends[:5], *(end - 1 for end in ends[:5])]:
        records, errors = read(io.BytesIO(raw[:cut]))
        complete = sum(end <= cut for end in ends)
        assert [found.pmid for found in records] == whole[:complete]
        assert len(errors) == 1


def test_a_broken_archive_of_noise_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.xml.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00" + bytes(range(200)))
    records, (error,) = read(path)
    assert records == []
    assert isinstance(error, SourceError)
    assert "damaged" in str(error)

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from medgraph import sources
from medgraph.errors import FormatError, MedgraphError, RecordError, SourceError, UnreadableRecords
from medgraph.model import Citation, Deletion
from medgraph.sources import Kind

NBIB = "PMID- {0}\nOWN - NLM\nSTAT- MEDLINE\nTI  - Title {0}.\nAB  - {1}\n\n"
XML = "<PubmedArticle><MedlineCitation><PMID Version='1'>{0}</PMID><Article><ArticleTitle>Title {0}.</ArticleTitle>"
XML += "<Abstract><AbstractText>{1}</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>\n"
DOCTYPE = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, '
    '1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def nbib(*pmids: int) -> bytes:
    return "".join(NBIB.format(pmid, _noise(pmid)) for pmid in pmids).encode()


def xml(*pmids: int) -> bytes:
    records = "".join(XML.format(pmid, _noise(pmid)) for pmid in pmids)
    return f"{DOCTYPE}<PubmedArticleSet>\n{records}</PubmedArticleSet>\n".encode()


def _noise(seed: int) -> str:
    """Words that do not compress well."""
    return " ".join(f"{(seed * 2654435761 + n * n * 40503) % 4294967291:x}" for n in range(60))


def pmids(records: object) -> list[str]:
    return [record.pmid for record in records]  # type: ignore[attr-defined]


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("text", [nbib(1, 2, 3), xml(1, 2, 3)], ids=["nbib", "xml"])
def test_packed_or_not_the_records_are_the_same(packer: str, text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "anything.dat"
    path.write_bytes(PACKERS[packer](text))
    assert pmids(sources.read(path)) == ["1", "2", "3"]
    assert pmids(sources.read(str(path))) == ["1", "2", "3"]
    with open(path, "rb") as file:
        assert pmids(sources.read(file)) == ["1", "2", "3"]
        assert not file.closed


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "none"])
def test_several_members_and_padding_are_one_archive(packer: str) -> None:
    pack = PACKERS[packer]
    packed = pack(xml(1, 2)[:700]) + pack(xml(1, 2)[700:]) + bytes(512)
    assert pmids(sources.read(io.BytesIO(packed))) == ["1", "2"]


def test_standard_input_is_read_from_its_first_byte_without_seeking(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as stdin, open(writing, "wb") as out:
        thread = threading.Thread(target=lambda: (out.write(gzip.compress(nbib(5, 6))), out.close()))
        thread.start()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stdin))
        records = list(sources.read("-"))
        thread.join()
    assert pmids(records) == ["5", "6"]
    assert records[0].position.source == "<stdin>"


def test_a_folder_gives_its_records_in_order_and_names_what_it_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.gz").write_bytes(gzip.compress(nbib(2)))
    (tmp_path / "a.txt").write_bytes(xml(1))
    (tmp_path / "readme.md").write_text("# Notes\n")
    (tmp_path / ".hidden").write_bytes(nbib(9))
    skipped: list[FormatError] = []
    assert pmids(sources.read(tmp_path, on_skip=skipped.append)) == ["1", "2"]
    (error,) = skipped
    assert error.source == str(tmp_path / "readme.md")
    assert 'text of another kind, "# Notes"' in error.reason
    assert sources.inputs([tmp_path, "-"]) == [str(tmp_path / "a.txt"), str(tmp_path / "b" / "two.gz"), "-"]


def test_a_folder_without_records_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("# Notes\n")
    with pytest.raises(FormatError, match="no file in this folder holds records"):
        sources.read(tmp_path)


def test_an_empty_file_in_a_folder_is_an_error_and_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(xml(1))
    (tmp_path / "b.xml").write_bytes(b"\n")
    errors: list[MedgraphError] = []
    assert pmids(sources.read(tmp_path, on_error=errors.append)) == ["1"]
    assert [str(error) for error in errors] == [
        f"{tmp_path / 'b.xml'}: this looks like an empty file; {sources.kinds.EXPECTED}"
    ]


def test_a_path_that_cannot_be_opened_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file or folder"):
        sources.read(tmp_path / "missing.xml")


def test_a_file_open_as_text_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "a.nbib"
    path.write_bytes(nbib(1))
    with open(path) as file, pytest.raises(TypeError, match="open it as binary"):
        next(sources.read(file))  # type: ignore[arg-type]


def test_errors_go_to_the_callback_and_the_reading_goes_on() -> None:
    text = xml(1, 2, 3).replace(b"<ArticleTitle>Title 2", b"<ArticleTitle>&eacute;")
    errors: list[MedgraphError] = []
    assert pmids(sources.read(io.BytesIO(text), on_error=errors.append)) == ["1", "3"]
    (error,) = errors
    assert isinstance(error, RecordError)
    assert error.pmid == "2"
    assert "&eacute; is not defined" in error.reason


def test_without_a_callback_all_good_records_come_before_the_error() -> None:
    text = xml(1, 2, 3, 4).replace(b"<ArticleTitle>Title 2", b"<b>").replace(b"<ArticleTitle>Title 3", b"<b>")
    records = sources.read(io.BytesIO(text))
    assert pmids([next(records), next(records)]) == ["1", "4"]
    with pytest.raises(UnreadableRecords, match="2 records could not be read") as caught:
        next(records)
    assert [error.pmid for error in caught.value.errors if isinstance(error, RecordError)] == ["2", "3"]


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "none"])
@pytest.mark.parametrize("form", ["nbib", "xml"])
def test_an_archive_that_was_cut_off_keeps_every_whole_record(packer: str, form: str) -> None:
    count = 4000
    text = {"nbib": nbib, "xml": xml}[form](*range(1, count + 1))
    packed = PACKERS[packer](text)
    errors: list[MedgraphError] = []
    stream = io.BytesIO(packed[: len(packed) * 2 // 3])
    found = pmids(sources.read(stream, on_error=errors.append))
    assert found == [str(n) for n in range(1, len(found) + 1)]
    assert count // 3 < len(found) < count
    *broken, last = errors
    assert isinstance(last, SourceError)
    assert "get the file again" in last.reason
    assert [error.pmid for error in broken if isinstance(error, RecordError)] in ([], [str(len(found) + 1)])
    with pytest.raises((SourceError, UnreadableRecords)):
        list(sources.read(io.BytesIO(packed[: len(packed) * 2 // 3])))


def test_the_last_bytes_before_a_break_are_not_lost() -> None:
    text = xml(*range(1, 200))
    packed = gzip.compress(text)
    with sources.open_bytes(io.BytesIO(packed[:-8])) as opened:
        assert b"".join(iter(lambda: opened.read(1000), b"")) == text
        assert opened.failure is not None
        assert f"after byte {len(text)} of what they hold" in opened.failure.reason


def test_something_behind_an_archive_is_reported() -> None:
    errors: list[MedgraphError] = []
    packed = gzip.compress(xml(1)) + b"<html>503</html>"
    assert pmids(sources.read(io.BytesIO(packed), on_error=errors.append)) == ["1"]
    assert "something else follows the gzip data" in str(errors[0])


def test_damage_inside_an_archive_is_reported() -> None:
    text = xml(*range(1, 3000))
    packed = bytearray(gzip.compress(text))
    packed[len(packed) // 2] ^= 0xFF
    errors: list[MedgraphError] = []
    found = pmids(sources.read(io.BytesIO(bytes(packed)), on_error=errors.append))
    assert len(found) > 1000
    assert "damaged" in str(errors[-1])


def test_a_bomb_is_unpacked_in_small_parts() -> None:
    packed = gzip.compress(bytes(100_000_000))
    with sources.open_bytes(io.BytesIO(packed)) as opened:
        assert len(opened.head) == 1 << 16
        largest = max(map(len, iter(lambda: opened.read(1 << 30), b"")))
    assert largest < 4_000_000


def test_the_position_in_the_file_runs_to_its_size(tmp_path: Path) -> None:
    for name in ("a.xml.gz", "b.xml"):
        (tmp_path / name).write_bytes(gzip.compress(xml(*range(1, 500))) if name.endswith("gz") else xml(600))
    records = sources.read(tmp_path)
    assert records.size == sum(file.stat().st_size for file in tmp_path.iterdir())
    positions = [records.compressed_position for _ in records]
    assert positions == sorted(positions)
    assert records.compressed_position == records.size
    assert sources.read(io.BytesIO(xml(1))).size is None


def test_reading_can_stop_early_and_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(xml(1, 2))
    records = sources.read(path)
    assert next(records).pmid == "1"
    records.close()
    assert list(records) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("form", ["nbib", "xml"])
def test_a_byte_order_mark_and_wide_characters(encoding: str, form: str) -> None:
    text = {"nbib": nbib, "xml": xml}[form](1, 2).decode().replace("Title ", "Tïtle ")
    if form == "nbib" and encoding in ("utf-16-le", "utf-16-be"):
        text = "\ufeff" + text
    records = list(sources.read(io.BytesIO(text.encode(encoding))))
    assert [record.title for record in records if isinstance(record, Citation)] == ["Tïtle 1.", "Tïtle 2."]


def test_what_it_is_is_said_by_the_content_and_never_by_the_name(tmp_path: Path) -> None:
    path = tmp_path / "records.xml.gz"
    path.write_bytes(nbib(1))
    assert pmids(sources.read(path)) == ["1"]
    assert sources.kind(nbib(1)) is Kind.MEDLINE
    assert sources.kind(xml(1)) is Kind.PUBMED_XML
    assert sources.kind(b"<DeleteCitation><PMID>1</PMID></DeleteCitation>") is Kind.PUBMED_XML
    assert sources.kind(b"<RAW><PubmedArticle></PubmedArticle></RAW>") is Kind.PUBMED_XML


def test_deletions_are_read() -> None:
    text = b"<PubmedArticleSet><DeleteCitation><PMID Version='1'>7</PMID></DeleteCitation></PubmedArticleSet>"
    assert list(sources.read(io.BytesIO(text))) == [Deletion(pmid="7", version="1")]


@pytest.mark.parametrize("keep_raw", [False, True])
def test_what_a_record_was_read_from_is_kept_when_asked_for(tmp_path: Path, keep_raw: bool) -> None:
    text = tmp_path / "in.nbib"
    text.write_text("PMID- 1\nOWN - NLM\nTI  - One.\nSO  - X.\n\nPMID- 2\nOWN - NLM\nTI  - Two.\nSO  - X.\n")
    flat = tmp_path / "flat.txt"
    flat.write_text(" ".join(text.read_text().split("\n")))
    xml = tmp_path / "in.xml"
    xml.write_text(
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle>"
        "<PubmedArticle><MedlineCitation><PMID>2</PMID></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )
    for path, first, last in ((text, "PMID- 1\n", "PMID- 2\n"), (flat, "PMID- 1 ", "PMID- 2 "), (xml, "<Pub", "<Pub")):
        kept = [record.position.text for record in sources.read(path, keep_raw=keep_raw)]
        if not keep_raw:
            assert kept == [None, None]
            continue
        one, two = kept
        assert one is not None
        assert two is not None
        assert one.startswith(first)
        assert two.startswith(last)
        assert "2" not in one
        assert "1" not in two


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xml")
    (tmp_path / "b.nbib").write_bytes(nbib(1))
    assert sources.inputs([tmp_path]) == [str(tmp_path / "b.nbib")]

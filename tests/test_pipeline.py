"""From inputs to outputs: what is counted, what is kept, what is left when things go wrong."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medgraph import mapping as mappings
from medgraph import pipeline, sources
from medgraph.errors import FormatError, MappingError, SinkError, SourceError
from medgraph.mapping.named import mapping_named
from medgraph.report import Report

Nbib = Callable[..., str]


def xml(*parts: str) -> str:
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" '
        '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n'
        f"<PubmedArticleSet>{''.join(parts)}</PubmedArticleSet>\n"
    )


def article(pmid: int, version: int = 1) -> str:
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="{version}">{pmid}</PMID>'
        "<Article><ArticleTitle>A title.</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    )


@pytest.fixture
def three(nbib: Nbib, tmp_path: Path) -> Path:
    path = tmp_path / "three.txt"
    path.write_text(nbib(1) + nbib(2) + nbib(3))
    return path


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_every_record_is_counted_and_written(tmp_path: Path, three: Path) -> None:
    out = tmp_path / "out.nt"
    report = pipeline.convert([three], out)
    assert (report.read, report.written, report.rejected_count, report.skipped_count) == (3, 3, 0, 0)
    assert report.complete
    assert report.triples == len(lines(out))
    assert report.size == out.stat().st_size
    assert report.outputs == (str(out),)
    assert len(report.inputs) == 1
    assert not (tmp_path / "out.nt.rejects").exists()


def test_an_unreadable_record_goes_to_the_rejects_and_the_rest_goes_on(nbib: Nbib, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    broken = "OWN - NLM\nTI  - no number\nSO  - X.\n\n"
    source.write_text(nbib(1) + broken + nbib(2))
    report = pipeline.convert([source], tmp_path / "out.nt")
    assert (report.read, report.written, report.rejected_count) == (3, 2, 1)
    assert report.adds_up
    assert not report.complete
    (line,) = lines(tmp_path / "out.nt.rejects" / "records.jsonl")
    kept = json.loads(line)
    assert kept["source"] == str(source)
    assert kept["pmid"] is None
    assert kept["where"].startswith("line ")
    assert "no number" in kept["raw"]
    assert report.rejects == (str(tmp_path / "out.nt.rejects" / "records.jsonl"),)


def test_rejects_of_an_earlier_run_do_not_stay(tmp_path: Path, three: Path) -> None:
    stale = tmp_path / "out.nt.rejects" / "records.jsonl"
    stale.parent.mkdir()
    stale.write_text("{}\n")
    pipeline.convert([three], tmp_path / "out.nt")
    assert not stale.exists()


def test_a_second_record_with_one_pmid_is_skipped_and_the_first_stands(nbib: Nbib, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(7, title="First.") + nbib(7, title="Second."))
    report = pipeline.convert([source], tmp_path / "out.nt")
    assert {kind: tally.count for kind, tally in report.skipped.items()} == {"duplicate PMID": 1}
    assert report.adds_up
    assert "Second." not in (tmp_path / "out.nt").read_text()


def test_later_versions_and_deletions_are_counted_by_name(tmp_path: Path) -> None:
    source = tmp_path / "in.xml"
    source.write_text(
        xml(article(7), article(7, 2), article(8), "<DeleteCitation><PMID Version='1'>9</PMID></DeleteCitation>")
    )
    report = pipeline.convert([source], tmp_path / "out.nt")
    assert (report.read, report.written) == (4, 2)
    assert {kind: tally.pmids for kind, tally in report.skipped.items()} == {
        "later version": ("7",),
        "deletion": ("9",),
    }
    assert report.complete


def test_a_pmid_is_looked_for_in_all_inputs_of_one_output(nbib: Nbib, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(nbib(7))
    one = pipeline.convert([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "out.nt")
    two = pipeline.convert([tmp_path / "a.txt", tmp_path / "b.txt"], f"{tmp_path}/parts/")
    assert (one.written, one.skipped_count) == (1, 1)
    assert (two.written, two.skipped_count) == (2, 0)


def test_a_folder_gets_one_part_per_input(tmp_path: Path, three: Path) -> None:
    other = tmp_path / "pubmed26n0001.xml.gz"
    other.write_bytes(gzip.compress(xml(article(9)).encode()))
    report = pipeline.convert([three, other], f"{tmp_path}/parts/", format="nt.gz")
    assert sorted(path.name for path in (tmp_path / "parts").glob("*.nt.gz")) == ["pubmed26n0001.nt.gz", "three.nt.gz"]
    assert (report.read, report.written) == (4, 4)
    whole = pipeline.convert([three, other], tmp_path / "whole.nt")
    assert report.triples == whole.triples
    joined = b"".join(gzip.decompress(Path(part).read_bytes()) for part in report.outputs)
    assert joined == (tmp_path / "whole.nt").read_bytes()


def test_a_stopped_run_is_resumed_and_ends_like_one_that_was_not(
    nbib: Nbib, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 2, 3):
        (tmp_path / f"{n}.txt").write_text(nbib(n) + "OWN - NLM\nTI  - no number\n\n")
    inputs = [tmp_path / f"{n}.txt" for n in (1, 2, 3)]
    read = sources.read
    opened: list[str] = []

    def failing(source: str, **options: Any) -> Any:
        opened.append(Path(source).name)
        if len(opened) == 3:
            raise KeyboardInterrupt
        return read(source, **options)

    monkeypatch.setattr(sources, "read", failing)
    with pytest.raises(KeyboardInterrupt):
        pipeline.convert(inputs, f"{tmp_path}/parts/")
    assert sorted(path.name for path in (tmp_path / "parts").glob("*")) == [".medgraph", "1.ttl", "2.ttl"]
    resumed = pipeline.convert(inputs, f"{tmp_path}/parts/")
    assert opened == ["1.txt", "2.txt", "3.txt", "3.txt"]
    assert resumed.taken_over == 2
    whole = pipeline.convert(inputs, f"{tmp_path}/whole/")
    for n in (1, 2, 3):
        assert (tmp_path / f"parts/{n}.ttl").read_bytes() == (tmp_path / f"whole/{n}.ttl").read_bytes()
    assert (resumed.read, resumed.written, resumed.rejected, resumed.triples) == (
        (whole.read, whole.written, whole.rejected, whole.triples)
    )
    assert resumed.rejects == tuple(str(tmp_path / f"parts.rejects/{n}.jsonl") for n in (1, 2, 3))


@pytest.mark.parametrize("change", ["input", "options", "part", "nothing"])
def test_a_part_is_made_again_when_it_would_differ(nbib: Nbib, tmp_path: Path, change: str) -> None:
    source, part = tmp_path / "in.txt", tmp_path / "parts" / "in.nt"
    source.write_text(nbib(1))
    pipeline.convert([source], f"{tmp_path}/parts/", format="nt")
    if change == "input":
        source.write_text(nbib(1) + nbib(2))
    elif change == "part":
        part.write_text("")
    profile = "core" if change == "options" else "full"
    report = pipeline.convert([source], f"{tmp_path}/parts/", format="nt", profile=profile)
    assert report.taken_over == (change == "nothing")
    assert len(lines(part)) == report.triples


def test_files_of_one_name_in_several_folders_keep_their_folders(nbib: Nbib, tmp_path: Path) -> None:
    for pmid, year in enumerate(("2024", "2025"), 1):
        folder = tmp_path / "in" / year
        folder.mkdir(parents=True)
        (folder / "search.nbib").write_text(nbib(pmid))
    report = pipeline.convert([tmp_path / "in"], f"{tmp_path}/parts/", format="nt")
    assert report.written == 2
    assert sorted(str(p.relative_to(tmp_path)) for p in (tmp_path / "parts").rglob("*.nt")) == [
        "parts/2024/search.nt",
        "parts/2025/search.nt",
    ]


def test_two_inputs_of_one_name_are_refused_before_anything_is_written(tmp_path: Path, three: Path) -> None:
    other = tmp_path / "three.xml"
    other.write_text(xml(article(9)))
    with pytest.raises(SinkError, match=r"would both be written to three; convert them in two runs"):
        pipeline.convert([three, other], f"{tmp_path}/parts/")
    assert not (tmp_path / "parts").exists()


def test_what_is_not_pubmed_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "page.xml"
    source.write_text("<!DOCTYPE html><html><body>Error 502</body></html>")
    with pytest.raises(FormatError):
        pipeline.convert([source], tmp_path / "out.nt")
    assert not (tmp_path / "out.nt").exists()


def test_a_broken_input_does_not_stop_the_others(tmp_path: Path, three: Path) -> None:
    source = tmp_path / "page.xml"
    source.write_text("<!DOCTYPE html><html><body>Error 502</body></html>")
    report = pipeline.convert([source, three], tmp_path / "out.nt")
    assert (report.read, report.written, report.broken_count) == (3, 3, 1)
    assert "page.xml" in report.broken[0]
    assert not report.complete


def test_a_truncated_archive_keeps_what_came_before_the_break(nbib: Nbib, tmp_path: Path) -> None:
    source = tmp_path / "in.txt.gz"
    packed = gzip.compress("".join(nbib(n, title=f"Title {n * 7919}.") for n in range(1, 3000)).encode())
    source.write_bytes(packed[: len(packed) // 2])
    report = pipeline.convert([source], tmp_path / "out.nt")
    assert 100 < report.written < 2999
    assert report.broken_count == 1
    assert report.adds_up
    assert not report.complete


def test_warnings_and_unknown_tags_are_counted(nbib: Nbib, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    author = ("FAU - Doe, Jane", "AU  - Doe J", "AUID- ORCID: 0000-0002-1825-0098")
    source.write_text(nbib(1, *author, "ZZZZ- what is this"))
    report = pipeline.convert([source], tmp_path / "out.nt")
    assert sum(tally.count for tally in report.warnings.values()) >= 1
    assert {tally.pmids for tally in report.warnings.values()} == {("1",)}
    assert report.unread["ZZZZ"].example == "what is this"


def test_what_a_syntax_cannot_carry_is_rejected(nbib: Nbib, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(1) + nbib(2, title="A vertical\x0btab.") + nbib(3))
    report = pipeline.convert([source], tmp_path / "out.rdf")
    if report.warnings:  # the reader took it out
        assert report.written == 3
        return
    assert (report.read, report.written, report.rejected_count) == (3, 2, 1)
    assert (
        "U+000B cannot stand in XML" in json.loads(lines(tmp_path / "out.rdf.rejects" / "records.jsonl")[0])["reason"]
    )


def test_the_watcher_is_told_of_records_and_bytes(nbib: Nbib, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("".join(nbib(f"{n}{ord(name)}") for n in range(1, 101)))
    size = (tmp_path / "a.txt").stat().st_size
    for output in (tmp_path / "out.nt", f"{tmp_path}/parts/"):
        told: list[tuple[int, int]] = []
        pipeline.convert(
            [tmp_path / "a.txt", tmp_path / "b.txt"], output, watch=lambda *counts, told=told: told.append(counts)
        )
        assert told == [(64, size), (128, 2 * size), (192, 2 * size)] or told == [(64, size), (164, 2 * size)]


def test_files_of_another_kind_in_a_folder_are_passed_over_and_named(tmp_path: Path, three: Path) -> None:
    (tmp_path / "notes.html").write_text("<html><title>Notes</title></html>")
    report = pipeline.convert([tmp_path], tmp_path / "out.nt")
    assert (report.read, report.passed_over_count) == (3, 1)
    assert "notes.html" in report.passed_over[0]
    assert report.complete


def test_options_reach_the_mapping(nbib: Nbib, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(nbib(1, "AB  - An abstract.", "FAU - Doe, Jane", "AU  - Doe J"))
    pipeline.convert([source], tmp_path / "full.nt")
    pipeline.convert([source], tmp_path / "core.nt", profile="core")
    pipeline.convert([source], tmp_path / "bare.ttl", without=["abstract"], base="http://here.example/r/")
    full, core, bare = ((tmp_path / name).read_text() for name in ("full.nt", "core.nt", "bare.ttl"))
    assert len(core) < len(full)
    assert "An abstract." in full
    assert "An abstract." not in bare
    assert "@prefix id: <http://here.example/r/> ." in bare
    assert "id:1-author-1 " in bare


def test_mappings_by_name() -> None:
    assert mapping_named("core").profile == "core"
    assert mapping_named("medgraph.mapping:FULL") is mappings.FULL
    for name, sentence in [
        ("medgraph.mapping:TABLES", "is a dict, not a medgraph.mapping.Mapping"),
        ("medgraph.mapping:NONE", "cannot be loaded"),
        ("no.such.module:X", "cannot be loaded"),
        ("mine", "there is no mapping 'mine'; write package.module:ATTRIBUTE"),
    ]:
        with pytest.raises(MappingError, match=sentence):
            mapping_named(name)


def test_a_store_holds_what_the_inputs_hold(tmp_path: Path, three: Path) -> None:
    pipeline.convert([three], tmp_path / "out.trig")
    from_records, report = pipeline.store_of([three])
    from_rdf, _ = pipeline.store_of([tmp_path / "out.trig"])
    question = "SELECT ?pmid { ?article bibo:pmid ?pmid } ORDER BY ?pmid"
    assert from_records.answer(question).rows == [("1",), ("2",), ("3",)] == from_rdf.answer(question).rows
    assert len(from_records) == len(from_rdf) == report.triples
    assert (report.read, report.written) == (3, 3)


def test_an_absent_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.xml"):
        pipeline.convert([tmp_path / "nowhere.xml"], tmp_path / "out.nt")


def test_merging_inputs_changes_nothing(nbib: Nbib, tmp_path: Path, three: Path) -> None:
    for n in (1, 2, 3):
        (tmp_path / f"{n}.txt").write_text(nbib(n))
    whole = pipeline.convert([three], tmp_path / "whole.ttl")
    parts = pipeline.convert([tmp_path / f"{n}.txt" for n in (1, 2, 3)], tmp_path / "parts.ttl")
    assert (tmp_path / "whole.ttl").read_bytes() == (tmp_path / "parts.ttl").read_bytes()
    assert (whole.read, whole.triples) == (parts.read, parts.triples)


def test_a_report_of_parts_is_the_report_of_the_whole(nbib: Nbib, tmp_path: Path, three: Path) -> None:
    (tmp_path / "more.txt").write_text(nbib(4, "ZZZZ- x") + "OWN - NLM\nTI  - x\n\n")
    both = pipeline.convert([three, tmp_path / "more.txt"], f"{tmp_path}/parts/", format="nt")
    added = Report()
    for source in (three, tmp_path / "more.txt"):
        added += pipeline.convert([source], f"{tmp_path}/parts/", format="nt")
    assert added.taken_over == 2
    added.milliseconds = both.milliseconds = added.taken_over = 0
    assert added == both


def test_inputs_are_found_in_a_folder(tmp_path: Path, three: Path) -> None:
    assert [str(source) for source in sources.inputs([tmp_path])] == [str(three)]

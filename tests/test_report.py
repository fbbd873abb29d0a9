"""Reports: counts that add up, in any grouping, and words for them."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgraph import report as report_module
from medgraph.model import Citation, Problem, Unread
from medgraph.report import Report, Tally, bytes_for_people, text

NAMES = st.sampled_from(["a", "b", "c"])
PMIDS = st.lists(st.integers(1, 30).map(str), max_size=14)


@st.composite
def tallies(draw: st.DrawFn) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for name in draw(st.sets(NAMES)):
        found[name] = Tally()
        for pmid in draw(PMIDS) or ["1"]:
            found[name].add(pmid, example=f"value of {pmid}", message=f"message of {pmid}")
    return found


REPORTS = st.builds(
    Report,
    read=st.integers(0, 99),
    written=st.integers(0, 99),
    rejected=tallies(),
    skipped=tallies(),
    warnings=tallies(),
    unresolved=tallies(),
    names=tallies(),
    mesh=st.sampled_from(["", "mesh.sqlite"]),
    unread=tallies(),
    broken=st.lists(st.text(max_size=3), max_size=10).map(tuple),
    broken_count=st.integers(0, 20),
    inputs=st.lists(NAMES, max_size=3).map(tuple),
    outputs=st.lists(NAMES, max_size=3, unique=True).map(tuple),
    triples=st.integers(0, 99),
    size=st.integers(0, 99),
    milliseconds=st.integers(0, 99),
)


@given(REPORTS, REPORTS, REPORTS)
def test_addition_is_associative(a: Report, b: Report, c: Report) -> None:
    assert (a + b) + c == a + (b + c)


@given(REPORTS)
def test_an_empty_report_changes_nothing(report: Report) -> None:
    assert report + Report() == report == Report() + report


@given(st.lists(st.sampled_from(["write", "reject", "skip"]), max_size=40), st.integers(0, 40))
def test_parts_add_up_to_the_whole(events: list[str], cut: int) -> None:
    def of(part: list[str], first: int) -> Report:
        report = Report()
        for pmid, event in zip(count(first), part, strict=False):
            report.read += 1
            if event == "write":
                report.written += 1
            elif event == "reject":
                report.reject("broken", str(pmid), f"record {pmid}")
            else:
                report.skip("deletion", str(pmid))
        return report

    whole = of(events, 1)
    cut = min(cut, len(events))
    assert of(events[:cut], 1) + of(events[cut:], cut + 1) == whole
    assert whole.adds_up


def example() -> Report:
    report = Report(
        read=4, written=2, inputs=("in.xml",), outputs=("out.ttl",), triples=123, size=4567, milliseconds=2000
    )
    report.reject("no PMID", None, "in.xml, line 3: a record without a readable PMID: no PMID")
    report.skip("duplicate PMID", "17")
    citation = Citation(pmid="12", unread=(Unread(name="KW", value="some\nwords"),))
    problem = Problem(code="orcid-checksum", element="AUID", value="0000", message="the check digit is wrong")
    name = Problem(code="mesh-heading-unresolved", element="MH", value="Culex", message="no MeSH identifier is known")
    report.note(citation, [problem, name])
    report.rejects = ("out.ttl.rejects/records.jsonl",)
    return report


def test_the_json_form_has_stable_keys() -> None:
    found: dict[str, Any] = json.loads(example().json())
    assert list(found) == [
        "adds_up", "read", "written", "rejected", "skipped", "inputs", "outputs", "taken_over", "rejects", "mesh",
        "triples", "bytes", "seconds", "broken_inputs", "broken_first", "passed_over", "passed_over_first",
        "rejected_by_reason", "skipped_by_kind", "warnings", "unresolved", "unresolved_names", "unread", "recurring",
        "validation",
    ]  # fmt: skip
    assert found["adds_up"] is True
    assert (found["read"], found["written"], found["rejected"], found["skipped"]) == (4, 2, 1, 1)
    assert found["warnings"]["orcid-checksum"] == {
        "count": 1,
        "pmids": ["12"],
        "example": "AUID: 0000",
        "message": "the check digit is wrong",
    }


def test_words_for_people() -> None:
    assert text(example()) == (
        "4 read = 2 written + 1 rejected + 1 skipped\n"
        "123 triples, 4.6 kB to out.ttl in 2.0 s, 2 records/s\n"
        "Rejected records (kept in out.ttl.rejects/records.jsonl): 1\n"
        "      1 × no PMID\n"
        "          in.xml, line 3: a record without a readable PMID: no PMID\n"
        "Records left out: 1\n"
        "      1 × duplicate PMID, PMID 17\n"
        "Values kept, but not as they should be: 1\n"
        "      1 × orcid-checksum, PMID 12\n"
        "          the check digit is wrong: AUID: 0000\n"
        "Names without a MeSH identifier: 1; --mesh INDEX resolves them, and `medgraph mesh download` and"
        " `medgraph mesh build` make the index\n"
        "Tags and elements that medgraph does not know, not in the output: 1\n"
        "      1 × KW, PMID 12\n"
        "          some words\n"
    )


def test_nothing_out_of_the_ordinary_takes_no_room() -> None:
    assert text(Report(read=1, written=1, outputs=("-",))).count("\n") == 2
    assert text(Report(read=1, written=1)).count("\n") == 1


def test_long_lists_are_cut_and_say_so() -> None:
    report = Report()
    for n in range(12):
        report.broke(f"{n}.xml: broken")
        report.skip("deletion", str(n))
    assert "Broken inputs, read up to the break: 12\n  0.xml: broken\n" in text(report)
    assert "  and 2 more\n" in text(report)
    assert "     12 × deletion, PMID 0 1 2 …\n" in text(report)


def test_names_without_an_identifier_are_listed_with_their_counts_and_reasons() -> None:
    report = Report(mesh="mesh.sqlite")
    for n in range(25):
        name = Problem(
            code="substance-unresolved", element="RN", value=f"somnomycin {n % 22:02}", message="nothing has that name"
        )
        report.note(Citation(pmid=str(n + 1)), [name])
    lines = text(report).splitlines()
    assert lines[1] == "Names without a MeSH identifier: 25"
    assert lines[2] == "      2 × RN: somnomycin 00, PMID 1 23: nothing has that name"
    assert lines[-1] == "          and 2 more names, which --report FILE lists"
    assert len(lines) == 23
    assert report.as_json()["unresolved"]["substance-unresolved"]["count"] == 25
    assert report.as_json()["unresolved_names"]["RN: somnomycin 21"] == {
        "count": 1, "pmids": ("22",), "example": None, "message": "nothing has that name",
    }  # fmt: skip


def test_names_are_kept_up_to_a_limit_and_counted_beyond_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "NAMES", 3)
    one, other = Report(), Report()
    for n, report in enumerate((one, one, one, one, other, other)):
        name = Problem(code="mesh-heading-unresolved", element="MH", value=f"Name {n}", message="unknown")
        report.note(Citation(pmid=str(n + 1)), [name])
    assert list(one.names) == ["MH: Name 0", "MH: Name 1", "MH: Name 2"]
    assert (one + other).names == one.names
    assert (one + other).unresolved["mesh-heading-unresolved"].count == 6


def test_counts_that_do_not_add_up_are_said_to() -> None:
    report = Report(read=3, written=1)
    assert not report.adds_up
    assert not report.complete
    assert "do not add up" in text(report)


def test_a_tally_keeps_ten_records_and_the_first_example() -> None:
    tally = Tally()
    for pmid in range(100):
        tally.add(str(pmid), f"x{pmid}" * 200)
    assert tally.count == 100
    assert tally.pmids == tuple(map(str, range(10)))
    assert tally.example == ("x0" * 200)[:200]


def test_sizes() -> None:
    assert [bytes_for_people(n) for n in (0, 1000, 1_500_000, 2_000_000_000_000)] == [
        "0 bytes",
        "1.0 kB",
        "1.5 MB",
        "2.0 TB",
    ]

"""What validation found, counted and written down: counts that add up, and formats that others can read."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from medgraph.conformance import SAMPLES, Audit, Conformance, Finding, of_problem
from medgraph.conformance import readable as short
from medgraph.conformance.formats import FORMATS, SARIF_MOST, Baseline, fingerprint
from medgraph.conformance.text import text
from medgraph.model import Problem
from medgraph.shacl import INFO, VIOLATION, WARNING, Result, Row
from medgraph.shacl.paths import Inverse, Predicate

S = "https://w3id.org/medgraph/shapes#"
SH = "http://www.w3.org/ns/shacl#"
PMID = Predicate("<http://purl.org/ontology/bibo/pmid>")
DOI = Predicate("<http://purl.org/ontology/bibo/doi>")


def finding(pmid: int | None, shape: str = "pmid", severity: str = VIOLATION, value: str = '"x"') -> Finding:
    result = Result(
        focus=f"<http://rdf.ncbi.nlm.nih.gov/pubmed/{pmid or 'none'}>",
        path=PMID if shape == "pmid" else Inverse(DOI),
        value=value,
        component=f"<{SH}PatternConstraintComponent>",
        shape=f"<{S}{shape}>",
        severity=severity,
        messages=(f'"The {shape} is <wrong>"@en',),
        hint="Look at the line PMID.",
        name=shape.upper(),
    )
    return Finding(result, None if pmid is None else str(pmid), "in & out.xml", f"byte {pmid}")


FINDINGS = st.builds(
    finding,
    st.integers(1, 50),
    st.sampled_from(["pmid", "doi"]),
    st.sampled_from([VIOLATION, WARNING, INFO, "<http://example.org/Fatal>"]),
    st.sampled_from(['"a"', '"b"@en', "<http://example.org/>"]),
)
RECORDS = st.lists(st.lists(FINDINGS, max_size=4), max_size=12)


def of(records: list[list[Finding]]) -> Conformance:
    conformance = Conformance(targets={f"<{S}Book>": 0, f"<{S}Article>": len(records)}, names={f"<{S}Book>": "book"})
    for findings in records:
        conformance.add(findings)
    return conformance


@given(RECORDS, st.integers(0, 12), st.integers(0, 12))
def test_parts_add_up_to_the_whole_in_any_grouping(records: list[list[Finding]], one: int, other: int) -> None:
    first, second = sorted((one, other))
    a, b, c = of(records[:first]), of(records[first:second]), of(records[second:])
    assert (a + b) + c == a + (b + c) == of(records)
    assert of(records) + Conformance() == of(records) == Conformance() + of(records)


@given(RECORDS)
def test_counts_are_those_of_the_findings(records: list[list[Finding]]) -> None:
    found = of(records)
    everything = [each for findings in records for each in findings]
    assert sum(group.results for group in found.groups.values()) == len(everything)
    assert sum(count.results for count in found.counts.values()) == len(everything)
    heavy = [any(each.result.severity not in (WARNING, INFO) for each in findings) for findings in records]
    assert found.conforming == heavy.count(False)
    assert found.count("violation").results == sum(each.result.severity not in (WARNING, INFO) for each in everything)
    assert found.fails() == any(heavy)
    assert found.fails("info") == bool(everything)
    assert not found.fails("never")
    assert all(group.records <= group.results for group in found.groups.values())


def test_a_sum_does_not_change_when_its_parts_do() -> None:
    part = of([[finding(1)]])
    total = Conformance() + part
    part.add([finding(2)])
    assert total.count("violation").results == 1
    assert next(iter(total.groups.values())).results == 1


def test_it_stays_small_whatever_comes() -> None:
    found = of([[finding(pmid, value=f'"{"x" * 1000}{pmid}"')] for pmid in range(1, 1001)])
    (group,) = found.groups.values()
    assert (group.records, len(group.pmids), len(group.samples)) == (1000, 10, SAMPLES)
    assert all(sample.value is not None and len(sample.value) <= 200 for sample in group.samples)


def test_shapes_that_looked_at_nothing_are_named() -> None:
    assert of([[]]).unused == ["book"]


def test_a_problem_is_a_warning_and_a_name_without_identifier_a_note() -> None:
    wrong = of_problem("7", Problem(code="orcid-checksum", element="AUID", value="0000", message="wrong"))
    assert (wrong.severity, wrong.name, wrong.message) == (WARNING, "orcid checksum", "Wrong")
    assert wrong.hint == "Look at the line AUID."
    name = of_problem("7", Problem(code="mesh-heading-unresolved", element="MH", value="Culex", message="no"))
    assert name.severity == INFO
    assert name.hint == "Give an index of MeSH with --mesh; the name stands in the line MH."
    assert of_problem("7", Problem("x", "Author/Identifier", "", "no")).hint == "Look at Author/Identifier."
    found = of([[Finding(wrong, "7"), Finding(name, "7")]])
    assert {group.kind for group in found.groups.values()} == {"check"}


def test_terms_and_paths_for_people() -> None:
    assert short(str(Inverse(DOI))) == "^bibo:doi"
    assert short(f"<{S}pmid>") == "shapes:pmid"
    assert short("<http://example.org/x>") == "<http://example.org/x>"


PLAN = [
    Row(f"<{S}Article>", f"<{S}pmid>", "PMID", str(PMID), "Pattern", "record", ""),
    Row(f"<{S}Article>", f"<{S}title>", "title", str(PMID), "MinCount", "record", ""),
    Row(f"<{S}Book>", f"<{S}isbn>", "ISBN", str(PMID), "Pattern", "record", ""),
]


def written(name: str, records: list[list[Finding]], **options: str) -> str:
    out = io.BytesIO()
    report = FORMATS[name](out, **options)
    report.begin(PLAN)
    for findings in records:
        report.record(findings)
    found = of(records)
    found.audit = Audit("pySHACL 1.2.3", 50, 2, 1, ("PMID 7: only pySHACL finds PMID",))
    report.end(found)
    return out.getvalue().decode()


SOME = [[finding(7), finding(7, "doi", WARNING, '"a,b\\n"')], [], [finding(8, "doi", INFO)]]


def test_json_lines() -> None:
    *results, summary = [json.loads(line) for line in written("json", SOME).splitlines()]
    assert [each["type"] for each in results] == ["result"] * 3
    assert results[1] == {
        "type": "result", "pmid": "7", "severity": "warning", "name": "DOI", "message": "The doi is <wrong>",
        "value": "a,b\n", "path": "^bibo:doi", "component": "Pattern", "shape": f"{S}doi",
        "focus": "http://rdf.ncbi.nlm.nih.gov/pubmed/7", "source": "in & out.xml", "where": "byte 7",
        "hint": "Look at the line PMID.", "id": fingerprint(SOME[0][1]),
    }  # fmt: skip
    assert summary["type"] == "summary"
    assert (summary["records"], summary["conforming"]) == (3, 2)
    assert (summary["violations"], summary["warnings"], summary["infos"]) == (1, 1, 1)
    assert summary["unused_shapes"] == ["book"]


def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", SOME), newline="")))
    assert [(row["pmid"], row["severity"], row["value"]) for row in rows] == [
        ("7", "violation", "x"),
        ("7", "warning", "a,b\n"),
        ("8", "info", "x"),
    ]


@pytest.mark.parametrize("records", [SOME, [[]]])
def test_a_validation_report_is_rdf(records: list[list[Finding]]) -> None:
    store = ox.Store()
    store.load(written("ttl", records).encode(), format=ox.RdfFormat.TURTLE)
    prefix = f"PREFIX sh: <{SH}>"
    (answer,) = store.query(f"{prefix} SELECT ?conforms {{ ?r a sh:ValidationReport ; sh:conforms ?conforms }}")
    assert answer["conforms"].value == ("false" if any(records) else "true")
    results = list(
        store.query(
            f"""{prefix} SELECT ?focus ?severity {{ ?r sh:result ?x . ?x a sh:ValidationResult ; sh:focusNode ?focus ;
            sh:resultSeverity ?severity ; sh:sourceConstraintComponent ?c ; sh:sourceShape ?s ; sh:resultPath ?p }}"""
        )
    )
    assert len(results) == sum(map(len, records))


def test_junit_has_a_case_for_every_constraint() -> None:
    root = ElementTree.fromstring(written("junit", SOME))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert cases["PMID, bibo:pmid, Pattern"].find("failure").get("message") == "1 records: The pmid is <wrong>"  # type: ignore[union-attr]
    assert list(cases["title, bibo:pmid, MinCount"]) == []
    assert cases["ISBN, bibo:pmid, Pattern"].find("skipped") is not None
    assert cases["DOI, ^bibo:doi, Pattern"].find("system-out") is not None
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("4", "1", "1")
    stricter = ElementTree.fromstring(written("junit", SOME, threshold="warning"))
    assert stricter.get("failures") == "2"


def test_junit_can_carry_any_value() -> None:
    ElementTree.fromstring(written("junit", [[finding(7, value='"\x0b & ]]> \\" <"')]]))


def test_sarif() -> None:
    (run,) = json.loads(written("sarif", SOME))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["shapes:pmid/Pattern", "shapes:doi/Pattern"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "in%20%26%20out.xml"}, "region": {"byteOffset": 7}}
    assert len({result["partialFingerprints"]["medgraph/v1"] for result in run["results"]}) == 3


def test_sarif_stops_where_scanners_do_and_says_so() -> None:
    (run,) = json.loads(written("sarif", [[finding(pmid) for pmid in range(1, SARIF_MOST + 3)]]))["runs"]
    assert len(run["results"]) == SARIF_MOST
    assert "2 more results" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_the_page_is_one_file_and_shows_everything_escaped() -> None:
    page = written("html", SOME)
    assert "The pmid is &lt;wrong&gt;" in page
    assert "<wrong>" not in page
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/7/"' in page
    assert not re.search(r"""(?:src|@import|url\()\s*=?\s*["']?http""", page)
    assert "<link" not in page
    assert page.count('<details class="group"') == 3
    assert "only pySHACL finds PMID" in page


@pytest.mark.parametrize("records", [[], [[]]])
@pytest.mark.parametrize("name", FORMATS)
def test_nothing_can_be_written_in_every_format(name: str, records: list[list[Finding]]) -> None:
    assert written(name, records)


def test_the_summary_says_what_where_and_how_to_mend_it() -> None:
    out = io.StringIO()
    found = of([[finding(7), finding(7)], [finding(8)], []])
    found.could_not_read("in.xml, byte 9: no PMID")
    found.undecided, found.known = 2, 5
    found.audit = Audit("pySHACL 1.2.3", 2, 1)
    Console(file=out, width=100, color_system=None).print(text(found))
    assert out.getvalue() == (
        "3 records, 1 conform (33.3 %); 3 violations in 2; 5 known from the baseline\n"
        "\n"
        "✖ 2 records  PMID  3 results\n"
        "     The pmid is <wrong>\n"
        '     bibo:pmid, Pattern; PMID 7: "x"\n'
        "     → Look at the line PMID.\n"
        "     PMID 7 8\n"
        "\n"
        "could not be read: 1\n"
        "  in.xml, byte 9: no PMID\n"
        "shapes that looked at nothing: book\n"
        "2 constraints need other records too and did not look: --dataset does\n"
        "audit: 2 random and 1 failing records checked again with pySHACL 1.2.3: all agree\n"
    )


def test_kinds_beyond_a_dozen_are_counted_but_violations_are_all_shown() -> None:
    out = io.StringIO()
    kinds = [[finding(7, f"shape-{n}", severity) for n in range(20) for severity in (VIOLATION, WARNING)]]
    Console(file=out, width=100, color_system=None).print(text(of(kinds)))
    assert out.getvalue().count("✖") == 20
    assert out.getvalue().count("⚠") == 12
    assert "and 8 more kinds" in out.getvalue()


def test_a_baseline_knows_its_findings_again(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(written("json", SOME))
    old = Baseline(tmp_path / "old.json")
    assert all(each in old for findings in SOME for each in findings)
    assert finding(9) not in old
    assert finding(7, value='"y"') not in old


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": 1}'])
def test_a_baseline_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "old.json").write_text(content)
    with pytest.raises(ValueError, match="line 1 is none that --format json writes"):
        Baseline(tmp_path / "old.json")

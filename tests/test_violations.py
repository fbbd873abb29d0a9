"""All real records against the shipped shapes: every violation is a fault of its record, and is listed here."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from medgraph import validation
from medgraph.conformance.formats import JsonLines

NO_TITLE = "Titled"
MULTIPLE = "medline/jabref_MedlinePlainImporterTestMultipleEntries.txt"
NO_ROWS = "pubmed-xml/pmparser/pubmed_no_rows.xml"
FAULTS = {
    (
        "medline/jabref_MedlinePlainImporterTestDOI.txt",
        "line 1",
        "22664220",
        NO_TITLE,
    ): "PMID, PT and AID is all",
    ("medline/jabref_MedlinePlainImporterTestInproceeding.txt", "line 1", "22664238", NO_TITLE): "no line TI",
    (MULTIPLE, "line 87", "22664220", NO_TITLE): "no line TI",
    (MULTIPLE, "line 91", "22664238", NO_TITLE): "no line TI",
    (MULTIPLE, "line 95", "96578310", NO_TITLE): "no line TI",
    (MULTIPLE, "line 99", "45984220", NO_TITLE): "no line TI",
    (
        "medline/jabref_NbibImporterTest.nbib",
        "line 1",
        "27169098",
        "Organization",
    ): "a place of publication (PL) and an ISBN, and no publisher (PB)",
    ("pubmed-xml/Scicopia/pubmed.xml", "", "28618900", NO_TITLE): "no ArticleTitle: taken out for a test of Scicopia",
    ("pubmed-xml/Scicopia/pubmed_15.xml", "", "28618900", NO_TITLE): "the same",
    (
        "pubmed-xml/jabref/MedlineImporterTestBookArticleSet.xml",
        "",
        "21413195",
        NO_TITLE,
    ): "the second PubmedBookArticle has a PMID, a date and pages, and no Book",
    (NO_ROWS, "", "1", NO_TITLE): "a MedlineCitation with a PMID and nothing else",
    (NO_ROWS, "", "2", NO_TITLE): "a MedlineCitation with a PMID and nothing else",
}
"""(file, where, PMID, shape): what is wrong with the record."""


@pytest.fixture(scope="module")
def results(shared: Path) -> list[dict[str, Any]]:
    out = io.BytesIO()
    inputs = [shared / "medline", shared / "pubmed-xml", shared / "pairs"]
    found = validation.validate(inputs, report=JsonLines(out), audit=0)
    assert found.records > 9_800
    return [json.loads(line) for line in out.getvalue().splitlines()][:-1]


@pytest.mark.timeout(120)
def test_every_violation_is_a_fault_of_its_record(results: list[dict[str, Any]], shared: Path) -> None:
    found = Counter(
        (
            Path(each["source"]).relative_to(shared).as_posix(),
            each["where"] if each["where"].startswith("line") else "",
            each["pmid"],
            each["shape"].rpartition("#")[2],
        )
        for each in results
        if each["severity"] == "violation"
    )
    assert found == Counter(FAULTS.keys())


def test_no_record_stopped_the_engine(results: list[dict[str, Any]]) -> None:
    assert [each for each in results if "EngineError" in (each["component"] or "")] == []


def test_every_kind_of_result_says_how_to_mend_the_source(results: list[dict[str, Any]]) -> None:
    kinds = {(each["shape"], each["component"]): each for each in results}
    assert len(kinds) > 20
    for each in kinds.values():
        assert each["hint"], each
        assert each["name"], each
        assert each["message"], each

"""
The report for machines: JSON lines, CSV, ``sh:ValidationReport``, JUnit and SARIF; and which formats there are.

A format is given the findings of one record after the other, and at the end the :class:`Conformance` with the counts.
What can be written as it comes is, so that the memory does not grow with the number of findings.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import msgspec
from rich.console import Console

from medgraph import vocab
from medgraph.conformance import VALUES, Conformance, Finding, Group, cut, kind_of, rank, readable, severity_of
from medgraph.conformance.page import page
from medgraph.conformance.text import text
from medgraph.errors import SinkError
from medgraph.shacl import Row
from medgraph.shacl.results import describe
from medgraph.shacl.terms import SH, TYPE, XSD, Triple, lexical, literal
from medgraph.syntaxes import Turtle

SARIF_MOST = 5_000
"""As many results as GitHub's code scanning shows of one run."""

STDOUT = "-"


class Format:
    """
    A report on its way out; this one is for people at a terminal, and writes nothing before the end.

    Args:
        out: where to write.
        threshold: the lightest severity that counts as a failure.
    """

    def __init__(self, out: IO[bytes], threshold: str = "violation") -> None:
        self.out = out
        self.threshold = threshold
        self.plan: Sequence[Row] = ()

    def begin(self, plan: Sequence[Row] = ()) -> None:
        """
        Write what comes before the first record.

        Args:
            plan: every constraint of the shapes, for the formats that name those that found nothing too.
        """
        self.plan = plan

    def record(self, findings: Iterable[Finding]) -> None:
        """Write what was found in one record."""

    def end(self, conformance: Conformance) -> None:
        """Write the summary, and whatever closes the report."""
        written = io.StringIO()
        Console(file=written, width=120, color_system=None).print(text(conformance))
        self.out.write(written.getvalue().encode())


class JsonLines(Format):
    """One JSON object a line: the findings (``"type": "result"``), and last the counts (``"type": "summary"``)."""

    def record(self, findings: Iterable[Finding]) -> None:
        """A line for each finding."""
        self.out.writelines(msgspec.json.encode({"type": "result", **plain(finding)}) + b"\n" for finding in findings)

    def end(self, conformance: Conformance) -> None:
        """A line with the counts."""
        self.out.write(msgspec.json.encode({"type": "summary", **conformance.as_json()}) + b"\n")


class Csv(Format):
    """A line for each finding."""

    columns = ("pmid", "severity", "name", "message", "value", "path", "component", "shape", "focus", "source",
               "where", "hint")  # fmt: skip

    def begin(self, plan: Sequence[Row] = ()) -> None:
        """The names of the columns."""
        self._write([self.columns])

    def record(self, findings: Iterable[Finding]) -> None:
        """A line for each finding."""
        self._write(
            [["" if each[name] is None else each[name] for name in self.columns] for each in map(plain, findings)]
        )

    def end(self, conformance: Conformance) -> None:
        """Nothing: the counts are not in a table of findings."""

    def _write(self, rows: Sequence[Sequence[str]]) -> None:
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        self.out.write(written.getvalue().encode())


class ValidationReport(Format):
    """
    An ``sh:ValidationReport`` in Turtle (SHACL 3.6).

    What is no shape's is there too, with ``medgraph:ValueCheck`` as its component. Blank nodes are
    numbered in the order of the findings.
    """

    root = "_:report"

    def begin(self, plan: Sequence[Row] = ()) -> None:
        """Prefixes and the report."""
        self._syntax = Turtle({**vocab.PREFIXES, "sh": SH, "values": VALUES, "s": "https://w3id.org/medgraph/shapes#"})
        self._count = 0
        self._empty = True
        self.out.write(self._syntax.head)
        self._write([(self.root, TYPE, f"<{SH}ValidationReport>")])

    def record(self, findings: Iterable[Finding]) -> None:
        """The triples of each result."""
        for finding in findings:
            self._empty = False
            node = self._new()
            self._write([(self.root, f"<{SH}result>", node)])
            triples = list(describe(finding.result, node, self._new))
            self._write(triples)

    def end(self, conformance: Conformance) -> None:
        """Whether there was nothing at all."""
        self._write([(self.root, f"<{SH}conforms>", literal("true" if self._empty else "false", f"{XSD}boolean"))])

    def _new(self) -> str:
        self._count += 1
        return f"_:n{self._count}"

    def _write(self, triples: list[Triple]) -> None:
        blocks: dict[str, list[Triple]] = {}
        for triple in triples:
            blocks.setdefault(triple[0], []).append(triple)
        self.out.write(self._syntax.record([triple for block in blocks.values() for triple in block]))


class JUnit(Format):
    """
    JUnit XML: a test case for every constraint of the shapes, not for every record.

    One that found something at or above the threshold is a failure, one whose shape looked at nothing is skipped.
    """

    def end(self, conformance: Conformance) -> None:
        """The whole document."""
        groups: dict[tuple[str, str, str], list[Group]] = {}
        for group in conformance.in_order():
            groups.setdefault((group.shape, group.path or "", group.component), []).append(group)
        unused = {shape for shape, count in conformance.targets.items() if not count}
        cases: list[str] = []
        skipped = failures = 0
        done: set[tuple[str, str, str]] = set()
        for row in self.plan:
            key = (row.shape.strip("<>"), readable(row.path), row.component)
            if key in done:
                continue
            done.add(key)
            found = groups.pop(key, [])
            skip = row.target in unused and not found
            skipped += skip
            failures += self._failing(found)
            name = ", ".join(part for part in (row.name or readable(row.shape), key[1], key[2]) if part)
            cases.append(self._case(conformance.names.get(row.target) or readable(row.target), name, found, skip))
        for (_, path, component), found in groups.items():
            failures += self._failing(found)
            name = ", ".join(part for part in (found[0].title, path, component) if part)
            cases.append(self._case("values" if found[0].kind == "check" else found[0].kind, name, found, False))
        counts = f'tests="{len(cases)}" failures="{failures}" skipped="{skipped}" errors="0"'
        seconds = f'time="{conformance.milliseconds / 1000:.3f}"'
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="medgraph validate" {counts} {seconds}>',
            f'<testsuite name="shapes" {counts} {seconds}>',
            *cases,
            "</testsuite>",
            "</testsuites>",
        ]
        self.out.write("\n".join(lines).encode() + b"\n")

    def _failing(self, groups: list[Group]) -> bool:
        return self.threshold != "never" and any(rank(group.severity) <= rank(self.threshold) for group in groups)

    def _case(self, classname: str, name: str, groups: list[Group], skip: bool) -> str:
        start = f"<testcase classname={_attribute(classname)} name={_attribute(name)}"
        if skip:
            return f'{start}><skipped message="the shape looked at nothing"/></testcase>'
        if not groups:
            return f"{start}/>"
        words = "\n".join(self._words(group) for group in groups)
        if not self._failing(groups):
            return f"{start}><system-out>{_content(words)}</system-out></testcase>"
        kind = f"type={_attribute(groups[0].severity)}"
        message = f"message={_attribute(f'{groups[0].records:,} records: {groups[0].message}')}"
        return f"{start}><failure {kind} {message}>{_content(words)}</failure></testcase>"

    def _words(self, group: Group) -> str:
        hint = f"\n{group.hint}" if group.hint else ""
        pmids = f"\nPMID {' '.join(group.pmids)}" if group.pmids else ""
        return f"{group.message}\n{group.results:,} results in {group.records:,} records; {group.example}{hint}{pmids}"


class Sarif(Format):
    """
    SARIF 2.1.0, as code scanners take it: a rule for every kind of finding, a result for each of the first
    :data:`SARIF_MOST` findings, placed by line where the source has lines and by byte where it has not.
    """

    levels = ("error", "warning", "note")

    def begin(self, plan: Sequence[Row] = ()) -> None:
        """Nothing yet: the rules come first."""
        self._rules: dict[str, dict[str, Any]] = {}
        self._results: list[dict[str, Any]] = []
        self._left = 0

    def record(self, findings: Iterable[Finding]) -> None:
        """Keep the findings, as far as there is room."""
        for finding in findings:
            if len(self._results) < SARIF_MOST:
                self._results.append(self._result(finding))
            else:
                self._left += 1

    def end(self, conformance: Conformance) -> None:
        """The whole document."""
        driver = {
            "name": "medgraph",
            "version": version("medgraph"),
            "rules": list(self._rules.values()),
        }
        run: dict[str, Any] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": self._results}
        invocation: dict[str, Any] = {"executionSuccessful": True}
        if self._left:
            message = f"{self._left:,} more results are not in this file; --format json has them all"
            invocation["toolExecutionNotifications"] = [{"level": "note", "message": {"text": message}}]
        run["invocations"] = [invocation]
        log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
        self.out.write(msgspec.json.format(msgspec.json.encode(log)) + b"\n")

    def _result(self, finding: Finding) -> dict[str, Any]:
        result = finding.result
        words = plain(finding)
        rule = "/".join(part for part in (readable(result.shape), words["component"]) if part)
        level = self.levels[rank(words["severity"])]
        if rule not in self._rules:
            about: dict[str, Any] = {"id": rule, "shortDescription": {"text": words["message"]}}
            if words["name"]:
                about["name"] = words["name"]
            if words["hint"]:
                about["help"] = {"text": words["hint"]}
            self._rules[rule] = {**about, "defaultConfiguration": {"level": level}}
        record = f"PMID {finding.pmid}: " if finding.pmid else ""
        value = f" ({cut(words['value'])})" if words["value"] is not None else ""
        found: dict[str, Any] = {
            "ruleId": rule,
            "level": level,
            "message": {"text": f"{record}{words['message']}{value}"},
            "partialFingerprints": {"medgraph/v1": sha256("\n".join(finding.key).encode()).hexdigest()[:32]},
        }
        if finding.source:
            found["locations"] = [{"physicalLocation": _place(finding)}]
        return found


class Html(Format):
    """One HTML page that needs nothing else; see :mod:`medgraph.conformance.page`."""

    def end(self, conformance: Conformance) -> None:
        """The whole page."""
        self.out.write(page(conformance).encode())


FORMATS: dict[str, type[Format]] = {
    "text": Format,
    "json": JsonLines,
    "csv": Csv,
    "ttl": ValidationReport,
    "html": Html,
    "junit": JUnit,
    "sarif": Sarif,
}
"""Formats of the report by name."""

SUFFIXES = {".jsonl": "json", ".json": "json", ".csv": "csv", ".ttl": "ttl", ".html": "html", ".xml": "junit",
            ".sarif": "sarif", ".txt": "text"}  # fmt: skip
"""The format that a file's name asks for."""


@contextmanager
def written(target: str) -> Iterator[IO[bytes]]:
    """
    Where a report is written: standard output for ``"-"``, or a file that appears when it is complete.

    Raises:
        SinkError: the file cannot be written.
    """
    if target == STDOUT:
        yield sys.stdout.buffer
        return
    part = Path(f"{target}.part")
    try:
        try:
            with open(part, "wb") as out:
                yield out
            part.replace(target)
        except OSError as error:
            raise SinkError(target, f"the report cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def plain(finding: Finding) -> dict[str, Any]:
    """A finding as plain values, the keys of a line of JSON; terms and paths have prefixes."""
    result = finding.result
    return {
        "pmid": finding.pmid,
        "severity": severity_of(result),
        "name": result.name,
        "message": result.message,
        "value": None if result.value is None else _text_of(result.value),
        "path": None if result.path is None else readable(str(result.path)),
        "component": result.component_name if kind_of(result) == "shape" else kind_of(result),
        "shape": result.shape.strip("<>"),
        "focus": result.focus.strip("<>"),
        "source": finding.source or None,
        "where": finding.where or None,
        "hint": result.hint,
        "id": fingerprint(finding),
    }


def fingerprint(finding: Finding) -> str:
    """What a baseline knows a finding by: 16 hexadecimal digits of its :attr:`Finding.key`."""
    return sha256("\t".join(finding.key).encode()).hexdigest()[:16]


class Baseline:
    """
    The findings of an earlier run, by their fingerprints.

    Args:
        path: what ``--format json`` wrote.

    Raises:
        ValueError: it is something else.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._known: set[str] = set()
        with open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    found = msgspec.json.decode(line)
                    if found["type"] == "result":
                        self._known.add(found["id"])
                except (msgspec.DecodeError, KeyError, TypeError) as error:
                    raise ValueError(f"line {number} is none that --format json writes") from error

    def __contains__(self, finding: Finding) -> bool:
        return fingerprint(finding) in self._known


def _text_of(term: str) -> str:
    """A literal's text, everything else with its prefix."""
    return lexical(term) if term[0] == '"' else readable(term)


def _place(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.source.replace("\\", "/"), safe="/:")}}
    unit, _, number = finding.where.partition(" ")
    if number.isdigit():
        place["region"] = {"startLine": int(number)} if unit == "line" else {"byteOffset": int(number)}
    return place


def _legal(text: str) -> str:
    """A text without the characters that XML 1.0 cannot carry."""
    return "".join(c if c >= " " or c in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _content(text: str) -> str:
    return escape(_legal(text))


def _attribute(text: str) -> str:
    return quoteattr(_legal(text))

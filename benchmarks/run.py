"""Run the benchmarks side by side and write ``results.md``; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

import corpus

HERE = Path(__file__).resolve().parent
AS_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The byte code of a checkout is kept, as that of the installed packages is that it is compared with."""


class Result(NamedTuple):
    """What a task took: the medians of its rounds."""

    records: int
    seconds: float
    cpu: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def side_by_side(tasks: list[str], path: Path, rounds: int) -> dict[str, Result]:
    """Each task in turn, several rounds, every run in a process of its own."""
    runs: dict[str, list[Result]] = {task: [] for task in tasks}
    for _ in range(rounds):
        for task in tasks:
            done = subprocess.run(
                [sys.executable, str(HERE / "tasks.py"), task, str(path)],
                capture_output=True,
                text=True,
                check=True,
                env=AS_INSTALLED,
            )
            runs[task].append(Result(**json.loads(done.stdout.splitlines()[-1])))
    return {
        task: Result(
            results[0].records,
            statistics.median(r.seconds for r in results),
            statistics.median(r.cpu for r in results),
            max(r.peak_mb for r in results),
        )
        for task, results in runs.items()
    }


def table(results: dict[str, Result], against: str) -> list[str]:
    """
    The results as a Markdown table, with the time of each against one of them: by the clock, and of the processor.

    On a machine that does other work too, the second is the one to look at.
    """
    lines = [
        f"| task | records/s | time / {against} | processor time / {against} | peak memory |",
        "|---|---|---|---|---|",
    ]
    base = results[against]
    for task, result in results.items():
        share = result.records / base.records
        lines.append(
            f"| {task} | {result.rate:,.0f} | {result.seconds / base.seconds / share:.2f} |"
            f" {result.cpu / base.cpu / share:.2f} | {result.peak_mb:.0f} MB |"
        )
    return lines


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["xml", "text", "formats", "memory"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--records", type=int, default=6000)
    parser.add_argument("-o", "--output", type=Path, help="where to write the tables (default: standard output)")
    options = parser.parse_args()
    wanted = [options.only] if options.only else ["xml", "text", "formats", "memory"]
    lines = [
        "# Results",
        "",
        f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()};"
        f" medians of {options.rounds} rounds, `python benchmarks/run.py`.",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        xml, text = folder / "records.xml.gz", folder / "records.nbib"
        corpus.write("xml", options.records, xml)
        corpus.write("text", options.records, text)
        if "xml" in wanted:
            distinct = folder / "distinct.xml.gz"
            corpus.write("xml", len(corpus.xml_records()), distinct)
            lines += ["", f"## PubMed XML.gz, {options.records:,} records", ""]
            lines += table(
                side_by_side(["iterparse", "pubmed_parser", "read", "nt", "nt core"], xml, options.rounds), "iterparse"
            )
            lines += ["", f"The {len(corpus.xml_records()):,} distinct records by themselves:", ""]
            lines += table(side_by_side(["iterparse", "nt"], distinct, options.rounds), "iterparse")
        if "text" in wanted:
            lines += ["", f"## MEDLINE text, {options.records:,} records", ""]
            lines += table(side_by_side(["Bio.Medline", "read", "nt"], text, options.rounds), "Bio.Medline")
        if "formats" in wanted:
            small, large = folder / "small.xml.gz", folder / "large.xml.gz"
            corpus.write("xml", 1000, small)
            corpus.write("xml", 10_000, large)
            lines += ["", "## Formats, 1,000 records", ""]
            lines += table(side_by_side(["nt", "ttl", "jsonld", "rdf"], small, options.rounds), "nt")
            lines += ["", "## Formats, 10,000 records", ""]
            lines += table(side_by_side(["nt", "ttl", "jsonld", "rdf"], large, 1), "nt")
        if "memory" in wanted:
            lines += ["", "## Memory", "", "| input | records | to N-Triples | to Turtle |", "|---|---|---|---|"]
            for kind, suffix in (("xml", ".xml.gz"), ("text", ".nbib")):
                for count in (1000, 50_000):
                    path = folder / f"memory-{count}{suffix}"
                    corpus.write(kind, count, path)
                    peaks = side_by_side(["nt", "ttl"], path, 1)
                    lines.append(
                        f"| {kind} | {count:,} | {peaks['nt'].peak_mb:.0f} MB | {peaks['ttl'].peak_mb:.0f} MB |"
                    )
                    path.unlink()
    page = "\n".join(lines) + "\n"
    if options.output:
        options.output.write_text(page, encoding="utf-8")
    sys.stdout.write(page)


if __name__ == "__main__":
    main()

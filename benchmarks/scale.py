"""
Many files on one and on two workers, and what others make of the same records; see README.md.

    python benchmarks/scale.py                      300,000 records in 10 files, and everything else
    python benchmarks/scale.py --records 30000      the same with fewer
    python benchmarks/scale.py --only workers       workers, others or memory

Every step is measured once and kept in the folder ``--work``: a run that was stopped goes on where it was, and one
that is through writes the report again (``-o``). The folder is removed at the end unless ``--keep`` is given.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import corpus

HERE = Path(__file__).resolve().parent
FILES = 10
PUBMED = 41_000_000
MORPH_KGC = "morph-kgc==2.10.0"
_PMID = re.compile(r"(<MedlineCitation[^>]*>\s*<PMID[^>]*>)\s*([0-9]+)\s*(</PMID>)")


class Steps:
    """Measurements by name, each made once and kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def once(self, name: str, measure: Callable[[], Any]) -> Any:
        if name not in self._known:
            print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr, flush=True)
            self._known[name] = measure()
            self._path.write_text(json.dumps(self._known, indent=1))
        return self._known[name]


def processes(root: int) -> Iterator[int]:
    """A process and all below it."""
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from processes(int(child))


def timed(command: list[str]) -> dict[str, Any]:
    """Seconds, processor seconds and the peak memory (MB) of a command, of the largest process and of all together."""
    began = time.perf_counter()
    before = os.times()
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - a pipe that nobody reads fills up
    run = subprocess.Popen(command, stdout=out, stderr=err)
    peaks: dict[int, int] = {}
    while run.poll() is None:
        for pid in processes(run.pid):
            try:
                found = re.search(r"VmHWM:\s*([0-9]+) kB", Path(f"/proc/{pid}/status").read_text())
            except OSError:
                continue
            if found:
                peaks[pid] = max(peaks.get(pid, 0), int(found[1]))
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    said, complained = (file.seek(0) or file.read().decode() for file in (out, err))
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {run.returncode}\n{complained}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    sizes = sorted((kb / 1024 for kb in peaks.values()), reverse=True)
    return {"seconds": seconds, "cpu": cpu, "largest": sizes[0], "together": sum(sizes), "out": said[-5000:]}


def inputs(folder: Path, records: int) -> dict[str, int]:
    """Write the files: every distinct real record again and again, each time under a PMID of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    distinct = corpus.xml_records()
    each = records // FILES
    for file in range(FILES):
        path = folder / f"pubmed26n{file + 1:04}.xml.gz"
        with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as out:
            out.write(corpus.HEAD)
            for n in range(file * each, (file + 1) * each):
                new = str(40_000_001 + n)
                out.write(_PMID.sub(lambda m, new=new: m[1] + new + m[3], distinct[n % len(distinct)], count=1) + "\n")
            out.write(corpus.TAIL)
    return {"distinct": len(distinct), "bytes": sum(path.stat().st_size for path in folder.iterdir())}


def digest(folder: Path) -> str:
    """One checksum of all files of a folder but the ledger, which has times in it."""
    total = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and ".medgraph" not in path.parts):
        total.update(path.relative_to(folder).as_posix().encode())
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def converted(work: Path, count: int, validate: str) -> dict[str, Any]:
    """A conversion of all files on so many workers, with a checksum of what it wrote."""
    out = work / f"out{count}"
    shutil.rmtree(out, ignore_errors=True)
    program = str(Path(sys.executable).with_name("medgraph"))
    command = [program, "convert", str(work / "in"), "-o", f"{out}/", "--format", "nt.gz", "--validate", validate]
    found = timed([*command, "--workers", str(count), "--quiet"])
    report = json.loads((out / "manifest.json").read_text())
    found.pop("out")
    found["written"] = sum(part["written"] for part in report["parts"])
    found["bytes"] = sum(part["bytes"] for part in report["parts"])
    found["triples"] = sum(part["triples"] for part in report["parts"])
    found["digest"] = digest(out)
    shutil.rmtree(out)
    return found


def workers(steps: Steps, work: Path, records: int) -> list[str]:
    """The report of one and two workers, and what follows for all of PubMed."""
    made = steps.once(f"inputs {records}", lambda: inputs(work / "in", records))
    if not (work / "in").exists():
        inputs(work / "in", records)
    lines = [
        f"## {records:,} records in {FILES} files, {made['bytes'] / 1e6:,.0f} MB compressed",
        "",
        f"The {made['distinct']:,} distinct real records of `shared/data` under new PMIDs, to N-Triples (`nt.gz`).",
        "",
        "| validation | workers | seconds | of processors | records/s | records/s and core | largest process | bytes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rates: dict[str, tuple[float, float]] = {}
    notes: list[str] = []
    size = triples = 0.0
    for validate in ("strict", "off"):
        measured = {
            count: steps.once(
                f"{validate}, {count} workers, {records}", lambda c=count, v=validate: converted(work, c, v)
            )
            for count in (1, 2)
        }
        one, two = measured[1], measured[2]
        same = one["digest"] == two["digest"]
        for count, found in measured.items():
            rate = found["written"] / found["seconds"]
            lines.append(
                f"| {validate} | {count} | {found['seconds']:,.1f} | {found['cpu']:,.1f} | {rate:,.0f}"
                f" | {rate / count:,.0f} | {found['largest']:,.0f} MB | {'the same' if same else 'DIFFERENT'} |"
            )
        gain = one["seconds"] / two["seconds"]
        reached = "reached" if gain >= 1.7 else "NOT reached"
        notes.append(f"- `--validate {validate}`: two workers are {gain:.2f} times one (the bar is 1.7: {reached}).")
        rates[validate] = (one["written"] / one["seconds"], two["written"] / two["seconds"] / 2)
        size, triples = two["bytes"] / two["written"], two["triples"] / two["written"]
    lines += ["", *notes, "", f"### All of PubMed, {PUBMED:,} records", ""]
    lines += ["| validation | 2 cores | 64 cores |", "|---|---|---|"]
    for validate, (_, rate) in rates.items():
        hours = PUBMED / rate / 3600
        lines.append(f"| {validate} | {hours / 2:,.1f} hours | {hours / 64:,.1f} hours |")
    lines += [
        "",
        "Extrapolated, not measured. It takes the rate of a core while two are at work and multiplies it: files of",
        "30,000 records are independent of each other, so what stands against 64 times one core is what cores",
        "share (memory bandwidth, turbo clocks, hyper-threads counted as cores, the disk or object store), and the",
        "end of the run, when some cores have no file left (at most the time of one file), and the merging of the",
        "lists of PMIDs (below). It also takes it that an average record of PubMed takes as long as one of",
        "`shared/data`.",
        f"The output would be about {size * PUBMED / 1e9:,.0f} GB of compressed N-Triples with"
        f" {triples * PUBMED / 1e9:,.1f} billion triples.",
        "",
    ]
    return lines


def write_plain(count: int, path: Path) -> None:
    """A file of records without namespaces: where one stands anywhere, morph-kgc looks for all names in it."""
    records = [record for record in corpus.xml_records() if "xmlns" not in record]
    with open(path, "w", encoding="utf-8") as out:
        out.write(corpus.HEAD)
        for n in range(count):
            new = str(40_000_001 + n)
            out.write(_PMID.sub(lambda m, new=new: m[1] + new + m[3], records[n % len(records)], count=1) + "\n")
        out.write(corpus.TAIL)


def rml(work: Path, path: Path, python: Path) -> dict[str, Any]:
    """The core fields by morph-kgc, which reads uncompressed XML."""
    mapping = work / "core.rml.ttl"
    mapping.write_text((HERE / "core.rml.ttl").read_text().replace("SOURCE", str(path)))
    config = work / "morph.ini"
    out = work / "morph.nt"
    config.write_text(
        f"[CONFIGURATION]\noutput_file: {out}\nnumber_of_processes: 1\nlogging_level: ERROR\n"
        f"[records]\nmappings: {mapping}\n"
    )
    found = timed([str(python), "-m", "morph_kgc", str(config)])
    found["triples"] = out.read_bytes().count(b"\n")
    out.unlink()
    found.pop("out")
    return found


def task(name: str, path: Path) -> dict[str, Any]:
    """A task of tasks.py in a process of its own."""
    found = timed([sys.executable, str(HERE / "tasks.py"), name, str(path)])
    found["seconds"] = json.loads(found.pop("out").splitlines()[-1])["seconds"]
    return found


def medgraph(work: Path, path: Path, *options: str) -> dict[str, Any]:
    """A conversion of one file by the command."""
    out = work / "one.nt"
    program = str(Path(sys.executable).with_name("medgraph"))
    found = timed([program, "convert", str(path), "-o", str(out), "--quiet", *options])
    found["triples"] = out.read_bytes().count(b"\n")
    out.unlink()
    found.pop("out")
    return found


def others(steps: Steps, work: Path, sizes: list[int]) -> list[str]:
    """The report of other programs on the same records."""
    python = work / "rml" / "bin" / "python"
    lines = [
        "## What a user would run instead",
        "",
        "One core, uncompressed XML (pubmed_parser: gzip, because it reads nothing else), without the few records",
        "that have MathML in them: where a default namespace stands anywhere in the file, morph-kgc finds nothing",
        "at all. pubmed_parser makes dicts and writes nothing. morph-kgc writes the core fields as far as its RML",
        "reaches them (`core.rml.ttl`), reading the file for each of its nine triples maps; medgraph reads it once",
        "and writes every field, or with `--profile core` the small graph. Seconds of whole commands with their",
        "start, but for pubmed_parser, of which only the work counts.",
        "",
        "| records | program | seconds | of a processor | records/s | peak memory | triples |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        path = work / f"{size}.xml"
        if not path.exists():
            write_plain(size, path)
            path.with_suffix(".xml.gz").write_bytes(gzip.compress(path.read_bytes(), 6))
        if not python.exists():
            venv.create(work / "rml", with_pip=True)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", MORPH_KGC], check=True)
        runs: dict[str, Callable[[], dict[str, Any]]] = {
            "pubmed_parser (dicts only)": lambda path=path: task("pubmed_parser", path.with_suffix(".xml.gz")),
            "morph-kgc, core fields": lambda path=path: rml(work, path, python),
            "medgraph --profile core --validate off": lambda path=path: medgraph(
                work, path, "--profile", "core", "--validate", "off"
            ),
            "medgraph --validate off": lambda path=path: medgraph(work, path, "--validate", "off"),
            "medgraph (validated)": lambda path=path: medgraph(work, path),
        }
        for name, measure in runs.items():
            found = steps.once(f"{name}, {size}", measure)
            triples = f"{found['triples']:,}" if "triples" in found else ""
            lines.append(
                f"| {size:,} | {name} | {found['seconds']:,.1f} | {found['cpu']:,.1f} | {size / found['seconds']:,.0f}"
                f" | {found['largest']:,.0f} MB | {triples} |"
            )
    return [*lines, ""]


def memory(steps: Steps, work: Path) -> list[str]:
    """The report of lists of PMIDs as long as PubMed's, merged and compared."""

    def measure() -> dict[str, Any]:
        found = timed([sys.executable, str(HERE / "scale.py"), "--pmids", str(work)])
        return {**json.loads(found.pop("out")), **found}

    found = steps.once("lists of PMIDs", measure)
    scale = PUBMED / found["rows"]
    merge, diff = found["merge"], found["diff"]
    return [
        "## The lists of PMIDs",
        "",
        f"{found['lists']} lists of {found['rows'] // found['lists']:,} rows merged into one in {merge:,.1f} s, and"
        f" compared with itself in {diff:,.1f} s, in {found['largest']:,.0f} MB. For {PUBMED:,} rows that would be"
        f" {merge * scale / 60:,.0f} and {diff * scale / 60:,.0f} minutes, and a file of"
        f" {found['bytes'] * scale / 1e6:,.0f} MB. Rows are streamed, so memory does not grow with them.",
        "",
    ]


def merge_lists(work: Path) -> None:
    """Merge and compare lists of PMIDs, and print how long it took."""
    from medgraph import pmids

    count, rows = 100, 10_000
    folder = work / "lists"
    folder.mkdir(exist_ok=True)
    for n in range(count):
        with pmids.Roll(f"{n}.nt") as roll:
            for pmid in range(n * rows, (n + 1) * rows):
                roll.add(str(pmid), "1", sha256(b"%d" % pmid).hexdigest()[:16])
            roll.write(folder / f"{n}.gz")
    whole = folder / "all.gz"
    began = time.perf_counter()
    pmids.merge([folder / f"{n}.gz" for n in range(count)], whole)
    merged = time.perf_counter()
    pmids.diff(whole, whole)
    done = time.perf_counter()
    figures = {"lists": count, "rows": count * rows, "merge": merged - began, "diff": done - merged}
    print(json.dumps({**figures, "bytes": whole.stat().st_size}))
    shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=300_000, help="in 10 files")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2_000, 8_000], help="records for other programs")
    parser.add_argument("--only", choices=["workers", "others", "memory"])
    parser.add_argument("--work", type=Path, default=Path("scale-work"), help="folder for inputs, outputs and steps")
    parser.add_argument("--keep", action="store_true", help="leave that folder")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "scale-results.md")
    parser.add_argument("--pmids", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pmids:
        merge_lists(options.pmids)
        return
    work: Path = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    steps = Steps(work / "measured.json")
    asked = f" --records {options.records}" if options.records != 300_000 else ""
    cores, load = os.cpu_count() or 1, os.getloadavg()[2]
    lines = [
        "# Many files, many workers",
        "",
        f"{date.today()}, Python {platform.python_version()}, {cores} cores, {platform.machine()};"
        f" `python benchmarks/scale.py{asked}`. Load of the machine in the 15 minutes before the end: {load:.1f}.",
        "",
    ]
    if load > 1.5 * cores:
        lines += [
            "**The machine was busy with other work.** Seconds are too many, and what one worker and two took does not",
            "tell how much faster two are; memory, bytes and processor seconds stand. Measure again when it is quiet.",
            "",
        ]
    if options.only in (None, "workers"):
        lines += workers(steps, work, options.records)
    if options.only in (None, "others"):
        lines += others(steps, work, options.sizes)
    if options.only in (None, "memory"):
        lines += memory(steps, work)
    options.output.write_text("\n".join(lines).rstrip() + "\n")
    if not options.keep:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()

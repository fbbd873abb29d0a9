"""
What an update file costs: applied to a store of ten times its records, against loading as many records fresh.

    python benchmarks/sync.py                          # 30,000 records in the store, an update file of 3,000
    python benchmarks/sync.py --records 300000         # as PubMed's: an update file of 30,000

Half of the update file are revisions, one in a hundred is a deletion, the rest are new. In the real revisions of the
shared files (NLM's samples of 2009 to 2019 and the like) 13 % of a record's triples change. So here one revision in
seven is another real record altogether, and the others have a new date; --changed 1 makes every one another record,
which is the worst there is. The fresh load is a sync of a file of as many records into an empty store, by the same
program with the same validation. Results are added to benchmarks/sync.md.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from corpus import _XML_PMID, HEAD, TAIL, xml_records

FIRST = 40_000_001


def record(text: str, pmid: int) -> str:
    return _XML_PMID.sub(lambda found: f"{found[1]}{pmid}{found[3]}", text, count=1) + "\n"


def write(path: Path, records: Iterable[str], deleted: Iterable[int] = ()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as out:
        out.write(HEAD)
        for each in records:
            out.write(each)
        gone = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in deleted)
        out.write(f"<DeleteCitation>{gone}</DeleteCitation>" if gone else "")
        out.write(TAIL)


def revised(text: str) -> str:
    end = text.index("</PMID>") + len("</PMID>")
    date = "<DateRevised><Year>2031</Year><Month>01</Month><Day>02</Day></DateRevised>"
    without = text[end:]
    if "<DateRevised>" in without:
        start, stop = without.index("<DateRevised>"), without.index("</DateRevised>") + len("</DateRevised>")
        without = without[:start] + date + without[stop:]
    return text[:end] + without


def update(real: list[str], count: int, changed: float) -> Iterator[str]:
    """Half revisions, one deletion in a hundred (not here), the rest new."""
    size = count // 10
    half = size // 2
    step = max(1, count // half)
    for n in range(half):
        place = n * step
        pmid = FIRST + place
        whole = int((n + 1) * changed) > int(n * changed)
        yield record(real[(place + 1) % len(real)] if whole else revised(real[place % len(real)]), pmid)
    for n in range(size - half - size // 100):
        yield record(real[n % len(real)], FIRST + count + n)


class Run(NamedTuple):
    """One run in a process of its own: seconds by the clock and of the processors, and what it said."""

    seconds: float
    cpu: float
    megabytes: float
    said: str


def sync(folder: Path, to: str, validate: str) -> Run:
    code = (
        "import sys, resource, medgraph; from medgraph.revisions import text;"
        "before = resource.getrusage(resource.RUSAGE_SELF);"
        "done = medgraph.sync(sys.argv[1], sys.argv[2], validate=sys.argv[3]);"
        "used = resource.getrusage(resource.RUSAGE_SELF);"
        "cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime;"
        "print(done.milliseconds, cpu, used.ru_maxrss); print(text(done))"
    )
    arguments = [sys.executable, "-c", code, str(folder), to, validate]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    head, _, rest = done.stdout.partition("\n")
    milliseconds, cpu, kilobytes = head.split()
    return Run(int(milliseconds) / 1000, float(cpu), int(kilobytes) / 1024, rest.partition("Validation:")[0])


def measure(count: int, validate: str, changed: float, folder: Path, rounds: int) -> str:
    real = xml_records()
    size = count // 10
    each = min(30_000, max(1000, count // 10))
    files = folder / "files"
    for number, start in enumerate(range(0, count, each), 1):
        write(
            files / "baseline" / f"pubmed26n{number:04}.xml.gz",
            (record(real[n % len(real)], FIRST + n) for n in range(start, min(count, start + each))),
        )
    fresh = folder / "fresh"
    write(fresh / "pubmed26n0001.xml.gz", (record(real[n % len(real)], FIRST + n) for n in range(size)))
    baseline = sync(files, f"store:{folder / 'store'}", validate)
    print(f"baseline: {baseline.seconds:.1f} s, {baseline.megabytes:.0f} MB\n{baseline.said}", flush=True)
    deleted = [FIRST + count - 1 - n for n in range(size // 100)]
    last = len(list((files / "baseline").iterdir()))
    write(files / "updatefiles" / f"pubmed26n{last + 1:04}.xml.gz", update(real, count, changed), deleted)
    pairs: list[tuple[Run, Run]] = []
    for n in range(rounds):
        load = sync(fresh, f"store:{folder / f'one{n}'}", validate)
        shutil.rmtree(folder / f"one{n}")
        shutil.copytree(folder / "store", folder / f"copy{n}")
        shutil.copy(folder / "store.sync.sqlite", folder / f"copy{n}.sync.sqlite")
        applied = sync(files, f"store:{folder / f'copy{n}'}", validate)
        shutil.rmtree(folder / f"copy{n}")
        pairs.append((load, applied))
        print(
            f"round {n + 1}: fresh {load.seconds:.1f} s, update {applied.seconds:.1f} s,"
            f" {applied.seconds / load.seconds:.2f}; of the processors {load.cpu:.1f} s and {applied.cpu:.1f} s,"
            f" {applied.cpu / load.cpu:.2f}\n{applied.said}",
            flush=True,
        )
    state = (folder / "store.sync.sqlite").stat().st_size
    ratio = median(applied.seconds / load.seconds for load, applied in pairs)
    cpu = median(applied.cpu / load.cpu for load, applied in pairs)
    return (
        f"| {datetime.now(UTC):%Y-%m-%d} | {count:,} | {size:,} | {validate} | {changed:.0%} |"
        f" {median(load.seconds for load, _ in pairs):.1f} s | {median(each.seconds for _, each in pairs):.1f} s |"
        f" {ratio:.2f} | {cpu:.2f} | {max(each.megabytes for _, each in pairs):.0f} MB |"
        f" {count / baseline.seconds:,.0f}/s | {state / count:.1f} | {os.getloadavg()[1]:.0f} |"
    )


HEADING = """# What an update file costs

Written by `python benchmarks/sync.py`; its first lines say what is measured. The bar is a ratio of 3
(of seconds by the clock; beside it that of the processors' seconds, which others on the machine disturb less).
State is in bytes a record; busy is how many programs the machine was running besides on average.

| day | stored | update | validate | changed | load | applied | ratio | CPU | memory | baseline | state | busy |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=30_000, help="in the store; the update file has a tenth of them")
    parser.add_argument("--validate", default="strict", choices=["strict", "report", "off"])
    parser.add_argument("--changed", type=float, default=1 / 7, help="the share of revisions that are another record")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where to work, kept afterwards; a temporary folder unless given")
    options = parser.parse_args()
    results = Path(__file__).parent / "sync.md"
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary)
        line = measure(options.records, options.validate, options.changed, folder, options.rounds)
    if not results.exists():
        results.write_text(HEADING, encoding="utf-8")
    with results.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    print(HEADING.splitlines()[-2], line, sep="\n")
    print(f"{platform.machine()}, {os.cpu_count()} cores, {time.perf_counter() - started:.0f} s in all,"
          f" {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB at the most")  # fmt: skip


if __name__ == "__main__":
    main()

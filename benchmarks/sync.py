"""
What an update file costs: applied to a store of ten times its records, against loading as many records fresh.

    python benchmarks/sync.py                          # 30,000 records in the store, an update file of 3,000
    python benchmarks/sync.py --records 300000         # as PubMed's: an update file of 30,000

Half of the update file are revisions, one in a hundred is a deletion, the rest are new. A revision is another real
record under the same PMID, so that nearly every triple of it changes: the worst there is (--gentle changes a date only,
which is what most of NLM's revisions do). The fresh load is a sync of a file of as many records into an empty store, by
the same program with the same validation. Results are added to benchmarks/sync.md.
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


def revised(text: str, other: str, gentle: bool) -> str:
    if not gentle:
        return other
    end = text.index("</PMID>") + len("</PMID>")
    date = "<DateRevised><Year>2031</Year><Month>01</Month><Day>02</Day></DateRevised>"
    without = text[end:]
    if "<DateRevised>" in without:
        start, stop = without.index("<DateRevised>"), without.index("</DateRevised>") + len("</DateRevised>")
        without = without[:start] + date + without[stop:]
    return text[:end] + without


def update(real: list[str], count: int, gentle: bool) -> Iterator[str]:
    """Half revisions, one deletion in a hundred (not here), the rest new."""
    size = count // 10
    half = size // 2
    step = max(1, count // half)
    for n in range(half):
        place = n * step
        pmid = FIRST + place
        text = real[place % len(real)]
        yield record(revised(text, real[(place + 1) % len(real)], gentle), pmid)
    for n in range(size - half - size // 100):
        yield record(real[n % len(real)], FIRST + count + n)


def sync(folder: Path, to: str, validate: str, limit: int | None = None) -> tuple[float, float, str]:
    """Seconds, megabytes at the most, and the summary of one run in a process of its own."""
    code = (
        "import sys, resource, medgraph; from medgraph.revisions import text;"
        "done = medgraph.sync(sys.argv[1], sys.argv[2], validate=sys.argv[3], limit=int(sys.argv[4]) or None);"
        "print(done.milliseconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); print(text(done))"
    )
    arguments = [str(folder), to, validate, str(limit or 0)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    head, _, rest = done.stdout.partition("\n")
    milliseconds, kilobytes = map(int, head.split())
    return milliseconds / 1000, kilobytes / 1024, rest


def measure(count: int, validate: str, gentle: bool, folder: Path, rounds: int) -> str:
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
    baseline, megabytes, said = sync(files, f"store:{folder / 'store'}", validate)
    print(f"baseline: {baseline:.1f} s, {megabytes:.0f} MB\n{said}", flush=True)
    deleted = [FIRST + count - 1 - n for n in range(size // 100)]
    last = len(list((files / "baseline").iterdir()))
    write(files / "updatefiles" / f"pubmed26n{last + 1:04}.xml.gz", update(real, count, gentle), deleted)
    loads, updates, sizes = [], [], []
    for n in range(rounds):
        shutil.rmtree(folder / f"one{n}", ignore_errors=True)
        load, _, _ = sync(fresh, f"store:{folder / f'one{n}'}", validate)
        shutil.copytree(folder / "store", folder / f"copy{n}")
        shutil.copy(folder / "store.sync.sqlite", folder / f"copy{n}.sync.sqlite")
        applied, megabytes, said = sync(files, f"store:{folder / f'copy{n}'}", validate)
        loads.append(load)
        updates.append(applied)
        sizes.append(megabytes)
        print(f"round {n + 1}: fresh {load:.1f} s, update {applied:.1f} s, {applied / load:.2f}\n{said}", flush=True)
        shutil.rmtree(folder / f"copy{n}")
    ratios = sorted(b / a for a, b in zip(loads, updates, strict=True))
    state = (folder / "store.sync.sqlite").stat().st_size
    middle = len(ratios) // 2
    kind = "a date" if gentle else "everything"
    return (
        f"| {datetime.now(UTC):%Y-%m-%d} | {count:,} | {size:,} | {validate} | {kind} |"
        f" {sorted(loads)[middle]:.1f} s | {sorted(updates)[middle]:.1f} s | {ratios[middle]:.2f} |"
        f" {max(sizes):.0f} MB |"
        f" {count / baseline:,.0f}/s | {state / count:.1f} |"
    )


HEADING = """# What an update file costs

Written by `python benchmarks/sync.py`; its first lines say what is measured. The bar is a ratio of 3;
state/record is in bytes.

| day | stored | update file | validate | revisions | fresh load | update | ratio | memory | baseline | state/record |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=30_000, help="in the store; the update file has a tenth of them")
    parser.add_argument("--validate", default="strict", choices=["strict", "report", "off"])
    parser.add_argument("--gentle", action="store_true", help="revisions change a date only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where to work, kept afterwards; a temporary folder unless given")
    options = parser.parse_args()
    results = Path(__file__).parent / "sync.md"
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary)
        line = measure(options.records, options.validate, options.gentle, folder, options.rounds)
    if not results.exists():
        results.write_text(HEADING, encoding="utf-8")
    with results.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    print(HEADING.splitlines()[-2], line, sep="\n")
    print(f"{platform.machine()}, {os.cpu_count()} cores, {time.perf_counter() - started:.0f} s in all,"
          f" {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB at the most")  # fmt: skip


if __name__ == "__main__":
    main()

"""Memory: the same whatever the input's size."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MEASURE = """
import re, sys
from medgraph import pipeline
report = pipeline.convert([sys.argv[1]], sys.argv[2])
assert report.complete, report
status = open("/proc/self/status").read()
print(report.read, re.search(r"VmHWM:\\s*([0-9]+) kB", status)[1])
"""


def peak(source: Path, target: Path) -> tuple[int, float]:
    """
    Records read, and the highest resident memory in MB, of a conversion in a process of its own.

    The kernel's own mark is read, because ``ru_maxrss`` of a child begins at what its parent has.
    """
    command = [sys.executable, "-c", MEASURE, source, target]
    records, size = map(int, subprocess.run(command, check=True, capture_output=True).stdout.split())
    return records, size / 1024


pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")


@pytest.mark.parametrize("suffix", ["ttl.gz", "jsonld"])
def test_memory_does_not_grow_with_the_input(nbib: Callable[..., str], tmp_path: Path, suffix: str) -> None:
    people = [line for n in range(10) for line in (f"FAU - Doe, Jane {n}", f"AU  - Doe J{n}", f"AD  - Place {n}.")]
    peaks = {}
    for count in (500, 10_000):
        source = tmp_path / f"{count}.txt"
        source.write_text("".join(nbib(pmid, *people, title=f"Title {pmid}.") for pmid in range(1, count + 1)))
        records, peaks[count] = peak(source, tmp_path / f"{count}.{suffix}")
        assert records == count
    assert peaks[10_000] < 250
    assert peaks[10_000] - peaks[500] < 15

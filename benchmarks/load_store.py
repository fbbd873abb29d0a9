"""
Filling an embedded store: a million ready N-Triples by Store.load, against bare pyoxigraph.

    python benchmarks/load_store.py                # three rounds, about two minutes
    python benchmarks/load_store.py FILE.nt        # of a file of your own

Both are given the same lines of a file in chunks of 100,000; each run is a process and a folder of its own, and the
order changes from round to round. Printed are triples per second of wall time and of processor time, and the peak of
memory. The bar: at least 0.8 of bare pyoxigraph's speed, under 300 MB. "Laid together" is what `medgraph load` does on
top, so that queries are quick.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus

TRIPLES = 1_000_000
TOGETHER = "medgraph, laid together"
RUN = """
import json, resource, sys
from itertools import islice
from time import perf_counter, process_time
how, path, folder = sys.argv[1:]
if how == "bare":
    import pyoxigraph as ox
    store, graph = ox.Store(folder), ox.NamedNode("https://w3id.org/medgraph/graph/pubmed")
    load = lambda lines: store.bulk_load(lines, ox.RdfFormat.N_TRIPLES, to_graph=graph)
    close = store.flush
else:
    from medgraph.store import open_store
    store = open_store(folder, create=True)
    load = store.load
    close = store.close if how == "medgraph" else lambda: (store.optimize(), store.close())
wall, cpu, count = perf_counter(), process_time(), 0
with open(path, "rb") as file:
    while lines := list(islice(file, 100_000)):
        count += len(lines)
        load(b"".join(lines))
close()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([count / (perf_counter() - wall), count / (process_time() - cpu), peak]))
"""


def make(path: Path) -> None:
    """A million triples of real records."""
    from medgraph.pipeline import convert

    with tempfile.TemporaryDirectory() as work:
        corpus.write("xml", 5_000, Path(work) / "records.xml")
        convert([Path(work) / "records.xml"], Path(work) / "records.nt", validate="off")
        with open(Path(work) / "records.nt", "rb") as source, open(path, "wb") as out:
            for _, line in zip(range(TRIPLES), source, strict=False):
                out.write(line)


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(work) / "million.nt"
        if len(sys.argv) == 1:
            make(path)
        found: dict[str, list[list[float]]] = {"bare": [], "medgraph": [], TOGETHER: []}
        for n in range(3):
            for how in list(found) if n % 2 == 0 else reversed(found):
                folder = tempfile.mkdtemp(dir=work)
                done = subprocess.run(
                    [sys.executable, "-c", RUN, how, path, f"{folder}/store"],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                found[how].append(json.loads(done.stdout))
                print(how, *(f"{number:,.0f}" for number in found[how][-1]), file=sys.stderr)
        wall, cpu, peak = (
            {how: statistics.median(run[n] for run in runs) for how, runs in found.items()} for n in range(3)
        )
        print("| | triples/s | of processor time | peak MB |\n| --- | --- | --- | --- |")
        for how in found:
            print(f"| {how} | {wall[how]:,.0f} | {cpu[how]:,.0f} | {peak[how]:.0f} |")
        print()
        for how in ("medgraph", TOGETHER):
            ratios = [each[how] / each["bare"] for each in (wall, cpu)]
            print("{}: {:.2f} of bare in wall time, {:.2f} in processor time".format(how, *ratios))


if __name__ == "__main__":
    main()

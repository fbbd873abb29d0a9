"""
What validation costs, beside pySHACL and beside the conversion it is part of: ``python benchmarks/validation.py``.

Three measurements on the shipped shapes and real records, in CPU time, in rounds that take turns (the machine may be
busy with other things). Times are those of the best round, the ratio of validation to conversion is the middle one of
all rounds, as neither side gets the quiet moments for itself then; the tables say how far the rounds lay apart:

- records a second of the compiled validator and of pySHACL (as ``--engine pyshacl`` runs it: its SPARQL parser cached,
  its start and its reading of the shapes taken off). Both begin with the same triples in memory and build their graph.
- what ``convert --validate strict`` adds to ``convert --validate off``, each run in a process of its own, without the
  start of Python and the compiling of the shapes, which are shown by themselves.
- peak memory of ``medgraph validate`` over few and over many records.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import process_time

import corpus

from medgraph import mapping, pipeline, pubmed_xml, validation
from medgraph.judge import Judge, shared_nodes
from medgraph.model import Citation
from medgraph.screens import SCREENS
from medgraph.shacl import Validator, reference, terms
from medgraph.shacl.terms import SH, Triple
from medgraph.shipped import folder

FILES = sorted(folder("shapes").glob("*.ttl"))


def records(count: int) -> list[Citation]:
    """Distinct real records, spread over all files."""
    articles = corpus.xml_records()
    chosen = articles[:: max(1, len(articles) // count)][:count]
    text = corpus.HEAD + "".join(chosen) + corpus.TAIL
    return [each for each in pubmed_xml.citations(BytesIO(text.encode()), "corpus") if isinstance(each, Citation)]


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process and of those it started and waited for."""

    def now() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    gc.collect()
    started = now()
    work()
    return now() - started


def ours(validator: Validator, triples: list[list[Triple]]) -> None:
    """The compiled validator, over as many records at once as it asks for."""
    for start in range(0, len(triples), validator.batch):
        validator.validate_batch(triples[start : start + validator.batch])


def beside_pyshacl(rounds: int, count: int, few: int) -> None:
    """Records a second of both, with and without the SPARQL constraints."""
    shapes = [triple for path in FILES for triple in terms.read(path)]
    without = [triple for triple in shapes if triple[1] != f"<{SH}sparql>"]
    triples = [mapping.FULL.triples(each) for each in records(count)]
    sample = triples[:: len(triples) // few][:few]
    gc.freeze()
    print(f"{len(triples)} records, {sum(map(len, triples)) / len(triples):.0f} triples each; pySHACL {len(sample)}\n")
    print("| shapes | compiled, records/s | pySHACL, records/s | times | spread |")
    print("|---|---|---|---|---|")
    for name, graph in (("all", shapes), ("without sh:sparql", without)):
        shared = [f"<{each}" for each in shared_nodes()]
        validator = Validator(graph, shared=shared, screens=SCREENS)
        fast: list[float] = []
        slow: list[float] = []
        for _ in range(rounds):
            fast.append(cpu(lambda v=validator: ours(v, triples)) / len(triples))
            start = cpu(lambda v=validator: reference.validate(v, []))
            slow.append((cpu(lambda v=validator: reference.validate(v, sample)) - start) / len(sample))
        ratios = sorted(one / other for one, other in zip(slow, fast, strict=True))
        best = min(slow) / min(fast)
        spread = f"{ratios[0]:,.0f}-{ratios[-1]:,.0f}"
        print(f"| {name} | {1 / min(fast):,.0f} | {1 / min(slow):,.1f} | {best:,.0f} | {spread} |")


def run(*words: object) -> list[float]:
    """What a run in a process of its own says."""
    command = [sys.executable, __file__, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def convert_once(path: str, way: str) -> None:
    """CPU seconds of one conversion, of compiling the shapes before it, and megabytes at the peak."""
    compiled = cpu(Judge) if way != "off" else 0.0
    with tempfile.TemporaryDirectory() as place:
        started = process_time()
        pipeline.convert([path], Path(place, "out.nt"), validate=way)
        took = process_time() - started
    print(took, compiled, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def beside_conversion(rounds: int, count: int) -> None:
    """What validation adds to the conversion of XML and of text."""
    print("\n| input | off, µs a record | strict, µs a record | added | added / off | spread | compiling the shapes |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for kind, name in (("xml", "x.xml.gz"), ("text", "t.nbib")):
            path = Path(place, name)
            corpus.write(kind, count, path)
            times: dict[str, list[float]] = {"off": [], "strict": []}
            compiled = float("inf")
            for _ in range(rounds):
                for way, found in times.items():
                    took, once, _ = run("--convert", path, way)
                    found.append(took / count * 1e6)
                    compiled = min(compiled, once or compiled)
            off, strict = min(times["off"]), min(times["strict"])
            ratios = sorted(b / a - 1 for a, b in zip(*times.values(), strict=True))
            middle = ratios[len(ratios) // 2]
            print(
                f"| {kind} | {off:.0f} | {strict:.0f} | {strict - off:.0f} | {middle:.2f}"
                f" | {ratios[0]:.2f}-{ratios[-1]:.2f} | {compiled:.2f} s |"
            )


def validate_once(path: str) -> None:
    """Megabytes at the peak of validating a file."""
    found = validation.validate([path], audit=0)
    print(found.records, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def memory(counts: list[int]) -> None:
    """Peak memory by the number of records."""
    print("\n| records | peak memory |")
    print("|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for count in counts:
            path = Path(place, f"{count}.xml.gz")
            corpus.write("xml", count, path)
            number, peak = run("--validate", path)
            print(f"| {number:,.0f} | {peak:.0f} MB |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["pyshacl", "conversion", "memory"])
    parser.add_argument("--convert", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--validate", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.convert:
        convert_once(*options.convert)
    elif options.validate:
        validate_once(options.validate)
    else:
        if options.only in (None, "pyshacl"):
            beside_pyshacl(options.rounds, 1500, 60)
        if options.only in (None, "conversion"):
            beside_conversion(options.rounds, 2000)
        if options.only in (None, "memory"):
            memory([100, 3000, 30_000])


if __name__ == "__main__":
    main()

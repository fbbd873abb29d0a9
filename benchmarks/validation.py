"""
The compiled validator beside pySHACL, on the shipped shapes and real records: ``python benchmarks/validation.py``.

Both get the same triples. pySHACL's own start and its reading of the shapes are taken off; its SPARQL parser is
cached, as in ``--engine pyshacl``. The rows are printed as a table in Markdown.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import perf_counter

import corpus

from medgraph import checks, mapping, pubmed_xml, shacl
from medgraph.model import Citation
from medgraph.shacl import Validator, reference, terms
from medgraph.shacl.terms import SH, Triple
from medgraph.shipped import folder

SHARED = ["https://orcid.org/", "http://id.nlm.nih.gov/mesh/", "https://www.ncbi.nlm.nih.gov/nlmcatalog/"]


def records(count: int) -> list[Citation]:
    """Distinct real records, spread over all files."""
    articles = corpus.xml_records()
    chosen = articles[:: max(1, len(articles) // count)][:count]
    text = corpus.HEAD + "".join(chosen) + corpus.TAIL
    return [each for each in pubmed_xml.citations(BytesIO(text.encode()), "corpus") if isinstance(each, Citation)]


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = perf_counter()
        work()
        best = min(best, perf_counter() - started)
    return best


def rate(validator: Validator, triples: list[list[Triple]]) -> float:
    """Records a second of the compiled validator, in batches of 200."""

    def work() -> None:
        for start in range(0, len(triples), 200):
            validator.validate_batch(triples[start : start + 200])

    return len(triples) / seconds(work)


def pyshacl_rate(validator: Validator, triples: list[list[Triple]]) -> float:
    """Records a second of pySHACL, one record at a time."""
    start = seconds(lambda: reference.validate(validator, []), 1)
    return len(triples) / (seconds(lambda: reference.validate(validator, triples), 1) - start)


def main(count: int = 2000, few: int = 60) -> None:
    """Measure and print."""
    shapes = [triple for path in sorted(folder("shapes").glob("*.ttl")) for triple in terms.read(path)]
    without = [triple for triple in shapes if triple[1] != f"<{SH}sparql>"]
    citations = records(count)
    triples = [mapping.FULL.triples(each) for each in citations]
    gc.collect()
    gc.freeze()
    mapped = seconds(lambda: [mapping.FULL.triples(each) for each in citations])
    graphs = [terms.index(each) for each in triples[:200]]
    checked = seconds(lambda: [checks.check(each) for each in graphs]) / len(graphs)
    print(f"{len(triples)} records, {sum(map(len, triples)) / len(triples):.0f} triples each\n")
    print("| shapes | compiled, records/s | pySHACL, records/s | times |")
    print("|---|---|---|---|")
    for name, graph in (("all", shapes), ("without sh:sparql", without)):
        validator = Validator(graph, shared=[f"<{each}" for each in SHARED])
        ours, theirs = rate(validator, triples), pyshacl_rate(validator, triples[:: len(triples) // few])
        print(f"| {name} | {ours:,.0f} | {theirs:,.1f} | {ours / theirs:,.0f} |")
    compiled = seconds(lambda: shacl.compile(sorted(folder("shapes").glob("*.ttl"))), 1)
    print(f"\ncompiling the shapes: {compiled:.2f} s; mapping alone: {len(triples) / mapped:,.0f} records/s;")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"checks: {1 / checked:,.0f} records/s; peak {peak} MB")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main(*map(int, sys.argv[1:]))

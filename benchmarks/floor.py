"""
What no program in plain Python can do without: ``python benchmarks/floor.py xml`` (or ``text``), beside the others.

The floor reads the file and cuts it into records and these at their tags or lines; makes as many Structs as
medgraph's citations have, out of strings that are there; and writes as many triples as they become, an f-string
each. It understands nothing: no field is looked for, no value is checked, no IRI is made. Times are of the processor.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import process_time

import corpus
from msgspec import Struct
from tasks import TASKS

import medgraph
from medgraph import mapping
from medgraph.model import Author, Citation

RECORDS = 6000
ROUNDS = 3
SUBJECT = "<http://rdf.ncbi.nlm.nih.gov/pubmed/40000001>"
PREDICATE = "<http://purl.org/dc/terms/identifier>"


def structs(value: object) -> int:
    """How many Structs a value is made of."""
    if isinstance(value, Struct):
        return 1 + sum(structs(getattr(value, field)) for field in value.__struct_fields__)
    return sum(map(structs, value)) if isinstance(value, tuple) else 0


def counts(path: Path) -> tuple[int, int]:
    """Structs and triples of a record, on average."""
    citations = [one for one in islice(medgraph.read(path), 2000) if isinstance(one, Citation)]
    made = sum(map(structs, citations))
    said = sum(mapping.FULL.counted_lines(one)[1] for one in citations)
    return made // len(citations), said // len(citations)


def records(path: Path) -> Iterator[list[str]]:
    """The records of a file, cut at their tags or lines."""
    from xopen import xopen

    with xopen(path, "rb", threads=0) as stream:
        end, cut = (b"</PubmedArticle>", "<") if path.suffix == ".gz" else (b"\n\n", "\n")
        held = b""
        while chunk := stream.read(1 << 20):
            *whole, held = (held + chunk).split(end)
            for record in whole:
                yield record.decode().split(cut)


def floor(path: Path, made: int, said: int) -> int:
    """Records cut, Structs made of what is there, and triples written of it."""
    count = 0
    values = [f'"the value {n} of some length"' for n in range(said)]
    with tempfile.TemporaryFile() as out:
        for pieces in records(path):
            count += 1
            name = pieces[0]
            kept = [Author(last_name=name, fore_name=name, name=name) for _ in range(made)]
            lines = [f"{SUBJECT} {PREDICATE} {value} .\n" for value in values]
            out.write("".join(lines).encode())
            del kept
    return count


def main(kind: str) -> None:
    """Measure and print."""
    others = {"xml": ["iterparse", "pubmed_parser"], "text": ["Bio.Medline"]}[kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("records.xml.gz" if kind == "xml" else "records.nbib")
        corpus.write(kind, RECORDS, path)
        made, said = counts(path)
        tasks: dict[str, Callable[[], int]] = {
            **{name: lambda name=name: TASKS[name](str(path)) for name in [*others, "read", "nt"]},  # type: ignore[misc]
            "records cut": lambda: sum(1 for _ in records(path)),
            "and Structs made": lambda: floor(path, made, 0),
            "and triples written": lambda: floor(path, made, said),
        }
        best = dict.fromkeys(tasks, float("inf"))
        for _ in range(ROUNDS):
            for name, task in tasks.items():
                started = process_time()
                task()
                best[name] = min(best[name], process_time() - started)
    print(f"{RECORDS:,} records of {made} Structs and {said} triples; the best of {ROUNDS} rounds\n")
    print("| task | processor time | records/s |\n|---|---|---|")
    for name, seconds in best.items():
        print(f"| {name} | {seconds:.2f} s | {RECORDS / seconds:,.0f} |")


if __name__ == "__main__":
    main(sys.argv[1])

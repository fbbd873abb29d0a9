"""One task, timed in its own process: ``python benchmarks/tasks.py TASK FILE`` prints a line of JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time


def iterparse(path: str) -> int:
    """What any program must do that reads the file with lxml: build each record's tree and let it go."""
    from lxml import etree
    from xopen import xopen

    count = 0
    with xopen(path, "rb", threads=0) as stream:
        for _, element in etree.iterparse(stream, tag="PubmedArticle"):
            count += 1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return count


def pubmed_parser(path: str) -> int:
    """The dicts of pubmed_parser."""
    import pubmed_parser as pp

    return sum(1 for _ in pp.parse_medline_xml(path, reference_list=True, parse_downto_mesh_subterms=True))


def bio_medline(path: str) -> int:
    """The dicts of Biopython's Bio.Medline."""
    from Bio import Medline

    with open(path, encoding="utf-8") as handle:
        return sum(1 for _ in Medline.parse(handle))


def reading(path: str) -> int:
    """medgraph's citations, and nothing made of them."""
    import medgraph

    return sum(1 for _ in medgraph.read(path))


def convert(path: str, suffix: str = ".nt", profile: str = "full") -> int:
    """The file converted by medgraph, without validation."""
    import medgraph

    return medgraph.convert([path], Path(OUTPUT.name) / f"out{suffix}", profile=profile, validate="off").written


OUTPUT = tempfile.TemporaryDirectory()
"""Is removed at the end, when the time has been taken."""


TASKS: dict[str, Callable[[str], int]] = {
    "iterparse": iterparse,
    "pubmed_parser": pubmed_parser,
    "Bio.Medline": bio_medline,
    "read": reading,
    "nt": convert,
    "nt core": lambda path: convert(path, profile="core"),
    "ttl": lambda path: convert(path, ".ttl"),
    "jsonld": lambda path: convert(path, ".jsonld"),
    "rdf": lambda path: convert(path, ".rdf"),
}


def main() -> None:
    """Run it, print what it took."""
    task, path = sys.argv[1:]
    start, start_cpu = perf_counter(), process_time()
    records = TASKS[task](path)
    seconds, cpu = perf_counter() - start, process_time() - start_cpu
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"records": records, "seconds": seconds, "cpu": cpu, "peak_mb": peak}))


if __name__ == "__main__":
    main()

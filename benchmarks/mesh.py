"""
What the MeSH index does, measured on the records of shared/data: how much resolves, how right, how fast.

    python benchmarks/mesh.py                # a report on standard output, about five minutes on 2 cores
    python benchmarks/mesh.py --only resolve # build, resolve, truth, pairs, query, cost or processes

Names without an identifier, and differences from the identifiers that the XML has, are listed one by one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import corpus

from medgraph import mapping, sources, thesaurus
from medgraph.mesh import DESCRIPTOR, PUBLICATION_TYPE, QUALIFIER, SUBSTANCE
from medgraph.mesh.index import Index
from medgraph.model import Citation
from medgraph.pipeline import convert
from medgraph.store import Store

SHARED = corpus.SHARED
TABLES = [
    SHARED / "mesh" / name
    for name in ("mesh2024_descriptors.tsv", "mesh2024_terms.tsv.gz", "mesh2024_trees.tsv", "mesh_qualifier.csv")
]
TOP = SHARED / "mesh" / "mtrees2022.bin"
"""The tables of 2024 lack the tree numbers of one part (C04); these have them."""

IN_BOTH_FORMS = {"35196497", "33278872", "24792780", "30158200", "151222", "33279447"}
MESH_PROPERTIES = ("/subject>", "/hasSubjectTerm>", "/hasPrimarySubjectTerm>", "/type>", "#heading>", "#substance>")
EVERYTHING_UNDER = """
    SELECT (COUNT(DISTINCT ?article) AS ?articles) WHERE {
        ?place meshv:parentTreeNumber* mesh:C04 .
        ?descriptor meshv:treeNumber ?place .
        ?article dcterms:subject ?descriptor .
    }
"""


class Named(NamedTuple):
    """A MeSH name of a record: its kind, the identifier beside it, where it stands."""

    kind: str
    name: str
    ui: str | None
    pmid: str
    source: str


def records(paths: list[Path]) -> Iterator[Citation]:
    """The records of all files that hold some; a file that holds none teaches nothing here."""
    for path in sorted(paths):
        if path.is_file():
            for record in sources.read(path, on_error=lambda _: None):
                if isinstance(record, Citation):
                    yield record


def text_files() -> list[Path]:
    return [*(SHARED / "medline").rglob("*"), *(SHARED / "pairs").glob("*.nbib")]


def xml_files() -> list[Path]:
    return [*(SHARED / "pubmed-xml").rglob("*"), *(SHARED / "pairs").glob("*.xml")]


def names(record: Citation) -> Iterator[Named]:
    """Every MeSH name of a record."""

    def one(kind: str, name: str | None, ui: str | None) -> Iterator[Named]:
        if name:
            yield Named(kind, name, ui, record.pmid, Path(record.position.source).name)

    for heading in record.mesh_headings:
        yield from one(DESCRIPTOR, heading.descriptor.name, heading.descriptor.ui)
        for qualifier in heading.qualifiers:
            yield from one(QUALIFIER, qualifier.name, qualifier.ui)
    for type_ in record.publication_types:
        yield from one(PUBLICATION_TYPE, type_.name, type_.ui)
    for chemical in record.chemicals:
        yield from one(SUBSTANCE, chemical.name, chemical.ui)
    for concept in record.suppl_meshes:
        yield from one(SUBSTANCE, concept.name, concept.ui)


def build(folder: Path) -> None:
    """How long building takes, and how large the index gets."""
    for title, files in (
        ("the tables of 2024 and the qualifiers", TABLES),
        ("the same with mtrees2022", [*TABLES, TOP]),
    ):
        wall, cpu = perf_counter(), process_time()
        made = thesaurus.build(files, folder / "mesh.sqlite").info
        wall, cpu = perf_counter() - wall, process_time() - cpu
        print(f"- {title}: {wall:.1f} s ({cpu:.1f} s of one core), {made.bytes / 1e6:.1f} MB, {made.names:,} names")


def resolve(folder: Path) -> None:
    """How many occurrences of names in all MEDLINE text resolve, and each name that does not."""
    index = Index(folder / "mesh.sqlite")
    count, missed = Counter[str](), defaultdict[tuple[str, str], list[str]](list)
    for record in records(text_files()):
        for one in names(record):
            count[one.kind] += 1
            if index.look_up(one.kind, one.name).ui is None:
                missed[one.kind, one.name].append(one.pmid)
    for kind in count:
        lost = sum(len(pmids) for (of, _), pmids in missed.items() if of == kind)
        print(
            f"- {kind}s: {count[kind] - lost:,} of {count[kind]:,} occurrences resolve ({1 - lost / count[kind]:.4%})"
        )
    for (kind, name), pmids in sorted(missed.items()):
        if kind != SUBSTANCE:
            print(f"    - {kind} {name!r}, {len(pmids)} times ({pmids[0]}): {index.look_up(kind, name).how}")
    substances = sum(kind == SUBSTANCE for kind, _ in missed)
    print(f"    - {substances:,} substances: no supplementary concepts are among these tables")


def truth(folder: Path) -> None:
    """The identifiers that the XML has, against what its names alone resolve to."""
    index = Index(folder / "mesh.sqlite")
    count: Counter[tuple[str, str]] = Counter()
    differing: dict[Named, int] = Counter()
    for record in records(xml_files()):
        for one in names(record):
            if one.ui is None:
                continue
            found = index.look_up(one.kind, one.name).ui
            verdict = "right" if found == one.ui else "unresolved" if found is None else "another"
            count[one.kind, verdict] += 1
            if verdict != "right" and (one.kind != SUBSTANCE or verdict == "another"):
                differing[one._replace(pmid="", source="")] += 1
    for kind in (DESCRIPTOR, QUALIFIER, PUBLICATION_TYPE, SUBSTANCE):
        right, another, none = (count[kind, verdict] for verdict in ("right", "another", "unresolved"))
        print(f"- {kind}s: {right:,} of {right + another + none:,} right, {another} another one, {none:,} unresolved")
    three = [
        count[kind, v] for kind in (DESCRIPTOR, QUALIFIER, PUBLICATION_TYPE) for v in ("right", "another", "unresolved")
    ]
    print(f"- without substances: {sum(three[::3]) / sum(three):.3%} right")
    for one, times in sorted(differing.items()):
        print(
            f"    - {one.kind} {one.name!r} is {one.ui} there, {times} times: {index.look_up(one.kind, one.name)[:2]}"
        )


def pairs(folder: Path) -> None:
    """The MeSH triples of the records that stand in both forms, made from text and from XML."""
    used = mapping.FULL.with_options(resolver=Index(folder / "mesh.sqlite"))
    forms: list[dict[str, Citation]] = []
    for own, others in (("*.nbib", text_files()), ("*.xml", xml_files())):
        form = {record.pmid: record for record in records([*(SHARED / "pairs").glob(own)])}
        for record in records(others):
            if record.pmid in IN_BOTH_FORMS:
                form.setdefault(record.pmid, record)
        forms.append(form)
    same = alike = 0
    for pmid, text in sorted(forms[0].items()):
        one, other = (
            {
                triple
                for triple in used.triples(record)
                if triple[1].endswith(MESH_PROPERTIES) and "/pubmed/" in triple[0]
            }
            for record in (text, forms[1][pmid])
        )
        same += len(one & other)
        alike += one == other
        for subject, predicate, value in sorted(one ^ other):
            where = "text" if (subject, predicate, value) in one else "XML"
            print(f"    - {pmid}, only from {where}: {predicate} {value}")
    print(f"- {alike} of {len(forms[0])} records have the same MeSH triples from text and from XML ({same:,} triples)")


def query(folder: Path) -> None:
    """Everything under Neoplasms over 10,000 converted records with the exported tree."""
    path = folder / "mesh.sqlite"
    thesaurus.export(Index(path), folder / "mesh.ttl")
    corpus.write("text", 10_000, folder / "records.nbib")
    convert([folder / "records.nbib"], folder / "records.nt", mesh=path)
    store = Store()
    store.load_file(str(folder / "records.nt"))
    store.load_file(str(folder / "mesh.ttl"))
    times = []
    for _ in range(5):
        started = perf_counter()
        answer = store.answer(EVERYTHING_UNDER).rows[0][0]
        times.append(perf_counter() - started)
    index = Index(path)
    under = {one.ui for one in index.records() if any(tree.split(".")[0] == "C04" for tree in one.trees)}
    by_hand = sum(
        any(index.descriptor(heading.descriptor.name) in under for heading in record.mesh_headings)
        for record in records([folder / "records.nbib"])
    )
    seconds = statistics.median(times)
    print(f"- {len(store):,} triples; {answer} articles by the query, {by_hand:,} by hand; {seconds:.2f} s")


def cost(folder: Path) -> None:
    """
    What resolving adds to a conversion: with the index, with the same answers out of a dict, without any.

    Without an index another graph is written: a node for each heading, in place of descriptors and pairs.
    """
    corpus.write("text", 7_000, folder / "cost.nbib")
    for way in ("dict", "index", "none"):
        _timed(way, folder)
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(7):
        for way in ("dict", "index", "none"):
            found[way].append(_timed(way, folder))
    times = {way: statistics.median(values) for way, values in found.items()}
    index, plain, none = times["index"], times["dict"], times["none"]
    print(f"- 7,000 records of text: {index:.2f} s with the index, {plain:.2f} s with a dict in its place")
    print(f"- looking up adds {index / plain - 1:.1%} to a conversion")
    print(f"- without an index it takes {none:.2f} s: looking up, and what is then said, add {index / none - 1:.1%}")


def _timed(way: str, folder: Path) -> float:
    child = [sys.executable, __file__, "--timed", way, str(folder)]
    return float(subprocess.run(child, check=True, capture_output=True, text=True).stdout)


class Known:
    """A resolver that has every answer already."""

    def __init__(self, index: Index, paths: list[Path]) -> None:
        self.look_up = index.look_up
        answers: dict[str, dict[str, str | None]] = defaultdict(dict)
        for record in records(paths):
            for one in names(record):
                answers[one.kind].setdefault(one.name, index.look_up(one.kind, one.name).ui)
        self.descriptor: Callable[[str], str | None] = answers[DESCRIPTOR].get
        self.qualifier: Callable[[str], str | None] = answers[QUALIFIER].get
        self.publication_type: Callable[[str], str | None] = answers[PUBLICATION_TYPE].get
        self.substance: Callable[[str], str | None] = answers[SUBSTANCE].get


def timed(way: str, folder: Path) -> None:
    """One conversion, in a process of its own: its processor time on standard output."""
    used = mapping.FULL
    if way == "dict":
        used = used.with_options(resolver=Known(Index(folder / "mesh.sqlite"), [folder / "cost.nbib"]))
    started = process_time()
    mesh = folder / "mesh.sqlite" if way == "index" else None
    convert([folder / "cost.nbib"], folder / f"cost-{way}.nt", mapping=used, mesh=mesh)
    print(process_time() - started)


def processes(folder: Path) -> None:
    """Eight processes that resolve at once, each on its own, and what they hold in memory."""
    started = perf_counter()
    children = [
        subprocess.Popen([sys.executable, __file__, "--reader", str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    said = [child.communicate()[0].split() for child in children]
    assert all(child.returncode == 0 for child in children)
    assert len({count for count, *_ in said}) == 1
    before, after = (max(int(one[n]) for one in said) for n in (1, 2))
    print(
        f"- 8 processes at once, {perf_counter() - started:.1f} s: each finds {int(said[0][0]):,} of all names of 2024;"
        f" memory {before:,} MB before, {after:,} MB after"
    )


def reader(folder: Path) -> None:
    """One of the eight."""

    def memory() -> int:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    before = memory()
    index = Index(folder / "mesh.sqlite")
    lines = (SHARED / "mesh" / "mesh2024_descriptors.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = sum(index.substance(line.split("\t")[1]) is not None for line in lines)
    print(found, before, memory())


PARTS: dict[str, Callable[[Path], None]] = {
    "build": build, "resolve": resolve, "truth": truth, "pairs": pairs, "query": query, "cost": cost,
    "processes": processes,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--timed", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--reader", metavar="FOLDER", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.timed:
        timed(chosen.timed[0], Path(chosen.timed[1]))
        return
    if chosen.reader:
        reader(Path(chosen.reader))
        return
    print(f"# MeSH, measured ({os.cpu_count()} cores)\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, run in PARTS.items():
            if chosen.only in (None, part):
                if part != "build":
                    made = folder / "mesh.sqlite"
                    if not made.exists():
                        thesaurus.build([*TABLES, TOP], made)
                print(f"## {part}\n\n{' '.join((run.__doc__ or '').split())}\n")
                run(folder)
                print(flush=True)


if __name__ == "__main__":
    main()

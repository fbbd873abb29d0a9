"""
Every named query on an embedded store of 10,000 records of PubMed XML and the MeSH tree: the median of its times.

    python benchmarks/queries.py                       # makes the store in a temporary folder; about three minutes
    python benchmarks/queries.py --store DIR           # of a store that is there
    python benchmarks/queries.py --keep DIR            # makes the store in DIR and leaves it there
    python benchmarks/queries.py --only topic-pairs

The records are the distinct ones of shared/data under new PMIDs, again and again, so that groups are larger and joins
are harder than in 10,000 records of PubMed. As `medgraph load` does, the store's files are laid together in the end. A
query gets the parameters below, which find something; the others their defaults. The bar is a second, and three for
those that aggregate over all records. A query runs in one thread, so processor time is what it takes on a machine that
has nothing else to do.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import corpus

from medgraph import named, thesaurus
from medgraph.mesh.index import Index
from medgraph.pipeline import convert
from medgraph.store import Store, open_store

MESH = [
    corpus.SHARED / "mesh" / name
    for name in (
        "mesh2024_descriptors.tsv", "mesh2024_terms.tsv.gz", "mesh2024_trees.tsv", "mesh_qualifier.csv",
        "mtrees2022.bin",
    )
]  # fmt: skip

EVERYTHING = frozenset(
    (
        "agencies", "articles-by-words", "articles-without-doi", "articles-without-orcid", "authors-at-affiliation",
        "authors-without-identifier", "citations", "coauthor-pairs", "countries-and-languages", "coverage-by-year",
        "databank-accessions", "grants", "institutions", "journal-output-by-year", "keywords", "languages",
        "most-cited", "most-published-people", "newest-records", "publication-types-by-year", "retractions",
        "topic-pairs", "trials",
    )
)  # fmt: skip
"""The queries that look at all records, whatever they are given."""

FIND_SOMETHING = """
SELECT ?article ?orcid ?ror ?journal ?text {
  { SELECT ?orcid (COUNT(*) AS ?n) { ?a dcterms:creator ?orcid FILTER(STRSTARTS(STR(?orcid), "https://orcid.org/")) }
    GROUP BY ?orcid ORDER BY DESC(?n) ?orcid LIMIT 1 }
  { SELECT ?ror (COUNT(*) AS ?m) { ?b org:subOrganizationOf ?ror FILTER(STRSTARTS(STR(?ror), "https://ror.org/")) }
    GROUP BY ?ror ORDER BY DESC(?m) ?ror LIMIT 1 }
  { SELECT ?journal (COUNT(*) AS ?k) { ?c dcterms:isPartOf ?journal . ?journal a bibo:Journal }
    GROUP BY ?journal ORDER BY DESC(?k) ?journal LIMIT 1 }
  { SELECT ?article (COUNT(*) AS ?l) { ?article cito:cites ?e } GROUP BY ?article ORDER BY DESC(?l) ?article LIMIT 1 }
}
"""


def parameters(store: Store) -> dict[str, str]:
    """Values that find as much as there is: the most frequent person, institution, journal."""
    article, orcid, ror, journal, _ = (term.value if term else "" for term in store.answer(FIND_SOMETHING).terms[0])
    return {
        "article": article, "orcid": orcid, "ror": ror, "journal": journal, "concept": "D009369", "term": "D009369",
        "text": "cancer", "limit": "100",
    }  # fmt: skip


def make(folder: Path, count: int) -> None:
    """A store of ``count`` records and the MeSH tree."""
    with tempfile.TemporaryDirectory() as work:
        here = Path(work)
        corpus.write("xml", count, here / "records.xml")
        convert([here / "records.xml"], here / "records.nt", validate="off")
        thesaurus.build(MESH, here / "mesh.sqlite")
        thesaurus.export(Index(here / "mesh.sqlite"), here / "mesh.nt")
        with open_store(folder, create=True) as store:
            for name in ("records.nt", "mesh.nt"):
                started = perf_counter()
                store.load((here / name).read_bytes())
                print(f"{name}: loaded in {perf_counter() - started:.1f} s", file=sys.stderr)
            started = perf_counter()
            store.optimize()
            print(f"laid together in {perf_counter() - started:.1f} s", file=sys.stderr)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    options.add_argument("--store", type=Path)
    options.add_argument("--keep", type=Path)
    options.add_argument("--records", type=int, default=10_000)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--only", nargs="*")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = chosen.store or chosen.keep or Path(work) / "store"
        if not chosen.store:
            make(folder, chosen.records)
        with open_store(folder, read_only=True) as store:
            known = parameters(store)
            print(f"{len(store):,} triples\n")
            print("| query | rows | median s | of processor time | bar s | |\n| --- | --- | --- | --- | --- | --- |")
            missed = []
            for name in chosen.only or named.names():
                query = named.named(name)
                takes = {each.name for each in query.parameters}
                text = query.bound({key: value for key, value in known.items() if key in takes})
                walls, processors = [], []
                for _ in range(chosen.repeat):
                    wall, processor = perf_counter(), process_time()
                    rows = len(store.answer(text))
                    walls.append(perf_counter() - wall)
                    processors.append(process_time() - processor)
                median, bar = statistics.median(walls), 3 if name in EVERYTHING else 1
                cpu = statistics.median(processors)
                if median > bar:
                    missed.append(name)
                over = "over" if cpu > bar else "over by waiting" if median > bar else ""
                print(f"| {name} | {rows} | {median:.2f} | {cpu:.2f} | {bar} | {over} |", flush=True)
            print(f"\nover the bar: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()

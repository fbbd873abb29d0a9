"""
Loading, side by side with what a user would write instead: ``python benchmarks/loading.py FILE.nt [--runs N]``.

Every task runs in a process of its own, the tasks of a pair in turn, each on an empty server or store. What is told are
triples a second (the median of the runs), peak memory of the process that loads, and the ratio to the bare one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

GRAPH = "https://w3id.org/medgraph/graph/pubmed"
BATCH, CHUNK, UPDATE, SLOW = 10_000, 100_000, 1_000, 100_000


def pieces(path: str, size: int, most: int | None = None) -> Iterator[list[bytes]]:
    """The lines of a file, so many at a time."""
    with open(path, "rb") as file:
        lines = islice(file, most)
        while some := list(islice(lines, size)):
            yield some


def http_bare(path: str, where: str) -> int:
    """A session of requests, and the lines as they stand in the file."""
    import requests

    count = 0
    with requests.Session() as session:
        for some in pieces(path, BATCH):
            answer = session.post(
                f"{where}store", params={"graph": GRAPH}, data=b"".join(some),
                headers={"Content-Type": "application/n-triples"}, timeout=120,
            )  # fmt: skip
            answer.raise_for_status()
            count += len(some)
    return count


def http_medgraph(path: str, where: str) -> int:
    """``medgraph load FILE.nt --to URL``: checked, counted, with a journal and COUNT."""
    from medgraph import loading

    loaded = loading.load([path], where)
    assert loaded.complete
    return loaded.triples


def http_rdflib(path: str, where: str) -> int:
    """rdflib's SPARQLUpdateStore, a thousand triples an update, of the first 100,000."""
    from rdflib import Graph, URIRef
    from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore

    store = SPARQLUpdateStore(f"{where}query", f"{where}update", autocommit=False)
    graph = Graph(store, URIRef(GRAPH))
    count = 0
    for some in pieces(path, UPDATE, SLOW):
        parsed = Graph()
        parsed.parse(data=b"".join(some), format="nt")
        store.addN((*triple, graph) for triple in parsed)
        store.commit()
        count += len(some)
    return count


def http_sparqlwrapper(path: str, where: str) -> int:
    """SPARQLWrapper, a thousand triples in an INSERT DATA, of the first 100,000."""
    from SPARQLWrapper import POST, SPARQLWrapper

    client = SPARQLWrapper(f"{where}query", f"{where}update")
    client.setMethod(POST)
    count = 0
    for some in pieces(path, UPDATE, SLOW):
        client.setQuery(f"INSERT DATA {{ GRAPH <{GRAPH}> {{ {b''.join(some).decode()} }} }}")
        client.query()
        count += len(some)
    return count


def disk_bare(path: str, where: str) -> int:
    """pyoxigraph's bulk_load, 100,000 lines at a time."""
    import pyoxigraph as ox

    store, graph = ox.Store(where), ox.NamedNode(GRAPH)
    count = 0
    for some in pieces(path, CHUNK):
        store.bulk_load(b"".join(some), ox.RdfFormat.N_TRIPLES, to_graph=graph)
        count += len(some)
    store.flush()
    return count


def disk_medgraph(path: str, where: str) -> int:
    """``medgraph load FILE.nt --to store:DIR``."""
    from medgraph import loading

    loaded = loading.load([path], f"store:{where}")
    assert loaded.complete
    return loaded.triples


TASKS = {each.__name__: each for each in (
    http_bare, http_medgraph, http_rdflib, http_sparqlwrapper, disk_bare, disk_medgraph
)}  # fmt: skip


def one(task: str, path: str) -> dict[str, float]:
    """A task in a process of its own, on an empty server or folder."""
    import servers

    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MEDGRAPH_STATE": f"{folder}/state"}
        command = [sys.executable, __file__, path, "--task", task, "--where"]
        if task.startswith("disk"):
            said = subprocess.check_output([*command, f"{folder}/store"], env=environment)
        else:
            with servers.oxigraph(Path(folder)) as server:
                said = subprocess.check_output([*command, server.url], env=environment)
    found: dict[str, float] = json.loads(said)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--task")
    parser.add_argument("--where")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    if given.task:
        for module in ("pyoxigraph", "requests", "medgraph.loading"):
            import_module(module)  # so that importing is not timed

        start = perf_counter()
        count = TASKS[given.task](given.path, given.where)
        seconds = perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"triples": count, "seconds": seconds, "rate": count / seconds, "mb": memory}))
        return
    found: dict[str, list[dict[str, float]]] = {}
    tasks = [name for name in TASKS if name.startswith(given.only)]
    for _ in range(given.runs):
        for name in tasks:
            found.setdefault(name, []).append(one(name, given.path))
    for name, runs in found.items():
        bare = found[f"{name.partition('_')[0]}_bare"]
        ratios = [run["rate"] / other["rate"] for run, other in zip(runs, bare, strict=True)]
        rates = " ".join(f"{run['rate']:,.0f}" for run in runs)
        print(
            f"{name:20} {median(run['rate'] for run in runs):>9,.0f} triples/s  {median(ratios):.2f} of bare"
            f"  {max(run['mb'] for run in runs):,.0f} MB   ({rates})"
        )


if __name__ == "__main__":
    main()

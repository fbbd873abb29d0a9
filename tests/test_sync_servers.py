"""Sync equals a rebuild on real servers, as far as they give triples back as they were given."""

from __future__ import annotations

import gzip
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox
import pytest
import requests
import servers
from histories import Say, Triples, as_mapped, assert_equal, final, histories, write
from hypothesis import HealthCheck, Phase, given, settings
from test_revisions import MAIN, Place, counts, many

import medgraph
from medgraph.iris import GRAPH

XSD = "http://www.w3.org/2001/XMLSchema#"


def as_served(triples: Triples) -> Triples:
    """
    Triples in the one spelling that all three servers can be held to.

    Virtuoso gives an ``xsd:boolean`` as 1, a language in small letters, an ``xsd:int`` as it likes and an apostrophe in
    an ``rdf:XMLLiteral`` as ``&#39;``; Fuseki in memory keeps numbers by their value. Nothing else may differ.
    """
    return {(subject, predicate, _served(value)) for subject, predicate, value in triples}


def _served(value: str) -> str:
    if value[0] != '"':
        return value
    body, _, rest = value.rpartition('"')
    if rest.startswith("@"):
        return f'{body}"{rest.lower()}'
    datatype = rest.removeprefix("^^<").removesuffix(">").removeprefix(XSD)
    if datatype in ("int", "integer"):
        return f'{body}"^^integer'
    if datatype.endswith("XMLLiteral"):
        body = body.replace("&#39;", "'")
    if datatype == "boolean":
        return {'"true': '"1', '"false': '"0'}.get(body, body) + '"^^boolean'
    return f'{body}"^^{datatype}' if datatype not in ("", "string") else f'{body}"'


def unescaped(triples: Triples) -> Triples:
    """Triples with the values as the servers' results have them: characters, not escapes."""
    store = ox.Store()
    store.load("".join(f"{s} {p} {o} .\n" for s, p, o in triples).encode(), ox.RdfFormat.N_TRIPLES)
    found = set()
    for quad in store:
        value = quad.object
        if isinstance(value, ox.Literal):
            end = f"@{value.language}" if value.language else f"^^<{value.datatype.value}>"
            found.add((str(quad.subject), str(quad.predicate), f'"{value.value}"{end}'))
        else:
            found.add((str(quad.subject), str(quad.predicate), str(value)))
    return found


def assert_served(server, files: Path) -> None:
    current, ever = final(files.rglob("*.xml*"))
    assert {graph for graph in server.graphs() if graph.startswith(GRAPH)} <= {GRAPH, f"{GRAPH}/dataset"}, (
        "the marks are gone"
    )
    fresh = as_served(unescaped(as_mapped(current.values())))
    synced = as_served(server.dump())
    assert_equal(synced, current, as_served(unescaped(as_mapped(ever))), fresh=fresh)


@pytest.fixture
def place(server, tmp_path, monkeypatch):
    """Files, and a server to bring up to them."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    place = Place(tmp_path)
    place.to = server.url
    return place


def test_records_come_change_and_go(place, server):
    place.write(1, Say(1, 1, 127), Say(2, 1, 40))
    place.write(2, Say(1, 1, 4), Say(3, 1, 3), Say(2, 1, None))
    done = place.sync()
    assert counts(done, 0) == {"added": 2}
    assert counts(done, 1) == {"added": 1, "revised": 1, "deleted": 1}
    assert done.triples == server.count()
    assert_served(server, place.files)
    assert place.sync(dry_run=True).files == []
    place.write(3, Say(1, 1, None), Say(3, 1, None))
    assert counts(place.sync(dry_run=True)) == {"deleted": 2}
    place.sync()
    assert server.count() == 0
    state = next(place.files.glob("*.sync.sqlite"))
    assert state.name.startswith("127-0-0-1-")
    assert place.status().complete


def test_nothing_looks_into_a_graph_that_is_still_empty(place, server, monkeypatch):
    """Virtuoso would plan all later removals as if it stayed so (decisions/0062)."""
    from medgraph.endpoint import Endpoint

    asked = []

    def noted(ask):
        def note(self, sparql, **options):
            asked.append((sparql, server.count()))
            return ask(self, sparql, **options)

        return note

    for name in ("rows", "update"):
        monkeypatch.setattr(Endpoint, name, noted(getattr(Endpoint, name)))
    place.write(1, Say(1, 1, 127))
    place.sync()
    assert any(count for _, count in asked), "the sweep comes when something is there"
    early = [sparql for sparql, count in asked if not count and f"GRAPH <{GRAPH}>" in sparql]
    assert all("COUNT(*)" in sparql for sparql in early), early


def any_history(server, examples, seed):
    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(histories())
    def check(history):
        server.empty()
        with tempfile.TemporaryDirectory() as path:
            files = Path(path)
            for numbers in history.arrivals:
                for number in numbers:
                    write(files, number, history.files[number - 1])
                done = medgraph.sync(files, server.url, validate="off")
                assert all(file.adds_up for file in done.files)
            assert_served(server, files)

    check()


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("examples", [3, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.usefixtures("place")
def test_any_history_gives_the_store_of_a_fresh_build(server, examples):
    any_history(server, examples, 1)


@pytest.mark.long
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("kind", servers.NAMES)
def test_real_revisions_give_the_store_of_a_fresh_build(kind, tmp_path, shared, monkeypatch):
    from test_sync import CHAINS

    # a server of its own: others leave Virtuoso with plans for an empty graph
    with servers.roomy(kind, tmp_path / "server") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        place = Place(tmp_path)
        place.to = server.url
        place.files.mkdir()
        for n, name in enumerate(CHAINS[1:6], 1):
            source = shared / "pubmed-xml" / name
            (place.files / f"pubmed26n{n:04}.xml{'.gz' if name.endswith('.gz') else ''}").symlink_to(source)
        done = place.sync()
        assert sum(file.counts["revised"] for file in done.files) > 300
        assert done.triples == server.count()
        current, _ = final(place.files.glob("pubmed*"))
        assert_served(server, place.files)
        assert done.records == len(current)


def test_a_break_after_any_update_is_made_good(place, server, monkeypatch):
    """Whatever was marked or taken away by then, nothing of the old records is left behind."""
    from medgraph.endpoint import Endpoint

    update = Endpoint.update
    place.write(1, Say(1, 1, 127), Say(2, 1, 40))
    place.write(2, Say(1, 1, 4), Say(3, 1, 3), Say(2, 1, None))
    for breaks_after in range(100):
        server.empty()
        for state in place.files.glob("*.sqlite*"):
            state.unlink()
        place.sync(limit=1)
        left = breaks_after

        def break_off(self, sparql, **options):
            nonlocal left
            if not left:
                raise KeyboardInterrupt
            left -= 1
            return update(self, sparql, **options)

        with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            patched.setattr(Endpoint, "update", break_off)
            place.sync()
            break
        place.sync()
        assert_served(server, place.files)
    assert breaks_after > 12


@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(1, 11), marks=pytest.mark.long)])
@pytest.mark.timeout(1200)
def test_killed_at_random_moments_and_run_again(place, server, seeds):
    many(place, files=3, records=60)
    command = [sys.executable, "-c", MAIN, "sync", str(place.files), "--to", place.to, "--validate", "off", "--quiet"]

    def begin():
        server.empty()
        for state in place.files.glob("*.sqlite*"):
            state.unlink()
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while process.poll() is None and not list(place.files.glob("*.sqlite")):
            time.sleep(0.005)
        return process, time.perf_counter()

    undisturbed, started = begin()
    assert undisturbed.wait() == 0
    takes = time.perf_counter() - started
    kills = 0
    for seed in seeds:
        process, _ = begin()
        try:
            time.sleep(random.Random(seed).uniform(0, takes / 2))
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
        kills += process.returncode == -signal.SIGKILL
        place.sync()
        assert_served(server, place.files)
    assert kills >= len(seeds) // 3


def test_the_files_in_place_of_a_store_can_be_applied_by_hand(place, server):
    """What a person does with them; Virtuoso takes one update at a time."""
    place.write(1, Say(1, 1, 127), Say(2, 1, 40))
    place.write(2, Say(1, 1, 4), Say(3, 1, 3), Say(2, 1, None))
    place.to = str(place.path / "out")
    place.sync()
    for path in sorted((place.path / "out").glob("0*")):
        if path.suffix == ".ru":
            text = path.read_text()
            for update in re.split(r" ;\n", text) if server.name == "virtuoso" else [text]:
                server.change(update)
        elif server.name == "virtuoso":
            lines = gzip.decompress(path.read_bytes()).decode()
            server.change(f"INSERT DATA {{ GRAPH <{GRAPH}> {{\n{lines}}} }}")
        else:
            answer = requests.post(
                server.store, gzip.decompress(path.read_bytes()), params={"graph": GRAPH}, timeout=60,
                headers={"Content-Type": "application/n-triples"},
            )  # fmt: skip
            assert answer.ok, answer.text
    assert_served(server, place.files)

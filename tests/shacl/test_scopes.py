"""A record is never blamed for what other records say: random shapes over random records that share nodes."""

from __future__ import annotations

import pytest
from shacl.random_graphs import CLASSES, EX, PREDICATES, Random

from medgraph.shacl import Result, Validator
from medgraph.shacl.terms import TYPE, Triple

SHARED = [f"<{EX}n{number}>" for number in range(3)]
"""The nodes that random shapes may name stand in all records."""


def record(rng: Random, number: int, others: int) -> list[Triple]:
    """Triples about nodes of the record's own, in full, and about shared nodes, in part; others are only named."""
    own = [f"<{EX}record{number}-{n}>" for n in range(3)] + [f"_:r{number}b{n}" for n in range(2)]
    named = [f"<{EX}record{n}-0>" for n in range(others)]
    found: dict[Triple, None] = {}
    for node in [*own, *SHARED]:
        for name in rng.sample(CLASSES, rng.choice([0, 1, 1, 2])):
            found[node, TYPE, name] = None
    for _ in range(15):
        term = rng.choice([*own, *SHARED, *named]) if rng.random() < 0.6 else rng.literal(odd=0)
        found[rng.choice([*own, *own, *SHARED]), rng.choice(PREDICATES), term] = None
    return list(found)


def key(result: Result) -> tuple[str, ...]:
    return (result.focus, str(result.path), str(result.value), result.component, result.shape)


def check(seeds: range) -> None:
    found = missed = 0
    for seed in seeds:
        rng = Random(seed)
        validator = Validator(rng.shapes(), shared=[each[:-2] for each in SHARED[:1]])
        records = [record(rng, number, 4) for number in range(4)]
        together = {key(each) for each in validator.validate_graph([triple for each in records for triple in each])}
        for number, triples in enumerate(records):
            for result in validator.validate(triples):
                found += 1
                assert key(result) in together, f"seed {seed}, record {number}: {result}"
                assert result.scope == "record"
        missed += len(together)
    assert found > len(seeds)
    assert missed > found / 4


def test_what_a_record_shows_the_graph_shows() -> None:
    check(range(120))


@pytest.mark.long
def test_what_many_records_show_the_graph_shows() -> None:
    check(range(1000, 6000))

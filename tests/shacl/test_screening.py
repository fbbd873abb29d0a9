"""The compiled screen beside the validator, on shapes of every kind and random ones; and the automata of patterns."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import pytest
from shacl.random_graphs import PATTERNS, Random
from shacl.test_scopes import SHARED, record

from medgraph import shacl
from medgraph.mapping import lines_of
from medgraph.shacl import Validator, automata, literals, terms, validator
from medgraph.shacl.patterns import compile_pattern
from medgraph.shacl.terms import literal
from medgraph.shipped import folder

compiled = pytest.mark.skipif(validator._COMPILED is None, reason="the package was built without its compiled parts")


def agree(made: Validator, screen: Any, graph: terms.Index) -> tuple[bool, bool]:
    """Whether a record is clean, and whether something is found: not both, and both count alike."""
    before = made.counts()
    lines = lines_of(graph).encode()
    assert screen.graph_of(lines) == graph
    clean = screen.clean(lines)
    between = made.counts()
    found = made.validate(graph)
    after = made.counts()
    if clean:
        assert not found, found[0]
        assert {n: between[n] - before[n] for n in before} == {n: after[n] - between[n] for n in before}
    else:
        assert between == before
    return clean, bool(found)


@compiled
@pytest.mark.parametrize(
    "seeds",
    [pytest.param(range(300), id="short"), pytest.param(range(1000, 20_000), id="long", marks=pytest.mark.long)],
)
@pytest.mark.timeout(1800)
def test_random_shapes_find_nothing_in_what_is_clean(seeds: range) -> None:
    seen: Counter[tuple[bool, bool]] = Counter()
    for seed in seeds:
        rng = Random(seed)
        made = Validator(rng.shapes(), shared=[each[:-2] for each in SHARED[:1]])
        screen = made.screen()
        if screen is None:
            assert any(each.target_nodes for each in made.shapes)
            continue
        graphs = [terms.index(record(rng, number, 4)) for number in range(2)]
        graphs += [terms.index(rng.graph(size=rng.choice((1, 3, 8, 25)))) for _ in range(4)]
        for graph in graphs:
            seen[agree(made, screen, graph)] += 1
    assert seen[True, False] > len(seeds) / 20
    assert seen[False, True] > len(seeds)


PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix medgraph: <https://w3id.org/medgraph/vocab#> .
@prefix : <http://example.org/> .
"""
RECORD = "medgraph:scope medgraph:Record ; "
CASES: dict[str, tuple[str, list[str], list[str]]] = {
    "minCount": ("sh:property [ sh:path :p ; sh:minCount 1 ]", [":p 1", ":p 1, 2"], ["", ":q 1"]),
    "maxCount": ("sh:property [ sh:path :p ; sh:maxCount 1 ]", ["", ":p 1"], [":p 1, 2"]),
    "maxCount 0": ("sh:property [ sh:path :p ; sh:maxCount 0 ]", ["", ":q 1"], [":p 1"]),
    "nodeKind": ("sh:property [ sh:path :p ; sh:nodeKind sh:IRIOrLiteral ]", [":p :a, 1"], [":p []", ":p :a, []"]),
    "of the node": ("sh:nodeKind sh:IRI ; sh:pattern 'x$'", [":p 1"], []),
    "string": ("sh:property [ sh:path :p ; sh:datatype xsd:string ]", [":p 'a', ''"], [":p 1", ":p 'a'@en", ":p :a"]),
    "not empty": ("sh:property [ sh:path :p ; sh:minLength 1 ]", [":p 'a', :b"], [":p ''", ":p ''@en", ":p []"]),
    "language": (
        "sh:property [ sh:path :p ; sh:datatype rdf:langString ]",
        [":p 'a'@en, 'b'@en-GB"],
        [":p 'a'", ":p 1"],
    ),
    "languageIn": (
        "sh:property [ sh:path :p ; sh:languageIn ('en' 'de') ]",
        [":p 'a'@en-GB, 'b'@de"],
        [":p 'a'@eng", ":p 'a'"],
    ),
    "pattern": ("sh:property [ sh:path :p ; sh:pattern '^a+$' ]", [":p 'aa'"], [":p 'b'", ":p 'aab', 'a'", ":p :a"]),
    "pattern beyond ASCII": ("sh:property [ sh:path :p ; sh:pattern '^.$' ]", [":p 'ä'", ":p '\\\\'"], [":p 'äa'"]),
    "pattern with flags": ("sh:property [ sh:path :p ; sh:pattern '^A' ; sh:flags 'i' ]", [":p 'ab'"], [":p 'b'"]),
    "by a test": (
        "sh:property [ sh:path :p ; sh:datatype xsd:date ]",
        [":p '2020-02-29'^^xsd:date"],
        [":p '2021-02-29'^^xsd:date"],
    ),
    "in": ("sh:property [ sh:path :p ; sh:in (:a 1 'x') ]", [":p :a, 1, 'x'"], [":p :b", ":p '1'"]),
    "hasValue": ("sh:property [ sh:path :p ; sh:hasValue :a ]", [":p :a", ":p :b, :a"], ["", ":p :b", ":q :a"]),
    "class": (
        f"{RECORD} sh:property [ sh:path :p ; sh:class :D ]",
        ["", ":p :y . :y a :D", ":p :y . :y a :E", ":p :y . :y a :F, :D"],
        [":p :y", ":p 1", ":p :y . :y a :F", ":p :y, :z . :y a :D"],
    ),
    "class that others may give": (
        "sh:property [ sh:path :p ; sh:class :D ]",
        [":p :y", ":p :y . :y :q 1", ":p :y . :y a :D", ":p :shared1 . :shared1 a :F"],
        [":p 1", ":p :y . :y a :F", ":p []"],
    ),
    "or of classes": (
        f"{RECORD} sh:property [ sh:path :p ; sh:or ( [ sh:class :D ] [ sh:class :F ] ) ]",
        [":p :y . :y a :F", ":p :y . :y a :E"],
        [":p :y", ":p :y . :y a :G"],
    ),
    "or of literals": (
        "sh:property [ sh:path :p ; sh:or ( [ sh:datatype rdf:langString ] [ sh:datatype xsd:string ] ) ]",
        [":p 'a', 'a'@en", ":p 'a'@en-x-y"],
        [":p 1", ":p :a"],
    ),
    "or of properties": (
        "sh:or ( [ sh:property [ sh:path :p ; sh:minCount 1 ] ] [ sh:property [ sh:path :q ; sh:maxCount 0 ] ] )",
        ["", ":p 1", ":p 1 ; :q 1", ":r 1"],
        [":q 1"],
    ),
    "not of terms": ("sh:property [ sh:path :p ; sh:not [ sh:datatype xsd:string ] ]", [":p 1", ":p :a"], [":p 'a'"]),
    "node": (
        "sh:property [ sh:path :p ; sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ] ]",
        [":p :y . :y :q 1", ":p :y", ":p :shared1 . :shared1 :r 1"],
        [":p :y . :y :r 1", ":p 1"],
    ),
    "property of values": (
        "sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:maxCount 1 ] ]",
        [":p :y . :y :q 1", ":p 1"],
        [":p :y . :y :q 1, 2"],
    ),
    "of itself": (
        "sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minCount 1 ] ]",
        [":p :x ; :q 1"],
        [":p :x"],
    ),
    "disjoint": ("sh:disjoint :p", ["", ":p :y"], [":p :x", ":p :y, :x"]),
    "equals": (
        "sh:property [ sh:path [ sh:alternativePath ( :p :q ) ] ; sh:equals :p ]",
        ["", ":p 1", ":p 1, 2 ; :q 2"],
        [":q 2", ":p 1 ; :q 2"],
    ),
    "equals on the way": (
        f"{RECORD} sh:property [ sh:path [ sh:alternativePath ( :p ( :q :r ) ) ] ; sh:equals :p ]",
        [":p 1", ":p 1 ; :q :y . :y :r 1", ":q :y", ":q 1"],
        [":p 1 ; :q :y . :y :r 2", ":q :y . :y :r 2"],
    ),
    "alternatives": (
        "sh:property [ sh:path [ sh:alternativePath ( :p :q ) ] ; sh:nodeKind sh:IRI ; sh:minCount 1 ]",
        [":p :a", ":q :a, :b"],
        ["", ":p 1 ; :q :a", ":p :a ; :q 1"],
    ),
    "closed": (
        "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path :p ]",
        ["", ":p 1"],
        [":q 1", ":p 1 ; rdf:_1 1"],
    ),
    "of subclasses": ("sh:property [ sh:path :p ; sh:minCount 1 ]", ["a :B ; :p 1"], ["a :B"]),
    "for the dataset": (
        "medgraph:scope medgraph:Dataset ; sh:property [ sh:path :p ; sh:minCount 1 ]",
        ["", ":p 1"],
        [],
    ),
    "backwards": ("sh:property [ sh:path [ sh:inversePath :p ] ; sh:minCount 1 ]", ["", ":p 1"], []),
    "deactivated": ("sh:property [ sh:deactivated true ; sh:path :p ; sh:minCount 1 ]", ["", ":p 1"], []),
}
"""What a shape for :C asks, what is said of :x that is clean, and what is not."""
ONTOLOGY = f"{PREFIXES} :B rdfs:subClassOf :C . :E rdfs:subClassOf :D .".encode()


@compiled
@pytest.mark.parametrize("name", CASES)
def test_the_screen_knows_what_a_shape_asks(name: str) -> None:
    shape, good, bad = CASES[name]
    made = shacl.compile(
        f"{PREFIXES} :S sh:targetClass :C ; {shape} .".encode(), ontology=ONTOLOGY, shared=["http://example.org/shared"]
    )
    screen = made.screen()
    for said in (*good, *bad):
        text = f"{PREFIXES} :x {'' if said.startswith('a ') else 'a :C ; '}{said} ."
        graph = terms.index(terms.read(text.encode()))
        assert agree(made, screen, graph) == (said in good, said in bad), said
    assert not screen.clean(b"<http://example.org/x> " + f"{terms.SUBCLASS} {terms.TYPE} .\n".encode())


@compiled
@pytest.mark.parametrize(
    "shape",
    [
        "sh:property [ sh:path :p ; sh:minCount 2 ]",
        "sh:property [ sh:path :p ; sh:uniqueLang true ]",
        "sh:property [ sh:path :p ; sh:lessThan :q ]",
        "sh:property [ sh:path :p ; sh:disjoint :q ]",
        "sh:property [ sh:path :p ; sh:qualifiedValueShape [ sh:class :D ] ; sh:qualifiedMinCount 1 ]",
        "sh:property [ sh:path ( :p :q ) ; sh:nodeKind sh:IRI ]",
        "sh:not [ sh:property [ sh:path :p ; sh:minCount 1 ] ]",
        "sh:equals :p",
    ],
)
def test_what_there_is_no_word_for_is_never_clean(shape: str) -> None:
    made = shacl.compile(f"{PREFIXES} :S sh:targetClass :C ; {shape} .".encode())
    screen = made.screen()
    said = ("", ":p :x", ":p 1, 2 ; :q 3", ":p :y . :y a :D", ":p :y . :y :q :z")
    for each in said:
        graph = terms.index(terms.read(f"{PREFIXES} :x a :C ; {each} .".encode()))
        assert not agree(made, screen, graph)[0]
    other = terms.index(terms.read(f"{PREFIXES} :x a :D ; :p 1, 2 .".encode()))
    assert agree(made, screen, other) == (True, False)


@compiled
@pytest.mark.parametrize("target", ["sh:targetNode :x", "sh:targetObjectsOf :q", "sh:targetNode 'x'"])
def test_nodes_that_are_found_in_other_ways_are_never_clean(target: str) -> None:
    made = shacl.compile(f"{PREFIXES} :S {target} ; sh:property [ sh:path :p ; sh:maxCount 1 ] .".encode())
    screen = made.screen()
    if screen is None:
        assert "'" in target
        return
    graphs = [
        terms.index(terms.read(f"{PREFIXES} {text} .".encode())) for text in (":x :p 1", ":y :q :x", ":y :p 1, 2")
    ]
    assert [agree(made, screen, graph)[0] for graph in graphs].count(True) == 2


@compiled
def test_shapes_that_are_too_many_have_no_screen() -> None:
    shape = ":S{} sh:targetClass :C{} ; sh:property [ sh:path :p ; sh:class :D{} ] ."
    for many, there in ((128, True), (129, False)):
        text = "".join(shape.replace("{}", str(n)) for n in range(many))
        made = shacl.compile(f"{PREFIXES}{text}".encode())
        assert (made.screen() is not None) == there
    text = "".join(shape.replace("{}", str(n)) for n in range(128))
    made = shacl.compile(f"{PREFIXES}{text}".encode())
    for n in (0, 63, 64, 127):
        graph = terms.index(terms.read(f"{PREFIXES} :x a :C{n} ; :p :y . :y a :D{n} .".encode()))
        assert agree(made, made.screen(), graph) == (True, False)
        graph = terms.index(terms.read(f"{PREFIXES} :x a :C{n} ; :p :y . :y a :D{(n + 64) % 128} .".encode()))
        assert agree(made, made.screen(), graph) == (False, True)


@compiled
def test_a_test_that_fails_is_left_to_the_validator() -> None:
    made = shacl.compile(f"{PREFIXES} :S sh:targetClass :C ; sh:property [ sh:path :p ; sh:in ( 1 ) ] .".encode())
    engine = made._engine("record")
    program = validator.screening.program(engine.aims(), {}, (), made._subclasses.subclasses)
    assert program is not None

    def fails(term: str) -> bool:
        raise ValueError(term)

    screen = validator._COMPILED.Screen(program._replace(tests=[fails]))
    assert not screen.clean(f"<http://example.org/x> {terms.TYPE} <http://example.org/C> .\n<http://example.org/x> "
                            "<http://example.org/p> <http://example.org/o> .\n".encode())  # fmt: skip


@compiled
def test_more_terms_than_are_remembered() -> None:
    made = shacl.compile(
        f"{PREFIXES} :S sh:targetClass :C ; sh:property [ sh:path :p ; sh:datatype xsd:int ] .".encode()
    )
    screen = made.screen()
    for start in range(0, 60_000, 20_000):
        values = ", ".join(f"'{n}'^^xsd:int" for n in range(start, start + 20_000))
        graph = terms.index(terms.read(f"{PREFIXES} :x a :C ; :p {values} .".encode()))
        assert agree(made, screen, graph) == (True, False)
        graph[next(iter(graph))]["<http://example.org/p>"]['"x"'] = None
        assert agree(made, screen, graph) == (False, True)


def shipped_patterns() -> list[re.Pattern[str]]:
    shapes = shacl.compile(sorted(folder("shapes").glob("*.ttl"))).shapes
    return [each.value for shape in shapes for each in shape.constraints if each.component == "Pattern"]


def test_every_shipped_pattern_has_an_automaton() -> None:
    assert all(automata.of(each) for each in shipped_patterns())


PIECES = [
    "a",
    "b",
    ".",
    "[ab]",
    "[^a]",
    "a*",
    "b+",
    "(a|b)",
    "(ab|ba)?",
    "a{2}",
    "b{1,3}",
    "(a*)*",
    "\\d",
    "(b|)",
    "\\p{L}",
]
PLAIN = [*"ab0.-/\n", "aa", "ab", "https://doi.org/10.1", "2020", "-01", "12345678", "D000001", "Q000001", "PMC1"]


def test_an_automaton_says_what_the_pattern_says() -> None:
    rng = random.Random(5)
    written = [
        "".join(("^"[: rng.randint(0, 1)], *rng.choices(PIECES, k=rng.randint(1, 5)), "$"[: rng.randint(0, 1)]))
        for _ in range(400)
    ]
    patterns = [compile_pattern(each) for each in written + PATTERNS] + shipped_patterns()
    for pattern in patterns:
        made = automata.of(pattern)
        assert made is not None
        for _ in range(60):
            text = "".join(rng.choices(PLAIN, k=rng.randint(0, 5)))
            assert automata.matches(made, text) == (pattern.search(text) is not None), (pattern.pattern, text)


def test_an_automaton_finds_nothing_more_where_ends_stand_within() -> None:
    rng = random.Random(6)
    for _ in range(400):
        pattern = compile_pattern("".join(rng.choices([*PIECES, "^", "$", "(^|a)", "(b|$)"], k=rng.randint(1, 5))))
        made = automata.of(pattern)
        assert made is not None
        for _ in range(30):
            text = "".join(rng.choices(PLAIN[:9], k=rng.randint(0, 4)))
            assert not automata.matches(made, text) or pattern.search(text), (pattern.pattern, text)


@pytest.mark.parametrize("name", sorted({*literals._LEXICAL, "string", "anyURI"}))
def test_the_usual_form_of_a_literal_is_well_formed(name: str) -> None:
    form, rng = literals.usual_form(terms.XSD + name), random.Random(9)
    if form is None:
        assert name in literals.INTEGERS or name in ("string", "anyURI")
        return
    is_legal = literals.checker(terms.XSD + name)
    parts = ["2020", "-", "01", "02", "30", "T", "10:00:00", "Z", "+01:00", "P1Y", "true", "a", "1.5", "--", ":"]
    texts = {"".join(rng.choices(parts, k=rng.randint(1, 7))) for _ in range(3000)}
    texts |= {f"{year}-{month:02}" for year in (1900, 2000) for month in range(14)} | {"2020", "0000", "-0001", "12020"}
    days = {f"{year}-{month:02}-{day:02}" for year in (1900, 2000, 2023) for month in range(14) for day in range(33)}
    texts |= {f"{prefix}{day}{more}" for day in days for prefix in ("", "-") for more in ("", "Z", "T24:00:00")}
    good = {text for text in texts if re.fullmatch(form, text)}
    for text in good:
        assert is_legal(literal(text, terms.XSD + name)), text
    if name in ("date", "dateTime", "gYear", "gYearMonth"):
        legal = {text for text in texts if is_legal(literal(text, terms.XSD + name))}
        assert legal - good == {text for text in legal if "-02-29" in text}
        assert len(good) >= 4


@pytest.mark.parametrize("pattern", ["(a)\\1", "[a-z-[b]]", "(a{1000}){1000}", "(a|b)*a(a|b){12}"])
def test_what_an_automaton_is_too_small_for_has_none(pattern: str) -> None:
    assert automata.of(compile_pattern(pattern)) is None

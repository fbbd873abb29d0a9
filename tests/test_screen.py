"""The compiled screen of whole records: what it calls clean has no finding, and nearly all that have none are clean."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import medgraph
from medgraph import checks, identifiers, pipeline, screens, sources
from medgraph.identifiers import ORCID_BLOCKS
from medgraph.judge import Judge
from medgraph.mapping import CORE, FULL, Graph, Mapping, Triple, lines_of, triples_of
from medgraph.model import Citation
from medgraph.shacl import automata, terms, validator
from medgraph.shacl.screening import VERSIONS
from medgraph.shacl.terms import TYPE, XSD, literal
from medgraph.shipped import folder
from medgraph.vocab import BIBO, FABIO, PRO, RDF, RDFS, VIVO

COMPILED: Any = validator._COMPILED

pytestmark = pytest.mark.skipif(COMPILED is None, reason="the package was built without its compiled parts")

LONG = pytest.mark.long
PROFILES = {"full": FULL, "core": CORE}
both = pytest.mark.parametrize("profile", PROFILES)
Nbib = Callable[..., str]


def as_lines(graph: Graph) -> bytes:
    return lines_of(graph).encode()


class Seen(NamedTuple):
    """What the screen says, and whether the validator finds anything."""

    clean: bool
    found: bool


def seen(judge: Judge, lines: bytes) -> Seen:
    """Look at a record both ways: what is clean has no finding, and is counted as the validator counts it."""
    before = judge.validator.counts()
    clean = judge.is_clean(lines)
    screened = judge.validator.counts()
    graph = judge.graph_of(lines)
    assert graph is not None
    (results,) = judge.results([graph])
    validated = judge.validator.counts()
    if clean:
        assert not results, f"{results[0]}\n{lines.decode()}"
        assert {n: screened[n] - before[n] for n in before} == {n: validated[n] - screened[n] for n in before}
    else:
        assert screened == before
    return Seen(clean, bool(results))


@cache
def lines_of_all(shared: Path, profile: str) -> tuple[bytes, ...]:
    """The lines of every real record."""
    files = [path for name in ("medline", "pubmed-xml", "pairs") for path in sorted((shared / name).rglob("*.*"))]
    mapping = PROFILES[profile]
    found: dict[bytes, None] = {}
    for path in files:
        if path.is_file() and path.suffix != ".md":
            for record in sources.read(str(path), on_error=lambda error: None):
                if isinstance(record, Citation):
                    found[mapping.counted_lines(record)[0]] = None
    return tuple(found)


@pytest.fixture(params=[pytest.param(13, id="some"), pytest.param(1, id="all", marks=LONG)])
def every(request: pytest.FixtureRequest) -> int:
    """Every how manieth record is looked at."""
    return int(request.param)


# what is clean, and what is not


@both
@pytest.mark.timeout(900)
def test_a_real_record_is_clean_where_nothing_is_found(shared: Path, profile: str, every: int) -> None:
    judge = Judge(profile=profile)
    looked = [seen(judge, lines) for lines in lines_of_all(shared, profile)[::every]]
    without = [one for one in looked if not one.found]
    assert len(without) > 7_000 / every
    assert sum(one.clean for one in without) >= 0.99 * len(without)


EXAMPLES = folder("shapes") / "examples"


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.rglob("*.ttl")), ids=lambda path: path.relative_to(EXAMPLES).as_posix()
)
def test_no_bad_example_is_clean(path: Path) -> None:
    judge = Judge(profile="core" if path.is_relative_to(EXAMPLES / "core") else "full")
    lines = as_lines(terms.index(terms.read(path)))
    is_clean = seen(judge, lines).clean
    assert not (is_clean and path.name.startswith("bad"))


def test_the_good_examples_are_clean() -> None:
    judge = Judge()
    good = [path for path in EXAMPLES.rglob("good*.ttl") if not path.is_relative_to(EXAMPLES / "core")]
    assert len(good) > 20
    assert sum(judge.is_clean(as_lines(terms.index(terms.read(path)))) for path in good) > 0.8 * len(good)


ODD = [
    '""', '"x"', '" "', '"x"@en', '"x"@de', '"ü"@en-gb', '""@en', '"a\\"b\\n"', "<http://example.org/x>", "_:b1", "<x>",
    '"1"', '"0"', '"123456789"', '"012"', '"1234567890"', '"2434-561X"', '"2434-5618"', '"0306406152"', '"10.1/x"',
    "<http://id.nlm.nih.gov/mesh/D000001>", "<http://id.nlm.nih.gov/mesh/D000001Q000001>",
    "<http://id.nlm.nih.gov/mesh/D1>",
    "<https://orcid.org/0000-0002-1825-0097>", "<https://orcid.org/0000-0002-1825-0098>", "<https://ror.org/03yrm5c26>",
    "<http://id.loc.gov/vocabulary/iso639-2/eng>", "<http://id.loc.gov/vocabulary/iso639-2/xxx>", '"x"@en--ltr',
    '"x"@x"',
    *(literal(text, XSD + name) for text, name in (
        ("2020", "gYear"), ("2020-13", "gYearMonth"), ("2020-02-30", "date"), ("2020-02-29", "date"),
        ("true", "boolean"),
        ("yes", "boolean"), ("1", "int"), ("2", "int"), ("0", "int"), ("01", "int"), ("x", "int"), ("1", "integer"),
        ("2020-02-29T10:00:00", "dateTime"), ("2020-02-29T10:00:01", "dateTime"), ("", "date"), ("1", "string"))),
    "<https://doi.org/10.1/x>", "<http://rdf.ncbi.nlm.nih.gov/pubmed/1>", "<http://rdf.ncbi.nlm.nih.gov/pubmed/0>",
    PRO.author, PRO.editor,
]  # fmt: skip
PLACES = re.compile(f"{re.escape(RDF.type[:-5])}_[1-9]")


class Spoiler:
    """
    Spoils records in one or a few places, the same for the same seed.

    Args:
        records: whose terms, properties and classes are put into others.
    """

    def __init__(self, seed: int, records: Iterable[bytes]) -> None:
        self.rng = random.Random(seed)
        triples = [triple for record in records for triple in triples_of(COMPILED.graph_of(record))]
        self.classes = sorted({o for _, p, o in triples if p == TYPE})
        self.properties = sorted({p for _, p, _ in triples if not PLACES.match(p)})
        self.properties += [RDFS.subClassOf, "<http://example.org/p>", f"{RDF.type[:-5]}_1>", f"{RDF.type[:-5]}_x>"]
        self.terms = self.rng.sample(sorted({o for _, _, o in triples}), 3000)
        self.ways = [
            self.drop, self.drop, self.drop_property, self.add, self.replace, self.replace, self.alter, self.alter,
            self.reclass, self.retarget, self.move, self.unknown, self.other_property, self.holder, self.pages,
            self.rank,
            self.rename, self.drop_node, self.twice, self.checked,
        ]  # fmt: skip

    def spoilt(self, lines: bytes) -> bytes:
        record = triples_of(COMPILED.graph_of(lines))
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            if record:
                self.rng.choice(self.ways)(record)
        if self.rng.random() < 0.05:
            return "".join(f"{s} {p} {o} .\n" for s, p, o in record).encode()
        grouped: Graph = {}
        for s, p, o in record:
            grouped.setdefault(s, {}).setdefault(p, {})[o] = None
        return as_lines(grouped)

    def one(self, record: list[Triple], *properties: str) -> int:
        """The number of a triple, with one of some properties if there is one."""
        near = [n for n, (_, p, _) in enumerate(record) if p in properties]
        return self.rng.choice(near) if near else self.rng.randrange(len(record))

    def term(self) -> str:
        return self.rng.choice(ODD) if self.rng.random() < 0.6 else self.rng.choice(self.terms)

    def put(self, record: list[Triple], n: int, **parts: str) -> None:
        s, p, o = record[n]
        record[n] = (parts.get("s", s), parts.get("p", p), parts.get("o", o))

    def drop(self, record: list[Triple]) -> None:
        del record[self.one(record)]

    def drop_property(self, record: list[Triple]) -> None:
        node, name, _ = record[self.one(record)]
        record[:] = [(s, p, o) for s, p, o in record if s != node or p != name]

    def add(self, record: list[Triple]) -> None:
        s, p, _ = record[self.one(record)]
        record.append((s, p, self.term()))

    def replace(self, record: list[Triple]) -> None:
        self.put(record, self.one(record), o=self.term())

    def alter(self, record: list[Triple]) -> None:
        n = self.one(record)
        term = record[n][2]
        at = self.rng.randrange(1, len(term))
        cut = term[:at] + self.rng.choice(("", "x", "0", "-", "é", '"')) + term[at + self.rng.choice((0, 1)) :]
        if len(cut) > 2 and ((cut[0] == "<" and cut[-1] == ">") or cut[0] == cut[-1] == '"'):
            self.put(record, n, o=cut)

    def reclass(self, record: list[Triple]) -> None:
        self.put(record, self.one(record, TYPE), o=self.rng.choice(self.classes))

    def retarget(self, record: list[Triple]) -> None:
        self.put(record, self.one(record), o=record[self.one(record)][0])

    def move(self, record: list[Triple]) -> None:
        self.put(record, self.one(record), s=record[self.one(record)][0])

    def unknown(self, record: list[Triple]) -> None:
        record.append((record[self.one(record)][0], self.rng.choice(self.properties), self.term()))

    def other_property(self, record: list[Triple]) -> None:
        self.put(record, self.one(record), p=self.rng.choice(self.properties))

    def holder(self, record: list[Triple]) -> None:
        """One holder for two roles."""
        self.put(record, self.one(record, PRO.isHeldBy), o=record[self.one(record, PRO.isHeldBy)][2])

    def pages(self, record: list[Triple]) -> None:
        article = record[0][0]
        start, end = (literal(str(self.rng.choice((1, 9, 10, 99, 1000)))) for _ in range(2))
        record += [(article, BIBO.pageStart, start), (article, BIBO.pageEnd, end)]

    def rank(self, record: list[Triple]) -> None:
        self.put(record, self.one(record, VIVO.rank), o=literal(str(self.rng.randint(0, 4)), f"{XSD}int"))

    def rename(self, record: list[Triple]) -> None:
        """Another name for a node, wherever it stands."""
        old = record[self.one(record)][0]
        new = self.rng.choice((old[:-1] + "1>", *(each for each in ODD if each[0] == "<")))
        record[:] = [(new if s == old else s, p, new if o == old else o) for s, p, o in record]

    def drop_node(self, record: list[Triple]) -> None:
        node = record[self.one(record)][0]
        record[:] = [triple for triple in record if triple[0] != node]

    def twice(self, record: list[Triple]) -> None:
        record.append(record[self.one(record)])

    def checked(self, record: list[Triple]) -> None:
        """What the checks look at."""
        names = (BIBO.issn, BIBO.eissn, FABIO.hasIssnL, BIBO.isbn10, BIBO.isbn13, BIBO.pmid)
        self.put(record, self.one(record, *names), o=self.term())


@both
@pytest.mark.parametrize("times", [pytest.param(4_000, id="short"), pytest.param(200_000, id="long", marks=LONG)])
@pytest.mark.timeout(1800)
def test_what_is_clean_has_no_finding(shared: Path, profile: str, times: int) -> None:
    records = lines_of_all(shared, profile)
    judge, spoiler = Judge(profile=profile), Spoiler(7, records[:: len(records) // 300])
    looked = [seen(judge, spoiler.spoilt(spoiler.rng.choice(records))) for _ in range(times)]
    found, clean = sum(one.found for one in looked), sum(one.clean for one in looked)
    assert found > times / 5
    assert clean > times / 5
    assert found + clean > 0.9 * times


@pytest.mark.parametrize("times", [pytest.param(3_000, id="short"), pytest.param(300_000, id="long", marks=LONG)])
def test_numbers_with_a_check_character_are_what_they_are_in_python(times: int) -> None:
    """Numbers that are right, and such with a character changed, dropped or put in."""
    judge, rng = Judge(), random.Random(11)
    screen = judge.validator.screen(checks.WATCHED)
    found: Counter[tuple[str, bool]] = Counter()
    for _ in range(times):
        first, last = rng.choice(
            ((0, 10**15 - 1), *ORCID_BLOCKS, *((at - 3, at + 3) for block in ORCID_BLOCKS for at in block))
        )
        digits = f"{rng.randint(first, last):015}"
        orcid = "-".join((digits[:4], digits[4:8], digits[8:12], digits[12:])) + identifiers._mod_11_2(digits)
        issn = f"{rng.randrange(10**7):07}"
        issn = f"{issn[:4]}-{issn[4:]}{identifiers._issn_check(issn)}"
        for kind, text in (("orcid", orcid), ("issn", issn)):
            if rng.random() < 0.6:
                at = rng.randrange(len(text))
                text = text[:at] + rng.choice(("", *"0123456789Xx-")) + text[at + rng.choice((0, 1, 1)) :]  # noqa: PLW2901
            node, property = (
                ("<http://e.org/n>", BIBO.issn) if kind == "issn" else (f"<https://orcid.org/{text}>", BIBO.volume)
            )
            good = identifiers.check(kind, text)[0] == text
            assert screen.clean(f"{node} {property} {literal(text)} .\n".encode()) == good, text
            found[kind, good] += 1
    assert all(found[kind, good] > times / 5 for kind in ("orcid", "issn") for good in (True, False))


# the graph of lines


@both
@pytest.mark.timeout(900)
def test_the_graph_of_lines_is_that_of_the_record(shared: Path, profile: str, every: int) -> None:
    mapping = PROFILES[profile]
    looked = 0
    for path in sorted([*(shared / "medline").glob("*.*"), *(shared / "pubmed-xml").rglob("*.xml*")])[
        :: max(1, every // 3)
    ]:
        for record in sources.read(str(path), on_error=lambda error: None):
            if isinstance(record, Citation):
                graph = COMPILED.graph_of(mapping.counted_lines(record)[0])
                assert triples_of(graph) == triples_of(mapping.graph(record))
                assert list(graph) == list(mapping.graph(record))
                looked += 1
    assert looked > 1000


def test_what_are_no_lines_have_no_graph_and_are_not_clean() -> None:
    judge = Judge()
    good = b"<http://e.org/s> <http://e.org/p> <http://e.org/o> .\n"
    assert judge.is_clean(good)
    assert judge.is_clean(b"")
    assert judge.graph_of(b"") == {}
    for bad in (
        good[:-1], good + b"\n", good + b" ", b"x " + good, good.replace(b"s>", b"s"), good.replace(b"p>", b"p"),
        good.replace(b"o>", b"o"), good.replace(b"<http://e.org/o>", b'"'), good.replace(b" .", b"."), b"\n",
        b'"', b"<",
        good.replace(b"<http://e.org/s>", b'"s"'), good.replace(b"<http://e.org/o>", b'"o"^'), b"<a> <b> .\n",
        good.replace(b"<http://e.org/o>", b"_"), good.replace(b"<http://e.org/o>", b'"o"@'), b"<a> <b>  .\n",
    ):  # fmt: skip
        assert not judge.is_clean(bad), bad
        assert judge.graph_of(bad) is None, bad


@pytest.mark.parametrize("times", [pytest.param(3_000, id="short"), pytest.param(300_000, id="long", marks=LONG)])
def test_any_bytes_may_come(times: int) -> None:
    judge, rng = Judge(), random.Random(3)
    record = b"".join(as_lines(terms.index(terms.read(EXAMPLES / name))) for name in ("Citation/good-full.ttl",))
    for _ in range(times):
        spoilt = bytearray(record[rng.randrange(len(record)) :] if rng.random() < 0.3 else record)
        for _ in range(rng.choice((1, 2, 20))):
            if spoilt:
                at = rng.randrange(len(spoilt))
                spoilt[at : at + rng.choice((0, 1, 1, 50))] = rng.choice(
                    (b"", b" ", b"\n", b'"', b"<", b">", b"\0", b"\xff", b"@", b"^^")
                )
        lines = bytes(spoilt)
        clean = judge.is_clean(lines)
        try:
            graph = judge.graph_of(lines)
        except UnicodeDecodeError:
            continue
        assert graph is not None or not clean
        if clean:
            assert not judge.results([graph])[0]


def test_a_node_with_thousands_of_names_on_one_place_is_no_trouble() -> None:
    judge = Judge()
    many = b"".join(b"<http://e.org/%d> <http://e.org/p> <http://e.org/%d> .\n" % (n, n + 1) for n in range(20_000))
    assert judge.is_clean(many)
    head = b"<http://rdf.ncbi.nlm.nih.gov/pubmed/1> "
    roles = b"".join(
        head + b"%s <http://e.org/r%d> .\n" % (PRO.isDocumentContextFor.encode(), n) for n in range(20_000)
    )
    assert seen(judge, roles).clean


# several at once


def test_several_threads_may_use_a_screen(shared: Path) -> None:
    records = lines_of_all(shared, "full")[::20]
    judge = Judge()
    expected = [judge.is_clean(lines) for lines in records]
    fresh = validator.Validator(judge.validator.triples, shared=judge.validator._shared, screens=screens.SCREENS)
    screen = fresh.screen(checks.WATCHED)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(lambda _: [screen.clean(one) for one in records], range(8)))
    once = judge.validator.screen(checks.WATCHED)
    before = once.counts()
    assert [once.clean(one) for one in records] == expected
    assert {n: 8 * (count - before[n]) for n, count in once.counts().items()} == screen.counts()


# conversions


def converted(source: Path, target: Path, **options: Any) -> dict[str, bytes]:
    """What a conversion leaves, and its report but for its times."""
    report = pipeline.convert([source], target / "out.nt", **options)
    assert report.conformance is not None
    assert any(report.conformance.targets.values())
    files = {path.name: path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file()}
    told = json.dumps(timeless(json.loads(report.json()))) + repr(report.conformance)
    return {**files, "report": told.replace(str(target), "").encode()}


def timeless(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: timeless(value) for name, value in told.items() if name not in ("seconds", "started", "finished")}
    return [timeless(each) for each in told] if isinstance(told, list) else told


OWN = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix medgraph: <https://w3id.org/medgraph/vocab#> .
@prefix s: <http://example.org/shapes#> .
s:Article sh:targetSubjectsOf bibo:pmid ; sh:property [ sh:path bibo:issn ; sh:maxCount 0 ] ;
    sh:property [ sh:path dcterms:title ; sh:minLength 20 ] , [ sh:path bibo:pageStart ; sh:minCount 1 ] .
s:Person sh:targetClass foaf:Person ; sh:property [ sh:path foaf:givenName ; sh:pattern "^[A-Z]" ; sh:minCount 1 ] .
"""
QUERY = """
s:Titled sh:targetSubjectsOf dcterms:alternative ; medgraph:scope medgraph:Record ; sh:sparql [
    sh:prefixes s: ; sh:select "SELECT $this ?value { $this dct:alternative ?value FILTER (STRLEN(?value) < 60) }" ] .
s: sh:declare [ sh:prefix "dct" ; sh:namespace "http://purl.org/dc/terms/" ] .
"""


@pytest.fixture
def hundreds(shared: Path, tmp_path: Path) -> Path:
    """Real records of both kinds of faults, with one that cannot be read among them."""
    source = tmp_path / "in.nbib"
    texts = [path.read_bytes() for path in sorted((shared / "medline").glob("jabref*"))]
    texts += [path.read_bytes() for path in sorted((shared / "medline").glob("GBI6*"))[:1]]
    source.write_bytes(b"\n\nOWN - NLM\nTI  - no number\nSO  - X.\n\n".join(texts))
    return source


CASES = {
    "shipped": {},
    "core": {"profile": "core"},
    "report": {"validate": "report"},
    "own": {"shapes": OWN},
    "own with a query": {"shapes": OWN + QUERY},
    "both": {"shapes": "shipped"},
}


@pytest.mark.parametrize("case", CASES)
def test_a_conversion_is_the_same_without_a_screen(
    case: str, hundreds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = dict(CASES[case])
    if shapes := options.get("shapes"):
        own = tmp_path / "own.ttl"
        own.write_text(OWN if shapes == "shipped" else shapes)
        options["shapes"] = [own, "shipped"] if shapes == "shipped" else [own]
    made = []
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        if name == "without":
            monkeypatch.setattr(Judge, "screens", False, raising=False)
            monkeypatch.setattr(validator.Validator, "screen", lambda self, watched=None: None)
        made.append(converted(hundreds, tmp_path / name, **options))
    assert made[0] == made[1]
    assert len(made[0]["out.nt"]) > 100_000


def test_a_conversion_in_plain_python_is_the_same(hundreds: Path, tmp_path: Path) -> None:
    made = []
    for state in ("off", ""):
        target = tmp_path / f"native-{state}"
        target.mkdir()
        command = [sys.executable, "-c", "from medgraph.cli import main; main()", "convert", str(hundreds)]
        command += ["-o", "out.nt", "--report", "report.json"]
        environment = os.environ | {"MEDGRAPH_NATIVE": state, "PYTHONPATH": str(Path(medgraph.__file__).parents[1])}
        subprocess.run(command, check=False, capture_output=True, cwd=target, env=environment, timeout=120)
        files = {path.name: path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file()}
        told = timeless(json.loads(files.pop("report.json")))
        made.append((files, told))
    assert made[0] == made[1]
    assert "records.jsonl" in made[0][0]


def test_a_mapping_that_makes_no_terms_is_judged_as_before(nbib: Nbib, tmp_path: Path) -> None:
    from medgraph.mapping import Row

    def broken(value: Any, record: Any) -> str:
        return '"two\nlines"'

    mapping: Mapping = FULL.with_rows("article", Row("<http://example.org/p>", "title", broken))
    source = tmp_path / "in.nbib"
    source.write_text(nbib(1, "VI  - 7"))
    report = pipeline.convert([source], tmp_path / "out.nt", mapping=mapping)
    assert report.written == 1
    assert b'"two\nlines"' in (tmp_path / "out.nt").read_bytes()


# what it is made of


def test_every_version_is_of_a_screen() -> None:
    names = {f"{each.__module__}.{each.__qualname__}" for each in screens.SCREENS.values()}
    assert set(VERSIONS) == names


def test_every_property_of_the_checks_is_watched() -> None:
    watched = checks.WATCHED
    names = {
        watched.named[0],
        watched.once[0],
        watched.order[1],
        *(each for names, _ in watched.values for each in names),
    }
    assert names == checks.ABOUT


def test_every_shipped_shape_can_be_sure() -> None:
    for profile in PROFILES:
        judge = Judge(profile=profile)
        program = validator.screening.program(
            judge.validator._engine("record").aims(),
            judge.validator._queries,
            judge.validator._shared,
            judge.validator._subclasses.subclasses,
            checks.WATCHED,
        )
        assert program is not None
        assert all(target.rules is not None for target in program.targets)


def test_where_python_does_not_show_its_patterns_they_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read by modules of Python's own that promise nothing to others; later ones may have none."""
    examples = {path: as_lines(terms.index(terms.read(path))) for path in EXAMPLES.rglob("*.ttl")}
    before = {path for path, lines in examples.items() if Judge().is_clean(lines)}
    monkeypatch.setattr(automata, "parser", None)
    judge = Judge(base="https://example.org/of-its-own/")  # which no other test has made a screen for
    after = {path for path, lines in examples.items() if judge.is_clean(lines)}
    assert automata.of(re.compile("a")) is None
    assert after == before
    assert len(after) > 20

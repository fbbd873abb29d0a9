"""The mapping: nothing of the model is lost, every row is needed, and the profiles are what they say."""

from __future__ import annotations

import itertools
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph as ox
import pytest
from vocabulary import check_graph

import medgraph
from medgraph import model
from medgraph.errors import MappingError
from medgraph.mapping import (
    CORE,
    FULL,
    MEMBERS,
    NOT_MAPPED,
    TABLES,
    Mapping,
    Row,
    Triple,
    lines_of,
    literals,
    triples_of,
)
from medgraph.model import Citation, Problem
from medgraph.shacl.terms import index
from medgraph.vocab import DCTERMS, MEDGRAPH, TERMS, member

TEXTS: dict[str, str] = {
    "ArticleId.type": "sici",
    "Citation.pmid": "7",
    "CommentsCorrections.pmid": "8",
    "CommentsCorrections.ref_type": "CommentIn",
    "HistoryDate.status": "received",
    "Issn.type": "Print",
    "ELocationID.type": "pii",
    "MeshTerm.ui": "D000001",
    "Chemical.ui": "C000001",
    "SupplMesh.ui": "C000002",
    "PublicationType.ui": "D016428",
    "LocationLabel.type": "section",
    "Abstract.language": "ger",
    "Citation.languages": "eng",
    "Journal.nlm_unique_id": "0000001",
    "Citation.publication_status": "ppublish",
}
"""Values for fields whose text decides what becomes of them; any other text stands for itself."""


YEARS = itertools.count(1900)


def invented(kind: Any, name: str, depth: int = 0) -> Any:
    """A value of a model type in which every field says something."""
    if isinstance(kind, types.UnionType):
        return invented(next(a for a in typing.get_args(kind) if a is not type(None)), name, depth)
    if typing.get_origin(kind) is tuple:
        return () if depth > 6 else (invented(typing.get_args(kind)[0], name, depth + 1),)
    if kind is str:
        return TEXTS.get(name, f"the {name}")
    if kind is bool:
        return name not in {"Author.valid", "ELocationID.valid"} and not name.endswith("_complete")
    if kind is int:
        parts = {"year": next(YEARS), "month": 2, "day": 3, "hour": 4, "minute": 5}
        return parts.get(name.rsplit(".", maxsplit=1)[-1], 1)
    hints = typing.get_type_hints(kind)
    fields = {
        field: invented(hint, f"{kind.__name__}.{field}", depth + 1)
        for field, hint in hints.items()
        if not field.startswith("_") and field in kind.__struct_fields__
    }
    return kind(**fields)


def everything() -> list[Citation]:
    """An article and a book part that fill every field, and variants of what excludes each other in one record."""
    whole = invented(Citation, "Citation")
    institutions = (
        model.Identifier(value="https://ror.org/02mhbdp94", source="ROR"),
        model.Identifier(value="30799", source="RINGGOLD"),
        model.Identifier(value="not a GRID", source="GRID"),
    )
    affiliation = model.Affiliation(text="Department, Town", identifiers=institutions)
    author = msgspec.structs.replace(whole.authors[0], affiliations=(affiliation,))
    person = msgspec.structs.replace(author, collective_name=None, valid=True, investigators=None)
    group = model.Author(collective_name="the group", investigators="the InvestigatorList.id")
    former = msgspec.structs.replace(person, valid=False)
    short = model.Author(name="Short N")
    people = (person, group, former, short)
    member = msgspec.structs.replace(person, equal_contribution=None)
    members = (member, msgspec.structs.replace(member, valid=False))
    article = whole.replace(
        book=None,
        authors=people,
        editors=(person,),
        investigator_lists=(model.InvestigatorList(investigators=members, id="the InvestigatorList.id"),),
        title="The title",
        elocation_ids=(
            model.ELocationID(value="10.1000/one", type="doi"),
            model.ELocationID(value="10.1000/two", type="doi"),
            model.ELocationID(value="a pii", type="pii"),
            model.ELocationID(value="e1"),
            model.ELocationID(value="10.1000/wrong", type="doi", valid=False),
        ),
        article_ids=(
            model.ArticleId(value="PMC12", type="pmc"),
            model.ArticleId(value="PMC14", type="pmc"),
            model.ArticleId(value="another pii", type="pii"),
            model.ArticleId(value="NIHMS1", type="mid"),
        ),
        other_ids=(model.OtherID(value="PMC13", source="NLM"), model.OtherID(value="x", source="NASA")),
        history=tuple(
            model.HistoryDate(status=status, date=model.PartialDate(year=2001, month=2, day=n, hour=4, minute=5))
            for n, status in enumerate(
                (
                    "received",
                    "accepted",
                    "revised",
                    "aheadofprint",
                    "epublish",
                    "ppublish",
                    "ecollection",
                    "retracted",
                    "pmc-release",
                    "pubmed",
                    "medline",
                    "entrez",
                    "premedline",
                ),
                1,
            )
        ),
        comments_corrections=tuple(
            model.CommentsCorrections(
                ref_type=ref_type,
                ref_source=f"source {n}",
                pmid=str(100 + n) if n else None,
                pmid_version="1",
                note="a note",
            )
            for n, ref_type in enumerate(REF_TYPES)
        ),
        mesh_headings=(
            model.MeshHeading(
                descriptor=model.MeshTerm(name="A", ui="D000001", major=True, auto=True, type="Geographic"),
                qualifiers=(model.MeshTerm(name="q", ui="Q000001", major=True, auto=True),),
            ),
            model.MeshHeading(
                descriptor=model.MeshTerm(name="No such heading", major=True),
                qualifiers=(
                    model.MeshTerm(name="q", ui="Q000001", major=True),
                    model.MeshTerm(name="no such qualifier", major=True),
                ),
            ),
        ),
        suppl_meshes=(
            model.SupplMesh(name="a disease", ui="C000001", type="Disease"),
            model.SupplMesh(name="no such disease", type="Disease"),
        ),
        chemicals=(
            model.Chemical(name="Sorafenib", registry_number="9ZOQ3TZI87", ui="D000077157"),
            model.Chemical(name="an enzyme", registry_number="EC 3.4.21.68", ui="D010959"),
            model.Chemical(name="no such substance", registry_number="9ZOQ3TZI87"),
            model.Chemical(name="no such enzyme", registry_number="EC 3.4.21.68"),
            model.Chemical(name="another", registry_number="not a number"),
        ),
        publication_types=(
            model.PublicationType(name="Journal Article", ui="D016428"),
            model.PublicationType(name="No Such Type"),
        ),
        languages=("eng", "English"),
        data_banks=(
            model.DataBank(name="ClinicalTrials.gov", accession_numbers=("NCT02239640",)),
            model.DataBank(name="No Such Bank", accession_numbers=("1",)),
            model.DataBank(name="Empty Bank"),
        ),
        grants=(
            model.Grant(grant_id="R01", acronym="CA", agency="NCI", country="United States"),
            model.Grant(grant_id="10.35802/203105", acronym="WT_", agency="WT", country="United Kingdom"),
            model.Grant(agency="no number"),
            model.Grant(text="one/two/three/four/five"),
        ),
        references=(
            model.Reference(
                citation="One. 2001.",
                article_ids=(model.ArticleId(value="200", type="pubmed"), model.ArticleId(value="S1", type="pii")),
                list_title="References",
            ),
            model.Reference(citation="Two.", article_ids=(model.ArticleId(value="S2", type="pii"),), list_title="More"),
        ),
        abstract=model.Abstract(
            sections=(
                model.AbstractSection(
                    text="one", label="WHY", nlm_category="BACKGROUND", markup="<b>one</b>", derived=True
                ),
                model.AbstractSection(text="two", label="SO", nlm_category="UNASSIGNED"),
            ),
            copyright="(c)",
        ),
        journal=model.Journal(
            title="A Journal",
            iso_abbreviation="A. J.",
            medline_ta="A J",
            nlm_unique_id="0000001",
            issns=(
                model.Issn(value="0378-5955", type="Print"),
                model.Issn(value="2049-3630", type="Electronic"),
                model.Issn(value="0028-0836", type="Linking"),
                model.Issn(value="1476-4687"),
                model.Issn(value="not an ISSN", type="Print"),
            ),
            country="England",
        ),
    )
    book = msgspec.structs.replace(
        whole.book,
        authors=(person,),
        editors=(person,),
        investigator_lists=(model.InvestigatorList(investigators=members, id="x"),),
        isbns=("9783161484100", "0306406152", "not an ISBN"),
        elocation_ids=(
            model.ELocationID(value="10.1000/book", type="doi"),
            model.ELocationID(value="a pii", type="pii"),
        ),
    )
    part = whole.replace(
        pmid="9",
        book=book,
        journal=None,
        authors=people,
        editors=(person, former),
        title="A chapter",
        investigator_lists=(),
        languages=("eng",),
        mesh_headings=article.mesh_headings,
    )
    chapter = part.replace(
        pmid="12",
        location_labels=(model.LocationLabel(text="3", type="chapter"), model.LocationLabel(text="B", type="part")),
    )
    return [article, part, chapter, part.replace(pmid="10", title=None), article.replace(pmid="11", source=None)]


REF_TYPES = (
    "AssociatedDataset",
    "AssociatedPublication",
    "CommentIn",
    "CommentOn",
    "CorrectedandRepublishedIn",
    "CorrectedandRepublishedFrom",
    "ErratumIn",
    "ErratumFor",
    "ExpressionOfConcernIn",
    "ExpressionOfConcernFor",
    "RepublishedIn",
    "RepublishedFrom",
    "RetractedandRepublishedIn",
    "RetractedandRepublishedFrom",
    "RetractionIn",
    "RetractionOf",
    "UpdateIn",
    "UpdateOf",
    "SummaryForPatientsIn",
    "OriginalReportIn",
    "ReprintIn",
    "ReprintOf",
    "Cites",
    "PRIN",
    "PROF",
    "DDIN",
    "DRIN",
)


def leaves(
    value: Any, path: tuple[Any, ...] = (), name: str = "Citation"
) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
    """Every leaf of a citation: its path, its name as Type.field, and its value."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from leaves(getattr(value, field), (*path, field), f"{type(value).__name__}.{field}")
    elif isinstance(value, tuple):
        for n, one in enumerate(value):
            yield from leaves(one, (*path, n), name)
    elif value is not None:
        yield path, name, value


def changed(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    """``value`` with the leaf at that path replaced."""
    if not path:
        return leaf
    first, *rest = path
    if isinstance(value, tuple):
        return (*value[:first], changed(value[first], tuple(rest), leaf), *value[first + 1 :])
    return msgspec.structs.replace(value, **{first: changed(getattr(value, first), tuple(rest), leaf)})


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, bytes):
        return value + b" changed"
    return value + 1 if isinstance(value, int) else value + " changed"


def test_every_field_of_the_model_changes_the_graph() -> None:
    silent: set[str] = set()
    heard: set[str] = set()
    met: set[str] = set()
    for citation in everything():
        graph = set(FULL.triples(citation))
        for path, name, value in leaves(citation):
            met.add(name)
            if name == "Citation.pmid":
                heard.add(name)
                continue
            after = set(FULL.triples(changed(citation, path, other(value))))
            (heard if after != graph else silent).add(name)
    structs = [s for s in vars(model).values() if isinstance(s, type) and issubclass(s, msgspec.Struct)]
    skipped = {"Problem", "Unread", "Deletion", "Position", "Value"}
    fields = {f"{s.__name__}.{f}" for s in structs if s.__name__ not in skipped for f in s.__struct_fields__}
    leafless = {name for name in fields - met if name not in NOT_MAPPED}
    hints = {
        name
        for name in leafless
        for s in structs
        if s.__name__ == name.split(".")[0]
        if any(c.isupper() for c in str(typing.get_type_hints(s)[name.split(".")[1]]).replace("None", ""))
    }
    assert leafless - hints == set(), "fields that the invented citations leave empty"
    assert (fields & met) - heard - set(NOT_MAPPED) == set(), "fields that become nothing"


def test_every_row_makes_triples_of_its_own() -> None:
    """Dropping any one row loses something: no row is dead or says what another says."""
    citations = everything()
    whole = [set(FULL.triples(citation)) for citation in citations]
    idle = []
    for name, node in TABLES.items():
        for n, row in enumerate(node.rows):
            without = Mapping(TABLES | {name: node._replace(rows=node.rows[:n] + node.rows[n + 1 :])})
            if [set(without.triples(citation)) for citation in citations] == whole:
                idle.append((name, row.predicate, row.fields))
    assert idle == []


def test_every_graph_is_strict_ntriples_without_blank_nodes_or_repetition() -> None:
    for citation in everything():
        triples = FULL.triples(citation)
        assert len(set(triples)) == len(triples)
        text = "".join(f"{s} {p} {o} .\n" for s, p, o in triples)
        parsed = list(ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES))
        assert len(parsed) == len(triples)
        assert "_:" not in {term[:2] for triple in triples for term in triple}


def test_triples_are_grouped_by_subject_and_predicate() -> None:
    for citation in everything():
        subjects = [s for s, _, _ in FULL.triples(citation)]
        runs = [s for n, s in enumerate(subjects) if n == 0 or subjects[n - 1] != s]
        assert len(runs) == len(set(runs))


def test_core_is_a_part_of_full() -> None:
    for citation in everything():
        core, full = set(CORE.triples(citation)), set(FULL.triples(citation))
        assert core < full
        subjects = {s for s, _, _ in core}
        dangling = {o for _, _, o in core if o.startswith("<https://w3id.org/medgraph/id/") and o not in subjects}
        assert dangling == set(), "core names a node that it does not describe"


def test_without_abstract_leaves_no_word_of_it() -> None:
    article = everything()[0]
    secret = article.replace(
        abstract=model.Abstract(
            sections=(model.AbstractSection(text="secret one", label="WHY", markup="<b>secret</b>"),)
        ),
        other_abstracts=(model.Abstract(sections=(model.AbstractSection(text="secret two"),), type="Publisher"),),
    )
    text = str(FULL.with_options(without={"abstract"}).triples(secret))
    assert "secret" not in text
    assert "secret" in str(FULL.triples(secret))


def test_a_mapping_can_be_changed_by_its_user() -> None:
    def shouted(value: str, record: object) -> str:
        return f'"{value.upper()}"'

    mine = FULL.with_rows("article", Row(DCTERMS.description, "title", shouted))
    article = everything()[0]
    added = set(mine.triples(article)) - set(FULL.triples(article))
    assert {(p, o) for _, p, o in added} == {(DCTERMS.description, '"THE TITLE"')}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"profile": "tiny"}, "'full' and 'core'"),
        ({"without": {"title"}}, "abstract"),
        ({"base": "not an iri"}, "beginning of an IRI"),
    ],
)
def test_a_wrong_option_is_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(MappingError, match=words):
        FULL.with_options(**options)


def test_every_predicate_of_the_table_is_a_listed_term() -> None:
    for node in TABLES.values():
        for row in node.rows:
            assert row.predicate in TERMS or row.predicate.startswith("rdf:_"), row


def test_every_row_says_where_its_value_comes_from() -> None:
    for name, node in TABLES.items():
        for row in node.rows:
            assert row.text or row.xml or row.note, f"{name}: {row.predicate} {row.fields}"


def test_every_use_is_as_the_published_vocabularies_allow(shared: Path) -> None:
    """Kinds, domains, ranges and disjoint classes, for records that fill every field."""
    for citation in everything():
        assert check_graph(FULL.triples(citation)) == []
        assert check_graph(CORE.triples(citation)) == []


def test_every_use_in_real_records_is_as_the_published_vocabularies_allow(shared: Path) -> None:
    """The same over real records; the versions of one PMID apart, since together they are two records."""
    seen: set[str] = set()
    graph: list[Triple] = []
    for path in REAL:
        for record in medgraph.read(shared / path, on_error=lambda error: None):
            if isinstance(record, Citation) and record.pmid not in seen:
                seen.add(record.pmid)
                graph += FULL.triples(record)
    assert len(seen) > 500
    assert check_graph(graph) == []


REAL = (
    "pubmed-xml/fatcat/pubmedsample_2019.xml",
    "pubmed-xml/SimoneBottoni/PubmedBookArticleSet.xml",
    "pubmed-xml/pmparser/pubmed26n1334.xml.gz",
    "pubmed-xml/bioperl/stress_test_medline.xml",
    "medline/jabref_MedlinePlainImporterTestMultipleEntries.txt",
    "medline/GBI6_akthezve_pubmed_results.txt",
)


def test_a_journal_without_a_name_is_kept_with_its_record() -> None:
    citation = Citation(pmid="7", title="T", journal=model.Journal(country="England"))
    assert ("<https://w3id.org/medgraph/id/7-journal>", MEDGRAPH.country, '"England"') in FULL.triples(citation)


def odd(value: Any, behind: str) -> Any:
    """A value with something behind each of its texts."""
    if isinstance(value, msgspec.Struct):
        kept = ("pmid", "position", "type", "ui", "ref_type", "status", "source")
        return msgspec.structs.replace(
            value, **{f: odd(getattr(value, f), behind) for f in value.__struct_fields__ if f not in kept}
        )
    if isinstance(value, tuple):
        return tuple(odd(one, behind) for one in value)
    return value + behind if isinstance(value, str) else value


def twice() -> list[Citation]:
    """Records that describe a node twice: alike, and not."""
    one = model.Author(last_name="A", name="A", identifiers=(model.Identifier("0000-0002-1825-0097", "ORCID"),))
    other = msgspec.structs.replace(one, last_name="B", name="B", suffix="Jr")
    heading = model.MeshHeading(
        descriptor=model.MeshTerm(name="A", ui="D000001"), qualifiers=(model.MeshTerm(name="q", ui="Q000001"),)
    )
    again = msgspec.structs.replace(heading, descriptor=model.MeshTerm(name="B", ui="D000002"))
    substance = model.Chemical(name="a", registry_number="9ZOQ3TZI87", ui="D000001")
    return [
        Citation(pmid="20", authors=(one, other, one, other)),
        Citation(pmid="21", authors=(one, one), mesh_headings=(heading, again, heading), chemicals=(substance,)),
        Citation(pmid="22", mesh_headings=(again, heading), chemicals=(substance, substance)),
    ]


ODD_AND_TWICE = [*everything(), *twice(), *(odd(c, behind) for behind in '"\\\n\r' for c in everything()[:2])]


@pytest.mark.parametrize("profile", ["full", "core"])
def test_all_forms_say_the_same_triples_in_the_same_order(profile: str) -> None:
    mapping = FULL.with_options(profile=profile)
    for citation in ODD_AND_TWICE * 2:
        said: list[list[Problem]] = [[], [], [], []]
        triples, graph = mapping.triples(citation, said[0]), mapping.graph(citation, said[1])
        lines, count = mapping.counted_lines(citation, said[2])
        assert graph == index(triples)
        assert triples_of(graph) == triples
        assert lines_of(graph) == mapping.lines(citation, said[3]) == lines.decode()
        assert lines.count(b"\n") == count == len(triples) == len(set(triples))
        assert said[0] == said[1] == said[2] == said[3]
        assert len(list(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))) == count


def test_what_is_written_out_as_code_is_what_the_rows_say_one_by_one() -> None:
    for citation in ODD_AND_TWICE:
        steps, problems = FULL.explain(citation)
        expected: dict[Triple, None] = {}
        for step in steps:
            for n, term in enumerate(step.terms, 1):
                predicate = member(n) if step.row.predicate == MEMBERS else step.row.predicate
                expected[step.subject, predicate, term] = None
        found: list[Problem] = []
        assert set(FULL.triples(citation, found)) == set(expected)
        assert found == problems


def plain(value: str, record: object):  # type: ignore[no-untyped-def]
    return literals.literal(value)


def listed(value: str, record: object):  # type: ignore[no-untyped-def]
    return [literals.literal(value), literals.literal(value), '"more"']


def nothing(value: str, record: object) -> str | None:
    return None


def paired(value: tuple[str, str], record: object) -> list[str] | None:
    return [literals.literal("/".join(value))]


def test_functions_of_a_user_may_give_a_term_several_or_none_and_say_so_or_not() -> None:
    predicates = [f"<https://example.org/{{{n}}}'s>" for n in "abcde"]
    mine = FULL.with_rows(
        "article",
        Row(predicates[0], "title", plain),
        Row(predicates[1], "title", listed),
        Row(predicates[2], "title", nothing),
        Row(predicates[3], "title volume", paired),
        Row(predicates[4], "title", plain),
        Row(predicates[4], "volume", listed),
    )
    citation = Citation(pmid="7", title='a "title"', volume="2")
    said = [(p, o) for _, p, o in mine.triples(citation) if "example.org" in p]
    title, volume = '"a \\"title\\""', '"2"'
    assert said == [
        (predicates[0], title),
        (predicates[1], title),
        (predicates[1], '"more"'),
        (predicates[3], '"a \\"title\\"/2"'),
        (predicates[4], title),
        (predicates[4], volume),
        (predicates[4], '"more"'),
    ]
    assert mine.counted_lines(citation) == (lines_of(mine.graph(citation)).encode(), len(mine.triples(citation)))
    assert {(s.row.predicate, term) for s in mine.explain(citation)[0] for term in s.terms} >= set(said)

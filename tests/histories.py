"""
Made-up histories of PubMed: records that come, change, go and come back, in files that arrive in any order.

What must be there in the end is worked out here in the plainest way, without anything of ``medgraph.revisions``.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
from hypothesis import strategies as st

from medgraph import sources
from medgraph.conformance import rejects
from medgraph.errors import MedgraphError, RecordError
from medgraph.iris import GRAPH
from medgraph.judge import Judge
from medgraph.mapping import FULL, Mapping
from medgraph.model import Citation, Deletion

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Hundreds of stores are made here; on a disk that others use as well this takes minutes."""

ARTICLE = "<http://rdf.ncbi.nlm.nih.gov/pubmed/"
OWN = "<https://w3id.org/medgraph/id/"

JOURNALS = [("0000001", "Acta Prima", "Acta Pr"), ("0000002", "Acta Secunda", "Acta S"), ("", "Acta Tertia", "Acta T")]
ORCIDS = ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-9079-593X"]
AGENCIES = [("NCI NIH HHS", "United States"), ("Wellcome Trust", "United Kingdom")]
HEADINGS = [("D000001", "Alpha"), ("D000002", "Beta"), ("D000003", "Gamma")]
QUALIFIERS = [("Q000150", "complications"), ("Q000175", "diagnosis")]
RORS = ["https://ror.org/05dxps055", "https://ror.org/02mhbdp94"]


class Say(NamedTuple):
    """A record of this PMID and version, with one of many contents; None: it is deleted."""

    pmid: int
    version: int
    content: int | None


def article(say: Say) -> str:
    """The XML of a record; every bit of its content decides on something in it."""
    n = say.content or 0
    nlm_id, title, short = JOURNALS[n % 3]
    orcid = ORCIDS[n // 3 % 3]
    people = "".join(
        f"<Author ValidYN='Y'><LastName>{last}</LastName><ForeName>{'Ann' if n & 8 else 'A.'}</ForeName>"
        f"<Initials>A</Initials>{identifier}<AffiliationInfo><Affiliation>{place}</Affiliation>{ror}</AffiliationInfo>"
        "</Author>"
        for last, identifier, place, ror in (
            ("First", f"<Identifier Source='ORCID'>{orcid}</Identifier>" if n & 1 else "", f"Place {n % 4}",
             f"<Identifier Source='ROR'>{RORS[n // 2 % 2]}</Identifier>" if n & 2 else ""),
            ("Second", f"<Identifier Source='ORCID'>{ORCIDS[n % 3]}</Identifier>" if n & 4 else "", "Elsewhere", ""),
        )[: 1 + n % 2]
    )  # fmt: skip
    agency, country = AGENCIES[n // 5 % 2]
    grants = "".join(
        f"<Grant><GrantID>{number}</GrantID><Agency>{agency}</Agency><Country>{country}</Country></Grant>"
        for number in ("G1", "G2", "10.1234/grant.1")[: n // 4 % 4]
    )
    headings = "".join(
        f"<MeshHeading><DescriptorName UI='{ui}' MajorTopicYN='{'Y' if n & 16 else 'N'}'>{name}</DescriptorName>"
        + (f"<QualifierName UI='{q}' MajorTopicYN='N'>{words}</QualifierName>" if n >> k & 1 else "")
        + "</MeshHeading>"
        for k, ((ui, name), (q, words)) in enumerate(zip(HEADINGS, QUALIFIERS * 2, strict=False))
        if n >> (k + 2) & 1
    )
    substance = (
        "<ChemicalList><Chemical><RegistryNumber>0</RegistryNumber>"
        f"<NameOfSubstance UI='D00000{4 + n % 2}'>Stuff</NameOfSubstance></Chemical></ChemicalList>"
        if n & 32
        else ""
    )
    sections = (
        f"<AbstractText Label='AIM'>To {n}.</AbstractText><AbstractText Label='END'>Done.</AbstractText>"
        if n & 64
        else f"<AbstractText>What {n} says.</AbstractText>"
    )
    return (
        f"<PubmedArticle><MedlineCitation Status='MEDLINE' Owner='NLM'><PMID Version='{say.version}'>{say.pmid}</PMID>"
        f"<Article PubModel='Print'><Journal><JournalIssue CitedMedium='Print'><Volume>{n}</Volume><PubDate>"
        f"<Year>20{n % 20:02}</Year></PubDate></JournalIssue><Title>{title}{' Nova' if n & 2 else ''}</Title></Journal>"
        f"<ArticleTitle>Title {n} of {say.pmid}.</ArticleTitle><Abstract>{sections}</Abstract>"
        f"<AuthorList CompleteYN='Y'>{people}</AuthorList><Language>eng</Language>"
        + (f"<GrantList CompleteYN='Y'>{grants}</GrantList>" if grants else "")
        + "<PublicationTypeList><PublicationType UI='D016428'>Journal Article</PublicationType></PublicationTypeList>"
        "</Article>"
        f"<MedlineJournalInfo><MedlineTA>{short}</MedlineTA>"
        + (f"<NlmUniqueID>{nlm_id}</NlmUniqueID>" if nlm_id else "")
        + f"</MedlineJournalInfo>{substance}"
        + (f"<MeshHeadingList>{headings}</MeshHeadingList>" if headings else "")
        + "</MedlineCitation><PubmedData><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>"
        f"<ArticleId IdType='pubmed'>{say.pmid}</ArticleId></ArticleIdList>"
        f"<ReferenceList><Reference><Citation>Old, {n}.</Citation></Reference><Reference><Citation>One.</Citation>"
        f"<ArticleIdList><ArticleId IdType='pubmed'>{1 + n % 6}</ArticleId></ArticleIdList></Reference></ReferenceList>"
        "</PubmedData></PubmedArticle>"
    )


def document(says: Iterable[Say]) -> bytes:
    """A file as NLM writes it: records, and deletions at its end or wherever they are said."""
    parts = []
    for say in says:
        if say.content is None:
            parts.append(f"<DeleteCitation><PMID Version='{say.version}'>{say.pmid}</PMID></DeleteCitation>")
        else:
            parts.append(article(say))
    return f"<?xml version='1.0'?>\n<PubmedArticleSet>{''.join(parts)}</PubmedArticleSet>".encode()


def write(folder: Path, number: int, says: Iterable[Say], year: int = 26) -> Path:
    """A file of NLM's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pubmed{year}n{number:04}.xml.gz"
    path.write_bytes(gzip.compress(document(says), 1, mtime=0))
    return path


class History(NamedTuple):
    """
    Files, and how they arrive.

    Args:
        files: what each says, in NLM's order.
        arrivals: the numbers of the files that are there at each sync, added up.
    """

    files: list[list[Say]]
    arrivals: list[list[int]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Records under six PMIDs, some with a second version, in up to seven files that come in any order."""
    says = st.builds(
        Say,
        st.integers(1, 6),
        st.sampled_from([1, 1, 1, 1, 2]),
        st.one_of(st.integers(0, 127), st.integers(0, 127), st.integers(0, 127), st.none()),
    )
    files = draw(st.lists(st.lists(says, min_size=1, max_size=6), min_size=2, max_size=7))
    order = draw(st.permutations(range(1, len(files) + 1))) if draw(st.booleans()) else range(1, len(files) + 1)
    arrivals: list[list[int]] = [[]]
    for number in order:
        arrivals[-1].append(number)
        if draw(st.booleans()):
            arrivals.append([])
    return History(files, [some for some in arrivals if some])


def final(paths: Iterable[Path], judge: Judge | None = None) -> tuple[dict[str, Citation], list[Citation]]:
    """
    The records that are there after all files in their order, and all that ever were.

    Args:
        judge: takes those out that do not conform.
    """
    current: dict[str, Citation] = {}
    ever: list[Citation] = []
    for path in sorted(paths, key=lambda path: path.name):

        def unreadable(error: MedgraphError) -> None:
            assert isinstance(error, RecordError), error
            if error.pmid is not None:
                current.pop(error.pmid, None)

        for record in sources.read(path, on_error=unreadable):
            before = current.get(record.pmid)
            higher = before is not None and int(before.version or 1) > int(record.version or 1)
            if isinstance(record, Deletion):
                if not higher or record.version is None:
                    current.pop(record.pmid, None)
            else:
                ever.append(record)
                if not higher:
                    current[record.pmid] = record
    if judge is not None:
        results = judge.results([FULL.graph(record) for record in current.values()])
        bad = [pmid for pmid, found in zip(current, results, strict=True) if any(map(rejects, found))]
        for pmid in bad:
            del current[pmid]
    return current, ever


Triples = set[tuple[str, ...]]


def as_kept(lines: str) -> Triples:
    """Triples as a store gives them back: it keeps the values of numbers, not their datatype's name."""
    store = ox.Store()
    store.load(lines.encode(), ox.RdfFormat.N_TRIPLES)
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in store}


def as_mapped(records: Iterable[Citation], mapping: Mapping = FULL) -> Triples:
    """The triples of records in a fresh store."""
    return as_kept("".join(mapping.lines(record) for record in records))


def dump(store: ox.Store) -> Triples:
    """All triples of a store of pyoxigraph; but for the description of the dataset, all lie in the graph of records."""
    graphs = {str(graph) for graph in store.named_graphs()}
    assert graphs <= {f"<{GRAPH}>", f"<{GRAPH}/dataset>"}
    quads = store.quads_for_pattern(None, None, None, ox.NamedNode(GRAPH))
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads}


def assert_equal(
    synced: Triples,
    current: dict[str, Citation],
    ever: Triples,
    mapping: Mapping = FULL,
    fresh: Triples | None = None,
) -> None:
    """
    A store after updates equals a fresh one triple for triple, but for earlier wordings on shared nodes still in use.

    What is allowed beyond the fresh store is a triple about a shared node, said by an earlier record, of a node that an
    article of now leads to. Nothing may be missing.

    Args:
        fresh: the fresh store; None makes it with the mapping.
    """
    if fresh is None:
        fresh = as_mapped(current.values(), mapping)
    assert not fresh - synced, f"missing: {sorted(fresh - synced)[:5]}"
    extra = synced - fresh
    if not extra:
        return
    own = (ARTICLE, *(f"{OWN}{digit}" for digit in "123456789"))
    reached = reached_from({f"{ARTICLE}{pmid}>" for pmid in current}, synced)
    for triple in sorted(extra):
        assert not triple[0].startswith(own), f"stale: {triple}"
        assert triple in ever, f"nobody ever said {triple}"
        assert triple[0] in reached, f"no article reaches {triple}"


def reached_from(start: set[str], triples: Triples) -> set[str]:
    """The nodes that links lead to."""
    links: dict[str, set[str]] = {}
    for subject, _, value in triples:
        links.setdefault(subject, set()).add(value)
    reached = set(start)
    waiting = list(start)
    while waiting:
        for value in links.get(waiting.pop(), ()):
            if value not in reached:
                reached.add(value)
                waiting.append(value)
    return reached

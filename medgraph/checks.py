"""
What no shape can say of a record's graph, checked and reported in the form of a shape's result.

SHACL Core cannot compute a check digit, compare a literal with the name of its node, or count the places at which one
person stands. The readers check identifiers as they come in; this looks at the graph that goes out, or
at one that somebody else made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from medgraph import identifiers, iris
from medgraph.shacl.paths import Predicate
from medgraph.shacl.results import VIOLATION, WARNING, Result
from medgraph.shacl.terms import Index, lexical, literal
from medgraph.shacl.watched import Watched
from medgraph.vocab import BIBO, FABIO, PRO

COMPONENT = "<https://w3id.org/medgraph/vocab#ValueCheck>"
"""The component of these results."""
NAMESPACE = "https://w3id.org/medgraph/checks#"
"""Where the checks have their names, in the place of shapes; the local names are codes of ``model.Problem``."""
_ORCID = "<https://orcid.org/"


Properties = dict[str, dict[str, None]]


class Fault(NamedTuple):
    """What a check found: the property and the value, and its kind and words where the check knows several."""

    predicate: str
    value: str
    code: str = ""
    message: str = ""


class Check(NamedTuple):
    """
    One check, described as a shape is.

    Args:
        code: its kind, as in :class:`~medgraph.model.Problem`.
        about: the properties whose subjects it looks at; none for the ORCIDs themselves.
        find: (node, its properties, the graph) -> what is at fault.
    """

    code: str
    name: str
    severity: str
    message: str
    hint: str
    about: tuple[str, ...]
    find: Callable[[str, Properties, Index], Iterator[Fault]]


def check(graph: Index, noticed: Iterable[str] | None = None) -> list[Result]:
    """
    What the checks find in the graph of a record; empty where nothing is wrong.

    Args:
        noticed: the nodes that have a property of :data:`ABOUT`, and perhaps others; None: all are looked through.
    """
    found: list[Result] = []
    for subject in graph if noticed is None else noticed:
        properties = graph[subject]
        for each in CHECKS:
            for predicate in each.about:
                if predicate in properties:
                    found += _results(each, subject, properties, graph)
                    break
    for subject in [subject for subject in graph if subject.startswith(_ORCID)]:
        found += _results(_OF_ORCIDS, subject, graph[subject], graph)
    return found


def _results(each: Check, subject: str, properties: Properties, graph: Index) -> list[Result]:
    return [
        Result(
            focus=subject,
            path=Predicate(fault.predicate) if fault.predicate else None,
            value=fault.value,
            component=COMPONENT,
            shape=f"<{NAMESPACE}{fault.code or each.code}>",
            severity=each.severity,
            messages=(literal(fault.message or each.message, language="en"),),
            hint=each.hint,
            name=each.name,
        )
        for fault in each.find(subject, properties, graph)
    ]


@lru_cache(maxsize=10_000)
def _fault(kind: str, text: str) -> tuple[str, str] | None:
    """Kind and words of what is wrong with an identifier, or None."""
    good, fault = identifiers.check(kind, text)
    if fault is not None:
        return fault.code, fault.message[:1].upper() + fault.message[1:]
    return None if good == text else (f"{kind}-form", f"It is written {good} elsewhere")


def _other_pmid(subject: str, properties: Properties, graph: Index) -> Iterator[Fault]:
    for value in properties[BIBO.pmid]:
        if iris.article(lexical(value)) != subject:
            yield Fault(BIBO.pmid, value)


def _wrong_orcid(subject: str, properties: Properties, graph: Index) -> Iterator[Fault]:
    if wrong := _fault("orcid", subject[len(_ORCID) : -1]):
        yield Fault("", subject, *wrong)


def _wrong(kind: str, *predicates: str) -> Callable[[str, Properties, Index], Iterator[Fault]]:
    def find(subject: str, properties: Properties, graph: Index) -> Iterator[Fault]:
        for predicate in predicates:
            for value in properties.get(predicate, ()):
                if wrong := _fault(kind, lexical(value)):
                    yield Fault(predicate, value, *wrong)

    return find


def _twice(subject: str, properties: Properties, graph: Index) -> Iterator[Fault]:
    holders: list[str] = []
    for role in properties[PRO.isDocumentContextFor]:
        about = graph.get(role, {})
        if PRO.author in about.get(PRO.withRole, ()):
            holders += [agent for agent in about.get(PRO.isHeldBy, ()) if agent.startswith(_ORCID)]
    if len(set(holders)) < len(holders):
        for agent in dict.fromkeys(holders):
            if holders.count(agent) > 1:
                yield Fault(PRO.isDocumentContextFor, agent)


def _backwards(subject: str, properties: Properties, graph: Index) -> Iterator[Fault]:
    for end in properties[BIBO.pageEnd]:
        for start in properties.get(BIBO.pageStart, ()):
            if _NUMBER.fullmatch(start) and _NUMBER.fullmatch(end) and int(lexical(start)) > int(lexical(end)):
                yield Fault(BIBO.pageStart, start)


_NUMBER = re.compile('"[0-9]{1,9}"')
_ISSNS = (BIBO.issn, BIBO.eissn, FABIO.hasIssnL)
_ISBNS = (BIBO.isbn10, BIBO.isbn13)

CHECKS = (
    Check(
        "pmid-iri",
        "PMID and name of an article",
        VIOLATION,
        "The PMID is not the one in the article's IRI",
        "Both are made from the line PMID, or from MedlineCitation/PMID; one was changed afterwards.",
        (BIBO.pmid,),
        _other_pmid,
    ),
    Check(
        "orcid",
        "check digit of an ORCID",
        VIOLATION,
        "This is not an ORCID: its check digit is wrong, or ORCID does not give out such numbers",
        "Look at the line AUID, or at Author/Identifier: what is no ORCID must stay text beside the name.",
        (),
        _wrong_orcid,
    ),
    Check(
        "issn",
        "check digit of an ISSN",
        WARNING,
        "The check digit of the ISSN is wrong",
        "Look at the line IS, or at ISSN and ISSNLinking.",
        _ISSNS,
        _wrong("issn", *_ISSNS),
    ),
    Check(
        "isbn",
        "check digit of an ISBN",
        WARNING,
        "The check digit of the ISBN is wrong",
        "Look at the line ISBN, or at Isbn.",
        _ISBNS,
        _wrong("isbn", *_ISBNS),
    ),
    Check(
        "orcid-twice",
        "one ORCID at two places",
        WARNING,
        "One ORCID stands at several places of the author list",
        "Look at the lines AUID, or at Author/Identifier: one of the two belongs to somebody else, as a rule.",
        (PRO.isDocumentContextFor,),
        _twice,
    ),
    Check(
        "pages-order",
        "order of the pages",
        WARNING,
        "The first page comes after the last",
        "Look at the line PG, or at Pagination.",
        (BIBO.pageEnd,),
        _backwards,
    ),
)
"""All checks, in the order in which they are made for a node."""
ABOUT = frozenset(predicate for each in CHECKS for predicate in each.about)
"""The properties whose subjects are looked at."""
_OF_ORCIDS = next(each for each in CHECKS if not each.about)


def _good(kind: str) -> Callable[[str], bool]:
    return lambda term: _fault(kind, lexical(term)) is None


_BEFORE, _, _BEHIND = iris.article("¦").partition("¦")
WATCHED = Watched(
    named=(BIBO.pmid, _BEFORE, _BEHIND),
    names=(_ORCID, lambda text: _fault("orcid", text) is None),
    blocks=identifiers.ORCID_BLOCKS,
    values=((_ISSNS, _good("issn")), (_ISBNS, _good("isbn"))),
    issns=_ISSNS,
    once=(PRO.isDocumentContextFor, PRO.withRole, PRO.author, PRO.isHeldBy),
    order=(BIBO.pageStart, BIBO.pageEnd),
)
"""The same for the compiled screen, each at least as strict as the check: with what is not sure, they are made."""

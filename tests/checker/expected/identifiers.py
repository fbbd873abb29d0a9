"""What identifiers of articles, journals and books become."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from medgraph.vocab import BIBO, DCTERMS, FABIO, MEDGRAPH, RDF, SCHEMA

from ..account import IRI, Account, Leaf


def doi_of_iri(iri: str) -> str:
    """The DOI in an IRI at doi.org."""
    return unquote(iri[len("<https://doi.org/") : -1])


def spellings(value: str) -> set[str]:
    """A DOI as printed, and what is left of it without prefixes, blanks and escapes, in lower case."""
    found = {value.lower()}
    for text in (value, html.unescape(value), html.unescape(html.unescape(value)), unquote(value)):
        bare = re.sub(
            r"^(?:https?://)?(?:dx\.)?(?:www\.)?doi(?:\.org/|:)?\s*(?:doi:)?", "", text.strip(), flags=re.IGNORECASE
        )
        bare = bare.strip().lower()
        found |= {bare, bare.rstrip("."), bare.rstrip(".,;"), bare.replace(" ", "")}
    return found


def is_doi(value: str) -> bool:
    """Whether this is a DOI beyond doubt: prefix, slash, suffix without blanks."""
    return re.fullmatch(r"10\.[0-9]{4,9}/\S+", value) is not None


class Candidate(NamedTuple):
    """What a record gives as a DOI, and whether the record says that it is valid."""

    leaf: Leaf
    value: str
    valid: bool = True


def dois(a: Account, node: str, candidates: Sequence[Candidate]) -> None:
    """The first valid DOI is the article's, every other one is kept as an identifier, and each is an IRI."""
    first: str | None = None
    iris = {iri: doi_of_iri(iri).lower() for iri in a.nodes(node, SCHEMA.sameAs, "<https://doi.org/10.")}
    for leaf, value, valid in candidates:
        if not valid:
            a.seek(leaf, node, MEDGRAPH.invalidIdentifier if node == a.article else DCTERMS.identifier, value)
            continue
        names = spellings(value)
        own = [iri for iri, name in iris.items() if name in names]
        for iri in own:
            a.trace(leaf.path, node, SCHEMA.sameAs, iri, IRI)
        if not own:
            if is_doi(value):
                leaf.settle(False, "its IRI under sameAs")
            a.seek(leaf, node, DCTERMS.identifier, value)
        elif first is None:
            first = value
            a.seek(leaf, node, BIBO.doi, value)
        elif value != first:
            a.seek(leaf, node, DCTERMS.identifier, value)
        else:
            a.seek(leaf, node, BIBO.doi, value)


def pmc(a: Account, leaf: Leaf, value: str) -> None:
    """A PubMed Central id, with the article's IRI there; what is none is an identifier."""
    number = re.fullmatch(r"(?:PMC)?([0-9]+)(?:\.[0-9]+)?", value.strip(), re.IGNORECASE)
    if number is None or (
        value not in a.literals(a.article, FABIO.hasPubMedCentralId) and a.literals(a.article, FABIO.hasPubMedCentralId)
    ):
        a.seek(leaf, a.article, DCTERMS.identifier, value)
        return
    a.seek(leaf, a.article, FABIO.hasPubMedCentralId, value)
    a.need("PMC IRI", a.article, SCHEMA.sameAs, f"<https://identifiers.org/pmc:PMC{number[1]}>")


def other_id(a: Account, leaves: Sequence[Leaf | None], source: str | None, value: str) -> None:
    """An id that another system gave, as ``source: value``; NLM's own may be one of PubMed Central."""
    for leaf in leaves:
        a.seek(leaf, a.article, DCTERMS.identifier, f"{source}: {value}" if source else value)
    if source == "NLM" and re.fullmatch(r"PMC[0-9]+", value):
        a.need("PMC IRI", a.article, SCHEMA.sameAs, f"<https://identifiers.org/pmc:{value}>")


def mod_11(digits: str) -> int:
    """The check digit of an ISSN's first seven digits."""
    return -sum(int(d) * weight for d, weight in zip(digits, range(8, 1, -1), strict=True)) % 11


def is_issn(value: str) -> bool:
    """Whether this is an ISSN with the right check digit."""
    return re.fullmatch(r"[0-9]{4}-[0-9]{3}[0-9X]", value) is not None and (
        mod_11(value.replace("-", "")[:7]) == (10 if value[8] == "X" else int(value[8]))
    )


def issn(a: Account, leaves: Sequence[Leaf | None], journal: str, value: str, kind: str | None) -> None:
    """An ISSN of a journal, by its type."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{3}[0-9X]", value) is None:
        predicate = DCTERMS.identifier
    else:
        predicate = {"Electronic": BIBO.eissn, "Linking": FABIO.hasIssnL}.get(kind or "", BIBO.issn)
    for leaf in leaves:
        a.seek(leaf, journal, predicate, value)
    if kind == "Linking" and is_issn(value):
        a.need("ISSN IRI", journal, SCHEMA.sameAs, f"<http://issn.org/resource/ISSN-L/{value}>")


def journal_node(a: Account) -> str | None:
    """The journal that the article is part of."""
    nodes = [n for n in a.nodes(a.article, DCTERMS.isPartOf) if not n.endswith(f"/{a.pmid}-book>")]
    if len(nodes) != 1:
        a.lack("link", a.article, DCTERMS.isPartOf, f"one journal, but there are {len(nodes)}")
        return None
    a.need("link", a.article, DCTERMS.isPartOf, nodes[0])
    a.need("class", nodes[0], RDF.type, BIBO.Journal)
    return nodes[0]


def journal_name(a: Account, journal: str, nlm_id: str | None, linking: Iterable[str]) -> None:
    """A journal is named by its NLM Unique ID, else by its linking ISSN, else after its name."""
    if nlm_id and nlm_id.isalnum():
        right = journal == f"<https://www.ncbi.nlm.nih.gov/nlmcatalog/{nlm_id}>"
    elif numbers := [n for n in linking if is_issn(n)]:
        right = journal == f"<http://issn.org/resource/ISSN-L/{numbers[0]}>"
    else:
        right = journal.startswith("<https://w3id.org/medgraph/id/journal-")
    if not right:
        a.lack("link", a.article, DCTERMS.isPartOf, f"a journal named after {nlm_id or linking}, not {journal}")


def isbn(a: Account, leaf: Leaf, node: str) -> None:
    """An ISBN, in digits, by its length; what is none is an identifier."""
    digits = re.sub(r"^ISBN[: ]*|[- ]", "", leaf.value.upper())
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        right = sum((10 if d == "X" else int(d)) * w for d, w in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0
    else:
        right = re.fullmatch(r"[0-9]{13}", digits) is not None and (
            sum(int(d) * (1, 3)[n % 2] for n, d in enumerate(digits)) % 10 == 0
        )
    if right:
        a.seek(leaf, node, BIBO.isbn10 if len(digits) == 10 else BIBO.isbn13, digits)
    else:
        a.seek(leaf, node, DCTERMS.identifier)

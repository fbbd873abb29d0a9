"""What MeSH headings, substances and publication types become."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from medgraph.vocab import BIBO, DCTERMS, FABIO, MEDGRAPH, MESHV, RDF, RDFS, SKOS

from ..account import BOOLEAN, ENGLISH, IRI, Account, Leaf

MESH = "<http://id.nlm.nih.gov/mesh/"


class Named(NamedTuple):
    """A MeSH term in a record: its name, and what is said beside it, with the leaves that say it."""

    name: Leaf
    text: str
    ui_leaf: Leaf | None = None
    ui: str | None = None
    major_leaf: Leaf | None = None
    major: bool = False
    auto_leaf: Leaf | None = None
    auto: bool = False


def mesh_iri(ui: str) -> str:
    """A term of MeSH RDF."""
    return f"{MESH}{ui}>"


def _mesh_term(a: Account, term: Named, subject: str, predicate: str, before: str = "") -> str | None:
    """
    The IRI of a MeSH term among the objects: by its UI, else by its name in the graph; None where it has none.

    Args:
        before: "/" for a qualifier, whose name is among the known ones behind a slash.
    """
    if term.ui and re.fullmatch(r"[DQC][0-9]{6,9}", term.ui):
        return mesh_iri(term.ui)
    for iri in a.nodes(subject, predicate, MESH):
        if a.has(iri, RDFS.label, term.text, ENGLISH):
            known = a.names.get(before + term.text)
            if known and iri != mesh_iri(known):
                a.lack("MeSH name", iri, RDFS.label, f"{term.text} is {known}")
            return iri
    return None


def _label(a: Account, term: Named, iri: str) -> None:
    a.seek(term.name, iri, RDFS.label, term.text, ENGLISH)


def heading(a: Account, n: int, descriptor: Named, qualifiers: Sequence[Named]) -> None:
    """A heading: the plain descriptor, one pair for each qualifier, the starred ones, and a node for what has no UI."""
    article = a.article
    node = a.local(f"heading-{n}")
    subject = _mesh_term(a, descriptor, article, DCTERMS.subject)
    if subject:
        a.seek(descriptor.ui_leaf or descriptor.name, article, DCTERMS.subject, subject, IRI)
        _label(a, descriptor, subject)
        if descriptor.major:
            a.seek(descriptor.major_leaf, article, FABIO.hasPrimarySubjectTerm, subject, IRI)
    resolved: list[tuple[Named, str]] = []
    for qualifier in qualifiers:
        if subject:
            pair, iri = _pair(a, qualifier, subject)
            if pair and iri:
                resolved.append((qualifier, iri))
                for leaf in (qualifier.ui_leaf, qualifier.name):
                    a.seek(leaf, article, FABIO.hasSubjectTerm, pair, IRI)
                a.need("pair", pair, MESHV.hasDescriptor, subject)
                a.seek(qualifier.ui_leaf or qualifier.name, pair, MESHV.hasQualifier, iri, IRI)
                _label(a, qualifier, iri)
                if qualifier.major:
                    a.seek(qualifier.major_leaf, article, FABIO.hasPrimarySubjectTerm, pair, IRI)
                continue
        iri = _mesh_term(a, qualifier, node, MEDGRAPH.qualifier, "/")
        if iri and not subject:
            resolved.append((qualifier, iri))
            for leaf in (qualifier.ui_leaf, qualifier.name):
                a.seek(leaf, node, MEDGRAPH.qualifier, iri, IRI)
            _label(a, qualifier, iri)
            if qualifier.major:
                a.seek(qualifier.major_leaf, node, MEDGRAPH.majorQualifier, iri, IRI)
        else:
            a.seek(qualifier.name, node, MEDGRAPH.qualifierName, qualifier.text)
            if qualifier.major:
                a.seek(qualifier.major_leaf, node, MEDGRAPH.majorQualifierName, qualifier.text)
    if subject and not resolved:
        a.seek(descriptor.name, article, FABIO.hasSubjectTerm, subject, IRI)
    automatic = [term for term in (descriptor, *qualifiers) if term.auto]
    if subject is None or len(resolved) < len(qualifiers) or automatic:
        _heading_node(a, node, descriptor, resolved, subject=subject, automatic=automatic)


def _pair(a: Account, qualifier: Named, subject: str) -> tuple[str | None, str | None]:
    """The pair of a descriptor with a qualifier, and the qualifier."""
    beginning = subject[:-1] + "Q"
    for pair in a.nodes(a.article, FABIO.hasSubjectTerm, beginning):
        iri = f"{MESH}{pair[len(subject) - 1 :]}"
        if qualifier.ui:
            if iri == mesh_iri(qualifier.ui):
                return pair, iri
        elif a.has(iri, RDFS.label, qualifier.text, ENGLISH):
            known = a.names.get(f"/{qualifier.text}")
            if known and iri != mesh_iri(known):
                a.lack("MeSH name", iri, RDFS.label, f"{qualifier.text} is {known}")
            return pair, iri
    return None, None


def _heading_node(
    a: Account,
    node: str,
    descriptor: Named,
    qualifiers: Sequence[tuple[Named, str]],
    *,
    subject: str | None,
    automatic: Sequence[Named],
) -> None:
    """The node of a heading that has a part without a UI, or that the indexing program assigned."""
    a.need("link", a.article, MEDGRAPH.heading, node)
    a.need("class", node, RDF.type, MEDGRAPH.Heading)
    a.seek(descriptor.name, node, RDFS.label, descriptor.text)
    if subject:
        a.need("heading", node, RDF.value, subject)
    if descriptor.major:
        a.seek(descriptor.major_leaf, node, MEDGRAPH.majorTopic, "true", BOOLEAN)
    for term in automatic:
        a.seek(term.auto_leaf, node, MEDGRAPH.autoIndexed, "true", BOOLEAN)
    for qualifier, iri in qualifiers:
        a.need("heading", node, MEDGRAPH.qualifier, iri)
        if qualifier.major:
            a.need("heading", node, MEDGRAPH.majorQualifier, iri)


def supplementary(a: Account, n: int, term: Named, kind: Leaf | None) -> None:
    """A supplementary concept: a MeSH term, else a heading of its own."""
    iri = _mesh_term(a, term, a.article, FABIO.hasSubjectTerm)
    if iri:
        a.seek(term.ui_leaf or term.name, a.article, FABIO.hasSubjectTerm, iri, IRI)
        _label(a, term, iri)
        if kind:
            kind.excuse("type of a supplementary concept")
        return
    node = a.local(f"heading-{n}")
    a.need("link", a.article, MEDGRAPH.heading, node)
    a.need("class", node, RDF.type, MEDGRAPH.Heading)
    a.seek(term.name, node, RDFS.label, term.text)
    a.seek(kind, node, MEDGRAPH.supplementaryConceptType)


def substance(a: Account, n: int, term: Named | None, number_leaf: Leaf | None, number: str | None) -> None:
    """A substance: a MeSH term, else a node; the registry's IRI on it, the number as printed if it is none."""
    node = a.local(f"substance-{n}")
    iri = _mesh_term(a, term, a.article, FABIO.hasSubjectTerm) if term else None
    if term and iri:
        a.seek(term.ui_leaf or term.name, a.article, FABIO.hasSubjectTerm, iri, IRI)
        _label(a, term, iri)
    on = iri or node
    printed = False
    if number and number != "0":
        printed = not _registry(a, on, number_leaf, number)
    if iri is None or printed:
        a.need("link", a.article, MEDGRAPH.substance, node)
        a.need("class", node, RDF.type, MEDGRAPH.Substance)
        if term:
            a.seek(term.name, node, RDFS.label, term.text)
        if printed:
            a.seek(number_leaf, node, MEDGRAPH.registryNumber, number)


def _registry(a: Account, node: str, leaf: Leaf | None, number: str) -> bool:
    if number.startswith("EC"):
        ec = re.sub(r"^EC[ :]*", "", number).rstrip(".")
        wanted, predicate = f"<http://purl.uniprot.org/enzyme/{ec}>", SKOS.closeMatch
        right = re.fullmatch(r"[1-7](\.([0-9]+|-)){1,2}(\.([nB]?[0-9]+|-))?", ec) is not None
        partial = ec + ".-" * (3 - ec.count("."))
        if right and a.has(node, predicate, f"<http://purl.uniprot.org/enzyme/{partial}>", IRI):
            wanted = f"<http://purl.uniprot.org/enzyme/{partial}>"
        if not right:
            return False
    else:
        predicate = SKOS.exactMatch
        if is_cas(number):
            wanted = f"<https://identifiers.org/cas:{number}>"
        elif is_unii(number):
            wanted = f"<https://identifiers.org/unii:{number}>"
        else:
            return False
    a.seek(leaf, node, predicate, wanted, IRI)
    return True


def is_cas(number: str) -> bool:
    """Whether this is a CAS number with the right check digit."""
    if not re.fullmatch(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]", number):
        return False
    digits = number.replace("-", "")
    return sum(n * int(d) for n, d in enumerate(reversed(digits[:-1]), 1)) % 10 == int(digits[-1])


def is_unii(number: str) -> bool:
    """Whether this is a UNII with the right check character (the sum of the nine before it, mod 36)."""
    characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return re.fullmatch(r"[0-9A-Z]{10}", number) is not None and (
        characters[sum(characters.index(c) for c in number[:9]) % 36] == number[9]
    )


PUBLICATION_CLASSES = {
    "D016428": FABIO.JournalArticle,
    "D016454": FABIO.ReviewArticle,
    "D017418": FABIO.ReviewArticle,
    "D000078182": FABIO.ReviewArticle,
    "D016421": FABIO.JournalEditorial,
    "D016422": FABIO.Letter,
    "D016420": FABIO.Comment,
    "D016433": FABIO.JournalNewsItem,
    "D016440": FABIO.RetractionNotice,
    "D000076942": FABIO.Preprint,
}


def publication_types(a: Account, types: Sequence[Named], of_article: bool) -> None:
    """The types as MeSH terms, and the classes that follow from them."""
    uis = set()
    for one in types:
        iri = _mesh_term(a, one, a.article, DCTERMS.type)
        if iri is None:
            a.seek(one.name, a.article, MEDGRAPH.publicationTypeName, one.text)
            continue
        uis.add(iri[len(MESH) : -1])
        a.seek(one.ui_leaf or one.name, a.article, DCTERMS.type, iri, IRI)
        _label(a, one, iri)
    if of_article:
        a.need("class", a.article, RDF.type, BIBO.AcademicArticle if "D016428" in uis else BIBO.Article)
        for ui in sorted(uis & PUBLICATION_CLASSES.keys()):
            a.need("class", a.article, RDF.type, PUBLICATION_CLASSES[ui])

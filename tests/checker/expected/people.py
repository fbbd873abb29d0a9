"""What authors, editors and investigators become, with their affiliations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from medgraph.vocab import BIBO, DCTERMS, FOAF, MEDGRAPH, ORG, PRO, RDF, SCORO, VIVO

from ..account import BOOLEAN, INT, IRI, PLAIN, Account, Leaf


class Identified(NamedTuple):
    """An identifier of a person or organisation, with the scheme it belongs to."""

    leaf: Leaf
    value: str
    source_leaf: Leaf | None
    source: str | None


class Place(NamedTuple):
    """An affiliation as printed, and the identifiers that stand beside it."""

    text: Leaf | None
    identifiers: Sequence[Identified] = ()


class Names(NamedTuple):
    """
    The name of a person or group as the form gives it.

    ``short`` is the leaf that only the short form holds (initials; ``AU``), ``short_name`` the short form itself.
    """

    last: Leaf | None = None
    fore: Leaf | None = None
    suffix: Leaf | None = None
    collective: Leaf | None = None
    short: Leaf | None = None
    short_name: str | None = None
    initials: str | None = None
    full: Leaf | None = None
    """``FAU``: last name, first name and suffix in one."""


class Someone(NamedTuple):
    """One entry of a list of authors, editors or investigators."""

    names: Names
    identifiers: Sequence[Identified] = ()
    places: Sequence[Place] = ()
    valid_leaf: Leaf | None = None
    valid: bool = True
    equal_leaf: Leaf | None = None
    equal: bool | None = None
    list_leaf: Leaf | None = None
    """``CollectiveName@Investigators``."""


ROLES = {
    "author": ("authorship", PRO.author, DCTERMS.creator, BIBO.authorList),
    "editor": ("editorship", PRO.editor, BIBO.editor, BIBO.editorList),
    "investigator": ("investigation", SCORO.collaborator, DCTERMS.contributor, None),
}


def orcid_of(value: str) -> str | None:
    """The ORCID in a value, when its check digit is right (ISO 7064 mod 11-2)."""
    found = re.findall(r"\d{15}[\dX]", re.sub(r"[^0-9A-Za-z]", "", value).upper())
    for number in found:
        total = 0
        for digit in number[:15]:
            total = (total + int(digit)) * 2
        if "0123456789X"[(12 - total % 11) % 11] == number[15] and number.strip("0"):
            return "-".join(number[n : n + 4] for n in range(0, 16, 4))
    return None


def people(
    a: Account,
    doc: str,
    kind: str,
    listed: Sequence[Someone],
    *,
    of: str = "",
    complete: tuple[Leaf | None, bool] = (None, True),
) -> list[str]:
    """
    A list of people: who they are, in which order, and what holds of each in this record only.

    Returns:
        the nodes of those whose entry is valid, in order.
    """
    role_kind, role_class, link, list_link = ROLES[kind]
    sequence = a.local(f"{of}{kind}s")
    agents: list[str] = []
    for n, one in enumerate(listed, 1):
        role = a.local(f"{of}{role_kind}-{n}")
        a.need("link", doc, PRO.isDocumentContextFor, role)
        a.need("class", role, RDF.type, PRO.RoleInTime)
        a.need("class", role, PRO.withRole, role_class)
        agent = _agent(a, role, f"{of}{kind}-{n}", one)
        a.need("holder", role, PRO.isHeldBy, agent)
        if one.valid:
            agents.append(agent)
            a.need("order", role, VIVO.rank, str(len(agents)), INT)
            a.need("link", doc, link, agent)
            if list_link:
                a.need("order", sequence, f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#_{len(agents)}>", agent)
        else:
            a.seek(one.valid_leaf, role, MEDGRAPH.validName, "false", BOOLEAN)
        if one.equal is not None:
            a.seek(one.equal_leaf, role, MEDGRAPH.equalContribution, "true" if one.equal else "false", BOOLEAN)
        _name(a, agent, role, one.names)
        for place in one.places:
            affiliation(a, role, PRO.relatesToOrganization, place)
    if listed and list_link:
        a.need("link", doc, list_link, sequence)
        a.need("class", sequence, RDF.type, RDF.Seq)
        if not complete[1]:
            a.seek(complete[0], sequence, MEDGRAPH.listComplete, "false", BOOLEAN)
    return agents


def _agent(a: Account, role: str, local: str, one: Someone) -> str:
    """The node of a person: the first ORCID that is one, else a node of this record."""
    agent = a.local(local)
    chosen: Identified | None = None
    for identifier in one.identifiers:
        if identifier.source != "ORCID":
            continue
        number = orcid_of(identifier.value)
        if number and a.has(role, PRO.isHeldBy, f"<https://orcid.org/{number}>", IRI):
            chosen, agent = identifier, f"<https://orcid.org/{number}>"
            break
        if number and re.fullmatch(r"(https?://orcid\.org/)?[0-9]{4}(-?[0-9]{4}){2}-?[0-9]{3}[0-9X]", identifier.value):
            chosen, agent = identifier, f"<https://orcid.org/{number}>"
            break
    for identifier in one.identifiers:
        for leaf in {id(x): x for x in (identifier.leaf, identifier.source_leaf) if x}.values():
            if identifier is chosen:
                a.seek(leaf, role, PRO.isHeldBy, agent, IRI)
            else:
                same = orcid_of(identifier.value) if identifier.source == "ORCID" else None
                if same and agent == f"<https://orcid.org/{same}>" and chosen and chosen.value == identifier.value:
                    a.seek(leaf, role, PRO.isHeldBy, agent, IRI)
                else:
                    value = f"{identifier.source}: {identifier.value}" if identifier.source else identifier.value
                    a.seek(leaf, agent, DCTERMS.identifier, value)
    a.need("class", agent, RDF.type, FOAF.Group if one.names.collective else FOAF.Person)
    return agent


def _name(a: Account, agent: str, role: str, names: Names) -> None:
    """The name: its parts on the person, the short form as printed on the role."""
    if names.collective:
        a.seek(names.collective, agent, FOAF.name)
        a.seek(names.collective, role, FOAF.name)
        return
    a.seek(names.last, agent, FOAF.familyName)
    a.seek(names.fore, agent, FOAF.givenName)
    a.seek(names.suffix, agent, BIBO.suffixName)
    if names.last:
        first = names.fore.value if names.fore else names.initials
        parts = (first, names.last.value, names.suffix.value if names.suffix else None)
        a.need("full name", agent, FOAF.name, " ".join(part for part in parts if part), PLAIN)
    if names.full:
        full_name(a, agent, names.full)
    elif names.short and not names.last:
        a.seek(names.short, agent, FOAF.name)
    if names.short_name:
        a.need("short name", role, FOAF.name, names.short_name, PLAIN)
        a.seek(names.short, role, FOAF.name, names.short_name)


def full_name(a: Account, agent: str, leaf: Leaf) -> None:
    """``Last, First Jr``: the parts on the person, which put together are the value; a name without comma as it is."""
    family, comma, rest = leaf.value.partition(", ")
    family = family.rstrip(" ")  # "An , H S" (PMID 11242391)
    if not comma:
        a.seek(leaf, agent, FOAF.familyName)
        a.need("full name", agent, FOAF.name, leaf.value, PLAIN)
        return
    for suffix in ("", *a.literals(agent, BIBO.suffixName)):
        for given in a.literals(agent, FOAF.givenName) or [""]:
            if f"{given} {suffix}".strip() == rest and a.trace(leaf.path, agent, FOAF.familyName, family):
                if given:
                    a.trace(leaf.path, agent, FOAF.givenName, given)
                if suffix:
                    a.trace(leaf.path, agent, BIBO.suffixName, suffix)
                a.need("full name", agent, FOAF.name, " ".join(p for p in (given, family, suffix) if p), PLAIN)
                leaf.settle(True, "")
                return
    leaf.settle(False, f"familyName {family!r} with the names {rest!r}")


def affiliation(a: Account, subject: str, predicate: str, place: Place) -> None:
    """An affiliation of a role (or of a record as a whole), with what it belongs to."""
    node = None
    for candidate in a.nodes(subject, predicate, a.local("affiliation-")[:-1]):
        if place.text is None or a.has(candidate, FOAF.name, place.text.value):
            node = candidate
            break
    if node is None:
        for leaf in (place.text, *(leaf for i in place.identifiers for leaf in (i.leaf, i.source_leaf))):
            if leaf:
                leaf.settle(False, "an affiliation of this entry with this text")
        return
    if place.text:
        a.seek(place.text, node, FOAF.name)
        if not a.affiliation_node(place.text.value, node):
            a.lack("class", node, FOAF.name, "one node for each distinct text")
    a.need("link", subject, predicate, node)
    a.need("class", node, RDF.type, FOAF.Organization)
    for identifier in place.identifiers:
        _institution(a, node, identifier)


INSTITUTIONS = {
    "ROR": ("<https://ror.org/{}>", r"0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}"),
    "GRID": ("<https://www.grid.ac/institutes/{}>", r"grid\.[0-9]+\.[0-9a-f]+"),
    "ISNI": ("<https://isni.org/isni/{}>", r"[0-9]{15}[0-9X]"),
}


def _institution(a: Account, node: str, identifier: Identified) -> None:
    """The institution an affiliation belongs to; Ringgold's numbers and what is no identifier stay literals."""
    leaves = {id(x): x for x in (identifier.leaf, identifier.source_leaf) if x}.values()
    source = (identifier.source or "").upper()
    if source == "RINGGOLD":
        for leaf in leaves:
            a.seek(leaf, node, MEDGRAPH.ringgoldId, identifier.value)
        return
    pattern, form = INSTITUTIONS.get(source, ("", "(?!)"))
    number = re.search(form + "$", identifier.value if source == "ROR" else re.sub(r"[ -]", "", identifier.value))
    iri = pattern.format(number[0]) if number else None
    for leaf in leaves:
        if iri and a.has(node, ORG.subOrganizationOf, iri, IRI):
            a.seek(leaf, node, ORG.subOrganizationOf, iri, IRI)
            a.need("class", iri, RDF.type, FOAF.Organization)
        else:
            value = f"{identifier.source}: {identifier.value}" if identifier.source else identifier.value
            a.seek(leaf, node, DCTERMS.identifier, value)


def person_as_subject(a: Account, n: int, names: Names) -> None:
    """A person that the article is about."""
    node = a.local(f"subject-{n}")
    a.need("link", a.article, DCTERMS.subject, node)
    a.need("class", node, RDF.type, FOAF.Person)
    _name(a, node, node, names)

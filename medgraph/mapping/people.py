"""Authors, editors, investigators, and the organisations they belong to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import Struct

from medgraph import identifiers, iris
from medgraph.mapping.literals import literal
from medgraph.mapping.rows import Record
from medgraph.mapping.values import Template
from medgraph.model import Affiliation, Author, Identifier, PersonalName


class Role(Struct, gc=False):
    """What holds of a person in this article only: who, in which place, and the entry as printed."""

    agent: str
    rank: int | None
    author: Author


def _orcid(author: Author) -> str | None:
    for identifier in author.identifiers:
        if identifier.source == "ORCID" and (number := identifiers.orcid(identifier.value)):
            return number
    return None


def _roles(authors: tuple[Author, ...], kind: str, record: Record) -> list[Role]:
    """Who each is: the ORCID where it is a valid one, else a node of this record; described either way."""
    found = []
    waiting = record.waiting["person"]
    stem = f"{record.stem}{kind}-"
    rank = 0
    for n, author in enumerate(authors, 1):
        number = _orcid(author) if author.identifiers else None
        agent = iris.orcid(number) if number else f"{stem}{n}>"
        waiting.append((agent, author))
        if author.valid:
            rank += 1
            found.append(Role(agent, rank, author))
        else:
            found.append(Role(agent, None, author))
    return found


class People(Struct, gc=False):
    """The members of a list of people, in order, and whether the record says that it is complete."""

    people: list[str]
    complete: bool | None


_ROLES = {"author": "authorship", "editor": "editorship", "investigator": "investigation"}


@cache
def _people(kind: str, of: str) -> Callable[[Record], list[Role]]:
    """The authors, editors or investigators of the record (``of=""``) or of its book (``of="book-"``)."""

    def people(record: Record) -> list[Role]:
        owner = record.citation.book if of else record.citation
        if owner is None:
            return []
        if kind == "investigator":
            listed = tuple(person for one in owner.investigator_lists for person in one.investigators)
        else:
            listed = owner.authors if kind == "author" else owner.editors
        return _roles(listed, of + kind, record)

    return people


def agents(kind: str, of: str = "") -> Callable[[Any, Record], list[str]]:
    """The people of one kind: their ORCID where it is valid, else a node each."""
    people = _people(kind, of)

    def links(value: Any, record: Record) -> list[str]:
        return [role.agent for role in record.once(people) if role.rank]

    links.__doc__ = f"The {kind}s: their ORCID where it is valid, else a node each."
    return links


def ordered(kind: str, of: str = "") -> Callable[[Any, Record], str]:
    """The people of one kind in order, an ``rdf:Seq``."""
    links = agents(kind, of)

    def sequence(value: Any, record: Record) -> str:
        complete = record.citation.authors_complete if kind == "author" and not of else None
        if of and kind == "author" and record.citation.book:
            complete = record.citation.book.authors_complete
        return record.describe("people", f"{record.stem}{of}{kind}s>", People(links(value, record), complete))

    sequence.__doc__ = f"The {kind}s in order, an rdf:Seq."
    return sequence


def roles(kind: str, of: str = "") -> Callable[[Any, Record], list[str]]:
    """What holds of each person of one kind in this record only."""
    people = _people(kind, of)
    role = _ROLES[kind]

    def links(value: Any, record: Record) -> list[str]:
        stem = f"{record.stem}{of}{role}-"
        nodes = [(f"{stem}{n}>", one) for n, one in enumerate(record.once(people), 1)]
        record.waiting[role] += nodes
        return [where for where, _ in nodes]

    links.__doc__ = f"What holds of each {kind} in this record only: a node `-{of}{role}-n`."
    return links


agent = Template("The person or group that holds the role.", before="", after="", is_text=False)


def agent_class(classes: tuple[str, str]) -> Callable[[Author, Record], str]:
    """The first class for a person, the second for a group."""

    def of(author: Author, record: Record) -> str:
        return classes[1] if author.collective_name else classes[0]

    of.__doc__ = f"{classes[0]}, or {classes[1]} for a collective author."
    return of


def full_name(author: Author | PersonalName, record: Record) -> str | None:
    """First name, last name and suffix; the group's name; the short form where it is all there is."""
    last = author.last_name
    if last is None:
        name = getattr(author, "collective_name", None) or author.name
        return literal(name) if name else None
    first = author.fore_name or author.initials
    name = f"{first} {last}" if first else last
    return literal(f"{name} {author.suffix}" if author.suffix else name)


def short_name(author: Author, record: Record) -> str | None:
    """The name as the short form prints it; a group's name."""
    name = author.name or author.collective_name
    return literal(name) if name else None


def members(value: str, record: Record) -> list[str] | None:
    """The investigators whose list the group's entry names."""
    found: list[str] = []
    n = 0
    roles = record.once(_people("investigator", ""))
    for one in record.citation.investigator_lists:
        for _ in one.investigators:
            if one.id == value and roles[n].rank:
                found.append(roles[n].agent)
            n += 1
    return found or None


def other_person_ids(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """``source: value`` of every identifier but the ORCID that names the person."""
    found = []
    chosen = False
    for value in values:
        if value.source == "ORCID":
            if identifiers.orcid(value.value):
                if not chosen:
                    chosen = True
                    continue
                record.problem(
                    "orcid-several", "AUID", value.value, "the same author has another ORCID before this one"
                )
            else:
                record.fault("orcid", "AUID", value.value)
        found.append(literal(f"{value.source}: {value.value}" if value.source else value.value))
    return found


def affiliations(values: tuple[Affiliation, ...], record: Record) -> list[str]:
    """A node for each distinct text of the record."""
    found = []
    for value in values:
        key = value.text or ""
        iri = record.affiliations.get(key) if key else None
        if iri is None:
            n = len(record.affiliations) + 1
            iri = f"{record.stem}affiliation-{n}>"
            record.affiliations[key or f"\0{n}"] = iri
            record.describe("affiliation", iri, value)
        elif value.identifiers:
            record.describe("affiliation", iri, value)
        found.append(iri)
    return found


_INSTITUTION_CHECKS: dict[str, Callable[[str], str | None]] = {
    "ROR": identifiers.ror,
    "GRID": identifiers.grid,
    "ISNI": identifiers.isni,
}


def _institution(value: Identifier) -> str | None:
    check = _INSTITUTION_CHECKS.get((value.source or "").upper())
    number = check(value.value) if check else None
    return iris.institution((value.source or "").upper(), number) if number else None


def institutions(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """The organisations that the affiliation belongs to, by ROR, GRID or ISNI."""
    return [record.describe("institution", iri, value) for value in values if (iri := _institution(value))]


def ringgold(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """Ringgold numbers, which have no public IRI."""
    return [literal(value.value) for value in values if (value.source or "").upper() == "RINGGOLD"]


def other_organisation_ids(values: tuple[Identifier, ...], record: Record) -> list[str]:
    """``source: value`` of identifiers that could not become an IRI."""
    found = []
    for value in values:
        source = (value.source or "").upper()
        if source == "RINGGOLD" or _institution(value):
            continue
        if source in _INSTITUTION_CHECKS:
            record.fault(source.lower(), "AffiliationInfo/Identifier", value.value)
        found.append(literal(f"{value.source}: {value.value}" if value.source else value.value))
    return found

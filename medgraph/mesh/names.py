"""
What a name can be asked: the :class:`Resolver`, the small one that ships, and when two names are one.

A name resolves by being equal to a name of MeSH, never by being similar. Equal are, as in NLM's own
look-up, names that differ in case and white space; and names that differ in hyphens for blanks, because
that is how NLM derives variants itself: of the 131,134 permuted terms of MeSH 2024, 17,663 differ from
their term in nothing else, and no two descriptors become one by it. Commas and apostrophes are part of a
name: without them 28 names would stand for two descriptors (``3,3',5-Triiodothyronine``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

DESCRIPTOR = "descriptor"
QUALIFIER = "qualifier"
PUBLICATION_TYPE = "publication type"
SUBSTANCE = "substance"
KINDS = (DESCRIPTOR, QUALIFIER, PUBLICATION_TYPE, SUBSTANCE)
"""What a name can be the name of, for :meth:`Resolver.look_up`."""


class Answer(NamedTuple):
    """
    What became of a name.

    Args:
        ui: the identifier, or None.
        how: how it was found, or why it was not, in words (``"entry term of Nicotiana, MeSH 2024"``).
        rivals: the identifiers that it could equally be, where that is why it was not found.
    """

    ui: str | None
    how: str
    rivals: tuple[str, ...] = ()


class Resolver(Protocol):
    """Finds the MeSH identifier for a name, or None; each method looks among names of its own kind only."""

    def descriptor(self, name: str) -> str | None:
        """The ``D…`` of a heading without its qualifiers (``MH``)."""
        ...

    def qualifier(self, name: str) -> str | None:
        """The ``Q…`` of a qualifier of a heading."""
        ...

    def publication_type(self, name: str) -> str | None:
        """The ``D…`` of a publication type (``PT``)."""
        ...

    def substance(self, name: str) -> str | None:
        """The ``D…`` or ``C…`` of a substance, protocol, disease or organism (``RN``, ``NM``)."""
        ...

    def look_up(self, kind: str, name: str) -> Answer:
        """The same with the reason; ``kind`` is one of :data:`KINDS`. Slower: for reports and people."""
        ...


class SmallTables:
    """
    A resolver over one small table in memory; it knows no substances.

    Args:
        rows: kind (``descriptor``, ``qualifier`` or ``publication type``), identifier and names.

    Raises:
        ValueError: a name of one kind stands for two identifiers.
    """

    def __init__(self, rows: Iterable[tuple[str, str, list[str]]]) -> None:
        self._descriptors: dict[str, str] = {}
        self._qualifiers: dict[str, str] = {}
        self._publication_types: dict[str, str] = {}
        self._tables = {
            DESCRIPTOR: self._descriptors,
            QUALIFIER: self._qualifiers,
            PUBLICATION_TYPE: self._publication_types,
            SUBSTANCE: {},
        }
        for kind, ui, names in rows:
            table = self._tables[kind]
            for name in names:
                for spelling in (name, folded(name)):
                    if table.setdefault(spelling, ui) != ui:
                        raise ValueError(f"the {kind} {name!r} is both {table[spelling]} and {ui}")

    def descriptor(self, name: str) -> str | None:
        """
        The identifier of a check tag; other headings need an index.

        >>> SMALL.descriptor("Humans"), SMALL.descriptor("Graft vs Host Disease")
        ('D006801', None)
        """
        return self._descriptors.get(name) or self._descriptors.get(folded(name))

    def qualifier(self, name: str) -> str | None:
        """
        The identifier of a qualifier.

        >>> SMALL.qualifier("drug therapy"), SMALL.qualifier("utilization")
        ('Q000188', 'Q000656')
        """
        return self._qualifiers.get(name) or self._qualifiers.get(folded(name))

    def publication_type(self, name: str) -> str | None:
        """
        The identifier of a publication type, by its present name or a former one.

        >>> SMALL.publication_type("JOURNAL ARTICLE"), SMALL.publication_type("Evaluation Studies")
        ('D016428', 'D023362')
        """
        return self._publication_types.get(name) or self._publication_types.get(folded(name))

    def substance(self, name: str) -> str | None:
        """None: substances need an index."""
        return None

    def look_up(self, kind: str, name: str) -> Answer:
        """
        The identifier and where it comes from.

        >>> SMALL.look_up("qualifier", "Blood").how
        'the table of qualifiers that ships with medgraph'
        """
        table = self._tables[kind]
        if ui := table.get(name) or table.get(folded(name)):
            return Answer(ui, f"the table of {kind}s that ships with medgraph")
        return _UNKNOWN[kind]


def folded(name: str) -> str:
    """
    What equal names have in common: the name in one case, with one blank for white space and hyphens.

    >>> folded("Research  Support, NON-U.S. Gov't")
    "research support, non u.s. gov't"
    """
    return " ".join(name.casefold().replace("-", " ").split())


def shipped() -> Iterator[tuple[str, str, list[str]]]:
    """
    The table that ships with medgraph: kind, identifier, and names, the preferred one first.

    It has the publication types of MeSH 2024 (category V), the qualifiers with those retired since 2014, and
    the check tags.
    """
    lines = Path(__file__).with_name("names.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        kind, ui, name, *others = line.split("\t")
        yield kind, ui, [name, *(others[0].split("|") if others else ())]


SHIPPED_YEAR = 2024
"""The MeSH year of :func:`shipped`."""

_UNKNOWN = {kind: Answer(None, f"no {kind} of that name is known without a MeSH index") for kind in KINDS}

SMALL = SmallTables(shipped())
"""The resolver that needs nothing built: publication types, qualifiers and check tags by name."""


def descriptor(name: str) -> str | None:
    """The identifier of a check tag in :data:`SMALL`."""
    return SMALL.descriptor(name)


def qualifier(name: str) -> str | None:
    """The identifier of a qualifier in :data:`SMALL`."""
    return SMALL.qualifier(name)


def publication_type(name: str) -> str | None:
    """The identifier of a publication type in :data:`SMALL`."""
    return SMALL.publication_type(name)

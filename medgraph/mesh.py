"""
The one place where a MeSH name becomes a MeSH identifier.

MEDLINE text names its headings, qualifiers, publication types and substances but gives no
identifiers. :data:`SMALL` knows, from a table that ships with medgraph (``mesh_names.tsv``), all
publication types of MeSH 2024 (category V), all qualifiers with the ones retired since 2014, and the
check tags; an index built from NLM's files knows the rest, behind the same :class:`Resolver`.

A name resolves by being equal to a name of MeSH, never by being similar; case and white space are
no part of a name, as in NLM's own look-up. None means: not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol


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
        tables = {
            "descriptor": self._descriptors,
            "qualifier": self._qualifiers,
            "publication type": self._publication_types,
        }
        for kind, ui, names in rows:
            table = tables[kind]
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


def folded(name: str) -> str:
    """
    The name as NLM compares it: without regard to case and to how much white space there is.

    >>> folded("Research  Support, NON-U.S. Gov't")
    "research support, non-u.s. gov't"
    """
    return " ".join(name.casefold().split())


def _shipped_rows() -> Iterable[tuple[str, str, list[str]]]:
    lines = Path(__file__).with_name("mesh_names.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        kind, ui, name, *others = line.split("\t")
        yield kind, ui, [name, *(others[0].split("|") if others else ())]


SMALL = SmallTables(_shipped_rows())
"""The resolver that needs nothing built: what it knows, the module's first paragraph says."""


def descriptor(name: str) -> str | None:
    """The identifier of a check tag in :data:`SMALL`."""
    return SMALL.descriptor(name)


def qualifier(name: str) -> str | None:
    """The identifier of a qualifier in :data:`SMALL`."""
    return SMALL.qualifier(name)


def publication_type(name: str) -> str | None:
    """The identifier of a publication type in :data:`SMALL`."""
    return SMALL.publication_type(name)

"""
What a file of MeSH says, as plain values; and identifiers as small numbers, so that an index stays small.

Readers yield :class:`MeshRecord`; the builder adds them up. Words are those of MeSH RDF.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

PREFERRED, ENTRY, PERMUTED, ABBREVIATION, LEARNED = range(5)
"""
What a name is to its record: its preferred term; another term; a variant that NLM derived from a term; the two
letters of a qualifier; the name that stood beside the identifier in a PubMed record.
"""

CLASSES = (
    "",
    "TopicalDescriptor",
    "PublicationType",
    "CheckTag",
    "GeographicalDescriptor",
    "Qualifier",
    "SCR_Chemical",
    "SCR_Protocol",
    "SCR_Disease",
    "SCR_Organism",
    "SCR_Population",
    "SCR_Anatomy",
)
"""Classes of MeSH RDF by number: first those of ``DescriptorClass``, from 6 on those of ``SCRClass``."""

PUBLICATION = CLASSES.index("PublicationType")

LINKS = ("pharmacologicalAction", "preferredMappedTo", "mappedTo")
"""Properties that lead from one record to another, by number."""

UI = re.compile(r"[DQC][0-9]{6,9}")
TREE_NUMBER = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{3})*")

_LETTERS = "DQCMT"
_PLACES = {(letter, 7 + more): 4 * n + more for n, letter in enumerate(_LETTERS) for more in range(4)}


class Name(NamedTuple):
    """
    A name of a record.

    Args:
        text: the name.
        role: :data:`PREFERRED`, :data:`ENTRY`, :data:`PERMUTED`, :data:`ABBREVIATION` or :data:`LEARNED`.
        term: identifier of the term (``T…``), or "" where the source has none.
        concept: identifier of its concept (``M…``), or "".
        concept_preferred: whether it is the preferred term of that concept.
    """

    text: str
    role: int = ENTRY
    term: str = ""
    concept: str = ""
    concept_preferred: bool = False


class MeshRecord(NamedTuple):
    """
    A descriptor, qualifier or supplementary concept as one file has it; what the file does not say is empty.

    Args:
        ui: ``D…``, ``Q…`` or ``C…``; "" where the file knows its records by name alone (``mtrees*.bin``).
        name: the preferred name.
        kind: an index into :data:`CLASSES`.
        names: all names, the preferred one too where the file lists it among them.
        trees: tree numbers.
        links: a property of :data:`LINKS`, and an identifier (``D…`` or ``D…Q…``) or the names that stand for it.
        year: the MeSH year in which it was last part of MeSH, where that is another than the file's.
    """

    ui: str
    name: str = ""
    kind: int = 0
    names: Sequence[Name] = ()
    trees: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    year: int | None = None


def number(ui: str) -> int:
    """
    An identifier as a number that fits four bytes; 0 for what is none. :func:`identifier` is the way back.

    >>> number("D009369"), number("T001124965"), number("")
    (187380, 22499319, 0)
    """
    if not (ui.isalnum() and ui.isascii()):
        return 0
    try:
        return int(ui[1:]) * 20 + _PLACES[ui[0], len(ui)]
    except (KeyError, ValueError):
        return 0


def identifier(coded: int) -> str:
    """
    The identifier of a number.

    >>> identifier(187380), identifier(22499319)
    ('D009369', 'T001124965')
    """
    digits, rest = divmod(coded, 20)
    letter, width = divmod(rest, 4)
    return f"{_LETTERS[letter]}{digits:0{width + 6}}"


def letter(coded: int) -> str:
    """
    The first letter of a number's identifier.

    >>> letter(187380)
    'D'
    """
    return _LETTERS[coded % 20 // 4]

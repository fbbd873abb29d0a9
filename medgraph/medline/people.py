"""
The lines of authors, editors and investigators -> persons and groups with their own affiliations.

NLM's order: the full name, the short name, identifiers, affiliations; then the next person
(``FAU AU AUID AD``, ``FED ED``, ``FIR IR IRAD``); a group is one line (``CN``) with its affiliations.
Investigators also come with the short name first (``IR FIR``, PMID 30158200).
"""

from __future__ import annotations

from typing import NamedTuple

from medgraph.model import Affiliation, Author, Identifier, PersonalName

SUFFIXES = frozenset("Jr Sr Jr. Sr. 1st 2nd 3rd 4th 5th 6th II III IV".split())  # noqa: SIM905


Name = tuple[str | None, str | None, str | None, str | None]
"""Last name, fore name, initials, suffix; None where they are missing or in doubt."""


def name(full: str, short: str | None) -> Name:
    """
    The parts of a name from its full and its short form.

    The initials and the suffix are what the short form has behind the last name, if both forms
    agree on that; else they are None.

    >>> name("Medsger, Thomas A Jr", "Medsger TA Jr")
    ('Medsger', 'Thomas A', 'TA', 'Jr')
    >>> name("Selvamani", "Selvamani")
    ('Selvamani', None, None, None)
    """
    last, _, fore = full.partition(", ")
    if last[-1:] == " ":
        last = last.rstrip(" ")
    initials = suffix = None
    if short is None:
        words = fore.rpartition(" ")
        if words[0] and words[2] in SUFFIXES:
            fore, suffix = words[0], words[2]
    elif short.startswith(last) and short[len(last) : len(last) + 1] == " ":
        initials = short[len(last) + 1 :]
        if " " in initials or initials in SUFFIXES:
            behind, _, suffix = initials.rpartition(" ")
            if suffix in SUFFIXES and " " not in behind and f" {fore}".endswith(f" {suffix}"):
                initials = behind or None
                fore = fore[: -len(suffix)].rstrip(" ")
            else:
                initials = suffix = None
    return last or None, fore or None, initials or None, suffix


class People(NamedTuple):
    """
    What the lines say.

    Args:
        affiliations: those that stand before the first person.
        complete: False where the list ends in ``et al.``, else None.
        stray: lines that belong to nobody.
    """

    authors: list[Author]
    editors: list[Author]
    investigators: list[Author]
    affiliations: tuple[Affiliation, ...]
    complete: bool | None
    stray: list[tuple[str, str]]


_FULL_OF = {"AU  ": "FAU ", "ED  ": "FED ", "IR  ": "FIR "}


def people(lines: list[tuple[str, str]]) -> People:
    """
    The persons and groups in lines of ``FAU AU CN FED ED FIR IR AUID AD IRAD``.

    Args:
        lines: tags, padded to four columns, and values, in the order of the record.
    """
    lists: dict[str, list[Author]] = {"FAU ": [], "FED ": [], "FIR ": []}
    lists["CN  "] = lists["FAU "]
    stray: list[tuple[str, str]] = []
    before: list[Affiliation] = []
    complete: bool | None = None
    kind = full = short = None
    short_first = False
    identifiers: list[Identifier] = []
    affiliations: list[Affiliation] = []
    for tag, value in lines:
        if tag == "AD  " and (kind is not None or not lists["FAU "]):
            affiliations.append(Affiliation(value))
        elif tag in _FULL_OF and short is None and kind == _FULL_OF[tag]:
            short = value
        elif tag == "AUID" and kind is not None:
            source, colon, number = value.partition(": ")
            identifiers.append(Identifier(number, source) if colon and " " not in source else Identifier(value))
        elif tag == kind and full is None and (short_first or _agree(value, short)):
            full = value
            short_first = True
        elif tag == "IRAD" and kind == "FIR ":
            affiliations.append(Affiliation(value))
        elif tag in _ATTACHED:
            stray.append((tag.rstrip(" "), value))
        else:
            if kind is None:
                before += affiliations
            else:
                lists[kind].append(_author(kind, full, short, identifiers, affiliations))
            if identifiers:
                identifiers = []
            if affiliations:
                affiliations = []
            if tag in _FULL_OF:
                kind, full, short = _FULL_OF[tag], None, value
                if short == "et al." and tag == "AU  ":
                    complete = False
                    kind = None
            else:
                kind, full, short = tag, value, None
    if kind is None:
        before += affiliations
    else:
        lists[kind].append(_author(kind, full, short, identifiers, affiliations))
    return People(lists["FAU "], lists["FED "], lists["FIR "], tuple(before), complete, stray)


_ATTACHED = frozenset({"AD  ", "AUID", "IRAD"})
"""Tags that begin nobody."""


def _agree(full: str, short: str | None) -> bool:
    """Whether a full and a short name have one last name."""
    return short is not None and f"{short} ".startswith(f"{full.partition(',')[0]} ")


def _author(
    kind: str,
    full: str | None,
    short: str | None,
    identifiers: list[Identifier],
    affiliations: list[Affiliation],
) -> Author:
    ids = tuple(identifiers) if identifiers else ()
    addresses = tuple(affiliations) if affiliations else ()
    if full is None:
        return Author(None, None, None, None, short, None, ids, addresses)
    if kind == "CN  ":
        return Author(None, None, None, None, None, full, ids, addresses)
    last_name, fore_name, initials, suffix = name(full, short)
    return Author(last_name, fore_name, initials, suffix, short, None, ids, addresses)


def name_subjects(lines: list[tuple[str, str]]) -> tuple[PersonalName, ...]:
    """The persons that an article is about, from lines of ``FPS`` and ``PS`` in either order."""
    pairs: list[dict[str, str]] = []
    for tag, value in lines:
        if not pairs or tag in pairs[-1]:
            pairs.append({})
        pairs[-1][tag] = value
    return tuple(
        PersonalName(*name(pair["FPS"], pair.get("PS")), pair.get("PS"))
        if "FPS" in pair
        else PersonalName(name=pair["PS"])
        for pair in pairs
    )

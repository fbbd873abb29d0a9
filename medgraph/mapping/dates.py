"""Dates in the precision they have, and nothing more."""

from __future__ import annotations

from medgraph.mapping.literals import literal
from medgraph.mapping.rows import Record
from medgraph.mapping.values import Part
from medgraph.model import HistoryDate, PartialDate
from medgraph.vocab import XSD

_TWO_DIGITS = tuple(f"{n:02d}" for n in range(100))


def date(value: PartialDate, record: Record) -> str | None:
    """
    The date in the precision it has: ``xsd:gYear``, ``gYearMonth``, ``date`` or ``dateTime``.

    One that could not be read is the text it was, untyped.
    """
    if value.year is None:
        return literal(value.text) if value.text else None
    if value.month is None:
        return f'"{value.year:04d}"^^{XSD.gYear}'
    month = _TWO_DIGITS[value.month]
    if value.day is None:
        return f'"{value.year:04d}-{month}"^^{XSD.gYearMonth}'
    if value.hour is None:
        return f'"{value.year:04d}-{month}-{_TWO_DIGITS[value.day]}"^^{XSD.date}'
    time = f"{_TWO_DIGITS[value.hour]}:{_TWO_DIGITS[value.minute or 0]}:00"
    return f'"{value.year:04d}-{month}-{_TWO_DIGITS[value.day]}T{time}"^^{XSD.dateTime}'


def dates(values: tuple[PartialDate, ...], record: Record) -> list[str]:
    """Each date in the precision it has."""
    return [term for term in (date(value, record) for value in values) if term]


def certain_date(value: PartialDate, record: Record) -> str | None:
    """The date in the precision it has; nothing where it could not be read (its words stand beside it)."""
    return None if value.year is None else date(value, record)


def displayed(value: PartialDate, record: Record) -> str | None:
    """The date as it is displayed."""
    return literal(value.text) if value.text else None


def season(value: PartialDate, record: Record) -> str | None:
    """The season a date names."""
    return literal(value.season) if value.season else None


FILLED_WITH_MIDNIGHT = frozenset({"received", "accepted", "revised"})


def _history(record: Record) -> dict[str, list[str]]:
    """The dates by their status."""
    found: dict[str, list[str]] = {}
    for entry in record.citation.history:
        when, status = entry.date, entry.status
        day, hour = when.day, when.hour
        term: str | None
        if day is None or (hour is not None and (hour or when.minute or status not in FILLED_WITH_MIDNIGHT)):
            term = date(when, record)
            if term is None:
                continue
        else:
            term = f'"{when.year:04d}-{_TWO_DIGITS[when.month or 0]}-{_TWO_DIGITS[day]}"^^{XSD.date}'
        if status in found:
            found[status].append(term)
        else:
            found[status] = [term]
    return found


def history(status: str) -> Part:
    """The dates of the history that have this status; a filler ``00:00`` is no time of day."""
    return Part(f"The dates of status {status}.", _history, key=status)


def made_available(values: tuple[HistoryDate, ...], record: Record) -> list[str]:
    """The dates of status aheadofprint, epublish."""
    known: dict[str, list[str]] = record.once(_history)
    return [*known.get("aheadofprint", ()), *known.get("epublish", ())]


HISTORY_WITH_A_TERM = frozenset(
    {
        "received",
        "accepted",
        "revised",
        "aheadofprint",
        "epublish",
        "ppublish",
        "ecollection",
        "retracted",
        "pmc-release",
        "pubmed",
        "medline",
        "entrez",
    }
)


def other_history(values: tuple[HistoryDate, ...], record: Record) -> list[str]:
    """Status and date as text, for a status that has no term of its own."""
    found = []
    for entry in values:
        if entry.status not in HISTORY_WITH_A_TERM:
            when = date(entry.date, record)
            words = when.split('"')[1] if when else ""
            found.append(literal(f"{entry.status} {words}".strip()))
    return found

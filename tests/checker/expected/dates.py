"""What dates become: typed by their precision, and as displayed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from medgraph.vocab import DCTERMS, FABIO, MEDGRAPH, PRISM

from ..account import DATE, DATE_TIME, PLAIN, YEAR, YEAR_MONTH, Account, Leaf, Term


def typed_date(
    year: str, month: str | None = None, day: str | None = None, hour: str | None = None, minute: str | None = None
) -> Term | None:
    """A date in the precision it has; None for one that is not in the calendar."""
    number = month_number(month) if month else None
    if not re.fullmatch(r"[0-9]{4}", year) or (month and number is None):
        return None
    if number is None:
        return None if day else Term(year, YEAR)
    if not day:
        return Term(f"{year}-{number:02d}", YEAR_MONTH)
    try:
        if hour is None:
            return Term(datetime.date(int(year), number, int(day)).isoformat(), DATE)
        return Term(datetime.datetime(int(year), number, int(day), int(hour), int(minute or 0)).isoformat(), DATE_TIME)
    except ValueError:
        return None


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def month_number(text: str) -> int | None:
    """A month by number, by its English name or the beginning of it."""
    if text.isdigit():
        return int(text) if 1 <= int(text) <= 12 else None
    text = text.lower().rstrip(".")
    if len(text) >= 3 and text[:3] in MONTHS and MONTH_NAMES[MONTHS.index(text[:3])].startswith(text):
        return MONTHS.index(text[:3]) + 1
    return 9 if text == "sept" else None


def date(
    a: Account,
    leaves: Sequence[Leaf | None],
    subject: str,
    predicate: str,
    parts: Sequence[str | None],
    *,
    text: str | None = None,
) -> None:
    """
    A date under a predicate: typed where it is one, else the words it was.

    Args:
        text: these words, in the history of a record as text; it may say one moment twice, once without the time.
    """
    year, *rest = parts
    term = typed_date(year, *rest) if year else None
    if term is not None:
        if text is not None and term.kind == DATE and not a.has(subject, predicate, *term):
            term = next((t for t in a.terms(subject, predicate) if t.value.startswith(f"{term.value}T")), term)
        for leaf in leaves:
            a.seek(leaf, subject, predicate, term.value, term.kind)
        return
    words = {text} if text is not None else {leaf.value for leaf in leaves if leaf}
    for value in a.literals(subject, predicate):
        if words <= set(re.split(r"[^\w.]+", value)) | {value}:
            for leaf in leaves:
                a.seek(leaf, subject, predicate, value)
            return
    for leaf in leaves:
        a.seek(leaf, subject, predicate)


SEASONS = ("Winter", "Spring", "Summer", "Autumn", "Fall")


def certain(displayed: str) -> Term | None:
    """
    What is certain of a publication date as it is displayed, in the precision of ``docs/mapping.md`` section 4.

    >>> [certain(text).value for text in ("2022 Jun 1", "2022 Jan-Feb 01", "1998 Dec-1999 Jan", "1995 Dec 21-28")]
    ['2022-06-01', '2022', '1998', '1995-12']
    """
    displayed = re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\1 \2 \3", displayed)
    displayed = re.sub(r"^(\d\d)/\1/(\d{4})$", r"\2 \1 \1", displayed)
    years = re.findall(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)", displayed)
    if not years:
        return None
    whole = re.fullmatch(r"(\d{4})(?: ([A-Za-z]+|\d{1,2})\.?(?: (\d{1,2})(-\d{1,2})?)?)?", displayed)
    if whole is None:
        whole = re.fullmatch(r"(\d{4}) ([A-Za-z]+) (\d{1,2})(-\d{1,2})", displayed)
    if whole:
        year, month, day, range_of_days = whole.groups()
        if month is None or month_number(month) is None:
            return Term(year, YEAR)
        term = typed_date(year, month, None if range_of_days else day)
        return term or Term(year, YEAR)
    turned = re.fullmatch(r"([A-Za-z]+) (\d{4})", displayed)
    if turned and (number := month_number(turned[1])):
        return Term(f"{turned[2]}-{number:02d}", YEAR_MONTH)
    return Term(years[0], YEAR)


def publication_date(a: Account, leaves: Sequence[Leaf | None], node: str, displayed: str) -> None:
    """A publication date: as displayed, and as much of it as is certain."""
    for leaf in leaves:
        a.seek(leaf, node, PRISM.coverDisplayDate, displayed)
    term = certain(displayed)
    if term is not None:
        a.need("certain date", node, DCTERMS.issued, *term)
    seasons = [season for season in SEASONS if re.search(rf"\b{season}\b", displayed, re.IGNORECASE)]
    if len(seasons) == 1:
        a.need("season", node, FABIO.hasSeason, seasons[0], PLAIN)


def history(
    a: Account,
    leaves: Sequence[Leaf | None],
    time: Sequence[Leaf | None],
    status: str,
    *,
    parts: Sequence[str | None],
    text: str | None = None,
) -> None:
    """One date of a record's history; ``time`` are the leaves of the time of day, if they are leaves of their own."""
    where = HISTORY.get(status)
    if (
        status in ("received", "accepted", "revised")
        and parts[3] is not None
        and not int(parts[3]) + int(parts[4] or 0)
    ):
        parts = [*parts[:3], None, None]
        for leaf in time:
            if leaf:
                leaf.excuse("midnight is filler")
        time = ()
    if where is None:
        year = parts[0]
        term = typed_date(year, *parts[1:]) if year else None
        value = f"{status} {term.value}" if term else status
        for leaf in (*leaves, *time):
            a.seek(leaf, a.record, MEDGRAPH.dateOtherHistory, value)
        return
    of, predicate = where
    date(a, (*leaves, *time), a.record if of == "record" else a.article, predicate, parts, text=text)


HISTORY = {
    "received": ("article", DCTERMS.dateSubmitted),
    "accepted": ("article", DCTERMS.dateAccepted),
    "revised": ("article", MEDGRAPH.dateRevisedManuscript),
    "aheadofprint": ("article", DCTERMS.available),
    "epublish": ("article", DCTERMS.available),
    "ppublish": ("article", MEDGRAPH.datePublishedInPrint),
    "ecollection": ("article", MEDGRAPH.datePublishedInCollection),
    "retracted": ("article", MEDGRAPH.dateRetracted),
    "pmc-release": ("article", MEDGRAPH.dateReleasedInPmc),
    "entrez": ("record", DCTERMS.created),
    "pubmed": ("record", MEDGRAPH.dateEntered),
    "medline": ("record", MEDGRAPH.dateIndexed),
}

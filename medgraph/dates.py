"""
PubMed's dates as :class:`~medgraph.model.PartialDate`: as much as is certain, and no more.

Publication dates come in three spellings that must mean the same: the parts of XML's ``PubDate``,
its ``MedlineDate``, and the displayed text (``DP``). All three end in the same display text and the
same parts. The other dates (``DCOM``, ``DEP``, ``History`` …) are plain days. A date that does not
exist, such as 31 September, has no parts and keeps its text; :func:`problem` says what is wrong.
"""

from __future__ import annotations

import re

from medgraph.model import PartialDate

YEARS = {str(year): year for year in range(1500, 2200)}
"""What counts as a year: PubMed's oldest record is of 1781, and a year 0201 or 20115 is a slip of the pen."""

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def _months() -> dict[str, int]:
    names: dict[str, int] = {"sept": 9}
    for number, name in enumerate(_MONTH_NAMES, 1):
        names[name] = names[name[:3]] = number
    spelled = {spelling: number for name, number in names.items() for spelling in (name, name.title(), name.upper())}
    return spelled | {spelling: n for n in range(1, 13) for spelling in (str(n), f"{n:02}")}


MONTHS = _months()
"""Month names, three-letter or full, and one- or two-digit numbers."""

_SHORT_MONTHS = ("", *(name[:3].title() for name in _MONTH_NAMES))
_SEASONS = {
    spelling: name
    for name in ("Winter", "Spring", "Summer", "Autumn", "Fall")
    for spelling in (name, name.lower(), name.upper())
}
DAYS = {spelling: n for n in range(1, 32) for spelling in (str(n), f"{n:02}")}
HOURS = {spelling: n for n in range(24) for spelling in (str(n), f"{n:02}")}
MINUTES = {spelling: n for n in range(60) for spelling in (str(n), f"{n:02}")}
_MONTH_LENGTHS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+|[^\s,.]")
_NOTHING = PartialDate()


def publication_date(
    year: str | None = None,
    month: str | None = None,
    day: str | None = None,
    season: str | None = None,
    medline_date: str | None = None,
) -> PartialDate:
    """
    The date in the parts of a ``PubDate``; equal to what :func:`display_date` makes of NLM's text form of it.

    Parts are the elements' texts. An empty ``PubDate`` gives a date without parts and without text.

    >>> publication_date("2022", "06", "01")
    PartialDate(year=2022, month=6, day=1, text='2022 Jun 1')
    >>> publication_date("1978", season="Jul-Aug") == publication_date(medline_date="1978 Jul-Aug")
    True
    """
    if not (medline_date or season):
        y = YEARS.get(year)  # type: ignore[arg-type]
        if y is not None:
            if not month:
                if not day:
                    return PartialDate(year=y, text=year)
            else:
                m = MONTHS.get(month)
                if m is not None:
                    if not day:
                        return PartialDate(year=y, month=m, text=f"{year} {_SHORT_MONTHS[m]}")
                    d = DAYS.get(day)
                    if d is not None and (d < 29 or exists(y, m, d)):
                        return PartialDate(year=y, month=m, day=d, text=f"{year} {_SHORT_MONTHS[m]} {d}")
    return _unusual_publication_date(year, month, day, season, medline_date)


def _unusual_publication_date(*parts: str | None) -> PartialDate:
    year, month, day, season, medline_date = (" ".join(part.split()) if part else "" for part in parts)
    if not (season or medline_date) and ((day and not month) or (month.isdigit() and month not in MONTHS)):
        # in the display text a day without a month would pass for a month, a month 13 for something else
        certain = None if month else YEARS.get(year)
        return PartialDate(year=certain, text=" ".join(filter(None, (year, month, day))))
    if month in MONTHS:
        month = _SHORT_MONTHS[MONTHS[month]]
        if day in DAYS:
            day = str(DAYS[day])
    return display_date(" ".join(filter(None, (year, month, day, season, medline_date))))


def display_date(text: str) -> PartialDate:
    """
    The date in a displayed publication date (``DP``, ``MedlineDate``), with the text itself.

    A range within one month leaves year and month, a range of months or seasons the year, a range
    of years the first year. Words that are not understood leave the year, if there is but one.

    Args:
        text: kept as it stands, white space folded.

    >>> display_date("1995 Dec 21-28")
    PartialDate(year=1995, month=12, text='1995 Dec 21-28')
    >>> display_date("1989 Winter")
    PartialDate(year=1989, season='Winter', text='1989 Winter')
    >>> display_date("1998 Dec-1999 Jan")
    PartialDate(year=1998, text='1998 Dec-1999 Jan')
    """
    words = text.split()
    count = len(words)
    year = YEARS.get(words[0]) if words else None
    if year is not None:
        if count == 1:
            return PartialDate(year, text=words[0])
        if count <= 3 and not words[1].isdigit():
            month = MONTHS.get(words[1])
            if month is not None:
                if count == 2:
                    return PartialDate(year=year, month=month, text=f"{words[0]} {words[1]}")
                day = DAYS.get(words[2])
                if day is not None and (day < 29 or exists(year, month, day)):
                    return PartialDate(year=year, month=month, day=day, text=f"{words[0]} {words[1]} {words[2]}")
    return _unusual_display_date(" ".join(words))


def _unusual_display_date(text: str) -> PartialDate:
    """What is certain in a display date that is not ``YYYY``, ``YYYY Mon`` or ``YYYY Mon DD``."""
    if not text:
        return _NOTHING
    tokens = _TOKEN.findall(text)
    years: list[int] = []
    months: set[int] = set()
    seasons: set[str] = set()
    numbers: list[str] = []
    foreign = False
    joined_numbers = False
    joined_otherwise = False
    for position, token in enumerate(tokens):
        if token in YEARS:
            years.append(YEARS[token])
        elif token[0] in "0123456789":
            numbers.append(token)
        elif token in _SEASONS:
            seasons.add(_SEASONS[token])
        elif token in MONTHS:
            months.add(MONTHS[token])
        elif token in "-/–—&" and 0 < position < len(tokens) - 1:
            if tokens[position - 1].isdigit() and tokens[position + 1].isdigit():
                joined_numbers = True
            else:
                joined_otherwise = True
        else:
            foreign = True
    if not years or (len(years) > 1 and (foreign or years != sorted(years))):
        return PartialDate(text=text)
    year = years[0]
    season = next(iter(seasons)) if len(seasons) == 1 and not months else None
    if foreign or len(years) > 1 or len(months) > 1 or seasons:
        return PartialDate(year=year, season=season, text=text)
    if months:
        (month,) = months
        days = [DAYS.get(number, 0) for number in numbers]
        if any(not exists(year, month, day) for day in days):
            return PartialDate(text=text)
        if joined_otherwise and len(days) == 1:
            return PartialDate(year=year, text=text)
        single = len(days) == 1 and not joined_numbers
        return PartialDate(year=year, month=month, day=days[0] if single else None, text=text)
    return _numeric_display_date(text, year, numbers)


_YEAR_FIRST = re.compile(r"[0-9]{4}(?: [0-9]{2}|([ /-])[0-9]{2}\1[0-9]{2})")
_YEAR_LAST = re.compile(r"[0-9]{1,2}([ /-])[0-9]{1,2}\1[0-9]{4}")


def _numeric_display_date(text: str, year: int, numbers: list[str]) -> PartialDate:
    """The date in figures alone: ``2013 06 10``, and ``31/12/2018`` where only one order of day and month can be."""
    if _YEAR_FIRST.fullmatch(text):
        month = MONTHS.get(numbers[0])
        day = DAYS.get(numbers[1], 0) if len(numbers) == 2 else None
        if month is None or (day is not None and not exists(year, month, day)):
            return PartialDate(text=text)
        return PartialDate(year=year, month=month, day=day, text=text)
    if _YEAR_LAST.fullmatch(text):
        first, second = int(numbers[0]), int(numbers[1])
        orders = {(m, d) for m, d in ((first, second), (second, first)) if 1 <= m <= 12 and exists(year, m, d)}
        if not orders:
            return PartialDate(text=text)
        if len(orders) == 1:
            ((month, day),) = orders
            return PartialDate(year=year, month=month, day=day, text=text)
    return PartialDate(year=year, text=text)


def medline_day(text: str) -> PartialDate:
    """
    The day in a ``YYYYMMDD`` of ``DA DCOM LR DEP CTDT DRDT``; ``YYYYMM`` and ``YYYY`` are shorter dates.

    >>> medline_day("20220322")
    PartialDate(year=2022, month=3, day=22)
    >>> medline_day("201003")  # PMID 20230352
    PartialDate(year=2010, month=3)
    """
    year = YEARS.get(text[:4])
    if year is not None:
        month = MONTHS.get(text[4:6])
        if month is not None and len(text) == 8:
            day = DAYS.get(text[6:])
            if day is not None and text[4:].isdigit() and (day < 29 or exists(year, month, day)):
                return PartialDate(year=year, month=month, day=day)
        elif len(text) == 4 or (month is not None and len(text) == 6 and text[4:].isdigit()):
            return PartialDate(year=year, month=month)
    stripped = text.strip()
    if stripped != text:
        return medline_day(stripped)
    return PartialDate(text=" ".join(text.split())) if text else _NOTHING


_HISTORY = re.compile(r"([0-9]{4})(?:/([0-9]{1,2})(?:/([0-9]{1,2})(?: +([0-9]{1,2}):([0-9]{1,2})(?::[0-9]{2})?)?)?)?")


def history_date(text: str) -> PartialDate:
    """
    The date and time in ``YYYY/MM/DD HH:MM`` (``PHST EDAT MHDA CRDT PMCR``, without the ``[status]``).

    The time, the day and the month may be missing. ``00:00`` is given as it is: hour 0, minute 0.

    >>> history_date("2022/03/22 08:59")
    PartialDate(year=2022, month=3, day=22, hour=8, minute=59)
    >>> history_date("2015")  # ecollection, PMID 25665127
    PartialDate(year=2015)
    """
    if len(text) == 16 and text[4] == text[7] == "/" and text[10] == " " and text[13] == ":":
        year, month, day = YEARS.get(text[:4]), MONTHS.get(text[5:7]), DAYS.get(text[8:10])
        hour, minute = HOURS.get(text[11:13]), MINUTES.get(text[14:])
        if (
            year
            and month
            and day
            and hour is not None
            and minute is not None
            and (day < 29 or exists(year, month, day))
        ):
            return PartialDate(year, month, day, hour, minute)
    found = _HISTORY.fullmatch(text.strip())
    if found is not None:
        date = _date(*found.groups())
        if date is not None:
            return date
    folded = " ".join(text.split())
    return PartialDate(text=folded) if folded else _NOTHING


def day(
    year: str | None,
    month: str | None = None,
    day: str | None = None,
    hour: str | None = None,
    minute: str | None = None,
) -> PartialDate:
    """
    The date in the parts of an XML date (``DateCompleted``, ``ArticleDate``, ``PubMedPubDate`` …).

    Args:
        month: ``02`` or ``Feb``. Empty parts are as good as missing ones (PMID 23864821).

    >>> day("2016", "07", "26")
    PartialDate(year=2016, month=7, day=26)
    >>> day("2005", "9", "31")
    PartialDate(text='2005 9 31')
    """
    date = _date(year, month, day, hour, minute)
    if date is not None:
        return date
    parts = [" ".join(part.split()) if part else None for part in (year, month, day, hour, minute)]
    if not any(parts):
        return _NOTHING
    return _date(*parts) or PartialDate(text=" ".join(filter(None, parts)))


def _date(
    year: str | None, month: str | None, day: str | None, hour: str | None, minute: str | None
) -> PartialDate | None:
    """The date made of these parts, or None where one of them is not what it should be."""
    y = YEARS.get(year)  # type: ignore[arg-type]
    if y is None:
        return None
    if not month:
        return None if day or hour or minute else PartialDate(year=y)
    m = MONTHS.get(month)
    if m is None:
        return None
    if not day:
        return None if hour or minute else PartialDate(year=y, month=m)
    d = DAYS.get(day)
    if d is None or (d > 28 and not exists(y, m, d)):
        return None
    if not hour:
        return None if minute else PartialDate(year=y, month=m, day=d)
    h = HOURS.get(hour)
    if h is None:
        return None
    if not minute:
        return PartialDate(year=y, month=m, day=d, hour=h)
    mi = MINUTES.get(minute)
    return None if mi is None else PartialDate(year=y, month=m, day=d, hour=h, minute=mi)


def exists(year: int, month: int, day: int) -> bool:
    """Whether the Gregorian calendar has this day (proleptic, as XSD has it)."""
    if month == 2 and day == 29:
        return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _MONTH_LENGTHS[month]


_PARTS = re.compile(
    r"(?P<y>[0-9]{4})"
    r"(?:(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
    r"|[ /-](?P<m2>\w+)(?:[ /-](?P<d2>\w+)(?: (?P<h>\w+)[ :](?P<mi>\w+))?)?)?"
)


def problem(date: PartialDate) -> str | None:
    """
    What is wrong with a date that could not be read, as a sentence; None for a date that could.

    >>> problem(day("2005", "9", "31"))
    'September 2005 has 30 days, not 31'
    >>> problem(medline_day("20201301"))
    '13 is not a month'
    """
    if date.year is not None or date.text is None:
        return None
    found = _PARTS.fullmatch(date.text)
    if found is None:
        return "no date could be read out of this text"
    year, month = found["y"], found["m"] or found["m2"]
    day_, hour, minute = found["d"] or found["d2"], found["h"], found["mi"]
    if year not in YEARS:
        return f"{year} cannot be the year of a record in PubMed"
    if month and month not in MONTHS:
        return f"{month} is not a month"
    if month and day_:
        if day_ not in DAYS:
            return f"{day_} is not a day of a month"
        m, d = MONTHS[month], DAYS[day_]
        if not exists(YEARS[year], m, d):
            length = 28 if m == 2 and not exists(YEARS[year], 2, 29) else _MONTH_LENGTHS[m]
            return f"{_MONTH_NAMES[m - 1].title()} {year} has {length} days, not {d}"
        if hour and hour not in HOURS:
            return f"{hour} is not an hour"
        if minute and minute not in MINUTES:
            return f"{minute} is not a minute"
    return "no date could be read out of this text"

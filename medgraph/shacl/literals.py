"""
The lexical spaces of XSD datatypes, and the order of their values.

SHACL 4.1.2 obliges a validator to find ill-typed literals of the datatypes that SPARQL 1.1 knows; here
all datatypes of XSD 1.1 Part 2 are checked, so that ``"2019-13-45"^^xsd:date`` is found. A literal of any other
datatype is never ill-typed.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from medgraph.shacl.terms import RDF, XSD, datatype, lexical

_ZONE = r"(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = r"(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(0[1-9]|1[0-2])"
_DAY = r"(0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9](?:\.[0-9]+)?)|(24):00:00(?:\.0+)?)"
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_YEARS = r"(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)"
_DAYS = r"(?:[0-9]+D(?:T{t})?|T{t})".replace(
    "{t}", r"(?:[0-9]+H(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?|[0-9]+M(?:[0-9]+(?:\.[0-9]+)?S)?|[0-9]+(?:\.[0-9]+)?S)"
)
NAME_START = (
    r"A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
NAME = NAME_START + r"\-.0-9\xB7\u0300-\u036F\u203F-\u2040"
_B = "[A-Za-z0-9+/] ?"
_BASE64 = f"(?:(?:{_B}){{4}})*(?:(?:{_B}){{3}}[A-Za-z0-9+/]|(?:{_B}){{2}}[AEIMQUYcgkosw048] ?=|{_B}[AQgw] ?= ?=)?"

INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
"""Name of a datatype derived from xsd:integer (and itself) -> its least and greatest value."""

_LEXICAL: dict[str, str] = {
    "boolean": "true|false|1|0",
    "decimal": _NUMBER,
    "double": rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "float": rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE[:-1]}",
    "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    "time": f"{_TIME}{_ZONE}",
    "gYear": f"{_YEAR}{_ZONE}",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
    "gMonth": f"--{_MONTH}{_ZONE}",
    "gDay": f"---{_DAY}{_ZONE}",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}",
    "duration": f"-?P(?:{_YEARS}{_DAYS}?|{_DAYS})",
    "yearMonthDuration": f"-?P{_YEARS}",
    "dayTimeDuration": f"-?P{_DAYS}",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": _BASE64,
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    "language": "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "Name": f"[:{NAME_START}][:{NAME}]*",
    "NCName": f"[{NAME_START}][{NAME}]*",
    "NMTOKEN": f"[:{NAME}]+",
} | dict.fromkeys(INTEGERS, "[+-]?[0-9]+")

_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WITH_DAY = {"date": (1, 2, 3), "dateTime": (1, 2, 3), "dateTimeStamp": (1, 2, 3), "gMonthDay": (None, 1, 2)}


_IN_ANY_YEAR = "(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1[0-9]|2[0-8]))"


def usual_form(iri: str) -> str | None:
    """
    A regular expression that only well-formed texts of a datatype match, and nearly all of them; or None.

    >>> [bool(re.fullmatch(usual_form(f"{XSD}date"), text)) for text in ("2020-01-31", "2020-02-30", "2020-02-29")]
    [True, False, False]
    """
    name = iri.removeprefix(XSD)
    if not iri.startswith(XSD) or name in INTEGERS or name not in _LEXICAL:
        return None
    return _LEXICAL[name].replace(f"{_MONTH}-{_DAY}", _IN_ANY_YEAR) if name in _WITH_DAY else _LEXICAL[name]


def _days(year: int | None, month: int) -> int:
    if month == 2 and year is not None and (year % 4 or (year % 100 == 0 and year % 400)):
        return 28
    return _DAYS_IN[month - 1]


def checker(iri: str) -> Callable[[str], Any]:
    """
    A test that is truthy for the terms (in N-Triples syntax) that are well-formed literals of a datatype.

    Args:
        iri: the datatype, without brackets.

    >>> date = checker("http://www.w3.org/2001/XMLSchema#date")
    >>> bool(date('"2020-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'))
    True
    >>> bool(date('"1990-02-30"^^<http://www.w3.org/2001/XMLSchema#date>'))
    False
    """
    suffix = f'"^^<{iri}>'
    name = iri.removeprefix(XSD) if iri.startswith(XSD) else ""
    if iri == f"{XSD}string":
        return lambda term: term[0] == '"' and term[-1] == '"'
    if iri == f"{RDF}langString":
        return lambda term: datatype(term) == iri
    if name not in _LEXICAL:
        return lambda term: term.endswith(suffix)
    match = re.compile(f'"(?:{_LEXICAL[name]}){re.escape(suffix)}').fullmatch
    if name in _WITH_DAY:
        year, month, day = _WITH_DAY[name]

        def dated(term: str) -> bool:
            found = match(term)
            return found is not None and int(found[day]) <= _days(int(found[year]) if year else None, int(found[month]))

        return dated
    low, high = INTEGERS.get(name, (None, None))
    if low is None and high is None:
        return match
    end = -len(suffix)

    def ranged(term: str) -> bool:
        if not match(term):
            return False
        value = int(term[1:end])
        return (low is None or low <= value) and (high is None or value <= high)

    return ranged


_CHECKERS: dict[str, Callable[[str], Any]] = {}


def is_legal(term: str) -> bool:
    """Whether a literal's text belongs to the lexical space of its datatype."""
    iri = datatype(term)
    if iri is None:
        return False
    check = _CHECKERS.get(iri)
    if check is None:
        if len(_CHECKERS) > 1000:
            _CHECKERS.clear()
        check = _CHECKERS[iri] = checker(iri)
    return bool(check(term))


def value(term: str) -> tuple[str, Any] | None:
    """
    The kind of a literal and a value by which literals of this kind can be ordered; None for all others.

    Kinds are those that ``<`` of SPARQL 1.1 (section 17.3) or XPath orders: ``number``, ``string``, ``boolean``,
    ``dateTime``, ``date``, ``time`` and the two durations. A value of
    time is (seconds on an endless clock, whether it has a zone).
    """
    iri = datatype(term)
    if iri is None or not iri.startswith(XSD) or not is_legal(term):
        return None
    name, text = iri[len(XSD) :], lexical(term)
    if name in INTEGERS:
        return "number", int(text)
    if name == "decimal":
        return "number", Fraction(Decimal(text))
    if name in ("double", "float"):
        number = float(text.replace("INF", "inf"))
        if name == "float":
            try:
                number = struct.unpack("f", struct.pack("f", number))[0]
            except OverflowError:
                number = float("inf") if number > 0 else float("-inf")
        return "number", number
    if name == "string":
        return "string", text
    if name == "boolean":
        return "boolean", text in ("true", "1")
    if name in ("dateTime", "dateTimeStamp", "date", "time"):
        return ("dateTime" if name == "dateTimeStamp" else name), _instant(name, text)
    if name in ("yearMonthDuration", "dayTimeDuration"):
        return name, _length(text)
    return None


def _instant(name: str, text: str) -> tuple[Fraction, bool]:
    match = re.fullmatch(_LEXICAL[name], text)
    assert match is not None
    parts = list(match.groups())
    zone = parts.pop()
    days = 0
    if name != "time":
        days = _day_number(int(parts[0]), int(parts[1]), int(parts[2]))
        parts = parts[3:]
    seconds = Fraction(days * 86400)
    if parts:
        hour, minute, second, midnight = parts
        if midnight:
            seconds += 86400 if name != "time" else 0
        else:
            seconds += int(hour) * 3600 + int(minute) * 60 + Fraction(second)
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds += offset if zone[0] == "-" else -offset
    return seconds, zone is not None


def _day_number(year: int, month: int, day: int) -> int:
    """Days since a fixed day long ago in the proleptic Gregorian calendar, year 0 included."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year


def _length(text: str) -> Fraction:
    date, _, time = text.lstrip("-P").partition("T")
    total = Fraction(0)
    for part, factors in ((date, {"Y": 12, "M": 1, "D": 86400}), (time, {"H": 3600, "M": 60, "S": 1})):
        for number, unit in re.findall(r"([0-9.]+)([A-Z])", part):
            total += Fraction(number) * factors[unit]
    return -total if text.startswith("-") else total


_FOURTEEN_HOURS = 14 * 3600


def compare(left: str, right: str) -> int | None:
    """
    -1, 0 or 1 as the value of one literal is below, equal to or above the other's; None where there is no order.

    Times with and without a zone have an order only where they are more than fourteen hours apart
    (XSD 1.1 Part 2, 3.3.7.4).
    """
    one, other = value(left), value(right)
    if one is None or other is None or one[0] != other[0]:
        return None
    a, b = one[1], other[1]
    if one[0] in ("dateTime", "date", "time"):
        (a, a_zoned), (b, b_zoned) = a, b
        if a_zoned != b_zoned:
            if abs(a - b) <= _FOURTEEN_HOURS:
                return None
            return -1 if a < b else 1
    elif _is_nan(a) or _is_nan(b):
        return None
    if one[0] == "number" and isinstance(a, float) != isinstance(b, float):
        a, b = _double(a), _double(b)
    return -1 if a < b else 1 if a > b else 0


def _is_nan(number: Any) -> bool:
    return isinstance(number, float) and math.isnan(number)


def _double(number: float | Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")

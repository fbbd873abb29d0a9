"""
First and last page out of NLM's abbreviated page ranges.

``MedlinePgn`` (``PG``) leaves out what the last page repeats of the first (``181-5``), and adds what
else belongs to the article (``1-3; discussion 4``). NLM: "MEDLINE/PubMed data element descriptions, Pagination".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_DIGITS = re.compile(r"([1-9][0-9]*)-([1-9][0-9]*)")
_PAGE = re.compile(r"[A-Za-z0-9._]*[0-9][A-Za-z0-9._]*")
_ROMAN = re.compile(r"(?=[ivxlc])(?:x[cl]|l?x{0,3}|c{1,3}(?:x[cl]|l?x{0,3}))(?:i[xv]|v?i{0,3})")
_LAST_NUMBER = re.compile(r"((?:[A-Za-z0-9._]*[A-Za-z._])?)([0-9]+)([A-Za-z]{0,2})")
_ELECTRONIC = re.compile(r"([A-Za-z]*)([0-9]+)((?:[A-Za-z]{0,2}\.?e[0-9]+)?)")


def expand(medline_pgn: str) -> tuple[str | None, str | None]:
    """
    The first and the last page, written out; None for what is not certain.

    A single page has no last page. Of several runs of pages (``402-4, 455``) only the first page is
    certain; what follows a semicolon (``discussion``, ``author reply``) is not the article. Text that
    does not read as pages gives (None, None).

    Args:
        medline_pgn: as printed, in ``PG`` or ``MedlinePgn``.

    >>> expand("181-5"), expand("715-725.e4"), expand("S12-8"), expand("1-3; discussion 4")
    (('181', '185'), ('715', '725.e4'), ('S12', 'S18'), ('1', '3'))
    >>> expand("e022437"), expand("i-xii"), expand("[34457 words; 185 paragraphs]")
    (('e022437', None), ('i', 'xii'), (None, None))
    """
    plain = _DIGITS.fullmatch(medline_pgn)
    if plain is not None:
        return _range(("", plain[1], ""), ("", plain[2], ""))
    run, *more = medline_pgn.split(";", 1)[0].split(",")
    run = run.strip().replace("–", "-")
    first, hyphen, last = (part.strip() for part in run.partition("-"))
    if not hyphen:
        return (first, None) if _is_page(first) else (None, None)
    if not (_is_page(first) and _is_page(last)):
        return None, None
    if _is_roman(first) or _is_roman(last):
        return (first, last if not more else None) if _is_roman(first) and _is_roman(last) else (None, None)
    start, end = _expanded(first, last)
    return start, end if not more else None


def _expanded(first: str, last: str) -> tuple[str | None, str | None]:
    pattern = _LAST_NUMBER
    if ".e" in last and first.rpartition(".e")[0] != last.rpartition(".e")[0]:
        pattern = _ELECTRONIC
    start, end = pattern.fullmatch(first), pattern.fullmatch(last)
    if start is None or end is None:
        return first, None
    return _range(start.groups(), end.groups())


def _range(start: Sequence[str], end: Sequence[str]) -> tuple[str | None, str | None]:
    """First and last page from the prefix, number and suffix of each."""
    prefix, number, suffix = start
    last_prefix, last_number, last_suffix = end
    first = prefix + number + suffix
    if last_prefix not in (prefix, ""):
        return first, None
    missing = len(number) - len(last_number)
    if missing > 0:
        if suffix != last_suffix and suffix:
            return first, None
        last_number = number[:missing] + last_number
    if _size(last_number) < _size(number):
        return None, None
    return first, prefix + last_number + last_suffix


def _size(number: str) -> tuple[int, str]:
    """What numbers compare by, of however many figures; Python makes an int of 4,300 at most."""
    number = number.lstrip("0")
    return len(number), number


def _is_page(text: str) -> bool:
    return _PAGE.fullmatch(text) is not None or _is_roman(text)


def _is_roman(text: str) -> bool:
    return (text.islower() or text.isupper()) and _ROMAN.fullmatch(text.lower()) is not None

"""
Records whose line ends were lost -> their tags and values.

The text is one line with tags in it, and a word of an abstract may look like a tag. So all places
where a tag of the closed list may stand are candidates, and of all ways to choose among them the
one with the least cost is taken: tags in an unusual order cost (:func:`~medgraph.medline.shapes.order_cost`),
values that do not look like their tag's cost (:func:`~medgraph.medline.shapes.value_cost`), and so
does a candidate that is left inside a value. Where it would cost hardly more to choose otherwise,
the text is kept whole and a problem says so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from medgraph.medline.lines import folded
from medgraph.medline.shapes import (
    BOOK_TAGS,
    EMPTY,
    MISFIT,
    OF_BOOKS,
    PROSE,
    SHAPED,
    UNUSUAL,
    address_end_cost,
    end_style,
    is_distinct,
    is_no_address,
    order_cost,
    value_cost,
)
from medgraph.medline.tags import KNOWN, SHAPES
from medgraph.model import Problem

_CANDIDATE = re.compile(r"(?:(?<=\s)|\A)(?:([A-Z]{2,3})( {1,2})|([A-Z]{4}))-(?= |\Z|(?<=PMID-)[0-9])")
_TWO_COLUMNS = re.compile(r"(?:\A|\s)(?:TI|DP|LA|IS|TA|JT|PT|AU|AD|SO|AB)  - ")
_BEGINS_RECORD = re.compile(r" {0,2}([0-9]{1,9}) +(?:OWN|STAT|IS|TI) {0,2}-(?: |\Z)")
_FIRST_PMID = re.compile(r"([0-9]{1,9}) ([^0-9].*)")
"""A PMID, and behind it what has no tag."""

INSIDE_PROSE = 6
INSIDE_ANY = 14
"""
The costs of a candidate that is no tag: words of an abstract may be one, if rarely; other values have
none, and neither has prose a tag together with a value such as ``2022/01/28 00:00 [revised]``.
"""
DOUBT = 3
"""Two ways whose costs differ by less than this fit equally."""
MOST_INSIDE = 8
"""So many candidates may be left inside one value."""
MOST_ROUNDS = 4
"""So often is a text divided anew, without what could as well be no tag; then it stays as it is, and is reported."""
MANY = 20_000
"""More candidates than the largest real records have; a text with so many is divided with less care."""


class Candidate(NamedTuple):
    """A place where a tag may stand: its tag, where the tag begins, where the value begins."""

    tag: str
    start: int
    end: int


class Record(NamedTuple):
    """
    One of the records of a text.

    Args:
        text: as it stands, without line ends.
        parts: as :attr:`medgraph.medline.lines.Lines.parts`.
        problems: where the text could be divided in another way as well.
    """

    text: str
    parts: list[str]
    problems: tuple[Problem, ...]


def is_flattened(text: str) -> bool:
    """
    Whether more than one tag stands in a line: in the first one, or behind a code, which is one word.

    Also where the line ends are there and the blanks are not, so that wrapped lines cannot be told from others.
    """
    line = text.partition("\n")[0]
    first = _CANDIDATE.match(line)
    if first is not None:
        shape = SHAPES.get(first[1] or first[3])
        value = line[first.end() :].strip(" ")
        if shape is not None and not shape.fullmatch(value) and _has_known_tag(value):
            return True
    if _CODE_AND_TAG.search(text) is not None:
        return True
    return _NARROW_TAG.search(text) is not None and _TWO_COLUMNS.search(text) is None


_CODE_AND_TAG = re.compile(r"(?m)^(?:OWN|STAT|DCOM|LR|LA|JID|PST) {0,2}- ?\S+ +(?:OWN|[A-Z]{2,3} {1,2}|[A-Z]{4})- ")
_NARROW_TAG = re.compile(r"(?m)^(?:TI|DP|LA|TA|JT|PT|AU|AD|SO|AB) - ")


def _has_known_tag(text: str) -> bool:
    return any((found[1] or found[3]) in KNOWN for found in _CANDIDATE.finditer(text))


def records(text: str) -> Iterator[Record]:
    """
    The records of a text without line ends, in order.

    >>> (record,) = records("PMID- 1 OWN - NLM TI - Is PT - a tag? LA - eng PT - Journal Article SO - X. 2020.")
    >>> record.parts[5:9]
    ['TI  ', 'Is PT - a tag?', 'LA  ', 'eng']
    """
    for part in _MESSAGE_OF_NCBI.split(text.replace("\n", " ")):
        yield from _records(part)


_MESSAGE_OF_NCBI = re.compile(r" (?=id: [0-9]+ Error occurred: )")


def _records(text: str) -> Iterator[Record]:
    candidates = list(_candidates(text))
    head = folded(text[: candidates[0].start] if candidates else text)
    if head:
        yield Record(head, ["", "    ", head], ())
    first = 0
    for index in range(1, len(candidates) + 1):
        if index == len(candidates) or _surely_begins(text, candidates, index):
            end = len(text) if index == len(candidates) else candidates[index].start
            yield from _divided(text, candidates[first].start, end, candidates[first:index])
            first = index


def _candidates(text: str) -> Iterator[Candidate]:
    """Where tags may stand; a tag behind a run of blanks is a wrapped line that looks like one."""
    in_columns = _TWO_COLUMNS.search(text) is not None
    any_before = False
    for found in _CANDIDATE.finditer(text):
        tag = found[1] or found[3]
        if tag not in KNOWN or (in_columns and len(tag) + len(found[2] or "") != 4):
            continue
        start = found.start()
        if text[max(0, start - 6) : start] == "      ":
            continue
        if tag == "PMID" and any_before and not _BEGINS_RECORD.match(text, found.end()):
            continue
        any_before = True
        yield Candidate(tag, start, found.end())


def _surely_begins(text: str, candidates: list[Candidate], index: int) -> bool:
    """Whether a record begins at a candidate, beyond what has to be weighed: behind the source of another."""
    tag, start, _ = candidates[index]
    if tag == "PMC":
        following = candidates[index + 1] if index + 1 < len(candidates) else None
        if following is None or following.tag != "PMID":
            return False
    elif tag != "PMID" or candidates[index - 1].tag == "PMC":
        return False
    before = candidates[index - 1]
    return before.tag == "SO" and index > 1 and value_cost("SO", folded(text[before.end : start])) == 0


def _divided(text: str, start: int, end: int, candidates: list[Candidate]) -> Iterator[Record]:
    """The records in a part of the text; mostly one."""
    doubts: list[Candidate] = []
    chosen, doubtful, unsure = _best(text, end, candidates)
    for _ in range(MOST_ROUNDS if len(candidates) < MANY else 1):
        if not doubtful:
            break
        doubts += [candidates[index] for index in doubtful]
        candidates = [candidate for index, candidate in enumerate(candidates) if index not in doubtful]
        chosen, doubtful, unsure = _best(text, end, candidates)
    doubts += [candidates[index] for index in sorted(doubtful.union(unsure))]
    doubts.sort(key=lambda candidate: candidate.start)
    tags = [candidates[index] for index in chosen]
    first = 0
    has_pmid = False
    for index, tag in enumerate(tags):
        before_pmid = tag.tag == "PMC" and index + 1 < len(tags) and tags[index + 1].tag == "PMID"
        if has_pmid and (tag.tag == "PMID" or before_pmid):
            yield _record(text, start, tag.start, tags[first:index], doubts)
            first, start, has_pmid = index, tag.start, False
        has_pmid = has_pmid or tag.tag == "PMID"
    yield _record(text, start, end, tags[first:], doubts)


def _record(text: str, start: int, end: int, tags: list[Candidate], doubts: list[Candidate]) -> Record:
    parts = [""]
    problems = []
    ends = [*(tag.start for tag in tags[1:]), end]
    for (tag, _, value_start), value_end in zip(tags, ends, strict=True):
        value = folded(text[value_start:value_end])
        number = _FIRST_PMID.fullmatch(value) if tag == "PMID" else None
        parts += ["PMID", number[1], "    ", number[2]] if number else [tag.ljust(4), value]
        if doubts:
            for doubt in doubts[_position(doubts, value_start) : _position(doubts, value_end)]:
                around = folded(text[max(value_start, doubt.start - 40) : min(value_end, doubt.end + 40)])
                problems.append(Problem("flattened-ambiguous", tag, around, _AMBIGUOUS.format(doubt.tag)))
    return Record(text[start:end].strip(" "), parts, tuple(problems))


def _position(candidates: list[Candidate], start: int) -> int:
    return bisect_left(candidates, start, key=lambda candidate: candidate.start)


_AMBIGUOUS = "{} may be a tag here or a word of the text, which is kept whole; compare the record in PubMed"


def _best(text: str, end: int, candidates: list[Candidate]) -> tuple[list[int], set[int], list[int]]:
    """
    The candidates that are tags, in the way of dividing the text that costs least.

    Returns:
        The indices of all of them; of those that could as well be none; and of those left out that
        could as well be tags.
    """
    count = len(candidates)
    described = _described(text, end, candidates)
    edges = [_edges(described, index) for index in range(count)]
    infinity = float("inf")
    ahead = [infinity] * count + [0.0]
    following = [count] * count
    for index in range(count - 1, -1, -1):
        for other, cost in edges[index]:
            total = cost + ahead[other]
            if total < ahead[index]:
                ahead[index], following[index] = total, other
    behind = [0.0] + [infinity] * count
    for index in range(count):
        for other, cost in edges[index]:
            behind[other] = min(behind[other], behind[index] + cost)
    without = [infinity] * count
    for index in range(count):
        for other, cost in edges[index]:
            if other > index + 1:
                total = behind[index] + cost + ahead[other]
                for between in range(index + 1, other):
                    without[between] = min(without[between], total)
    least = ahead[0]
    chosen = []
    index = 0
    while index < count:
        chosen.append(index)
        index = following[index]
    doubtful = {index for index in chosen if without[index] - least < DOUBT}
    left = set(range(count)).difference(chosen)
    unsure = [index for index in sorted(left) if behind[index] + ahead[index] - least < DOUBT]
    return chosen, doubtful, unsure


class _Text(NamedTuple):
    """
    A text with its candidates, and what is known of it as a whole.

    Args:
        values: of each candidate, up to the next one.
        is_book: whether it has tags that all records of books have.
        styles: how its addresses end, as far as those are certain.
    """

    text: str
    end: int
    candidates: list[Candidate]
    values: list[str]
    is_book: bool
    styles: frozenset[str]


def _described(text: str, end: int, candidates: list[Candidate]) -> _Text:
    ends = [*(candidate.start for candidate in candidates[1:]), end]
    values = [folded(text[candidate.end : stop]) for candidate, stop in zip(candidates, ends, strict=True)]
    styles = {
        end_style(values[index])
        for index, candidate in enumerate(candidates[:-1])
        if candidate.tag == "AD" and candidates[index + 1].tag in ("FAU", "LA", "CN") and values[index]
    }
    is_book = any(candidate.tag in OF_BOOKS for candidate in candidates)
    return _Text(text, end, candidates, values, is_book, frozenset(styles))


def _edges(of: _Text, index: int) -> list[tuple[int, float]]:
    """The candidates that may be the next tag behind one, with the cost of all up to there."""
    candidates, values = of.candidates, of.values
    tag, _, start = candidates[index]
    prose = tag in PROSE
    inside = certain = 0
    value = values[index]
    found = []
    reach = 1 if tag in SHAPED else MOST_INSIDE if prose and len(candidates) < MANY else 2
    for other in range(index + 1, min(index + reach + 1, len(candidates) + 1)):
        if other > index + 1:
            passed, passed_value = candidates[other - 1].tag, values[other - 1]
            inside += INSIDE_ANY if not prose or is_distinct(passed, passed_value) else INSIDE_PROSE
            certain += _is_certain(passed, passed_value)
            if certain > 1:
                break
            value = folded(of.text[start : candidates[other].start if other < len(candidates) else of.end])
        cost = value_cost(tag, value)
        if other > index + 1 and cost >= MISFIT and not prose:
            break
        if other < len(candidates):
            cost += _step(of, tag, value, other)
        found.append((other, float(inside + cost)))
    return found


def _step(of: _Text, tag: str, value: str, other: int) -> int:
    """The cost of a candidate's tag behind a tag with its value."""
    following, following_value = of.candidates[other].tag, of.values[other]
    if tag == "AB" and following == "OAB" and not value:
        return -EMPTY  # so does PMC's text (PMID 30042925)
    cost = order_cost(tag, following)
    if tag == "AD" and following in ("AD", "CN"):
        cost += address_end_cost(value, of.styles)
    if following in BOOK_TAGS and not of.is_book:
        cost += UNUSUAL
    elif following == "AU" and tag == "FAU":
        if not following_value.startswith(value.partition(",")[0]):
            cost += INSIDE_PROSE
    elif following == "AD" and tag in ("TI", "AB", "CI") and is_no_address(following_value):
        cost += INSIDE_PROSE
    return cost


def _is_certain(tag: str, value: str) -> bool:
    """Whether a value is so much what its tag demands that hardly any prose has it by chance."""
    return tag in SHAPED and value_cost(tag, value) == 0

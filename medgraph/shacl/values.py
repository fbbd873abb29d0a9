"""
The tests that compiled shapes call: what takes more than an expression to say of a term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from medgraph.shacl import literals
from medgraph.shacl.literals import compare
from medgraph.shacl.terms import language, lexical

_MEMORY = 10_000
_LONG = 200

checker = cache(literals.checker)
"""A test whether a term is a well-formed literal of a datatype."""


class Remembered(dict[str, bool]):
    """
    The answers of a test of terms, worked out where they are asked for and kept for a while.

    The same terms come again in record after record. Long ones do not, and are not kept.
    """

    def __init__(self, test: Callable[[str], bool]) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, term: str) -> bool:
        answer = self._test(term)
        if len(term) <= _LONG:
            if len(self) >= _MEMORY:
                self.clear()
            self[term] = answer
        return answer


@cache
def matcher(pattern: Any) -> Callable[[str], bool]:
    """A test whether the text of an IRI or literal has a match of a pattern."""
    search = pattern.search

    def matches(term: str) -> bool:
        if term[0] == "<":
            return search(term[1:-1]) is not None
        return term[0] == '"' and search(lexical(term)) is not None

    return matches


@cache
def ranger(bound: str, accepted: tuple[int, ...]) -> Callable[[str], bool]:
    """A test whether a term stands to ``bound`` as one of ``accepted`` says: -1 below, 0 equal, 1 above."""
    return lambda term: compare(term, bound) in accepted


def shorter(term: str, least: int) -> bool:
    """Whether a term has fewer than ``least`` characters, or none to count."""
    return term[0] == "_" or len(lexical(term)) < least


def longer(term: str, most: int) -> bool:
    """Whether a term has more than ``most`` characters, or none to count."""
    return term[0] == "_" or len(lexical(term)) > most


@cache
def language_in(ranges: tuple[str, ...]) -> Callable[[str], bool]:
    """``langMatches`` (RFC 4647, basic filtering) for any of several ranges."""
    wanted = [each.lower() for each in ranges]

    def matches(term: str) -> bool:
        tag = language(term)
        return bool(tag) and any(each in ("*", tag) or tag.startswith(f"{each}-") for each in wanted)

    return matches


def repeated_languages(values: Iterable[str]) -> list[str]:
    """The languages in which there are several values."""
    seen: dict[str, int] = {}
    for value in values:
        if tag := language(value):
            seen[tag] = seen.get(tag, 0) + 1
    return [tag for tag, times in seen.items() if times > 1]


def every(answers: tuple[bool | None, ...]) -> bool | None:
    """Whether all hold; None where that is open."""
    return False if False in answers else None if None in answers else True


def some(answers: tuple[bool | None, ...]) -> bool | None:
    """Whether any holds; None where that is open."""
    return True if True in answers else None if None in answers else False


def one(answers: tuple[bool | None, ...]) -> bool | None:
    """Whether exactly one holds; None where that is open."""
    number = answers.count(True)
    if number > 1:
        return False
    return None if None in answers else number == 1


def opposite(answer: bool | None) -> bool | None:
    """The opposite; None where that is open."""
    return None if answer is None else not answer

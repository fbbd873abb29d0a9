"""
Patterns as automata, for terms of plain ASCII: what the compiled screen walks through byte by byte.

Only what shapes use as a rule is understood: characters, sets, groups, choices, repetitions, the beginning and the end.
An automaton says yes only where ``search`` finds something; it may say no to a term with other characters in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

codes: Any = None
parser: Any = None
with suppress(ImportError):  # how Python reads a pattern; one that has these no more is asked about each term instead
    codes, parser = import_module("re._constants"), import_module("re._parser")

_LARGEST = 2000
_STATES = 255
_ASCII = 128
_ANY = frozenset(range(_ASCII))


class Automaton(NamedTuple):
    """
    A deterministic automaton; it begins in state 0. It is small, so that many can lie close to the processor.

    Args:
        kinds: for each of the 128 characters its kind; those of one kind lead the same ways.
        steps: for each state a state for each kind.
        accepts: for each state 0; 1 where a text may end; 2 where whatever follows is good.
    """

    kinds: bytes
    steps: bytes
    accepts: bytes


class _NotUnderstoodError(Exception):
    pass


class _Nondeterministic:
    """Thompson's construction: states with steps for sets of characters, for nothing, and at the two ends."""

    def __init__(self) -> None:
        self.free: list[list[int]] = []
        self.at_start: list[list[int]] = []
        self.at_end: list[list[int]] = []
        self.by: list[list[tuple[frozenset[int], int]]] = []

    def new(self) -> int:
        for each in (self.free, self.at_start, self.at_end, self.by):
            each.append([])
        if len(self.free) > _LARGEST:
            raise _NotUnderstoodError
        return len(self.free) - 1

    def sequence(self, items: Any, state: int) -> int:
        """The state behind all of these, begun in a state."""
        for kind, value in items:
            state = self.item(kind, value, state)
        return state

    def item(self, kind: Any, value: Any, state: int) -> int:
        after = self.new()
        if kind is codes.SUBPATTERN and not value[1] and not value[2]:
            self.free[self.sequence(value[3], state)].append(after)
        elif kind is codes.BRANCH:
            for each in value[1]:
                begin = self.new()
                self.free[state].append(begin)
                self.free[self.sequence(each, begin)].append(after)
        elif kind in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, inner = value
            for _ in range(least):
                state = self.sequence(inner, state)
            self.free[state].append(after)
            if most is codes.MAXREPEAT:
                begin = self.new()
                self.free[state].append(begin)
                self.free[self.sequence(inner, begin)] += [begin, after]
            else:
                for _ in range(most - least):
                    state = self.sequence(inner, state)
                    self.free[state].append(after)
        elif kind is codes.AT and value is codes.AT_BEGINNING_STRING:
            self.at_start[state].append(after)
        elif kind is codes.AT and value is codes.AT_END_STRING:
            self.at_end[state].append(after)
        else:
            self.by[state].append((_characters(kind, value), after))
        return after

    def reached(self, states: Iterable[int], *, start: bool, end: bool) -> frozenset[int]:
        """These states and those that lie behind them without a character between."""
        found, waiting = set(states), list(states)
        while waiting:
            state = waiting.pop()
            more = self.free[state] + (self.at_start[state] if start else []) + (self.at_end[state] if end else [])
            for each in more:
                if each not in found:
                    found.add(each)
                    waiting.append(each)
        return frozenset(found)


def _characters(kind: Any, value: Any) -> frozenset[int]:
    """The characters of ASCII that are meant."""
    if kind is codes.LITERAL:
        return _ANY & {value}
    if kind is codes.NOT_LITERAL:
        return _ANY - {value}
    if kind is codes.IN:
        negated = value[0][0] is codes.NEGATE
        found = frozenset(code for each in value[negated:] for code in _member(*each))
        return _ANY - found if negated else found
    raise _NotUnderstoodError


def _member(kind: Any, value: Any) -> Iterator[int]:
    if kind is codes.LITERAL:
        yield from _ANY & {value}
    elif kind is codes.RANGE:
        yield from range(value[0], min(value[1] + 1, _ASCII))
    elif kind is codes.CATEGORY and value is codes.CATEGORY_DIGIT:
        yield from b"0123456789"
    else:
        raise _NotUnderstoodError


def of(pattern: re.Pattern[str]) -> Automaton | None:
    """
    The automaton for ``search`` of a pattern, or None where it has something that is not understood, or is too large.

    >>> made = of(re.compile(r"\\A[0-9]{2}\\Z"))
    >>> [matches(made, text) for text in ("12", "1", "123")]
    [True, False, False]
    """
    if parser is None or pattern.flags != re.UNICODE:
        return None
    try:
        parsed = parser.parse(pattern.pattern)
        made = _Nondeterministic()
        begin = made.new()
        last = made.sequence(parsed, begin)
        return _determined(made, begin, last)
    except _NotUnderstoodError:
        return None


def _determined(made: _Nondeterministic, begin: int, last: int) -> Automaton:
    first = made.reached([begin], start=True, end=False)
    numbers: dict[frozenset[int], int] = {first: 0}
    waiting = [first]
    rows: list[list[int]] = []
    accepts = bytearray()

    @cache
    def number(after: frozenset[int]) -> int:
        there = made.reached(after, start=False, end=False)
        if there not in numbers:
            if len(numbers) >= _STATES:
                raise _NotUnderstoodError
            numbers[there] = len(numbers)
            waiting.append(there)
        return numbers[there]

    for states in waiting:  # grows
        if last in states:
            accepts.append(2)
            rows.append([numbers[states]] * _ASCII)
            continue
        accepts.append(last in made.reached(states, start=False, end=True))
        # a search may begin anew at every character
        after: dict[int, set[int]] = {}
        for state in states:
            for among, to in made.by[state]:
                for code in among:
                    after.setdefault(code, {begin}).add(to)
        row = [number(frozenset({begin}))] * _ASCII
        for code, each in after.items():
            row[code] = number(frozenset(each))
        rows.append(row)
    columns = list(zip(*rows, strict=True))
    kinds = {column: n for n, column in enumerate(dict.fromkeys(columns))}
    steps = bytes(state for row in zip(*kinds, strict=True) for state in row)
    return Automaton(bytes(kinds[column] for column in columns), steps, bytes(accepts))


def matches(automaton: Automaton, text: str) -> bool:
    """What the compiled screen works out of a text of plain ASCII."""
    state, kinds = 0, max(automaton.kinds) + 1
    for code in text.encode("ascii"):
        state = automaton.steps[state * kinds + automaton.kinds[code]]
    return automaton.accepts[state] > 0

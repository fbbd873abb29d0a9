"""
``sh:pattern``: regular expressions of XPath, translated to those of Python.

``sh:pattern`` means SPARQL's ``REGEX``, which means XPath's ``fn:matches`` (XQuery 1.0 and XPath 2.0 Functions and
Operators, 7.6.1) on the syntax of XML Schema Part 2, appendix F. Python differs in ``$`` (before a last line feed),
``\\w``, ``\\s``, ``\\i``, ``\\c``, ``\\p{..}`` and class subtraction, and has constructs that XPath has not; those are
refused, not guessed at.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from functools import cache

from medgraph.shacl.literals import NAME, NAME_START

_SINGLE = {"n": "\\n", "r": "\\r", "t": "\\t"}
_CATEGORIES = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?")
_QUANTITY = re.compile(r"\{([0-9]+)(,[0-9]*)?\}")


class PatternError(ValueError):
    """A pattern is not a regular expression of XPath; the text says what stands where."""


def compile_pattern(pattern: str, flags: str = "") -> re.Pattern[str]:
    r"""
    The pattern as Python's, to be used with ``search``.

    Args:
        flags: any of ``s m i x`` (and ``q``: the pattern is plain text).

    Raises:
        PatternError: it is no regular expression of XPath.

    >>> bool(compile_pattern("^a$").search("a\n"))
    False
    >>> bool(compile_pattern(r"^\p{Lu}+$").search("ÄÖ"))
    True
    >>> compile_pattern("(?=a)")
    Traceback (most recent call last):
        ...
    medgraph.shacl.patterns.PatternError: '(?=' at 0 is not part of XPath's regular expressions
    """
    if unknown := set(flags) - set("smixq"):
        raise PatternError(f"there is no flag {sorted(unknown)[0]!r}; there are s, m, i, x and q")
    mode = re.IGNORECASE if "i" in flags else re.NOFLAG
    if "q" in flags:
        return re.compile(re.escape(pattern), mode)
    try:
        return re.compile(_Translation(pattern, flags).all(), mode)
    except re.error as error:
        raise PatternError(str(error)) from error


class _Translation:
    def __init__(self, pattern: str, flags: str) -> None:
        self.text = pattern
        self.at = 0
        self.single_line = "s" in flags
        self.multi_line = "m" in flags
        self.extended = "x" in flags

    def all(self) -> str:
        out: list[str] = []
        depth = 0
        quantifiable = False
        while self.at < len(self.text):
            start = self.at
            char = self.take()
            if self.extended and char in " \t\n\r":
                continue
            if char in "*+?":
                if not quantifiable:
                    raise self.wrong(start)
                out.append(char + self.reluctant())
                quantifiable = False
            elif char == "{":
                found = _QUANTITY.match(self.text, start)
                if not found or not quantifiable:
                    raise self.wrong(start)
                self.at = found.end()
                out.append(found[0] + self.reluctant())
                quantifiable = False
            elif char == "(":
                depth += 1
                if self.text.startswith("?", self.at):
                    if not self.text.startswith("?:", self.at):
                        raise self.wrong(start, 3)
                    self.at += 2
                    out.append("(?:")
                else:
                    out.append("(")
                quantifiable = False
            elif char == ")":
                depth -= 1
                if depth < 0:
                    raise self.wrong(start)
                out.append(")")
                quantifiable = True
            elif char == "|":
                out.append("|")
                quantifiable = False
            elif char == "^":
                out.append(r"(?:\A|(?<=\n)(?!\Z))" if self.multi_line else r"\A")
                quantifiable = False
            elif char == "$":
                out.append(r"(?=\n|\Z)" if self.multi_line else r"\Z")
                quantifiable = False
            elif char == ".":
                out.append(r"[\s\S]" if self.single_line else r"[^\n]")
                quantifiable = True
            elif char == "[":
                out.append(self.charclass())
                quantifiable = True
            elif char == "\\":
                out.append(self.escape(start))
                quantifiable = True
            else:
                out.append(re.escape(char))
                quantifiable = True
        if depth:
            raise PatternError("a parenthesis is not closed")
        return "".join(out)

    def take(self) -> str:
        if self.at >= len(self.text):
            raise PatternError("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def wrong(self, start: int, length: int = 2) -> PatternError:
        return PatternError(
            f"{self.text[start : start + length]!r} at {start} is not part of XPath's regular expressions"
        )

    def reluctant(self) -> str:
        if self.text.startswith("?", self.at):
            self.at += 1
            return "?"
        return ""

    def escape(self, start: int) -> str:
        char = self.take()
        if char in "123456789":
            return f"(?:\\{char})"
        return f"[{self.member(char, start)}]"

    def member(self, char: str, start: int) -> str:
        """An escape as what may stand within brackets."""
        if char in _SINGLE:
            return _SINGLE[char]
        if char in "pP":
            end = self.text.find("}", self.at)
            name = self.text[self.at + 1 : end] if self.text.startswith("{", self.at) and end > 0 else ""
            if not _CATEGORIES.fullmatch(name):
                raise PatternError(f"\\{char}{{{name}}} at {start} is not a category of Unicode that is known here")
            self.at = end + 1
            return category(name, negated=char == "P")
        if char in "sSdDwWiIcC":
            return _multi(char)
        if char.isascii() and not char.isalnum():
            return re.escape(char)
        raise self.wrong(start)

    def charclass(self) -> str:
        start = self.at - 1
        negated = self.text.startswith("^", self.at)
        self.at += negated
        members: list[str] = []
        without = ""
        while True:
            position = self.at
            char = self.take()
            if char == "]":
                if not members:
                    raise self.wrong(start)
                break
            if char == "-" and self.text.startswith("[", self.at) and members:
                self.at += 1
                without = self.charclass()
                if self.take() != "]":
                    raise self.wrong(start)
                break
            if char == "[":
                raise self.wrong(position)
            single = char != "\\"
            if single:
                members.append(re.escape(char))
            else:
                kind = self.take()
                members.append(self.member(kind, position))
                single = kind not in "pPsSdDwWiIcC"
            if (
                single
                and self.text.startswith("-", self.at)
                and self.text[self.at + 1 : self.at + 2] not in ("]", "[", "")
            ):
                self.at += 1
                last = self.take()
                last = self.member(self.take(), position) if last == "\\" else re.escape(last)
                members[-1] += f"-{last}"
        body = f"[{'^' if negated else ''}{''.join(members)}]"
        return f"(?:(?!{without}){body})" if without else body


@cache
def category(name: str, negated: bool = False) -> str:
    """The code points of a general category (``Lu``, ``L``) as ranges within brackets."""
    return _ranges(lambda category: category.startswith(name), negated)


@cache
def _multi(char: str) -> str:
    if char in "sS":
        return r" \t\n\r" if char == "s" else r"\x00-\x08\x0b\x0c\x0e-\x1f!-\U0010ffff"
    if char in "dD":
        return r"\d" if char == "d" else r"\D"
    if char in "wW":
        return _ranges(lambda category: category[0] in "PZC", negated=char == "w")
    names = re.compile(f"[:{NAME_START if char in 'iI' else NAME}]")
    return _spans(lambda code: bool(names.match(chr(code))) == (char in "ic"))


def _ranges(wanted: Callable[[str], bool], negated: bool) -> str:
    return _spans(lambda code: wanted(unicodedata.category(chr(code))) != negated)


def _spans(wanted: Callable[[int], bool]) -> str:
    spans: list[str] = []
    start: int | None = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and wanted(code)
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            spans.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    return "".join(spans)

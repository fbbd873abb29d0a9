"""
N-Triples as one spelling of each triple, so that lines can be counted in the place of triples.

Nearly all lines of nearly all files are spelled as :func:`canonical` would spell them, and a pattern says so four times
as fast as a parser; the parser looks at the rest. Whatever the pattern takes, the parser takes too, and writes it the
same (a test holds it to that); not the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pyoxigraph as ox

_CHARACTER = rb"[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*+"
_IRI = (
    rb"<(?:https?://[A-Za-z0-9.-]++(?:/|(?=[#>]))|urn:[a-z0-9][a-z0-9-]++:)"
    + _CHARACTER + rb"(?:%[0-9A-Fa-f]{2}" + _CHARACTER + rb")*+(?:#" + _CHARACTER + rb")?+>"
)  # fmt: skip
_TEXT = rb'[^"\\\x00-\x1f\x7f]*+'
_LITERAL = (
    rb'"' + _TEXT + rb'(?:\\["\\nrt]' + _TEXT + rb')*+"'
    rb"(?:@[a-z]{2,8}(?:-[a-z0-9]{2,8})*+"
    rb"|\^\^(?!<http://www\.w3\.org/2001/XMLSchema#string>|<http://www\.w3\.org/1999/02/22-rdf-syntax-ns#)" + _IRI
    + rb")?+"
)  # fmt: skip
_LINES = re.compile(rb"(?:" + _IRI + rb" " + _IRI + rb" (?:" + _IRI + rb"|" + _LITERAL + rb") \.\n){0,1000}+")


class BadLineError(Exception):
    """A line is no N-Triples: its number among those given, from 1, and why."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(number, reason)
        self.number = number
        self.reason = reason


def canonical(lines: bytes, name_of: Callable[[ox.BlankNode], str]) -> bytes:
    r"""
    The triples of N-Triples, each in the one spelling that pyoxigraph writes; comments and empty lines go.

    Args:
        lines: whole lines.
        name_of: the IRI that a blank node gets.

    Raises:
        BadLineError: a line is no N-Triples.

    >>> canonical(b'<urn:x:s>  <urn:x:p> "\\u0041"^^<http://www.w3.org/2001/XMLSchema#string>. # why not\n\n', str)
    b'<urn:x:s> <urn:x:p> "A" .\n'
    """
    try:
        lines.decode()
    except UnicodeDecodeError as error:
        raise BadLineError(lines.count(b"\n", 0, error.start) + 1, "it is not UTF-8") from error
    start = _end(lines, 0)
    if start == len(lines):
        return lines
    parts = [lines[:start]]
    while start < len(lines):
        end = lines.find(b"\n", start) + 1 or len(lines)
        try:
            quads = list(ox.parse(lines[start:end], ox.RdfFormat.N_TRIPLES))
        except SyntaxError as error:
            raise BadLineError(lines.count(b"\n", 0, start) + 1, reason_of(error)) from error
        parts += [line_of(quad, name_of).encode() for quad in quads]
        start = _end(lines, end)
        parts.append(lines[end:start])
    return b"".join(parts)


def line_of(quad: ox.Quad, name_of: Callable[[ox.BlankNode], str]) -> str:
    """
    The line of a triple, without its graph.

    Raises:
        ValueError: a triple stands in the place of its subject or object.
    """
    terms = (quad.subject, quad.predicate, quad.object)
    if any(isinstance(term, ox.Triple) for term in terms):
        raise ValueError("a triple in the place of a subject or object cannot be loaded")
    s, p, o = (name_of(term) if isinstance(term, ox.BlankNode) else str(term) for term in terms)
    return f"{s} {p} {o} .\n"


_PLACE = re.compile(r"^Parser error (?:between|at) .*?: ")


def reason_of(error: SyntaxError) -> str:
    """What a parser says, without the place."""
    return _PLACE.sub("", error.msg)


def _end(lines: bytes, start: int) -> int:
    """Where the lines end, from ``start`` on, that are spelled as they should be."""
    # a thousand at a time: the matcher's memory grows with what it has matched
    while (found := _LINES.match(lines, start)) is not None and found.end() > start:
        start = found.end()
    return start

"""
SPARQL as text: its tokens, what form of query it is, and where it is wrong.

Only as much of the grammar as it takes to find a word that stands in no string, IRI or comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from medgraph.errors import QueryError

SELECT, ASK, CONSTRUCT, DESCRIBE, UPDATE = "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "UPDATE"

_UPDATES = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"))
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
      |\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:[^\W\d_][\w.-]*)?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<word>@?[^\W\d_][\w-]*)
  | (?P<number>\d[\w.]*)
  | (?P<mark>\S)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected one of |expected )?(.*)", re.DOTALL)
_FROM_PARSER = re.compile(r"\[[^]]*\]|[\n,]\s*")
_SAID = {
    "Prefix not found": "the prefix is not declared",
    "The SELECT contains a variable that is unbound": "SELECT names a variable that is neither grouped by nor bound",
}


class Token(NamedTuple):
    """A piece of a query: its kind, its text, and where it starts."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """
    The tokens of a query, without its comments.

    >>> [token.text for token in tokens("SELECT ?x { ?x dcterms:title '#{'@en } # all")]
    ['SELECT', '?x', '{', '?x', 'dcterms:title', "'#{'", '@en', '}']
    """
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "comment":
            yield Token(found.lastgroup or "", found[0], found.start())


def form(text: str) -> str | None:
    """
    Which form of query it is: SELECT, ASK, CONSTRUCT, DESCRIBE or UPDATE; None where it is no SPARQL.

    >>> form("PREFIX select: <http://example.org/#> DELETE WHERE { ?s ?p 'SELECT' }")
    'UPDATE'
    """
    for token in tokens(text):
        if token.kind == "word":
            word = token.text.upper()
            if word in (SELECT, ASK, CONSTRUCT, DESCRIBE):
                return word
            if word in _UPDATES:
                return UPDATE
            if word not in ("PREFIX", "BASE"):
                return None
        elif token.kind not in ("name", "iri"):
            return None
    return None


def names_graphs(text: str) -> bool:
    """Whether a query says with FROM which graphs it is asked of."""
    return any(token.kind == "word" and token.text.upper() == "FROM" for token in tokens(text))


def with_graphs(text: str, graphs: tuple[str, ...]) -> str:
    """
    The query, asked of these graphs: in the place of those that it names itself, else as FROM before its WHERE.

    >>> with_graphs("SELECT ?x FROM <http://example.org/a> { ?x ?y ?z }", ("http://example.org/b",))
    'SELECT ?x FROM <http://example.org/b> { ?x ?y ?z }'
    """
    clause = " ".join(f"FROM <{graph}>" for graph in graphs)
    found = list(tokens(text))
    named = [
        (token.start, found[n + 1].end)
        for n, token in enumerate(found[:-1])
        if token.kind == "word" and token.text.upper() == "FROM" and found[n + 1].kind in ("iri", "name")
    ]
    if named:
        return text[: named[0][0]] + clause + text[named[-1][1] :]
    place = _before_the_pattern(found)
    return text if place is None else f"{text[:place]}{clause} {text[place:]}"


def _before_the_pattern(found: list[Token]) -> int | None:
    """Where FROM goes: before WHERE or the brace of the pattern (CONSTRUCT has a brace of its own before)."""
    skip = 0
    for n, token in enumerate(found):
        if token.text == "{":
            if n and found[n - 1].text.upper() == CONSTRUCT:
                skip = 1
            elif not skip:
                return token.start
            else:
                skip += 1
        elif token.text == "}" and skip:
            skip -= 1
        elif not skip and token.kind == "word" and token.text.upper() == "WHERE":
            return token.start
    return None


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """
    The query with a declaration, in front of its first line, of every prefix that it uses and does not declare.

    >>> with_prefixes("SELECT ?x { ?x a bibo:Book }", {"bibo": "http://purl.org/ontology/bibo/", "foaf": "x"})
    'PREFIX bibo: <http://purl.org/ontology/bibo/> SELECT ?x { ?x a bibo:Book }'
    """
    found = list(tokens(text))
    declared = {
        found[n + 1].text.rstrip(":")
        for n, token in enumerate(found[:-1])
        if token.kind == "word" and token.text.upper() == "PREFIX"
    }
    used = {token.text.partition(":")[0] for token in found if token.kind == "name"} - declared
    return "".join(f"PREFIX {name}: <{prefixes[name]}> " for name in sorted(used & prefixes.keys())) + text


def query_error(name: str, text: str, error: Exception) -> QueryError:
    """
    What is wrong with a query, from what the parser says about it.

    >>> from pyoxigraph import Store
    >>> try: Store().query("SELECT ?x {")
    ... except SyntaxError as error: print(query_error("the query", "SELECT ?x {", error))
    the query: line 1, column 12: is not SPARQL: it ends too early
    """
    if form(text) == UPDATE:
        return QueryError(name, "is an update, which changes data; a query only asks", None, None)
    if not text.strip() or not any(True for _ in tokens(text)):
        return QueryError(name, "is empty; give SPARQL, a .rq file, or a name of `medgraph query --list`", None, None)
    place = _PLACE.search(str(error))
    if place is None:
        return QueryError(name, f"is not SPARQL: {str(error).strip().partition(chr(10))[0]}", None, None)
    line, column = int(place[1]), int(place[2])
    lines = text.split("\n")
    rest = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    for theirs, ours in _SAID.items():
        if theirs in place[3]:
            return QueryError(name, f"is not SPARQL: {ours}{_around(lines[line - 1], column)}", line, column)
    if not rest.strip() and not "".join(lines[line:]).strip():
        return QueryError(name, "is not SPARQL: it ends too early", line, column)
    said = ", ".join(dict.fromkeys(filter(None, (each.strip() for each in _FROM_PARSER.split(place[3])))))
    expected = f"; expected {said}" if said and len(said) < 60 else ""
    return QueryError(name, f"is not SPARQL: unexpected {_shown(rest)!r}{expected}", line, column)


def checked(name: str, text: str, prefixes: Mapping[str, str]) -> None:
    """
    Look whether a text is a query.

    Raises:
        QueryError: it is an update, or no SPARQL.
    """
    try:
        ox.Store().query(text, prefixes=dict(prefixes))
    except SyntaxError as error:
        raise query_error(name, text, error) from error


def _shown(rest: str) -> str:
    word = rest.split(maxsplit=1)[0] if rest.strip() else "the end of the line"
    return word if len(word) <= 40 else word[:39] + "…"


def _around(line: str, column: int) -> str:
    """The word of a line in which the column is, in brackets."""
    for found in re.finditer(r"\S+", line):
        if found.start() < column <= found.end() + 1:
            return f" ({_shown(found[0])})"
    return ""

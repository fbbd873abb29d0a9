"""
Named queries: SPARQL with a header that says what it asks, and parameters that are bound as terms.

A file is a query that any SPARQL 1.1 server runs as it stands. Its comments at the top are the header::

    # title: Articles of a person
    # description: Every article with the person among its authors,
    #   newest first.
    # parameter orcid: orcid: the person's ORCID, in any spelling
    # parameter limit: integer: how many rows at most
    # keywords: person, author

A parameter is what stands in ``VALUES ?orcid { … }`` (several terms are alternatives), and ``limit`` what stands behind
``LIMIT``; what the file has there is its default. Binding puts other terms there, each made from what the
user gave by the function for its kind, so that nothing a user writes is ever read as SPARQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from medgraph import identifiers, iris, vocab
from medgraph.errors import QueryError
from medgraph.sparql import Token, form, tokens

FOLDER = Path(__file__).with_name("queries")

LIMIT = "limit"

Find = Callable[[str, str], Sequence[str]]
"""Given a kind (``"mesh"``, ``"journal"``) and a name, the IRIs that go by it, in N-Triples syntax."""

_HEAD = re.compile(r"#\s*(title|description|keywords|parameter\s+[a-z][a-z0-9-]*)\s*:\s*(.*)")
_MORE = re.compile(r"#\s{2,}(\S.*)")
_MESH_UI = re.compile(r"(?:mesh:|https?://id\.nlm\.nih\.gov/mesh/)?([DC][0-9]{6,9})", re.IGNORECASE)
_NLM_ID = re.compile(r"(?:nlmcatalog:|https?://www\.ncbi\.nlm\.nih\.gov/nlmcatalog/)?([0-9]{5,9}[A-Z]?)", re.IGNORECASE)
_ILLEGAL_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+")
_SAID_WITHOUT = (
    "https://ror.org/",
    *(vocab.PREFIXES[name] for name in ("orcid", "mesh", "nlmcatalog", "pubmed")),
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Parameter(NamedTuple):
    """
    What a query can be given.

    Args:
        name: as the command line and Python call it, with ``-`` and ``_`` between words.
        kind: a key of :data:`KINDS`.
        meaning: for people.
        default: the terms that stand in the file, as they stand there.
        span: where they stand in the text.
    """

    name: str
    kind: str
    meaning: str
    default: str
    span: tuple[int, int]

    @property
    def shown(self) -> str:
        """The default as a user would give it; several are parted by commas."""
        if self.name == LIMIT:
            return self.default
        return ", ".join(map(_shown, tokens(self.default)))


class NamedQuery(NamedTuple):
    """
    A query that has a name.

    Args:
        name: of the file, without its suffix; the path for one of the user's own.
        title, description: for people; ``""`` where the file has no header.
        parameters: in the order of the header.
        keywords: for people who look for it.
        text: the file as it stands.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    keywords: tuple[str, ...]
    text: str

    @property
    def form(self) -> str:
        """SELECT, ASK, CONSTRUCT or DESCRIBE."""
        return form(self.text) or ""

    @property
    def sparql(self) -> str:
        """The text without its header."""
        lines = self.text.splitlines(keepends=True)
        first = next((n for n, line in enumerate(lines) if not line.startswith("#") and line.strip()), 0)
        return "".join(lines[first:])

    def bound(self, values: Mapping[str, str | int | Iterable[str | int]], find: Find | None = None) -> str:
        """
        The query with these values in the place of its defaults.

        Args:
            values: by parameter; several are alternatives.
            find: resolves names; None knows none, so identifiers have to be given.

        Raises:
            QueryError: the query has no such parameter, or a value is not of its kind.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        changes: list[tuple[tuple[int, int], str]] = []
        for given, value in values.items():
            parameter = known.get(given.replace("_", "-"))
            if parameter is None:
                raise QueryError(self.name, f"has no parameter {given!r}; it has {self._takes()}")
            many = [value] if isinstance(value, (str, int)) else list(value)
            if not many or (parameter.name == LIMIT and len(many) > 1):
                raise QueryError(self.name, f"{parameter.name} takes {'one value' if many else 'at least one value'}")
            terms = [self._term(parameter, str(each), find) for each in many]
            changes.append((parameter.span, " ".join(dict.fromkeys(terms))))
        text = self.text
        for (start, end), terms_there in sorted(changes, reverse=True):
            text = text[:start] + terms_there + text[end:]
        return text

    def _takes(self) -> str:
        return ", ".join(parameter.name for parameter in self.parameters) or "none"

    def _term(self, parameter: Parameter, raw: str, find: Find | None) -> str:
        if parameter.name == LIMIT:
            return KINDS[parameter.kind](raw, find, f"{self.name}: {parameter.name}").strip('"')
        return KINDS[parameter.kind](raw, find, f"{self.name}: {parameter.name}")


def names() -> list[str]:
    """The names of the queries that ship, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.rq"))


@cache
def named(name: str) -> NamedQuery:
    """
    The shipped query of this name.

    Raises:
        QueryError: there is none.
    """
    if name not in names():
        raise QueryError(name, "is no named query; `medgraph query --list` shows them")
    return read(name, (FOLDER / f"{name}.rq").read_text(encoding="utf-8"))


def read(name: str, text: str) -> NamedQuery:
    """
    A query from its text; without a header it has no parameters.

    Raises:
        QueryError: the header names a parameter that the query does not have, or a kind that there is not.
    """
    heads = _header(text)
    found = list(tokens(text))
    parameters = []
    for key, said in heads.items():
        if not key.startswith("parameter "):
            continue
        parameter = key.removeprefix("parameter ").strip()
        kind, colon, meaning = (part.strip() for part in said.partition(":"))
        if not colon or kind not in KINDS:
            kinds = ", ".join(KINDS)
            raise QueryError(
                name, f"parameter {parameter}: write `# parameter {parameter}: KIND: meaning`, KIND one of {kinds}"
            )
        span = _span(found, parameter)
        if span is None:
            place = "LIMIT" if parameter == LIMIT else f"VALUES ?{parameter.replace('-', '_')} {{ … }}"
            raise QueryError(name, f"parameter {parameter} has no place in the query; write `{place}` once")
        parameters.append(Parameter(parameter, kind, meaning, text[slice(*span)], span))
    keywords = tuple(word.strip() for word in heads.get("keywords", "").split(",") if word.strip())
    return NamedQuery(name, heads.get("title", ""), heads.get("description", ""), tuple(parameters), keywords, text)


def _header(text: str) -> dict[str, str]:
    heads: dict[str, str] = {}
    last = None
    for line in text.splitlines():
        if not line.startswith("#"):
            if line.strip():
                break
            continue
        if found := _HEAD.fullmatch(line.rstrip()):
            last = " ".join(found[1].split())
            heads[last] = found[2].strip()
        elif last is not None and (more := _MORE.fullmatch(line.rstrip())):
            heads[last] = f"{heads[last]} {more[1]}".strip()
        else:
            last = None
    return heads


def _span(found: Sequence[Token], parameter: str) -> tuple[int, int] | None:
    """Where the terms of a parameter stand; None unless there is one such place."""
    spans = []
    variable = parameter.replace("-", "_")
    for n, token in enumerate(found):
        if token.kind != "word":
            continue
        after = found[n + 1 :]
        if parameter == LIMIT and token.text.upper() == "LIMIT" and after and after[0].kind == "number":
            spans.append((after[0].start, after[0].end))
        elif (
            token.text.upper() == "VALUES" and len(after) > 2 and after[0].text[1:] == variable and after[1].text == "{"
        ):
            close = next((each for each in after[2:] if each.text == "}"), None)
            if close is not None and close is not after[2]:
                last = after[after.index(close) - 1]
                spans.append((after[2].start, last.end))
    return spans[-1] if spans and (parameter == LIMIT or len(spans) == 1) else None


def _shown(token: Token) -> str:
    """A default as a user would give it."""
    if token.kind == "string":
        return token.text.strip("\"'")
    if token.kind == "iri":
        iri = token.text[1:-1]
        for namespace in _SAID_WITHOUT:
            if iri.startswith(namespace):
                return iri.removeprefix(namespace)
        return iri
    prefix, _, local = token.text.partition(":")
    return local if prefix in ("mesh", "pubmed", "orcid", "nlmcatalog") else token.text


def _string(raw: str, find: Find | None, where: str) -> str:
    return (
        '"'
        + "".join(
            _ESCAPES.get(char, char) if char >= " " else _ESCAPES.get(char, f"\\u{ord(char):04X}") for char in raw
        )
        + '"'
    )


def _integer(raw: str, find: Find | None, where: str) -> str:
    digits = raw.strip()
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        raise QueryError(where, f"takes a whole number of nine digits at most, without a sign, not {raw!r}")
    return str(int(digits))


def _year(raw: str, find: Find | None, where: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", raw.strip()):
        raise QueryError(where, f"takes a year of four digits, not {raw!r}")
    return f'"{raw.strip()}"'


def _iri(raw: str, find: Find | None, where: str) -> str:
    text = raw.strip().removeprefix("<").removesuffix(">")
    prefix, colon, local = text.partition(":")
    if colon and prefix in vocab.PREFIXES and not local.startswith("//"):
        text = vocab.PREFIXES[prefix] + local
    if not _ABSOLUTE.fullmatch(text) or _ILLEGAL_IN_IRI.search(text):
        raise QueryError(where, f"takes an IRI, in full or as prefix:name, not {raw!r}")
    return f"<{text}>"


def _pmid(raw: str, find: Find | None, where: str) -> str:
    text = raw.strip().removeprefix(vocab.PREFIXES["pubmed"]).removeprefix("pubmed:")
    number = identifiers.pmid(text.removeprefix("https://pubmed.ncbi.nlm.nih.gov/").rstrip("/"))
    if number is None:
        raise QueryError(where, f"takes a PMID, not {raw!r}")
    return iris.article(number)


def _orcid(raw: str, find: Find | None, where: str) -> str:
    number = identifiers.orcid(raw.strip().removeprefix("orcid:"))
    if number is None:
        raise QueryError(where, f"takes an ORCID, not {raw!r}: {identifiers.why_not('orcid', raw)}")
    return iris.orcid(number)


def _ror(raw: str, find: Find | None, where: str) -> str:
    number = identifiers.ror(raw)
    if number is None:
        raise QueryError(where, f"takes a ROR identifier such as https://ror.org/01eq10738, not {raw!r}")
    return iris.institution("ROR", number)


def _mesh(raw: str, find: Find | None, where: str) -> str:
    if found := _MESH_UI.fullmatch(raw.strip()):
        return iris.mesh(found[1].upper())
    return _by_name("mesh", "MeSH term", "an identifier such as D007938, or a name as NLM writes it", raw, find, where)


def _journal(raw: str, find: Find | None, where: str) -> str:
    if found := _NLM_ID.fullmatch(raw.strip()):
        return f"<{vocab.PREFIXES['nlmcatalog']}{found[1].upper()}>"
    return _by_name(
        "journal",
        "journal",
        "an NLM Unique ID such as 0374236, an ISSN, a title or NLM's abbreviation",
        raw,
        find,
        where,
    )


def _by_name(kind: str, noun: str, takes: str, raw: str, find: Find | None, where: str) -> str:
    if find is None or not raw.strip():
        raise QueryError(where, f"takes {takes}, not {raw!r}")
    found = list(dict.fromkeys(find(kind, raw.strip())))
    if len(found) == 1:
        return found[0]
    if not found:
        raise QueryError(where, f"nothing there is a {noun} called {raw!r}; give {takes}")
    shown = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
    raise QueryError(where, f"{len(found)} are called {raw!r}: {shown}; give the one you mean")


KINDS: dict[str, Callable[[str, Find | None, str], str]] = {
    "iri": _iri,
    "pmid": _pmid,
    "orcid": _orcid,
    "ror": _ror,
    "mesh": _mesh,
    "journal": _journal,
    "string": _string,
    "year": _year,
    "integer": _integer,
}
"""What a parameter can be, and how what a user gives becomes a term of SPARQL."""

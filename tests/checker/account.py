"""One record: its values, its graph, and what of the one was found in the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .rules import DERIVATIONS, RULES

Triple = tuple[str, str, str]

IRI = "iri"
PLAIN = ""
ENGLISH = "@en"
_XSD = "^^<http://www.w3.org/2001/XMLSchema#{}>"
YEAR, YEAR_MONTH, DATE, DATE_TIME = (_XSD.format(name) for name in ("gYear", "gYearMonth", "date", "dateTime"))
INT, BOOLEAN = (_XSD.format(name) for name in ("int", "boolean"))
XML_LITERAL = "^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>"


class Term(NamedTuple):
    """An object of a triple: an IRI in angle brackets, or a literal's text; and which of these it is."""

    value: str
    kind: str


class Leaf:
    """
    One value of the source: the text of an element, an attribute, or the value of a tag.

    Args:
        path: where it stands (``MedlineCitation/Article/Language``, ``…/Author/@ValidYN``, ``TI``).
        value: its text, white space folded.
    """

    __slots__ = ("found", "path", "rule", "sought", "value")

    def __init__(self, path: str, value: str) -> None:
        self.path = path
        self.value = value
        self.found: bool | None = None
        self.rule: str | None = None
        self.sought = "nothing"

    def settle(self, found: bool, sought: str) -> bool:
        """Note whether it was there; it counts as found if it was wherever it was looked for."""
        if found:
            if self.found is None:
                self.found = True
        else:
            if self.found is not False:
                self.sought = sought
            self.found = False
        return found

    def excuse(self, rule: str) -> None:
        """Note that it need not be in the graph, and why."""
        assert rule in RULES, rule
        self.rule = rule

    @property
    def missed(self) -> bool:
        return self.found is not True

    def __repr__(self) -> str:
        return f"{self.path} {self.value[:70]!r}: sought {self.sought}"


class Absent(NamedTuple):
    """A triple that follows from the record by a listed derivation and is not in its graph."""

    derivation: str
    subject: str
    predicate: str
    value: str


class Account:
    """
    What was found of a record's values, and where its triples come from.

    Args:
        pmid: whose graph it is.
        triples: the graph.
        leaves: all values of the source.
        unread: what the reader of the record says that it did not read: name and value of each.
        names: MeSH names whose UI is known from elsewhere, to check UIs that the source does not give.
    """

    def __init__(
        self,
        pmid: str,
        triples: Iterable[Triple],
        leaves: list[Leaf],
        unread: Iterable[tuple[str, str]] = (),
        names: dict[str, str] | None = None,
    ) -> None:
        self.pmid = pmid
        self.article = f"<http://rdf.ncbi.nlm.nih.gov/pubmed/{pmid}>"
        self.record = self.local("record")
        self.leaves = leaves
        self._unread = list(unread)
        self.names = names or {}
        self.absent: list[Absent] = []
        self.triples = list(triples)
        self.origins: list[str | None] = [None] * len(self.triples)
        self._graph: dict[tuple[str, str], dict[Term, int]] = {}
        graph = self._graph
        for n, (subject, predicate, term) in enumerate(self.triples):
            key = (subject, predicate)
            terms = graph.get(key)
            if terms is None:
                terms = graph[key] = {}
            terms[_term(term)] = n
        self.taken: set[str] = set()
        self._affiliations: dict[str, str] = {}

    def local(self, name: str) -> str:
        """A node of this record."""
        return f"<https://w3id.org/medgraph/id/{self.pmid}-{name}>"

    def terms(self, subject: str, predicate: str) -> list[Term]:
        """The objects of a subject under a predicate."""
        return list(self._graph.get((subject, predicate), ()))

    def nodes(self, subject: str, predicate: str, beginning: str = "<") -> list[str]:
        """The IRIs among the objects."""
        return [
            t.value
            for t in self._graph.get((subject, predicate), ())
            if t.kind == IRI and t.value.startswith(beginning)
        ]

    def untaken(self, nodes: list[str]) -> list[str]:
        """Nodes that no value is found on yet before the others: equal values stand on nodes of their own."""
        return sorted(nodes, key=lambda node: node in self.taken)

    def literals(self, subject: str, predicate: str) -> list[str]:
        """The texts of the literals among the objects."""
        return [t.value for t in self._graph.get((subject, predicate), ()) if t.kind != IRI]

    def has(self, subject: str, predicate: str, value: str, kind: str = PLAIN) -> bool:
        """Whether a triple is there, without tracing it."""
        return (value, kind) in self._graph.get((subject, predicate), ())

    def trace(self, origin: str, subject: str, predicate: str, value: str, kind: str = PLAIN) -> bool:
        """Whether a triple is there; it then comes from ``origin``."""
        n = self._graph.get((subject, predicate), _NOTHING).get((value, kind))  # type: ignore[call-overload]
        if n is None:
            return False
        self.origins[n] = origin
        return True

    def seek(
        self, leaf: Leaf | None, subject: str, predicate: str, value: str | None = None, kind: str = PLAIN
    ) -> bool:
        """Look for a value, the leaf's own unless another is given; no leaf, nothing to look for."""
        if leaf is None:
            return True
        sought = leaf.value if value is None else value
        n = self._graph.get((subject, predicate), _NOTHING).get((sought, kind))  # type: ignore[call-overload]
        if n is None:
            return leaf.settle(False, f"{sought[:60]!r}{kind} under {_short(subject)} {_short(predicate)}")
        self.origins[n] = leaf.path
        if leaf.found is None:
            leaf.found = True
        return True

    def seek_text(self, leaf: Leaf | None, subject: str, predicate: str, kinds: Callable[[str], bool]) -> bool:
        """Look for the leaf's text as a literal whose language or datatype is one that ``kinds`` accepts."""
        if leaf is None:
            return True
        for term, n in self._graph.get((subject, predicate), _NOTHING).items():
            if term.value == leaf.value and term.kind != IRI and kinds(term.kind):
                self.origins[n] = leaf.path
                return leaf.settle(True, "")
        return leaf.settle(False, f"its text under {_short(subject)} {_short(predicate)}")

    def need(self, derivation: str, subject: str, predicate: str, value: str, kind: str = IRI) -> bool:
        """Look for a triple that follows by a listed derivation: missing, it is a failure."""
        assert derivation in DERIVATIONS, derivation
        n = self._graph.get((subject, predicate), _NOTHING).get((value, kind))  # type: ignore[call-overload]
        if n is None:
            self.absent.append(Absent(derivation, subject, predicate, value))
            return False
        if self.origins[n] is None:
            self.origins[n] = derivation
        return True

    def lack(self, derivation: str, subject: str, predicate: str, value: str) -> None:
        """Note that something which follows by a derivation is not there."""
        assert derivation in DERIVATIONS, derivation
        self.absent.append(Absent(derivation, subject, predicate, value))

    def derive(self, derivation: str, subject: str, predicate: str, test: Callable[[Term], bool]) -> int:
        """Trace the objects that a test accepts to a derivation; how many there are."""
        assert derivation in DERIVATIONS, derivation
        count = 0
        for term, n in self._graph.get((subject, predicate), _NOTHING).items():
            if test(term):
                count += 1
                if self.origins[n] is None:
                    self.origins[n] = derivation
        return count

    def affiliation_node(self, text: str, node: str) -> bool:
        """Whether all affiliations of one text are one node."""
        return self._affiliations.setdefault(text, node) == node

    def is_unread(self, leaf: Leaf) -> bool:
        """Whether the reader's list of what it did not read names the value, or an element that it stands in."""
        parts = leaf.path.split("/")
        for name, value in self._unread:
            *above, last = (part for part in name.split("/") if part != "*")
            if last.startswith("@"):
                if above[-1:] == parts[-2:-1] and last in ("@*", parts[-1]) and leaf.value == value:
                    return True
            elif last in parts and leaf.value in value:
                return True
        return False

    @property
    def untraced(self) -> list[Triple]:
        """The triples that come from nowhere."""
        return [triple for triple, origin in zip(self.triples, self.origins, strict=True) if origin is None]

    def failures(self) -> Iterator[str]:
        """What is wrong: values missed without a rule, derived triples that are not there, triples from nowhere."""
        for leaf in self.leaves:
            if leaf.missed and leaf.rule is None:
                yield f"PMID {self.pmid}: value not found: {leaf!r}"
        for one in self.absent:
            missing = f"{_short(one.subject)} {_short(one.predicate)} {one.value[:80]}"
            yield f"PMID {self.pmid}: {one.derivation}: no {missing}"
        for triple in self.untraced:
            yield f"PMID {self.pmid}: from nowhere: {' '.join(map(_short, triple))}"


_NOTHING: dict[Term, int] = {}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_CHARACTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def _term(text: str) -> Term:
    if text[0] == "<":
        return Term(text, IRI)
    end = text.rindex('"')
    value = text[1:end]
    if "\\" in value:
        value = _ESCAPE.sub(_unescaped, value)
    return Term(value, text[end + 1 :])


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _CHARACTERS.get(found[3], found[3])


def _short(term: str) -> str:
    """A term without its namespace, for messages."""
    return re.split(r"[/#]", term.strip("<>"))[-1] if term.startswith("<") and len(term) > 1 else term[:80]

"""
One validation result, whichever engine found it, and the words for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count

from msgspec import Struct

from medgraph.shacl import paths
from medgraph.shacl.paths import Path
from medgraph.shacl.terms import OWL, RDF, RDFS, SH, TYPE, XSD, Triple, datatype, language, lexical, literal

VIOLATION = f"<{SH}Violation>"
WARNING = f"<{SH}Warning>"
INFO = f"<{SH}Info>"
ENGINE_ERROR = "<https://w3id.org/medgraph/vocab#EngineError>"
"""The component of a result that says that an engine broke down over a record or graph."""

_PREFIXES = {SH: "sh:", RDF: "rdf:", RDFS: "rdfs:", XSD: "xsd:", OWL: "owl:"}
_PLACEHOLDER = re.compile(r"\{[?$]([A-Za-z_][A-Za-z0-9_]*)\}")


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One thing that is not as a shape says (SHACL 3.6.2). All terms are strings in N-Triples syntax.

    Args:
        focus: the focus node (``sh:focusNode``).
        path: from the focus node to the value (``sh:resultPath``); None for a constraint on the node itself.
        value: the value at fault (``sh:value``); None where it is the number of values, or one that is missing.
        component: ``<http://www.w3.org/ns/shacl#MinCountConstraintComponent>`` and so on.
        shape: the shape that has the constraint (``sh:sourceShape``); blank nodes are numbered as in the file.
        severity: ``sh:Violation``, ``sh:Warning``, ``sh:Info`` or one of the shapes' own.
        messages: what to tell people; the shape's own words where it has some.
        constraint: the node of a SPARQL constraint (``sh:sourceConstraint``).
        hint: how to mend the source, where the shape says so.
        name: what the shape is called (``sh:name``).
        scope: ``"record"`` where the record alone decides, ``"dataset"`` where others have a say.
        details: for ``sh:node`` and its like, what the value lacks (``sh:detail``).
    """

    focus: str
    component: str
    shape: str
    path: Path | None = None
    value: str | None = None
    severity: str = VIOLATION
    messages: tuple[str, ...] = ()
    constraint: str | None = None
    hint: str | None = None
    name: str | None = None
    scope: str = "record"
    details: tuple[Result, ...] = ()

    @property
    def message(self) -> str:
        """The first message in English or without a language, else the first of all, as plain text."""
        for message in self.messages:
            if language(message) in ("", "en") or language(message).startswith("en-"):
                return lexical(message)
        return lexical(self.messages[0]) if self.messages else self.component_name

    @property
    def component_name(self) -> str:
        """The component in one word: ``"MinCount"``."""
        return short(self.component).removeprefix("sh:").removesuffix("ConstraintComponent")

    @property
    def severity_name(self) -> str:
        """The severity in one word: ``"Violation"``."""
        return short(self.severity).removeprefix("sh:")


def broken(error: Exception) -> Result:
    """The result for a record over which the validator broke down: whether it conforms is not known."""
    words = f"the record could not be validated: {type(error).__name__}: {error}"
    return Result(focus="_:record", component=ENGINE_ERROR, shape="_:none", messages=(literal(words, language="en"),))


def conforms(results: Iterable[Result]) -> bool:
    """Whether there is no result at all, of whatever severity (SHACL 3.1)."""
    return not any(True for _ in results)


def report(results: Iterable[Result]) -> Iterator[Triple]:
    """The triples of a ``sh:ValidationReport``; blank nodes are numbered from 1 in the order of the results."""
    numbers = count(1)

    def new() -> str:
        return f"_:n{next(numbers)}"

    root = new()
    yield root, TYPE, f"<{SH}ValidationReport>"
    empty = True
    for result in results:
        empty = False
        node = new()
        yield root, f"<{SH}result>", node
        yield from describe(result, node, new)
    yield root, f"<{SH}conforms>", literal("true" if empty else "false", f"{XSD}boolean")


def describe(result: Result, node: str, new: Callable[[], str]) -> Iterator[Triple]:
    """The triples of one ``sh:ValidationResult``, named ``node``; ``new`` makes blank nodes."""
    """
    The triples of one ``sh:ValidationResult`` and of what it is made of.

    Args:
        node: the result itself.
        new: makes a blank node.
    """
    yield node, TYPE, f"<{SH}ValidationResult>"
    yield node, f"<{SH}focusNode>", result.focus
    if result.path is not None:
        end, about = paths.triples(result.path, new)
        yield node, f"<{SH}resultPath>", end
        yield from about
    if result.value is not None:
        yield node, f"<{SH}value>", result.value
    yield node, f"<{SH}resultSeverity>", result.severity
    yield node, f"<{SH}sourceConstraintComponent>", result.component
    yield node, f"<{SH}sourceShape>", result.shape
    if result.constraint is not None:
        yield node, f"<{SH}sourceConstraint>", result.constraint
    for message in result.messages:
        yield node, f"<{SH}resultMessage>", message
    for detail in result.details:
        inner = new()
        yield node, f"<{SH}detail>", inner
        yield from describe(detail, inner, new)


def short(term: str | None) -> str:
    """
    A term for people to read: ``sh:Violation``, ``<http://example.org/x>``, ``"7"^^xsd:integer``.

    >>> short('"7"^^<http://www.w3.org/2001/XMLSchema#integer>')
    '"7"^^xsd:integer'
    """
    if not term:
        return ""
    if term[0] == '"' and term[-1] == ">":
        return f'"{lexical(term)}"^^{short(f"<{datatype(term)}>")}'
    if term[0] == "<":
        for namespace, prefix in _PREFIXES.items():
            if term.startswith(namespace, 1):
                return prefix + term[1 + len(namespace) : -1]
    return term


def fill(message: str, values: Mapping[str, str | None]) -> str:
    """A message (a literal) with its placeholders ``{$name}`` and ``{?name}`` replaced where ``values`` has them."""
    if "{" not in message:
        return message

    def word(match: re.Match[str]) -> str:
        found = values.get(match[1])
        return match[0] if found is None else lexical(found) if found[:1] == '"' else short(found)

    filled = literal(_PLACEHOLDER.sub(word, lexical(message)))
    tag = language(message)
    return f"{filled}@{tag}" if tag else filled


_SENTENCES: dict[str, str] = {
    "Class": "is not a {class}",
    "Datatype": "is not a well-formed {datatype}",
    "NodeKind": "is not of the kind {nodeKind}",
    "MinCount": "has fewer than {minCount} values",
    "MaxCount": "has more than {maxCount} values",
    "MinExclusive": "is not greater than {minExclusive}",
    "MinInclusive": "is less than {minInclusive}",
    "MaxExclusive": "is not less than {maxExclusive}",
    "MaxInclusive": "is greater than {maxInclusive}",
    "MinLength": "has fewer than {minLength} characters",
    "MaxLength": "has more than {maxLength} characters",
    "Pattern": "does not match the pattern {pattern}",
    "LanguageIn": "is in none of the languages {languageIn}",
    "UniqueLang": "has several values in one language",
    "Equals": "does not have the same values as {equals}",
    "Disjoint": "is also a value of {disjoint}",
    "LessThan": "is not less than the value of {lessThan}",
    "LessThanOrEquals": "is not at most the value of {lessThanOrEquals}",
    "Not": "has the shape {not}, and must not",
    "And": "does not have all of the shapes {and}",
    "Or": "has none of the shapes {or}",
    "Xone": "has not exactly one of the shapes {xone}",
    "Node": "does not have the shape {node}",
    "QualifiedMinCount": "has fewer than {qualifiedMinCount} values of the shape {qualifiedValueShape}",
    "QualifiedMaxCount": "has more than {qualifiedMaxCount} values of the shape {qualifiedValueShape}",
    "Closed": "may not have the property {path}",
    "HasValue": "does not have the value {hasValue}",
    "In": "is none of {in}",
    "SPARQL": "is found by a SPARQL constraint",
}


def sentence(component: str, values: Mapping[str, str | None]) -> str:
    """What a component found, for a shape without a message: a literal in English."""
    subject = short(values.get("value")) or str(values.get("PATH") or short(values.get("this")))
    words = re.sub(r"\{(\w+)\}", lambda match: short(values.get(match[1])), _SENTENCES[component])
    return literal(f"{subject} {words}", language="en")

"""
What validation found, for someone with 30,000 records: small, in groups, and additive.

Every engine's results come in here as :class:`Finding` (a :class:`~medgraph.shacl.Result` and the record it is
about), and so do the problems that readers and the mapping report, whose sources are not shapes (:func:`of_problem`).
A :class:`Conformance` counts them and keeps some of each kind; the formats beside this file write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct, field

from medgraph import checks, iris, vocab
from medgraph.model import Citation, Problem
from medgraph.shacl import ENGINE_ERROR, INFO, VIOLATION, WARNING, Result
from medgraph.shacl.terms import literal

EXAMPLES = 10
"""How many PMIDs, unreadable records and differences between engines are kept as examples."""

SAMPLES = 100
"""How many results of each kind are kept to be looked at; the formats ``json``, ``csv`` and ``ttl`` have them all."""

VALUES = "https://w3id.org/medgraph/values#"
"""The namespace of what readers and the mapping find; the local name is :attr:`Problem.code`."""

SEVERITIES = ("violation", "warning", "info")
"""From the gravest to the lightest. A severity of a shape's own counts like a violation: it must not pass unseen."""

_NAMES = {VIOLATION: "violation", WARNING: "warning", INFO: "info"}
_LENGTH = 200
_TAG = re.compile("[A-Z0-9]{2,4}")


class Finding(Struct, frozen=True):
    """
    A result, and the record it is about.

    Args:
        pmid: None where the data do not say to which record the focus node belongs.
        source: the file.
        where: ``"line 12"``, ``"byte 4096"``, or ``""`` where that is not known.
    """

    result: Result
    pmid: str | None = None
    source: str = ""
    where: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same finding in another run, wherever the record stood; messages do not count."""
        result = self.result
        parts = (self.pmid, result.focus, result.path, result.value, result.component, result.shape, result.constraint)
        return tuple("" if part is None else str(part) for part in parts)


class Sample(Struct, frozen=True):
    """One result of a group, short enough to be kept: the record, where it stands, focus node and value."""

    pmid: str | None
    where: str
    focus: str
    value: str | None


class Count(Struct):
    """How many results, in how many records."""

    results: int = 0
    records: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.results + other.results, self.records + other.records)


class Group(Struct):
    """
    All results of one constraint, or of one check.

    Args:
        severity: one of :data:`SEVERITIES`, or the local name of a shape's own.
        kind: ``"shape"``; ``"check"`` for what no shape can say; ``"engine"`` where an engine broke down.
        shape: the shape or check: an IRI, or the label of a blank node.
        name: what it is called; None where it has no name.
        path: from the focus node to the value, with prefixes; None for a constraint on the node itself.
        component: in one word: ``"MinCount"``.
        message, hint: what is wrong, and how to mend the source; of the first result.
        pmids: the first records.
        samples: the first results.
    """

    severity: str
    kind: str
    shape: str
    name: str | None
    path: str | None
    component: str
    message: str
    hint: str | None
    results: int = 0
    records: int = 0
    pmids: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()

    @property
    def title(self) -> str:
        """Its name for people, the shape where it has none."""
        if self.kind == "engine":
            return "could not be checked"
        return self.name or readable(self.shape)

    @property
    def example(self) -> str:
        """The first value at fault, after the record it is in."""
        if not self.samples:
            return ""
        first = self.samples[0]
        record = f"PMID {first.pmid}" if first.pmid else first.focus
        return f"{record}: {first.value}" if first.value is not None else record

    def __add__(self, other: Group) -> Group:
        first = self if self.results else other
        return msgspec.structs.replace(
            first,
            results=self.results + other.results,
            records=self.records + other.records,
            pmids=tuple(dict.fromkeys(self.pmids + other.pmids))[:EXAMPLES],
            samples=(self.samples + other.samples)[:SAMPLES],
        )


class Audit(Struct):
    """
    What the reference made of some of the records.

    Args:
        reference: its name and version.
        random, failing: how many records were drawn, and how many were looked at because they fail.
        differing: in how many records the two engines differ.
        differences: what the first differences are, in sentences.
    """

    reference: str
    random: int = 0
    failing: int = 0
    differing: int = 0
    differences: tuple[str, ...] = ()

    def __add__(self, other: Audit) -> Audit:
        return Audit(
            self.reference or other.reference,
            self.random + other.random,
            self.failing + other.failing,
            self.differing + other.differing,
            (self.differences + other.differences)[:EXAMPLES],
        )


class Conformance(Struct, kw_only=True):
    """
    What validation found.

    Conformances of parts of the data add up with ``+``, in any grouping, to that of the whole.

    Args:
        records: how many were looked at.
        conforming: how many of them have no violation; warnings and notes do not count.
        counts: by severity.
        groups: by what found them.
        targets: for each shape with targets, how many nodes it looked at.
        names: what these shapes are called.
        profiles: how many records were looked at as which profile of the mapping (``full``, ``core``, ``rdf``).
        constraints: how many the shapes have.
        undecided: how many of these need other records than the one at hand, and were not looked at.
        known: results that the baseline has as well; they are in no other count.
        unreadable: records and files that could not be read, and so not be looked at.
        unreadable_first: the first sentences about them.
        engine: its name and version.
        shapes: SHA-256 of the shapes.
        audit: None where there was none.
        milliseconds: time taken.
    """

    records: int = 0
    conforming: int = 0
    counts: dict[str, Count] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    targets: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, int] = field(default_factory=dict)
    constraints: int = 0
    undecided: int = 0
    known: int = 0
    unreadable: int = 0
    unreadable_first: tuple[str, ...] = ()
    engine: str = ""
    shapes: str = ""
    audit: Audit | None = None
    milliseconds: int = 0

    def add(self, findings: Iterable[Finding], profile: str = "full") -> None:
        """Count one more record with what was found in it."""
        self.records += 1
        self.profiles[profile] = self.profiles.get(profile, 0) + 1
        self.conforming += not self.add_more(findings)

    def add_more(self, findings: Iterable[Finding]) -> bool:
        """Count what was found in one record, or in a graph that is no record; whether a violation is among it."""
        seen: set[str] = set()
        for finding in findings:
            severity = severity_of(finding.result)
            count = self.counts.setdefault(severity, Count())
            count.results += 1
            if severity not in seen:
                count.records += 1
            key = group_key(finding.result)
            group = self.groups.get(key)
            if group is None:
                group = self.groups[key] = _group(finding.result, severity)
            group.results += 1
            if key not in seen:
                group.records += 1
                if finding.pmid is not None and len(group.pmids) < EXAMPLES and finding.pmid not in group.pmids:
                    group.pmids = (*group.pmids, finding.pmid)
            if len(group.samples) < SAMPLES:
                group.samples = (*group.samples, _sample(finding))
            seen |= {severity, key}
        return any(rank(severity) == 0 for severity in seen.intersection(self.counts))

    def could_not_read(self, sentence: str) -> None:
        """Count a record or a file that could not be looked at."""
        self.unreadable += 1
        if len(self.unreadable_first) < EXAMPLES:
            self.unreadable_first = (*self.unreadable_first, sentence)

    def __add__(self, other: Conformance) -> Conformance:
        return Conformance(
            records=self.records + other.records,
            conforming=self.conforming + other.conforming,
            counts=_join(self.counts, other.counts),
            groups=_join(self.groups, other.groups),
            targets=_join(self.targets, other.targets),
            names=self.names | other.names,
            profiles=_join(self.profiles, other.profiles),
            constraints=max(self.constraints, other.constraints),
            undecided=max(self.undecided, other.undecided),
            known=self.known + other.known,
            unreadable=self.unreadable + other.unreadable,
            unreadable_first=(self.unreadable_first + other.unreadable_first)[:EXAMPLES],
            engine=self.engine or other.engine,
            shapes=self.shapes or other.shapes,
            audit=self.audit + other.audit if self.audit and other.audit else self.audit or other.audit,
            milliseconds=self.milliseconds + other.milliseconds,
        )

    def in_order(self) -> list[Group]:
        """The groups, the gravest and most frequent first."""
        return sorted(
            self.groups.values(), key=lambda group: (rank(group.severity), -group.records, -group.results, group.title)
        )

    @property
    def unused(self) -> list[str]:
        """The shapes that looked at nothing: there is nothing of the kind in the data, or a typo in a target."""
        return sorted(self.names.get(shape) or readable(shape) for shape, count in self.targets.items() if not count)

    def count(self, severity: str) -> Count:
        """The results of a severity; those of shapes' own are among the violations."""
        found = Count()
        for name, count in self.counts.items():
            if rank(name) == rank(severity):
                found += count
        return found

    def fails(self, threshold: str = "violation") -> bool:
        """
        Whether there are results at or above a severity.

        Args:
            threshold: one of :data:`SEVERITIES`, or ``"never"``.
        """
        return threshold != "never" and any(rank(name) <= rank(threshold) for name in self.counts)

    def as_json(self) -> dict[str, Any]:
        """The counts as plain values, with the keys that ``docs/validation.md`` lists."""
        plain: dict[str, Any] = {
            "records": self.records,
            "conforming": self.conforming,
            **{f"{name}s" if name != "info" else "infos": self.count(name).results for name in SEVERITIES},
            "by_severity": {name: msgspec.to_builtins(count) for name, count in sorted(self.counts.items())},
            "groups": [_plain(group) for group in self.in_order()],
            "unused_shapes": self.unused,
            "focus_nodes": self.targets,
        }
        for name in ("profiles", "constraints", "undecided", "known", "unreadable", "unreadable_first"):
            plain[name] = msgspec.to_builtins(getattr(self, name))
        plain |= {"engine": self.engine, "shapes_sha256": self.shapes}
        plain["audit"] = msgspec.to_builtins(self.audit)
        plain["seconds"] = self.milliseconds / 1000
        return plain


def of_problem(pmid: str, problem: Problem) -> Result:
    """
    What a reader or the mapping says of a value, in the form of a shape's result.

    It is a warning, for such a value is kept as it stands and never taken for more; that a name has no identifier
    is a note.
    """
    element, message = problem.element, problem.message
    is_name = problem.code.endswith("-unresolved")
    place = f"the line {element}" if _TAG.fullmatch(element) else element
    return Result(
        focus=iris.article(pmid),
        value=literal(problem.value),
        component=checks.COMPONENT,
        shape=f"<{VALUES}{problem.code}>",
        severity=INFO if is_name else WARNING,
        messages=(literal(message[:1].upper() + message[1:], language="en"),),
        hint=f"Give an index of MeSH with --mesh; the name stands in {place}." if is_name else f"Look at {place}.",
        name=problem.code.replace("-", " "),
    )


def of_citation(citation: Citation, problems: Iterable[Problem], results: Iterable[Result]) -> list[Finding]:
    """The findings about a citation: those of shapes first."""
    position = citation.position
    where = str(position)
    found = [*results, *(of_problem(citation.pmid, problem) for problem in problems)]
    return [Finding(result, citation.pmid, position.source, where) for result in found]


def severity_of(result: Result) -> str:
    """One of :data:`SEVERITIES`, or the local name of a shape's own."""
    return _NAMES.get(result.severity) or re.split("[/#]", result.severity[1:-1])[-1]


def rank(severity: str) -> int:
    """Its place in :data:`SEVERITIES`, that of violations for a shape's own."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def rejects(result: Result) -> bool:
    """Whether a record with this result does not conform."""
    return result.severity not in (WARNING, INFO)


def group_key(result: Result) -> str:
    """What the results of one group have in common."""
    parts = (result.severity, result.shape, result.path, result.component, result.constraint)
    return "\t".join("" if part is None else str(part) for part in parts)


def kind_of(result: Result) -> str:
    """Who found it: ``"shape"``, ``"check"``, or ``"engine"`` for an engine that broke down."""
    return {checks.COMPONENT: "check", ENGINE_ERROR: "engine"}.get(result.component, "shape")


@lru_cache(maxsize=10_000)
def readable(text: str) -> str:
    """
    Terms and paths with prefixes in the place of namespaces.

    >>> readable("^<http://purl.org/ontology/bibo/pmid>")
    '^bibo:pmid'
    >>> readable('"2019"^^<http://www.w3.org/2001/XMLSchema#gYear>')
    '"2019"^^xsd:gYear'
    """
    if text[:1] == '"':
        body, sign, datatype = text.rpartition("^^")
        return f"{body}^^{readable(datatype)}" if sign and datatype.startswith("<") else text
    return _IRI.sub(_shorter, text)


_IRI = re.compile(r"<([^<>]*)>")
_PREFIXES = {
    **vocab.PREFIXES,
    "sh": "http://www.w3.org/ns/shacl#",
    "shapes": "https://w3id.org/medgraph/shapes#",
    "values": VALUES,
}


def _shorter(match: re.Match[str]) -> str:
    from medgraph.answers import shortened  # noqa: PLC0415

    name = shortened(match[1], _PREFIXES)
    return match[0] if name == match[1] else name


def _group(result: Result, severity: str) -> Group:
    return Group(
        severity=severity,
        kind=kind_of(result),
        shape=result.shape.strip("<>"),
        name=result.name,
        path=readable(str(result.path)) if result.path is not None else None,
        component=result.component_name if kind_of(result) == "shape" else kind_of(result),
        message=result.message,
        hint=result.hint,
    )


def _sample(finding: Finding) -> Sample:
    result = finding.result
    value = None if result.value is None else cut(readable(result.value))
    where = ", ".join(part for part in (finding.source, finding.where) if part)
    return Sample(finding.pmid, where, readable(result.focus), value)


def cut(text: str, length: int = _LENGTH) -> str:
    """A text that is not longer than so many characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _plain(group: Group) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(group)
    samples = plain.pop("samples")
    return {**plain, "example": samples[0] if samples else None}


def _join(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    joined = {name: copy(value) for name, value in one.items()}
    for name, value in other.items():
        joined[name] = joined[name] + value if name in joined else copy(value)
    return joined

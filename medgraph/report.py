"""
What happened, in numbers that add up: read = written + rejected + skipped.

A :class:`Report` is small whatever was read (counts, and the first ten PMIDs of every kind of trouble),
and reports add with ``+`` in any grouping, so that parts of a run can be counted apart. ``docs/report.md``
describes the JSON form.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct, field

from medgraph.conformance import Conformance
from medgraph.model import Citation, Problem

EXAMPLES = 10
"""How many PMIDs, and how many broken inputs, are kept as examples."""

NAMES = 10_000
"""How many names without a MeSH identifier are kept; those that are met later are only counted."""

_SHOWN = 3
_SHOWN_NAMES = 20
_UNRESOLVED = "-unresolved"
_VALUE_LENGTH = 200


class Tally(Struct):
    """
    How often something was met.

    Args:
        count: how often.
        pmids: the first records it was met in.
        example: the first value, shortened; None where there is none to show.
        message: the first sentence about it.
    """

    count: int = 0
    pmids: tuple[str, ...] = ()
    example: str | None = None
    message: str | None = None

    def add(self, pmid: str | None, example: str | None = None, message: str | None = None) -> None:
        """Count one more."""
        if self.count == 0:
            self.example = example if example is None else example[:_VALUE_LENGTH]
            self.message = message
        self.count += 1
        pmids = self.pmids
        if len(pmids) < EXAMPLES and pmid is not None and pmid not in pmids:
            self.pmids = (*pmids, pmid)

    def __add__(self, other: Tally) -> Tally:
        first = self if self.count else other
        return Tally(
            self.count + other.count,
            tuple(dict.fromkeys(self.pmids + other.pmids))[:EXAMPLES],
            first.example,
            first.message,
        )


Tallies = dict[str, Tally]


class Report(Struct, kw_only=True):
    """
    What became of the records of a run.

    Args:
        read: records met, whatever became of them; deletions count as records.
        written: records whose triples are in the output.
        rejected: by reason, records that are not, because they could not be read or do not conform.
        skipped: by kind (``"duplicate PMID"``, ``"later version"``, ``"deletion"``), records left out on purpose.
        warnings: by :attr:`Problem.code`, values that were kept but are not what they should be.
        unresolved: by :attr:`Problem.code`, names without a MeSH identifier (codes that end in ``-unresolved``).
        names: by tag and name (``"MH: RNA, Guide"``), those names, and why each has none.
        recurring: PMIDs that stand in several parts of a folder: a file and a later update of it, say.
        mesh: the MeSH index that was used; "" where there was none.
        unread: by name, tags and elements that the reader does not know.
        broken: inputs that could not be read to their end, and why (the first ten).
        broken_count: how many of them there were.
        inputs: files read.
        passed_over: files of folders that are not of PubMed, and what they are (the first ten).
        passed_over_count: how many of them there were.
        outputs: files written, or ``"-"``.
        rejects: the files in which rejected records are kept, and their triples.
        conformance: what validation found; None where there was none.
        taken_over: how many of the outputs an earlier run had completed.
        triples: triples written.
        size: bytes of the output.
        milliseconds: time taken; of parts that ran side by side, the sum.
    """

    read: int = 0
    written: int = 0
    rejected: Tallies = field(default_factory=dict)
    skipped: Tallies = field(default_factory=dict)
    warnings: Tallies = field(default_factory=dict)
    unresolved: Tallies = field(default_factory=dict)
    names: Tallies = field(default_factory=dict)
    recurring: Tally = field(default_factory=Tally)
    mesh: str = ""
    unread: Tallies = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    broken_count: int = 0
    inputs: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    passed_over_count: int = 0
    outputs: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    conformance: Conformance | None = None
    taken_over: int = 0
    triples: int = 0
    size: int = 0
    milliseconds: int = 0

    def __add__(self, other: Report) -> Report:
        return Report(
            read=self.read + other.read,
            written=self.written + other.written,
            rejected=_join(self.rejected, other.rejected),
            skipped=_join(self.skipped, other.skipped),
            warnings=_join(self.warnings, other.warnings),
            unresolved=_join(self.unresolved, other.unresolved),
            names=dict(list(_join(self.names, other.names).items())[:NAMES]),
            recurring=self.recurring + other.recurring,
            mesh=self.mesh or other.mesh,
            unread=_join(self.unread, other.unread),
            broken=(self.broken + other.broken)[:EXAMPLES],
            broken_count=self.broken_count + other.broken_count,
            inputs=self.inputs + other.inputs,
            passed_over=(self.passed_over + other.passed_over)[:EXAMPLES],
            passed_over_count=self.passed_over_count + other.passed_over_count,
            outputs=tuple(dict.fromkeys(self.outputs + other.outputs)),
            rejects=tuple(dict.fromkeys(self.rejects + other.rejects)),
            conformance=self.conformance + other.conformance
            if self.conformance and other.conformance
            else self.conformance or other.conformance,
            taken_over=self.taken_over + other.taken_over,
            triples=self.triples + other.triples,
            size=self.size + other.size,
            milliseconds=self.milliseconds + other.milliseconds,
        )

    @property
    def rejected_count(self) -> int:
        """How many records were rejected."""
        return sum(tally.count for tally in self.rejected.values())

    @property
    def skipped_count(self) -> int:
        """How many records were skipped."""
        return sum(tally.count for tally in self.skipped.values())

    @property
    def adds_up(self) -> bool:
        """Whether every record read is accounted for."""
        return self.read == self.written + self.rejected_count + self.skipped_count

    @property
    def complete(self) -> bool:
        """Whether nothing was rejected, nothing broke off, all that is written conforms, and the counts add up."""
        conforming = self.conformance is None or not self.conformance.fails()
        return self.adds_up and conforming and not self.rejected_count and not self.broken_count

    def reject(self, reason: str, pmid: str | None, message: str) -> None:
        """Count a record that is not in the output."""
        _tally(self.rejected, reason).add(pmid, message=message)

    def skip(self, kind: str, pmid: str) -> None:
        """Count a record that is left out on purpose."""
        _tally(self.skipped, kind).add(pmid)

    def note(self, citation: Citation, problems: Iterable[Problem]) -> None:
        """Count what a record's readers and the mapping had to say about single values."""
        pmid, names = citation.pmid, self.names
        for problem in problems:
            code, value, message = problem.code, f"{problem.element}: {problem.value}", problem.message
            if not code.endswith(_UNRESOLVED):
                _tally(self.warnings, code).add(pmid, value, message)
                continue
            # names without an identifier are met by the million: of most, nothing is left to be kept but their number
            of_code, of_name = self.unresolved.get(code), names.get(value)
            if of_code is not None and len(of_code.pmids) == EXAMPLES:
                of_code.count += 1
            else:
                _tally(self.unresolved, code).add(pmid, value, message)
            if of_name is not None and len(of_name.pmids) == EXAMPLES:
                of_name.count += 1
            elif of_name is not None or len(names) < NAMES:
                _tally(names, value).add(pmid, message=message)
        for unread in citation.unread:
            _tally(self.unread, unread.name).add(citation.pmid, unread.value)

    def broke(self, sentence: str) -> None:
        """Count an input that could not be read to its end."""
        self.broken_count += 1
        if len(self.broken) < EXAMPLES:
            self.broken = (*self.broken, sentence)

    def pass_over(self, sentence: str) -> None:
        """Count a file of a folder that is of another kind."""
        self.passed_over_count += 1
        if len(self.passed_over) < EXAMPLES:
            self.passed_over = (*self.passed_over, sentence)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values, with the keys that ``docs/report.md`` lists."""
        plain: dict[str, Any] = {
            "adds_up": self.adds_up,
            "read": self.read,
            "written": self.written,
            "rejected": self.rejected_count,
            "skipped": self.skipped_count,
        }
        for name in ("inputs", "outputs", "taken_over", "rejects", "mesh", "triples"):
            plain[name] = msgspec.to_builtins(getattr(self, name))
        plain["bytes"] = self.size
        plain["seconds"] = self.milliseconds / 1000
        plain["broken_inputs"] = self.broken_count
        plain["broken_first"] = list(self.broken)
        plain["passed_over"] = self.passed_over_count
        plain["passed_over_first"] = list(self.passed_over)
        for key, tallies in {
            "rejected_by_reason": self.rejected,
            "skipped_by_kind": self.skipped,
            "warnings": self.warnings,
            "unresolved": self.unresolved,
            "unresolved_names": self.names,
            "unread": self.unread,
        }.items():
            plain[key] = {name: msgspec.to_builtins(tally) for name, tally in _by_count(tallies)}
        plain["recurring"] = msgspec.to_builtins(self.recurring)
        plain["validation"] = self.conformance.as_json() if self.conformance is not None else None
        return plain

    def json(self) -> bytes:
        """:meth:`as_json`, indented, with a line end."""
        return msgspec.json.format(msgspec.json.encode(self.as_json())) + b"\n"


def text(report: Report) -> str:
    """
    The report for people: two lines, and below them what was out of the ordinary, with the first PMIDs to look at.

    What did not happen takes no room.
    """
    seconds = report.milliseconds / 1000
    rate = f", {report.read / seconds:,.0f} records/s" if seconds else ""
    lines = [
        f"{report.read:,} read = {report.written:,} written + {report.rejected_count:,} rejected"
        f" + {report.skipped_count:,} skipped",
    ]
    if report.outputs:
        size = bytes_for_people(report.size)
        lines.append(f"{report.triples:,} triples, {size} to {_target(report)} in {seconds:,.1f} s{rate}")
    if report.taken_over:
        lines.append(f"{report.taken_over:,} of these were complete from an earlier run; remove them to begin again")
    if not report.adds_up:
        lines.append("These counts do not add up: a defect in medgraph, not in the data. Please report it.")
    if report.broken_count:
        lines += _listed("Broken inputs, read up to the break", report.broken, report.broken_count)
    if report.passed_over_count:
        lines += _listed("Files of another kind, passed over", report.passed_over, report.passed_over_count)
    where = f"kept in {', '.join(report.rejects)}" if report.rejects else "--rejects DIR keeps them"
    lines += _tallied(f"Rejected records ({where})", report.rejected)
    lines += _tallied("Records left out", report.skipped)
    if report.recurring.count:
        pmids = f"PMID {' '.join(report.recurring.pmids[:_SHOWN])}{' …' if report.recurring.count > _SHOWN else ''}"
        lines.append(f"PMIDs in more than one part, each as its input has it: {report.recurring.count:,}, {pmids}")
    lines += _validated(report.conformance)
    lines += _tallied("Values kept, but not as they should be", report.warnings)
    lines += _unresolved(report)
    lines += _tallied("Tags and elements that medgraph does not know, not in the output", report.unread)
    return "\n".join(lines) + "\n"


def bytes_for_people(count: int) -> str:
    """
    A number of bytes for people.

    >>> bytes_for_people(999), bytes_for_people(41_234_567)
    ('999 bytes', '41.2 MB')
    """
    for unit, amount in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= amount:
            return f"{count / amount:,.1f} {unit}"
    return f"{count} bytes"


def _target(report: Report) -> str:
    if len(report.outputs) != 1:
        return f"{len(report.outputs):,} files"
    return "standard output" if report.outputs == ("-",) else report.outputs[0]


def _validated(conformance: Conformance | None) -> list[str]:
    """The summary of the validation where it found something."""
    if conformance is None or not conformance.groups:
        return []
    from rich.console import Console  # noqa: PLC0415 (most reports have nothing to lay out)

    from medgraph.conformance.text import text as conformance_text  # noqa: PLC0415

    written = io.StringIO()
    Console(file=written, width=110, color_system=None).print(conformance_text(conformance, unused=False))
    return ["Validation:", *(f"  {line}".rstrip() for line in written.getvalue().splitlines())]


def _listed(title: str, first: tuple[str, ...], count: int) -> list[str]:
    more = [f"  and {count - len(first):,} more"] if count > len(first) else []
    return [f"{title}: {count:,}", *(f"  {sentence}" for sentence in first), *more]


def _tallied(title: str, tallies: Tallies) -> list[str]:
    if not tallies:
        return []
    lines = [f"{title}: {sum(tally.count for tally in tallies.values()):,}"]
    for name, tally in _by_count(tallies):
        pmids = (
            f", PMID {' '.join(tally.pmids[:_SHOWN])}{' …' if len(tally.pmids) > _SHOWN else ''}" if tally.pmids else ""
        )
        lines.append(f"{tally.count:>7,} × {name}{pmids}")
        example = ": ".join(part for part in (tally.message, tally.example) if part)
        if example:
            lines.append(f"{'':10}{' '.join(example.split())}")
    return lines


def _unresolved(report: Report) -> list[str]:
    """The commonest names without an identifier; without an index, how to get one instead."""
    count = sum(tally.count for tally in report.unresolved.values())
    if not count:
        return []
    if not report.mesh:
        return [
            f"Names without a MeSH identifier: {count:,}; --mesh INDEX resolves them, and `medgraph mesh download` and"
            " `medgraph mesh build` make the index"
        ]
    lines = [f"Names without a MeSH identifier: {count:,}"]
    for name, tally in _by_count(report.names)[:_SHOWN_NAMES]:
        more = " …" if len(tally.pmids) > _SHOWN else ""
        lines.append(f"{tally.count:>7,} × {name}, PMID {' '.join(tally.pmids[:_SHOWN])}{more}: {tally.message}")
    if len(report.names) > _SHOWN_NAMES:
        lines.append(f"{'':10}and {len(report.names) - _SHOWN_NAMES:,} more names, which --report FILE lists")
    return lines


def _join(one: Tallies, other: Tallies) -> Tallies:
    return {name: one.get(name, _NONE) + other.get(name, _NONE) for name in dict.fromkeys((*one, *other))}


_NONE = Tally()


def _tally(tallies: Tallies, name: str) -> Tally:
    found = tallies.get(name)
    if found is None:
        found = tallies[name] = Tally()
    return found


def _by_count(tallies: Tallies) -> list[tuple[str, Tally]]:
    """Most frequent first, then by name."""
    return sorted(tallies.items(), key=lambda item: (-item[1].count, item[0]))

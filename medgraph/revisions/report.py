"""What a sync did, and what a store was brought up to, in numbers that add up and in sentences."""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from medgraph.report import EXAMPLES, Report
from medgraph.report import text as text_of_report
from medgraph.revisions.changes import ADDED, DELETED, REFUSED, REVISED, UNCHANGED


class FileReport(Struct, kw_only=True):
    """
    What one of NLM's files changed.

    Args:
        name: ``pubmed26n1335``.
        kind: ``"baseline"``, ``"updates"``, or "" where its folder does not say.
        read: records and deletions in it.
        counts: by outcome (``docs/sync.md`` lists them); with ``unreadable`` they add up to ``read``.
        unreadable: records that cannot be read and do not say their PMID.
        nodes: shared nodes that nothing reaches any more and that went with it; 0 where that is not known.
        milliseconds: time taken.
    """

    name: str
    kind: str
    read: int
    counts: dict[str, int]
    unreadable: int = 0
    nodes: int = 0
    milliseconds: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether everything read is accounted for."""
        return self.read == sum(self.counts.values()) + self.unreadable


class Synced(Struct, kw_only=True):
    """
    What a sync did.

    Args:
        target: the store, the endpoint or the folder of files.
        state: the file that says what it was brought up to.
        dry_run: whether nothing was changed.
        files: what each file changed, in order.
        applied: files that were applied before.
        left: files that are still to be applied, as asked for.
        problems: files that could not be applied, and why; nothing of them is in the store.
        gaps: numbers that are missing between others.
        notes: what else a person should know.
        report: of the records: what was read, rejected, and kept although it is not as it should be.
        records, deleted, rejected: PMIDs that stand at a record, a deletion, a record that was rejected.
        triples: in the graph, where that is known.
        milliseconds: time taken.
    """

    target: str
    state: str
    dry_run: bool = False
    files: list[FileReport] = field(default_factory=list)
    applied: int = 0
    left: int = 0
    problems: list[str] = field(default_factory=list)
    gaps: str = ""
    notes: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    records: int = 0
    deleted: int = 0
    rejected: int = 0
    triples: int = 0
    milliseconds: int = 0

    @property
    def complete(self) -> bool:
        """Whether everything that is there was applied, nothing is missing in between, and nothing was rejected."""
        return (
            not self.problems
            and not self.gaps
            and all(file.adds_up for file in self.files)
            and self.report.adds_up
            and not self.report.rejected_count
        )

    def json(self) -> bytes:
        """This as one JSON object on a line."""
        return msgspec.json.encode(self) + b"\n"


class Status(Struct, kw_only=True):
    """
    What a store was brought up to.

    Args:
        target, state: as in :class:`Synced`.
        about: what the store was made with.
        year: of the newest baseline it has, as NLM writes it (26); None where nothing was applied.
        files: the names of what was applied, in order, with the time.
        waiting: files of the folder that were not applied yet.
        unfinished: files that were begun, and broke off or failed.
        gaps: numbers that are missing between others.
        newer_year: a later baseline year in the folder, or None.
        older_records: records that no file of the newest year has spoken of.
        records, deleted, rejected: as in :class:`Synced`.
    """

    target: str
    state: str
    about: dict[str, str]
    year: int | None = None
    files: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    gaps: str = ""
    newer_year: int | None = None
    older_records: int = 0
    records: int = 0
    deleted: int = 0
    rejected: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing is waiting, missing or unfinished."""
        return not (self.waiting or self.unfinished or self.gaps or self.newer_year)

    def json(self) -> bytes:
        """This as one JSON object on a line."""
        return msgspec.json.encode(self) + b"\n"


def text(synced: Synced) -> str:
    """What a sync did, for people."""
    would = "would be " if synced.dry_run else ""
    lines = []
    for file in synced.files:
        changed = ", ".join(f"{count:,} {what}" for what, count in file.counts.items() if count)
        more = f", {file.unreadable:,} unreadable" if file.unreadable else ""
        nodes = f"; {file.nodes:,} shared nodes gone with them" if file.nodes else ""
        lines.append(f"{file.name}: {file.read:,} read: {changed or 'nothing'}{more}{nodes}")
    before = f", {synced.applied:,} were applied before" if synced.applied else ""
    lines.append(f"{len(synced.files):,} files {would}applied to {synced.target}{before}")
    if synced.left:
        lines.append(f"{synced.left:,} files are left for the next time")
    lines += [f"not applied: {problem}" for problem in synced.problems]
    if synced.gaps:
        lines.append(f"missing: {synced.gaps}; get them with medgraph mirror, they can be applied late")
    lines += synced.notes
    if not all(file.adds_up for file in synced.files):
        lines.append("These counts do not add up: a defect in medgraph, not in the data. Please report it.")
    triples = f", {synced.triples:,} triples" if synced.triples else ""
    rejected = f", {synced.rejected:,} rejected" if synced.rejected else ""
    lines.append(f"records: {synced.records:,}{triples}; deleted: {synced.deleted:,}{rejected}")
    if synced.report.rejected_count or synced.report.warnings:
        lines += text_of_report(synced.report).splitlines()[1:]
    return "\n".join(lines) + "\n"


def status_text(status: Status) -> str:
    """What a store was brought up to, for people."""
    if not status.files:
        lines = [f"{status.target}: nothing was applied yet"]
    else:
        name, time = status.files[-1]
        lines = [
            f"{status.target}: baseline of 20{status.year:02}, {len(status.files):,} files applied, the newest {name}"
            f" on {time}",
            f"records: {status.records:,}; deleted: {status.deleted:,}; rejected: {status.rejected:,}",
        ]
    if status.unfinished:
        lines.append(f"begun and not finished: {_some(status.unfinished)}; run medgraph sync again")
    if status.waiting:
        lines.append(f"to be applied: {_some(status.waiting)}")
    if status.gaps:
        lines.append(f"missing: {status.gaps}; get them with medgraph mirror, they can be applied late")
    if status.newer_year is not None:
        lines.append(
            f"there is a baseline of 20{status.newer_year:02}: build a fresh store from it; a record that is gone from"
            " it is deleted by no file, and would stay here for ever"
        )
    if status.older_records:
        lines.append(
            f"{status.older_records:,} records stand at files of an earlier year only: they are gone from PubMed, or"
            " the newer baseline is not complete"
        )
    if status.files and status.complete:
        lines.append("nothing is missing")
    return "\n".join(lines) + "\n"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - EXAMPLES:,} more" if len(names) > EXAMPLES else ""
    return ", ".join(names[:EXAMPLES]) + more


WRITTEN = (ADDED, REVISED, UNCHANGED)
SKIPPED_NOT = (*WRITTEN, REFUSED)
"""Outcomes that are not a record left out."""

__all__ = ["DELETED", "SKIPPED_NOT", "WRITTEN", "FileReport", "Status", "Synced", "status_text", "text"]

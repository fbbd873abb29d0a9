"""
A file of NLM's read for its revisions, after a look that it is whole: a damaged file changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from medgraph import conformance, sources
from medgraph.errors import ChecksumError, FormatError, MedgraphError, RecordError, SourceError
from medgraph.judge import Judge
from medgraph.mapping import Graph, Mapping, triples_of
from medgraph.model import BookSection, Citation, Deletion, Problem
from medgraph.pubmed_files import PubmedFile, kept_checksum
from medgraph.rejects import Rejects
from medgraph.report import Report
from medgraph.revisions.changes import Entry, version_of
from medgraph.revisions.state import DELETION, RECORD, REJECTED
from medgraph.run import nonconforming
from medgraph.shacl import Result
from medgraph.slices import SETS
from medgraph.sources import Kind

_CHUNK = 1 << 20
_END = re.compile(rb"</([A-Za-z]+)>\s*(?:<!--.*?-->\s*)*\Z", re.DOTALL)
_TAIL = 4096

HELD = 100
"""Records that are read before they are mapped and judged together."""


class Looked(NamedTuple):
    """What tells a file from another one of its name."""

    size: int
    md5: str


def look(file: PubmedFile) -> Looked:
    """
    Size and MD5 of a file that is whole: it agrees with the checksum beside it, unpacks, and its XML comes to an end.

    Raises:
        ChecksumError: it does not have the MD5 that lies beside it.
        FormatError: it is something else.
        SourceError: it cannot be read, is cut off or damaged.
    """
    try:
        with open(file.path, "rb") as raw:
            md5 = hashlib.file_digest(raw, "md5").hexdigest()
        size = Path(file.path).stat().st_size
    except OSError as error:
        raise SourceError(file.path, f"cannot be read: {error.strerror}") from error
    published = kept_checksum(file.path)
    if published is not None and published != md5:
        reason = f"its MD5 is {md5}, and {published} lies beside it; get it again (medgraph mirror --check)"
        raise ChecksumError(file.path, reason)
    with sources.open_bytes(file.path) as opened:
        found = sources.kind(opened.head)
        if found is None and opened.failure is None:
            what = sources.looks_like(opened.head)
            raise FormatError(file.path, f"this looks like {what}, not like PubMed XML; get it again")
        tail = opened.head[-_TAIL:]
        while chunk := opened.read(_CHUNK):
            tail = (tail + chunk)[-_TAIL:]
        if opened.failure is not None:
            raise opened.failure
    ended = _END.search(tail)
    # the end of an author is no end of a file: where records stand in a set, the set has to end
    in_set = any(b"<" + root in opened.head for root in SETS)
    if found is Kind.PUBMED_XML and (ended is None or (in_set and ended[1] not in SETS)):
        raise SourceError(file.path, "it breaks off before its last element ends; get it again")
    return Looked(size, md5)


class Reading:
    """
    The records and deletions of a file, mapped and judged.

    Args:
        mapping: what a record becomes.
        judge: what looks at it; None where nothing does.
        strict: whether what does not conform is rejected.
        report: counts what was read, rejected and warned of.
        rejects: keeps what is rejected.
    """

    def __init__(self, mapping: Mapping, judge: Judge | None, strict: bool, report: Report, rejects: Rejects) -> None:
        self._mapping = mapping
        self._judge = judge
        self._strict = strict
        self._report = report
        self._rejects = rejects
        self._place = 0

    def entries(self, path: str) -> Iterator[list[Entry]]:
        """
        What the file says, about a hundred at a time and in its order; the list before is done with by then.

        What cannot be read and has no PMID is in none of them; the report has it.

        Raises:
            SourceError: the file cannot be read to its end.
        """
        held: list[Citation | Deletion | RecordError] = []
        failures: list[SourceError] = []

        def trouble(error: MedgraphError) -> None:
            if isinstance(error, RecordError):
                held.append(error)
            elif isinstance(error, SourceError):
                failures.append(error)
            else:
                raise error

        for record in sources.read(path, on_error=trouble, keep_raw=self._strict and self._rejects.path is not None):
            held.append(record)
            if len(held) >= HELD:
                now, held[:] = list(held), []
                yield self._judged(now)
        yield self._judged(held)
        if failures:
            raise failures[0]
        if self._judge is not None and self._report.conformance is not None:
            self._judge.count_targets(self._report.conformance)

    def _judged(self, held: list[Citation | Deletion | RecordError]) -> list[Entry]:
        problems: list[list[Problem]] = []
        graphs: list[Graph] = []
        for record in held:
            if isinstance(record, Citation):
                problems.append(list(record.problems))
                graphs.append(self._mapping.graph(record, problems[-1]))
        results = self._judge.results(graphs) if self._judge is not None else [[] for _ in graphs]
        judged = iter(zip(graphs, problems, results, strict=True))
        entries: list[Entry] = []
        for record in held:
            self._place += 1
            self._report.read += 1
            if isinstance(record, Deletion):
                version = version_of(record.version, deletion=True)
                entries.append(Entry(int(record.pmid), version, DELETION, self._place))
            elif isinstance(record, RecordError):
                self._reject(record, None)
                if record.pmid is not None:
                    entries.append(Entry(int(record.pmid), 1, REJECTED, self._place))
            else:
                entries.append(self._entry(record, *next(judged)))
        return entries

    def _entry(self, citation: Citation, graph: Graph, problems: list[Problem], results: list[Result]) -> Entry:
        report = self._report
        if problems or citation.unread:
            report.note(citation, problems)
        if report.conformance is not None:
            found = conformance.of_citation(citation, (), results) if results else ()
            report.conformance.add(found, self._mapping.profile)
        pmid, version = int(citation.pmid), version_of(citation.version)
        if self._strict and any(map(conformance.rejects, results)):
            findings = conformance.of_citation(citation, problems, results)
            error = nonconforming(citation, results)
            self._reject(error, (findings, triples_of(graph)))
            return Entry(pmid, version, REJECTED, self._place)
        return Entry(pmid, version, RECORD, self._place, triples_of(graph), _depth(citation.sections))

    def _reject(
        self, error: RecordError, more: tuple[list[conformance.Finding], list[tuple[str, str, str]]] | None
    ) -> None:
        where = str(error).removesuffix(f": {error.reason}")
        self._report.reject(error.reason.partition(":")[0], error.pmid, where)
        if more is None:
            self._rejects.add(error)
        else:
            self._rejects.add(error, *more)


def _depth(sections: tuple[BookSection, ...]) -> int:
    return 1 + max(_depth(each.sections) for each in sections) if sections else 0

"""
One run over records: each is read, mapped, judged, and written or rejected, and everything is counted.

Records are pulled one at a time, so memory stays the same whatever the input's size: besides the record in hand there
is one bit per PMID met, and the report.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from medgraph import conformance, sources
from medgraph.conformance import Finding
from medgraph.contents import Contents
from medgraph.errors import MedgraphError, RecordError, SourceError
from medgraph.mapping import Graph, Mapping, Triple, lines_of, triples_of
from medgraph.model import Citation, Deletion, Problem
from medgraph.pmids import Seen
from medgraph.rejects import Rejects
from medgraph.report import Report
from medgraph.sinks import Sink

if TYPE_CHECKING:
    from medgraph.judge import Judge
    from medgraph.shacl import Result

Watch = Callable[[int, int], None]
"""Is told now and then how many records there were, and how many bytes of the inputs, as they lie on the disk."""

_TELL_EVERY = 64
_NEW_OBJECTS = 50_000


class _Held(NamedTuple):
    """
    A record that waits for others, to be judged with them.

    Args:
        graph: None where it is known already that nothing is wrong.
    """

    citation: Citation
    graph: Graph | None
    lines: tuple[bytes, int] | None
    problems: list[Problem]


class Run:
    """
    The records of one output on their way from source to sink, and what became of them.

    Where they are judged, some of them wait, in their order and errors among them: SPARQL constraints are faster
    for many records at once.
    """

    def __init__(
        self,
        mapping: Mapping,
        judge: Judge | None = None,
        watch: Watch | None = None,
        before: tuple[int, int] = (0, 0),
        *,
        strict: bool = False,
    ) -> None:
        self.report = Report(conformance=judge.conformance() if judge else None)
        self.failures: list[MedgraphError] = []
        self.contents: Contents | None = None
        self._mapping = mapping
        self._judge = judge
        self._strict = strict
        self._held: list[_Held | RecordError] = []
        self._watch = watch
        self._before = before
        self._seen = Seen()

    def read(self, inputs: Iterable[str], sink: Sink, rejects: Rejects) -> None:
        """Take everything that the inputs hold; an input that breaks does not stop the others."""
        with _seldom_collected():
            self._read(inputs, sink, rejects)

    def _read(self, inputs: Iterable[str], sink: Sink, rejects: Rejects) -> None:
        report, watch = self.report, self._watch
        records, size = self._before
        keep_raw = self._strict and rejects.path is not None

        def trouble(error: MedgraphError) -> None:
            if isinstance(error, RecordError):
                report.read += 1
                if self._held:
                    self._held.append(error)
                else:
                    self._reject(error, rejects)
            elif isinstance(error, SourceError):
                self.failures.append(error)
                report.broke(str(error))
            else:
                raise error

        for source in inputs:
            report.inputs += (source,)
            try:
                reading = sources.read(source, on_error=trouble, keep_raw=keep_raw)
                for record in reading:
                    report.read += 1
                    if isinstance(record, Deletion):
                        report.skip("deletion", record.pmid)
                        if self.contents is not None:
                            self.contents.delete(record.pmid)
                    else:
                        self._take(record, sink, rejects)
                    if watch is not None and not report.read % _TELL_EVERY:
                        watch(records + report.read, size + reading.compressed_position)
                size += reading.compressed_position
            except SourceError as error:
                trouble(error)
        self._settle(sink, rejects)
        if self._judge is not None and report.conformance is not None:
            self._judge.count_targets(report.conformance)

    def _take(self, citation: Citation, sink: Sink, rejects: Rejects) -> None:
        report = self.report
        if not self._seen.add(citation.pmid):
            later = citation.version not in (None, "1")
            report.skip("later version" if later else "duplicate PMID", citation.pmid)
            return
        problems: list[Problem] = list(citation.problems)
        if self._judge is not None:
            if sink.takes_lines and self._judge.screens:
                self._look(self._judge, citation, problems, sink)
            else:
                self._held.append(_Held(citation, *self._mapping.graph_and_lines(citation, problems), problems))
        elif sink.takes_lines:
            self._write_lines(citation, *self._mapping.counted_lines(citation, problems), sink)
        else:
            self._write(citation, self._mapping.triples(citation, problems), sink, rejects)
        if problems or citation.unread:
            report.note(citation, problems)
        if self._judge is not None and len(self._held) >= self._judge.batch:
            self._settle(sink, rejects)

    def _look(self, judge: Judge, citation: Citation, problems: list[Problem], sink: Sink) -> None:
        """Write a record with which surely nothing is wrong; others, and those behind them, are to wait."""
        lines, triples = self._mapping.counted_lines(citation, problems)
        graph = None
        if not judge.is_clean(lines):
            graph = judge.graph_of(lines)
            if graph is None:  # a mapping of somebody's own, which makes what are no terms
                graph = self._mapping.graph(citation)
        one = _Held(citation, graph, (lines, triples), problems)
        if graph is None and not self._held:
            self._pass(one, sink)
        else:
            self._held.append(one)

    def _settle(self, sink: Sink, rejects: Rejects) -> None:
        """Judge the records that wait, and write or reject them in their order."""
        if self._judge is None or not self._held:
            return
        held, self._held = self._held, []
        graphs = [one.graph for one in held if isinstance(one, _Held) and one.graph is not None]
        judged = iter(self._judge.results(graphs))
        for one in held:
            if isinstance(one, RecordError):
                self._reject(one, rejects)
            elif one.graph is None:
                self._pass(one, sink)
            else:
                self._decide(one, one.graph, next(judged), sink, rejects)

    def _pass(self, one: _Held, sink: Sink) -> None:
        """Write a record with which nothing is wrong."""
        assert self.report.conformance is not None
        assert one.lines is not None
        self.report.conformance.add((), self._mapping.profile)
        self._write_lines(one.citation, *one.lines, sink)

    def _decide(self, one: _Held, graph: Graph, results: list[Result], sink: Sink, rejects: Rejects) -> None:
        citation, _, said, problems = one
        found = self.report.conformance
        assert found is not None
        found.add(conformance.of_citation(citation, (), results) if results else (), self._mapping.profile)
        if self._strict and any(map(conformance.rejects, results)):
            findings = conformance.of_citation(citation, problems, results)
            self._reject(nonconforming(citation, results), rejects, findings, triples_of(graph))
        elif sink.takes_lines:
            if said is None:
                text = lines_of(graph)
                said = text.encode(), text.count("\n")
            self._write_lines(citation, *said, sink)
        else:
            self._write(citation, triples_of(graph), sink, rejects)

    def _write_lines(self, citation: Citation, lines: bytes, triples: int, sink: Sink) -> None:
        sink.write_lines(lines, triples)
        self.report.written += 1
        if self.contents is not None:
            self.contents.take(citation, lines)

    def _write(self, citation: Citation, triples: list[Triple], sink: Sink, rejects: Rejects) -> None:
        try:
            sink.write(triples)
        except ValueError as error:
            self._reject(_unwritable(citation, triples, error), rejects, (), triples)
        else:
            self.report.written += 1
            if self.contents is not None:
                self.contents.take(citation, _lines(triples).encode())

    def _reject(
        self,
        error: RecordError,
        rejects: Rejects,
        findings: Sequence[Finding] = (),
        triples: Sequence[Triple] = (),
    ) -> None:
        where = str(error).removesuffix(f": {error.reason}")
        self.report.reject(error.reason.partition(":")[0], error.pmid, where)
        rejects.add(error, findings, triples)
        if self.contents is not None:
            self.contents.reject(error.pmid)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """
    The search for cyclic garbage is made after more new objects than it usually is.

    A record's graph is some hundred lists and dicts that hold no cycle and are gone with the record; looking
    through them again and again takes a fortieth of a conversion.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _NEW_OBJECTS) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def nonconforming(citation: Citation, results: Sequence[Result]) -> RecordError:
    """Why a record does not conform, with what it was read from, if that was kept."""
    position = citation.position
    messages = list(dict.fromkeys(result.message for result in results if conformance.rejects(result)))
    more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
    reason = f"does not conform: {messages[0]}{more}"
    return RecordError(position.source, str(position), citation.pmid, None, None, reason, position.text or "")


def _unwritable(citation: Citation, triples: Sequence[Triple], error: ValueError) -> RecordError:
    """What a sink cannot carry, with the triples as the raw text where that was not kept."""
    position = citation.position
    raw = position.text or _lines(triples)
    return RecordError(position.source, str(position), citation.pmid, None, None, str(error), raw)


def _lines(triples: Sequence[Triple]) -> str:
    return "".join([f"{s} {p} {o} .\n" for s, p, o in triples])

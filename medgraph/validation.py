"""
Records and RDF against shapes: everything is read once, and what is wrong with it goes to a report as it is found.

It is the command ``medgraph validate``; what :func:`medgraph.convert` does on its way is the same :class:`Judge`.
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import IO, Any, NamedTuple

import pyoxigraph as ox

from medgraph import graphs, sources
from medgraph.audit import Sample
from medgraph.conformance import Conformance, Finding, of_problem, rejects
from medgraph.conformance.formats import Baseline, Format
from medgraph.errors import MedgraphError, RecordError, SourceError
from medgraph.graphs import NotGroupedError, Owners, Piece, Stored
from medgraph.judge import Judge, shared_nodes
from medgraph.mapping import Mapping, Triple
from medgraph.mapping.named import mapping_of
from medgraph.model import Citation
from medgraph.pipeline import size_of
from medgraph.run import Watch
from medgraph.shacl import Result, reference
from medgraph.shacl.terms import StoreIndex
from medgraph.sources import STDIN, Opened

ENGINES = ("stream", "pyshacl")
"""The compiled validator, and the reference."""

AUDIT = 50
"""How many records the reference checks again unless told otherwise, and how many failing ones besides."""

_ASKED = 100
_TELL_EVERY = 64
_SPOOL = 8 << 20


class _Looked(NamedTuple):
    """
    A record that is to be judged.

    Args:
        pmid: None for a graph that is of no record.
        known: what readers and the mapping had to say.
        foci: the nodes that are to be looked at; None for all.
    """

    pmid: str | None
    source: str
    where: str
    graph: Any
    known: tuple[Result, ...] = ()
    foci: frozenset[str] | None = None

    @property
    def name(self) -> str:
        return f"PMID {self.pmid}" if self.pmid else f"{self.source}, {next(iter(self.graph), 'nothing')}"


class _Input(NamedTuple):
    """
    An input.

    Args:
        name: for messages.
        path: of a file; None for records on standard input, which are read from ``opened``.
        format: its syntax; None for records.
    """

    name: str
    path: str | None = None
    opened: Opened | None = None
    format: ox.RdfFormat | None = None

    @property
    def source(self) -> Any:
        """What records are read from."""
        return self.path or self.opened


Out = Callable[[list[Finding]], None]


def validate(
    inputs: Iterable[str | os.PathLike[str]],
    *,
    shapes: Iterable[str | os.PathLike[str]] | None = None,
    engine: str = "stream",
    audit: int = AUDIT,
    seed: int = 0,
    dataset: bool = False,
    profile: str | None = None,
    base: str | None = None,
    without: Iterable[str] = (),
    mapping: Mapping | str | None = None,
    mesh: str | os.PathLike[str] | None = None,
    baseline: str | os.PathLike[str] | None = None,
    report: Format | None = None,
    watch: Watch | None = None,
) -> Conformance:
    """
    What is wrong with records, or with RDF.

    Args:
        inputs: records as for :func:`medgraph.convert`; RDF, known by its suffix (``.ttl .nt .nq .trig .jsonld .rdf``,
            also packed); folders of both; ``"-"`` for standard input, known by its content.
        shapes: as for :class:`medgraph.judge.Judge`; None is the shipped ones.
        engine: ``"stream"``, the compiled validator; or ``"pyshacl"``.
        audit: how many records the reference checks again, drawn at random, and how many that fail besides; 0 is none.
        seed: of the drawing.
        dataset: take all inputs together as one graph, so that what crosses records is looked at as well.
        profile, base, without, mapping, mesh: as for :func:`medgraph.convert`, for inputs that are records. With the
            profile ``core`` the shipped shapes refuse every property that it has not, in RDF too.
        baseline: what ``--format json`` wrote of an earlier run; its findings are counted apart and not reported.
        report: is given every finding as it is found, and the conformance at the end.
        watch: is told every 64 records how many there were, and how many bytes of the inputs.

    Raises:
        SourceError: none of the inputs could be read, or the baseline or the MeSH index cannot be.
        ShapesError: the shapes cannot be used.
        MappingError: no such mapping, profile or part.
        ValueError: no such engine.
    """
    started = perf_counter()
    if engine not in ENGINES:
        raise ValueError(f"engine is one of {', '.join(ENGINES)}, not {engine!r}")
    used = mapping_of(mapping, profile=profile, base=base, without=without, mesh=mesh)
    judge = Judge(shapes, profile=used.profile, base=used.base)
    bench: _Bench = _Bench(judge) if engine == "stream" else _Reference(judge)
    sample = Sample(audit if engine == "stream" and not dataset else 0, seed)
    run = _Run(bench, used, sample, baseline=_baseline(baseline), report=report, watch=watch)
    # The shapes are about records; a conversion's description of its own parts is none.
    names = graphs.inputs(inputs, description=False)
    if report is not None:
        report.begin(judge.validator.scopes())
    if dataset:
        run.all_together(names)
    else:
        for name in names:
            run.read(name)
    found = run.found
    if run.failures and not found.records:
        raise run.failures[0]
    if engine == "stream":  # the reference does not say what it looked at
        judge.count_targets(found)
    if not run.by_record:
        found.undecided = 0
    if sample.size:
        found.audit = sample.audit(judge)
    found.milliseconds = round((perf_counter() - started) * 1000)
    if report is not None:
        report.end(found)
    return found


class _Bench:
    """Judges records with the compiled validator."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.batch = judge.batch
        self.conformance = judge.conformance()

    def of_records(self, looked: list[_Looked]) -> list[list[Result]]:
        """What is wrong with each record by itself."""
        return self.judge.results([one.graph for one in looked])

    def of_all(self, graph: StoreIndex) -> list[Result]:
        """What is wrong with a graph that is all there is."""
        return self.judge.results_of_all(graph)


class _Reference(_Bench):
    """Judges them with pySHACL; what others have a say in is left out of single records, as it is in the stream."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.batch = _ASKED
        self.conformance.engine = reference.engine()
        self._undecided = {(row.shape, row.component) for row in judge.validator.scopes() if row.scope == "dataset"}

    def of_records(self, looked: list[_Looked]) -> list[list[Result]]:
        found = reference.validate(self.judge.validator, [one.graph for one in looked]) if looked else []
        kept = [[each for each in results if not self._is_undecided(each)] for results in found]
        return [self.judge.with_checks(one.graph, results) for one, results in zip(looked, kept, strict=True)]

    def of_all(self, graph: StoreIndex) -> list[Result]:
        (found,) = reference.validate(self.judge.validator, [dict(graph)])
        return self.judge.with_checks(graph, found)

    def _is_undecided(self, result: Result) -> bool:
        return (result.shape, result.component_name) in self._undecided


class _Run:
    """The inputs of one validation, and what was found in them."""

    def __init__(
        self,
        bench: _Bench,
        mapping: Mapping,
        sample: Sample,
        *,
        baseline: Baseline | None,
        report: Format | None,
        watch: Watch | None,
    ) -> None:
        self.found = bench.conformance
        self.sample = sample
        self.failures: list[SourceError] = []
        self.by_record = False
        self._bench = bench
        self._mapping = mapping
        self._baseline = baseline
        self._report = report
        self._watch = watch
        self._size = 0
        self._owners = Owners(shared_nodes(mapping.base))

    def read(self, name: str) -> None:
        """Look at everything that an input holds; one that breaks does not stop the others."""
        try:
            with _opened(name) as input:
                if input.format is None or input.path is None:
                    self._records(input)
                else:
                    self._rdf(input.name, input.path, input.format)
        except SourceError as error:
            self._trouble(error)
        self._size += size_of(name)

    def all_together(self, names: list[str]) -> None:
        """Look at all inputs as one graph."""
        with graphs.storing() as graph:
            for name in names:
                try:
                    with _opened(name) as input:
                        if input.format is None or input.path is None:
                            graph.add(self._triples(input))
                        else:
                            with sources.open_bytes(input.path) as opened:
                                graph.add(graphs.triples(opened, input.format))
                except SourceError as error:
                    self._trouble(error)
            self.found.records = sum(map(graphs.is_article, graph))
            self.found.profiles["dataset"] = self.found.records
            by_record: dict[str | None, list[Finding]] = {}
            for result in self._bench.of_all(graph):
                pmid = self._owners.of(result.focus)
                by_record.setdefault(pmid, []).append(Finding(result, pmid))
            failing = [pmid for pmid, findings in by_record.items() if self._more(findings)]
            self.found.conforming = self.found.records - sum(pmid is not None for pmid in failing)

    def _more(self, findings: list[Finding]) -> bool:
        new = self._new(findings, self.found)
        self._put(new)
        return self.found.add_more(new)

    def _put(self, findings: list[Finding]) -> None:
        if self._report is not None and findings:
            self._report.record(findings)

    def _triples(self, input: _Input) -> Iterator[Triple]:
        for record in sources.read(input.source, on_error=self._trouble):
            if isinstance(record, Citation):
                yield from self._mapping.triples(record)

    def _trouble(self, error: MedgraphError) -> None:
        if isinstance(error, SourceError):
            self.failures.append(error)
        elif not isinstance(error, RecordError):
            raise error
        self.found.could_not_read(str(error))

    def _records(self, input: _Input) -> None:
        reading = sources.read(input.source, on_error=self._trouble)

        def looked() -> Iterator[_Looked]:
            for record in reading:
                if isinstance(record, Citation):
                    problems = list(record.problems)
                    graph = self._mapping.graph(record, problems)
                    known = tuple(of_problem(record.pmid, problem) for problem in problems)
                    yield _Looked(record.pmid, record.position.source, str(record.position), graph, known)
                    self._tell(self.found, reading.compressed_position)

        self._judge_all(looked(), self.found, self.sample, self._mapping.profile, self._put)

    def _rdf(self, name: str, path: str, format: ox.RdfFormat) -> None:
        """Look at a file record by record; where it is not grouped so, through a store."""
        try:
            with tempfile.SpooledTemporaryFile(_SPOOL) as spool, sources.open_bytes(path) as opened:
                # What is found waits until the file has turned out to be grouped to its end.
                found, sample = Conformance(), Sample(self.sample.size, self.sample.seed)
                pieces = graphs.records(graphs.triples(opened, format), self._owners)
                looked = self._looked(pieces, name, found, opened)
                try:
                    self._judge_all(looked, found, sample, "rdf", lambda findings: pickle.dump(findings, spool))
                except SourceError as error:
                    self._trouble(error)
                self.found += found
                self.sample += sample
                self._replay(spool)
        except NotGroupedError:
            size = None if graphs.is_packed(path) else size_of(path)
            with graphs.storing(size) as graph, sources.open_bytes(path) as opened:
                graph.add(graphs.triples(opened, format))
                self._stored(graph, name)

    def _stored(self, graph: Stored, name: str) -> None:
        if any(map(graphs.is_article, graph)):
            looked = self._looked(graphs.records_of(graph, self._owners), name, self.found)
            self._judge_all(looked, self.found, self.sample, "rdf", self._put)
        else:
            new = self._new([Finding(result, None, name) for result in self._bench.of_all(graph)], self.found)
            self.found.add(new, "rdf")
            self._put(new)

    def _looked(
        self, pieces: Iterable[Piece], name: str, found: Conformance, opened: Opened | None = None
    ) -> Iterator[_Looked]:
        for piece in pieces:
            yield _Looked(piece.pmid, name, "", piece.graph, (), piece.foci)
            self._tell(found, opened.compressed_position if opened else 0)

    def _replay(self, spool: IO[bytes]) -> None:
        spool.seek(0)
        while True:
            try:
                findings = pickle.load(spool)  # written above, by this process
            except EOFError:
                return
            self._put(findings)

    def _judge_all(self, looked: Iterable[_Looked], found: Conformance, sample: Sample, profile: str, out: Out) -> None:
        self.by_record = True
        waiting: list[_Looked] = []

        def settle() -> None:
            for one, results in zip(waiting, self._bench.of_records(waiting), strict=True):
                fails = self._count(one, results, found, profile, out)
                sample.offer(one.name, one.graph, fails=fails)
            waiting.clear()

        try:
            for one in looked:
                waiting.append(one)
                if len(waiting) >= self._bench.batch:
                    settle()
        except SourceError:
            settle()
            raise
        settle()

    def _count(self, one: _Looked, results: list[Result], found: Conformance, profile: str, out: Out) -> bool:
        """Count one record; whether it fails, known failures included."""
        if one.foci is not None:
            results = [result for result in results if result.focus in one.foci]
        every = [Finding(result, one.pmid, one.source, one.where) for result in (*results, *one.known)]
        new = self._new(every, found)
        if one.pmid is not None:
            found.add(new, profile)
        else:
            found.add_more(new)
        if new:
            out(new)
        return any(map(rejects, results))

    def _new(self, findings: list[Finding], found: Conformance) -> list[Finding]:
        """The findings that the baseline has not."""
        if self._baseline is None:
            return findings
        new = [finding for finding in findings if finding not in self._baseline]
        found.known += len(findings) - len(new)
        return new

    def _tell(self, found: Conformance, position: int) -> None:
        records = found.records if found is self.found else self.found.records + found.records
        if self._watch is not None and not records % _TELL_EVERY:
            self._watch(records, self._size + position)


def _baseline(path: str | os.PathLike[str] | None) -> Baseline | None:
    if path is None:
        return None
    try:
        return Baseline(Path(path))
    except ValueError as error:
        raise SourceError(os.fspath(path), f"is no baseline: {error}") from error
    except OSError as error:
        raise SourceError(os.fspath(path), f"the baseline cannot be read: {error.strerror}") from error


@contextmanager
def _opened(name: str) -> Iterator[_Input]:
    """An input, ready to be read; RDF can be read twice."""
    if name != STDIN:
        yield _Input(name, name, format=graphs.format_of(name))
        return
    with sources.open_bytes(name) as opened, tempfile.TemporaryDirectory(prefix="medgraph-") as folder:
        looks = sources.looks_like(opened.head) if sources.kind(opened.head) is None else ""
        if not looks.startswith(("RDF", "JSON")):
            yield _Input(opened.name, opened=opened)
            return
        copy = Path(folder, "stdin")
        with open(copy, "wb") as out:
            shutil.copyfileobj(opened, out)
        yield _Input(opened.name, str(copy), format=graphs.format_of_content(opened.head))

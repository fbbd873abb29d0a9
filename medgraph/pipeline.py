"""
Reading, mapping and writing joined: from inputs to an output, and a report that adds up.

Data is pulled one record at a time, so memory stays the same whatever the input's size: besides the
record in hand there is one bit per PMID met, and the report.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any, NamedTuple

from medgraph import conformance, folder, places, sources, vocab
from medgraph import mapping as mappings
from medgraph.conformance import Finding
from medgraph.contents import Contents
from medgraph.errors import MappingError, MedgraphError, RecordError, SourceError
from medgraph.folder import Outcome
from medgraph.judge import Judge
from medgraph.manifest import Made
from medgraph.mapping import Graph, Mapping, Triple, lines_of, triples_of
from medgraph.mesh.index import Index
from medgraph.model import Citation, Deletion, Problem
from medgraph.parts import Part, is_folder, parts
from medgraph.pmids import Roll
from medgraph.rejects import Rejects
from medgraph.report import Report
from medgraph.shacl import Result
from medgraph.sinks import STDOUT, Sink, StoreSink, open_sink
from medgraph.store import Store
from medgraph.syntaxes import format_of
from medgraph.workers import connected, tell

VALIDATE = ("strict", "report", "off")
"""What :func:`convert` can do about records that do not conform."""

Watch = Callable[[int, int], None]
"""Is told now and then how many records there were, and how many bytes of the inputs, as they lie on the disk."""

_TELL_EVERY = 64
_NEW_OBJECTS = 50_000

ENTRY_POINTS = "medgraph.mappings"
"""The entry-point group in which installed packages offer mappings by name."""

_PAGE = 1 << 15


class Pmids:
    """
    A set of PMIDs in about one bit each, for the numbers PubMed gives out in sequence.

    >>> seen = Pmids()
    >>> seen.add("35315510"), seen.add("35315510")
    (True, False)
    """

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, pmid: str) -> bool:
        """Take a PMID, digits as they are read; whether it is new."""
        number = int(pmid)
        page, bit = divmod(number, _PAGE)
        bits = self._pages.get(page)
        if bits is None:
            bits = self._pages[page] = bytearray(_PAGE >> 3)
        mask = 1 << (bit & 7)
        if bits[bit >> 3] & mask:
            return False
        bits[bit >> 3] |= mask
        return True


def mapping_named(name: str) -> Mapping:
    """
    A mapping by the name a user gives.

    Args:
        name: ``"full"`` or ``"core"``; ``"package.module:ATTRIBUTE"``; or the name of an entry point
            of the group ``medgraph.mappings``.

    Raises:
        MappingError: there is none of that name, or what is there is no mapping.
    """
    if name in ("full", "core"):
        return mappings.FULL.with_options(profile=name)
    module, colon, attribute = name.partition(":")
    try:
        if colon:
            found = getattr(import_module(module), attribute)
        else:
            (entry,) = entry_points(group=ENTRY_POINTS, name=name) or [None]
            if entry is None:
                offered = sorted(point.name for point in entry_points(group=ENTRY_POINTS))
                raise MappingError(
                    f"there is no mapping {name!r}; write package.module:ATTRIBUTE, or the name of an installed one"
                    f" ({', '.join(offered) or 'none is installed'})"
                )
            found = entry.load()
    except (ImportError, AttributeError) as error:
        raise MappingError(f"the mapping {name!r} cannot be loaded: {error}") from error
    if not isinstance(found, Mapping):
        raise MappingError(f"{name!r} is a {type(found).__name__}, not a medgraph.mapping.Mapping")
    return found


def mapping_of(
    mapping: Mapping | str | None = None,
    *,
    profile: str | None = None,
    base: str | None = None,
    without: Iterable[str] = (),
    mesh: str | os.PathLike[str] | None = None,
) -> Mapping:
    """
    The mapping that these options ask for; they are those of :func:`convert`.

    Raises:
        MappingError: no such mapping, profile or part, or a base that begins no IRI.
        SourceError: the MeSH index cannot be read.
    """
    found = mapping_named(mapping) if isinstance(mapping, str) else mapping or mappings.FULL
    options: dict[str, object] = {}
    if profile is not None:
        options["profile"] = profile
    if base is not None:
        options["base"] = base
    if left_out := frozenset(without):
        options["without"] = found.without | left_out
    if mesh is not None:
        options["resolver"] = Index(mesh)
    return found.with_options(**options) if options else found


def store_of(inputs: Iterable[str | os.PathLike[str]], mapping: Mapping | None = None) -> tuple[Store, Report]:
    """
    A store in memory with what the inputs hold, and the report of reading them.

    Args:
        inputs: as for :func:`convert`; a file whose suffix is that of an RDF format is read as RDF.

    Raises:
        SourceError: none of the inputs could be read.
        StoreError: an RDF file could not be read.
    """
    used = mapping or mappings.FULL
    store = Store({**vocab.PREFIXES, "id": used.base})
    rdf: list[str] = []
    records: list[str] = []
    for source in sources.inputs(inputs):
        (rdf if format_of(source) else records).append(source)
    for path in rdf:
        store.load_file(path)
    run = _Run(used)
    with StoreSink(store) as sink:
        run.read(records, sink, Rejects(None))
    if run.failures and not run.report.read:
        raise run.failures[0]
    run.report.triples = sink.triples
    return store, run.report


def convert(
    inputs: Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str] = STDOUT,
    *,
    format: str | None = None,
    profile: str | None = None,
    base: str | None = None,
    without: Iterable[str] = (),
    mapping: Mapping | str | None = None,
    mesh: str | os.PathLike[str] | None = None,
    validate: str = "strict",
    shapes: Iterable[str | os.PathLike[str]] | None = None,
    rejects: str | os.PathLike[str] | None = None,
    workers: int = 1,
    executor: Executor | str | None = None,
    watch: Watch | None = None,
) -> Report:
    """
    The report of turning PubMed records into RDF.

    Args:
        inputs: files, folders, URLs of such (``"s3://bucket/in/*.xml.gz"``), or ``"-"`` for standard input.
        output: a file, whose name says the format; ``"-"`` for standard output; or a folder (it exists, or the
            name ends in ``/``), which gets one file per input, and a list of PMIDs, a manifest and a description
            of all (``docs/scale.md``, ``docs/dataset.md``); or a URL of such. Files appear when they are complete,
            and in a folder those that an earlier run completed from the same inputs with the same options are
            taken over.
        format: a key of :data:`medgraph.sinks.FORMATS`, with ``.gz`` behind it for compressed output;
            None takes it from the name, and Turtle where there is none.
        profile: ``"full"`` or ``"core"``; None leaves the mapping's own.
        base: namespace of the nodes that a record owns; None leaves the mapping's own.
        without: parts of the mapping to leave out, such as ``"abstract"``.
        mapping: a mapping, or its name for :func:`mapping_named`; None is the full one.
        mesh: a MeSH index, which finds identifiers for the names in MEDLINE text; None knows only what ships.
        validate: ``"strict"``: records with a violation of the shapes go to the rejects and not to the output;
            ``"report"``: they are written and reported; ``"off"``: no shape looks at them.
        shapes: as for :class:`medgraph.judge.Judge`; None is the shipped ones.
        rejects: folder for records that cannot be read or do not conform; None is ``OUT.rejects``, and none for
            standard output.
        workers: processes that make parts of a folder side by side; the output is the same for any number.
        executor: makes the parts instead: an executor of :mod:`concurrent.futures`, or ``"dask://HOST:PORT"``. Its
            workers see the inputs and the output under the same names.
        watch: is told now and then how many records there were, and how many bytes of the inputs.

    Raises:
        SourceError: none of the inputs could be read, or the MeSH index cannot be.
        SinkError: the output could not be written.
        MappingError: no such mapping, profile or part.
        ShapesError: the shapes cannot be used.
        WorkerError: the workers cannot be reached.
        ValueError: no such way to validate, or several workers for a single output.
    """
    started = perf_counter()
    if validate not in VALIDATE:
        raise ValueError(f"validate is one of {', '.join(VALIDATE)}, not {validate!r}")
    target = os.fspath(output)
    if workers < 1 or ((workers > 1 or executor is not None) and not is_folder(target)):
        raise ValueError("workers, 1 or more, make one part each, so the output is a folder; end its name in /")
    used = mapping_of(mapping, profile=profile, base=base, without=without, mesh=mesh)
    choice = _Choice(
        mapping if isinstance(mapping, str) else None, used.profile, used.base, tuple(sorted(used.without)),
        None if mesh is None else os.fspath(mesh), validate,
        None if shapes is None else tuple(os.fspath(path) for path in shapes),
    )  # fmt: skip
    judge = Judge(choice.shapes, profile=used.profile, base=used.base) if validate != "off" else None
    ours = used.nodes == mappings.FULL.nodes
    if not (ours or choice.mapping) and (workers > 1 or executor is not None):
        raise MappingError("workers find a mapping by its name; give it as package.module:ATTRIBUTE")
    options = {
        "mapping": choice.mapping or ("full" if ours else "another"), "profile": used.profile,
        "without": sorted(used.without), "base": used.base,
        "mesh": "" if mesh is None else places.checksums(os.fspath(mesh)).sha256,
        "validate": validate, "shapes": judge.validator.digest if judge else "",
    }  # fmt: skip
    report = Report(mesh=os.fspath(mesh) if mesh is not None else "")
    names = sources.inputs(inputs, on_skip=lambda error: report.pass_over(str(error)))
    planned = list(parts(names, target, format, None if rejects is None else os.fspath(rejects)))
    for part in planned:
        part.clear()
    # Of a mapping that is not ours nobody can say whether it is still the same.
    kept = options if ours else None
    jobs = [_Job(n, part, choice, kept, sum(map(size_of, part.inputs))) for n, part in enumerate(planned)]
    failures: list[MedgraphError] = []
    made: list[Made | None] = []
    with connected(executor) as others:
        if workers > 1 or others is not None:
            done = folder.outcomes(make_part, jobs, processes=workers, executor=others, watch=watch)
        else:
            done = _made_here(jobs, _Ready(used, judge, {**vocab.PREFIXES, "id": used.base}), watch)
        for outcome in done:
            report += outcome.report
            made.append(outcome.made)
            failures += outcome.failures
    if failures and not report.read:
        raise failures[0]
    if is_folder(target) and planned:
        report.recurring = folder.describe(planned, made, failures, options)
    report.milliseconds = round((perf_counter() - started) * 1000)
    return report


def pour(
    inputs: Iterable[str],
    sink: Sink,
    *,
    profile: str | None = None,
    base: str | None = None,
    without: Iterable[str] = (),
    mapping: Mapping | str | None = None,
    mesh: str | os.PathLike[str] | None = None,
    validate: str = "strict",
    shapes: Iterable[str | os.PathLike[str]] | None = None,
    rejects: str | os.PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Report:
    """
    The report of turning PubMed records into RDF for a sink of the caller's; options are those of :func:`convert`.

    Args:
        inputs: files, or ``"-"`` for standard input.
        sink: is entered by the caller, and left by the caller.
        rejects: folder for what does not make it; None for none.

    Raises:
        SourceError: none of the inputs could be read.
        SinkError, MappingError, ShapesError, ValueError: as for :func:`convert`.
    """
    if validate not in VALIDATE:
        raise ValueError(f"validate is one of {', '.join(VALIDATE)}, not {validate!r}")
    used = mapping_of(mapping, profile=profile, base=base, without=without, mesh=mesh)
    judge = Judge(shapes, profile=used.profile, base=used.base) if validate != "off" else None
    run = _Run(used, judge, watch, strict=validate == "strict")
    run.report.mesh = os.fspath(mesh) if mesh is not None else ""
    with Rejects(Path(rejects) if rejects is not None else None) as bin:
        run.read(inputs, sink, bin)
    if run.failures and not run.report.read:
        raise run.failures[0]
    run.report.triples, run.report.rejects = sink.triples, bin.paths
    return run.report


class _Choice(NamedTuple):
    """The options from which any process makes the same mapping and the same judge."""

    mapping: str | None
    profile: str
    base: str
    without: tuple[str, ...]
    mesh: str | None
    validate: str
    shapes: tuple[str, ...] | None


class _Ready(NamedTuple):
    """What records are turned with, made once in a process."""

    mapping: Mapping
    judge: Judge | None
    prefixes: dict[str, str]


class _Job(NamedTuple):
    """A part to be made."""

    number: int
    part: Part
    choice: _Choice
    options: dict[str, Any] | None
    size: int

    @property
    def name(self) -> str:
        return self.part.inputs[0]


_one_at_a_time = Lock()


def make_part(job: _Job) -> Outcome:
    """What became of a part, made in whatever process this is; of its threads, one makes a part at a time."""
    with _one_at_a_time:
        return _make(job, _ready(job.choice), partial(tell, job.number))


@lru_cache(maxsize=2)
def _ready(choice: _Choice) -> _Ready:
    used = mapping_of(
        choice.mapping, profile=choice.profile, base=choice.base, without=choice.without, mesh=choice.mesh
    )
    judge = Judge(choice.shapes, profile=used.profile, base=used.base) if choice.validate != "off" else None
    return _Ready(used, judge, {**vocab.PREFIXES, "id": used.base})


def _made_here(jobs: Sequence[_Job], ready: _Ready, watch: Watch | None) -> Iterator[Outcome]:
    """What became of each part, made one after the other in this process."""
    records = size = 0
    for job in jobs:
        far = None if watch is None else _added(watch, records, size)
        outcome = _make(job, ready, far)
        records, size = records + outcome.report.read, size + job.size
        yield outcome


def _added(watch: Watch, records: int, size: int) -> Watch:
    return lambda more, further: watch(records + more, size + further)


def _make(job: _Job, ready: _Ready, watch: Watch | None) -> Outcome:
    """
    What became of a part: taken over from an earlier run, or made.

    Raises:
        SinkError: it cannot be written.
    """
    part = job.part
    part.prepare()
    if job.options is not None and (earlier := part.earlier(job.options)) is not None:
        earlier[0].taken_over = 1
        return Outcome(*earlier)
    run = _Run(ready.mapping, ready.judge, watch, strict=job.choice.validate == "strict")
    report, failures = run.report, run.failures
    before = part.stamps()
    with part.local() as here, Roll(part.file) as roll:
        contents = Contents(roll)
        if part.name is not None:
            run.contents = contents
        with ExitStack() as stack:
            bin = stack.enter_context(Rejects(Path(here.rejects) if here.rejects else None, part.name or "records"))
            sink = stack.enter_context(
                open_sink(
                    here.target, here.format, prefixes=ready.prefixes, aside=part.aside, checksum=part.name is not None
                )
            )
            run.read(part.inputs, sink, bin)
            if failures and not report.read:
                sink.abort()
                return Outcome(report, None, tuple(failures))
            part.unfinish()
        report.rejects = part.publish(here, bin.paths)
        report.outputs = (part.target,)
        report.triples, report.size = sink.triples, sink.size
        if part.name is None:
            return Outcome(report, None, tuple(failures))
        part.write_roll(roll)
    if (changed := part.stamps() != before) and not failures:
        failures.append(SourceError(part.inputs[0], "it changed while it was read; run the command again"))
        report.broke(str(failures[-1]))
    properties, classes = contents.counts()
    made = Made(
        file=part.file, bytes=sink.size, sha256=sink.sha256, triples=sink.triples,
        read=report.read, written=report.written, rejected=report.rejected_count, skipped=report.skipped_count,
        broken=tuple(map(folder.reason_of, failures)), sources=part.sources(),
        properties=properties, classes=classes,
    )  # fmt: skip
    if job.options is not None and not changed:
        part.keep(job.options, report, made)
    return Outcome(report, made, tuple(failures))


class _Held(NamedTuple):
    """A record that waits for others, to be judged with them."""

    citation: Citation
    graph: Graph
    problems: list[Problem]


class _Run:
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
        self._seen = Pmids()

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
            self._held.append(_Held(citation, self._mapping.graph(citation, problems), problems))
        elif sink.takes_lines:
            lines, triples = self._mapping.counted_lines(citation, problems)
            sink.write_lines(lines, triples)
            report.written += 1
            if self.contents is not None:
                self.contents.take(citation, lines)
        else:
            self._write(citation, self._mapping.triples(citation, problems), sink, rejects)
        if problems or citation.unread:
            report.note(citation, problems)
        if self._judge is not None and len(self._held) >= self._judge.batch:
            self._settle(sink, rejects)

    def _settle(self, sink: Sink, rejects: Rejects) -> None:
        """Judge the records that wait, and write or reject them in their order."""
        if self._judge is None or not self._held:
            return
        held, self._held = self._held, []
        judged = iter(self._judge.results([one.graph for one in held if isinstance(one, _Held)]))
        for one in held:
            if isinstance(one, RecordError):
                self._reject(one, rejects)
            else:
                self._decide(one, next(judged), sink, rejects)

    def _decide(self, one: _Held, results: list[Result], sink: Sink, rejects: Rejects) -> None:
        citation, graph, problems = one
        found = self.report.conformance
        assert found is not None
        found.add(conformance.of_citation(citation, (), results) if results else (), self._mapping.profile)
        if self._strict and any(map(conformance.rejects, results)):
            findings = conformance.of_citation(citation, problems, results)
            self._reject(nonconforming(citation, results), rejects, findings, triples_of(graph))
        elif sink.takes_lines:
            lines = lines_of(graph)
            sink.write_lines(lines, lines.count("\n"))
            self.report.written += 1
            if self.contents is not None:
                self.contents.take(citation, lines, graph=graph)
        else:
            self._write(citation, triples_of(graph), sink, rejects)

    def _write(self, citation: Citation, triples: list[Triple], sink: Sink, rejects: Rejects) -> None:
        try:
            sink.write(triples)
        except ValueError as error:
            self._reject(_unwritable(citation, triples, error), rejects, (), triples)
        else:
            self.report.written += 1
            if self.contents is not None:
                self.contents.take(citation, triples=triples)

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


def size_of(source: str) -> int:
    """Bytes of an input as it lies on the disk; 0 where that cannot be known."""
    return 0 if source == sources.STDIN else places.size(source) or 0


def size_of_all(inputs: Iterable[str | os.PathLike[str]]) -> int | None:
    """Bytes of all inputs, folders with what is in them; None where that cannot be known (standard input)."""
    names = sources.inputs(inputs)
    return None if sources.STDIN in names else sum(map(size_of, names))


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
    raw = position.text or "".join(f"{s} {p} {o} .\n" for s, p, o in triples)
    return RecordError(position.source, str(position), citation.pmid, None, None, str(error), raw)

"""
Reading, mapping and writing joined: from inputs to an output, and a report that adds up.

Data is pulled one record at a time, so memory stays the same whatever the input's size: besides the
record in hand there is one bit per PMID met, and the report.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.metadata import entry_points
from time import perf_counter
from typing import NamedTuple

from medgraph import conformance, sources, vocab
from medgraph import mapping as mappings
from medgraph.conformance import Finding
from medgraph.errors import MappingError, MedgraphError, RecordError, SourceError
from medgraph.judge import Judge
from medgraph.mapping import Graph, Mapping, Triple, lines_of, triples_of
from medgraph.mesh.index import Index
from medgraph.model import Citation, Deletion, Problem
from medgraph.parts import parts
from medgraph.rejects import Rejects
from medgraph.report import Report
from medgraph.shacl import Result
from medgraph.sinks import STDOUT, Sink, StoreSink, open_sink
from medgraph.store import Store
from medgraph.syntaxes import format_of

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
    watch: Watch | None = None,
) -> Report:
    """
    The report of turning PubMed records into RDF.

    Args:
        inputs: files, folders, or ``"-"`` for standard input.
        output: a file, whose name says the format; ``"-"`` for standard output; or a folder (it exists, or the
            name ends in ``/``), which gets one file per input. Files appear when they are complete, and in a folder
            those that an earlier run completed from the same inputs with the same options are taken over.
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
        watch: is told every 64 records how many there were, and how many bytes of the inputs.

    Raises:
        SourceError: none of the inputs could be read, or the MeSH index cannot be.
        SinkError: the output could not be written.
        MappingError: no such mapping, profile or part.
        ShapesError: the shapes cannot be used.
        ValueError: no such way to validate.
    """
    started = perf_counter()
    if validate not in VALIDATE:
        raise ValueError(f"validate is one of {', '.join(VALIDATE)}, not {validate!r}")
    used = mapping_of(mapping, profile=profile, base=base, without=without, mesh=mesh)
    judge = Judge(shapes, profile=used.profile, base=used.base) if validate != "off" else None
    prefixes = {**vocab.PREFIXES, "id": used.base}
    # Of a mapping that is not ours nobody can say whether it is still the same.
    options = None if used.nodes != mappings.FULL.nodes else {
        "profile": used.profile, "without": sorted(used.without), "base": used.base,
        "mesh": _made_of(mesh), "validate": validate, "shapes": judge.validator.digest if judge else "",
    }  # fmt: skip
    report = Report(mesh=os.fspath(mesh) if mesh is not None else "")
    names = sources.inputs(inputs, on_skip=lambda error: report.pass_over(str(error)))
    failures: list[SourceError] = []
    read_before = 0
    for part in list(parts(names, os.fspath(output), format, rejects)):
        part.prepare()
        earlier = part.earlier(options) if options else None
        if earlier is not None:
            report += earlier
            report.taken_over += 1
            read_before += sum(map(size_of, part.inputs))
            continue
        run = _Run(used, judge, watch, (report.read, read_before), strict=validate == "strict")
        read_before += sum(map(size_of, part.inputs))
        with ExitStack() as stack:
            bin = stack.enter_context(Rejects(part.rejects, part.name or "records"))
            sink = stack.enter_context(open_sink(part.target, part.format, prefixes=prefixes))
            run.read(part.inputs, sink, bin)
            failures += run.failures
            if run.failures and not run.report.read:
                if part.name is None:
                    raise run.failures[0]
                sink.abort()
        if sink.size or not run.failures:
            run.report.outputs = (part.target,)
            run.report.triples, run.report.size = sink.triples, sink.size
            run.report.rejects = bin.paths
            if options:
                part.keep(options, run.report)
        report += run.report
    if failures and not report.read:
        raise failures[0]
    report.milliseconds = round((perf_counter() - started) * 1000)
    return report


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
        self.failures: list[SourceError] = []
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
            sink.write_lines(*self._mapping.counted_lines(citation, problems))
            report.written += 1
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
        else:
            self._write(citation, triples_of(graph), sink, rejects)

    def _write(self, citation: Citation, triples: list[Triple], sink: Sink, rejects: Rejects) -> None:
        try:
            sink.write(triples)
        except ValueError as error:
            self._reject(_unwritable(citation, triples, error), rejects, (), triples)
        else:
            self.report.written += 1

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


def _made_of(mesh: str | os.PathLike[str] | None) -> list[object]:
    """What tells a MeSH index from another one."""
    if mesh is None:
        return []
    stat = os.stat(mesh)
    return [os.fspath(mesh), stat.st_size, stat.st_mtime_ns]


def size_of(source: str) -> int:
    """Bytes of an input as it lies on the disk; 0 where that cannot be known."""
    try:
        return os.path.getsize(source)
    except OSError:
        return 0


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

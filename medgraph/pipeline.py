"""
Reading, mapping and writing joined: from inputs to an output, and a report that adds up.

What happens to a record is in :mod:`medgraph.run`, what happens to a part of a folder in :mod:`medgraph.making`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from medgraph import folder, places, sources, vocab
from medgraph import mapping as mappings
from medgraph.errors import MappingError, MedgraphError
from medgraph.making import Choice, Job, Ready, judge_of, made_here, make_part
from medgraph.manifest import Made
from medgraph.mapping import Mapping
from medgraph.mapping.named import mapping_of
from medgraph.parts import is_folder, parts
from medgraph.rejects import Rejects
from medgraph.report import Report
from medgraph.run import Run, Watch
from medgraph.sinks import STDOUT, Sink, StoreSink
from medgraph.syntaxes import format_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from medgraph.store import Store

VALIDATE = ("strict", "report", "off")
"""What :func:`convert` can do about records that do not conform."""


def store_of(inputs: Iterable[str | os.PathLike[str]], mapping: Mapping | None = None) -> tuple[Store, Report]:
    """
    A store in memory with what the inputs hold, and the report of reading them.

    Args:
        inputs: as for :func:`convert`; a file whose suffix is that of an RDF format is read as RDF.

    Raises:
        SourceError: none of the inputs could be read.
        StoreError: an RDF file could not be read.
    """
    from medgraph.store import Store  # noqa: PLC0415

    used = mapping or mappings.FULL
    store = Store({**vocab.PREFIXES, "id": used.base})
    rdf: list[str] = []
    records: list[str] = []
    for source in sources.inputs(inputs):
        (rdf if format_of(source) else records).append(source)
    for path in rdf:
        store.load_file(path)
    run = Run(used)
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
    choice = Choice(
        mapping if isinstance(mapping, str) else None, used.profile, used.base, tuple(sorted(used.without)),
        None if mesh is None else os.fspath(mesh), validate,
        None if shapes is None else tuple(os.fspath(path) for path in shapes),
    )  # fmt: skip
    judge = judge_of(used, validate, choice.shapes)
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
    jobs = [Job(n, part, choice, kept, sum(map(size_of, part.inputs))) for n, part in enumerate(planned)]
    failures: list[MedgraphError] = []
    made: list[Made | None] = []
    with _connected(executor) as others:
        if workers > 1 or others is not None:
            done = folder.outcomes(make_part, jobs, processes=workers, executor=others, watch=watch)
        else:
            done = made_here(jobs, Ready(used, judge, {**vocab.PREFIXES, "id": used.base}), watch)
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


def _connected(executor: Executor | str | None) -> AbstractContextManager[Executor | None]:
    if executor is None:
        return nullcontext()
    from medgraph.workers import connected  # noqa: PLC0415 (concurrent.futures is not needed to work alone)

    return connected(executor)


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
    judge = judge_of(used, validate, shapes)
    run = Run(used, judge, watch, strict=validate == "strict")
    run.report.mesh = os.fspath(mesh) if mesh is not None else ""
    with Rejects(Path(rejects) if rejects is not None else None) as bin:
        run.read(inputs, sink, bin)
    if run.failures and not run.report.read:
        raise run.failures[0]
    run.report.triples, run.report.rejects = sink.triples, bin.paths
    return run.report


def size_of(source: str) -> int:
    """Bytes of an input as it lies on the disk; 0 where that cannot be known."""
    return 0 if source == sources.STDIN else places.size(source) or 0


def size_of_all(inputs: Iterable[str | os.PathLike[str]]) -> int | None:
    """Bytes of all inputs, folders with what is in them; None where that cannot be known (standard input)."""
    names = sources.inputs(inputs)
    return None if sources.STDIN in names else sum(map(size_of, names))

"""
One part of a conversion made, in whatever process: taken over from an earlier run, or its records run into a file.

What a worker needs to know is in a :class:`Job`, which can be pickled; the mapping and the judge it makes itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from medgraph import folder, vocab
from medgraph.contents import Contents
from medgraph.errors import SourceError
from medgraph.folder import Outcome
from medgraph.manifest import Made
from medgraph.mapping import Mapping
from medgraph.mapping.named import mapping_of
from medgraph.parts import Part
from medgraph.pmids import Roll
from medgraph.rejects import Rejects
from medgraph.run import Run, Watch
from medgraph.sinks import open_sink

if TYPE_CHECKING:
    from medgraph.judge import Judge


class Choice(NamedTuple):
    """The options from which any process makes the same mapping and the same judge."""

    mapping: str | None
    profile: str
    base: str
    without: tuple[str, ...]
    mesh: str | None
    validate: str
    shapes: tuple[str, ...] | None


class Ready(NamedTuple):
    """What records are turned with, made once in a process."""

    mapping: Mapping
    judge: Judge | None
    prefixes: dict[str, str]


class Job(NamedTuple):
    """A part to be made."""

    number: int
    part: Part
    choice: Choice
    options: dict[str, Any] | None
    size: int

    @property
    def name(self) -> str:
        """The first of its inputs, for sentences."""
        return self.part.inputs[0]


_one_at_a_time = Lock()


def make_part(job: Job) -> Outcome:
    """What became of a part, made in whatever process this is; of its threads, one makes a part at a time."""
    from medgraph.workers import tell  # noqa: PLC0415

    with _one_at_a_time:
        return _make(job, _ready(job.choice), partial(tell, job.number))


@lru_cache(maxsize=2)
def _ready(choice: Choice) -> Ready:
    used = mapping_of(
        choice.mapping, profile=choice.profile, base=choice.base, without=choice.without, mesh=choice.mesh
    )
    return Ready(used, judge_of(used, choice.validate, choice.shapes), {**vocab.PREFIXES, "id": used.base})


def judge_of(mapping: Mapping, validate: str, shapes: Iterable[str | os.PathLike[str]] | None = None) -> Judge | None:
    """
    Who judges what the mapping makes; None where nobody looks, and then nothing of SHACL is imported.

    Args:
        validate, shapes: as for :func:`medgraph.pipeline.convert`.
    """
    if validate == "off":
        return None
    from medgraph.judge import Judge  # noqa: PLC0415

    return Judge(shapes, profile=mapping.profile, base=mapping.base)


def made_here(jobs: Sequence[Job], ready: Ready, watch: Watch | None) -> Iterator[Outcome]:
    """What became of each part, made one after the other in this process; ``watch`` as for :class:`Run`."""
    records = size = 0
    for job in jobs:
        far = None if watch is None else _added(watch, records, size)
        outcome = _make(job, ready, far)
        records, size = records + outcome.report.read, size + job.size
        yield outcome


def _added(watch: Watch, records: int, size: int) -> Watch:
    return lambda more, further: watch(records + more, size + further)


def _make(job: Job, ready: Ready, watch: Watch | None) -> Outcome:
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
    run = Run(ready.mapping, ready.judge, watch, strict=job.choice.validate == "strict")
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

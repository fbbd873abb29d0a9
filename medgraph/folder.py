"""
A folder of parts as a whole: the parts made side by side, then the list of PMIDs, the manifest and the description.

What describes the folder is written last, when every part is there, and in the order of the inputs: it has the same
bytes whichever worker came first.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from medgraph import dataset, places, pmids
from medgraph.errors import MedgraphError, SinkError, SourceError, WorkerError
from medgraph.manifest import Failed, Made, Manifest, Pmids, read
from medgraph.parts import Part
from medgraph.report import Report, Tally
from medgraph.run import Watch

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Outcome(NamedTuple):
    """
    What became of a part.

    Args:
        report: of its records.
        made: the part, where there is one.
        failures: why its input could not be read to its end, or at all.
    """

    report: Report
    made: Made | None = None
    failures: tuple[MedgraphError, ...] = ()


def outcomes(
    make: Callable[[Any], Outcome],
    jobs: Sequence[Any],
    *,
    processes: int = 1,
    executor: Executor | None = None,
    watch: Watch | None = None,
) -> Iterator[Outcome]:
    """
    What became of each part, in their order, whichever was there first.

    Args:
        make: makes a part, and is of a module.
        jobs: each with a ``part`` and a ``size``, the bytes of its inputs.
        processes: of our own that make them.
        executor: that makes them instead.
        watch: as for :func:`medgraph.pipeline.convert`.
    """
    from medgraph import workers  # noqa: PLC0415 (one part is made without any)

    early: dict[int, Outcome] = {}
    records = size = 0

    def told(under_way: dict[int, tuple[int, int]]) -> None:
        if watch is not None:
            watch(
                records + sum(done for done, _ in under_way.values()), size + sum(far for _, far in under_way.values())
            )

    turn = 0
    for number, result in workers.results(make, jobs, workers=processes, executor=executor, told=told):
        early[number] = _of_error(jobs[number].part, result) if isinstance(result, WorkerError) else result
        records += early[number].report.read
        size += jobs[number].size
        told({})
        while turn in early:
            yield early.pop(turn)
            turn += 1


def describe(
    parts: Sequence[Part], made: Sequence[Made | None], failures: Sequence[MedgraphError], options: dict[str, Any]
) -> Tally:
    """
    PMIDs that stand in several parts, after writing the list of PMIDs, the manifest and the description of the folder.

    Args:
        parts: all of the run.
        made: what became of each, None where there is none.
        failures: why some inputs could not be read; those without a part are named in the manifest.
        options: those that the triples depend on.

    Raises:
        SinkError: they cannot be written.
    """
    from importlib.metadata import version  # noqa: PLC0415

    folder = parts[0].folder
    why = {str(error.args[0]): reason_of(error) for error in failures}
    failed = [
        Failed(part.labels[0], why.get(part.inputs[0], "it could not be read"))
        for part, one in zip(parts, made, strict=True)
        if one is None
    ]
    there = [(part, one) for part, one in zip(parts, made, strict=True) if one is not None]
    manifest = Manifest(version("medgraph"), options, [one for _, one in there], failed)
    if (same := _unchanged(folder, manifest)) is None:
        manifest.pmids = _listed(folder, [part.roll for part, _ in there])
        places.write_bytes(places.join(folder, dataset.NAME), dataset.turtle(manifest))
        manifest.write(folder)
        same = manifest
    assert same.pmids is not None
    summary = same.pmids.summary
    return Tally(summary.recurring, summary.recurring_first)


def _unchanged(folder: str, new: Manifest) -> Manifest | None:
    """The manifest that lies there, if it says the same and what it belongs to is there."""
    try:
        old = read(folder)
    except SourceError:
        return None
    there = all(places.stamp(places.join(folder, name)) for name in (dataset.NAME, pmids.NAME))
    same = msgspec.structs.replace(new, pmids=old.pmids).json() == old.json()
    return old if there and same and old.pmids is not None else None


def _listed(folder: str, rolls: Sequence[str]) -> Pmids:
    """Merge the lists of the parts into one beside them."""
    with tempfile.TemporaryDirectory(prefix="medgraph-") as aside:
        lists = [_on_disk(roll, os.path.join(aside, f"{number}.gz")) for number, roll in enumerate(rolls)]
        merged = os.path.join(aside, pmids.NAME)
        try:
            summary = pmids.merge(lists, merged)
        except OSError as error:
            raise SinkError(aside, f"no room to merge the lists of PMIDs: {error.strerror or error}") from error
        places.put(merged, places.join(folder, pmids.NAME))
        return Pmids(pmids.NAME, places.checksums(merged).sha256, summary)


def _on_disk(roll: str, local: str) -> str:
    if not places.is_url(roll):
        return roll
    with places.fetched(roll) as file, open(local, "wb") as copy:
        shutil.copyfileobj(file, copy)
    return local


def _of_error(part: Part, error: WorkerError) -> Outcome:
    report = Report(inputs=part.inputs)
    report.broke(str(error))
    return Outcome(report, None, (error,))


def reason_of(error: MedgraphError) -> str:
    """Why, without the name of the file, which differs from place to place."""
    return error.reason if isinstance(error, (SourceError, WorkerError)) else str(error)

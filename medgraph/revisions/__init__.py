"""
What NLM's update files do to a store: the baseline once, then every file in order, each record replaced as a whole.

A store is brought up to the last file of a folder. What it was brought up to is in a small file beside it
(:mod:`medgraph.revisions.state`), written after the store: a break in between means that a file is applied a second
time, which changes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from medgraph import iris
from medgraph import mapping as mappings
from medgraph.errors import SinkError, SourceError
from medgraph.judge import Judge
from medgraph.mapping import Mapping
from medgraph.mapping.named import mapping_of
from medgraph.pipeline import VALIDATE
from medgraph.pubmed_files import PubmedFile, files_below, gaps, runs
from medgraph.rejects import Rejects
from medgraph.report import Report, Tally
from medgraph.revisions import description as describing
from medgraph.revisions.changes import Change, Deciding, Entry, Records
from medgraph.revisions.deltas import Deltas
from medgraph.revisions.kept import KeptRecords
from medgraph.revisions.names import Names
from medgraph.revisions.reading import Reading, look
from medgraph.revisions.report import SKIPPED_NOT, WRITTEN, FileReport, Status, Synced, status_text, text
from medgraph.revisions.served import ServedRecords, Target
from medgraph.revisions.state import Known, State
from medgraph.revisions.updates import Updates
from medgraph.store import open_store

__all__ = ["Status", "Synced", "status", "status_text", "sync", "text"]

STORE = "store:"

Watch = Callable[[str, int, int | None], None]
"""Is told a file's name, and how many records of it were taken."""

_AT_ONCE = 400
"""Records whose changes are written together: about the hundred thousand triples that a store likes to get at once."""

_DESCRIBED = "yes"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

_FIXED = ("base", "profile", "without", "graph", "mapping")
"""What a store is made with, and stays made with."""


def sync(
    folder: str | os.PathLike[str],
    to: str,
    *,
    state: str | os.PathLike[str] | None = None,
    graph: str = iris.GRAPH,
    profile: str | None = None,
    base: str | None = None,
    without: Iterable[str] = (),
    mapping: Mapping | str | None = None,
    mesh: str | os.PathLike[str] | None = None,
    validate: str = "strict",
    shapes: Iterable[str | os.PathLike[str]] | None = None,
    rejects: str | os.PathLike[str] | None = None,
    across_years: bool = False,
    limit: int | None = None,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> Synced:
    """
    What was done to bring a store up to the files of NLM's in a folder.

    Args:
        folder: holds files named as NLM names them, in it or below it.
        to: ``store:DIR``, an ``http(s)://`` endpoint, or a folder that gets files in place of a store.
        state: the file that says what the store was brought up to; None is beside it (for an endpoint, in the folder
            of files).
        graph: the named graph that the records are in.
        profile, base, without, mapping, mesh, validate, shapes: as for :func:`medgraph.convert`.
        rejects: folder for records that cannot be read or do not conform; None is beside the state.
        across_years: apply files of several baseline years to one store; see ``docs/sync.md`` for what that means.
        limit: apply so many files at most.
        dry_run: change nothing, and say what would change.
        watch: is told how far a file is.

    Raises:
        SourceError: the folder has no such files, none of them could be applied, or they are of several years.
        SinkError: the store or the state cannot be written, or was made in another way.
        MappingError: no such mapping, profile or part.
        ShapesError: the shapes cannot be used.
        ValueError: no such way to validate.
    """
    started = perf_counter()
    if validate not in VALIDATE:
        raise ValueError(f"validate is one of {', '.join(VALIDATE)}, not {validate!r}")
    used = mapping_of(mapping, profile=profile, base=base, without=without, mesh=mesh)
    judge = Judge(shapes, profile=used.profile, base=used.base) if validate != "off" else None
    if to == STORE or os.path.isfile(to):
        raise SinkError(to, "--to wants store:DIR, an http(s):// endpoint, or a folder for files to apply")
    where = Path(state) if state is not None else state_path(folder, to)
    if not to.startswith(STORE) and not _is_url(to):
        _check_folder(to, where)
    files = files_below(folder)
    if not files:
        raise SourceError(os.fspath(folder), "it holds no files named as NLM names them (pubmed26n0001.xml.gz)")
    about = {
        "target": to, "base": used.base, "profile": used.profile, "without": " ".join(sorted(used.without)),
        "graph": graph, "mapping": "shipped" if used.nodes == mappings.FULL.nodes else "another",
        "medgraph": version("medgraph"), "validate": validate, "shapes": judge.validator.digest if judge else "",
    }  # fmt: skip
    with State(where, create=True, pretend=dry_run) as kept:
        _check_same(kept, about)
        _check_years(kept, files, folder, across_years)
        records = _open(to, Names(used), graph, kept, dry_run)
        try:
            run = _Sync(kept, records, about, used, judge, validate == "strict", watch, dry_run)
            run.done.target, run.done.state = to, str(where)
            run.folder = Path(rejects) if rejects is not None else where.with_name(f"{where.stem}.rejects")
            run.apply(files, limit)
        finally:
            records.close()
    run.done.milliseconds = round((perf_counter() - started) * 1000)
    return run.done


def status(
    to: str, folder: str | os.PathLike[str] | None = None, *, state: str | os.PathLike[str] | None = None
) -> Status:
    """
    What a store was brought up to.

    Args:
        to, state: as for :func:`sync`.
        folder: of files, to see which of them are still to be applied.

    Raises:
        SinkError: there is no state, or a sync is at work with it.
    """
    where = Path(state) if state is not None else state_path(folder or ".", to)
    with State(where) as kept:
        known = kept.files
        applied = [file for file in known if file.applied]
        found = Status(target=to, state=str(where), about=kept.about)
        found.files = [(file.name, file.applied or "") for file in applied]
        found.unfinished = [file.name for file in known if not file.applied]
        found.records, found.deleted, found.rejected = kept.counts()
        files = files_below(folder) if folder is not None else []
        if applied:
            found.year = max(file.year for file in applied)
            found.older_records = kept.counts_before(found.year)
            newer = max((file.year for file in files), default=found.year)
            found.newer_year = newer if newer > found.year else None
        names = {file.name for file in known}
        found.waiting = [file.name for file in files if file.name not in names]
        found.gaps = _gaps([*applied, *files])
    return found


def state_path(folder: str | os.PathLike[str], to: str) -> Path:
    """
    Where the state of a store is kept unless told otherwise: beside it; of an endpoint, with the files.

    >>> state_path("pubmed", "store:pubmed.store").as_posix()
    'pubmed.store.sync.sqlite'
    """
    if to.startswith(STORE):
        path = Path(to.removeprefix(STORE))
        return path.with_name(f"{path.name}.sync.sqlite")
    if _is_url(to):
        slug = re.sub(r"[^a-z0-9]+", "-", to.partition("://")[2].lower()).strip("-")[:60]
        return Path(folder) / f"{slug}-{sha256(to.encode()).hexdigest()[:8]}.sync.sqlite"
    return Path(to) / "sync.sqlite"


def _is_url(to: str) -> bool:
    return to.startswith(("http://", "https://"))


def _open(to: str, names: Names, graph: str, state: State, dry_run: bool) -> Records:
    if to.startswith(STORE):
        path = to.removeprefix(STORE)
        if dry_run:
            there = open_store(path, read_only=True) if os.path.exists(path) else None
        else:
            there = open_store(path, create=True)
        return KeptRecords(there, names, graph, state)
    updates = Updates(names, graph)
    if _is_url(to):
        return ServedRecords(None if dry_run else _endpoint(to, graph), updates, state.about)
    return Deltas(Path(to), updates, state.about)


def _check_folder(to: str, state: Path) -> None:
    """Refuse what was meant as something else: a mistyped ``stor:DIR`` would get files for ever, and no store."""
    if _SCHEME.match(to):
        reason = "--to wants store:DIR, an http(s):// endpoint, or a folder (write ./ before a name like this one)"
        raise SinkError(to, reason)
    if os.path.isdir(to) and os.listdir(to) and not state.exists():
        raise SinkError(to, "is a folder with other things in it, not one that sync wrote; name a folder of its own")


def _endpoint(to: str, graph: str) -> Target:
    # requests takes a quarter of a second to import
    from medgraph.endpoint import Endpoint  # noqa: PLC0415

    endpoint = Endpoint(to, graph=graph)
    endpoint.check_writing()
    return endpoint


def _check_same(state: State, about: dict[str, str]) -> None:
    """Raise where a store was made in another way: two ways cannot be told apart in it."""
    before = state.about
    for name in _FIXED:
        if name in before and before[name] != about[name]:
            was, now = before[name] or "nothing", about[name] or "nothing"
            reason = f"the store was made with {name} {was}, not {now}; give the same options, or build a fresh store"
            raise SinkError(str(state.path), reason)


def _check_years(state: State, files: Sequence[PubmedFile], folder: str | os.PathLike[str], across: bool) -> None:
    """Raise where files of several baseline years would come together, unless that is wanted."""
    had = {file.year for file in state.files}
    years = sorted(had | {file.year for file in files})
    if len(years) < 2 or across:
        return
    new = f"20{years[-1]:02}"
    which = " and ".join(f"20{year:02}" for year in years)
    if had:
        said = f"the store is of {' and '.join(f'20{year:02}' for year in sorted(had))}, and there are files of {which}"
    else:
        said = f"it holds files of {which}"
    reason = (
        f"{said}. A record that is gone from a new baseline is deleted by no file, so a store that goes on across years"
        f" keeps it for ever: build a fresh store from the files of {new} alone, or say --across-years"
    )
    raise SourceError(os.fspath(folder), reason)


def _gaps(files: Iterable[PubmedFile | Known]) -> str:
    numbers: dict[int, set[int]] = {}
    for file in files:
        numbers.setdefault(file.year, set()).add(file.number)
    found = [runs(gaps(there), year) for year, there in sorted(numbers.items())]
    return ", ".join(each for each in found if each)


class _Sync:
    """One run: files on their way into the store."""

    def __init__(
        self,
        state: State,
        records: Records,
        about: dict[str, str],
        mapping: Mapping,
        judge: Judge | None,
        strict: bool,
        watch: Watch | None,
        dry_run: bool,
    ) -> None:
        self.done = Synced(target="", state="", dry_run=dry_run)
        self.folder = Path()
        self._state = state
        self._records = records
        self._about = about
        self._mapping = mapping
        self._judge = judge
        self._strict = strict
        self._watch = watch
        self._dry_run = dry_run

    def apply(self, files: Sequence[PubmedFile], limit: int | None) -> None:
        """Apply the files that were not yet, in their order; a file that cannot be applied does not stop the others."""
        done, state = self.done, self._state
        self._begin()
        failures: dict[int, SourceError] = {}
        done.applied = sum(self._is_applied(file) for file in files)
        while waiting := [f for f in files if not self._is_applied(f) and f.order not in failures]:
            if limit is not None and len(done.files) >= limit:
                done.left = len(waiting)
                break
            file = waiting[0]
            try:
                self._apply(file)
            except SourceError as error:
                state.forget()
                failures[file.order] = error
                done.problems.append(str(error))
        there = {file.order for file in files}
        for known in state.files:
            if not known.applied and PubmedFile("", *known[1:5]).order not in there:
                done.problems.append(f"{known.name}: records in it are to be read again, and it is not there; get it")
        if failures and not done.files and not done.applied:
            raise next(iter(failures.values()))
        done.gaps = _gaps([*files, *(known for known in state.files if known.applied)])
        done.records, done.deleted, done.rejected = state.counts()
        if not self._dry_run:
            done.triples = self._records.count()
            if state.about.get("described") != _DESCRIBED:
                self._describe()
            if note := self._records.settle():
                done.notes.append(note)

    def _describe(self) -> None:
        """Let the store say what it holds now."""
        applied = [file for file in self._state.files if file.applied]
        graph = self._about["graph"]
        about = self._about
        lines = describing.lines(graph, applied, self.done.records, self.done.triples, self._mapping, about)
        self._records.describe(lines)
        self._state.describe({"described": _DESCRIBED})

    def _begin(self) -> None:
        state = self._state
        before = state.about
        empty = self._records.is_empty()
        if empty and not isinstance(self._records, Deltas) and not self._dry_run and state.counts()[0]:
            reason = (
                f"the state says that {self._about['target']} was brought up to {state.files[-1].name}, and it is"
                " empty; put the store back, or remove this file to begin again"
            )
            raise SinkError(str(state.path), reason)
        trusted = before.get("trusted") or ("yes" if empty else "no")
        if trusted == "no" and "trusted" not in before:
            self.done.notes.append(
                f"{self._about['target']} was not empty; every record is looked for in it before it is written"
            )
        self._trusted = trusted == "yes"
        state.describe(self._about | {"trusted": trusted})

    def _is_applied(self, file: PubmedFile) -> bool:
        known = self._state.file(file)
        if known is None or not known.applied:
            return False
        try:
            return self._dry_run or os.path.getsize(file.path) == known.size
        except OSError:
            return True

    def _apply(self, file: PubmedFile) -> None:
        started = perf_counter()
        looked = look(file)
        known = self._state.file(file)
        changed = known is not None and known.md5 != looked.md5
        if known is not None and known.applied and not self._dry_run:
            self.done.notes.append(f"{file.name} is not the file that was applied before; it was applied again")
        begun = self._state.begin(file, looked.size, looked.md5)
        report = Report(inputs=(file.path,), conformance=self._judge.conformance() if self._judge else None)
        deciding = Deciding(self._state, begun, file.order, distrust=changed or not self._trusted)
        if not self._dry_run:
            self._records.begin(file.name)
        with Rejects(None if self._dry_run else self.folder, file.name) as rejects:
            reading = Reading(self._mapping, self._judge, self._strict, report, rejects)
            waiting: list[Entry] = []
            for entries in reading.entries(file.path):
                waiting += entries
                if len(waiting) >= _AT_ONCE:
                    self._write(deciding, waiting)
                    waiting = []
                    if self._watch is not None:
                        self._watch(file.name, report.read, None)
            self._write(deciding, waiting)
            report.rejects = rejects.paths
        nodes = 0 if self._dry_run else self._records.finish()
        self._state.finish(begun, deciding.counts, self._records.about() | {"described": "no"})
        self._report(file, report, deciding.counts, nodes, round((perf_counter() - started) * 1000))

    def _write(self, deciding: Deciding, entries: list[Entry]) -> None:
        changes: list[Change] = deciding.changes(entries)
        if changes:
            deciding.settle(self._records.replace(changes, dry_run=self._dry_run))

    def _report(self, file: PubmedFile, report: Report, counts: dict[str, int], nodes: int, milliseconds: int) -> None:
        report.written = sum(counts[name] for name in WRITTEN)
        report.skipped = {name: Tally(count) for name, count in counts.items() if count and name not in SKIPPED_NOT}
        report.milliseconds = milliseconds
        unreadable = report.read - sum(counts.values())
        self.done.report += report
        self.done.files.append(
            FileReport(
                name=file.name, kind=file.kind, read=report.read, counts=counts, unreadable=unreadable, nodes=nodes,
                milliseconds=milliseconds,
            )
        )  # fmt: skip

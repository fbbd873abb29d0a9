"""
Records or RDF into a store or an endpoint, so that it can be stopped at any time and the same command goes on.

    inputs -> batches of N-Triples -> sender -> target
                                        └──── journal

All triples stand in the graph in the end that an undisturbed load would have put there, and nothing else, whatever
broke in between: a batch can be sent twice, the journal knows those that arrived, and COUNT says whether it is so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from medgraph import graphs, iris, pipeline
from medgraph.endpoint import PROFILES
from medgraph.errors import SinkError, SourceError
from medgraph.loading import journal as journals
from medgraph.loading.batches import BatchSink, load_rdf
from medgraph.loading.distinct import Distinct
from medgraph.loading.journal import Journal
from medgraph.loading.outcome import Loaded
from medgraph.loading.replacing import COPIED, Staging
from medgraph.loading.sending import Sender
from medgraph.mapping import Mapping
from medgraph.report import Report
from medgraph.sources import STDIN
from medgraph.targets import STORE, EndpointTarget, StoreTarget, Target, open_target

Watch = Callable[[int, int], None]
"""Is told now and then how many triples there were, and how many bytes of the inputs, as they lie on the disk."""


def load(
    inputs: Iterable[str | os.PathLike[str]],
    to: str,
    *,
    graph: str = iris.GRAPH,
    replace: bool = False,
    dry_run: bool = False,
    restart: bool = False,
    batch: int | None = None,
    server: str | None = None,
    query_url: str | None = None,
    update_url: str | None = None,
    store_url: str | None = None,
    timeout: float | None = None,
    attempts: int | None = None,
    patience: float | None = None,
    no_transaction: bool = False,
    profile: str | None = None,
    base: str | None = None,
    without: Iterable[str] = (),
    mapping: Mapping | str | None = None,
    mesh: str | os.PathLike[str] | None = None,
    validate: str = "strict",
    shapes: Iterable[str | os.PathLike[str]] | None = None,
    rejects: str | os.PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Loaded:
    """
    What became of loading records or RDF.

    Args:
        inputs: files, folders, or ``"-"`` for records from standard input. What a file's name says is RDF (``.nt``,
            ``.ttl`` and so on, also packed) is RDF, all else are records.
        to: ``store:DIR``, or the URL of a SPARQL endpoint.
        graph: IRI of the named graph that everything goes into.
        replace: let the graph hold what is loaded and nothing else; until all of it has arrived, it stays as it was.
        dry_run: read everything and see whether the target can be written to, but send nothing.
        restart: forget what an earlier run of the same load has done.
        batch: triples sent at once; None is what suits the target.
        server: the profile of the endpoint; None asks it.
        query_url, update_url, store_url: as for :class:`medgraph.endpoint.Endpoint`.
        timeout, attempts, patience, no_transaction: as for :class:`medgraph.endpoint.Endpoint`.
        profile, base, without, mapping, mesh, validate, shapes: as for :func:`medgraph.convert`.
        rejects: folder for records that cannot be read or do not conform; None keeps none.
        watch: is told how far it is.

    Raises:
        SourceError: none of the inputs could be read; an RDF file is broken.
        SinkError: the target cannot be written to. The same command goes on from there.
        MappingError, ShapesError, ValueError: as for :func:`medgraph.convert`.
    """
    started = perf_counter()
    passed_over: list[str] = []
    names = graphs.inputs(inputs, on_skip=lambda error: passed_over.append(str(error)))
    how = {
        "profile": profile, "base": base, "without": sorted(without), "mesh": os.fspath(mesh) if mesh else None,
        "validate": validate, "shapes": [os.fspath(each) for each in shapes] if shapes is not None else None,
        "mapping": mapping,
    }  # fmt: skip
    endpoint = {
        "profile": server if server in (None, *PROFILES) else "generic",
        "query_url": query_url, "update_url": update_url, "store_url": store_url,
        "timeout": timeout, "attempts": attempts, "patience": patience,
    }  # fmt: skip
    options = {name: value for name, value in endpoint.items() if value is not None}
    with _open(to, graph, dry_run, {**options, "no_transaction": no_transaction}) as target:
        loading = _Loading(names, target, to, replace=replace, dry_run=dry_run, batch=batch, how=how, restart=restart)
        try:
            loaded = loading.run(rejects, watch)
            loaded.pass_over(passed_over)
        finally:
            loading.close()
    loaded.milliseconds = round((perf_counter() - started) * 1000)
    return loaded


def _open(to: str, graph: str, dry_run: bool, options: dict[str, Any]) -> Target:
    if to.startswith(STORE):
        folder = Path(to.removeprefix(STORE))
        if dry_run and not (folder.exists() and any(folder.iterdir())):
            return _Nothing(to, graph)
        return open_target(to, graph=graph, read_only=dry_run)
    return open_target(to, graph=graph, **options)


class _Loading:
    """One load."""

    def __init__(
        self, names: list[str], target: Target, to: str, *, replace: bool, dry_run: bool, batch: int | None,
        how: dict[str, Any], restart: bool,
    ) -> None:  # fmt: skip
        self.names = names
        self.target = target
        self.graph = target.graph
        self.replace = replace
        self.dry_run = dry_run
        self.batch = batch or target.batch
        self.how = how
        self.rdf = [(name, format) for name in names if (format := graphs.format_of(name)) is not None]
        self.records = [name for name in names if graphs.format_of(name) is None]
        self.server = "store"
        self.notes: list[str] = []
        if isinstance(target, EndpointTarget):
            self.server = target.layout.profile
            target.check_writing()
            if target.warning:
                self.notes.append(target.warning)
        self.sums = journals.checksums(names)
        where = os.path.abspath(to.removeprefix(STORE)) if to.startswith(STORE) else to
        key = journals.key_of(where, self.graph, replace, [os.path.abspath(name) for name in names])
        known = isinstance(how["mapping"], str | None)
        # a mapping that is no name cannot be told from another one
        path = None if dry_run or not known else journals.folder() / f"{key}.jsonl"
        self.journal = Journal(path, {
            "medgraph": version("medgraph"), "to": target.name, "graph": self.graph, "replace": replace,
            "batch": self.batch, "inputs": self.sums, **how, "mapping": how["mapping"] if known else None,
        })  # fmt: skip
        if restart:
            self.journal.forget()
        if self.journal.changed:
            self.notes.append("the inputs or the options are others than those of an earlier run: all is sent again")
        if self.journal.problem:
            self.notes.append(self.journal.problem)
        self.staging = Staging(target, self.journal, key) if replace else None

    def close(self) -> None:
        self.journal.close()

    def run(self, rejects: str | os.PathLike[str] | None, watch: Watch | None) -> Loaded:
        now = self.target.count(self.graph)
        if earlier := self._earlier(now):
            return earlier
        resumed = bool(self.journal.chains)
        if resumed and not now and not self.replace:
            self.notes.append("the graph is empty, although an earlier run had begun to fill it: all is sent again")
            resumed = False
        if self.journal.before is None or not resumed:
            self._begin(now)
        loaded = self._once(rejects, watch)
        if resumed and not self.dry_run and self.journal.state != COPIED and self._is_wrong(loaded):
            self.notes.append("the graph did not hold what an earlier run had sent: all was sent again")
            self._begin(self.journal.before or 0)
            loaded = self._once(rejects, watch)
        if self.staging is not None and not self.dry_run:
            self._check_whole(loaded)
            self.staging.put_in_place(loaded.distinct or 0)
            loaded.after = self.target.count(self.graph)
        loaded.requests_again = self.target.retries
        if not self.dry_run and (note := self.target.settle(loaded.triples, loaded.after or 0)):
            self.notes.append(note)
        loaded.notes = tuple(self.notes)
        if loaded.agrees and STDIN not in self.names and not self.dry_run:
            self.journal.finish(msgspec.to_builtins(loaded))
        return loaded

    def _earlier(self, now: int) -> Loaded | None:
        """What an earlier run did that leaves nothing to do; None where there is something."""
        if self.journal.done is None:
            return None
        loaded = msgspec.convert(self.journal.done, Loaded)
        assert loaded.after is not None
        if now < loaded.after or (self.replace and now != loaded.after):
            self.notes.append(
                f"an earlier run had loaded all of this, but the graph holds {now:,} triples instead of"
                f" {loaded.after:,}: all is sent again"
            )
            self.journal.forget()
            return None
        loaded.nothing_to_do = True
        loaded.after, loaded.notes = now, tuple(self.notes)
        return loaded

    def _begin(self, now: int) -> None:
        if not self.dry_run:
            self.journal.begin(now)
            if self.staging is not None:
                self.staging.clear()
        else:
            self.journal.before = now

    def _once(self, rejects: str | os.PathLike[str] | None, watch: Watch | None) -> Loaded:
        """Send what is not there yet, and count."""
        if self.staging is not None:
            self.target.graph = self.staging.graph
        sender = Sender(None if self.dry_run else self.target, self.journal)
        distinct = Distinct()
        try:
            report = self._records(sender, distinct, rejects, watch)
            read = sum(pipeline.size_of(name) for name in self.records)
            for name, format in self.rdf:
                done, before = sender.triples, read
                sum_of = next(checksum for path, _, checksum in self.sums if path == name)

                def told(count: int, size: int, done: int = done, before: int = before) -> None:
                    if watch is not None:
                        watch(done + count, before + size)

                load_rdf(name, format, sender, self.batch, distinct, sum_of, told)
                read += pipeline.size_of(name)
            sender.finish()
        except BaseException:
            sender.stop()
            raise
        else:
            count = distinct.count()
        finally:
            distinct.close()
            self.target.graph = self.graph
        return Loaded(
            target=self.target.name, graph=self.graph, server=self.server, records=report,
            files=tuple(name for name, _ in self.rdf), triples=sender.triples, distinct=count, batches=sender.batches,
            taken_over=sender.taken_over, before=self.journal.before, replaced=self.replace, dry_run=self.dry_run,
            after=None if self.dry_run or self.replace else self.target.count(self.graph),
        )  # fmt: skip

    def _records(
        self, sender: Sender, distinct: Distinct, rejects: str | os.PathLike[str] | None, watch: Watch | None
    ) -> Report | None:
        if not self.records:
            return None
        with BatchSink(sender, self.batch, distinct, parsed=bool(self.rdf)) as sink:

            def told(_: int, size: int) -> None:
                if watch is not None:
                    watch(sink.triples, size)

            return pipeline.pour(self.records, sink, rejects=rejects, watch=told, **self.how)

    def _is_wrong(self, loaded: Loaded) -> bool:
        """Whether batches are missing that the journal has."""
        if self.staging is not None:
            return self.staging.count() != loaded.distinct
        return not loaded.agrees

    def _check_whole(self, loaded: Loaded) -> None:
        """
        Refuse to replace a graph by less than its inputs hold.

        Raises:
            SourceError: an input broke off.
            SinkError: there is nothing.
        """
        if loaded.records is not None and loaded.records.broken_count:
            broken = loaded.records.broken[0]
            raise SourceError(*_split(broken, f"; <{self.graph}> was left as it was, and not replaced by a part"))
        if not loaded.distinct:
            raise SinkError(self.target.name, f"there is nothing to load; <{self.graph}> was left as it was")


class _Nothing(StoreTarget):
    """A store that is not there and is not made."""

    def __init__(self, name: str, graph: str) -> None:
        self.name = name
        self.graph = graph
        self.retries = 0

    def count(self, graph: str | None = None) -> int:
        return 0

    def close(self) -> None:
        """There is nothing to close."""

    def __exit__(self, *_: object) -> None: ...


def _split(sentence: str, more: str) -> tuple[str, str]:
    source, _, reason = sentence.partition(": ")
    return source, f"{reason}{more}"

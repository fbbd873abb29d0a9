"""
The embedded store: RDF in memory or in a folder, and what it answers to SPARQL.

pyoxigraph does the work. What is added here is a mark that says which form a folder has, a lock that keeps readers
and a writer apart (RocksDB keeps apart writers only), and sentences for what can go wrong.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyoxigraph as ox

from medgraph import iris, places, vocab
from medgraph.answers import Answer, of_results
from medgraph.errors import StoreError
from medgraph.locks import Lock, LockedError
from medgraph.sparql import names_graphs, query_error

CHUNK = 100_000
"""Triples given to the store at once: the fastest, and it bounds the memory (``decisions/``)."""

PIECE = 16 << 20
"""Bytes of N-Triples above which :meth:`Store.load` cuts them: about a :data:`CHUNK` of ours."""

NEW = 4
"""A store is laid together when more than one in so many of its triples are new."""

FORMAT = 1
"""The form of a store's folder; a store of another one is not opened."""

MARK = "medgraph-store.json"
"""The file in a store's folder that says its form."""

IN_MEMORY = "the store in memory"


class Store:
    """
    Triples that can be asked.

    What is loaded goes into one named graph unless told otherwise, and a query that names no graph is asked of all.

    Args:
        prefixes: for queries, which need not declare them, and for answers.
        path: folder of a store that :func:`open_store` has looked at; None for one in memory.
        lock: what keeps others from the folder, released by :meth:`close`.
        read_only: nothing can be written.
    """

    def __init__(
        self,
        prefixes: Mapping[str, str] = vocab.PREFIXES,
        *,
        path: Path | None = None,
        lock: Lock | None = None,
        read_only: bool = False,
    ) -> None:
        self.prefixes = dict(prefixes)
        self.name = IN_MEMORY if path is None else os.fspath(path)
        self.path = path
        self.read_only = read_only
        self._lock = lock
        self._open: ox.Store | None
        if path is None:
            self._open = ox.Store()
        elif read_only:
            self._open = ox.Store.read_only(os.fspath(path))
        else:
            self._open = ox.Store(path)

    def __len__(self) -> int:
        return len(self._store)

    def __bool__(self) -> bool:
        return True

    def load(self, lines: bytes, graph: str = iris.GRAPH) -> None:
        """
        Take N-Triples; taking them twice changes nothing.

        The store takes all that is given at once or, above :data:`PIECE`, one piece after the other: after an error
        the pieces before it are there.

        Args:
            lines: whole lines; see :data:`CHUNK` for how many at once.
            graph: the named graph that they go into.

        Raises:
            StoreError: they are not legal, or the disk is full, or the store is read-only.
        """
        store, to_graph = self._writable(), ox.NamedNode(graph)
        try:
            for piece in _pieces(lines):
                store.bulk_load(piece, ox.RdfFormat.N_TRIPLES, to_graph=to_graph)
        except (SyntaxError, OSError, RuntimeError) as error:
            raise self._error("cannot take the triples", error) from error

    def load_file(self, path: str, graph: str = iris.GRAPH) -> None:
        """
        Take an RDF file, whose suffix says its format; the named graphs of N-Quads and TriG stay what they are.

        Raises:
            StoreError: it cannot be read.
        """
        store = self._writable()
        format = ox.RdfFormat.from_extension(path.rpartition(".")[2])
        target = None if format is None or format.supports_datasets else ox.NamedNode(graph)
        try:
            store.bulk_load(path=path, base_iri=places.iri(path), to_graph=target)
        except (SyntaxError, ValueError, OSError) as error:
            raise StoreError(path, f"cannot be read as RDF: {error}") from error

    def update(self, sparql: str) -> None:
        """
        Carry out a SPARQL update, all of it or nothing.

        Raises:
            StoreError: it is not SPARQL, or the disk is full, or the store is read-only.
        """
        store = self._writable()
        try:
            store.update(sparql, prefixes=self.prefixes)
        except SyntaxError as error:
            raise StoreError("the update", f"is not SPARQL: {error}") from error
        except (OSError, RuntimeError) as error:
            raise self._error("cannot carry out the update", error) from error

    def answer(self, query: str, graphs: Sequence[str] = ()) -> Answer:
        """
        The answer of a query; its rows come as they are asked for.

        Args:
            query: SPARQL.
            graphs: the named graphs that are asked, in the place of those that the query names; none: those that the
                query names, else all.

        Raises:
            QueryError: it is no SPARQL, or an update.
            StoreError: the store cannot be read.
        """
        chosen = {"default_graph": [ox.NamedNode(graph) for graph in graphs]} if graphs else self._all(query)
        try:
            found = self._store.query(query, prefixes=self.prefixes, **chosen)
        except SyntaxError as error:
            raise query_error("the query", query, error) from error
        except (OSError, RuntimeError) as error:
            raise self._error("cannot be asked", error) from error
        return of_results(found, self.prefixes)

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(graph.value for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))

    def count(self, graph: str = iris.GRAPH) -> int:
        """How many triples a named graph has."""
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))

    def optimize(self) -> None:
        """
        Lay the files of the store together, so that queries need not look into each of those that loading made.

        It takes a tenth to a quarter of the time that the load took, and meanwhile as much room again as the store
        has; queries that look at many records take a half to a quarter of the time afterwards (``decisions/``).

        Raises:
            StoreError: there is no room for that; nothing is lost.
        """
        store = self._writable()
        try:
            if self.path is not None:
                free, size = shutil.disk_usage(self.path).free, sum(each.stat().st_size for each in self.path.iterdir())
                if free < size:
                    raise StoreError(
                        self.name, f"laying its files together takes {size:,} bytes, and {free:,} are free"
                    )
            store.optimize()
        except (OSError, RuntimeError) as error:
            raise self._error("cannot be laid together", error) from error

    def settle(self, new: int, held: int) -> str:
        """
        Why its files could not be laid together, or ``""``; for the end of a load.

        They are only where a good part of the store is new, for it takes as long as the store is large.

        Args:
            new: triples that were written to the store.
            held: triples that it has.
        """
        if self.path is None or not new or new * NEW < held:
            return ""
        try:
            self.optimize()
        except StoreError as error:
            return f"{error}; everything is in it, but queries take longer than they need"
        return ""

    def close(self) -> None:
        """
        Put everything on the disk and let others in; harmless when done twice.

        Raises:
            StoreError: the disk is full, or the like.
        """
        store, self._open = self._open, None
        if store is None:
            return
        try:
            if not self.read_only and self.path is not None:
                store.flush()
        except (OSError, RuntimeError) as error:
            raise self._error("cannot put everything on the disk", error) from error
        finally:
            del store
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            with suppress(StoreError):
                self.close()

    @property
    def raw(self) -> ox.Store:
        """pyoxigraph's own store, to read and remove single triples faster than SPARQL does."""
        return self._store

    @property
    def _store(self) -> ox.Store:
        if self._open is None:
            raise StoreError(self.name, "is closed")
        return self._open

    def _writable(self) -> ox.Store:
        if self.read_only:
            raise StoreError(self.name, "was opened for reading only; open it without read_only to write to it")
        return self._store

    def _error(self, what: str, error: Exception) -> StoreError:
        return StoreError(self.name, f"{what}: {_reason(error)}")

    def _all(self, query: str) -> dict[str, Any]:
        """
        What makes pyoxigraph ask all graphs, where a query does not say which.

        Where there is one graph, that one is named: it is faster, and a union of graphs counts a triple as often as
        it stands in them.
        """
        if names_graphs(query):
            return {}
        there = list(islice(self._store.named_graphs(), 2))
        if len(there) == 1 and not any(self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())):
            return {"default_graph": there}
        return {"use_default_graph_as_union": True}


def open_store(
    path: str | os.PathLike[str],
    *,
    create: bool = False,
    read_only: bool = False,
    prefixes: Mapping[str, str] = vocab.PREFIXES,
) -> Store:
    """
    The store in a folder.

    One program can write to a store, or several can read it, and not both at once: what a reader would see of a
    store that is being written is undefined in RocksDB. An RDF server of oxigraph can be pointed at the same folder,
    under the same rule.

    Args:
        path: its folder.
        create: make a store where there is no folder, or an empty one.
        read_only: nothing is written; others may read at the same time.
        prefixes: for queries, which need not declare them, and for answers.

    Raises:
        StoreError: it is in use, or of another form, or broken, or there is none; or the disk is full, or the folder
            may not be read or written. Nothing was changed.
    """
    folder = Path(path)
    try:
        begun = _look(folder, create=create and not read_only)
        if begun:
            _write_mark(folder)
        lock = Lock.take(folder, shared=read_only)
    except LockedError as error:
        raise StoreError(os.fspath(folder), str(error)) from error
    except OSError as error:
        raise StoreError(os.fspath(folder), f"cannot be opened: {_reason(error)}") from error
    try:
        return Store(prefixes, path=folder, lock=lock, read_only=read_only)
    except (OSError, RuntimeError) as error:
        lock.release()
        raise StoreError(os.fspath(folder), _why_not_opened(error)) from error
    except BaseException:
        lock.release()
        raise


def _look(folder: Path, *, create: bool) -> bool:
    """Whether a store has yet to be begun in a folder; an error for all that is neither a store nor room for one."""
    name = os.fspath(folder)
    if not folder.exists():
        if create:
            return True
        raise StoreError(name, f"there is no store; `medgraph load IN... --to store:{name}` makes one")
    if not folder.is_dir():
        raise StoreError(name, "is a file, not the folder of a store")
    files = {each.name for each in folder.iterdir()}
    if MARK not in files:
        if create and not files - {MARK + ".part"}:
            return True
        if {"CURRENT", "IDENTITY"} <= files:
            raise StoreError(
                name,
                f"is a store of oxigraph that medgraph did not make ({MARK} is missing); write it to a file with"
                f" `oxigraph dump --location {name} --file all.nq`, and load that into a store of medgraph's",
            )
        raise StoreError(
            name,
            "is an empty folder, not a store; fill one with `medgraph load`"
            if not files
            else "is a folder with other things in it, not a store; name a folder of its own",
        )
    _check_mark(folder)
    if "CURRENT" not in files:
        if any(each.endswith((".sst", ".log")) for each in files):
            # RocksDB would begin a new store here, and remove what is left of this one.
            raise StoreError(name, f"{_BROKEN} (the file CURRENT is missing)")
        if not create:
            raise StoreError(name, "was begun, but nothing was ever loaded into it; fill it with `medgraph load`")
    return False


def _check_mark(folder: Path) -> None:
    name = os.fspath(folder)
    try:
        format = json.loads((folder / MARK).read_bytes())["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(name, f"{_BROKEN} ({MARK} cannot be read)") from error
    if format != FORMAT:
        age = "an older" if isinstance(format, int) and format < FORMAT else "a newer"
        do = "load it again with `medgraph load`" if age == "an older" else "use that version, or load it again"
        raise StoreError(name, f"was made by {age} medgraph (format {format}, this one has {FORMAT}); {do}")


def _write_mark(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{MARK}.part"
    try:
        part.write_text(json.dumps({"format": FORMAT, "graph": iris.GRAPH}) + "\n", encoding="utf-8")
        part.replace(folder / MARK)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
            folder.rmdir()
        raise


_BROKEN = "the store is broken and cannot be opened; put back a copy of it, or remove the folder and load it again"


def _why_not_opened(error: Exception) -> str:
    text = str(error)
    if "While lock file" in text:
        return LockedError.WRITER
    if "lock hold by current process" in text:
        return LockedError.HERE
    if isinstance(error, FileNotFoundError) or "Corruption" in text:
        return f"{_BROKEN} ({_first(text)})"
    return f"cannot be opened: {_reason(error)}"


def _reason(error: Exception) -> str:
    text = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    if "No space left" in text or "quota" in text.lower():
        return "the disk is full; what was there before is unharmed. Make room and do it again"
    if "Permission denied" in text or "Operation not permitted" in text:
        return "permission denied; the folder and all in it must be readable, and to write also writable, for you"
    if "Read-only file system" in text:
        return "the file system is read-only"
    if "Too many open files" in text:
        return "too many files are open; raise the limit (`ulimit -n 4096`) and do it again"
    if "Corruption" in text:
        return f"{_BROKEN} ({_first(text)})"
    return _first(text)


def _first(text: str) -> str:
    return text.strip().partition("\n")[0]


def _pieces(lines: bytes) -> Iterable[bytes]:
    """The lines, cut at line ends where there are more than :data:`PIECE` bytes of them."""
    if len(lines) <= PIECE:
        yield lines
        return
    start = 0
    while start < len(lines):
        end = lines.find(b"\n", start + PIECE) + 1 or len(lines)
        yield lines[start:end]
        start = end

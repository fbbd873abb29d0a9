"""
The MeSH index: one SQLite file of all names, read by any number of processes at once.

A name means what the newest MeSH that has it says: so an older year adds names and never changes what a
newer one says. Within that year the spelling that is closest counts, then a preferred name before others.
A name that is then still that of two records stays unresolved.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from medgraph.errors import FormatError, SourceError
from medgraph.mesh.names import DESCRIPTOR, KINDS, PUBLICATION_TYPE, QUALIFIER, SUBSTANCE, Answer, folded
from medgraph.mesh.records import (
    ABBREVIATION,
    CLASSES,
    ENTRY,
    LEARNED,
    LINKS,
    PERMUTED,
    PREFERRED,
    PUBLICATION,
    UI,
    identifier,
    letter,
    number,
)

FORMAT = 1
"""Changes whenever an index of another medgraph would be read wrongly; ``PRAGMA user_version`` of the file."""

APPLICATION = 0x4D654749
"""Marks the file as ours; ``PRAGMA application_id``."""

PAGE = 16384
"""Bytes of a page: in large ones less is left empty."""

SCHEMA = f"""
    PRAGMA application_id = {APPLICATION};
    PRAGMA user_version = {FORMAT};
    CREATE TABLE source (file TEXT, format TEXT, year INTEGER, records INTEGER, names INTEGER);
    CREATE TABLE record (ui INTEGER PRIMARY KEY, hash INTEGER, year INTEGER, kind INTEGER);
    CREATE TABLE name (
        hash INTEGER, record INTEGER, text TEXT, term INTEGER, concept INTEGER, age INTEGER, role INTEGER,
        PRIMARY KEY (hash, record, text, term)
    ) WITHOUT ROWID;
    CREATE TABLE tree (record INTEGER, number TEXT, PRIMARY KEY (record, number)) WITHOUT ROWID;
    CREATE TABLE link (record INTEGER, property INTEGER, target TEXT, PRIMARY KEY (record, property, target))
        WITHOUT ROWID;
"""
"""
``hash`` is :func:`hashed`, of a record that of its preferred name; ``age`` is how many years a name is older than its
record; ``role`` is one of :mod:`medgraph.mesh.records`, plus :data:`CONCEPT_PREFERRED` for the preferred term of its
concept; identifiers are numbers; a year that nobody knows is 0. What most rows have in common is 0 and takes no room.
"""

CONCEPT_PREFERRED = 16

HOW_TO_BUILD = "medgraph mesh download makes a folder of NLM's files, and medgraph mesh build FILE... an index of them"

_CACHED = 200_000
"""Names of a kind that are remembered; about 30 MB at the most."""

_CANDIDATE = (
    "SELECT n.text, n.record, r.year - n.age, n.role, r.year, r.kind FROM name n JOIN record r ON r.ui = n.record"
)
_CANDIDATES = f"{_CANDIDATE} WHERE n.hash = ?"
_NAMES = f"{_CANDIDATE} WHERE n.record = ? ORDER BY n.age, n.role & 15, n.text"
_PREFERRED = "SELECT text FROM name WHERE hash = r.hash AND record = r.ui ORDER BY age, role & 15, text LIMIT 1"


class Source(NamedTuple):
    """
    A file that an index was built from.

    Args:
        file: its name.
        format: what it is, in words.
        year: the MeSH year, 0 where it is not known.
        records: how many records it has.
        names: how many names.
    """

    file: str
    format: str
    year: int
    records: int
    names: int


class Info(NamedTuple):
    """What is in an index: its file and format, what it was built from, and how many of each."""

    path: str
    bytes: int
    format: int
    sources: tuple[Source, ...]
    descriptors: int
    qualifiers: int
    supplementary_concepts: int
    names: int
    tree_numbers: int
    links: int


class Term(NamedTuple):
    """A name of a record with the identifiers of its term and concept, "" where the source had none."""

    text: str
    role: int
    term: str
    concept: str
    concept_preferred: bool


class Entry(NamedTuple):
    """A record of an index: identifier, preferred name, class of MeSH RDF, tree numbers, links, terms."""

    ui: str
    name: str
    kind: str
    trees: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    terms: tuple[Term, ...]


class _Candidate(NamedTuple):
    text: str
    record: int
    year: int
    role: int
    record_year: int
    kind: int


class Index:
    """
    A :class:`~medgraph.mesh.Resolver` over an index file; it can be pickled, and used in threads and after a fork.

    Args:
        path: the file, as :func:`medgraph.thesaurus.build` wrote it.

    Raises:
        SourceError: it cannot be opened.
        FormatError: it is no index, damaged, or of another format.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._database = self._open()
        self._known: dict[str, dict[str, str | None]] = {kind: {} for kind in KINDS}
        self._descriptors = self._known[DESCRIPTOR]
        self._qualifiers = self._known[QUALIFIER]
        self._publication_types = self._known[PUBLICATION_TYPE]
        self._substances = self._known[SUBSTANCE]
        self._unknown: dict[tuple[str, str], Answer] = {}
        years = self._rows("SELECT max(year) FROM source")[0][0]
        self.year: int = years or 0
        """The newest MeSH year in it, 0 where none is known."""

    def __reduce__(self) -> tuple[type[Index], tuple[str]]:
        return Index, (self.path,)

    def descriptor(self, name: str) -> str | None:
        """The ``D…`` of a heading without its qualifiers; publication types are none."""
        try:
            return self._descriptors[name]
        except KeyError:
            return self._find(DESCRIPTOR, name)

    def qualifier(self, name: str) -> str | None:
        """The ``Q…`` of a qualifier, by its name or its two letters."""
        try:
            return self._qualifiers[name]
        except KeyError:
            return self._find(QUALIFIER, name)

    def publication_type(self, name: str) -> str | None:
        """The ``D…`` of a publication type."""
        try:
            return self._publication_types[name]
        except KeyError:
            return self._find(PUBLICATION_TYPE, name)

    def substance(self, name: str) -> str | None:
        """The ``D…`` or ``C…`` of a substance, protocol, disease or organism."""
        try:
            return self._substances[name]
        except KeyError:
            return self._find(SUBSTANCE, name)

    def look_up(self, kind: str, name: str) -> Answer:
        """The identifier with the reason; ``kind`` is one of :data:`~medgraph.mesh.KINDS`."""
        answer = self._unknown.get((kind, name))
        if answer is None:
            answer = self._look_up(kind, name)
            if answer.ui is None:
                if len(self._unknown) >= _CACHED:
                    self._unknown.clear()
                self._unknown[kind, name] = answer
        return answer

    def _look_up(self, kind: str, name: str) -> Answer:
        candidates = self._candidates(name)
        fitting = [one for one in candidates if _is(kind, one)]
        best = _best(fitting, name)
        uis = sorted({one.record for one in best})
        if len(uis) == 1:
            return Answer(identifier(uis[0]), self._how(best[0], name) + self._earlier(best[0], fitting))
        if uis:
            both = " and ".join(f"{identifier(ui)} ({self._name(ui)})" for ui in uis)
            return Answer(None, f"it stands for {both}{_of_year(best[0].year)}", tuple(map(identifier, uis)))
        others = sorted({one.record for one in candidates})
        if others:
            is_one = f"{_KIND_OF[letter(others[0])]} ({identifier(others[0])})"
            if letter(others[0]) == "D" and candidates[0].kind == PUBLICATION:
                is_one = f"publication type ({identifier(others[0])})"
            return Answer(None, f"it is the name of a {is_one}, and here stands a {kind}")
        return Answer(None, f"no {kind} of that name is in the index{f' (MeSH {self.year})' if self.year else ''}")

    def meanings(self, name: str) -> list[tuple[str, Answer]]:
        """
        Every kind that a name is a name of, with its identifier; or one line that says why it is of none.

        A descriptor that can also stand for a substance is told once.
        """
        answers = [(kind, self.look_up(kind, name)) for kind in KINDS]
        found: dict[str, tuple[str, Answer]] = {}
        for kind, answer in answers:
            if answer.ui is not None:
                found.setdefault(answer.ui, (kind, answer))
        torn = [(kind, answer) for kind, answer in answers[:3] if answer.rivals]
        if found or torn:
            return [*found.values(), *torn]
        torn = [(kind, answer) for kind, answer in answers if answer.rivals]
        year = f" (MeSH {self.year})" if self.year else ""
        return torn[:1] or [("", Answer(None, f"nothing of that name is in the index{year}"))]

    def names(self, ui: str) -> list[Answer]:
        """All names of a record with what they are to it, the preferred one first; empty for one that is not here."""
        rows = self._rows(_NAMES, number(ui))
        return [Answer(one.text, self._how(one, one.text)) for one in map(_Candidate._make, rows)]

    def record(self, ui: str) -> Entry | None:
        """A record by its identifier, or None."""
        return next(iter(self.records(ui)), None) if UI.fullmatch(ui) else None

    def records(self, ui: str | None = None) -> Iterator[Entry]:
        """
        The records by the numbers of their identifiers; of one of them, where it is given.

        Terms are those that the source gives an identifier of term and concept.
        """
        where = "WHERE ui = ?" if ui else ""
        of = "WHERE record = ?" if ui else ""
        values = (number(ui),) if ui else ()
        terms = _Grouped(
            self._stream(
                f"SELECT record, text, role, term, concept FROM name {of or 'WHERE 1'} AND term"
                " ORDER BY record, concept, term, role & 15, text",
                *values,
            )
        )
        trees = _Grouped(self._stream(f"SELECT record, number FROM tree {of} ORDER BY record, number", *values))
        links = _Grouped(self._stream(f"SELECT * FROM link {of} ORDER BY record, property, target", *values))
        of_record = f"SELECT ui, ({_PREFERRED}), kind FROM record r {where} ORDER BY ui"
        for coded, name, kind in self._stream(of_record, *values):
            yield Entry(
                identifier(coded),
                name,
                CLASSES[kind],
                tuple(tree for (tree,) in trees.of(coded)),
                tuple((LINKS[property], target) for property, target in links.of(coded)),
                tuple(
                    Term(text, role & 15, identifier(term), identifier(concept), bool(role & CONCEPT_PREFERRED))
                    for text, role, term, concept in terms.of(coded)
                ),
            )

    def broader(self) -> dict[str, tuple[str, ...]]:
        """Identifier -> those of the records one level above it, for all records that have some."""
        numbers = dict(self._rows("SELECT number, record FROM tree"))
        found: dict[int, dict[int, None]] = {}
        for tree, record in sorted(numbers.items()):
            parent = numbers.get(tree.rpartition(".")[0])
            if parent is not None and parent != record:
                found.setdefault(record, {})[parent] = None
        return {identifier(record): tuple(map(identifier, parents)) for record, parents in found.items()}

    def unnamed_terms(self) -> int:
        """How many names have no identifier of a term: former ones, and those of plain tables."""
        return int(self._rows("SELECT count(*) FROM name WHERE NOT term")[0][0])

    @property
    def info(self) -> Info:
        """What is in it."""
        counts = dict.fromkeys("DQC", 0)
        for (ui,) in self._stream("SELECT ui FROM record"):
            counts[letter(ui)] += 1
        names, trees, links = self._rows(
            "SELECT (SELECT count(*) FROM name), (SELECT count(*) FROM tree), (SELECT count(*) FROM link)"
        )[0]
        sources = tuple(map(Source._make, self._rows("SELECT * FROM source ORDER BY rowid")))
        size = Path(self.path).stat().st_size
        return Info(self.path, size, FORMAT, sources, counts["D"], counts["Q"], counts["C"], names, trees, links)

    def _find(self, kind: str, name: str) -> str | None:
        best = _best([one for one in self._candidates(name) if _is(kind, one)], name)
        uis = {one.record for one in best}
        ui = identifier(uis.pop()) if len(uis) == 1 else None
        known = self._known[kind]
        if len(known) >= _CACHED:
            known.clear()
        known[name] = ui
        return ui

    def _name(self, record: int) -> str:
        """The preferred name of a record."""
        return str(self._rows(f"SELECT ({_PREFERRED}) FROM record r WHERE ui = ?", record)[0][0])

    def _how(self, one: _Candidate, name: str) -> str:
        former = "former " if one.year < one.record_year else ""
        role = one.role & 15
        if role == PREFERRED:
            words = f"former name of {self._name(one.record)}" if former else "preferred name"
        elif role == LEARNED:
            words = f"stands beside {identifier(one.record)} in PubMed records"
        else:
            words = f"{former}{_ROLES[role]} of {self._name(one.record)}"
        spelt = f", there spelt {one.text}" if one.text != name else ""
        return f"{words}{_of_year(one.year)}{spelt}"

    def _earlier(self, chosen: _Candidate, candidates: Iterable[_Candidate]) -> str:
        """What else the name meant in older years."""
        others = sorted({one.record for one in candidates if one.record != chosen.record})
        return "".join(f"; in older sources {identifier(ui)} ({self._name(ui)})" for ui in others)

    def _candidates(self, name: str) -> list[_Candidate]:
        """All rows of names that are equal to this one but for case, white space and hyphens."""
        key = folded(name)
        rows = self._rows(_CANDIDATES, hashed(key))
        return [one for one in map(_Candidate._make, rows) if folded(one.text) == key]

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return list(self._stream(query, *values))

    def _stream(self, query: str, *values: object) -> Iterator[Any]:
        """The rows of an answer, one after the other."""
        if self._process != os.getpid():
            # a connection must not be carried across a fork; the old one is left to its process
            self._process = os.getpid()
            self._database = self._open()
        try:
            yield from self._database.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _open(self) -> sqlite3.Connection:
        path = Path(self.path)
        try:
            with open(path, "rb") as file:
                head = file.read(100)
            size = path.stat().st_size
        except FileNotFoundError:
            raise SourceError(self.path, f"there is no MeSH index here; {HOW_TO_BUILD}") from None
        except OSError as error:
            raise SourceError(self.path, f"the MeSH index cannot be opened: {error.strerror}") from error
        if not head.startswith(b"SQLite format 3\0") or int.from_bytes(head[68:72], "big") != APPLICATION:
            raise FormatError(self.path, f"this is no MeSH index; {HOW_TO_BUILD}")
        # nobody writes to an index, so no locks are needed, and it may lie on a disk that cannot be written to
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        weakref.finalize(self, database.close)
        found = int.from_bytes(head[60:64], "big")
        if found != FORMAT:
            raise FormatError(
                self.path,
                f"this index has format {found}, and this medgraph reads {FORMAT}; build it again:"
                f" medgraph mesh build {_files(database)} -o {self.path}",
            )
        if int.from_bytes(head[28:32], "big") * (int.from_bytes(head[16:18], "big")) != size:
            raise self._damaged()
        return database

    def _damaged(self, error: sqlite3.Error | None = None) -> FormatError:
        why = f" ({error})" if error else ""
        return FormatError(self.path, f"the MeSH index is damaged or cut off{why}; build it again, or copy it again")


def hashed(key: str) -> int:
    """
    The number under which a folded name is found; equal keys have equal numbers on every machine.

    >>> hashed("neoplasms")
    -1932576571
    """
    # signed, because SQLite stores that in four bytes
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) - 0x80000000


_ROLES = {ENTRY: "entry term", PERMUTED: "variant of an entry term", ABBREVIATION: "abbreviation"}
_KIND_OF = {"D": "descriptor", "Q": "qualifier", "C": "supplementary concept"}


def _is(kind: str, one: _Candidate) -> bool:
    """Whether a record is of the kind that is asked for."""
    first = letter(one.record)
    if kind == QUALIFIER:
        return first == "Q"
    if first != "D":
        return kind == SUBSTANCE and first == "C"
    return (kind == PUBLICATION_TYPE) == (one.kind == PUBLICATION)


def _best(candidates: Iterable[_Candidate], name: str) -> list[_Candidate]:
    """Those that mean the name best: of the newest year, spelt closest, and preferred names before others."""
    spelt = " ".join(name.casefold().split())
    ranked: dict[tuple[int, int, int], list[_Candidate]] = {}
    for one in candidates:
        role = one.role & 15
        if role == ABBREVIATION and one.text != name:
            continue
        distance = 0 if one.text == name else 1 if " ".join(one.text.casefold().split()) == spelt else 2
        ranked.setdefault((-one.year, distance, 0 if role == PREFERRED else 1), []).append(one)
    return ranked[min(ranked)] if ranked else []


def _of_year(year: int) -> str:
    return f", MeSH {year}" if year else ""


def _files(database: sqlite3.Connection) -> str:
    """The names of the files that an index was built from, for a command line."""
    try:
        return " ".join(file for (file,) in database.execute("SELECT file FROM source ORDER BY rowid") if file)
    except sqlite3.Error:
        return "FILE..."


class _Grouped:
    """Rows in the order of their first column, handed out by it."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._row = next(rows, None)

    def of(self, key: int) -> list[Any]:
        """The rows of one key, without it; keys are asked for in their order."""
        found = []
        while self._row is not None and self._row[0] <= key:
            if self._row[0] == key:
                found.append(self._row[1:])
            self._row = next(self._rows, None)
        return found

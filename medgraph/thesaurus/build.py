"""
Files of MeSH -> one index of names.

Files add up, whatever their years. The newest year decides: what a record is called, where it stands in the
tree and what it links to; older names stay as synonyms. Names learned from PubMed records have no year, so
that they say something only where no file of MeSH does.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from medgraph.errors import FormatError, SinkError
from medgraph.mesh import QUALIFIER, SHIPPED_YEAR, SUBSTANCE, folded, shipped
from medgraph.mesh.index import CONCEPT_PREFERRED, PAGE, SCHEMA, Index, Info, Source, hashed
from medgraph.mesh.records import (
    CLASSES,
    ENTRY,
    LEARNED,
    LINKS,
    PREFERRED,
    PUBLICATION,
    TREE_NUMBER,
    UI,
    MeshRecord,
    Name,
    identifier,
    letter,
    number,
)
from medgraph.sources import open_bytes
from medgraph.thesaurus.files import PUBMED, recognised
from medgraph.thesaurus.learn import Learned

DEFAULT = "mesh.sqlite"
"""The name of an index where none is given."""

Rows = dict[str, list[tuple[object, ...]]]
"""Statements, and the values that each is to be carried out with."""

_PAIR = re.compile(r"(D[0-9]{6,9})(Q[0-9]{6,9})?")
_BATCH = 5_000
_SHIPPED = "what ships with medgraph"

_STAGE = """
    ATTACH '' AS stage;
    PRAGMA stage.synchronous = OFF;
    PRAGMA stage.journal_mode = OFF;
    CREATE TABLE stage.record (ui INTEGER PRIMARY KEY, name TEXT, year INTEGER, kind INTEGER, kind_year INTEGER);
    CREATE TABLE stage.name (
        record INTEGER, text TEXT, term INTEGER, concept INTEGER, year INTEGER, role INTEGER, hash INTEGER,
        PRIMARY KEY (record, text, term)
    ) WITHOUT ROWID;
    CREATE TABLE stage.tree (record INTEGER, number TEXT, year INTEGER, PRIMARY KEY (record, number)) WITHOUT ROWID;
    CREATE TABLE stage.link (
        record INTEGER, property INTEGER, target TEXT, year INTEGER, PRIMARY KEY (record, property, target)
    ) WITHOUT ROWID;
    CREATE TABLE stage.named_tree (name TEXT, number TEXT, year INTEGER);
"""
_RECORD = """
    INSERT INTO stage.record VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        name = CASE WHEN excluded.name <> '' AND (name = '' OR excluded.year >= year) THEN excluded.name ELSE name END,
        year = CASE WHEN excluded.name <> '' THEN max(year, excluded.year) ELSE year END,
        kind = CASE WHEN excluded.kind AND excluded.kind_year >= kind_year THEN excluded.kind ELSE kind END,
        kind_year = max(kind_year, excluded.kind_year)
"""
_NAME = """
    INSERT INTO stage.name VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        role = CASE WHEN excluded.year > year THEN excluded.role
                    WHEN excluded.year = year THEN min(role & 15, excluded.role & 15) | ((role | excluded.role) & 16)
                    ELSE role END,
        concept = CASE WHEN excluded.concept AND excluded.year >= year THEN excluded.concept ELSE concept END,
        year = max(year, excluded.year)
"""
_TREE = "INSERT INTO stage.tree VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET year = max(year, excluded.year)"
_LINK = "INSERT INTO stage.link VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET year = max(year, excluded.year)"
_NAMED_TREE = "INSERT INTO stage.named_tree VALUES (?, ?, ?)"

_ONE_NAME = """
    UPDATE stage.name AS one SET
        year = max(one.year, other.year),
        role = CASE WHEN other.year > one.year THEN other.role | (one.role & 16)
                    WHEN other.year = one.year THEN min(one.role & 15, other.role & 15) | (one.role & 16)
                    ELSE one.role END
    FROM stage.name AS other
    WHERE one.term AND other.term = 0 AND other.record = one.record AND other.text = one.text;
    DELETE FROM stage.name AS one WHERE term = 0 AND EXISTS (
        SELECT 1 FROM stage.name AS other WHERE other.record = one.record AND other.text = one.text AND other.term
    );
"""
"""A name that one source gives with its term's identifier and another without is one name."""

_TREES = """
    DELETE FROM stage.tree WHERE number NOT LIKE '%.%'
        AND year < (SELECT max(year) FROM stage.tree WHERE number NOT LIKE '%.%');
    DELETE FROM stage.tree AS one WHERE number LIKE '%.%' AND year < (
        SELECT max(year) FROM stage.tree AS other WHERE other.record = one.record AND other.number LIKE '%.%'
    );
    CREATE INDEX stage.tree_number ON tree (number);
    DELETE FROM stage.tree AS one
        WHERE year < (SELECT max(year) FROM stage.tree AS other WHERE other.number = one.number);
    INSERT OR IGNORE INTO main.tree SELECT record, number FROM stage.tree ORDER BY record, number;
"""
"""
Of each record the numbers of its newest year, and of each number the newest record: they are given anew every year.
Numbers of one part (C04) are taken together from the newest source that has any, because some tables leave them out.
"""

_NEWEST_LINKS = """
    INSERT INTO main.link SELECT record, property, target FROM stage.link AS one
    WHERE year = (
        SELECT max(year) FROM stage.link AS other WHERE other.record = one.record AND other.property = one.property
    )
    ORDER BY record, property, target;
"""


class Built(NamedTuple):
    """
    What :func:`build` made.

    Args:
        info: what is in the index.
        unplaced: names with tree numbers, or targets of links, that no record of the index has; with their counts.
        ambiguous: how many names of one kind stand for two records in their newest year, spelt alike.
    """

    info: Info
    unplaced: dict[str, int]
    ambiguous: int


def build(
    files: Iterable[str | os.PathLike[str]],
    index: str | os.PathLike[str] = DEFAULT,
    *,
    learned: Iterable[Learned] = (),
    year: int | None = None,
    watch: Callable[[str, int], None] | None = None,
) -> Built:
    """
    Write an index of what files of MeSH say.

    The index appears when it is complete; an earlier one of that name stays until then, and those who read it
    are not disturbed.

    Args:
        files: in any of the forms that :mod:`medgraph.thesaurus.files` knows, packed or not.
        index: where to write.
        learned: what :func:`medgraph.thesaurus.learn.names` found in PubMed records.
        year: the MeSH year of files that do not say theirs.
        watch: is called with a file's name and the number of its records so far.

    Raises:
        SourceError: a file cannot be read to its end.
        FormatError: a file is no MeSH, or holds none.
        SinkError: the index cannot be written.
    """
    target = Path(index)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
    except OSError as error:
        raise SinkError(str(target), f"the index cannot be written: {error.strerror}") from error
    try:
        with closing(sqlite3.connect(part)) as database:
            work = _Work(database)
            work.add(_shipped(), Source("", _SHIPPED, SHIPPED_YEAR, 0, 0))
            for path in files:
                work.read(path, year, watch)
            work.learn(learned)
            if not work.any:
                raise FormatError(str(target), "nothing to build an index of; name NLM's files, or --learn PubMed XML")
            work.finish()
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        made = Built(Index(part).info._replace(path=str(target)), dict(work.unplaced), work.ambiguous)
        os.replace(part, target)
    except (OSError, sqlite3.Error) as error:
        raise SinkError(str(target), f"the index cannot be written: {error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return made


class _Work:
    """An index on its way: rows are gathered in tables of their own and put in order at the end."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.any = False
        self.unplaced: Counter[str] = Counter()
        self.ambiguous = 0
        self._database = database
        database.executescript(f"PRAGMA page_size = {PAGE}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        database.executescript(SCHEMA)
        database.executescript(_STAGE)

    def read(self, path: str | os.PathLike[str], year: int | None, watch: Callable[[str, int], None] | None) -> None:
        """Take a file."""
        with open_bytes(path) as opened:
            file = recognised(opened)
            if file.format == PUBMED:
                raise FormatError(
                    file.path, "these are PubMed records; write --learn before them, and their names are learned"
                )
            name = Path(file.path).name
            source = Source(name, file.format, year if file.year is None and year else file.year or 0, 0, 0)
            records = file.records()
            if watch is not None:
                records = _watched(records, name, watch)
            self.add(records, source, file.path)
        self.any = True

    def learn(self, learned: Iterable[Learned]) -> None:
        """Take names that stood beside identifiers; the commonest name of a new identifier becomes its own."""
        counted = Counter(learned)
        if not counted:
            return
        records = []
        for (kind, ui, name), _ in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
            if not UI.fullmatch(ui) or (ui[0] == "Q") != (kind == QUALIFIER) or (ui[0] == "C") > (kind == SUBSTANCE):
                self.unplaced[f"{ui} {name}"] += 1
                continue
            class_ = PUBLICATION if kind == "publication type" else CLASSES.index("Qualifier") if ui[0] == "Q" else 0
            records.append(MeshRecord(ui, "", class_, [Name(name, LEARNED)]))
        self.add(records, Source("", "PubMed records", 0, 0, 0))
        self.any = self.any or bool(records)

    def add(self, records: Iterable[MeshRecord], source: Source, path: str = "") -> None:
        """
        Take the records of one source.

        Raises:
            FormatError: one has no identifier of MeSH, or there are none.
        """
        rows: Rows = {statement: [] for statement in (_RECORD, _NAME, _TREE, _LINK, _NAMED_TREE)}
        count = names = 0
        for record in records:
            count += 1
            _add(record, source.year, path or source.format, rows)
            if count % _BATCH == 0:
                names += len(rows[_NAME])
                self._insert(rows)
        names += len(rows[_NAME])
        self._insert(rows)
        if not count:
            raise FormatError(path or source.format, "this file holds not one record of MeSH; get it again")
        self._database.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?)", (source.file, source.format, source.year, count, names)
        )

    def finish(self) -> None:
        """Put everything in its place."""
        database = self._database
        database.executescript(_ONE_NAME)
        self._place_names()
        database.executescript(_TREES)
        database.executescript(_NEWEST_LINKS)
        self._classify()
        database.create_function("hashed", 1, lambda name: hashed(folded(name)), deterministic=True)
        database.executescript(
            "INSERT INTO main.record SELECT ui, hashed(name), year, kind FROM stage.record ORDER BY ui;"
            "INSERT INTO main.name SELECT n.hash, n.record, n.text, n.term, n.concept, r.year - n.year, n.role"
            " FROM stage.name n JOIN stage.record r ON r.ui = n.record ORDER BY n.hash, n.record, n.text, n.term;"
        )
        database.commit()
        self.ambiguous = _ambiguous(database)
        # rows that were put in by their order leave an eighth of their pages empty
        database.execute("VACUUM")

    def _insert(self, rows: Rows) -> None:
        for statement, values in rows.items():
            self._database.executemany(statement, values)
            values.clear()

    def _place_names(self) -> None:
        """Tree numbers and links whose record is only named, and records that are only learned."""
        database = self._database
        database.execute(
            "UPDATE stage.record SET name ="
            " (SELECT text FROM stage.name WHERE record = ui ORDER BY year DESC, role & 15 LIMIT 1) WHERE name = ''"
        )
        named: dict[str, int] = {}
        for text, record in database.execute(
            "SELECT text, record FROM stage.name WHERE role & 15 = ? ORDER BY year", (PREFERRED,)
        ):
            if letter(record) in "DQ":
                named[text] = record
                named[folded(text)] = record
        for name, tree, year in database.execute("SELECT * FROM stage.named_tree").fetchall():
            if record := named.get(name) or named.get(folded(name)):
                database.execute(_TREE, (record, tree, year))
            else:
                self.unplaced[name] += 1
        self._place_links(named)

    def _place_links(self, named: dict[str, int]) -> None:
        database = self._database
        for record, property, target, year in database.execute("SELECT * FROM stage.link").fetchall():
            if _PAIR.fullmatch(target):
                continue
            database.execute(
                "DELETE FROM stage.link WHERE record = ? AND property = ? AND target = ?", (record, property, target)
            )
            uis = [named.get(part) or named.get(folded(part)) for part in target.split("/")]
            whole = "".join(identifier(ui) for ui in uis if ui)
            if None not in uis and _PAIR.fullmatch(whole):
                database.execute(_LINK, (record, property, whole, year))
            else:
                self.unplaced[target] += 1

    def _classify(self) -> None:
        """
        The class of descriptors of which no file of MeSH says it, by their tree numbers.

        NLM's pages have it that publication types stand in category V and geographic descriptors in Z; what
        stands elsewhere, or also elsewhere, is topical. Without a tree number there is what was learned, or nothing.
        """
        database = self._database
        letters: dict[int, set[str]] = {}
        for record, tree in database.execute("SELECT record, substr(number, 1, 1) FROM main.tree"):
            letters.setdefault(record, set()).add(tree)
        found = []
        for (ui,) in database.execute("SELECT ui FROM stage.record WHERE NOT kind OR kind_year < 0"):
            where = letters.get(ui)
            if letter(ui) == "D" and where:
                name = {"V": "PublicationType", "Z": "GeographicalDescriptor"}.get("".join(where), "TopicalDescriptor")
                found.append((CLASSES.index(name), ui))
        database.executemany("UPDATE stage.record SET kind = ? WHERE ui = ?", found)


def _add(record: MeshRecord, year: int, source: str, rows: Rows) -> None:
    """Put what a record says to the rows."""
    trees = [tree.strip() for tree in record.trees]
    for tree in trees:
        if not TREE_NUMBER.fullmatch(tree):
            raise FormatError(source, f"{record.ui or record.name}: {tree!r} is no tree number, such as C04.557.337")
    if not record.ui:
        rows[_NAMED_TREE] += [(record.name, tree, year) for tree in trees]
        return
    if not UI.fullmatch(record.ui):
        raise FormatError(source, f"{record.ui!r} ({record.name}) is no MeSH identifier, such as D009369")
    ui = number(record.ui)
    of_year = year if record.year is None else record.year
    names = record.names
    learned = len(names) == 1 and names[0].role == LEARNED
    kind_year = -1 if learned else of_year
    named = of_year if record.name else -1
    rows[_RECORD].append((ui, record.name, named, record.kind, kind_year if record.kind else -2))
    if record.name and not any(name.role == PREFERRED and name.text == record.name for name in names):
        names = [Name(record.name, PREFERRED), *names]
    add = rows[_NAME].append
    for text, role, term, concept, preferred in names:
        text = " ".join(text.split())  # noqa: PLW2901
        if text:
            flags = role | CONCEPT_PREFERRED if preferred else role
            add((ui, text, number(term), number(concept), of_year, flags, hashed(folded(text))))
    if trees:
        rows[_TREE] += [(ui, tree, of_year) for tree in trees]
    if record.links:
        rows[_LINK] += [(ui, LINKS.index(name), target, of_year) for name, target in record.links]


def _shipped() -> Iterator[MeshRecord]:
    kinds = {"publication type": PUBLICATION, "qualifier": CLASSES.index("Qualifier"), "descriptor": 0}
    for kind, ui, (name, *others) in shipped():
        yield MeshRecord(ui, name, kinds[kind], [Name(name, PREFERRED), *(Name(other, ENTRY) for other in others)])


def _watched(records: Iterable[MeshRecord], name: str, watch: Callable[[str, int], None]) -> Iterator[MeshRecord]:
    count = 0
    for count, record in enumerate(records, 1):
        yield record
        if count & 255 == 0:
            watch(name, count)
    watch(name, count)


def _ambiguous(database: sqlite3.Connection) -> int:
    """How many names, spelt alike, are those of two records of one kind in the newest year that has them."""
    rows = database.execute(
        "SELECT n.text, r.year - n.age, n.record, r.kind FROM name n JOIN record r ON r.ui = n.record WHERE n.text IN"
        " (SELECT text FROM name GROUP BY hash, text HAVING count(DISTINCT record) > 1) AND n.role & 15 < 3"
    )
    found: dict[tuple[str, str, bool], dict[int, set[int]]] = {}
    for text, year, record, kind in rows:
        key = (text, "Q" if letter(record) == "Q" else "", kind == PUBLICATION)
        found.setdefault(key, {}).setdefault(year, set()).add(record)
    return sum(len(years[max(years)]) > 1 for years in found.values())

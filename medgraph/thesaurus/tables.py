"""
Plain tables of identifiers and names -> MeSH records: comma- or tab-separated, with a header or without.

The column of identifiers is known by its values (``D000001``), those of terms and concepts likewise
(``T000002``, ``M0000001``), tree numbers too; the column of names by its header (``TermName``,
``DescriptorName``, ``name``, …) or by being the only one left. The first name of an identifier is its
preferred one unless a column ``RecordPreferredTermYN`` says which is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from medgraph.errors import FormatError
from medgraph.mesh.records import ENTRY, PERMUTED, PREFERRED, TREE_NUMBER, UI, MeshRecord, Name

Line = tuple[int, str]

NAME_COLUMNS = ("termname", "descriptorname", "qualifiername", "name", "string", "label", "term", "heading")
"""Headers of a column of names, the most telling first."""

_TERM = re.compile(r"T[0-9]{6,9}")
_CONCEPT = re.compile(r"M[0-9]{6,9}")
_SAMPLE = 200


def is_table(sample: Iterable[str]) -> bool:
    """
    Whether lines are those of a table with a column of MeSH identifiers.

    >>> is_table(["ui,name", 'D000001,"Calcimycin"']), is_table(["name,born", "Doe,1970"])
    (True, False)
    """
    lines = [line for line in sample if line.strip()][:_SAMPLE]
    rows = list(_split(lines))
    return len(rows) > 0 and _column(rows[-1:], UI) is not None


def records(lines: Iterable[Line], source: str) -> Iterator[MeshRecord]:
    """
    One record for each run of rows with the same identifier.

    Raises:
        FormatError: the columns cannot be told, or a row has no identifier or no name.
    """
    numbered = iter(lines)
    sample = list(islice(numbered, _SAMPLE))
    layout = _Layout([text for _, text in sample if text.strip()], source)
    ui = name = ""
    names: list[Name] = []
    trees: list[str] = []
    for at, row in _rows(sample, numbered, layout):
        if not row:
            continue
        if len(row) < layout.width:
            raise FormatError(source, f"line {at}: {len(row)} columns of {layout.width}; is the file cut off?")
        found, text = row[layout.ui].strip(), row[layout.name].strip()
        if found != ui:
            if ui:
                yield MeshRecord(ui, name, names=names, trees=trees)
            if not UI.fullmatch(found):
                raise FormatError(source, f"line {at}: {found!r} is no MeSH identifier, such as D009369")
            ui, name, names, trees = found, "", [], []
        if not text:
            raise FormatError(source, f"line {at}: {ui} has no name")
        if layout.tree is not None and row[layout.tree].strip():
            trees.append(row[layout.tree])
        if layout.tree is not None and name == text:
            continue
        one = layout.name_of(row, text, first=not names)
        if one.role == PREFERRED:
            name = text
        names.append(one)
    if ui:
        yield MeshRecord(ui, name, names=names, trees=trees)


class _Layout:
    """Which column of a table is what."""

    def __init__(self, sample: list[str], source: str) -> None:
        rows = list(_split(sample))
        self.delimiter = _delimiter(sample[0])
        self.header = not any(UI.fullmatch(cell.strip()) for cell in rows[0])
        self.width = len(rows[0])
        body = rows[1:] if self.header else rows
        heads = [cell.strip().lower().replace("_", "") for cell in rows[0]] if self.header else [""] * self.width
        ui = _column(body, UI)
        if ui is None:
            raise FormatError(source, f"no column of {', '.join(rows[0])} holds MeSH identifiers such as D009369")
        self.ui = ui
        self.term = _column(body, _TERM)
        self.concept = _column(body, _CONCEPT)
        self.tree = _column(body, TREE_NUMBER, but=ui)
        taken = {self.ui, self.term, self.concept, self.tree}
        self.name = self._names(heads, taken, rows[0], source)
        self.preferred = _at(heads, "recordpreferredtermyn")
        self.concept_preferred = _at(heads, "conceptpreferredtermyn")
        self.permuted = _at(heads, "ispermutedtermyn")

    def _names(self, heads: list[str], taken: set[int | None], columns: list[str], source: str) -> int:
        for head in NAME_COLUMNS:
            for n, found in enumerate(heads):
                if n not in taken and found.replace(" ", "") == head:
                    return n
        left = [n for n in range(self.width) if n not in taken]
        if len(left) != 1:
            raise FormatError(
                source, f"which of the columns {', '.join(columns)} holds the names cannot be told; call it 'name'"
            )
        return left[0]

    def name_of(self, row: list[str], text: str, *, first: bool) -> Name:
        preferred = row[self.preferred] == "Y" if self.preferred is not None else first
        permuted = self.permuted is not None and row[self.permuted] == "Y"
        return Name(
            text,
            PREFERRED if preferred else PERMUTED if permuted else ENTRY,
            row[self.term] if self.term is not None else "",
            row[self.concept] if self.concept is not None else "",
            self.concept_preferred is not None and row[self.concept_preferred] == "Y",
        )


def _rows(sample: list[Line], rest: Iterator[Line], layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    def lines() -> Iterator[Line]:
        yield from sample[1:] if layout.header else sample
        yield from rest

    if layout.delimiter == "\t":
        for at, line in lines():
            yield at, line.split("\t") if line.strip() else []
        return
    reader = csv.reader(line for _, line in lines())
    for row in reader:
        yield reader.line_num + layout.header, row


def _split(lines: list[str]) -> Iterator[list[str]]:
    if not lines:
        return
    if _delimiter(lines[0]) == "\t":
        for line in lines:
            yield line.split("\t")
    else:
        yield from csv.reader(lines)


def _delimiter(line: str) -> str:
    return "\t" if "\t" in line else ","


def _column(rows: list[list[str]], pattern: re.Pattern[str], but: int | None = None) -> int | None:
    """The first column whose values all are of a form."""
    matches: Callable[[str], object] = pattern.fullmatch
    for n in range(len(rows[0]) if rows else 0):
        if n != but and all(len(row) > n and matches(row[n].strip()) for row in rows):
            return n
    return None


def _at(heads: list[str], head: str) -> int | None:
    return heads.index(head) if head in heads else None

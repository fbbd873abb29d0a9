"""What the commands about MeSH say: sentences for people, JSON for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import NamedTuple

import msgspec

from medgraph.mesh.index import Index, Info, Source
from medgraph.mesh.records import UI
from medgraph.report import bytes_for_people
from medgraph.thesaurus.build import Built
from medgraph.thesaurus.rdf import Exported

_SHOWN = 5


class Meaning(NamedTuple):
    """
    One thing that a name stands for, ready to be shown.

    Args:
        name: as it was asked for.
        kind: descriptor, qualifier, publication type or substance; "" for none.
        ui: the identifier, "" where there is none.
        preferred: the preferred name of the record.
        trees: its tree numbers, with blanks between them.
        how: how it was found, or why not.
    """

    name: str
    kind: str
    ui: str
    preferred: str
    trees: str
    how: str


def meanings(index: Index, names: Iterable[str]) -> list[Meaning]:
    """What each name stands for in an index; for an identifier, all its names."""
    found: list[Meaning] = []
    for name in names:
        entry = index.record(name.strip())
        if entry is not None:
            trees = " ".join(entry.trees)
            found += [
                Meaning(known or "", entry.kind, entry.ui, entry.name, trees, how)
                for known, how, _ in index.names(entry.ui)
            ]
            continue
        if UI.fullmatch(name.strip()):
            found.append(Meaning(name, "", "", "", "", "no record of the index has that identifier"))
            continue
        for kind, answer in index.meanings(name):
            record = index.record(answer.ui) if answer.ui else None
            trees = " ".join(record.trees) if record else ""
            found.append(Meaning(name, kind, answer.ui or "", record.name if record else "", trees, answer.how))
    return found


def json(value: object) -> bytes:
    """A value of this module, or what it is about, as indented JSON with a line end."""
    return msgspec.json.format(msgspec.json.encode(_plain(value))) + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: _plain(part) for key, part in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


@singledispatch
def text(value: object) -> str:
    """What was made, or what is there, in a few lines for people."""
    raise TypeError(type(value).__name__)


@text.register
def _(info: Info) -> str:
    counts = (
        f"{info.descriptors:,} descriptors, {info.qualifiers:,} qualifiers,"
        f" {info.supplementary_concepts:,} supplementary concepts"
    )
    size = bytes_for_people(info.bytes)
    lines = [
        f"{info.path}: {counts}",
        f"{info.names:,} names, {info.tree_numbers:,} tree numbers, {info.links:,} links; {size}",
        *(_source(source) for source in info.sources),
    ]
    return "\n".join(lines) + "\n"


@text.register
def _(built: Built) -> str:
    lines = text(built.info).splitlines()
    if built.ambiguous:
        lines.append(f"{built.ambiguous:,} names stand for two records and stay unresolved")
    if built.unplaced:
        lines.append(f"{len(built.unplaced):,} names belong to no record of the index: {_some(list(built.unplaced))}")
    unknown = [source.file for source in built.info.sources if source.file and not source.year]
    if unknown and len(built.info.sources) > len(unknown) + 1:
        lines.append(f"of unknown year, and therefore yielding to the others: {_some(unknown)}; --year says it")
    return "\n".join(lines) + "\n"


@text.register
def _(exported: Exported) -> str:
    line = f"{exported.records:,} records, {exported.triples:,} triples"
    if exported.left_out:
        line += f"; {exported.left_out:,} names that NLM has no term for are not in it (former ones and the like)"
    return line + "\n"


def _source(source: Source) -> str:
    year = f"MeSH {source.year}" if source.year else "year unknown"
    name = f"{source.file}, " if source.file else ""
    return f"  from {name}{source.format}, {year}: {source.records:,} records, {source.names:,} names"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

"""
What a run writes: one output for all inputs, or a folder with a part for each.

A part that is complete stays when a later one fails, and the next run takes it over: the folder ``.medgraph``
beside the parts holds the report of each, with what it was made from.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from medgraph.errors import SinkError
from medgraph.report import Report
from medgraph.sinks import STDOUT

_COMPRESSED = (".gz", ".xz", ".bz2", ".zst")


class Part(NamedTuple):
    """
    One output.

    Args:
        inputs: what goes into it, in order.
        target: path of the file, or ``"-"``.
        format: as for :func:`medgraph.sinks.open_sink`.
        rejects: folder for what does not make it, or None.
        name: without suffix; None where the output is not one of several.
    """

    inputs: tuple[str, ...]
    target: str
    format: str | None
    rejects: Path | None
    name: str | None = None

    def prepare(self) -> None:
        """
        Make the folder that the parts lie in.

        Raises:
            SinkError: it cannot be made.
        """
        if self.name is not None:
            folder = Path(self.target).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SinkError(str(folder), f"the folder cannot be made: {error.strerror}") from error

    def earlier(self, options: Mapping[str, Any]) -> Report | None:
        """
        The report of an earlier run that completed this part from the same file with the same options, or None.

        Args:
            options: what the triples depend on besides the input.
        """
        if self.name is None or self.inputs == (STDOUT,):
            return None
        try:
            kept = msgspec.json.decode(self._ledger.read_bytes(), type=_Kept)
            same = kept.made_from == self._made_from(options) and kept.report.size == os.path.getsize(self.target)
        except (OSError, msgspec.DecodeError):
            return None
        return kept.report if same else None

    def keep(self, options: Mapping[str, Any], report: Report) -> None:
        """Remember that this part is complete; a run that cannot remember is none the worse."""
        if self.name is None or self.inputs == (STDOUT,):
            return
        with suppress(OSError):
            self._ledger.parent.mkdir(exist_ok=True)
            aside = self._ledger.with_suffix(".part")
            aside.write_bytes(msgspec.json.encode(_Kept(self._made_from(options), report)))
            aside.replace(self._ledger)

    @property
    def _ledger(self) -> Path:
        target = Path(self.target)
        return target.parent / ".medgraph" / f"{target.name}.json"

    def _made_from(self, options: Mapping[str, Any]) -> dict[str, Any]:
        files = [[name, os.stat(name).st_size, os.stat(name).st_mtime_ns] for name in self.inputs]
        return {"files": files, "medgraph": version("medgraph"), **options}


class _Kept(NamedTuple):
    made_from: dict[str, Any]
    report: Report


def parts(
    inputs: Sequence[str], output: str, format: str | None, rejects: str | os.PathLike[str] | None
) -> Iterator[Part]:
    """
    The outputs of a run.

    Args:
        inputs: names of the sources.
        output: ``"-"``, a file, or a folder: one that exists, or a name that ends in ``/``.
        format: None for what the name says; in a folder it is Turtle unless said otherwise.
        rejects: None for the output's name with ``.rejects`` behind it; standard output then has none.

    Raises:
        SinkError: two inputs would be written to one file.
    """
    aside = Path(rejects) if rejects is not None else None
    if output == STDOUT:
        yield Part(tuple(inputs), output, format, aside)
    elif not (output.endswith(("/", os.sep)) or os.path.isdir(output)):
        yield Part(tuple(inputs), output, format, aside or Path(f"{output}.rejects"))
    else:
        folder = Path(output)
        taken: dict[str, str] = {}
        for source, name in zip(inputs, part_names(inputs), strict=True):
            if name in taken:
                both = f"{taken[name]} and {source} would both be written to {name}"
                raise SinkError(output, f"{both}; convert them in two runs")
            taken[name] = source
            suffix = (format or "ttl").lower()
            target = str(folder / f"{name}.{suffix}")
            yield Part((source,), target, suffix, aside or folder.with_name(f"{folder.name}.rejects"), name)


def part_names(sources: Sequence[str]) -> list[str]:
    """
    The names of the parts that inputs become: of files that share a name, with the folders that tell them apart.

    >>> part_names(["in/a.xml", "in/b.xml"]), part_names(["in/2024/a.xml", "in/2025/a.xml"])
    (['a', 'b'], ['2024/a', '2025/a'])
    """
    names = [part_name(source) for source in sources]
    if len(set(names)) == len(names) or STDOUT in sources:
        return names
    below = os.path.commonpath([os.path.dirname(os.path.abspath(source)) for source in sources])
    folders = [os.path.relpath(os.path.dirname(os.path.abspath(source)), below) for source in sources]
    return [Path(folder, name).as_posix() for folder, name in zip(folders, names, strict=True)]


def part_name(source: str) -> str:
    """
    The name of the part that an input becomes, without suffix.

    >>> part_name("baseline/pubmed26n0001.xml.gz"), part_name("-")
    ('pubmed26n0001', 'stdin')
    """
    if source == STDOUT:
        return "stdin"
    name = Path(source).name
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return Path(name).stem

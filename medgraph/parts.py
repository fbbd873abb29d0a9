"""
What a run writes: one output for all inputs, or a folder with a part for each.

A part that is complete stays when a later one fails, and the next run takes it over: the folder ``.medgraph``
beside the parts holds the report of each, with what it was made from and how.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from medgraph import dataset, manifest, places, pmids
from medgraph.errors import SinkError, SourceError
from medgraph.manifest import Made, Source
from medgraph.report import Report
from medgraph.sinks import STDOUT

LEDGER = ".medgraph"
"""The folder beside the parts, for what the next run must know."""

_COMPRESSED = (".gz", ".xz", ".bz2", ".zst")


class Part(NamedTuple):
    """
    One output.

    Args:
        inputs: what goes into it, in order.
        target: path of the file, its URL, or ``"-"``.
        format: as for :func:`medgraph.sinks.open_sink`.
        rejects: folder for what does not make it, or None.
        name: without suffix; None where the output is not one of several.
        labels: the inputs' names below the folder that all have in common.
        folder: in which the parts lie; "" where the output is not one of several.
    """

    inputs: tuple[str, ...]
    target: str
    format: str | None
    rejects: str | None
    name: str | None = None
    labels: tuple[str, ...] = ()
    folder: str = ""

    def prepare(self) -> None:
        """
        Make the folder that the part lies in.

        Raises:
            SinkError: it cannot be made, or the URL is none that can be written to.
        """
        if places.is_url(self.target):
            places.check_writable(self.target)
        elif self.name is not None:
            folder = Path(self.target).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SinkError(str(folder), f"the folder cannot be made: {error.strerror}") from error

    @property
    def aside(self) -> str:
        """What the name of the file ends in until it is complete."""
        return ".part" if self.name is None else places.aside("")

    def clear(self) -> None:
        """Remove what processes that were killed have left of it."""
        if self.name is not None and not places.is_url(self.target):
            for name in (self.target, self.ledger, self.roll):
                places.clear(name)
        if self.rejects is not None and not places.is_url(self.rejects):
            for suffix in ("jsonl", "nt"):
                places.clear(os.path.join(self.rejects, f"{self.name or 'records'}.{suffix}"))

    @contextmanager
    def local(self) -> Iterator[Part]:
        """The part itself; for a URL one on this machine, which :meth:`publish` uploads."""
        if not places.is_url(self.target):
            yield self
            return
        with tempfile.TemporaryDirectory(prefix="medgraph-") as folder:
            target = os.path.join(folder, places.base_name(self.target))
            yield self._replace(target=target, rejects=os.path.join(folder, "rejects") if self.rejects else None)

    def publish(self, made: Part, rejects: Sequence[str]) -> tuple[str, ...]:
        """The files of rejects under their last names, after uploading what was made on this machine for a URL."""
        if made is self:
            return tuple(rejects)
        assert made.rejects is not None or not rejects
        final = tuple(places.join(self.rejects or "", os.path.relpath(name, made.rejects or "")) for name in rejects)
        for name, last in zip(rejects, final, strict=True):
            places.upload(name, last)
        places.upload(made.target, self.target)
        return final

    def unfinish(self) -> None:
        """Take away what describes the folder as a whole, before a part of it changes."""
        if self.name is not None:
            for name in (manifest.NAME, dataset.NAME, pmids.NAME):
                places.remove(places.join(self.folder, name))

    def earlier(self, options: Mapping[str, Any]) -> tuple[Report, Made] | None:
        """
        What an earlier run found when it completed this part from the same input with the same options, or None.

        A file whose size and time are what they were counts as the same, and so does one with the same checksum.

        Args:
            options: what the triples depend on besides the input.
        """
        if self.name is None or self.inputs == (STDOUT,):
            return None
        try:
            kept = msgspec.json.decode(places.read_bytes(self.ledger) or b"", type=_Kept)
        except (SourceError, msgspec.DecodeError):
            return None
        names = (*self.inputs, self.target, self.roll)
        if kept.options != self._options(options) or len(kept.files) != len(names):
            return None
        if not all(file.is_still(name) for file, name in zip(kept.files, names, strict=True)):
            return None
        report, made = kept.report, kept.made
        if any(places.stamp(name) is None for name in report.rejects):
            return None
        report.inputs, report.outputs = self.inputs, (self.target,)
        made.sources = tuple(
            msgspec.structs.replace(source, name=label) for source, label in zip(made.sources, self.labels, strict=True)
        )
        if [(file.name, file.stamp) for file in kept.files] != [(name, places.stamp(name)) for name in names]:
            self.keep(options, report, made)
        return report, made

    def keep(self, options: Mapping[str, Any], report: Report, made: Made) -> None:
        """Remember that this part is complete; a run that cannot remember is none the worse."""
        if self.name is None or self.inputs == (STDOUT,):
            return
        with suppress(SinkError, SourceError):
            known = (*(source.sha256 for source in made.sources), made.sha256, places.checksums(self.roll).sha256)
            names = (*self.inputs, self.target, self.roll)
            files = [_File(name, places.stamp(name) or [], sum) for name, sum in zip(names, known, strict=True)]
            kept = _Kept(self._options(options), files, report, made)
            places.write_bytes(self.ledger, msgspec.json.encode(kept))

    def write_roll(self, roll: pmids.Roll) -> None:
        """
        Write the list of the part's PMIDs beside it.

        Raises:
            SinkError: it cannot be written.
        """
        with tempfile.NamedTemporaryFile(prefix="medgraph-") as file:
            roll.write(file.name)
            places.put(file.name, self.roll)

    def stamps(self) -> list[Any]:
        """What tells whether the inputs were written anew; of URLs nothing, for what was fetched is what is read."""
        return [None if name == STDOUT or places.is_url(name) else places.stamp(name) for name in self.inputs]

    def sources(self) -> tuple[Source, ...]:
        """
        The files that it is made from, with their checksums.

        Raises:
            SourceError: they cannot be read.
        """
        named = [(name, label) for name, label in zip(self.inputs, self.labels, strict=True) if name != STDOUT]
        return tuple(Source(label, places.size(name) or 0, *places.checksums(name)) for name, label in named)

    @property
    def file(self) -> str:
        """Name of the file below the folder of parts."""
        return f"{self.name}.{self.format}"

    @property
    def ledger(self) -> str:
        """Where the report of the part is kept."""
        return self._beside("json")

    @property
    def roll(self) -> str:
        """Where the list of the part's PMIDs is kept."""
        return self._beside("pmids.gz")

    def _beside(self, suffix: str) -> str:
        name = places.base_name(self.target)
        return places.join(places.join(places.parent(self.target), LEDGER), f"{name}.{suffix}")

    def _options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        from importlib.metadata import version  # noqa: PLC0415 (it imports email, and a single file asks for none)

        return {"medgraph": version("medgraph"), "program": program(), "rejects": self.rejects, **options}


class _File(NamedTuple):
    """A file as an earlier run saw it."""

    name: str
    stamp: list[Any]
    sha256: str

    def is_still(self, name: str) -> bool:
        """Whether the file of that name is this one; where its time or place differs, its bytes decide."""
        now = places.stamp(name)
        if now is None or now[:1] != self.stamp[:1]:
            return False
        return (name == self.name and now == self.stamp) or places.checksums(name).sha256 == self.sha256


class _Kept(NamedTuple):
    options: dict[str, Any]
    files: list[_File]
    report: Report
    made: Made


@cache
def program() -> str:
    """What tells this program from one of the same version that was changed since: a checksum of its files."""
    digest = sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def is_folder(output: str) -> bool:
    """
    Whether an output gets one part per input: a folder that exists, or a name that ends in ``/``.

    >>> is_folder("out/"), is_folder("out.ttl"), is_folder("s3://bucket/out/")
    (True, False, True)
    """
    return output.endswith(("/", os.sep)) or os.path.isdir(output)


def parts(inputs: Sequence[str], output: str, format: str | None, rejects: str | None) -> Iterator[Part]:
    """
    The outputs of a run.

    Args:
        inputs: names of the sources.
        output: ``"-"``, a file, or a folder: one that exists, or a name that ends in ``/``; or the URL of such.
        format: None for what the name says; in a folder it is Turtle unless said otherwise.
        rejects: None for the output's name with ``.rejects`` behind it; standard output then has none.

    Raises:
        SinkError: two inputs would be written to one file.
    """
    if output == STDOUT:
        yield Part(tuple(inputs), output, format, rejects)
    elif not is_folder(output):
        yield Part(tuple(inputs), output, format, rejects or f"{output}.rejects")
    else:
        taken: dict[str, str] = {}
        folder = output if output.strip("/") == "" else output.rstrip("/")
        for source, name, label in zip(inputs, part_names(inputs), labels(inputs), strict=True):
            if name in taken:
                both = f"{taken[name]} and {source} would both be written to {name}"
                raise SinkError(output, f"{both}; convert them in two runs")
            taken[name] = source
            suffix = (format or "ttl").lower()
            target = places.join(folder, f"{name}.{suffix}")
            yield Part((source,), target, suffix, rejects or f"{folder}.rejects", name, (label,), folder)


def part_names(sources: Sequence[str]) -> list[str]:
    """
    The names of the parts that inputs become: of files that share a name, with the folders that tell them apart.

    >>> part_names(["in/a.xml", "in/b.xml"]), part_names(["in/2024/a.xml", "in/2025/a.xml"])
    (['a', 'b'], ['2024/a', '2025/a'])
    """
    names = [part_name(source) for source in sources]
    if len(set(names)) == len(names) or STDOUT in sources:
        return names
    folders = [places.parent(label) for label in labels(sources)]
    return [f"{folder}/{name}" if folder else name for folder, name in zip(folders, names, strict=True)]


def labels(sources: Sequence[str]) -> list[str]:
    """
    The names of inputs below the folder that they have in common, wherever that lies.

    >>> labels(["/data/in/2024/a.xml", "/data/in/2025/a.xml"]), labels(["s3://bucket/in/a.xml"]), labels(["-"])
    (['2024/a.xml', '2025/a.xml'], ['a.xml'], ['-'])
    """
    whole = [source if places.is_url(source) or source == STDOUT else os.path.abspath(source) for source in sources]
    folders = [name.replace(os.sep, "/").split("/")[:-1] for name in whole if name != STDOUT]
    common = os.path.commonprefix(folders)  # noqa: RUF071 - of lists it is the common beginning of these
    return ["/".join(name.replace(os.sep, "/").split("/")[len(common) :]) if name != STDOUT else name for name in whole]


def part_name(source: str) -> str:
    """
    The name of the part that an input becomes, without suffix.

    >>> part_name("baseline/pubmed26n0001.xml.gz"), part_name("-")
    ('pubmed26n0001', 'stdin')
    """
    if source == STDOUT:
        return "stdin"
    name = places.base_name(source)
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return Path(name).stem

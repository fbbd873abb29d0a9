"""What a load did, in numbers that add up, and whether the target holds what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from medgraph.report import Report
from medgraph.report import text as text_of


class Loaded(Struct, kw_only=True):
    """
    What became of a load.

    Args:
        target: where to.
        graph: IRI of the named graph.
        server: profile of the endpoint; ``"store"`` for a store.
        records: the report of the records; None where there were RDF files only.
        files: RDF files that were read.
        triples: triples handed on, each time that they came.
        distinct: how many different ones they were; None where they were not counted.
        batches: in how many batches.
        taken_over: how many of these an earlier run had brought into the graph.
        before: triples in the graph before; None where that was not asked for.
        after: triples in the graph now; None where nothing was sent.
        replaced: whether the graph was replaced.
        nothing_to_do: whether an earlier run had done it all.
        dry_run: whether nothing was sent.
        requests_again: how many requests had to be sent again.
        notes: what else there is to say.
        milliseconds: time taken.
    """

    target: str
    graph: str
    server: str = ""
    records: Report | None = None
    files: tuple[str, ...] = ()
    triples: int = 0
    distinct: int | None = None
    batches: int = 0
    taken_over: int = 0
    before: int | None = None
    after: int | None = None
    replaced: bool = False
    nothing_to_do: bool = False
    dry_run: bool = False
    requests_again: int = 0
    notes: tuple[str, ...] = ()
    milliseconds: int = 0

    def pass_over(self, sentences: Sequence[str]) -> None:
        """Let it be known which files of folders were no records and no RDF."""
        if self.records is not None and not self.nothing_to_do:
            for sentence in sentences:
                self.records.pass_over(sentence)
        elif sentences:
            self.notes = (*self.notes, f"{len(sentences):,} files are no records and no RDF, such as {sentences[0]}")

    @property
    def agrees(self) -> bool | None:
        """
        Whether the graph holds as many triples as it should; None where that was not looked at.

        A graph that was empty (or is replaced) holds exactly the different triples that were sent. One that held
        others holds at least as many as before, at least as many as were sent, and at most both together: triples
        that were there and came again are counted once.
        """
        if self.nothing_to_do:
            return True
        if self.after is None or self.before is None or self.distinct is None:
            return None
        if self.replaced:
            return self.after == self.distinct
        return max(self.before, self.distinct) <= self.after <= self.before + self.distinct

    @property
    def complete(self) -> bool:
        """Whether nothing was rejected or broke off, and the graph holds as much as it should."""
        return self.agrees is not False and (self.records is None or self.records.complete)

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain values, with the keys that ``docs/loading.md`` lists."""
        plain: dict[str, Any] = {"complete": self.complete, "agrees": self.agrees}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if name == "milliseconds":
                plain["seconds"] = value / 1000
            else:
                plain[name] = value.as_json() if isinstance(value, Report) else msgspec.to_builtins(value)
        return plain

    def json(self) -> bytes:
        """The outcome as JSON."""
        return msgspec.json.format(msgspec.json.encode(self.as_json()), indent=2) + b"\n"


def text(loaded: Loaded) -> str:
    """
    The outcome for people.

    >>> print(text(Loaded(target="http://localhost:7878/", graph="urn:g", server="oxigraph", files=("a.nt",),
    ...     triples=12, distinct=10, batches=1, before=0, after=10, milliseconds=500)), end="")
    1 RDF file
    12 triples in 1 batch, 10 of them different, to http://localhost:7878/ (oxigraph) in 0.5 s, 24/s
    <urn:g> held 0 triples and holds 10 now: all that was sent is there
    """
    lines: list[str] = []
    if loaded.records is not None:
        records = msgspec.structs.replace(loaded.records, outputs=())
        lines += text_of(records).splitlines()
    if loaded.files:
        lines.append(f"{len(loaded.files):,} RDF file{_s(len(loaded.files))}")
    if loaded.nothing_to_do:
        lines.append(
            f"nothing to do: {loaded.triples:,} triples are in <{loaded.graph}> of {loaded.target} from an earlier run"
        )
    else:
        lines += _sent(loaded)
    lines += [f"note: {note}" for note in loaded.notes]
    return "\n".join(lines) + "\n"


def _sent(loaded: Loaded) -> list[str]:
    seconds = loaded.milliseconds / 1000
    different = f", {loaded.distinct:,} of them different," if loaded.distinct not in (None, loaded.triples) else ""
    amount = f"{loaded.triples:,} triples in {loaded.batches:,} batch{'es' if loaded.batches != 1 else ''}{different}"
    where = f"{loaded.target} ({loaded.server})" if loaded.server != "store" else loaded.target
    if loaded.dry_run:
        return [f"nothing was sent: {amount} would go into <{loaded.graph}> of {where}"]
    rate = f", {loaded.triples / seconds:,.0f}/s" if seconds else ""
    lines = [f"{amount} to {where} in {seconds:,.1f} s{rate}"]
    if loaded.taken_over:
        lines.append(f"{loaded.taken_over:,} of the batches were there from an earlier run")
    if loaded.requests_again:
        lines.append(f"{loaded.requests_again:,} request{_s(loaded.requests_again)} had to be sent again")
    return [*lines, _compared(loaded)]


def _compared(loaded: Loaded) -> str:
    """What COUNT says."""
    after, before, distinct = loaded.after or 0, loaded.before or 0, loaded.distinct or 0
    verb = "was replaced, held" if loaded.replaced else "held"
    start = f"<{loaded.graph}> {verb} {before:,} triples and holds {after:,} now"
    if loaded.agrees:
        if loaded.replaced or not before:
            return f"{start}: all that was sent is there"
        return f"{start}: {before + distinct - after:,} of those that were sent were there before"
    wanted = f"{distinct:,}" if loaded.replaced or not before else f"{max(before, distinct):,} to {before + distinct:,}"
    return (
        f"{start}, and should hold {wanted}: somebody else wrote to it, or the server takes two spellings of a value"
        ' (such as "01" and "1") for one, or triples were lost; run the same command with --restart to send all again'
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"

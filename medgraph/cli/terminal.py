"""What a person sees on a terminal: progress, and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

import click
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from medgraph import pipeline
from medgraph.report import bytes_for_people
from medgraph.run import Watch
from medgraph.sources import STDIN

_WIDTH = 110


def console(*, stderr: bool = False) -> Console:
    """A console that is as wide as the terminal, and of a fixed width where there is none."""
    console = Console(highlight=False, stderr=stderr)
    return console if console.is_terminal else Console(highlight=False, stderr=stderr, width=_WIDTH)


@contextmanager
def progress(inputs: Sequence[str], quiet: bool) -> Iterator[Watch | None]:
    """What shows how far a run is, on a terminal; None where there is none."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("left:"),
        TimeRemainingColumn(),
    )  # fmt: skip
    total = pipeline.size_of_all(inputs)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=total)

        def watch(records: int, size: int) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            rate = f", {records / elapsed:,.0f}/s" if elapsed else ""
            bar.update(task, completed=size, description=f"{records:,} records{rate}")

        yield watch


@contextmanager
def load_progress(inputs: Sequence[str], quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """What shows on a terminal how many triples are loaded, how fast, and how long the rest takes."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("left:"),
        TimeRemainingColumn(),
    )  # fmt: skip
    from medgraph import graphs  # noqa: PLC0415

    total = None if STDIN in inputs else sum(map(pipeline.size_of, graphs.inputs(inputs)))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("asking the target", total=total)

        def watch(triples: int, size: int) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            rate = f", {triples / elapsed:,.0f}/s" if elapsed else ""
            bar.update(task, completed=size, description=f"{triples:,} triples{rate}")

        yield watch


@contextmanager
def watched(unit: str, quiet: bool) -> Iterator[Callable[[str, int, int | None], None] | None]:
    """What shows on a terminal how far one thing after the other is; None where there is no terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def watch(name: str, done: int, total: int | None) -> None:
            far = bytes_for_people(done) if unit == "bytes" else f"{done:,} {unit}"
            bar.update(task, completed=done, total=total, description=f"{name}, {far}")

        yield watch


def print_rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, and tab-separated lines for everything else."""
    console = Console(highlight=False)
    if console.is_terminal:
        table = Table(box=box.SIMPLE, pad_edge=False)
        for head in heads:
            table.add_column(head, overflow="fold")
        last = None
        for first, *rest in rows:
            table.add_row(*map(Text, (first if first != last else "", *rest)))
            last = first
        console.print(table)
        return
    for row in (heads, *rows):
        click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))


def print_answer(heads: Sequence[str], rows: Sequence[Sequence[str]], out: TextIO | None = None) -> None:
    """
    Columns side by side.

    On a terminal the long ones are wrapped, so that a row is no wider than it; elsewhere every row is one line.
    """
    console = Console(highlight=False, soft_wrap=False)
    if out is None and console.is_terminal:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
        return
    lines = [heads, *([" ".join(cell.split()) for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        text = "  ".join(set_cell_size(*cell) for cell in zip(line, widths, strict=True)).rstrip()
        click.echo(text, file=out)

"""``medgraph query``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from medgraph import pipeline
from medgraph.cli.frame import DONE, IN, INCOMPLETE, MESH, command, read_text
from medgraph.cli.terminal import print_aligned
from medgraph.report import text as text_of


@click.command()
@click.argument("what", metavar="WHAT")
@IN
@click.option(
    "--format",
    type=click.Choice(["table", "csv", "tsv", "json", "ttl"]),
    default="table",
    show_default=True,
    help="How to print the answer; ttl is for CONSTRUCT and DESCRIBE.",
)
@MESH
@command
def query(what: str, inputs: Sequence[str], *, format: str, mesh: str | None, quiet: bool) -> int:
    """
    Ask records a question in SPARQL.

    WHAT is SPARQL, or a .rq file of it; the usual prefixes need not be declared. IN is what convert
    takes, or RDF; it is read into memory.
    """
    text = read_text(what) if what.endswith(".rq") else what
    store, report = pipeline.store_of(inputs, pipeline.mapping_of(mesh=mesh))
    if format == "table":
        answer = store.answer(text)
        print_aligned(answer.columns, answer.rows)
    else:
        sys.stdout.buffer.write(store.serialized(text, format))
    if report.complete:
        return DONE
    if not quiet:
        click.echo(text_of(report), err=True, nl=False)
    return INCOMPLETE

"""``medgraph convert``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from medgraph import pipeline
from medgraph.cli.frame import COUNTS, DONE, IN, INCOMPLETE, MAPPED, SHAPES, command, let_import_from_here, write_bytes
from medgraph.cli.terminal import progress
from medgraph.parts import is_folder
from medgraph.report import text as text_of
from medgraph.sinks import STDOUT
from medgraph.syntaxes import FORMATS

WRITTEN = [*FORMATS, *(f"{name}.gz" for name in FORMATS)]


@click.command()
@IN
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    default=STDOUT,
    help="File to write; its suffix says the format. A folder (or a name ending in /) gets one file per input, a "
    "manifest, a list of PMIDs and a description of the dataset. It can be a URL. Without it, standard output.",
)
@click.option(
    "--format",
    type=click.Choice(WRITTEN),
    metavar="FORMAT",
    help=f"One of {', '.join(FORMATS)}, each also with .gz; needed where OUT has no suffix. [standard output: ttl]",
)
@MAPPED
@click.option(
    "--validate",
    type=click.Choice(pipeline.VALIDATE),
    default="strict",
    show_default=True,
    help="What happens to a record that does not conform to the shapes: it goes to the rejects and not to OUT; "
    "it is written and reported; nobody looks.",
)
@SHAPES
@click.option(
    "--rejects",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder for records that cannot be read or do not conform, with the reasons. "
    "[OUT.rejects; none for standard output]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that make the parts of a folder side by side. The output is the same for any number.",
)
@click.option(
    "--executor",
    metavar="ADDRESS",
    help="Workers elsewhere that make the parts: dask://HOST:PORT is a Dask cluster, which sees IN and OUT under the "
    "same names.",
)
@COUNTS
@command
def convert(
    inputs: Sequence[str], output: str, report_file: str | None, as_json: bool, quiet: bool, **options: Any
) -> int:
    """
    Turn records into RDF.

    IN is a file, a folder, a URL of such (s3://bucket/*.xml.gz), or - for standard input. What cannot be read or
    does not conform to the shapes goes to a folder of rejects, and the rest goes on. At the end the counts add up:
    read = written + rejected + skipped.
    """
    if as_json and output == STDOUT:
        raise click.UsageError(
            "--json and the triples would both go to standard output; name a file with -o, or use --report"
        )
    if (options["workers"] > 1 or options["executor"]) and not is_folder(output):
        raise click.UsageError("--workers and --executor make one file per input; name a folder with -o, ending in /")
    let_import_from_here(options["mapping"])
    with progress(inputs, quiet) as watch:
        report = pipeline.convert(inputs, output, watch=watch, **options)
    if report_file:
        write_bytes(report_file, report.json())
    if as_json:
        sys.stdout.buffer.write(report.json())
    elif not quiet:
        click.echo(text_of(report), err=True, nl=False)
    return DONE if report.complete else INCOMPLETE

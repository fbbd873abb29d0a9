"""``medgraph sync``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from medgraph import pipeline, revisions
from medgraph.cli.frame import COUNTS, DONE, INCOMPLETE, MAPPED, SHAPES, command, let_import_from_here, write_bytes
from medgraph.cli.terminal import watched


@click.command("sync")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option(
    "--to",
    metavar="WHERE",
    required=True,
    help="store:DIR, an http(s):// endpoint, or a folder that gets files to apply in place of a store.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="What WHERE was brought up to. [beside the store; for an endpoint, in DIR]",
)
@click.option("--status", is_flag=True, help="Change nothing; print what is in, what is missing, and what waits.")
@click.option("--dry-run", is_flag=True, help="Change nothing; print what every file would change.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Apply N files at most, the rest another time.")
@click.option(
    "--across-years",
    is_flag=True,
    help="Apply files of several baseline years to one store. Records that are gone from a newer baseline stay.",
)
@click.option("--graph", metavar="IRI", help="The named graph. [https://w3id.org/medgraph/graph/pubmed]")
@MAPPED
@click.option(
    "--validate",
    type=click.Choice(pipeline.VALIDATE),
    default="strict",
    show_default=True,
    help="What happens to a record that does not conform to the shapes: it goes to the rejects, and an earlier version "
    "of it goes from the store; it is written and reported; nobody looks.",
)
@SHAPES
@click.option(
    "--rejects",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder for records that cannot be read or do not conform. [beside the state]",
)
@COUNTS
@command
def sync(
    folder: str,
    *,
    to: str,
    state: str | None,
    status: bool,
    graph: str | None,
    without: Sequence[str],
    report_file: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """
    Bring a store up to NLM's baseline and update files.

    DIR holds the files, as `medgraph mirror` gets them. Each is applied once, in order: a revised record replaces all
    of the old one, a deleted one goes. A file that is damaged changes nothing and does not stop the others. Stopped at
    any point, the next run goes on.
    """
    if status:
        found = revisions.status(to, folder, state=state)
        if as_json:
            sys.stdout.buffer.write(found.json())
        else:
            click.echo(revisions.status_text(found), nl=False)
        return DONE if found.complete else INCOMPLETE
    let_import_from_here(options["mapping"])
    if graph is not None:
        options["graph"] = graph
    with watched("records", quiet) as watch:
        done = revisions.sync(folder, to, state=state, without=without, watch=watch, **options)
    if report_file:
        write_bytes(report_file, done.json())
    if as_json:
        sys.stdout.buffer.write(done.json())
    if not quiet:
        click.echo(revisions.text(done), err=True, nl=False)
    return DONE if done.complete else INCOMPLETE

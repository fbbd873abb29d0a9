"""``medgraph load``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from medgraph import iris, loading, pipeline
from medgraph.cli.frame import (
    COUNTS,
    DONE,
    INCOMPLETE,
    INTERRUPTED,
    MAPPED,
    SHAPES,
    command,
    let_import_from_here,
    stop,
    write_bytes,
)
from medgraph.cli.terminal import load_progress
from medgraph.endpoint import PROFILES
from medgraph.loading import plans

_SERVERS = tuple(dict.fromkeys((*PROFILES, *plans.SERVERS)))


@click.command()
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=click.Path(path_type=str, allow_dash=True))
@click.option("--to", metavar="WHERE", help="store:DIR, or the URL of a SPARQL endpoint.")
@click.option("--graph", metavar="IRI", default=iris.GRAPH, show_default=True, help="The named graph to load into.")
@click.option("--replace", is_flag=True, help="Let the graph hold this and nothing else; it changes when all is there.")
@click.option("--dry-run", is_flag=True, help="Read everything and ask the server, but send nothing.")
@click.option("--restart", is_flag=True, help="Send everything, whatever an earlier run of the same load has done.")
@click.option(
    "--plan",
    is_flag=True,
    help="Print the commands of the servers' own bulk loaders, for very large first loads; with --server, of one.",
)
@click.option("--server", type=click.Choice(_SERVERS), help="What the server is. [it is asked]")
@click.option("--query-url", metavar="URL", help="Where the server takes queries. [found out]")
@click.option("--update-url", metavar="URL", help="Where it takes updates. [found out]")
@click.option("--store-url", metavar="URL", help="Where it speaks the Graph Store Protocol. [found out]")
@click.option("--batch", metavar="N", type=click.IntRange(min=1), help="Triples sent at once. [10000; a store: 100000]")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=1), help="For the answer to a batch. [120]")
@click.option("--attempts", metavar="N", type=click.IntRange(min=1), help="How often a batch is sent at most. [8]")
@click.option("--no-transaction", is_flag=True, help="oxigraph only: load without a transaction; faster.")
@MAPPED
@click.option(
    "--validate",
    type=click.Choice(pipeline.VALIDATE),
    default="strict",
    show_default=True,
    help="What happens to a record that does not conform: it goes to the rejects and is not loaded; it is loaded and "
    "reported; nobody looks. RDF files are not validated here; `medgraph validate` does.",
)
@SHAPES
@click.option("--rejects", metavar="DIR", type=click.Path(file_okay=False), help="Folder for rejected records. [none]")
@COUNTS
@command
def load(
    inputs: Sequence[str],
    to: str | None,
    plan: bool,
    report_file: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """
    Load records or RDF into a store or a SPARQL endpoint.

    IN is what convert takes, or RDF (.nt .ttl .nq .trig .jsonld .rdf, also packed), or a folder of either. It can be
    stopped at any time: the same command goes on where it stopped, and finds nothing to do when all is there. At the
    end COUNT says whether the graph holds what was sent.

    User and password are taken from MEDGRAPH_USER and MEDGRAPH_PASSWORD, a token from MEDGRAPH_TOKEN, or either
    from ~/.netrc; never from the command line.
    """
    if plan:
        click.echo(plans.text(inputs, options["server"], graph=options["graph"], to=to), nl=False)
        return DONE
    if to is None:
        raise click.UsageError("name the target: --to store:DIR, or --to http://HOST:PORT/ (or --plan)")
    let_import_from_here(options["mapping"])
    try:
        with load_progress(inputs, quiet) as watch:
            loaded = loading.load(inputs, to, watch=watch, **options)
    except KeyboardInterrupt:
        stop("interrupted; what has arrived stays, and the same command goes on from there", INTERRUPTED)
    if report_file:
        write_bytes(report_file, loaded.json())
    if as_json:
        sys.stdout.buffer.write(loaded.json())
    elif not quiet:
        click.echo(loading.text(loaded), err=True, nl=False)
    return DONE if loaded.complete else INCOMPLETE

"""``medgraph validate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from medgraph import validation
from medgraph.cli.frame import DISAGREE, DONE, INCOMPLETE, MESH, SHAPES, command, let_import_from_here
from medgraph.cli.terminal import console, print_rows, progress
from medgraph.conformance import SEVERITIES, readable
from medgraph.conformance import text as conformance_text
from medgraph.conformance.formats import FORMATS as REPORTS
from medgraph.conformance.formats import SUFFIXES, written
from medgraph.judge import Judge
from medgraph.sinks import STDOUT


@click.command()
@click.argument("inputs", metavar="IN...", nargs=-1, type=click.Path(path_type=str, allow_dash=True))
@click.option(
    "--format",
    type=click.Choice(list(REPORTS)),
    help="How to report; text is a summary, json and csv have a line for every result. [by OUT's suffix, else text]",
)
@click.option("-o", "--output", metavar="OUT", default=STDOUT, help="File for the report. [standard output]")
@SHAPES
@click.option(
    "--engine",
    type=click.Choice(validation.ENGINES),
    default="stream",
    show_default=True,
    help="The compiled validator, or the reference, which is slow.",
)
@click.option(
    "--audit",
    metavar="N",
    type=click.IntRange(min=0),
    default=validation.AUDIT,
    show_default=True,
    help="Let pySHACL check N records again, drawn at random, and as many that fail; 0 is none.",
)
@click.option("--seed", metavar="N", type=int, default=0, show_default=True, help="Another one draws others.")
@click.option("--dataset", is_flag=True, help="Take all inputs as one graph: what crosses records is checked too.")
@click.option("--explain", "plan", is_flag=True, help="Print every constraint and whether a record decides it; no IN.")
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="violation",
    show_default=True,
    help="The lightest results that make the exit code 1.",
)
@click.option(
    "--baseline",
    metavar="OLD",
    type=click.Path(dir_okay=False),
    help="What --format json wrote before: report what is new.",
)
@click.option(
    "--profile", type=click.Choice(["full", "core"]), help="The mapping's profile; core refuses all else. [full]"
)
@click.option("--base", metavar="IRI", help="Namespace of the nodes that medgraph names, as in convert.")
@click.option("--mapping", metavar="NAME", help="A mapping of your own, as in convert.")
@MESH
@command
def validate(
    inputs: Sequence[str], *, format: str | None, output: str, plan: bool, fail_on: str, quiet: bool, **options: Any
) -> int:
    """
    Check records, or RDF, against the shapes.

    IN is what convert takes, or RDF (.ttl .nt .nq .trig .jsonld .rdf, also packed), or a folder of either. Nothing is
    written but the report: what is wrong, in how many records, with the first PMIDs, an example, and how to mend it.
    """
    let_import_from_here(options["mapping"])
    if plan:
        print_plan(Judge(options["shapes"], profile=options["profile"] or "full"))
        return DONE
    if not inputs:
        raise click.UsageError("Missing argument 'IN...'.")
    name = format or SUFFIXES.get(Path(output).suffix.lower(), "text")
    with progress(inputs, quiet) as watch:
        if name == "text" and output == STDOUT:
            found = validation.validate(inputs, watch=watch, **options)
        else:
            with written(output) as out:
                report = REPORTS[name](out, fail_on)
                found = validation.validate(inputs, report=report, watch=watch, **options)
    summary = conformance_text.text(found)
    if name == "text" and output == STDOUT:
        console().print(summary)
    elif not quiet:
        console(stderr=True).print(summary)
    if found.audit is not None and found.audit.differing:
        return DISAGREE
    return INCOMPLETE if found.fails(fail_on) or found.unreadable else DONE


def print_plan(judge: Judge) -> None:
    """Every constraint, and who decides it: the record alone, or other records too."""
    names = judge.conformance().names
    rows = [
        (
            names.get(row.target, readable(row.target)),
            row.name or "",
            readable(row.path),
            row.component,
            row.scope,
            row.why,
        )
        for row in judge.validator.scopes()
    ]
    print_rows(("shape", "constraint", "path", "component", "decided by", "why"), rows)

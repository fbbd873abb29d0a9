"""``medgraph explain``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from medgraph import explain as explanation_of
from medgraph import pipeline
from medgraph.cli.frame import DONE, IN, MESH, command, let_import_from_here
from medgraph.cli.terminal import print_rows


@click.command()
@IN
@click.argument("pmid")
@click.option("--profile", type=click.Choice(["full", "core"]), help="The mapping's profile. [full]")
@click.option("--mapping", metavar="NAME", help="A mapping of your own, as in convert.")
@MESH
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
def explain(
    inputs: Sequence[str],
    pmid: str,
    *,
    profile: str | None,
    mapping: str | None,
    mesh: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """
    Show what became of one record, field by field.

    One line for every statement: the node it describes, the tags and elements it came from, their value,
    and the property and terms it became; then a line for every MeSH name that stands without an identifier,
    and how its identifier was found. Tab-separated unless standard output is a terminal.
    """
    let_import_from_here(mapping)
    record = explanation_of.find(inputs, pmid)
    explanation = explanation_of.explain(record, pipeline.mapping_of(mapping, profile=profile, mesh=mesh))
    if as_json:
        sys.stdout.buffer.write(explanation.json())
        return DONE
    heads = ("node", "from", "value", "became")
    rows = [
        (line.subject, " · ".join(filter(None, (line.tags, line.elements))), line.value_text,
         f"{line.predicate} {' , '.join(line.terms)}")
        for line in explanation.lines
    ]  # fmt: skip
    rows += [
        ("MeSH name", one.tag, one.name, f"{one.ui or 'no identifier'}: {one.how}") for one in explanation.resolved
    ]
    print_rows(heads, rows)
    if not quiet:
        for problem in explanation.problems:
            click.echo(f"{problem.element}: {problem.value!r}: {problem.message}", err=True)
        for unread in explanation.unread:
            click.echo(f"{unread.name}: {unread.value!r}: not known to medgraph, and not in the graph", err=True)
    return DONE

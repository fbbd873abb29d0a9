"""``medgraph explain``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from medgraph import explain as explanation_of
from medgraph.cli.frame import DONE, IN, MESH, SHAPES, command, let_import_from_here
from medgraph.cli.terminal import print_rows
from medgraph.judge import Judge
from medgraph.mapping.named import mapping_of


@click.command()
@IN
@click.argument("pmid")
@click.option("--profile", type=click.Choice(["full", "core"]), help="The mapping's profile. [full]")
@click.option("--mapping", metavar="NAME", help="A mapping of your own, as in convert.")
@MESH
@SHAPES
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
def explain(
    inputs: Sequence[str],
    pmid: str,
    *,
    profile: str | None,
    mapping: str | None,
    mesh: str | None,
    shapes: Sequence[str] | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """
    Show what became of one record, field by field.

    One line for every statement: the node it describes, the tags and elements it came from, their value,
    the property and terms it became, and the shapes that look at it; then a line for every MeSH name that stands
    without an identifier, and how its identifier was found. Tab-separated unless standard output is a terminal.
    What the shapes find goes to standard error.
    """
    let_import_from_here(mapping)
    used = mapping_of(mapping, profile=profile, mesh=mesh)
    judge = Judge(shapes, profile=used.profile, base=used.base)
    explanation = explanation_of.explain(explanation_of.find(inputs, pmid), used, judge)
    if as_json:
        sys.stdout.buffer.write(explanation.json())
        return DONE
    heads = ("node", "from", "value", "became", "looked at by")
    rows = [
        (line.subject, " · ".join(filter(None, (line.tags, line.elements))), line.value_text,
         f"{line.predicate} {' , '.join(line.terms)}", " · ".join(line.shapes))
        for line in explanation.lines
    ]  # fmt: skip
    rows += [
        ("MeSH name", one.tag, one.name, f"{one.ui or 'no identifier'}: {one.how}", "") for one in explanation.resolved
    ]
    print_rows(heads, rows)
    if not quiet:
        for found in explanation.results:
            value = f": {found.value}" if found.value is not None else ""
            click.echo(f"{found.severity}: {found.focus}: {found.message}{value}. {found.hint}", err=True)
        for problem in explanation.problems:
            click.echo(f"{problem.element}: {problem.value!r}: {problem.message}", err=True)
        for unread in explanation.unread:
            click.echo(f"{unread.name}: {unread.value!r}: not known to medgraph, and not in the graph", err=True)
    return DONE

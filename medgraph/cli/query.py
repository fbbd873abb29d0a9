"""``medgraph query``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import IO, Any

import click

from medgraph.cli.frame import DONE, INCOMPLETE, MESH, command, stop
from medgraph.cli.terminal import console, print_answer, print_rows

VALUES = ("table", "csv", "tsv", "json", "xml", "md")
TRIPLES = ("ttl", "nt", "jsonld")


class Query(click.Command):
    """
    The command, with an option for each parameter of the query that it is given.

    WHAT is looked for before the options are read, because it says which there are.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; see above."""
        what = self._what(args)
        ctx.obj = None if what is None or "--list" in args else _found(what)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if ctx.obj is None or ctx.resilient_parsing:
                raise
            takes = ", ".join(f"--{each.name}" for each in ctx.obj.parameters)
            name = ctx.obj.name if ctx.obj.title else "SPARQL without a header"
            raise click.UsageError(
                f"No such option: {error.option_name}. {name} takes {takes or 'no parameters'}.", ctx
            ) from error

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options, with those of the query before the others."""
        own = [] if ctx.obj is None else [_option(parameter) for parameter in ctx.obj.parameters]
        return [*own, *super().get_params(ctx)]

    def _what(self, args: Sequence[str]) -> str | None:
        """The first argument that is neither an option nor the value of one."""
        flags = {name for each in self.params if isinstance(each, click.Option) and each.is_flag for name in each.opts}
        flags |= {"--help", "-h"}
        expect_value = False
        for n, argument in enumerate(args):
            if expect_value:
                expect_value = False
            elif argument == "--":
                return args[n + 1] if n + 1 < len(args) else None
            elif argument.startswith("-") and argument != "-":
                short_with_value = not argument.startswith("--") and len(argument) > 2
                expect_value = argument not in flags and "=" not in argument and not short_with_value
            else:
                return argument
        return None


def _found(what: str) -> Any:
    from medgraph import questions  # noqa: PLC0415 (parsed late: --help does without)
    from medgraph.errors import QueryError  # noqa: PLC0415

    try:
        return questions.found(what)
    except QueryError as error:
        raise click.UsageError(str(error)) from error


def _option(parameter: Any) -> click.Option:
    kind = parameter.kind.upper() if parameter.name != parameter.kind else "VALUE"
    name = parameter.name.replace("-", "_")
    default = parameter.shown if len(parameter.shown) <= 60 else parameter.shown[:59] + "…"
    more = "" if parameter.name == "limit" else " Repeatable."
    return click.Option(
        [f"--{parameter.name}", f"parameter_{name}"],
        multiple=True,
        metavar=kind,
        help=f"{parameter.meaning[:1].upper()}{parameter.meaning[1:]}.{more} [{default}]",
    )


@click.command(cls=Query)
@click.argument("what", metavar="WHAT", required=False)
@click.argument("inputs", metavar="[IN]...", nargs=-1, type=click.Path(path_type=str, allow_dash=True))
@click.option("--list", "list_", is_flag=True, help="Show the named queries, with their parameters.")
@click.option(
    "--describe", is_flag=True, help="Show what WHAT asks, its parameters and its SPARQL, as it would be sent."
)
@click.option(
    "--store", metavar="DIR", type=click.Path(path_type=str), help="Ask a store, as `medgraph load` fills it."
)
@click.option("--endpoint", metavar="URL", help="Ask a SPARQL endpoint.")
@click.option(
    "--graph",
    "graphs",
    metavar="IRI",
    multiple=True,
    help="Ask this named graph, in the place of those that the query names. Repeatable.",
)
@click.option(
    "--format",
    type=click.Choice([*VALUES, *TRIPLES]),
    help="How to write the answer; ttl, nt and jsonld are for CONSTRUCT and DESCRIBE. "
    "[by the suffix of the output; else table, or ttl]",
)
@click.option("-o", "--output", metavar="FILE", help="Where to write the answer. [standard output]")
@MESH
@command
@click.pass_context
def query(
    context: click.Context,
    /,
    what: str | None,
    inputs: Sequence[str],
    *,
    list_: bool,
    describe: bool,
    store: str | None,
    endpoint: str | None,
    graphs: Sequence[str],
    format: str | None,
    output: str | None,
    mesh: str | None,
    quiet: bool,
    **parameters: Sequence[str],
) -> int:
    """
    Ask a question of a store, of a SPARQL endpoint, or of files.

    WHAT is the name of a query (--list shows them), a .rq file, or SPARQL; the usual prefixes need not be declared.
    A query with parameters takes them as options: `medgraph query coauthors-of-person --store DIR --orcid
    0000-0002-5732-0318`; --describe shows them. IN is what convert takes, or RDF; it is read into memory.
    """
    from medgraph import iris, questions  # noqa: PLC0415

    if list_:
        _list(what)
        return DONE
    if what is None:
        raise click.UsageError("Missing argument 'WHAT'; --list shows the named queries.", context)
    asked_for = context.obj
    given = {name.removeprefix("parameter_"): values for name, values in parameters.items() if values}
    if describe:
        _describe(asked_for, given)
        return DONE
    if sum((store is not None, endpoint is not None, bool(inputs))) != 1:
        raise click.UsageError(
            "Say what to ask: --store DIR, --endpoint URL, or files (IN), and one of them only.", context
        )
    chosen = format or _format_of(output)
    started = perf_counter()
    with questions.place(store=store, endpoint=endpoint, inputs=inputs, mesh=mesh) as (where, report):
        begun = perf_counter()
        answer = questions.ask(asked_for, where, given, graphs=graphs, mesh=mesh)
        chosen = chosen or ("ttl" if answer.form == "CONSTRUCT" else "table")
        if chosen == "table":
            answer.terms  # noqa: B018 (asked here, so that the time is that of the question)
        else:
            answer.check(chosen)
        asked = perf_counter()
        if output is not None and output != "-":
            _write(answer, output, chosen)
        elif chosen == "table":
            print_answer(answer.columns, answer.texts)
        else:
            sys.stdout.flush()
            answer.write(sys.stdout.buffer, chosen)
        done = asked if chosen == "table" else perf_counter()
    if not quiet:
        reading = "" if not inputs else f", after {begun - started:.2f} s of reading"
        noun = "triple" if answer.form == "CONSTRUCT" else "row"
        click.echo(
            f"{answer.count:,} {noun}{'' if answer.count == 1 else 's'} in {done - begun:.2f} s{reading}", err=True
        )
        nothing = not answer.count or (chosen == "table" and answer.count == 1 and set(answer.rows[0]) == {0})
        if endpoint is not None and nothing and not graphs and not questions.names_graphs(asked_for):
            click.echo(
                "The query names no graph, and most servers then ask one that is empty: say which with --graph, as"
                f" --graph {iris.GRAPH}",
                err=True,
            )
    if report is None or report.complete:
        return DONE
    if not quiet:
        from medgraph.report import text  # noqa: PLC0415

        click.echo(text(report), err=True, nl=False)
    return INCOMPLETE


def _format_of(output: str | None) -> str | None:
    if output is None or output == "-":
        return None
    suffix = Path(output).suffix.lower().removeprefix(".")
    if suffix in ("txt", ""):
        return None
    if suffix not in (*VALUES, *TRIPLES):
        raise click.UsageError(
            f"{output}: the name does not say how to write the answer; end it in one of"
            f" {', '.join('.' + each for each in (*VALUES[1:], *TRIPLES))}, or say --format"
        )
    return suffix


def _write(answer: Any, output: str, format: str) -> None:
    """The answer in a file, which is there when it is complete."""
    part = Path(f"{output}.part")
    try:
        try:
            with open(part, "wb") if _is_file(output) else open(output, "wb", buffering=0) as out:
                _put(answer, out, format)
            if _is_file(output):
                os.replace(part, output)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        stop(f"{output}: the answer cannot be written: {error.strerror or error}")


def _is_file(output: str) -> bool:
    return not Path(output).exists() or Path(output).is_file()


def _put(answer: Any, out: IO[bytes], format: str) -> None:
    if format == "table":
        from io import StringIO  # noqa: PLC0415

        text = StringIO()
        print_answer(answer.columns, answer.texts, text)
        out.write(text.getvalue().encode())
    else:
        answer.write(out, format)


def _list(word: str | None) -> None:
    """The named queries; with a word, those that have to do with it."""
    from medgraph import named  # noqa: PLC0415

    rows = []
    for name in named.names():
        one = named.named(name)
        if word is None or word.lower() in f"{name} {one.title} {one.description} {' '.join(one.keywords)}".lower():
            rows.append((name, one.title, " ".join(f"--{parameter.name}" for parameter in one.parameters)))
    print_rows(("name", "what it asks", "parameters"), rows)


def _describe(asked_for: Any, given: dict[str, Sequence[str]]) -> None:
    wide = console()
    heads = [each for each in (asked_for.title, asked_for.description) if each]
    for text in heads:
        wide.print(text, markup=False, highlight=False)
        wide.print()
    if asked_for.parameters:
        rows = [(f"--{each.name}", each.kind, each.shown, each.meaning) for each in asked_for.parameters]
        print_rows(("parameter", "kind", "default", "meaning"), rows)
        wide.print()
    text = asked_for._replace(text=asked_for.text).bound(given) if given else asked_for.text
    click.echo(asked_for._replace(text=text).sparql, nl=not text.endswith("\n"))

"""
The command line: opens, calls, prints. What it calls is the library, under the same names.

Data goes to standard output and everything else to standard error. Exit codes: 0 done; 1 done, but records
were rejected or lost or do not conform; 2 a wrong command line, or shapes that cannot be used; 3 could not finish;
4 engines disagree; 130 interrupted; 141 nobody reads the output.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from medgraph import explain as explanation_of
from medgraph import pipeline, thesaurus, validation
from medgraph.conformance import SEVERITIES, readable
from medgraph.conformance import text as conformance_text
from medgraph.conformance.formats import FORMATS as REPORTS
from medgraph.conformance.formats import SUFFIXES, written
from medgraph.errors import MappingError, MedgraphError, ShapesError
from medgraph.judge import Judge
from medgraph.mesh.index import Index
from medgraph.report import bytes_for_people
from medgraph.report import text as text_of
from medgraph.sinks import STDOUT
from medgraph.syntaxes import FORMATS

DONE, INCOMPLETE, USAGE, FAILED, DISAGREE, INTERRUPTED, NO_READER = 0, 1, 2, 3, 4, 130, 141

_WIDTH = 110

WRITTEN = [*FORMATS, *(f"{name}.gz" for name in FORMATS)]

IN = click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=click.Path(path_type=str, allow_dash=True))
MESH = click.option(
    "--mesh", metavar="INDEX", type=click.Path(), help="An index of MeSH names, as `medgraph mesh build` makes it."
)
INDEX = click.option(
    "--mesh",
    metavar="INDEX",
    type=click.Path(),
    default=thesaurus.DEFAULT,
    show_default=True,
    help="The index to read.",
)
SHAPES = click.option(
    "--shapes",
    metavar="FILE",
    multiple=True,
    callback=lambda context, option, value: value or None,
    help="SHACL shapes of your own in the place of those that ship: a file, or a folder of .ttl files. Repeatable; "
    "'shipped' stands for those that ship.",
)


def command(body: Callable[..., int]) -> Callable[..., None]:
    """The function of a command, with the one place where errors become sentences and exit codes."""

    @click.option("--quiet", is_flag=True, help="Print errors only: no progress and no summary.")
    @click.option("--debug", is_flag=True, help="Show the whole traceback of an error.")
    @functools.wraps(body)
    def run(*args: Any, debug: bool, **options: Any) -> NoReturn:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, _terminate)
        try:
            code = body(*args, **options)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit):
            raise
        except BrokenPipeError:
            # What Python still holds for standard output must not fail a second time at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(NO_READER)
        except (KeyboardInterrupt, click.Abort):
            _stop("interrupted; no half file was left", INTERRUPTED)
        except Exception as error:
            if debug:
                traceback.print_exc()
            if isinstance(error, MedgraphError):
                _stop(str(error), USAGE if isinstance(error, (MappingError, ShapesError)) else FAILED)
            more = "" if debug else ", with what --debug adds"
            _stop(f"a defect in medgraph, not in your data: {type(error).__name__}: {error}. Please report it{more}")
        sys.exit(code)

    return run


@click.group("medgraph", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="medgraph", prog_name="medgraph", message="%(prog)s %(version)s")
def main() -> None:
    """
    Turn PubMed records into RDF.

    Records are read from MEDLINE text (.nbib, .txt) and PubMed XML, compressed or not; the content decides,
    not the name.
    """


@main.command()
@IN
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    default=STDOUT,
    help="File to write; its suffix says the format. A folder (or a name ending in /) gets one file per input. "
    "Without it, standard output.",
)
@click.option(
    "--format",
    type=click.Choice(WRITTEN),
    metavar="FORMAT",
    help=f"One of {', '.join(FORMATS)}, each also with .gz; needed where OUT has no suffix. [standard output: ttl]",
)
@click.option("--profile", type=click.Choice(["full", "core"]), help="Everything, or the small graph. [full]")
@click.option(
    "--base", metavar="IRI", help="Namespace of the nodes that medgraph names. [https://w3id.org/medgraph/id/]"
)
@click.option(
    "--without",
    metavar="PART",
    multiple=True,
    help="Leave out a part of the mapping, such as 'abstract'. Repeatable.",
)
@click.option(
    "--mapping",
    metavar="NAME",
    help="A mapping of your own: package.module:ATTRIBUTE, or the name of an installed one.",
)
@MESH
@click.option(
    "--report", "report_file", metavar="FILE", type=click.Path(dir_okay=False), help="Write the counts as JSON."
)
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
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON on standard output.")
@command
def convert(
    inputs: Sequence[str], output: str, report_file: str | None, as_json: bool, quiet: bool, **options: Any
) -> int:
    """
    Turn records into RDF.

    IN is a file, a folder, or - for standard input. What cannot be read or does not conform to the shapes goes
    to a folder of rejects, and the rest goes on. At the end the counts add up: read = written + rejected + skipped.
    """
    if as_json and output == STDOUT:
        raise click.UsageError(
            "--json and the triples would both go to standard output; name a file with -o, or use --report"
        )
    _let_import_from_here(options["mapping"])
    with _progress(inputs, quiet) as watch:
        report = pipeline.convert(inputs, output, watch=watch, **options)
    if report_file:
        _write(report_file, report.json())
    if as_json:
        sys.stdout.buffer.write(report.json())
    elif not quiet:
        click.echo(text_of(report), err=True, nl=False)
    return DONE if report.complete else INCOMPLETE


@main.command()
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
    _let_import_from_here(options["mapping"])
    if plan:
        _print_plan(Judge(options["shapes"], profile=options["profile"] or "full"))
        return DONE
    if not inputs:
        raise click.UsageError("Missing argument 'IN...'.")
    name = format or SUFFIXES.get(Path(output).suffix.lower(), "text")
    with _progress(inputs, quiet) as watch:
        if name == "text" and output == STDOUT:
            found = validation.validate(inputs, watch=watch, **options)
        else:
            with written(output) as out:
                report = REPORTS[name](out, fail_on)
                found = validation.validate(inputs, report=report, watch=watch, **options)
    summary = conformance_text.text(found)
    if name == "text" and output == STDOUT:
        _console().print(summary)
    elif not quiet:
        _console(stderr=True).print(summary)
    if found.audit is not None and found.audit.differing:
        return DISAGREE
    return INCOMPLETE if found.fails(fail_on) or found.unreadable else DONE


@main.command()
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
    _let_import_from_here(mapping)
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
    _print_rows(heads, rows)
    if not quiet:
        for problem in explanation.problems:
            click.echo(f"{problem.element}: {problem.value!r}: {problem.message}", err=True)
        for unread in explanation.unread:
            click.echo(f"{unread.name}: {unread.value!r}: not known to medgraph, and not in the graph", err=True)
    return DONE


@main.command()
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
    text = _read(what) if what.endswith(".rq") else what
    store, report = pipeline.store_of(inputs, pipeline.mapping_of(mesh=mesh))
    if format == "table":
        answer = store.answer(text)
        _print_aligned(answer.columns, answer.rows)
    else:
        sys.stdout.buffer.write(store.serialized(text, format))
    if report.complete:
        return DONE
    if not quiet:
        click.echo(text_of(report), err=True, nl=False)
    return INCOMPLETE


@main.group()
def mesh() -> None:
    """
    Make and read an index of MeSH names.

    MEDLINE text names its headings, publication types and substances without their identifiers. An index,
    made once from NLM's files, finds them: convert --mesh mesh.sqlite.
    """


@mesh.command("download")
@click.argument("folder", metavar="[DIR]", default="mesh", type=click.Path(file_okay=False))
@click.option("--rdf", is_flag=True, help="MeSH RDF (mesh.nt.gz) instead of the four XML files.")
@click.option("--from", "base", metavar="URL", help="A mirror with the same folders as NLM's. [NLM's file server]")
@command
def download_mesh(folder: str, *, rdf: bool, base: str | None, quiet: bool) -> int:
    """
    Get NLM's current files of MeSH.

    They are put into DIR, by default mesh, and their names are printed. What was interrupted is taken up where it
    stopped, and what is already there is fetched again only if there is something newer.
    """
    # requests takes a quarter of a second to import, and no other command needs it
    from medgraph import ncbi  # noqa: PLC0415

    base = f"{base.rstrip('/')}/" if base else ncbi.MESH
    for url in ncbi.mesh_files(base, rdf=rdf):
        with _watched("bytes", quiet) as watch:
            fetched = ncbi.fetch(url, folder, watch=watch)
        if not quiet:
            state = "new" if fetched.new else "already there"
            checked = ", checksum compared" if fetched.checked else ""
            click.echo(f"{fetched.path.name}: {bytes_for_people(fetched.size)}, {state}{checked}", err=True)
        click.echo(str(fetched.path))
    return DONE


@mesh.command("build")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=str))
@click.option(
    "-o", "--output", metavar="INDEX", default=thesaurus.DEFAULT, show_default=True, help="Where to write the index."
)
@click.option(
    "--learn",
    metavar="XML",
    multiple=True,
    type=click.Path(path_type=str),
    help="PubMed XML, in which identifiers stand beside names; names are learned that FILE does not have. "
    "With it, PubMed XML among the FILEs is learned from too, so that --learn *.xml.gz does what it says.",
)
@click.option("--year", metavar="YEAR", type=int, help="The MeSH year of files that do not say theirs.")
@command
def build_mesh(files: Sequence[str], *, output: str, learn: Sequence[str], year: int | None, quiet: bool) -> int:
    """
    Make an index of MeSH names.

    FILE is what NLM publishes, packed or not: XML (desc, qual, supp, pa), MeSH RDF (mesh.nt), ASCII MeSH
    (d*.bin, q*.bin, c*.bin, mtrees*.bin), or a table of identifiers and names. Files add up; where years are
    mixed, the newest one decides, and older names still resolve.
    """
    records: list[str] = []
    if learn:
        files, records = thesaurus.parted(files)
    lost: list[MedgraphError] = []
    with _watched("records", quiet) as watch:
        learned = thesaurus.names([*learn, *records], lost.append, watch and (lambda name, n: watch(name, n, None)))
        built = thesaurus.build(
            files, output, learned=learned, year=year, watch=watch and (lambda name, n: watch(name, n, None))
        )
    if not quiet:
        click.echo(thesaurus.text(built), err=True, nl=False)
    if lost:
        click.echo(f"medgraph: {len(lost):,} records could not be read and taught nothing; first: {lost[0]}", err=True)
    return INCOMPLETE if lost else DONE


@mesh.command("lookup")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@INDEX
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
def look_up_mesh(names: Sequence[str], *, mesh: str, as_json: bool, quiet: bool) -> int:
    """
    Show what names stand for, and how that is known.

    A NAME that is an identifier (D009369) is shown with all its names. The exit code is 1 where a name stands
    for nothing, or for two records.
    """
    found = thesaurus.meanings(Index(mesh), names)
    if as_json:
        sys.stdout.buffer.write(thesaurus.json(found))
    else:
        heads = ("name", "kind", "identifier", "preferred name", "tree numbers", "how")
        _print_rows(heads, [(one.name, one.kind, one.ui, one.preferred, one.trees, one.how) for one in found])
    return DONE if all(one.ui for one in found) else INCOMPLETE


@mesh.command("info")
@INDEX
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
def show_mesh(*, mesh: str, as_json: bool, quiet: bool) -> int:
    """Show what an index was made from, and how much is in it."""
    info = Index(mesh).info
    if as_json:
        sys.stdout.buffer.write(thesaurus.json(info))
    else:
        click.echo(thesaurus.text(info), nl=False)
    return DONE


@mesh.command("export")
@click.option(
    "-o", "--output", metavar="OUT", default=STDOUT, help="File to write; its suffix says the format. [standard output]"
)
@click.option(
    "--format",
    type=click.Choice([*FORMATS, *(f"{name}.gz" for name in FORMATS)]),
    metavar="FORMAT",
    help="As in convert.",
)
@INDEX
@command
def export_mesh(*, output: str, format: str | None, mesh: str, quiet: bool) -> int:
    """
    Write the index as RDF, in NLM's own terms.

    Classes, labels, tree numbers, broader descriptors, concepts and terms, pharmacological actions: what queries
    need to ask for all kinds of something. NLM's mesh.nt can be used in its place.
    """
    with _watched("records", quiet) as watch:
        exported = thesaurus.export(
            Index(mesh), output, format=format, watch=watch and (lambda n: watch("writing", n, None))
        )
    if not quiet:
        click.echo(thesaurus.text(exported), err=True, nl=False)
    return DONE


def _console(*, stderr: bool = False) -> Console:
    """A console that is as wide as the terminal, and of a fixed width where there is none."""
    console = Console(highlight=False, stderr=stderr)
    return console if console.is_terminal else Console(highlight=False, stderr=stderr, width=_WIDTH)


def _print_plan(judge: Judge) -> None:
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
    _print_rows(("shape", "constraint", "path", "component", "decided by", "why"), rows)


def _let_import_from_here(mapping: str | None) -> None:
    """A mapping of one's own lies in the current folder, where an installed command does not look by itself."""
    if mapping is not None and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def _terminate(*_: object) -> NoReturn:
    """Go the way of Ctrl-C, so that no half file is left."""
    raise KeyboardInterrupt


def _stop(sentence: str, code: int = FAILED) -> NoReturn:
    """Say why, and go."""
    click.echo(f"medgraph: {sentence}", err=True)
    sys.exit(code)


@contextmanager
def _progress(inputs: Sequence[str], quiet: bool) -> Iterator[pipeline.Watch | None]:
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
def _watched(unit: str, quiet: bool) -> Iterator[Callable[[str, int, int | None], None] | None]:
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


def _print_rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
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


def _print_aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns side by side, on a terminal and elsewhere."""
    lines = [heads, *([cell.replace("\n", " ") for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(set_cell_size(*cell) for cell in zip(line, widths, strict=True)).rstrip())


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _stop(f"{path}: the query cannot be read: {getattr(error, 'strerror', 'it is not UTF-8')}")


def _write(path: str, data: bytes) -> None:
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        _stop(f"{path}: the report cannot be written: {error.strerror}")

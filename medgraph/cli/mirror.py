"""``medgraph mirror``."""

from __future__ import annotations

import sys

import click
import msgspec

from medgraph.cli.frame import DONE, INCOMPLETE, command
from medgraph.cli.terminal import watched
from medgraph.pubmed_files import BASELINE, UPDATES


@click.command("mirror")
@click.argument("kind", type=click.Choice([BASELINE, UPDATES]), metavar="baseline|updates")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option(
    "--from",
    "base",
    metavar="URL",
    help="A mirror with the same folders as NLM's, baseline/ and updatefiles/. [https://ftp.ncbi.nlm.nih.gov/pubmed/]",
)
@click.option("--dry-run", is_flag=True, help="Print the names of what is missing, and get nothing.")
@click.option("--check", is_flag=True, help="Read what is there again, and get again what differs from its checksum.")
@click.option(
    "--pause", metavar="SECONDS", type=click.FloatRange(0), default=0.5, show_default=True, help="Between two files."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON on standard output.")
@command
def mirror(
    kind: str, folder: str, *, base: str | None, dry_run: bool, check: bool, pause: float, as_json: bool, quiet: bool
) -> int:
    """
    Get NLM's files of PubMed.

    Files of the baseline go to DIR/baseline and update files to DIR/updatefiles, each with its checksum beside it. What
    was interrupted is taken up where it stopped. A folder never gets files of two years: a new baseline wants a new
    folder. The names of the new files are printed.
    """
    # requests takes a quarter of a second to import, and most commands do not need it
    from medgraph import mirrors  # noqa: PLC0415

    with watched("bytes", quiet) as watch:
        done = mirrors.mirror(kind, folder, base=base, dry_run=dry_run, check=check, pause=pause, watch=watch)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
    else:
        for name in done.names:
            click.echo(name)
    if not quiet:
        click.echo(mirrors.text(done, dry_run=dry_run), err=True, nl=False)
    return DONE if done.complete or (dry_run and not done.failed) else INCOMPLETE

"""``medgraph diff``."""

from __future__ import annotations

import sys
from contextlib import ExitStack

import click
import msgspec

from medgraph import pmids
from medgraph.cli.frame import DONE, INCOMPLETE, command, stop

_WORDS = {
    "same": "the same in both",
    "added": "only in NEW",
    "changed": "with other triples",
    "removed": "only in OLD, deleted by NLM",
    "lost": "only in OLD, and nothing says why",
}


@click.command()
@click.argument("old", metavar="OLD", type=click.Path(path_type=str))
@click.argument("new", metavar="NEW", type=click.Path(path_type=str))
@click.option(
    "--list",
    "list_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write every PMID that differs: what became of it, PMID, version in OLD and in NEW, and why; tab-separated. "
    "- is standard output.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON on standard output.")
@command
def diff(old: str, new: str, list_file: str | None, as_json: bool, quiet: bool) -> int:
    """
    Compare two conversions, record by record.

    OLD and NEW are folders that `medgraph convert` wrote, or the pmids.tsv.gz in them. A record that is in OLD and
    not in NEW, and that no input says is deleted, is lost: that is an error, and the exit code is 1.
    """
    if as_json and list_file == "-":
        raise click.UsageError("--json and --list - would both go to standard output; name a file for one of them")
    with ExitStack() as stack:
        try:
            out = stack.enter_context(click.open_file(list_file, "w", encoding="utf-8")) if list_file else None
        except OSError as error:
            stop(f"{list_file}: it cannot be written: {error.strerror}")
        found = pmids.diff(
            old, new, None if out is None else lambda change: print(*change, sep="\t", end="\n", file=out)
        )
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    elif not quiet:
        for name, words in _WORDS.items():
            if (count := getattr(found, name)) or name in ("same", "lost"):
                click.echo(f"{count:>12,} {name}: {words}", err=True)
        for sentence in found.lost_first:
            click.echo(f"  {sentence}", err=True)
        if found.lost > len(found.lost_first):
            click.echo(f"  and {found.lost - len(found.lost_first):,} more", err=True)
    return INCOMPLETE if found.lost else DONE

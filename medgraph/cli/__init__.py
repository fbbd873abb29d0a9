"""
The command line: opens, calls, prints. What it calls is the library, under the same names.

Data goes to standard output and everything else to standard error. Exit codes: 0 done; 1 done, but records
were rejected or lost or do not conform; 2 a wrong command line, or shapes that cannot be used; 3 could not finish;
4 engines disagree; 130 interrupted; 141 nobody reads the output.
"""

from __future__ import annotations

import errno
from importlib import import_module
from typing import Any

import click

COMMANDS = ("convert", "validate", "load", "query", "explain", "mirror", "sync", "diff", "mesh")


class _Commands(click.Group):
    """Each command is imported when it is called: that of all takes longer than a hundred records."""

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            return super().main(*args, **options)
        except OSError as error:  # --help and --version, which are printed before any command begins
            if error.errno != errno.ENOSPC:
                raise
            from medgraph.cli.frame import out_of_room  # noqa: PLC0415

            out_of_room(error)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        # a name that is none is compared with all that there are
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.add_command(getattr(import_module(f"medgraph.cli.{name}"), name))
        return super().get_command(ctx, cmd_name)


@click.group(
    "medgraph", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="medgraph", prog_name="medgraph", message="%(prog)s %(version)s")
def main() -> None:
    """
    Turn PubMed records into RDF.

    Records are read from MEDLINE text (.nbib, .txt) and PubMed XML, compressed or not; the content decides,
    not the name.
    """

"""
Write ``docs/cli.md`` from the help of the commands.

    python docs/generate_cli.py            writes it
    python docs/generate_cli.py --check    fails if it would change
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from medgraph.cli import main

TARGET = Path(__file__).with_name("cli.md")
WIDTH = 100

HEAD = """\
# The command line

Made from `medgraph --help` by `python docs/generate_cli.py`; change `medgraph/cli/`, not this page.

Data goes to standard output, everything else to standard error. `-` is standard input, or standard output. Exit codes
and the closing summary are described in [report.md](report.md).
"""


def pages(command: click.Command, name: str, above: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """The name and the help of a command and of all below it."""
    widths = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, parent=above, info_name=name, **{**command.context_settings, **widths})
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from pages(found, below, context)


def text() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n## {name}\n\n```text\n{help}\n```\n" for name, help in pages(main, "medgraph"))


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text():
            sys.exit(f"{TARGET.name} is stale: run python docs/generate_cli.py")
    else:
        TARGET.write_text(text(), encoding="utf-8")

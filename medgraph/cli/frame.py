"""
What every command is made of: exit codes, the options that several share, and how errors become sentences.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import signal
import stat
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from medgraph import iris
from medgraph.errors import MappingError, MedgraphError, QueryError, ShapesError

DONE, INCOMPLETE, USAGE, FAILED, DISAGREE, INTERRUPTED, NO_READER = 0, 1, 2, 3, 4, 130, 141

Body = TypeVar("Body", bound=Callable[..., Any])


def together(*options: Callable[[Body], Body]) -> Callable[[Body], Body]:
    """Options that several commands have, as one decorator, in the order in which --help shows them."""
    return lambda body: functools.reduce(lambda made, option: option(made), reversed(options), body)


IN = click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=click.Path(path_type=str, allow_dash=True))
MESH = click.option(
    "--mesh", metavar="INDEX", type=click.Path(), help="An index of MeSH names, as `medgraph mesh build` makes it."
)
MAPPED = together(
    click.option("--profile", type=click.Choice(["full", "core"]), help="Everything, or the small graph. [full]"),
    click.option("--base", metavar="IRI", help=f"Namespace of the nodes that medgraph names. [{iris.BASE}]"),
    click.option(
        "--without", metavar="PART", multiple=True,
        help="Leave out a part of the mapping, such as 'abstract'. Repeatable.",
    ),
    click.option(
        "--mapping", metavar="NAME",
        help="A mapping of your own: package.module:ATTRIBUTE, or the name of an installed one.",
    ),
    MESH,
)  # fmt: skip
"""What records are mapped with."""

COUNTS = together(
    click.option(
        "--report", "report_file", metavar="FILE", type=click.Path(dir_okay=False), help="Write the counts as JSON."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON on standard output."),
)
"""What the counts of a run are given out as."""

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
            if sys.stdout is not None:
                sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit):
            raise
        except BrokenPipeError:
            # What Python still holds for standard output must not fail a second time at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(NO_READER)
        except (KeyboardInterrupt, click.Abort):
            stop("interrupted; no half file was left", INTERRUPTED)
        except Exception as error:
            if debug:
                traceback.print_exc()
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                out_of_room(error)
            if isinstance(error, MedgraphError):
                stop(str(error), USAGE if isinstance(error, (MappingError, QueryError, ShapesError)) else FAILED)
            more = "" if debug else ", with what --debug adds"
            stop(f"a defect in medgraph, not in your data: {type(error).__name__}: {error}. Please report it{more}")
        sys.exit(code)

    return run


def let_import_from_here(mapping: str | None) -> None:
    """A mapping of one's own lies in the current folder, where an installed command does not look by itself."""
    if mapping is not None and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def _terminate(*_: object) -> NoReturn:
    """Go the way of Ctrl-C, so that no half file is left."""
    raise KeyboardInterrupt


def stop(sentence: str, code: int = FAILED) -> NoReturn:
    """Say why, and go."""
    click.echo(f"medgraph: {sentence}", err=True)
    sys.exit(code)


def out_of_room(error: OSError) -> NoReturn:
    """Say that a disk is full: that of the file which the error names, else of standard output if it goes to a disk."""
    what = "a file" if error.filename is None else os.fsdecode(error.filename)
    with contextlib.suppress(OSError, ValueError, AttributeError):
        kind = os.fstat(sys.stdout.fileno()).st_mode
        if error.filename is None and (stat.S_ISREG(kind) or (stat.S_ISCHR(kind) and not sys.stdout.isatty())):
            what = "standard output"
            # what Python still holds for it must not fail another time at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    stop(f"{what} takes no more: the disk is full; make room, or write elsewhere")


def read_text(path: str) -> str:
    """The text of a file with a query; ends the program with a sentence where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        stop(f"{path}: the query cannot be read: {getattr(error, 'strerror', 'it is not UTF-8')}")


def write_bytes(path: str, data: bytes) -> None:
    """Write a report; ends the program with a sentence where that cannot be done."""
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        stop(f"{path}: the report cannot be written: {error.strerror}")

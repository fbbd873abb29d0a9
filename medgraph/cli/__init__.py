"""
The command line: opens, calls, prints. What it calls is the library, under the same names.

Data goes to standard output and everything else to standard error. Exit codes: 0 done; 1 done, but records
were rejected or lost or do not conform; 2 a wrong command line, or shapes that cannot be used; 3 could not finish;
4 engines disagree; 130 interrupted; 141 nobody reads the output.
"""

from __future__ import annotations

import click

from medgraph.cli.convert import convert
from medgraph.cli.diff import diff
from medgraph.cli.explain import explain
from medgraph.cli.load import load
from medgraph.cli.mesh import mesh
from medgraph.cli.mirror import mirror
from medgraph.cli.query import query
from medgraph.cli.sync import sync
from medgraph.cli.validate import validate


@click.group("medgraph", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="medgraph", prog_name="medgraph", message="%(prog)s %(version)s")
def main() -> None:
    """
    Turn PubMed records into RDF.

    Records are read from MEDLINE text (.nbib, .txt) and PubMed XML, compressed or not; the content decides,
    not the name.
    """


for each in (convert, validate, load, query, explain, mirror, sync, diff, mesh):
    main.add_command(each)

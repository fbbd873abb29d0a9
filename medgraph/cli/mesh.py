"""``medgraph mesh`` and its commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from medgraph import thesaurus
from medgraph.cli.frame import DONE, INCOMPLETE, command
from medgraph.cli.terminal import print_rows, watched
from medgraph.errors import MedgraphError
from medgraph.mesh.index import Index
from medgraph.report import bytes_for_people
from medgraph.sinks import STDOUT
from medgraph.syntaxes import FORMATS

INDEX = click.option(
    "--mesh",
    metavar="INDEX",
    type=click.Path(),
    default=thesaurus.DEFAULT,
    show_default=True,
    help="The index to read.",
)


@click.group()
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
        with watched("bytes", quiet) as watch:
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
    with watched("records", quiet) as watch:
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
        print_rows(heads, [(one.name, one.kind, one.ui, one.preferred, one.trees, one.how) for one in found])
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
    with watched("records", quiet) as watch:
        exported = thesaurus.export(
            Index(mesh), output, format=format, watch=watch and (lambda n: watch("writing", n, None))
        )
    if not quiet:
        click.echo(thesaurus.text(exported), err=True, nl=False)
    return DONE

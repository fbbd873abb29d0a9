"""The order of imports: a module imports only from those that stand before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import medgraph

PACKAGE = Path(medgraph.__file__).parent

ORDER = """
    errors model native shipped
    pubmed_files
    identifiers dates languages pagination places slices
    mesh
    medline pubmed_xml
    sources
    thesaurus
    vocab
    iris
    mapping
    shacl
    checks screens
    answers sparql
    locks named
    store endpoint
    targets
    jsonld
    syntaxes
    conformance
    pmids workers
    sinks objects
    judge contents
    audit report rejects manifest
    dataset run
    parts explain thesaurus
    folder
    making
    pipeline
    graphs questions
    validation
    loading
    ncbi
    mirrors
    revisions
    cli
"""
"""One line is one height: modules on it do not know each other, but for the exceptions below."""

BESIDE = {("iris", "identifiers")}
"""Imports within a line that are meant."""

HEIGHT = {name: height for height, line in enumerate(ORDER.strip().splitlines()) for name in line.split()}


def modules() -> dict[str, list[Path]]:
    """The modules and folders of the package, with their files."""
    found = {path.stem: [path] for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
    for folder in PACKAGE.iterdir():
        if files := sorted(folder.rglob("*.py")):
            found[folder.name] = files
    return found


def imported(path: Path) -> Iterator[str]:
    """The top-level modules of the package that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import; write the whole name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "medgraph" and len(parts) > 1:
                yield parts[1]


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_imports_only_from_those_before_it(name: str) -> None:
    assert name in HEIGHT, f"medgraph/{name} has no place in the order of imports: give it one in this test"
    for path in modules()[name]:
        for other in imported(path):
            if other == name or (name, other) in BESIDE:
                continue
            assert HEIGHT.get(other, -1) < HEIGHT[name], f"{path.name} imports {other}, which stands behind it"


def test_the_command_line_has_no_rdf_and_no_xml_in_it() -> None:
    for path in (PACKAGE / "cli").glob("*.py"):
        for library in ("rdflib", "pyoxigraph", "lxml", "pyshacl"):
            assert library not in path.read_text(encoding="utf-8"), path.name


def test_importing_the_package_imports_none_of_its_libraries() -> None:
    import subprocess
    import sys

    code = "import sys, medgraph; print([m for m in ('rdflib', 'pyoxigraph', 'lxml', 'click') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


OF_OTHERS = """
    email logging multiprocessing pyoxigraph rdflib rich sqlite3 urllib.request xopen
    medgraph.jsonld medgraph.judge medgraph.shacl.validator medgraph.store medgraph.workers
"""
"""What other formats, commands and places need: a few records are read in the time that all this takes to import."""


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("everything.nbib", "lxml medgraph.pubmed_xml medgraph.medline.flattened"),
        ("everything.xml", "medgraph.medline.record"),
    ],
)
def test_a_file_that_nobody_validates_imports_nothing_for_others(name: str, others: str, tmp_path: Path) -> None:
    import subprocess
    import sys

    source = Path(__file__).parent / "checker" / name
    code = f"""
import sys
before = set(sys.modules)
import medgraph
assert medgraph.convert([{str(source)!r}], {str(tmp_path / "out.nt")!r}, validate="off").written
print(sorted(set({(OF_OTHERS + others).split()!r}) & set(sys.modules) - before))
"""
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_the_public_names_are_there_and_sorted() -> None:
    assert medgraph.__all__ == sorted(medgraph.__all__)
    for name in medgraph.__all__:
        assert getattr(medgraph, name).__name__ == name
    assert set(medgraph.__all__) <= set(dir(medgraph))


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'medgraph' has no attribute 'nonsense'"):
        medgraph.nonsense  # noqa: B018

"""What the tests share: where real records lie, and the command line in one call."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from servers import fuseki_server, oxigraph_server, server, virtuoso_server  # noqa: F401

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records beside the checkout; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real records (shared/data) is not beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def mesh2024(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the tables of MeSH 2024, with the tree numbers of one part that they lack from 2022."""
    from medgraph.thesaurus import build

    names = ("descriptors.tsv", "terms.tsv.gz", "trees.tsv")
    files = [shared / "mesh" / f"mesh2024_{name}" for name in names]
    index = tmp_path_factory.mktemp("mesh2024") / "mesh.sqlite"
    build([*files, shared / "mesh" / "mesh_qualifier.csv", shared / "mesh" / "mtrees2022.bin"], index)
    return index


class Ran(NamedTuple):
    """What a command left: its exit code, and what it printed on standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def run() -> Callable[..., Ran]:
    """A command line in one call: ``run("convert", path, "-o", out)``; ``stdin=`` gives it standard input."""
    from medgraph.cli import main

    def run(*arguments: object, stdin: bytes | str = b"") -> Ran:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def nbib() -> Callable[..., str]:
    """The smallest record as PubMed exports it: ``nbib(17, "LA  - eng", title="A title.")``."""

    def nbib(pmid: int, *more: str, title: str = "A title.") -> str:
        tags = [f"PMID- {pmid}", "OWN - NLM", "STAT- MEDLINE", f"TI  - {title}", *more, "SO  - X. 2020."]
        return "\n".join(tags) + "\n\n"

    return nbib


@pytest.fixture
def full_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The folder of a disk of one megabyte, or of as many as the test's parameter says."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = getattr(request, "param", 1)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}m", "medgraph-test", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here (root on Linux can)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)

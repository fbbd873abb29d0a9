"""The wheel: built, installed in a fresh environment, and used far from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


COMPILED = ("mapping", "medline", "pubmed_xml", "shacl")


def built(target: Path, **environment: str) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", target, ROOT]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_carries_what_the_package_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("shapes", "ontologies"):
        for path in (ROOT / folder).glob("*.ttl"):
            assert f"medgraph/{folder}/{path.name}" in names
    assert "medgraph/shapes/core/closed.ttl" in names
    assert {"medgraph/py.typed", "medgraph/context.jsonld", "medgraph/cli/__init__.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "examples/", "shapes/"))]
    assert not [name for name in names if "/shapes/examples/" in name]


@pytest.mark.skipif(shutil.which(os.environ.get("CC", "cc")) is None, reason="no C compiler")
def test_the_wheel_carries_the_compiled_parts_and_not_their_sources(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for package in COMPILED:
        assert [name for name in names if name.startswith(f"medgraph/{package}/native.")]
    assert not [name for name in names if name.endswith((".pyx", ".pxi", ".c"))]
    assert not wheel.name.endswith("-none-any.whl")


def test_without_a_compiler_the_wheel_is_plain_python_and_does_the_same(wheel: Path, tmp_path: Path) -> None:
    plain = built(tmp_path, CC="no-such-compiler")
    assert plain.name.endswith("-py3-none-any.whl")
    assert not [name for name in zipfile.ZipFile(plain).namelist() if name.endswith((".so", ".pyd"))]

    def converted(wheel: Path) -> bytes:
        run = "from medgraph.cli import main; main()"
        command = [sys.executable, "-c", run, "convert", ROOT / "examples" / "35315510.nbib", "--format", "nt"]
        environment = os.environ | {"PYTHONPATH": str(wheel)}
        return subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=environment).stdout

    unpacked = []
    for n, one in enumerate((plain, wheel)):
        folder = tmp_path / str(n)
        zipfile.ZipFile(one).extractall(folder)
        unpacked.append(folder)
    assert converted(unpacked[0]) == converted(unpacked[1])
    assert converted(unpacked[0]).count(b"\n") > 200


def test_the_installed_wheel_does_the_main_job_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    install = [binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True, capture_output=True)
    record = tmp_path / "record.txt"
    record.write_bytes((ROOT / "examples" / "35315510.txt").read_bytes())

    def medgraph(*arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command = [binaries / "medgraph", *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=tmp_path, env=environment, encoding="utf-8"
        ).stdout

    assert "pubmed:35315510 a bibo:AcademicArticle" in medgraph("convert", "record.txt")
    assert medgraph("query", "SELECT ?p { ?a bibo:pmid ?p }", "record.txt") == "p\n35315510\n"
    assert medgraph("query", "languages", "record.txt", "--format", "csv").splitlines()[1].endswith(",eng,1")
    where = "from medgraph import shipped; print(len(list(shipped.folder('ontologies').glob('*.ttl'))))"
    found = subprocess.run([binaries / "python", "-c", where], check=True, capture_output=True, cwd=tmp_path)
    assert int(found.stdout) == len(list((ROOT / "ontologies").glob("*.ttl")))

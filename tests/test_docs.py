"""What the pages say is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The blocks of the README in one language, in order."""
    return [body for name, body in BLOCK.findall(README) if name == language]


def shell(command: str, folder: Path) -> str:
    """What a shell prints for a command that calls the medgraph of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, shell=True, check=True, capture_output=True, cwd=folder, env={**os.environ, "PATH": path}
    )
    return done.stdout.decode()


def in_order(expected: str, found: str) -> bool:
    """Whether the pieces between the ellipses of an output stand in the output found, in order."""
    place = 0
    for piece in re.split(r"[ \t]*…[ \t]*\n?", expected.strip()):
        place = found.find(piece.strip(), place)
        if place < 0:
            return False
        place += len(piece.strip())
    return True


def test_the_first_command_sets_up_and_shows_what_the_readme_says() -> None:
    command = blocks("sh")[0]
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install --quiet . && ")
    _, _, work = command.partition("pip install --quiet . && ")
    found = shell(work.replace(".venv/bin/medgraph", "medgraph"), ROOT)
    for expected in (blocks("turtle")[0], blocks("text")[0]):
        assert in_order(expected, found)


@pytest.mark.parametrize("number", [2, 3])
def test_the_other_commands_of_the_readme_run_one_after_the_other(number: int, tmp_path: Path) -> None:
    block = blocks("sh")[number]
    assert block.count("medgraph ") >= 4
    (tmp_path / "examples").mkdir()
    for example in (ROOT / "examples").iterdir():
        shutil.copy(example, tmp_path / "examples")
    environment = f"export MEDGRAPH_STATE={tmp_path / 'state'}\n"
    assert shell(f"set -e\n{environment}{block}", tmp_path)


def test_ci_calls_the_test_command_of_the_readme() -> None:
    command = blocks("sh")[1].strip()
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_python_of_the_readme_prints_what_it_says(tmp_path: Path) -> None:
    (code,) = blocks("python")
    expected = re.findall(r"print\(.*\)  # (.*)", code)
    assert expected
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.splitlines() == expected


def test_the_other_commands_of_the_readme_run(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for command in blocks("sh")[2:]:
        shell(command, tmp_path)


def test_a_mapping_of_your_own_works_as_its_page_says(tmp_path: Path) -> None:
    page = dict(BLOCK.findall((ROOT / "docs" / "own-mapping.md").read_text(encoding="utf-8")))
    (tmp_path / "mine.py").write_text(page["python"], encoding="utf-8")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    explained = shell(page["sh"], tmp_path)
    assert '<https://example.org/terms#languageCode> "eng"' in (tmp_path / "out.ttl").read_text(encoding="utf-8")
    assert 'LA · Language\teng\t<https://example.org/terms#languageCode> "eng"\t\n' in explained


@pytest.mark.parametrize("page", ["cli", "mapping", "queries"])
def test_generated_pages_are_fresh(page: str) -> None:
    command = [sys.executable, ROOT / "docs" / f"generate_{page}.py", "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_context_is_fresh() -> None:
    from medgraph import jsonld

    assert jsonld.FILE.read_bytes() == jsonld.file(), "context.jsonld is stale: run python -m medgraph.jsonld"


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_page_on_validation_does_what_it_says(tmp_path: Path) -> None:
    page = BLOCK.findall((ROOT / "docs" / "validation.md").read_text(encoding="utf-8"))
    text = {language: [body for name, body in page if name == language] for language in ("sh", "turtle", "python")}
    record = "PMID- {}\nOWN - NLM\nSTAT- MEDLINE\nDP  - 2020\nTI  - A title.\nPT  - Journal Article\nSO  - X. 2020.\n\n"
    (tmp_path / "records.nbib").write_text(record.format(1) + record.format(2), encoding="utf-8")
    (tmp_path / "other.nbib").write_text(record.format(3), encoding="utf-8")
    (tmp_path / "mine.ttl").write_text(text["turtle"][0], encoding="utf-8")
    found = [shell(f"set -e\n{block}", tmp_path) for block in text["sh"]]
    assert "2 records, 2 conform (100 %)" in found[0]
    assert "PMID · PubMed identifier" in found[0]
    assert "decided by" in found[0]
    assert (tmp_path / "report.html").stat().st_size > 5_000
    assert "2 records, 2 conform (100 %); 2 known from the baseline" in found[1]
    assert "Our articles have a DOI" in found[2]
    assert "3 records, 3 conform (100 %); 3 warnings in 3" in found[3]
    expected = re.findall(r"print\(.*\)  # (.*)", text["python"][0])
    done = subprocess.run(
        [sys.executable, "-c", text["python"][0]], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.splitlines() == expected

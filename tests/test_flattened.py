"""Records whose line breaks were lost: flattened they read the same, and planted tags deceive nobody."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pytest

from medgraph import medline
from medgraph.errors import RecordError
from medgraph.model import Citation

AMBIGUOUS = "flattened-ambiguous"
_NEXT = re.compile(r"\n\s*\n(?=PMID)")
_TAG = re.compile(r"^([A-Z]{2,5}) *- ?", re.MULTILINE)


def folded(record: str) -> str:
    """All white space folded."""
    return re.sub(r"[ \t\r\n]+", " ", record).strip()


def joined(record: str) -> str:
    """Only the line ends turned to blanks."""
    return re.sub(r"\r?\n", " ", record.strip())


def read(text: str) -> list[Citation | RecordError]:
    return list(medline.citations(io.BytesIO(text.encode()), "test"))


def alike(one: Citation) -> Citation:
    """What was read, whether or not a word was reported that may be a tag: one that was planted may be."""
    return one.replace(problems=tuple(p for p in one.problems if p.code != AMBIGUOUS))


@pytest.fixture(scope="module")
def records(shared: Path) -> list[str]:
    """The distinct records of the shared text files that have a title, as they stand."""
    found: dict[str, str] = {}
    for path in sorted((shared / "medline").rglob("*")):
        if path.is_file() and not path.name.startswith(("flattened", "jabref", "bioruby")):
            text = path.read_bytes().decode(errors="replace").lstrip("\ufeff").replace("\r\n", "\n")
            for record in _NEXT.split(text.strip()):
                pmid = re.match(r"PMID- *([0-9]+)\n", record)
                if pmid and re.search(r"^TI +- ", record, re.MULTILINE) and "\ufffd" not in record:
                    found.setdefault(pmid[1], record.strip())
    return list(found.values())


def compared(records: list[str]) -> tuple[int, list[str]]:
    """How many flattened readings are the same and report nothing, and which are not, with whether they say so."""
    same, others = 0, []
    for record in records:
        whole, *behind = read(record + "\n")
        if behind or not isinstance(whole, Citation):
            continue  # a message of PubMed's server stands behind the record (PMID 33890651)
        for flatten in (folded, joined):
            got = read(flatten(record))
            if got == [whole]:
                same += 1
            else:
                said = any(isinstance(g, RecordError) or any(p.code == AMBIGUOUS for p in g.problems) for g in got)
                others.append(f"{flatten.__name__} {whole.pmid} {'' if said else 'SILENT'}")
    return same, others


def test_real_records_flattened_read_the_same(records: list[str]) -> None:
    same, others = compared(random.Random(1).sample(records, 400))
    assert not [one for one in others if one.endswith("SILENT")]
    assert same >= 0.995 * (same + len(others)), others


@pytest.mark.long
def test_all_real_records_flattened_read_the_same(records: list[str]) -> None:
    same, others = compared(records)
    assert not [one for one in others if one.endswith("SILENT")]
    assert same >= 0.995 * (same + len(others)), others


def planted(record: str, rng: random.Random) -> str | None:
    """The record with a tag written into one of its texts, or None where it has none of them."""
    starts = [m for m in _TAG.finditer(record) if m[1] in {"TI", "AB", "AD", "COIS"}]
    if not starts:
        return None
    start = rng.choice(starts).end()
    end = next((m.start() - 1 for m in _TAG.finditer(record, start)), len(record))
    words = folded(record[start:end]).split(" ")
    tag = rng.choice(sorted(medline.TAGS))
    words.insert(rng.randrange(len(words) + 1), f"PMID- {rng.randrange(10**4, 10**8)}" if tag == "PMID" else f"{tag} -")
    return f"{record[:start]}{' '.join(words)}{record[end:]}"


def deceived(records: list[str], count: int, seed: int) -> tuple[int, list[str]]:
    """How many of ``count`` planted records read as they should, and those that are wrong and do not say so."""
    rng = random.Random(seed)
    right, silent = 0, []
    tried = 0
    while tried < count:
        record = planted(rng.choice(records), rng)
        if record is None:
            continue
        (whole,) = read(record + "\n")
        if not isinstance(whole, Citation):
            continue
        tried += 1
        got = read(folded(record))
        if len(got) == 1 and isinstance(got[0], Citation) and alike(got[0]) == alike(whole):
            right += 1
        elif not any(isinstance(g, RecordError) or any(p.code == AMBIGUOUS for p in g.problems) for g in got):
            silent.append(whole.pmid)
    return right, silent


def test_planted_tags_deceive_nobody(records: list[str]) -> None:
    right, silent = deceived(records, 200, seed=7)
    assert silent == []
    assert right >= 199


@pytest.mark.long
def test_two_thousand_planted_tags_deceive_nobody(records: list[str]) -> None:
    right, silent = deceived(records, 2000, seed=11)
    assert silent == []
    assert right >= 1990


@pytest.mark.parametrize("end", ["Example Str.", "Example Rd.", "P.O. Box 1234, Mt."])
def test_an_address_does_not_end_with_an_abbreviation(end: str) -> None:
    address = f"Institute of Examples, Some University, {end} AD - 44, 39120, Town, Germany."
    author = f"FAU - Example, Ada AU - Example A AD - {address}"
    (got,) = read(f"PMID- 1 OWN - NLM TI - Title. {author} LA - eng SO - J. 2020.")
    assert isinstance(got, Citation)
    assert [one.text for one in got.authors[0].affiliations] == [address]


def test_several_flattened_records_on_one_line(records: list[str]) -> None:
    chosen = random.Random(3).sample(records, 5)
    whole = [read(record + "\n")[0] for record in chosen]
    got = read(" ".join(folded(record) for record in chosen))
    assert got == whole


def test_the_seed_record_is_the_same_in_both_its_forms() -> None:
    examples = Path(__file__).resolve().parents[1] / "examples"
    flat, lines = (read((examples / f"35315510.{suffix}").read_text(encoding="utf-8")) for suffix in ("txt", "nbib"))
    assert flat == lines
    assert len(flat[0].authors) == 19  # type: ignore[union-attr]

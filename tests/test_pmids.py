"""Lists of PMIDs: sorted whatever comes in, merged in little memory, and compared."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgraph import pipeline, pmids
from medgraph.errors import FormatError, SourceError
from medgraph.pmids import DELETED, REJECTED, Change, Difference, Roll, Row

Nbib = Callable[..., str]


def write(path: Path, *rows: tuple[int, str] | tuple[int, str, str], part: str = "a.nt") -> Path:
    with Roll(part) as roll:
        for pmid, state, *version in rows:
            roll.add(str(pmid), version[0] if version else "1", state)
        roll.write(path)
    return path


@given(st.lists(st.integers(1, 60)), st.integers(1, 7))
def test_a_roll_is_sorted_however_much_is_put_aside(numbers: list[int], held: int) -> None:
    import tempfile

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(pmids, "_HELD", held)
        path = write(Path(folder, "a.gz"), *((number, "x") for number in numbers))
        assert [row.pmid for row in pmids.rows(path)] == sorted(numbers)


@pytest.mark.parametrize("at_once", [2, 3, 64])
def test_lists_are_merged_in_the_order_of_the_parts(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pmids, "_AT_ONCE", at_once)
    lists = [write(tmp_path / f"{n}.gz", (7, f"h{n}"), (n + 10, "x"), part=f"{n}.nt") for n in range(9)]
    lists.append(write(tmp_path / "9.gz", (7, DELETED), (3, DELETED), (5, REJECTED), part="9.nt"))
    summary = pmids.merge(lists, tmp_path / "all.gz")
    rows = list(pmids.rows(tmp_path / "all.gz"))
    assert [row.pmid for row in rows] == sorted(row.pmid for row in rows)
    assert [row.triples for row in rows if row.pmid == 7] == [*(f"h{n}" for n in range(9)), DELETED]
    assert summary == pmids.Summary(rows=21, pmids=10, recurring=1, recurring_first=("7",), deleted=2)


def test_a_long_list_takes_little_memory(tmp_path: Path) -> None:
    order = list(range(120_000))
    random.Random(1).shuffle(order)
    tracemalloc.start()
    with Roll("a.nt") as roll:
        for number in order:
            roll.add(str(number), "1", "0123456789abcdef")
        roll.write(tmp_path / "a.gz")
    one = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    base = tracemalloc.get_traced_memory()[0]
    pmids.diff(tmp_path / "a.gz", tmp_path / "a.gz")
    two = tracemalloc.get_traced_memory()[1] - base
    tracemalloc.stop()
    assert one < 30e6
    assert two < 2e6


def test_every_sort_of_change_has_its_name(tmp_path: Path) -> None:
    old = write(
        tmp_path / "old.gz", (1, "a"), (2, "a"), (3, "a"), (4, "a"), (5, "a"), (6, REJECTED), (8, "a"), (8, DELETED)
    )
    new = write(tmp_path / "new.gz", (1, "a"), (2, "b", "2"), (3, DELETED), (5, REJECTED), (7, "a"))
    changes: list[Change] = []
    found = pmids.diff(old, new, changes.append)
    assert changes == [
        Change("changed", 2, "1", "2"),
        Change("removed", 3, "1", ""),
        Change("lost", 4, "1", "", "no input has it any more, and none deletes it"),
        Change("lost", 5, "1", "", "it is among the rejects now"),
        Change("added", 7, "", "1"),
        Change("removed", 8, "1", ""),
    ]
    assert (found.same, found.added, found.changed, found.removed, found.lost) == (1, 1, 1, 2, 2)
    assert found.lost_first[0] == "PMID 4: no input has it any more, and none deletes it"


states = st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["a", "b", DELETED, REJECTED])), max_size=12)


@given(states, states)
def test_a_difference_is_that_of_two_dicts(old: list[tuple[int, str]], new: list[tuple[int, str]]) -> None:
    import tempfile

    def there(rows: list[tuple[int, str]]) -> dict[int, list[str]]:
        return {n: found for n, _ in rows if (found := [s for m, s in sorted(rows) if m == n and s in "ab"])}

    with tempfile.TemporaryDirectory() as folder:
        found = pmids.diff(write(Path(folder, "o.gz"), *old), write(Path(folder, "n.gz"), *new))
    before, after = there(old), there(new)
    deleted = {n for n, s in [*old, *new] if s == DELETED}
    assert found.added == len(after.keys() - before.keys())
    assert found.removed == len((before.keys() - after.keys()) & deleted)
    assert found.lost == len(before.keys() - after.keys() - deleted)
    assert found.same == sum(before[n] == after[n] for n in before.keys() & after.keys())
    assert found.same + found.changed == len(before.keys() & after.keys())


def test_the_command_finds_what_vanished(nbib: Nbib, tmp_path: Path, run: Callable[..., Any]) -> None:
    for name, text in {
        "old": nbib(1) + nbib(2) + nbib(3),
        "new": nbib(1) + nbib(3, title="Another.") + nbib(4),
    }.items():
        (tmp_path / f"{name}.nbib").write_text(text)
        pipeline.convert([tmp_path / f"{name}.nbib"], f"{tmp_path}/{name}/")
    ran = run("diff", tmp_path / "old", tmp_path / "new", "--list", "-")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "lost\t2\t\t\tno input has it any more, and none deletes it",
        "changed\t3\t\t\t",
        "added\t4\t\t\t",
    ]
    assert "1 lost: only in OLD, and nothing says why\n  PMID 2: no input has it" in ran.err
    ran = run("diff", tmp_path / "old", tmp_path / "old" / pmids.NAME, "--json")
    assert (ran.code, json.loads(ran.out)["same"]) == (0, 3)
    assert run("diff", tmp_path / "old", tmp_path / "new", "--list", "-", "--json").code == 2


def test_a_deletion_in_an_update_file_explains_what_is_gone(
    nbib: Nbib, tmp_path: Path, run: Callable[..., Any]
) -> None:
    (tmp_path / "a.nbib").write_text(nbib(1) + nbib(2))
    update = "<PubmedArticleSet><DeleteCitation><PMID Version='1'>2</PMID></DeleteCitation></PubmedArticleSet>"
    (tmp_path / "b.xml").write_text(f'<?xml version="1.0"?>{update}')
    pipeline.convert([tmp_path / "a.nbib"], f"{tmp_path}/old/")
    (tmp_path / "a.nbib").write_text(nbib(1))
    pipeline.convert([tmp_path / "a.nbib", tmp_path / "b.xml"], f"{tmp_path}/new/")
    ran = run("diff", tmp_path / "old", tmp_path / "new")
    assert (ran.code, "1 removed: only in OLD, deleted by NLM" in ran.err) == (0, True)


def test_a_pmid_in_two_parts_is_told(nbib: Nbib, tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "a.nbib").write_text(nbib(1) + nbib(2))
    (tmp_path / "b.nbib").write_text(nbib(2, title="Revised.") + nbib(3))
    ran = run("convert", tmp_path / "a.nbib", tmp_path / "b.nbib", "-o", f"{tmp_path}/out/", "--workers", 2)
    assert ran.code == 0
    assert "PMIDs in more than one part, each as its input has it: 1, PMID 2" in ran.err
    assert [(row.pmid, row.part) for row in pmids.rows(tmp_path / "out" / pmids.NAME)] == [
        (1, "a.ttl"), (2, "a.ttl"), (2, "b.ttl"), (3, "b.ttl"),
    ]  # fmt: skip


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv.gz"
    with pytest.raises(SourceError, match="the list of PMIDs cannot be opened"):
        pmids.diff(path, path)
    path.write_bytes(gzip.compress(b"a\tb\n"))
    with pytest.raises(FormatError, match="this is no list of PMIDs"):
        pmids.diff(path, path)
    path.write_bytes(gzip.compress(pmids.HEAD + b"2\t\ta\tx\n1\t\ta\tx\n"))
    with pytest.raises(FormatError, match="line 3: the list is not sorted"):
        pmids.diff(path, path)
    whole = write(path, *((n, f"{n:016x}") for n in range(2000))).read_bytes()
    path.write_bytes(whole[:-500])
    with pytest.raises(FormatError, match="the list of PMIDs is damaged"):
        pmids.diff(path, path)


def test_a_row_says_whether_its_triples_are_there() -> None:
    assert Row(1, "", "a", "0f").is_there
    assert not Row(1, "", "a", DELETED).is_there
    assert Difference() == Difference(same=0)


@given(st.lists(st.integers(0, 999_999_999)))
def test_a_set_of_pmids_is_a_set(numbers: list[int]) -> None:
    seen, truth = pmids.Seen(), set[int]()
    for number in numbers:
        assert seen.add(str(number)) is (number not in truth)
        truth.add(number)


def test_forty_million_pmids_take_little_room() -> None:
    seen = pmids.Seen()
    for number in range(1, 41_000_000, 20_000):
        seen.add(str(number))
    assert sum(len(page) for page in seen._pages.values()) < 8_000_000

"""An index is read by many processes at once, travels to workers, and says in one sentence what is wrong with it."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgraph.errors import FormatError, SourceError
from medgraph.mesh import KINDS, Resolver, folded
from medgraph.mesh.index import APPLICATION, FORMAT, PAGE, Index, hashed
from medgraph.mesh.records import identifier, letter, number
from medgraph.thesaurus import build

EIGHT = """
import os, sys
from medgraph.mesh.index import Index
index = Index(sys.argv[1])
assert index.descriptor("Name 0") == "D900000"  # the connection is open before the processes part
children = []
for _ in range(8):
    pid = os.fork()
    if pid == 0:
        found = {index.descriptor(f"Name {n}") for n in range(500)} | {index.descriptor("nothing")}
        os._exit(0 if found == {None, *(f"D{900000 + n}" for n in range(500))} else 1)
    children.append(pid)
assert all(os.waitpid(pid, 0)[1] == 0 for pid in children)
print("eight")
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mesh")
    rows = "".join(f"D{900000 + n},Name {n}\n" for n in range(500))
    (folder / "names2024.csv").write_text(f"ui,name\n{rows}")
    build([folder / "names2024.csv"], folder / "mesh.sqlite")
    return folder / "mesh.sqlite"


def test_an_index_is_a_resolver_and_travels_to_a_worker(path):
    index: Resolver = pickle.loads(pickle.dumps(Index(path)))
    assert index.descriptor("name  7") == "D900007"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forking is what Unix does")
def test_eight_processes_read_at_once(path):
    ran = subprocess.run([sys.executable, "-c", EIGHT, str(path)], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("eight\n", 0), ran.stderr


def test_threads_share_an_index(path):
    index = Index(path)
    found = []

    def read():
        found.append([index.descriptor(f"Name {n}") for n in range(500)])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[f"D{900000 + n}" for n in range(500)]] * 4


def test_a_rebuilt_index_does_not_disturb_its_readers(path, tmp_path):
    copy = tmp_path / "mesh.sqlite"
    shutil.copy(path, copy)
    index = Index(copy)
    (tmp_path / "other.csv").write_text("ui,name\nD900001,Other\n")
    build([tmp_path / "other.csv"], copy)
    assert index.descriptor("Name 9") == "D900009"
    assert Index(copy).descriptor("Name 9") is None


def test_a_disk_that_cannot_be_written_to(path, tmp_path):
    copy = tmp_path / "mesh.sqlite"
    shutil.copy(path, copy)
    copy.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        assert Index(copy).descriptor("Name 9") == "D900009"
    finally:
        tmp_path.chmod(0o700)
    assert [found.name for found in tmp_path.iterdir()] == ["mesh.sqlite"]


def test_a_path_with_every_odd_sign(path, tmp_path, monkeypatch):
    (tmp_path / "a b?c#d%20é").mkdir()
    shutil.copy(path, tmp_path / "a b?c#d%20é" / "mesh.sqlite")
    monkeypatch.chdir(tmp_path)
    assert Index("a b?c#d%20é/mesh.sqlite").descriptor("Name 9") == "D900009"


def test_what_is_remembered_is_bounded(path, monkeypatch):
    monkeypatch.setattr("medgraph.mesh.index._CACHED", 10)
    index = Index(path)
    for n in range(50):
        assert index.descriptor(f"Name {n}") == f"D{900000 + n}"
        assert index.look_up("descriptor", f"no {n}").ui is None
        assert len(index._descriptors) <= 10
        assert len(index._unknown) <= 10


@given(st.text())
def test_any_text_is_looked_up_without_harm(path, text):
    index = Index(path)
    for kind in KINDS:
        assert index.look_up(kind, text).ui == getattr(index, kind.replace(" ", "_"))(text)
    assert index.meanings(text)


def changed(path, tmp_path, change):
    copy = tmp_path / "mesh.sqlite"
    shutil.copy(path, copy)
    database = sqlite3.connect(copy)
    change(database)
    database.commit()
    database.close()
    return copy


def test_an_index_of_an_older_format_says_how_to_build_it_again(path, tmp_path):
    copy = changed(path, tmp_path, lambda database: database.execute(f"PRAGMA user_version = {FORMAT + 1}"))
    with pytest.raises(FormatError) as caught:
        Index(copy)
    assert str(caught.value) == (
        f"{copy}: this index has format {FORMAT + 1}, and this medgraph reads {FORMAT}; build it again:"
        f" medgraph mesh build names2024.csv -o {copy}"
    )


def test_an_index_so_old_that_it_does_not_know_its_files(path, tmp_path):
    def change(database):
        database.execute("DROP TABLE source")
        database.execute("PRAGMA user_version = 77")

    with pytest.raises(FormatError, match=r"build it again: medgraph mesh build FILE\.\.\. -o "):
        Index(changed(path, tmp_path, change))


def test_another_database(tmp_path):
    database = sqlite3.connect(tmp_path / "other.sqlite")
    database.execute("CREATE TABLE t (a)")
    database.commit()
    database.close()
    with pytest.raises(FormatError, match="this is no MeSH index"):
        Index(tmp_path / "other.sqlite")


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"ui,name\nD000001,Calcimycin\n"])
def test_other_files(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FormatError, match="this is no MeSH index; medgraph mesh download"):
        Index(tmp_path / "x")


def test_nothing_and_a_folder(tmp_path):
    with pytest.raises(SourceError, match=r"there is no MeSH index here; .* medgraph mesh build FILE"):
        Index(tmp_path / "absent")
    with pytest.raises(SourceError, match="the MeSH index cannot be opened: Is a directory"):
        Index(tmp_path)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_that_is_cut_off(path, tmp_path, share):
    (tmp_path / "mesh.sqlite").write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(FormatError, match=r"damaged or cut off; build it again, or copy it again"):
        Index(tmp_path / "mesh.sqlite")


def test_a_file_that_is_damaged_inside(path, tmp_path):
    data = bytearray(path.read_bytes())
    data[PAGE:] = b"\xff" * (len(data) - PAGE)
    (tmp_path / "mesh.sqlite").write_bytes(data)
    with pytest.raises(FormatError, match=r"the MeSH index is damaged or cut off \(.*\); build it again"):
        Index(tmp_path / "mesh.sqlite").descriptor("Name 9")


def test_a_damage_that_only_some_questions_meet(path, tmp_path):
    data = bytearray(path.read_bytes())
    data[-2 * PAGE :] = bytes(2 * PAGE)
    (tmp_path / "mesh.sqlite").write_bytes(data)
    index = Index(tmp_path / "mesh.sqlite")
    with pytest.raises(FormatError, match="the MeSH index is damaged"):
        print(index.info, *index.records(), index.broader())


def test_the_marks_of_the_file(path):
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    assert database.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


@given(st.from_regex(r"\A[DQCMT][0-9]{6,9}\Z"))
def test_identifiers_are_numbers_and_back(ui):
    assert identifier(number(ui)) == ui
    assert letter(number(ui)) == ui[0]


@pytest.mark.parametrize(
    "text", ["", "D", "D12345", "D1234567890", "X123456", "D12345x", "D１２３４５６", "D-12345", "D1_0000"]
)
def test_what_is_no_identifier_is_zero(text):
    assert number(text) == 0


@given(st.text(), st.text())
def test_equal_names_have_equal_numbers(one, other):
    assert folded(folded(one)) == folded(one)
    if folded(one) == folded(other):
        assert hashed(folded(one)) == hashed(folded(other))
    assert -(2**31) <= hashed(one) < 2**31

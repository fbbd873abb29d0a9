"""The embedded store: what it holds, who may open it, and what becomes of it when things go wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import medgraph
from medgraph import iris
from medgraph.errors import StoreError
from medgraph.store import MARK, PIECE, Store, open_store

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def lines(start: int, stop: int) -> bytes:
    return "".join(f'<http://example.org/{n}> <http://example.org/p> "{n}" .\n' for n in range(start, stop)).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of a hundred triples."""
    with open_store(tmp_path / "store", create=True) as store:
        store.load(lines(0, 100))
    return tmp_path / "store"


def child(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


OPENING = """
    import os, sys
    from medgraph.errors import StoreError
    from medgraph.store import open_store
    if "nobody" in sys.argv:
        os.setuid(65534)
    try:
        with open_store(sys.argv[1], create="create" in sys.argv, read_only="read" in sys.argv) as store:
            print(len(store))
    except StoreError as error:
        print(error)
    """


class TestFilling:
    def test_what_was_loaded_is_there_when_it_is_opened_again(self, folder: Path) -> None:
        with open_store(folder) as store:
            assert (len(store), store.count(), store.graphs()) == (100, 100, [iris.GRAPH])
            assert store.answer(COUNT).rows == [(100,)]

    def test_loading_twice_changes_nothing(self, folder: Path) -> None:
        with open_store(folder) as store:
            store.load(lines(50, 150))
            assert len(store) == 150

    def test_triples_go_into_the_graph_that_is_named(self, folder: Path) -> None:
        with open_store(folder) as store:
            store.load(lines(200, 203), "http://example.org/graph")
            assert store.graphs() == ["http://example.org/graph", iris.GRAPH]
            assert store.count("http://example.org/graph") == 3
            assert store.answer(COUNT).rows == [(103,)], "a query that names no graph is asked of all"

    def test_more_than_a_piece_is_cut_at_line_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("medgraph.store.PIECE", 1000)
        assert PIECE > 1000
        store = Store()
        store.load(lines(0, 2000))
        assert len(store) == 2000

    def test_an_illegal_line_is_an_error_and_the_rest_of_what_was_given_is_not_there(self, folder: Path) -> None:
        with open_store(folder) as store:
            with pytest.raises(StoreError, match="cannot take the triples"):
                store.load(lines(100, 200) + b"<a> nonsense .\n")
            assert len(store) == 100

    def test_an_update_is_carried_out(self, folder: Path) -> None:
        with open_store(folder) as store:
            store.update(f"DELETE WHERE {{ GRAPH <{iris.GRAPH}> {{ <http://example.org/7> ?p ?o }} }}")
            assert len(store) == 99
            with pytest.raises(StoreError, match="the update: is not SPARQL"):
                store.update("DELETE nonsense")
        with open_store(folder, read_only=True) as store:
            assert len(store) == 99

    def test_a_read_only_store_is_not_written(self, folder: Path) -> None:
        with open_store(folder, read_only=True) as store:
            for write in (lambda: store.load(b""), lambda: store.update("CLEAR ALL"), store.optimize):
                with pytest.raises(StoreError, match="was opened for reading only"):
                    write()

    def test_a_closed_store_says_so(self, folder: Path) -> None:
        store = open_store(folder)
        store.close()
        store.close()
        with pytest.raises(StoreError, match="is closed"):
            len(store)

    def test_the_public_name(self) -> None:
        assert medgraph.open_store is open_store

    def test_a_writer_killed_between_loads_leaves_what_it_had_loaded(self, folder: Path) -> None:
        code = """
            import sys, time
            from medgraph.store import open_store
            store = open_store(sys.argv[1])
            store.load(open(sys.argv[2], "rb").read())
            print("loaded", flush=True)
            store.load(open(sys.argv[3], "rb").read())
            time.sleep(60)
            """
        (folder.parent / "more.nt").write_bytes(lines(100, 200))
        (folder.parent / "many.nt").write_bytes(lines(200, 100_200))
        for wait in (0.0, 0.05, 0.2):
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    textwrap.dedent(code),
                    folder,
                    folder.parent / "more.nt",
                    folder.parent / "many.nt",
                ],
                stdout=subprocess.PIPE,
            )
            with process:
                assert process.stdout is not None
                assert process.stdout.readline() == b"loaded\n"
                time.sleep(wait)
                process.send_signal(signal.SIGKILL)
            with open_store(folder) as store:
                assert len(store) in (200, 100_200)
                store.update(f"CLEAR GRAPH <{iris.GRAPH}>")
                store.load(lines(0, 100))


def files(folder: Path) -> int:
    return len(list(folder.glob("*.sst")))


class TestSettling:
    def test_a_store_that_is_new_is_laid_together(self, tmp_path: Path) -> None:
        with open_store(tmp_path / "store", create=True) as store:
            for n in range(9):
                store.load(lines(n * 1000, (n + 1) * 1000))
            before = files(tmp_path / "store")
            assert store.settle(2000, 9000) == "", "a small part is new"
            left = files(tmp_path / "store")
            assert left > before / 2, "by itself the store lays no more than a few together meanwhile"
            assert store.settle(9000, 9000) == ""
            assert files(tmp_path / "store") < left / 2
            assert len(store) == 9000

    def test_in_memory_there_are_no_files(self) -> None:
        store = Store()
        store.load(lines(0, 10))
        assert store.settle(10, 10) == ""


class TestUse:
    def test_a_second_writer_is_told(self, folder: Path) -> None:
        with open_store(folder):
            said = child(OPENING, folder).stdout
            assert said.startswith(f"{folder}: is in use: another process has it open. One process alone can write")
            with pytest.raises(StoreError, match="is open already in this program"):
                open_store(folder)
        assert child(OPENING, folder).stdout == "100\n"

    def test_a_reader_is_kept_from_a_store_that_is_being_written(self, folder: Path) -> None:
        with open_store(folder):
            assert "is in use: another process has it open" in child(OPENING, folder, "read").stdout
            with pytest.raises(StoreError, match="is open already in this program"):
                open_store(folder, read_only=True)

    def test_readers_read_side_by_side_and_keep_writers_out(self, folder: Path) -> None:
        with open_store(folder, read_only=True) as one:
            with open_store(folder, read_only=True) as two:
                assert len(one) == len(two) == 100
                assert child(OPENING, folder, "read").stdout == "100\n"
            assert "is in use" in child(OPENING, folder).stdout, "the first reader is still there"
            with pytest.raises(StoreError, match="is open already in this program"):
                open_store(folder)
        assert child(OPENING, folder).stdout == "100\n"

    def test_a_program_of_oxigraph_is_kept_out_by_a_reader(self, folder: Path) -> None:
        opening = "import pyoxigraph, sys; pyoxigraph.Store(sys.argv[1])"
        with open_store(folder, read_only=True):
            assert "While lock file" in child(opening, folder).stderr
        assert child(opening, folder).returncode == 0

    def test_a_killed_writer_is_no_longer_in_the_way(self, folder: Path) -> None:
        code = """
            import sys, time
            from medgraph.store import open_store
            store = open_store(sys.argv[1])
            print(flush=True)
            time.sleep(60)
            """
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), folder], stdout=subprocess.PIPE)
        with process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(StoreError, match="is in use"):
                open_store(folder)
            process.kill()
        open_store(folder).close()


def spoil(name: str, how: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        found = sorted(folder.glob(name))
        assert found, name
        for each in found:
            how(each)

    return spoil


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[20:60] = bytes(40)
    path.write_bytes(data)


class TestWhatIsNoStore:
    @pytest.mark.parametrize(
        "damage",
        [
            spoil("CURRENT", halve),
            spoil("CURRENT", Path.unlink),
            spoil("MANIFEST-*", garble),
            spoil("MANIFEST-*", Path.unlink),
            spoil("*.sst", halve),
            spoil("*.sst", Path.unlink),
            spoil(MARK, halve),
            spoil(MARK, lambda path: path.write_text("[]")),
        ],
        ids=["current", "no-current", "manifest", "no-manifest", "sst", "no-sst", "mark", "mark-of-another-kind"],
    )
    @pytest.mark.parametrize("read_only", [False, True])
    def test_a_broken_one(self, folder: Path, damage: Callable[[Path], None], read_only: bool) -> None:
        damage(folder)
        before = {path.name: path.read_bytes() for path in folder.glob("*.sst")}
        with pytest.raises(
            StoreError, match="the store is broken and cannot be opened; put back a copy of it"
        ) as error:
            open_store(folder, create=True, read_only=read_only)
        assert "\n" not in str(error.value)
        assert {path.name: path.read_bytes() for path in folder.glob("*.sst")} == before

    @pytest.mark.parametrize(
        ("format", "said"),
        [
            (0, r"was made by an older medgraph \(format 0, this one has 1\); load it again with"),
            (2, r"was made by a newer medgraph \(format 2, this one has 1\); use that version"),
        ],
    )
    def test_one_of_another_form(self, folder: Path, format: int, said: str) -> None:
        (folder / MARK).write_text(json.dumps({"format": format}))
        with pytest.raises(StoreError, match=said):
            open_store(folder)

    def test_other_things(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="there is no store; `medgraph load"):
            open_store(tmp_path / "nowhere")
        assert not (tmp_path / "nowhere").exists()
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="is a file, not the folder of a store"):
            open_store(tmp_path / "file", create=True)
        (tmp_path / "empty").mkdir()
        with pytest.raises(StoreError, match="is an empty folder, not a store"):
            open_store(tmp_path / "empty")
        for create in (False, True):
            with pytest.raises(StoreError, match="is a folder with other things in it, not a store"):
                open_store(tmp_path, create=create)
        assert sorted(os.listdir(tmp_path)) == ["empty", "file"]
        with open_store(tmp_path / "empty", create=True) as store:
            assert len(store) == 0

    def test_one_that_oxigraph_made(self, folder: Path) -> None:
        (folder / MARK).unlink()
        with pytest.raises(StoreError, match="is a store of oxigraph that medgraph did not make"):
            open_store(folder, create=True)

    def test_one_that_was_begun_and_not_made(self, folder: Path) -> None:
        for path in folder.iterdir():
            if path.name != MARK:
                path.unlink()
        with pytest.raises(StoreError, match="was begun, but nothing was ever loaded into it"):
            open_store(folder)
        with open_store(folder, create=True) as store:
            assert len(store) == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk], check=False, capture_output=True)
    if mount.returncode:
        pytest.skip("a small disk cannot be mounted here (that takes root)")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(disk: Path) -> None:
    with open(disk / "filling", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


class TestDisk:
    def test_a_full_disk_leaves_what_was_there_before(self, small_disk: Path) -> None:
        with open_store(small_disk / "store", create=True) as store:
            store.load(lines(0, 10_000))
        many = [lines(n * 10_000, (n + 1) * 10_000) for n in range(1, 50)]
        said = "the disk is full; what was there before is unharmed"
        with open_store(small_disk / "store") as store, pytest.raises(StoreError, match=said):
            list(map(store.load, many))
        with open_store(small_disk / "store") as store:
            assert len(store) >= 10_000
            assert len(store) % 10_000 == 0, "each load is there as a whole or not at all"

    def test_no_room_to_lay_it_together_is_said_and_nothing_is_lost(self, small_disk: Path) -> None:
        with open_store(small_disk / "store", create=True) as store:
            for n in range(9):
                store.load(lines(n * 1000, (n + 1) * 1000))
            fill(small_disk)
            said = store.settle(9000, 9000)
            assert re.search(
                r"laying its files together takes [\d,]+ bytes, and [\d,]+ are free; everything is in it", said
            )
            (small_disk / "filling").unlink()
        with open_store(small_disk / "store", read_only=True) as store:
            assert len(store) == 9000

    def test_a_store_on_a_full_disk(self, small_disk: Path) -> None:
        with open_store(small_disk / "store", create=True) as store:
            store.load(lines(0, 1000))
        fill(small_disk)
        with pytest.raises(StoreError, match="cannot be opened: the disk is full"):
            open_store(small_disk / "store")
        with pytest.raises(StoreError, match="cannot be opened: the disk is full"):
            open_store(small_disk / "another", create=True)
        assert not (small_disk / "another").exists()
        with open_store(small_disk / "store", read_only=True) as store:
            assert len(store) == 1000
        (small_disk / "filling").unlink()
        with open_store(small_disk / "store") as store:
            assert len(store) == 1000

    def test_a_folder_that_one_may_not_read(self, tmp_path: Path) -> None:
        if os.getuid() != 0:
            pytest.skip("becoming somebody else takes root")
        place = Path(tempfile.gettempdir()) / f"medgraph-permission-{os.getpid()}"
        try:
            with open_store(place, create=True) as store:
                store.load(lines(0, 10))
            for path in place.iterdir():
                path.chmod(0o644)
            place.chmod(0o755)
            assert "cannot be opened: permission denied" in child(OPENING, place, "nobody").stdout
            assert child(OPENING, place, "read", "nobody").stdout == "10\n"
            (place / MARK).chmod(0o600)
            assert "cannot be opened: permission denied" in child(OPENING, place, "read", "nobody").stdout
            place.chmod(0o700)
            assert "cannot be opened: permission denied" in child(OPENING, place, "read", "nobody").stdout
        finally:
            shutil.rmtree(place, ignore_errors=True)

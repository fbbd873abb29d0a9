"""Downloads from a server on this machine: whole files or none, resumed where they stopped."""

from __future__ import annotations

import os
import socket
from email.utils import parsedate_to_datetime

import pytest
from file_server import DATE, file_server

from medgraph import ncbi
from medgraph.errors import ChecksumError, DownloadError, SinkError

DATA = bytes(range(256)) * 4096


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(ncbi, "PATIENCE", 0.01)
    with file_server() as server:
        server.files["/mesh.nt.gz"] = DATA
        yield server


def there(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_with_its_date(server, tmp_path):
    seen = []
    fetched = ncbi.fetch(
        f"{server.url}mesh.nt.gz", tmp_path / "mesh", watch=lambda name, done, total: seen.append((name, done, total))
    )
    assert fetched == (tmp_path / "mesh" / "mesh.nt.gz", len(DATA), True, False)
    assert fetched.path.read_bytes() == DATA
    assert fetched.path.stat().st_mtime == parsedate_to_datetime(DATE).timestamp()
    assert there(tmp_path / "mesh") == ["mesh.nt.gz"]
    assert seen[-1] == ("mesh.nt.gz", len(DATA), len(DATA))


def test_what_is_there_already_is_not_fetched_again(server, tmp_path):
    ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path)
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path) == (tmp_path / "mesh.nt.gz", len(DATA), False, False)
    os.utime(tmp_path / "mesh.nt.gz", (0, 0))
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).new


def test_a_broken_connection_is_taken_up_where_it_stopped(server, tmp_path):
    server.cut = [100_000, 200_000]
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).path.read_bytes() == DATA
    assert [wanted for path, wanted in server.asked if not path.endswith("md5")] == [
        "", "bytes=65536-", "bytes=262144-",
    ]  # fmt: skip
    assert there(tmp_path) == ["mesh.nt.gz"]


def test_the_next_run_takes_up_where_this_one_gave_up(server, tmp_path):
    server.cut = [100_000] * ncbi.ATTEMPTS
    with pytest.raises(DownloadError, match=r"connection .*; 327,680 bytes are there; run the command again to go on"):
        ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path)
    assert "mesh.nt.gz" not in there(tmp_path)
    server.asked.clear()
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).path.read_bytes() == DATA
    assert server.asked[0] == ("/mesh.nt.gz", "bytes=327680-")


def test_a_file_that_changed_meanwhile_is_fetched_from_the_start(server, tmp_path):
    server.cut = [100_000] * ncbi.ATTEMPTS
    with pytest.raises(DownloadError):
        ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path)
    server.etag = '"two"'
    server.files["/mesh.nt.gz"] = DATA[::-1]
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).path.read_bytes() == DATA[::-1]


@pytest.mark.parametrize("setting", ["no ranges", "weak tag", "no length"])
def test_servers_that_do_less(server, tmp_path, setting):
    server.ranges = setting != "no ranges"
    server.etag = 'W/"one"' if setting == "weak tag" else server.etag
    server.length = setting != "no length"
    server.cut = [] if setting == "no length" else [100_000]
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).path.read_bytes() == DATA


def test_a_part_that_is_longer_than_the_file(server, tmp_path):
    (tmp_path / "mesh.nt.gz.part").write_bytes(DATA + b"more")
    (tmp_path / "mesh.nt.gz.part.tag").write_text('"one"')
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).path.read_bytes() == DATA


def test_a_part_of_which_nobody_knows_the_file(server, tmp_path):
    (tmp_path / "mesh.nt.gz.part").write_bytes(b"something else")
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).path.read_bytes() == DATA


def test_a_published_checksum_is_compared(server, tmp_path):
    server.md5 = True
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).checked
    server.md5 = "0" * 32
    os.utime(tmp_path / "mesh.nt.gz", (0, 0))
    with pytest.raises(ChecksumError, match=rf"its MD5 is \w{{32}}, and {'0' * 32} is published; it was removed"):
        ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path)
    assert there(tmp_path) == ["mesh.nt.gz"], "what was there stays"
    assert (tmp_path / "mesh.nt.gz").read_bytes() == DATA


def test_a_page_in_place_of_a_checksum_is_none(server, tmp_path):
    server.md5 = "<html>Sorry</html>"
    assert not ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).checked


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server, tmp_path, status):
    server.status = [status, status]
    server.headers = {"Retry-After": "0"}
    assert ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path).path.read_bytes() == DATA


def test_a_server_that_stays_busy(server, tmp_path):
    server.status = [503] * ncbi.ATTEMPTS
    with pytest.raises(DownloadError, match=rf"the server answers 503 .*; tried {ncbi.ATTEMPTS} times"):
        ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path)


def test_how_long_to_wait():
    assert ncbi._wait(1, None) == ncbi.PATIENCE
    assert ncbi._wait(3, None) == 4 * ncbi.PATIENCE
    assert ncbi._wait(1, "30") == 30
    assert ncbi._wait(1, "86400") == 120
    assert ncbi._wait(1, "Wed, 21 Oct 2015 07:28:00 GMT") == ncbi.PATIENCE


def test_what_is_refused_is_not_asked_for_again(server, tmp_path):
    with pytest.raises(DownloadError, match=r"absent.gz: the server answers 404 Not Found"):
        ncbi.fetch(f"{server.url}absent.gz", tmp_path)
    assert server.asked == [("/absent.gz", "")]


def test_nobody_there(tmp_path, monkeypatch):
    monkeypatch.setattr(ncbi, "PATIENCE", 0.01)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DownloadError, match=r"the server cannot be reached .*; check the connection") as caught:
        ncbi.fetch(f"http://127.0.0.1:{port}/x", tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_a_file(server, tmp_path):
    (tmp_path / "mesh").write_text("")
    with pytest.raises(SinkError, match="the file cannot be written"):
        ncbi.fetch(f"{server.url}mesh.nt.gz", tmp_path / "mesh")


LISTING = """<html><a href="../">up</a>
<a href="desc2025.gz">desc2025.gz</a> <a href="desc2025.xml">desc2025.xml</a> <a href="supp2025.gz">supp2025.gz</a>
<a href="/projects/mesh/MESH_FILES/xmlmesh/desc2026.xml">desc2026.xml</a> <a href='desc2026.gz'>desc2026.gz</a>
<a href="desc2026.zip">desc2026.zip</a> <a href="qual2026.xml">qual2026.xml</a> <a href="supp2026.gz">supp2026.gz</a>
<a href="pa2026.xml">pa2026.xml</a> <a href="supp2027.gz">too early</a>
<a href="desc2026.dtd">desc2026.dtd</a></html>"""


def test_the_newest_files_of_mesh(server):
    server.pages["/MESH_FILES/xmlmesh/"] = LISTING
    folder = f"{server.url}MESH_FILES/xmlmesh/"
    assert ncbi.mesh_files(server.url) == [
        f"{folder}{name}" for name in ("desc2026.gz", "pa2026.xml", "qual2026.xml", "supp2026.gz")
    ]
    assert ncbi.mesh_files(server.url, rdf=True) == [f"{server.url}rdf/mesh.nt.gz"]


def test_a_folder_without_mesh(server):
    server.pages["/MESH_FILES/xmlmesh/"] = "<html>Moved</html>"
    with pytest.raises(DownloadError, match="this folder lists no MeSH files"):
        ncbi.mesh_files(server.url)

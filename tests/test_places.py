"""URLs of every sort that can be had without a network: a real S3 server on loopback, HTTP, memory."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medgraph import manifest, pipeline, places, pmids, sources
from medgraph.errors import SinkError, SourceError

pytest.importorskip("s3fs")
Nbib = Callable[..., str]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of a bucket on a server that speaks S3, in a process of its own; its workers find it by environment."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    known = {
        "AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in known.items():
            patch.setenv(name, value)
        try:
            end = time.monotonic() + 60
            while True:
                with socket.socket() as line:
                    if line.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert server.poll() is None
                assert time.monotonic() < end, "the S3 server does not start"
                time.sleep(0.1)
            import s3fs

            s3fs.S3FileSystem().mkdir("bucket")
            yield "s3://bucket"
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture
def folder(nbib: Nbib, tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in (1, 2, 3):
        text = "".join(nbib(10 * n + m, title=f"On {n} and {m}.") for m in range(5))
        (folder / f"n{n}.nbib.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    (folder / "n1.nbib.gz.md5").write_text("MD5 (n1.nbib.gz) = 0\n")
    (folder / "n2.nbib.gz").write_bytes((folder / "n2.nbib.gz").read_bytes()[:-9])
    return folder


def put(folder: Path, url: str) -> None:
    import fsspec

    system, path = fsspec.core.url_to_fs(url)
    for file in folder.iterdir():
        system.pipe_file(f"{path}/{file.name}", file.read_bytes())


def there(url: str) -> dict[str, bytes]:
    """What lies at a URL, but for the ledger."""
    import fsspec

    system, path = fsspec.core.url_to_fs(url)
    system.invalidate_cache()
    found = {name.removeprefix(path.rstrip("/") + "/"): system.cat_file(name) for name in system.find(path)}
    return {name: data for name, data in found.items() if not name.startswith(".medgraph") or name.endswith(".gz")}


def here(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return {name: data for name, data in found.items() if not name.startswith(".medgraph") or name.endswith(".gz")}


def test_from_s3_to_s3_is_the_same_as_on_the_disk(s3: str, folder: Path, tmp_path: Path) -> None:
    put(folder, f"{s3}/one/in")
    pipeline.convert([folder], f"{tmp_path}/out/", format="nt.gz")
    report = pipeline.convert([f"{s3}/one/in/*.gz"], f"{s3}/one/out/", format="nt.gz", workers=2)
    assert there(f"{s3}/one/out") == here(tmp_path / "out")
    assert report.broken_count == 1
    assert "s3://bucket/one/in/n2.nbib.gz: the gzip data end in the middle" in report.broken[0]
    assert report.outputs[0] == "s3://bucket/one/out/n1.nt.gz"
    again = pipeline.convert([f"{s3}/one/in/"], f"{s3}/one/out/", format="nt.gz")
    assert (again.taken_over, again.passed_over_count) == (3, 1)
    assert pmids.diff(f"{s3}/one/out", tmp_path / "out").same == report.written
    assert manifest.read(f"{s3}/one/out").pmids is not None


def test_an_object_that_changed_is_converted_again(s3: str, folder: Path) -> None:
    put(folder, f"{s3}/two/in")
    inputs, out = [f"{s3}/two/in/n1.nbib.gz", f"{s3}/two/in/n3.nbib.gz"], f"{s3}/two/out/"
    pipeline.convert(inputs, out, format="nt")
    (folder / "n1.nbib.gz").write_bytes((folder / "n3.nbib.gz").read_bytes())
    put(folder, f"{s3}/two/in")
    assert pipeline.convert(inputs, out, format="nt").taken_over == 1
    found = there(f"{s3}/two/out")
    assert found["n1.nt"] == found["n3.nt"]


def test_a_single_file_and_its_rejects_go_to_s3(s3: str, folder: Path, nbib: Nbib) -> None:
    (folder / "bad.nbib").write_text(nbib(1) + "OWN - NLM\nTI  - no number\n\n")
    report = pipeline.convert([folder / "bad.nbib"], f"{s3}/three/out.nt")
    assert report.rejects == (f"{s3}/three/out.nt.rejects/records.jsonl",)
    found = there(f"{s3}/three")
    assert found.keys() == {"out.nt", "out.nt.rejects/records.jsonl"}
    assert b"no number" in found["out.nt.rejects/records.jsonl"]


def test_a_bucket_that_is_not_there_is_a_sentence(s3: str, folder: Path, run: Callable[..., Any]) -> None:
    ran = run("convert", "s3://nobodys/in/a.xml.gz", "-o", "-")
    assert (ran.code, ran.err) == (
        3, "medgraph: s3://nobodys/in/a.xml.gz: there is no such file, folder or bucket; check the URL\n",
    )  # fmt: skip
    ran = run("convert", folder / "n1.nbib.gz", "-o", "s3://nobodys/out/")
    assert (ran.code, "s3://nobodys/out/n1.ttl: there is no such" in ran.err) == (3, True)


def test_no_credentials_is_a_sentence(s3: str, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_ACC")}
    env |= {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    env.pop("AWS_SECRET_ACCESS_KEY")
    command = [Path(sys.executable).with_name("medgraph"), "convert", f"{s3}/in/a.xml", "-o", "-"]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 3
    assert "no credentials were found; set AWS_ACCESS_KEY_ID" in ran.stderr


def test_a_server_that_is_gone_is_tried_again_and_then_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "WAIT", 0.01)
    url = f"http://127.0.0.1:{free_port()}/a.xml.gz"
    with pytest.raises(SourceError, match="the line broke or the server failed, 3 times"):
        pipeline.convert([url], "/dev/null", format="nt")


def test_what_a_web_server_has_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from file_server import file_server

    monkeypatch.setattr(places, "WAIT", 0.01)
    with file_server() as server:
        server.files["a/n1.nbib.gz"] = server.files["/a/n1.nbib.gz"] = (folder / "n1.nbib.gz").read_bytes()
        server.cut = [10]  # the line breaks once
        records = list(sources.read(f"{server.url}a/n1.nbib.gz"))
        assert [record.pmid for record in records] == [str(n) for n in range(10, 15)]
        with pytest.raises(SourceError, match="there is no such file"):
            list(sources.read(f"{server.url}a/absent.gz"))
        with pytest.raises(SinkError, match="can be read and not written to"):
            pipeline.convert([folder / "n1.nbib.gz"], f"{server.url}out/")


def test_memory_is_a_place_too(folder: Path) -> None:
    put(folder, "memory://in")
    pipeline.convert(["memory://in/n1.nbib.gz"], "memory://out/", format="nt")
    assert {"n1.nt", "manifest.json"} < there("memory://out").keys()


def test_urls_without_the_extra_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(SourceError, match=r"pip install 'medgraph\[fsspec\]'"):
        list(sources.read("s3://bucket/a.xml"))


def test_a_scheme_that_nobody_knows_is_a_sentence() -> None:
    with pytest.raises(SourceError, match="gopher:// cannot be used"):
        list(sources.read("gopher://host/a.xml"))


def test_only_what_dead_processes_left_is_cleared(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = socket.gethostname()
    left = {
        f"a.nt.{host}-{dead.pid}.part": False,
        f"a.nt.{host}-{os.getpid()}.part": True,
        f"a.nt.elsewhere-{dead.pid}.part": True,
        f"b.nt.{host}-{dead.pid}.part": True,
        "a.nt": True,
    }
    for name in left:
        (tmp_path / name).touch()
    places.clear(str(tmp_path / "a.nt"))
    assert {name: (tmp_path / name).exists() for name in left} == left
    places.clear(str(tmp_path / "absent" / "a.nt"))


def test_a_small_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a"
    places.write_bytes(str(path), b"one")
    assert places.read_bytes(str(path)) == b"one"
    assert places.read_bytes(str(tmp_path / "absent")) is None
    with pytest.raises(SinkError, match="it cannot be written: Is a directory"):
        places.write_bytes(str(path.parent), b"two")
    assert [p.name for p in tmp_path.rglob("*")] == ["new", "a"]

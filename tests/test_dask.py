"""A Dask cluster: a real scheduler, two worker processes, and one of them killed on the way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medgraph import pipeline
from medgraph.errors import WorkerError

pytest.importorskip("distributed")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and the processes of its two workers."""
    folder, port = tmp_path_factory.mktemp("dask"), free_port()
    log = open(folder / "log", "wb")  # noqa: SIM115

    def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli." + name, *arguments]
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

    processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
    try:
        for _ in range(2):
            address = f"tcp://127.0.0.1:{port}"
            processes.append(start("dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"))
        from distributed import Client

        with Client(f"tcp://127.0.0.1:{port}", timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield f"dask://127.0.0.1:{port}", processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()
        log.close()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_does_the_same_though_a_worker_is_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], nbib: Callable[..., str], tmp_path: Path
) -> None:
    address, (victim, other) = cluster
    (tmp_path / "in").mkdir()
    people = [line for n in range(10) for line in (f"FAU - Doe, Jane {n}", f"AU  - Doe J{n}", f"AD  - Place {n}.")]
    for n in range(6):
        text = "".join(nbib(1000 * n + m + 1, *people, title=f"On {m}.") for m in range(300))
        (tmp_path / "in" / f"n{n}.nbib").write_text(text)
    (tmp_path / "in" / "n7.nbib").write_text("PMID- ")
    pipeline.convert([tmp_path / "in"], f"{tmp_path}/here/", format="nt")

    def kill_when_at_work() -> None:
        asides: list[Path] = []
        end = time.monotonic() + 60
        while not asides and time.monotonic() < end:
            asides = list((tmp_path / "out").glob(f"*-{victim.pid}.part"))
            time.sleep(0.005)
        os.kill(victim.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_when_at_work)
    killer.start()
    report = pipeline.convert([tmp_path / "in"], f"{tmp_path}/out/", format="nt", executor=address)
    killer.join()
    assert victim.wait(10) == -signal.SIGKILL
    assert other.poll() is None
    assert report.written == 1800
    expected = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir() if path.is_file()}
    found = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert {name: data for name, data in found.items() if not name.endswith(".part")} == expected
    again = pipeline.convert([tmp_path / "in"], f"{tmp_path}/out/", format="nt", executor=address)
    assert again.taken_over == len(expected) - 3
    assert not list((tmp_path / "out").rglob("*.part"))


def test_no_scheduler_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Any]) -> None:
    monkeypatch.setattr("medgraph.workers._CONNECT", 1)
    (tmp_path / "a.nbib").write_text("PMID- 1\n")
    address = f"dask://127.0.0.1:{free_port()}"
    ran = run("convert", tmp_path / "a.nbib", "-o", f"{tmp_path}/out/", "--executor", address)
    assert ran.code == 3
    assert f"{address}: no Dask scheduler answers" in ran.err


def test_dask_without_the_extra_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "a.nbib").write_text("PMID- 1\n")
    with pytest.raises(WorkerError, match=r"pip install 'medgraph\[dask\]'"):
        pipeline.convert([tmp_path / "a.nbib"], f"{tmp_path}/out/", executor="dask://127.0.0.1:1")

"""A folder of parts: the same bytes on any number of workers, whole parts only, and nothing hidden."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from jobs import double

from medgraph import manifest, pipeline, pmids, workers
from medgraph.errors import SinkError, SourceError, WorkerError

Nbib = Callable[..., str]
MEDGRAPH = Path(sys.executable).with_name("medgraph")


@pytest.fixture
def inputs(nbib: Nbib, tmp_path: Path) -> Path:
    """Five files, one of which breaks off, and one that is an HTML page."""
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(1, 5):
        text = "".join(nbib(100 * n + m, f"AU  - Doe J{m}", title=f"On {n} and {m}.") for m in range(20))
        (folder / f"n{n}.nbib.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    whole = gzip.compress("".join(nbib(900 + m, title=f"Random {random.random()}") for m in range(50)).encode())
    (folder / "n5.nbib.gz").write_bytes(whole[: len(whole) // 2])
    return folder


@pytest.fixture
def page(inputs: Path) -> Path:
    """An HTML page that was saved in the place of a file."""
    path = inputs.parent / "n6.nbib.gz"
    path.write_text("<!DOCTYPE html><html><head><title>503</title></head><body>Busy</body></html>")
    return path


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, but for the ledger, which has times in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.name == manifest.NAME or (path.is_file() and path.suffix != ".json")
    }


def convert(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MEDGRAPH, "convert", *map(str, arguments)], capture_output=True, text=True, timeout=200, check=False
    )


def test_any_number_of_workers_writes_the_same_bytes(inputs: Path, page: Path, tmp_path: Path) -> None:
    outputs, reports = [], []
    for count in (1, 2, 3):
        out = tmp_path / f"out{count}"
        report = pipeline.convert([inputs, page], f"{out}/", format="nt.gz", workers=count)
        outputs.append(files(out))
        plain = report.as_json()
        for name in ("seconds", "outputs", "rejects"):
            plain.pop(name)
        reports.append(json.dumps(plain))
    assert outputs[0] == outputs[1] == outputs[2]
    assert reports[0] == reports[1] == reports[2]
    assert {"manifest.json", "dataset.ttl", "pmids.tsv.gz", "n1.nt.gz", "n5.nt.gz"} < outputs[0].keys()
    assert "n6.nt.gz" not in outputs[0]


def test_neither_time_nor_place_is_in_what_describes_the_folder(inputs: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "in"
    moved.parent.mkdir()
    pipeline.convert([inputs], f"{tmp_path}/one/")
    inputs.rename(moved)
    for path in moved.iterdir():
        os.utime(path, (1, 1))
    pipeline.convert([moved], f"{tmp_path}/two/")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_the_manifest_tells_the_truth(inputs: Path, page: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = pipeline.convert([inputs, page], f"{out}/", format="nt")
    found = manifest.read(str(out))
    assert [part.file for part in found.parts] == [f"n{n}.nt" for n in range(1, 6)]
    for part in found.parts:
        data = (out / part.file).read_bytes()
        assert (part.bytes, part.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert part.triples == data.count(b"\n") == sum(part.properties.values())
        assert part.read == part.written + part.rejected + part.skipped
        (source,) = part.sources
        raw = (inputs / source.name.removeprefix("in/")).read_bytes()
        assert (source.bytes, source.sha256, source.md5) == (
            len(raw), hashlib.sha256(raw).hexdigest(), hashlib.md5(raw).hexdigest(),
        )  # fmt: skip
        types = data.count(b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>")
        assert types == sum(part.classes.values())
    assert "end in the middle" in found.parts[-1].broken[0]
    assert [(failed.source, "HTML page" in failed.reason) for failed in found.failed] == [("n6.nbib.gz", True)]
    assert found.pmids is not None
    assert found.pmids.summary.pmids == report.written == sum(part.written for part in found.parts)
    listed = out / found.pmids.file
    assert hashlib.sha256(listed.read_bytes()).hexdigest() == found.pmids.sha256


@pytest.mark.parametrize("form", ["ttl", "nt", "nq", "jsonld"])
@pytest.mark.parametrize("validate", ["off", "report"])
def test_counts_and_hashes_do_not_depend_on_how_records_are_written(
    inputs: Path, tmp_path: Path, form: str, validate: str
) -> None:
    pipeline.convert([inputs / "n1.nbib.gz"], f"{tmp_path}/nt/", format="nt")
    pipeline.convert([inputs / "n1.nbib.gz"], f"{tmp_path}/out/", format=form, validate=validate)
    one, other = (manifest.read(f"{tmp_path}/{name}").parts[0] for name in ("nt", "out"))
    assert (one.properties, one.classes, one.triples) == (other.properties, other.classes, other.triples)
    assert pmids.diff(tmp_path / "nt", tmp_path / "out") == pmids.Difference(same=20)


def test_bad_files_are_reported_and_do_not_stop_the_others(inputs: Path, page: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent.xml.gz"
    ran = convert(inputs, page, absent, "-o", f"{tmp_path}/out/", "--format", "nt", "--workers", 2)
    assert ran.returncode == 1, ran.stderr
    for words in ("n5.nbib.gz: the gzip data end in the middle", "n6.nbib.gz: this looks like an HTML page", "absent"):
        assert words in ran.stderr
    assert len(list((tmp_path / "out").glob("*.nt"))) == 5
    failed = manifest.read(f"{tmp_path}/out").failed
    assert [one.source for one in failed] == ["n6.nbib.gz", "absent.xml.gz"]


def test_a_file_that_may_not_be_read_is_reported(inputs: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        loop = inputs / "n2.nbib.gz"
        loop.unlink()
        loop.symlink_to(loop.name)  # even root cannot read a link to itself
    else:
        (inputs / "n2.nbib.gz").chmod(0)
    sources = [inputs / f"n{n}.nbib.gz" for n in range(1, 5)]
    ran = convert(*sources, "-o", f"{tmp_path}/out/", "--workers", 2)
    assert ran.returncode == 1
    assert "n2.nbib.gz: " in ran.stderr
    assert len(list((tmp_path / "out").glob("*.ttl"))) == 4  # three parts and the description


def test_nothing_that_could_be_read_is_exit_3(page: Path, tmp_path: Path) -> None:
    other = page.with_name("n7.nbib.gz")
    other.write_text("{}")
    ran = convert(page, other, "-o", f"{tmp_path}/out/", "--workers", 2)
    assert (ran.returncode, "HTML page" in ran.stderr) == (3, True)
    assert not (tmp_path / "out" / manifest.NAME).exists()


def test_a_full_disk_is_exit_3_and_leaves_whole_parts(inputs: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        ran = convert(inputs, "-o", f"{small}/", "--format", "nt", "--workers", 2, "--rejects", tmp_path / "rejects")
        left = {path.name: path.read_bytes() for path in small.glob("*.nt")}
        remains = [path.name for path in small.rglob("*.part")]
        described = (small / manifest.NAME).exists()
    finally:
        subprocess.run(["umount", small], check=True)
    assert ran.returncode == 3, ran.stderr
    assert "No space left" in ran.stderr
    assert (remains, described) == ([], False)
    pipeline.convert([inputs], f"{tmp_path}/out/", format="nt")
    assert left.keys() < {f"n{n}.nt" for n in range(1, 6)}
    for name, data in left.items():
        assert data == (tmp_path / "out" / name).read_bytes()


def test_parts_are_taken_over_by_content_and_made_again_when_touched(inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def again(**options: Any) -> int:
        return pipeline.convert([inputs], f"{out}/", format="nt", **options).taken_over

    assert again() == 0
    before = files(out)
    assert again() == 5
    os.utime(inputs / "n1.nbib.gz", (1, 1))  # another time, the same bytes
    assert again() == 5
    data = (out / "n2.nt").read_bytes()
    (out / "n2.nt").write_bytes(data.replace(b"On 2", b"In 2"))  # the same size, other bytes
    assert again() == 4
    assert (out / "n2.nt").read_bytes() == data
    (out / ".medgraph" / "n3.nt.pmids.gz").unlink()
    assert again() == 4
    (out / pmids.NAME).unlink()
    assert again() == 5
    assert files(out) == before
    assert again(without=["abstract"]) == 0


def test_a_part_that_changes_takes_the_manifest_along_before_it(inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.convert([inputs / "n1.nbib.gz"], f"{out}/", format="nt")
    (inputs / "n1.nbib.gz").write_bytes((inputs / "n2.nbib.gz").read_bytes())
    seen = []
    replace = os.replace

    def watching(source: Any, target: Any) -> None:
        if str(target).endswith("n1.nt"):
            seen.append((out / manifest.NAME).exists())
        replace(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", watching)
        pipeline.convert([inputs / "n1.nbib.gz"], f"{out}/", format="nt")
    assert seen == [False]
    assert manifest.read(str(out)).pmids is not None


def test_a_file_that_changes_while_it_is_read_is_reported(
    nbib: Nbib, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, read = tmp_path / "a.nbib", pipeline.sources.read
    source.write_text(nbib(1))

    def changing(name: str, **options: Any) -> Any:
        records = read(name, **options)
        source.write_text(nbib(1) + nbib(2))
        return records

    monkeypatch.setattr(pipeline.sources, "read", changing)
    report = pipeline.convert([source], f"{tmp_path}/out/", format="nt")
    assert "a.nbib: it changed while it was read" in report.broken[0]
    monkeypatch.undo()
    again = pipeline.convert([source], f"{tmp_path}/out/", format="nt")
    assert (again.taken_over, again.written, again.complete) == (0, 2, True)


@pytest.mark.parametrize("kind", ["processes", "threads"])
def test_an_executor_of_the_callers_does_the_same(inputs: Path, tmp_path: Path, kind: str) -> None:
    executor = ProcessPoolExecutor(2, mp_context=get_context("spawn")) if kind == "processes" else ThreadPoolExecutor(3)
    with executor:
        pipeline.convert([inputs], f"{tmp_path}/out/", format="nt", executor=executor)
    pipeline.convert([inputs], f"{tmp_path}/here/", format="nt")
    assert files(tmp_path / "out") == files(tmp_path / "here")


def test_workers_want_a_folder_and_an_address_that_is_one(
    inputs: Path, tmp_path: Path, run: Callable[..., Any]
) -> None:
    assert run("convert", inputs, "-o", tmp_path / "one.nt", "--workers", 2).code == 2
    assert run("convert", inputs, "-o", f"{tmp_path}/out/", "--workers", 0).code == 2
    with pytest.raises(ValueError, match="the output is a folder"):
        pipeline.convert([inputs], tmp_path / "one.nt", workers=2)
    with pytest.raises(WorkerError, match="write dask://HOST:PORT"):
        pipeline.convert([inputs], f"{tmp_path}/out/", executor="slurm://here")


def test_progress_is_told_while_workers_are_at_it(inputs: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    report = pipeline.convert([inputs], f"{tmp_path}/out/", workers=2, watch=lambda *far: told.append(far))
    assert told[-1][0] == report.read
    assert told[-1][1] == sum(path.stat().st_size for path in inputs.iterdir())
    assert told == sorted(told)


# What follows kills processes.


def test_a_worker_that_dies_is_replaced_and_its_job_done_again(tmp_path: Path) -> None:
    jobs = ["a", f"die once {tmp_path / 'mark'}", "b", "c", "d"]
    assert dict(workers.results(double, jobs, workers=2)) == {n: job * 2 for n, job in enumerate(jobs)}


def test_a_job_that_kills_its_worker_is_found_and_the_others_are_done() -> None:
    jobs = ["a", "b", "die", "fail", "c", "d"]
    found = dict(workers.results(double, jobs, workers=2))
    assert {n for n, result in found.items() if isinstance(result, WorkerError)} == {2, 3}
    assert "it was tried twice" in str(found[2])
    assert "ZeroDivisionError: by design" in str(found[3])
    assert [found[n] for n in (0, 1, 4, 5)] == ["aa", "bb", "cc", "dd"]


def test_an_error_that_stops_all_stops_all() -> None:
    with pytest.raises(SinkError, match="out: full"):
        list(workers.results(double, ["a", "full", *"bcdefgh"], workers=2))


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six files that take some time."""
    folder = tmp_path_factory.mktemp("many")
    people = [line for n in range(10) for line in (f"FAU - Doe, Jane {n}", f"AU  - Doe J{n}", f"AD  - Place {n}.")]
    for n in range(6):
        records = [
            "\n".join(
                [f"PMID- {1000 * n + m + 1}", "OWN - NLM", "STAT- MEDLINE", f"TI  - On {m}.", *people, "SO  - X."]
            )
            for m in range(400)
        ]
        (folder / f"n{n}.nbib").write_text("\n\n".join(records) + "\n")
    return folder


@pytest.fixture(scope="session")
def undisturbed(many: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """What a run that nobody disturbs leaves, and how long it takes."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    began = time.monotonic()
    assert convert(many, "-o", f"{out}/", "--format", "nt.gz", "--workers", 2).returncode == 0
    return files(out), time.monotonic() - began


def tree(pid: int) -> Iterator[int]:
    """The processes below one."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield int(child)
            yield from tree(int(child))


def killed(many: Path, out: Path, undisturbed: tuple[dict[str, bytes], float], seed: int) -> None:
    """Kill a run, or one of its workers, at a moment that the seed decides; then let it be run to its end."""
    chance = random.Random(seed)
    expected, seconds = undisturbed
    command = [str(MEDGRAPH), "convert", str(many), "-o", f"{out}/", "--format", "nt.gz", "--workers", "2", "--quiet"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    time.sleep(chance.uniform(0.2, 1) * seconds)
    children = sorted(set(tree(run.pid)))
    victim = chance.choice([run.pid, *children])
    how = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    how = how if victim == run.pid else signal.SIGKILL
    with suppress(ProcessLookupError):
        os.kill(victim, how)
    _, err = run.communicate(timeout=200)
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()], "workers outlived their parent"
    told = f"seed {seed}: {how!r} to {'the run' if victim == run.pid else 'a worker'}: {run.returncode}: {err}"
    for name, data in files(out).items() if out.exists() else ():
        if not name.endswith(".part"):
            assert data == expected[name] or name.startswith(".medgraph"), f"{told}: {name}"
    again = convert(many, "-o", f"{out}/", "--format", "nt.gz", "--workers", 2)
    assert again.returncode == 0, f"{told}: {again.stderr}"
    assert files(out) == expected, told


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 10))])
def test_a_run_that_was_killed_ends_like_one_that_was_not(
    many: Path, undisturbed: tuple[dict[str, bytes], float], tmp_path: Path, seed: int
) -> None:
    killed(many, tmp_path / "out", undisturbed, seed)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_leaves_nothing_half(many: Path, tmp_path: Path, how: signal.Signals) -> None:
    out = tmp_path / "out"
    run = subprocess.Popen(
        [str(MEDGRAPH), "convert", str(many), "-o", f"{out}/", "--workers", "2"], stderr=subprocess.PIPE, text=True
    )
    while not list(out.glob("*.part")):
        assert run.poll() is None, run.stderr
        time.sleep(0.01)
    run.send_signal(how)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert err.endswith("medgraph: interrupted; no half file was left\n")
    assert not list(out.rglob("*.part"))


def test_two_runs_at_once_end_like_one(many: Path, undisturbed: tuple[dict[str, bytes], float], tmp_path: Path) -> None:
    command = [str(MEDGRAPH), "convert", str(many), "-o", f"{tmp_path}/out/", "--format", "nt.gz", "--quiet"]
    runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [run.communicate(timeout=200)[1] for run in runs] == ["", ""]
    assert [run.returncode for run in runs] == [0, 0]
    assert files(tmp_path / "out") == undisturbed[0]


def test_no_manifest_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no manifest; run the conversion"):
        manifest.read(str(tmp_path))


@pytest.mark.parametrize(("at_work", "said"), [(True, "cleaned up"), (False, "")])
def test_a_worker_that_is_told_to_stop_stops_wherever_it_is(at_work: bool, said: str) -> None:
    """Between two jobs the pool catches every exception, and would wait for a worker that goes on for ever."""
    code = (
        "import os, signal, time\n"
        "from medgraph import workers\n"
        "signal.signal(signal.SIGTERM, workers._terminate)\n"
        "def job(_):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(20)\n"
        "    finally:\n"
        "        print('cleaned up', flush=True)\n"
        "try:\n"
        + ("    workers._done(job, 1)\n" if at_work else "    os.kill(os.getpid(), signal.SIGTERM); time.sleep(20)\n")
        + "except BaseException as error:\n"
        "    print('went on after', repr(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15, check=False)
    assert (done.returncode, done.stdout.strip()) == (128 + signal.SIGTERM, said), done.stderr

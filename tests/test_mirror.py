"""NLM's files brought to a folder from a server on this machine that behaves like NLM's, also when it does not."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from file_server import file_server

import medgraph
from medgraph import mirrors, ncbi
from medgraph.errors import DownloadError, SinkError, SourceError
from medgraph.pubmed_files import files_below, gaps, named

MAIN = "from medgraph.cli import main; main()"
ROW = '<a href="{0}">{0}</a>   2026-01-10 14:02   19M\n<a href="{0}.md5">{0}.md5</a>   2026-01-10 14:02   60\n'


def listing(*names: str) -> str:
    """The page of a folder as Apache writes it at NLM."""
    rows = "".join(map(ROW.format, names))
    return (
        f'<html><body><pre><a href="?C=N;O=D">Name</a> <hr><a href="/pubmed/">Parent Directory</a>\n'
        f'<a href="README.txt">README.txt</a>\n{rows}<a href="pubmed26n0001_stats.html">stats</a></pre></body></html>'
    )


def content(n: int, size: int = 3000) -> bytes:
    """An archive that does not compress."""
    return gzip.compress(random.Random(n).randbytes(size), 1, mtime=0)


class Nlm:
    """The server, with files of a year."""

    def __init__(self, server, year=26, size=3000):
        self.server = server
        server.md5 = True
        self.names = {"baseline": [f"pubmed{year}n{n:04}.xml.gz" for n in (1, 2, 3)],
                      "updatefiles": [f"pubmed{year}n{n:04}.xml.gz" for n in (4, 5)]}  # fmt: skip
        for folder, names in self.names.items():
            server.pages[f"/pubmed/{folder}/"] = listing(*names)
            for n, name in enumerate(names):
                server.files[f"/pubmed/{folder}/{name}"] = content(n + year, size)

    @property
    def url(self):
        return f"{self.server.url}pubmed"

    def asked(self):
        """What was asked for since the last time."""
        paths = [path.rpartition("/")[2] for path, _ in self.server.asked]
        self.server.asked.clear()
        return paths


@pytest.fixture
def nlm(monkeypatch):
    monkeypatch.setattr(ncbi, "PATIENCE", 0.01)
    with file_server() as server:
        yield Nlm(server)


def mirror(nlm, folder, kind="baseline", **options):
    return medgraph.mirror(kind, folder, base=nlm.url, pause=0, **options)


def assert_whole(nlm, folder, kind="baseline"):
    """Every file of the server is there, with its checksum, and nothing else."""
    target = Path(folder) / kind
    assert sorted(path.name for path in target.iterdir()) == sorted(
        name for file in nlm.names[kind] for name in (file, f"{file}.md5")
    )
    for name in nlm.names[kind]:
        data = nlm.server.files[f"/pubmed/{kind}/{name}"]
        assert (target / name).read_bytes() == data
        assert (target / f"{name}.md5").read_text() == f"MD5({name})= {hashlib.md5(data).hexdigest()}\n"


def test_what_is_missing_comes_and_what_is_there_is_not_asked_for(nlm, tmp_path):
    done = mirror(nlm, tmp_path)
    assert (done.listed, done.new, done.there, done.failed, done.left) == (3, 3, 0, 0, 0)
    assert done.complete
    assert done.names == tuple(nlm.names["baseline"])
    assert_whole(nlm, tmp_path)
    nlm.asked()
    again = mirror(nlm, tmp_path)
    assert (again.new, again.there) == (0, 3)
    assert nlm.asked() == [""], "only the listing"
    mirror(nlm, tmp_path, "updates")
    assert_whole(nlm, tmp_path, "updatefiles")
    assert [(file.kind, file.number) for file in files_below(tmp_path)] == [
        ("baseline", 1), ("baseline", 2), ("baseline", 3), ("updates", 4), ("updates", 5),
    ]  # fmt: skip


def test_a_dry_run_gets_nothing(nlm, tmp_path):
    done = mirror(nlm, tmp_path, dry_run=True)
    assert (done.left, done.names) == (3, tuple(nlm.names["baseline"]))
    assert nlm.asked() == [""]
    assert not list(tmp_path.iterdir())


def test_a_broken_connection_is_taken_up(nlm, tmp_path):
    nlm.server.cut = [1000, 500]
    assert mirror(nlm, tmp_path).complete
    assert_whole(nlm, tmp_path)


def test_a_wrong_file_is_asked_for_once_more(nlm, tmp_path):
    nlm.server.bad = {"/pubmed/baseline/pubmed26n0002.xml.gz": b"<html>Come back later</html>"}
    assert mirror(nlm, tmp_path).complete
    assert_whole(nlm, tmp_path)


@pytest.mark.parametrize("page", [b"<html>Come back later</html>", b"", content(9)[:-10]])
def test_a_file_that_stays_wrong_is_reported_and_the_others_come(nlm, tmp_path, page):
    name = "/pubmed/baseline/pubmed26n0002.xml.gz"
    good = nlm.server.files[name]
    nlm.server.md5 = False
    nlm.server.files[name] = page
    done = mirror(nlm, tmp_path)
    assert (done.new, done.failed, done.complete, done.unchecked) == (2, 1, False, 2)
    assert "no whole gzip archive" in done.problems[0]
    assert "removed" in done.problems[0]
    assert [file.number for file in files_below(tmp_path)] == [1, 3]
    nlm.server.md5 = True
    nlm.server.files[name] = good
    assert mirror(nlm, tmp_path).complete
    assert_whole(nlm, tmp_path)


def test_a_checksum_that_never_agrees(nlm, tmp_path):
    nlm.server.md5 = "MD5(x)= " + "0" * 32
    done = mirror(nlm, tmp_path)
    assert (done.new, done.failed) == (0, 3)
    assert all("is published; it was removed" in problem for problem in done.problems)
    assert not files_below(tmp_path)


def test_what_was_brought_by_other_means_is_compared(nlm, tmp_path):
    mirror(nlm, tmp_path)
    baseline = tmp_path / "baseline"
    for path in baseline.glob("*.md5"):
        path.unlink()
    wrong = baseline / "pubmed26n0002.xml.gz"
    changed = wrong.stat().st_mtime
    wrong.write_bytes(b"cut off")
    os.utime(wrong, (changed, changed))
    done = mirror(nlm, tmp_path)
    assert (done.new, done.there) == (1, 2)
    assert_whole(nlm, tmp_path)


def test_what_went_bad_on_the_disk_is_found_when_asked_to(nlm, tmp_path):
    mirror(nlm, tmp_path)
    bad = tmp_path / "baseline" / "pubmed26n0003.xml.gz"
    stat = bad.stat()
    bad.write_bytes(bad.read_bytes()[:-1] + b"x")
    os.utime(bad, (stat.st_mtime, stat.st_mtime))
    assert mirror(nlm, tmp_path).there == 3
    done = mirror(nlm, tmp_path, check=True)
    assert (done.new, done.there) == (1, 2)
    assert_whole(nlm, tmp_path)


def test_a_new_baseline_year_is_never_mixed_in(nlm, tmp_path, run):
    mirror(nlm, tmp_path)
    new = Nlm(nlm.server, year=27)
    for kind in ("baseline", "updates"):
        with pytest.raises(SourceError, match=r"holds files of 2026, and .* 2027; .*Mirror 2027 into a new folder"):
            mirror(new, tmp_path, kind)
    ran = run("mirror", "baseline", tmp_path, "--from", new.url, "--pause", "0")
    assert ran.code == 3
    assert "build a fresh store" in ran.err
    assert [file.year for file in files_below(tmp_path)] == [26, 26, 26]


def test_a_folder_on_the_server_with_two_years_gives_the_newer(nlm, tmp_path):
    nlm.server.pages["/pubmed/baseline/"] = listing("pubmed25n0001.xml.gz", *nlm.names["baseline"])
    assert mirror(nlm, tmp_path).listed == 3


def test_gaps_and_what_the_server_no_longer_has_are_said(nlm, tmp_path):
    mirror(nlm, tmp_path)
    nlm.server.pages["/pubmed/baseline/"] = listing("pubmed26n0002.xml.gz", "pubmed26n0003.xml.gz")
    done = mirror(nlm, tmp_path)
    assert done.gaps == "pubmed26n0001"
    assert done.gone == ("pubmed26n0001.xml.gz",)
    assert (tmp_path / "baseline" / "pubmed26n0001.xml.gz").exists()


def test_a_server_that_goes_away(nlm, tmp_path):
    nlm.server.status = [200 if n < 0 else 503 for n in range(200)]
    with pytest.raises(DownloadError, match=r"the server answers 503 .*; tried 5 times"):
        mirror(nlm, tmp_path)
    nlm.server.status = []
    page = nlm.server.pages["/pubmed/baseline/"]
    nlm.server.pages["/pubmed/baseline/"] = page + listing("pubmed26n0007.xml.gz", "pubmed26n0008.xml.gz",
                                                           "pubmed26n0009.xml.gz", "pubmed26n0010.xml.gz")  # fmt: skip
    with pytest.raises(DownloadError, match=r"3 files one after the other .*404.*; 3 came before, 1 were not"):
        mirror(nlm, tmp_path)
    nlm.server.pages["/pubmed/baseline/"] = page
    assert mirror(nlm, tmp_path).there == 3


def test_a_page_that_lists_nothing(nlm, tmp_path):
    nlm.server.pages["/pubmed/baseline/"] = "<html>Moved</html>"
    with pytest.raises(DownloadError, match="lists no files of PubMed"):
        mirror(nlm, tmp_path)


def test_one_connection_and_a_pause(nlm, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(mirrors.time, "sleep", waited.append)
    medgraph.mirror("baseline", tmp_path, base=nlm.url, pause=2.5)
    assert [seconds for seconds in waited if seconds] == [2.5, 2.5]
    with pytest.raises(ValueError, match="there is no kind 'daily'"):
        medgraph.mirror("daily", tmp_path)


def test_a_full_disk(nlm, full_disk):
    with pytest.raises(SinkError, match="No space left"):
        mirror(Nlm(nlm.server, size=400_000), full_disk)
    assert not [name for name in os.listdir(full_disk / "baseline") if named(name) and name.endswith(".gz.md5")]
    assert len(files_below(full_disk)) <= 2


def test_the_command(nlm, tmp_path, run):
    ran = run("mirror", "baseline", tmp_path, "--from", nlm.url, "--pause", "0", "--dry-run")
    assert (ran.code, ran.out.split()) == (0, nlm.names["baseline"])
    assert "3 would come" in ran.err
    ran = run("mirror", "baseline", tmp_path, "--from", nlm.url, "--pause", "0", "--json")
    assert msgspec.json.decode(ran.out)["new"] == 3
    assert ran.err == "baseline of 2026: 3 listed = 3 new + 0 there + 0 failed + 0 not asked for\n"
    nlm.server.files.pop("/pubmed/updatefiles/pubmed26n0005.xml.gz")
    ran = run("mirror", "updates", tmp_path, "--from", nlm.url, "--pause", "0")
    assert ran.code == 1
    assert "failed: " in ran.err
    assert "404" in ran.err
    assert run("mirror", "nonsense", tmp_path).code == 2


def killed(nlm, folder, seed):
    """A run that is killed at a random moment."""
    command = [sys.executable, "-c", MAIN, "mirror", "baseline", str(folder), "--from", nlm.url, "--pause", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while process.poll() is None and not nlm.server.asked:
            time.sleep(0.01)
        time.sleep(random.Random(seed).uniform(0, 0.9))
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    nlm.asked()
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 12), marks=pytest.mark.long)])
def test_killed_at_random_moments_and_run_again(nlm, tmp_path, seeds):
    whole = Nlm(nlm.server, size=200_000)
    whole.server.pace = 0.02
    kills = sum(killed(whole, tmp_path / str(seed), seed) for seed in seeds)
    whole.server.pace = 0
    assert kills >= len(seeds) // 2
    for seed in seeds:
        done = mirror(whole, tmp_path / str(seed))
        assert done.new + done.there == done.listed == 3
        assert_whole(whole, tmp_path / str(seed))


def test_names_and_gaps():
    assert named("medline17n0892.xml.gz")[1:] == ("medline17n0892", "", 17, 892)
    assert named("pubmed26n0001.xml.gz.md5") is None
    assert gaps([3, 4], first=1) == [(1, 2)]
    assert gaps([]) == []

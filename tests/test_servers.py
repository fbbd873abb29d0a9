"""The servers that the tests start are real, take triples, and are empty for the next test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import servers
from servers import GRAPH, Server


@pytest.mark.parametrize("round", [1, 2])
def test_a_server_takes_triples_and_is_empty_again(server: Server, round: int) -> None:
    assert server.graphs() == [] or server.name == "virtuoso"
    assert server.count() == 0
    server.change(f'INSERT DATA {{ GRAPH <{GRAPH}> {{ <urn:x:s> <urn:x:p> <urn:x:o> , "{round}"@en }} }}')
    assert server.dump() == {("<urn:x:s>", "<urn:x:p>", "<urn:x:o>"), ("<urn:x:s>", "<urn:x:p>", f'"{round}"@en')}


_START = """
import sys, time, pathlib, servers
with servers.oxigraph(pathlib.Path(sys.argv[1])) as server:
    print(server.process.pid, server.url, flush=True)
    time.sleep(60)
"""


def test_a_server_ends_with_tests_that_are_killed(tmp_path: Path) -> None:
    servers.oxigraph_program()
    environment = {**os.environ, "PYTHONPATH": str(Path(servers.__file__).parent)}
    with subprocess.Popen(
        [sys.executable, "-c", _START, str(tmp_path)], env=environment, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        _, url = tests.stdout.readline().split()
        assert requests.get(url, timeout=5).ok
        tests.send_signal(signal.SIGKILL)
    for _ in range(100):
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            return
        time.sleep(0.05)
    pytest.fail("the server lives on")

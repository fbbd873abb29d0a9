"""Who we are, and how it stays a secret; certificates; and a sentence for each thing that a user can get wrong."""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import servers
import trustme
from conftest import Ran
from proxy import Proxy, proxy_before
from servers import Server

from medgraph import loading
from medgraph.endpoint import Credentials, Endpoint, credentials_for
from medgraph.endpoint.troubles import _retry_after
from medgraph.errors import EndpointError

SECRET = "a-secret-that-shows-nowhere"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MEDGRAPH_USER", "MEDGRAPH_PASSWORD", "MEDGRAPH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.setenv("MEDGRAPH_STATE", str(tmp_path / "state"))


class Guard(ThreadingHTTPServer):
    """A SPARQL server that wants a password or a token, answers ASK, and keeps what it was sent."""

    daemon_threads = True

    def __init__(self, scheme: str = "Basic") -> None:
        super().__init__(("127.0.0.1", 0), _Guarded)
        self.scheme = scheme
        self.seen: list[str] = []
        self.onward = ""

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Guarded(BaseHTTPRequestHandler):
    server: Guard
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent = self.headers.get("Authorization", "")
        self.server.seen.append(sent)
        if self.server.onward:
            self._send(307, {"Location": self.server.onward})
            return
        wanted = {"Basic": "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode(), "Bearer": f"Bearer {SECRET}"}
        if self.server.scheme and sent != wanted[self.server.scheme]:
            self._send(401, {"WWW-Authenticate": f'{self.server.scheme} realm="x"'})
        else:
            self._send(200, {"Content-Type": "application/sparql-results+json"}, b'{"head": {}, "boolean": true}')

    def _send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def guard(scheme: str = "Basic", context: ssl.SSLContext | None = None) -> Iterator[Guard]:
    server = Guard(scheme)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_password_is_sent_when_it_is_asked_for_and_a_token_at_once() -> None:
    with guard("Basic") as server, Endpoint(f"http://127.0.0.1:{server.port}/q", auth=Credentials("me", SECRET)) as one:
        assert one.ask("ASK {}")
        assert one.ask("ASK {}")
        assert server.seen[0] == ""
        assert all(server.seen[1:])
    with (
        guard("Bearer") as server,
        Endpoint(f"http://127.0.0.1:{server.port}/q", auth=Credentials(token=SECRET)) as one,
    ):
        assert one.ask("ASK {}")
        assert server.seen == [f"Bearer {SECRET}"] * 2


def test_credentials_come_from_the_environment_and_from_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://127.0.0.1:7878/"
    assert credentials_for(url, {}) is None
    assert credentials_for(url, {"MEDGRAPH_USER": "me", "MEDGRAPH_PASSWORD": ""})[:2] == ("me", "")  # type: ignore[index]
    found = credentials_for(url, {"MEDGRAPH_TOKEN": SECRET, "MEDGRAPH_USER": "me", "MEDGRAPH_PASSWORD": "x"})
    assert found is not None
    assert (found.token, found.user) == (SECRET, "")
    with pytest.raises(EndpointError, match="MEDGRAPH_USER is set and MEDGRAPH_PASSWORD is not"):
        credentials_for(url, {"MEDGRAPH_USER": "me"})
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert credentials_for(url, {}) == ("me", SECRET, "", "the netrc file")
    assert credentials_for("http://example.org/", {}) is None
    netrc.write_text(f"machine 127.0.0.1 login me passwort {SECRET}\n")
    with pytest.raises(EndpointError, match="the netrc file cannot be read") as caught:
        credentials_for(url, {})
    assert SECRET not in str(caught.value)


def test_no_password_follows_to_another_server() -> None:
    with guard("") as other, guard("Basic") as server:
        server.onward = f"http://127.0.0.1:{other.port}/q?apikey=x"
        with (
            Endpoint(f"http://127.0.0.1:{server.port}/q", auth=Credentials(token=SECRET)) as endpoint,
            pytest.raises(EndpointError, match=rf"sends us on to http://127.0.0.1:{other.port}/q; give that URL"),
        ):
            endpoint.ask("ASK {}")
        assert other.seen == []


def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_named_authority_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with guard("Basic", context) as server:
        url = f"https://127.0.0.1:{server.port}/q"
        with pytest.raises(EndpointError, match=r"the certificate of 127.0.0.1:\d+ cannot be verified") as caught:
            Endpoint(url, auth=Credentials("me", SECRET)).ask("ASK {}")
        assert "REQUESTS_CA_BUNDLE" in str(caught.value)
        assert server.seen == []
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
        with Endpoint(url, auth=Credentials("me", SECRET)) as endpoint:
            assert endpoint.ask("ASK {}")
            assert endpoint.warning is None
            with pytest.raises(EndpointError, match="cannot be verified"):
                Endpoint(f"https://localhost:{server.port}/q", auth=False).ask("ASK {}")


def test_a_secret_is_nowhere_in_what_is_left_behind(
    virtuoso_server: Server, tmp_path: Path, nbib: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    virtuoso_server.empty()
    (tmp_path / "a.nbib").write_text(nbib(1) + nbib(2))
    command = [sys.executable, "-m", "medgraph.cli", "load", str(tmp_path / "a.nbib"), "--to", virtuoso_server.url]
    command = [sys.executable, "-c", "import sys; from medgraph.cli import main; main(sys.argv[1:])", *command[3:]]
    environment = {**os.environ, "MEDGRAPH_USER": "dba", "MEDGRAPH_PASSWORD": SECRET}
    wrong = subprocess.run([*command, "--debug"], env=environment, capture_output=True, text=True, check=False)
    assert wrong.returncode == 3
    assert "does not accept the user and password from MEDGRAPH_USER and MEDGRAPH_PASSWORD" in wrong.stderr
    assert SECRET not in wrong.stderr + wrong.stdout
    environment["MEDGRAPH_PASSWORD"] = "dba"
    report = tmp_path / "report.json"
    right = subprocess.run([*command, "--report", report], env=environment, capture_output=True, text=True, check=False)
    assert right.returncode == 0, right.stderr
    left = "".join(path.read_text() for path in (tmp_path / "state").iterdir()) + right.stderr + report.read_text()
    assert '"dba"' not in left
    assert json.loads(report.read_text())["complete"] is True


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            (200, {"Content-Type": "text/html"}, b"<html>Hello</html>"),
            "this is a web page, not a SPARQL endpoint",
        ),
        ((200, {"Content-Type": "application/json"}, b"[1]"), "not SPARQL's JSON; is this a SPARQL endpoint"),
        ((404, {}, b"<html><title>x</title>gone</html>"), r"does not take a SPARQL query \(status 404\): gone; check"),
        ((403, {}, b""), "lets whoever gives no password read only"),
        ((401, {}, b""), "wants to know who asks: set MEDGRAPH_USER"),
        ((418, {}, b"teapot"), r"refuses the query \(status 418\): teapot"),
    ],
)
def test_what_is_no_endpoint_gets_a_sentence(answer: tuple[int, dict[str, str], bytes], words: str) -> None:
    with proxy_before("http://127.0.0.1:9/") as proxy:
        proxy.answer = answer
        with pytest.raises(EndpointError, match=words) as caught:
            Endpoint(f"{proxy.url}/sparql?apikey={SECRET}", auth=False).ask("ASK {}")
        assert SECRET not in str(caught.value)
        assert str(caught.value).count("\n") == 0


def test_the_command_line_has_a_sentence_for_each(
    run: Callable[..., Ran], tmp_path: Path, nbib: Callable[..., str], oxigraph_server: Server
) -> None:
    (tmp_path / "a.nbib").write_text(nbib(1))
    (tmp_path / "bad.nt").write_text("<urn:x:s> <urn:x:p> .\n")
    nobody = f"http://127.0.0.1:{servers.free_port()}/"
    for arguments, code, words in (
        (["a.nbib"], 2, "name the target: --to store:DIR"),
        (["a.nbib", "--to", "here"], 3, "is neither store:DIR nor the URL of a SPARQL endpoint"),
        (["a.nbib", "--to", oxigraph_server.url, "--graph", "no graph"], 3, "is no IRI that a graph could have"),
        (["a.nbib", "--to", nobody, "--attempts", "1"], 3, "nothing listens at 127.0.0.1"),
        (["none.nbib", "--to", oxigraph_server.url], 3, "there is no such file"),
        (["bad.nt", "--to", oxigraph_server.url], 3, "bad.nt: line 1: cannot be read as N-Triples"),
        (["a.nbib", "--to", "http://me:pw@127.0.0.1/"], 3, "leave user and password out of the URL"),
    ):
        arguments[0] = str(tmp_path / arguments[0])
        ran = run("load", *arguments)
        assert ran.code == code, ran.err
        assert words in ran.err
        assert "pw" not in ran.err.replace("password", "")


@pytest.fixture
def stranger(oxigraph_server: Server) -> Iterator[Proxy]:
    """A server that does not say what it is, and has no Graph Store Protocol."""
    oxigraph_server.empty()
    with proxy_before(oxigraph_server.url) as proxy:
        proxy.hide, proxy.closed = {"server"}, ("/store",)
        yield proxy


def test_a_server_that_nobody_knows_is_filled_by_updates(
    stranger: Proxy, oxigraph_server: Server, tmp_path: Path, nbib: Callable[..., str]
) -> None:
    (tmp_path / "a.nbib").write_text("".join(nbib(n) for n in range(1, 60)))
    loaded = loading.load([tmp_path / "a.nbib"], f"{stranger.url}/query")
    assert loaded.complete
    assert loaded.server == "generic"
    assert oxigraph_server.count() == loaded.distinct
    assert {path for method, path, _, _ in stranger.requests if method == "POST"} == {"/query", "/update"}


def test_a_server_that_nobody_knows_may_speak_the_graph_store_protocol(
    stranger: Proxy, oxigraph_server: Server, tmp_path: Path, nbib: Callable[..., str]
) -> None:
    stranger.closed = ()
    (tmp_path / "a.nbib").write_text("".join(nbib(n) for n in range(1, 60)))
    loaded = loading.load([tmp_path / "a.nbib"], f"{stranger.url}/query", store_url=f"{stranger.url}/store")
    assert loaded.complete
    assert any(path.startswith("/store?graph=") for _, path, _, status in stranger.requests if status in (201, 204))
    assert oxigraph_server.count() == loaded.distinct


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("0", 0.0), ("-3", 0.0), ("soon", None), (None, None), ("999999", 600.0),
                           ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("nan", None)],
)  # fmt: skip
def test_what_a_server_says_about_waiting(value: str | None, seconds: float | None) -> None:
    assert _retry_after(value) == seconds

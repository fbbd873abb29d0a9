"""
A proxy that stands before a server and does to requests what networks and servers do: one fault, some times over.

It takes one connection after the other apart into requests, so that a fault can be had at a certain request: before the
server has seen it, or after it has carried it out.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

FAULTS = ("drop", "500", "503", "429", "413", "slow", "cut", "cut body")
"""
``drop``: the connection ends before the server has seen the request. ``500``, ``503`` and ``429`` (with Retry-After):
the answer, and the server has seen nothing. ``413``: to every body larger than :attr:`Proxy.most`. ``slow``: the
request is carried out and the answer comes too late. ``cut``: carried out, and the connection ends without an answer.
``cut body``: the connection ends in the middle of the request's body.
"""


class Proxy(ThreadingHTTPServer):
    """
    Passes requests on to a server.

    Attributes:
        fault: one of :data:`FAULTS`, or "".
        when: whether a request with this number (of those with a large body, from 1) is to have the fault.
        meant: whether a request with this body is to have it.
        most: bytes that are taken at once with ``413``.
        delay: seconds for ``slow``.
        retry_after: of ``503`` and ``429``.
        requests: method, path, bytes and status of what was passed on or refused.
        hide: header names that are not passed back.
        closed: beginnings of paths that are not there.
    """

    daemon_threads = True

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        split = urlsplit(url)
        self.host, self.to_port = split.hostname or "", split.port
        self.fault = ""
        self.when: Callable[[int], bool] = lambda number: number in (2, 5)
        self.meant: Callable[[bytes], bool] | None = None
        self.most = 20_000
        self.delay = 1.4
        self.retry_after = "0"
        self.requests: list[tuple[str, str, int, int]] = []
        self.hide: set[str] = set()
        self.closed: tuple[str, ...] = ()
        self.large = 0
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        self.mutex = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are meant."""


@contextmanager
def proxy_before(url: str) -> Iterator[Proxy]:
    """A proxy before the server of this URL, until the block is left."""
    proxy = Proxy(url)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        proxy = self.server
        length = int(self.headers.get("Content-Length") or 0)
        is_large = length > 1000
        fault = ""
        if is_large:
            with proxy.mutex:
                proxy.large += 1
                fault = proxy.fault if proxy.fault == "413" or proxy.when(proxy.large) else ""
        if fault == "cut body":
            self.rfile.read(length // 2)
            self._end("cut body", length)
            return
        body = self.rfile.read(length)
        if proxy.meant is not None and proxy.meant(body):
            fault = proxy.fault
        if proxy.answer is not None:
            self._send(*proxy.answer)
        elif any(self.path.startswith(each) for each in proxy.closed):
            self._send(404, {}, b"not here")
        elif fault == "drop":
            self._end(fault, length)
        elif fault in ("500", "503", "429"):
            more = {} if fault == "500" else {"Retry-After": proxy.retry_after}
            self._send(int(fault), more, b"a fault of the proxy", length)
        elif fault == "413" and length > proxy.most:
            self._send(413, {}, b"too much", length)
        else:
            self._pass(body, fault)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815

    def _pass(self, body: bytes, fault: str) -> None:
        proxy = self.server
        connection = http.client.HTTPConnection(proxy.host, proxy.to_port, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if fault == "slow":
            threading.Event().wait(proxy.delay)
        if fault in ("cut", "slow"):
            self._end(fault, len(body))
            return
        hidden = {"transfer-encoding", "connection", "content-length", *proxy.hide}
        passed = {name: value for name, value in answer.getheaders() if name.lower() not in hidden}
        self._send(answer.status, passed, content, len(body))

    def _send(self, status: int, headers: dict[str, str], content: bytes, length: int = 0) -> None:
        self.server.requests.append((self.command, self.path, length, status))
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content)

    def _end(self, fault: str, length: int) -> None:
        """End the connection without an answer."""
        self.server.requests.append((self.command, self.path, length, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

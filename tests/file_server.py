"""A file server on this machine that behaves as told: ranges, dates, checksums, and every way to fail."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PIECE = 1 << 14
DATE = "Mon, 05 Feb 2024 10:00:00 GMT"


class FileServer(ThreadingHTTPServer):
    """
    Serves files by path.

    Attributes:
        files: path -> bytes.
        pages: path -> HTML.
        md5: whether checksums lie beside the files; a text is served in their place.
        cut: how many bytes of a file are sent before the connection is dropped, used up one by one.
        status: status codes to answer with first, each once.
        headers: what else is sent.
        asked: what was asked for, with the range.
        bad: path -> bytes that are sent in a file's place, once.
        pace: seconds between pieces of a file.
        etag: the validator of all files.
        ranges: whether ranges are served.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.pages: dict[str, str] = {}
        self.md5: bool | str = False
        self.cut: list[int] = []
        self.status: list[int] = []
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        self.bad: dict[str, bytes] = {}
        self.pace = 0.0
        self.etag = '"one"'
        self.ranges = True
        self.length = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Dropped connections are meant."""


@contextmanager
def file_server() -> Iterator[FileServer]:
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        server = self.server
        wanted = self.headers.get("Range", "")
        server.asked.append((self.path, wanted))
        if server.status:
            self._send(server.status.pop(0), b"no", server.headers)
        elif self.path in server.pages:
            self._send(200, server.pages[self.path].encode(), {"Content-Type": "text/html"})
        elif self.path.removesuffix(".md5") in server.files and self.path.endswith(".md5") and server.md5:
            ours = hashlib.md5(server.files[self.path.removesuffix(".md5")]).hexdigest()
            self._send(200, (f"MD5(x)= {ours}\n" if server.md5 is True else server.md5).encode())
        elif self.path in server.files:
            self._file(server.bad.pop(self.path, server.files[self.path]), wanted)
        else:
            self._send(404, b"not here")

    def _file(self, data: bytes, wanted: str) -> None:
        server = self.server
        headers = {"ETag": server.etag, "Last-Modified": DATE}
        if not wanted and self.headers.get("If-Modified-Since") == DATE:
            self._send(304, b"", headers)
            return
        status = 200
        if wanted and server.ranges and self.headers.get("If-Range") in (server.etag, DATE):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(data):
                self._send(416, b"", headers)
                return
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            data, status = data[start:], 206
        self._send(status, data, headers, server.cut.pop(0) if server.cut else None)

    def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None, cut: int | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.server.length:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        data = data if cut is None else data[:cut]
        piece = _PIECE if self.server.pace else len(data) or 1
        for start in range(0, len(data), piece):
            self.wfile.write(data[start : start + piece])
            self.wfile.flush()
            if self.server.pace:
                time.sleep(self.server.pace)
        if cut is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

"""
What went wrong with a request: whether to send it again, to send less at once, or to stop, and the sentence for it.

The status alone does not say: Virtuoso answers most mistakes of a client with 500, and a good part of its own troubles
with 400; its SQLSTATE and error codes do.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urlsplit, urlunsplit

import requests

from medgraph.endpoint.credentials import WHERE, Credentials

EXAMPLES = "http://HOST:7878/ (oxigraph), http://HOST:8890/sparql (Virtuoso), http://HOST:3030/DATASET (Fuseki)"

_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_VIRTUOSO = re.compile(r"(?:Virtuoso ([0-9A-Z]{5}) Error|<h3>Error ([0-9A-Z]{5})</h3>)\s*:?\s*(.*)", re.DOTALL)
_VIRTUOSO_AGAIN = ("40", "08", "S1T")
"""SQLSTATE classes of Virtuoso: a transaction that lost (deadlock), a broken connection, a time limit."""
_VIRTUOSO_LESS = re.compile(r"SP030.*memory exhausted|SR325|out of memory|lines of generated SQL|SQ200", re.DOTALL)
_VIRTUOSO_DENIED = re.compile(r"SECURITY|No permission|SR186|SR575")
_TAGS = re.compile(r"<(?:style|script|title)\b.*?</(?:style|script|title)>|<[^>]*>", re.DOTALL)
_LONGEST_WAIT = 600.0


class Trouble(Exception):
    """
    A request that failed.

    Args:
        reason: a sentence without the URL.
        again: the same request may work later.
        less: a smaller one may work now.
        wait: seconds after which the server wants to be asked again, or None.
        status: of the answer, or None where there was none.
        reached: whether the server may have seen the request.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        less: bool = False,
        wait: float | None = None,
        status: int | None = None,
        reached: bool = True,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.less = less
        self.wait = wait
        self.status = status
        self.reached = reached


def plain(url: str) -> str:
    """A URL without what may be secret in it: no user, no password, no query."""
    split = urlsplit(url)
    host = split.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = f":{split.port}" if split.port else ""
    return urlunsplit((split.scheme, f"{host}{port}", split.path, "", ""))


def of_exception(error: requests.RequestException, url: str) -> Trouble:
    """The trouble with a request that got no answer."""
    host = urlsplit(plain(url)).netloc
    if isinstance(error, requests.exceptions.SSLError):
        return Trouble(
            f"the certificate of {host} cannot be verified ({_certificate(error)}); name the file of the authority that"
            " signed it with REQUESTS_CA_BUNDLE, or check that this is the right host",
            reached=False,
        )
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Trouble(f"{host} cannot be reached: no answer; check host and port", again=True, reached=False)
    if isinstance(error, requests.Timeout):
        return Trouble("the server takes longer to answer than it is given; --timeout gives it more", again=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return Trouble(f"the proxy in HTTP_PROXY or HTTPS_PROXY does not lead to {host}", again=True, reached=False)
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        text = str(error)
        if "Name or service not known" in text or "NameResolutionError" in text or "getaddrinfo" in text:
            return Trouble(f"there is no host {host}; check the URL", again=True, reached=False)
        if "Connection refused" in text:
            reason = f"nothing listens at {host}; check host and port, and that the server runs"
            return Trouble(reason, again=True, reached=False)
        return Trouble("the connection broke", again=True)
    return Trouble(f"the request cannot be sent: {type(error).__name__}; check the URL")


def of_response(response: requests.Response, credentials: Credentials | None, *, does: str) -> Trouble:
    """
    The trouble that an answer tells of.

    Args:
        does: what the request was to do: ``"query"``, ``"update"`` or ``"store"``.
    """
    status = response.status_code
    said = _said(response)
    if found := _VIRTUOSO.search(_text(response)):
        return _of_virtuoso(found[1] or found[2], _clean(found[3]), status)
    if status == 401:
        if credentials is None:
            return Trouble(f"the server wants to know who asks: {WHERE}", status=status)
        kind = "token" if credentials.token else "user and password"
        return Trouble(f"the server does not accept the {kind} from {credentials.origin}; check them", status=status)
    if status == 403 or (status in (405, 501) and does != "query"):
        who = "whoever gives no password" if credentials is None else "this user"
        reason = f"the server lets {who} read only{said}; write with an account that may, or where updates are taken"
        return Trouble(reason, status=status)
    if status in (404, 405, 406, 410, 415, 501):
        reason = f"this address does not take a SPARQL {does} (status {status}){said}; check the path: {EXAMPLES}"
        return Trouble(reason, status=status)
    if status == 413:
        return Trouble("the server takes less at once (status 413)", less=True, status=status)
    if status in (500, 507) and re.search("no space left|disk full", _text(response), re.IGNORECASE):
        return Trouble(f"the server's disk is full{said}; make room there, and run the command again", status=status)
    if status in _AGAIN:
        wait = _retry_after(response.headers.get("Retry-After"))
        return Trouble(f"the server cannot do it now (status {status}){said}", again=True, wait=wait, status=status)
    if 300 <= status < 400:
        return Trouble(f"the server sends us on to {plain(response.headers.get('Location', ''))}; give that URL, if"
                       " you trust it", status=status)  # fmt: skip
    return Trouble(f"the server refuses the {does} (status {status}){said}", status=status)


def of_page(response: requests.Response) -> Trouble | None:
    """The trouble with an answer that claims to be good and is a web page; None for other answers."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml"):
        return None
    return Trouble(
        f"this is a web page, not a SPARQL endpoint; give the address that takes queries: {EXAMPLES}",
        status=response.status_code,
    )


def _of_virtuoso(state: str, text: str, status: int) -> Trouble:
    said = f": {text[:200]}"
    if _VIRTUOSO_DENIED.search(text):
        return Trouble(f"Virtuoso does not let this user write{said}; {WHERE}, with a user that may update", status=403)
    if _VIRTUOSO_LESS.search(text):
        return Trouble(f"Virtuoso takes less at once ({state}{said})", less=True, status=status)
    if state.startswith(_VIRTUOSO_AGAIN):
        return Trouble(f"Virtuoso cannot do it now ({state}{said})", again=True, status=status)
    return Trouble(f"Virtuoso refuses it ({state}{said})", status=status)


def _retry_after(value: str | None) -> float | None:
    """Seconds that a server wants to be left alone; None where it does not say, or nonsense."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (until - datetime.now(UTC)).total_seconds() if until.tzinfo else 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else None


def _certificate(error: Exception) -> str:
    found = re.search(r"certificate verify failed: ([^(\"']+?)\s*(?:\(|\"|'|$)", str(error))
    return found[1] if found else "the encrypted connection failed"


def _text(response: requests.Response) -> str:
    return response.content[:20_000].decode(response.encoding or "utf-8", "replace")


def _said(response: requests.Response) -> str:
    text = _clean(_text(response))
    return f": {text[:200]}{'…' if len(text) > 200 else ''}" if text else ""


def _clean(text: str) -> str:
    """The words of a message, in one line."""
    text = text.partition("SPARQL query:")[0]
    return " ".join(unescape(_TAGS.sub(" ", text)).split())

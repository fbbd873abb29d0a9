"""
Who we are to a server: from the environment or a netrc file, never from the command line.

What is secret stays here: nothing that is printed, raised or written to a journal has it in it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from netrc import NetrcParseError
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPDigestAuth, _basic_auth_str
from requests.utils import get_netrc_auth

from medgraph.errors import EndpointError

USER, PASSWORD, TOKEN = "MEDGRAPH_USER", "MEDGRAPH_PASSWORD", "MEDGRAPH_TOKEN"

WHERE = f"set {USER} and {PASSWORD} (or {TOKEN}), or name the host in ~/.netrc"
"""What to do about credentials, as the end of a sentence."""

_UNAUTHORIZED = 401


class Credentials(NamedTuple):
    """
    A user with a password, or a token.

    Args:
        user, password: for Basic and Digest, whichever the server asks for.
        token: sent as ``Authorization: Bearer``; goes before user and password.
        origin: where they come from, for sentences.
    """

    user: str = ""
    password: str = ""
    token: str = ""
    origin: str = "the caller"

    def __repr__(self) -> str:
        """Names no secret: such a value may end in a traceback."""
        return f"Credentials(from {self.origin})"

    def __str__(self) -> str:
        return repr(self)


def credentials_for(url: str, environment: Mapping[str, str] = os.environ) -> Credentials | None:
    """
    The credentials that the environment has for a server, or None.

    ``MEDGRAPH_TOKEN`` goes before ``MEDGRAPH_USER`` and ``MEDGRAPH_PASSWORD``, and these before the netrc file
    (``NETRC``, ``~/.netrc``) with the server's host in it.

    Raises:
        EndpointError: a user without a password, or a netrc file that cannot be read.
    """
    if token := environment.get(TOKEN):
        return Credentials(token=token, origin=TOKEN)
    user, password = environment.get(USER), environment.get(PASSWORD)
    if user and password is not None:
        return Credentials(user, password, origin=f"{USER} and {PASSWORD}")
    if user or password:
        there, missing = (USER, PASSWORD) if user else (PASSWORD, USER)
        raise EndpointError(url, f"{there} is set and {missing} is not; set both, or neither")
    try:
        found = get_netrc_auth(url, raise_errors=True)
    except (NetrcParseError, OSError) as error:
        reason = error.msg if isinstance(error, NetrcParseError) else error.strerror
        raise EndpointError(url, f"the netrc file cannot be read: {reason}; mend it, or set {USER}") from error
    return Credentials(*found, origin="the netrc file") if found else None


def is_bare(url: str) -> bool:
    """Whether a password sent to this URL can be read on its way: not encrypted, and to another machine."""
    split = urlsplit(url)
    host = split.hostname or ""
    return split.scheme == "http" and not (host == "localhost" or host.startswith("127.") or host == "::1")


class _Digest(HTTPDigestAuth):
    """Digest whose nonce is for all threads: ``requests`` would answer the demand anew in each, with a whole body."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__(user, password)
        self._thread_local = cast(Any, SimpleNamespace())


class Login(AuthBase):
    """
    Answers a server's demand for credentials, by Digest or Basic as it asks; a token is sent unasked.

    Without credentials it does nothing, and keeps ``requests`` from looking for some of its own.
    """

    def __init__(self, credentials: Credentials | None) -> None:
        self._credentials = credentials
        self._basic = False
        self._digest = _Digest(credentials.user, credentials.password) if credentials else None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with what the server is known to want."""
        known = self._credentials
        if known is None or self._digest is None:
            return request
        if known.token:
            request.headers["Authorization"] = f"Bearer {known.token}"
        elif self._basic:
            request.headers["Authorization"] = _basic_auth_str(known.user, known.password)
        else:
            self._digest(request)
            request.register_hook("response", self._challenged)
        return request

    def _challenged(self, response: requests.Response, **options: Any) -> requests.Response:
        """The answer to the same request with a password, where Basic is what the server wants."""
        asked = response.headers.get("WWW-Authenticate", "").lower()
        if response.status_code != _UNAUTHORIZED or self._basic or "digest" in asked or "basic" not in asked:
            return response
        assert self._credentials is not None
        self._basic = True
        # so that the connection can be used again
        response.content  # noqa: B018
        response.close()
        again = response.request.copy()
        again.headers["Authorization"] = _basic_auth_str(self._credentials.user, self._credentials.password)
        answer: requests.Response = response.connection.send(again, **options)
        answer.history.append(response)
        answer.request = again
        return answer

"""The SPARQL client, with real servers: found out from one URL, filled, asked, and what is said of what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
from servers import GRAPH, Server

from medgraph.endpoint import Credentials, Endpoint
from medgraph.errors import EndpointError


def endpoint(server: Server, url: str | None = None, **options: object) -> Endpoint:
    auth = Credentials(server.user, server.password) if server.user else False
    return Endpoint(url or server.url, auth=auth, patience=0.01, **options)  # type: ignore[arg-type]


def test_one_url_tells_the_rest(server: Server) -> None:
    root = server.url.rstrip("/").removesuffix("/sparql")
    named = {server.url, server.query, server.update, server.store, root, f"{root}/"}
    for url in sorted(named):
        with endpoint(server, url) as found:
            assert found.layout.profile == server.name, url
            assert (found.layout.update, found.layout.store) == (server.update, server.store), url
            assert found.ask("ASK {}")


def test_triples_go_in_twice_and_stand_once(server: Server) -> None:
    lines = b"".join(b'<urn:x:s%d> <urn:x:p> "\\u0022 caf\xc3\xa9 %d"@en .\n' % (n, n) for n in range(2500))
    with endpoint(server) as target:
        target.check_writing()
        target.add(lines)
        target.add(lines)
        assert target.count() == server.count() == 2500
        ((value,),) = target.rows(f"SELECT ?o {{ GRAPH <{GRAPH}> {{ <urn:x:s7> ?p ?o }} }}")
        assert value == '"\\" café 7"@en'
        target.update(f"DELETE WHERE {{ GRAPH <{GRAPH}> {{ <urn:x:s7> ?p ?o }} }}")
        assert target.count() == 2499
    assert server.graphs() == [GRAPH] or server.name == "virtuoso"


def test_without_the_graph_store_protocol_updates_carry_the_triples(server: Server) -> None:
    lines = b"".join(b'<urn:x:s%d> <urn:x:p> "\\u0022 %d" .\n' % (n, n) for n in range(2500))
    with endpoint(server, query_url=server.query, update_url=server.update, store_url="") as target:
        target.add(lines)
    assert server.count() == 2500
    assert ("<urn:x:s7>", "<urn:x:p>", '"" 7"') in server.dump()


@pytest.mark.parametrize("size", [60_000, 300_000])
@pytest.mark.parametrize("before", [0, 1, 12])
def test_a_large_literal_arrives_wherever_it_stands(server: Server, size: int, before: int) -> None:
    large = b'<urn:x:large> <urn:x:p> "%s" .\n' % (b"x" * size)
    small = b"".join(b"<urn:x:s%d> <urn:x:p> <urn:x:o> .\n" % n for n in range(before))
    with endpoint(server) as target:
        target.add(large + small)
    assert server.count() == before + 1
    query = f"SELECT (STRLEN(?o) AS ?n) {{ GRAPH <{GRAPH}> {{ <urn:x:large> ?p ?o }} }}"
    assert str(size) in server.rows(query)[0][0]


@pytest.fixture(scope="module")
def read_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("read-only")
    with servers.oxigraph(folder, location=folder / "db"):
        pass
    with servers.oxigraph(folder, location=folder / "db", read_only=True) as server:
        yield server


def test_a_server_that_may_only_be_read_is_named_as_such(read_only: Server) -> None:
    with (
        endpoint(read_only) as target,
        pytest.raises(EndpointError, match="the server lets whoever gives no password read only"),
    ):
        target.check_writing()


def test_a_wrong_password_and_none_are_told_apart(virtuoso_server: Server) -> None:
    wrong = Endpoint(virtuoso_server.update, auth=Credentials("dba", "not-it"))
    with wrong, pytest.raises(EndpointError, match="does not accept the user and password from the caller") as caught:
        wrong.check_writing()
    assert "not-it" not in str(caught.value)
    none = Endpoint(virtuoso_server.update, auth=False)
    with none, pytest.raises(EndpointError, match="wants to know who asks: set MEDGRAPH_USER and MEDGRAPH_PASSWORD"):
        none.check_writing()
    anonymous = Endpoint(virtuoso_server.url, auth=False)
    with anonymous, pytest.raises(EndpointError, match="Virtuoso does not let this user write"):
        anonymous.add(b"<urn:x:s> <urn:x:p> <urn:x:o> .\n")


def test_wrong_addresses_have_a_sentence_each(oxigraph_server: Server) -> None:
    nobody = f"http://127.0.0.1:{servers.free_port()}/"
    for url, words in (
        (nobody, "nothing listens at 127.0.0.1:"),
        ("http://no-such-host.invalid/", "there is no host no-such-host.invalid"),
        (f"{oxigraph_server.url}nowhere", r"does not take a SPARQL query \(status 404\)"),
        ("http://u:p@127.0.0.1/", "leave user and password out of the URL"),
        ("ftp://127.0.0.1/", "not the URL of a server"),
        ("http://127.0.0.1:port/", "not a URL"),
    ):
        with pytest.raises(EndpointError, match=words) as caught:
            Endpoint(url, auth=False, attempts=1).ask("ASK {}")
        assert "u:p" not in str(caught.value)


def test_broken_triples_are_refused_with_what_the_server_says(server: Server) -> None:
    with endpoint(server) as target, pytest.raises(EndpointError, match="refuses") as caught:
        target.add(b'<urn:x:s> <urn:x:p> "x" .\n' * 20 + b'<urn:x:s> <urn:x:p> "open .\n')
    assert target.retries == 0
    assert "\n" not in str(caught.value)
    assert "<" not in str(caught.value).partition("refuses")[0]


def test_a_page_for_people_is_no_endpoint(tmp_path: Path) -> None:
    from file_server import file_server

    with file_server() as pages:
        pages.pages["/"] = "<html>Welcome</html>"
        with pytest.raises(EndpointError, match=r"does not take a SPARQL query|web page"):
            Endpoint(pages.url, auth=False).ask("ASK {}")


def test_secrets_do_not_show() -> None:
    secret = Credentials("me", "hidden-1", "hidden-2")
    assert "hidden" not in f"{secret!r} {secret!s} {secret}"

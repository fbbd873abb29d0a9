"""N-Triples in one spelling: what the pattern lets through the parser would write, and triples are counted."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from medgraph.loading.batches import _chunks
from medgraph.loading.distinct import Distinct
from medgraph.loading.lines import BadLineError, _end, canonical


def parsed(lines: bytes) -> list[str]:
    return [f"{quad.subject} {quad.predicate} {quad.object} ." for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES)]


IRIS = st.from_regex(r"(https?://[A-Za-z0-9.:@%\[-]{0,9}|urn:[a-z-]{0,3}:?)[^\s]{0,12}", fullmatch=True)
ENDS = st.sampled_from(["", "@en", "@EN", "@en-us", "@x", "@en-x", "^^<http://www.w3.org/2001/XMLSchema#string>",
                        "^^<http://www.w3.org/2001/XMLSchema#date>", "^^<urn:x:>", "^^<nothing>"])  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
OBJECTS = st.one_of(IRIS.map(lambda iri: f"<{iri}>"), st.tuples(TEXTS, ENDS).map(lambda both: f'"{both[0]}"{both[1]}'))
LINES = st.tuples(IRIS, IRIS, OBJECTS).map(lambda three: f"<{three[0]}> <{three[1]}> {three[2]} .\n".encode())


@settings(max_examples=200, deadline=None)
@given(LINES)
@example(b"<http://a#> <http://a/#b> <http://a> .\n")
@example(b"<http://a/%zz> <http://a/> <http://a/> .\n")
@example(b"<http://-./> <http://a..b/> <urn:x:> .\n")
@example(b'<urn:x:a> <urn:x:a> "x"@abcdefgh-12 .\n')
@example(b'<urn:x:a> <urn:x:a> "\\t\\n\\r\\"\\\\" .\n')
def test_what_the_pattern_takes_the_parser_takes_and_writes_the_same(line: bytes) -> None:
    if _end(line, 0) == len(line):
        assert parsed(line) == [line.decode().removesuffix("\n")]


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, max_size=6))
def test_canonical_lines_are_the_parsers(lines: list[bytes]) -> None:
    text = b"".join(lines)
    try:
        wanted = [line for each in lines for line in parsed(each)]
    except SyntaxError:
        with pytest.raises(BadLineError):
            canonical(text, str)
        return
    assert canonical(text, str).decode().split("\n")[:-1] == wanted


def test_a_bad_line_is_named_by_its_number() -> None:
    good = b"<urn:x:s> <urn:x:p> <urn:x:o> .\n# a comment\n"
    with pytest.raises(BadLineError) as caught:
        canonical(good + b"<urn:x:s> <urn:x:p> .\n", str)
    assert caught.value.number == 3
    with pytest.raises(BadLineError) as caught:
        canonical(good + b'<urn:x:s> <urn:x:p> "\xff" .\n', str)
    assert (caught.value.number, caught.value.reason) == (3, "it is not UTF-8")


def test_very_many_are_counted_right() -> None:
    seen = Distinct()
    for start in range(0, 900_000, 100_000):
        seen.add_lines(b"".join(b"%d\n" % (n % 600_000) for n in range(start, start + 100_000)))
    assert (len(seen), seen.count()) == (900_000, 600_000)
    seen.close()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=40), st.integers(1, 9), st.integers(1, 50), st.booleans())
def test_chunks_hold_so_many_whole_lines(lengths: list[int], size: int, read: int, ends: bool) -> None:
    text = b"\n".join(b"x" * length for length in lengths) + (b"\n" if ends else b"")

    class Source:
        failure = None

        def __init__(self) -> None:
            self.rest = text

        def read(self, _: int) -> bytes:
            data, self.rest = self.rest[:read], self.rest[read:]
            return data

    chunks = list(_chunks(Source(), size))  # type: ignore[arg-type]
    assert b"".join(chunks).rstrip(b"\n") == text.rstrip(b"\n")
    assert all(chunk.count(b"\n") == size and chunk.endswith(b"\n") for chunk in chunks[:-1])
    assert not chunks or chunks[-1].count(b"\n") <= size + 1

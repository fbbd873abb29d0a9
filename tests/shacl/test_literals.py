"""Lexical forms, order, and the spelling of terms."""

from __future__ import annotations

import pytest

from medgraph import shacl
from medgraph.shacl import literals, terms
from medgraph.shacl.terms import XSD, literal

# lexical form, datatype, whether it is in the lexical space (XSD 1.1 Part 2)
PROBES = [
    ("true", "boolean", True),
    ("1", "boolean", True),
    ("yes", "boolean", False),
    ("TRUE", "boolean", False),
    ("300", "byte", False),
    ("-128", "byte", True),
    ("2020-01-01T24:00:00", "dateTime", True),
    ("2020-01-01T24:00:01", "dateTime", False),
    ("2020-01-01T10:00", "dateTime", False),
    ("2020-01-01T10:00:60", "dateTime", False),
    ("2020-01-01T10:00:00.5+14:00", "dateTime", True),
    ("1.50", "decimal", True),
    (".5", "decimal", True),
    ("5.", "decimal", True),
    (".", "decimal", False),
    ("1e3", "decimal", False),
    ("1e3", "double", True),
    ("INF", "double", True),
    ("inf", "double", False),
    ("NaN", "float", True),
    ("007", "integer", True),
    ("+7", "integer", True),
    ("1_000", "integer", False),
    ("\uff11\uff12", "integer", False),
    ("12abc", "integer", False),
    (" 12", "integer", False),
    ("12\n", "integer", False),
    ("-1", "nonNegativeInteger", False),
    ("-0", "nonNegativeInteger", True),
    ("1990-13-45", "date", False),
    ("1990-02-30", "date", False),
    ("2000-02-29", "date", True),
    ("1900-02-29", "date", False),
    ("2020-1-1", "date", False),
    ("2020-W01-1", "date", False),
    ("20200101", "date", False),
    ("0000-01-01", "date", True),
    ("12020-01-01", "date", True),
    ("02020-01-01", "date", False),
    ("-0044-03-15", "date", True),
    ("2020-01-01Z", "date", True),
    ("2020-01-01+25:00", "date", False),
    ("90", "gYear", False),
    ("1990", "gYear", True),
    ("Spring 1990", "gYear", False),
    ("2020-13", "gYearMonth", False),
    ("2020-1", "gYearMonth", False),
    ("2020-06", "gYearMonth", True),
    ("--02-29", "gMonthDay", True),
    ("--02-30", "gMonthDay", False),
    ("---31", "gDay", True),
    ("--13", "gMonth", False),
    ("25:00:00", "time", False),
    ("24:00:00", "time", True),
    ("P1Y2M3DT4H5M6.7S", "duration", True),
    ("P", "duration", False),
    ("P1YT", "duration", False),
    ("P1D", "yearMonthDuration", False),
    ("PT1M", "dayTimeDuration", True),
    ("0fB7", "hexBinary", True),
    ("0fB", "hexBinary", False),
    ("Zm9v", "base64Binary", True),
    ("Zm9", "base64Binary", False),
    ("2020-01-01T00:00:00", "dateTimeStamp", False),
    ("2020-01-01T00:00:00Z", "dateTimeStamp", True),
    ("en-GB", "language", True),
    ("en_GB", "language", False),
    ("a  b", "token", False),
    ("a\tb", "normalizedString", False),
    ("1a", "NCName", False),
    ("élan", "NCName", True),
    ("http://a b", "anyURI", True),
    ("anything", "string", True),
]


@pytest.mark.parametrize(("text", "name", "legal"), PROBES)
def test_lexical_space(text: str, name: str, legal: bool) -> None:
    shapes = f"""
        @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .
        ex:S sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; sh:datatype <{XSD}{name}> ] ."""
    validator = shacl.compile(shapes.encode())
    record = [("<http://example.org/x>", "<http://example.org/p>", f"{literal(text)}^^<{XSD}{name}>")]
    assert (validator.validate(record) == []) is legal
    assert (validator.validate_graph(record) == []) is legal


def test_every_datatype_that_is_checked_is_probed() -> None:
    probed = {name for _, name, _ in PROBES}
    assert set(literals._LEXICAL) - set(literals.INTEGERS) - {"Name", "NMTOKEN"} <= probed


ORDERED = [
    ("1", "integer", "01", "integer", 0),
    ("1", "integer", "1.0", "decimal", 0),
    ("1", "byte", "2", "long", -1),
    ("0.1", "decimal", "0.1", "double", 0),
    ("0.1", "float", "0.1", "double", 1),
    ("9007199254740993", "integer", "9007199254740992", "integer", 1),
    ("INF", "double", "9999999999", "integer", 1),
    ("NaN", "double", "1", "integer", None),
    ("abc", "integer", "1", "integer", None),
    ("a", "string", "b", "string", -1),
    ("a", "string", "1", "integer", None),
    ("false", "boolean", "1", "boolean", -1),
    ("2020-01-01", "date", "2020-01-02", "date", -1),
    ("2020-01-01", "date", "2020-01-01T00:00:00", "dateTime", None),
    ("2020", "gYear", "2021", "gYear", None),
    ("2020", "gYear", "2021-01-01", "date", None),
    ("2020-01-01T24:00:00", "dateTime", "2020-01-02T00:00:00", "dateTime", 0),
    ("2020-01-01T12:00:00Z", "dateTime", "2020-01-01T13:00:00+01:00", "dateTime", 0),
    ("2020-01-01T12:00:00", "dateTime", "2020-01-01T12:00:00Z", "dateTime", None),
    ("2020-01-01T12:00:00", "dateTime", "2020-01-03T12:00:00Z", "dateTime", -1),
    ("0000-03-01", "date", "-0001-03-01", "date", 1),
    ("12020-01-01", "date", "2020-01-01", "date", 1),
    ("P1Y", "yearMonthDuration", "P13M", "yearMonthDuration", -1),
    ("-P1D", "dayTimeDuration", "PT1S", "dayTimeDuration", -1),
]


@pytest.mark.parametrize(("left", "left_type", "right", "right_type", "order"), ORDERED)
def test_order(left: str, left_type: str, right: str, right_type: str, order: int | None) -> None:
    one, other = literal(left, XSD + left_type), literal(right, XSD + right_type)
    assert literals.compare(one, other) == order
    assert literals.compare(other, one) == (None if order is None else -order)


@pytest.mark.parametrize("term", ["<http://example.org/>", "_:b", '"a"@en', '"a"^^<http://example.org/t>'])
def test_what_has_no_order(term: str) -> None:
    assert literals.compare(term, term) is None


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        (r'"\u00e9"', '"é"'),
        (r'"\U0001F600"', '"😀"'),
        (r'"a\tb\b\f"', '"a\tb\b\f"'),
        (r'"a\n\r\"\\\'"', r'"a\n\r\"\\' + "'" + '"'),
        (r'"\\u0041"', r'"\\u0041"'),
        (f'"a"^^<{XSD}string>', '"a"'),
        (f'"a\\"^^<{XSD}string>"', f'"a\\"^^<{XSD}string>"'),
        ('"a"@en-GB', '"a"@en-gb'),
        ('"A@EN"', '"A@EN"'),
        (r"<http://example.org/\u00E9>", "<http://example.org/é>"),
        ("_:b1", "_:b1"),
    ],
)
def test_one_spelling(spelling: str, canonical: str) -> None:
    assert terms.canonical(spelling) == canonical
    assert terms.canonical(canonical) == canonical
    graph = terms.index([("_:s", "<http://example.org/p>", spelling)])
    assert list(terms.triples(graph)) == [("_:s", "<http://example.org/p>", canonical)]


def test_a_graph_has_each_triple_once() -> None:
    triple = ("_:s", "<p>", '"a"')
    other = ("_:s", "<q>", '"a"')
    assert list(terms.triples(terms.index([triple, other, triple, ("_:t", "<p>", '"a"'), triple]))) == [
        triple,
        other,
        ("_:t", "<p>", '"a"'),
    ]

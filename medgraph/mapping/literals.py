"""Plain values, and the literals they become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medgraph.mapping.compiled import Terms
from medgraph.mapping.rows import Record
from medgraph.vocab import XSD

_ESCAPES = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r"}


def text(value: str, record: Record | None = None) -> str:
    r"""
    As it stands.

    A plain literal, every character kept.

    >>> text('the "a\\b" case')
    '"the \\"a\\\\b\\" case"'
    """
    if '"' in value or "\\" in value or "\n" in value or "\r" in value:
        value = value.translate(_ESCAPES)
    return f'"{value}"'


literal = text


def typed(value: str, datatype: str) -> str:
    """``value`` as a literal of a datatype; the caller knows that it is one of its lexical forms."""
    return f'"{value}"^^{datatype}'


def texts(values: tuple[str, ...], record: Record) -> list[str]:
    """Each value as it stands."""
    return [literal(value) for value in values]


def english(value: str, record: Record) -> str:
    """The value, in English (which is what NLM writes its vocabulary in)."""
    return literal(value) + "@en"


def number(value: int, record: Record) -> str:
    """An ``xsd:int``."""
    return f'"{value}"^^{XSD.int}'


def true_or_false(value: bool, record: Record) -> str:
    """An ``xsd:boolean``, where the record says so."""
    return typed("true" if value else "false", XSD.boolean)


def only_true(value: bool, record: Record) -> str | None:
    """``true``, or nothing: for what is a mark in the record and else absent."""
    return typed("true", XSD.boolean) if value else None


def only_false(value: bool, record: Record) -> str | None:
    """``false``, or nothing: for what is true unless the record denies it."""
    return None if value else typed("false", XSD.boolean)


def always(*terms: str) -> Callable[[Any, Record], Terms]:
    """The same terms for every node of the kind; written as a row so that the table shows them."""

    def constant(value: Any, record: Record) -> Terms:
        return terms

    constant.__doc__ = "Always " + ", ".join(terms) + "."
    return constant


def markup(value: str, record: Record) -> str:
    """The text with its inline markup, an ``rdf:XMLLiteral``."""
    return literal(value) + "^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>"


def tagged(value: str, tag: str | None) -> str:
    """``value`` with a language tag, if there is one."""
    return f"{literal(value)}@{tag}" if tag else literal(value)


def iri(value: str, record: Record) -> str:
    """The node, as it is."""
    return value


def all_iris(values: Any, record: Record) -> Terms:
    """The nodes, as they are."""
    return values  # type: ignore[no-any-return]

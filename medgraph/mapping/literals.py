"""Plain values, and the literals they become."""

from __future__ import annotations

from medgraph.mapping.rows import Record
from medgraph.mapping.values import Always, Flag, Same, Template, escaped
from medgraph.vocab import XSD

_XML_LITERAL = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>"


def literal(value: str) -> str:
    r"""
    A plain literal, every character kept.

    >>> literal('the "a\\b" case')
    '"the \\"a\\\\b\\" case"'
    """
    if '"' in value or "\\" in value or "\n" in value or "\r" in value:
        value = escaped(value)
    return f'"{value}"'


def typed(value: str, datatype: str) -> str:
    """``value`` as a literal of a datatype; the caller knows that it is one of its lexical forms."""
    return f'"{value}"^^{datatype}'


def texts(values: tuple[str, ...], record: Record) -> list[str]:
    """Each value as it stands."""
    return [literal(value) for value in values]


_TRUE, _FALSE = typed("true", XSD.boolean), typed("false", XSD.boolean)

text = Template("As it stands.")
english = Template("The value, in English (which is what NLM writes its vocabulary in).", after='"@en')
number = Template("An ``xsd:int``.", after=f'"^^{XSD.int}', is_text=False)
true_or_false = Flag("An ``xsd:boolean``, where the record says so.", _TRUE, _FALSE)
only_true = Flag("``true``, or nothing: for what is a mark in the record and else absent.", _TRUE, None)
only_false = Flag("``false``, or nothing: for what is true unless the record denies it.", None, _FALSE)
always = Always
markup = Template("The text with its inline markup, an ``rdf:XMLLiteral``.", after=f'"^^{_XML_LITERAL}')
iri = Template("The node, as it is.", before="", after="", is_text=False)
all_iris = Same("The nodes, as they are.")


def tagged(value: str, tag: str | None) -> str:
    """``value`` with a language tag, if there is one."""
    return f"{literal(value)}@{tag}" if tag else literal(value)

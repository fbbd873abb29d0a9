"""
The bytes of one record -> its tags and texts, in order.

NLM's own files are plain: elements, double-quoted attributes, text, references such as ``&#xe9;``, and
nothing else, but for a remark now and then. Such a record is cut at its angle brackets, which is three times
as fast as building a tree of it and loses nothing: the readers check every tag, attribute and reference as they
come to it, and raise :class:`NotPlainError` at the first that is not as it should be. Any other record (CDATA,
other namespaces, single quotes, or an error) is parsed by lxml, whose tree is written out plainly, or whose
error is what the reader of the message gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from lxml import etree

Tokens = Iterator[tuple[str, str]]
"""A tag without its ``>`` (``<PMID Version="1"``), and the text behind it, references not yet resolved."""

DEEPEST = 256
"""Elements inside one another; lxml refuses more."""

MATHML = "{http://www.w3.org/1998/Math/MathML}"

_LEGAL = bytes((0x09, 0x0A, 0x0D, *range(0x20, 0x100)))
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]+));|&")
_PREDEFINED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SPECIAL = re.compile("[&<>]")
_QUOTE = '"'
_NAME_START = (
    "A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F"
    "\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\U00010000-\\U000EFFFF"
)
_NAME = f"[{_NAME_START}][{_NAME_START}.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040-]*"
"""A name without colon (Extensible Markup Language 1.0, fifth edition, productions 4 and 4a)."""
_DECLARED = "xmlns:mml"
_OF_MATHML = _DECLARED, MATHML[1:-1]


def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Of a start tag, and of an attribute, with names of this form."""
    return (
        re.compile(f'<((?:mml:)?{name})((?:[ \\t\\r\\n]+(?:{_DECLARED}|{name})="[^"]*")*)[ \\t\\r\\n]*(/?)'),
        re.compile(f'({_DECLARED}|{name})="([^"]*)"'),
    )


_PLAINEST = _patterns("[A-Z_a-z][A-Z_a-z.0-9-]*")
_any_name = cache(lambda: _patterns(_NAME))
"""To compile this takes as long as to read a hundred records, and no record of PubMed needs it."""


_REMARK = re.compile(
    rb"<\?(?![Xx][Mm][Ll])[A-Za-z][A-Za-z0-9]*(?:[ \t\r\n][ \t\r\n!-;=@-~]*)?\?>|<!--[ \t\r\n!-,.-;=?-~]*-->"
)


class NotPlainError(Exception):
    """The record is not plain here, or not well-formed."""


def plain_tokens(raw: bytes) -> Tokens:
    """
    The tokens of a record that is plain, as far as that can be seen at once.

    Raises:
        NotPlainError: it holds declarations, comments, or characters that no XML may hold.
    """
    if raw.translate(None, _LEGAL) or (b"\xef" in raw and any(character in raw for character in _NONCHARACTERS)):
        raise NotPlainError
    try:
        return tokens(raw.decode())
    except UnicodeDecodeError:
        raise NotPlainError from None


def without_remarks(raw: bytes) -> bytes:
    """
    A record without its comments and processing instructions (``<?pmcsd?>``), which say nothing of it.

    It is as it was where there is none, or one that may be something else: in a CDATA section or in a tag.

    >>> without_remarks(b"<a>one<?nihms ?> and<!-- more --> two</a>")
    b'<a>one and two</a>'
    """
    if (b"<?" not in raw and b"<!--" not in raw) or b"<![CDATA[" in raw:
        return raw
    if any(raw.rfind(b"<", 0, found.start()) > raw.rfind(b">", 0, found.start()) for found in _REMARK.finditer(raw)):
        return raw
    return _REMARK.sub(b"", raw)


def tokens(text: str) -> Tokens:
    """
    The tags and texts of plain XML, where each ``<`` has its ``>``.

    As many ``<`` as ``>``, and every other piece beginning with ``<``, which the readers see to, is
    the proof that they take turns.

    >>> list(tokens('<PMID Version="1">7</PMID>'))
    [('<PMID Version="1"', '7'), ('</PMID', '')]
    """
    bracketed = text.replace("<", "><")
    pieces = bracketed.split(">")
    if pieces[0] or 2 * (len(bracketed) - len(text)) + 1 != len(pieces):
        raise NotPlainError
    following = iter(pieces)
    next(following)
    return zip(following, following, strict=True)


def start_tag(tag: str) -> tuple[str, list[tuple[str, str]], bool]:
    """
    Name, attributes and whether it is empty (``<a/``), of a start tag.

    That the prefix ``mml`` is the one of MathML is no attribute.

    Raises:
        NotPlainError: it is no start tag, or not plain.
    """
    whole, attribute = _PLAINEST
    found = whole.fullmatch(tag)
    if found is None and not tag.isascii():
        whole, attribute = _any_name()
        found = whole.fullmatch(tag)
    if found is None:
        raise NotPlainError
    attributes = attribute.findall(found[2]) if found[2] else []
    names = {name for name, _ in attributes}
    if len(names) < len(attributes) or "xmlns" in names or (_DECLARED in names and _OF_MATHML not in attributes):
        raise NotPlainError
    if _DECLARED in names:
        attributes.remove(_OF_MATHML)
    return found[1], [(name, unescaped(value)) for name, value in attributes], bool(found[3])


def unescaped(text: str) -> str:
    """
    The text with its references resolved.

    Raises:
        NotPlainError: an entity that XML does not define, or a character that it does not allow.
    """
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name is not None:
        character = _PREDEFINED.get(name)
        if character is None:
            raise NotPlainError
        return character
    if decimal is None and hexadecimal is None:
        raise NotPlainError
    code = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if not (0x20 <= code < 0xD800 or code in (9, 10, 13) or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000):
        raise NotPlainError
    return chr(code)


def escaped(text: str) -> str:
    """The text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if _SPECIAL.search(text) else text


def attributes_written(attributes: list[tuple[str, str]]) -> str:
    """Attributes as they stand in a start tag, with a blank before each."""
    return "".join(f' {name}="{escaped(value).replace(_QUOTE, "&quot;")}"' for name, value in attributes)


def written(element: Any) -> str:
    """
    An element of lxml as plain XML, without its tail.

    Names lose their namespaces, but for MathML, which gets the prefix ``mml``.
    """
    name = local(element.tag)
    attributes = attributes_written([(local(key), value) for key, value in element.items()])
    parts = [f"<{name}{attributes}>", escaped(element.text or "")]
    for child in element:
        parts += [written(child), escaped(child.tail or "")]
    parts.append(f"</{name}>")
    return "".join(parts)


def local(name: str) -> str:
    """
    A tag or attribute name of lxml without its namespace.

    >>> local("{http://www.w3.org/1998/Math/MathML}mi")
    'mml:mi'
    """
    return "mml:" + name[len(MATHML) :] if name.startswith(MATHML) else name.rpartition("}")[2]


_PARSER = etree.XMLParser(
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    collect_ids=False,
    remove_comments=True,
    remove_pis=True,
)
_UNDECLARED_PREFIX = 201


def parsed_tokens(raw: bytes, name: bytes, namespaces: bytes) -> Tokens:
    """
    The tokens of any record.

    Args:
        raw: the record in UTF-8.
        name: its tag.
        namespaces: the ``xmlns:…`` attributes of the elements around it.

    Raises:
        XMLSyntaxError: it is not well-formed.
    """
    try:
        element = etree.fromstring(raw, _PARSER)
    except etree.XMLSyntaxError as error:
        if error.code != _UNDECLARED_PREFIX:
            raise
        outer = namespaces if b"xmlns:mml=" in namespaces else namespaces + f' xmlns:mml="{MATHML[1:-1]}"'.encode()
        end = len(name) + 1
        element = etree.fromstring(raw[:end] + outer + raw[end:], _PARSER)
    return tokens(written(element))

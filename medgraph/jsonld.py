"""
JSON-LD that reads like JSON: one object a record, short names, and the context that explains them.

pyoxigraph reads JSON-LD 1.1 but writes only its expanded form, in which every key is an IRI and every value
an object. So the compaction is ours: it applies a context and nothing else, and the tests read everything
back with pyoxigraph and with rdflib. The context is worked out from the mapping and the vocabularies;
``context.jsonld`` is the same as a file, for those who want to refer to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from medgraph import vocab
from medgraph.mapping import FULL, Triple
from medgraph.vocab import BIBO, CITO, DCTERMS, FABIO, MEDGRAPH, PRISM, PRO, RDF, RDFS, SCHEMA

FILE = Path(__file__).with_name("context.jsonld")

ENGLISH = frozenset({DCTERMS.title, BIBO.abstract, RDF.value, RDFS.label})
"""Properties whose strings are English unless they say otherwise."""

DATES = frozenset(
    {
        DCTERMS.issued, DCTERMS.available, DCTERMS.dateSubmitted, DCTERMS.dateAccepted, DCTERMS.modified,
        MEDGRAPH.dateCompleted, MEDGRAPH.dateRevisedManuscript, MEDGRAPH.dateOfBeginning, MEDGRAPH.dateOfEnding,
    }
)  # fmt: skip
"""Properties whose strings are days unless they say otherwise."""

TIMES = frozenset({DCTERMS.created, MEDGRAPH.dateEntered, MEDGRAPH.dateIndexed})
"""Properties whose strings are points in time unless they say otherwise."""

TEXTS = frozenset({DCTERMS.rights})
"""Properties without a published range whose values are literals; such values are IRIs otherwise."""

LISTS = frozenset(
    {
        DCTERMS.creator, DCTERMS.contributor, DCTERMS.type, DCTERMS.subject, DCTERMS.language, DCTERMS.hasPart,
        DCTERMS.identifier, BIBO.editor, PRO.isDocumentContextFor, PRO.relatesToOrganization, FABIO.hasSubjectTerm,
        FABIO.hasPrimarySubjectTerm, PRISM.keyword, SCHEMA.sameAs, SCHEMA.mentions, CITO.cites, MEDGRAPH.heading,
        MEDGRAPH.substance, MEDGRAPH.relation, MEDGRAPH.reference, MEDGRAPH.citationSubset,
        MEDGRAPH.databankAccession,
    }
)  # fmt: skip
"""Properties whose value is an array even where there is one."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset({_XSD + "integer", _XSD + "int", _XSD + "nonNegativeInteger", _XSD + "positiveInteger"})
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_DEPTH = 12
_KNOWN_IRIS = 50_000

_ESCAPE = re.compile(r'\\(?:([tbnrf"\'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))')
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


class _Term(NamedTuple):
    """A name of the context: of what type or language its plain strings are, and whether it always holds an array."""

    name: str
    type: str | None
    language: str | None
    listed: bool


class Context:
    """
    A JSON-LD context, and the objects that it shortens.

    Args:
        document: the value of ``@context``: prefixes as strings, terms as objects.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        self._prefixes = {iri: name for name, iri in document.items() if isinstance(iri, str)}
        names = {name: iri for iri, name in self._prefixes.items()}
        self._names = frozenset(names)

        def full(short: str) -> str:
            prefix, _, local = short.partition(":")
            return names[prefix] + local if prefix in names else short

        self._terms = {
            f"<{full(term['@id'])}>": _Term(
                name, full(term["@type"]) if "@type" in term else None, term.get("@language"), "@container" in term
            )
            for name, term in document.items()
            if isinstance(term, dict)
        }
        self._short: dict[str, str] = {}

    @classmethod
    def of_mapping(cls, prefixes: Mapping[str, str] = vocab.PREFIXES) -> Context:
        """The context for what the mapping writes, with these prefixes."""
        document: dict[str, Any] = {"@version": 1.1, **prefixes}
        for predicate in dict.fromkeys(row.predicate for node in FULL.nodes.values() for row in node.rows):
            short = _prefixed(predicate, prefixes)
            name = short.partition(":")[2]
            if predicate == RDF.type or predicate not in vocab.TERMS or name in document:
                continue
            term = document[name] = {"@id": short}
            if kind := _coerced(predicate):
                term["@type"] = _prefixed(kind, prefixes) if kind[0] == "<" else kind
            if predicate in ENGLISH:
                term["@language"] = "en"
            if predicate in LISTS:
                term["@container"] = "@set"
        return cls(document)

    def json(self) -> bytes:
        """The value of ``@context``, one name a line."""
        lines = [msgspec.json.encode(name) + b": " + msgspec.json.encode(term) for name, term in self.document.items()]
        return b"{\n  " + b",\n  ".join(lines) + b"\n}"

    def objects(self, triples: Iterable[Triple]) -> list[bytes]:
        """
        The JSON of some triples: an object for the first subject, with those it leads to inside it.

        A node stands in full where it is named first, and by its IRI alone everywhere else; subjects
        that no other leads to follow as objects of their own.

        Args:
            triples: of one record, grouped by subject.

        Raises:
            ValueError: an IRI would be taken for a shortened one.
        """
        waiting: dict[str, list[tuple[str, str]]] = {}
        for subject, predicate, term in triples:
            waiting.setdefault(subject, []).append((predicate, term))
        found = []
        while waiting:
            subject = next(iter(waiting))
            node = self._node(subject, waiting.pop(subject), waiting, _DEPTH)
            found.append(msgspec.json.format(msgspec.json.encode(node)))
        return found

    def _node(
        self,
        subject: str,
        properties: Sequence[tuple[str, str]],
        waiting: dict[str, list[tuple[str, str]]],
        depth: int,
    ) -> dict[str, Any]:
        node: dict[str, Any] = {"@id": self._iri(subject)}
        for predicate, term in properties:
            known = self._terms.get(predicate) or _Term(self._iri(predicate), None, None, False)
            key = known.name
            value: Any
            if predicate == RDF.type:
                key, value = "@type", self._iri(term)
            elif term[0] == '"':
                value = self._literal(term, known)
            elif term in waiting and depth:
                value = self._node(term, waiting.pop(term), waiting, depth - 1)
            else:
                value = self._iri(term) if known.type == "@id" else {"@id": self._iri(term)}
            if key not in node:
                node[key] = [value] if known.listed else value
            elif isinstance(node[key], list):
                node[key].append(value)
            else:
                node[key] = [node[key], value]
        return node

    def _literal(self, term: str, known: _Term) -> Any:
        """The value in its shortest form: what the name in the context says is not said again."""
        text, language, datatype = literal(term)
        if language:
            return text if language == known.language else {"@value": text, "@language": language}
        if datatype is None:
            return text if known.type is None and known.language is None else {"@value": text}
        if datatype == known.type:
            if datatype == _XSD + "boolean" and text in ("true", "false"):
                return text == "true"
            return int(text) if datatype in _INTEGERS and _CANONICAL_INTEGER.fullmatch(text) else text
        return {"@value": text, "@type": self._iri(f"<{datatype}>")}

    def _iri(self, term: str) -> str:
        short = self._short.get(term)
        if short is None:
            if len(self._short) > _KNOWN_IRIS:
                self._short.clear()
            short = self._short[term] = self._shorten(term)
        return short

    def _shorten(self, term: str) -> str:
        if term[0] == "_":
            return term
        iri = term[1:-1]
        cut = max(iri.rfind("/"), iri.rfind("#"), iri.rfind(":")) + 1
        prefix = self._prefixes.get(iri[:cut])
        if prefix is not None and cut < len(iri):
            return f"{prefix}:{iri[cut:]}"
        scheme, _, rest = iri.partition(":")
        if scheme in self._names and not rest.startswith("//"):
            raise ValueError(f"<{iri}> would be read as a name with the prefix {scheme!r}; write another format")
        return iri


def literal(term: str) -> tuple[str, str | None, str | None]:
    r"""
    Text, language and datatype of a literal in N-Triples syntax.

    >>> literal('"a \\"b\\""@en')
    ('a "b"', 'en', None)
    >>> literal('"1"^^<http://www.w3.org/2001/XMLSchema#int>')
    ('1', None, 'http://www.w3.org/2001/XMLSchema#int')
    """
    end = term.rindex('"')
    text = term[1:end]
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    rest = term[end + 1 :]
    if not rest:
        return text, None, None
    if rest[0] == "@":
        return text, rest[1:], None
    return text, None, rest[3:-1]


def _unescape(match: re.Match[str]) -> str:
    sign, short, long = match.groups()
    return _ESCAPED[sign] if sign else chr(int(short or long, 16))


def _coerced(predicate: str) -> str | None:
    """What the strings of a property are: ``"@id"`` for IRIs, a datatype, or None for text."""
    if predicate in DATES or predicate in TIMES:
        return f"<{_XSD}{'date' if predicate in DATES else 'dateTime'}>"
    term = vocab.TERMS[predicate]
    if term.kind == "owl:ObjectProperty" or (term.kind == "rdf:Property" and not term.range and predicate not in TEXTS):
        return "@id"
    typed = [kind for kind in term.range if kind.startswith(f"<{_XSD}") or kind == RDF.XMLLiteral]
    return typed[0] if typed and typed[0] != f"<{_XSD}string>" else None


def _prefixed(term: str, prefixes: Mapping[str, str]) -> str:
    """``prefix:name`` for a term of a known vocabulary."""
    iri = term[1:-1]
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    names = {namespace: prefix for prefix, namespace in prefixes.items()}
    return f"{names[iri[:cut]]}:{iri[cut:]}" if iri[:cut] in names else f":{iri}"


def file() -> bytes:
    """What ``context.jsonld`` holds; ``python -m medgraph.jsonld`` writes it."""
    return b'{"@context": ' + Context.of_mapping().json() + b"}\n"


if __name__ == "__main__":
    FILE.write_bytes(file())

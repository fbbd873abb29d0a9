"""
The six syntaxes: what the triples of one record look like in each.

A syntax turns one record's triples into bytes and keeps nothing from one record to the next, so the same
record gives the same bytes wherever it stands. It knows nothing of files; see :mod:`medgraph.sinks`.

Triples are three strings each, in N-Triples syntax, grouped by subject and predicate. Turtle's strings and
IRIs are those of N-Triples with shorter names allowed, so Turtle and TriG are made of the same strings;
RDF/XML is pyoxigraph's, and JSON-LD is compacted in :mod:`medgraph.jsonld`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from medgraph import vocab
from medgraph.iris import GRAPH
from medgraph.mapping import Triple
from medgraph.native import compiled_part
from medgraph.vocab import RDF, XSD

_COMPILED = compiled_part("medgraph.syntaxes")

_KNOWN_NAMES = 50_000


class Syntax:
    """
    N-Triples, and what every other syntax has in common with it.

    Args:
        prefixes: prefix to namespace, written once at the head, in this order.
        graph: IRI of the named graph, for the syntaxes that have one.

    Attributes:
        head, between, tail: bytes before the first record, between two, and after the last.
        takes_lines: whether :meth:`of_lines` is the faster way.
    """

    takes_lines = False
    head = b""
    between = b""
    tail = b""

    def __init__(self, prefixes: Mapping[str, str] = vocab.PREFIXES, graph: str = GRAPH) -> None:
        self.prefixes = dict(prefixes)
        self.graph = graph

    def of_lines(self, lines: bytes) -> bytes:
        """The bytes of one record's triples, from the lines of N-Triples that they are."""
        cut = (line.removesuffix(" .").split(" ", 2) for line in lines.decode().split("\n")[:-1])
        return self.record([(s, p, o) for s, p, o in cut])

    def record(self, triples: Sequence[Triple]) -> bytes:
        """
        The bytes of one record's triples.

        Raises:
            ValueError: the syntax cannot carry them.
        """
        return "".join([f"{s} {p} {o} .\n" for s, p, o in triples]).encode()


class NTriples(Syntax):
    """One triple a line."""

    takes_lines = True

    def of_lines(self, lines: bytes) -> bytes:
        """The bytes of one record's triples, which are N-Triples already."""
        return lines


class NQuads(NTriples):
    """One triple a line, with the named graph."""

    def record(self, triples: Sequence[Triple]) -> bytes:
        """Lines that end with the graph's IRI."""
        end = f" <{self.graph}> .\n"
        return "".join([f"{s} {p} {o}{end}" for s, p, o in triples]).encode()

    def of_lines(self, lines: bytes) -> bytes:
        """The bytes of one record from N-Triples, in which a line end stands nowhere but behind a triple."""
        return lines.replace(b" .\n", f" <{self.graph}> .\n".encode())


class Turtle(Syntax):
    """Turtle: a line for every property, and a blank line between records."""

    between = b"\n"
    _name = re.compile(r"<(.*[/#:])([A-Za-z0-9_][A-Za-z0-9_-]*)>")

    def __init__(self, prefixes: Mapping[str, str] = vocab.PREFIXES, graph: str = GRAPH) -> None:
        super().__init__(prefixes, graph)
        self.head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in self.prefixes.items()).encode() + b"\n"
        self._namespaces = {iri: name for name, iri in self.prefixes.items()}
        self._names: dict[str, str] = {}
        self._compiled: Any = None
        if _COMPILED is not None:
            self._compiled = _COMPILED.Turtle(self._namespaces, RDF.type, XSD.boolean)
            self.takes_lines = True

    def of_lines(self, lines: bytes) -> bytes:
        """The bytes of one record's triples, from their lines in N-Triples: by compiled code where there is such."""
        return super().of_lines(lines) if self._compiled is None else self._compiled.of(lines)

    def record(self, triples: Sequence[Triple]) -> bytes:
        """
        Statements, grouped by subject and by predicate.

        >>> syntax = Turtle({"foaf": "http://xmlns.com/foaf/0.1/"})
        >>> print(syntax.record([
        ...     ("<x:1>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<http://xmlns.com/foaf/0.1/Person>"),
        ...     ("<x:1>", "<http://xmlns.com/foaf/0.1/name>", '"J. Doe"'),
        ...     ("<x:1>", "<http://xmlns.com/foaf/0.1/name>", '"Jane Doe"@en'),
        ... ]).decode(), end="")
        <x:1> a foaf:Person ;
            foaf:name "J. Doe" , "Jane Doe"@en .
        """
        if len(self._names) > _KNOWN_NAMES:
            self._names.clear()
        names, shorten = self._names, self._shorten
        parts: list[str] = []
        subject = predicate = None
        for s, p, o in triples:
            if s == subject and p == predicate:
                parts.append(" , ")
            else:
                verb = "a" if p == RDF.type else names.get(p) or shorten(p)
                if s == subject:
                    parts.append(f" ;\n    {verb} ")
                else:
                    if subject is not None:
                        parts.append(" .\n")
                    parts.append(f"{names.get(s) or shorten(s)} {verb} ")
                    subject = s
                predicate = p
            if o[-1] != ">":
                parts.append(o)
            elif o[0] == "<":
                parts.append(names.get(o) or shorten(o))
            else:
                parts.append(self._typed(o))
        if parts:
            parts.append(" .\n")
        return "".join(parts).encode()

    def _shorten(self, term: str) -> str:
        """A term with its prefix, where the rest is a name that needs no escapes."""
        name = term
        if found := self._name.fullmatch(term):
            namespace, local = found.groups()
            if namespace in self._namespaces:
                name = f"{self._namespaces[namespace]}:{local}"
        self._names[term] = name
        return name

    def _typed(self, term: str) -> str:
        text, _, datatype = term.rpartition("^^")
        if datatype == XSD.boolean and text in ('"true"', '"false"'):
            return text[1:-1]
        return f"{text}^^{self._names.get(datatype) or self._shorten(datatype)}"


class TriG(Turtle):
    """The named graph around Turtle's statements."""

    tail = b"}\n"

    def __init__(self, prefixes: Mapping[str, str] = vocab.PREFIXES, graph: str = GRAPH) -> None:
        super().__init__(prefixes, graph)
        self.head += f"<{graph}> {{\n".encode()


class RdfXml(Syntax):
    """RDF/XML, one element a subject."""

    tail = b"</rdf:RDF>\n"
    _illegal = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")

    def __init__(self, prefixes: Mapping[str, str] = vocab.PREFIXES, graph: str = GRAPH) -> None:
        from xml.sax.saxutils import quoteattr  # noqa: PLC0415 (imports urllib.request, and that the whole of HTTP)

        super().__init__({"rdf": vocab.PREFIXES["rdf"], **prefixes}, graph)
        names = "".join(f"\n  xmlns:{name}={quoteattr(iri)}" for name, iri in self.prefixes.items())
        self.head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{names}>\n'.encode()
        # pyoxigraph writes the namespaces with every document, in an order that changes from run to run;
        # they have one length whatever the order, and are cut off.
        end = self.tail.rstrip()
        self._cut = len(self._document([]).removesuffix(end))
        self._end = -len(end)

    def record(self, triples: Sequence[Triple]) -> bytes:
        """
        Elements of one record.

        Raises:
            ValueError: XML cannot carry a character of a literal, a predicate has no local name, or the
                triples are not legal N-Triples.
        """
        import pyoxigraph as ox  # noqa: PLC0415

        try:
            body = self._document(ox.parse(super().record(triples), format=ox.RdfFormat.N_TRIPLES))
        except SyntaxError as error:
            raise ValueError(f"not legal N-Triples: {error}") from error
        body = body[self._cut : self._end]
        if found := self._illegal.search(body):
            code = ord(found.group().decode())
            raise ValueError(f"the character U+{code:04X} cannot stand in XML; write Turtle or N-Triples")
        if b"<oxprefix:" in body:
            raise ValueError("a predicate does not end in a name, as XML wants it; write Turtle or N-Triples")
        # A bare carriage return would come back from an XML parser as a line feed (XML 1.0, 2.11).
        return body.replace(b"\r", b"&#13;") if b"\r" in body else body

    def _document(self, triples: Any) -> bytes:
        import pyoxigraph as ox  # noqa: PLC0415

        written = ox.serialize(triples, format=ox.RdfFormat.RDF_XML, prefixes=self.prefixes)
        assert written is not None
        return written


class JsonLd(Syntax):
    """JSON-LD 1.1 with its context inlined: one object a record, with the record's own nodes inside."""

    between = b",\n"
    tail = b"\n]\n}\n"

    def __init__(self, prefixes: Mapping[str, str] = vocab.PREFIXES, graph: str = GRAPH) -> None:
        from medgraph import jsonld  # noqa: PLC0415

        super().__init__(prefixes, graph)
        self._context = jsonld.Context.of_mapping(self.prefixes)
        self.head = b'{\n"@context": ' + self._context.json() + b',\n"@graph": [\n'

    def record(self, triples: Sequence[Triple]) -> bytes:
        """
        JSON objects, separated by commas; no line end behind the last.

        Raises:
            ValueError: an IRI would be taken for a shortened one.
        """
        return b",\n".join(self._context.objects(triples))


FORMATS: dict[str, type[Syntax]] = {
    "ttl": Turtle,
    "nt": NTriples,
    "nq": NQuads,
    "trig": TriG,
    "jsonld": JsonLd,
    "rdf": RdfXml,
}
"""Syntaxes by the suffix of their files."""


def format_of(name: str) -> str | None:
    """
    The format that a file's name asks for, or None.

    >>> format_of("out/records.ttl.gz")
    'ttl.gz'
    >>> format_of("records.TTL")
    'ttl'
    >>> format_of("records") is None
    True
    """
    found = re.search(rf"\.((?:{'|'.join(FORMATS)})(?:\.gz)?)$", name.lower())
    return found.group(1) if found else None

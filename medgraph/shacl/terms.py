"""
RDF terms as strings in N-Triples syntax: what they are, and one spelling for each.

The validator compares terms as strings, so two spellings of one term must not meet. The spelling used is that of
canonical N-Triples (RDF 1.1 N-Triples, section 4): only ``"``, ``\\``, line feed and carriage return are escaped;
``^^xsd:string`` is left out, and language tags are in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medgraph.errors import ShapesError

if TYPE_CHECKING:
    import pyoxigraph

Triple = tuple[str, str, str]
Index = dict[str, dict[str, dict[str, None]]]
"""A graph: subject -> predicate -> its objects, in order and without repetition."""
_NEAR = 20_000

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SH = "http://www.w3.org/ns/shacl#"

TYPE = f"<{RDF}type>"
FIRST = f"<{RDF}first>"
REST = f"<{RDF}rest>"
NIL = f"<{RDF}nil>"
SUBCLASS = f"<{RDFS}subClassOf>"
TRUE = f'"true"^^<{XSD}boolean>'

_STRING = f'"^^<{XSD}string>'
_ESCAPE = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_QUOTE = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def literal(lexical: str, datatype: str | None = None, language: str | None = None) -> str:
    r"""
    A literal in canonical N-Triples.

    Args:
        datatype: its IRI, without angle brackets; None for a string.

    >>> literal('say "hi"')
    '"say \\"hi\\""'
    >>> literal("7", "http://www.w3.org/2001/XMLSchema#integer")
    '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'
    >>> literal("hi", language="en-GB")
    '"hi"@en-gb'
    """
    quoted = f'"{lexical.translate(_QUOTE)}"'
    if language:
        return f"{quoted}@{language.lower()}"
    if datatype is None or datatype == f"{XSD}string":
        return quoted
    return f"{quoted}^^<{datatype}>"


def unescape(text: str) -> str:
    """Text with the escapes of N-Triples taken out of it."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    plain, short, long = match.groups()
    return _PLAIN[plain] if plain else chr(int(short or long, 16))


def canonical(term: str) -> str:
    r"""
    The one spelling of a term that is in N-Triples syntax.

    >>> canonical(r'"a\u0041"^^<http://www.w3.org/2001/XMLSchema#string>')
    '"aA"'
    >>> canonical('"x"@EN')
    '"x"@en'
    >>> canonical(r"<http://example.org/\u00E9>")
    '<http://example.org/é>'
    """
    if term[0] != '"':
        return unescape(term)
    end = term.rindex('"')
    body, suffix = term[1:end], term[end:]
    if "\\" in body:
        body = unescape(body).translate(_QUOTE)
    if suffix == _STRING:
        suffix = '"'
    elif suffix.startswith('"@'):
        suffix = suffix.lower()
    else:
        suffix = unescape(suffix)
    return f'"{body}{suffix}'


def lexical(term: str) -> str:
    r"""
    What ``str()`` of SPARQL gives: the IRI, or the literal's text; a blank node gives its label.

    >>> lexical("<http://example.org/>"), lexical(r'"two\nlines"@en')
    ('http://example.org/', 'two\nlines')
    """
    if term[0] == '"':
        return unescape(term[1 : term.rindex('"')])
    return term[1:-1] if term[0] == "<" else term


def datatype(term: str) -> str | None:
    """The IRI of a literal's datatype, without brackets; None where the term is no literal."""
    if term[0] != '"':
        return None
    suffix = term[term.rindex('"') + 1 :]
    if not suffix:
        return f"{XSD}string"
    if suffix[0] == "@":
        return f"{RDF}dirLangString" if "--" in suffix else f"{RDF}langString"
    return suffix[3:-1]


def language(term: str) -> str:
    """The language tag of a literal in lower case, ``""`` where it has none."""
    if term[0] != '"' or term[-1] in '">':
        return ""
    return term[term.rindex('"') + 2 :].lower()


def index(triples: Iterable[Triple]) -> Index:
    """
    The triples grouped by subject and predicate, each term in its one spelling.

    Fastest where the triples of a subject, and of a predicate within it, stand together.
    """
    graph: Index = {}
    last_subject = last_predicate = ""
    properties: dict[str, dict[str, None]] = {}
    values: dict[str, None] = {}
    for subject, predicate, term in triples:
        if subject != last_subject:
            last_subject, last_predicate = subject, ""
            node = canonical(subject) if "\\" in subject else subject
            found = graph.get(node)
            if found is None:
                found = graph[node] = {}
            properties = found
        if predicate != last_predicate:
            last_predicate = predicate
            name = canonical(predicate) if "\\" in predicate else predicate
            known = properties.get(name)
            if known is None:
                known = properties[name] = {}
            values = known
        if "\\" in term:
            term = canonical(term)  # noqa: PLW2901
        elif term[0] == '"' and (last := term[-1]) != '"':
            if last != ">":
                if (tag := term[term.rindex('"') :]) != tag.lower():
                    term = canonical(term)  # noqa: PLW2901
            elif term.endswith(_STRING):
                term = canonical(term)  # noqa: PLW2901
        values[term] = None
    return graph


class StoreIndex(Mapping[str, dict[str, dict[str, None]]]):
    """
    A pyoxigraph store as an index, read as it is asked for: memory does not grow with the store but by the names of
    its subjects.

    Args:
        store: all its graphs are taken as one.
        on_disk: whether it is one on the disk, which keeps the triples of a subject together; then not even by those.
    """

    def __init__(self, store: pyoxigraph.Store, *, on_disk: bool = False) -> None:
        import pyoxigraph  # noqa: PLC0415 (20 MB, here and below: who only writes terms does without)

        self.store = store
        self.on_disk = on_disk
        self._near: dict[str, dict[str, dict[str, None]]] = {}
        self._graphs = [pyoxigraph.DefaultGraph(), *store.named_graphs()]

    def __getitem__(self, subject: str) -> dict[str, dict[str, None]]:
        properties = self._near.get(subject)
        if properties is None:
            if len(self._near) >= _NEAR:
                self._near.clear()
            properties = self._near[subject] = {}
            if subject[0] != '"':
                for quad in self.store.quads_for_pattern(to_pyoxigraph(subject), None, None, None):
                    _, predicate, term = _of_quad(quad)
                    properties.setdefault(canonical(predicate), {})[canonical(term)] = None
        if not properties:
            raise KeyError(subject)
        return properties

    def __iter__(self) -> Iterator[str]:
        several = len(self._graphs) > 1 or not self.on_disk
        seen: set[str] = set()
        last = ""
        for graph in self._graphs:
            for quad in self.store.quads_for_pattern(None, None, None, graph):
                if (subject := canonical(str(quad.subject))) != last:
                    last = subject
                    if several:
                        if subject in seen:
                            continue
                        seen.add(subject)
                    yield subject

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def subjects(self, predicate: str, node: str) -> dict[str, None]:
        """The nodes from which ``predicate`` leads to ``node``."""
        found = self.store.quads_for_pattern(None, to_pyoxigraph(predicate), to_pyoxigraph(node), None)
        return {canonical(str(quad.subject)): None for quad in found}

    def objects(self, predicate: str) -> Iterator[tuple[str, str]]:
        """The subjects and objects of a property."""
        for quad in self.store.quads_for_pattern(None, to_pyoxigraph(predicate), None, None):
            yield canonical(str(quad.subject)), canonical(str(quad.object))


def triples(graph: Index) -> Iterator[Triple]:
    """The triples of an index, in its order."""
    for subject, properties in graph.items():
        for predicate, values in properties.items():
            for value in values:
                yield subject, predicate, value


def of_rdflib(term: Any) -> str:
    """An rdflib term as a string."""
    kind = type(term).__name__
    if kind == "URIRef":
        return f"<{term}>"
    if kind == "BNode":
        return f"_:{term}"
    return literal(str(term), str(term.datatype) if term.datatype else None, term.language)


def to_pyoxigraph(term: str) -> Any:
    """A term as pyoxigraph has it."""
    import pyoxigraph  # noqa: PLC0415

    if term[0] == "<":
        return pyoxigraph.NamedNode(term[1:-1])
    if term[0] == "_":
        return pyoxigraph.BlankNode(term[2:])
    if tag := language(term):
        return pyoxigraph.Literal(lexical(term), language=tag)
    return pyoxigraph.Literal(lexical(term), datatype=pyoxigraph.NamedNode(datatype(term) or ""))


Source = Any
"""A graph: of rdflib or pyoxigraph, a store, a path, bytes of Turtle, several of these, or triples of strings."""


def read(source: Source) -> Iterator[Triple]:
    """
    The triples of a graph in whatever form it is given; named graphs are merged into one.

    A path is read by pyoxigraph, its suffix says the syntax; bytes are Turtle. Blank nodes of two files stay apart.

    Raises:
        ShapesError: a file cannot be read, is of no known syntax, or is broken.
    """
    import pyoxigraph  # noqa: PLC0415

    if isinstance(source, (str, Path)):
        yield from _read_file(Path(source))
    elif isinstance(source, bytes):
        yield from _parse(source, pyoxigraph.RdfFormat.TURTLE, "the text", None)
    elif hasattr(source, "quads") and hasattr(source, "store"):  # rdflib's Dataset; importing rdflib takes a while
        for s, p, o, _ in source.quads():
            yield of_rdflib(s), of_rdflib(p), of_rdflib(o)
    elif hasattr(source, "triples") and hasattr(source, "store"):
        for s, p, o in source:
            yield of_rdflib(s), of_rdflib(p), of_rdflib(o)
    elif isinstance(source, (pyoxigraph.Store, pyoxigraph.Dataset)):
        for quad in source:
            yield _of_quad(quad)
    else:
        for item in source:
            if isinstance(item, tuple):
                yield item
            else:
                yield from read(item)


def _of_quad(quad: Any) -> Triple:
    return str(quad.subject), str(quad.predicate), str(quad.object)


def _read_file(path: Path) -> Iterator[Triple]:
    import pyoxigraph  # noqa: PLC0415

    syntax = pyoxigraph.RdfFormat.from_extension(path.suffix.lstrip(".").lower())
    if syntax is None:
        raise ShapesError(
            f"{path}: the suffix {path.suffix!r} names no RDF syntax; .ttl, .nt, .nq, .trig, .rdf and .jsonld do"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ShapesError(f"{path}: cannot be read: {error.strerror or error}") from error
    yield from _parse(data, syntax, str(path), path.resolve().as_uri())


def _parse(data: bytes, syntax: pyoxigraph.RdfFormat, name: str, base: str | None) -> Iterator[Triple]:
    import pyoxigraph  # noqa: PLC0415

    try:
        for quad in pyoxigraph.parse(data, format=syntax, base_iri=base, rename_blank_nodes=True):
            yield _of_quad(quad)
    except SyntaxError as error:
        raise ShapesError(f"{name}: is not valid {syntax.name}: {error}") from error

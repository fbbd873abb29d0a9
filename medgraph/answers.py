"""
What a query was answered with: rows of terms, or triples; as Python values, and in the formats that are written.

The formats are written here row by row, as the recommendations of SPARQL 1.1 define them, so that a long answer
takes no more memory than a short one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from medgraph.errors import QueryError

if TYPE_CHECKING:
    import pandas

Term = Any
"""A term of pyoxigraph, or None for what is not bound."""
Row = tuple[Term, ...]

XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(
    XSD + name
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
        "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_FLOATS = frozenset((XSD + "double", XSD + "float"))
_DATES = (XSD + "date", XSD + "dateTime")

GRAPH_COLUMNS = ("subject", "predicate", "object")


class Answer:
    """
    The answer of a query; iterating gives its rows.

    Args:
        form: ``"SELECT"``, ``"ASK"`` or ``"CONSTRUCT"`` (DESCRIBE too).
        columns: the names of the variables; ``("answer",)`` for ASK; subject, predicate, object for CONSTRUCT.
        terms: rows of pyoxigraph terms; read once, when they are first needed.
        prefixes: for the texts, and for Turtle.
    """

    def __init__(
        self, form: str, columns: Sequence[str], terms: Iterable[Row], prefixes: Mapping[str, str] | None = None
    ) -> None:
        self.form = form
        self.columns = tuple(columns)
        self.prefixes = dict(prefixes or {})
        self.count = 0
        self._coming: Iterator[Row] | None = iter(terms)
        self._terms: list[Row] = []

    @property
    def terms(self) -> list[Row]:
        """The rows as pyoxigraph terms, None for what is not bound."""
        if self._coming is not None:
            self._terms = list(self._coming)
            self._coming = None
            self.count = len(self._terms)
        return self._terms

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """
        The rows as Python values.

        IRIs in full and literals as text; numbers are int, Decimal or float, booleans bool; dates stay text, in the
        precision they have; None for what is not bound.
        """
        return [tuple(map(value, row)) for row in self.terms]

    @property
    def texts(self) -> list[tuple[str, ...]]:
        """The rows for people: IRIs shortened, literals as their text, ``""`` for what is not bound."""
        short = Shortened(self.prefixes)
        return [tuple(map(short.text, row)) for row in self.terms]

    def __bool__(self) -> bool:
        """Of ASK its answer; else whether there are rows."""
        return bool(self.rows[0][0]) if self.form == "ASK" else bool(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def __getitem__(self, place: int) -> tuple[Any, ...]:
        return tuple(map(value, self.terms[place]))

    def to_dataframe(self) -> pandas.DataFrame:
        """
        The answer as a data frame of pandas.

        Whole numbers are ``Int64``, other numbers ``Float64``, booleans ``boolean``; a column of full dates is
        ``datetime64``, one in which some are partial (``2022-06``) stays text, as does everything else.

        Raises:
            ImportError: pandas is not installed.
        """
        try:
            import pandas  # noqa: PLC0415
        except ImportError as error:
            raise ImportError("to_dataframe() needs pandas: pip install 'medgraph[pandas]'") from error
        columns = {}
        for n, name in enumerate(self.columns):
            terms = [row[n] for row in self.terms]
            kind = _dtype(terms)
            if kind == "datetime64":
                columns[name] = pandas.Series(pandas.to_datetime([_text(term) for term in terms], format="ISO8601"))
            else:
                found = [value(term) for term in terms]
                cast = float if kind == "Float64" else (lambda one: one) if kind in ("Int64", "boolean") else str
                values = [None if one is None else cast(one) for one in found]
                columns[name] = pandas.Series(values, dtype=kind)
        return pandas.DataFrame(columns, columns=list(self.columns))

    def serialized(self, format: str) -> bytes:
        """
        The answer in one of :data:`FORMATS`.

        Raises:
            QueryError: its form is not written so.
        """
        out = io.BytesIO()
        self.write(out, format)
        return out.getvalue()

    def write(self, out: IO[bytes], format: str) -> None:
        """
        Write the answer, row by row where the format allows it; :attr:`count` says afterwards how many there were.

        Raises:
            QueryError: its form is not written so.
        """
        self.check(format)
        if format in TRIPLES:
            out.write(self._graph(format))
            return
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
        try:
            WRITERS[format](self, text)
            text.flush()
        finally:
            text.detach()

    def check(self, format: str) -> None:
        """
        Look whether the answer can be written so.

        Raises:
            QueryError: its form is not written so.
        """
        if format in TRIPLES and self.form != "CONSTRUCT":
            raise QueryError("the query", f"asks for values, which are not written as {format}; use {_listed(VALUES)}")
        if format in VALUES and format not in ("md",) and self.form == "CONSTRUCT":
            raise QueryError(
                "the query", f"asks for triples, which are not written as {format}; use {_listed(TRIPLES)}"
            )

    def each(self) -> Iterator[Row]:
        """The rows as they come; they are not kept."""
        if self._coming is None:
            yield from self._terms
            return
        coming, self._coming = self._coming, None
        for row in coming:
            self.count += 1
            yield row

    def _graph(self, format: str) -> bytes:
        triples = [ox.Triple(*row) for row in self.terms]
        written = ox.serialize(triples, format=TRIPLES[format], prefixes=self.prefixes if format == "ttl" else None)
        assert written is not None
        return written


class Shortened:
    """
    Terms as people read them.

    Args:
        prefixes: by name.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._namespaces = sorted(((iri, name) for name, iri in prefixes.items()), key=lambda each: -len(each[0]))

    def text(self, term: Term) -> str:
        """An IRI shortened, a literal's text, ``""`` for None."""
        return self.iri(term.value) if isinstance(term, ox.NamedNode) else _text(term)

    def iri(self, iri: str) -> str:
        """
        An IRI as ``prefix:name`` where that can be told back, else as it is.

        >>> Shortened({"mesh": "http://id.nlm.nih.gov/mesh/"}).iri("http://id.nlm.nih.gov/mesh/D016543")
        'mesh:D016543'
        """
        for namespace, name in self._namespaces:
            if iri.startswith(namespace):
                local = iri[len(namespace) :]
                return f"{name}:{local}" if local and not set(local) & set("/#?") else iri
        return iri


def shortened(iri: str, prefixes: Mapping[str, str]) -> str:
    """As :meth:`Shortened.iri`, for one."""
    return Shortened(prefixes).iri(iri)


def value(term: Term) -> Any:
    """
    A term as a Python value; a number that is none stays text.

    >>> value(ox.Literal("12", datatype=ox.NamedNode(XSD + "int")))
    12
    """
    if not isinstance(term, ox.Literal):
        return None if term is None else getattr(term, "value", str(term))
    text, datatype = term.value, term.datatype.value
    try:
        if datatype in _INTEGERS:
            return int(text)
        if datatype == XSD + "decimal":
            return Decimal(text)
        if datatype in _FLOATS:
            return float(text)
    except (ValueError, InvalidOperation):
        return text
    if datatype == XSD + "boolean":
        return text in ("true", "1")
    return text


def of_results(found: object, prefixes: Mapping[str, str]) -> Answer:
    """The answer that pyoxigraph gives."""
    if isinstance(found, ox.QueryBoolean):
        return Answer("ASK", ("answer",), [(ox.Literal(bool(found)),)], prefixes)
    if isinstance(found, ox.QuerySolutions):
        columns = [variable.value for variable in found.variables]
        width = range(len(columns))
        return Answer("SELECT", columns, (tuple([row[n] for n in width]) for row in found), prefixes)
    assert isinstance(found, Iterable)
    # A triple that a template gives twice is one triple, and their order is that of their text.
    triples = [(each.subject, each.predicate, each.object) for each in sorted(set(found), key=str)]
    return Answer("CONSTRUCT", GRAPH_COLUMNS, triples, prefixes)


def parsed(data: bytes, form: str, prefixes: Mapping[str, str]) -> Answer:
    """
    The answer of a server.

    Args:
        data: SPARQL results in JSON, or N-Triples where ``form`` is CONSTRUCT or DESCRIBE; see :func:`accepted`.

    Raises:
        SyntaxError, ValueError: it is neither.
    """
    if form in ("CONSTRUCT", "DESCRIBE"):
        return of_results(list(ox.parse(data, ox.RdfFormat.TURTLE)), prefixes)
    found = of_results(ox.parse_query_results(data, ox.QueryResultsFormat.JSON), prefixes)
    found.terms  # noqa: B018 (what is broken is found here)
    return found


def accepted(form: str) -> str:
    """The media type to ask a server for."""
    return "text/turtle" if form in ("CONSTRUCT", "DESCRIBE") else "application/sparql-results+json"


def _text(term: Term) -> str:
    return "" if term is None else str(getattr(term, "value", term))


def _dtype(terms: Sequence[Term]) -> str:
    bound = [term for term in terms if term is not None]
    if not bound or not all(isinstance(term, ox.Literal) for term in bound):
        return "string"
    types = {type(value(term)) for term in bound}
    if types == {int}:
        return "Int64"
    if types <= {int, float, Decimal}:
        return "Float64"
    if types == {bool}:
        return "boolean"
    if any({term.datatype.value for term in bound} == {date} for date in _DATES):
        return "datetime64"
    return "string"


def _csv(answer: Answer, out: io.TextIOBase) -> None:
    writer = csv.writer(out)
    writer.writerow(answer.columns)
    writer.writerows([_csv_text(term) for term in row] for row in answer.each())


def _csv_text(term: Term) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else _text(term)


def _tsv(answer: Answer, out: io.TextIOBase) -> None:
    out.write("\t".join(f"?{name}" for name in answer.columns) + "\n")
    for row in answer.each():
        # The N-Triples form of a term has its tabs and line ends escaped but for the tab of Turtle's strings.
        out.write("\t".join("" if term is None else str(term).replace("\t", "\\t") for term in row) + "\n")


def _json(answer: Answer, out: io.TextIOBase) -> None:
    if answer.form == "ASK":
        json.dump({"head": {}, "boolean": bool(answer)}, out)
        out.write("\n")
        return
    out.write(f'{{"head": {json.dumps({"vars": answer.columns})}, "results": {{"bindings": [')
    between = "\n"
    for row in answer.each():
        bound = {name: _json_term(term) for name, term in zip(answer.columns, row, strict=True) if term is not None}
        out.write(between + json.dumps(bound, ensure_ascii=False))
        between = ",\n"
    out.write("\n]}}\n")


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != XSD + "string":
        found["datatype"] = term.datatype.value
    return found


def _xml(answer: Answer, out: io.TextIOBase) -> None:
    out.write('<?xml version="1.0"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">\n')
    if answer.form == "ASK":
        out.write(f"<head/>\n<boolean>{str(bool(answer)).lower()}</boolean>\n</sparql>\n")
        return
    out.write(f"<head>{''.join(f'<variable name={quoteattr(name)}/>' for name in answer.columns)}</head>\n<results>\n")
    for row in answer.each():
        bound = [(name, term) for name, term in zip(answer.columns, row, strict=True) if term is not None]
        out.write(
            "<result>"
            + "".join(f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>" for name, term in bound)
            + "</result>\n"
        )
    out.write("</results>\n</sparql>\n")


def _xml_term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{escape(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{escape(term.value)}</bnode>"
    more = ""
    if term.language:
        more = f" xml:lang={quoteattr(term.language)}"
    elif term.datatype.value != XSD + "string":
        more = f" datatype={quoteattr(term.datatype.value)}"
    return f"<literal{more}>{escape(term.value, {chr(13): '&#13;'})}</literal>"


def _md(answer: Answer, out: io.TextIOBase) -> None:
    short = Shortened(answer.prefixes)
    out.write(f"| {' | '.join(answer.columns)} |\n|{' --- |' * len(answer.columns)}\n")
    for row in answer.each():
        cells = [" ".join(short.text(term).replace("\\", "\\\\").replace("|", "\\|").split()) for term in row]
        out.write(f"| {' | '.join(cells)} |\n")


WRITERS: dict[str, Callable[[Answer, Any], None]] = {"csv": _csv, "tsv": _tsv, "json": _json, "xml": _xml, "md": _md}
"""How values are written, by the name of the format."""

VALUES = tuple(WRITERS)

TRIPLES = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
"""How triples are written, by the name of the format."""

FORMATS = (*VALUES, *TRIPLES)


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}"

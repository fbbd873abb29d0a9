"""
Every error medgraph raises, and the sentence a person reads.

MedgraphError                    every error we raise; catch this one
├─ SourceError                   the input cannot be had, or is not what it should be
│  ├─ DownloadError              a server said no, or the line broke
│  ├─ ChecksumError              a file differs from its published checksum
│  └─ FormatError                the bytes are not PubMed XML and not MEDLINE text
├─ RecordError                   one record cannot be read; the others can
│  └─ UnreadableRecords          raised at the end of a reading that met some of them
├─ MappingError                  the mapping table itself is wrong
├─ NonConforming                 shapes are not met and the caller asked to fail
├─ ShapesError                   a shapes graph is broken, empty or says what we do not know
├─ QueryError                    a query is not SPARQL, or is not given what it asks for
├─ WorkerError                   a worker died, or the workers cannot be reached
└─ SinkError                     triples could not be written
   ├─ EndpointError              a SPARQL endpoint refused or went away
   └─ StoreError                 the embedded store cannot be opened or filled

Arguments are positional and replayed to ``Exception``, and the sentence is built
in ``__str__``, so that every error survives the pickle on its way from a worker.
A sentence says where, what, which value, and what to do next.
"""

from __future__ import annotations


class MedgraphError(Exception):
    """The root of every error that medgraph raises on purpose."""


class SourceError(MedgraphError):
    """
    The input cannot be opened or read.

    Args:
        source: path, URL or ``"<stdin>"``.
        reason: what went wrong and what to do, as a sentence without the source.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source = source
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class DownloadError(SourceError):
    """A server answered with an error, or the connection broke."""


class ChecksumError(SourceError):
    """A file does not have the checksum that was published for it."""


class FormatError(SourceError):
    """The bytes are not PubMed XML and not MEDLINE text; the reason says what they look like."""


class RecordError(MedgraphError):
    """
    One record cannot be read; the stream goes on behind it.

    It is a value as well as an exception: readers yield it in the place of the record.

    Args:
        source: path, URL or ``"<stdin>"``.
        where: where the record starts, ready to print: ``"line 12"`` or ``"byte 4096"``.
        pmid: the PMID if one could be read, else None.
        element: MEDLINE tag or XML element that is at fault, else None.
        value: the value at fault, else None.
        reason: what is wrong with it, and what to do.
        raw: the record as it stands in the source.
    """

    def __init__(
        self,
        source: str,
        where: str,
        pmid: str | None,
        element: str | None,
        value: str | None,
        reason: str,
        raw: str = "",
    ) -> None:
        super().__init__(source, where, pmid, element, value, reason, raw)
        self.source = source
        self.where = where
        self.pmid = pmid
        self.element = element
        self.value = value
        self.reason = reason
        self.raw = raw

    def __str__(self) -> str:
        record = f"PMID {self.pmid}" if self.pmid else "a record without a readable PMID"
        fault = " ".join(part for part in (self.element, repr(_short(self.value)) if self.value else None) if part)
        return f"{self.source}, {self.where}: {record}: {fault + ': ' if fault else ''}{self.reason}"


class UnreadableRecords(MedgraphError):
    """
    Some records of a source could not be read; all others were yielded before this.

    Args:
        errors: the first errors met, as they were (at most a hundred are kept).
        count: how many there were in all.
    """

    def __init__(self, errors: tuple[MedgraphError, ...], count: int) -> None:
        super().__init__(errors, count)
        self.errors = errors
        self.count = count

    def __str__(self) -> str:
        noun = "record" if self.count == 1 else "records"
        more = f" (and {self.count - 1} more)" if self.count > 1 else ""
        return f"{self.count} {noun} could not be read: {self.errors[0]}{more}"


class MappingError(MedgraphError):
    """The mapping table names a field, term or function that does not exist; never about a record."""


class NonConforming(MedgraphError):
    """Records do not meet the shapes and the caller asked to fail on that."""


class ShapesError(MedgraphError):
    """A shapes graph is broken, empty, or uses a construct that is not understood."""


class QueryError(MedgraphError):
    """
    A query is not SPARQL, or is given what it does not take.

    Args:
        query: the name of the query, its file, or ``"the query"``.
        reason: what is wrong and what to do.
        line, column: where, counted from 1; None where it is nowhere in particular.
    """

    def __init__(self, query: str, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(query, reason, line, column)
        self.query = query
        self.reason = reason
        self.line = line
        self.column = column

    def __str__(self) -> str:
        where = "" if self.line is None else f" line {self.line}, column {self.column}:"
        return f"{self.query}:{where} {self.reason}"


class WorkerError(MedgraphError):
    """
    A worker died with a job in hand, or the workers cannot be reached.

    Args:
        job: the file it was at, or the address of the workers.
        reason: what went wrong and what to do.
    """

    def __init__(self, job: str, reason: str) -> None:
        super().__init__(job, reason)
        self.job = job
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.job}: {self.reason}"


class SinkError(MedgraphError):
    """
    Triples could not be written.

    Args:
        sink: the path or URL that was being written.
        reason: what went wrong and what to do.
    """

    def __init__(self, sink: str, reason: str) -> None:
        super().__init__(sink, reason)
        self.sink = sink
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.sink}: {self.reason}"


class EndpointError(SinkError):
    """
    A SPARQL endpoint refused a request or went away.

    Args:
        sink: its URL, without what may be secret in it.
        reason: what went wrong and what to do.
        status: of its answer; None where there was none.
    """

    def __init__(self, sink: str, reason: str, status: int | None = None) -> None:
        super().__init__(sink, reason)
        self.args = (sink, reason, status)
        self.status = status


class StoreError(SinkError):
    """The embedded store cannot be opened, filled or asked."""


def _short(value: str, limit: int = 80) -> str:
    return value if len(value) <= limit else value[: limit - 1] + "…"

"""Which of NLM's formats a file is in, by what stands in it, and the MeSH year it is of."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from medgraph import sources
from medgraph.errors import FormatError
from medgraph.mesh.records import MeshRecord
from medgraph.sources import Kind, Opened
from medgraph.thesaurus import ascii, nlm_xml, ntriples, tables

EXPECTED = (
    "expected is MeSH: NLM's XML (desc, qual, supp, pa), MeSH RDF as N-Triples (mesh.nt), ASCII MeSH"
    " (d*.bin, q*.bin, c*.bin, mtrees*.bin), or a table of identifiers and names"
)
PUBMED = Kind.PUBMED_XML.value
"""The format of a file that holds no MeSH but records to learn from."""

_LINE_LIMIT = 1 << 20
_YEAR = re.compile(r"(?<![0-9])(19[6-9][0-9]|20[0-9]{2})(?![0-9])")
_DTD = re.compile(r"<!DOCTYPE[^>]*?[^0-9](19[6-9][0-9]|20[0-9]{2})(?:[0-9]{4})?(?:\.dtd|[^0-9])")
_EXPORTED = re.compile(r"^# .*exported at (20[0-9]{2})", re.MULTILINE)
_VERSIONED = re.compile(r"<http://id\.nlm\.nih\.gov/mesh/(20[0-9]{2})/[A-Z]")
_ROOT = re.compile(rf"<({'|'.join(nlm_xml.ROOTS)})\b([^>]*)>")
_LANGUAGE = re.compile(r"LanguageCode\s*=\s*[\"'](\w+)")
_XML = {
    "DescriptorRecordSet": "descriptors (XML)",
    "QualifierRecordSet": "qualifiers (XML)",
    "SupplementalRecordSet": "supplementary concepts (XML)",
    "PharmacologicalActionSet": "pharmacological actions (XML)",
}


class File(NamedTuple):
    """
    A file of MeSH, ready to be read.

    Args:
        path: where it is.
        format: what it is, in words.
        year: the MeSH year that its name or its head states, or None.
        records: gives its records, once.
    """

    path: str
    format: str
    year: int | None
    records: Callable[[], Iterator[MeshRecord]]


def recognised(opened: Opened) -> File:
    """
    What an opened file is.

    Raises:
        FormatError: it is none of the formats of MeSH; the sentence says what it looks like.
    """
    head = opened.head.removeprefix(codecs.BOM_UTF8)
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    source = opened.name
    if not text:
        raise opened.failure or FormatError(source, f"the file is empty; {EXPECTED}")
    year = _year(Path(source).name, text)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(opened.head) >= sources.opened.HEAD:
        lines = lines[:-1] or lines
    if found := _ROOT.search(text):
        language = _LANGUAGE.search(found[2])
        if language and language[1] != "eng":
            raise FormatError(source, f"this is MeSH in another language ({language[1]}); PubMed's names are English")
        root = found[1]
        return File(source, _XML[root], year, lambda: nlm_xml.records(_Blocks(opened), source, root))
    if sources.kind(opened.head) is Kind.PUBMED_XML:
        return File(source, PUBMED, None, lambda: iter(()))
    first = next((line for line in lines if not line.startswith("#")), "")
    if first.startswith("<http") and " <" in first.replace("\t", " "):
        return File(source, "MeSH RDF (N-Triples)", year, lambda: ntriples.records(_bytes_of(opened), source))
    if first.strip() == "*NEWRECORD":
        return File(source, "ASCII MeSH", year, lambda: ascii.records(_lines_of(opened), source))
    if ascii.is_trees(first):
        return File(source, "tree numbers (ASCII)", year, lambda: ascii.trees(_lines_of(opened), source))
    if not text.startswith(("<", "{", "@", "%PDF", "PMID")) and "\0" not in text and tables.is_table(lines):
        return File(source, "table", year, lambda: tables.records(_lines_of(opened), source))
    if sources.kind(opened.head) is Kind.MEDLINE:
        raise FormatError(source, f"this is MEDLINE text, which has names but no identifiers to learn; {EXPECTED}")
    if text.startswith(("@prefix", "@base", "PREFIX")):
        raise FormatError(source, "this is Turtle; MeSH RDF is read as N-Triples (mesh.nt or mesh.nt.gz)")
    raise FormatError(source, f"this is {sources.looks_like(opened.head)}; {EXPECTED}")


def _year(name: str, text: str) -> int | None:
    """
    The MeSH year by the file's name, its DTD, the IRIs of a yearly graph, or the day on which it was exported.

    >>> _year("desc2024.xml.gz", ""), _year("desc.xml", '<!DOCTYPE DescriptorRecordSet SYSTEM "desc2015.dtd">')
    (2024, 2015)
    >>> _year("mesh.nt", "# <http://id.nlm.nih.gov/mesh> exported at 2023-05-04"), _year("names.csv", "ui,name")
    (2023, None)
    """
    for pattern, where in ((_YEAR, name), (_DTD, text), (_VERSIONED, text), (_EXPORTED, text)):
        if found := pattern.search(where):
            return int(found[1])
    return None


class _Blocks:
    """An opened file for a parser, which must not take the end of a damaged archive for the end of the file."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def read(self, size: int = -1) -> bytes:
        data = self._opened.read(size)
        if not data and self._opened.failure is not None:
            raise _of_no_use(self._opened.failure)
        return data


def _bytes_of(opened: Opened) -> Iterator[tuple[int, bytes]]:
    """
    The lines with their numbers.

    Raises:
        SourceError: the archive is cut off or damaged.
        FormatError: a line is longer than any of MeSH.
    """
    blocks = _Blocks(opened)
    rest = b""
    at = 0
    while data := blocks.read(1 << 18):
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            at += 1
            yield at, line
        if len(rest) > _LINE_LIMIT:
            raise FormatError(opened.name, f"line {at + 1} is longer than {_LINE_LIMIT:,} bytes; {EXPECTED}")
    if rest:
        yield at + 1, rest


def _lines_of(opened: Opened) -> Iterator[tuple[int, str]]:
    """
    The lines as text, without their ends.

    Raises:
        FormatError: they are not UTF-8.
    """
    for at, line in _bytes_of(opened):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(opened.name, f"line {at} is not UTF-8; convert the file first") from error
        yield at, text.rstrip("\r").removeprefix("\ufeff") if at == 1 else text.rstrip("\r")


def _of_no_use(failure: Exception) -> FormatError:
    """A failure of an archive, in which it is of no use that what stands before was read."""
    source, reason = failure.args
    return FormatError(source, str(reason).replace("; the records before that were read; get", "; get"))

"""Files -> accounts of their records: as the checker reads them, beside the citations that medgraph reads."""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import medgraph
from medgraph.errors import MedgraphError
from medgraph.mapping import FULL, Mapping
from medgraph.model import Citation

from . import text_form, xml_form
from .account import Account, Triple
from .text_form import TextRecord
from .xml_form import XmlRecord

Record = XmlRecord | TextRecord


class Pair(NamedTuple):
    """
    A record as the checker reads it, and as medgraph does.

    Args:
        key: equal for records that say the same.
    """

    record: Record
    citation: Citation
    key: int


class Refused(NamedTuple):
    """
    A record that one of the two does not read.

    Args:
        reason: "" where there is none: that is a failure.
    """

    name: str
    reason: str


NOT_PUBMED = "the record has no PMID, or what stands in its place is none"
IN_ONE_LINE = "the line breaks were lost, and examples/ has no ordinary form of the record to compare"
NOT_XML = "what stands between its tags is not well-formed XML"


def pairs(path: Path) -> Iterator[Pair | Refused]:
    """The records of a file, each with the citation that medgraph makes of it."""
    data = data_of(path)
    is_xml = data.lstrip(b'\xef\xbb\xbf \r\n\t"')[:1] == b"<"
    citations: dict[str, deque[Citation]] = defaultdict(deque)
    errors: list[MedgraphError] = []
    for found in medgraph.read(path, on_error=errors.append):
        if isinstance(found, Citation):
            citations[found.pmid].append(found)
    refused = 0
    for record, key in _of_xml(data) if is_xml else _of_text(data):
        if record is not None and record.pmid is not None and citations[record.pmid]:
            yield Pair(record, citations[record.pmid].popleft(), key)
            continue
        if isinstance(record, TextRecord) and record.is_in_one_line:
            citations.pop(record.lines[0][1].partition(" ")[0], None)
            yield Refused(path.name, IN_ONE_LINE)
            continue
        refused += 1
        if record is None:
            yield Refused(path.name, NOT_XML)
        elif record.pmid is None or not re.fullmatch(r"[1-9][0-9]{0,8}", record.pmid):
            yield Refused(path.name, NOT_PUBMED)
        else:
            yield Refused(f"{path.name}: PMID {record.pmid} is not read", "")
    if len(errors) < (refused if citations else min(refused, 1)):
        yield Refused(f"{path.name}: {refused} records are not read, but only {len(errors)} errors say why", "")
    for pmid, left in citations.items():
        for _ in left:
            yield Refused(f"{path.name}: PMID {pmid} is read and is not there", "")


def ordinary(record: TextRecord) -> TextRecord | None:
    """
    A record whose line breaks were lost, as it was: the example in ordinary form that has the same text.

    The checker does not take such a line apart: that is what is judged.
    """
    text = folded_text(record.lines)
    for path in sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.nbib")):
        for lines in text_records(path.read_bytes()):
            if folded_text(lines) == text:
                return TextRecord(lines)
    return None


def folded_text(lines: Sequence[tuple[str, str]]) -> str:
    """All of a record in one line, without the blanks that stand between a tag and its hyphen."""
    return re.sub(r"\b([A-Z]{2,4}) *- ", r"\1- ", _folded(" ".join(f"{tag}- {value}" for tag, value in lines)))


def account(
    pair: Pair, mapping: Mapping = FULL, names: dict[str, str] | None = None, triples: Iterable[Triple] | None = None
) -> Account:
    """
    What of a record is found in its graph, and where the graph comes from.

    Args:
        triples: a graph in the place of the one that the mapping makes.
    """
    record, citation, _ = pair
    unread = [(one.name, one.value) for one in citation.unread]
    graph = mapping.triples(citation) if triples is None else triples
    made = Account(citation.pmid, graph, record.leaves, unread, names)
    if isinstance(record, XmlRecord):
        xml_form.check(record, made)
    else:
        text_form.check(record, made)
    return made


def again(pair: Pair) -> Pair:
    """The same record, of whose values nothing is found yet."""
    record = pair.record
    if isinstance(record, XmlRecord):
        return pair._replace(record=XmlRecord(record.root))
    return pair._replace(record=TextRecord(record.lines))


def files_of(folder: Path) -> list[Path]:
    """All files of records among the shared ones."""
    found = [path for name in ("pubmed-xml", "medline", "pairs") for path in sorted((folder / name).rglob("*"))]
    return [path for path in found if path.is_file()]


def mesh_names(folder: Path) -> dict[str, str]:
    """Names of MeSH descriptors, and of qualifiers behind a slash, with their UIs; a name of several is left out."""
    names: dict[str, str] = {}
    for path, before in ((folder / "mesh2024_descriptors.tsv", ""), (folder / "mesh_qualifier.csv", "/")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","):
                if len(row) > 1 and re.fullmatch(r"[DQ][0-9]{6,9}", row[0]):
                    name = before + row[1]
                    names[name] = row[0] if names.get(name, row[0]) == row[0] else ""
    return {name: ui for name, ui in names.items() if ui}


def _of_xml(data: bytes) -> Iterator[tuple[Record | None, int]]:
    for raw, root in xml_records(data):
        yield None if root is None else XmlRecord(root), hash(raw)


def _of_text(data: bytes) -> Iterator[tuple[Record | None, int]]:
    for lines in text_records(data):
        record = TextRecord(lines)
        if record.is_in_one_line:
            record = ordinary(record) or record
        yield record, hash(tuple(lines))


MATHML = "http://www.w3.org/1998/Math/MathML"
_RECORD = re.compile(r"<(PubmedArticle|PubMedArticle|PubmedBookArticle|MedlineCitation|BookDocument)(?=[\s>])")


def data_of(path: Path) -> bytes:
    """The bytes of a file, uncompressed."""
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def xml_records(data: bytes) -> Iterator[tuple[str, ElementTree.Element | None]]:
    """The records of PubMed XML, cut out and parsed one by one; no element where that is not possible."""
    declared = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w-]+)", data)
    text = data.decode(declared[1].decode() if declared else "utf-8", "replace").lstrip("\ufeff")
    position = 0
    while found := _RECORD.search(text, position):
        end = text.find(f"</{found[1]}>", found.start())
        if end < 0:
            return
        position = end + len(found[1]) + 3
        raw = text[found.start() : position]
        try:
            wrapped = ElementTree.fromstring(f'<r xmlns:mml="{MATHML}">{raw}</r>')
        except ElementTree.ParseError:
            yield raw, None
            continue
        yield raw, wrapped[0]


_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")


def text_records(data: bytes) -> Iterator[list[tuple[str, str]]]:
    """
    The tagged lines of each record of MEDLINE text: what stands between empty lines, cut before a second ``PMID``.

    A tag stands in the first four columns (some files leave out blanks), ``- `` behind it; a line
    indented by six blanks goes on with the value above it, one blank between them.
    """
    record: list[list[str]] = []
    blank = False
    for line in lines_of(data):
        if not line.strip():
            blank = True
            continue
        found = _TAG.fullmatch(line)
        if found is None and record and line.startswith("      "):
            record[-1][1] += " " + line.strip(" ")
            blank = False
            continue
        tag, value = (found[1], found[2] or "") if found else ("", line)
        if record and (blank or (tag == "PMID" and any(other == "PMID" for other, _ in record))):
            yield [(name, _folded(text)) for name, text in record]
            record = []
        blank = False
        record.append([tag, value])
    if record:
        yield [(name, _folded(text)) for name, text in record]


def lines_of(data: bytes) -> list[str]:
    """The lines of a file; one that is not UTF-8 is taken for Windows-1252."""
    found = []
    for line in data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        try:
            found.append(line.decode())
        except UnicodeDecodeError:
            found.append(line.decode("cp1252", "replace"))
    return found


def _folded(text: str) -> str:
    if "  " in text or "\t" in text:
        text = re.sub(r"[ \t]+", " ", text)
    return text.strip(" ")

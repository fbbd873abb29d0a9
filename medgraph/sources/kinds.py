"""What the first bytes of an input look like: PubMed XML, MEDLINE text, or what else people hand in."""

from __future__ import annotations

import codecs
import re
from enum import Enum

from medgraph.medline import TAGS
from medgraph.slices import SETS, START, wide_encoding


class Kind(Enum):
    """The two forms in which records come."""

    MEDLINE = "MEDLINE text"
    PUBMED_XML = "PubMed XML"


EXPECTED = "expected is PubMed XML or MEDLINE text (PubMed's formats XML and PubMed, .nbib)"

_LINE = re.compile(r"([A-Z]{2,4}) *-")
_PMID_LINE = re.compile(r"^PMID *- *[0-9]", re.MULTILINE)
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_NOT_ELEMENTS = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)
_TITLE = re.compile(r"<(?:title|h1)[^>]*>\s*([^<]{1,80})", re.IGNORECASE)
_EFETCH_ERROR = re.compile(r"<ERROR>\s*([^<]{1,80})")
_MESSAGE = re.compile(r'"(?:error|message|ERROR|esearcherror)"\s*:\s*"([^"]{1,80})')
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive (unpack it first)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive (unpack it first)"),
    (b"Rar!", "a RAR archive (unpack it first)"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x9d", "a .Z archive (unpack it first)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
)
_XML_OF_OTHERS = {
    "eSearchResult": "the answer of an ESearch, which has only PMIDs (EFetch gives the records)",
    "eSummaryResult": "the answer of an ESummary (EFetch gives whole records)",
    "ePostResult": "the answer of an EPost",
    "pmc-articleset": "full text of PubMed Central (JATS)",
    "article": "full text in JATS",
    "DescriptorRecordSet": "MeSH descriptors, not records",
    "SupplementalRecordSet": "MeSH supplementary concepts, not records",
    "QualifierRecordSet": "MeSH qualifiers, not records",
    "NLMCatalogRecordSet": "records of the NLM Catalog",
    "rdf:RDF": "RDF/XML",
    "xml": "an EndNote export",
}
_TEXT_OF_OTHERS = (
    (r"TY {1,2}- ", "a RIS file"),
    (r"@\w+\s*\{", "a BibTeX file"),
    (r"%[0-9A-Z] ", "an EndNote file (Refer)"),
    (r"FN |PT [JBSP]\n", "an export of Web of Science"),
    (r"@(?:prefix|base) |PREFIX |<https?://[^>]*> ", "RDF"),
    (r"<[0-9]+>\s*\nUnique Identifier", "an export of Ovid"),
    (r"PMID,|\ufeff?\"?PMID\"?,", "PubMed's CSV export (save as format PubMed instead)"),
    (r"(?:[0-9]{1,9}\s+)+\Z", "a list of PMIDs (EFetch gives their records)"),
    (r"1[.:] .{20,}", "PubMed's summary or abstract format (save as format PubMed instead)"),
)


def kind(head: bytes) -> Kind | None:
    """
    In which form of PubMed's an input is, by its first bytes; None for anything else.

    Args:
        head: the first 64 KB, unpacked, or all there is.

    >>> kind(b"PMID- 35315510 OWN - NLM STAT- MEDLINE")
    <Kind.MEDLINE: 'MEDLINE text'>
    """
    text = _text(head)
    if text.startswith("<"):
        return Kind.PUBMED_XML if START.search(text.encode()) or _root(text).encode() in SETS else None
    found = _LINE.match(text)
    if (found is not None and found[1] in TAGS) or (_PMID_LINE.search(text) and "\0" not in text):
        return Kind.MEDLINE
    return None


def looks_like(head: bytes) -> str:
    """
    What an input is that is none of PubMed's, in a few words.

    >>> looks_like(b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>")
    'an HTML page, "502 Bad Gateway"'
    """
    text = _text(head)
    if not text:
        return "an empty file"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[257:262] == b"ustar":
        return "a tar archive (unpack it first)"
    if "\0" in text[:4096] or sum(not (c.isprintable() or c.isspace()) for c in text[:4096]) > len(text[:4096]) // 10:
        return "binary data"
    if text[:1] == '"' and "<PubmedArticle" in text:
        return "XML inside a quoted string (write the string itself to a file, not its JSON or R form)"
    if text.startswith("<"):
        return _name_of_markup(text)
    if text[0] in "{[":
        message = _MESSAGE.search(text)
        return f'JSON, "{message[1]}"' if message else "JSON"
    for pattern, name in _TEXT_OF_OTHERS:
        if re.match(pattern, text):
            return name
    return f'text of another kind, "{" ".join(text[:60].split())}"'


def _text(head: bytes) -> str:
    """The head as text, without byte order mark and white space before it."""
    encoding = wide_encoding(head[:4])
    if head.startswith(codecs.BOM_UTF8):
        head = head[3:]
    return head.decode(encoding or "utf-8", "replace").lstrip("\ufeff \t\r\n")


def _root(text: str) -> str:
    found = _ELEMENT.search(_NOT_ELEMENTS.sub(" ", text))
    return found[1] if found else ""


def _name_of_markup(text: str) -> str:
    root = _root(text)
    if root.lower() in ("html", "head", "body", "title") or text[:14].lower() == "<!doctype html":
        title = _TITLE.search(text)
        return f'an HTML page, "{" ".join(title[1].split())}"' if title else "an HTML page"
    if re.match(r"<https?://[^>]*> ", text):
        return "RDF"
    if message := _EFETCH_ERROR.search(text):
        return f'an error message of E-utilities, "{message[1].strip()}"'
    return _XML_OF_OTHERS.get(root) or (f"XML of another kind (its root is <{root}>)" if root else "broken XML")

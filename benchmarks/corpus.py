"""
Make large inputs of real records: every distinct record of shared/data, again and again under new PMIDs.

    python benchmarks/corpus.py xml 5000 out.xml.gz
    python benchmarks/corpus.py text 5000 out.nbib
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>
"""
TAIL = "</PubmedArticleSet>\n"

_ARTICLE = re.compile(r"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL)
_XML_PMID = re.compile(r"(<MedlineCitation[^>]*>\s*<PMID[^>]*>)\s*([0-9]+)\s*(</PMID>)")
_MESSAGE_OF_NCBI = re.compile(r"^id: [0-9]+ Error occurred: ", re.MULTILINE)
_TEXT_PMID = re.compile(r"^PMID- *([0-9]+)", re.MULTILINE)


def xml_records() -> list[str]:
    """The distinct complete PubmedArticle elements of the shared XML files, one for each PMID, in a fixed order."""
    found: dict[str, str] = {}
    for path in sorted((SHARED / "pubmed-xml").rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        for article in _ARTICLE.findall(text):
            pmid = _XML_PMID.search(article)
            if pmid and "<PubmedData>" in article:
                found.setdefault(pmid[2], article)
    return list(found.values())


def text_records() -> list[str]:
    """
    The distinct records of the shared MEDLINE files, one for each PMID, in a fixed order.

    A record with a message of the server in its middle is left out: no reader takes it for a whole one.
    """
    found: dict[str, str] = {}
    for path in sorted((SHARED / "medline").rglob("*")):
        if not path.is_file() or path.name.startswith(("flattened", "jabref", "bioruby")):
            continue
        text = path.read_bytes().decode(errors="replace").lstrip("\ufeff").replace("\r\n", "\n")
        for record in re.split(r"\n\s*\n(?=PMID)", text.strip()):
            pmid = _TEXT_PMID.match(record)
            if pmid and "\nTI  - " in record and not _MESSAGE_OF_NCBI.search(record):
                found.setdefault(pmid[1], record.strip())
    return list(found.values())


def renumbered(kind: str, count: int) -> Iterator[str]:
    """``count`` records, each under a PMID of its own from 40,000,001 on."""
    records = xml_records() if kind == "xml" else text_records()
    for n in range(count):
        pmid = str(40_000_001 + n)
        record = records[n % len(records)]
        if kind == "xml":
            yield _XML_PMID.sub(lambda m, pmid=pmid: m[1] + pmid + m[3], record, count=1) + "\n"  # type: ignore[misc]
        else:
            yield _TEXT_PMID.sub(f"PMID- {pmid}", record, count=1) + "\n\n"


def write(kind: str, count: int, path: Path) -> None:
    """A file of ``count`` records, gzip-compressed where its name says so."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "wt", encoding="utf-8") as out:
        if kind == "xml":
            out.write(HEAD)
        for record in renumbered(kind, count):
            out.write(record)
        if kind == "xml":
            out.write(TAIL)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))

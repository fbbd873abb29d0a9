"""MEDLINE text: every dialect, every tag, every record counted."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from medgraph.errors import RecordError
from medgraph.medline import citations, looks_like
from medgraph.model import Citation


def read(text: str | bytes) -> list[Citation | RecordError]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(citations(io.BytesIO(raw), "x.nbib"))


def one(text: str | bytes) -> Citation:
    (record,) = read(text)
    assert isinstance(record, Citation), record
    return record


def medline_files(shared: Path) -> list[Path]:
    return [path for path in sorted((shared / "medline").rglob("*")) if path.is_file()]


def test_every_record_of_the_real_files_is_read_or_refused(shared: Path) -> None:
    for path in medline_files(shared):
        raw = path.read_bytes()
        pmid_lines = len(re.findall(rb"(?m)^PMID- *[0-9]", raw))
        with path.open("rb") as stream:
            records = list(citations(stream, path.name))
        assert looks_like(raw[:4096]), path.name
        nameless = sum(isinstance(record, RecordError) and "PMID" not in record.raw for record in records)
        messages = sum(isinstance(record, RecordError) and "Error occurred" in record.raw for record in records)
        pmcr_only = sum(isinstance(record, RecordError) and "\nPMID" not in "\n" + record.raw for record in records)
        assert len(records) - max(pmcr_only, nameless, messages) == pmid_lines, path.name


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_bom(line_end: bytes, bom: bytes) -> None:
    lines = [b"", b"PMID- 1", b"TI  - A title that is", b"      wrapped.", b"", b"PMID- 2", b"TI  - Two.", b""]
    first, second = read(bom + line_end.join(lines))
    assert isinstance(first, Citation)
    assert isinstance(second, Citation)
    assert (first.pmid, first.title, first.position.line) == ("1", "A title that is wrapped.", 2)
    assert (second.pmid, second.title, second.position.line) == ("2", "Two.", 6)

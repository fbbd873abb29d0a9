"""The compiled reader of MEDLINE text: what it reads is what the readers in Python read, and it reads almost all."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from medgraph import medline
from medgraph.errors import RecordError
from medgraph.medline import lines
from medgraph.medline.lines import COMPILED, Block, blocks
from medgraph.model import Citation

pytestmark = pytest.mark.skipif(COMPILED is None, reason="the package was built without its compiled parts")

CASES = Path(__file__).parent / "medline"

Read = Callable[[bytes], list[Citation | RecordError]]


@pytest.fixture
def same(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads bytes both ways; both must give the same."""
    plain = medline._plain_reader()

    def read(raw: bytes, reader: object) -> list[Citation | RecordError]:
        monkeypatch.setattr(medline, "_plain_reader", lambda: reader)
        return list(medline.citations(io.BytesIO(raw), "x.nbib", keep_raw=True))

    def same(raw: bytes) -> list[Citation | RecordError]:
        expected, found = read(raw, None), read(raw, plain)
        assert list(map(repr, found)) == list(map(repr, expected)), raw
        for one, other in zip(found, expected, strict=True):
            if isinstance(one, Citation):
                assert isinstance(other, Citation)
                assert one == other, raw
                assert one.position.line == other.position.line
            else:
                assert isinstance(other, RecordError)
                assert one.args == other.args
        return found

    return same


def is_plain(record: bytes) -> bool:
    plain = medline._plain_reader()
    return plain is not None and plain(record) is not None


def texts(shared: Path) -> Iterator[bytes]:
    """The files of real records."""
    for path in sorted([*(shared / "medline").rglob("*"), *(shared / "pairs").glob("*.nbib")]):
        if path.is_file():
            yield path.read_bytes()


RECORD = """\
PMID- 12345678
OWN - NLM
STAT- MEDLINE
DCOM- 20220322
LR  - 20220329
IS  - 1097-0142 (Electronic)
IS  - 0008-543X (Linking)
VI  - 128
IP  - 11
DP  - 2022 Jun 1
TI  - A title that goes on and on until
      it is wrapped – twice,
      here.
PG  - 2064-72
LID - 10.1002/cncr.34182 [doi]
AB  - BACKGROUND: There is "some". METHODS: We looked, p ≤ 0.05. RESULTS: Nothing.
CI  - © 2022 A Society.
FAU - Medsger, Thomas A Jr
AU  - Medsger TA Jr
AUID- ORCID: 0000-0002-1825-0097
AD  - Department of Examples, University of Somewhere, in a town whose name is
      long.
AD  - Another one.
FAU - Ångström, Ælfred
AU  - Ångström Æ
CN  - The Group
FIR - Helper, Ann
IR  - Helper A
LA  - eng
GR  - R01 AG033678/AG/NIA NIH HHS/United States
PT  - Journal Article
PT  - Research Support, N.I.H., Extramural
DEP - 20220322
PL  - United States
TA  - Cancer
JT  - Cancer
JID - 0374236
RN  - 0 (Antibodies)
SB  - IM
MH  - *Neoplasms/drug therapy/*economics
MH  - Humans
OTO - NOTNLM
OT  - *first
OT  - second
EDAT- 2022/03/23 06:00
MHDA- 2022/05/11 06:00
CRDT- 2022/03/22 08:59
PHST- 2022/01/30 00:00 [received]
PHST- 2022/03/23 06:00 [pubmed]
PHST- 2022/05/11 06:00 [medline]
PHST- 2022/03/22 08:59 [entrez]
AID - 10.1002/cncr.34182 [doi]
PMC - PMC1234567
MID - NIHMS123
PST - ppublish
SO  - Cancer. 2022 Jun 1;128(11):2064-72. doi: 10.1002/cncr.34182.
"""

LINES = """\
PMID- 0
PMID- 1 OWN - NLM
OWN - NLM STAT- MEDLINE
STAT-
TI  -
TI  -  two blanks
TI  - A  B
TI  - A\x00B
TI  - A\u2028B\xa0C
TI-without
XX  - unknown
KW  - of another database
UI  - 123
    - no tag
not a line
      .
AB  - AIMS: One.
AB  - METHODS
CI  - Again
DCOM- 20220229
DCOM- 20240229
DCOM- 2022
DCOM- 202213
DCOM- 2022032
DCOM- ２０２２０３２２
DA  - 14991231
DEP - 20220101
DEP - 20229999
DP  - 2022
DP  - 2022 Feb
DP  - 2022 Feb 29
DP  - 2022 Feb 03
DP  - 2022 2 03
DP  - 2022 02 03
DP  - 2022 Feb-Mar
DP  - 2022 Feé 3
DP  - 22
DP  - 2022 Win
YR  - 2021
EDAT- 2022/03/24 06:00
EDAT- 2022/03/23 06:00
CRDT- 2022/03/22
PMCR- 2022/03/22 08:59
PHST- 2022/03/22
PHST- 2022/03/22 08:59 []
PHST- 2022/03/22 08:59 [x] [y]
PHST- 2022/03/22 08:59 [pubmed] x
PHST- 2022/02/30 08:59 [revised]
PHST- 2022/03/22 24:59 [revised]
PHST- 0022/03/22 23:59 [revised]
PHST- 2022/03/31 23:59 [révised]
PHST- 2022/03/2é 3:59 [revised]
FAU - Chen, X
FAU - Chen
FAU - Chen,
FAU - Chen,X
FAU - Chen , X
FAU - , X
FAU - Chen, X, Y
FAU - de la Cruz, Ana Maria III
AU  - Chen X
AU  - Chen
AU  - Chen Jr
AU  - Chen X Y
AU  - Chen XY 3rd
AU  - Chenille X
AU  - et al.
AUID- ORCID:0000
AUID- ORCID:
AUID- a b: c
AUID- : c
AUID- ORCID: https://orcid.org/
      0000
AD  - of nobody
CN  - Group
CN  - et al.
FED - Editor, E
ED  - Editor E
FIR - Investigator, I
IR  - Investigator I
IR  - Helper B
IRAD- of an investigator
LA  - eng fre
LID - [doi]
LID - x []
LID - a [b] [pii]
LID - a [b
LID - 10.1/
      [doi]
AID - é [döi]
AID - [pii] [doi]
PMC - PMC1 2
MID - x
IS  - 1234-5678
IS  - 1234-5678 (Print
JT  - Another
CY  - England
PL  - England
PG  - 1
RN  - No number
NM  - Name
OT  - *
OT  - é
OTO - KIE
OAB - Publisher: Abstract available from the publisher.
OABL- spa
OCI - of nobody
SI  - GENBANK/X1
GN  - NLM: Note
CIN - J. 2020. PMID: 2
BTI - Book
ISBN- 123
FPS - Person, P
SB  - IM
MH  - *
MH  - /
MH  - A//B
PT  - Review
COI - One
COIS- Two
RF  - 3
NR  - 4
PST - x y
LR  - 20220330
DRDT- 20220331
CTDT- 20220301""".split("\n")  # noqa: SIM905
"""Lines that are wrong, or that say what the record says otherwise; one of them has a second line."""


def changed(rng: random.Random, records: list[bytes]) -> bytes:
    """A record damaged in one of the ways in which they come, or in two."""
    record = rng.choice(records).split(b"\n")
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(record))
        other = rng.randrange(len(record))
        line = record[at]
        column = rng.randrange(len(line) + 1)
        what = rng.randrange(11)
        if what == 0:
            record[at] = line[:column] + bytes([rng.randrange(256)]) + line[column + 1 :]
        elif what == 1:
            record[at] = line[:column] + rng.choice(MARKS).encode() + line[column:]
        elif what == 2:
            record[at] = line[:column]
        elif what == 3:
            record[at], record[other] = record[other], record[at]
        elif what == 4:
            record[at] = record[other][:6] + line[6:]
        elif what == 5:
            record[at] = line.replace(b" ", b"  ", 1)
        elif what == 6:
            record.insert(at, record[other])
        elif what == 7:
            del record[at]
        elif what == 8:
            record.insert(at, rng.choice(LINES).encode())
        elif what == 9:
            record[at:at] = rng.choice(records).split(b"\n")[:5]
        else:
            record[at] = line[:6] + line[column:]
        record = record or [b""]
    return b"\n".join(record)


MARKS = [" ", "  ", "\n", "\n\n", "\n      ", "\t", "\r", "\r\n", "-", "[", "]", "/", ":", ",", ", ", "*", "29", "31"]
MARKS += ["é", "”", "’", " METHODS: ", ". RESULTS: ", "\u00a0", "\ufeff", "\0", "\nPMID- 7\n", "\n      " * 40]


def test_a_record_of_every_common_tag_is_plain(same: Read) -> None:
    (record,) = same(RECORD.encode())
    assert isinstance(record, Citation)
    assert not record.problems
    assert is_plain(RECORD.encode())
    assert is_plain(RECORD.encode() + b"\n\n")


@pytest.mark.parametrize("path", sorted(CASES.iterdir()), ids=lambda path: path.stem)
def test_cases(same: Read, path: Path) -> None:
    same(path.read_bytes())


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_wrong_or_says_something_else(same: Read, line: str) -> None:
    record = RECORD.splitlines()
    for at in range(len(record) + 1):
        same("\n".join([*record[:at], line, *record[at:]]).encode())
    for at, there in enumerate(record):
        if there[:6] == line[:6]:
            same("\n".join([*record[:at], line, *record[at + 1 :]]).encode())


def test_a_record_cut_off_at_every_byte(same: Read) -> None:
    raw = RECORD.encode()
    for size in range(len(raw)):
        same(raw[:size])
        same(raw[:size] + b"\n\n" + raw)


def test_the_reader_alone_takes_any_bytes() -> None:
    raw = RECORD.encode()
    for size in range(len(raw)):
        is_plain(raw[:size])
        is_plain(raw[size:])
        is_plain(raw[:size] + b"\xff" + raw[size + 1 :])
    assert not is_plain(b"")
    assert not is_plain(b"\n")


def test_damaged_records(same: Read) -> None:
    rng = random.Random(1)
    records = [RECORD.encode(), *(part for path in sorted(CASES.iterdir()) for part in split(path.read_bytes()))]
    for _ in range(2000):
        same(changed(rng, records))


def test_labels_of_abstracts(same: Read) -> None:
    rng = random.Random(3)
    pieces = [
        "AIMS: ",
        "METHODS: ",
        "A",
        "b",
        " ",
        ".",
        ")",
        "(",
        "”",
        "’",
        "≤",
        ": ",
        ":",
        "X" * 40,
        "1",
        "É",
        "?",
        "% ",
    ]
    for _ in range(60):
        abstracts = ["".join(rng.choices(pieces, k=rng.randrange(1, 40))) for _ in range(50)]
        abstracts = [
            rng.choice(["", "AIMS: ", "A" * rng.randrange(78, 83) + ": "]) + abstract for abstract in abstracts
        ]
        same("".join(f"PMID- {n}\nAB  - {' '.join(text.split())}\n\n" for n, text in enumerate(abstracts, 1)).encode())


def test_labels_of_every_length(same: Read) -> None:
    for length in (*range(1, 8), *range(76, 86)):
        for label in ("A" * length, "A) " * (length // 3 + 1), f"a) {'A' * length}", f"AAA. {'B' * length}"):
            for before in ("", "AIMS: x. ", "AIMS: ", "AIMS: A” "):
                same(f"PMID- 1\nAB  - {before}{label}: x\n".encode())


def test_files_are_cut_alike() -> None:
    rng = random.Random(4)
    pieces = [b"\n", b" ", b"\r", b"PMID-", b"\nPMID-", b"PMID", b" \n", b"\r\n", b"x", b"\xe9", b"\0"]
    for _ in range(3000):
        data = b"".join(rng.choices(pieces, k=rng.randrange(30)))
        assert COMPILED.cut_at_pmids(data) == lines.cut_at_pmids(data)
        assert COMPILED.line_ends(data) == lines.line_ends(data)
        for byte in (b" ", b"\r"):
            assert COMPILED.without_before_line_ends(data, byte) == lines.without_before_line_ends(data, byte)


def test_one_reader_serves_several_threads() -> None:
    records = [RECORD.replace("12345678", str(pmid)).encode() for pmid in range(1, 400)]
    with ThreadPoolExecutor(4) as pool:
        drafts = list(pool.map(medline._plain_reader(), records))
    assert [draft.fields["pmid"] for draft in drafts] == list(map(str, range(1, 400)))
    first = {**drafts[0].fields, "pmid": None}
    assert all({**draft.fields, "pmid": None} == first for draft in drafts)


def test_nothing_but_bytes_is_taken() -> None:
    for wrong in (None, "text", 1):
        with pytest.raises(TypeError):
            medline._plain_reader()(wrong)


def test_real_records(same: Read, shared: Path) -> None:
    for raw in texts(shared):
        same(raw)


def test_damaged_real_records(same: Read, shared: Path) -> None:
    rng = random.Random(2)
    records = [part for raw in texts(shared) for part in split(raw)]
    for _ in range(2000):
        same(changed(rng, records))


def test_real_records_are_plain(shared: Path) -> None:
    proper = [
        block for raw in texts(shared) for block in blocks(io.BytesIO(raw), medline._plain_reader()) if is_proper(block)
    ]
    given_up = sum(block.draft is None for block in proper)
    assert len(proper) > 5000
    assert given_up < 0.02 * len(proper)


def is_proper(block: Block) -> bool:
    return block.draft is not None or block.lines is not None


def split(raw: bytes) -> Iterable[bytes]:
    """The records of a file, those without damage."""
    return [part + b"\n" for part in raw.replace(b"\r\n", b"\n").split(b"\n\n") if part.startswith(b"PMID-")]

"""
What the values of each tag look like, and which tag usually follows which.

Both are preferences: a cost says how unusual something is (0: as ever; 10: hardly ever seen), so
that the ways to divide a text without line breaks can be compared. The numbers are rounded
logarithms of what NLM's own exports show.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from medgraph import mesh
from medgraph.medline.grants import COUNTRIES
from medgraph.medline.tags import KNOWN, SHAPES

UNUSUAL = 7
"""The cost of a tag behind one that it does not follow."""
RARE = 2
MISFIT = 10
"""The cost of a value that has not the form its tag demands."""
EMPTY = 20
"""The cost of no value at all: PubMed prints no tag without one."""

PROSE = frozenset("TI TT BTI AB OAB CI OCI COI COIS AD IRAD GN".split())  # noqa: SIM905
"""Tags whose values are sentences or addresses, in which a word may look like a tag."""

RELATIONS = frozenset(tag for tag, row in KNOWN.items() if row.field == "comments_corrections")

# behind the bar: seen, but seldom. CIN stands for all relations to other records
_FOLLOWING = """
    PMID: OWN STAT IS TI DP | PT SO PB ISBN CTDT
    OWN: STAT TI
    STAT: DCOM LR DA IS ISBN PB CTDT DRDT PUBM | VI DP TI
    DA: DCOM LR IS PB DRDT CTDT PUBM | ISBN
    DCOM: LR IS PUBM | DP TI
    LR: IS DP PUBM | TI VI ISBN PB CTDT
    DRDT: CTDT PB ISBN
    CTDT: PB CTI DP
    ISBN: ISBN CTDT PB DRDT
    PB: CTI DP EN VTI
    CTI: DP EN VTI
    VTI: DP EN BTI
    EN: DP
    PUBM: IS | ISBN DP
    IS: IS VI DP | IP
    VI: IP DP
    IP: DP
    DP: TI BTI | LID DEP
    TI: PG LID AB BTI | FAU AU LA AD CI CN
    BTI: LID AB PG CP CI | FAU FED LA CN
    CP: PG LID AB
    PG: LID AB FAU LA AD | AU CN CI FED
    LID: LID AB FAU LA | AU AD CN CI FED
    AB: CI FAU LA | AD AU CN FED OAB
    CI: FAU LA FED | AU CN AD
    FED: ED
    ED: FED AD AUID FAU LA | CN
    FAU: AU
    AU: AD AUID FAU LA | AU CN
    AUID: AD FAU LA | AUID CN AU
    AD: AD FAU LA | CN AU AUID FED
    CN: LA FAU CN AD | AU AUID
    LA: PT GR SI | LA GN
    SI: SI PT GR
    GR: GR PT | TA
    PT: PT DEP PL TT TA | MH SB GR
    TT: DEP PL | TA
    DEP: PL TA | PHST TI
    PL: TA EDAT | OTO RF OAB
    TA: JT
    JT: JID | AID MID
    JID: SB RN PMC OTO EDAT MH COIS CIN | RF OAB GS
    RN: RN SB MH CIN NM | PMC OTO EDAT
    NM: NM RN SB MH
    SB: SB MH CIN OTO EDAT PMC COIS | OAB IR FIR GN GS RF PS FPS
    CIN: CIN MH PMC OTO EDAT | COIS GS RF OID
    GS: GS MH PMC MID RF OID EDAT OTO
    MH: MH PMC OTO EDAT COIS RF | OAB FIR IR OID PS FPS GN MID
    RF: EDAT PMC MID OID OTO OAB | PS FPS
    FPS: PS FPS | EDAT OTO OID PMC
    PS: PS FPS EDAT OTO OID PMC MID OAB
    PMC: OTO COIS EDAT MID OID | PMID OAB GN
    MID: OTO EDAT COIS OID | MID FIR IR SO AID
    OID: OID EDAT OTO COIS OAB
    OAB: OABL | EDAT OTO OCI FAU
    OABL: OTO EDAT OAB COIS OCI OT
    OCI: OTO EDAT OAB COIS
    OTO: OT | OTO COIS EDAT
    OT: OT EDAT COIS OTO | FIR IR GN SFM
    GN: GN EDAT FIR IR SFM
    SFM: SFM FIR IR EDAT GN
    COIS: EDAT OTO | FIR IR
    FIR: IR
    IR: FIR EDAT IRAD | AUID IR
    IRAD: FIR EDAT IRAD | IR
    EDAT: MHDA | CRDT
    MHDA: CRDT PMCR CDAT | PHST PST AID
    PMCR: CRDT PHST AID
    CRDT: PHST AID PST | PMCR
    CDAT: AID PST
    PHST: PHST AID PST | TA
    AID: AID PST | SO
    PST: SO
    SO: PMID PMC
"""

_CLASSES = dict.fromkeys(RELATIONS, "CIN") | {"COI": "COIS", "NR": "RF", "YR": "DP", "CY": "PL"}


def _costs() -> dict[tuple[str, str], int]:
    found = {}
    for line in _FOLLOWING.strip().splitlines():
        tag, _, following = line.strip().partition(": ")
        usual, _, seldom = following.partition(" | ")
        for cost, tags in ((0, usual), (RARE, seldom)):
            for other in tags.split():
                found[tag, other] = cost
    return found


_COSTS = _costs()


BOOK_TAGS = frozenset({"BTI", "CTI", "VTI", "PB", "CP", "EN"})
"""Tags that only records of books have, and with free text for a value."""
OF_BOOKS = frozenset({"PB", "CTDT", "ISBN", "DRDT"})
"""Tags of which every record of a book has one."""


def order_cost(tag: str, following: str) -> int:
    """How unusual it is that one tag stands right behind another."""
    return _COSTS.get((_CLASSES.get(tag, tag), _CLASSES.get(following, following)), UNUSUAL)


_SENTENCE_ENDS = (".", "?", "!", "]", ".)", '."', ".”", ".'", "。")
_VERBS = frozenset(
    "was were is are we our this these that had has have been may can not".split()  # noqa: SIM905
)
_INSTITUTIONS = [
    "univ",
    "dep",
    "hosp",
    "inst",
    "cent",
    "school",
    "coll",
    "lab",
    "clini",
    "facult",
    "acad",
    "minist",
    "division",
    "section",
    "unit",
    "research",
    "group",
    "medic",
    "health",
    "servi",
    "program",
    "network",
    "compan",
    "inc.",
    "inc,",
    "ltd",
    "gmbh",
    "council",
    "association",
    "foundation",
    "agency",
    "administr",
    "scien",
    "techn",
    "pharm",
    "corp",
]


def _is_prose(value: str) -> bool:
    """Whether the words of a value are those of sentences; names of institutions have none of these."""
    return "%" in value or not _VERBS.isdisjoint(value.lower().split(" "))


def _names_institution(value: str) -> bool:
    lower = value.lower()
    return any(word in lower for word in _INSTITUTIONS)


_RIGHTS = re.compile(
    r"copyright|©|&copy;|\((?:c|p)\)|published by|publisher|all rights|licen[cs]e|open access|crown|"
    r"public domain|permission|no claim|articles? is|the authors?\b|\bu\.?s\.? gov",
    re.I,
)
_INTERESTS = re.compile(
    r"interest|declar|conflict|compet|disclos|author|financ|relationship|none\b|employ|consult|fee", re.I
)
_GROUP = re.compile(
    r"group|study|investigat|consorti|network|committee|team|collaborat|society|working|program|initiative|panel|"
    r"registry|associat|organi|institut|trial|project|council|academy|foundation|college|workshop|chapter",
    re.I,
)
_EMAIL_FIRST = re.compile(r"(?:electronic address|e-?mail|correspondence)\b.{0,3}:|[\w.+-]+@[\w-]+\.[\w.-]+", re.I)
_LOWER_BUT_FIRST = re.compile(
    r"[a-z]{1,8}[A-Z]|(?!(?:of|in|for|at|and|de|der|do|da|to|on|by|with) )[a-z]{1,5} (?:[0-9]{1,2} ?)?[A-Z]"
)
# no address ends with these
_ABBREVIATION = re.compile(
    r"(?<![A-Z]\.)\b(?:[A-Z]|St|Ste|Mt|Ft|Dr|Drs|Prof|Mr|Mrs|Ms|No|Nr|Str|Bldg|Blvd|Ave|Av|Rd|P\.O|Univ|Dept|Hosp|Inst|PhD|MD)\.$|\b(?!U\.|D\.C|P\.R|R\.O|N\.Y|S\.A)(?:[A-Z]\.){2}$"
)
_PLACES = frozenset(
    """
    USA UK UAE Emirates Taiwan Iran Vietnam Nam Macau Macao Tanzania Korea Russia Federation Syria Laos Jordan Lebanon
    Iraq Kuwait Qatar Oman Bahrain Yemen Palestine Morocco Algeria Tunisia Libya Sudan Ethiopia Cameroon Senegal Benin
    Togo Mali Niger Gabon Congo Zambia Zimbabwe Malawi Mozambique Botswana Namibia Rwanda Burundi Madagascar Mauritius
    Serbia Montenegro Macedonia Albania Bosnia Herzegovina Bulgaria Ukraine Belarus Moldova Malta Georgia Armenia
    Azerbaijan Kazakhstan Uzbekistan Mongolia Nepal Bhutan Maldives Myanmar Cambodia Philippines Brunei Guinea Fiji
    Cuba Haiti Jamaica Barbados Trinidad Tobago Panama Nicaragua Honduras Guatemala Salvador Rica Bolivia Peru Ecuador
    Venezuela Paraguay Guyana Connecticut Illinois Ohio Texas Florida Minnesota California Maryland Massachusetts
    Michigan Pennsylvania Virginia Washington Colorado
    """.split()  # noqa: SIM905
) | {country.rpartition(" ")[2] for country in COUNTRIES}
_CODE_LAST = re.compile(r"(?:[0-9]{4,}|[0-9]{3}[0-9X]|grid\.[0-9a-f.]+|\S+@\S+|[;)])$")


_TAG_LAST = re.compile(r"(?: (?:[A-Z]{2,3} |[A-Z]{4})-| PMID- ?[0-9]+)+$")


def _without_tag_last(value: str) -> str:
    """The value without what looks like a tag at its very end: it is the words before that end a sentence or not."""
    if value[-1:] == "-" or "PMID-" in value[-16:]:
        return _TAG_LAST.sub("", value)
    return value


def _prose_end(value: str, cost: int) -> int:
    value = _without_tag_last(value)
    return 0 if value.endswith(_SENTENCE_ENDS) else RARE if value == "Abstract:" else cost


def _title(value: str) -> int:
    return _prose_end(value, 6)


def _abstract(value: str) -> int:
    cost = _prose_end(value, 5) + (4 if value[:1].islower() and not value[1:2].isupper() else 0)
    return cost + (0 if len(value) > 60 or value[:1] == "[" else 2)


def end_style(address: str) -> str:
    """How an address ends: ``.``, ``;``, ``)``, ``code`` (a number, an e-mail address), ``place``, or ``word``."""
    last = address[-1:]
    if last in (".", ";", ")"):
        return last
    if _CODE_LAST.search(address, max(0, len(address) - 60)):
        return "code"
    return "place" if address.rpartition(" ")[2] in _PLACES else "word"


def address_cost(value: str) -> int:
    """The cost of an address (``AD``), however it ends."""
    if not value:
        return EMPTY
    cost = -RARE if _names_institution(value) else 1 if "," in value else 3
    if (value[:1].islower() and not _LOWER_BUT_FIRST.match(value)) or _EMAIL_FIRST.match(value) or value[:1] == "(":
        cost += 6
    if len(value) > 200 and _is_prose(value):
        cost += 5 + min(len(value) // 400, 6)
    return cost


def address_end_cost(value: str, styles: frozenset[str]) -> int:
    """
    The cost of an address that ends so in front of another one; only then it is hard to see where.

    Args:
        styles: how the addresses of this record end that are certainly whole.
    """
    value = _without_tag_last(value)
    style = end_style(value)
    if style == ".":
        return 6 if _ABBREVIATION.search(value, max(0, len(value) - 12)) else 0
    if style in styles and style != "word":
        return 1
    return 12 if value[-1:] == "," or value.rpartition(" ")[2].islower() else 8


def is_no_address(value: str) -> bool:
    """Whether a value is prose rather than an address: it has verbs, or neither an institution nor commas."""
    return _is_prose(value) or (value.count(",") < 2 and not _names_institution(value[:100]))


def _rights(value: str) -> int:
    if _RIGHTS.search(value, 0, 100):
        return -RARE if len(value) < 1500 and not value[:1].islower() else 5
    short = len(value) < 100 and not _is_prose(value) and not value[:1].islower() and not re.search("[0-9:]", value)
    return (3 if short else UNUSUAL) + _prose_end(value, 2)


def _interests(value: str) -> int:
    return _prose_end(value, 3) + (0 if _INTERESTS.search(value) else 3)


def _group(value: str) -> int:
    cost = -RARE if _GROUP.search(value) else 0 if value.count(" ") < 10 else 2
    return cost + (5 if value[-1:] in ".," or "@" in value else 0) + (4 if value[:1].islower() and " " in value else 0)


def _other_abstract(value: str) -> int:
    return -6 if re.match(r"(?:Publisher|AIDS|KIE|PIP|NASA|AAMC): ", value) else _abstract(value)


_FULL_NAME = re.compile(r"[^,;:0-9@]{1,60}, [^,;:@]{1,60}")
_SHORT_NAME = re.compile(
    r"[^,;:0-9@.]{1,60} [^\Wa-z0-9_]{1,7}'?(?: (?:Jr|Sr|II|III|IV|1st|2nd|3rd|[4-6]th)\.?)?|et al\."
)


def _full_name(value: str) -> int:
    if _FULL_NAME.fullmatch(value):
        return 0
    return 4 if len(value) < 100 and not re.search("[.,;:@]", value) and not _is_prose(value) else MISFIT


def _short_name(value: str) -> int:
    if _SHORT_NAME.fullmatch(value):
        return 0
    return 4 if len(value) < 100 and value[-1:] != "," and not _is_prose(value) else MISFIT


def _publication_type(value: str) -> int:
    if mesh.publication_type(value) is not None or value in ("Book", "Book Chapter"):
        return 0
    return 5 if len(value) < 60 and value[:1].isupper() and value[-1:] != "." and not _is_prose(value) else MISFIT


def _relation(value: str) -> int:
    if _ENDS_IN_PMID.search(value):
        return 0
    return RARE if len(value) < 400 and _YEAR_OR_DOI.search(value) else MISFIT


_ENDS_IN_PMID = re.compile(r"PMID: ?[0-9]+$")
_YEAR_OR_DOI = re.compile(r"\b(?:1[89]|20)[0-9]{2}\b|doi: ?10\.", re.I)


def _source(value: str) -> int:
    return _prose_end(value, 3) + (0 if _YEAR_OR_DOI.search(value) else 5)


def _language(value: str) -> int:
    return 0 if re.fullmatch(r"[a-z]{3}", value) else 3 if re.fullmatch(r"[A-Z]{3}|[A-Z][a-z]{3,12}", value) else MISFIT


def _substance(value: str) -> int:
    if re.fullmatch(r"(?:0|EC [0-9n.-]+|[0-9-]+|[0-9A-Z]{10}) \(.+\)", value, re.DOTALL) and len(value) < 600:
        return 0
    return 3 if len(value) < 80 and value[-1:] != "." and not _is_prose(value) else MISFIT


def _heading(value: str) -> int:
    right = len(value) < 250 and not re.search(r"[.:;%]", value.removesuffix("(U.S.)"))
    return 0 if right else MISFIT


def _keyword(value: str) -> int:
    return (0 if len(value) < 150 else 4 if len(value) < 400 else MISFIT) + (2 if value[-1:] == "." else 0)


def _matching(pattern: str) -> Callable[[str], int]:
    fits = re.compile(pattern).fullmatch
    return lambda value: 0 if fits(value) else MISFIT


def _short_text(length: int) -> Callable[[str], int]:
    return lambda value: 0 if len(value) <= length and not _is_prose(value) else MISFIT


_VALUE_COSTS: dict[str, Callable[[str], int]] = {tag: _matching(shape.pattern) for tag, shape in SHAPES.items()} | {
    tag: cost
    for tags, cost in {
        "TI TT": _title,
        "AB": _abstract,
        "AD IRAD": address_cost,
        "CI OCI": _rights,
        "COIS COI": _interests,
        "CN": _group,
        "OAB": _other_abstract,
        "FAU FED FIR FPS": _full_name,
        "AU ED IR PS": _short_name,
        "AUID": _matching(r"[A-Za-z][\w.-]{1,20}: \S{4,80}"),
        "PT": _publication_type,
        " ".join(RELATIONS): _relation,
        "SO": _source,
        "LA": _language,
        "RN": _substance,
        "MH": _heading,
        "OT": _keyword,
        "VI IP": _matching(r"[\w .,:/()&+'-]{1,40}"),
        "DP": _matching(r"(?!.* - ).{0,25}\b(?:1[5-9]|20|21)[0-9]{2}\b.{0,25}"),
        "PG": _matching(
            r"(?:[A-Za-z]{0,16}[-. ]?[0-9]|[ivxlcIVXLC]+\b)(?:[\w.\-–,;:/()+\[\]]| (?=[0-9A-Za-z(])){0,60}(?<!\.)"
        ),
        "LID": _matching(r".{1,200} \[[a-z]+\]|(?=\S*[0-9])\S{1,60}(?<!\.)|https?://\S+"),
        "AID": _matching(r"(?:.{1,300} )?\[[a-z]+\]|doi: ?10\.\S+|(?:https?://|www\.)\S+"),
        "MID": _matching(r"[A-Z]{2,12}[- ]?[0-9]+\S*"),
        "OID": _matching(r"[A-Z][A-Za-z]{1,9}: .{1,80}|E[JD][0-9]+"),
        "SI": _matching(r"[A-Za-z][\w. -]{1,30}/.{1,100}|[0-9A-Z]+"),
        "GN": lambda value: 0 if re.match("[A-Z]{2,6}: ", value) else 4,
        "GR": _short_text(400),
        "PL": _matching(r"[A-Z][^.;%]{1,60}"),
        "TA": _short_text(100),
        "JT": lambda value: 0 if len(value) < 300 and value[-1:] != "." else MISFIT,
        "BTI CTI VTI PB EN CP": lambda value: 0 if len(value) < 400 else MISFIT,
        "GS SFM NM": _short_text(100),
        "PUBM": _matching(r"Print|Electronic|Print-Electronic|Electronic-Print|Electronic-eCollection"),
        "OTO": _matching(r"NOTNLM|NLM|KIE|NASA|PIP|HHS|NLM-AUTO"),
    }.items()
    for tag in tags.split()
}


SHAPED = RELATIONS.union(SHAPES, "AID AU AUID DP FAU FED FIR IR LID MID OID OTO PT PUBM SI RN".split())  # noqa: SIM905
"""Tags whose values have a form that prose hardly ever has."""


_DISTINCT = frozenset(
    "DA DCOM LR DEP CTDT DRDT EDAT MHDA CRDT CDAT PMCR PHST IS AID AUID PMC LID PUBM".split()  # noqa: SIM905
)


def is_distinct(tag: str, value: str) -> bool:
    """Whether a tag and its value together are something that no prose has."""
    return tag in _DISTINCT and (tag != "LID" or value[-1:] == "]") and value_cost(tag, value) == 0


def value_cost(tag: str, value: str) -> int:
    """How unusual a value is for its tag; below 0 where it says that it is one."""
    if not value:
        return EMPTY
    cost = _VALUE_COSTS.get(tag)
    return cost(value) if cost is not None else 0

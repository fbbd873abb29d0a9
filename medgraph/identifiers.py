"""
Identifiers as PubMed prints them, each brought to its one canonical form, or refused.

One function per identifier takes the text of the record and gives the canonical form, or None where
the text is no such identifier; giving it its own answer changes nothing. What is stripped, each
docstring says; nothing is repaired: a digit too few or a wrong check digit makes it no identifier.
:func:`check` and :func:`why_not` say, for those, what is wrong, in a sentence for a person.

White space around a value and invisible characters in it never matter and are dropped by all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD))
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
_COMPACT = str.maketrans(_INVISIBLE | _DASHES)


class Fault(NamedTuple):
    """
    Why a text is not the identifier it is said to be.

    Args:
        code: a stable slug for counting: ``"orcid-form"``, ``"orcid-checksum"``, ``"orcid-range"``.
        message: a sentence, without the value itself.
    """

    code: str
    message: str


def check(kind: str, raw: str) -> tuple[str | None, Fault | None]:
    """
    The canonical form and None, or None and what is wrong.

    Args:
        kind: a key of :data:`KINDS`, the name of one of the functions here.

    >>> check("orcid", "0000-0002-1825-0098")
    (None, Fault(code='orcid-checksum', message='the check digit of this ORCID should be 7, not 8'))
    """
    value = KINDS[kind](raw)
    return (value, None) if value is not None else (None, _FAULTS[kind](raw))


def why_not(kind: str, raw: str) -> str:
    """
    What is wrong with a text that is not an identifier of this kind; "" for one that is.

    >>> why_not("doi", "19227")
    'a DOI begins with 10., a number of at least four digits and a slash'
    """
    fault = check(kind, raw)[1]
    return fault.message if fault else ""


def _compact(raw: str) -> str:
    """Without white space and invisible characters, every dash a hyphen, upper-case."""
    return "".join(raw.split()).translate(_COMPACT).upper()


_PMID = re.compile(
    r"(?:(?:HTTPS?://)?(?:PUBMED\.NCBI\.NLM\.NIH\.GOV|WWW\.NCBI\.NLM\.NIH\.GOV/PUBMED)/|PMID[:-]?)?0*([1-9][0-9]{0,8})/?"
)


def pmid(raw: str) -> str | None:
    """
    A PMID: one to nine digits, not beginning with 0.

    Strips ``PMID:``, the address of PubMed's web page, and leading zeros.

    >>> pmid("PMID: 35315510")
    '35315510'
    """
    if raw.isdigit() and raw.isascii() and raw[0] != "0" and len(raw) < 10:
        return raw
    found = _PMID.fullmatch(_compact(raw))
    return found[1] if found else None


_PLAIN_PMCID = re.compile(r"PMC[1-9][0-9]{0,9}")
_PMCID = re.compile(
    r"(?:(?:HTTPS?://)?(?:PMC\.NCBI\.NLM\.NIH\.GOV/ARTICLES|WWW\.NCBI\.NLM\.NIH\.GOV/PMC/ARTICLES)/|PMC-?ID:)?"
    r"(?:PMC)?:?0*([1-9][0-9]{0,9})(?:\.[0-9]+)?[;/]?"
)


def pmcid(raw: str) -> str | None:
    """
    A PubMed Central id: ``PMC`` and digits.

    Strips ``PMCID:``, ``pmc-id:``, the address of the article's web page, leading zeros and the
    version (``PMC3706072.1``, PMID 23852273). Bare digits get their prefix: reference lists
    have them (``6920169``, PMID 37450112).

    >>> pmcid("PMC1672072")
    'PMC1672072'
    """
    if _PLAIN_PMCID.fullmatch(raw):
        return raw
    found = _PMCID.fullmatch(_compact(raw))
    return f"PMC{found[1]}" if found else None


_PLAIN_DOI = re.compile(r"10\.[0-9]{4,9}/[-._;()/:a-zA-Z0-9]+")
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_RESOLVER = re.compile(r"(?:https?:/*)?(?:www\.)?(?:dx\.)?doi\.org/+|https?:/+(?=10\.)", re.IGNORECASE)
_DOI_LABEL = re.compile(r"(?:info:doi/|urn:doi:|doi(?: ?[:=]+ ?| |(?=10\.)))", re.IGNORECASE)
_ENTITY = re.compile(r"&(lt|gt|quot|apos);")
_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def doi(raw: str) -> str | None:
    """
    A DOI name in lower case: the name ignores the case of ASCII letters (DOI Handbook, 2.4).

    Strips ``doi:`` (also ``info:doi/``, ``urn:doi:``) and the resolver (``https://doi.org/``, ``dx.``,
    ``www.``, without scheme; what stands behind a resolver is a URL, so its percent escapes are
    undone). XML escapes that were escaped once too often are undone (``&amp;lt;`` is ``<``).
    A name may hold any characters that are seen, but no blanks.

    >>> doi(" https://doi.org/10.7326/M20-6817 ")
    '10.7326/m20-6817'
    >>> doi("10.6002/ect.2020.häyry")  # PMID 32519616
    '10.6002/ect.2020.häyry'
    >>> doi("19227") is None
    True
    """
    if _PLAIN_DOI.fullmatch(raw):
        return raw.lower()
    name = _doi_name(raw)
    return name if _DOI.fullmatch(name) else None


def _doi_name(raw: str) -> str:
    """The text in lower case, without what :func:`doi` strips, whether or not a DOI is left."""
    name = raw.translate(_WITHOUT_INVISIBLE).strip()
    while found := _DOI_LABEL.match(name) or _RESOLVER.match(name):
        name = name[found.end() :]
        if found.re is _RESOLVER and "%" in name:
            name = _unquoted(name).translate(_WITHOUT_INVISIBLE).strip()
    name = name.translate(_LOWER)
    if "&" in name:
        name = _ENTITY.sub(lambda found: _ENTITIES[found[1]], re.sub(r"&(?:amp;)+", "&", name))
    return name


_WITHOUT_INVISIBLE = str.maketrans(_INVISIBLE)


def _unquoted(name: str) -> str:
    try:
        return unquote_to_bytes(name).decode("utf-8")
    except UnicodeError:
        return name


_SAFE_IN_IRI = re.compile(r"10\.[0-9.]+/[-._~!$&'()*+,;=:@/a-z0-9]+")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
# RFC 3987, ipchar and "/" without percent escapes; of ucschar, what is a blank or
# changes the direction of writing is left out (RFC 3987 4.1)
_UCSCHAR = (
    "\u00a1-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)


@cache
def _not_in_iri() -> re.Pattern[str]:
    """Compiled late: its ranges take two milliseconds, and nearly every DOI is safe as it stands."""
    return re.compile(rf"%[0-9A-Fa-f]{{2}}|[^-._~!$&'()*+,;=:@/A-Za-z0-9{_UCSCHAR}]")


def doi_iri(doi: str) -> str:
    """
    The DOI as a legal IRI at doi.org, lower-case, so that all spellings of a DOI are one IRI.

    Characters that RFC 3987 does not allow in a path are percent-encoded as UTF-8, in upper-case;
    letters beyond ASCII stay; an escape that is there already stays.

    >>> doi_iri("10.1002/1097-0134(20001101)41:2<224::AID-PROT70>3.0.CO;2-Z")
    'https://doi.org/10.1002/1097-0134(20001101)41:2%3C224::aid-prot70%3E3.0.co;2-z'
    >>> doi_iri("10.6002/ect.2020.häyry")
    'https://doi.org/10.6002/ect.2020.häyry'
    """
    name = doi.lower() if doi.isascii() else doi.translate(_LOWER)
    if _SAFE_IN_IRI.fullmatch(name):
        return f"https://doi.org/{name}"
    return "https://doi.org/" + _not_in_iri().sub(_escaped, name)


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) == 3:
        return text.upper()
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _fault_of_doi(raw: str) -> Fault:
    name = _doi_name(raw)
    if not name:
        return Fault("doi-form", "there is no DOI here")
    if re.match(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/", name):
        if name.endswith("/") and name.count("/") == 1:
            return Fault("doi-form", "this DOI ends before the name that follows the slash")
        return Fault("doi-form", "a DOI holds no blanks or control characters")
    return Fault("doi-form", "a DOI begins with 10., a number of at least four digits and a slash")


def _mod_11_2(digits: str) -> str:
    """The check character of ISO 7064 mod 11-2, as ORCID and ISNI use it."""
    total = 0
    for byte in digits.encode():
        total = total * 2 + byte - 48
    return "0123456789X"[(12 - total * 2 % 11) % 11]


_ORCID_FAST = re.compile(r"(?:https?://orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])")
_ORCID_PREFIX = re.compile(r"(?:HTTPS?|WWW\.|ORCID(?:\.ORG|ID)?|[:=/.-])*")
_SIXTEEN = re.compile(r"([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3}[0-9X])[-/.,;:]*")
_LETTER_AND_SIXTEEN = re.compile(r"[A-Z]([0-9]{4})([0-9]{4})([0-9]{4})([0-9]{3}[0-9X])")


def orcid(raw: str) -> str | None:
    """
    An ORCID iD: four dashed groups, the last character the ISO 7064 mod 11-2 check character.

    Strips ``ORCID:``, every spelling of the address in front (``https://orcid.org/``, ``http:/``,
    ``https//``, ``www.``, ``orcid.org-`` …), punctuation behind, and one letter before sixteen
    undashed digits; dashes may be missing or be any Unicode dash, ``x`` may be lower-case.

    Only numbers from the two blocks that ISNI has set aside for ORCID are ORCIDs (0000-0001-5000-0007
    to 0000-0003-5000-0001 and 0009-0000-0000-0000 to 0009-0010-0000-0000, from "What is the
    relationship between ISNI and ORCID", support.orcid.org); so fillers such as 0000-0000-0000-0001,
    whose check digit is right, are none.

    >>> orcid("http://orcid.org/0000000218250097")
    '0000-0002-1825-0097'
    >>> orcid("0000-0001-8212-707") is None  # PMID 34559112
    True
    """
    found = _ORCID_FAST.fullmatch(raw)
    number = found[1] if found else _orcid_number(raw)
    if number is None:
        return None
    digits = number.replace("-", "")
    return number if _mod_11_2(digits[:15]) == digits[15] and _is_in_orcid_block(digits) else None


def _orcid_number(raw: str) -> str | None:
    text = _compact(raw)
    text = text[_ORCID_PREFIX.match(text).end() :]  # type: ignore[union-attr]
    found = _SIXTEEN.fullmatch(text) or _LETTER_AND_SIXTEEN.fullmatch(text)
    return "-".join(found.groups()) if found else None


ORCID_BLOCKS = ((15_000_000, 35_000_000), (900_000_000_000, 900_100_000_000))
"""The first fifteen digits of the numbers that ISNI has set aside for ORCID, from and to."""


def _is_in_orcid_block(digits: str) -> bool:
    number = int(digits[:15])
    return any(first <= number <= last for first, last in ORCID_BLOCKS)


def _fault_of_orcid(raw: str) -> Fault:
    number = _orcid_number(raw)
    if number is None:
        return _fault_of_length("orcid", "an ORCID has sixteen digits, of which the last may be X", raw)
    digits = number.replace("-", "")
    if (right := _mod_11_2(digits[:15])) != digits[15]:
        return Fault("orcid-checksum", f"the check digit of this ORCID should be {right}, not {digits[15]}")
    return Fault("orcid-range", "ORCID does not give out numbers of this range")


def _fault_of_length(kind: str, rule: str, raw: str) -> Fault:
    count = len(re.findall(r"[0-9]|[xX](?![a-zA-Z])", raw))
    return Fault(f"{kind}-form", f"{rule}; this has {count or 'none'}")


_ISNI_PREFIX = re.compile(r"(?:HTTPS?|WWW\.|ISNI(?:\.ORG)?|PAGE/|[:/.-])*")


def isni(raw: str) -> str | None:
    """
    An ISNI: sixteen digits without blanks, the last the ISO 7064 mod 11-2 check character (ISO 27729).

    Strips ``ISNI:`` and the address (``https://isni.org/isni/``), blanks and dashes.

    >>> isni("0000 0004 1759 700X")  # PMID 31388342
    '000000041759700X'
    """
    digits = _isni_digits(raw)
    return digits if digits is not None and _mod_11_2(digits[:15]) == digits[15] else None


def _isni_digits(raw: str) -> str | None:
    text = _compact(raw)
    found = _SIXTEEN.fullmatch(text[_ISNI_PREFIX.match(text).end() :])  # type: ignore[union-attr]
    return "".join(found.groups()) if found else None


def _fault_of_isni(raw: str) -> Fault:
    digits = _isni_digits(raw)
    if digits is None:
        return _fault_of_length("isni", "an ISNI has sixteen digits, of which the last may be X", raw)
    return Fault("isni-checksum", f"the check digit of this ISNI should be {_mod_11_2(digits[:15])}, not {digits[15]}")


_ISSN = re.compile(r"(?:[EPL]?-?ISSN(?:-L)?[:-]*)?([0-9]{4})-?([0-9]{3}[0-9X])")


def issn(raw: str) -> str | None:
    """
    An ISSN as ``1234-567X``, the last its mod-11 check character (ISO 3297).

    Strips ``ISSN`` and ``EISSN`` before it (``EISSN-2375-5636`` in ERIC's records); the hyphen
    may be missing or another dash, ``x`` may be lower-case.

    >>> issn("0008543x")
    '0008-543X'
    """
    found = _ISSN.fullmatch(_compact(raw))
    if found is None or _issn_check(found[1] + found[2]) != found[2][3]:
        return None
    return f"{found[1]}-{found[2]}"


def _issn_check(digits: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=False))
    return "0123456789X"[-total % 11]


def _fault_of_issn(raw: str) -> Fault:
    found = _ISSN.fullmatch(_compact(raw))
    if found is None:
        return _fault_of_length("issn", "an ISSN has eight digits, of which the last may be X", raw)
    right = _issn_check(found[1] + found[2])
    return Fault("issn-checksum", f"the check digit of this ISSN should be {right}, not {found[2][3]}")


_ISBN_LABEL = re.compile(r"\s*e?-?ISBN(?:[ -]?1[03](?=[: ]))?[\s:-]*", re.IGNORECASE)
_ISBN = re.compile(r"97[89][0-9]{10}|[0-9]{9}[0-9X]")


def isbn(raw: str) -> str | None:
    """
    An ISBN as ten or thirteen characters without hyphens, its check digit right (ISO 2108).

    Strips ``ISBN``, ``ISBN-13:`` and ERIC's ``ISBN-`` before it, hyphens and blanks. An ISBN-10 is
    not made an ISBN-13: the record says what it says.

    >>> isbn("ISBN-978-1-5985-7192-9")
    '9781598571929'
    >>> isbn("1859962521")  # PMID 20821847
    '1859962521'
    """
    digits = _isbn_digits(raw)
    return digits if _ISBN.fullmatch(digits) and _isbn_check(digits) == digits[-1] else None


def _isbn_digits(raw: str) -> str:
    found = _ISBN_LABEL.match(raw)
    return _compact(raw[found.end() :] if found else raw).replace("-", "")


def _isbn_check(digits: str) -> str:
    if len(digits) == 10:
        return "0123456789X"[-sum(w * int(d) for w, d in zip(range(10, 1, -1), digits, strict=False)) % 11]
    return str(-sum((3 if n % 2 else 1) * int(d) for n, d in enumerate(digits[:12])) % 10)


def _fault_of_isbn(raw: str) -> Fault:
    digits = _isbn_digits(raw)
    if not _ISBN.fullmatch(digits):
        return _fault_of_length("isbn", "an ISBN has ten digits, or thirteen beginning with 978 or 979", digits)
    right = _isbn_check(digits)
    return Fault("isbn-checksum", f"the check digit of this ISBN should be {right}, not {digits[-1]}")


_UNII = re.compile(r"(?:UNII[:-]?)?([0-9A-Z]{10})")


def unii(raw: str) -> str | None:
    """
    A UNII of the FDA's substance register: ten characters, the last a check character.

    The check character is the sum of the other nine, each taken as a digit to the base 36, modulo
    36; so it is for all 661 UNIIs of the records this was tested on. Strips ``UNII:``.

    >>> unii("9ZOQ3TZI87")  # sorafenib, PMID 35315510
    '9ZOQ3TZI87'
    """
    found = _UNII.fullmatch(_compact(raw))
    return found[1] if found and _unii_check(found[1]) == found[1][9] else None


_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _unii_check(code: str) -> str:
    return _BASE_36[sum(int(character, 36) for character in code[:9]) % 36]


def _fault_of_unii(raw: str) -> Fault:
    found = _UNII.fullmatch(_compact(raw))
    if found is None:
        return Fault("unii-form", "a UNII has ten letters and digits")
    right = _unii_check(found[1])
    return Fault("unii-checksum", f"the check character of this UNII should be {right}, not {found[1][9]}")


_CAS = re.compile(r"(?:CAS(?:RN)?[:-]?)?([1-9][0-9]{1,6}-[0-9]{2}-[0-9])")


def cas(raw: str) -> str | None:
    """
    A CAS registry number with its hyphens, its check digit right. Strips ``CAS:``.

    >>> cas("8064-90-2")  # PMID 9272309
    '8064-90-2'
    """
    found = _CAS.fullmatch(_compact(raw))
    return found[1] if found and _cas_check(found[1]) == found[1][-1] else None


def _cas_check(number: str) -> str:
    digits = number.replace("-", "")[:-1]
    return str(sum(place * int(digit) for place, digit in enumerate(reversed(digits), 1)) % 10)


def _fault_of_cas(raw: str) -> Fault:
    found = _CAS.fullmatch(_compact(raw))
    if found is None:
        return Fault("cas-form", "a CAS number is two to seven digits, two digits and one, joined by hyphens")
    return Fault(
        "cas-checksum", f"the check digit of this CAS number should be {_cas_check(found[1])}, not {found[1][-1]}"
    )


_EC = re.compile(r"(?:EC[:-]?)?([1-7])\.([1-9][0-9]*|-)(?:\.([1-9][0-9]*|-)(?:\.([1-9][0-9]*|[A-Z][0-9]+|-))?)?\.?")


def ec(raw: str) -> str | None:
    """
    An Enzyme Commission number in its four places; places left open are ``-``, as at UniProt.

    Strips ``EC``; the open places at the end and a dot behind (``EC 4.2.1.3.``, PMID 24429287)
    may be missing. Preliminary numbers (``n1``) keep their letter in lower-case, BRENDA's (``B12``) in upper-case.

    >>> ec("EC 3.4.21.68")
    '3.4.21.68'
    >>> ec("EC 3.4.-")
    '3.4.-.-'
    """
    found = _EC.fullmatch(_compact(raw))
    if found is None:
        return None
    places = [place or "-" for place in found.groups()]
    given = places[: places.index("-")] if "-" in places else places
    if any(place != "-" for place in places[len(given) :]):
        return None
    return ".".join(places[:3]) + "." + (places[3].lower() if places[3][0] == "N" else places[3])


def registry_number(raw: str) -> str | None:
    """
    What stands in ``RegistryNumber`` where it is a number at all: EC, CAS or UNII, in its canonical form.

    NLM's ``0`` (no number) gives None.
    """
    return cas(raw) or unii(raw) or ec(raw)


def _fault_of_registry_number(raw: str) -> Fault:
    text = _compact(raw)
    for kind, pattern in (("cas", _CAS), ("unii", _UNII)):
        if pattern.fullmatch(text):
            return _FAULTS[kind](raw)
    if text.startswith("EC"):
        return _FAULTS["ec"](raw)
    return Fault("registry-number-form", "this is neither an EC number nor a CAS number nor a UNII")


_ROR = re.compile(r"(?:(?:HTTPS?:/*)?(?:WWW\.)?ROR\.ORG/+|ROR[:-]?)?(0[0-9A-HJKMNP-TV-Z]{6})([0-9]{2})/?")
_CROCKFORD = {character: value for value, character in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}


def ror(raw: str) -> str | None:
    """
    A ROR id: ``0``, six characters of Crockford's base 32 and two check digits (ISO 7064 mod 97-10), lower-case.

    Strips ``https://ror.org/``, with or without scheme.

    >>> ror("https://ror.org/02k7v4d05")  # PMID 38988993
    '02k7v4d05'
    """
    found = _ROR.fullmatch(_compact(raw))
    return (found[1] + found[2]).lower() if found and _ror_check(found[1]) == found[2] else None


def _ror_check(code: str) -> str:
    number = 0
    for character in code:
        number = number * 32 + _CROCKFORD[character]
    return f"{98 - number * 100 % 97:02}"


def _fault_of_ror(raw: str) -> Fault:
    found = _ROR.fullmatch(_compact(raw))
    if found is None:
        return Fault("ror-form", "a ROR id is a 0, six letters and digits (no i, l, o or u) and two digits")
    return Fault("ror-checksum", f"the last two digits of this ROR id should be {_ror_check(found[1])}, not {found[2]}")


_GRID = re.compile(r"(?:(?:HTTPS?:/*)?(?:WWW\.)?GRID\.AC/INSTITUTES/)?(GRID\.[1-9][0-9]{0,6}\.[0-9A-F]{1,2})")


def grid(raw: str) -> str | None:
    """
    A GRID institute id, lower-case. Strips the address (``https://www.grid.ac/institutes/``).

    >>> grid("grid.13402.34")  # PMID 31388342
    'grid.13402.34'
    """
    found = _GRID.fullmatch(_compact(raw))
    return found[1].lower() if found else None


_RINGGOLD = re.compile(r"(?:RINGGOLD(?:ID)?[:-]?)?0*([1-9][0-9]{0,6})")


def ringgold(raw: str) -> str | None:
    """
    A Ringgold number: one to seven digits. Strips ``Ringgold:`` and leading zeros.

    >>> ringgold("48439")  # PMID 41585660
    '48439'
    """
    found = _RINGGOLD.fullmatch(_compact(raw))
    return found[1] if found else None


_MESH_UI_FAST = re.compile(r"[DQC][0-9]{6,9}|D[0-9]{6,9}Q[0-9]{6,9}")
_MESH_UI = re.compile(r"(?:HTTPS?://ID\.NLM\.NIH\.GOV/MESH/|MESH:)?([DQC][0-9]{6,9}|D[0-9]{6,9}Q[0-9]{6,9})")


def mesh_ui(raw: str) -> str | None:
    """
    A MeSH identifier that MeSH RDF has an IRI for: ``D…``, ``Q…``, ``C…`` or a pair ``D…Q…``, six to nine digits each.

    Strips ``MESH:`` and ``http(s)://id.nlm.nih.gov/mesh/``.

    >>> mesh_ui("D016543Q000188")
    'D016543Q000188'
    """
    if _MESH_UI_FAST.fullmatch(raw):
        return raw
    found = _MESH_UI.fullmatch(_compact(raw))
    return found[1] if found else None


KINDS: dict[str, Callable[[str], str | None]] = {
    function.__name__: function
    for function in (
        *(pmid, pmcid, doi, orcid, isni, issn, isbn),
        *(unii, cas, ec, registry_number, ror, grid, ringgold, mesh_ui),
    )
}
"""The functions of this module by name."""


def _always(code: str, message: str) -> Callable[[str], Fault]:
    fault = Fault(code, message)
    return lambda raw: fault


_FAULTS: dict[str, Callable[[str], Fault]] = {
    "pmid": _always("pmid-form", "a PMID has one to nine digits and is not 0"),
    "pmcid": _always("pmcid-form", "a PubMed Central id is PMC and digits"),
    "doi": _fault_of_doi,
    "orcid": _fault_of_orcid,
    "isni": _fault_of_isni,
    "issn": _fault_of_issn,
    "isbn": _fault_of_isbn,
    "unii": _fault_of_unii,
    "cas": _fault_of_cas,
    "ec": _always("ec-form", "an EC number has up to four places, from the left, such as 3.4.21.68 or 3.4.-"),
    "registry_number": _fault_of_registry_number,
    "ror": _fault_of_ror,
    "grid": _always("grid-form", "a GRID id looks like grid.13402.34"),
    "ringgold": _always("ringgold-form", "a Ringgold number has one to seven digits"),
    "mesh_ui": _always("mesh-ui-form", "a MeSH identifier is D, Q or C and six to nine digits"),
}

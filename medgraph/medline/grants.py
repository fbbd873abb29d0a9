"""
``GR`` into its parts, where it falls into them with certainty.

The text form prints id, acronym, agency and country with slashes between them, leaves out what is
missing, and does not mark slashes that belong to a part. NLM's records have the agency always.
"""

from __future__ import annotations

import re

from medgraph.model import Grant

COUNTRIES = frozenset(
    """
    Argentina|Australia|Austria|Bangladesh|Belgium|Brazil|Canada|Chile|China|Colombia|Croatia|Cyprus|Czech Republic|
    Denmark|Egypt|England|Estonia|Finland|France|Germany|Ghana|Greece|Hong Kong|Hungary|Iceland|India|Indonesia|
    International|Iran|Ireland|Israel|Italy|Japan|Kenya|Korea|Korea (South)|Latvia|Lithuania|Luxembourg|Malaysia|
    Mexico|Netherlands|New Zealand|Nigeria|Northern Ireland|Norway|Pakistan|Poland|Portugal|Puerto Rico|Romania|
    Russia|Saudi Arabia|Scotland|Singapore|Slovakia|Slovenia|South Africa|South Korea|Spain|Sri Lanka|Sweden|
    Switzerland|Taiwan|Thailand|Turkey|Uganda|United Kingdom|United States|Uruguay|Viet Nam|Vietnam|Wales
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Countries (and NLM's "International") that stand last in a grant."""

_OTHER_ACRONYM = re.compile(r"[A-Za-z]+_")
_US_ACRONYM = re.compile(r"[A-Z]{2}")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"[0-9]")


def grant(value: str) -> Grant:
    """
    The grant in a ``GR``; where its parts are in doubt, its text alone.

    >>> grant("R01 AG033678/AG/NIA NIH HHS/United States")
    Grant(grant_id='R01 AG033678', acronym='AG', agency='NIA NIH HHS', country='United States')
    >>> grant("206522/Z/17/Z/WT_/Wellcome Trust/United Kingdom").grant_id
    '206522/Z/17/Z'
    >>> grant("MOH/NIC/HAIG02/2017/Ministry of Health/").agency
    'Ministry of Health'
    >>> grant("National Institutes of Health/National Cancer Institute")
    Grant(text='National Institutes of Health/National Cancer Institute')
    """
    parts = value.split("/")
    country = parts[-1]
    if country in COUNTRIES or not country:
        if len(parts) == 1:
            return Grant(text=value)
        return _with_country(value, parts[:-2], parts[-2], country or None)
    if len(parts) == 1:
        return Grant(agency=value)
    agency, before = parts[-1], parts[-2]
    certain = _DIGIT.search(before) and _LETTER.search(agency) and not _DIGIT.search(agency) and agency[:1] != " "
    return Grant(grant_id="/".join(parts[:-1]), agency=agency) if certain else Grant(text=value)


def _with_country(value: str, before: list[str], agency: str, country: str | None) -> Grant:
    """A grant whose country is known, or known to be missing (the value ends with a slash)."""
    if not _LETTER.search(agency) or agency[:1] == " ":
        return Grant(text=value)
    if not before:
        return Grant(agency=agency, country=country)
    last = before[-1]
    if _OTHER_ACRONYM.fullmatch(last) or (country == "United States" and _US_ACRONYM.fullmatch(last)):
        return Grant(grant_id="/".join(before[:-1]) or None, acronym=last, agency=agency, country=country)
    if _DIGIT.search(last) or (len(before) > 1 and len(last) == 1):
        return Grant(grant_id="/".join(before), agency=agency, country=country)
    return Grant(text=value)

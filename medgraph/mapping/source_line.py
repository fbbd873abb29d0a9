"""
The source of a citation in one line, as NLM's text form prints it in ``SO``.

PubMed XML has no such element; the line is put together from the fields in NLM's own order (PubMed
User Guide, "Source"), so that a record read from XML is cited as the one read from text is.
"""

from __future__ import annotations

from medgraph.model import Citation, PartialDate

_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def source_line(citation: Citation) -> str | None:
    """
    ``Cancer. 2022 Jun 1;128(11):2138-2147. doi: 10.1002/cncr.34182. Epub 2022 Mar 22.``

    None for a record without a journal abbreviation (books). Which of the two dates comes first,
    and what the other is called, depends on ``Article@PubModel``.
    """
    journal = citation.journal
    if journal is None or not journal.medline_ta:
        return None
    cover = citation.pub_date.text if citation.pub_date else None
    electronic = _day(citation.article_dates[0]) if citation.article_dates else None
    first, last = _dates(citation.pub_model, cover, electronic)
    line = f"{journal.medline_ta}."
    where = citation.volume or ""
    if citation.issue:
        where = f"{where}({citation.issue})"
    pages = _pages(citation)
    if first:
        line += f" {first}"
    if where:
        line += f";{where}"
    if pages:
        line += f":{pages}" if first or where else f" {pages}"
    line += "."
    doi = next((e.value for e in citation.elocation_ids if e.type == "doi" and e.valid), None) or next(
        (a.value for a in citation.article_ids if a.type == "doi"), None
    )
    if doi:
        line += f" doi: {doi}."
    return f"{line} {last}." if last else line


def _dates(model: str | None, cover: str | None, electronic: str | None) -> tuple[str | None, str | None]:
    """The date that stands behind the journal's name, and the words about the other one."""
    if not electronic:
        return cover, None
    if model == "Electronic-eCollection":
        return electronic, f"eCollection {cover}" if cover else None
    if model == "Electronic-Print":
        return electronic, f"Print {cover}" if cover else None
    if model == "Print-Electronic" and cover != electronic:
        return cover, f"Epub {electronic}"
    return cover or electronic, None


def _day(value: PartialDate) -> str | None:
    if value.year is None:
        return value.text
    parts = [str(value.year)]
    if value.month is not None:
        parts.append(_MONTHS[value.month])
        if value.day is not None:
            parts.append(str(value.day))
    return " ".join(parts)


def _pages(citation: Citation) -> str | None:
    """The pages, or what stands for them in an article that has none: its publisher's number."""
    found = citation.pagination
    if found is not None:
        if found.medline_pgn:
            return found.medline_pgn
        if found.start_page:
            end = found.end_page
            return f"{found.start_page}-{end}" if end and end != found.start_page else found.start_page
    return next((e.value for e in citation.elocation_ids if e.type != "doi" and e.valid), None)

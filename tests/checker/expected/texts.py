"""What titles, abstracts, languages and pages become."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from medgraph.vocab import BIBO, DCTERMS, DOCO, MEDGRAPH, RDF

from ..account import ENGLISH, IRI, PLAIN, XML_LITERAL, Account, Leaf, Term

LANGUAGE_TAGS = {
    "eng": "en",
    "ger": "de",
    "fre": "fr",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "jpn": "ja",
    "chi": "zh",
    "rus": "ru",
    "dut": "nl",
    "pol": "pl",
    "cze": "cs",
    "dan": "da",
    "nor": "no",
    "swe": "sv",
    "hun": "hu",
    "kor": "ko",
    "heb": "he",
    "tur": "tr",
    "per": "fa",
    "und": "",
    "mul": "",
}
"""The tags of the languages that the checked files have; for any other, whatever tag there is will do."""


def in_language(code: str | None, english: bool = False) -> str | None:
    """The kind of a literal in a language, None where any will do."""
    if english:
        return ENGLISH
    if code is None:
        return PLAIN
    tag = LANGUAGE_TAGS.get(code)
    return None if tag is None else f"@{tag}" if tag else PLAIN


def seek_in_language(a: Account, leaf: Leaf | None, subject: str, predicate: str, kind: str | None) -> None:
    """Look for a text in the right language."""
    if kind is None:
        a.seek_text(leaf, subject, predicate, lambda found: found == PLAIN or found.startswith("@"))
    else:
        a.seek(leaf, subject, predicate, kind=kind)


def title(a: Account, leaf: Leaf | None, node: str, languages: Sequence[str]) -> None:
    """A title: in English where the article is, or where it is a translation in brackets."""
    if leaf:
        english = leaf.value.startswith("[") or "eng" in languages
        seek_in_language(a, leaf, node, DCTERMS.title, in_language(languages[0] if languages else None, english))


def empty_title(a: Account) -> None:
    """A title without text: an empty one."""
    if not a.derive("empty title", a.article, DCTERMS.title, lambda term: term.value == ""):
        a.lack("empty title", a.article, DCTERMS.title, "an empty one")


def markup(a: Account, node: str, predicate: str, text: str, tags: Sequence[str]) -> None:
    """A text with its inline markup: the same words between the same tags, in order."""

    def same(term: Term) -> bool:
        if term.kind != XML_LITERAL:
            return False
        found = re.findall(r"<([A-Za-z:]+)", term.value)
        words = html.unescape(re.sub(r"<[^>]*>", "", term.value))
        return found == list(tags) and re.sub(r"\s+", "", words) == re.sub(r"\s+", "", text)

    if not a.derive("markup", node, predicate, same):
        a.lack("markup", node, predicate, f"{text[:40]} with {len(tags)} tags")


class Section(NamedTuple):
    """One section of an abstract: the leaves of its text, label and category."""

    text: Leaf | None
    label: Leaf | None = None
    category: Leaf | None = None
    tags: Sequence[str] = ()


def joined(sections: Iterable[Section]) -> str:
    """``LABEL: text``, one blank between sections."""
    return " ".join(
        f"{s.label.value}: {s.text.value if s.text else ''}" if s.label else s.text.value if s.text else ""
        for s in sections
    )


SECTION_CLASSES = {
    "BACKGROUND": "Background",
    "METHODS": "Methods",
    "RESULTS": "Results",
    "CONCLUSIONS": "Conclusion",
}


def abstract_sections(a: Account, sections: Sequence[Section]) -> None:
    """The sections of the main abstract as nodes, where it has labels or categories."""
    if not any(s.label or s.category for s in sections):
        return
    for n, section in enumerate(sections, 1):
        node = a.local(f"section-{n}")
        a.need("link", a.article, DCTERMS.hasPart, node)
        a.need("class", node, RDF.type, DOCO.Section)
        a.seek(section.text, node, RDF.value, kind=ENGLISH)
        if section.text is None:
            a.derive("empty section", node, RDF.value, lambda t: t.value == "")
        a.seek(section.label, node, DCTERMS.title)
        a.seek(section.category, node, MEDGRAPH.nlmCategory)
        if section.category and (name := SECTION_CLASSES.get(section.category.value)):
            a.need("class", node, RDF.type, f"<http://purl.org/spar/deo/{name}>")


def other_abstract(
    a: Account, n: int, sections: Sequence[Section], *, kind: Leaf | None, language: Leaf | None, rights: Leaf | None
) -> None:
    """Another abstract: a node with its type, language, text and copyright notice."""
    node = a.local(f"abstract-{n}")
    a.need("link", a.article, DCTERMS.hasPart, node)
    a.need("class", node, RDF.type, DOCO.Abstract)
    a.seek(kind, node, MEDGRAPH.abstractType)
    if language:
        one_language(a, language, node)
    text = joined(sections)
    kind_of_text = in_language(language.value if language else None)
    for section in sections:
        for leaf in (section.text, section.label):
            if leaf and kind_of_text is None:
                a.seek_text(leaf, node, RDF.value, lambda found: True)
            else:
                a.seek(leaf, node, RDF.value, text, kind_of_text or PLAIN)
    tags = [tag for section in sections for tag in section.tags]
    if tags:
        markup(a, node, MEDGRAPH.abstractMarkup, text, tags)
    a.seek(rights, node, DCTERMS.rights)


def one_language(a: Account, leaf: Leaf, node: str) -> None:
    """A language: its IRI at the Library of Congress; what is no code of three letters stays a literal."""
    iri = f"<http://id.loc.gov/vocabulary/iso639-2/{leaf.value}>"
    if re.fullmatch(r"[a-z]{3}", leaf.value) and a.trace(leaf.path, node, DCTERMS.language, iri, IRI):
        leaf.settle(True, "")
    elif node == a.article:
        a.seek(leaf, node, MEDGRAPH.languageName)
    else:
        a.seek(leaf, node, DCTERMS.language)


def pages(a: Account, whole: Leaf | None, start: Leaf | None = None, end: Leaf | None = None) -> None:
    """Pages as printed, the first, and the last one written out."""
    node = a.article
    a.seek(whole, node, BIBO.pages)
    printed = (
        whole.value if whole else f"{start.value}-{end.value}" if start and end else start.value if start else None
    )
    if printed is None:
        a.seek(end, node, BIBO.pageEnd)
        return
    if whole is None:
        a.seek(start, node, BIBO.pages, printed)
        a.seek(end, node, BIBO.pages, printed)
    first, hyphen, last = re.split(r"[;,]", printed)[0].replace("–", "-").partition("-")
    first, last = first.strip(), last.strip()
    a.derive("first page", node, BIBO.pageStart, lambda t: t.value in (first, start.value if start else first))
    a.derive(
        "last page", node, BIBO.pageEnd, lambda t: _is_last(t.value, first, last) or bool(end and t.value == end.value)
    )
    if start:
        if first != start.value and not a.has(node, BIBO.pageStart, start.value):
            start.excuse("pages that contradict")
        else:
            start.settle(True, "")
    if end:
        found = [v for v in a.literals(node, BIBO.pageEnd) if v == end.value or _is_last(v, first, end.value)]
        end.settle(bool(found), "pageEnd")
    page = r"([A-Za-z]{0,3})([0-9]+)"
    begins, ends = re.fullmatch(page, first), re.fullmatch(page, last)
    if begins is None:
        return
    if hyphen and (ends is None or ends[1] not in ("", begins[1])):
        if re.fullmatch(r"[A-Za-z0-9.]*[0-9][A-Za-z0-9.]*", last):
            a.need("first page", node, BIBO.pageStart, first, PLAIN)
        return
    expanded = begins[2]
    if ends:
        expanded = begins[2][: max(0, len(begins[2]) - len(ends[2]))] + ends[2]
    if int(expanded) >= int(begins[2]):
        a.need("first page", node, BIBO.pageStart, first, PLAIN)
        if ends and "," not in printed:
            a.need("last page", node, BIBO.pageEnd, begins[1] + expanded, PLAIN)


def _is_last(page: str, first: str, last: str) -> bool:
    """Whether a page is the printed last one, with what it leaves out taken from the first."""
    return bool(last) and (page == last or (page.endswith(last) and first.startswith(page[: len(page) - len(last)])))

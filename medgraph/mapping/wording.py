"""Titles, abstracts, notes: what is written, in its language."""

from __future__ import annotations

from typing import Any

from medgraph import iris, languages
from medgraph.mapping.literals import literal, markup, tagged
from medgraph.mapping.rows import Record
from medgraph.model import Abstract
from medgraph.vocab import DEO


def _first_tag(record: Record) -> str | None:
    known = record.citation.languages
    return languages.tag(known[0]) if known else None


def title(value: str, record: Record) -> str:
    """The title as it stands: ``@en`` for an English one or a translation in brackets, else in its language."""
    if value.startswith("[") or "eng" in record.citation.languages:
        return literal(value) + "@en"
    return tagged(value, _first_tag(record))


def vernacular(value: str, record: Record) -> str:
    """The title in the language of the article."""
    return tagged(value, _first_tag(record))


def language(values: tuple[str, ...], record: Record) -> list[str]:
    """The language's IRI at the Library of Congress; what is no ISO 639-2 code stays a literal."""
    found = []
    for code in values:
        if languages.is_code(code):
            found.append(iris.language(code))
        else:
            record.problem("language-unknown", "LA", code, "this is not an ISO 639-2/B code of three letters")
    return found


def one_language(value: str, record: Record) -> str:
    """The language's IRI; the code as it stands where it is no ISO 639-2 code."""
    return iris.language(value) if languages.is_code(value) else literal(value)


def unknown_language(values: tuple[str, ...], record: Record) -> list[str]:
    """What stands in the place of a language and is no ISO 639-2 code."""
    return [literal(code) for code in values if not languages.is_code(code)]


def joined(sections: Any) -> str:
    """All of an abstract's text: ``LABEL: text``, one blank between sections, as the text form prints it."""
    return " ".join([f"{s.label}: {s.text}" if s.label else s.text for s in sections])


def abstract(value: Abstract, record: Record) -> str | None:
    """The whole abstract in one literal, in English."""
    return literal(joined(value.sections)) + "@en" if value.sections else None


def copyright_notice(value: Abstract, record: Record) -> str | None:
    """The copyright notice of the abstract, as it stands."""
    return literal(value.copyright) if value.copyright else None


def abstract_markup(value: Abstract, record: Record) -> str | None:
    """The whole abstract with its inline markup, where it has any."""
    if not any(section.markup for section in value.sections):
        return None
    return markup(
        " ".join(
            [
                (f"{_xml(s.label)}: " if s.label else "") + (s.markup if s.markup is not None else _xml(s.text))
                for s in value.sections
            ]
        )
    )


def _xml(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def other_abstract_text(value: Abstract, record: Record) -> str | None:
    """All of the abstract's text, in its language."""
    if not value.sections:
        return None
    return tagged(joined(value.sections), languages.tag(value.language) if value.language else None)


def labelled_sections(value: Abstract, record: Record) -> list[str] | None:
    """A node for each section, where the abstract has labelled ones."""
    if not any(section.label or section.nlm_category for section in value.sections):
        return None
    return [
        record.describe("section", f"{record.stem}section-{n}>", section) for n, section in enumerate(value.sections, 1)
    ]


_SECTION_CLASSES = {
    "BACKGROUND": DEO.Background,
    "METHODS": DEO.Methods,
    "RESULTS": DEO.Results,
    "CONCLUSIONS": DEO.Conclusion,
}


def section_class(value: str, record: Record) -> str | None:
    """The rhetorical class of NLM's category; ``OBJECTIVE`` and ``UNASSIGNED`` have none in DEO."""
    return _SECTION_CLASSES.get(value)


def notes(values: Any, record: Record) -> list[str]:
    """The note as it stands."""
    return [literal(note.text) for note in values]


def note_owners(values: Any, record: Record) -> list[str]:
    """Whose note it is."""
    return [literal(note.owner) for note in values if note.owner]


def items(values: Any, record: Record) -> list[str]:
    """The items."""
    return [literal(item) for one in values for item in one.items]


def item_types(values: Any, record: Record) -> list[str]:
    """What kind of list it is."""
    return [literal(one.type) for one in values if one.type]

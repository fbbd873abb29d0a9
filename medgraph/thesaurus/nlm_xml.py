"""NLM's MeSH XML (``desc*.xml``, ``qual*.xml``, ``supp*.xml``, ``pa*.xml``) -> MeSH records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from lxml import etree

from medgraph.errors import FormatError
from medgraph.mesh.records import ABBREVIATION, CLASSES, ENTRY, PERMUTED, PREFERRED, MeshRecord, Name

_SCR = CLASSES.index("SCR_Chemical") - 1


class Stream(Protocol):
    """What a parser needs of a file."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; empty at the end."""
        ...


def records(stream: Stream, source: str, root: str) -> Iterator[MeshRecord]:
    """
    The records of one file, in constant memory.

    Args:
        stream: unpacked bytes; only ``read`` is called. No DTD is loaded and no entity followed.
        source: its name in messages.
        root: the name of its root element, a key of :data:`ROOTS`.

    Raises:
        FormatError: it is not well-formed to its end.
    """
    tag, read = ROOTS[root]
    events = etree.iterparse(stream, events=("end",), tag=tag, resolve_entities=False, load_dtd=False, no_network=True)
    try:
        for _, element in events:
            yield from read(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        line = f"line {error.lineno}: " if error.lineno else ""
        raise FormatError(source, f"{line}{error.msg}; it is damaged or cut off: get the file again") from error


def _descriptor(record: etree._Element) -> Iterator[MeshRecord]:
    yield MeshRecord(
        _text(record, "DescriptorUI"),
        _text(record, "DescriptorName/String"),
        _number(record.get("DescriptorClass"), 4),
        list(_names(record)),
        [node.text or "" for node in record.iterfind("TreeNumberList/TreeNumber")],
        list(_actions(record)),
    )


def _qualifier(record: etree._Element) -> Iterator[MeshRecord]:
    yield MeshRecord(
        _text(record, "QualifierUI"),
        _text(record, "QualifierName/String"),
        CLASSES.index("Qualifier"),
        list(_names(record)),
        [node.text or "" for node in record.iterfind("TreeNumberList/TreeNumber")],
    )


def _supplemental(record: etree._Element) -> Iterator[MeshRecord]:
    kind = _number(record.get("SCRClass"), 6)
    mapped = []
    for heading in record.iterfind("HeadingMappedToList/HeadingMappedTo"):
        descriptor = _text(heading, "DescriptorReferredTo/DescriptorUI")
        qualifier = _text(heading, "QualifierReferredTo/QualifierUI").lstrip("*")
        starred = "*" in (_text(heading, "QualifierReferredTo/QualifierUI")[:1], descriptor[:1])
        mapped.append(("preferredMappedTo" if starred else "mappedTo", descriptor.lstrip("*") + qualifier))
    yield MeshRecord(
        _text(record, "SupplementalRecordUI"),
        _text(record, "SupplementalRecordName/String"),
        kind and kind + _SCR,
        list(_names(record)),
        (),
        [*mapped, *_actions(record)],
    )


def _action(action: etree._Element) -> Iterator[MeshRecord]:
    """``pa*.xml`` lists substances by what they do."""
    target = _text(action, "DescriptorReferredTo/DescriptorUI")
    for substance in action.iterfind("PharmacologicalActionSubstanceList/Substance"):
        ui, name = _text(substance, "RecordUI"), _text(substance, "RecordName/String")
        yield MeshRecord(ui, name, links=[("pharmacologicalAction", target)])


ROOTS: dict[str, tuple[str, Callable[[etree._Element], Iterator[MeshRecord]]]] = {
    "DescriptorRecordSet": ("DescriptorRecord", _descriptor),
    "QualifierRecordSet": ("QualifierRecord", _qualifier),
    "SupplementalRecordSet": ("SupplementalRecord", _supplemental),
    "PharmacologicalActionSet": ("PharmacologicalAction", _action),
}
"""Root element -> the elements of its records, and what reads one."""


def _names(record: etree._Element) -> Iterator[Name]:
    for concept in record.iterfind("ConceptList/Concept"):
        concept_ui = _text(concept, "ConceptUI")
        for term in concept.iterfind("TermList/Term"):
            if term.get("RecordPreferredTermYN") == "Y":
                role = PREFERRED
            else:
                role = PERMUTED if term.get("IsPermutedTermYN") == "Y" else ENTRY
            preferred = term.get("ConceptPreferredTermYN") == "Y"
            yield Name(_text(term, "String"), role, _text(term, "TermUI"), concept_ui, preferred)
            if abbreviation := _text(term, "Abbreviation"):
                yield Name(abbreviation, ABBREVIATION)


def _actions(record: etree._Element) -> Iterator[tuple[str, str]]:
    for action in record.iterfind("PharmacologicalActionList/PharmacologicalAction"):
        yield "pharmacologicalAction", _text(action, "DescriptorReferredTo/DescriptorUI").lstrip("*")


def _text(element: etree._Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _number(value: str | None, highest: int) -> int:
    return int(value) if value is not None and value.isdecimal() and int(value) <= highest else 0

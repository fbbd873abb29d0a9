"""What an article is about: MeSH headings, substances, publication types, keywords."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Struct

from medgraph import identifiers, iris
from medgraph.mapping.documents import is_chapter
from medgraph.mapping.literals import literal
from medgraph.mapping.rows import Record
from medgraph.mapping.values import Part
from medgraph.mesh import DESCRIPTOR, PUBLICATION_TYPE, QUALIFIER, SUBSTANCE
from medgraph.model import Book, Chemical, MeshHeading, MeshTerm, PublicationType, SupplMesh
from medgraph.vocab import BIBO, FABIO


class Headings(Struct, gc=False):
    """The headings of a record, resolved: plain descriptors, headings as indexed, starred ones, and what is left."""

    subjects: list[str]
    terms: list[str]
    primary: list[str]
    left: list[str]


class Heading(Struct, gc=False):
    """A heading that needs a node of its own: one that no UI is known for, or that carries a flag."""

    descriptor: MeshTerm
    term: str | None
    qualifiers: list[str]
    starred: list[str]
    names: list[str]
    starred_names: list[str]
    automatic: bool
    concept_type: str | None = None


class Pair(NamedTuple):
    """A descriptor with one of its qualifiers."""

    descriptor: str
    qualifier: str


def _known_ui(ui: str) -> bool:
    return identifiers.mesh_ui(ui) == ui


def _term(ui: str, name: str, record: Record) -> str:
    """The IRI of a MeSH term, after noting its name."""
    return record.describe("mesh term", f"<http://id.nlm.nih.gov/mesh/{ui}>", name)


def _iri(term: MeshTerm | PublicationType, kind: str, record: Record) -> str | None:
    """The IRI of a descriptor, qualifier or publication type, or None where no identifier is known for it."""
    memory = record.memory
    ui = term.ui
    if ui is not None and _known_ui(ui):
        key: Any = ui
    else:
        key = kind, term.name
        if key in memory:
            return memory[key]  # type: ignore[no-any-return]
        resolver = record.resolver
        resolve = {
            DESCRIPTOR: resolver.descriptor,
            QUALIFIER: resolver.qualifier,
            PUBLICATION_TYPE: resolver.publication_type,
        }
        ui = resolve[kind](term.name)
    where = iris.mesh(ui) if ui is not None else None
    if len(memory) < REMEMBERED:
        memory[key] = where
    return where


REMEMBERED = 100_000


def _headings(record: Record) -> Headings:
    subjects: list[str] = []
    terms: list[str] = []
    primary: list[str] = []
    found = Headings(subjects, terms, primary, [])
    memory = record.memory
    names, pairs = record.waiting["mesh term"], record.waiting["pair"]
    for n, heading in enumerate(record.citation.mesh_headings, 1):
        descriptor = heading.descriptor
        # the first look is the cheap one: nearly every identifier has been met before
        subject = memory.get(descriptor.ui) or _iri(descriptor, DESCRIPTOR, record)
        if subject is None or descriptor.auto:
            _left(n, heading, found, record)
            continue
        qualified: list[tuple[MeshTerm, str]] = []
        for qualifier in heading.qualifiers:
            where = memory.get(qualifier.ui) or _iri(qualifier, QUALIFIER, record)
            if where is None or qualifier.auto:
                break
            qualified.append((qualifier, where))
        if len(qualified) < len(heading.qualifiers):
            _left(n, heading, found, record)
            continue
        subjects.append(subject)
        names.append((subject, descriptor.name))
        if descriptor.major:
            primary.append(subject)
        if not qualified:
            terms.append(subject)
        for qualifier, where in qualified:
            try:
                pair = memory[subject, where]
            except KeyError:
                pair = pair_of(subject, where)
                if len(memory) < REMEMBERED:
                    memory[subject, where] = pair
            terms.append(pair[0])
            pairs.append(pair)
            names.append((where, qualifier.name))
            if qualifier.major:
                primary.append(pair[0])
    return found


_MESH = iris.mesh("")[:-1]


def pair_of(descriptor: str, qualifier: str) -> tuple[str, Pair]:
    """The node of a descriptor with one of its qualifiers, and what it is made of."""
    return f"{descriptor[:-1]}{qualifier[len(_MESH) :]}", Pair(descriptor, qualifier)


def _left(n: int, heading: MeshHeading, found: Headings, record: Record) -> None:
    """A heading that needs a node of its own, beside what can be said without it."""
    descriptor = heading.descriptor
    subject = _iri(descriptor, DESCRIPTOR, record)
    if subject is not None:
        found.subjects.append(record.describe("mesh term", subject, descriptor.name))
        if descriptor.major:
            found.primary.append(subject)
    _doubt(descriptor, subject, "mesh-heading-unresolved", DESCRIPTOR, record)
    item = Heading(descriptor, subject, [], [], [], [], descriptor.auto)
    for qualifier in heading.qualifiers:
        item.automatic |= qualifier.auto
        where = _iri(qualifier, QUALIFIER, record)
        _doubt(qualifier, where, "mesh-qualifier-unresolved", QUALIFIER, record)
        if where is None:
            item.names.append(qualifier.name)
            if qualifier.major:
                item.starred_names.append(qualifier.name)
            continue
        item.qualifiers.append(record.describe("mesh term", where, qualifier.name))
        if qualifier.major:
            item.starred.append(where)
        if subject is not None:
            pair = record.describe("pair", *pair_of(subject, where))
            found.terms.append(pair)
            if qualifier.major:
                found.primary.append(pair)
    if subject is not None and not item.qualifiers:
        found.terms.append(subject)
    found.left.append(record.describe("heading", f"{record.stem}heading-{n}>", item))


def _doubt(term: MeshTerm, where: str | None, code: str, kind: str, record: Record) -> None:
    """Report an identifier that is none, and a name that none is known for."""
    if term.ui is not None and not _known_ui(term.ui):
        record.fault("mesh_ui", "MH", term.ui)
    if where is None:
        record.problem(code, "MH", term.name, _how(kind, term.name, record))


def _how(kind: str, name: str, record: Record) -> str:
    """Why no identifier is known for a name; names recur from record to record."""
    memory = record.memory
    key = "how", kind, name
    how: str | None = memory.get(key)
    if how is None:
        how = record.resolver.look_up(kind, name).how
        if len(memory) < REMEMBERED:
            memory[key] = how
    return how


subjects = Part("The plain descriptors.", _headings, "subjects")


subject_terms = Part(
    "The headings as indexed: the descriptor, or one descriptor-qualifier pair for each qualifier.", _headings, "terms"
)


primary_terms = Part(
    "The starred ones: a star on a descriptor is that descriptor, a star on a qualifier is that pair.",
    _headings,
    "primary",
)


heading_nodes = Part("A node for each heading that no UI is known for, or that carries a flag.", _headings, "left")


def suppl_mesh_terms(values: tuple[SupplMesh, ...], record: Record) -> list[str]:
    """The supplementary concept."""
    found = []
    for value in values:
        ui = value.ui if value.ui and _known_ui(value.ui) else record.resolver.substance(value.name)
        if ui:
            found.append(_term(ui, value.name, record))
    return found


def suppl_mesh_left(values: tuple[SupplMesh, ...], record: Record) -> list[str]:
    """A node for a supplementary concept that no UI is known for."""
    start = len(record.citation.mesh_headings)
    found = []
    for n, value in enumerate(values, start + 1):
        if not (value.ui and _known_ui(value.ui)) and not record.resolver.substance(value.name):
            how = _how(SUBSTANCE, value.name, record)
            record.problem("supplementary-concept-unresolved", "RN", value.name, how)
            item = Heading(MeshTerm(name=value.name), None, [], [], [], [], False, value.type)
            found.append(record.describe("heading", f"{record.stem}heading-{n}>", item))
    return found


class Substances(Struct, gc=False):
    """The substances of a record: those that are MeSH terms, and nodes for the others."""

    terms: list[str]
    left: list[str]


class Substance(Struct, gc=False):
    """A substance, and its registry number: of the one substance, of a class of enzymes, or as printed."""

    name: str | None
    same: str | None
    enzyme_class: str | None
    printed: str | None


@lru_cache(maxsize=50_000)
def _registry(value: str) -> str | None:
    """A CAS number or UNII as an IRI, or None."""
    if number := identifiers.cas(value):
        return iris.substance("cas", number)
    if number := identifiers.unii(value):
        return iris.substance("unii", number)
    return None


@lru_cache(maxsize=50_000)
def _enzyme(value: str) -> str | None:
    """An EC number as the IRI of its class of enzymes, or None."""
    number = identifiers.ec(value)
    return iris.substance("ec", number) if number else None


def _substance(chemical: Chemical, record: Record) -> str | None:
    """The IRI of a substance, or None where no identifier is known for it."""
    ui = chemical.ui
    if ui and _known_ui(ui):
        where = iris.mesh(ui)
        if len(record.memory) < REMEMBERED:
            record.memory[ui] = where
        return where
    found = record.resolver.substance(chemical.name) if chemical.name else None
    return iris.mesh(found) if found else None


def _substances(record: Record) -> Substances:
    found = Substances([], [])
    memory, waiting = record.memory, record.waiting["mesh substance"]
    for n, chemical in enumerate(record.citation.chemicals, 1):
        number = chemical.registry_number
        same = enzyme = wrong = None
        if number and number != "0":
            if number.startswith("EC"):
                enzyme = _enzyme(number)
            else:
                same = _registry(number)
            if same is None and enzyme is None:
                wrong = number
                record.fault("registry_number", "RN", wrong)
        where = memory.get(chemical.ui) or _substance(chemical, record)
        if where is not None:
            found.terms.append(where)
            waiting.append((where, Substance(chemical.name, same, enzyme, None)))
        if where is None or wrong:
            if where is None:
                name = chemical.name
                how = _how(SUBSTANCE, name, record) if name else "only a registry number is given"
                record.problem("substance-unresolved", "RN", name or number or "", how)
            item = Substance(chemical.name, same, enzyme, wrong)
            found.left.append(record.describe("substance", f"{record.stem}substance-{n}>", item))
    return found


substance_terms = Part("The substance as a MeSH term.", _substances, "terms")


substance_nodes = Part(
    "A node for each substance that no UI is known for, or whose registry number is none.", _substances, "left"
)


def _types(record: Record) -> list[str | None]:
    """The IRI of each publication type, None where no identifier is known for it."""
    memory = record.memory
    return [
        memory.get(value.ui) or _iri(value, PUBLICATION_TYPE, record) for value in record.citation.publication_types
    ]


def publication_types(values: tuple[PublicationType, ...], record: Record) -> list[str]:
    """The publication type as a MeSH term."""
    found = [(where, value.name) for value, where in zip(values, record.once(_types), strict=True) if where]
    record.waiting["mesh term"] += found
    return [where for where, _ in found]


def publication_type_names(values: tuple[PublicationType, ...], record: Record) -> list[str] | None:
    """The name of a publication type that no UI is known for."""
    types: list[str | None] = record.once(_types)
    if None not in types:
        return None
    found = []
    for value, where in zip(values, types, strict=True):
        if where is None:
            how = _how(PUBLICATION_TYPE, value.name, record)
            record.problem("publication-type-unresolved", "PT", value.name, how)
            found.append(literal(value.name))
    return found


JOURNAL_ARTICLE = "D016428"


CLASSES: dict[str, str] = {
    JOURNAL_ARTICLE: FABIO.JournalArticle,
    "D016454": FABIO.ReviewArticle,
    "D017418": FABIO.ReviewArticle,
    "D000078182": FABIO.ReviewArticle,
    "D016421": FABIO.JournalEditorial,
    "D016422": FABIO.Letter,
    "D016420": FABIO.Comment,
    "D016433": FABIO.JournalNewsItem,
    "D016440": FABIO.RetractionNotice,
    "D000076942": FABIO.Preprint,
}
"""Publication type -> the class of the article, beside ``dcterms:type``."""

CLASS_OF = {iris.mesh(ui): term for ui, term in CLASSES.items()}
OF_JOURNAL = iris.mesh(JOURNAL_ARTICLE)
ACADEMIC, OTHER = BIBO.AcademicArticle, BIBO.Article


def classes(value: tuple[tuple[PublicationType, ...], Book | None, str | None], record: Record) -> list[str]:
    """
    What kind of document it is.

    A part of a book is a chapter or a section; a whole book is typed by its own table. Any other
    record is an academic article where NLM types it Journal Article, else an article, and besides
    what its publication types say.
    """
    _, book, own_title = value
    if book is not None and record.citation.journal is None:
        if own_title is None:
            return []
        return [BIBO.Chapter if is_chapter(record) else BIBO.BookSection]
    types = record.once(_types)
    found = [ACADEMIC if OF_JOURNAL in types else OTHER]
    found += [CLASS_OF[where] for where in types if where in CLASS_OF]
    return found


def keywords(values: Any, record: Record) -> list[str]:
    """The keyword as printed, without its star."""
    return [literal(keyword.text) for one in values for keyword in one.keywords]


def major_keywords(values: Any, record: Record) -> list[str]:
    """The starred keywords."""
    return [literal(keyword.text) for one in values for keyword in one.keywords if keyword.major]


def keyword_owners(values: Any, record: Record) -> list[str]:
    """Whose list of keywords it is."""
    return [literal(one.owner) for one in values if one.owner]

"""A record as PubMed XML: its values, element by element and attribute by attribute, and what each becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from medgraph.vocab import (
    BIBO,
    DCTERMS,
    DOCO,
    FABIO,
    FOAF,
    MEDGRAPH,
    OWL,
    PRISM,
    RDF,
    SKOS,
)

from . import expected as e
from .account import BOOLEAN, IRI, Account, Leaf

INLINE = frozenset(("b", "i", "sup", "sub", "u", "DispFormula"))
RUNNING_TEXT = frozenset(
    (
        *("AbstractText", "Affiliation", "ArticleTitle", "BookTitle", "Citation", "CoiStatement", "CollectionTitle"),
        *(
            "CollectiveName",
            "Keyword",
            "Param",
            "PublisherName",
            "SectionTitle",
            "Suffix",
            "VernacularTitle",
            "VolumeTitle",
        ),
    )
)
"""Elements whose text is that of all their descendants (``%text;`` in NLM's DTD)."""

SAYS_NOTHING = frozenset(
    (
        *(("MajorTopicYN", "N"), ("AutoHM", "N"), ("ValidYN", "Y"), ("CompleteYN", "Y"), ("DateType", "Electronic")),
        *(("Type", "authors"),),
    )
)
"""Attributes whose value is what NLM's DTD takes for granted where they are absent."""

NO_REGISTRY_NUMBER = ("RegistryNumber", "0")
"""NLM's way to say that a substance has none."""


def fold(text: str) -> str:
    """The text with each stretch of XML white space as one blank."""
    if "\n" in text or "  " in text or "\t" in text or "\r" in text:
        text = _WHITE_SPACE.sub(" ", text)
    return text.strip(" ")


_WHITE_SPACE = re.compile(r"[ \t\r\n]+")


class XmlRecord:
    """
    The values of one record.

    Args:
        root: ``PubmedArticle``, ``PubmedBookArticle``, ``MedlineCitation`` or ``BookDocument``.

    ``says_nothing`` counts what stands in the place of a value and is none; it is no leaf.
    """

    def __init__(self, root: Element) -> None:
        self.root = root
        self.says_nothing = 0
        self.leaves: list[Leaf] = []
        self._texts: dict[Element, Leaf] = {}
        self._attributes: dict[tuple[Element, str], Leaf] = {}
        named = root.tag not in ("PubmedArticle", "PubMedArticle", "PubmedBookArticle")
        if root.attrib:
            self._collect_attributes(root, root.tag)
        for child in (root,) if named else root:
            self._collect(child, child.tag, named=named)
        citation = root if root.tag in ("MedlineCitation", "BookDocument") else root.find("MedlineCitation")
        if citation is None:
            citation = root.find("BookDocument")
        self.citation = citation
        pmid = citation.find("PMID") if citation is not None else None
        self.pmid = fold("".join(pmid.itertext())) if pmid is not None else None

    def _collect_attributes(self, element: Element, path: str) -> None:
        is_empty = not len(element) and not fold(element.text or "")
        for name, text in element.attrib.items():
            value = fold(text)
            if (name, value) in SAYS_NOTHING or (is_empty and name == "MajorTopicYN"):
                self.says_nothing += 1
            elif value:
                leaf = Leaf(f"{path}/@{name.rpartition('}')[2]}", value)
                self._attributes[element, name] = leaf
                self.leaves.append(leaf)

    def _collect(self, element: Element, path: str, named: bool = False) -> None:
        if element.attrib and not named:
            self._collect_attributes(element, path)
        if not len(element) or element.tag in RUNNING_TEXT:
            value = fold("".join(element.itertext())) if len(element) else fold(element.text or "")
            if (element.tag, value) == NO_REGISTRY_NUMBER:
                self.says_nothing += 1
            elif value:
                leaf = self._texts[element] = Leaf(path, value)
                self.leaves.append(leaf)
            for inner in element.iter() if len(element) else ():
                if inner is not element and not inner.tag.startswith("{") and inner.attrib:
                    self._collect_attributes(inner, f"{path}/{inner.tag}")
            return
        stray = fold((element.text or "") + " ".join(child.tail or "" for child in element))
        if stray:
            self.leaves.append(Leaf(f"{path}/text()", stray))
        for child in element:
            if isinstance(child.tag, str):
                self._collect(child, f"{path}/{child.tag}")

    def text(self, element: Element | None) -> Leaf | None:
        """The leaf of an element's text."""
        return None if element is None else self._texts.get(element)

    def child(self, element: Element | None, path: str) -> Leaf | None:
        """The leaf of the first child at a path."""
        if element is None:
            return None
        found = element.find(path)
        return None if found is None else self._texts.get(found)

    def attribute(self, element: Element | None, name: str) -> Leaf | None:
        """The leaf of an attribute."""
        return None if element is None else self._attributes.get((element, name))

    def attributes(self) -> Iterable[tuple[tuple[Element, str], Leaf]]:
        """All leaves of attributes, with their elements."""
        return self._attributes.items()

    def texts(self, element: Element, path: str) -> Iterator[Leaf]:
        """The leaves of all elements at a path."""
        for found in element.findall(path):
            if leaf := self._texts.get(found):
                yield leaf


SIMPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "MedlineCitation/PMID": (("article", BIBO.pmid), ("article", FABIO.hasPubMedId)),
    "MedlineCitation/PMID/@Version": (("record", OWL.versionInfo),),
    "MedlineCitation/@Status": (("record", MEDGRAPH.recordStatus),),
    "MedlineCitation/@Owner": (("record", MEDGRAPH.owner),),
    "MedlineCitation/@IndexingMethod": (("record", MEDGRAPH.indexingMethod),),
    "MedlineCitation/@VersionID": (("record", MEDGRAPH.versionId),),
    "MedlineCitation/@VersionDate": (("record", MEDGRAPH.versionDate),),
    "MedlineCitation/Article/@PubModel": (("record", MEDGRAPH.pubModel),),
    "MedlineCitation/Article/Journal/JournalIssue/@CitedMedium": (("record", MEDGRAPH.citedMedium),),
    "MedlineCitation/Article/Journal/JournalIssue/Volume": (("article", BIBO.volume),),
    "MedlineCitation/Article/Journal/JournalIssue/Issue": (("article", PRISM.issueIdentifier),),
    "MedlineCitation/Article/Journal/Title": (("journal", DCTERMS.title),),
    "MedlineCitation/Article/Journal/ISOAbbreviation": (("journal", FABIO.hasShortTitle),),
    "MedlineCitation/MedlineJournalInfo/MedlineTA": (("journal", FABIO.hasNLMJournalTitleAbbreviation),),
    "MedlineCitation/MedlineJournalInfo/NlmUniqueID": (("journal", MEDGRAPH.nlmUniqueId),),
    "MedlineCitation/MedlineJournalInfo/NLMUniqueID": (("journal", MEDGRAPH.nlmUniqueId),),
    "MedlineCitation/MedlineJournalInfo/Country": (("journal", MEDGRAPH.country),),
    "MedlineCitation/Article/Abstract/CopyrightInformation": (("article", DCTERMS.rights),),
    "MedlineCitation/CitationSubset": (("record", MEDGRAPH.citationSubset),),
    "MedlineCitation/GeneSymbolList/GeneSymbol": (("article", MEDGRAPH.geneSymbol),),
    "MedlineCitation/NumberOfReferences": (("article", MEDGRAPH.referenceCount),),
    "MedlineCitation/KeywordList/Keyword": (("article", PRISM.keyword),),
    "MedlineCitation/KeywordList/@Owner": (("record", MEDGRAPH.keywordOwner),),
    "MedlineCitation/CoiStatement": (("article", MEDGRAPH.coiStatement),),
    "MedlineCitation/SpaceFlightMission": (("article", MEDGRAPH.spaceFlightMission),),
    "MedlineCitation/GeneralNote": (("article", SKOS.note),),
    "MedlineCitation/GeneralNote/@Owner": (("record", MEDGRAPH.noteOwner),),
    "MedlineCitation/MedlineID": (("article", DCTERMS.identifier),),
    "BookDocument/PMID": (("article", BIBO.pmid), ("article", FABIO.hasPubMedId)),
    "BookDocument/PMID/@Version": (("record", OWL.versionInfo),),
    "BookDocument/Abstract/CopyrightInformation": (("article", DCTERMS.rights),),
    "BookDocument/KeywordList/Keyword": (("article", PRISM.keyword),),
    "BookDocument/KeywordList/@Owner": (("record", MEDGRAPH.keywordOwner),),
    "BookDocument/ItemList/Item": (("article", MEDGRAPH.item),),
    "BookDocument/ItemList/@ListType": (("article", MEDGRAPH.itemListType),),
    "BookDocument/Book/Volume": (("book", BIBO.volume),),
    "BookDocument/Book/VolumeTitle": (("book", PRISM.alternateTitle),),
    "BookDocument/Book/Edition": (("book", BIBO.edition),),
    "BookDocument/Book/ReportNumber": (("book", BIBO.number),),
    "BookDocument/Book/Medium": (("book", MEDGRAPH.medium),),
    "BookDocument/Book/CollectionTitle": (("collection", DCTERMS.title),),
    "BookDocument/Book/Publisher/PublisherName": (("publisher", FOAF.name),),
    "BookDocument/Book/Publisher/PublisherLocation": (("publisher", MEDGRAPH.placeOfPublication),),
}
"""Path of an element or attribute -> the nodes and properties under which its value stands as it is."""

FLAGS: dict[str, tuple[str, str]] = {
    "MedlineCitation/Article/GrantList/@CompleteYN": ("record", MEDGRAPH.grantListComplete),
    "BookDocument/GrantList/@CompleteYN": ("record", MEDGRAPH.grantListComplete),
    "MedlineCitation/Article/DataBankList/@CompleteYN": ("record", MEDGRAPH.databankListComplete),
}

NOT_OF_THE_DTD = "not of NLM's DTD"
BOOKSHELF_LINKS = ("/@book", "/@part", "/@sec")
OBJECT_LISTS = ("PubmedData/ObjectList/", "PubmedBookData/ObjectList/", "ObjectList/")


def check(r: XmlRecord, a: Account) -> None:
    """Look for all values of a record in its graph."""
    top = r.citation
    assert top is not None
    e.always(a)
    is_book = top.tag == "BookDocument"
    nodes = {"article": a.article, "record": a.record}
    languages = [leaf.value for leaf in r.texts(top, "Language" if is_book else "Article/Language")]
    for leaf in r.texts(top, "Language" if is_book else "Article/Language"):
        e.one_language(a, leaf, a.article)
    if is_book:
        _book(r, a, top, nodes, languages)
    else:
        _journal(r, a, top, nodes)
    for leaf in r.leaves:
        for name, predicate in SIMPLE.get(leaf.path, ()):
            if name in nodes and not (
                leaf.path.endswith("/NLMUniqueID") and top.find("MedlineJournalInfo/NlmUniqueID") is not None
            ):
                a.seek(leaf, nodes[name], predicate)
        if (flag := FLAGS.get(leaf.path)) and leaf.value == "N":
            a.seek(leaf, nodes[flag[0]], flag[1], "false", BOOLEAN)
    article = top if is_book else top.find("Article")
    if article is not None:
        _article(r, a, article, languages, is_book)
    else:
        e.publication_types(a, [], True)
    _citation(r, a, top)
    data = r.root.find("PubmedBookData" if is_book else "PubmedData")
    if data is not None:
        _data(r, a, data)
    _identifiers(r, a, article, data, is_book)
    _references(r, a, top if is_book else data)
    if not is_book and article is not None:
        _source_line(r, a, top, article)
    found = {leaf.path for leaf in r.leaves if leaf.found}
    for leaf in r.leaves:
        if leaf.rule is None and (leaf.found is None or (leaf.found is False and leaf.path in found)):
            _excuse(leaf, a)
    for (element, _), leaf in r.attributes():
        text = r.text(element)
        if leaf.missed and leaf.rule is None and text and text.rule == NOT_OF_THE_DTD:
            leaf.excuse(NOT_OF_THE_DTD)


def _excuse(leaf: Leaf, a: Account) -> None:
    """The rule for a value that nothing above looks for."""
    if leaf.path.endswith(BOOKSHELF_LINKS) and not leaf.path.startswith("MedlineCitation"):
        leaf.excuse("link inside the Bookshelf")
    elif leaf.path.startswith(OBJECT_LISTS):
        leaf.excuse("object list")
    elif leaf.path.endswith("/DescriptorName/@Type") and leaf.value == "Geographic":
        leaf.excuse("geographic descriptor")
    elif a.is_unread(leaf):
        leaf.excuse("second of its kind" if leaf.found is False else NOT_OF_THE_DTD)


def _date(r: XmlRecord, a: Account, element: Element | None, subject: str, predicate: str) -> None:
    if element is None:
        return
    leaves = [r.child(element, name) for name in ("Year", "Month", "Day", "Hour", "Minute")]
    if any(leaves):
        e.date(a, leaves, subject, predicate, [leaf.value if leaf else None for leaf in leaves])


def _displayed(r: XmlRecord, element: Element) -> tuple[list[Leaf | None], str]:
    """The leaves of a publication date, and how NLM displays it: month in three letters, day without a zero."""
    whole = r.child(element, "MedlineDate")
    year, season, month, day = (r.child(element, name) for name in ("Year", "Season", "Month", "Day"))
    if whole:
        return [whole, year, season, month, day], whole.value
    parts = [year.value if year else ""]
    if month:
        number = e.month_number(month.value)
        parts.append(e.MONTH_NAMES[number - 1][:3].title() if number else month.value)
    if season:
        parts.append(season.value)
    if day:
        parts.append(day.value.lstrip("0") if day.value.isdigit() else day.value)
    return [year, season, month, day], " ".join(part for part in parts if part)


def _publication_date(r: XmlRecord, a: Account, element: Element | None, node: str) -> None:
    if element is None:
        return
    leaves, text = _displayed(r, element)
    if any(leaves):
        e.publication_date(a, leaves, node, text)


def _journal(r: XmlRecord, a: Account, top: Element, nodes: dict[str, str]) -> None:
    article = top.find("Article")
    info = top.find("MedlineJournalInfo")
    own = article.find("Journal") if article is not None else None
    issns = [(leaf, "Linking") for leaf in (r.texts(info, "ISSNLinking") if info is not None else ())]
    printed = [(found, r.text(found)) for found in (own.findall("ISSN") if own is not None else ())]
    names = [r.child(own, "Title"), r.child(own, "ISOAbbreviation"), r.child(info, "MedlineTA")]
    nlm_id = r.child(info, "NlmUniqueID") or r.child(info, "NLMUniqueID")
    if not (any(names) or nlm_id or issns):
        return
    journal = e.journal_node(a)
    if journal is None:
        return
    nodes["journal"] = journal
    e.journal_name(a, journal, nlm_id.value if nlm_id else None, [leaf.value for leaf, _ in issns])
    for leaf, kind in issns:
        e.issn(a, [leaf], journal, leaf.value, kind)
    for element, number in printed:
        if number:
            kind_leaf = r.attribute(element, "IssnType")
            e.issn(a, [number, kind_leaf], journal, number.value, kind_leaf.value if kind_leaf else None)
    _publication_date(r, a, article.find("Journal/JournalIssue/PubDate") if article is not None else None, a.article)


def _article(r: XmlRecord, a: Account, article: Element, languages: list[str], is_book: bool) -> None:
    own_title = article.find("ArticleTitle")
    if own_title is not None:
        title = r.text(own_title)
        if title:
            e.title(a, title, a.article, languages)
            if tags := _tags(own_title):
                e.markup(a, a.article, MEDGRAPH.titleMarkup, title.value, tags)
        else:
            e.empty_title(a)
    if leaf := r.child(article, "VernacularTitle"):
        kind = e.in_language(languages[0] if languages else None)
        e.seek_in_language(a, leaf, a.article, DCTERMS.alternative, kind)
    abstract = article.find("Abstract")
    if abstract is not None:
        sections = [s for s in _sections(r, abstract) if s.text or s.label]
        text = e.joined(sections)
        for section in sections:
            for leaf in (section.text, section.label):
                a.seek(leaf, a.article, BIBO.abstract, text, "@en")
        if tags := [tag for section in sections for tag in section.tags]:
            e.markup(a, a.article, MEDGRAPH.abstractMarkup, text, tags)
        e.abstract_sections(a, sections)
    pagination = article.find("Pagination")
    if pagination is not None:
        e.pages(a, *(r.child(pagination, name) for name in ("MedlinePgn", "StartPage", "EndPage")))
    path = "PublicationType" if is_book else "PublicationTypeList/PublicationType"
    types = [_named(r, found) for found in article.findall(path) if r.text(found)]
    e.publication_types(a, types, article.find("Book") is None)
    editors = [x for x in article.findall("AuthorList") if x.get("Type") == "editors"]
    authors = [x for x in article.findall("AuthorList") if x.get("Type") != "editors"]
    book_authors = article.findall("Book/AuthorList") if is_book and own_title is None and not authors else []
    authors += [x for x in book_authors if x.get("Type") != "editors"]
    members = _people(r, a, a.article, "investigator", top_investigators(r, article, is_book))
    _people(r, a, a.article, "author", authors, groups=members)
    _people(r, a, a.article, "editor", editors)
    for leaf in r.texts(article, "Affiliation"):
        e.affiliation(a, a.article, MEDGRAPH.affiliation, e.Place(leaf))
    for element in article.findall("ArticleDate"):
        _date(r, a, element, a.article, DCTERMS.available)
    for leaf in r.texts(article, "DateOfElectronicPublication"):
        compact = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", leaf.value)
        e.date(a, [leaf], a.article, DCTERMS.available, compact.groups() if compact else (None,))
    _grants(r, a, article)
    _databanks(r, a, article)


def top_investigators(r: XmlRecord, article: Element, is_book: bool) -> list[Element]:
    """The lists of investigators of the record itself."""
    top = article if is_book else r.citation
    return top.findall("InvestigatorList") if top is not None else []


def _tags(element: Element) -> list[str]:
    """The tags inside an element, in order; MathML's with its usual prefix."""
    return [
        re.sub(r"\{.*Math/MathML\}", "mml:", inner.tag).rpartition("}")[2]
        for inner in element.iter()
        if inner is not element
    ]


def _sections(r: XmlRecord, abstract: Element) -> list[e.Section]:
    return [
        e.Section(r.text(found), r.attribute(found, "Label"), r.attribute(found, "NlmCategory"), _tags(found))
        for found in abstract.findall("AbstractText")
    ]


def _named(r: XmlRecord, element: Element) -> e.Named:
    name, ui, major, auto = (r.text(element), *(r.attribute(element, n) for n in ("UI", "MajorTopicYN", "AutoHM")))
    assert name is not None
    return e.Named(name, name.value, ui, ui.value if ui else None, major, bool(major), auto, bool(auto))


def _people(
    r: XmlRecord,
    a: Account,
    doc: str,
    kind: str,
    lists: list[Element],
    *,
    of: str = "",
    groups: dict[str, list[str]] | None = None,
) -> dict[str, list[str]]:
    """
    The people of one kind, in all their lists.

    Args:
        groups: id of a list of investigators -> its members, for groups that name it.

    Returns:
        the same, for lists that have an id.
    """
    listed: list[e.Someone] = []
    elements: list[Element] = []
    ids: list[str | None] = []
    for one in lists:
        for element in one:
            if element.tag in ("Author", "Investigator") and (someone := _someone(r, element)):
                listed.append(someone)
                elements.append(element)
                ids.append(one.get("ID"))
    complete = next(
        ((r.attribute(one, "CompleteYN"), False) for one in lists if one.get("CompleteYN") == "N"), (None, True)
    )
    agents = e.people(a, doc, kind, listed, of=of, complete=complete)
    valid = [n for n, someone in enumerate(listed) if someone.valid]
    found: dict[str, list[str]] = {}
    for n, agent in zip(valid, agents, strict=True):
        name = ids[n]
        if name is not None:
            found.setdefault(name, []).append(agent)
    for one in lists:
        if leaf := r.attribute(one, "ID"):
            leaf.excuse("id of a list of investigators")
        if (leaf := r.attribute(one, "Type")) and leaf.value == "editors":
            leaf.settle(bool(agents) or len(one) == 0, "editors")
    for n, agent in zip(valid, agents, strict=True):
        if (leaf := listed[n].list_leaf) and groups is not None:
            members = groups.get(leaf.value, [])
            leaf.settle(
                bool(members) and all(a.trace(leaf.path, agent, FOAF.member, member, IRI) for member in members),
                "member",
            )
    return found


def _someone(r: XmlRecord, element: Element) -> e.Someone | None:
    last, fore, initials, suffix, group = (
        r.child(element, name) for name in ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
    )
    fore = fore or r.child(element, "FirstName")
    if not (last or fore or initials or suffix or group or element.findall("AffiliationInfo")):
        return None
    short = " ".join(leaf.value for leaf in (last, initials, suffix) if leaf) if last else None
    names = e.Names(last, fore, suffix, group, initials, short, initials.value if initials else None)
    places = [
        e.Place(r.child(info, "Affiliation"), _identifiers_of(r, info)) for info in element.findall("AffiliationInfo")
    ]
    places += [e.Place(leaf) for leaf in r.texts(element, "Affiliation")]
    equal = element.get("EqualContrib")
    return e.Someone(
        names,
        _identifiers_of(r, element),
        [place for place in places if place.text or place.identifiers],
        r.attribute(element, "ValidYN"),
        element.get("ValidYN") != "N",
        r.attribute(element, "EqualContrib"),
        None if equal is None else equal == "Y",
        r.attribute(element.find("CollectiveName"), "Investigators"),
    )


def _identifiers_of(r: XmlRecord, element: Element) -> list[e.Identified]:
    return [
        e.Identified(leaf, leaf.value, source, source.value if source else None)
        for found in element.findall("Identifier")
        if (leaf := r.text(found))
        for source in (r.attribute(found, "Source"),)
    ]


def _grants(r: XmlRecord, a: Account, article: Element) -> None:
    for element in article.findall("GrantList/Grant"):
        leaves = [r.child(element, name) for name in ("GrantID", "Acronym", "Agency", "Country")]
        values = e.Funding(*(leaf.value if leaf else None for leaf in leaves))
        if any(leaves) and not e.grant(a, leaves, values):
            for leaf in leaves:
                if leaf:
                    leaf.settle(False, f"a grant with all of {values}")


def _databanks(r: XmlRecord, a: Account, article: Element) -> None:
    for bank in article.findall("DataBankList/DataBank"):
        name = r.child(bank, "DataBankName")
        if name is None:
            continue
        numbers = list(r.texts(bank, "AccessionNumberList/AccessionNumber"))
        for number in numbers:
            e.accession(a, [name, number], name.value, number.value)
        if not numbers:
            a.seek(name, a.article, MEDGRAPH.databankAccession)


def _citation(r: XmlRecord, a: Account, top: Element) -> None:
    """What stands in ``MedlineCitation`` beside the article."""
    for name, predicate in (
        ("DateCreated", DCTERMS.created),
        ("DateCompleted", MEDGRAPH.dateCompleted),
        ("DateRevised", DCTERMS.modified),
    ):
        _date(r, a, top.find(name), a.record, predicate)
    headings = [h for h in top.findall("MeshHeadingList/MeshHeading") if r.child(h, "DescriptorName")]
    for n, found in enumerate(headings, 1):
        descriptor = found.find("DescriptorName")
        assert descriptor is not None
        qualifiers = [_named(r, q) for q in found.findall("QualifierName") if r.text(q)]
        e.heading(a, n, _named(r, descriptor), qualifiers)
    concepts = [found for found in top.findall("SupplMeshList/SupplMeshName") if r.text(found)]
    for n, found in enumerate(concepts, len(headings) + 1):
        e.supplementary(a, n, _named(r, found), r.attribute(found, "Type"))
    for n, found in enumerate(top.findall("ChemicalList/Chemical"), 1):
        substance = found.find("NameOfSubstance")
        number = r.child(found, "RegistryNumber")
        term = _named(r, substance) if substance is not None and r.text(substance) else None
        e.substance(a, n, term, number, number.value if number else None)
    _relations(r, a, top)
    for n, found in enumerate(top.findall("PersonalNameSubjectList/PersonalNameSubject"), 1):
        someone = _someone(r, found)
        if someone:
            e.person_as_subject(a, n, someone.names)
    for found in top.findall("OtherID"):
        if leaf := r.text(found):
            source = r.attribute(found, "Source")
            e.other_id(a, [leaf, source], source.value if source else None, leaf.value)
    for n, found in enumerate(top.findall("OtherAbstract"), 1):
        kind, language = r.attribute(found, "Type"), r.attribute(found, "Language")
        sections = [s for s in _sections(r, found) if s.text or s.label]
        for section in sections:
            if section.category:
                section.category.excuse("category in another abstract")
        e.other_abstract(a, n, sections, kind=kind, language=language, rights=r.child(found, "CopyrightInformation"))
    for keyword in top.findall("KeywordList/Keyword"):
        if (leaf := r.attribute(keyword, "MajorTopicYN")) and (text := r.text(keyword)):
            a.seek(leaf, a.article, MEDGRAPH.keywordMajor, text.value)


def _relations(r: XmlRecord, a: Account, top: Element) -> None:
    found = [
        (x, x.get("RefType"), r.attribute(x, "RefType"))
        for x in top.findall("CommentsCorrectionsList/CommentsCorrections")
    ]
    found += [(x, x.tag, None) for x in top.findall("CommentsCorrections/*")]
    for n, (element, ref_type, type_leaf) in enumerate(found, 1):
        source, pmid = r.child(element, "RefSource"), r.child(element, "PMID")
        e.relation(
            a,
            n,
            e.Relation(
                ref_type or "",
                type_leaf,
                source,
                source.value if source else None,
                pmid,
                pmid.value if pmid else None,
                r.child(element, "Note"),
                r.attribute(element.find("PMID"), "Version"),
            ),
        )


def _data(r: XmlRecord, a: Account, data: Element) -> None:
    e.publication_status(a, r.child(data, "PublicationStatus"))
    for found in data.findall("History/PubMedPubDate"):
        status = r.attribute(found, "PubStatus")
        leaves = [r.child(found, name) for name in ("Year", "Month", "Day", "Hour", "Minute")]
        if status:
            parts = [leaf.value if leaf else None for leaf in leaves]
            e.history(a, [status, *leaves[:3]], leaves[3:], status.value, parts=parts)


def _identifiers(r: XmlRecord, a: Account, article: Element | None, data: Element | None, is_book: bool) -> None:
    """The article's own identifiers: where it is, and what it is called."""
    candidates: list[e.Candidate] = []
    types: list[tuple[Leaf, Leaf]] = []
    for found in article.findall("ELocationID") if article is not None and not is_book else ():
        leaf, kind = r.text(found), r.attribute(found, "EIdType")
        if leaf is None:
            continue
        valid_leaf = r.attribute(found, "ValidYN")
        valid = valid_leaf is None or valid_leaf.value != "N"
        if kind and kind.value == "doi":
            candidates.append(e.Candidate(leaf, leaf.value, valid))
        elif not valid:
            a.seek(leaf, a.article, MEDGRAPH.invalidIdentifier)
        else:
            a.seek(leaf, a.article, FABIO.hasPII if kind else FABIO.hasElectronicArticleIdentifier)
        types += [(leaf, other) for other in (kind, valid_leaf) if other]
    ids = [
        x
        for parent in (article if is_book else None, data)
        if parent is not None
        for x in parent.findall("ArticleIdList/ArticleId")
    ]
    for found in ids:
        leaf, kind = r.text(found), r.attribute(found, "IdType")
        if leaf is None:
            continue
        name = kind.value if kind else "pubmed"
        if name == "doi":
            candidates.append(e.Candidate(leaf, leaf.value))
        elif name == "pmc":
            e.pmc(a, leaf, leaf.value)
        elif name == "pubmed" and leaf.value == a.pmid:
            a.seek(leaf, a.article, BIBO.pmid)
        else:
            a.seek(leaf, a.article, FABIO.hasPII if name == "pii" else DCTERMS.identifier)
        if kind and name in ("doi", "pmc", "pii", "pubmed"):
            types.append((leaf, kind))
        elif kind:
            kind.excuse("type of an identifier")
    e.dois(a, a.article, candidates)
    for leaf, kind in types:
        kind.settle(leaf.found is True, leaf.sought)


def _references(r: XmlRecord, a: Account, data: Element | None) -> None:
    if data is None:
        return
    for n, (found, titles) in enumerate(_flat(r, data, []), 1):
        ids = [
            e.ReferenceId(leaf, kind, kind.value if kind else None, leaf.value)
            for one in found.findall("ArticleIdList/ArticleId")
            if (leaf := r.text(one))
            for kind in (r.attribute(one, "IdType"),)
        ]
        e.reference(a, n, r.child(found, "Citation"), ids, titles)


def _flat(r: XmlRecord, parent: Element, above: list[Leaf]) -> Iterator[tuple[Element, list[Leaf]]]:
    """All references with the titles of the lists they stand in."""
    for one in parent.findall("ReferenceList"):
        title = r.child(one, "Title")
        titles = [*above, title] if title else above
        for found in one.findall("Reference"):
            yield found, titles
        yield from _flat(r, one, titles)


def _source_line(r: XmlRecord, a: Account, top: Element, article: Element) -> None:
    ta = r.child(top, "MedlineJournalInfo/MedlineTA")
    if ta is None:
        return
    issue = article.find("Journal/JournalIssue")
    own = [r.child(issue, "Volume"), r.child(issue, "Issue")]
    optional = [leaf.value for leaf in (*r.texts(article, "ELocationID"), *r.texts(article, "Pagination/*")) if leaf]
    data = r.root.find("PubmedData")
    if data is not None:
        optional += [leaf.value for leaf in r.texts(data, "ArticleIdList/ArticleId")]
    pages = r.child(article, "Pagination/MedlinePgn")
    dates = []
    cover = issue.find("PubDate") if issue is not None else None
    if cover is not None:
        dates.append(_displayed(r, cover)[1])
    for element in article.findall("ArticleDate"):
        dates.append(_displayed(r, element)[1])
    parts = [leaf.value for leaf in (*own, pages) if leaf]
    e.source_line(a, ta.value, parts, [d for d in dates if d], optional)


def _book(r: XmlRecord, a: Account, top: Element, nodes: dict[str, str], languages: list[str]) -> None:
    """The book of a book record: the record's own subject, or what it is a part of."""
    book = top.find("Book")
    whole = top.find("ArticleTitle") is None
    labels = [(found, r.text(found)) for found in top.findall("LocationLabel")]
    chapter = any(found.get("Type") == "chapter" and leaf for found, leaf in labels)
    node = a.article if whole else a.local("book")
    nodes["book"] = node
    if book is not None and not whole:
        a.need("class", a.article, RDF.type, BIBO.Chapter if chapter else BIBO.BookSection)
        a.need("link", a.article, DCTERMS.isPartOf, node)
    for found, leaf in labels:
        kind = r.attribute(found, "Type")
        if leaf:
            _label(a, a.article, leaf, kind, of_chapter=not whole)
    _book_sections(r, a, top)
    for element in top.findall("ContributionDate"):
        leaves, text = _displayed(r, element)
        term = e.certain(text)
        for leaf in leaves:
            if term:
                a.seek(leaf, a.article, DCTERMS.issued, *term)
    if book is None:
        return
    a.need("class", node, RDF.type, BIBO.Book)
    title = book.find("BookTitle")
    if title is not None:
        e.title(a, r.text(title), node, languages)
    _publication_date(r, a, book.find("PubDate"), node)
    for name, predicate in (("BeginningDate", MEDGRAPH.dateOfBeginning), ("EndingDate", MEDGRAPH.dateOfEnding)):
        _date(r, a, book.find(name), node, predicate)
    for leaf in r.texts(book, "Isbn"):
        e.isbn(a, leaf, node)
    if book.find("Publisher") is not None:
        nodes["publisher"] = a.local("publisher")
        a.need("link", node, DCTERMS.publisher, nodes["publisher"])
        a.need("class", nodes["publisher"], RDF.type, FOAF.Organization)
    if r.child(book, "CollectionTitle"):
        nodes["collection"] = a.local("collection")
        a.need("link", node, DCTERMS.isPartOf, nodes["collection"])
        a.need("class", nodes["collection"], RDF.type, BIBO.Series)
    candidates = []
    for found in book.findall("ELocationID"):
        leaf, kind = r.text(found), r.attribute(found, "EIdType")
        if leaf and kind and kind.value == "doi":
            candidates.append((e.Candidate(leaf, leaf.value, found.get("ValidYN") != "N"), kind))
        elif leaf:
            a.seek(leaf, node, DCTERMS.identifier)
            if kind:
                kind.excuse("type of an identifier")
    e.dois(a, node, [candidate for candidate, _ in candidates])
    for candidate, kind in candidates:
        kind.settle(candidate.leaf.found is True, candidate.leaf.sought)
    editors = [x for x in book.findall("AuthorList") if x.get("Type") == "editors"]
    authors = [x for x in book.findall("AuthorList") if x.get("Type") != "editors"]
    if not (whole and not top.findall("AuthorList")):
        _people(r, a, node, "author", authors, of="book-")
    _people(r, a, node, "editor", editors, of="book-")
    _people(r, a, node, "investigator", book.findall("InvestigatorList"), of="book-")


def _label(a: Account, node: str, leaf: Leaf, kind: Leaf | None, of_chapter: bool = False) -> None:
    """A label of a part of a book, ``type: text``; the number of the chapter that the record itself is."""
    if of_chapter and kind and kind.value == "chapter":
        a.seek(leaf, node, BIBO.chapter)
        kind.settle(leaf.found is True, leaf.sought)
        return
    value = f"{kind.value}: {leaf.value}" if kind else leaf.value
    a.seek(leaf, node, MEDGRAPH.locationLabel, value)
    a.seek(kind, node, MEDGRAPH.locationLabel, value)


def _book_sections(r: XmlRecord, a: Account, top: Element) -> None:
    """The table of contents of a part: a node for each section, those below it below."""

    def descend(parent: str, elements: list[Element]) -> None:
        for element in elements:
            title, label = r.child(element, "SectionTitle"), element.find("LocationLabel")
            node = next((n for n in a.nodes(parent, DCTERMS.hasPart) if n not in seen and _titled(n, title)), None)
            if node is None:
                for leaf in (title, r.text(label)):
                    if leaf:
                        leaf.settle(False, "a section with this title")
                continue
            seen.add(node)
            a.need("link", parent, DCTERMS.hasPart, node)
            a.need("class", node, RDF.type, DOCO.Section)
            a.seek(title, node, DCTERMS.title)
            if label is not None and (leaf := r.text(label)):
                _label(a, node, leaf, r.attribute(label, "Type"))
            descend(node, element.findall("Section"))

    def _titled(node: str, title: Leaf | None) -> bool:
        return title is None or a.has(node, DCTERMS.title, title.value)

    seen: set[str] = set()
    descend(a.article, top.findall("Sections/Section"))

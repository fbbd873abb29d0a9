"""A record as MEDLINE text: its values, tag by tag, and what each becomes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

from medgraph.vocab import (
    BIBO,
    DCTERMS,
    DOCO,
    FABIO,
    FOAF,
    FRAPO,
    MEDGRAPH,
    PRISM,
    RDF,
    RDFS,
    SKOS,
)

from . import expected as e
from .account import BOOLEAN, ENGLISH, IRI, Account, Leaf

Line = tuple[str, str]
NO_TAG = "line without a tag"


class TextRecord:
    """
    The values of one record.

    Args:
        lines: tag and value of each, in order.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.tagged = [(tag, Leaf(tag or NO_TAG, value)) for tag, value in lines if value]
        self.leaves = [leaf for _, leaf in self.tagged]
        self.empty = {tag for tag, value in lines if not value}
        self.says_nothing = 0
        pmids = [value for tag, value in lines if tag == "PMID"]
        self.pmid = pmids[0] if len(pmids) == 1 else None

    @property
    def is_in_one_line(self) -> bool:
        """Whether all tags stand in the value of the first one."""
        return len(self.lines) == 1 and self.lines[0][0] == "PMID" and " OWN - " in self.lines[0][1]

    def all(self, *tags: str) -> list[Leaf]:
        """The leaves of these tags, in order."""
        return [leaf for tag, leaf in self.tagged if tag in tags]

    def first(self, *tags: str) -> Leaf | None:
        """The first leaf of these tags."""
        return next((leaf for tag, leaf in self.tagged if tag in tags), None)


SIMPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "PMID": (("article", BIBO.pmid), ("article", FABIO.hasPubMedId)),
    "OWN": (("record", MEDGRAPH.owner),),
    "STAT": (("record", MEDGRAPH.recordStatus),),
    "VI": (("book or article", BIBO.volume),),
    "IP": (("article", PRISM.issueIdentifier),),
    "JT": (("journal", DCTERMS.title),),
    "TA": (("journal", FABIO.hasNLMJournalTitleAbbreviation),),
    "JID": (("journal", MEDGRAPH.nlmUniqueId),),
    "PL": (("journal of no book", MEDGRAPH.country), ("publisher", MEDGRAPH.placeOfPublication)),
    "CI": (("article", DCTERMS.rights),),
    "SB": (("record", MEDGRAPH.citationSubset),),
    "GS": (("article", MEDGRAPH.geneSymbol),),
    "SFM": (("article", MEDGRAPH.spaceFlightMission),),
    "RF": (("article", MEDGRAPH.referenceCount),),
    "NR": (("article", MEDGRAPH.referenceCount),),
    "COI": (("article", MEDGRAPH.coiStatement),),
    "COIS": (("article", MEDGRAPH.coiStatement),),
    "PUBM": (("record", MEDGRAPH.pubModel),),
    "SO": (("article", DCTERMS.bibliographicCitation),),
    "OTO": (("record", MEDGRAPH.keywordOwner),),
    "MID": (("article", DCTERMS.identifier),),
    "VTI": (("book", PRISM.alternateTitle),),
    "EN": (("book", BIBO.edition),),
    "CTI": (("collection", DCTERMS.title),),
    "PB": (("publisher", FOAF.name),),
}
"""Tag -> the nodes and properties under which its value stands as it is."""

DAYS: dict[str, tuple[str, str]] = {
    "DA": ("record", DCTERMS.created),
    "DCOM": ("record", MEDGRAPH.dateCompleted),
    "LR": ("record", DCTERMS.modified),
    "DRDT": ("record", DCTERMS.modified),
    "DEP": ("article", DCTERMS.available),
    "CTDT": ("article", DCTERMS.issued),
}

MOMENTS = {"EDAT": "pubmed", "MHDA": "medline", "CRDT": "entrez", "PMCR": "pmc-release"}

RELATIONS = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "EIN": "ErratumIn",
    "EFR": "ErratumFor",
    "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom",
    "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "RPI": "RepublishedIn",
    "RPF": "RepublishedFrom",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
    "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor",
    "SPIN": "SummaryForPatientsIn",
    "ORI": "OriginalReportIn",
    **{tag: tag for tag in ("PRIN", "PROF", "DDIN", "DRIN")},
}

UNEXPLAINED = frozenset(("CDAT", "CA", "EA", "EM", "ID", "JC", "KW", "NI", "UI", "ISSN"))
"""Tags whose meaning no page of NLM gives, or that are not PubMed's."""

STRAY = frozenset(("AUID", "IRAD", "OABL", "OCI", NO_TAG))
"""Tags that say something of the tag before them."""


def check(r: TextRecord, a: Account) -> None:
    """Look for all values of a record in its graph."""
    e.always(a)
    nodes = {"article": a.article, "record": a.record, "book or article": a.article}
    languages = [leaf.value for leaf in r.all("LA")]
    is_book = _book(r, a, nodes, languages)
    if r.all("JT", "TA", "JID", "IS") or (r.all("PL", "CY") and not is_book):
        _journal(r, a, nodes, is_book)
    for tag, leaf in r.tagged:
        for name, predicate in SIMPLE.get(tag, ()):
            if name in nodes:
                a.seek(leaf, nodes[name], predicate)
        if day := DAYS.get(tag):
            found = re.fullmatch(r"(\d{4})(\d\d)?(\d\d)?", leaf.value)
            e.date(a, [leaf], nodes[day[0]], day[1], found.groups() if found else (None,))
    displayed = r.first("DP", "YR")
    if displayed:
        e.publication_date(a, [displayed], nodes["book or article"], displayed.value)
    _titles_and_abstracts(r, a, languages)
    for leaf in r.all("LA"):
        e.one_language(a, leaf, a.article)
    e.pages(a, r.first("PG"))
    _identifiers(r, a, nodes["book or article"])
    _history(r, a)
    _people(r, a, nodes["book or article"], "book-" if is_book and nodes["book"] == nodes["book or article"] else "")
    _subjects(r, a, "journal" in nodes or not is_book)
    for leaf in r.all("GR"):
        _grant(a, leaf)
    for leaf in r.all("SI"):
        bank, slash, number = leaf.value.partition("/")
        if slash:
            e.accession(a, [leaf], bank, number)
        else:
            a.seek(leaf, a.article, MEDGRAPH.databankAccession)
    for tag, leaf in r.tagged:
        if tag in RELATIONS:
            _relation(a, leaf, RELATIONS[tag])
    for leaf in r.all("OID"):
        source, colon, value = leaf.value.partition(": ")
        e.other_id(a, [leaf], *((source, value) if colon else (None, leaf.value)))
    for leaf in r.all("GN"):
        owner, _, note = leaf.value.partition(": ")
        if a.has(a.record, MEDGRAPH.noteOwner, owner) and a.trace("GN", a.article, SKOS.note, note):
            a.seek(leaf, a.record, MEDGRAPH.noteOwner, owner)
        else:
            a.seek(leaf, a.article, SKOS.note)
    e.publication_status(a, r.first("PST"))
    if not r.first("SO") and (ta := r.first("TA")):
        _source_line(r, a, ta.value)
    _excuses(r, a)


def _excuses(r: TextRecord, a: Account) -> None:
    found = {leaf.path for leaf in r.leaves if leaf.found}
    for tag, leaf in r.tagged:
        if leaf.missed and leaf.rule is None and a.is_unread(leaf):
            if tag in UNEXPLAINED:
                leaf.excuse("tag without an explanation")
            elif leaf.path in found:
                leaf.excuse("second of its kind")
            elif leaf.path in STRAY:
                leaf.excuse("stray tag")


def _book(r: TextRecord, a: Account, nodes: dict[str, str], languages: list[str]) -> bool:
    """The book of a book record, if it is one."""
    if not r.all("BTI", "VTI", "CTI", "PB", "EN", "ISBN"):
        return False
    whole = not r.all("TI") and "TI" not in r.empty
    node = a.article if whole else a.local("book")
    nodes["book"] = nodes["book or article"] = node
    if not whole:
        a.need("link", a.article, DCTERMS.isPartOf, node)
    a.need("class", node, RDF.type, BIBO.Book)
    chapter = bool(r.all("CP")) and not whole
    if not whole and not r.all("JT", "TA", "JID", "IS"):
        a.need("class", a.article, RDF.type, BIBO.Chapter if chapter else BIBO.BookSection)
    for leaf in r.all("CP"):
        if chapter:
            a.seek(leaf, a.article, BIBO.chapter)
        else:
            a.seek(leaf, a.article, MEDGRAPH.locationLabel, f"chapter: {leaf.value}")
    e.title(a, r.first("BTI"), node, languages)
    for leaf in r.all("ISBN"):
        e.isbn(a, leaf, node)
    if r.all("PB", "PL"):
        nodes["publisher"] = a.local("publisher")
        a.need("link", node, DCTERMS.publisher, nodes["publisher"])
        a.need("class", nodes["publisher"], RDF.type, FOAF.Organization)
    if r.all("CTI"):
        nodes["collection"] = a.local("collection")
        a.need("link", node, DCTERMS.isPartOf, nodes["collection"])
        a.need("class", nodes["collection"], RDF.type, BIBO.Series)
    return True


def _journal(r: TextRecord, a: Account, nodes: dict[str, str], is_book: bool) -> None:
    journal = e.journal_node(a)
    if journal is None:
        return
    nodes["journal"] = journal
    if not is_book:
        nodes["journal of no book"] = journal
    linking = []
    for leaf in r.all("IS"):
        number, _, kind = leaf.value.partition(" (")
        kind = kind.rstrip(")")
        e.issn(a, [leaf], journal, number, kind or None)
        if kind == "Linking":
            linking.append(number)
    nlm_id = r.first("JID")
    e.journal_name(a, journal, nlm_id.value if nlm_id else None, linking)
    for leaf in r.all("CY"):
        a.seek(leaf, journal, MEDGRAPH.country)


def _titles_and_abstracts(r: TextRecord, a: Account, languages: list[str]) -> None:
    if leaf := r.first("TI"):
        e.title(a, leaf, a.article, languages)
    elif "TI" in r.empty:
        e.empty_title(a)
    if leaf := r.first("TT"):
        kind = e.in_language(languages[0] if languages else None)
        e.seek_in_language(a, leaf, a.article, DCTERMS.alternative, kind)
    if leaf := r.first("AB"):
        a.seek(leaf, a.article, BIBO.abstract, kind=ENGLISH)
        _sections(a, leaf)
    others: list[list[tuple[str, Leaf]]] = []
    for tag, leaf in r.tagged:
        if tag == "OAB":
            others.append([(tag, leaf)])
        elif tag in ("OABL", "OCI") and others:
            others[-1].append((tag, leaf))
    for n, found in enumerate(others, 1):
        _other_abstract(a, n, dict(found))


LABELS = (
    "AIM",
    "AIMS",
    "BACKGROUND",
    "CONCLUSION",
    "CONCLUSIONS",
    "INTRODUCTION",
    "METHODS",
    "OBJECTIVE",
    "PURPOSE",
    "RESULTS",
)


def _sections(a: Account, leaf: Leaf) -> None:
    """The sections found in running text: put together they are the abstract, and they say that they were found."""
    nodes: list[str] = []
    while a.has(a.article, DCTERMS.hasPart, node := a.local(f"section-{len(nodes) + 1}"), IRI):
        nodes.append(node)
    if not nodes:
        if re.match(rf"(?:{'|'.join(LABELS)}): ", leaf.value):
            a.lack("link", a.article, DCTERMS.hasPart, "the sections of a structured abstract")
        return
    parts = []
    for node in nodes:
        a.need("link", a.article, DCTERMS.hasPart, node)
        a.need("class", node, RDF.type, DOCO.Section)
        a.need("derived label", node, MEDGRAPH.derivedLabel, "true", BOOLEAN)
        labels, texts = a.literals(node, DCTERMS.title), a.literals(node, RDF.value)
        if len(labels) == len(texts) == 1:
            parts.append(f"{labels[0]}: {texts[0]}")
            a.trace("AB", node, DCTERMS.title, labels[0])
            a.trace("AB", node, RDF.value, texts[0], ENGLISH)
    leaf.settle(" ".join(parts) == leaf.value, "sections that make up the abstract")


def _other_abstract(a: Account, n: int, found: dict[str, Leaf]) -> None:
    """``OAB`` with its type in front, if it is one."""
    leaf, language, rights = found["OAB"], found.get("OABL"), found.get("OCI")
    node = a.local(f"abstract-{n}")
    a.need("link", a.article, DCTERMS.hasPart, node)
    a.need("class", node, RDF.type, DOCO.Abstract)
    kind, colon, text = leaf.value.partition(": ")
    if not (colon and a.trace("OAB", node, MEDGRAPH.abstractType, kind)):
        text = leaf.value
    if text == "Abstract available from the publisher.":
        leaf.excuse("abstract available from the publisher")
    else:
        wanted = e.in_language(language.value if language else None)
        if wanted is None:
            leaf.settle(text in a.literals(node, RDF.value), "its text")
            a.derive("other abstract", node, RDF.value, lambda t: t.value == text)
        else:
            a.seek(leaf, node, RDF.value, text, wanted)
    if language:
        e.one_language(a, language, node)
    a.seek(rights, node, DCTERMS.rights)


def typed(value: str) -> tuple[str, str | None]:
    """``value [type]``."""
    found = re.fullmatch(r"(.*) \[([^\[\]]*)\]", value)
    return (found[1], found[2]) if found else (value, None)


def _identifiers(r: TextRecord, a: Account, located: str) -> None:
    """``LID`` on the article, or on the book of a book record; ``AID`` and ``PMC`` on the article."""
    candidates: list[e.Candidate] = []
    of_book: list[e.Candidate] = []
    for tag, leaf in r.tagged:
        if tag == "PMC":
            e.pmc(a, leaf, leaf.value)
        if tag not in ("LID", "AID"):
            continue
        value, kind = typed(leaf.value)
        on_book = (tag == "LID" and located != a.article) or (
            tag == "LID" and r.all("BTI", "CTI", "PB", "EN", "ISBN", "VTI")
        )
        if kind == "doi":
            (of_book if on_book else candidates).append(e.Candidate(leaf, value))
        elif on_book:
            a.seek(leaf, located, DCTERMS.identifier, value)
        elif kind == "pii":
            a.seek(leaf, a.article, FABIO.hasPII, value)
        elif tag == "LID":
            a.seek(leaf, a.article, FABIO.hasElectronicArticleIdentifier, value)
        elif kind == "pmc":
            e.pmc(a, leaf, value)
        else:
            a.seek(leaf, a.article, DCTERMS.identifier, value)
    candidates.sort(key=lambda c: c.leaf.path != "LID")
    if of_book and located == a.article:
        e.dois(a, a.article, [*of_book, *candidates])
    else:
        e.dois(a, a.article, candidates)
        e.dois(a, located, of_book) if of_book else None


def _history(r: TextRecord, a: Account) -> None:
    for tag, leaf in r.tagged:
        if tag == "PHST":
            value, status = typed(leaf.value)
        elif tag in MOMENTS:
            value, status = leaf.value, MOMENTS[tag]
        else:
            continue
        found = re.fullmatch(r"(\d{4})(?:/(\d\d?))?(?:/(\d\d?))?(?: (\d\d):(\d\d))?", value)
        if status:
            e.history(a, [leaf], (), status, parts=found.groups() if found else (None,) * 5, text=value)


def _people(r: TextRecord, a: Account, book: str, of: str) -> None:
    """
    ``FAU AU AUID AD CN``, ``FED ED``, ``FIR IR IRAD``: what follows a person is about that person.

    Investigators have the short name first (``IR FIR``) in most files.
    """
    lists: dict[str, list[dict[str, list[Leaf]]]] = {"author": [], "editor": [], "investigator": []}
    full = {"FAU": "author", "FED": "editor", "FIR": "investigator"}
    short = {"AU": "author", "ED": "editor", "IR": "investigator"}
    last: dict[str, list[Leaf]] | None = None
    before: list[Leaf] = []
    complete: tuple[Leaf | None, bool] = (None, True)
    for tag, leaf in r.tagged:
        if tag == "FIR" and last is not None and "FIR" not in last and _same_name(leaf, last.get("IR")):
            last[tag] = [leaf]
        elif tag in full or tag == "CN":
            last = {tag: [leaf]}
            lists[full.get(tag, "author")].append(last)
        elif tag in short:
            if tag == "AU" and leaf.value == "et al.":
                complete = (leaf, False)
                last = None
            elif last is not None and f"F{tag}" in last and tag not in last:
                last[tag] = [leaf]
            else:
                last = {tag: [leaf]}
                lists[short[tag]].append(last)
        elif tag in ("AUID", "AD", "IRAD"):
            if last is not None:
                last.setdefault(tag, []).append(leaf)
            elif tag == "AD":
                before.append(leaf)
    e.people(a, a.article, "author", [_someone(a, one) for one in lists["author"]], complete=complete)
    e.people(a, book, "editor", [_someone(a, one) for one in lists["editor"]], of=of)
    e.people(a, a.article, "investigator", [_someone(a, one) for one in lists["investigator"]])
    for leaf in before:
        e.affiliation(a, a.article, MEDGRAPH.affiliation, e.Place(leaf))


def _same_name(full: Leaf, short: list[Leaf] | None) -> bool:
    """Whether a short name begins with the last name of a full one."""
    return short is not None and short[0].value.startswith(full.value.partition(",")[0])


def _someone(a: Account, one: dict[str, list[Leaf]]) -> e.Someone:
    full = next((one[tag][0] for tag in ("FAU", "FED", "FIR") if tag in one), None)
    short = next((one[tag][0] for tag in ("AU", "ED", "IR") if tag in one), None)
    group = one["CN"][0] if "CN" in one else None
    identifiers = []
    for leaf in one.get("AUID", ()):
        source, colon, value = leaf.value.partition(": ")
        if colon:
            identifiers.append(e.Identified(leaf, value, None, source))
        else:
            identifiers.append(e.Identified(leaf, leaf.value, None, None))
    places = [e.Place(leaf) for tag in ("AD", "IRAD") for leaf in one.get(tag, ())]
    names = e.Names(collective=group, short=short, short_name=short.value if short else None, full=full)
    return e.Someone(names, identifiers, places)


def _named(leaf: Leaf, text: str) -> e.Named:
    starred = text.startswith("*")
    return e.Named(leaf, text.removeprefix("*"), major_leaf=leaf, major=starred)


def _subjects(r: TextRecord, a: Account, of_article: bool) -> None:
    """``MH RN NM OT PT FPS PS``."""
    e.publication_types(a, [_named(leaf, leaf.value) for leaf in r.all("PT")], of_article)
    headings = r.all("MH")
    for n, leaf in enumerate(headings, 1):
        descriptor, *qualifiers = leaf.value.split("/")
        e.heading(a, n, _named(leaf, descriptor), [_named(leaf, name) for name in qualifiers])
    n_substance, n_concept = 0, len(headings)
    for leaf in (*r.all("RN"), *r.all("NM")):
        found = re.fullmatch(r"(\S+|EC \S+)(?: \((.*)\))?", leaf.value) if leaf.path == "RN" else None
        if found and (found[2] or found[1][0].isdigit() or found[1].startswith("EC ")):
            n_substance += 1
            e.substance(a, n_substance, _named(leaf, found[2]) if found[2] else None, leaf, found[1])
        elif leaf.path == "RN":
            n_concept += 1
            e.supplementary(a, n_concept, _named(leaf, leaf.value), None)
        else:
            n_substance += 1
            e.substance(a, n_substance, _named(leaf, leaf.value), None, None)
    for leaf in r.all("OT"):
        text = leaf.value.removeprefix("*")
        a.seek(leaf, a.article, PRISM.keyword, text)
        if text != leaf.value:
            a.seek(leaf, a.article, MEDGRAPH.keywordMajor, text)
    subjects: list[dict[str, Leaf]] = []
    for tag, leaf in r.tagged:
        if tag in ("FPS", "PS"):
            if not subjects or tag in subjects[-1]:
                subjects.append({})
            subjects[-1][tag] = leaf
    for n, one in enumerate(subjects, 1):
        short = one.get("PS")
        e.person_as_subject(a, n, e.Names(short=short, short_name=short.value if short else None, full=one.get("FPS")))


def _grant(a: Account, leaf: Leaf) -> None:
    """A grant whose parts, with slashes between them, are the value; or one that has the whole value as its label."""
    for node in a.untaken(a.nodes(a.article, FRAPO.isFundedBy)):
        if a.has(node, RDFS.label, leaf.value):
            a.taken.add(node)
            a.need("link", a.article, FRAPO.isFundedBy, node)
            a.need("class", node, RDF.type, FRAPO.Grant)
            a.seek(leaf, node, RDFS.label)
            return
        agencies = a.nodes(node, FRAPO.isAwardedBy) + a.nodes(node, FRAPO.hasFundingAgency)
        parts: list[list[Any]] = [
            [*a.literals(node, FRAPO.hasGrantNumber), None],
            [*a.literals(node, FRAPO.hasAcronym), None],
            [
                (name, country)
                for agency in agencies
                for name in a.literals(agency, FOAF.name)
                for country in [*a.literals(agency, MEDGRAPH.country), None]
            ]
            or [(None, None)],
        ]
        for number, acronym, (agency, country) in itertools.product(*parts):
            joined = "/".join(part for part in (number, acronym, agency, country) if part)
            parts_found = e.Funding(number, acronym, agency, country)
            if leaf.value in (joined, f"{joined}/") and e.grant(a, [leaf] * 4, parts_found):
                return
    leaf.settle(False, "a grant whose parts make up the value")


def _relation(a: Account, leaf: Leaf, ref_type: str) -> None:
    """A comment or correction: its source, and behind it perhaps a PMID."""
    for node in a.nodes(a.article, MEDGRAPH.relation):
        if not a.has(node, MEDGRAPH.refType, ref_type):
            continue
        found = re.fullmatch(r"(?:(.*?)\.? )?PMID: ([0-9]+)", leaf.value)
        sources = a.literals(node, MEDGRAPH.refSource)
        n = int(node.rpartition("-")[2].rstrip(">"))
        if found:
            words = [found[1], f"{found[1]}."] if found[1] else []
            if (sources[0] in words if sources else not words) and (
                a.has(node, DCTERMS.relation, f"<http://rdf.ncbi.nlm.nih.gov/pubmed/{found[2]}>", IRI)
                or found[2] == a.pmid
            ):
                e.relation(a, n, e.Relation(ref_type, None, leaf, sources[0] if sources else None, leaf, found[2]))
                return
        elif leaf.value in sources:
            e.relation(a, n, e.Relation(ref_type, None, leaf, leaf.value, None, None))
            return
    leaf.settle(False, f"a relation of type {ref_type} with these words")


def _source_line(r: TextRecord, a: Account, ta: str) -> None:
    parts = [leaf.value for leaf in (r.first("VI"), r.first("IP"), r.first("PG")) if leaf]
    dates = [leaf.value for leaf in (r.first("DP", "YR"),) if leaf]
    for leaf in r.all("DEP"):
        if found := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", leaf.value):
            month = e.MONTH_NAMES[int(found[2]) - 1][:3].title()
            dates.append(f"{found[1]} {month} {int(found[3])}")
    e.source_line(a, ta, parts, dates, [typed(leaf.value)[0] for leaf in r.all("LID", "AID")])

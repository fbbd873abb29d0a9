"""
Whether lists of terms, our own ontology and graphs say what the published vocabularies allow.

``check_graph(triples)`` is for the tests of the mapping. How far it goes, in terms of RDFS and OWL 2:

- Asserted classes are held to the letter: a node that has a class needs one that lies within the
  domain or range. OWL would conclude that the node is of that class as well; where that conclusion
  is right though the vocabularies do not say it, the pair stands in ``published.ALSO``, with the reason.
- A node without a class in the data (a DOI, a MeSH term) may be anything, until what follows from
  the properties that touch it (domain, range, ``owl:allValuesFrom``) puts it into two disjoint classes.
- Different IRIs count as different things for functional properties and highest cardinalities.
- Not looked at: lowest cardinalities and ``owl:someValuesFrom`` (a graph may always say less),
  property chains, keys, complements, and what schema.org and DCMI call "includes" (it entails nothing).
"""

from __future__ import annotations

import datetime
import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from lxml import etree
from published import ANYTHING, Expression, Usage, Vocabularies, expand, lexical, owl, published, read_expression, short

from medgraph.vocab import PREFIXES, RDF, RDFS, TERMS, XSD


def check_lists(vocabularies: Vocabularies) -> list[str]:
    """Where our lists differ from the published files; empty if nowhere."""
    found = []
    for prefix, terms in vocabularies.lists.items():
        for iri in _listed(terms) if prefix not in ("medgraph", "prism") else ():
            name, kind = short(iri), vocabularies.kind(iri)
            if kind is None:
                found.append(f"{name}: its vocabulary has no such term")
                continue
            if expand(kind) not in terms[iri][RDF.type]:
                found.append(f"{name}: listed as {_names(set(terms[iri][RDF.type]))}, published as {kind}")
            if why := vocabularies.retired(iri):
                found.append(f"{name}: retired ({why})")
            for predicate in (RDFS.domain, RDFS.range):
                ours = {_canonical(read_expression(terms, value)) for value in terms[iri].get(predicate, [])}
                theirs = {_canonical(expression) for expression in vocabularies.expressions(iri, predicate)}
                if ours != theirs:
                    found.append(f"{name}: {short(predicate)} listed as {_show(ours)}, published as {_show(theirs)}")
            labels = {lexical(value) for value in vocabularies.says(iri, RDFS.label)}
            if labels and not labels & {lexical(value) for value in terms[iri][RDFS.label]}:
                found.append(f"{name}: its label is none of {sorted(labels)}")
    return found


def check_own(vocabularies: Vocabularies) -> list[str]:
    """What is wrong with our own ontology, by itself or against the terms it refines; empty if nothing."""
    found = []
    own = vocabularies.lists["medgraph"]
    known = {iri for terms in vocabularies.lists.values() for iri in _listed(terms)}
    for iri in _listed(own):
        name, is_class = short(iri), vocabularies.kind(iri) == "owl:Class"
        for predicate in (RDFS.label, RDFS.comment):
            if len(vocabularies.says(iri, predicate)) != 1:
                found.append(f"{name}: needs one {short(predicate)}")
        parents = vocabularies.says(iri, RDFS.subClassOf if is_class else RDFS.subPropertyOf)
        found.extend(
            f"{name}: refines {short(parent)}, which is not listed" for parent in parents if parent not in known
        )
        above = vocabularies.above(iri) if is_class else vocabularies.usage(iri).above
        if all(one in own or vocabularies.kind(one) is None for one in above):
            found.append(f"{name}: refines no term of a common vocabulary")
        if not is_class:
            found.extend(f"{name}: {fault}" for fault in _own_property(vocabularies, iri))
        elif clash := vocabularies.clash(vocabularies.above(iri)):
            found.append(f"{name}: falls into {short(clash[0])} and {short(clash[1])}, which are disjoint")
    return found


def _own_property(vocabularies: Vocabularies, iri: str) -> Iterator[str]:
    usage, kind = vocabularies.usage(iri), vocabularies.kind(iri)
    if {"owl:ObjectProperty", "owl:DatatypeProperty"} <= usage.kinds:
        yield f"is of two kinds by what it refines: {', '.join(sorted(usage.kinds))}"
    for predicate, demands in ((RDFS.domain, usage.domains), (RDFS.range, usage.ranges)):
        mine = vocabularies.expressions(iri, predicate)
        closed = frozenset[str]().union(*(vocabularies.above(expression) for expression in mine))
        for expression, source in demands:
            if mine and not vocabularies.within(closed, expression) and expression != RDFS.Literal:
                yield f"its {short(predicate)} is not within {_canonical(expression)}, that of {short(source)}"
        if clash := vocabularies.clash(closed.union(*(vocabularies.above(expression) for expression, _ in demands))):
            yield f"its {short(predicate)} is both {short(clash[0])} and {short(clash[1])}, which are disjoint"
    literal = {vocabularies.is_datatype(expression) for expression, _ in usage.ranges if expression not in ANYTHING}
    if (True in literal and kind == "owl:ObjectProperty") or (False in literal and kind == "owl:DatatypeProperty"):
        yield f"its values do not suit an {kind}"


def _listed(terms: dict[str, dict[str, list[str]]]) -> list[str]:
    """The terms of a list, without its header and the class expressions."""
    return [iri for iri, said in terms.items() if iri.startswith("<") and owl("Ontology") not in said.get(RDF.type, [])]


def check_graph(
    triples: Iterable[tuple[str, str, str]], vocabularies: Vocabularies | None = None, local: str = PREFIXES["id"]
) -> list[str]:
    """
    Every way in which the triples of some records use a term as its vocabulary does not allow; empty if none.

    Args:
        triples: subject, predicate and object in N-Triples syntax.
        local: the namespace of our own nodes, each of which must have a class.

    A message stands once for each predicate, fault and set of classes, with the first node and the count.
    """
    graph = _Graph(triples, vocabularies or published(), local)
    for triple in graph.triples:
        graph.look_at(triple)
    graph.look_at_restrictions()
    graph.look_at_functional()
    graph.look_for_disjoint()
    return graph.messages()


class _Graph:
    """Some triples and what follows from them, while they are checked."""

    def __init__(self, triples: Iterable[tuple[str, str, str]], vocabularies: Vocabularies, local: str) -> None:
        self.triples = list(dict.fromkeys(triples))
        self._known = vocabularies
        self._local = f"<{local}"
        self._faults: dict[str, dict[str, None]] = {}
        self._asserted: dict[str, set[str]] = defaultdict(set)
        for s, p, o in self.triples:
            if p == RDF.type:
                self._asserted[s].add(o)
        self._closed = {
            node: frozenset[str]().union(*(vocabularies.above(one) for one in classes))
            for node, classes in self._asserted.items()
        }
        # for each node the classes it must be of, and what makes it so
        self._follows: dict[str, dict[str, str]] = defaultdict(dict)
        for node, classes in self._closed.items():
            self._follows[node].update(dict.fromkeys(classes, "its class"))
        self._conclusions: dict[tuple[str, int], dict[str, str]] = {}
        self._values: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._subjects: dict[tuple[str, str], set[str]] = defaultdict(set)

    def messages(self) -> list[str]:
        return [
            f"{fault} ({short(next(iter(nodes)))}" + (f" and {len(nodes) - 1} more)" if len(nodes) > 1 else ")")
            for fault, nodes in sorted(self._faults.items())
        ]

    def look_at(self, triple: tuple[str, str, str]) -> None:
        s, p, o = triple
        for term in (s, o):
            if term.startswith("_:"):
                self._fault(f"{short(p)}: blank node", s)
            elif term.startswith(self._local) and term not in self._asserted:
                self._fault(f"{short(p)}: touches a node of ours that has no class", term)
        if p == RDF.type:
            if o not in TERMS or TERMS[o].kind not in ("owl:Class", "rdfs:Class"):
                self._fault(f"rdf:type: {short(o)} is not a class of ontologies/", s)
        elif _MEMBERSHIP.fullmatch(p):
            if not o.startswith("<"):
                self._fault("rdf:_n: a literal as a member", s)
        else:
            if p not in TERMS or not TERMS[p].kind.endswith("Property"):
                self._fault(f"{short(p)}: is not a property of ontologies/", s)
            usage = self._known.usage(p)
            self._look_at_subject(usage, s, p)
            self._look_at_value(usage, s, p, o)
            self._conclude(s, p, 0)
            if o.startswith("<"):
                self._conclude(o, p, 1)
            for above in usage.above:
                self._values[s, above].add(o)
                self._subjects[o, above].add(s)

    def look_at_restrictions(self) -> None:
        rules = {classes: list(self._known.restrictions(classes)) for classes in set(self._closed.values())}
        for node, classes in self._closed.items():
            for one, on, most, everything in rules[classes]:
                values = self._values.get((node, on), set())
                if most is not None and len(values) > int(lexical(most)):
                    self._fault(f"{short(on)}: a {short(one)} has at most {lexical(most)}", node)
                for value in values:
                    for expression in everything if value.startswith("<") else ():
                        if value in self._asserted and not self._known.within(self._closed[value], expression):
                            wanted = f"all values at a {short(one)} are {_canonical(expression)}"
                            self._fault(f"{short(on)}: value is {_names(self._asserted[value])}, {wanted}", value)
                        for entailed in self._known.above(expression):
                            self._follows[value].setdefault(entailed, f"{short(on)} of a {short(one)}")

    def look_at_functional(self) -> None:
        for name, table in (("FunctionalProperty", self._values), ("InverseFunctionalProperty", self._subjects)):
            for (node, p), others in table.items():
                if len(others) > 1 and owl(name) in self._known.says(p, RDF.type):
                    self._fault(f"{short(p)}: is an owl:{name} and holds more than once", node)

    def look_for_disjoint(self) -> None:
        for node, reasons in self._follows.items():
            if clash := self._known.clash(frozenset(reasons)):
                because = " and ".join(f"{short(one)} ({reasons[one]})" for one in clash)
                self._fault(f"disjoint: {because}", node)

    def _look_at_subject(self, usage: Usage, s: str, p: str) -> None:
        if s in self._asserted:
            for expression, source in usage.domains:
                if not self._known.within(self._closed[s], expression):
                    wanted = f"its domain is {_canonical(expression)}{_by(source, p)}"
                    self._fault(f"{short(p)}: subject is {_names(self._asserted[s])}, {wanted}", s)

    def _look_at_value(self, usage: Usage, s: str, p: str, o: str) -> None:
        literal = o.startswith('"')
        if literal and "owl:ObjectProperty" in usage.kinds:
            self._fault(f"{short(p)}: an object property with a literal", s)
        elif not literal and "owl:DatatypeProperty" in usage.kinds:
            self._fault(f"{short(p)}: a datatype property with an IRI", s)
        if literal and not well_formed(o):
            self._fault(f"{short(p)}: {o[:80]} is not a form of its datatype", s)
        for expression, source in usage.ranges:
            if (value := self._out_of_range(expression, o, literal)) is not None:
                wanted = f"its range is {_canonical(expression)}{_by(source, p)}"
                self._fault(f"{short(p)}: value is {value}, {wanted}", s)

    def _out_of_range(self, expression: Expression, o: str, literal: bool) -> str | None:
        """What the value is where it should be something else."""
        if expression in ANYTHING:
            return None
        if self._known.is_datatype(expression):
            if not literal:
                return "an IRI"
            allowed = expression == RDFS.Literal or self._known.within(self._known.above(datatype(o)), expression)
            return None if allowed else f"a {short(datatype(o))}"
        if literal:
            return "a literal"
        unfit = o in self._asserted and not self._known.within(self._closed[o], expression)
        return _names(self._asserted[o]) if unfit else None

    def _conclude(self, node: str, p: str, place: int) -> None:
        key = (p, place)
        if key not in self._conclusions:
            usage = self._known.usage(p)
            self._conclusions[key] = {
                one: f"{short(p)}{_by(source, p)}"
                for expression, source in reversed(usage.ranges if place else usage.domains)
                for one in self._known.above(expression)
            }
        if self._conclusions[key]:
            self._follows[node] = self._conclusions[key] | self._follows[node]

    def _fault(self, fault: str, node: str) -> None:
        self._faults.setdefault(fault, {})[node] = None


_MEMBERSHIP = re.compile(r"<http://www\.w3\.org/1999/02/22-rdf-syntax-ns#_[1-9][0-9]*>")

_FORMS = {
    XSD.boolean: r"true|false|1|0",
    XSD.int: r"[+-]?[0-9]{1,10}",
    XSD.integer: r"[+-]?[0-9]+",
    XSD.nonNegativeInteger: r"\+?[0-9]+|-0+",
    XSD.positiveInteger: r"\+?0*[1-9][0-9]*",
    XSD.gYear: r"-?([1-9][0-9]{3,}|0[0-9]{3})(Z|[+-]\d\d:\d\d)?",
    XSD.gYearMonth: r"-?([1-9][0-9]{3,}|0[0-9]{3})-(0[1-9]|1[0-2])(Z|[+-]\d\d:\d\d)?",
}


@functools.lru_cache(maxsize=4096)
def well_formed(literal: str) -> bool:
    """Whether the literal is a lexical form of its datatype (those we write; XSD 1.1 Part 2, 3.3)."""
    kind = datatype(literal)
    if kind in (XSD.string, RDF.langString):
        return True
    text = lexical(literal)
    if kind in _FORMS:
        return re.fullmatch(_FORMS[kind], text) is not None
    try:
        if kind == XSD.date:
            return len(text) == 10 and bool(datetime.date.fromisoformat(text))
        if kind == XSD.dateTime:
            form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"
            return re.fullmatch(form, text) is not None and bool(datetime.datetime.fromisoformat(text))
        if kind == RDF.XMLLiteral:
            etree.fromstring(f"<x>{text}</x>")
    except (ValueError, etree.XMLSyntaxError):
        return False
    return True


def datatype(literal: str) -> str:
    """The datatype of a literal in N-Triples syntax."""
    if literal.endswith(">"):
        return literal[literal.rindex('"^^') + 3 :]
    return XSD.string if literal.endswith('"') else RDF.langString


def _canonical(expression: Expression) -> str:
    if expression is None:
        return "anything"
    if isinstance(expression, str):
        return short(expression)
    return f" {expression[0]} ".join(sorted(_canonical(part) for part in expression[1]))


def _by(source: str, p: str) -> str:
    return "" if source == p else f", by {short(source)}"


def _show(canonical: set[str]) -> str:
    return ", ".join(sorted(canonical)) or "nothing"


def _names(classes: set[str]) -> str:
    return ", ".join(sorted(short(one) for one in classes))

"""
SPARQL constraints (``sh:sparql``, SHACL 5.2), run by pyoxigraph over one graph or over a batch of records at once.

SHACL has ``$this`` *pre-bound*: it has its value in every part of the query, in nested groups too, where SPARQL
evaluates from the inside out. Here each group of the query is joined with the focus nodes, which lie in a graph of
their own beside the data; this comes to the same, since SHACL (appendix A) forbids what would tell the difference.
For a batch each record is a named graph, so that records do not see each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyoxigraph

from medgraph.errors import ShapesError
from medgraph.shacl import terms
from medgraph.shacl.literals import value as value_of
from medgraph.shacl.paths import Path, Predicate
from medgraph.shacl.results import short
from medgraph.shacl.terms import TRUE, Index

if TYPE_CHECKING:
    from medgraph.shacl.shapes import Constraint

Bindings = dict[str, str]
Screen = Callable[[str, Index], bool]
"""Whether a query may find fault with a focus node of a graph; False only where it is certain that it does not."""

_FOCUS = "urn:x-medgraph:focus"
_RECORD = "medgraph_record"
_WHOLE = "urn:x-medgraph:record"
_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|<[^<>"{}|^`\\\s]*>|\"{3}(?:"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
    |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<variable>[?$]\w+)|(?P<word>[A-Za-z_][\w-]*(?::[\w-]*)?)|(?P<open>\{)|(?P<close>\})""",
    re.VERBOSE | re.DOTALL,
)
_FORBIDDEN = {
    "MinusGraphPattern": "MINUS",
    "InlineData": "VALUES",
    "ValuesClause": "VALUES",
    "ServiceGraphPattern": "SERVICE",
    "GraphGraphPattern": "GRAPH (a data graph has no named graphs)",
}
_PREBOUND = ("this", "shapesGraph", "currentShape")


def wording(text: str) -> str:
    """
    The text of a query, whatever the blanks and line ends between its words.

    >>> wording("SELECT $this  WHERE {\\n  }")
    'SELECT $this WHERE { }'
    """
    return " ".join(text.split())


class Query:
    """
    One ``sh:select``, checked and prepared.

    Args:
        screens: tell of the nodes that need not be asked about; by the :func:`wording` of the query with its prefixes.

    Raises:
        ShapesError: it is no SELECT query of SPARQL 1.1, or uses what SHACL forbids or what is not supported.
    """

    def __init__(self, constraint: Constraint, screens: Mapping[str, Screen] = MappingProxyType({})) -> None:
        self.constraint = constraint
        text = constraint.value.text
        self.screen = screens.get(wording(text))
        if constraint.shape.path is not None:
            text = re.sub(r"[$?]PATH\b", lambda _: str(constraint.shape.path), text)
        tree = self._parse(text)
        self._refuse(tree, top=True)
        self.batchable = _is_batchable(tree)
        self.seen = _seen(tree)
        self.single = _with_focus(text, whole=True)
        self.batch = _with_focus(text, whole=False)

    def _parse(self, text: str) -> Any:
        from rdflib.plugins.sparql.algebra import translatePName, translatePrologue, traverse  # noqa: PLC0415
        from rdflib.plugins.sparql.parser import parseQuery  # noqa: PLC0415

        try:
            tree = parseQuery(text)
            names = partial(translatePName, prologue=translatePrologue(tree[0], None))
            query = traverse(tree[1], visitPost=names)
            pyoxigraph.Store().query(text)
        except Exception as error:  # pyparsing and pyoxigraph raise what they please on bad queries
            raise self._wrong(f"is not a SPARQL query that can be run ({str(error).splitlines()[0]})") from error
        if query.name != "SelectQuery":
            raise self._wrong("is not a SELECT query")
        return query

    def _wrong(self, reason: str) -> ShapesError:
        constraint = self.constraint
        return ShapesError(f"the SPARQL constraint of {short(constraint.shape.node)} {reason}")

    def _refuse(self, tree: Any, top: bool = False) -> None:
        for node in _nodes(tree):
            if node.name in _FORBIDDEN:
                raise self._wrong(f"uses {_FORBIDDEN[node.name]}, which SHACL-SPARQL does not allow")
            if node.name in ("SelectQuery", "SubSelect"):
                names = {str(each.var) for each in node.projection or () if _is_node(each) and each.var}
                if (node.projection and "this" not in names) or (not node.projection and node.name == "SubSelect"):
                    raise self._wrong("has a SELECT that does not return $this")
            renamed = node.evar if node.name == "vars" else node.var if node.name == "Bind" else None
            if renamed is not None and str(renamed) in _PREBOUND:
                raise self._wrong(f"gives a value to ?{renamed}, which has one already")
        for variable in _variables(tree):
            if variable in ("shapesGraph", "currentShape"):
                raise self._wrong(f"uses ${variable}, which is optional in SHACL and not supported")
            if variable == "PATH":
                raise self._wrong("uses $PATH, but its shape has no sh:path")

    def matches(self, focus: str, data: Any) -> bool:
        """Whether the query finds fault with a focus node."""
        return any(True for _ in self.run([(0, focus)], [data.graph]))

    def run(self, foci: Sequence[tuple[int, str]], graphs: Sequence[Index]) -> Iterator[tuple[int, str, Bindings]]:
        """
        What the query finds: (record, focus node, bindings), in the order of the query's solutions.

        Args:
            foci: the records' numbers and the focus nodes in them.
            graphs: the records.
        """
        if self.batchable and len(graphs) > 1:
            wanted = sorted({record for record, _ in foci})
            store = self.store([(record, graphs[record]) for record in wanted])
            self.add_foci(store, foci)
            yield from self.solutions(store, self.batch)
            return
        for record in dict.fromkeys(record for record, _ in foci):
            store = self.store([(None, graphs[record])])
            nodes = [focus for each, focus in foci if each == record]
            for group in [nodes] if self.batchable else [[node] for node in nodes]:
                self.add_foci(store, [(None, node) for node in group])
                for _, focus, bindings in self.solutions(store, self.single):
                    yield record, focus, bindings
                store.remove_graph(pyoxigraph.NamedNode(_FOCUS))

    def store(self, graphs: Sequence[tuple[int | None, Index]]) -> pyoxigraph.Store:
        """A store with the triples that the query can see, those of a record with a number in a graph of its own."""
        store = pyoxigraph.Store()
        lines: list[str] = []
        for record, graph in graphs:
            end = " .\n" if record is None else f" <{_WHOLE}:{record}> .\n"
            wanted = graph if self.seen is None else self.seen.part_of(graph)
            for subject, properties in wanted.items():
                for predicate, values in properties.items():
                    lines += [f"{subject} {predicate} {value}{end}" for value in values]
        _load(store, "".join(lines))
        return store

    def add_foci(self, store: pyoxigraph.Store, foci: Sequence[tuple[int | None, str]]) -> None:
        """Put the focus nodes into the graph where the query looks for them."""
        lines = "".join(
            f"<{_WHOLE}{'' if record is None else f':{record}'}> <{_FOCUS}> {focus} <{_FOCUS}> .\n"
            for record, focus in foci
        )
        _load(store, lines)

    def solutions(self, store: pyoxigraph.Store, text: str) -> Iterator[tuple[int, str, Bindings]]:
        """The solutions of the prepared query as strings."""
        found: Any = store.query(text)
        names = [variable.value for variable in found.variables]
        for solution in found:
            bindings = {name: terms.canonical(str(solution[name])) for name in names if solution[name] is not None}
            record = bindings.pop(_RECORD, f"<{_WHOLE}:0>")
            number = record[len(_WHOLE) + 2 : -1]
            yield int(number or 0), bindings["this"], bindings


def outcome(
    constraint: Constraint, focus: str, bindings: Bindings, graph: Index
) -> tuple[str | None, Path | None, list[str]]:
    """Value, path and messages of the result for a solution (SHACL 5.3.2)."""
    path = constraint.shape.path
    value = bindings.get("value", focus if path is None else None)
    if value is not None:
        value = as_spelt(value, graph)
    if bindings.get("path", "")[:1] == "<":
        path = Predicate(bindings["path"])
    if bindings.get("failure") == TRUE:
        return value, path, [terms.literal("the query reports that it failed")]
    if bindings.get("message", "")[:1] == '"':
        return value, path, [bindings["message"]]
    return value, path, constraint.value.messages or constraint.shape.messages


def as_spelt(term: str, graph: Index) -> str:
    """A typed literal as the graph spells it: a store knows only its value, ``"3"^^xsd:int`` becomes an xsd:integer."""
    if term[0] != '"' or term[-1] != ">" or not isinstance(graph, dict):
        return term
    wanted = value_of(term)
    spellings = {
        other
        for properties in graph.values()
        for values in properties.values()
        for other in values
        if other[0] == '"' and other[-1] == ">" and (other == term or (wanted and value_of(other) == wanted))
    }
    return spellings.pop() if len(spellings) == 1 else term


def _load(store: pyoxigraph.Store, text: str) -> None:
    if "_:" in text:  # loading gives blank nodes new labels, parsing does not
        store.extend(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    elif text:
        store.load(text.encode(), format=pyoxigraph.RdfFormat.N_QUADS)


def _with_focus(text: str, whole: bool) -> str:
    """The query with every group joined with the focus nodes; for a batch within the graph of the record."""
    record = f"<{_WHOLE}>" if whole else f"?{_RECORD}"
    join = f" GRAPH <{_FOCUS}> {{ {record} <{_FOCUS}> $this }} . "
    out: list[str] = []
    at = 0
    groups: list[bool] = []
    tokens = [match for match in _TOKEN.finditer(text) if match["skip"] is None]
    words = [(token["word"] or "").upper() for token in tokens] + [""]
    select = words.index("SELECT")
    if words[select + 1] in ("DISTINCT", "REDUCED"):
        select += 1
    for number, token in enumerate(tokens):
        out.append(text[at : token.end()])
        at = token.end()
        if number == select and not whole and text[at:].lstrip()[:1] != "*":
            out.append(f" ?{_RECORD}")
        if words[number] == "BY" and words[number - 1] == "GROUP" and not whole:
            out.append(f" ?{_RECORD}")
        elif token["open"]:
            within_exists = words[number - 1] == "EXISTS" or (bool(groups) and groups[-1])
            if not groups and not whole:
                out.append(f" GRAPH ?{_RECORD} {{")
            groups.append(within_exists)
            if not within_exists and words[number + 1] != "SELECT":
                out.append(join)
        elif token["close"]:
            groups.pop()
            if not groups and not whole:
                out.append(" }")
    return "".join(out) + text[at:]


def _kind(thing: Any) -> str:
    """The name of a class of rdflib, which is imported only where there is a query."""
    return type(thing).__name__


def _is_node(thing: Any) -> bool:
    return _kind(thing) in ("CompValue", "Expr")


def _is_list(thing: Any) -> bool:
    return not isinstance(thing, (str, bytes)) and hasattr(thing, "__iter__")


def _nodes(tree: Any) -> Iterator[Any]:
    if _is_node(tree):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif _is_list(tree):
        for value in tree:
            yield from _nodes(value)


def _leaves(tree: Any) -> Iterator[Any]:
    if _is_node(tree):
        for value in tree.values():
            yield from _leaves(value)
    elif _is_list(tree):
        for value in tree:
            yield from _leaves(value)
    else:
        yield tree


def _variables(tree: Any) -> set[str]:
    return {str(leaf) for leaf in _leaves(tree) if _kind(leaf) == "Variable"}


def _is_batchable(tree: Any) -> bool:
    """Whether the query means the same for several focus nodes at once: nothing is counted or cut off across them."""
    names = {node.name for node in _nodes(tree)}
    if names & {"LimitOffsetClauses", "SubSelect"}:
        return False
    aggregates = "HavingClause" in names or any(name.startswith("Aggregate_") for name in names)
    grouped = [str(leaf) for node in _nodes(tree) if node.name == "GroupClause" for leaf in node.condition]
    return "this" in grouped if "GroupClause" in names else not aggregates


class _Seen:
    """
    The part of a graph that a query can see.

    Args:
        predicates: the properties it names.
        wholly: properties whose values it may ask for anything (``$this ex:list ?list . ?list ?p ?member``).
    """

    def __init__(self, predicates: set[str], wholly: set[str]) -> None:
        self.predicates = predicates
        self.wholly = wholly

    def part_of(self, graph: Index) -> Index:
        """The triples it can see."""
        predicates = self.predicates
        part: Index = {}
        whole: Index = {}
        for subject, properties in graph.items():
            if not predicates.isdisjoint(properties):
                part[subject] = {name: properties[name] for name in predicates if name in properties}
                for name in self.wholly:
                    for node in properties.get(name, ()):
                        if node in graph:
                            whole[node] = graph[node]
        return part | whole


def _seen(tree: Any) -> _Seen | None:
    """What a query can see of a graph, or None where it can see anything."""
    found = _Seen(set(), set())
    return found if _look(tree, {}, found) else None


def _look(tree: Any, reached: Mapping[str, str], found: _Seen) -> bool:
    """
    Add what a part of a query can see; False where that cannot be told.

    Args:
        reached: variables -> the property whose value they are, in the groups around this part.
    """
    if not _is_node(tree):
        return all(_look(each, reached, found) for each in tree) if _is_list(tree) else True
    if tree.name == "PathNegatedPropertySet" or (tree.name == "PathElt" and tree.mod in ("*", "?")):
        return False
    if tree.name == "SubSelect":
        reached = {}
    if tree.name == "GroupGraphPatternSub":
        blocks = [part for part in tree.part or () if _is_node(part) and part.name == "TriplesBlock"]
        patterns = [pattern for block in blocks for pattern in _patterns(block)]
        reached = {
            **reached,
            **{str(o): iri for _, p, o in patterns if _kind(o) == "Variable" and (iri := _property(p))},
        }
    if tree.name == "TriplesBlock":
        for subject, predicate, _ in _patterns(tree):
            if _kind(predicate) == "Variable":
                if _kind(subject) != "Variable" or str(subject) not in reached:
                    return False
                found.wholly.add(reached[str(subject)])
            else:
                found.predicates |= {f"<{leaf}>" for leaf in _leaves(predicate) if _kind(leaf) == "URIRef"}
    return all(_look(each, reached, found) for each in tree.values())


def _patterns(block: Any) -> Iterator[tuple[Any, Any, Any]]:
    for triples in block.triples:
        terms = list(triples)
        yield from zip(terms[::3], terms[1::3], terms[2::3], strict=True)


def _property(path: Any) -> str | None:
    """The property that a path is, where it is one and not several."""
    while _is_node(path) and len(path) == 1 and path.name in ("PathAlternative", "PathSequence", "PathElt"):
        inner = next(iter(path.values()))
        path = inner[0] if _is_list(inner) and len(inner) == 1 else inner
    return f"<{path}>" if _kind(path) == "URIRef" else None

"""
Property paths (SHACL 2.3.1): read from a shapes graph, printed as SPARQL prints them, and followed through a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from medgraph.shacl.terms import FIRST, NIL, RDF, REST, SH, Index, StoreIndex, Triple

Nodes = dict[str, None]


class Predicate(Struct, frozen=True, tag=True):
    """One step along a property; ``iri`` with its brackets."""

    iri: str

    def __str__(self) -> str:
        return self.iri


class Inverse(Struct, frozen=True, tag=True):
    """A path walked backwards."""

    path: Path

    def __str__(self) -> str:
        return f"^{_bracket(self.path)}"


class Sequence(Struct, frozen=True, tag=True):
    """Paths one after the other."""

    paths: tuple[Path, ...]

    def __str__(self) -> str:
        return "/".join(_bracket(path) for path in self.paths)


class Alternative(Struct, frozen=True, tag=True):
    """Any of several paths."""

    paths: tuple[Path, ...]

    def __str__(self) -> str:
        return "|".join(_bracket(path) for path in self.paths)


class ZeroOrMore(Struct, frozen=True, tag=True):
    """A path walked any number of times."""

    path: Path

    def __str__(self) -> str:
        return f"{_bracket(self.path)}*"


class OneOrMore(Struct, frozen=True, tag=True):
    """A path walked at least once."""

    path: Path

    def __str__(self) -> str:
        return f"{_bracket(self.path)}+"


class ZeroOrOne(Struct, frozen=True, tag=True):
    """A path walked once or not at all."""

    path: Path

    def __str__(self) -> str:
        return f"{_bracket(self.path)}?"


Path = Predicate | Inverse | Sequence | Alternative | ZeroOrMore | OneOrMore | ZeroOrOne

_REPEATED: dict[type, str] = {ZeroOrMore: "zeroOrMorePath", OneOrMore: "oneOrMorePath", ZeroOrOne: "zeroOrOnePath"}
_MARKS: dict[str, type] = {f"<{SH}{name}>": kind for kind, name in _REPEATED.items()}
_INVERSE = f"<{SH}inversePath>"
_ALTERNATIVE = f"<{SH}alternativePath>"


class PathError(ValueError):
    """A node is no well-formed property path; the text says why."""


def _bracket(path: Path) -> str:
    return str(path) if isinstance(path, Predicate) else f"({path})"


def parse(node: str, graph: Index, above: tuple[str, ...] = ()) -> Path:
    """
    The path that a node of a shapes graph stands for.

    A node with list properties is a sequence, whatever else it has (W3C test ``path-strange-001``).

    Raises:
        PathError: it stands for none, or for itself.
    """
    if node in above:
        raise PathError(f"{node} is part of itself")
    if node[0] == "<" and node != NIL:
        return Predicate(node)
    above = (*above, node)
    about = graph.get(node, {})
    if FIRST in about or node == NIL:
        return Sequence(tuple(parse(member, graph, above) for member in members(node, graph, 2)))
    found = [name for name in (*_MARKS, _INVERSE, _ALTERNATIVE) if name in about]
    if len(found) != 1:
        raise PathError(
            f"{node} is neither an IRI nor a list nor a node with exactly one of the path properties of SHACL"
        )
    if len(about[found[0]]) != 1:
        raise PathError(f"{node} has several values of {found[0]}")
    (inner,) = about[found[0]]
    if found[0] == _ALTERNATIVE:
        return Alternative(tuple(parse(member, graph, above) for member in members(inner, graph, 2)))
    below = parse(inner, graph, above)
    if found[0] == _INVERSE:
        return Inverse(below)
    path: Path = _MARKS[found[0]](below)
    return path


def members(node: str, graph: Index, least: int = 0) -> list[str]:
    """
    The members of an RDF list.

    Raises:
        PathError: it is no well-formed list, or has fewer than ``least`` members.
    """
    found: list[str] = []
    seen: set[str] = set()
    while node != NIL:
        about = graph.get(node, {})
        first, rest = about.get(FIRST, {}), about.get(REST, {})
        if node in seen or len(first) != 1 or len(rest) != 1:
            raise PathError(f"{node} is no well-formed RDF list")
        seen.add(node)
        found.extend(first)
        (node,) = rest
    if len(found) < least:
        raise PathError(f"a list with {len(found)} members stands where at least {least} are needed")
    return found


def triples(path: Path, new: Callable[[], str]) -> tuple[str, list[Triple]]:
    """
    A path in RDF: the node that stands for it, and the triples that describe it.

    Args:
        new: makes a blank node.
    """
    if isinstance(path, Predicate):
        return path.iri, []
    found: list[Triple] = []

    def inner(path: Path) -> str:
        node, more = triples(path, new)
        found.extend(more)
        return node

    if isinstance(path, Sequence):
        return _list([inner(each) for each in path.paths], new, found), found
    node = new()
    if isinstance(path, Alternative):
        found.append((node, _ALTERNATIVE, _list([inner(each) for each in path.paths], new, found)))
    else:
        name = _INVERSE if isinstance(path, Inverse) else f"<{SH}{_REPEATED[type(path)]}>"
        found.append((node, name, inner(path.path)))
    return node, found


def _list(nodes: list[str], new: Callable[[], str], found: list[Triple]) -> str:
    cells = [new() for _ in nodes]
    for cell, node, rest in zip(cells, nodes, [*cells[1:], NIL], strict=True):
        found += [(cell, f"<{RDF}first>", node), (cell, f"<{RDF}rest>", rest)]
    return cells[0]


def parts(path: Path) -> Iterator[Path]:
    """The path and all paths within it."""
    yield path
    if isinstance(path, (Sequence, Alternative)):
        for each in path.paths:
            yield from parts(each)
    elif not isinstance(path, Predicate):
        yield from parts(path.path)


def is_local(path: Path) -> bool:
    """Whether the path never leaves the triples of the node it starts from: one property, or a choice of them."""
    if isinstance(path, Alternative):
        return all(is_local(each) for each in path.paths)
    return isinstance(path, Predicate)


def goes_back(path: Path) -> bool:
    """Whether any step of the path is walked from object to subject."""
    return any(isinstance(part, Inverse) for part in parts(path))


class Inverted:
    """A graph with, for the properties asked for, the way back from object to subjects."""

    __slots__ = ("_back", "graph")

    def __init__(self, graph: Index) -> None:
        self.graph = graph
        self._back: dict[str, dict[str, Nodes]] = {}

    def subjects(self, predicate: str, node: str) -> Nodes:
        """The nodes from which ``predicate`` leads to ``node``."""
        if isinstance(self.graph, StoreIndex):
            return self.graph.subjects(predicate, node)
        back = self._back.get(predicate)
        if back is None:
            back = self._back[predicate] = {}
            for subject, properties in self.graph.items():
                for value in properties.get(predicate, ()):
                    back.setdefault(value, {})[subject] = None
        return back.get(node, {})


Follow = Callable[[str, Inverted], Nodes]


def follower(path: Path, back: bool = False) -> Follow:
    """
    A function from a node to the nodes at the end of the path, each once (SHACL 2.3.1: a set, not a bag).

    Args:
        back: walk the path from its end.
    """
    if isinstance(path, Predicate):
        iri = path.iri
        if back:
            return lambda node, data: data.subjects(iri, node)
        return lambda node, data: data.graph.get(node, {}).get(iri, {})
    if isinstance(path, Inverse):
        return follower(path.path, not back)
    if isinstance(path, Sequence):
        return _chain([follower(each, back) for each in (reversed(path.paths) if back else path.paths)])
    if isinstance(path, Alternative):
        if not back and all(isinstance(each, Predicate) for each in path.paths):
            return _any_of([str(each) for each in path.paths])
        ways = [follower(each, back) for each in path.paths]
        return lambda node, data: {end: None for way in ways for end in way(node, data)}
    step = follower(path.path, back)
    if isinstance(path, ZeroOrOne):
        return lambda node, data: {node: None} | step(node, data)
    return _closure(step, from_start=isinstance(path, ZeroOrMore))


def _any_of(predicates: list[str]) -> Follow:
    def follow(node: str, data: Inverted) -> Nodes:
        properties = data.graph.get(node, {})
        found: Nodes = {}
        for predicate in predicates:
            if predicate in properties:
                found.update(properties[predicate])
        return found

    return follow


def _chain(steps: list[Follow]) -> Follow:
    def follow(node: str, data: Inverted) -> Nodes:
        nodes: Nodes = {node: None}
        for step in steps:
            nodes = {end: None for start in nodes for end in step(start, data)}
        return nodes

    return follow


def _closure(step: Follow, from_start: bool) -> Follow:
    def follow(node: str, data: Inverted) -> Nodes:
        reached: Nodes = {node: None} if from_start else {}
        waiting = [node]
        while waiting:
            for end in step(waiting.pop(), data):
                if end not in reached:
                    reached[end] = None
                    waiting.append(end)
        return reached

    return follow


def passed(path: Path) -> Follow:
    """
    A function from a node to the nodes whose own triples decide where the path leads, the start among them.

    Only for paths that never go back.
    """
    if isinstance(path, Predicate):
        return lambda node, data: {node: None}
    if isinstance(path, Sequence):
        heads = [
            (follower(Sequence(path.paths[:n])) if n else _stay, passed(each)) for n, each in enumerate(path.paths)
        ]
        return lambda node, data: {
            end: None for head, within in heads for start in head(node, data) for end in within(start, data)
        }
    if isinstance(path, Alternative):
        ways = [passed(each) for each in path.paths]
        return lambda node, data: {end: None for way in ways for end in way(node, data)}
    within = passed(path.path)
    if isinstance(path, ZeroOrOne):
        return within
    reach = follower(ZeroOrMore(path.path))
    return lambda node, data: {end: None for start in reach(node, data) for end in within(start, data)}


def _stay(node: str, data: Inverted) -> Nodes:
    return {node: None}

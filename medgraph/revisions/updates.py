"""
What a revision is in SPARQL Update, so that any store can be brought up to date.

Records are marked in a graph of its own first: their articles, then step by step the nodes of theirs that these lead
to, then the shared nodes that they name. What is marked as a record's own goes; the new triples come; shared nodes that
nothing points to any more go last. Every step can be repeated, and the marks outlive a break: no step has to be done in
one piece with the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from medgraph.revisions.description import graph_of
from medgraph.revisions.names import Names

STEPS = 5
"""How far a record's own nodes lie from its article: book, role, affiliation make three, sections lie in sections."""

SWEEPS = 3
"""How far shared nodes lie from each other: a grant names its agency, a pair its descriptor, a group its members."""

_AT_ONCE = 500


class Updates:
    """
    The updates for one graph.

    Args:
        names: which nodes are whose.
        graph: the graph of the records; the marks are beside it, under its name with ``/marks`` behind it.
    """

    def __init__(self, names: Names, graph: str) -> None:
        self._names = names
        self._graph = f"<{graph}>"
        self._description = f"<{graph_of(graph)}>"
        self._marks = f"<{graph}/marks>"
        self._stem = f"<{graph}/marks#stem>"
        self._candidate = f"<{graph}/marks#candidate>"

    def describe(self, lines: Sequence[str]) -> Iterator[str]:
        """Updates that put a description of the dataset in the place of the one before."""
        yield f"CLEAR SILENT GRAPH {self._description}"
        for start in range(0, len(lines), _AT_ONCE):
            some = "".join(lines[start : start + _AT_ONCE])
            yield f"INSERT DATA {{ GRAPH {self._description} {{\n{some}}} }}"

    def remove(self, pmids: Iterable[int], steps: int = STEPS) -> Iterator[str]:
        """
        Updates that take away all that records own, and mark the shared nodes that they name.

        Args:
            steps: how far their own nodes may lie from the article.
        """
        names, marks = self._names, self._marks
        stems = [f'<{names.article(pmid)}> {self._stem} "{names.stem(pmid)}" .' for pmid in pmids]
        if not stems:
            return
        for start in range(0, len(stems), _AT_ONCE):
            yield f"INSERT DATA {{ GRAPH {marks} {{\n" + "\n".join(stems[start : start + _AT_ONCE]) + "\n} }"
        yield from self.finish_removing(steps)

    def any_mark(self) -> str:
        """A query that finds a mark, if there is one."""
        return f"SELECT ?node {{ GRAPH {self._marks} {{ ?node ?mark ?of }} }} LIMIT 1"

    def finish_removing(self, steps: int) -> Iterator[str]:
        """
        Updates that take away the records whose articles are marked; what a break left half done, too.

        Nothing goes before all that is to go is marked: what was not, nothing would lead to any more.

        Args:
            steps: as for :meth:`remove`.
        """
        names, graph, marks = self._names, self._graph, self._marks
        for _ in range(steps):
            yield (
                f"INSERT {{ GRAPH {marks} {{ ?node {self._stem} ?stem }} }}\n"
                f"WHERE {{ GRAPH {marks} {{ ?from {self._stem} ?stem }} GRAPH {graph} {{ ?from ?property ?node }}\n"
                "  FILTER(isIRI(?node) && STRSTARTS(STR(?node), ?stem)) }"
            )
        shared = " || ".join(f'STRSTARTS(STR(?node), "{beginning}")' for beginning in names.shared)
        yield (
            f"INSERT {{ GRAPH {marks} {{ ?node {self._candidate} true }} }}\n"
            f"WHERE {{ GRAPH {marks} {{ ?from {self._stem} ?stem }} GRAPH {graph} {{ ?from ?property ?node }}\n"
            f"  FILTER(isIRI(?node) && ({shared})) }}"
        )
        yield (
            f"DELETE {{ GRAPH {graph} {{ ?node ?property ?value }} }}\n"
            f"WHERE {{ GRAPH {marks} {{ ?node {self._stem} ?stem }} GRAPH {graph} {{ ?node ?property ?value }} }}"
        )
        yield (
            f"DELETE {{ GRAPH {marks} {{ ?node {self._stem} ?stem }} }}\n"
            f"WHERE {{ GRAPH {marks} {{ ?node {self._stem} ?stem }} }}"
        )

    def sweep(self) -> Iterator[str]:
        """Updates that take away the marked shared nodes to which nothing points any more, and the marks."""
        graph, marks = self._graph, self._marks
        left = (
            f"GRAPH {marks} {{ ?node {self._candidate} true }}\n"
            f"  FILTER NOT EXISTS {{ GRAPH {graph} {{ ?other ?way ?node . FILTER(?other != ?node) }} }}"
        )
        for _ in range(SWEEPS):
            yield (
                f"INSERT {{ GRAPH {marks} {{ ?next {self._candidate} true }} }}\n"
                f"WHERE {{ {left}\n  GRAPH {graph} {{ ?node ?property ?next }} FILTER(isIRI(?next)) }}"
            )
            yield (
                f"DELETE {{ GRAPH {graph} {{ ?node ?property ?value }} }}\n"
                f"WHERE {{ {left}\n  GRAPH {graph} {{ ?node ?property ?value }} }}"
            )
        yield f"DROP SILENT GRAPH {marks}"

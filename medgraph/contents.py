"""What is in a part: triples by property, nodes by class, and a row for every record; counted as it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from operator import itemgetter

from medgraph import pmids
from medgraph.mapping import Graph, Triple
from medgraph.model import Citation
from medgraph.vocab import RDF, RDFS, member

_PROPERTY = itemgetter(1)
_MEMBER = member(1).removesuffix("1>")


class Contents:
    """
    Takes every record when it is written, and those that are not, by name.

    Args:
        roll: gets a row for each record.

    Attributes:
        properties: triples by property.
        classes: nodes by class; one that several records describe counts in each of them.
    """

    def __init__(self, roll: pmids.Roll) -> None:
        self.properties: defaultdict[str, int] = defaultdict(int)
        self.classes: defaultdict[str, int] = defaultdict(int)
        self._roll = roll

    def take(
        self,
        citation: Citation,
        lines: bytes | None = None,
        *,
        graph: Graph | None = None,
        triples: Sequence[Triple] | None = None,
    ) -> None:
        """
        Take a record that was written, in whichever forms it is at hand; its hash is always that of its N-Triples.

        A graph is counted in a quarter of the time that lines take.
        """
        if triples is not None:
            _add(self.properties, Counter(map(_PROPERTY, triples)))
            _add(self.classes, Counter([o for _, p, o in triples if p == RDF.type]))
            lines = lines if lines is not None else "".join([f"{s} {p} {o} .\n" for s, p, o in triples]).encode()
        elif graph is not None:
            counts, classes = self.properties, self.classes
            for properties in graph.values():
                for name, values in properties.items():
                    counts[name] += len(values)
                for name in properties.get(RDF.type, ()):
                    classes[name] += 1
        elif lines is not None:
            cut = [line.split(" ", 2) for line in lines.decode().split("\n")[:-1]]
            _add(self.properties, Counter(map(_PROPERTY, cut)))
            _add(self.classes, Counter([rest[:-2] for _, p, rest in cut if p == RDF.type]))
        assert lines is not None, "a record is taken as lines or as triples"
        self._roll.add(citation.pmid, citation.version, pmids.hash_of(lines))

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """
        Triples by property and nodes by class, sorted by IRI.

        The members of containers (``rdf:_1``, …) are counted together, under the property that they all refine.
        """
        properties: defaultdict[str, int] = defaultdict(int)
        for name, count in self.properties.items():
            properties[RDFS.member if name.startswith(_MEMBER) else name] += count
        return dict(sorted(properties.items())), dict(sorted(self.classes.items()))

    def delete(self, pmid: str) -> None:
        """Note that the input declares a record deleted."""
        self._roll.add(pmid, None, pmids.DELETED)

    def reject(self, pmid: str | None) -> None:
        """Note that a record is among the rejects."""
        self._roll.add(pmid, None, pmids.REJECTED)


def _add(total: defaultdict[str, int], counts: Counter[str]) -> None:
    for name, count in counts.items():
        total[name] += count

"""What is in a part: triples by property, nodes by class, and a row for every record; counted as it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter

from medgraph import pmids
from medgraph.model import Citation
from medgraph.native import compiled_part
from medgraph.vocab import RDF, RDFS, member

_COMPILED = compiled_part("medgraph.syntaxes")

_PROPERTY = itemgetter(1)
_MEMBER = member(1).removesuffix("1>")


class Contents:
    """
    Takes every record when it is written, and those that are not, by name.

    Args:
        roll: gets a row for each record.
    """

    def __init__(self, roll: pmids.Roll) -> None:
        self._tally = _Tally() if _COMPILED is None else _COMPILED.Tally(RDF.type)
        self._roll = roll

    def take(self, citation: Citation, lines: bytes) -> None:
        """Take a record that was written, as its N-Triples."""
        self._tally.take(lines)
        self._roll.add(citation.pmid, citation.version, pmids.hash_of(lines))

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """
        Triples by property and nodes by class, sorted by IRI; a node that several records describe counts in each.

        The members of containers (``rdf:_1``, …) are counted together, under the property that they all refine.
        """
        properties: defaultdict[str, int] = defaultdict(int)
        for name, count in self._tally.properties.items():
            properties[RDFS.member if name.startswith(_MEMBER) else name] += count
        return dict(sorted(properties.items())), dict(sorted(self._tally.classes.items()))

    def delete(self, pmid: str) -> None:
        """Note that the input declares a record deleted."""
        self._roll.add(pmid, None, pmids.DELETED)

    def reject(self, pmid: str | None) -> None:
        """Note that a record is among the rejects."""
        self._roll.add(pmid, None, pmids.REJECTED)


class _Tally:
    """How often each property, and each class, stands in records; ``syntaxes/native.pyx`` counts as this does."""

    def __init__(self) -> None:
        self.properties: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()

    def take(self, lines: bytes) -> None:
        """Count what stands in the lines."""
        cut = [line.split(" ", 2) for line in lines.decode().split("\n")[:-1]]
        self.properties.update(map(_PROPERTY, cut))
        self.classes.update([rest[:-2] for _, p, rest in cut if p == RDF.type])

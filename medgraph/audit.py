"""
Some records checked a second time, by the reference: a random sample, and those that fail.

The sample is the same for the same records, however they are divided among runs: it is those whose names have the
smallest checksums.
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import NamedTuple
from zlib import crc32

from medgraph.conformance import EXAMPLES, Audit, cut, readable
from medgraph.judge import Judge
from medgraph.shacl import reference
from medgraph.shacl.reference import Difference
from medgraph.shacl.terms import Index

_ORDINALS = count()


class _Drawn(NamedTuple):
    """A record of the sample; of two with one checksum the earlier is greater."""

    checksum: int
    ordinal: int
    name: str
    graph: Index


class Sample:
    """
    Records that are kept for the audit.

    Args:
        size: how many are drawn, and how many failing ones are kept besides.
        seed: another one draws others.
    """

    def __init__(self, size: int, seed: int = 0) -> None:
        self.size = size
        self.seed = seed
        self._drawn: list[_Drawn] = []
        self._failing: dict[str, Index] = {}

    def offer(self, name: str, graph: Index, *, fails: bool) -> None:
        """
        Look at a record.

        Args:
            name: of the record, which no other one has.
            fails: whether it has a violation.
        """
        if not self.size:
            return
        self._draw(_Drawn(-crc32(f"{self.seed}:{name}".encode()), -next(_ORDINALS), name, graph))
        if fails and len(self._failing) < self.size:
            self._failing[name] = graph

    def __iadd__(self, other: Sample) -> Sample:
        for drawn in other._drawn:
            self._draw(drawn)
        for name, graph in other._failing.items():
            if len(self._failing) < self.size:
                self._failing[name] = graph
        return self

    def _draw(self, drawn: _Drawn) -> None:
        if len(self._drawn) < self.size:
            heapq.heappush(self._drawn, drawn)
        elif drawn > self._drawn[0]:
            heapq.heapreplace(self._drawn, drawn)

    def audit(self, judge: Judge) -> Audit:
        """
        Where the reference finds something else in these records than the compiled validator does.

        Both take each record for all there is. Messages are not compared.

        Raises:
            MedgraphError: the reference cannot be run.
        """
        drawn = {each.name: each.graph for each in sorted(self._drawn, reverse=True)}
        more = {name: graph for name, graph in self._failing.items() if name not in drawn}
        found = Audit(reference.engine(), len(drawn), len(more))
        graphs = {**drawn, **more}
        validator = judge.validator
        theirs = reference.validate(validator, graphs.values())
        for (name, graph), others in zip(graphs.items(), theirs, strict=True):
            differences = reference.differences(validator.validate_graph(graph), others)
            found.differing += bool(differences)
            for difference in differences:
                if len(found.differences) < EXAMPLES:
                    found.differences = (*found.differences, _sentence(name, difference, found.reference))
        return found


def _sentence(name: str, difference: Difference, engine: str) -> str:
    result = difference.result
    who = "medgraph" if difference.ours else engine
    shape = result.name or readable(result.shape)
    value = f", value {cut(readable(result.value), 60)}" if result.value is not None else ""
    path = f" at {readable(str(result.path))}" if result.path is not None else ""
    times = f" ({difference.times} times)" if difference.times > 1 else ""
    return (
        f"{name}: only {who} finds {shape}, {result.component_name}{path}{value},"
        f" on {readable(result.focus)}{times}: {result.message}"
    )

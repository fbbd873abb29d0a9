"""
Which nodes are a record's own, and which are shared: read off the mapping table, where every table says how its nodes
are named.

A pattern with ``{pmid}`` in it names nodes of one record (``{base}{pmid}-author-{n}``); any other names nodes that
belong to none (``https://orcid.org/{orcid}``).
"""

from __future__ import annotations

import re

from medgraph import iris
from medgraph.mapping import Mapping

_PATTERN = re.compile(r"((?:\{base\}|[a-z]+:)[^\s{,;]*)(\{pmid\})?")
_ARTICLE = iris.article("{}").strip("<>")


class Names:
    """
    The nodes of a mapping by their IRIs, which are without angle brackets here.

    Attributes:
        shared: beginnings of the IRIs of shared nodes.
        base: beginning of the IRIs that medgraph makes, of which those with a number behind it are records'.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.base = mapping.base
        patterns = [found for node in mapping.nodes.values() for found in _PATTERN.findall(node.iri)]
        self.shared = tuple(sorted({start.replace("{base}", self.base) for start, pmid in patterns if not pmid}))
        self._own = re.compile(rf"{re.escape(self.base)}([1-9][0-9]*)-")
        before, _, behind = _ARTICLE.partition("{}")
        self._article = re.compile(rf"{re.escape(before)}([1-9][0-9]*){re.escape(behind)}")

    def article(self, pmid: int | str) -> str:
        """The article with this PMID."""
        return _ARTICLE.format(pmid)

    def stem(self, pmid: int | str) -> str:
        """What the IRIs of all other nodes of this record begin with."""
        return f"{self.base}{pmid}-"

    def owner(self, iri: str) -> int | None:
        """The PMID of the record that a node belongs to; None where it belongs to none."""
        found = self._own.match(iri) or self._article.fullmatch(iri)
        return int(found[1]) if found else None

    def is_own(self, iri: str) -> bool:
        """Whether a node, other than an article, belongs to a record."""
        return self._own.match(iri) is not None

    def is_shared(self, iri: str) -> bool:
        """Whether several records may describe this node."""
        return iri.startswith(self.shared) and self._own.match(iri) is None

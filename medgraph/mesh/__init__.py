"""
MeSH: names become identifiers, and descriptors have a tree.

MEDLINE text names its headings, qualifiers, publication types and substances but gives no
identifiers. :data:`SMALL` knows the few that ship with medgraph; an :class:`~medgraph.mesh.index.Index`,
built by :func:`medgraph.mesh.build.build` from NLM's files, knows them all. Both are a :class:`Resolver`.
"""

from __future__ import annotations

from medgraph.mesh.names import (
    DESCRIPTOR,
    KINDS,
    PUBLICATION_TYPE,
    QUALIFIER,
    SHIPPED_YEAR,
    SMALL,
    SUBSTANCE,
    Answer,
    Resolver,
    SmallTables,
    descriptor,
    folded,
    publication_type,
    qualifier,
    shipped,
)

__all__ = [
    "DESCRIPTOR",
    "KINDS",
    "PUBLICATION_TYPE",
    "QUALIFIER",
    "SHIPPED_YEAR",
    "SMALL",
    "SUBSTANCE",
    "Answer",
    "Resolver",
    "SmallTables",
    "descriptor",
    "folded",
    "publication_type",
    "qualifier",
    "shipped",
]

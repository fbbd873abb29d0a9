"""What a citation becomes: the table, and what can be asked of it."""

from medgraph.mapping.compiled import MEMBERS, Graph, Row, Step, Triple
from medgraph.mapping.rows import Mapping, Node, Record, lines_of, triples_of
from medgraph.mapping.table import CORE, FULL, NOT_MAPPED, TABLES

__all__ = [
    "CORE",
    "FULL",
    "MEMBERS",
    "NOT_MAPPED",
    "TABLES",
    "Graph",
    "Mapping",
    "Node",
    "Record",
    "Row",
    "Step",
    "Triple",
    "lines_of",
    "triples_of",
]

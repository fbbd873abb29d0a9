"""What a citation becomes: the table, and what can be asked of it."""

from medgraph.mapping.rows import MEMBERS, Mapping, Node, Record, Row, Step, Triple
from medgraph.mapping.table import CORE, FULL, NOT_MAPPED, TABLES

__all__ = ["CORE", "FULL", "MEMBERS", "NOT_MAPPED", "TABLES", "Mapping", "Node", "Record", "Row", "Step", "Triple"]

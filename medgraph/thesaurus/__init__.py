"""
MeSH as NLM publishes it: read in any of its forms, made into an index of names, and written as RDF.

The index itself is :class:`medgraph.mesh.index.Index`.
"""

from __future__ import annotations

from medgraph.thesaurus.build import DEFAULT, Built, build
from medgraph.thesaurus.learn import names, parted
from medgraph.thesaurus.rdf import Exported, export
from medgraph.thesaurus.wording import Meaning, json, meanings, text

__all__ = ["DEFAULT", "Built", "Exported", "Meaning", "build", "export", "json", "meanings", "names", "parted", "text"]

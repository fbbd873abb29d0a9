"""
MeSH as NLM publishes it: read in any of its forms, made into an index of names, and written as RDF.

The index itself is :class:`medgraph.mesh.index.Index`.
"""

from __future__ import annotations

from medgraph.thesaurus.build import Built, build
from medgraph.thesaurus.files import File

__all__ = ["Built", "File", "build"]

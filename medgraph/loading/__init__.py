"""
Loading: records or RDF into a store or a SPARQL endpoint, resumable and verified.

``load`` is the whole of it; ``plan`` says how a server's own bulk loader would do it.
"""

from medgraph.loading.loads import load
from medgraph.loading.outcome import Loaded, text

__all__ = ["Loaded", "load", "text"]

"""
The SPARQL protocol client: queries, updates, and triples by the Graph Store Protocol.

:class:`Endpoint` finds out by a small request which server it talks to and where that takes what, and then speaks with
it the way it likes (``docs/loading.md`` says what differs, and ``decisions/`` what was measured).
"""

from medgraph.endpoint.client import Endpoint
from medgraph.endpoint.credentials import Credentials, credentials_for
from medgraph.endpoint.profiles import PROFILES, Layout

__all__ = ["PROFILES", "Credentials", "Endpoint", "Layout", "credentials_for"]

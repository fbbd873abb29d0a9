"""
The compiled parts of medgraph, where the package was built with them.

Each is a module ``native`` beside the Python that it stands in for, and gives what that gives; where there is none,
because no compiler was at hand, everything works all the same and takes longer (``decisions/0070``).
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

OFF = "MEDGRAPH_NATIVE"
"""The environment variable that leaves them out if it is ``off``: to compare, or to see whether one is at fault."""


def compiled_part(package: str) -> Any:
    """The compiled module of a package (``medgraph.pubmed_xml``), or None where there is none."""
    if os.environ.get(OFF) == "off":
        return None
    try:
        return import_module(f"{package}.native")
    except ModuleNotFoundError as error:
        if error.name != f"{package}.native":
            raise
        return None

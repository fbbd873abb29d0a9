"""Where the files that ship with medgraph are: shapes, ontologies, queries, contexts."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """
    The folder of shipped files called ``name`` (``"shapes"``, ``"ontologies"``).

    In an installed wheel it lies inside the package, in a checkout beside it.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"medgraph was installed without its {name}/ folder; install it again")

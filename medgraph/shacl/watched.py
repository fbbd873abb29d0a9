"""What else must hold of a record that the compiled screen calls clean; no shape says it, the caller looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Watched(NamedTuple):
    """
    What else must hold of a record: no shape says it.

    Args:
        named: (a property, a beginning and an end): its value as text between the two is the name of the node.
        names: (a beginning, a test): of the names that begin so, without the beginning and the bracket.
        values: properties with a test of the terms that are their values.
        once: (property, role, author, holder): of the nodes that a property leads to, and that have this role, no two
            have one holder whose name begins as in ``names``.
        order: (start, end): of two numbers the first is not above the second.
    """

    named: tuple[str, str, str]
    names: tuple[str, Callable[[str], bool]]
    values: tuple[tuple[tuple[str, ...], Callable[[str], bool]], ...]
    once: tuple[str, str, str, str]
    order: tuple[str, str]

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
        blocks: those of the names whose fifteen digits are from one number to another, with the right check character
            of ISO 7064 mod 11-2 behind them, pass the test.
        values: properties with a test of the terms that are their values.
        issns: those of the properties whose values pass where they are ISSNs with the right check character.
        once: (property, role, author, holder): of the nodes that a property leads to, and that have this role, no two
            have one holder whose name begins as in ``names``.
        order: (start, end): of two numbers the first is not above the second.
    """

    named: tuple[str, str, str]
    names: tuple[str, Callable[[str], bool]]
    blocks: tuple[tuple[int, int], ...]
    values: tuple[tuple[tuple[str, ...], Callable[[str], bool]], ...]
    issns: tuple[str, ...]
    once: tuple[str, str, str, str]
    order: tuple[str, str]

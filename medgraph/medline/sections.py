"""Abstracts with section labels in running text (``BACKGROUND: … METHODS: …``) -> their sections."""

from __future__ import annotations

import re

from medgraph.model import AbstractSection

ENDS = '.?!)]"”%'
"""What stands, with a blank, before a label: the end of a sentence."""
IN_LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,/&()'’-"
SHORTEST, LONGEST = 3, 80

_LABEL = f"([A-Z][{re.escape(IN_LABELS)}]{{{SHORTEST - 1},{LONGEST - 1}}}): "
_AT_START = re.compile(_LABEL)
_INSIDE = re.compile(f"[{re.escape(ENDS)}] {_LABEL}")


def sections(value: str) -> tuple[AbstractSection, ...]:
    """
    The sections of an abstract; one without a label where it has none.

    A label is upper-case words and a colon, at the beginning and then behind the end of a sentence.
    ``LABEL: text`` joined by blanks give the value back.

    >>> [section.label for section in sections("AIMS: To see. METHODS: We looked. RESULTS: Nothing.")]
    ['AIMS', 'METHODS', 'RESULTS']
    """
    first = _AT_START.match(value)
    if first is None:
        return (AbstractSection(value),)
    found = []
    label, start = first[1], first.end()
    for following in _INSIDE.finditer(value, start):
        found.append(AbstractSection(value[start : following.start() + 1], label, derived=True))
        label, start = following[1], following.end()
    found.append(AbstractSection(value[start:], label, derived=True))
    return tuple(found)

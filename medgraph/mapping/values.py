"""
Values that a row can name instead of a function, because they are said in so few words.

Each can be called as any value of a row can, ``value(field, record)``; but where a table is written out as
code (``compiled.py``), what they say is written in place, and nothing is called for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medgraph.mapping.rows import Record

ESCAPED = '"\\\n\r'
"""The characters that a literal cannot hold as they are."""


def escaped(value: str) -> str:
    """The text as it stands between the quotes of a literal."""
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    return value.replace("\n", "\\n").replace("\r", "\\r")


class Template:
    """
    One term, written around its field: ``"…"``, ``"…"@en``.

    Args:
        becomes: what the field becomes, for the documentation.
        before, after: what stands around it.
        is_text: whether it is text, of which some characters are escaped in a literal.
    """

    def __init__(self, becomes: str, before: str = '"', after: str = '"', *, is_text: bool = True) -> None:
        self.__doc__ = becomes
        self.before, self.after, self.is_text = before, after, is_text

    def __call__(self, value: Any, record: Record | None = None) -> str:
        """The term."""
        return f"{self.before}{escaped(value) if self.is_text else value}{self.after}"


class Flag:
    """
    A term for true, a term for false, or nothing for one of them.

    Args:
        becomes: what the field becomes, for the documentation.
        true, false: the terms.
    """

    def __init__(self, becomes: str, true: str | None, false: str | None) -> None:
        self.__doc__ = becomes
        self.true, self.false = true, false

    def __call__(self, value: Any, record: Record | None = None) -> str | None:
        """The term for true or for false."""
        return self.true if value else self.false


class Always:
    """The same term for every node of the kind; written as a row so that the table shows it."""

    def __init__(self, term: str) -> None:
        self.__doc__ = f"Always {term}."
        self.term = term

    def __call__(self, value: Any, record: Record | None = None) -> str:
        """The term."""
        return self.term


class Same:
    """
    The terms in a list, as they are.

    Args:
        becomes: what the field becomes, for the documentation.
    """

    def __init__(self, becomes: str) -> None:
        self.__doc__ = becomes

    def __call__(self, value: Sequence[str], record: Record | None = None) -> Sequence[str]:
        """The terms."""
        return value


class Part:
    """
    A part of what is worked out once for a record, because several rows look at it.

    Args:
        becomes: what the field becomes, for the documentation.
        make: works it out.
        attribute: of what it gives; or
        key: where that is a dictionary.
        several: whether it is a list of terms, not one term or None.
    """

    def __init__(
        self,
        becomes: str,
        make: Callable[[Record], Any],
        attribute: str | None = None,
        *,
        key: str | None = None,
        several: bool = True,
    ) -> None:
        self.__doc__ = becomes
        self.make, self.attribute, self.key, self.several = make, attribute, key, several

    def __call__(self, value: Any, record: Record) -> Any:
        """The part, of what was worked out for this record."""
        made = record.once(self.make)
        return getattr(made, self.attribute) if self.attribute else made.get(self.key)

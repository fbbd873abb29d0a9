"""Which mapping a user means: by a name, and with which options."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module

from medgraph.errors import MappingError
from medgraph.mapping.rows import Mapping
from medgraph.mapping.table import FULL

ENTRY_POINTS = "medgraph.mappings"
"""The entry-point group in which installed packages offer mappings by name."""


def mapping_named(name: str) -> Mapping:
    """
    A mapping by the name a user gives.

    Args:
        name: ``"full"`` or ``"core"``; ``"package.module:ATTRIBUTE"``; or the name of an entry point
            of the group ``medgraph.mappings``.

    Raises:
        MappingError: there is none of that name, or what is there is no mapping.
    """
    if name in ("full", "core"):
        return FULL.with_options(profile=name)
    module, colon, attribute = name.partition(":")
    try:
        if colon:
            found = getattr(import_module(module), attribute)
        else:
            from importlib.metadata import entry_points  # noqa: PLC0415

            (entry,) = entry_points(group=ENTRY_POINTS, name=name) or [None]
            if entry is None:
                offered = sorted(point.name for point in entry_points(group=ENTRY_POINTS))
                raise MappingError(
                    f"there is no mapping {name!r}; write package.module:ATTRIBUTE, or the name of an installed one"
                    f" ({', '.join(offered) or 'none is installed'})"
                )
            found = entry.load()
    except (ImportError, AttributeError) as error:
        raise MappingError(f"the mapping {name!r} cannot be loaded: {error}") from error
    if not isinstance(found, Mapping):
        raise MappingError(f"{name!r} is a {type(found).__name__}, not a medgraph.mapping.Mapping")
    return found


def mapping_of(
    mapping: Mapping | str | None = None,
    *,
    profile: str | None = None,
    base: str | None = None,
    without: Iterable[str] = (),
    mesh: str | os.PathLike[str] | None = None,
) -> Mapping:
    """
    The mapping that these options ask for; they are those of :func:`convert`.

    Raises:
        MappingError: no such mapping, profile or part, or a base that begins no IRI.
        SourceError: the MeSH index cannot be read.
    """
    found = mapping_named(mapping) if isinstance(mapping, str) else mapping or FULL
    options: dict[str, object] = {}
    if profile is not None:
        options["profile"] = profile
    if base is not None:
        options["base"] = base
    if left_out := frozenset(without):
        options["without"] = found.without | left_out
    if mesh is not None:
        from medgraph.mesh.index import Index  # noqa: PLC0415

        options["resolver"] = Index(mesh)
    return found.with_options(**options) if options else found

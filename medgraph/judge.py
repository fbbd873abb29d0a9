"""Shapes and checks brought to records: the shipped ones, or a user's own, compiled once in a process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import cast

from medgraph import checks, iris, shacl
from medgraph.conformance import Conformance
from medgraph.errors import ShapesError
from medgraph.screens import SCREENS
from medgraph.shacl import Result, Validator
from medgraph.shacl.terms import Index, StoreIndex
from medgraph.shipped import folder

SHIPPED = "shipped"
"""What stands for the shipped shapes among a user's own."""

_SHARED = (
    "https://orcid.org/",
    "https://www.ncbi.nlm.nih.gov/nlmcatalog/",
    "http://issn.org/resource/",
    "http://id.nlm.nih.gov/mesh/",
    "http://id.loc.gov/vocabulary/",
    "https://ror.org/",
    "https://isni.org/isni/",
    "https://www.grid.ac/institutes/",
    "https://doi.org/",
)


class Judge:
    """
    Shapes, and the checks that no shape can make, ready for records.

    Args:
        shapes: files of shapes, or folders of such; ``"shipped"`` among them stands for the shipped ones. None is
            these alone. The checks (:mod:`medgraph.checks`) go with the shipped shapes.
        profile: of the mapping: for ``"core"`` the shipped shapes also refuse every other property.
        base: namespace of the nodes that records own.

    Attributes:
        batch: how many records :meth:`results` best gets at once.
        screens: whether :meth:`is_clean` can say of any record that it is.

    Raises:
        ShapesError: shapes that cannot be read, are empty, or say what is not understood.
    """

    def __init__(
        self,
        shapes: Iterable[str | os.PathLike[str]] | None = None,
        *,
        profile: str = "full",
        base: str = iris.BASE,
    ) -> None:
        named = [os.fspath(path) for path in shapes] if shapes is not None else [SHIPPED]
        self.shipped = SHIPPED in named
        self.profile = profile
        files = [file for name in named for file in _files(name, profile)]
        self.validator = _compiled(tuple((str(file), _changed(file)) for file in files), base)
        self.batch = self.validator.batch
        self._screen = self.validator.screen(checks.WATCHED if self.shipped else None)
        self.screens = self._screen is not None
        self._before = self.validator.counts()

    def is_clean(self, lines: bytes) -> bool:
        """
        Whether :meth:`results` surely finds nothing wrong with a record, of its lines as a mapping gives them.

        What is clean is counted as looked at; what is not is to be looked at, and nothing may be wrong with it.
        """
        return self._screen is not None and bool(self._screen.clean(lines))

    def graph_of(self, lines: bytes) -> Index | None:
        """The graph of a record that is not clean, of its lines; None where they are no lines of triples."""
        found: Index | None = self._screen.graph_of(lines)
        return found

    def results(self, graphs: Sequence[Index]) -> list[list[Result]]:
        """What is wrong with each record, as far as it alone decides it."""
        if not self.shipped:
            return self.validator.validate_batch(graphs)
        found = self.validator.validate_and_notice(graphs)
        return [
            [*results, *checks.check(graph, noticed)] for graph, (results, noticed) in zip(graphs, found, strict=True)
        ]

    def results_of_all(self, graph: Index | StoreIndex) -> list[Result]:
        """What is wrong with a graph that is all there is, records and what they share."""
        return self.with_checks(graph, self.validator.validate_graph(graph))

    def with_checks(self, graph: Index | StoreIndex, results: list[Result]) -> list[Result]:
        """Results of the shapes, and those of the checks that go with them."""
        return [*results, *checks.check(cast(Index, graph))] if self.shipped else results

    def conformance(self) -> Conformance:
        """An empty conformance that knows what it is judged by."""
        rows = self.validator.scopes()
        return Conformance(
            engine=f"medgraph {version('medgraph')}",
            shapes=self.validator.digest,
            constraints=len({(row.shape, row.path, row.component) for row in rows}),
            undecided=len({(row.shape, row.path, row.component) for row in rows if row.scope == "dataset"}),
            names={shape.node: shape.name for shape in self.validator.shapes if shape.has_targets and shape.name},
        )

    def count_targets(self, conformance: Conformance) -> None:
        """Add how many nodes each shape has looked at since the last time."""
        now = self.validator.counts()
        for shape, count in now.items():
            conformance.targets[shape] = conformance.targets.get(shape, 0) + count - self._before.get(shape, 0)
        self._before = now


def shared_nodes(base: str = iris.BASE) -> list[str]:
    """Beginnings of the IRIs of nodes that belong to no record."""
    return [*_SHARED, *(f"{base}{kind}-" for kind in ("grant", "agency", "journal"))]


def _files(name: str, profile: str) -> list[Path]:
    if name == SHIPPED:
        shipped = folder("shapes")
        return [*sorted(shipped.glob("*.ttl")), *(sorted(shipped.glob("core/*.ttl")) if profile == "core" else ())]
    path = Path(name)
    if path.is_dir():
        found = sorted(path.glob("*.ttl"))
        if not found:
            raise ShapesError(f"{name}: there are no .ttl files of shapes in this folder")
        return found
    return [path]


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise ShapesError(f"{path}: the shapes cannot be read: {error.strerror}") from error


@lru_cache(maxsize=8)
def _compiled(files: tuple[tuple[str, int], ...], base: str) -> Validator:
    names = [name for name, _ in files]
    try:
        return shacl.compile(names, shared=shared_nodes(base), screens=SCREENS, watched=checks.ABOUT)
    except ShapesError as error:
        if len(names) == 1 and not str(error).startswith(names[0]):
            raise ShapesError(f"{names[0]}: {error}") from error
        raise

"""
A graph replaced by another one: filled aside, counted, copied over, counted again.

A copy can be repeated, as a move cannot: where the answer to a move is lost and it is sent again, the staging graph is
gone, and oxigraph and Virtuoso then empty the graph that was to be filled (measured, ``decisions/``).
"""

from __future__ import annotations

from medgraph.endpoint.client import LONG
from medgraph.errors import EndpointError, SinkError
from medgraph.loading.journal import Journal
from medgraph.targets import EndpointTarget, Target

_ATTEMPTS = 5
COPIED = "copied"


class Staging:
    """
    The graph that is filled aside.

    Args:
        target: holds both graphs.
        journal: knows whether the copy was made.
        key: tells this load's staging graph from another's.
    """

    def __init__(self, target: Target, journal: Journal, key: str) -> None:
        self.graph = f"{target.graph}-staging-{key[:12]}"
        self._target = target
        self._into = target.graph
        self._journal = journal

    def count(self) -> int:
        """How many triples are in it."""
        return self._target.count(self.graph)

    def clear(self) -> None:
        """Remove what an earlier load left."""
        self._target.update(f"DROP SILENT GRAPH <{self.graph}>")

    def put_in_place(self, wanted: int) -> None:
        """
        Let the graph hold what was staged, and nothing else.

        Raises:
            SinkError: it could not be done; the sentence says what the graph holds now.
        """
        if self._journal.state != COPIED:
            self._copy(wanted)
            self._journal.enter(COPIED)
        self.clear()

    def _copy(self, wanted: int) -> None:
        staged = self.count()
        if staged != wanted:
            raise SinkError(
                self._target.name,
                f"the staging graph <{self.graph}> holds {staged:,} triples instead of {wanted:,}: somebody else wrote"
                " to it, or the server takes two spellings of a value for one, or triples were lost;"
                f" <{self._into}> was left as it was. Run the same command with --restart",
            )
        copy = f"COPY GRAPH <{self.graph}> TO GRAPH <{self._into}>"
        try:
            if isinstance(self._target, EndpointTarget):
                self._target.update(copy, timeout=LONG, attempts=_ATTEMPTS)
            else:
                self._target.update(copy)
            held = self._target.count(self._into)
        except EndpointError as error:
            raise SinkError(self._target.name, f"{error.reason}; {self._state(wanted)}") from error
        if held != wanted:
            raise SinkError(self._target.name, self._state(wanted))

    def _state(self, wanted: int) -> str:
        """What the graph holds after a copy that was not answered well."""
        again = f"all {wanted:,} triples are in <{self.graph}>; run the same command again to finish"
        try:
            held = self._target.count(self._into)
        except SinkError:
            return f"whether <{self._into}> was replaced, half or whole, cannot be asked now; {again}"
        return f"<{self._into}> holds {held:,} triples and may be HALF REPLACED; {again}"

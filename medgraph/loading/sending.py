"""Batches on their way to a target, while the next ones are being made."""

from __future__ import annotations

import hashlib
import queue
import threading

from medgraph.endpoint import Endpoint
from medgraph.loading.journal import Journal
from medgraph.targets import Target

_WAITING = 1
_PATIENCE = 10.0


class Stopped(Exception):
    """The load was interrupted while it waited to send a batch again."""


class Sender:
    """
    Sends batches in a thread of its own, in their order, and notes in the journal those that arrived.

    Those that the journal has already are not sent, as long as they are the same.

    Args:
        target: takes the batches; None where nothing is to be sent. A store takes them one by one and without a
            thread: it works with all cores itself, and a batch less in memory counts there.
        journal: of the load.

    Attributes:
        batches: how many came.
        triples: lines in them.
        taken_over: how many were in the graph already.
    """

    def __init__(self, target: Target | None, journal: Journal) -> None:
        self.batches = self.triples = self.taken_over = 0
        self._target = target
        self._journal = journal
        self._before = len(journal.chains)
        self._chain = hashlib.sha256()
        self._queue: queue.Queue[tuple[bytes, str] | None] = queue.Queue(_WAITING)
        self._error: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="medgraph-sender", daemon=True)
        self._is_threaded = isinstance(target, Endpoint)
        if isinstance(target, Endpoint):
            target.sleep = self._sleep
            self._thread.start()

    def put(self, lines: bytes) -> None:
        """
        Take a batch; waits while some others are still on their way.

        Raises:
            SinkError: one of those before could not be sent.
        """
        self._chain.update(lines)
        chain = self._chain.hexdigest()[:32]
        self.batches += 1
        self.triples += lines.count(b"\n")
        if self.batches <= self._before:
            if self._journal.chains[self.batches - 1] == chain:
                self.taken_over += 1
                return
            self._before = self.taken_over
            self._journal.keep(self._before)
        if self._is_threaded:
            self._offer((lines, chain))
        elif self._target is not None:
            self._target.add(lines)
            self._journal.acknowledge(chain)

    def finish(self) -> None:
        """
        Wait until all have arrived.

        Raises:
            SinkError: one could not be sent.
        """
        if self._is_threaded:
            self._offer(None)
            self._thread.join()
            self._raise()

    def stop(self) -> None:
        """Send no more than the batch that is on its way."""
        self._stop.set()
        if self._is_threaded:
            self._thread.join(_PATIENCE)

    def _offer(self, item: tuple[bytes, str] | None) -> None:
        while True:
            self._raise()
            try:
                self._queue.put(item, timeout=0.5)
                return
            except queue.Full:
                continue

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        assert self._target is not None
        try:
            while not self._stop.is_set():
                try:
                    item = self._queue.get(timeout=0.5)
                except queue.Empty:
                    continue
                if item is None:
                    return
                lines, chain = item
                self._target.add(lines)
                self._journal.acknowledge(chain)
        except Stopped:
            return
        except BaseException as error:
            self._error = error

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

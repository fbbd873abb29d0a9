"""
Jobs done side by side: here, in processes of our own, or on any executor of ``concurrent.futures``.

A job is small and so is its result; what is large lies in files. Each result comes as soon as it is there. A process
that dies takes nothing with it but the job in hand: the jobs that were under way are done again, one at a time, so
that the one that kills its worker is known from the others.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from medgraph.errors import MedgraphError, WorkerError

Job = TypeVar("Job")
Result = TypeVar("Result")
Done = tuple[int, Result | WorkerError]
"""The number of a job, and its result, or why it has none."""

Tell = Callable[[dict[int, tuple[int, int]]], None]
"""Is told now and then, of jobs under way, how many records and bytes they have come to."""

DASK = "dask://"
_PATIENCE = 0.25
"""Seconds between two looks at how far the jobs are."""

_CONNECT = 15
"""Seconds that a Dask scheduler has to answer."""

_board: Any = None


def tell(number: int, records: int, size: int) -> None:
    """Say, in a worker, how far a job has come; goes nowhere on workers that are not ours."""
    if _board is not None:
        _board[2 * number] = records
        _board[2 * number + 1] = size


def results(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    executor: Executor | None = None,
    told: Tell | None = None,
) -> Iterator[Done[Result]]:
    """
    The number and the result of every job, as they are done.

    Args:
        function: of a module, so that it can be called in another process.
        jobs: each can be pickled, and done twice without harm.
        workers: processes of our own; 1 does the jobs here.
        executor: whose workers do them instead.
        told: see :data:`Tell`; only of processes of our own.

    Raises:
        MedgraphError: a job raised it; those that were not begun are dropped, and those under way are stopped.
    """
    if executor is not None:
        yield from _submitted(function, jobs, executor)
    elif workers == 1:
        for number, job in enumerate(jobs):
            yield number, function(job)
    else:
        yield from _Processes(function, jobs, min(workers, len(jobs)) or 1, told).results()


@contextmanager
def connected(executor: Executor | str | None) -> Iterator[Executor | None]:
    """
    An executor, as it is or behind an address (``dask://HOST:PORT``).

    Raises:
        WorkerError: nobody answers there, or Dask is not installed.
    """
    if not isinstance(executor, str):
        yield executor
        return
    if not executor.startswith(DASK):
        raise WorkerError(executor, "this is no address of workers; write dask://HOST:PORT")
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as error:
        reason = "Dask needs a package that is not installed: pip install 'medgraph[dask]'"
        raise WorkerError(executor, reason) from error
    try:
        client = Client(f"tcp://{executor.removeprefix(DASK)}", timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = f"no Dask scheduler answers ({error}); check the address, and that `dask scheduler` runs there"
        raise WorkerError(executor, reason) from error
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _submitted(function: Callable[[Job], Result], jobs: Sequence[Job], executor: Executor) -> Iterator[Done[Result]]:
    """What an executor of the caller's makes of the jobs; what becomes of its workers is its own affair."""
    numbers: dict[Future[Result], int] = {}
    try:
        for number, job in enumerate(jobs):
            try:
                numbers[executor.submit(function, job)] = number
            except (BrokenExecutor, RuntimeError) as error:
                yield number, _died(job, error)
        waiting = set(numbers)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=numbers.__getitem__):
                number = numbers[future]
                try:
                    result: Result | WorkerError = future.result()
                except MedgraphError:
                    raise
                except Exception as error:
                    result = _died(jobs[number], error)
                yield number, result
    finally:
        for future in numbers:
            future.cancel()


class _Processes(Generic[Job, Result]):
    """Processes of our own, which are started again when one of them dies."""

    def __init__(self, function: Callable[[Job], Result], jobs: Sequence[Job], workers: int, told: Tell | None) -> None:
        self._function = function
        self._jobs = jobs
        self._workers = workers
        self._told = told
        self._context = multiprocessing.get_context("spawn")
        self._far = self._context.RawArray("q", 2 * len(jobs))

    def results(self) -> Iterator[Done[Result]]:
        waiting = deque(range(len(self._jobs)))
        suspects: deque[int] = deque()
        while waiting or suspects:
            if suspects:
                number = suspects.popleft()
                alone = deque([number])
                yield from self._until_one_dies(alone, 1, suspects_of := set[int]())
                if suspects_of:
                    yield number, _died(self._jobs[number], None)
            else:
                yield from self._until_one_dies(waiting, self._workers, lost := set[int]())
                suspects.extend(sorted(lost))

    def _until_one_dies(self, waiting: deque[int], workers: int, lost: set[int]) -> Iterator[Done[Result]]:
        """Results of jobs, taken from those that wait; the jobs under way when a process dies are lost."""
        before = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(workers, mp_context=self._context, initializer=_begin, initargs=(self._far,))
        under_way: dict[Future[Result], int] = {}
        finished = False
        try:
            while waiting or under_way:
                while waiting and len(under_way) < workers and not lost:
                    number = waiting[0]
                    try:
                        under_way[pool.submit(_done, self._function, self._jobs[number])] = number
                    except BrokenExecutor:
                        lost.add(number)
                    waiting.popleft()
                done, _ = wait(under_way, _PATIENCE, FIRST_COMPLETED)
                if self._told is not None:
                    self._told({n: (self._far[2 * n], self._far[2 * n + 1]) for n in under_way.values()})
                for future in sorted(done, key=under_way.__getitem__):
                    number = under_way.pop(future)
                    try:
                        result: Result | WorkerError = future.result()
                    except BrokenExecutor:
                        lost.add(number)
                        continue
                    except MedgraphError:
                        raise
                    except Exception as error:
                        result = _died(self._jobs[number], error)
                    yield number, result
                if lost and not under_way:
                    return
            finished = True
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)
            if not finished:
                _stop(set(multiprocessing.active_children()) - before)


def _stop(children: Iterable[BaseProcess]) -> None:
    """Let the workers go the way of Ctrl-C, and end those that do not."""
    for child in children:
        child.terminate()
    for child in children:
        child.join(5)
        if child.is_alive():
            child.kill()
            child.join()


def _begin(board: Any) -> None:
    """Prepare a process of our own: it leaves Ctrl-C to its parent, cleans up when stopped, and ends with it."""
    global _board  # noqa: PLW0603
    _board = board
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _terminate)
    threading.Thread(target=_go_with_parent, daemon=True).start()


_at_work = False


def _done(function: Callable[[Job], Result], job: Job) -> Result:
    """What the function makes of the job; a process that is told to stop cleans up and is gone."""
    global _at_work  # noqa: PLW0603
    try:
        try:
            _at_work = True
            return function(job)
        finally:
            _at_work = False
    except SystemExit:
        os._exit(128 + signal.SIGTERM)


def _terminate(*_: object) -> None:
    """Stop: by an exception where there may be something to clean up; elsewhere the pool would take it for a result."""
    if not _at_work:
        os._exit(128 + signal.SIGTERM)
    raise SystemExit(128 + signal.SIGTERM)


def _go_with_parent() -> None:
    """A pool's process would wait for work for ever when its parent was killed."""
    process = multiprocessing.parent_process()
    if process is not None:
        with suppress(OSError):
            wait_for([process.sentinel])
        os._exit(1)


def _died(job: object, error: BaseException | None) -> WorkerError:
    name = str(getattr(job, "name", job))
    if error is None or isinstance(error, BrokenExecutor):
        again = "; it was tried twice" if error is None else ""
        reason = f"the worker died while it was at this file{again} (out of memory, or killed?); run the command again"
    else:
        reason = f"the worker failed: {type(error).__name__}: {error}; run the command again"
    return WorkerError(name, reason)

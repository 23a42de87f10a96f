"""Threads for functions that block, and the queue in front of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import Lock
from typing import ParamSpec, TypeVar

from .errors import ServerBusy
from .limits import RuntimeLimits, Timeouts

__all__ = ["ThreadPool"]

P = ParamSpec("P")
T = TypeVar("T")


class ThreadPool:
    """A bounded number of threads; what finds none free waits in order of arrival, up to a number and for a time.

    Its threads exist from the first call of `run` until `close`. Several event loops may share it.

    Args:
        workers: threads.
        queued: calls that may wait for one.
        queue_wait: seconds that each of them may wait.

    Attributes:
        busy: threads at work, among them those whose caller has been cancelled.
    """

    __slots__ = ("_executor", "_lock", "_queue", "_queue_wait", "_queued", "_workers", "busy")

    def __init__(self, workers: int = 8, queued: int = 256, queue_wait: float = 5) -> None:
        self._workers = workers
        self._queued = queued
        self._queue_wait = queue_wait
        self._queue: deque[Future[None]] = deque()
        self._executor: ThreadPoolExecutor | None = None
        self._lock = Lock()
        self.busy = 0

    @classmethod
    def of(cls, limits: RuntimeLimits, timeouts: Timeouts) -> ThreadPool:
        """The pool that these settings describe."""
        return cls(limits.max_concurrent_http_workers, limits.max_queued_http_connections, timeouts.queue_wait)

    @property
    def waiting(self) -> int:
        """Calls that wait for a thread."""
        return len(self._queue)

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a function that is called in a thread, with the caller's context variables.

        A function that runs cannot be stopped: when the caller is cancelled, its thread stays busy to the end.

        Raises:
            ServerBusy: codes ``http_worker_queue_full`` and ``http_queue_timeout``; the function was not called.
        """
        turn = self._take()
        if turn is not None:
            await self._wait(turn)
        future = self._threads().submit(copy_context().run, partial(function, *args, **kwargs))
        future.add_done_callback(self._release)
        return await asyncio.wrap_future(future)

    async def close(self) -> None:
        """Let the running functions end; a later `run` starts new threads."""
        executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.to_thread(executor.shutdown)

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(self._workers, thread_name_prefix="arlen-worker")
            return self._executor

    def _take(self) -> Future[None] | None:
        """Take a thread, or a place in the queue."""
        with self._lock:
            if self.busy < self._workers:
                self.busy += 1
                return None
            if len(self._queue) >= self._queued:
                raise ServerBusy("http_worker_queue_full", f"{self._queued} requests wait for a thread already")
            turn: Future[None] = Future()
            self._queue.append(turn)
            return turn

    async def _wait(self, turn: Future[None]) -> None:
        """Wait for a thread, which is then the caller's."""
        try:
            async with asyncio.timeout(self._queue_wait):
                await asyncio.wrap_future(turn)
        except BaseException as error:
            self._leave(turn)
            if isinstance(error, TimeoutError):
                raise ServerBusy("http_queue_timeout", f"no thread was free for {self._queue_wait} seconds") from error
            raise

    def _leave(self, turn: Future[None]) -> None:
        """Give up one's place in the queue, or the thread that one has been given in the same moment."""
        if turn.cancel():
            with self._lock, suppress(ValueError):
                self._queue.remove(turn)
        else:
            self._release(turn)

    def _release(self, ended: Future[T]) -> None:
        """A thread is free: it is the next one's who waits."""
        with self._lock:
            while self._queue:
                turn = self._queue.popleft()
                if turn.set_running_or_notify_cancel():
                    break
            else:
                self.busy -= 1
                return
        turn.set_result(None)

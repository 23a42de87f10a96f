"""The threads that run actions which are plain functions."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor


class Workers:
    """A thread pool that exists from the first blocking action until the application stops."""

    __slots__ = ("_executor", "count")

    def __init__(self, count: int = 8) -> None:
        self.count = count
        self._executor: ThreadPoolExecutor | None = None

    @property
    def executor(self) -> ThreadPoolExecutor:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self.count, thread_name_prefix="arlen-worker")
        return self._executor

    async def close(self) -> None:
        """Let the running functions end; a later request starts a new pool."""
        executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.to_thread(executor.shutdown)

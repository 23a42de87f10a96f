"""Threads and processes for handlers that are not coroutines."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Pools:
    """Both are made when they are first needed.

    Args:
        threads: handlers that run in threads at once.
        processes: handlers that run in processes at once; 0: one per processor.
    """

    __slots__ = ("_process_pool", "_processes", "_thread_pool", "_threads")

    def __init__(self, threads: int = 10, processes: int = 0) -> None:
        self._threads = threads
        self._processes = processes or os.cpu_count() or 1
        self._thread_pool: Executor | None = None
        self._process_pool: Executor | None = None

    async def in_thread(self, call: Callable[[], T]) -> T:
        if self._thread_pool is None:
            self._thread_pool = ThreadPoolExecutor(self._threads, "arlen-job")
        return await asyncio.get_running_loop().run_in_executor(self._thread_pool, call)

    async def in_process(self, call: Callable[[], T]) -> T:
        """The result of a call. When its process dies, this call fails and later ones get new processes."""
        if self._process_pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._process_pool = ProcessPoolExecutor(self._processes, spawn)
        pool = self._process_pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, call)
        except BrokenExecutor:
            if self._process_pool is pool:
                self._process_pool = None
            raise

    def close(self) -> None:
        """Start nothing more; what runs is not waited for."""
        for pool in (self._thread_pool, self._process_pool):
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)
        self._thread_pool = self._process_pool = None

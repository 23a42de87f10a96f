"""Waiting for other tasks of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from inspect import isawaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Lock:
    """A lock that is waited for at most so many seconds."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def acquire(self, patience: float) -> bool:
        """Whether it was obtained in time."""
        try:
            async with asyncio.timeout(patience):
                return await self._lock.acquire()
        except TimeoutError:
            return False

    def release(self) -> None:
        self._lock.release()


class Waiter:
    """Somebody who waits to be granted something."""

    __slots__ = ("_future",)

    def __init__(self) -> None:
        self._future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def grant(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self, patience: float) -> bool:
        """Whether it was granted in time."""
        await asyncio.wait((self._future,), timeout=patience)
        return self._future.done()


async def settle(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end even if the caller is cancelled meanwhile; the cancellation follows then."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    with suppress(BaseException):
        task.result()
    raise cancelled


async def call(function: Callable[..., Awaitable[T] | T], *args: object) -> T:
    """The result of a function, awaited if it is a coroutine function."""
    result: Any = function(*args)
    outcome: T = await result if isawaitable(result) else result
    return outcome


sleep = asyncio.sleep

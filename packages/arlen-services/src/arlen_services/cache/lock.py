"""Locks by name, held in the store of a cache: by one task in all processes that share it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from arlen_services.errors import CacheError

from .renewal import Renewal
from .store import CacheStore

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.25


class Lock:
    """``async with cache.lock("nightly import", ttl=30) as lock: ...``

    Whoever holds it renews it by itself, so ``ttl`` is not how long the work may take, but after how many seconds
    another takes over when the process dies. ``wait`` is how many seconds to wait for it; None: for ever, 0: not at
    all.

    A process that was stopped for longer than ``ttl`` may wake up and write although another holds the lock. Where
    that would hurt, send ``fence`` along and let the receiver refuse a number that is smaller than one it has seen.

    Attributes:
        fence: a number that grows with every holder of the lock.
        lost: whether somebody else may hold it now.

    Raises:
        CacheError: ``lock_not_acquired`` on entry, when the time is over; ``lock_lost`` on exit.
    """

    __slots__ = ("_name", "_renewal", "_store", "_token", "_ttl", "_wait", "_waited", "fence", "lost")

    def __init__(
        self, store: CacheStore, name: str, *, ttl: float, wait: float | None, waited: Callable[[float], None]
    ) -> None:
        if ttl <= 0:
            raise CacheError(
                f'the lock "{name}" is to be held for {ttl} seconds; give it a ttl above 0', code="invalid_ttl"
            )
        self._store = store
        self._name = name
        self._ttl = ttl
        self._wait = wait
        self._waited = waited
        self._token = ""
        self._renewal: Renewal | None = None
        self.fence = 0
        self.lost = False

    async def __aenter__(self) -> Self:
        if self._renewal is not None:
            raise CacheError(f'the lock "{self._name}" is in use; make another', code="lock_in_use")
        self._token = secrets.token_hex(8)
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._wait if self._wait != 0 else None):
                self.fence = await self._acquired()
        except TimeoutError:
            await self._give_back()
            raise self._not_acquired() from None
        except asyncio.CancelledError:
            await self._give_back()
            raise
        finally:
            self._waited(asyncio.get_running_loop().time() - started)
        self.lost = False
        self._renewal = Renewal(self._extend, self._ttl, self._lose)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._renewal is not None:
            await self._renewal.stop()
            self._renewal = None
        if not await self._store.unlock(self._name, self._token):
            self.lost = True
        if self.lost and error is None:
            raise CacheError(
                f'the lock "{self._name}" was lost before its work was done: renewals did not arrive for {self._ttl} '
                "seconds; give it a longer ttl, and check with its fence what may have run twice",
                code="lock_lost",
                details={"name": self._name},
            )

    async def _acquired(self) -> int:
        pause = FIRST_PAUSE
        while (fence := await self._store.lock(self._name, self._token, self._ttl)) is None:
            if self._wait == 0:
                raise self._not_acquired()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return fence

    async def _give_back(self) -> None:
        """The answer that was not waited for may have been a yes."""
        with suppress(CacheError):
            await self._store.unlock(self._name, self._token)

    def _not_acquired(self) -> CacheError:
        return CacheError(
            f'the lock "{self._name}" is held by another after {self._wait} seconds of waiting',
            code="lock_not_acquired",
            details={"name": self._name},
        )

    async def _extend(self) -> bool:
        return await self._store.extend_lock(self._name, self._token, self._ttl)

    def _lose(self) -> None:
        self.lost = True

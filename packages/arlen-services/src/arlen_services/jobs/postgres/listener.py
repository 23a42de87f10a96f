"""Hearing of new jobs through LISTEN."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from arlen_services.jobs.wake import Bell
from arlen_services.postgres_client import Error, connect

REST = 1.0
"""Seconds until a lost connection is made anew."""


class Listener:
    """Rings a bell at each notification of a channel, on a connection of its own, from its start to its stop."""

    __slots__ = ("_bell", "_channel", "_dsn", "_task", "hearing")

    def __init__(self, dsn: str, channel: str, bell: Bell) -> None:
        self._dsn = dsn
        self._channel = channel
        self._bell = bell
        self._task: asyncio.Task[None] | None = None
        self.hearing = False

    def start(self) -> None:
        """Listen from soon on; the bell rings when it does."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen_for_ever(), name=f"listening to {self._channel}")

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _listen_for_ever(self) -> None:
        while True:
            with suppress(Error, OSError):
                await self._listen()
            await asyncio.sleep(REST)

    async def _listen(self) -> None:
        connection = await connect(self._dsn)
        try:
            await connection.execute(f"LISTEN {self._channel}".encode())
            self.hearing = True
            self._bell.ring()
            async for _ in connection.notifies():
                self._bell.ring()
        finally:
            self.hearing = False
            await connection.close()

"""What changed in a cache in Redis, told to the processes that keep copies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from arlen_services.redis_client import LONGEST_BLOCK, RedisError, blocking_client

PAUSE = 0.5


class RedisNotices:
    """The channel ``<namespace>#changes``; ``publish`` is how the store sends a command."""

    __slots__ = ("_channel", "_publish", "_url")

    def __init__(self, url: str, namespace: str, publish: Callable[[str, bytes], Awaitable[None]]) -> None:
        self._url = url
        self._channel = f"{namespace}#changes"
        self._publish = publish

    async def listen(self, heard: Callable[[bytes], None], gap: Callable[[], None]) -> None:
        """Call ``heard`` for every notice, for ever, and ``gap`` where some may have been missed."""
        while True:
            try:
                await self._listen_once(heard, gap)
            except (RedisError, OSError):
                gap()
            await asyncio.sleep(PAUSE)

    async def _listen_once(self, heard: Callable[[bytes], None], gap: Callable[[], None]) -> None:
        async with blocking_client(self._url, connections=1) as client, client.pubsub() as channel:
            await channel.subscribe(self._channel)
            gap()
            while True:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=LONGEST_BLOCK)
                if message is not None:
                    heard(message["data"])

    async def tell(self, notice: bytes) -> None:
        """Raises CacheError when the server is away."""
        await self._publish(self._channel, notice)

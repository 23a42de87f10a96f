"""Commands to Redis over a few connections, as directly as redis-py allows: one time limit around each command."""

from __future__ import annotations

import asyncio
from typing import Any

from arlen_services.redis_client import RedisError, command_client


class RedisLine:
    """At most ``connections`` connections, of which the one used last is used first.

    Each command has ``timeout`` seconds in all: to wait for a connection, to connect, to ask and to be answered. A
    connection on which a command was cut off is closed by redis-py, and made anew by the next one.
    """

    __slots__ = ("_connections", "_idle", "_pool", "_room", "_timeout")

    def __init__(self, url: str, *, timeout: float, connections: int) -> None:
        self._timeout = timeout
        self._pool = command_client(url, socket_timeout=timeout, connections=connections).connection_pool
        self._pool.connection_kwargs["socket_timeout"] = None
        self._idle: list[Any] = []
        self._connections: list[Any] = []
        self._room = asyncio.Semaphore(connections)

    async def ask(self, *command: Any) -> Any:
        """The answer of the server. Raises TimeoutError, OSError or what redis-py raises."""
        async with asyncio.timeout(self._timeout), self._room:
            connection = self._idle.pop() if self._idle else self._another()
            try:
                await self._ready(connection)
                await connection.send_command(*command)
                return await connection.read_response()
            finally:
                self._idle.append(connection)

    async def close(self) -> None:
        for connection in self._connections:
            await connection.disconnect()

    def _another(self) -> Any:
        connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        self._connections.append(connection)
        return connection

    async def _ready(self, connection: Any) -> None:
        """Connected, and without an answer that nobody waited for; one that the server closed is made anew."""
        try:
            stale = connection.is_connected and await connection.can_read()
        except (RedisError, OSError):
            stale = True
        if stale:
            await connection.disconnect(nowait=True)
        if not connection.is_connected:
            await connection.connect()

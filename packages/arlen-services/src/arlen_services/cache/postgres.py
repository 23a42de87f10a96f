"""A cache in PostgreSQL, for those who have one and no Redis.

One unlogged table, ``arlen_cache``: fast, and empty after a crash of the server, as a cache may be. A row is an entry,
the claim of whoever makes it, or both. Tags and locks are rows of namespaces of their own, ``<namespace>#tag`` and
``#lock``.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from arlen_services.postgres_client import (
    AsyncConnection,
    AsyncConnectionPool,
    Error,
    OperationalError,
    PoolClosed,
    PoolTimeout,
    connection_pool,
    place_of,
)
from arlen_services.resilience.circuit_breaker import CircuitBreaker

from . import _postgres_statements as sql
from .codec import Codec
from .encoding import Encoding
from .failure import FailurePolicy
from .faults import circuit_open, not_an_integer, refused, timed_out, unreachable
from .store import Claim, Item
from .store_cache import StoreCache

LOCKS = "#lock"
SWEEP_SECONDS = 60.0
NO_SUCH_TABLE = "42P01"
OUT_OF_RANGE = "22003"

Row = tuple[Any, ...]


class PostgresStore:
    """The ``CacheStore`` in PostgreSQL; it makes its table when it finds none."""

    __slots__ = ("_breaker", "_codec", "_connections", "_dsn", "_pool", "_swept", "_tags", "_timeout", "name")

    def __init__(
        self,
        dsn: str,
        *,
        namespace: str,
        timeout: float = 2.5,
        connections: int = 4,
        encoding: Encoding | None = None,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._dsn = dsn
        self._timeout = timeout
        self._connections = connections
        self._codec = Codec(encoding)
        self._breaker = CircuitBreaker() if breaker is None else breaker
        self._pool: AsyncConnectionPool[AsyncConnection] | None = None
        self._swept = time.monotonic()
        self._tags = f"{namespace}#tag"
        self.name = f"postgres_cache@{place_of(dsn)}"

    def __repr__(self) -> str:
        return f"<PostgresStore {self.name}>"

    @property
    def unreadable(self) -> int:
        """Entries that were found and could not be read; each was a miss."""
        return self._codec.unreadable

    async def get(self, namespace: str, key: str) -> Item | None:
        return (await self.get_many(namespace, (key,)))[0]

    async def get_many(self, namespace: str, keys: Sequence[str]) -> list[Item | None]:
        found: dict[str, bytes] = dict(await self._ask(sql.GET, (namespace, list(keys))))
        return [self._codec.decode(found.get(key)) for key in keys]

    async def set_many(self, namespace: str, items: Mapping[str, Item], ttl: float) -> None:
        keys = sorted(items)
        payloads = [self._codec.encode(items[key]) for key in keys]
        await self._ask(sql.SET, (namespace, _seconds(ttl), keys, payloads))
        await self._sweep()

    async def add(self, namespace: str, key: str, item: Item, ttl: float) -> bool:
        return bool(await self._ask(sql.ADD, (namespace, key, self._codec.encode(item), _seconds(ttl))))

    async def replace(self, namespace: str, key: str, expected: object, item: Item, ttl: float) -> bool:
        while True:
            rows = await self._ask(sql.GET, (namespace, [key]))
            present = self._codec.decode(rows[0][1]) if rows else None
            if present is None or present.value != expected:
                return False
            payload = rows[0][1]
            if item.value is None:
                done = await self._ask(sql.REMOVE_SAME, (namespace, key, payload))
            else:
                new = self._codec.encode(item)
                done = await self._ask(sql.REPLACE_SAME, (new, _seconds(ttl), namespace, key, payload))
            if done:
                return True

    async def delete_many(self, namespace: str, keys: Sequence[str]) -> int:
        return sum(alive for (alive,) in await self._ask(sql.DELETE, (namespace, sorted(keys))))

    async def increment(self, namespace: str, key: str, by: int, ttl: float) -> int:
        rows = await self._ask(sql.INCREMENT, (namespace, key, b"%d" % by, _seconds(ttl), by))
        if not rows:
            raise not_an_integer(key)
        return int(rows[0][0])

    async def touch(self, namespace: str, key: str, ttl: float) -> bool:
        return bool(await self._ask(sql.TOUCH, (_seconds(ttl), namespace, key)))

    async def ttl(self, namespace: str, key: str) -> float | None:
        rows = await self._ask(sql.TTL, (namespace, key))
        return float(rows[0][0]) if rows else None

    async def clear(self, namespace: str) -> None:
        await self._ask(sql.CLEAR, (namespace,))

    async def claim(self, namespace: str, key: str, token: str, ttl: float) -> Claim:
        rows = await self._ask(sql.CLAIM, (namespace, key, token, ttl, namespace, key))
        granted, payload = rows[0] if rows else (False, None)
        return Claim(granted, self._codec.decode(payload))

    async def settle(self, namespace: str, key: str, token: str, item: Item, ttl: float) -> bool:
        arguments = (self._codec.encode(item), _seconds(ttl), namespace, key, token)
        return bool(await self._ask(sql.SETTLE, arguments))

    async def renew_claim(self, namespace: str, key: str, token: str, ttl: float) -> bool:
        return bool(await self._ask(sql.RENEW, (ttl, namespace, key, token)))

    async def abandon(self, namespace: str, key: str, token: str) -> None:
        await self._ask(sql.ABANDON, (namespace, key, token, namespace, key, token))

    async def tag_versions(self, tags: Sequence[str], ttl: float) -> dict[str, str]:
        versions = [secrets.token_hex(8).encode() for _ in tags]
        rows = await self._ask(sql.TAG_VERSIONS, (self._tags, _seconds(ttl), sorted(tags), versions))
        return {tag: version.decode() for tag, version in rows}

    async def present_tag_versions(self, tags: Sequence[str]) -> dict[str, str]:
        return {tag: version.decode() for tag, version in await self._ask(sql.GET, (self._tags, list(tags)))}

    async def drop_tags(self, tags: Sequence[str]) -> None:
        await self._ask(sql.DELETE, (self._tags, sorted(tags)))

    async def lock(self, name: str, token: str, ttl: float) -> int | None:
        rows = await self._ask(sql.LOCK, (LOCKS, name, token, ttl))
        return int(rows[0][0]) if rows else None

    async def extend_lock(self, name: str, token: str, ttl: float) -> bool:
        return bool(await self._ask(sql.RENEW, (ttl, LOCKS, name, token)))

    async def unlock(self, name: str, token: str) -> bool:
        return bool(await self._ask(sql.UNLOCK, (LOCKS, name, token)))

    async def open(self) -> None:
        """Connect, so that a wrong address is known at start."""
        await self._ask(sql.TTL, ("", ""))

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def _sweep(self) -> None:
        """Once in a minute, the process that writes removes what expired."""
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._swept = time.monotonic()
            await self._ask(sql.SWEEP, ())

    async def _ask(self, statement: str, arguments: Sequence[Any]) -> list[Row]:
        if not self._breaker.admits():
            raise circuit_open(self.name)
        try:
            async with asyncio.timeout(self._timeout):
                rows = await self._rows(statement, arguments)
        except (TimeoutError, PoolTimeout) as error:
            self._breaker.failed()
            raise timed_out(self.name, self._timeout) from error
        except (OperationalError, PoolClosed, OSError) as error:
            self._breaker.failed()
            raise unreachable(self.name, error) from error
        except Error as error:
            self._breaker.succeeded()
            raise refused(self.name, error, "refused") from error
        self._breaker.succeeded()
        return rows

    async def _rows(self, statement: str, arguments: Sequence[Any]) -> list[Row]:
        pool = await self._opened()
        async with pool.connection() as connection:
            try:
                return await _fetched(connection, statement, arguments)
            except Error as error:
                if error.sqlstate == OUT_OF_RANGE:
                    return []
                if error.sqlstate != NO_SUCH_TABLE:
                    raise
            for part in sql.INSTALL:
                await connection.execute(part)
            return await _fetched(connection, statement, arguments)

    async def _opened(self) -> AsyncConnectionPool[AsyncConnection]:
        if self._pool is None:
            self._pool = connection_pool(self._dsn, connections=self._connections, timeout=self._timeout)
            await self._pool.open()
        return self._pool


class PostgresCache(StoreCache):
    """A ``Cache`` in PostgreSQL 14 or later, shared by all processes that name the same database and namespace.

    ``dsn`` is ``postgresql://user:password@host/database``. The rest is as in ``RedisCache``.

    Raises:
        CacheError: ``unreachable``, ``timed_out``, ``circuit_open``, ``refused``, ``not_serializable``.
        MissingDependencyError: psycopg is not installed.
    """

    __slots__ = ()

    def __init__(
        self,
        dsn: str,
        *,
        namespace: str = "arlen:cache",
        default_ttl: float = 0.0,
        timeout: float = 2.5,
        connections: int = 4,
        encoding: Encoding | None = None,
        breaker: CircuitBreaker | None = None,
        on_failure: FailurePolicy = "raise",
        clock: Callable[[], float] = time.time,
    ) -> None:
        store = PostgresStore(
            dsn, namespace=namespace, timeout=timeout, connections=connections, encoding=encoding, breaker=breaker
        )
        super().__init__(store, namespace=namespace, default_ttl=default_ttl, clock=clock, on_failure=on_failure)


async def _fetched(connection: AsyncConnection, statement: str, arguments: Sequence[Any]) -> list[Row]:
    """The rows of a statement; one that has none but changed something gives as many empty ones."""
    cursor = await connection.execute(statement.encode(), arguments)
    return await cursor.fetchall() if cursor.description is not None else [()] * cursor.rowcount


def _seconds(ttl: float) -> float:
    """For good is an infinite number of seconds, which the statements know."""
    return ttl if ttl > 0 else math.inf

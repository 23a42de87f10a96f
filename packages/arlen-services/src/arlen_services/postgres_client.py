"""psycopg and its pool, which only this module imports."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .errors import MissingDependencyError

try:
    from psycopg import AsyncConnection, Connection, Error, InterfaceError, OperationalError
    from psycopg.rows import tuple_row
    from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout
except ImportError as error:
    raise MissingDependencyError("PostgreSQL", extra="postgres") from error

__all__ = [
    "AsyncConnection",
    "AsyncConnectionPool",
    "Connection",
    "Error",
    "InterfaceError",
    "OperationalError",
    "PoolClosed",
    "PoolTimeout",
    "connect",
    "connection_pool",
    "place_of",
    "tuple_row",
]

APPLICATION = "arlen"


def connection_pool(
    dsn: str, *, connections: int = 10, timeout: float = 5.0, prepare_threshold: int | None = 5
) -> AsyncConnectionPool[AsyncConnection]:
    """A closed pool of connections that commit by themselves; open it in the loop that uses it.

    Args:
        dsn: ``postgresql://…``, or libpq's ``key=value`` form.
        connections: at most so many.
        timeout: seconds to connect, and seconds to wait for a connection that others use.
        prepare_threshold: calls after which a statement is prepared; None: never, as a transaction pooler needs it.
    """
    return AsyncConnectionPool(
        dsn,
        min_size=0,
        max_size=connections,
        timeout=timeout,
        open=False,
        kwargs=_options(timeout) | {"prepare_threshold": prepare_threshold},
    )


async def connect(dsn: str, *, within: float = 5.0) -> AsyncConnection:
    """One connection that commits by itself, for whoever listens."""
    return await AsyncConnection.connect(dsn, **_options(within))


def place_of(dsn: str) -> str:
    """An address without its password."""
    address = urlsplit(dsn)
    place = f"{address.hostname or 'localhost'}:{address.port or 5432}{address.path}"
    return place if address.scheme in ("postgres", "postgresql") else "the given address"


def _options(timeout: float) -> dict[str, Any]:
    return {"autocommit": True, "connect_timeout": max(1, round(timeout)), "application_name": APPLICATION}

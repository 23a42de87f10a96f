"""psycopg_pool, which only this module imports: pools that were made elsewhere."""

from __future__ import annotations

from typing import Any

from arlen_data.errors import ArlenDataError, ConnectionFailed, MissingDependencyError, PoolExhausted
from arlen_data.roster import PoolStats

from .address import PostgresAddress
from .driver import DRIVER_ERRORS, make_conninfo, psycopg

try:
    from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests
except ImportError as error:
    raise MissingDependencyError(
        f"pools of psycopg need psycopg_pool, which cannot be imported ({error}); pip install 'arlen-data[binary]'",
        code="driver_missing",
    ) from error

__all__ = ["DRIVER_ERRORS", "AsyncConnectionPool", "ConnectionPool", "address_of_pool", "refused_by", "stats_of"]

_KEYWORDS = frozenset(option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults())


def address_of_pool(pool: ConnectionPool[Any] | AsyncConnectionPool[Any]) -> PostgresAddress:
    """Where the connections of a pool lead; nowhere, if it asks a function for that."""
    known, further = pool.conninfo, pool.kwargs or {}
    if not isinstance(known, str) or not isinstance(further, dict):
        return PostgresAddress("")
    keywords = {name: value for name, value in further.items() if name in _KEYWORDS}
    return PostgresAddress(make_conninfo(known, **keywords))


def refused_by(pool: ConnectionPool[Any] | AsyncConnectionPool[Any], error: Exception) -> ArlenDataError:
    """The error of this package for one that a pool raised instead of lending a connection."""
    figures = {"pool": pool.name, "max_connections": pool.max_size}
    if isinstance(error, PoolTimeout):
        return PoolExhausted(
            f"{error} ({pool.max_size} at most); return connections sooner, or allow more",
            code="pool_exhausted",
            details=figures,
        )
    if isinstance(error, TooManyRequests):
        return PoolExhausted(str(error), code="too_many_waiting", details=figures)
    if isinstance(error, PoolClosed):
        return ConnectionFailed(f"{error}; open it before its database is used", code="connection_closed")
    return ConnectionFailed(f"the pool {pool.name} has no connection: {error}", code="cannot_open", details=figures)


def stats_of(pool: ConnectionPool[Any] | AsyncConnectionPool[Any], peak: int) -> PoolStats:
    """The figures of a pool, which does not say how long its callers waited."""
    figures = pool.get_stats()
    size, idle = figures.get("pool_size", 0), figures.get("pool_available", 0)
    return PoolStats(
        size=size,
        idle=idle,
        in_use=max(0, size - idle),
        waiting=figures.get("requests_waiting", 0),
        peak=peak,
        acquires=figures.get("requests_num", 0),
        timeouts=figures.get("requests_errors", 0),
        wait_histogram=(),
    )

"""redis-py, which only this module imports: clients with time-outs that fit what they are for.

redis-py 8 cuts every read after five seconds and then sends the command again, ten times. A command that changes
something must not be sent twice, and a read that blocks must be given more time than the server takes. Hence two
clients: one for commands, which asks once, and one for blocking reads, whose time-out is longer than `LONGEST_BLOCK`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from .errors import MissingDependencyError

try:
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import (
        AuthenticationError,
        ConnectionError,
        NoScriptError,
        RedisError,
        ResponseError,
        TimeoutError,
    )
except ImportError as error:
    raise MissingDependencyError("Redis", extra="redis") from error

__all__ = [
    "LONGEST_BLOCK",
    "AuthenticationError",
    "ConnectionError",
    "NoScriptError",
    "Redis",
    "RedisError",
    "ResponseError",
    "TimeoutError",
    "blocking_client",
    "command_client",
    "place_of",
]

LONGEST_BLOCK = 5.0
"""Seconds that a blocking command may ask the server to wait on a client of `blocking_client`."""


def command_client(url: str, *, socket_timeout: float = 5.0, connections: int = 16) -> Redis:
    """A client for commands that answer at once. It never repeats one by itself.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, with user, password and database.
        socket_timeout: seconds to connect, and seconds to answer.
        connections: at most so many; who finds them all busy waits as long as for an answer.
    """
    return _client(url, socket_timeout, socket_timeout, connections)


def blocking_client(url: str, *, connect_timeout: float = 5.0, connections: int = 16) -> Redis:
    """A client for commands that block for up to `LONGEST_BLOCK` seconds, such as ``BLPOP`` and ``XREAD``."""
    return _client(url, connect_timeout, 2 * LONGEST_BLOCK, connections)


def place_of(url: str) -> str:
    """An address without its password: ``host:port``, or the path of a socket."""
    address = urlsplit(url)
    return address.path if address.scheme == "unix" else f"{address.hostname or 'localhost'}:{address.port or 6379}"


def _client(url: str, connect_timeout: float, read_timeout: float, connections: int) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=connect_timeout,
        socket_connect_timeout=connect_timeout,
        socket_timeout=read_timeout,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 0),
        protocol=3,
    )
    return Redis.from_pool(pool)

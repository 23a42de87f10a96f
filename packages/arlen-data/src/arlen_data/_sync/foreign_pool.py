# Written by ci/unasync.py from _async/foreign_pool.py: edit that file and run `python -m ci.unasync`.
"""A pool of psycopg_pool in the place of one of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from arlen_data.errors import ArlenDataError, ConnectionFailed, InvalidArgumentError
from arlen_data.postgres.pools import DRIVER_ERRORS, ConnectionPool, refused_by, stats_of
from arlen_data.roster import PoolStats

from .connection import Connection


class ForeignPool:
    """Has the methods of ``Pool``. How many connections there are and how long to wait is the pool's own matter.

    A connection is in autocommit mode while it is lent, and afterwards as it was before.
    """

    __slots__ = ("_closed", "_dress", "_lent", "_peak", "_pool")

    def __init__(self, pool: ConnectionPool[Any], dress: Callable[[Any], Connection]) -> None:
        self._pool = pool
        self._dress = dress
        self._lent: dict[Connection, tuple[Any, bool]] = {}
        self._peak = 0
        self._closed = False

    @property
    def connected(self) -> bool:
        return self.stats().size > 0

    def stats(self) -> PoolStats:
        return stats_of(self._pool, self._peak)

    def acquire(self) -> Connection:
        """
        Raises:
            PoolExhausted: none became free in time.
            ConnectionFailed: ``connection_closed``, ``cannot_open``.
        """
        self.verify()
        try:
            raw = self._pool.getconn()
        except DRIVER_ERRORS as error:
            raise refused_by(self._pool, error) from error
        autocommit = raw.autocommit
        try:
            if not autocommit:
                raw.set_autocommit(True)
            connection = self._dress(raw)
        except BaseException as error:
            self._pool.putconn(raw)
            if isinstance(error, DRIVER_ERRORS):
                raise refused_by(self._pool, error) from error
            raise
        self._lent[connection] = raw, autocommit
        self._peak = max(self._peak, len(self._lent))
        return connection

    def release(self, connection: Connection) -> None:
        """
        Raises:
            InvalidArgumentError: code ``foreign_connection`` when it is not lent out by this pool.
        """
        lease = self._lent.pop(connection, None)
        if lease is not None:
            self._give_back(connection, *lease)
        elif not self._closed:
            raise InvalidArgumentError(
                "the connection is not in use in this pool; release each one once, where it was acquired",
                code="foreign_connection",
            )

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for the length of a block."""
        connection = self.acquire()
        try:
            yield connection
        finally:
            self.release(connection)

    def fill(self, connections: int) -> None:
        """See that there is a connection; how many there are from the start is the pool's own matter."""
        with self.connection():
            pass

    def close(self, own: Connection | None = None) -> None:
        """Lend no more, and close the caller's ``own``. The pool stays open, since it is somebody else's."""
        self._closed = True
        if own is not None and own in self._lent:
            own.close()
            self.release(own)

    def verify(self) -> None:
        """
        Raises:
            ConnectionFailed: code ``connection_closed``.
        """
        if self._closed:
            raise ConnectionFailed(
                f"the database around the pool {self._pool.name} is closed; wrap the pool again to use it",
                code="connection_closed",
            )

    def _give_back(self, connection: Connection, raw: Any, autocommit: bool) -> None:
        try:
            if not connection.dirty or connection.recover():
                if not autocommit:
                    raw.set_autocommit(False)
            else:
                connection.close()
        except (ArlenDataError, *DRIVER_ERRORS):
            connection.close()
        finally:
            self._pool.putconn(raw)

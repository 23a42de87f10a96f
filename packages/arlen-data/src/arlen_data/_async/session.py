"""What one connection to a database does, whatever the database."""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from arlen_data.address import Address
from arlen_data.blocks import Block
from arlen_data.location import Location
from arlen_data.options import DatabaseOptions
from arlen_data.queries import Query
from arlen_data.rows import Result
from arlen_data.telemetry.observation import Server


class AsyncSession(Protocol):
    """One connection of a driver; it serves one caller at a time.

    Its errors are those of this package.
    """

    @property
    def raw(self) -> Any:
        """The connection of the driver."""

    @property
    def dialect(self) -> str: ...

    @property
    def server(self) -> Server: ...

    @property
    def in_transaction(self) -> bool: ...

    @property
    @abstractmethod
    def failed(self) -> bool:
        """Whether the transaction that should be open cannot be committed any more."""

    @property
    @abstractmethod
    def usable(self) -> bool:
        """Whether it is open and waits for a statement."""

    async def fetch(self, query: Query, limit: int | None) -> Result: ...

    async def execute(self, query: Query) -> int: ...

    async def execute_many(self, query: Query, rows: list[Any]) -> int: ...

    def stream(self, query: Query, size: int) -> AsyncGenerator[Result, None]: ...

    @abstractmethod
    async def run_together(self, queries: Sequence[Query]) -> list[Result | int]:
        """The results of all; the first error leaves nothing, and ``details["index"]`` says which it was."""

    async def command(self, sql: str) -> None: ...

    async def begin(self, block: Block) -> None: ...

    @abstractmethod
    def limit(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """Stop what runs in the block after so many seconds, with QueryTimeout."""

    async def check(self) -> None:
        """Ask whether it still works."""

    async def reset(self) -> None:
        """Undo what was changed for the session."""

    async def forget_prepared(self) -> None: ...

    async def close(self) -> None: ...


async def open_session(address: Address, options: DatabaseOptions, *, read_only: bool = False) -> AsyncSession:
    """A new connection to the database at ``address``.

    Raises:
        ConnectionFailed: ``cannot_open``, ``driver_missing``.
    """
    if isinstance(address, Location):
        from arlen_data.sqlite.async_session import AsyncSqliteSession

        return await AsyncSqliteSession.connect(address, options, read_only=read_only)
    from .postgres import AsyncPostgresSession

    return await AsyncPostgresSession.connect(address, options)


def wrap_session(raw: Any) -> AsyncSession:
    """The session on an existing connection of psycopg or sqlite3."""
    if isinstance(raw, sqlite3.Connection):
        from arlen_data.sqlite.async_session import AsyncSqliteSession

        return AsyncSqliteSession.wrap(raw)
    from .postgres import AsyncPostgresSession

    return AsyncPostgresSession(raw)

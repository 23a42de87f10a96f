# Written by ci/unasync.py from _async/session.py: edit that file and run `python -m ci.unasync`.
"""What one connection to a database does, whatever the database."""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from arlen_data.address import Address
from arlen_data.blocks import Block
from arlen_data.location import Location
from arlen_data.options import DatabaseOptions
from arlen_data.queries import Query
from arlen_data.rows import Result
from arlen_data.telemetry.observation import Server


class Session(Protocol):
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

    def fetch(self, query: Query, limit: int | None) -> Result: ...

    def execute(self, query: Query) -> int: ...

    def execute_many(self, query: Query, rows: list[Any]) -> int: ...

    def stream(self, query: Query, size: int) -> Generator[Result, None, None]: ...

    @abstractmethod
    def run_together(self, queries: Sequence[Query]) -> list[Result | int]:
        """The results of all; the first error leaves nothing, and ``details["index"]`` says which it was."""

    def command(self, sql: str) -> None: ...

    def begin(self, block: Block) -> None: ...

    @abstractmethod
    def limit(self, seconds: float) -> AbstractContextManager[None]:
        """Stop what runs in the block after so many seconds, with QueryTimeout."""

    def check(self) -> None:
        """Ask whether it still works."""

    def reset(self) -> None:
        """Undo what was changed for the session."""

    def forget_prepared(self) -> None: ...

    def close(self) -> None: ...


def open_session(address: Address, options: DatabaseOptions, *, read_only: bool = False) -> Session:
    """A new connection to the database at ``address``.

    Raises:
        ConnectionFailed: ``cannot_open``, ``driver_missing``.
    """
    if isinstance(address, Location):
        from arlen_data.sqlite.session import SqliteSession

        return SqliteSession.connect(address, options, read_only=read_only)
    from .postgres import PostgresSession

    return PostgresSession.connect(address, options)


def wrap_session(raw: Any) -> Session:
    """The session on an existing connection of psycopg or sqlite3."""
    if isinstance(raw, sqlite3.Connection):
        from arlen_data.sqlite.session import SqliteSession

        return SqliteSession.wrap(raw)
    from .postgres import PostgresSession

    return PostgresSession(raw)

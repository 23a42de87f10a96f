"""Whose turn it is in a transaction: its blocks form a chain of levels, and each level serves one caller at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Generic, TypeVar

from .errors import TransactionFailed

Connection = TypeVar("Connection")
Lock = TypeVar("Lock")


class Level(Generic[Connection, Lock]):
    """One open transaction, or a savepoint inside it.

    A statement holds the lock of its level for a moment, a nested transaction for as long as it is open. So nobody
    comes between the statements of a nested block, and siblings inside a transaction take turns.
    """

    __slots__ = ("connection", "lock", "open", "parent")

    def __init__(self, connection: Connection, lock: Lock, parent: Level[Connection, Lock] | None = None) -> None:
        self.connection = connection
        self.lock = lock
        self.parent = parent
        self.open = True


class Turns(Generic[Connection, Lock]):
    """Knows the level that the running code belongs to. Tasks started inside a transaction belong to it too."""

    __slots__ = ("_current",)

    def __init__(self) -> None:
        self._current: ContextVar[Level[Connection, Lock] | None] = ContextVar("arlen_data_level", default=None)

    def current(self) -> Level[Connection, Lock] | None:
        """The innermost level that is still open; None outside of transactions."""
        level = self._current.get()
        while level is not None and not level.open:
            level = level.parent
        return level

    @contextmanager
    def inside(self, level: Level[Connection, Lock]) -> Iterator[None]:
        """Make the code of the block belong to ``level``."""
        token = self._current.set(level)
        try:
            yield
        finally:
            level.open = False
            with suppress(ValueError):  # the block may be left in another context than it was entered in
                self._current.reset(token)


def turn_timeout(seconds: float) -> TransactionFailed:
    return TransactionFailed(
        f"waited {seconds:g} seconds for another thread or task to be done with this transaction; keep its blocks "
        "short, and do not wait inside one for work that uses the transaction from outside it",
        code="turn_timeout",
        details={"seconds": seconds},
    )

"""Whose turn it is on a connection: transactions form a chain of levels, and each level serves one caller at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Generic, TypeVar

from .errors import TransactionFailed

Lock = TypeVar("Lock")


class Level(Generic[Lock]):
    """The database itself, or one open transaction or savepoint inside it.

    A statement holds the lock of its level for a moment, a nested transaction for as long as it is open. So nobody
    comes between the statements of a transaction, and siblings inside one take turns as well.
    """

    __slots__ = ("lock", "open", "parent")

    def __init__(self, lock: Lock, parent: Level[Lock] | None = None) -> None:
        self.lock = lock
        self.parent = parent
        self.open = True


class Turns(Generic[Lock]):
    """Knows the level that the running code belongs to. Tasks started inside a transaction belong to it too."""

    __slots__ = ("_current", "_root")

    def __init__(self, lock: Lock) -> None:
        self._root = Level(lock)
        self._current: ContextVar[Level[Lock]] = ContextVar("arlen_data_level")

    @property
    def current(self) -> Level[Lock]:
        level = self._current.get(self._root)
        while not level.open and level.parent is not None:
            level = level.parent
        return level

    @contextmanager
    def deeper(self, level: Level[Lock], lock: Lock) -> Iterator[None]:
        """Make the code of the block belong to a new level inside ``level``, whose lock the caller holds."""
        inner = Level(lock, level)
        token = self._current.set(inner)
        try:
            yield
        finally:
            inner.open = False
            with suppress(ValueError):  # the block may be left in another context than it was entered in
                self._current.reset(token)


def turn_timeout(seconds: float) -> TransactionFailed:
    return TransactionFailed(
        f"waited {seconds:g} seconds for another thread or task to be done with the database; keep transactions short, "
        "and do not wait inside one for work that uses the database from outside it",
        code="turn_timeout",
        details={"seconds": seconds},
    )

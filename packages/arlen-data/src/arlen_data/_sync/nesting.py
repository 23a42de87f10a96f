# Written by ci/unasync.py from _async/nesting.py: edit that file and run `python -m ci.unasync`.
"""Transactions of one connection, and the savepoints inside them: how deep they are, and what follows their commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from arlen_data.blocks import Block
from arlen_data.errors import ArlenDataError, InvalidArgumentError, TransactionFailed
from arlen_data.prepared import PreparedStatements

from .session import Session

Hook: TypeAlias = Callable[[], object]


class Nesting:
    """Depth 0 is no transaction, depth 1 a transaction, and each further one a savepoint."""

    __slots__ = ("_hooks", "_prepared", "_session", "depth")

    def __init__(self, session: Session, prepared: PreparedStatements) -> None:
        self._session = session
        self._prepared = prepared
        self._hooks: list[tuple[int, Hook]] = []
        self.depth = 0

    @contextmanager
    def atomic(self, block: Block, hooks: list[Hook]) -> Iterator[None]:
        """A block, undone by any exception; ``hooks`` gets what is to be called when the outermost was committed."""
        depth = self.depth
        try:
            self.begin(block)
            yield
            self._commit()
        except BaseException:
            self.undo_to(depth)
            raise
        if depth == 0:
            hooks += self._take_hooks()

    def on_commit(self, hook: Hook) -> None:
        """
        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        self.expect_open()
        self._hooks.append((self.depth, hook))

    def begin(self, block: Block) -> None:
        """One level deeper."""
        depth = self.depth
        if depth == 0:
            self._session.begin(block)
        elif block.plain:
            self._session.command(f"SAVEPOINT arlen_{depth}")
        else:
            raise InvalidArgumentError(
                "isolation, role and the like are for the outermost block of a transaction", code="invalid_option"
            )
        self.depth = depth + 1

    def commit(self) -> list[Hook]:
        """Commit the transaction that ``begin`` began; what is to be called now. Nothing is left of one that fails.

        Raises:
            TransactionFailed: ``no_transaction``, ``transaction_lost``.
        """
        self.expect_open()
        try:
            self._commit()
        except BaseException:
            self.undo_to(0)
            raise
        return self._take_hooks()

    def undo_to(self, depth: int) -> None:
        """Undo every block deeper than ``depth``; a connection that cannot is closed, which undoes too."""
        deeper, self.depth = self.depth > depth, min(self.depth, depth)
        self._hooks = [(level, hook) for level, hook in self._hooks if level <= depth]
        if not self._session.usable or not self._session.in_transaction or (depth and not deeper):
            return
        self._prepared.clear()
        try:
            if depth == 0:
                self._session.command("ROLLBACK")
            else:
                self._session.command(f"ROLLBACK TO SAVEPOINT arlen_{depth}")
                self._session.command(f"RELEASE SAVEPOINT arlen_{depth}")
        except ArlenDataError:
            self._session.close()

    def expect_open(self) -> None:
        """
        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        if not self.depth:
            raise TransactionFailed("no transaction is open here", code="no_transaction")

    def _commit(self) -> None:
        depth = self.depth - 1
        if self._session.usable and self._session.failed:
            raise TransactionFailed(
                "nothing of the transaction was kept: the database had already rolled it back after an earlier error",
                code="transaction_lost",
            )
        self._session.command("COMMIT" if depth == 0 else f"RELEASE SAVEPOINT arlen_{depth}")
        self.depth = depth
        self._hooks = [(min(level, depth), hook) for level, hook in self._hooks]

    def _take_hooks(self) -> list[Hook]:
        hooks = [hook for _, hook in self._hooks]
        self._hooks.clear()
        return hooks

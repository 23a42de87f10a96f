"""Row locks of a select."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from .cte import Prefixed
from .identifiers import name
from .refusals import refuse
from .syntax import Syntax

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


class Locking(Prefixed):
    """A statement that can lock the rows it reads. PostgreSQL."""

    __slots__ = ()

    def for_update(self, of: Iterable[str] = ()) -> Self:
        """Lock the rows as an UPDATE would; ``of`` names tables or aliases."""
        return self._lock(" FOR UPDATE", of)

    def for_no_key_update(self, of: Iterable[str] = ()) -> Self:
        """Lock the rows as an UPDATE that leaves the keys alone would."""
        return self._lock(" FOR NO KEY UPDATE", of)

    def for_share(self, of: Iterable[str] = ()) -> Self:
        """Keep others from changing the rows."""
        return self._lock(" FOR SHARE", of)

    def for_key_share(self, of: Iterable[str] = ()) -> Self:
        """Keep others from deleting the rows or changing their keys."""
        return self._lock(" FOR KEY SHARE", of)

    def skip_locked(self) -> Self:
        """Leave out rows that somebody else has locked."""
        return self._wait(" SKIP LOCKED")

    def nowait(self) -> Self:
        """Fail at once when somebody else has locked a row (SQLSTATE 55P03)."""
        return self._wait(" NOWAIT")

    def _lock(self, mode: str, of: Iterable[str]) -> Self:
        tables = tuple(name(table, "lock_table") for table in of)
        return self._add("lock", ((write_lock, mode, tables, ""),), ())

    def _wait(self, wait: str) -> Self:
        locks = self._syntaxes("lock")
        if not locks:
            raise refuse("skip_locked_without_lock", self.target)
        last = locks[-1]
        mode, tables, before = last[1], last[2], last[3]
        if before not in ("", wait):
            raise refuse("lock_wait_twice", self.target)
        return self._put(lock=((*locks[:-1], (write_lock, mode, tables, wait)), ()))


def write_lock(out: Writer, mode: str, tables: tuple[Syntax, ...], wait: str) -> None:
    out.require("for_update")
    out.locks = True
    out.write(mode)
    out.write_clause(" OF ", tables, ", ")
    out.write(wait)

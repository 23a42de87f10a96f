"""How far a replica has come: the questions that a router asks to find out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from arlen_data.queries import Runnable
from arlen_data.sql.templates import expr
from arlen_data.sql.tstrings import tsql

_WRITTEN = "SELECT pg_current_wal_insert_lsn() - '0/0' AS position"
_REPLAYED = (
    "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END"
    " - '0/0' AS position"
)


@dataclass(frozen=True, slots=True)
class Replication:
    """Two queries of one row with one column ``position``, a number that grows with every write.

    Attributes:
        written: asked after a write, where it went.
        replayed: asked of a replica before it serves a read of the same scope.
        patience: how many seconds a read waits for the replica before it goes where the write went.
        interval: seconds between two questions while it waits.
    """

    written: Runnable
    replayed: Runnable
    patience: float = 0.0
    interval: float = 0.005

    @classmethod
    def postgresql(cls, *, patience: float = 0.0, interval: float = 0.005) -> Self:
        """PostgreSQL's streaming replication: the log sequence number in bytes."""
        return cls(tsql(expr(_WRITTEN)), tsql(expr(_REPLAYED)), patience, interval)

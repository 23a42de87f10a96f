"""How a database is used: connections, time limits, caches, diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypedDict

from .errors import InvalidArgumentError
from .telemetry.observation import Observer

Listener: TypeAlias = Callable[[Mapping[str, object]], None]
Reuse: TypeAlias = Literal["disabled", "auto", "always"]


class OptionArguments(TypedDict, total=False):
    """The fields of ``DatabaseOptions`` as keyword arguments, none of them required."""

    max_connections: int
    min_connections: int
    acquire_timeout: float
    max_waiting: int | None
    max_idle: float
    max_lifetime: float
    check_after: float
    leak_after: float | None
    drain_timeout: float
    busy_timeout: float
    connect_timeout: float
    statement_timeout: float | None
    lock_timeout: float | None
    idle_in_transaction_timeout: float | None
    pooler: Literal["session", "transaction"]
    prepared_statement_reuse: Reuse
    prepared_statement_cache_limit: int | None
    builder_compilation_cache_limit: int | None
    query_diagnostics_listener: Listener | None
    emit_diagnostics_events_to_stderr: bool
    include_sql_in_diagnostics_events: bool
    diagnose_raw_sql: bool
    slow_query_seconds: float | None
    observers: Sequence[Observer]
    trace_comments: Callable[[], Mapping[str, str]] | None
    require_where: bool
    strict_sql: bool
    strict_datetimes: bool
    configure: Callable[[Any], None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseOptions:
    """What ``Database.open`` takes beside the address. Times are in seconds.

    Attributes:
        max_connections: how many connections there are at most; 0 means 8.
        min_connections: how many ``connect()`` opens and idleness leaves open.
        acquire_timeout: how long to wait for a connection when all are in use; 0 does not wait.
        max_waiting: how many may wait at once; None for any number.
        max_idle: a connection that nobody used for so long is closed, down to ``min_connections``.
        max_lifetime: a connection older than this, give or take a tenth, is replaced before its next use.
        check_after: a connection that was idle for so long is asked whether it still works before its next use.
        leak_after: log where a connection was acquired that is kept for longer; None does not watch.
        drain_timeout: how long ``close()`` waits for connections in use before it closes them too.
        busy_timeout: SQLite: how long to wait for another process, or another part of this one, that writes.
        connect_timeout: PostgreSQL: how long a connect may take.
        statement_timeout: PostgreSQL: how long a statement may take; None for any time.
        lock_timeout: PostgreSQL: how long a statement waits for a lock; None for any time.
        idle_in_transaction_timeout: PostgreSQL: how long a transaction may do nothing; None for any time.
        pooler: ``transaction`` when a pooler such as PgBouncer gives a server connection for a transaction only:
            nothing is prepared and no state is kept on the session.
        prepared_statement_reuse: ``auto`` prepares builder statements that have parameters, ``always`` all builder
            statements, ``disabled`` none. Plain SQL is prepared when a call says ``prepare=True``.
        prepared_statement_cache_limit: how many statements a connection keeps prepared; further ones run directly.
            0 for none, None for any number.
        builder_compilation_cache_limit: how many statements are kept compiled, least recently used leaving first.
            0 for none, None for any number.
        query_diagnostics_listener: is called with every event.
        emit_diagnostics_events_to_stderr: write every event as a line of JSON.
        include_sql_in_diagnostics_events: put the text of the statement into events.
        diagnose_raw_sql: have events for plain SQL too.
        slow_query_seconds: log statements that took longer; None does not watch.
        observers: each is called with an ``Observation`` of every statement that ended, plain SQL included.
        trace_comments: PostgreSQL: what it returns, such as ``{"route": "/orders"}``, is sent as a comment behind each
            statement, in the format of sqlcommenter. Prepared statements are sent without, since their text is shared.
        require_where: refuse built UPDATE and DELETE statements without WHERE that do not say ``all_rows()``.
        strict_sql: run no plain text: only built statements, ``tsql()`` and scripts.
        strict_datetimes: refuse a ``datetime`` without a time zone as a parameter.
        configure: called once with each new connection of the driver, to register types and functions.

    Raises:
        InvalidArgumentError: code ``invalid_option``.
    """

    max_connections: int = 8
    min_connections: int = 0
    acquire_timeout: float = 5.0
    max_waiting: int | None = None
    max_idle: float = 600.0
    max_lifetime: float = 3600.0
    check_after: float = 30.0
    leak_after: float | None = None
    drain_timeout: float = 5.0
    busy_timeout: float = 5.0
    connect_timeout: float = 10.0
    statement_timeout: float | None = None
    lock_timeout: float | None = None
    idle_in_transaction_timeout: float | None = None
    pooler: Literal["session", "transaction"] = "session"
    prepared_statement_reuse: Reuse = "auto"
    prepared_statement_cache_limit: int | None = 128
    builder_compilation_cache_limit: int | None = 128
    query_diagnostics_listener: Listener | None = None
    emit_diagnostics_events_to_stderr: bool = False
    include_sql_in_diagnostics_events: bool = False
    diagnose_raw_sql: bool = False
    slow_query_seconds: float | None = None
    observers: Sequence[Observer] = ()
    trace_comments: Callable[[], Mapping[str, str]] | None = None
    require_where: bool = False
    strict_sql: bool = False
    strict_datetimes: bool = False
    configure: Callable[[Any], None] | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if type(value) in (int, float) and value < 0:
                raise _invalid(name, value, "is 0 or more")
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise _invalid(name, getattr(self, name), f"is one of {', '.join(known)}")
        if self.max_connections == 0:
            object.__setattr__(self, "max_connections", 8)
        if self.min_connections > self.max_connections:
            raise _invalid("min_connections", self.min_connections, f"is at most {self.max_connections}")


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "pooler": ("session", "transaction"),
    "prepared_statement_reuse": ("disabled", "auto", "always"),
}


def _invalid(name: str, value: object, rule: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{name} {rule}, not {value!r}", code="invalid_option", details={"option": name, "value": value}
    )

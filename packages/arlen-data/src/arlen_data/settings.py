"""What an application configures about its databases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The ``[database]`` table of an application's configuration, and each ``[databases.<target>]``."""

    connection_string: str | None = field(
        default=None,
        metadata={
            "env": ("ARLEN_DATABASE_URL", "DATABASE_URL"),
            "doc": "path or URL of the database; by default sqlite:///db/<environment>.sqlite3",
        },
    )
    adapter: Literal["sqlite", "postgresql"] | None = field(
        default=None,
        metadata={
            "env": "ARLEN_DB_ADAPTER",
            "doc": "kind of database that the address must be of; by default any",
        },
    )
    pool_size: int = field(
        default=8,
        metadata={
            "env": "ARLEN_DB_POOL_SIZE",
            "minimum": 1,
            "doc": "connections that one worker opens at most",
        },
    )
    require_where: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_DB_REQUIRE_WHERE",
            "doc": "refuse built UPDATE and DELETE statements without WHERE that do not say all_rows()",
        },
    )
    busy_timeout_ms: int = field(
        default=5000,
        metadata={
            "env": "ARLEN_DB_BUSY_TIMEOUT_MS",
            "minimum": 0,
            "doc": "milliseconds that a statement waits for another writer",
        },
    )
    slow_query_ms: int = field(
        default=0,
        metadata={
            "env": "ARLEN_DB_SLOW_QUERY_MS",
            "minimum": 0,
            "doc": "log statements that take at least so many milliseconds; 0 for none",
        },
    )
    repeated_statement_limit: int = field(
        default=0,
        metadata={
            "env": "ARLEN_DB_REPEATED_STATEMENT_LIMIT",
            "minimum": 0,
            "doc": "warn when one request runs one statement more often; 0 for never; in development 20",
        },
    )

"""What an application configures about its database."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The ``[database]`` table of an application's configuration."""

    connection_string: str | None = field(
        default=None,
        metadata={
            "env": ("ARLEN_DATABASE_URL", "DATABASE_URL"),
            "doc": "path or URL of the database; by default sqlite:///db/<environment>.sqlite3",
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

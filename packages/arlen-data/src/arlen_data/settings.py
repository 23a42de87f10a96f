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
    busy_timeout_ms: int = field(
        default=5000,
        metadata={
            "env": "ARLEN_DB_BUSY_TIMEOUT_MS",
            "minimum": 0,
            "doc": "milliseconds that a statement waits for another writer",
        },
    )

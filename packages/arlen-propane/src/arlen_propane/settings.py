"""The propane accessories: every setting of the production manager."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PropaneAccessories:
    """``[propane_accessories]``"""

    worker_count: int = field(
        default=4,
        metadata={
            "env": ("ARLEN_PROPANE_WORKERS", "WEB_CONCURRENCY"),
            "minimum": 1,
            "doc": "Worker processes that serve HTTP.",
        },
    )
    graceful_shutdown_seconds: int = field(
        default=10,
        metadata={
            "env": "ARLEN_PROPANE_GRACEFUL_SHUTDOWN_SECONDS",
            "minimum": 1,
            "doc": "Seconds that a worker gets to finish its requests; then it is killed.",
        },
    )
    respawn_delay_ms: int = field(
        default=250,
        metadata={
            "env": "ARLEN_PROPANE_RESPAWN_DELAY_MS",
            "minimum": 0,
            "doc": "Milliseconds from the end of a worker to its replacement.",
        },
    )
    boot_attempts: int = field(
        default=3,
        metadata={
            "env": "ARLEN_PROPANE_BOOT_ATTEMPTS",
            "minimum": 1,
            "doc": "Workers that may fail to start in a row, with no other one serving, before the manager gives up.",
        },
    )

"""``[rate_limit]``"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RateLimitSettings:
    """``[rate_limit]``"""

    enabled: bool = field(
        default=False,
        metadata={"env": "ARLEN_RATE_LIMIT_ENABLED", "doc": "hold every route to a rate that names none of its own"},
    )
    requests: int = field(
        default=120,
        metadata={"env": "ARLEN_RATE_LIMIT_REQUESTS", "minimum": 1, "doc": "requests of one client in a window"},
    )
    window_seconds: int = field(
        default=60, metadata={"env": "ARLEN_RATE_LIMIT_WINDOW_SECONDS", "minimum": 1, "doc": "length of a window"}
    )
    strategy: str = field(
        default="fixed_window",
        metadata={
            "env": "ARLEN_RATE_LIMIT_STRATEGY",
            "choices": ("fixed_window", "moving_window"),
            "doc": "fixed_window, or moving_window, which looks back from every request",
        },
    )
    storage: str = field(
        default="",
        metadata={
            "env": "ARLEN_RATE_LIMIT_STORAGE",
            "doc": "where counts are kept, such as redis://localhost:6379/0; not set: in each process",
        },
    )
    storage_prefix: str = field(
        default="arlen", metadata={"doc": "begins the name of every key there; for applications that share a storage"}
    )
    when_storage_fails: str = field(
        default="allow",
        metadata={
            "env": "ARLEN_RATE_LIMIT_WHEN_STORAGE_FAILS",
            "choices": ("allow", "refuse"),
            "doc": "allow what cannot be counted, or refuse it with 503",
        },
    )
    exempt: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_RATE_LIMIT_EXEMPT",
            "doc": "addresses and networks that are never counted, such as 10.0.0.0/8",
        },
    )

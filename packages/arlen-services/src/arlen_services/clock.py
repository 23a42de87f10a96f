"""Time, as every service is given it: a clock to read and a way to wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""The present moment, aware and in UTC."""

Sleep: TypeAlias = Callable[[float], Awaitable[None]]
"""Wait for so many seconds."""


def system_clock() -> datetime:
    """The present moment by the clock of this machine."""
    return datetime.now(UTC)


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: ``moment`` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give it one, such as datetime.UTC")
    return moment.astimezone(UTC)

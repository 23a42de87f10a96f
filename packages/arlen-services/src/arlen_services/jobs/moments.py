"""Moments as whole microseconds since the Unix epoch, which stores keep exactly and compare fast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from arlen_services.clock import as_utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Raises ValueError: the moment has no time zone."""
    return (as_utc(moment) - EPOCH) // MICROSECOND


def from_microseconds(microseconds: float) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def duration(seconds: float) -> int:
    """Seconds in whole microseconds."""
    return round(seconds * 1_000_000)

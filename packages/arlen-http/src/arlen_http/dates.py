"""Moments in the one format that HTTP writes (RFC 9110 section 5.6.7)."""

from __future__ import annotations

import time

__all__ = ["http_date", "parse_http_date"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def http_date(timestamp: float) -> str:
    """The date of a POSIX timestamp (seconds), e.g. ``Sun, 06 Nov 1994 08:49:37 GMT``; independent of the locale."""
    year, month, day, hour, minute, second, weekday = time.gmtime(timestamp)[:7]
    return f"{_DAYS[weekday]}, {day:02d} {_MONTHS[month - 1]} {year:04d} {hour:02d}:{minute:02d}:{second:02d} GMT"


def parse_http_date(text: str) -> int | None:
    """The POSIX timestamp of a date in any of the three formats that RFC 9110 knows, ``None`` for anything else."""
    from email.utils import mktime_tz, parsedate_tz

    parts = parsedate_tz(text)
    if parts is None:
        return None
    try:
        return int(mktime_tz(parts))
    except (OverflowError, ValueError):
        return None

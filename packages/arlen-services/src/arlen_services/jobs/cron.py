"""Cron expressions, read by cronsim."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from arlen_services.errors import JobError, MissingDependencyError

try:
    from cronsim import CronSim, CronSimError
except ImportError as error:
    raise MissingDependencyError("a cron schedule", extra="cron") from error

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class Cron:
    """The moments of a cron expression of five fields, by the wall clock of a time zone.

    When the clock is put forward, a fixed time that does not exist comes once, right after the gap; when it is put
    back, one that exists twice comes once. Fields with a wildcard follow the time that really passes.

    Raises:
        JobError: codes ``invalid_cron`` and ``invalid_timezone``.
    """

    __slots__ = ("_expression", "_zone", "text")

    def __init__(self, expression: str, timezone: str = "UTC") -> None:
        self._expression = ALIASES.get(expression.strip().lower(), expression.strip())
        self._zone = _zone(timezone)
        self.text = f"{expression.strip()} {timezone}"
        if len(self._expression.split()) != 5:
            raise _invalid(expression, "it needs five fields: minute, hour, day, month, weekday")
        try:
            CronSim(self._expression, datetime(2026, 1, 1, tzinfo=self._zone))
        except CronSimError as error:
            raise _invalid(expression, str(error)) from error

    def next_after(self, moment: datetime) -> datetime | None:
        """The first moment after this one, in UTC; None: there is none in the next decades."""
        following = next(CronSim(self._expression, moment.astimezone(self._zone)), None)
        return None if following is None else following.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise JobError(
            f"there is no time zone {name!r}; give a name such as Europe/Berlin (Windows: install tzdata)",
            code="invalid_timezone",
            details={"timezone": name},
            permanent=True,
        ) from error


def _invalid(expression: str, reason: str) -> JobError:
    return JobError(
        f"{expression!r} is not a cron expression: {reason}",
        code="invalid_cron",
        details={"expression": expression},
        permanent=True,
    )

"""Is it started, is it stopping, and what do the application's own checks say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from arlen_mvc.callables import awaits

_logger = logging.getLogger("arlen")

CHECKED_FOR_SECONDS = 1.0
"""How long the result of a check is reused."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """``function()`` is asked whether its subject works: ``False`` or an exception means no; a dict adds details."""

    name: str
    function: Callable[[], Any]
    critical: bool = True
    timeout: float = 2.0


class Health:
    """The state of one application and the checks that it registered."""

    __slots__ = ("_checks", "_clock", "_created", "_results", "ready_since", "started", "started_at", "stopping")

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._created = clock()
        self._checks: dict[str, HealthCheck] = {}
        self._results: dict[str, tuple[float, dict[str, Any]]] = {}
        self.ready_since: float | None = None
        self.started_at: datetime | None = None
        self.started = False
        self.stopping = False

    def add(self, check: HealthCheck) -> None:
        self._checks[check.name] = check

    @property
    def has_checks(self) -> bool:
        return bool(self._checks)

    def mark_started(self) -> None:
        self.started, self.stopping, self.ready_since = True, False, self._clock()
        self.started_at = datetime.now(UTC)

    def mark_stopping(self) -> None:
        self.stopping = True

    def mark_stopped(self) -> None:
        self.started, self.ready_since, self.started_at = False, None, None

    @property
    def uptime_seconds(self) -> int:
        """Whole seconds since the start, else since construction."""
        return int(self._clock() - (self._created if self.ready_since is None else self.ready_since))

    async def check_all(self) -> dict[str, dict[str, Any]]:
        """The result of every check by name; a result is reused for a second."""
        results = await asyncio.gather(*(self._result(check) for check in self._checks.values()))
        return dict(zip(self._checks, results, strict=True))

    async def _result(self, check: HealthCheck) -> dict[str, Any]:
        known = self._results.get(check.name)
        if known is not None and self._clock() - known[0] < CHECKED_FOR_SECONDS:
            return known[1]
        result = {**await _ask(check), "critical": check.critical}
        self._results[check.name] = (self._clock(), result)
        return result


async def _ask(check: HealthCheck) -> dict[str, Any]:
    try:
        async with asyncio.timeout(check.timeout):
            verdict = await check.function() if awaits(check.function) else await asyncio.to_thread(check.function)
    except TimeoutError:
        return {"ok": False, "error": f"no answer within {check.timeout:g} s"}
    except Exception as error:
        _logger.warning("health check failed", exc_info=True, extra={"fields": {"check": check.name}})
        return {"ok": False, "error": type(error).__name__}
    if isinstance(verdict, dict):
        return {"ok": True, **verdict}
    return {"ok": verdict is not False}

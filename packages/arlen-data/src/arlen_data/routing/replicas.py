"""The targets that serve reads: each has its share, and those that cannot be reached have none."""

from __future__ import annotations

import logging
from collections.abc import Mapping

logger = logging.getLogger("arlen_data")

_GOLDEN = 0.6180339887498949
"""The multiples of this, modulo 1, fill the interval from 0 to 1 evenly from the first one on."""


class Health:
    """What is known of one replica.

    Attributes:
        failures: failed connections since the last answer.
        probe_at: when it may be tried again, while it is ejected.
    """

    __slots__ = ("failures", "probe_at")

    def __init__(self) -> None:
        self.failures = 0
        self.probe_at: float | None = None


class Replicas:
    """Chooses a replica for each read, by weight."""

    __slots__ = ("_health", "_turn", "_weights")

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = dict(weights)
        self._health = {name: Health() for name in weights}
        self._turn = 0

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._weights)

    def ejected(self) -> frozenset[str]:
        """Those that get no reads at the moment."""
        return frozenset(name for name, health in self._health.items() if health.probe_at is not None)

    def candidate(self, now: float) -> str | None:
        """The replica for the next read; the same until ``take`` is called. None when none can be reached."""
        due = [name for name, health in self._health.items() if health.probe_at is not None and health.probe_at <= now]
        if due:
            return due[0]
        sound = {name: weight for name, weight in self._weights.items() if self._health[name].probe_at is None}
        point = self._turn * _GOLDEN % 1 * sum(sound.values())
        for name, weight in sound.items():
            point -= weight
            if point < 0:
                return name
        return next(reversed(sound), None)

    def take(self, target: str, now: float, probe_after: float) -> None:
        """A read goes to ``target`` now. If it is ejected, this read is the probe, and the next one comes later."""
        self._turn += 1
        health = self._health.get(target)
        if health is not None and health.probe_at is not None:
            health.probe_at = now + probe_after

    def answered(self, target: str) -> None:
        """``target`` did what it was asked for."""
        health = self._health.get(target)
        if health is None or not health.failures:
            return
        if health.probe_at is not None:
            logger.info("the database target %s works again and gets its reads back", target)
        health.failures = 0
        health.probe_at = None

    def failed(self, target: str, now: float, eject_after: int, probe_after: float) -> None:
        """``target`` could not be reached."""
        health = self._health.get(target)
        if health is None:
            return
        health.failures += 1
        if health.failures < eject_after:
            return
        if health.probe_at is None:
            logger.warning(
                "the database target %s gets no reads: %d connections failed in a row", target, health.failures
            )
        health.probe_at = now + probe_after

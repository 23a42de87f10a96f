"""How many jobs a worker takes at a time, and from which queue first."""

from __future__ import annotations

from collections.abc import Mapping

LARGEST_BATCH = 100
WORK_AHEAD = 1.0
"""Seconds of work that may wait in one worker while others are idle; never more than a tenth of a lease."""
SMOOTHING = 0.1


class Pace:
    """The mean duration of jobs, and the number of them that may wait in the worker."""

    __slots__ = ("_ahead", "_concurrency", "mean")

    def __init__(self, concurrency: int, lease_seconds: float) -> None:
        self._concurrency = concurrency
        self._ahead = min(WORK_AHEAD, lease_seconds / 10)
        self.mean: float | None = None

    def took(self, seconds: float) -> None:
        self.mean = seconds if self.mean is None else self.mean + SMOOTHING * (seconds - self.mean)

    @property
    def batch(self) -> int:
        """Jobs that may wait beside those that run: 0 until a duration is known."""
        if self.mean is None:
            return 0
        return min(LARGEST_BATCH, int(self._concurrency * self._ahead / max(self.mean, 1e-6)))


class Rotation:
    """Queues by weight: each comes first as often as its weight says, spread evenly, and the others follow by weight.

    >>> rotation = Rotation({"high": 2, "low": 1})
    >>> [rotation.turn()[0] for _ in range(6)]
    ['high', 'low', 'high', 'high', 'low', 'high']
    """

    __slots__ = ("_credit", "_weights")

    def __init__(self, weights: Mapping[str, int]) -> None:
        self._weights = {queue: max(1, weight) for queue, weight in weights.items()}
        self._credit = dict.fromkeys(self._weights, 0)

    @property
    def queues(self) -> list[str]:
        return list(self._weights)

    def turn(self) -> list[str]:
        """The order for the next claim."""
        for queue, weight in self._weights.items():
            self._credit[queue] += weight
        first = max(self._weights, key=lambda queue: self._credit[queue])
        self._credit[first] -= sum(self._weights.values())
        others = sorted((queue for queue in self._weights if queue != first), key=lambda queue: -self._weights[queue])
        return [first, *others]

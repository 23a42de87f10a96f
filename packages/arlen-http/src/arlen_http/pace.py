"""How fast a body has to arrive."""

from __future__ import annotations

from math import inf

from .limits import Timeouts

__all__ = ["BodyPace"]

# Seconds before the rate of a body counts.
_GRACE_SECONDS = 10


class BodyPace:
    """Until when more of one body has to have arrived: within its idle time, and at its least rate.

    Only the time in which the server reads counts; after a pause of its own the measure begins anew.
    """

    __slots__ = ("_bytes", "_idle", "_rate", "_since")

    def __init__(self, timeouts: Timeouts) -> None:
        self._idle = timeouts.request_body_idle
        self._rate = timeouts.min_body_rate
        self.stop()

    def stop(self) -> None:
        """The server reads no more, for now or for this body."""
        self._since = inf
        self._bytes = 0

    def received(self, count: int) -> None:
        """So many bytes have arrived."""
        self._bytes += count

    def deadline(self, now: float) -> float:
        """When the body is too slow unless more arrives; the server reads from now on."""
        self._since = min(self._since, now)
        if not self._rate:
            return now + self._idle
        return min(now + self._idle, self._since + _GRACE_SECONDS + self._bytes / self._rate)

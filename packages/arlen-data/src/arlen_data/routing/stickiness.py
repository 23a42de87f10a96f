"""Who wrote lately: scopes whose reads must not miss their own writes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

GLOBAL_SCOPE = "__global__"
"""The scope of calls that name none."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The last write of a scope.

    Attributes:
        at: when it happened.
        position: how far a replica must have come to know it; None when that is not known.
    """

    at: float
    position: int | None


class Scopes:
    """The last write of each scope, safe for threads. Forgets what is over, and what is too much."""

    __slots__ = ("_mutex", "_stamps")

    def __init__(self) -> None:
        self._stamps: OrderedDict[str, Stamp] = OrderedDict()
        self._mutex = Lock()

    def __len__(self) -> int:
        return len(self._stamps)

    def fresh(self, scope: str, now: float, window: float) -> Stamp | None:
        """The last write of the scope if it happened within ``window`` seconds, the bound included."""
        stamp = self._stamps.get(scope)
        return stamp if stamp is not None and window > 0 and now - stamp.at <= window else None

    def stamp(self, scope: str, stamp: Stamp, window: float, limit: int) -> None:
        """The scope wrote."""
        with self._mutex:
            self._stamps[scope] = stamp
            self._stamps.move_to_end(scope)
            oldest = next(iter(self._stamps))
            while len(self._stamps) > limit or stamp.at - self._stamps[oldest].at > window:
                del self._stamps[oldest]
                oldest = next(iter(self._stamps))

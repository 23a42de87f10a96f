"""What a pool notes on each of its connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf


@dataclass(slots=True)
class Lease:
    """Moments of the monotonic clock.

    Attributes:
        expires_at: when the connection is too old to be used again.
        idle_since: when it was released.
        good_until: when it must be looked at before its next use.
        taken_at: when it was acquired; ``stack``: where, when leaks are watched for.
    """

    expires_at: float = inf
    idle_since: float = 0.0
    good_until: float = inf
    taken_at: float = 0.0
    stack: list[str] = field(default_factory=list)

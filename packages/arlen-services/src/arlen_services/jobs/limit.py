"""A bound on jobs that share a key, kept by the queue for all workers together."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many jobs with this key at once, and at most so many starts in a time.

    A job over its limit stays in the queue and spends no attempt.

    Attributes:
        key: what shares the bound, such as ``"tenant:42"``.
        running: jobs leased at once; 0: any number.
        starts: leases in ``per`` seconds (a window that begins with its first start); 0: any number.
        per: seconds.
    """

    key: str
    running: int = 0
    starts: int = 0
    per: float = 1.0

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

"""Reading the clock where a request passes from one part to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from time import perf_counter_ns

CALIBRATIONS = 2000
BATCH = 32


class Trace:
    """The instants at which one request was seen, in order; calling it notes one more."""

    __slots__ = ("instants",)

    def __init__(self) -> None:
        self.instants: list[int] = []

    def __call__(self) -> None:
        self.instants.append(perf_counter_ns())

    def stages(self, labels: Sequence[str]) -> list[int]:
        """Nanoseconds between one instant and the next. Raises LookupError when there is not one for each label."""
        if len(self.instants) != len(labels) + 1:
            raise LookupError(
                f"the request was seen {len(self.instants)} times, and {len(labels)} stages need one more"
            )
        return [later - earlier for earlier, later in pairwise(self.instants)]


def unseen() -> None:
    """In place of a trace where nothing is noted."""


def overhead_ns() -> float:
    """What one note adds to the stage that it ends."""
    trace = Trace()

    def note() -> None:
        trace()

    def forget() -> None:
        trace.instants.clear()

    return fastest(note, between=forget)


def fastest(work: Callable[[], object], between: Callable[[], object] = unseen) -> float:
    """Nanoseconds of one call, from the fastest of many batches; ``between`` runs after each, untimed."""
    best = float("inf")
    for _ in range(CALIBRATIONS):
        started = perf_counter_ns()
        for _ in range(BATCH):
            work()
        best = min(best, (perf_counter_ns() - started) / BATCH)
        between()
    return best


def least(batches: Sequence[Sequence[float]]) -> Sequence[float]:
    """The batch that took the least time altogether: its stages belong together."""
    return min(batches, key=sum)

"""Where the time of one request went, in milliseconds by stage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Timings:
    """Stage durations of one request that began at ``started`` (``perf_counter``); exists only where somebody wants
    to know them: ``performance_logging`` is on, or traces are exported."""

    __slots__ = ("_started", "stages")

    def __init__(self, started: float) -> None:
        self.stages: dict[str, float] = {}
        self._started = started

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside the ``with`` block to this stage."""
        entered = perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + (perf_counter() - entered) * 1000

    @property
    def total(self) -> float:
        """Milliseconds since the request reached the application."""
        return (perf_counter() - self._started) * 1000

"""Waiting jobs of one queue in the order in which they are given out."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from datetime import datetime
from typing import TypeAlias

from .envelope import JobEnvelope

Place: TypeAlias = tuple[int, datetime, int, str]
"""Priority, moment, sequence, id: smaller ones come first."""


def place(envelope: JobEnvelope) -> Place:
    return (envelope.priority, envelope.not_before, envelope.sequence, envelope.job_id)


class Line:
    """Places, due and later. A job that left or moved leaves its place behind; whoever takes it must look."""

    __slots__ = ("_due", "_later")

    def __init__(self) -> None:
        self._due: list[Place] = []
        self._later: list[tuple[datetime, Place]] = []

    def add(self, envelope: JobEnvelope) -> None:
        heapq.heappush(self._later, (envelope.not_before, place(envelope)))

    def back(self, taken: Place, moment: datetime) -> None:
        """Return a place that was taken, not to be looked at before a moment."""
        heapq.heappush(self._later, (moment, taken))

    def take(self, at: datetime) -> Generator[Place, None, None]:
        """The places that are due at a moment, first ones first; each is gone once it was given."""
        while self._later and self._later[0][0] <= at:
            heapq.heappush(self._due, heapq.heappop(self._later)[1])
        early = []
        try:
            while self._due:
                first = heapq.heappop(self._due)
                if first[1] > at:
                    early.append(first)
                else:
                    yield first
        finally:
            for other in early:
                heapq.heappush(self._later, (other[1], other))

    def next_due(self) -> datetime | None:
        """A moment before which nothing becomes due, unless it is added."""
        if self._due:
            return self._due[0][1]
        return self._later[0][0] if self._later else None

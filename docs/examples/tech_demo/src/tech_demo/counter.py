"""A number that every window sees."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counter:
    count: int = 0
    watchers: int = 0

    def snapshot(self) -> dict[str, int]:
        return {"count": self.count, "watchers": self.watchers}

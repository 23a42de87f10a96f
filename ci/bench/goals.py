"""When a figure is good enough."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AtLeast:
    least: float

    def met_by(self, value: float) -> bool:
        return value >= self.least

    def __str__(self) -> str:
        return f">= {self.least:g}"


@dataclass(frozen=True, slots=True)
class AtMost:
    most: float

    def met_by(self, value: float) -> bool:
        return value <= self.most

    def __str__(self) -> str:
        return f"<= {self.most:g}"


Goal = AtLeast | AtMost

"""What a suite is to the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ci.bench.cpu import Cores
from ci.bench.load import Generator
from ci.bench.report import Report
from ci.bench.rounds import Effort


@dataclass(frozen=True, slots=True)
class Options:
    """How to measure; an empty ``subjects`` means all."""

    effort: Effort
    cores: Cores
    generator: Generator
    subjects: Sequence[str] = ()


class Suite(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def subjects(self) -> Sequence[str]:
        """The names that may be chosen."""

    def run(self, options: Options, say: Callable[[str], None]) -> Report:
        """Measure; ``say`` hears about progress."""

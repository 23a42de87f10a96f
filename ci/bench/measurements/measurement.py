"""What a measurement is to a suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ci.bench.catalogue import Subject
from ci.bench.cpu import Cores
from ci.bench.figures import Measured
from ci.bench.load import Generator
from ci.bench.plot import Panel
from ci.bench.rounds import Effort

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How to measure; an empty ``subjects`` means all."""

    effort: Effort
    cores: Cores
    generator: Generator
    subjects: Sequence[str] = ()

    def chosen(self, catalogue: Sequence[Subject]) -> list[Subject]:
        return [subject for subject in catalogue if not self.subjects or subject.name in self.subjects]


@dataclass(frozen=True, slots=True)
class Section:
    """What a measurement adds to the report of its suite.

    ``missing`` has the reason by the name of what could not be measured; ``details`` are written, not printed.
    """

    figures: Sequence[Measured] = ()
    tables: Sequence[str] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    panels: Sequence[Panel] = ()
    details: Mapping[str, object] = field(default_factory=dict)


class Measurement(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def subjects(self) -> Sequence[str]:
        """The names that may be chosen."""

    def run(self, options: Options, say: Say) -> Section:
        """Measure; ``say`` hears about progress."""


def names(catalogue: Sequence[Subject]) -> list[str]:
    return [subject.name for subject in catalogue]

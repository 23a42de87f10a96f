"""What a worker counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one bounded run did.

    Attributes:
        retried_count: retries, those that dead-lettered included.
        handler_error_count: handlers that raised.
        reached_run_limit: as many jobs were leased as the run allowed.
    """

    leased_count: int = 0
    acknowledged_count: int = 0
    retried_count: int = 0
    handler_error_count: int = 0
    reached_run_limit: bool = False

    def __add__(self, other: RunSummary) -> RunSummary:
        return RunSummary(
            self.leased_count + other.leased_count,
            self.acknowledged_count + other.acknowledged_count,
            self.retried_count + other.retried_count,
            self.handler_error_count + other.handler_error_count,
            other.reached_run_limit,
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class WorkerStatistics:
    """Counts since the worker began; names are task names.

    Attributes:
        outcomes: by name and `Outcome`.
        discarded: jobs that a handler or a policy put straight to the dead letters.
        seconds: spent in handlers, by name.
        waited: seconds between the moment from which a job was due and its start, by name.
        claims: claims that were made; ``leased`` jobs came of them.
    """

    leased: int = 0
    claims: int = 0
    running: int = 0
    waiting: int = 0
    discarded: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    waited: Counter[str] = field(default_factory=Counter)

    @property
    def settled(self) -> int:
        return sum(self.outcomes.values())

    def to_dict(self) -> dict[str, Any]:
        """The counts as a JSON object; outcomes are nested, by name and then outcome."""
        nested: dict[str, dict[str, int]] = {}
        for (name, outcome), count in sorted(self.outcomes.items()):
            nested.setdefault(name, {})[outcome] = count
        return {
            "leased": self.leased,
            "claims": self.claims,
            "running": self.running,
            "waiting": self.waiting,
            "discarded": self.discarded,
            "errors": dict(self.errors),
            "outcomes": nested,
            "seconds": dict(self.seconds),
            "waited": dict(self.waited),
        }

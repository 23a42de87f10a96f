"""From raw rounds to medians, and from medians to the ratios that are claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from .goals import Goal
from .rounds import Sample


@dataclass(frozen=True, slots=True)
class Cell:
    """One subject in one scenario: medians over the clean rounds.

    ``rounds`` counts the samples behind the medians. When no round was clean, all of them are taken and ``disturbed``
    says so. Rates are requests per second, times per request microseconds.
    """

    subject: str
    scenario: str
    rounds: int
    disturbed: bool
    rate: float
    slowest: float
    fastest: float
    p50_ms: float
    p99_ms: float
    rate_per_cpu: float
    user_us: float
    kernel_us: float
    generator_share: float

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Cell:
        clean = [sample for sample in samples if sample.clean]
        taken = clean or samples
        rates = [sample.load.rate for sample in taken]
        return cls(
            subject=taken[0].subject,
            scenario=taken[0].scenario,
            rounds=len(taken),
            disturbed=not clean,
            rate=median(rates),
            slowest=min(rates),
            fastest=max(rates),
            p50_ms=median(sample.load.p50_ms for sample in taken),
            p99_ms=median(sample.load.p99_ms for sample in taken),
            rate_per_cpu=median(per_cpu_second(sample) for sample in taken),
            user_us=median(sample.server.user / sample.load.requests for sample in taken) * 1e6,
            kernel_us=median(sample.server.kernel / sample.load.requests for sample in taken) * 1e6,
            generator_share=median(sample.load.cpu.total / sample.load.seconds for sample in taken),
        )

    @property
    def generator_bound(self) -> bool:
        """The generator had no time left, so the server may be faster than ``rate``."""
        return self.generator_share > 0.9


def per_cpu_second(sample: Sample) -> float:
    """Requests per second of the server's processor time, the figure that a busy machine disturbs least."""
    return sample.load.requests / max(sample.server.total, 0.01)


Cells = Mapping[tuple[str, str], Cell]
Metric = Callable[[Cell], float]


def cells(samples: Iterable[Sample]) -> dict[tuple[str, str], Cell]:
    """A cell for each subject and scenario, in the order of the first round."""
    grouped: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        grouped.setdefault((sample.subject, sample.scenario), []).append(sample)
    return {place: Cell.of(group) for place, group in grouped.items()}


def rate(cell: Cell) -> float:
    return cell.rate


def rate_per_cpu(cell: Cell) -> float:
    return cell.rate_per_cpu


def user_us(cell: Cell) -> float:
    return cell.user_us


def p99(cell: Cell) -> float:
    return cell.p99_ms


@dataclass(frozen=True, slots=True)
class Figure:
    """``key`` is ``metric`` of ``of`` over the largest among ``against``, both in ``scenario``.

    Against nobody it is the metric itself.
    """

    key: str
    scenario: str
    of: str
    against: tuple[str, ...]
    metric: Metric = rate
    goal: Goal | None = None

    def ratio(self, found: Cells, metric: Metric) -> float | None:
        """The ratio by ``metric``, or None when one side was not measured."""
        own, others = self.sides(found)
        if own and not self.against:
            return metric(own[0])
        if not own or not others:
            return None
        return metric(own[0]) / max(map(metric, others))

    def disturbed(self, found: Cells) -> bool:
        """Whether a cell behind the ratio had no clean round."""
        own, others = self.sides(found)
        return any(cell.disturbed for cell in (*own, *others))

    def sides(self, found: Cells) -> tuple[list[Cell], list[Cell]]:
        """What was measured of the one and of the others."""

        def present(*names: str) -> list[Cell]:
            return [found[name, self.scenario] for name in names if (name, self.scenario) in found]

        return present(self.of), present(*self.against)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure's value, and what tells how far to trust it.

    ``per_cpu`` is the ratio by requests per server-CPU-second; ``lowest`` and ``highest`` are the values of single
    rounds; ``disturbed`` says that a side had no clean round.
    """

    key: str
    value: float
    goal: Goal | None = None
    per_cpu: float | None = None
    lowest: float | None = None
    highest: float | None = None
    disturbed: bool = False

    @classmethod
    def median(cls, key: str, values: Sequence[float], goal: Goal | None = None) -> Measured:
        """What was measured once in each round."""
        return cls(key, median(values), goal, lowest=min(values), highest=max(values))


def evaluate(figures: Sequence[Figure], samples: Sequence[Sample]) -> list[Measured]:
    """Each figure of which both sides were measured."""
    found = cells(samples)
    values, per_cpu, ranges = ratios(figures, found), ratios_per_cpu(figures, found), spread(figures, samples)
    measured = []
    for figure in figures:
        if (value := values.get(figure.key)) is not None:
            lowest, highest = ranges.get(figure.key, (None, None))
            disturbed = figure.disturbed(found)
            measured.append(
                Measured(figure.key, value, figure.goal, per_cpu.get(figure.key), lowest, highest, disturbed)
            )
    return measured


def ratios(figures: Iterable[Figure], found: Cells) -> dict[str, float]:
    """Each figure that could be computed, by its own metric."""
    computed = ((figure.key, figure.ratio(found, figure.metric)) for figure in figures)
    return {key: value for key, value in computed if value is not None}


def ratios_per_cpu(figures: Iterable[Figure], found: Cells) -> dict[str, float]:
    """The throughput figures again, by requests per server-CPU-second."""
    computed = ((figure.key, figure.ratio(found, rate_per_cpu)) for figure in figures if figure.metric is rate)
    return {key: value for key, value in computed if value is not None}


def spread(figures: Sequence[Figure], samples: Sequence[Sample]) -> dict[str, tuple[float, float]]:
    """Each figure's smallest and largest value when every round is taken by itself."""
    seen: dict[str, list[float]] = {}
    for round in sorted({sample.round for sample in samples}):
        of_round = cells(sample for sample in samples if sample.round == round)
        for key, value in ratios(figures, of_round).items():
            seen.setdefault(key, []).append(value)
    return {key: (min(values), max(values)) for key, values in seen.items()}

"""Whether memory stays where it is while a large body goes to the disk."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from ci.bench.catalogue import Subject
from ci.bench.companions import outcome
from ci.bench.figures import Measured
from ci.bench.goals import Goal
from ci.bench.load import LoadError
from ci.bench.memory import peak_bytes, reset_peak, resident_bytes
from ci.bench.report import table
from ci.bench.rounds import in_rounds
from ci.bench.server import Server, running

from .measurement import Options, Say, Section, names

MIB = 1 << 20
FRAMINGS = ("content-length", "chunked")


@dataclass(slots=True)
class Uploads:
    """Memory growth in MiB and speed in MiB per second, round by round."""

    growths: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UploadGrowth:
    """The most by which the resident memory of ``of`` grows while ``size`` MiB are sent to it, in either framing."""

    name: str
    key: str
    of: Subject
    peers: Sequence[Subject]
    goal: Goal
    size: int = 1024

    @property
    def subjects(self) -> Sequence[str]:
        return names([self.of, *self.peers])

    def run(self, options: Options, say: Say) -> Section:
        seen: dict[tuple[str, str], Uploads] = {}

        def once(subject: Subject, round: int) -> None:
            with running(subject, options.cores.server) as server:
                upload(server, options.cores.load, FRAMINGS[0], 1)
                for framing in FRAMINGS:
                    self.measure(
                        server, options.cores.load, framing, seen.setdefault((subject.name, framing), Uploads())
                    )

        chosen = options.chosen([self.of, *self.peers])
        missing = in_rounds(options.effort.rounds, chosen, once, say)
        own = [seen[self.of.name, framing].growths for framing in FRAMINGS if (self.of.name, framing) in seen]
        return Section(
            figures=[Measured.median(self.key, worst(own), self.goal)] if any(own) else [],
            tables=[self.table(chosen, seen)],
            missing=missing,
            details={"rounds": {f"{name}, {framing}": asdict(uploads) for (name, framing), uploads in seen.items()}},
        )

    def measure(self, server: Server, core: int, framing: str, seen: Uploads) -> None:
        reset_peak(server.pids)
        before, started = resident_bytes(server.pids), time.perf_counter()
        upload(server, core, framing, self.size)
        seen.speeds.append(self.size / (time.perf_counter() - started))
        seen.growths.append((peak_bytes(server.pids) - before) / MIB)

    def table(self, chosen: Sequence[Subject], seen: Mapping[tuple[str, str], Uploads]) -> str:
        rows = [
            [f"{subject.title}, {framing}", f"{median(found.growths):.1f}", f"{median(found.speeds):,.0f}"]
            for subject in chosen
            for framing in FRAMINGS
            if (found := seen.get((subject.name, framing))) and found.growths
        ]
        return table((f"{self.name}: {self.size:,} MiB to disk", "growth MiB", "MiB/s"), rows)


def upload(server: Server, core: int, framing: str, size: int) -> None:
    """Send ``size`` MiB and hear that as much was written. Raises LoadError."""
    written = outcome(core, "upload", port=server.port, framing=framing, mebibytes=size).strip()
    if written != str(size * MIB):
        raise LoadError(f"{written} bytes were written of {size * MIB} sent with {framing}")


def worst(series: Sequence[Sequence[float]]) -> list[float]:
    """Round by round the largest of several series."""
    return [max(values) for values in zip(*series, strict=False)]

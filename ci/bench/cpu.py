"""Who used the processors: pinning, the CPU time of a process tree, and load that is neither server nor generator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


class TooFewProcessors(Exception):
    """The harness needs one processor for the server and another for the load."""


@dataclass(frozen=True, slots=True)
class Cores:
    """The two processors of a measurement, by number."""

    server: int
    load: int

    @classmethod
    def available(cls) -> Cores:
        numbers = sorted(os.sched_getaffinity(0))
        if len(numbers) < 2:
            raise TooFewProcessors(f"this process may use {len(numbers)} processor, and a measurement needs two")
        return cls(numbers[0], numbers[1])


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Processes that are started inside this block run on ``core`` only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True, slots=True)
class CPUTime:
    """Processor time in seconds."""

    user: float = 0.0
    kernel: float = 0.0

    @property
    def total(self) -> float:
        return self.user + self.kernel

    def __sub__(self, earlier: CPUTime) -> CPUTime:
        return CPUTime(self.user - earlier.user, self.kernel - earlier.kernel)


def stat_fields(text: str) -> list[str]:
    """The fields of ``/proc/<pid>/stat`` from the third on; a command name may hold blanks and brackets."""
    return text.rpartition(")")[2].split()


def parents() -> dict[int, int]:
    """Every process and its parent."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int(stat_fields((entry / "stat").read_text())[1])
            except OSError:
                continue
    return found


def descendants(root: int, parent_of: dict[int, int]) -> set[int]:
    """``root`` and everything below it."""
    tree = {root}
    fresh = {root}
    while fresh:
        fresh = {pid for pid, parent in parent_of.items() if parent in fresh} - tree
        tree |= fresh
    return tree


def process_tree(root: int) -> set[int]:
    return descendants(root, parents())


def time_of(pids: set[int]) -> CPUTime:
    """The processor time of these processes so far; one that ended meanwhile counts nothing."""
    user = kernel = 0
    for pid in pids:
        try:
            fields = stat_fields((PROC / str(pid) / "stat").read_text())
        except OSError:
            continue
        user += int(fields[11])
        kernel += int(fields[12])
    return CPUTime(user / TICKS, kernel / TICKS)


def busy_seconds(core: int) -> float:
    """Time that ``core`` has spent on anything at all, interrupts and the hypervisor's theft included."""
    for line in (PROC / "stat").read_text().splitlines():
        name, *values = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, values[:8])
            return (user + nice + system + irq + softirq + steal) / TICKS
    raise LookupError(f"/proc/stat knows no processor {core}")

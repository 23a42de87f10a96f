"""How much memory processes hold, told by /proc."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")
KIB = 1024

# What a process writes into /proc/<pid>/clear_refs to let its peak begin anew (proc(5)).
RESET_PEAK = "5"


class TooFewFiles(OSError):
    """The system lets a process open fewer files than a measurement needs."""


def resident_mb(pids: set[int]) -> float:
    """Resident memory of the largest of these processes, which is the worker, in MB (10^6 bytes)."""
    sizes = [0]
    for pid in pids:
        try:
            sizes.append(int((PROC / str(pid) / "statm").read_text().split()[1]))
        except OSError:
            continue
    return max(sizes) * PAGE / 1e6


def proportional_bytes(pids: Iterable[int]) -> int:
    """Resident memory of these processes together; a page that several share counts once (PSS)."""
    return sum(kib_line((PROC / str(pid) / "smaps_rollup").read_text(), "Pss") for pid in pids) * KIB


def resident_bytes(pids: Iterable[int]) -> int:
    return sum(kib_line((PROC / str(pid) / "status").read_text(), "VmRSS") for pid in pids) * KIB


def peak_bytes(pids: Iterable[int]) -> int:
    """The most that these processes have had resident since `reset_peak`."""
    return sum(kib_line((PROC / str(pid) / "status").read_text(), "VmHWM") for pid in pids) * KIB


def reset_peak(pids: Iterable[int]) -> None:
    for pid in pids:
        (PROC / str(pid) / "clear_refs").write_text(RESET_PEAK)


def kib_line(text: str, name: str) -> int:
    """The number in a line such as ``VmRSS:     1234 kB``. Raises LookupError."""
    for line in text.splitlines():
        label, _, rest = line.partition(":")
        if label == name:
            return int(rest.split()[0])
    raise LookupError(f"there is no line {name} in {text[:40]!r}")


def open_files(pids: Iterable[int]) -> int:
    """Descriptors of the process that has the most of them."""
    return max(len(os.listdir(PROC / str(pid) / "fd")) for pid in pids)


def allow_open_files(count: int) -> None:
    """Let this process, and those that it starts, open so many files. Raises TooFewFiles."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count:
        return
    if count > hard:
        raise TooFewFiles(f"{count} open files are needed and the system allows {hard}; raise ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))

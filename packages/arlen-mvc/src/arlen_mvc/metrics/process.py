"""What the operating system counts of this process."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from .snapshot import Aggregate, Kind, MetricSnapshot, Snapshot

_STARTED = time.time()


def process_metrics() -> Snapshot:
    """Processor time and the time since which the process runs; on Linux its memory and open files too."""
    metrics = [
        _metric("process_cpu_seconds_total", "counter", "Processor time of the process.", time.process_time()),
        _metric("process_start_time_seconds", "gauge", "When the process started (Unix time).", _STARTED, "min"),
    ]
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        memory, files = pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd"))
        metrics.append(_metric("process_resident_memory_bytes", "gauge", "Memory of the process.", memory))
        metrics.append(_metric("process_open_fds", "gauge", "Open files and sockets of the process.", files))
    return metrics


def _metric(name: str, kind: Kind, help: str, value: float, aggregate: Aggregate = "sum") -> MetricSnapshot:
    return {
        "name": name,
        "kind": kind,
        "help": help,
        "labels": [],
        "bounds": [],
        "aggregate": aggregate,
        "prefixed": True,
        "series": [{"labels": [], "values": [value]}],
    }

"""When the faults of a plan strike."""

from __future__ import annotations

import errno
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .plan import Fault

__all__ = ["Trigger"]


class Trigger:
    """Counts the calls of every seam, once it is armed, and makes those fail that the plan names.

    Args:
        hits: where to write a line of JSON for every fault that has struck: ``seam``, ``fault``, ``n`` (which call) and
            ``monotonic`` (seconds).
    """

    def __init__(self, faults: Sequence[Fault], hits: Path) -> None:
        self._faults = faults
        self._hits = hits
        self._calls: Counter[str] = Counter()
        self.armed = False

    def pull(self, seam: str) -> str:
        """Count a call of this seam; the kind of fault that the caller has to act out, ``""`` for none.

        Raises:
            OSError: the fault of the plan.
            MemoryError: likewise.
        """
        if not self.armed:
            return ""
        self._calls[seam] += 1
        call = self._calls[seam]
        for fault in self._faults:
            if fault.seam == seam and fault.concerns(call):
                self._write(fault, call)
                return _struck(fault)
        return ""

    def _write(self, fault: Fault, call: int) -> None:
        hit = {"seam": fault.seam, "fault": fault.kind, "n": call, "monotonic": time.monotonic()}
        with self._hits.open("a") as file:
            file.write(json.dumps(hit) + "\n")


def _struck(fault: Fault) -> str:
    kind, _, milliseconds = fault.kind.partition(":")
    match kind:
        case "SHORT" | "EOF":
            return kind
        case "DELAY":
            time.sleep(int(milliseconds) / 1000)
            return ""
        case "MEMORY":
            raise MemoryError(str(fault))
        case _:
            number = getattr(errno, kind)
            raise OSError(number, os.strerror(number))

"""``python -m ci.bench.data.stream <postgres>``: stream rows, print by how many MiB memory grew meanwhile."""

from __future__ import annotations

import gc
import os
import sys

from arlen_data import Database

from ci.bench.memory import peak_bytes, reset_peak, resident_bytes

from .tasks import expect
from .work import STREAM, STREAMED


def growth_mib(address: str) -> float:
    """The peak of resident memory over what was resident before; the connection is open then."""
    own = (os.getpid(),)
    with Database.open(address) as db:
        with db.stream(f"{STREAM} LIMIT 5000") as rows:
            expect(sum(1 for _ in rows), 5000)
        gc.collect()
        before = resident_bytes(own)
        reset_peak(own)
        with db.stream(STREAM) as rows:
            expect(sum(1 for _ in rows), STREAMED)
        return (peak_bytes(own) - before) / 2**20


if __name__ == "__main__":
    print(growth_mib(sys.argv[1]))

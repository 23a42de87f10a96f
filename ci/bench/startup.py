"""What it costs to start: wall time of a fresh interpreter, over the bare one."""

from __future__ import annotations

import subprocess
import sys
import time

from .cpu import pinned

BARE = ("-c", "pass")


def over_bare_ms(arguments: tuple[str, ...], core: int, repeats: int = 9) -> float:
    """Milliseconds that ``python <arguments>`` takes longer than ``python -c pass``, both in turn on ``core``.

    The shortest of each counts, since other processes can only add to it.
    Raises subprocess.CalledProcessError when the command fails.
    """
    with pinned(core):
        run_ms(arguments)
        pairs = [(run_ms(BARE), run_ms(arguments)) for _ in range(repeats)]
    return min(full for _, full in pairs) - min(bare for bare, _ in pairs)


def run_ms(arguments: tuple[str, ...]) -> float:
    started = time.perf_counter()
    subprocess.run((sys.executable, *arguments), check=True, capture_output=True)
    return (time.perf_counter() - started) * 1e3

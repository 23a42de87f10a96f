"""``python -m ci.bench.profile.sampling <target> <seconds>``: the stacks of a request, as ``outer;inner 12``.

A timer interrupts the interpreter every millisecond, and what it is doing then is counted. A signal is taken up after
the call that it fell into, so that time spent in C counts for the Python function that called it. A sampler from
outside was tried and given up: it stops the process, which the system does most readily at the end of a system call,
and it showed Python at a third of its share. That is also why there is no socket here.
"""

from __future__ import annotations

import argparse
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import dropwhile
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType

import uvloop

from ci.bench.asking import BROWSER, get

from .apps import APPS, Apps
from .targets import TARGETS, Target
from .trace import BATCH, unseen
from .wire import Sink, ask, connected, leave

# Not a whole number of milliseconds, so that samples do not fall in step with the server's clock.
INTERVAL_SECONDS = 0.000_97
OUTSIDE = "event loop"


class Samples:
    """How often each stack was found, the outermost function first."""

    __slots__ = ("stacks",)

    def __init__(self) -> None:
        self.stacks: Counter[tuple[CodeType, ...]] = Counter()

    def take(self, number: int, frame: FrameType | None) -> None:
        """Count where the interpreter is; a signal handler."""
        codes = []
        while frame is not None:
            codes.append(frame.f_code)
            frame = frame.f_back
        self.stacks[tuple(reversed(codes))] += 1

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Count while the block runs."""
        previous = signal.signal(signal.SIGALRM, self.take)
        signal.setitimer(signal.ITIMER_REAL, INTERVAL_SECONDS, INTERVAL_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)

    def folded(self) -> Iterator[str]:
        """A line for each stack, beginning with the server's first function; what runs outside of it is the loop."""
        for codes, count in self.stacks.items():
            inside = list(dropwhile(lambda code: "arlen_http" not in code.co_filename, codes))
            yield f"{';'.join(map(label, inside)) or OUTSIDE} {count}"


def label(code: CodeType) -> str:
    """The function's name and its file's, from the package on."""
    *folders, module = Path(code.co_filename).parts
    package = next((index for index, folder in enumerate(folders) if folder.startswith("arlen_")), len(folders) - 1)
    return f"{code.co_qualname.replace('<locals>.', '')} ({'/'.join([*folders[package:], module])})"


async def sampled(target: Target, apps: Apps, seconds: float) -> Samples:
    """Answer the same request, with a browser's fields, for so long."""
    data = get(target.path, *BROWSER)
    app, sink, samples = apps.plain(), Sink(unseen), Samples()
    await app.start()
    connection = connected(app, sink)
    with samples.taken():
        end = monotonic() + seconds
        while monotonic() < end:
            for _ in range(BATCH):
                await ask(connection, sink, data)
    await leave(connection, sink, app)
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    samples = uvloop.run(sampled(TARGETS[given.target], APPS[given.target], given.seconds))
    print("\n".join(samples.folded()))


if __name__ == "__main__":
    main()

"""The operating system's calls that can fail: to start, signal and reap processes, to wait, to tell the time."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence


def spawn(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Start a program with the inheritable file descriptors of this process; gives its pid. Raises OSError."""
    return os.posix_spawn(command[0], list(command), dict(variables), setsigmask=[])


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a child that has not been reaped."""
    os.kill(pid, number)


def reap() -> Iterator[tuple[int, int]]:
    """The children that have ended: pid, and exit status or minus the signal that killed it."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)


class Pipe:
    """A pipe that never blocks its reader."""

    __slots__ = ("reader", "writer")

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)

    def read(self) -> bytes:
        """What has arrived, which may be nothing."""
        try:
            return os.read(self.reader, 65536)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self.reader)
        os.close(self.writer)


def catch_signals(numbers: Sequence[signal.Signals]) -> Pipe:
    """From now on these signals arrive as bytes in a pipe, one byte per signal."""
    pipe = Pipe()
    os.set_blocking(pipe.writer, False)
    signal.set_wakeup_fd(pipe.writer, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, _arrive)
    return pipe


def wait(pipes: Sequence[Pipe], seconds: float | None) -> None:
    """Until a pipe has something to read, or the time has passed; None waits for ever."""
    select.select([pipe.reader for pipe in pipes], [], [], seconds)


def now() -> float:
    """Monotonic seconds."""
    return time.monotonic()


def _arrive(number: int, frame: object) -> None:
    """A signal with a handler writes to the wake-up pipe and does nothing else."""

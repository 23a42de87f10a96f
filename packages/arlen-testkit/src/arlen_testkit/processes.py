"""Servers as real child processes: started, awaited until they serve, and gone when the block ends (POSIX only)."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from .accounts import identity
from .errors import ProcessError

__all__ = ["Line", "Output", "Port", "Ready", "RunningServer", "free_port", "serve_process"]

POLL_SECONDS = 0.01

T = TypeVar("T")


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port on which nobody listens at this moment.

    Between this call and the bind anyone may take it: a server that can bind port 0 and say which it got is safer.
    """
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        port: int = probe.getsockname()[1]
    return port


class Output:
    """What a process has written to standard output and standard error, in the order of writing.

    ``str(output)`` is all of it so far; it stays readable after the process is gone.
    """

    __slots__ = ("_file", "_process")

    def __init__(self, process: subprocess.Popen[bytes], file: BinaryIO) -> None:
        self._process = process
        self._file = file

    def __str__(self) -> str:
        descriptor = self._file.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", "replace")

    def search(self, pattern: str, *, start: int = 0) -> re.Match[str] | None:
        """The first match of ``pattern`` in a complete line at or after character ``start``."""
        text = str(self)
        return re.compile(pattern, re.MULTILINE).search(text, start, text.rfind("\n") + 1)

    def wait_for(self, pattern: str, *, start: int = 0, timeout: float = 10.0) -> re.Match[str]:
        """Wait until a complete line matches; pass the previous ``match.end()`` as ``start`` to wait for the next one.

        Raises:
            ProcessError: ``exited`` or ``timed_out`` (seconds), with everything the process printed.
        """
        return _await(
            lambda: self.search(pattern, start=start), f"a line like {pattern!r}", self._process, self, timeout
        )


class Ready(Protocol):
    """The sign by which a starting server shows that it serves."""

    def url(self, output: Output) -> str | None:
        """The server's address once it serves, and ``None`` before."""

    def __str__(self) -> str:
        """What is awaited, in words, for the message when it does not come."""


@dataclass(frozen=True, slots=True)
class Line:
    """Ready when a line of output matches; a group named ``url``, if the pattern has one, is the server's address."""

    pattern: str

    def url(self, output: Output) -> str | None:
        match = output.search(self.pattern)
        return match and match.groupdict().get("url", "")

    def __str__(self) -> str:
        return f"a line like {self.pattern!r}"


@dataclass(frozen=True, slots=True)
class Port:
    """Ready when a TCP connection to ``host:port`` is accepted, for servers that say nothing: anyone may accept it."""

    port: int
    host: str = "127.0.0.1"

    def url(self, output: Output) -> str | None:
        try:
            socket.create_connection((self.host, self.port), timeout=1.0).close()
        except OSError:
            return None
        return f"http://{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"a connection to {self.host}:{self.port}"


LISTENING = Line(r"listening on (?P<url>\S+)")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A child process that serves.

    Attributes:
        url: its address as :class:`Line` or :class:`Port` found it, without a trailing slash.
        process: the child, leader of its own process group.
        output: what it prints, also while the test runs.
    """

    url: str
    process: subprocess.Popen[bytes]
    output: Output

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the leader alone, as a supervisor or ``kill`` would."""
        self.process.send_signal(number)

    def wait(self, timeout: float = 10.0) -> int:
        """The exit status, once the process has ended by itself or by a signal (negative: the signal's number).

        Raises:
            ProcessError: ``timed_out`` after ``timeout`` seconds.
        """
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise _failure("timed_out", f"still runs after {timeout:g} s", self.process, self.output) from None


@contextmanager
def serve_process(
    command: Sequence[str | os.PathLike[str]],
    *,
    ready: Ready = LISTENING,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    timeout: float = 20.0,
    stop_signal: signal.Signals = signal.SIGTERM,
    stop_timeout: float = 10.0,
) -> Iterator[RunningServer]:
    """Run a server for the length of a ``with`` block.

    The process leads a group of its own. When the block ends, however it ends, the leader gets ``stop_signal`` and
    ``stop_timeout`` seconds; then whatever is left of the group is killed. When this process dies without reaching
    the end of the block, a small guardian process does the same.

    Args:
        command: program and arguments; no shell is involved.
        ready: how the server shows that it serves; by default a line with ``listening on <url>``.
        env: variables to add to this process's environment. ``PYTHONUNBUFFERED`` is set so that lines arrive at once.
        user: name of the account to run as; needs the right to change to it.
        timeout: seconds until the server must be ready.

    Raises:
        ProcessError: ``not_started``, ``exited`` or ``timed_out``; the message holds what the server printed.
    """
    with tempfile.TemporaryFile() as file:
        process = _start(command, file, cwd, {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}, user)
        output = Output(process, file)
        with _stopped(process, stop_signal, stop_timeout), _guarded(process, stop_signal, stop_timeout):
            url = _await(lambda: ready.url(output), str(ready), process, output, timeout)
            if process.poll() is not None:
                raise _failure("exited", f"exited with status {process.returncode} after {ready}", process, output)
            yield RunningServer(url.rstrip("/"), process, output)


def _start(
    command: Sequence[str | os.PathLike[str]],
    output: BinaryIO,
    cwd: str | os.PathLike[str] | None,
    env: Mapping[str, str],
    user: str | None,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
            **identity(user),
        )
    except OSError as error:
        shown = " ".join(map(str, command))
        raise ProcessError(f"cannot run {shown!r}: {error}", code="not_started", command=shown) from error


@contextmanager
def _stopped(process: subprocess.Popen[bytes], stop_signal: signal.Signals, grace: float) -> Iterator[None]:
    try:
        yield
    finally:
        process.send_signal(stop_signal)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _guarded(process: subprocess.Popen[bytes], stop_signal: signal.Signals, grace: float) -> Iterator[None]:
    script = Path(__file__).with_name("_guardian.py")
    guardian = subprocess.Popen(
        [sys.executable, "-I", "-S", script, f"{process.pid}", f"{stop_signal:d}", f"{grace}"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guardian.communicate(b".")


def _await(
    probe: Callable[[], T | None], awaited: str, process: subprocess.Popen[bytes], output: Output, timeout: float
) -> T:
    deadline = time.monotonic() + timeout
    while True:
        exited = process.poll() is not None
        if (found := probe()) is not None:
            return found
        if exited:
            raise _failure("exited", f"exited with status {process.returncode} before {awaited}", process, output)
        if time.monotonic() > deadline:
            raise _failure("timed_out", f"showed no sign of {awaited} within {timeout:g} s", process, output)
        time.sleep(POLL_SECONDS)


def _failure(code: str, fault: str, process: subprocess.Popen[bytes], output: Output) -> ProcessError:
    command = " ".join(map(str, process.args if isinstance(process.args, (list, tuple)) else [process.args]))
    printed = str(output)
    return ProcessError(
        f"{command}: {fault}; it printed:\n{printed or '(nothing)'}",
        code=code,
        command=command,
        output=printed,
        status=process.returncode,
    )

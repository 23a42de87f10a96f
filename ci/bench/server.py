"""A subject as a running process on its own processor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, version

from .catalogue import Subject
from .cpu import CPUTime, pinned, process_tree, time_of
from .memory import open_files, resident_mb
from .root import ROOT
from .scenarios import Question, fetch
from .subjects.content import HOST

START_SECONDS = 20.0
STOP_SECONDS = 2.0
ACCEPT_SECONDS = 5.0


class SubjectUnavailable(Exception):
    """A subject that cannot take part here; the message is the reason."""


def versions(subject: Subject) -> dict[str, str]:
    """The installed versions of what the subject stands for. Raises SubjectUnavailable."""
    try:
        return {name: version(name) for name in subject.distributions}
    except PackageNotFoundError as error:
        raise SubjectUnavailable(f"{error.name} is not installed") from error


@dataclass(frozen=True, slots=True)
class Server:
    """A subject that answers on ``port``; ``pids`` are its process and everything below."""

    port: int
    pids: set[int]

    def cpu_time(self) -> CPUTime:
        return time_of(self.pids)

    def resident_mb(self) -> float:
        return resident_mb(self.pids)

    def keeps(self, connections: int) -> bool:
        """Wait until the server has accepted so many; false when it has not after a while."""
        deadline = time.monotonic() + ACCEPT_SECONDS
        while open_files(self.pids) < connections:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(subject: Subject, core: int) -> Iterator[Server]:
    """The subject, started fresh on ``core`` and ended afterwards. Raises SubjectUnavailable."""
    versions(subject)
    port = free_port()
    with tempfile.TemporaryFile() as log:
        with pinned(core):
            process = subprocess.Popen(
                subject.command(sys.executable, port),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            if not answers(process, port):
                raise SubjectUnavailable(f"did not start: {last_line(log.fileno())}")
            yield Server(port, process_tree(process.pid))
        finally:
            end(process)


def answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server gives its first answer; false when it ended or stayed silent."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            fetch(port, Question("/healthz"))
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return True
    return False


def last_line(log: int) -> str:
    text = os.pread(log, 1 << 20, 0).decode(errors="replace").strip()
    return text.rpartition("\n")[2] or "no output"


def end(process: subprocess.Popen[bytes]) -> None:
    """End the whole process group: politely, then not."""
    for how, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait()

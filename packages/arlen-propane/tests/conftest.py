import http.client
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HANDLER = """\
import os

from arlen_http import Response


def handle(request):
    return Response(str(os.getpid()))
"""


class Propane:
    """A running manager, seen through its lifecycle lines."""

    def __init__(self, root: Path, arguments: tuple[str, ...]) -> None:
        environment = {name: text for name, text in os.environ.items() if not name.startswith("ARLEN_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "arlen_propane", *arguments],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def until(self, event: str, times: int = 1) -> dict[str, str]:
        """Read lines up to the last of these events; gives its keys and values."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            facts = dict(pair.split("=", 1) for pair in line.split() if "=" in pair)
            times -= facts.get("event") == event
            if not times:
                return facts
        raise AssertionError(f"no {event}; stderr: {self.end()[2]}")

    def get(self, port: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> tuple[int, list[str], str]:
        """Wait for the manager and all its workers: exit status, remaining lines, and what stderr holds."""
        stdout, stderr = self._process.communicate(timeout=30)
        return self._process.returncode, stdout.splitlines(), stderr

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate(timeout=30)


@pytest.fixture
def propane(tmp_path: Path) -> Iterator[Callable[..., Propane]]:
    """Starts ``propane`` in a directory that holds hello.py with a handler, ``hello:handle``."""
    (tmp_path / "hello.py").write_text(HANDLER)
    started: list[Propane] = []

    def start(*arguments: str) -> Propane:
        started.append(Propane(tmp_path, arguments))
        return started[-1]

    yield start
    for manager in started:
        manager.close()

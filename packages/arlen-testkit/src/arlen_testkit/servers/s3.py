"""An S3 interface for tests (moto, from ``arlen-testkit[servers]``), in a process of its own."""

from __future__ import annotations

import importlib.util
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import Request, urlopen

from arlen_testkit.errors import ServiceUnavailable
from arlen_testkit.processes import Line, serve_process

__all__ = ["S3Bucket", "S3Server", "s3_server"]


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """An empty bucket for one test.

    Attributes:
        endpoint: ``http://127.0.0.1:<port>``; plain HTTP, which some clients must be allowed to speak.
        bucket: its name, to be used in the path (``endpoint/bucket/key``).
        access_key: any signature made with it is accepted.
        secret_key: belongs to ``access_key``.
        region: where the bucket pretends to be.
    """

    endpoint: str
    bucket: str
    access_key: str = "arlen-test"
    secret_key: str = "arlen-test-secret"
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running server at ``endpoint``."""

    endpoint: str

    @contextmanager
    def bucket(self) -> Iterator[S3Bucket]:
        """A new bucket; afterwards the server forgets everything that it holds."""
        bucket = S3Bucket(self.endpoint, f"arlen-test-{secrets.token_hex(8)}")
        self._send("PUT", f"/{bucket.bucket}")
        try:
            yield bucket
        finally:
            self._send("POST", "/moto-api/reset")

    def _send(self, method: str, path: str) -> None:
        with urlopen(Request(f"{self.endpoint}{path}", method=method), timeout=30) as answer:
            answer.read()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """S3 for the length of a ``with`` block, on a free port of 127.0.0.1.

    Raises:
        ServiceUnavailable: ``not_installed``.
        ProcessError: the server did not start; the message holds its output.
    """
    if not (importlib.util.find_spec("moto") and importlib.util.find_spec("flask")):
        raise ServiceUnavailable(
            "no S3 server for the tests: install 'arlen-testkit[servers]' (moto[server])", code="not_installed"
        )
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with serve_process(command, ready=Line(r"Running on (?P<url>http://\S+)"), timeout=60) as server:
        yield S3Server(server.url)

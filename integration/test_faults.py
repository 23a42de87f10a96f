"""What the operating system does wrong does not reach the client of arlen-http, or reaches it as a clean end.

The server is a real process, the faults come from `arlen_testkit.faults`. A fault that is not reached fails its test.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from arlen_testkit.faults import FaultyServer, serve_with_faults

APPS = Path(__file__).parent / "apps"
BIG = bytes(range(256)) * 4096
SMALL = b"a small file\n"

HEALTH = (b"GET", b"/healthz", b"")


class Client:
    """A connection on which one request follows another, each answer read to its end."""

    def __init__(self, server: FaultyServer) -> None:
        host, port = re.fullmatch(r"http://(.+):(\d+)", server.url).groups()
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self._file = self.socket.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self.socket.close()

    def ask(self, method: bytes, target: bytes, body: bytes = b"", *fields: bytes) -> tuple[int, bytes, str]:
        """Status, content and what the answer says of the connection."""
        length = b"Content-Length: %d" % len(body)
        lines = b"\r\n".join((b"%b %b HTTP/1.1" % (method, target), b"Host: a", length, *fields))
        self.socket.sendall(lines + b"\r\n\r\n" + body)
        return self.read()

    def read(self) -> tuple[int, bytes, str]:
        status = int(self._file.readline().split()[1])
        fields = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(": ")
            fields[name] = value
        if "transfer-encoding" in fields:
            return status, b"".join(self._chunks()), fields["connection"]
        return status, self._file.read(int(fields["content-length"])), fields["connection"]

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._file.readline(), 16):
            yield self._file.read(size)
            self._file.readline()
        self._file.readline()

    def rest(self) -> bytes:
        """What comes until the server closes; what it has not read makes the system say reset."""
        try:
            return self._file.read()
        except ConnectionResetError:
            return b""


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Callable[[str], FaultyServer]]:
    """``faulty(plan, *options)``: a server that is not armed yet, checked for what it left when the test ends."""
    (tmp_path / "big.txt").write_bytes(BIG)
    (tmp_path / "small.txt").write_bytes(SMALL)
    servers = []

    def start(plan: str, *options: str) -> FaultyServer:
        servers.append(stack.enter_context(serve_with_faults("files_app:handle", plan, *options, **place)))
        return servers[-1]

    place = {"cwd": tmp_path, "env": {"PYTHONPATH": str(APPS)}}
    with ExitStack() as stack:
        yield start
        for server in servers:
            with connected(server) as client:
                assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")


@contextmanager
def connected(server: FaultyServer) -> Iterator[Client]:
    client = Client(server)
    try:
        yield client
    finally:
        client.close()


def descriptors(server: FaultyServer) -> int:
    return len(os.listdir(f"/proc/{server.running.process.pid}/fd"))


@pytest.mark.parametrize(
    "plan",
    [
        "io.send=EAGAIN@1",
        "io.send=EINTR@1",
        "io.send=SHORT@1",
        "io.send=SHORT@1x40",
        "io.send=EAGAIN@2x3",
        "io.recv=EINTR@1",
        "io.recv=EAGAIN@1x3",
        "io.recv=SHORT@1x50",
        "io.accept=EINTR@1",
        "io.accept=EAGAIN@1x5",
        "io.accept=ECONNABORTED@1",
    ],
)
def test_an_interrupted_socket_delivers_every_byte_once_and_stays_open(faulty, plan):
    server = faulty(plan)
    server.arm()
    with connected(server) as client:
        for _ in range(2):
            assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
        assert client.ask(b"POST", b"/echo", BIG[:70_000]) == (200, BIG[:70_000], "keep-alive")
        assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
    assert "Traceback" not in str(server.running.output)


@pytest.mark.parametrize("target", [b"/large", b"/stream", b"/big.txt"])
@pytest.mark.parametrize("plan", ["io.send=SHORT@1x200", "io.send=EAGAIN@1x3", "io.send=EINTR@1;io.send=SHORT@3x9"])
def test_a_large_answer_is_whole_however_it_is_taken(faulty, plan, target):
    server = faulty(plan)
    with connected(server) as client:
        expected = client.ask(b"GET", target)
        server.arm()
        if target == b"/big.txt":
            assert client.ask(*HEALTH, b"X: y") == (200, b"ok\n", "keep-alive")
        assert client.ask(b"GET", target) == expected
        for _ in range(200):
            assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")


@pytest.mark.parametrize(
    "plan",
    [
        "io.sendfile=EINVAL@1",
        "io.sendfile=ENOSYS@1",
        "io.sendfile=EINTR@1x3",
        "io.sendfile=EAGAIN@1x3",
        "io.sendfile=EOF@1",
        "io.sendfile=SHORT@1;io.sendfile=EOF@2",
        "io.sendfile=SHORT@1x40",
        "io.sendfile=SHORT@1;io.sendfile=EINVAL@2",
        "fs.open=EINTR@1",
        "fs.open=EINTR@1x3",
        "fs.fstat=EINTR@1",
    ],
)
def test_a_file_arrives_byte_for_byte(faulty, plan):
    server = faulty(plan)
    server.arm()
    with connected(server) as client:
        assert client.ask(b"GET", b"/big.txt") == (200, BIG, "keep-alive")
        assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")


def test_a_file_that_is_known_survives_an_interrupted_look_at_its_path(faulty):
    server = faulty("fs.stat=EINTR@1")
    with connected(server) as client:
        assert client.ask(b"GET", b"/small.txt") == (200, SMALL, "keep-alive")
        server.arm()
        assert client.ask(b"GET", b"/small.txt") == (200, SMALL, "keep-alive")


@pytest.mark.parametrize("kind", ["EMFILE", "EIO"])
def test_a_file_that_cannot_be_opened_is_one_failed_request(faulty, kind):
    server = faulty(f"fs.open={kind}@1")
    server.arm()
    with connected(server) as client:
        assert client.ask(b"GET", b"/small.txt")[0] in (404, 500, 503)
        assert client.ask(b"GET", b"/small.txt") == (200, SMALL, "keep-alive")


def test_a_file_that_ends_early_ends_the_connection_before_its_announced_end(faulty):
    server = faulty("io.sendfile=EOF@1;fs.read=EOF@1")
    server.arm()
    with connected(server) as client:
        assert len(client.ask(b"GET", b"/big.txt")[1]) < len(BIG)


@pytest.mark.parametrize("kind", ["EPIPE", "ECONNRESET"])
@pytest.mark.parametrize("target", [b"/stream", b"/large"])
def test_a_connection_that_breaks_within_an_answer_is_dropped_without_a_word(faulty, kind, target):
    server = faulty(f"io.send={kind}@1")
    before = descriptors(server)
    server.arm()
    with connected(server) as client:
        client.socket.sendall(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % target)
        assert client.rest() == b""
    assert "Traceback" not in str(server.running.output)
    with connected(server) as client:
        assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
        assert descriptors(server) <= before + 1


def test_a_connection_that_breaks_while_it_is_read_is_dropped_without_a_word(faulty):
    server = faulty("io.recv=ECONNRESET@1")
    server.arm()
    with connected(server) as client:
        client.socket.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.rest() == b""
    assert "Traceback" not in str(server.running.output)


def test_accepting_goes_on_when_descriptors_are_there_again_and_open_connections_do_not_notice(faulty):
    server = faulty("io.accept=EMFILE@1x20")
    with connected(server) as early:
        assert early.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
        server.arm()
        with connected(server) as late:
            assert early.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
            assert late.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
        assert early.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
    assert "Traceback" not in str(server.running.output)


@pytest.mark.parametrize("parser", ["httptools", "h11"])
@pytest.mark.parametrize(
    ("plan", "fields", "statuses"),
    [
        ("alloc.read_buffer=MEMORY@1", (b"X-Overflow: " + b"a" * 16_000,), {503}),
        ("alloc.header_name=MEMORY@1", (b"X-" + b"a" * 320 + b": b",), {400, 503}),
        ("alloc.response_head=MEMORY@1", (), {500}),
    ],
)
def test_a_lack_of_memory_is_one_failed_request(faulty, parser, plan, fields, statuses):
    server = faulty(plan, "--parser", parser)
    server.arm()
    with connected(server) as client:
        status, _, connection = client.ask(*HEALTH, *fields)
        assert (status in statuses, connection, client.rest()) == (True, "close", b"")


@pytest.mark.parametrize("delay", ["io.recv=DELAY:300@1", "io.send=DELAY:300@1", "fs.open=DELAY:300@1"])
def test_a_slow_system_is_waited_for(faulty, delay):
    server = faulty(delay)
    server.arm()
    with connected(server) as client:
        assert client.ask(b"GET", b"/small.txt") == (200, SMALL, "keep-alive")


# What clients do wrong.


def test_a_request_in_small_pieces_is_answered_and_others_meanwhile(faulty):
    server = faulty("")
    request = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nhello, world"
    with connected(server) as slow:
        slow.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(0, len(request), 3):
            slow.socket.sendall(request[place : place + 3])
            with connected(server) as other:
                assert other.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
        assert slow.read() == (200, b"hello, world", "keep-alive")


def test_clients_that_come_and_go_harm_nobody_and_leave_nothing(faulty):
    server = faulty("")
    before = descriptors(server)
    clients = [Client(server) for _ in range(32)]
    for number, client in enumerate(clients):
        if number % 5 < 2:
            client.socket.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nhel"[: number * 2])
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
    for number, client in enumerate(clients):
        if number % 5 >= 2:
            assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
            client.close()
    with connected(server) as client:
        for _ in range(20):
            assert client.ask(*HEALTH) == (200, b"ok\n", "keep-alive")
        assert descriptors(server) <= before + 1
    assert "Traceback" not in str(server.running.output)

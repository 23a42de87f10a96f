"""The PROXY protocol: what a header means, however it arrives, and who may send one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import socket
import struct
import time

import pytest
import uvloop
from arlen_http import Response, Server, ServerSettings
from arlen_http.listening.proxy_protocol import ProxyHeader, ProxyHeaderError, ProxyHeaderParser
from hypothesis import given
from hypothesis import strategies as st

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def block(command, family, addresses=b""):
    return SIGNATURE + struct.pack("!BBH", command, family, len(addresses)) + addresses


def internet(family, source, destination):
    packed = b"".join(socket.inet_pton(family, address) for address, _ in (source, destination))
    return packed + struct.pack("!HH", source[1], destination[1])


V4 = internet(socket.AF_INET, ("192.0.2.1", 56324), ("192.0.2.2", 443))
V6 = internet(socket.AF_INET6, ("2001:db8::1", 1), ("2001:db8::2", 65535))
LAWFUL = [
    (b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", ("192.0.2.1", 56324), ("192.0.2.2", 443)),
    (b"PROXY TCP6 2001:db8::1 2001:DB8:0::2 0 65535\r\n", ("2001:db8::1", 0), ("2001:db8::2", 65535)),
    (b"PROXY TCP6 " + b" ".join([b"ffff:" * 7 + b"ffff"] * 2) + b" 65535 65535\r\n",)
    + (("ffff:" * 7 + "ffff", 65535),) * 2,
    (b"PROXY UNKNOWN\r\n", None, None),
    (b"PROXY UNKNOWN ffff::1 whatever 1 2\r\n", None, None),
    (block(0x21, 0x11, V4), ("192.0.2.1", 56324), ("192.0.2.2", 443)),
    (block(0x21, 0x21, V6), ("2001:db8::1", 1), ("2001:db8::2", 65535)),
    (block(0x21, 0x11, V4 + b"\x03\x00\x04abcd"), ("192.0.2.1", 56324), ("192.0.2.2", 443)),
    (block(0x21, 0x31, b"\0" * 216), None, None),
    (block(0x21, 0x00, b"anything"), None, None),
    (block(0x20, 0x11, V4), None, None),
    (block(0x20, 0x00), None, None),
]


def read(data, sizes):
    """The header at the begin of some bytes, which arrive in pieces, and what is left of them."""
    parser, position, header = ProxyHeaderParser(), 0, None
    while header is None:
        size = min(next(sizes), parser.wanted)
        header = parser.feed(data[position : position + size])
        position += size
    return header, data[position:]


@given(st.sampled_from(LAWFUL), st.data())
def test_a_header_means_the_same_however_it_arrives_and_leaves_what_follows(case, data):
    header, source, destination = case
    sizes = iter(lambda: data.draw(st.integers(1, 40)), None)
    assert read(header + LAST, sizes) == (ProxyHeader(source, destination), LAST)


@pytest.mark.parametrize(
    "data",
    [
        LAST,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\n",
        b"PROXY TCP4  192.0.2.1 192.0.2.2 56324 443\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 056324 443\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 65536 443\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 -1 443\r\n",
        b"PROXY TCP4 2001:db8::1 192.0.2.2 1 443\r\n",
        b"PROXY TCP6 192.0.2.1 192.0.2.2 1 443\r\n",
        b"PROXY TCP6 fe80::1%eth0 ::1 1 443\r\n",
        b"PROXY UDP4 192.0.2.1 192.0.2.2 1 443\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 443\n" + b" " * 80,
        b"PROXY UNKNOWN " + b"x" * 100 + b"\r\n",
        b"proxy TCP4 192.0.2.1 192.0.2.2 1 443\r\n",
        block(0x11, 0x11, V4),
        block(0x22, 0x11, V4),
        block(0x21, 0x12, V4),
        block(0x21, 0x11, V4[:-1]),
        block(0x21, 0x21, V4),
    ],
)
def test_what_is_not_a_header_is_refused(data):
    with pytest.raises(ProxyHeaderError):
        read(data, iter(lambda: 1000, None))


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data):
    try:
        read(b"PROXY " + data + b"\r\n" * 100, iter(lambda: 1000, None))
    except ProxyHeaderError:
        return


# Over real sockets.


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def loop(request):
    return request.param


def ends(request):
    return Response(f"{request.client} {request.server} {request.effective_remote_address}")


async def ask(port, data):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    received = await the_end(reader)
    writer.close()
    return received


async def the_end(reader):
    """What is received until the server closes, perhaps over bytes that it has not read."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self):
        return self.now


def served(loop, story, *, clock=time.monotonic, **settings):
    async def main():
        options = {"port": 0, "proxy_protocol": True, "trusted_proxies": ("127.0.0.1",)} | settings
        async with asyncio.timeout(10), Server(ends, ServerSettings(**options), clock=clock) as server:
            return await story(server, server.sockets[0].getsockname()[1])

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(main())


@pytest.mark.parametrize(("header", "source", "destination"), LAWFUL)
def test_a_request_comes_from_where_its_proxy_says(loop, header, source, destination):
    answer = served(loop, lambda _, port: ask(port, header + LAST)).decode()
    if source is None:
        assert "('127.0.0.1', " in answer
        assert answer.endswith(" 127.0.0.1")
    else:
        assert answer.endswith(f"\r\n\r\n{source} {destination} {source[0]}")


@pytest.mark.parametrize("data", [LAST, b"PROXY TCP4 1 2 3 4\r\n" + LAST, b""])
def test_a_connection_without_a_lawful_header_is_closed(loop, data, caplog):
    async def story(_, port):
        if data:
            return await ask(port, data)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return b""

    assert served(loop, story) == b""
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []


def test_whoever_is_not_trusted_is_closed_with_one_warning(loop, caplog):
    async def story(_, port):
        return [await ask(port, LAWFUL[0][0] + LAST) for _ in range(3)]

    assert served(loop, story, trusted_proxies=("192.0.2.0/24",)) == [b"", b"", b""]
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "127.0.0.1" in record.getMessage()
    assert "trusted_proxies" in record.getMessage()


def test_a_header_that_does_not_arrive_in_time_ends_the_connection(loop):
    async def story(server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"PROXY")
        ending = asyncio.ensure_future(the_end(reader))
        while not ending.done():
            clock.now += 11
            server.tick()
            await asyncio.sleep(0)
        writer.close()
        return ending.result()

    clock = Clock()
    assert served(loop, story, clock=clock) == b""


def test_forwarding_fields_count_when_the_announced_peer_is_trusted(loop):
    request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"

    async def story(_, port):
        return await ask(port, LAWFUL[0][0] + request), await ask(port, LAWFUL[1][0] + request)

    trusted, other = served(loop, story, trusted_proxies=("127.0.0.1", "192.0.2.1"))
    assert trusted.endswith(b" 203.0.113.9")
    assert other.endswith(b" 2001:db8::1")


def test_a_server_without_a_free_descriptor_waits_for_one(loop, caplog):
    async def story(server, port):
        with socket.socket() as client:
            allowed, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            held = []
            resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 20, hard))
            try:
                with contextlib.suppress(OSError):
                    while True:
                        held.append(os.dup(client.fileno()))
                client.connect(("127.0.0.1", port))
                client.sendall(LAWFUL[0][0] + LAST)
                for _ in range(50):
                    await asyncio.sleep(0)
            finally:
                for number in held:
                    os.close(number)
                resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
            client.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=client)
            received = await reader.read()
            writer.close()
            return received

    assert b"200 OK" in served(loop, story)
    assert [record.levelname for record in caplog.records if record.levelno > logging.INFO] == ["WARNING"]


def test_a_stop_does_not_wait_for_whoever_is_admitted_and_asks_nothing(loop):
    async def story(server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"PROXY TCP4 192.0.2.1")
        await asyncio.sleep(0)
        stopping = asyncio.create_task(server.stop())
        for _ in range(20):
            await asyncio.sleep(0)
        writer.write(b" 192.0.2.2 1 443\r\n")
        received = await reader.read()
        writer.close()
        await stopping
        return received

    assert served(loop, story, graceful_shutdown_seconds=600) == b""


def test_a_stop_serves_whoever_is_being_admitted(loop):
    async def story(server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"PROXY TCP4 192.0.2.1")
        await asyncio.sleep(0)
        stopping = asyncio.create_task(server.stop())
        for _ in range(20):
            await asyncio.sleep(0)
        writer.write(b" 192.0.2.2 1 443\r\n" + LAST)
        received = await reader.read()
        writer.close()
        await stopping
        return received

    assert b"200 OK" in served(loop, story)

"""A system that has no descriptors left."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import socket
from contextlib import ExitStack, contextmanager

import pytest
import uvloop
from arlen_http import Response, Server, ServerSettings

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@contextmanager
def no_descriptors():
    """Take every descriptor that this process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, hard))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        while True:
            try:
                stack.callback(os.close, os.dup(0))
            except OSError:
                break
        yield


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_server_without_descriptors_serves_whom_it_has_and_later_others_again(loop_factory, caplog):
    async def story():
        loop = asyncio.get_running_loop()

        async def ask(client):
            await loop.sock_sendall(client, GET)
            return await loop.sock_recv(client, 65_536)

        async with asyncio.timeout(10), Server(lambda request: Response(b"ok"), ServerSettings(port=0)) as server:
            address = server.sockets[0].getsockname()
            with socket.socket() as known, socket.socket() as late, socket.socket() as last:
                for client in (known, late, last):
                    client.setblocking(False)
                await loop.sock_connect(known, address)
                assert (await ask(known)).endswith(b"ok")
                with no_descriptors():
                    await loop.sock_connect(late, address)
                    for _ in range(20):
                        assert (await ask(known)).endswith(b"ok")
                await loop.sock_connect(last, address)
                assert (await ask(last)).endswith(b"ok")

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(story())
    assert max((record.levelno for record in caplog.records), default=0) <= logging.WARNING
    assert len(caplog.records) <= 1


def test_a_listener_rests_while_there_are_no_descriptors_and_stops_all_the_same(caplog, until, monkeypatch):
    calls = []

    class Exhausted(socket.socket):
        def accept(self):
            calls.append(None)
            raise OSError(24, "Too many open files")

    async def story():
        sock = Exhausted()
        sock.bind(("127.0.0.1", 0))
        async with Server(lambda request: Response(b"ok"), sockets=[sock]):
            with socket.create_connection(sock.getsockname()):
                await until(lambda: calls)
                for _ in range(500):
                    await asyncio.sleep(0)
                assert len(calls) < 10
        assert sock.fileno() == -1
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 1e9)
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(story())
    assert [record.levelname for record in caplog.records] == ["WARNING"]

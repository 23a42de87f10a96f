"""What is left when a server stops."""

from __future__ import annotations

import asyncio

import pytest
import uvloop
from arlen_http import Response, Server, ServerSettings, Upgrade

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run_on(request):
    """``run_on(work)``: run a coroutine on one of the event loops."""

    async def bounded(work):
        async with asyncio.timeout(20):
            return await work

    def run_on(work):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(bounded(work))

    return run_on


class Counting:
    """Counts what has been begun and what has been answered."""

    def __init__(self):
        self.begun = 0

    async def handle(self, request):
        self.begun += 1
        for _ in range(self.begun % 7):
            await asyncio.sleep(0)
        return Response(b"answered")


async def load(address):
    """Ask until the server ends the connection; how many answers came whole, and what came of another."""
    answers, rest = 0, b""
    try:
        reader, writer = await asyncio.open_connection(*address)
    except OSError:
        return 0, b""
    try:
        while True:
            writer.write(GET * 2)
            for _ in range(2):
                rest = b""
                rest = await reader.readuntil(b"answered")
                answers += 1
                rest = b""
    except asyncio.IncompleteReadError as end:
        rest = end.partial
    except ConnectionError:
        pass
    finally:
        writer.close()
    return answers, rest


def test_nothing_that_was_begun_is_lost_over_a_hundred_stops_under_load(run_on):
    async def story():
        app = Counting()
        answers, torn = 0, []
        for cycle in range(100):
            server = Server(app, ServerSettings(port=0))
            await server.start()
            clients = [asyncio.create_task(load(server.sockets[0].getsockname())) for _ in range(4)]
            for _ in range(10 + 3 * (cycle % 10)):
                await asyncio.sleep(0)
            await server.stop()
            ends = await asyncio.gather(*clients)
            answers += sum(whole for whole, _ in ends)
            torn += [rest for _, rest in ends if rest]
        return app.begun, answers, torn

    begun, answers, torn = run_on(story())
    assert torn == []
    assert answers == begun > 100


class Lasting(asyncio.Protocol):
    """Ends when it is told, and knows when it has ended."""

    def __init__(self):
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.lost.set_result(error)


class Hosting:
    """Upgrades every connection, and closes them with a last word when it hears of the stop."""

    def __init__(self, farewell):
        self.farewell = farewell
        self.protocols = []

    def handle(self, request):
        return Upgrade(self.make, {"upgrade": "x"})

    def make(self):
        self.protocols.append(Lasting())
        return self.protocols[-1]

    async def stopping(self):
        if self.farewell:
            for protocol in self.protocols:
                protocol.transport.write(self.farewell)
                protocol.transport.close()


@pytest.mark.parametrize("farewell", [b"going away", b""])
def test_upgraded_connections_end_with_the_server(run_on, farewell):
    async def story():
        app = Hosting(farewell)
        seconds = 10 if farewell else 0
        async with Server(app, ServerSettings(port=0, graceful_shutdown_seconds=seconds)) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0)
        await app.protocols[0].lost
        received = await reader.read()
        writer.close()
        return received

    assert run_on(story()) == farewell


def test_a_peer_that_lingers_does_not_hold_up_the_stop_for_longer_than_it_may(run_on):
    async def story():
        async with Server(Counting(), ServerSettings(port=0, graceful_shutdown_seconds=0)) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"nonsense\r\n\r\nand more")
            received = await reader.read()
        writer.close()
        return received

    assert run_on(story()).startswith(b"HTTP/1.1 400 ")

"""What a server does about peers and handlers that take too long."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import AsyncExitStack

import pytest
import uvloop
from arlen_http import FileResponse, Response, Server, ServerSettings, StreamResponse, Timeouts

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
LARGE = 32 * 1_048_576


async def turns(count=20):
    for _ in range(count):
        await asyncio.sleep(0)


def whole(request):
    return Response(request.content)


async def awaited(request):
    return Response(await request.body())


def post(length, fields=""):
    return f"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}Content-Length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize("app", [whole, awaited])
@pytest.mark.parametrize(("rate", "status"), [(100, b"408"), (300, b"200")])
def test_a_body_has_to_arrive_at_its_rate_after_ten_seconds(converse, clock, app, rate, status):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(post(rate * 60))
            for _ in range(60):
                writer.write(b"x" * rate)
                await turns()
                clock.now += 1
                talk.server.tick()
                if talk.server.stats().refusals:
                    break
            return await reader.read()

    assert converse(app, story, clock=clock).split()[1] == status


def test_any_rate_will_do_where_none_is_set(converse, clock):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(post(20))
            for _ in range(20):
                clock.now += 29
                talk.server.tick()
                writer.write(b"x")
                await turns()
            return await reader.read()

    assert converse(awaited, story, clock=clock, timeouts=Timeouts(min_body_rate=0)).endswith(b"\r\n\r\n" + b"x" * 20)


def test_the_time_in_which_a_handler_does_not_read_is_not_the_peers(converse, clock, until):
    release, taken = [], [0]

    async def handle(request):
        release.append(asyncio.Event())
        await release[0].wait()
        async for stretch in request.stream():
            taken[0] += len(stretch)
        return Response(b"read")

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(post(1_000_000))
            await until(lambda: release)
            await turns()
            writer.write(b"x" * 999_999)
            await turns()
            clock.now += 1000
            talk.server.tick()
            release[0].set()
            await until(lambda: taken == [999_999])
            clock.now += 9
            talk.server.tick()
            writer.write(b"x")
            return await reader.read()

    rate = Timeouts(min_body_rate=100_000)
    assert converse(handle, story, clock=clock, timeouts=rate).endswith(b"\r\n\r\nread")


def test_a_peer_that_stops_while_the_server_does_not_read_is_found_out_afterwards(converse, clock, until):
    release, taken = [], [0]

    async def handle(request):
        release.append(asyncio.Event())
        await release[0].wait()
        async for stretch in request.stream():
            taken[0] += len(stretch)

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(post(100_000) + b"x" * 70_000)
            await until(lambda: release)
            await turns()
            clock.now += 1000
            talk.server.tick()
            release[0].set()
            await until(lambda: taken == [70_000])
            clock.now += 30
            talk.server.tick()
            return await reader.read()

    assert converse(handle, story, clock=clock).split()[1] == b"408"


def test_a_peer_that_was_not_told_to_continue_is_not_too_slow(converse, clock, until):
    release = []

    async def handle(request):
        release.append(asyncio.Event())
        await release[0].wait()
        return Response(await request.body())

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(post(4, "Expect: 100-continue\r\n"))
            await until(lambda: release)
            clock.now += 1000
            talk.server.tick()
            release[0].set()
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            if not told:
                clock.now += 30
                talk.server.tick()
                return await reader.read()
            writer.write(b"body")
            return await reader.read()

    told = True
    assert converse(handle, story, clock=clock).endswith(b"\r\n\r\nbody")
    release.clear()
    told = False
    assert converse(handle, story, clock=clock).split()[1] == b"408"


# Peers that do not read.


async def endless():
    while True:
        yield b"x" * 65_536


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def unread(request, clock, until):
    """``unread(app, story, data)``: run ``story(server, client)`` when a client has sent this and reads nothing."""

    async def main(app, story, data, options):
        async with asyncio.timeout(10), Server(app, ServerSettings(port=0, **options), clock=clock) as server:
            with socket.create_connection(server.sockets[0].getsockname()) as client:
                client.setblocking(False)
                client.sendall(data)
                await until(lambda: server.stats().sessions)
                await turns(100)
                return await story(server, client)

    def unread(app, story, data=GET, **options):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main(app, story, data, options))

    return unread


@pytest.fixture
def large_file(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(LARGE)
    return path


@pytest.mark.parametrize("kind", ["memory", "stream", "file"])
@pytest.mark.parametrize("data", [GET, LAST], ids=["kept", "last"])
def test_a_response_of_which_nothing_is_taken_is_given_up(unread, clock, until, large_file, kind, data):
    def handle(request):
        match kind:
            case "memory":
                return Response(b"x" * LARGE)
            case "stream":
                return StreamResponse(endless())
            case _:
                return FileResponse(large_file)

    async def story(server, client):
        await turns(100)
        server.tick()
        clock.now += 29
        server.tick()
        await turns()
        assert server.stats().sessions == 1
        clock.now += 1
        server.tick()
        await until(lambda: not server.stats().sessions)

    unread(handle, story, data)


def test_the_last_bytes_of_a_connection_are_given_up_too(run, clock, until):
    async def story():
        with socket.socket() as listener, socket.socket() as client:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            listener.bind(("127.0.0.1", 0))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            async with Server(lambda request: Response(b"x" * 60_000), sockets=[listener], clock=clock) as server:
                client.connect(listener.getsockname())
                client.sendall(LAST)
                await until(lambda: server.stats().requests)
                assert server.stats().sessions == 1
                for _ in range(10):
                    clock.now += 30
                    server.tick()
                    await turns()
                assert server.stats().sessions == 0

    run(story())


def test_a_response_that_is_taken_slowly_is_not_given_up(unread, clock):
    async def story(server, client):
        loop = asyncio.get_running_loop()
        for _ in range(10):
            server.tick()
            clock.now += 20
            taken = 0
            while taken < LARGE // 16:
                taken += len(await loop.sock_recv(client, 65_536))
            await turns()
        return server.stats().sessions

    assert unread(lambda request: Response(b"x" * LARGE), story) == 1


def test_an_answer_that_is_still_being_read_is_not_cut_when_its_peer_has_lingered_long_enough(unread, clock):
    async def story(server, client):
        loop = asyncio.get_running_loop()
        received = 0
        while piece := await loop.sock_recv(client, 1_048_576):
            received += len(piece)
            clock.now += 1
            server.tick()
        return received

    data = post(1_000_000).replace(b"Connection: close\r\n", b"")
    assert unread(answer_at_once, story, data + b"x") > LARGE


async def answer_at_once(request):
    return Response(b"x" * LARGE)


# Handlers.


class Slow:
    """A handler that ends when it is cancelled; what it does then is up to the test."""

    def __init__(self):
        self.cancelled = False

    async def handle(self, request):
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


class Stubborn(Slow):
    async def handle(self, request):
        try:
            return await super().handle(request)
        except asyncio.CancelledError:
            return Response(b"in spite of all")


def after(clock, seconds, data=LAST):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(data)
            await turns()
            clock.now += seconds - 1
            talk.server.tick()
            await turns()
            assert not reader.at_eof()
            clock.now += 1
            talk.server.tick()
            received = await reader.read()
            return received, dict(talk.server.stats().refusals)

    return story


def test_a_handler_that_takes_too_long_is_cancelled(converse, clock, caplog):
    app = Slow()
    received, refusals = converse(app, after(clock, 5), clock=clock, timeouts=Timeouts(handler=5))
    assert received.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"connection: close\r\n" in received
    assert b"backpressure" not in received
    assert (app.cancelled, refusals) == (True, {"handler_timeout": 1})
    assert not caplog.records


def test_the_time_of_a_handler_holds_while_its_body_arrives(converse, clock):
    received, refusals = converse(Slow(), after(clock, 5, post(10) + b"x"), clock=clock, timeouts=Timeouts(handler=5))
    assert (received.split()[1], refusals) == (b"503", {"handler_timeout": 1})


def test_what_a_handler_answers_in_spite_of_its_time_is_sent(converse, clock):
    received, _ = converse(Stubborn(), after(clock, 5), clock=clock, timeouts=Timeouts(handler=5))
    assert received.endswith(b"in spite of all")


def test_a_response_that_has_begun_may_go_on(converse, clock):
    release = []

    async def pieces():
        yield b"begun"
        release.append(asyncio.Event())
        await release[0].wait()
        yield b"ended"

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(LAST)
            await reader.readuntil(b"begun")
            clock.now += 1000
            talk.server.tick()
            release[0].set()
            return await reader.read()

    async def handle(request):
        return StreamResponse(pieces())

    assert b"ended" in converse(handle, story, clock=clock, timeouts=Timeouts(handler=5))


def test_an_asgi_application_that_does_not_begin_its_response_is_cancelled_too(converse, clock):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            await asyncio.get_running_loop().create_future()

    received, _ = converse(app, after(clock, 5), clock=clock, timeouts=Timeouts(handler=5))
    assert received.split()[1] == b"503"


# Many slow peers.


def test_two_hundred_peers_that_drip_do_not_hold_up_another_and_are_all_refused(converse, clock):
    async def story(talk):
        async with AsyncExitStack() as stack:
            slow = [await stack.enter_async_context(talk.connection()) for _ in range(200)]
            for second in range(10):
                for _, writer in slow:
                    writer.write(GET[second : second + 1])
                assert (await talk(LAST)).endswith(b"\r\n\r\n")
                clock.now += 1.2
                talk.server.tick()
            return [await reader.read() for reader, _ in slow]

    ends = converse(whole, story, clock=clock)
    assert {re.match(rb"HTTP/1.1 (\d+)", end)[1] for end in ends} == {b"408"}

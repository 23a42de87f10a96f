"""How a server begins, what it does when time passes, and how it ends."""

from __future__ import annotations

import asyncio
import socket

import pytest
from arlen_http import RequestLimits, Response, Server, ServerSettings, ServerStartError, StreamResponse
from arlen_http.parser import backend_named

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def ok(request):
    return Response(b"ok")


class Recorder:
    """An application that writes down what happens to it."""

    def __init__(self, fail=None):
        self.events = []
        self.fail = fail

    async def start(self):
        self.events.append("start")
        if self.fail:
            raise self.fail

    async def shutdown(self):
        self.events.append("shutdown")

    def handle(self, request):
        self.events.append(request.raw_path)
        return Response(b"")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def expired(converse, clock):
    """``expired(app, data, seconds)``: what a client has got when so many seconds have passed after it sent this."""

    def expired(app, data, seconds, before=b""):
        async def story(talk):
            async with talk.connection() as (reader, writer):
                writer.write(data)
                received = await reader.readuntil(before) if before else b""
                for _ in range(20):
                    await asyncio.sleep(0)
                clock.now += seconds
                talk.server.tick()
                if not reader.at_eof():
                    clock.now += 2
                    talk.server.tick()
                return received + await reader.read()

        return converse(app, story, clock=clock)

    return expired


def test_an_application_is_started_before_and_shut_down_after_its_requests(converse):
    app = Recorder()
    converse(app, lambda talk: talk(LAST))
    assert app.events == ["start", "/", "shutdown"]


def test_a_server_that_cannot_listen_has_shut_its_application_down(run):
    app = Recorder()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerStartError) as caught:
            run(Server(app, ServerSettings(port=port)).start())
    assert caught.value.code == "address_in_use"
    assert str(port) in str(caught.value)
    assert app.events == ["start", "shutdown"]


@pytest.mark.parametrize("host", ["999.1.1.1", "no such host", "203.0.113.7"])
def test_a_host_that_is_not_ours_is_refused(run, host):
    with pytest.raises(ServerStartError) as caught:
        run(Server(ok, ServerSettings(host=host, port=0)).start())
    assert caught.value.code == "invalid_host"
    assert host in str(caught.value)


def test_port_0_is_replaced_by_the_chosen_one(run):
    async def story():
        async with Server(ok, ServerSettings(port=0)) as server:
            return server.url, server.sockets[0].getsockname()[1]

    url, port = run(story())
    assert port > 0
    assert url == f"http://127.0.0.1:{port}"


def test_a_unix_socket_is_served_again_after_its_server_died(run, tmp_path):
    path = tmp_path / "s"
    seen = []

    def handle(request):
        seen.append((request.client, request.server))
        return Response(b"ok")

    async def ask():
        async with Server(handle, ServerSettings(host=f"unix:{path}")) as server:
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(LAST)
            received = await reader.read()
            writer.close()
            return server.url, received

    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    for _ in range(2):
        url, received = run(ask())
        assert url == f"unix:{path}"
        assert received.endswith(b"ok")
    assert seen[0] == (None, None)


def test_inherited_sockets_are_used_as_they_are(run):
    async def story(sock):
        async with Server(ok, sockets=[sock]) as server:
            return server.url

    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        assert run(story(sock)).endswith(f":{port}")


def test_ipv6_is_served_where_the_system_has_it(run):
    async def story():
        async with Server(ok, ServerSettings(host="::1", port=0)) as server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("::1", port)
            writer.write(LAST)
            received = await reader.read()
            writer.close()
            return server.url == f"http://[::1]:{port}", received

    assert socket.has_ipv6
    same, received = run(story())
    assert same
    assert received.endswith(b"ok")


# Time.


def test_an_idle_connection_is_closed_silently(expired):
    assert expired(ok, b"", 30) == b""
    assert expired(ok, GET, 30, before=b"ok").count(b"HTTP/1.1") == 1


def test_a_connection_within_its_time_stays_open(converse, clock):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            for _ in range(3):
                clock.now += 29
                talk.server.tick()
                writer.write(GET)
                await reader.readuntil(b"ok")

    converse(ok, story, clock=clock)


@pytest.mark.parametrize("first", [b"", GET])
def test_a_head_that_does_not_arrive_in_time_is_answered_408(expired, first):
    answers = expired(ok, first + b"GET / HT", 10, before=b"ok" if first else b"")
    assert b"HTTP/1.1 408 Request Timeout\r\n" in answers
    assert answers.endswith(b"request timeout\n")


def test_dripping_does_not_extend_the_time_of_a_head(converse, clock):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(GET + b"G")
            await reader.readuntil(b"ok")
            for byte in b"ET / HT":
                clock.now += 1.5
                writer.write(bytes([byte]))
                talk.server.tick()
            return await reader.read()

    assert b" 408 " in converse(ok, story, clock=clock)


async def read_body(request):
    return Response(await request.body())


@pytest.mark.parametrize("app", [ok, read_body])
def test_a_body_that_stops_arriving_is_answered_408(expired, app):
    data = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"
    assert b" 408 " in expired(app, data, 30)


def test_a_handler_may_take_as_long_as_it_likes(converse, clock):
    async def story(talk):
        release = releases[0]
        async with talk.connection() as (reader, writer):
            writer.write(LAST)
            for _ in range(20):
                await asyncio.sleep(0)
            clock.now += 10_000
            talk.server.tick()
            release.set()
            return await reader.read()

    releases = []

    class Slow:
        async def start(self):
            releases.append(asyncio.Event())

        async def handle(self, request):
            await releases[0].wait()
            return Response(b"late")

    assert converse(Slow(), story, clock=clock).endswith(b"late")


def test_the_date_is_refreshed_by_the_tick(converse, monkeypatch):
    async def story(talk):
        monkeypatch.setattr("time.time", lambda: 0.0)
        talk.server.tick()
        return await talk(LAST)

    assert b"date: Thu, 01 Jan 1970 00:00:00 GMT\r\n" in converse(ok, story)


# The end.


def test_a_stop_lets_a_request_in_flight_finish_and_closes_idle_connections(run):
    async def story():
        entered, release = asyncio.Event(), asyncio.Event()

        async def handle(request):
            entered.set()
            await release.wait()
            return Response(b"finished")

        server = Server(handle, ServerSettings(port=0))
        await server.start()
        port = server.sockets[0].getsockname()[1]
        idle_reader, idle_writer = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + GET)
        await entered.wait()
        stopping = asyncio.create_task(server.stop())
        idle = await idle_reader.read()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)
        release.set()
        received = await reader.read()
        idle_writer.close()
        writer.close()
        await stopping
        return idle, received

    idle, received = run(story())
    assert idle == b""
    assert received.count(b"finished") == 1
    assert b"connection: close" in received


@pytest.fixture
def stopped(run):
    """``stopped(app, before, after)``: what a client gets when the server begins to stop between the two."""

    def stopped(app, before, after):
        async def story():
            server = Server(app, ServerSettings(port=0))
            await server.start()
            reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
            writer.write(before)
            for _ in range(20):
                await asyncio.sleep(0)
            stopping = asyncio.create_task(server.stop())
            for _ in range(20):
                await asyncio.sleep(0)
            writer.write(after)
            received = await reader.read()
            await stopping
            writer.close()
            return received

        return run(story())

    return stopped


@pytest.mark.parametrize("first", [b"", GET])
def test_a_head_that_has_begun_when_the_server_stops_gets_its_answer(stopped, first):
    received = stopped(ok, first + LAST[:9], LAST[9:].replace(b"Connection: close\r\n", b""))
    assert received.count(b" 200 OK") == received.count(b"\r\n\r\nok") == (2 if first else 1)
    assert received.count(b"connection: close") == 1


def test_a_body_that_has_begun_when_the_server_stops_gets_its_answer(stopped):
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
    assert stopped(read_body, head + b"bo", b"dy").endswith(b"\r\n\r\nbody")


def test_a_request_that_has_reached_the_system_when_the_server_stops_is_answered(run):
    async def story():
        server = Server(ok, ServerSettings(port=0))
        await server.start()
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(GET)
        await reader.readuntil(b"ok")
        with socket.create_connection((host, port)) as fresh:
            fresh.sendall(GET)
            await asyncio.sleep(0)
            writer.write(GET)
            await server.stop()
            fresh.settimeout(10)
            answers = fresh.recv(65_536), await reader.read()
        writer.close()
        return answers

    for received in run(story()):
        assert b"connection: close" in received
        assert received.endswith(b"ok")


def test_a_connection_ends_with_a_stream_that_was_begun_before_the_stop(run):
    async def story():
        release = asyncio.Event()

        async def pieces():
            yield b"begun"
            await release.wait()
            yield b"ended"

        server = Server(lambda request: StreamResponse(pieces()), ServerSettings(port=0))
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(GET)
        received = await reader.readuntil(b"begun")
        stopping = asyncio.create_task(server.stop())
        for _ in range(20):
            await asyncio.sleep(0)
        release.set()
        received += await reader.read()
        await stopping
        writer.close()
        return received

    received = run(story())
    assert b"connection: keep-alive" in received
    assert received.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("kind", ["handler", "stream"])
def test_what_is_left_at_the_deadline_is_cancelled(run, kind):
    async def story():
        entered, cancelled = asyncio.Event(), asyncio.Event()

        async def forever():
            entered.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                cancelled.set()
            yield b""

        async def handle(request):
            if kind == "stream":
                return StreamResponse(forever())
            async for _ in forever():
                pass

        server = Server(handle, ServerSettings(port=0, graceful_shutdown_seconds=0))
        await server.start()
        _, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(GET)
        await entered.wait()
        await server.stop()
        await cancelled.wait()
        writer.close()

    run(story())


def test_the_application_hears_of_the_stop_before_requests_end_and_is_shut_down_after(run):
    class Endless(Recorder):
        """Its stream ends only when the application learns of the stop."""

        async def start(self):
            await super().start()
            self.told = asyncio.Event()

        async def stopping(self):
            self.events.append("stopping")
            self.told.set()

        def handle(self, request):
            return StreamResponse(self.until_told())

        async def until_told(self):
            yield "begun"
            await self.told.wait()
            self.events.append("ended")
            yield "ended"

    async def story():
        server = Server(app, ServerSettings(port=0))
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(LAST)
        await reader.readuntil(b"begun")
        await server.stop()
        received = await reader.read()
        writer.close()
        return received

    app = Endless()
    assert run(story()).endswith(b"ended\r\n0\r\n\r\n")
    assert app.events == ["start", "stopping", "ended", "shutdown"]


def test_an_application_that_hangs_when_it_is_told_of_the_stop_gets_the_grace_period_only(run):
    class Hanging(Recorder):
        async def stopping(self):
            self.events.append("stopping")
            await asyncio.get_running_loop().create_future()

    async def story():
        async with Server(app, ServerSettings(port=0, graceful_shutdown_seconds=0)):
            pass

    app = Hanging()
    run(story())
    assert app.events == ["start", "stopping", "shutdown"]


def test_an_application_that_fails_when_it_is_told_of_the_stop_is_shut_down_all_the_same(run, caplog):
    class Failing(Recorder):
        async def stopping(self):
            raise LookupError("lost")

    async def story():
        async with Server(app, ServerSettings(port=0)):
            pass

    app = Failing()
    run(story())
    assert app.events == ["start", "shutdown"]
    assert "LookupError: lost" in caplog.text


def test_a_server_that_is_not_running_stops_at_once(run):
    run(Server(ok).stop())


def test_two_servers_in_one_process_stop_independently(run):
    async def story():
        async with Server(ok, ServerSettings(port=0)) as first:
            async with Server(ok, ServerSettings(port=0)):
                pass
            reader, writer = await asyncio.open_connection("127.0.0.1", first.sockets[0].getsockname()[1])
            writer.write(LAST)
            received = await reader.read()
            writer.close()
            return received

    assert run(story()).endswith(b"ok")


def test_a_backend_has_a_name_and_a_version(backend):
    parser = backend_named(backend.upper())
    assert parser.name == backend
    assert parser.version.count(".") >= 1


def test_an_unknown_backend_is_named():
    with pytest.raises(ValueError, match="nonesuch"):
        backend_named("nonesuch")


def test_the_chosen_backend_serves(answer, backend):
    data = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab"
    limits = RequestLimits(max_body_bytes=2)
    assert answer(read_body, data, http_parser_backend=backend, request_limits=limits).endswith(b"\r\n\r\nab")


def test_nobody_who_is_accepted_while_the_server_stops_is_left_waiting(run):
    async def end_of(client):
        with client:
            try:
                return await asyncio.get_running_loop().sock_recv(client, 12)
            except ConnectionResetError:
                return b""

    async def story():
        server = Server(ok, ServerSettings(port=0))
        await server.start()
        address = server.sockets[0].getsockname()
        clients = []
        stopping = asyncio.create_task(server.stop())
        while not stopping.done():
            try:
                clients.append(socket.create_connection(address, timeout=5))
            except ConnectionRefusedError:
                break
            clients[-1].sendall(LAST)
            clients[-1].setblocking(False)
            await asyncio.sleep(0)
        await stopping
        return [await end_of(client) for client in clients]

    ends = run(story())
    assert ends[0] == b"HTTP/1.1 200"
    assert set(ends) <= {b"HTTP/1.1 200", b""}

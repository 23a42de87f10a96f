"""More peers than a server takes."""

from __future__ import annotations

import asyncio
import re
import threading

import pytest
from arlen_http import Response, RuntimeLimits, ServerBusy, ServerSettings, ServerStats, ThreadPool, Upgrade
from arlen_http.server import Server

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def ok(request):
    return Response(b"ok")


class Echo(asyncio.Protocol):
    """Sends back what it gets, until it gets a full stop."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)
        if data == b".":
            self.transport.close()


def upgrading(request):
    return Upgrade(Echo, {"upgrade": "echo"}) if request.raw_path == "/" else Response(b"ok")


def is_busy(received, reason):
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    fields = dict(re.findall(rb"([\w-]+): ([^\r]*)", head))
    assert fields[b"x-arlen-backpressure-reason"] == reason
    assert fields[b"content-type"] == b"text/plain; charset=utf-8"
    assert (fields[b"retry-after"], fields[b"connection"]) == (b"1", b"close")
    return body == b"server busy\n"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (RuntimeLimits(max_concurrent_http_sessions=2), b"http_session_limit"),
        (RuntimeLimits(max_connections_per_client=2), b"http_client_limit"),
    ],
)
@pytest.mark.parametrize("says", [b"", LAST, b"x" * 60_000], ids=["nothing", "a request", "a lot"])
def test_one_connection_too_many_is_told_so_and_the_next_is_served(converse, limits, reason, says):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            async with talk.connection() as (_, second):
                for one in (writer, second):
                    one.write(GET)
                await reader.readuntil(b"ok")
                assert is_busy(await talk(says), reason)
                second.close()
                await second.wait_closed()
            assert (await talk(LAST)).endswith(b"ok")
            writer.write(LAST)
            assert (await reader.read()).endswith(b"ok")
        return talk.server.stats()

    stats = converse(ok, story, runtime_limits=limits)
    assert stats.refusals == {reason.decode(): 1}
    assert stats.sessions == 0


def test_a_peer_that_is_turned_away_and_stays_is_cut(converse, clock):
    async def story(talk):
        async with talk.connection() as (first, writer), talk.connection() as (reader, client):
            writer.write(GET)
            await first.readuntil(b"ok")
            received = await reader.read()
            for _ in range(3):
                client.write(b"x")
                for _ in range(20):
                    await asyncio.sleep(0)
            assert not client.transport.is_closing()
            clock.now += 1
            talk.server.tick()
            writer.close()
            await talk.server.stop()
            return received

    limits = RuntimeLimits(max_concurrent_http_sessions=1)
    assert is_busy(converse(ok, story, runtime_limits=limits, clock=clock), b"http_session_limit")


def test_a_peer_that_goes_on_sending_after_its_refusal_is_cut(converse, clock, until):
    async def story(talk):
        async with talk.connection() as (_, writer):
            writer.write(b"nonsense\r\n\r\nand more")
            await until(lambda: talk.server.stats().refusals)
            writer.write(b"x" * 70_000)
            await until(lambda: not talk.server.stats().sessions)

    converse(ok, story, clock=clock)


def test_an_upgraded_connection_keeps_its_place_and_takes_another(converse):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            both = talk.server.stats()
            refused = await talk(GET)
            writer.write(b".")
            assert await reader.read() == b"."
            writer.close()
            await writer.wait_closed()
        neither = talk.server.stats()
        async with talk.connection() as (reader, writer):
            writer.write(GET)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        return both, refused, neither

    limits = RuntimeLimits(max_concurrent_http_sessions=3, max_concurrent_websocket_sessions=1)
    both, refused, neither = converse(upgrading, story, runtime_limits=limits, graceful_shutdown_seconds=0)
    assert (both.sessions, both.websocket_sessions) == (1, 1)
    assert is_busy(refused, b"websocket_session_limit")
    assert (neither.sessions, neither.websocket_sessions) == (0, 0)


class Failing(asyncio.Protocol):
    """Fails at one moment of its life."""

    def __init__(self, moment):
        if moment == "made":
            raise RuntimeError(moment)
        self.moment = moment

    def connection_made(self, transport):
        if self.moment == "begun":
            raise RuntimeError(self.moment)
        transport.close()

    def connection_lost(self, error):
        if self.moment == "lost":
            raise RuntimeError(self.moment)


@pytest.mark.parametrize("moment", ["made", "begun", "lost", "never"])
def test_places_are_given_back_once_whatever_the_upgraded_protocol_does(converse, moment, caplog):
    async def story(talk):
        await talk(GET)
        for _ in range(5):
            await asyncio.sleep(0)
        return talk.server.stats()

    stats = converse(lambda request: Upgrade(lambda: Failing(moment), {"upgrade": "x"}), story)
    assert (stats.sessions, stats.websocket_sessions) == (0, 0)


def test_a_handshake_that_cannot_be_written_takes_no_place(converse, caplog):
    async def story(talk):
        assert b" 500 " in await talk(LAST)
        return talk.server.stats()

    def handle(request):
        upgrade = Upgrade(Echo, {"upgrade": "x"})
        upgrade.headers.append("x", "\udcff")
        return upgrade

    assert converse(handle, story).websocket_sessions == 0


class Blocking:
    """Its requests wait in a thread until one comes that opens the gate."""

    streams = True

    def __init__(self, **limits):
        self.threads = ThreadPool(**limits)
        self.gate = threading.Event()

    async def handle(self, request):
        if request.raw_path == "/open":
            self.gate.set()
            return Response(b"opened")
        await self.threads.run(self.gate.wait, 10)
        return Response(b"done")

    async def shutdown(self):
        await self.threads.close()


def test_a_request_that_finds_the_queue_of_threads_full_is_refused_and_the_others_are_served(converse, until):
    async def story(talk):
        async with talk.connection() as (first, one), talk.connection() as (second, two):
            for writer in (one, two):
                writer.write(LAST)
            await until(lambda: talk.server.stats().queue_length)
            before = talk.server.stats()
            refused = await talk(LAST)
            await talk(LAST.replace(b"/", b"/open", 1))
            return before, refused, await first.read() + await second.read(), talk.server.stats()

    before, refused, answers, after = converse(Blocking(workers=1, queued=1), story)
    assert (before.threads_busy, before.queue_length) == (1, 1)
    assert is_busy(refused, b"http_worker_queue_full")
    assert answers.count(b"done") == 2
    assert after == ServerStats(requests=3, refusals={"http_worker_queue_full": 1})


def test_an_application_may_refuse_for_reasons_of_its_own(answer):
    def handle(request):
        raise ServerBusy("realtime_total_subscriber_limit", "enough")

    assert is_busy(answer(handle, LAST), b"realtime_total_subscriber_limit")


def test_a_server_that_does_not_run_has_no_figures():
    assert Server(ok, ServerSettings()).stats() == ServerStats()


def test_requests_and_refusals_are_counted(converse):
    async def story(talk):
        await talk(GET + GET + LAST)
        await talk(b"nonsense\r\n\r\n")
        return talk.server.stats()

    assert converse(ok, story) == ServerStats(requests=3, refusals={"invalid_request_line": 1})

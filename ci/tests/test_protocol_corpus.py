"""Every case of the protocol corpus, on both parsers, whole over real sockets and cut everywhere in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from arlen_http import Server
from arlen_http.service import Service

from ci.fuzz.answers import Answer, read_answers
from ci.fuzz.applications import APPLICATIONS
from ci.fuzz.corpus import Case, load
from ci.fuzz.wire import Outcome, converse, settle, vanish

CASES = load()
STEADY = [case for case in CASES if not case.timed]
TIMED = [case for case in CASES if case.timed]
HEALTHZ = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

backends = pytest.mark.parametrize("backend", ["httptools", "h11"])
applications = pytest.mark.parametrize("application", ["plain", "reading"])
steady = pytest.mark.parametrize("case", STEADY, ids=[case.id for case in STEADY])


def agrees(case: Case, outcome: Outcome) -> bool:
    """Whether a conversation went as its case says."""
    answers = read_answers(outcome.received)
    given, rest = answers[: len(case.answers)], answers[len(case.answers) :]
    assert outcome.closed_first or case.client_closes, "the server has not closed"
    assert [_told(answer, expected) for answer, expected in zip(given, case.answers, strict=True)] == list(case.answers)
    if not rest:
        return not case.refused or 0 in case.refused
    [refusal] = rest
    return refusal.status in case.refused and refusal.is_refusal


def _told(answer: Answer, expected: str | int) -> str | int:
    if isinstance(expected, int) or answer.status != 200:
        return answer.status
    return answer.body.decode("latin-1")


def service_of(case: Case, backend: str, application: str = "plain") -> Service:
    """What a server of this case's settings shares between connections, its clock standing still."""
    settings = replace(case.settings, http_parser_backend=backend)
    handle = APPLICATIONS[application]
    return Service(handle, settings, streams=application != "plain", clock=lambda: 1000.0)


def cuts(data: bytes) -> Iterator[tuple[bytes, ...]]:
    """Whole, in two at every place, and byte by byte; long ones in strides of 97 bytes."""
    stride = 1 if len(data) < 1000 else 97
    places = range(0, len(data), stride)
    yield (data,)
    yield from ((data[:place], data[place:]) for place in places[1:])
    yield tuple(data[place : place + stride] for place in places)


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a peer does is worth more than a warning."""
    yield
    assert [record for record in caplog.get_records("call") if record.levelno > logging.WARNING] == []


@backends
@steady
def test_a_case_gets_its_answers_however_it_is_cut(backend: str, case: Case) -> None:
    async def main() -> None:
        service = service_of(case, backend)
        for pieces in cuts(case.send):
            assert agrees(case, await converse(service, pieces, client_closes=case.client_closes)), pieces
            assert not service.connections

    asyncio.run(main())


@backends
@steady
def test_a_handler_that_reads_its_body_gets_the_same(backend: str, case: Case) -> None:
    async def main() -> None:
        service = service_of(case, backend, "reading")
        middle = len(case.send) // 2
        for pieces in [(case.send,), (case.send[:middle], case.send[middle:])]:
            assert agrees(case, await converse(service, pieces, client_closes=case.client_closes)), pieces
        assert not service.connections

    asyncio.run(main())


@backends
@applications
@pytest.mark.parametrize("case", TIMED, ids=[case.id for case in TIMED])
def test_a_slow_peer_is_answered_when_its_time_is_over(backend: str, application: str, case: Case) -> None:
    async def main() -> None:
        now = 1000.0
        settings = replace(case.settings, http_parser_backend=backend)
        service = Service(APPLICATIONS[application], settings, streams=application != "plain", clock=lambda: now)
        seconds = iter([case.seconds_per_byte] * len(case.send) + [case.seconds_at_last])

        async def after_each() -> None:
            nonlocal now
            await settle()
            now += next(seconds)
            service.tick()

        pieces = [case.send[place : place + 1] for place in range(len(case.send))] + [b""]
        assert agrees(case, await converse(service, pieces, client_closes=False, after_each=after_each))
        assert not service.connections

    asyncio.run(main())


@backends
@applications
@steady
def test_a_peer_that_vanishes_anywhere_leaves_nothing_behind(backend: str, application: str, case: Case) -> None:
    async def main() -> None:
        service = service_of(case, backend, application)
        step = 1 if len(case.send) < 1000 else 997
        for place in range(0, len(case.send), step if application == "plain" else 7 * step):
            await vanish(service, case.send[:place])
            await converse(service, [case.send[:place]], client_closes=True)
        await settle()
        assert not service.connections
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


async def over_a_socket(server: Server, case: Case) -> Outcome:
    """The same conversation with a server that listens."""
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    try:
        async with asyncio.timeout(4):
            writer.write(case.send)
            if case.client_closes:
                writer.write_eof()
            return Outcome(await reader.read(), not case.client_closes)
    finally:
        writer.close()


@backends
@applications
def test_every_case_over_a_socket_and_the_server_goes_on(backend: str, application: str) -> None:
    async def main() -> None:
        for settings in {case.settings for case in STEADY}:
            server = Server(APPLICATIONS[application], replace(settings, port=0, http_parser_backend=backend))
            async with server:
                for case in STEADY:
                    if case.settings == settings:
                        assert agrees(case, await over_a_socket(server, case)), case.id
                        healthy = await over_a_socket(server, replace(case, send=HEALTHZ, client_closes=False))
                        assert [answer.body for answer in read_answers(healthy.received)] == [b"ok\n"], case.id

    asyncio.run(main())

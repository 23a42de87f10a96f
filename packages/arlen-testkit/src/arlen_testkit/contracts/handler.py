"""The laws of handlers: what holds for every application that arlen-http serves, whatever it is made with."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from arlen_http import Server, ServerSettings
from arlen_http.handler import as_app

from ._exchange import Connection, RequestBytes

__all__ = ["HandlerContract"]

LARGE_BODY_BYTES = 900_000
CONNECTIONS = 20

HELLO = RequestBytes("GET", "/contract/hello")
FAULT = RequestBytes("GET", "/contract/fault")


def echo(body: bytes) -> RequestBytes:
    return RequestBytes("POST", "/contract/echo", body)


class HandlerContract(ABC):
    """Inherit from this class in a test module and say in `make_app` what to serve; pytest does the rest.

    The application answers three paths:

    ========================  =========================================================================
    ``GET /contract/hello``   status 200, content type ``text/plain`` (any charset), body ``hello``;
                              ``HEAD`` as ``GET``
    ``POST /contract/echo``   status 200, the request's body, byte for byte
    ``GET /contract/fault``   raises an exception, or answers 500 as the application does on exceptions
    ========================  =========================================================================

    Every test makes an application, serves it through `arlen_http.Server` on a real socket, and shuts it down.

    Attributes:
        patience: seconds after which a test that still waits has failed.
    """

    patience: float = 20.0

    @abstractmethod
    def make_app(self) -> Any:
        """A new application: anything that `arlen_http.Server` serves."""

    def test_an_answer_arrives_whole(self) -> None:
        async def law(url: str) -> None:
            async with Connection.to(url) as connection:
                reply = await connection.exchange(HELLO)
            assert (reply.status, reply.body) == (200, b"hello")
            assert dict(reply.headers)[b"content-type"].startswith(b"text/plain")

        self._hold(law)

    def test_a_connection_serves_one_request_after_the_other(self) -> None:
        async def law(url: str) -> None:
            async with Connection.to(url) as connection:
                for number in range(5):
                    body = b"number %d" % number
                    assert (await connection.exchange(echo(body))).body == body

        self._hold(law)

    def test_head_has_the_head_of_get_and_no_body(self) -> None:
        async def law(url: str) -> None:
            async with Connection.to(url) as connection:
                get = await connection.exchange(HELLO)
                head = await connection.exchange(RequestBytes("HEAD", HELLO.path))
                assert (head.status, head.lasting_headers) == (get.status, get.lasting_headers)
                assert (await connection.exchange(HELLO)).body == b"hello", "a body followed the head"

        self._hold(law)

    def test_pipelined_requests_are_answered_in_order(self) -> None:
        async def law(url: str) -> None:
            requests = [echo(b"first"), HELLO, echo(b"third")]
            async with Connection.to(url) as connection:
                await connection.send(b"".join(map(bytes, requests)))
                replies = [await connection.receive(request) for request in requests]
            assert [reply.body for reply in replies] == [b"first", b"hello", b"third"]

        self._hold(law)

    def test_an_exception_is_status_500_and_concerns_nobody_else(self) -> None:
        async def law(url: str) -> None:
            async with Connection.to(url) as other:
                assert (await other.exchange(HELLO)).status == 200
                async with Connection.to(url) as connection:
                    assert (await connection.exchange(FAULT)).status == 500
                assert (await other.exchange(HELLO)).body == b"hello"
            async with Connection.to(url) as another:
                assert (await another.exchange(HELLO)).body == b"hello"

        self._hold(law)

    def test_a_large_body_arrives_whole_in_both_directions(self) -> None:
        async def law(url: str) -> None:
            body = random.Random(0).randbytes(LARGE_BODY_BYTES)
            async with Connection.to(url) as connection:
                reply = await connection.exchange(echo(body))
            assert reply.status == 200
            assert len(reply.body) == len(body)
            assert reply.body == body

        self._hold(law)

    def test_a_body_that_arrives_late_is_waited_for_and_holds_nobody_up(self) -> None:
        async def law(url: str) -> None:
            request = echo(b"a long story")
            async with Connection.to(url) as slow, Connection.to(url) as quick:
                await slow.send(bytes(request)[:-5])
                assert (await quick.exchange(HELLO)).body == b"hello"
                assert (await quick.exchange(echo(b"short"))).body == b"short"
                await slow.send(bytes(request)[-5:])
                assert (await slow.receive(request)).body == b"a long story"

        self._hold(law)

    def test_a_client_that_leaves_halfway_harms_nobody(self) -> None:
        async def law(url: str) -> None:
            async with Connection.to(url) as other:
                async with Connection.to(url) as leaving:
                    await leaving.send(bytes(echo(b"never mind"))[:-5])
                assert (await other.exchange(echo(b"still here"))).body == b"still here"

        self._hold(law)

    def test_concurrent_requests_do_not_mix(self) -> None:
        async def law(url: str) -> None:
            everybody_has_begun = asyncio.Barrier(CONNECTIONS)

            async def exchange(number: int) -> None:
                request = echo(b"%d " % number * 1000)
                async with Connection.to(url) as connection:
                    await connection.send(bytes(request)[:-500])
                    await everybody_has_begun.wait()
                    await connection.send(bytes(request)[-500:])
                    assert (await connection.receive(request)).body == request.body

            async with asyncio.TaskGroup() as group:
                for number in range(CONNECTIONS):
                    group.create_task(exchange(number))

        self._hold(law)

    def test_an_application_is_started_once_and_shut_down_once(self) -> None:
        app = as_app(self.make_app())
        calls: list[str] = []

        async def start() -> None:
            calls.append("start")
            await app.start()

        async def shutdown() -> None:
            calls.append("shutdown")
            await app.shutdown()

        async def law(url: str) -> None:
            assert calls == ["start"]
            async with Connection.to(url) as connection:
                assert (await connection.exchange(HELLO)).body == b"hello"
            assert calls == ["start"]

        asyncio.run(self._serve(replace(app, start=start, shutdown=shutdown), law))
        assert calls == ["start", "shutdown"]

    def test_a_second_application_can_be_served_after_the_first(self) -> None:
        for _ in range(2):
            self.test_an_answer_arrives_whole()

    def _hold(self, law: Callable[[str], Awaitable[None]]) -> None:
        asyncio.run(self._serve(self.make_app(), law))

    async def _serve(self, app: Any, law: Callable[[str], Awaitable[None]]) -> None:
        async with asyncio.timeout(self.patience), _served(app) as url:
            await law(url)


@asynccontextmanager
async def _served(app: Any) -> AsyncIterator[str]:
    server = Server(app, ServerSettings(host="127.0.0.1", port=0, graceful_shutdown_seconds=1))
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()

"""The handler contract: applications that keep it pass every law, and each way to break it fails one."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from arlen_http import Request, Response
from arlen_testkit.contracts.handler import HandlerContract


class Faithful:
    """An application that keeps the contract."""

    async def handle(self, request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        return await getattr(self, name)(request)

    async def hello(self, request: Request) -> Response:
        return Response.text("hello")

    async def echo(self, request: Request) -> Response:
        return Response(await request.body())

    async def fault(self, request: Request) -> Response:
        raise LookupError("as the contract wants")


class TestAnAsynchronousApplication(HandlerContract):
    def make_app(self) -> Any:
        return Faithful()


class TestASynchronousFunction(HandlerContract):
    def make_app(self) -> Any:
        answers: dict[str, Callable[[Request], Response]] = {
            "/contract/hello": lambda request: Response.text("hello"),
            "/contract/echo": lambda request: Response(request.content),
        }
        return lambda request: answers[request.path](request)


class OtherText(Faithful):
    async def hello(self, request: Request) -> Response:
        return Response.text("hallo")


class OtherHeadForHead(Faithful):
    async def hello(self, request: Request) -> Response:
        return Response.text("hello" if request.method == "GET" else "")


class OneRequestLate(Faithful):
    last = b""

    async def echo(self, request: Request) -> Response:
        answer, self.last = self.last, await request.body()
        return Response(answer)


class SwallowsExceptions(Faithful):
    async def fault(self, request: Request) -> Response:
        return Response.text("all is well")


class NeverRecovers(Faithful):
    broken = False

    async def handle(self, request: Request) -> Response:
        if self.broken:
            raise LookupError("still broken")
        return await super().handle(request)

    async def fault(self, request: Request) -> Response:
        self.broken = True
        raise LookupError


class FirstPiecesOnly(Faithful):
    async def echo(self, request: Request) -> Response:
        body = await request.body()
        return Response(body[:100_000])


class OneAtATime(Faithful):
    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def handle(self, request: Request) -> Response:
        async with self._lock:
            return await super().handle(request)


class SharedBuffer(Faithful):
    body = b""

    async def echo(self, request: Request) -> Response:
        self.body = await request.body()
        await asyncio.sleep(0.001)
        return Response(self.body)


class StopsServingWhenSomebodyLeaves(Faithful):
    gone = False

    async def handle(self, request: Request) -> Response:
        if self.gone:
            raise LookupError("somebody left")
        return await super().handle(request)

    async def echo(self, request: Request) -> Response:
        try:
            return await super().echo(request)
        except BaseException:
            self.gone = True
            raise


class FailsToShutDown(Faithful):
    async def shutdown(self) -> None:
        raise LookupError("the pool is already closed")


@pytest.mark.parametrize(
    ("app", "law", "failure"),
    [
        (OtherText, "test_an_answer_arrives_whole", AssertionError),
        (OneRequestLate, "test_a_connection_serves_one_request_after_the_other", AssertionError),
        (OtherHeadForHead, "test_head_has_the_head_of_get_and_no_body", AssertionError),
        (OneRequestLate, "test_pipelined_requests_are_answered_in_order", AssertionError),
        (SwallowsExceptions, "test_an_exception_is_status_500_and_concerns_nobody_else", AssertionError),
        (NeverRecovers, "test_an_exception_is_status_500_and_concerns_nobody_else", AssertionError),
        (FirstPiecesOnly, "test_a_large_body_arrives_whole_in_both_directions", AssertionError),
        (OneAtATime, "test_a_body_that_arrives_late_is_waited_for_and_holds_nobody_up", TimeoutError),
        (
            StopsServingWhenSomebodyLeaves,
            "test_a_client_that_leaves_halfway_harms_nobody",
            AssertionError,
        ),
        (SharedBuffer, "test_concurrent_requests_do_not_mix", ExceptionGroup),
        (
            FailsToShutDown,
            "test_an_application_is_started_once_and_shut_down_once",
            LookupError,
        ),
        (FailsToShutDown, "test_a_second_application_can_be_served_after_the_first", LookupError),
    ],
)
def test_a_broken_application_fails_the_law_that_it_breaks(
    app: type[Faithful], law: str, failure: type[Exception]
) -> None:
    class Suite(HandlerContract):
        patience = 1.0

        def make_app(self) -> Any:
            return app()

    with pytest.raises(failure):
        getattr(Suite(), law)()


def test_every_law_is_broken_by_some_application_here() -> None:
    cases = test_a_broken_application_fails_the_law_that_it_breaks.pytestmark[0].args[1]  # type: ignore[attr-defined]
    laws = {name for name in vars(HandlerContract) if re.match("test_", name)}
    assert {law for _, law, _ in cases} == laws

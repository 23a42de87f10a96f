"""The ASGI client: lifespan around the block, its state in every request, and applications without one."""

import asyncio
from typing import Any

import pytest
from arlen_testkit.asgi import asgi_client
from arlen_testkit.errors import ClientError


class Recorder:
    """An ASGI application that answers with the paths of its requests and notes what its lifespan is told."""

    def __init__(self, **answers: dict[str, str]) -> None:
        self.heard: list[str] = []
        self._answers = answers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": f"{scope['path']} {scope['state']}".encode()})

    async def _live(self, scope: Any, receive: Any, send: Any) -> None:
        for phase in ("startup", "shutdown"):
            self.heard.append((await receive())["type"])
            scope["state"]["pool"] = "open"
            await send(self._answers.get(phase, {"type": f"lifespan.{phase}.complete"}))


def test_the_lifespan_is_run_around_the_requests() -> None:
    app = Recorder()

    async def scenario() -> str:
        async with asgi_client(app) as client:
            assert app.heard == ["lifespan.startup"]
            return (await client.get("/hello")).text

    assert asyncio.run(scenario()) == "/hello {'pool': 'open'}"
    assert app.heard == ["lifespan.startup", "lifespan.shutdown"]


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
def test_a_failure_of_the_lifespan_is_raised_with_the_applications_message(phase: str) -> None:
    app = Recorder(**{phase: {"type": f"lifespan.{phase}.failed", "message": "no database"}})

    async def scenario() -> None:
        async with asgi_client(app):
            pass

    with pytest.raises(ClientError, match="no database") as caught:
        asyncio.run(scenario())
    assert caught.value.code == f"{phase}_failed"


@pytest.mark.parametrize("ignorance", ["raises", "returns"])
def test_an_application_without_lifespan_is_served(ignorance: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            if ignorance == "raises":
                raise NotImplementedError
            return
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def scenario() -> int:
        async with asgi_client(app) as client:
            return (await client.get("/")).status_code

    assert asyncio.run(scenario()) == 204


def test_an_exception_in_the_block_is_not_hidden_by_the_lifespan() -> None:
    async def scenario() -> None:
        async with asgi_client(Recorder()):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scenario())

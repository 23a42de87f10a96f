import asyncio

import pytest
from arlen_http import Request


@pytest.fixture
def serve():
    """``serve(app, *targets)``: start the application, GET one target after the other, shut it down; the responses."""

    async def scenario(app, targets):
        await app.start()
        try:
            responses = []
            for target in targets:
                answer = app.handle(Request.build("GET", target))
                responses.append(await answer if asyncio.iscoroutine(answer) else answer)
            return responses
        finally:
            await app.shutdown()

    return lambda app, *targets: asyncio.run(scenario(app, targets))

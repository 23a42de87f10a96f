import asyncio
from typing import Protocol

import pytest
from arlen.wiring.deferred import deferred


class Greeter(Protocol):
    language: str

    async def greet(self, name: str, *, twice: int = 1) -> str: ...


class English:
    language = "en"

    def __init__(self, log):
        self.log = log
        log.append("made")

    async def greet(self, name, *, twice=1):
        return f"Hello {name}" * twice

    async def close(self):
        self.log.append("closed")


def test_a_service_is_made_by_its_first_call_and_once():
    log = []
    greeter = deferred(Greeter, lambda: English(log), language="en")
    assert (log, greeter.made, greeter.language) == ([], False, "en")
    assert asyncio.run(greeter.greet("Kim", twice=2)) == "Hello KimHello Kim"
    assert asyncio.run(greeter.greet("Lee")) == "Hello Lee"
    assert (log, greeter.made) == (["made"], True)


@pytest.mark.parametrize(("calls", "log"), [(0, []), (1, ["made", "closed"])])
def test_a_service_is_closed_if_it_was_made(calls, log):
    found = []

    async def scenario():
        greeter = deferred(Greeter, lambda: English(found), language="en")
        await greeter.open()
        for _ in range(calls):
            await greeter.greet("Kim")
        await greeter.close()

    asyncio.run(scenario())
    assert found == log


def test_a_service_that_could_not_be_made_is_made_by_a_later_call():
    attempts = iter([OSError("full"), English([])])

    def make():
        found = next(attempts)
        if isinstance(found, OSError):
            raise found
        return found

    greeter = deferred(Greeter, make, language="en")
    with pytest.raises(OSError, match="full"):
        asyncio.run(greeter.greet("Kim"))
    assert asyncio.run(greeter.greet("Kim")) == "Hello Kim"

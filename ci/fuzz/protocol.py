"""The server under mutated input, held against what must be true of every answer to anything."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from arlen_http import ServerSettings
from arlen_http.handler import Handler
from arlen_http.service import Service

from .answers import Answer, Unlawful, read_answers
from .applications import APPLICATIONS
from .corpus import load
from .mutations import cut, mutated
from .wire import converse, settle, vanish

__all__ = ["Find", "Fuzzer", "fuzz"]

# What the applications of the corpus, and the server on their behalf, answer to a lawful request.
_LAWFUL = frozenset((200, 204, 206, 301, 304, 404, 405, 412, 415, 416, 426))

_BACKENDS = ("httptools", "h11")


@dataclass(frozen=True, slots=True)
class Find:
    """Input to which something happens that must not.

    Attributes:
        round: with the seed, what makes the input again.
        pieces: what is sent, and how it is cut.
        reason: what must not happen.
    """

    round: int
    application: str
    pieces: list[bytes]
    reason: str


class Fuzzer:
    """Rounds of mutated input; every one depends on the seed and its own number alone.

    Args:
        applications: what is served, by name; ``"plain"`` gets bodies complete, others read them.
    """

    def __init__(self, seed: int, applications: Mapping[str, Handler] = APPLICATIONS) -> None:
        self._seed = seed
        self._applications = applications
        self._cases = [case for case in load() if not case.timed and len(case.send) < 4000]
        self._corpus = [case.send for case in self._cases]
        self._service = cache(self._new_service)
        self._complaints = _Complaints()

    async def play(self, number: int) -> Find | None:
        """One round: the same input to both backends."""
        rng = Random(f"{self._seed}.{number}")
        case = rng.choice(self._cases)
        application = rng.choice(list(self._applications))
        pieces = cut(rng, mutated(rng, self._corpus))
        client_closes = rng.random() < 0.7
        vanishes = rng.random() < 0.1
        try:
            with self._complaints.watched():
                told = []
                for backend in _BACKENDS:
                    service = self._service(case.settings, backend, application)
                    if vanishes:
                        await vanish(service, b"".join(pieces))
                    told.append(await self._told(service, pieces, client_closes))
                if told[0] != told[1]:
                    raise Unlawful(f"the backends differ: {told[0]} and {told[1]}")
        except Exception as error:  # noqa: BLE001  whatever escapes from a server is a find
            await self._start_anew()
            return Find(number, application, pieces, f"{type(error).__name__}: {error}")
        return None

    async def _start_anew(self) -> None:
        """Let nothing that is left of a find fall on the rounds after it."""
        self._service.cache_clear()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await settle()

    def _new_service(self, settings: ServerSettings, backend: str, application: str) -> Service:
        return Service(
            self._applications[application],
            replace(settings, http_parser_backend=backend),
            streams=application != "plain",
            clock=lambda: 1000.0,
        )

    async def _told(self, service: Service, pieces: list[bytes], client_closes: bool) -> list[tuple[int, bytes]]:
        outcome = await converse(service, pieces, client_closes=client_closes)
        answers = read_answers(outcome.received)
        for answer in answers:
            _check(answer)
        await settle()
        if service.connections:
            raise Unlawful("a connection is left")
        if asyncio.all_tasks() != {asyncio.current_task()}:
            raise Unlawful("a task is left")
        return [(answer.status, answer.body) for answer in answers]


def _check(answer: Answer) -> None:
    if answer.status not in _LAWFUL and not answer.is_refusal:
        raise Unlawful(f"not a lawful answer: {answer}")


class _Complaints(logging.Handler):
    """What is logged above a warning, by the server or by the loop."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append(self.format(record))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Raise `Unlawful` for what is logged within the block."""
        self._messages.clear()
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)
        if self._messages:
            raise Unlawful("logged: " + "\n".join(self._messages))


def fuzz(
    fuzzer: Fuzzer, *, first: int = 0, rounds: int | None = None, seconds: float | None = None
) -> Iterator[Find | None]:
    """What every round comes to, until the rounds or the seconds are over."""
    end = None if seconds is None else time.monotonic() + seconds
    number = first
    with asyncio.Runner() as runner:
        while (rounds is None or number < first + rounds) and (end is None or time.monotonic() < end):
            yield runner.run(fuzzer.play(number))
            number += 1

"""Single flight: work that several callers want at once is done once, for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from .entries import Key

T = TypeVar("T")


class Flight(Generic[T]):
    __slots__ = ("passengers", "task")

    task: asyncio.Task[T]

    def __init__(self) -> None:
        self.passengers = 0


class Flights:
    """The work that is under way. A flight that lost its last passenger is cancelled."""

    __slots__ = ("_airborne",)

    def __init__(self) -> None:
        self._airborne: dict[Key, Flight[Any]] = {}

    async def join(self, key: Key, work: Callable[[], Awaitable[T]], land: Callable[[T], None]) -> T:
        """The result of the work for ``key``, which is started unless it is under way.

        ``land`` gets the result of a flight that nobody diverted.
        """
        flight: Flight[T] | None = self._airborne.get(key)
        if flight is None:
            flight = self._airborne[key] = Flight()
            flight.task = asyncio.create_task(self._fly(key, flight, work, land))
        flight.passengers += 1
        try:
            await asyncio.wait((flight.task,))
            return flight.task.result()
        finally:
            flight.passengers -= 1
            if flight.passengers == 0 and flight.task.cancel():
                self._drop(key, flight)

    def divert(self, key: Key) -> None:
        """Let the flight for ``key`` end without landing; the next caller starts another."""
        self._airborne.pop(key, None)

    def divert_all(self, namespace: str) -> None:
        for key in [key for key in self._airborne if key[0] == namespace]:
            self.divert(key)

    async def _fly(self, key: Key, flight: Flight[T], work: Callable[[], Awaitable[T]], land: Callable[[T], None]) -> T:
        try:
            result = await work()
            if self._airborne.get(key) is flight:
                land(result)
            return result
        finally:
            self._drop(key, flight)

    def _drop(self, key: Key, flight: Flight[Any]) -> None:
        if self._airborne.get(key) is flight:
            del self._airborne[key]

"""Single flight: work that several callers want at once is done once, for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
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

    async def join(self, key: Key, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the work for ``key``, which is started unless it is under way."""
        flight: Flight[T] | None = self._airborne.get(key)
        if flight is None:
            flight = self._airborne[key] = Flight()
            flight.task = asyncio.create_task(self._fly(key, flight, work))
        flight.passengers += 1
        try:
            await asyncio.wait((flight.task,))
            return flight.task.result()
        finally:
            flight.passengers -= 1
            if flight.passengers == 0 and flight.task.cancel():
                self._drop(key, flight)

    def divert(self, key: Key) -> None:
        """Those who come from now on start another flight."""
        self._airborne.pop(key, None)

    def divert_all(self, namespace: str) -> None:
        for key in [key for key in self._airborne if key[0] == namespace]:
            self.divert(key)

    def clear(self) -> None:
        self._airborne.clear()

    def __contains__(self, key: object) -> bool:
        return key in self._airborne

    async def _fly(self, key: Key, flight: Flight[T], work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return await work()
        finally:
            self._drop(key, flight)

    def _drop(self, key: Key, flight: Flight[Any]) -> None:
        if self._airborne.get(key) is flight:
            del self._airborne[key]

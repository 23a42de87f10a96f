"""Services that are made by their first call, so that an application which never uses one leaves no trace of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from inspect import iscoroutinefunction
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Deferred:
    """What every deferred service has: ``make`` is called once."""

    __slots__ = ("_lock", "_made", "_make")

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._made: object | None = None
        self._lock = Lock()

    @property
    def made(self) -> bool:
        """Whether there was a call."""
        return self._made is not None

    def made_now(self) -> Any:
        """The service itself, made if need be; who fails to make it may try again."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    async def open(self) -> None:
        """Nothing: a call opens it."""

    async def close(self) -> None:
        """Close what was made, if it can be closed."""
        if close := getattr(self._made, "close", None):
            await close()


def deferred(protocol: type[T], make: Callable[[], T], **facts: object) -> T:
    """A ``protocol`` whose first call makes it; ``facts`` are its attributes, which are known before."""
    return cast(T, _kind(cast(Any, protocol), tuple(facts.items()))(make))


@cache
def _kind(protocol: type[Any], facts: tuple[tuple[str, object], ...]) -> type[Deferred]:
    calls: Mapping[str, object] = {
        name: _passed_on(name)
        for name, member in vars(protocol).items()
        if iscoroutinefunction(member) and name not in vars(Deferred)
    }
    return type(f"Deferred{protocol.__name__}", (Deferred,), {"__slots__": (), **dict(facts), **calls})


def _passed_on(name: str) -> Callable[..., Any]:
    async def call(self: Deferred, *arguments: Any, **options: Any) -> Any:
        return await getattr(self.made_now(), name)(*arguments, **options)

    call.__name__ = name
    return call

"""Resources known by their type alone: built when the application starts, or once per request; released in reverse."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from .callables import unwrapped, with_optional_argument
from .errors import ApplicationError

T = TypeVar("T")
Scope = Literal["app", "request"]
Make = Callable[[Any], Any]
Acquire = Callable[[Any, AsyncExitStack], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class PlainFactory:
    """Makes the resource by a call; nothing to release."""

    make: Make


@dataclass(frozen=True, slots=True)
class ManagedFactory:
    """Makes the resource on the event loop, and releases it when the exit stack closes."""

    acquire: Acquire


Factory = PlainFactory | ManagedFactory


def factory_of(function: Callable[..., Any]) -> Factory:
    """Plain functions and classes are called; coroutines awaited; what follows a generator's ``yield`` releases."""
    target = unwrapped(function)
    make = with_optional_argument(function)
    if inspect.isasyncgenfunction(target):
        enter = asynccontextmanager(make)
        return ManagedFactory(lambda owner, exits: exits.enter_async_context(enter(owner)))
    if inspect.isgeneratorfunction(target):
        enter_now = contextmanager(make)

        async def acquire_now(owner: Any, exits: AsyncExitStack) -> Any:
            return exits.enter_context(enter_now(owner))

        return ManagedFactory(acquire_now)
    if inspect.iscoroutinefunction(target):
        return ManagedFactory(lambda owner, exits: make(owner))
    return PlainFactory(make)


class Resources:
    """What was provided, by type. Values are there at once; factories of scope ``app`` are opened at start."""

    __slots__ = ("_at_start", "_exits", "_per_request", "_values")

    def __init__(self) -> None:
        self._values: dict[type[Any], Any] = {}
        self._at_start: dict[type[Any], Factory] = {}
        self._per_request: dict[type[Any], Callable[..., Any]] = {}
        self._exits = AsyncExitStack()

    def provide(self, kind: type[Any], value: object, scope: Scope) -> None:
        """Functions, methods, classes and partials are factories; anything else is the resource itself.

        A later call for the same type replaces the earlier one.
        """
        for shelf in (self._values, self._at_start, self._per_request):
            shelf.pop(kind, None)
        if inspect.isroutine(value) or inspect.isclass(value) or isinstance(value, functools.partial):
            factory = cast("Callable[..., Any]", value)
            if scope == "request":
                self._per_request[kind] = factory
            else:
                self._at_start[kind] = factory_of(factory)
        else:
            self._values[kind] = value

    def __contains__(self, kind: object) -> bool:
        return kind in self._values or kind in self._at_start or kind in self._per_request

    def per_request(self, kind: type[Any]) -> Callable[..., Any] | None:
        """What makes it for each request, or ``None`` when one instance serves the whole application."""
        return self._per_request.get(kind)

    @property
    def kinds_per_request(self) -> tuple[type[Any], ...]:
        """The types that are made for each request."""
        return tuple(self._per_request)

    def value(self, kind: type[T]) -> T:
        """The application's one instance.

        Raises:
            ApplicationError: ``unknown_resource`` when there is none (yet); the message says how to get one.
        """
        try:
            return cast(T, self._values[kind])
        except KeyError:
            raise ApplicationError(self._absence(kind), code="unknown_resource") from None

    def _absence(self, kind: type[Any]) -> str:
        name = getattr(kind, "__qualname__", repr(kind))
        if kind in self._per_request:
            return f"{name} is made anew for each request; name it in the signature of the action that needs it"
        if kind in self._at_start:
            return f"{name} is built when the application starts, and the application has not started"
        return f"no {name} was provided; call app.provide({name}, ...) before the application starts"

    async def open(self, owner: object) -> None:
        """Build the resources of scope ``app`` in the order of registration; undo all of them if one fails."""
        async with AsyncExitStack() as exits:
            for kind, factory in self._at_start.items():
                match factory:
                    case PlainFactory(make):
                        self._values[kind] = make(owner)
                    case ManagedFactory(acquire):
                        self._values[kind] = await acquire(owner, exits)
            self._exits = exits.pop_all()

    async def close(self) -> None:
        """Release them in reverse order, and forget them."""
        for kind in self._at_start:
            self._values.pop(kind, None)
        await self._exits.aclose()

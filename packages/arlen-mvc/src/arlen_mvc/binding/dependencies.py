"""Dependencies: functions that give a value for the length of a request, and take it back when it is over."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from arlen_http import Response, ThreadPool

from arlen_mvc.callables import unwrapped
from arlen_mvc.composition import Step, carriable
from arlen_mvc.context import Context

from .sources import Read, Source, Unreadable

if TYPE_CHECKING:
    from arlen_http import ResponseWriter

    from .signature import Signature

Acquire = Callable[[Context, AsyncExitStack], Awaitable[Any]]
Until = Literal["answered", "sent"]
"""How long it is held: until the action has returned, or until the response was sent."""

_logger = logging.getLogger("arlen")


@dataclass(frozen=True, slots=True, eq=False)
class Dependency:
    """One node of the graph: ``key`` is the type it was provided for, or the function that ``Depends`` names.

    ``acquire`` is there for what cannot be called in passing; ``call`` for what can.
    """

    key: Any
    signature: Signature
    call: Read | None
    acquire: Acquire | None
    until: Until = "answered"

    def source(self, name: str) -> Source:
        """Its value as the argument of a parameter."""
        key, call, faults = self.key, self.call, self.signature.faults

        def read_kept(ctx: Context) -> Any:
            return ctx.get(key)

        def read(ctx: Context) -> Any:
            kept = ctx._kept
            if kept is not None and key in kept:
                return kept[key]
            assert call is not None
            try:
                return ctx.keep(key, call(ctx))
            except Unreadable as unreadable:
                unreadable.name = name
                raise

        return Source(
            name,
            read_kept if call is None else read,
            faults,
            self.signature.describe,
            self.signature.needs,
        )


def calls_in_passing(function: Callable[..., Any]) -> bool:
    """Whether a plain call gives the value: no coroutine, no generator."""
    target = unwrapped(function)
    return not (
        inspect.iscoroutinefunction(target) or inspect.isasyncgenfunction(target) or inspect.isgeneratorfunction(target)
    )


def acquiring(
    function: Callable[..., Any], bind: Callable[[Callable[..., Any]], Read], threads: ThreadPool | None
) -> Acquire:
    """How to get the value on the event loop; plain functions and generators run in a thread where there are some."""
    target = unwrapped(function)
    if inspect.isasyncgenfunction(target):
        enter = bind(asynccontextmanager(function))
        return lambda ctx, exits: exits.enter_async_context(enter(ctx))
    if inspect.isgeneratorfunction(target):
        return _entering(bind(contextmanager(function)), threads)
    call = bind(function)
    if inspect.iscoroutinefunction(target):
        return lambda ctx, exits: call(ctx)

    async def acquire(ctx: Context, exits: AsyncExitStack) -> Any:
        return call(ctx) if threads is None else await threads.run(carriable(call), ctx)

    return acquire


def _entering(enter: Read, threads: ThreadPool | None) -> Acquire:
    async def acquire_now(ctx: Context, exits: AsyncExitStack) -> Any:
        return exits.enter_context(enter(ctx))

    if threads is None:
        return acquire_now

    async def acquire(ctx: Context, exits: AsyncExitStack) -> Any:
        manager = enter(ctx)
        value = await threads.run(manager.__enter__)

        async def leave(*exception: Any) -> Any:
            return await threads.run(manager.__exit__, *exception)

        exits.push_async_exit(leave)
        return value

    return acquire


class Held:
    """What a request holds until its response was sent; calling it gives everything back, once, the last first."""

    __slots__ = ("_exits",)

    def __init__(self) -> None:
        self._exits: list[AsyncExitStack] = []

    def room(self) -> AsyncExitStack:
        """Where the next dependency leaves what gives it back."""
        exits = AsyncExitStack()
        self._exits.append(exits)
        return exits

    async def __call__(self) -> None:
        while self._exits:
            try:
                await self._exits.pop().aclose()
            except Exception:
                _logger.exception("a dependency failed after the response")

    async def fail(self, error: BaseException) -> BaseException:
        """Give everything back because of this error, which the generators see; the error that they make of it."""
        while self._exits:
            try:
                await self._exits.pop().__aexit__(type(error), error, error.__traceback__)
            except BaseException as another:  # noqa: BLE001 - it is what becomes of the request
                error = another
        return error


_NOTHING_HELD = Held()


def holding(step: Step, dependencies: tuple[Dependency, ...], faults: Callable[[Context], list[Any]]) -> Step:
    """Acquire these, in their order, before the step."""
    call = step.awaited()
    steps = tuple((each.key, each.acquire, each.until == "sent") for each in dependencies if each.acquire is not None)
    lasting = any(sent for _, _, sent in steps)

    async def acquire_all(ctx: Context, brief: AsyncExitStack, held: Held) -> None:
        for key, acquire, sent in steps:
            if ctx.kept(key) is None:
                try:
                    ctx.keep(key, await acquire(ctx, held.room() if sent else brief))
                except Unreadable as unreadable:
                    raise Unreadable(unreadable.name, faults(ctx)) from None

    async def call_holding(ctx: Context) -> Any:
        async with AsyncExitStack() as brief:
            try:
                await acquire_all(ctx, brief, _NOTHING_HELD)
                return await call(ctx)
            except BaseException as error:
                failure = error
                raise
        raise failure

    async def call_holding_on(ctx: Context) -> Any:
        held = ctx.get(Held)
        try:
            async with AsyncExitStack() as brief:
                try:
                    await acquire_all(ctx, brief, held)
                    return await call(ctx)
                except BaseException as error:
                    failure = error
                    raise
            raise failure
        except BaseException as error:
            outcome = await held.fail(error)
            if outcome is error:
                raise
            raise outcome from outcome.__cause__

    return Step(call_holding_on if lasting else call_holding, True)


def releasing(step: Step) -> Step:
    """Around everything that makes the response: what is held is given back when it was sent, or never will be."""
    call = step.awaited()

    async def call_releasing(ctx: Context) -> Any:
        held = ctx.keep(Held, Held())
        try:
            response = await call(ctx)
        except BaseException:
            await held()
            raise
        response.after = (held, *response.after)
        response.__class__ = _releasing_class(type(response))
        return response

    return Step(call_releasing, True)


_classes: dict[type[Response], type[Response]] = {}


def _releasing_class(kind: type[Response]) -> type[Response]:
    """The same kind of response, which also lets go of what is held when sending it fails."""
    try:
        return _classes[kind]
    except KeyError:
        pass

    async def send(self: Response, writer: ResponseWriter) -> None:
        try:
            await kind.send(self, writer)
        except BaseException:
            for callback in self.after:
                if isinstance(callback, Held):
                    await callback()
            raise

    made = _classes[kind] = type(kind.__name__, (kind,), {"__slots__": (), "in_memory": False, "send": send})
    return made

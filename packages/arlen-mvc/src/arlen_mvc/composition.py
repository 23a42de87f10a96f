"""One callable per route, folded together when the application starts; dispatch calls it and asks nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arlen_http import Request, Response, ThreadPool

from .boundary import Boundary
from .context import Context
from .current import enter, leave
from .results import respond

if TYPE_CHECKING:
    from .failures import Failures

Call = Callable[[Context], Any]
Conclude = Callable[[Context, Any], Response]
Serve = Callable[[Request, Mapping[str, Any], "str | None"], "Response | Awaitable[Response]"]


@dataclass(frozen=True, slots=True)
class Step:
    """A function of the context, and whether calling it gives an awaitable."""

    call: Call
    awaits: bool

    def awaited(self) -> Callable[[Context], Awaitable[Any]]:
        """The same as a coroutine function."""
        if self.awaits:
            return self.call
        call = self.call

        async def coroutine(ctx: Context) -> Any:
            return call(ctx)

        return coroutine


def carriable(call: Call) -> Call:
    """The same, for a thread: an exception that no future can carry becomes another one."""

    def call_in_thread(ctx: Context) -> Any:
        try:
            return call(ctx)
        except StopIteration as error:
            raise RuntimeError("the action let a StopIteration escape") from error

    return call_in_thread


def in_worker(call: Call, threads: ThreadPool) -> Step:
    """Run a blocking function in a thread, with the caller's context variables, when the body has arrived."""
    call_in_thread = carriable(call)

    async def threaded(ctx: Context) -> Any:
        if not ctx.request.body_complete:
            await ctx.request.body()
        return await threads.run(call_in_thread, ctx)

    return Step(threaded, True)


def after_body(step: Step) -> Step:
    """Wait for the body, for a function that cannot."""
    call = step.awaited()

    async def call_after_body(ctx: Context) -> Any:
        await ctx.request.body()
        return await call(ctx)

    return Step(call_after_body, True)


def chosen(chooses: Callable[[Request], bool], first: Serve, second: Serve) -> Serve:
    """Serve a request by the first if it is one that ``chooses`` says so of, others by the second."""

    def serve(request: Request, params: Mapping[str, Any], format: str | None) -> Response | Awaitable[Response]:
        return (first if chooses(request) else second)(request, params, format)

    return serve


def by_body(complete: Serve, incomplete: Serve) -> Serve:
    """Serve a request whose body has arrived by the first, another by the second."""

    def serve(request: Request, params: Mapping[str, Any], format: str | None) -> Response | Awaitable[Response]:
        return (complete if request.body_complete else incomplete)(request, params, format)

    return serve


def answered(step: Step, failures: Failures, conclude: Conclude = respond) -> Step:
    """From a step that returns anything, or raises, to one that always gives a response."""
    call = step.call
    if not step.awaits and not failures.awaits:
        answer = failures.answer

        def direct(ctx: Context) -> Response:
            try:
                return conclude(ctx, call(ctx))
            except Exception as error:  # noqa: BLE001 - every failure of an action becomes an answer
                return answer(ctx, error)

        return Step(direct, False)

    call_awaited, answer_awaited = step.awaited(), failures.answer_awaited

    async def coroutine(ctx: Context) -> Response:
        try:
            return conclude(ctx, await call_awaited(ctx))
        except Exception as error:  # noqa: BLE001 - every failure of an action becomes an answer
            return await answer_awaited(ctx, error)

    return Step(coroutine, True)


def served(step: Step, boundary: Boundary, conclude: Conclude, failures: Failures) -> Serve:
    """The route's endpoint: context, step, answer and final headers in one function, or in one coroutine."""
    open_context, finish, abandon = boundary.open, boundary.finish, boundary.abandon
    call = step.call
    if not step.awaits and not failures.awaits:
        answer = failures.answer

        def direct(request: Request, params: Mapping[str, Any], format: str | None) -> Response:
            ctx = open_context(request, params, format)
            token = enter(ctx)
            try:
                try:
                    response = conclude(ctx, call(ctx))
                except Exception as error:  # noqa: BLE001 - every failure of an action becomes an answer
                    response = answer(ctx, error)
                return finish(ctx, response)
            except BaseException as error:
                abandon(ctx, error)
                raise
            finally:
                leave(token)

        return direct

    call_awaited, answer_awaited = step.awaited(), failures.answer_awaited

    async def coroutine(request: Request, params: Mapping[str, Any], format: str | None) -> Response:
        ctx = open_context(request, params, format)
        token = enter(ctx)
        try:
            try:
                response = conclude(ctx, await call_awaited(ctx))
            except Exception as error:  # noqa: BLE001 - every failure of an action becomes an answer
                response = await answer_awaited(ctx, error)
            return finish(ctx, response)
        except BaseException as error:
            abandon(ctx, error)
            raise
        finally:
            leave(token)

    return coroutine

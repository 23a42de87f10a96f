"""Layers around actions: onions, and objects with ``process`` and ``did_process``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from arlen_http import ClientDisconnect, RequestRefused, Response

from .callables import awaits, place_of
from .composition import Step
from .context import Context
from .errors import ArlenMVCError, HTTPError, Mistake

if TYPE_CHECKING:
    from .failures import Failures
    from .routes import RouteDeclaration

_logger = logging.getLogger("arlen")

_REFUSALS = (HTTPError, RequestRefused, ClientDisconnect)
"""What a layer raises to end a request otherwise than by its answer so far."""

CallNext = Callable[[Context], Awaitable[Response]]
"""The rest of the chain, for a layer to await."""


class Onion(Protocol):
    """``async def layer(ctx, call_next)``; ``await call_next(ctx)`` gives a response, whatever failed inside."""

    async def __call__(self, ctx: Context, call_next: CallNext, /) -> Response: ...


def layers_for(route: RouteDeclaration | None, layers: Sequence[Any]) -> list[Any]:
    """The layers as this route needs them (``None``: requests that no route takes).

    A layer with a method ``for_route(route)`` is asked once, at start: it gives the layer to use (itself, or one made
    for the route), or ``None`` when the route needs nothing of it.
    """
    asked = (layer.for_route(route) if hasattr(layer, "for_route") else layer for layer in layers)
    return [layer for layer in asked if layer is not None]


def layered(step: Step, layers: Sequence[Any], failures: Failures) -> Step:
    """Fold the layers around a step that answers with a response; the first layer is the outermost."""
    for layer in reversed(layers):
        step = _pair(layer, step, failures) if _is_pair(layer) else _onion(layer, step, failures)
    return step


def find_mistakes(layers: Sequence[Any]) -> list[Mistake]:
    """What cannot be used as a layer."""
    remedy = "write `async def layer(ctx, call_next)`, or an object with process(ctx) or did_process(ctx)"
    return [
        Mistake(
            f"middleware {place_of(layer)}", "is neither an async function nor a process/did_process object", remedy
        )
        for layer in layers
        if not (_is_pair(layer) or hasattr(layer, "for_route") or (callable(layer) and awaits(layer)))
    ]


def _is_pair(layer: Any) -> bool:
    return hasattr(layer, "process") or hasattr(layer, "did_process")


def the_response(ctx: Context, result: Any) -> Response:
    """The response of a chain of layers.

    Raises:
        ArlenMVCError: ``middleware_failure``; a layer forgot to return the response of ``call_next``.
    """
    if not isinstance(result, Response):
        raise ArlenMVCError(
            f"middleware returned {type(result).__qualname__}; return what call_next(ctx) gave, or another response",
            code="middleware_failure",
        )
    return result


def _onion(layer: Onion, step: Step, failures: Failures) -> Step:
    call_next = step.awaited()

    async def around(ctx: Context) -> Response:
        try:
            return ctx.take(the_response(ctx, await layer(ctx, call_next)))
        except Exception as error:  # noqa: BLE001 - the layers further out still see an answer
            return await failures.answer_awaited(ctx, error)

    return Step(around, True)


def _pass(ctx: Context) -> None:
    return None


def _kept(ctx: Context, error: Exception) -> Response | None:
    """What a layer had rendered before it failed; a refusal that it raises on purpose counts for more."""
    if not ctx.committed or isinstance(error, _REFUSALS):
        return None
    _log("middleware failure", ctx, error)
    return ctx.response


def _log(message: str, ctx: Context, error: Exception) -> None:
    fields = {
        "request_id": ctx.request_id,
        "controller": ctx.controller_name,
        "action": ctx.action_name,
        "error": f"{type(error).__name__}: {error}",
    }
    _logger.error(message, exc_info=error, extra={"fields": fields})


def _pair(layer: Any, step: Step, failures: Failures) -> Step:
    process = getattr(layer, "process", _pass)
    did_process = getattr(layer, "did_process", _pass)
    proceed = step.call

    def halted(ctx: Context, verdict: object) -> Response | None:
        if isinstance(verdict, Response):
            return ctx.adopt(verdict)
        if verdict is not False:
            return None
        if ctx.committed:
            return ctx.response
        raise HTTPError(400, "request_halted", "request halted by middleware")

    if not (step.awaits or failures.awaits or awaits(process) or awaits(did_process)):

        def around(ctx: Context) -> Response:
            try:
                response = halted(ctx, process(ctx)) or proceed(ctx)
            except Exception as error:  # noqa: BLE001 - the layers further out still see an answer
                kept = _kept(ctx, error)
                response = failures.answer(ctx, error) if kept is None else kept
            ctx.replace_response(response)
            try:
                did_process(ctx)
            except _REFUSALS as refusal:
                return failures.answer(ctx, refusal)
            except Exception as error:  # noqa: BLE001 - the action has done its work
                _log("middleware finalize failure", ctx, error)
            return ctx.response

        return Step(around, False)

    before, after = Step(process, awaits(process)).awaited(), Step(did_process, awaits(did_process)).awaited()
    proceed_awaited = step.awaited()

    async def around_awaited(ctx: Context) -> Response:
        try:
            response = halted(ctx, await before(ctx)) or await proceed_awaited(ctx)
        except Exception as error:  # noqa: BLE001 - the layers further out still see an answer
            kept = _kept(ctx, error)
            response = await failures.answer_awaited(ctx, error) if kept is None else kept
        ctx.replace_response(response)
        try:
            await after(ctx)
        except _REFUSALS as refusal:
            return await failures.answer_awaited(ctx, refusal)
        except Exception as error:  # noqa: BLE001 - the action has done its work
            _log("middleware finalize failure", ctx, error)
        return ctx.response

    return Step(around_awaited, True)

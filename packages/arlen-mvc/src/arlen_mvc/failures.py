"""From an exception to an answer: the application's handlers first, then the framework's own reading of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from arlen_http import ClientDisconnect, RequestRefused, Response, ServerBusy

from .auth.errors import AuthError
from .callables import awaits
from .error_pages.answers import Failure, Show
from .errors import ArlenMVCError, ContractViolated, FieldError, HTTPError, RenderError, TemplateError, reason_phrase
from .results import respond

if TYPE_CHECKING:
    from .context import Context

_logger = logging.getLogger("arlen")

Handler = Callable[["Context", Any], Any]


class ErrorHandlers:
    """Handlers by exception class or by status, as they were registered."""

    __slots__ = ("by_class", "by_status")

    def __init__(self) -> None:
        self.by_class: dict[type[Exception], Handler] = {}
        self.by_status: dict[int, Handler] = {}

    def add(self, kind: type[Exception] | int, handler: Handler) -> None:
        if isinstance(kind, int):
            self.by_status[kind] = handler
        else:
            self.by_class[kind] = handler


class Failures:
    """Answers for failed requests. ``awaits`` tells whether a handler is a coroutine function.

    ``unexpected`` is the code of an exception that is not one of the framework's own.
    """

    __slots__ = ("_by_class", "_by_status", "_show", "_unexpected", "awaits")

    def __init__(self, handlers: ErrorHandlers, show: Show, unexpected: str = "controller_exception") -> None:
        self._unexpected = unexpected
        self._by_class: Mapping[type[Exception], Handler] = dict(handlers.by_class)
        self._by_status: Mapping[int, Handler] = dict(handlers.by_status)
        self._show = show
        self.awaits = any(awaits(handler) for handler in (*self._by_class.values(), *self._by_status.values()))

    def answer(self, ctx: Context, error: Exception) -> Response:
        """The response for this exception.

        Raises:
            ClientDisconnect: the client is gone; there is nobody to answer.
        """
        failure, handler = self._begin(ctx, error)
        if handler is None:
            return ctx.replace_response(self._show(ctx, failure))
        try:
            return respond(ctx, handler(ctx, error))
        except Exception as another:  # noqa: BLE001 - a failing handler must not take the answer away
            return ctx.replace_response(self._show(ctx, self._read_logged(ctx, another)))

    async def answer_awaited(self, ctx: Context, error: Exception) -> Response:
        """The same, for handlers of which some are coroutine functions."""
        failure, handler = self._begin(ctx, error)
        if handler is None:
            return ctx.replace_response(self._show(ctx, failure))
        try:
            result = handler(ctx, error)
            return respond(ctx, await result if awaits(handler) else result)
        except Exception as another:  # noqa: BLE001 - a failing handler must not take the answer away
            return ctx.replace_response(self._show(ctx, self._read_logged(ctx, another)))

    def _begin(self, ctx: Context, error: Exception) -> tuple[Failure, Handler | None]:
        if isinstance(error, (ClientDisconnect, ServerBusy)):
            raise error
        ctx.begin_error(error)
        handler = self._handler(error)
        failure = read(error, self._unexpected)
        handler = handler or self._by_status.get(failure.status)
        if handler is None:
            _log(ctx, failure)
        else:
            ctx.response.status = failure.status
        return failure, handler

    def _handler(self, error: Exception) -> Handler | None:
        for kind in type(error).__mro__:
            if handler := self._by_class.get(kind):
                return handler
        return None

    def _read_logged(self, ctx: Context, error: Exception) -> Failure:
        ctx.begin_error(error)
        failure = read(error, self._unexpected)
        _log(ctx, failure)
        return failure


def read(error: Exception, unexpected: str) -> Failure:
    """What an exception means for the client."""
    match error:
        case HTTPError():
            details = tuple(error.details)
            return Failure(error.status, error.code, error.message, details, error.headers, error, error.plain)
        case AuthError():
            return read(HTTPError(error.status), unexpected)
        case RequestRefused():
            return Failure(error.status, error.code, reason_phrase(error.status), cause=error)
        case TemplateError():
            missing = {name: value for name, value in error.details.items() if name in _MISSING}
            place = {"file": error.path, "line": error.line, "column": error.column, **missing}
            meta = {"name": type(error).__name__, "reason": str(error), **place}
            detail = FieldError("", error.code, str(error), meta)
            return Failure(500, "template_error", str(error), (detail,), cause=error)
        case ContractViolated():
            return _internal(error, error.code, str(error), error.details)
        case RenderError() | ArlenMVCError():
            return _internal(error, error.code, str(error), {})
        case _:
            return _internal(error, unexpected, f"{type(error).__name__}: {error}", {})


def _internal(error: Exception, code: str, message: str, place: Mapping[str, object]) -> Failure:
    meta = {"name": type(error).__name__, "reason": str(error), **place}
    return Failure(500, code, message, (FieldError("", code, message, meta),), cause=error)


_MISSING = ("local", "key_path", "segment")

_MESSAGES = {
    "json_serialization_failed": "implicit json serialization failed",
    "middleware_failure": "middleware failure",
    "response_contract_failed": "response contract failed",
}


def _log(ctx: Context, failure: Failure) -> None:
    if failure.status < 500 or isinstance(failure.cause, HTTPError):
        return
    fields = {
        "request_id": ctx.request_id,
        "controller": ctx.controller_name,
        "action": ctx.action_name,
        "error" if failure.code == "middleware_failure" else "exception": failure.message,
    }
    message = _MESSAGES.get(failure.code, "controller exception")
    _logger.error(message, exc_info=failure.cause, extra={"fields": fields})

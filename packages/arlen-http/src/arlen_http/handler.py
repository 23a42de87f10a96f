"""What can be served: an application object, a handler function, or an ASGI application."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any

from .request import Request
from .response import Response
from .settings import ServerSettings
from .threads import ThreadPool

__all__ = ["App", "BodyLimit", "Handler", "as_app"]

Handler = Callable[[Request], Response | Awaitable[Response]]
BodyLimit = Callable[[Request], "int | None"]


async def _nothing() -> None:
    """For applications that need no start or no shutdown."""


@dataclass(frozen=True, slots=True)
class App:
    """A handler with what surrounds it.

    Attributes:
        handle: answers a request.
        streams: whether it takes a request before the body has arrived; a plain function gets it complete.
        start: awaited before the first request.
        shutdown: awaited after the last one.
        stopping: awaited before ``shutdown``, when no connection is accepted any more and requests in flight still run;
            the place to end what would go on for ever. One that fails is logged and does not keep the server.
        body_limit: the most bytes in the body of this request, 0 for none at all, ``None`` for what the server allows;
            asked once for each request with a body, before anything of it is read.
        threads: where its blocking functions run, for the figures of the server.
    """

    handle: Handler
    streams: bool
    start: Callable[[], Awaitable[None]] = _nothing
    shutdown: Callable[[], Awaitable[None]] = _nothing
    stopping: Callable[[], Awaitable[None]] = _nothing
    body_limit: BodyLimit | None = None
    threads: ThreadPool | None = None


def as_app(target: Any, settings: ServerSettings | None = None) -> App:
    """The application that an object is.

    An object with ``handle`` is one, with whatever else it has of what `App` has; a coroutine function of three
    parameters (or an object that is called like one) is an ASGI application; any other callable is a handler.

    Args:
        settings: those of the server, for an ASGI application.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(target, App):
        return target
    handle = getattr(target, "handle", None)
    if callable(handle):
        streams = bool(getattr(target, "streams", False)) or inspect.iscoroutinefunction(handle)
        given = {field.name: getattr(target, field.name) for field in fields(App)[2:] if hasattr(target, field.name)}
        return App(handle, streams, **given)
    if not callable(target):
        raise TypeError(f"{type(target).__name__} is neither a handler nor an application")
    if _is_asgi(target):
        from .asgi import from_asgi

        return as_app(from_asgi(target, settings))
    return App(target, bool(getattr(target, "streams", False)) or _is_coroutine_callable(target))


def _is_coroutine_callable(target: Any) -> bool:
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(getattr(target, "__call__", None))  # noqa: B004


def _is_asgi(target: Any) -> bool:
    if not _is_coroutine_callable(target):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(target).parameters.values()
    return sum(parameter.kind in kinds and parameter.default is parameter.empty for parameter in parameters) == 3

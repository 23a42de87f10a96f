"""Things done in the session of a visitor, past the pages of an Arlen application."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

from arlen_http import Request, Response
from arlen_mvc import Application, Context
from arlen_mvc.runtime import RouteInfo

from .errors import ClientError

__all__ = ["arlen_application", "visit"]

T = TypeVar("T")


def arlen_application(app: object, what: str) -> Application:
    """The application, if it is one of Arlen's.

    Raises:
        ClientError: ``not_an_arlen_application``.
    """
    if isinstance(app, Application):
        return app
    raise ClientError(f"{what} needs an Arlen application, not {app!r}", code="not_an_arlen_application")


async def visit(app: Application, request: Request, action: Callable[[Context], T]) -> tuple[T, Response]:
    """What ``action`` gives for the context of a request, and a response that holds the cookies of its session.

    Raises:
        arlen_mvc.SessionRequired: the application has no sessions, and the action needs one.
    """
    ctx = Context(app.runtime, request, RouteInfo(), {}, None)
    sessions = app.runtime.sessions
    await _settled(getattr(sessions, "process", _nothing)(ctx))
    result = action(ctx)
    await _settled(getattr(sessions, "did_process", _nothing)(ctx))
    return result, ctx.response


def _nothing(ctx: Context) -> None:
    return None


async def _settled(result: object) -> None:
    if inspect.isawaitable(result):
        await result

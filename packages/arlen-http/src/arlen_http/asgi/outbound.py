"""An application of this server under another one, as an ASGI 3 application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from arlen_http.callbacks import run_callbacks
from arlen_http.errors import ArlenHTTPError, ClientDisconnect, RequestRefused
from arlen_http.forwarding.hosts import only_hosts
from arlen_http.handler import App, Handler, as_app
from arlen_http.layers import with_content_settings
from arlen_http.log import logger
from arlen_http.refusals import refusal_response
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.settings import ServerSettings
from arlen_http.upgrade import Upgrade

from .carried import CarriedPeer, carried_handshake, carried_request
from .types import ASGIApp, Receive, Scope, Send
from .writer import ASGIWriter, not_upgradable

__all__ = ["to_asgi"]


def to_asgi(app: Any, settings: ServerSettings | None = None) -> ASGIApp:
    """An ASGI 3 application that runs an application object or handler.

    It knows the ``http``, ``websocket`` and ``lifespan`` scopes; bodies and responses are streamed. Another server does
    not hand its connections over: of an `Upgrade` only its ``asgi`` face is used, for a WebSocket; one without is
    answered 426. The application's ``body_limit`` is asked for every request: a scope does not say whether there is a
    body.

    Args:
        app: whatever `Server` takes.
        settings: the limits of bodies, parameters and cookies, ``allowed_hosts``, compression and ``decode_content``
            are used.
    """
    settings = settings or ServerSettings()
    served = as_app(app, settings)
    handle = with_content_settings(served.handle, settings, served.body_limit)
    served = replace(served, handle=only_hosts(settings.allowed_hosts, handle) if settings.allowed_hosts else handle)
    max_body_bytes = settings.request_limits.max_body_bytes

    async def asgi_app(scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "lifespan":
                await _lifespan(served, receive, send)
            case "http":
                await _respond(served, scope, CarriedPeer(scope, receive, send, max_body_bytes), send)
            case "websocket":
                await _open_websocket(served.handle, scope, receive, send)
            case other:
                raise ArlenHTTPError(f"this application does not serve the ASGI scope {other!r}")

    return asgi_app


async def _lifespan(app: App, receive: Receive, send: Send) -> None:
    for event, moments in (("startup", (app.start,)), ("shutdown", (app.stopping, app.shutdown))):
        await receive()
        try:
            for moment in moments:
                await moment()
        except Exception as error:  # noqa: BLE001
            logger.exception("%s failed", event)
            await send({"type": f"lifespan.{event}.failed", "message": str(error)})
            return
        await send({"type": f"lifespan.{event}.complete"})


async def _respond(app: App, scope: Scope, peer: CarriedPeer, send: Send) -> None:
    request = carried_request(scope, peer)
    writer = ASGIWriter(request, send, "http.response")
    try:
        limit = app.body_limit(request) if app.body_limit else None
        if limit is not None:
            peer.limit_body(limit)
        if not app.streams:
            await request.body()
        response = await _called(app.handle, request)
        if response.in_memory or not response.ends_with_client:
            await response.send(writer)
        else:
            await _send_while_connected(response, writer)
    except ClientDisconnect:
        return
    except RequestRefused as refusal:
        await _send_instead(refusal_response(refusal), writer)
    except Exception:
        if writer.begun:
            raise
        logger.exception("%r failed", request)
        await _send_instead(Response("internal server error\n", 500), writer)
    else:
        await run_callbacks(response.after)


async def _send_instead(response: Response, writer: ASGIWriter) -> None:
    if not writer.begun:
        await response.send(writer)


async def _send_while_connected(response: Response, writer: ASGIWriter) -> None:
    sending = asyncio.ensure_future(response.send(writer))
    gone = asyncio.ensure_future(writer.request.wait_disconnected())
    try:
        await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        unfinished = [task for task in (sending, gone) if task.cancel()]
        if unfinished:
            await asyncio.wait(unfinished)
    if not sending.cancelled():
        sending.result()


async def _open_websocket(handle: Handler, scope: Scope, receive: Receive, send: Send) -> None:
    """Ask the handler: what it gives is a WebSocket, or the reason why there is none."""
    request = carried_handshake(scope)
    try:
        response = await _called(handle, request)
        if isinstance(response, Upgrade) and response.asgi is None:
            raise not_upgradable()
    except RequestRefused as refusal:
        response = refusal_response(refusal)
    except Exception:  # noqa: BLE001
        logger.exception("%r failed", request)
        response = Response("internal server error\n", 500)
    if isinstance(response, Upgrade) and response.asgi is not None:
        await response.asgi(receive, send)
    else:
        await _deny(response, request, scope, receive, send)
    await run_callbacks(response.after)


async def _deny(response: Response, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a handshake with a response, as far as the server can: without its extension it answers 403."""
    await receive()
    if "websocket.http.response" in (scope.get("extensions") or ()):
        await response.send(ASGIWriter(request, send, "websocket.http.response"))
    else:
        await send({"type": "websocket.close", "code": 1000})


async def _called(handle: Handler, request: Request) -> Response:
    result = handle(request)
    return await result if isinstance(result, Awaitable) else result

"""What the settings put around a handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from arlen_http.forwarding.hosts import only_hosts
from arlen_http.forwarding.proxies import ProxyTrust, with_forwarded_prefix
from arlen_http.handler import BodyLimit, Handler
from arlen_http.limits import RequestLimits
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.settings import ServerSettings

from .serialized import serialized

__all__ = ["with_content_settings", "with_dispatch_settings"]

_USUAL = RequestLimits()


def with_content_settings(handler: Handler, settings: ServerSettings, body_limit: BodyLimit | None = None) -> Handler:
    """The handler with decoding, compression and limits of its own, where they are wanted.

    Raises:
        ArlenHTTPError: code ``unknown_coding``.
    """
    limits = settings.request_limits
    if (limits.max_query_params, limits.max_cookies) != (_USUAL.max_query_params, _USUAL.max_cookies):
        handler = _limiting_parts(handler, limits)
    if settings.http.decode_content:
        from .decoding import decoded

        def most_bytes(request: Request) -> int:
            own = body_limit(request) if body_limit else None
            return limits.max_body_bytes if own is None else own

        handler = decoded(handler, most_bytes)
    if settings.compression.enabled:
        from .compression import compressed

        handler = compressed(handler, settings.compression)
    return handler


def with_dispatch_settings(
    handler: Handler, settings: ServerSettings, trust: ProxyTrust, turn: asyncio.Lock | None
) -> Handler:
    """The handler for allowed hosts, below the prefix that trusted proxies tell, and in turn where there is one.

    Raises:
        ServerStartError: code ``invalid_allowed_hosts``.
    """
    if turn:
        handler = serialized(handler, turn)
    if trust.tells_prefix:
        handler = with_forwarded_prefix(handler)
    return only_hosts(settings.allowed_hosts, handler) if settings.allowed_hosts else handler


def _limiting_parts(handler: Handler, limits: RequestLimits) -> Handler:
    def handle(request: Request) -> Response | Awaitable[Response]:
        request.limit_parts(limits)
        return handler(request)

    return handle

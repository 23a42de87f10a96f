"""What the settings put around a handler for the content of requests and responses."""

from __future__ import annotations

from collections.abc import Awaitable

from .handler import BodyLimit, Handler
from .limits import RequestLimits
from .request import Request
from .response import Response
from .settings import ServerSettings

__all__ = ["with_content_settings"]

_USUAL = RequestLimits()


def with_content_settings(handler: Handler, settings: ServerSettings, body_limit: BodyLimit | None = None) -> Handler:
    """The handler with `arlen_http.decoding`, `arlen_http.compression` and limits of its own, where they are wanted.

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


def _limiting_parts(handler: Handler, limits: RequestLimits) -> Handler:
    def handle(request: Request) -> Response | Awaitable[Response]:
        request.limit_parts(limits)
        return handler(request)

    return handle

"""The cookie that a session comes and goes with."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, cast

from arlen_http.cookies import cookie_header

from arlen_mvc.errors import HTTPError

from .settings import SessionSettings

if TYPE_CHECKING:
    from arlen_http import Request
    from arlen_http.cookies import SameSite

    from arlen_mvc.context import Context

_LARGEST_COOKIE = 4096

_logger = logging.getLogger("arlen")


class SessionCookie:
    """Reads, writes and takes back the session's cookie."""

    __slots__ = ("_find", "_same_site", "_secure", "name")

    def __init__(self, settings: SessionSettings) -> None:
        self.name = settings.cookie_name
        self._find = re.compile(rb"(?:^|;)[ \t]*" + re.escape(self.name.encode()) + rb"=([^;]*)").findall
        self._same_site = cast("SameSite", settings.same_site)
        self._secure = bool(settings.secure)

    def value(self, request: Request) -> str:
        """What the browser has sent; ``""`` when there is none."""
        head = request.head
        if b"cookie" not in head.last:
            return ""
        sent = b";".join([value for field, value in head.fields if field == b"cookie"])
        values: list[bytes] = self._find(sent)
        return values[-1].decode("latin-1").strip() if values else ""

    def vary(self, ctx: Context) -> None:
        """Say that the answer depends on what is in the cookie."""
        headers = ctx.response.headers
        if len(headers):
            headers.add_vary("Cookie")
        else:
            headers.append("vary", "Cookie")

    def write(self, ctx: Context, value: str, max_age: int) -> None:
        """Give the browser the cookie; the answer is then nobody else's.

        Raises:
            HTTPError: 500 ``session_encoding_failed``; browsers do not keep a cookie of more than 4096 bytes.
        """
        size = len(self.name) + 1 + len(value)
        if size > _LARGEST_COOKIE:
            raise encoding_failed(ctx, f"the cookie would have {size} bytes, and browsers keep {_LARGEST_COOKIE}")
        self._send(ctx, value, max_age)

    def take_back(self, ctx: Context) -> None:
        """Have the browser forget it."""
        self._send(ctx, "", 0)

    def _send(self, ctx: Context, value: str, max_age: int) -> None:
        line = cookie_header(self.name, value, max_age=max_age, secure=self._secure, samesite=self._same_site)
        headers = ctx.response.headers
        headers.append("set-cookie", line)
        if "cache-control" not in headers:
            headers.append("cache-control", "private")


def encoding_failed(ctx: Context, reason: str) -> HTTPError:
    """The refusal of a session that cannot be written; the reason goes to the log only."""
    _logger.error("session encoding failed", extra={"fields": {"request_id": ctx.request_id, "reason": reason}})
    return HTTPError(500, "session_encoding_failed", "session encoding failed")

"""Cross-origin resource sharing (WHATWG Fetch, section 3.2): which pages may read the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from arlen_http import Response

from arlen_mvc.errors import Mistake

from .cors_settings import CORSSettings
from .origin_patterns import LONGEST_ORIGIN, UnsafePattern, safe_pattern

if TYPE_CHECKING:
    from arlen_mvc.context import Context

_ANY = "*"
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TOKENS = re.compile(rf"{_TOKEN}(?:[ \t]*,[ \t]*{_TOKEN})*")
_LONGEST_LIST = 2048


class CORS:
    """The layer that answers preflights and names the origin that may read an answer.

    It belongs outside of all others, so that pages can read refusals too. A preflight is answered with 204 for every
    path and method; an origin that is not allowed gets no field at all, and the browser refuses. All other requests
    are served as they would be without it.

    Raises:
        UnsafePattern: a pattern is none, or its worst case takes too long.
    """

    __slots__ = ("_always", "_known", "_patterns", "_preflight", "_read", "_reflects")

    def __init__(self, settings: CORSSettings) -> None:
        credentials = "access-control-allow-credentials: true\r\n" if settings.allow_credentials else ""
        exposed = _listed("access-control-expose-headers", settings.expose_headers)
        self._read = f"{credentials}{exposed}".encode()
        self._always = _origin_line(_ANY) + self._read if _ANY in settings.allow_origins else b""
        self._known = {origin.encode(): _origin_line(origin) + self._read for origin in settings.allow_origins}
        self._patterns = tuple(map(safe_pattern, settings.allow_origin_patterns))
        self._reflects = _ANY in settings.allow_headers
        methods = _listed("access-control-allow-methods", settings.allow_methods)
        headers = "" if self._reflects else _listed("access-control-allow-headers", settings.allow_headers)
        self._preflight = f"{methods}{headers}access-control-max-age: {settings.max_age_seconds}\r\n".encode()

    def process(self, ctx: Context) -> Response | None:
        request = ctx.request
        fields = request.head.last
        if request.method != "OPTIONS" or b"access-control-request-method" not in fields or b"origin" not in fields:
            return None
        if self._always or self._allowed(fields[b"origin"]):
            ctx.header_lines += self._preflight
            if self._reflects:
                ctx.header_lines += _reflected(fields.get(b"access-control-request-headers", b""))
        return Response.empty(204)

    def did_process(self, ctx: Context) -> None:
        own = ctx.response.own_headers
        settled = own is not None and "access-control-allow-origin" in own
        if self._always:
            if not settled:
                ctx.header_lines += self._always
            return
        if own is not None and "vary" in own:
            own.add_vary("Origin")
        else:
            ctx.header_lines += b"vary: Origin\r\n"
        origin = ctx.request.head.last.get(b"origin")
        if origin is not None and not settled:
            ctx.header_lines += self._allowed(origin)

    def _allowed(self, origin: bytes) -> bytes:
        """The lines for an origin; none for one that is not allowed."""
        return self._known.get(origin) or (self._fitting(origin) if self._patterns else b"")

    def _fitting(self, origin: bytes) -> bytes:
        text = origin.decode("latin-1")
        if len(text) > LONGEST_ORIGIN or not _ORIGIN.fullmatch(text):
            return b""
        if not any(pattern.fullmatch(text) for pattern in self._patterns):
            return b""
        return _origin_line(text) + self._read


def find_mistakes(settings: CORSSettings) -> Iterator[Mistake]:
    """Origins that no browser sends, patterns that are none or dangerous, and credentials for everybody."""
    for origin in settings.allow_origins:
        if origin != _ANY and not _ORIGIN.fullmatch(origin):
            remedy = "write scheme, host and port as browsers do, such as https://app.example.com"
            problem = "sandboxed frames of every site send it" if origin == "null" else "is no origin"
            yield Mistake("cors.allow_origins", f"{origin!r} {problem}", remedy)
    if settings.allow_credentials and _ANY in settings.allow_origins:
        problem = "would let every site act for whoever is logged in"
        yield Mistake("cors.allow_credentials", f"together with the origin * it {problem}", "list the origins")
    for pattern in settings.allow_origin_patterns:
        try:
            safe_pattern(pattern)
        except UnsafePattern as error:
            yield Mistake("cors.allow_origin_patterns", str(error), "write it without, or list the origins")
    for key in ("allow_methods", "allow_headers", "expose_headers"):
        for name in getattr(settings, key):
            if not re.fullmatch(_TOKEN, name):
                yield Mistake(f"cors.{key}", f"{name!r} is not the name of one", "correct it")


def _origin_line(origin: str) -> bytes:
    return f"access-control-allow-origin: {origin}\r\n".encode()


def _listed(name: str, values: tuple[str, ...]) -> str:
    return f"{name}: {', '.join(values)}\r\n" if values else ""


def _reflected(asked: bytes) -> bytes:
    """The request headers that a preflight asks for, allowed as they are named."""
    names = asked.decode("latin-1").strip()
    if len(names) > _LONGEST_LIST or not _TOKENS.fullmatch(names):
        return b""
    return f"access-control-allow-headers: {names}\r\n".encode()

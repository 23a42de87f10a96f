"""A plain ASGI callable: what a server costs when no framework runs on it."""

from __future__ import annotations

import json

from .asgi_headers import Receive, Scope, Send
from .content import BLOB, HEALTH, SECURITY_PAIRS, echo, page, request_id, status

ECHO = "/api/echo/"
TEXT = b"text/plain; charset=utf-8"
JSON = b"application/json"
HTML = b"text/html; charset=utf-8"
BINARY = b"application/octet-stream"

Pairs = list[tuple[bytes, bytes]]


def encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def answer(path: str) -> tuple[int, bytes, bytes, Pairs]:
    if path == "/healthz":
        return 200, TEXT, HEALTH.encode(), []
    if path == "/api/status":
        return 200, JSON, encode(status()), []
    if path.startswith(ECHO):
        extra = [*SECURITY_PAIRS, (b"x-request-id", request_id().encode())]
        return 200, JSON, encode(echo(path[len(ECHO) :], path)), extra
    if path == "/":
        return 200, HTML, page().encode(), []
    if path == "/api/blob":
        return 200, BINARY, BLOB, []
    return 404, TEXT, b"", []


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    code, media_type, body, extra = answer(scope["path"])
    headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body)), *extra]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": body})

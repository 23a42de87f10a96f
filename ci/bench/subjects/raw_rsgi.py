"""A plain RSGI callable: granian's own interface, without a framework."""

from __future__ import annotations

from typing import Any

import orjson

from .content import BLOB, HEALTH, SECURITY_HEADERS, echo, page, request_id, status

ECHO = "/api/echo/"
TEXT = [("content-type", "text/plain; charset=utf-8")]
JSON = [("content-type", "application/json")]
HTML = [("content-type", "text/html; charset=utf-8")]
BINARY = [("content-type", "application/octet-stream")]
DEFAULT_HEADERS = [*JSON, *SECURITY_HEADERS.items()]


async def app(scope: Any, protocol: Any) -> None:
    path: str = scope.path
    if path == "/healthz":
        protocol.response_str(200, TEXT, HEALTH)
    elif path == "/api/status":
        protocol.response_bytes(200, JSON, orjson.dumps(status()))
    elif path.startswith(ECHO):
        headers = [*DEFAULT_HEADERS, ("x-request-id", request_id())]
        protocol.response_bytes(200, headers, orjson.dumps(echo(path[len(ECHO) :], path)))
    elif path == "/":
        protocol.response_str(200, HTML, page())
    elif path == "/api/blob":
        protocol.response_bytes(200, BINARY, BLOB)
    else:
        protocol.response_empty(404, [])

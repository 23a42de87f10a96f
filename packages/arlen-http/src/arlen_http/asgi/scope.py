"""The connection scope of a request, as the ASGI specification words it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from arlen_http.request import Request

from .types import Scope

__all__ = ["http_scope", "websocket_scope"]

_VERSION = {"version": "3.0", "spec_version": "2.5"}
_EXTENSIONS: Scope = {"http.response.pathsend": {}, "http.response.early_hint": {}}
_EXTENSIONS_WITH_TRAILERS: Scope = {**_EXTENSIONS, "http.response.trailers": {}}


def http_scope(request: Request, state: dict[str, Any]) -> Scope:
    """The scope of a request (ASGI HTTP specification 2.5).

    Trailers are offered to a client that has asked for them (RFC 9110 section 6.5.1).

    Raises:
        RequestRefused: 400 for a path that does not decode.
    """
    root_path = request.root_path
    raw_path = root_path + request.raw_path
    takes_trailers = b"te" in request.head.last and "trailers" in request.headers["te"].lower()
    return {
        "type": "http",
        "asgi": _VERSION,
        "http_version": request.http_version,
        "method": request.method,
        "scheme": request.scheme,
        "path": raw_path if "%" not in raw_path else _decoded(request, raw_path),
        "raw_path": raw_path.encode("ascii"),
        "query_string": request.query_string.encode("ascii"),
        "root_path": root_path if "%" not in root_path else unquote(root_path),
        "headers": request.raw_headers,
        "client": request.effective_client,
        "server": request.server,
        "state": state.copy(),
        "extensions": (_EXTENSIONS_WITH_TRAILERS if takes_trailers else _EXTENSIONS).copy(),
    }


def websocket_scope(request: Request, state: dict[str, Any]) -> Scope:
    """The scope of a WebSocket handshake (ASGI WebSocket specification 2.5).

    Raises:
        RequestRefused: 400 for a path that does not decode.
    """
    scope = http_scope(request, state)
    del scope["method"]
    offered = ",".join(request.headers.get_all("sec-websocket-protocol"))
    scope |= {
        "type": "websocket",
        "scheme": "wss" if request.scheme == "https" else "ws",
        "subprotocols": [name.strip() for name in offered.split(",") if name.strip()],
        "extensions": {"websocket.http.response": {}},
    }
    return scope


def _decoded(request: Request, raw_path: str) -> str:
    request.path  # noqa: B018  a path that is not UTF-8 is refused, not guessed
    return unquote(raw_path)

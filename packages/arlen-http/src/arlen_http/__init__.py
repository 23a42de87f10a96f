"""A fast, strict HTTP/1.1 server for asyncio, with ASGI both ways.

The only contract between this server and what it serves is ``handle(request) -> Response``, plain or asynchronous.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import (
    AppLoadError,
    ArlenHTTPError,
    BodyNotReadError,
    ClientDisconnect,
    InvalidHeader,
    MissingDependencyError,
    RequestParseError,
    RequestRefused,
    ResponseFramingError,
    ServerBusy,
    ServerStartError,
)
from .forwarding.forwarded import Forwarded
from .headers import Headers, MutableHeaders
from .query import MultiDict, Query
from .request import Request
from .response import Response
from .settings import (
    CompressionSettings,
    HTTPSettings,
    RequestLimits,
    RuntimeLimits,
    ServerSettings,
    Timeouts,
    TLSSettings,
)
from .stream import StreamResponse
from .upgrade import Upgrade
from .writer import ResponseWriter

if TYPE_CHECKING:
    from .conditional import apply_etag
    from .files.response import FileResponse, accel_redirect
    from .forms import Form, UploadFile
    from .layers.compression import compressed
    from .message import (
        BufferedRequest,
        parse_buffered,
        parse_request,
        parser_backend_available,
        parser_backend_name,
        parser_backend_version,
    )
    from .server import Server
    from .serving import serve
    from .static import StaticFiles
    from .stats import ServerStats
    from .threads import ThreadPool

__all__ = [
    "AppLoadError",
    "ArlenHTTPError",
    "BodyNotReadError",
    "BufferedRequest",
    "ClientDisconnect",
    "CompressionSettings",
    "FileResponse",
    "Form",
    "Forwarded",
    "HTTPSettings",
    "Headers",
    "InvalidHeader",
    "MissingDependencyError",
    "MultiDict",
    "MutableHeaders",
    "Query",
    "Request",
    "RequestLimits",
    "RequestParseError",
    "RequestRefused",
    "RuntimeLimits",
    "Response",
    "ResponseFramingError",
    "ResponseWriter",
    "Server",
    "ServerBusy",
    "ServerSettings",
    "ServerStartError",
    "ServerStats",
    "StaticFiles",
    "StreamResponse",
    "TLSSettings",
    "ThreadPool",
    "Timeouts",
    "Upgrade",
    "UploadFile",
    "accel_redirect",
    "apply_etag",
    "compressed",
    "parse_buffered",
    "parse_request",
    "parser_backend_available",
    "parser_backend_name",
    "parser_backend_version",
    "serve",
]

__version__ = "0.1.0"

# Imported when first asked for: not every program serves files, parses forms or runs a server of its own.
_LAZY = {
    "BufferedRequest": "message",
    "FileResponse": "files.response",
    "Form": "forms",
    "Server": "server",
    "ServerStats": "stats",
    "StaticFiles": "static",
    "ThreadPool": "threads",
    "UploadFile": "forms",
    "accel_redirect": "files.response",
    "apply_etag": "conditional",
    "compressed": "layers.compression",
    "parse_buffered": "message",
    "parse_request": "message",
    "parser_backend_available": "message",
    "parser_backend_name": "message",
    "parser_backend_version": "message",
    "serve": "serving",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f".{_LAZY[name]}", __name__), name)
    return value

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
    RequestRefused,
    ResponseFramingError,
    ServerStartError,
)
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
    from .file import FileResponse
    from .forms import Form, UploadFile
    from .server import Server
    from .serving import serve
    from .static import StaticFiles

__all__ = [
    "AppLoadError",
    "ArlenHTTPError",
    "BodyNotReadError",
    "ClientDisconnect",
    "CompressionSettings",
    "FileResponse",
    "Form",
    "HTTPSettings",
    "Headers",
    "InvalidHeader",
    "MissingDependencyError",
    "MultiDict",
    "MutableHeaders",
    "Query",
    "Request",
    "RequestLimits",
    "RuntimeLimits",
    "RequestRefused",
    "Response",
    "ResponseFramingError",
    "ResponseWriter",
    "Server",
    "ServerSettings",
    "ServerStartError",
    "StaticFiles",
    "StreamResponse",
    "TLSSettings",
    "Timeouts",
    "Upgrade",
    "UploadFile",
    "apply_etag",
    "serve",
]

__version__ = "0.1.0"

# Imported when first asked for: not every program serves files, parses forms or runs a server of its own.
_LAZY = {
    "FileResponse": "file",
    "Form": "forms",
    "Server": "server",
    "StaticFiles": "static",
    "UploadFile": "forms",
    "apply_etag": "conditional",
    "serve": "serving",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f".{_LAZY[name]}", __name__), name)
    return value

"""The Arlen web framework: the whole family in one install.

The public names of the family, and the ways to an application that has its database, cache and hub: ``lite`` for one
file, ``application`` for a directory. Names are imported when they are first asked for, so ``import arlen`` is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arlen_config import Config, ConfigError
    from arlen_data import AsyncDatabase, Database, Rollback, Row, SQLScript
    from arlen_http import FileResponse, Headers, StaticFiles, UploadFile
    from arlen_mvc import (
        ApplicationError,
        Attempt,
        Body,
        CacheControl,
        ContractViolated,
        Controller,
        Cookie,
        Depends,
        Deprecation,
        Event,
        FieldError,
        File,
        Form,
        Header,
        HTTPError,
        Idempotency,
        IdempotencyStore,
        Logger,
        MemoryIdempotencyStore,
        MemorySessionStore,
        MetricsRegistry,
        Mistake,
        Path,
        Plugin,
        Query,
        Rate,
        RateLimit,
        RenderError,
        Request,
        Response,
        RouteInfo,
        Router,
        Session,
        SessionRequired,
        SessionStore,
        SessionValue,
        StoredAnswer,
        StreamResponse,
        TemplateError,
        TransformerError,
        ValidationFailed,
        apply_transformer,
        csrf_exempt,
        delete,
        get,
        patch,
        post,
        put,
        register_transformer,
        revoke_sessions,
        route,
        transformer_names,
    )
    from arlen_mvc.middleware import CallNext
    from arlen_mvc.runner import run
    from arlen_realtime import Hub, Message
    from arlen_services import AttachmentStore, Cache, MemoryCache

    from .attachments import attachment_response
    from .contexts import Context
    from .databases import Databases
    from .house import Application, application, lite

__version__ = "0.1.0"

__all__ = [
    "Application",
    "ApplicationError",
    "AsyncDatabase",
    "AttachmentStore",
    "Attempt",
    "Body",
    "Cache",
    "CacheControl",
    "CallNext",
    "Config",
    "ConfigError",
    "Context",
    "ContractViolated",
    "Controller",
    "Cookie",
    "Database",
    "Databases",
    "Depends",
    "Deprecation",
    "Event",
    "FieldError",
    "File",
    "FileResponse",
    "Form",
    "HTTPError",
    "Header",
    "Headers",
    "Hub",
    "Idempotency",
    "IdempotencyStore",
    "Logger",
    "MemoryCache",
    "MemoryIdempotencyStore",
    "MemorySessionStore",
    "Message",
    "MetricsRegistry",
    "Mistake",
    "Path",
    "Plugin",
    "Query",
    "Rate",
    "RateLimit",
    "RenderError",
    "Request",
    "Response",
    "Rollback",
    "RouteInfo",
    "Router",
    "Row",
    "SQLScript",
    "Session",
    "SessionRequired",
    "SessionStore",
    "SessionValue",
    "StaticFiles",
    "StoredAnswer",
    "StreamResponse",
    "TemplateError",
    "TransformerError",
    "UploadFile",
    "ValidationFailed",
    "application",
    "apply_transformer",
    "attachment_response",
    "csrf_exempt",
    "delete",
    "get",
    "lite",
    "patch",
    "post",
    "put",
    "register_transformer",
    "revoke_sessions",
    "route",
    "run",
    "transformer_names",
]

_HOMES = {
    "arlen.attachments": ("attachment_response",),
    "arlen.contexts": ("Context",),
    "arlen.databases": ("Databases",),
    "arlen.house": ("Application", "application", "lite"),
    "arlen_config": ("Config", "ConfigError"),
    "arlen_data": ("AsyncDatabase", "Database", "Rollback", "Row", "SQLScript"),
    "arlen_http": ("FileResponse", "Headers", "StaticFiles", "UploadFile"),
    "arlen_mvc": (
        "ApplicationError",
        "Attempt",
        "Body",
        "CacheControl",
        "ContractViolated",
        "Controller",
        "Cookie",
        "Depends",
        "Deprecation",
        "Event",
        "FieldError",
        "File",
        "Form",
        "HTTPError",
        "Header",
        "Idempotency",
        "IdempotencyStore",
        "Logger",
        "MemoryIdempotencyStore",
        "MemorySessionStore",
        "MetricsRegistry",
        "Mistake",
        "Path",
        "Plugin",
        "Query",
        "Rate",
        "RateLimit",
        "RenderError",
        "Request",
        "Response",
        "RouteInfo",
        "Router",
        "Session",
        "SessionRequired",
        "SessionStore",
        "SessionValue",
        "StoredAnswer",
        "StreamResponse",
        "TemplateError",
        "TransformerError",
        "ValidationFailed",
        "apply_transformer",
        "csrf_exempt",
        "delete",
        "get",
        "patch",
        "post",
        "put",
        "register_transformer",
        "revoke_sessions",
        "route",
        "transformer_names",
    ),
    "arlen_mvc.middleware": ("CallNext",),
    "arlen_mvc.runner": ("run",),
    "arlen_realtime": ("Hub", "Message"),
    "arlen_services": ("AttachmentStore", "Cache", "MemoryCache"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a module with __getattr__ would hide misspelt names from type checkers

    def __getattr__(name: str) -> object:
        home = _HOME_OF.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(home), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

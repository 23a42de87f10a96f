"""The Arlen application: controllers, typed actions, templates, errors, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arlen_http import Request, Response, StreamResponse

from .api.idempotency import Attempt, Idempotency, IdempotencyStore, MemoryIdempotencyStore, StoredAnswer
from .application import Application
from .binding import Body, Cookie, Depends, File, Form, Header, Path, Query, SessionValue
from .caching.cache_control import CacheControl
from .context import Context
from .contracts.transformers import TransformerError, apply_transformer, register_transformer, transformer_names
from .controller import Controller, delete, get, patch, post, put, route
from .csrf import csrf_exempt
from .errors import (
    ApplicationError,
    ArlenMVCError,
    ContractViolated,
    FieldError,
    HTTPError,
    MissingDependencyError,
    Mistake,
    RenderError,
    TemplateError,
    ValidationFailed,
)
from .events import Event
from .logs import Logger
from .metrics import MetricsRegistry
from .middleware import CallNext
from .plugins import Plugin
from .rate_limits import Rate, RateLimit
from .routes import Router
from .runtime import RouteInfo
from .sessions.session import Session, SessionRequired
from .sessions.store import MemorySessionStore, SessionStore, revoke_sessions
from .settings import Settings, application_sections
from .templates import Strictness
from .translations import Translations, Translator
from .versioning import Deprecation

if TYPE_CHECKING:
    from arlen_http import FileResponse, UploadFile

__version__ = "0.1.0"

__all__ = [
    "Application",
    "ApplicationError",
    "ArlenMVCError",
    "Attempt",
    "Body",
    "CacheControl",
    "CallNext",
    "Context",
    "ContractViolated",
    "Controller",
    "Cookie",
    "Depends",
    "Deprecation",
    "Event",
    "FieldError",
    "File",
    "FileResponse",
    "Form",
    "HTTPError",
    "Header",
    "Idempotency",
    "IdempotencyStore",
    "Logger",
    "MemoryIdempotencyStore",
    "MemorySessionStore",
    "MetricsRegistry",
    "MissingDependencyError",
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
    "Settings",
    "StoredAnswer",
    "StreamResponse",
    "Strictness",
    "TemplateError",
    "TransformerError",
    "Translations",
    "Translator",
    "UploadFile",
    "ValidationFailed",
    "application_sections",
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
]


def __getattr__(name: str) -> object:
    if name in ("FileResponse", "UploadFile"):
        import arlen_http

        return getattr(arlen_http, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The Arlen application: controllers, typed actions, templates, errors, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arlen_http import Request, Response, StreamResponse

from .application import Application
from .context import Context
from .controller import Controller, delete, get, patch, post, put, route
from .errors import (
    ApplicationError,
    ArlenMVCError,
    FieldError,
    HTTPError,
    Mistake,
    RenderError,
    TemplateError,
    ValidationFailed,
)
from .events import Event
from .middleware import CallNext
from .routes import Router
from .runtime import RouteInfo
from .settings import Settings, application_sections

if TYPE_CHECKING:
    from arlen_http import FileResponse

__version__ = "0.1.0"

__all__ = [
    "Application",
    "ApplicationError",
    "ArlenMVCError",
    "CallNext",
    "Context",
    "Controller",
    "Event",
    "FieldError",
    "FileResponse",
    "HTTPError",
    "Mistake",
    "RenderError",
    "Request",
    "Response",
    "RouteInfo",
    "Router",
    "Settings",
    "StreamResponse",
    "TemplateError",
    "ValidationFailed",
    "application_sections",
    "delete",
    "get",
    "patch",
    "post",
    "put",
    "route",
]


def __getattr__(name: str) -> object:
    if name == "FileResponse":
        import arlen_http

        return arlen_http.FileResponse
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

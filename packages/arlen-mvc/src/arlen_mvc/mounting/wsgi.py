"""WSGI applications (PEP 3333) as ASGI applications, by the ``a2wsgi`` library."""

from __future__ import annotations

from typing import Any

from arlen_mvc.errors import MissingDependencyError

try:
    from a2wsgi import WSGIMiddleware
except ImportError as error:
    raise MissingDependencyError("WSGI applications need the a2wsgi library", extra="wsgi") from error


def from_wsgi(app: Any, workers: int) -> Any:
    """The ASGI application that calls it in at most ``workers`` threads."""
    return WSGIMiddleware(app, workers=workers)

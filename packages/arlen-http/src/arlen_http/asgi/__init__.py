"""ASGI both ways: an ASGI application as a handler, and an application of this server as an ASGI application."""

from .inbound import from_asgi
from .outbound import to_asgi

__all__ = ["from_asgi", "to_asgi"]

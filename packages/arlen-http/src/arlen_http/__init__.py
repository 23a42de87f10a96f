"""A fast, strict HTTP/1.1 server for asyncio, with ASGI both ways."""

__version__ = "0.1.0"

"""Production process manager for Arlen and ASGI applications."""

__version__ = "0.1.0"

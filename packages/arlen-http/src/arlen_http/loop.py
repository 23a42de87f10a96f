"""Which event loop runs the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .errors import MissingDependencyError

__all__ = ["loop_factory"]


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """What makes the loop: ``"asyncio"``, ``"uvloop"``, or ``"auto"`` for uvloop where it is installed.

    Raises:
        MissingDependencyError: uvloop is asked for and not installed.
    """
    if name == "asyncio":
        return asyncio.new_event_loop
    try:
        import uvloop
    except ImportError as error:
        if name == "auto":
            return asyncio.new_event_loop
        raise MissingDependencyError('uvloop is not installed; install "uvloop" or set loop = "auto"') from error
    return uvloop.new_event_loop

"""Work that waits until the last byte of a response was sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from .callables import awaits

_logger = logging.getLogger("arlen")


def deferred(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Callable[[], Awaitable[None]]:
    """What the server calls: coroutine functions are awaited, others run in a thread; a failure is logged."""

    async def work() -> None:
        try:
            await (function(*arguments) if awaits(function) else asyncio.to_thread(function, *arguments))
        except Exception:
            name = getattr(function, "__qualname__", repr(function))
            _logger.exception("after-response work failed", extra={"fields": {"function": name}})

    return work

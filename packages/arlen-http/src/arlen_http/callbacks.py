"""What is called after a response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .log import logger

__all__ = ["run_callbacks"]


async def run_callbacks(callbacks: tuple[Callable[[], object], ...]) -> None:
    """Call these in order and await what is awaitable; one that fails is logged and does not stop the next."""
    for callback in callbacks:
        try:
            result = callback()
            if isinstance(result, Awaitable):
                await result
        except Exception:  # noqa: BLE001  the next one is called all the same
            logger.exception("a callback after the response failed")

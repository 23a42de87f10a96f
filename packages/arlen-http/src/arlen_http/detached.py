"""The peer of a request that has no connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

__all__ = ["DetachedPeer"]


@dataclass(frozen=True, slots=True)
class DetachedPeer:
    """A client in this process: it never goes away."""

    client: tuple[str, int] | None = None
    scheme: str = "http"
    server: tuple[str, int] | None = None
    disconnected: bool = False

    async def wait_disconnected(self) -> None:
        await asyncio.get_running_loop().create_future()

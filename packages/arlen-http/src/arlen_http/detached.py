"""The peer of a request that has no connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .forwarding.forwarded import NOT_FORWARDED, Address, Forwarded
from .interim import early_hints
from .parser import RequestHead

__all__ = ["DetachedPeer"]


@dataclass(frozen=True, slots=True)
class DetachedPeer:
    """A client in this process: it never goes away."""

    client: Address | None = None
    scheme: str = "http"
    server: Address | None = None
    client_certificate: Mapping[str, Any] | None = None
    disconnected: bool = False

    def forwarded(self, head: RequestHead) -> Forwarded:
        return NOT_FORWARDED

    async def send_early_hints(self, head: RequestHead, links: Sequence[str]) -> None:
        early_hints(links)

    async def wait_disconnected(self) -> None:
        await asyncio.get_running_loop().create_future()

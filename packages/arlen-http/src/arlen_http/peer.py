"""The other end of a connection."""

from __future__ import annotations

import asyncio

from .request import Address

__all__ = ["TransportPeer"]


class TransportPeer:
    """What a handler may know of the peer of its request (`arlen_http.request.Peer`)."""

    __slots__ = ("_gone", "_transport", "disconnected")

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._gone: asyncio.Future[None] | None = None
        self.disconnected = False

    @property
    def client(self) -> Address | None:
        return _internet_address(self._transport.get_extra_info("peername"))

    @property
    def server(self) -> Address | None:
        return _internet_address(self._transport.get_extra_info("sockname"))

    @property
    def scheme(self) -> str:
        return "http"

    async def wait_disconnected(self) -> None:
        if self.disconnected:
            return
        if self._gone is None:
            self._gone = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._gone)

    def disconnect(self) -> None:
        """It has gone."""
        self.disconnected = True
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)


def _internet_address(name: object) -> Address | None:
    return (name[0], name[1]) if isinstance(name, tuple) else None

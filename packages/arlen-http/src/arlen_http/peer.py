"""The other end of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from .forwarding.forwarded import NOT_FORWARDED, Address, Forwarded
from .forwarding.proxies import NOBODY, ProxyTrust
from .interim import early_hints
from .listening.proxy_protocol import NOT_PROXIED, ProxyHeader
from .parser import RequestHead

__all__ = ["TransportPeer"]

# Sends an interim response to the request with this head.
Interim = Callable[[RequestHead, bytes], Awaitable[None]]


class TransportPeer:
    """What a handler may know of the peer of its request (`arlen_http.request.Peer`).

    Args:
        trust: whose forwarding fields count.
        header: what a proxy has said of the connection before its first byte.

    Attributes:
        interim: how the connection sends an interim response.
    """

    interim: Interim

    __slots__ = (
        "_forwarded",
        "_gone",
        "_head",
        "_header",
        "_name",
        "_own_name",
        "_scheme",
        "_transport",
        "_trust",
        "_trusted",
        "disconnected",
        "interim",
    )

    def __init__(
        self, transport: asyncio.BaseTransport, trust: ProxyTrust = NOBODY, header: ProxyHeader = NOT_PROXIED
    ) -> None:
        self._transport = transport
        self._header = header
        self._name: object = None
        self._own_name: object = None
        self._scheme = ""
        self._trust = trust
        self._trusted: bool | None = None
        self._head: RequestHead | None = None
        self._forwarded = NOT_FORWARDED
        self._gone: asyncio.Future[None] | None = None
        self.disconnected = False

    @property
    def client(self) -> Address | None:
        return _internet_address(self._known_name())

    @property
    def server(self) -> Address | None:
        if self._own_name is None:
            self._own_name = self._header.destination or self._transport.get_extra_info("sockname")
        return _internet_address(self._own_name)

    @property
    def scheme(self) -> str:
        if not self._scheme:
            self._scheme = "http" if self._transport.get_extra_info("sslcontext") is None else "https"
        return self._scheme

    @property
    def client_certificate(self) -> Mapping[str, Any] | None:
        return self._transport.get_extra_info("peercert") or None

    def forwarded(self, head: RequestHead) -> Forwarded:
        if self._trusted is None:
            self._trusted = self._trust.includes(self._known_name())
        if self._trusted and head is not self._head:
            self._head, self._forwarded = head, self._trust.forwarded(head)
        return self._forwarded

    async def send_early_hints(self, head: RequestHead, links: Sequence[str]) -> None:
        hints = early_hints(links)
        if head.http_version == "1.1":
            await self.interim(head, hints)

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

    def _known_name(self) -> object:
        """What the peer is called; ``None`` where nobody has asked before it went."""
        if self._name is None:
            self._name = self._header.source or self._transport.get_extra_info("peername")
        return self._name


def _internet_address(name: object) -> Address | None:
    return (name[0], name[1]) if isinstance(name, tuple) else None

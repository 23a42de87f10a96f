"""Whose word counts about where a request came from, and what it says."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from arlen_http.errors import ServerStartError
from arlen_http.handler import Handler
from arlen_http.parser import RequestHead
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.settings import ServerSettings

from .forwarded import Address, Forwarded
from .hosts import name_and_port

__all__ = ["NOBODY", "ProxyTrust", "with_forwarded_prefix"]

IPAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# One list for each kind of word: what every proxy on the way has said, the nearest one last.
Words = Mapping[str, list[str]]

_STANDARD = "forwarded"
_COMMON = {
    "x-forwarded-for": "for",
    "x-forwarded-proto": "proto",
    "x-forwarded-host": "host",
    "x-forwarded-port": "port",
    "x-forwarded-prefix": "prefix",
}
_NODE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(?:([0-9]{1,5})|_[\w.\-]+))?|([0-9A-Fa-f:.]+)")
_PORT = re.compile(r"[0-9]{1,5}")
_QUOTED_PAIR = re.compile(r"\\(.)")
_PREFIX = re.compile(r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+)+")
_SCHEMES = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class ProxyTrust:
    """The proxies that are believed.

    Attributes:
        networks: where they are.
        over_unix: whether peers over a Unix socket are among them.
        fields: the names of the header fields that they set, in lower case.
    """

    networks: tuple[Network, ...] = ()
    over_unix: bool = False
    fields: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: ServerSettings) -> Self:
        """The trust that is configured; ``trusted_proxy`` stands for ``trusted_proxies = ["*"]``.

        Raises:
            ServerStartError: codes ``invalid_trusted_proxies``, with the bad item or because ``proxy_protocol`` needs
                one, and ``invalid_forwarded_headers``.
        """
        items = [item.strip() for item in settings.trusted_proxies or (("*",) if settings.trusted_proxy else ())]
        networks = [network for item in items if item != "unix" for network in _networks(item)]
        if settings.proxy_protocol and not items:
            raise ServerStartError(
                "proxy_protocol is on and trusted_proxies is empty, so that nobody could connect; name your proxies",
                code="invalid_trusted_proxies",
            )
        fields = frozenset(name.strip().lower() for name in settings.forwarded_headers)
        for name in fields - _COMMON.keys() - {_STANDARD}:
            raise ServerStartError(
                f'forwarded_headers: "{name}" is none of {", ".join((*_COMMON, _STANDARD))}',
                code="invalid_forwarded_headers",
                details={"header": name},
            )
        return cls(tuple(networks), "unix" in items or "*" in items, fields)

    @property
    def anybody(self) -> bool:
        """Whether there is a trusted proxy at all."""
        return bool(self.networks) or self.over_unix

    @property
    def tells_prefix(self) -> bool:
        """Whether the trusted proxies say where they have mounted this server."""
        return self.anybody and "x-forwarded-prefix" in self.fields

    def includes(self, peer: object) -> bool:
        """Whether the other end of a socket is a trusted proxy.

        Args:
            peer: the name that the socket gives it: a tuple, text over a Unix socket, ``None`` when it is unknown.
        """
        if isinstance(peer, tuple):
            address = _address(peer[0].partition("%")[0])
            return address is not None and self._includes_address(address)
        return peer is not None and self.over_unix

    def forwarded(self, head: RequestHead) -> Forwarded:
        """What the trusted proxies say of a request that one of them has sent.

        The client is the right-most address that is not trusted, or the left-most one where all are. The other words
        are those of the proxy which saw that client. What is malformed does not count.
        """
        words = self._words(head)
        node, distance = self._client(words["for"])

        def word(kind: str) -> str:
            said = words[kind]
            return said[-min(distance, len(said))] if said else ""

        scheme = _SCHEMES.get(word("proto").lower(), "")
        return Forwarded(node, scheme, _host(word("host"), word("port"), scheme, head), _prefix(word("prefix")))

    def _words(self, head: RequestHead) -> Words:
        if _STANDARD in self.fields and b"forwarded" in head.last:
            return _standard_words(_items(head, _STANDARD))
        return {kind: _items(head, name) if name in self.fields else [] for name, kind in _COMMON.items()}

    def _client(self, nodes: list[str]) -> tuple[Address | None, int]:
        """The client among these, and which one from the right it is."""
        client, distance = None, 1
        for position, text in enumerate(reversed(nodes), 1):
            found = _NODE.fullmatch(text)
            address = None if found is None else _address(found[1] or found[2] or found[4])
            if found is None or address is None:
                continue
            client, distance = (str(address), _port(found[3] or "")), position
            if not self._includes_address(address):
                break
        return client, distance

    def _includes_address(self, address: IPAddress) -> bool:
        return any(address in network for network in self.networks)


NOBODY = ProxyTrust()


def with_forwarded_prefix(handle: Handler) -> Handler:
    """The same handler, mounted where the trusted proxies say that it is (``X-Forwarded-Prefix``)."""

    def handle_mounted(request: Request) -> Response | Awaitable[Response]:
        request.root_path = request.forwarded.prefix
        return handle(request)

    return handle_mounted


def _networks(item: str) -> Iterable[Network]:
    if item == "*":
        return ip_network("0.0.0.0/0"), ip_network("::/0")
    try:
        return (ip_network(item),)
    except ValueError as error:
        raise ServerStartError(
            f'trusted_proxies: "{item}" is not an address, a network, unix or *: {error}',
            code="invalid_trusted_proxies",
            details={"item": item},
        ) from error


def _items(head: RequestHead, name: str) -> list[str]:
    """The items of a list field, in order of arrival."""
    wanted = name.encode()
    lines = [value.decode("latin-1") for field, value in head.fields if field == wanted]
    return [item for item in (item.strip() for item in ",".join(lines).split(",")) if item]


def _standard_words(elements: list[str]) -> Words:
    """The words of a ``Forwarded`` field (RFC 7239 section 4).

    A comma or a semicolon ends a word even between quotation marks: what a client writes in front of a proxy's element
    cannot swallow it, and no lawful address, scheme or host has one.
    """
    words: dict[str, list[str]] = {kind: [] for kind in _COMMON.values()}
    for element in elements:
        pairs = {
            name.strip().lower(): _unquoted(value.strip())
            for name, _, value in (pair.partition("=") for pair in element.split(";"))
        }
        for kind in ("for", "proto", "host"):
            words[kind].append(pairs.get(kind, ""))
    return words


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _QUOTED_PAIR.sub(r"\1", value[1:-1])
    return value


def _address(text: str) -> IPAddress | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _port(text: str) -> int:
    return int(text) if _PORT.fullmatch(text) and int(text) <= 65_535 else 0


def _host(host: str, port: str, scheme: str, head: RequestHead) -> str:
    """The host with its port, or ``""`` where the proxies change neither."""
    if not name_and_port(host):
        host = ""
    if not _port(port):
        return host
    own = head.last.get(b"host", b"").decode("latin-1").strip()
    parts = name_and_port(host or own)
    if parts is None:
        return ""
    return parts[0] if port == _DEFAULT_PORTS.get(scheme) else f"{parts[0]}:{port}"


def _prefix(prefix: str) -> str:
    prefix = prefix.rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) else ""

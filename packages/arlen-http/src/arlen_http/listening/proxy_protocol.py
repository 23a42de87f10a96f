"""What a proxy says of a connection before its first byte: the PROXY protocol, versions 1 and 2.

Source: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from arlen_http.errors import ArlenHTTPError
from arlen_http.forwarding.forwarded import Address

__all__ = ["NOT_PROXIED", "ProxyHeader", "ProxyHeaderError", "ProxyHeaderParser"]

_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_LINE_START = b"PROXY "
_MAX_LINE_BYTES = 107
_IP, _PORT = rb"([0-9A-Fa-f.:]+)", rb"(0|[1-9][0-9]{0,4})"
_LINE = re.compile(rb"PROXY (?:UNKNOWN(?: .*)?|TCP([46]) %b %b %b %b)\r\n" % (_IP, _IP, _PORT, _PORT))
_BINARY_START_BYTES = 16
_LOCAL, _PROXY = 0x20, 0x21
_INTERNET = {0x11: (IPv4Address, struct.Struct("!4s4sHH")), 0x21: (IPv6Address, struct.Struct("!16s16sHH"))}
_WITHOUT_ADDRESSES = frozenset((0x00, 0x31))


class ProxyHeaderError(ArlenHTTPError):
    """The connection does not begin with a PROXY header, or with a malformed one."""

    code = "invalid_proxy_header"


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """The two ends of the connection that the proxy passes on; ``None`` where it speaks for itself or does not know."""

    source: Address | None = None
    destination: Address | None = None


NOT_PROXIED = ProxyHeader()


class ProxyHeaderParser:
    """Reads one header, piece by piece, and not a byte of what follows it.

    Attributes:
        wanted: how many bytes may be fed next; they belong to the header for certain.
    """

    __slots__ = ("_received", "wanted")

    def __init__(self) -> None:
        self._received = b""
        self.wanted = len(_SIGNATURE)

    def feed(self, data: bytes) -> ProxyHeader | None:
        """The header, once its last byte is there.

        Args:
            data: the next bytes, ``wanted`` at most.

        Raises:
            ProxyHeaderError: these bytes do not begin a header.
        """
        received = self._received = self._received + data
        if _LINE_START.startswith(received[: len(_LINE_START)]):
            return self._line(received)
        if _SIGNATURE.startswith(received[: len(_SIGNATURE)]):
            return self._binary(received)
        raise ProxyHeaderError(f"a connection began with {received!r} in place of a PROXY header")

    def _line(self, received: bytes) -> ProxyHeader | None:
        if received.endswith(b"\r\n"):
            return _header_of_line(received)
        if len(received) >= _MAX_LINE_BYTES:
            raise ProxyHeaderError(f"a PROXY header of version 1 is longer than {_MAX_LINE_BYTES} bytes")
        shortest_rest = 1 if received.endswith(b"\r") else 2
        self.wanted = max(len(_SIGNATURE) - len(received), shortest_rest)
        return None

    def _binary(self, received: bytes) -> ProxyHeader | None:
        if len(received) < len(_SIGNATURE):
            self.wanted = len(_SIGNATURE) - len(received)
            return None
        end = _BINARY_START_BYTES
        if len(received) >= end:
            end += int.from_bytes(received[14:16], "big")
        self.wanted = end - len(received)
        if self.wanted:
            return None
        return _header_of_block(received[12], received[13], received[_BINARY_START_BYTES:])


def _header_of_line(line: bytes) -> ProxyHeader:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ProxyHeaderError(f"the PROXY header {line!r} is malformed")
    version, *words = (word.decode("latin-1") for word in found.groups(default=b""))
    if not version:
        return ProxyHeader()
    kind = IPv4Address if version == "4" else IPv6Address
    source, destination, source_port, destination_port = words
    try:
        ends = str(kind(source)), str(kind(destination))
    except AddressValueError as error:
        raise ProxyHeaderError(f"the PROXY header {line!r} is malformed: {error}") from error
    ports = int(source_port), int(destination_port)
    if max(ports) > 65_535:
        raise ProxyHeaderError(f"the PROXY header {line!r} is malformed: there is no such port")
    return ProxyHeader((ends[0], ports[0]), (ends[1], ports[1]))


def _header_of_block(command: int, family: int, block: bytes) -> ProxyHeader:
    if command == _LOCAL:
        return ProxyHeader()
    if command != _PROXY or family not in _INTERNET.keys() | _WITHOUT_ADDRESSES:
        raise ProxyHeaderError(f"a PROXY header has the unknown command {command:#04x} or family {family:#04x}")
    if family in _WITHOUT_ADDRESSES:
        return ProxyHeader()
    kind, layout = _INTERNET[family]
    if len(block) < layout.size:
        raise ProxyHeaderError(f"a PROXY header has {len(block)} bytes of addresses in place of {layout.size}")
    source, destination, source_port, destination_port = layout.unpack_from(block)
    return ProxyHeader((str(kind(source)), source_port), (str(kind(destination)), destination_port))

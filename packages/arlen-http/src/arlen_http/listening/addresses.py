"""Sockets to listen on, made from an address or inherited from whoever started the process."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Iterable, Mapping, Sequence

from arlen_http.errors import ServerStartError
from arlen_http.settings import ServerSettings

from .unix_socket import unix_socket

__all__ = ["bound_sockets", "url_of", "urls_of"]

_INTERNET = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]*)):(?P<port>[0-9]{1,5})")
# systemd passes its sockets from this descriptor on (sd_listen_fds(3)).
_FIRST_PASSED = 3
_UNAVAILABLE = frozenset((errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT))


def bound_sockets(settings: ServerSettings) -> list[socket.socket]:
    """The sockets for ``bind``, or for ``host`` and ``port`` where that is empty.

    A name that has several addresses gives a socket for each, and they share one port. The path of a Unix socket goes
    away when the socket is closed, in the process that made it.

    Raises:
        ServerStartError: codes ``invalid_host``, ``invalid_bind``, ``invalid_unix_socket_mode``, ``address_in_use`` or
            ``bind_failed``.
    """
    sockets: list[socket.socket] = []
    try:
        for address in settings.bind or (_only_address(settings),):
            try:
                sockets += _sockets_at(address.strip(), settings)
            except OSError as error:
                raise _bind_error(error, address) from error
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def urls_of(sockets: Iterable[socket.socket], settings: ServerSettings) -> list[str]:
    """Where these sockets listen: ``http://host:port``, ``https://host:port`` with TLS, or ``unix:/path``."""
    scheme = "https" if settings.tls.certificate else "http"
    return [url_of(sock, scheme) for sock in sockets]


def url_of(sock: socket.socket, scheme: str = "http") -> str:
    """Where a socket listens: ``http://host:port`` or ``unix:/path``."""
    name = sock.getsockname()
    if isinstance(name, tuple):
        host = f"[{name[0]}]" if ":" in name[0] else name[0]
        return f"{scheme}://{host}:{name[1]}"
    return f"unix:{os.fsdecode(name)}"


def _only_address(settings: ServerSettings) -> str:
    host = settings.host.strip("[]")
    if host.startswith("unix:"):
        return host
    return f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"


def _sockets_at(address: str, settings: ServerSettings) -> Sequence[socket.socket]:
    if address.startswith("unix:"):
        return [unix_socket(address.removeprefix("unix:"), settings.unix_socket_mode)]
    if address == "systemd":
        return [_inherited(number, address) for number in _passed_descriptors(os.environ)]
    if address.startswith("fd://") and address.removeprefix("fd://").isdecimal():
        return [_inherited(int(address.removeprefix("fd://")), address)]
    found = _INTERNET.fullmatch(address)
    if found is None or int(found["port"]) > 65_535:
        raise ServerStartError(
            f'cannot listen on "{address}"; write host:port, [ipv6]:port, unix:/path, fd://3 or systemd',
            code="invalid_bind",
            details={"address": address},
        )
    return _internet_sockets(found["v6"] or found["host"], int(found["port"]), settings)


def _internet_sockets(host: str, port: int, settings: ServerSettings) -> Sequence[socket.socket]:
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
        )
    except (OSError, UnicodeError) as error:
        raise _invalid_host(host) from error
    sockets: list[socket.socket] = []
    unavailable: OSError | None = None
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            try:
                sockets.append(_internet_socket(family, (address[0], port, *address[2:]), settings.enable_reuse_port))
            except OSError as error:
                if error.errno not in _UNAVAILABLE:
                    raise
                unavailable = error
            else:
                port = sockets[-1].getsockname()[1]
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    if not sockets:
        raise _invalid_host(host) from unavailable
    return sockets


def _internet_socket(family: int, address: tuple[object, ...], reuse_port: bool) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _passed_descriptors(environment: Mapping[str, str]) -> range:
    """The descriptors that systemd has passed to this process."""
    count = environment.get("LISTEN_FDS", "")
    if environment.get("LISTEN_PID") != str(os.getpid()) or not count.isdecimal() or count == "0":
        raise ServerStartError(
            'bind = "systemd", but systemd has passed no socket to this process (LISTEN_FDS, LISTEN_PID); '
            "start it from a socket unit",
            code="invalid_bind",
            details={"address": "systemd"},
        )
    return range(_FIRST_PASSED, _FIRST_PASSED + int(count))


def _inherited(number: int, address: str) -> socket.socket:
    try:
        sock = socket.socket(fileno=number)
    except OSError as error:
        raise ServerStartError(
            f"{address}: descriptor {number} is not a socket ({error.strerror}); "
            "let whoever starts this process pass one",
            code="invalid_bind",
            details={"address": address, "errno": error.errno},
        ) from error
    if sock.type != socket.SOCK_STREAM:
        sock.detach()
        raise ServerStartError(
            f"{address}: descriptor {number} is not a stream socket; pass one of TCP or of SOCK_STREAM over a path",
            code="invalid_bind",
            details={"address": address},
        )
    os.set_inheritable(number, False)
    return sock


def _invalid_host(host: str) -> ServerStartError:
    return ServerStartError(f"invalid host address: {host}", code="invalid_host", details={"host": host})


def _bind_error(error: OSError, address: str) -> ServerStartError:
    details = {"address": address, "errno": error.errno}
    if error.errno == errno.EADDRINUSE:
        what = "path" if address.startswith("unix:") else "port"
        return ServerStartError(
            f"{address} is in use by another program; choose another {what}", code="address_in_use", details=details
        )
    return ServerStartError(
        f"cannot listen on {address}: {error.strerror or error}", code="bind_failed", details=details
    )

"""Sockets to listen on, made from an address."""

from __future__ import annotations

import errno
import os
import socket
import stat

from .errors import ServerStartError
from .settings import ServerSettings

__all__ = ["bound_sockets", "url_of"]


def bound_sockets(settings: ServerSettings) -> list[socket.socket]:
    """One bound socket for each address of the host; a name may have several, which then share one port.

    Raises:
        ServerStartError: codes ``invalid_host``, ``address_in_use`` or ``bind_failed``.
    """
    if settings.host.startswith("unix:"):
        return [_unix_socket(settings.host.removeprefix("unix:"))]
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
        )
    except (OSError, UnicodeError) as error:
        raise ServerStartError(
            f"invalid host address: {settings.host}", code="invalid_host", details={"host": settings.host}
        ) from error
    sockets: list[socket.socket] = []
    port = settings.port
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            sockets.append(_internet_socket(family, (address[0], port, *address[2:]), settings))
            port = sockets[-1].getsockname()[1]
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def url_of(sock: socket.socket) -> str:
    """Where a socket listens: ``http://host:port`` or ``unix:/path``."""
    name = sock.getsockname()
    if isinstance(name, tuple):
        host = f"[{name[0]}]" if ":" in name[0] else name[0]
        return f"http://{host}:{name[1]}"
    return f"unix:{os.fsdecode(name)}"


def _internet_socket(family: int, address: tuple[object, ...], settings: ServerSettings) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if settings.enable_reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise _bind_error(error, f"{settings.host}:{settings.port}") from error
    return sock


def _unix_socket(path: str) -> socket.socket:
    """A socket at a path; one that a dead server left there is replaced."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _is_abandoned(path):
            os.unlink(path)
        sock.bind(path)
    except OSError as error:
        sock.close()
        raise _bind_error(error, f"unix:{path}") from error
    return sock


def _is_abandoned(path: str) -> bool:
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            return False
    except FileNotFoundError:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return True
    return False


def _bind_error(error: OSError, address: str) -> ServerStartError:
    details = {"address": address, "errno": error.errno}
    match error.errno:
        case errno.EADDRINUSE:
            return ServerStartError(
                f"{address} is in use by another program; choose another port", code="address_in_use", details=details
            )
        case errno.EADDRNOTAVAIL:
            return ServerStartError(f"invalid host address: {address}", code="invalid_host", details=details)
        case _:
            return ServerStartError(
                f"cannot listen on {address}: {error.strerror or error}", code="bind_failed", details=details
            )

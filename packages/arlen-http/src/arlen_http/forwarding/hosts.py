"""Names of hosts: what one looks like, and which are served."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence

from arlen_http.errors import RequestRefused, ServerStartError
from arlen_http.handler import Handler
from arlen_http.request import Request
from arlen_http.response import Response

__all__ = ["name_and_port", "only_hosts"]

_HOST = re.compile(r"(?P<name>[A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{0,5}))?")
_ALLOWED = re.compile(r"(?:\*\.)?[a-z0-9\-._~]+|\[[0-9a-f:.]+\]|\*")


def name_and_port(host: str) -> tuple[str, str] | None:
    """The two parts of ``name:port``; the port may be missing. ``None`` for what is not a host (RFC 3986, 3.2.2)."""
    found = _HOST.fullmatch(host)
    return None if found is None else (found["name"], found["port"] or "")


def only_hosts(allowed: Sequence[str], handle: Handler) -> Handler:
    """The same handler for requests to these hosts; others are refused with 400.

    Args:
        allowed: names without port; ``*.example.org`` stands for every name below ``example.org``, ``*`` for all.

    Raises:
        ServerStartError: code ``invalid_allowed_hosts``; one of them is not a name.
    """
    names = [name.strip().lower() for name in allowed]
    for name in names:
        if not _ALLOWED.fullmatch(name):
            raise ServerStartError(
                f'allowed_hosts: "{name}" is not a host; write names without port, *.example.org among them',
                code="invalid_allowed_hosts",
                details={"host": name},
            )
    if "*" in names:
        return handle
    exact = frozenset(name.rstrip(".") for name in names if not name.startswith("*"))
    endings = tuple(name[1:].rstrip(".") for name in names if name.startswith("*"))

    def handle_allowed(request: Request) -> Response | Awaitable[Response]:
        name, _ = name_and_port(request.host) or ("", "")
        name = name.lower().rstrip(".")
        if name not in exact and not name.endswith(endings):
            raise RequestRefused(400, "host_not_allowed", f"the host {request.host} is not served", host=request.host)
        return handle(request)

    return handle_allowed

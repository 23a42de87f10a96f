"""The listening sockets of the development server, open for as long as it runs."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from arlen_http.errors import ServerStartError
from arlen_http.listening import bound_sockets
from arlen_http.settings import ServerSettings

from arlen_cli.errors import ArlenCLIError, Fixit

Listeners = Sequence[socket.socket]


def listen(settings: ServerSettings) -> Listeners:
    """Sockets that accept connections on every address of the host; port 0 lets the system choose.

    Raises:
        ArlenCLIError: code ``address_in_use``, ``invalid_host`` or ``bind_failed``.
    """
    try:
        listeners = bound_sockets(settings)
    except ServerStartError as error:
        raise ArlenCLIError(
            str(error),
            code=error.code,
            details=error.details,
            fixit=Fixit("Stop the other server, or choose another address.", "boomhauer --port 0"),
        ) from error
    for listener in listeners:
        listener.listen(settings.listen_backlog)
    return listeners

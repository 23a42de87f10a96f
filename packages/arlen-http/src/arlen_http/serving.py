"""Serving until a signal says stop: the blocking face of `Server`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from socket import socket
from typing import Any

from .access_log import show_access_log
from .blame import in_one_line
from .errors import ServerStartError
from .loop import loop_factory
from .parser import backend_named
from .server import Server
from .settings import ServerSettings

__all__ = ["serve"]


def serve(
    app: Any,
    settings: ServerSettings | None = None,
    *,
    name: str = "arlen-http",
    sockets: Sequence[socket] = (),
) -> int:
    """Serve until SIGINT or SIGTERM; a second signal ends the process at once.

    ``<name> listening on http://host:port``, a line for every address, goes to standard output when connections are
    accepted, followed by the parser in use; the reason why the server cannot start goes to standard error.

    Args:
        app: whatever `Server` takes.
        name: what the program calls itself.
        sockets: listening sockets from elsewhere, used in place of host and port.

    Returns:
        The exit code: 0 after a stop, 1 when the server could not start.
    """
    settings = settings or ServerSettings()
    if settings.access_log != "off":
        show_access_log()
    with asyncio.Runner(loop_factory=loop_factory(settings.loop)) as runner:
        return runner.run(_serve(Server(app, settings, sockets=sockets), name))


async def _serve(server: Server, name: str) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, stopping)
    try:
        await server.start()
    except ServerStartError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    except Exception as error:  # noqa: BLE001  whatever the application raises is why the server does not start
        sys.stderr.write(f"{name}: startup failed: {in_one_line(error)}\n")
        return 1
    for url in server.urls:
        sys.stdout.write(f"{name} listening on {url}\n")
    backend = backend_named(server.settings.http_parser_backend)
    sys.stdout.write(f"{name} http parser backend={backend.name} version={backend.version}\n")
    sys.stdout.flush()
    await stopping.wait()
    await server.stop()
    return 0


def _stop(stopping: asyncio.Event) -> None:
    if stopping.is_set():
        os._exit(1)
    stopping.set()

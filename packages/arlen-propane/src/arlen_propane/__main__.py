"""``propane module:attribute``: the production manager as a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from arlen_config import ArlenConfigError, Config
from arlen_http import ArlenHTTPError, ServerSettings
from arlen_http.listening import urls_of

from .errors import ArlenPropaneError
from .listening import listening_sockets, port_of
from .manager import Manager, WorkerCommand
from .options import Options, parse
from .settings import PropaneAccessories


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 after TERM or INT, 1 when it cannot serve, 2 for wrong usage."""
    options = parse(arguments)
    try:
        return _serve(options)
    except (ArlenConfigError, ArlenHTTPError, ArlenPropaneError) as error:
        sys.stderr.write(f"propane: {error}\n")
        return 1


def _serve(options: Options) -> int:
    config = Config.load(options.app_root, options.environment, overrides=options.overrides)
    server = config.section("", ServerSettings)
    accessories = config.section("propane_accessories", PropaneAccessories)
    config.verify(under="propane_accessories")
    for warning in config.warnings:
        sys.stderr.write(f"propane: {warning}\n")
    sockets = listening_sockets(server)
    resolved = {
        "ARLEN_APP_ROOT": str(options.app_root),
        "ARLEN_ENV": options.environment,
        "ARLEN_HOST": server.host,
        "ARLEN_PORT": str(port_of(sockets, server.port)),
        "ARLEN_LISTEN_BACKLOG": str(server.listen_backlog),
        "ARLEN_CONNECTION_TIMEOUT_SECONDS": str(server.connection_timeout_seconds),
        "ARLEN_GRACEFUL_SHUTDOWN_SECONDS": str(accessories.graceful_shutdown_seconds),
    }
    command = WorkerCommand(str(options.target), str(options.app_root), options.environment, os.environ | resolved)
    for url in urls_of(sockets, server):
        sys.stdout.write(f"propane listening on {url}\n")
    try:
        return Manager(accessories, command, sockets).run()
    finally:
        for sock in sockets:
            sock.close()


if __name__ == "__main__":
    sys.exit(main())

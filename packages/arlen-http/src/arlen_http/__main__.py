"""``python -m arlen_http module:attribute``: serve a handler, an Arlen application or an ASGI application."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from socket import socket
from typing import Any

from .errors import AppLoadError, ArlenHTTPError
from .handler import as_app
from .reference import load_reference
from .serving import serve
from .settings import ServerSettings, TLSSettings

NAME = "arlen-http"


def main(arguments: Sequence[str] | None = None, *, sockets: Sequence[socket] = ()) -> int:
    """Run the command and return its exit code: 0, 1 for what cannot be served, 2 for a wrong command line.

    Args:
        sockets: listening sockets from elsewhere, used in place of where the options say to listen.
    """
    options = _parser().parse_args(arguments)
    settings = replace(
        ServerSettings(),
        host=options.host,
        port=options.port,
        bind=tuple(options.bind),
        tls=TLSSettings(certificate=options.tls_certificate, key=options.tls_key),
        trusted_proxies=tuple(options.trusted_proxies.split(",")) if options.trusted_proxies else (),
        access_log=options.access_log,
        http_parser_backend=options.parser,
        loop=options.loop,
        enable_reuse_port=options.reuse_port,
    )
    logging.basicConfig(level=options.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        return serve(_application(options), settings, name=NAME, sockets=sockets)
    except ArlenHTTPError as error:
        sys.stderr.write(f"{NAME}: {error}\n")
        return 2 if isinstance(error, AppLoadError) and error.code == "invalid_reference" else 1


def _application(options: argparse.Namespace) -> Any:
    target = load_reference(options.app, app_dir=options.app_dir)
    if options.factory:
        target = target()
    try:
        return as_app(target)
    except TypeError as error:
        raise AppLoadError(f'"{options.app}" cannot be served: {error}', code="not_an_application") from error


def _parser() -> argparse.ArgumentParser:
    defaults = ServerSettings()
    parser = argparse.ArgumentParser(prog="python -m arlen_http", description=__doc__)
    parser.add_argument("app", metavar="module:attribute", help="what to serve")
    parser.add_argument("--host", default=defaults.host, help="address, or unix:/path (default: %(default)s)")
    parser.add_argument("--port", type=int, default=defaults.port, help="0 for a free one (default: %(default)s)")
    parser.add_argument(
        "--bind",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="in place of host and port, any number of times: host:port, [ipv6]:port, unix:/path, fd://3 or systemd",
    )
    parser.add_argument("--tls-certificate", metavar="FILE", default="", help="certificate and chain in PEM form")
    parser.add_argument(
        "--tls-key", metavar="FILE", default="", help="private key, unless the certificate's file has it"
    )
    parser.add_argument(
        "--trusted-proxies", metavar="LIST", default="", help="addresses, networks, unix or *, separated by commas"
    )
    parser.add_argument("--access-log", choices=("off", "text", "json"), default=defaults.access_log)
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument("--factory", action="store_true", help="call the attribute to get the application")
    parser.add_argument("--app-dir", default=".", help="where to look for the module (default: here)")
    parser.add_argument("--parser", choices=("httptools", "h11"), default=defaults.http_parser_backend)
    parser.add_argument("--loop", choices=("auto", "asyncio", "uvloop"), default=defaults.loop)
    parser.add_argument("--reuse-port", action="store_true", help="share the port with other processes")
    return parser


if __name__ == "__main__":
    sys.exit(main())

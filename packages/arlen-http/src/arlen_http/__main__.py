"""``python -m arlen_http module:attribute``: serve a handler, an Arlen application or an ASGI application."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .errors import AppLoadError, ArlenHTTPError
from .handler import as_app
from .reference import load_reference
from .serving import serve
from .settings import ServerSettings

NAME = "arlen-http"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 for what cannot be served, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    settings = replace(
        ServerSettings(),
        host=options.host,
        port=options.port,
        http_parser_backend=options.parser,
        loop=options.loop,
        enable_reuse_port=options.reuse_port,
    )
    try:
        return serve(_application(options), settings, name=NAME)
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
    parser.add_argument("--factory", action="store_true", help="call the attribute to get the application")
    parser.add_argument("--app-dir", default=".", help="where to look for the module (default: here)")
    parser.add_argument("--parser", choices=("httptools", "h11"), default=defaults.http_parser_backend)
    parser.add_argument("--loop", choices=("auto", "asyncio", "uvloop"), default=defaults.loop)
    parser.add_argument("--reuse-port", action="store_true", help="share the port with other processes")
    return parser


if __name__ == "__main__":
    sys.exit(main())

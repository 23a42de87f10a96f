"""Serving an application from the command line."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence

from arlen_config import ConfigError
from arlen_http import ArlenHTTPError, Request, Response, Server, serve

from .application import Application
from .arguments import USAGE, Arguments, UsageError
from .callables import needs_argument, place_of
from .errors import ApplicationError
from .logs import write_to_stderr

OK, FAILED, MISUSED = 0, 1, 2


def run(
    app_or_factory: Application | Callable[..., Application | None],
    argv: Sequence[str] | None = None,
    name: str = "boomhauer",
) -> int:
    """Serve until interrupted, and give the exit status: 0, 1 when it could not start, 2 when misused.

    A factory without parameters makes the application; a factory with one registers routes on the application it is
    given, which is rooted at ``ARLEN_APP_ROOT`` or the working directory. ``argv`` are the arguments after the name of
    the program (those of the process by default); see :class:`arlen_mvc.arguments.Arguments`.
    """
    try:
        arguments = Arguments.parse(sys.argv[1:] if argv is None else argv)
    except UsageError as error:
        print(error, USAGE.format(name=name), sep="\n", end="", file=sys.stderr)  # noqa: T201
        return MISUSED
    if arguments.help:
        print(USAGE.format(name=name), end="")  # noqa: T201
        return OK
    try:
        app = _application(app_or_factory)
        app.configure(arguments.environment, {"host": arguments.host, "port": arguments.port})
        if arguments.print_routes:
            return _print_routes(app)
        write_to_stderr(app.settings)
        if arguments.once:
            return asyncio.run(_serve_once(app, name))
        return serve(app, app.settings.server, name=name)
    except (ConfigError, ApplicationError, ArlenHTTPError) as error:
        print(f"{name}: startup failed: {error}", file=sys.stderr)  # noqa: T201
        return FAILED


def _application(app_or_factory: Application | Callable[..., Application | None]) -> Application:
    if isinstance(app_or_factory, Application):
        return app_or_factory
    if not needs_argument(app_or_factory):
        made = app_or_factory()
        if isinstance(made, Application):
            return made
        raise ApplicationError(f"{place_of(app_or_factory)} returned {made!r}; return the application")
    app = Application.from_root(os.environ.get("ARLEN_APP_ROOT", "."))
    return app_or_factory(app) or app


def _print_routes(app: Application) -> int:
    for route in app.routes:
        target = f"{route.controller}#{route.action}" if route.controller else route.action
        name = f" ({route.name})" if route.name else ""
        print(f"{','.join(route.methods)} {route.path} -> {target}{name}")  # noqa: T201
    return OK


class _OneRequest:
    """The application, and the moment when its first answer has left."""

    streams = True

    def __init__(self, app: Application) -> None:
        self.start = app.start
        self.shutdown = app.shutdown
        self.stopping = app.stopping
        self.answered = asyncio.Event()
        self._app = app

    async def handle(self, request: Request) -> Response:
        answer = self._app.handle(request)
        response = answer if isinstance(answer, Response) else await answer
        response.after += (self.answered.set,)
        return response


async def _serve_once(app: Application, name: str) -> int:
    only = _OneRequest(app)
    async with Server(only, app.settings.server) as server:
        print(f"{name} listening on {server.url}", flush=True)  # noqa: T201
        await only.answered.wait()
    return OK

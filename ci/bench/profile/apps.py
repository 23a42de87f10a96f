"""The targets as applications, with and without notes in the way of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from arlen_http import Request, Response
from arlen_http.handler import App, as_app
from arlen_mvc import Application

from ci.bench import subjects
from ci.bench.subjects import arlen_bare, content

Note = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Apps:
    """``noted`` calls its argument between one stage of the target and the next."""

    noted: Callable[[Note], App]
    plain: Callable[[], App]


def bare(note: Note) -> App:
    def handle(request: Request) -> Response:
        note()
        response = arlen_bare.handle(request)
        note()
        return response

    return as_app(handle)


def application(note: Note) -> App:
    app = as_app(status_application(note))

    def handle(request: Request) -> Awaitable[Response]:
        note()
        answering = app.handle(request)
        if isinstance(answering, Response):
            raise TypeError("the application answered without awaiting its action")
        note()
        return awaited(answering)

    async def awaited(answering: Awaitable[Response]) -> Response:
        note()
        response = await answering
        note()
        return response

    return App(handle, app.streams, app.start, app.shutdown, app.stopping)


def status_application(note: Note) -> Application:
    """The application of the benchmark's suite, with one action."""
    app = production()

    @app.get("/api/status")
    async def api_status() -> content.Status:
        note()
        answer = content.status()
        note()
        return answer

    return app


def plain_status_application() -> App:
    app = production()

    @app.get("/api/status")
    async def api_status() -> content.Status:
        return content.status()

    return as_app(app)


def production() -> Application:
    root = Path(next(iter(subjects.__path__))) / "arlen_app"
    return Application.from_root(root, environment="production", env={})


APPS: Mapping[str, Apps] = {
    "bare": Apps(bare, lambda: as_app(arlen_bare.handle)),
    "application": Apps(application, plain_status_application),
}

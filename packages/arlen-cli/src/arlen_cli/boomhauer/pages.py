"""What answers in place of an application that cannot: handlers, and the server that the supervisor runs them in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from .failure import BuildFailure
from .listening import Listeners
from .page import failure_page, waiting_page

if TYPE_CHECKING:
    from arlen_http import Request, Response, Server

    from .live_reload import LiveReload

#: Allows the styles of the page itself and the script that makes it reload, nothing else.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'"

_PAGE_HEADERS = {"content-security-policy": CONTENT_SECURITY_POLICY, "cache-control": "no-store"}


class FailurePages:
    """Answers every request with the failure of the last build, in the form that the client prefers."""

    def __init__(self, failure: BuildFailure) -> None:
        self._failure = failure

    def handle(self, request: Request) -> Response:
        from arlen_http import Response

        if request.path == "/healthz":
            return Response.text("degraded\n")
        if prefers_json(request):
            return Response.json(self._document(), status=500)
        return Response.html(failure_page(self._failure), status=500, headers=_PAGE_HEADERS)

    def _document(self) -> dict[str, object]:
        identity = secrets.token_hex(16)
        error = {
            "code": "dev_build_failed",
            "message": "the application could not be built",
            "request_id": identity,
            "correlation_id": identity,
        }
        return {"error": error, "details": self._failure.details()}


class WaitingPages:
    """Answers every request with the news that the application is still being built."""

    def handle(self, request: Request) -> Response:
        from arlen_http import Response

        if request.path == "/healthz":
            return Response.text("degraded\n")
        return Response.html(waiting_page(), status=503, headers={**_PAGE_HEADERS, "retry-after": "1"})


class PageServer:
    """Serves such a handler on the supervisor's sockets, one at a time."""

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners
        self._shown: tuple[LiveReload, Server] | None = None

    async def show(self, pages: FailurePages | WaitingPages) -> None:
        """Answer with these pages from now on."""
        from arlen_http import Server, ServerSettings

        from .live_reload import LiveReload

        await self.hide()
        followed = LiveReload(pages, secrets.token_hex(8))
        settings = ServerSettings(graceful_shutdown_seconds=1)
        server = Server(followed, settings, sockets=[listener.dup() for listener in self._listeners])
        await server.start()
        self._shown = followed, server

    async def hide(self) -> None:
        """Answer nothing from now on; requests wait."""
        shown, self._shown = self._shown, None
        if shown is not None:
            followed, server = shown
            followed.close()
            await server.stop()


def prefers_json(request: Request) -> bool:
    """Whether an answer for programs is wanted: by ``Accept``, or by a path under ``/api``."""
    accept = request.headers.get("accept") or ""
    asked = "application/json" in accept or "text/json" in accept
    return asked or request.path == "/api" or request.path.startswith("/api/")

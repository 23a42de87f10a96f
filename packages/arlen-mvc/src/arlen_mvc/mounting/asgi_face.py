"""An application as other ASGI servers see it, and ASGI middleware around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arlen_http import Request, Response, ServerSettings

if TYPE_CHECKING:
    from .mounts import Mounts

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
Dispatch = Callable[[Request], "Response | Awaitable[Response]"]


def asgi_face(target: Any, mounts: Mounts, settings: ServerSettings | None = None) -> ASGIApp:
    """The ASGI face of ``target``; WebSockets below a mount go to the mounted application's own."""
    from arlen_http.asgi import to_asgi

    face = to_asgi(target, settings)

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and (guest := mounts.guest_of(scope)) is not None:
            await guest.app(guest.scope, receive, send)
        else:
            await face(scope, receive, send)

    return asgi


@dataclass(frozen=True, slots=True)
class _Inside:
    """What the innermost middleware calls."""

    handle: Dispatch
    streams: bool = True


class ASGIMiddleware:
    """The ASGI middleware of one application, the first one added outermost."""

    __slots__ = ("_factories", "_handler", "app")

    app: ASGIApp | None
    """The application inside of its middleware, once it is composed; ``None`` where there is no middleware."""

    def __init__(self) -> None:
        self._factories: list[Callable[[ASGIApp], ASGIApp]] = []
        self._handler: Any = None
        self.app = None

    def add(self, factory: Callable[..., ASGIApp], options: dict[str, Any]) -> None:
        self._factories.append(lambda app: factory(app, **options))

    def around(self, dispatch: Dispatch, mounts: Mounts, settings: ServerSettings) -> Dispatch:
        """The dispatch of the application with its middleware; the very same where there is none."""
        if not self._factories:
            return dispatch
        from arlen_http.asgi import from_asgi

        app = asgi_face(_Inside(dispatch), mounts, ServerSettings(request_limits=settings.request_limits))
        for factory in reversed(self._factories):
            app = factory(app)
        self.app = app
        self._handler = from_asgi(app, settings)
        handle: Dispatch = self._handler.handle
        return handle

    async def start(self) -> None:
        """Tell the middleware of the start of the application, by the lifespan protocol."""
        if self._handler is not None:
            await self._handler.start()

    async def stopping(self) -> None:
        if self._handler is not None:
            await self._handler.stopping()

    async def shutdown(self) -> None:
        if self._handler is not None:
            await self._handler.shutdown()

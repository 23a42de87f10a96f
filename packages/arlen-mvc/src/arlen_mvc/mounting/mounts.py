"""Other applications under a prefix: they get the request with the prefix taken off, before any route is looked at."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from arlen_http import Request, Response, ServerSettings

from arlen_mvc.callables import awaits
from arlen_mvc.errors import ApplicationError
from arlen_mvc.routes import normal_prefix

Dispatch = Callable[[Request], "Response | Awaitable[Response]"]


class Guest:
    """A mounted ASGI application, which remembers the state that its lifespan has left."""

    __slots__ = ("_app", "state")

    def __init__(self, app: Any) -> None:
        self._app = app
        self.state: dict[str, Any] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            self.state = scope["state"]
        await self._app(scope, receive, send)


class GuestCall(NamedTuple):
    """An ASGI application, and the scope that it is to be called with."""

    app: Any
    scope: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mount:
    """An application and where it is mounted: ``app`` has ``handle(request)``, and ``guest`` is its ASGI face, if it
    has one."""

    prefix: str
    app: Any
    guest: Any = None

    def call(self, scope: dict[str, Any]) -> GuestCall:
        """How its ASGI face is called, by a scope of the application that it is mounted in."""
        state = {**scope.get("state", {}), **getattr(self.guest, "state", {})}
        return GuestCall(self.guest, {**scope, "root_path": scope.get("root_path", "") + self.prefix, "state": state})


class Mounts:
    """The mounts of one application, in the order of registration."""

    __slots__ = ("_mounts",)

    def __init__(self) -> None:
        self._mounts: list[Mount] = []

    def __iter__(self) -> Any:
        return iter(self._mounts)

    def __len__(self) -> int:
        return len(self._mounts)

    def add(self, prefix: str, app: Any) -> None:
        """Mount an object with ``handle``, or an ASGI application.

        Raises:
            ApplicationError: ``mount_refused``; the prefix is empty or taken, or the object cannot be mounted.
        """
        path = normal_prefix(prefix)
        if path == "/":
            raise ApplicationError(
                f"cannot mount at {prefix!r}: a mount needs a path such as /admin", code="mount_refused"
            )
        if any(mount.prefix == path for mount in self._mounts):
            raise ApplicationError(f"cannot mount at {path}: something is mounted there already", code="mount_refused")
        if not (hasattr(app, "handle") or _takes_scope(app)):
            kind = type(app).__qualname__
            raise ApplicationError(
                f"cannot mount {kind} at {path}: it has no handle(request) and is no ASGI application; "
                "mount_wsgi takes WSGI applications",
                code="mount_refused",
            )
        guest = app if hasattr(app, "handle") else Guest(app)
        self._mounts.append(Mount(path, guest, guest if awaits(guest) else None))

    def use(self, settings: ServerSettings) -> None:
        """Serve ASGI applications with these settings, which are final."""
        self._mounts = [replace(mount, app=_served(mount.app, settings)) for mount in self._mounts]

    def guest_of(self, scope: dict[str, Any]) -> GuestCall | None:
        """The ASGI application whose mount this scope leads to, and its scope."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        found = [mount for mount in self._mounts if mount.guest is not None and covers(mount.prefix, path)]
        return max(found, key=lambda mount: len(mount.prefix)).call(scope) if found else None

    async def start(self) -> None:
        """Start each in order.

        Raises:
            ApplicationError: ``mount_failed``, after those that had started were stopped again.
        """
        for index, mount in enumerate(self._mounts):
            try:
                await _call(mount.app, "start")
            except Exception as error:
                await _stop(self._mounts[:index])
                message = f"mounted application failed to start at {mount.prefix}: {error}"
                details = {"prefix": mount.prefix, "cause": str(error)}
                raise ApplicationError(message, code="mount_failed", details=details) from error

    async def stopping(self) -> None:
        """Tell each in reverse order that it will be stopped."""
        for mount in reversed(self._mounts):
            await _call(mount.app, "stopping")

    async def stop(self) -> None:
        """Stop each in reverse order."""
        await _stop(self._mounts)


def _takes_scope(app: Any) -> bool:
    """Whether it can be called with ``scope``, ``receive`` and ``send``."""
    try:
        inspect.signature(app).bind({}, None, None)
    except (TypeError, ValueError):
        return False
    return True


def _served(app: Any, settings: ServerSettings) -> Any:
    if hasattr(app, "handle"):
        return app
    from arlen_http.asgi import from_asgi

    return from_asgi(app, settings)


async def _stop(mounts: list[Mount]) -> None:
    for mount in reversed(mounts):
        await _call(mount.app, "shutdown")


async def _call(app: Any, name: str) -> None:
    if (function := getattr(app, name, None)) is not None:
        await function()


def mounts_first(targets: dict[str, Dispatch], otherwise: Dispatch) -> Dispatch:
    """Dispatch to the longest prefix that the path begins with, at a segment's end."""
    if not targets:
        return otherwise
    by_length = sorted(targets.items(), key=lambda item: len(item[0]), reverse=True)

    def dispatch(request: Request) -> Response | Awaitable[Response]:
        path = request.raw_path
        for prefix, target in by_length:
            if covers(prefix, path):
                return target(below(request, prefix))
        return otherwise(request)

    return dispatch


def covers(prefix: str, path: str) -> bool:
    """Whether the path begins with the prefix, at a segment's end."""
    return path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/")


def below(request: Request, prefix: str) -> Request:
    """The request as the mounted application sees it."""
    return request.replace(raw_path=request.raw_path[len(prefix) :] or "/", root_path=request.root_path + prefix)


def marked(dispatch: Dispatch, prefix: str) -> Dispatch:
    """Name the prefix in ``X-Arlen-Mount-Prefix`` of every response, unless an inner mount did."""

    def mark(response: Response) -> Response:
        if "x-arlen-mount-prefix" not in response.headers:
            response.headers["x-arlen-mount-prefix"] = prefix
        return response

    async def mark_awaited(pending: Awaitable[Response]) -> Response:
        return mark(await pending)

    def dispatch_marked(request: Request) -> Response | Awaitable[Response]:
        result = dispatch(request)
        return mark(result) if isinstance(result, Response) else mark_awaited(result)

    return dispatch_marked

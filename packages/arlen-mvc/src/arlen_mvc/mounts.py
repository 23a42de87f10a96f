"""Other applications under a prefix: they get the request with the prefix taken off, before any route is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from arlen_http import Request, Response, ServerSettings

from .errors import ApplicationError
from .routes import normal_prefix

Dispatch = Callable[[Request], "Response | Awaitable[Response]"]


@dataclass(frozen=True, slots=True)
class Mount:
    """An application (anything with ``handle(request)``) and where it is mounted."""

    prefix: str
    app: Any


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
        if not (hasattr(app, "handle") or callable(app)):
            kind = type(app).__qualname__
            raise ApplicationError(
                f"cannot mount {kind} at {path}: it has no handle(request) and is no ASGI application",
                code="mount_refused",
            )
        self._mounts.append(Mount(path, app))

    def use(self, settings: ServerSettings) -> None:
        """Serve ASGI applications with these settings, which are final."""
        self._mounts = [Mount(mount.prefix, _served(mount.app, settings)) for mount in self._mounts]

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
                raise ApplicationError(message, code="mount_failed", details={"prefix": mount.prefix}) from error

    async def stopping(self) -> None:
        """Tell each in reverse order that it will be stopped."""
        for mount in reversed(self._mounts):
            await _call(mount.app, "stopping")

    async def stop(self) -> None:
        """Stop each in reverse order."""
        await _stop(self._mounts)


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
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                return target(below(request, prefix))
        return otherwise(request)

    return dispatch


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

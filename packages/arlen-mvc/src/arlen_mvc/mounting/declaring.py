"""The part of the application that takes other applications and directories of files under a prefix."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from arlen_mvc.errors import ApplicationError

from .asgi_face import ASGIApp, ASGIMiddleware
from .mounts import Mounts
from .static_files import StaticMounts


class TakesMounts(ABC):
    """Other applications, directories and ASGI middleware; all of it before the application starts."""

    __slots__ = ()

    _asgi_middleware: ASGIMiddleware
    _mounts: Mounts
    _static_mounts: StaticMounts

    @abstractmethod
    def _refuse_when_frozen(self, what: str) -> None: ...

    def mount(self, prefix: str, app: Any) -> None:
        """Hand every request below ``prefix`` to another Arlen application, ASGI application or object with ``handle``.

        It is started and stopped with this one, runs none of its middleware, and sees the path without the prefix.
        WebSockets reach ASGI applications too.

        Raises:
            ApplicationError: ``mount_refused``.
        """
        self._refuse_when_frozen(f"mount {prefix}")
        if app is self:
            raise ApplicationError(f"cannot mount an application into itself (at {prefix})", code="mount_refused")
        self._mounts.add(prefix, app)

    def mount_wsgi(self, prefix: str, app: Any, *, workers: int = 10) -> None:
        """Hand every request below ``prefix`` to a WSGI application, which runs in at most ``workers`` threads.

        Raises:
            ApplicationError: ``mount_refused``.
            MissingDependencyError: the library of ``arlen-mvc[wsgi]`` is not installed.
        """
        from .wsgi import from_wsgi

        self.mount(prefix, from_wsgi(app, workers))

    def mount_static(
        self, prefix: str, directory: str | os.PathLike[str], allow_extensions: Sequence[str] = ()
    ) -> None:
        """Serve the files of a directory (relative to the root) whose extension is allowed.

        Raises:
            ApplicationError: ``mount_refused``.
        """
        self._refuse_when_frozen(f"mount_static {prefix}")
        self._static_mounts.add(prefix, directory, allow_extensions)

    def add_asgi_middleware(self, factory: Callable[..., ASGIApp], **options: Any) -> None:
        """Put ``factory(app, **options)`` around everything that this application answers, mounts and static files
        included; the first one added is the outermost.

        Each request then passes through ASGI and back, which costs tens of microseconds: prefer :meth:`use`.
        """
        self._refuse_when_frozen("add_asgi_middleware")
        self._asgi_middleware.add(factory, options)

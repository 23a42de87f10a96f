"""The part of the application that takes what surrounds its actions: layers and guards."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from .routes import Guard

M = TypeVar("M")
G = TypeVar("G", bound=Callable[[Any], Any])


class TakesLayers(ABC):
    """Layers around every request, and guards before every action; all of it before the application starts."""

    __slots__ = ()

    _middleware: list[Any]
    _guards: list[Guard]

    @abstractmethod
    def _refuse_when_frozen(self, what: str) -> None: ...

    def use(self, middleware: M) -> M:
        """Add a layer around every route (and around 404 and 405); the first one added is the outermost.

        A layer is ``async def layer(ctx, call_next)``, or an object with ``process(ctx)`` or ``did_process(ctx)``.
        Usable as a decorator, for which there is the name :meth:`middleware`.
        """
        self._refuse_when_frozen("use")
        self._middleware.append(middleware)
        return middleware

    def middleware(self, layer: M) -> M:
        """``@app.middleware`` above ``async def layer(ctx, call_next)``; the same as :meth:`use`."""
        return self.use(layer)

    def guard(self, guard: G) -> G:
        """``@app.guard`` above ``def guard(ctx)``: ask it before every action, ahead of other guards.

        Anything falsy refuses with 403. Static files, mounts and the framework's own endpoints are not asked about.
        """
        self._refuse_when_frozen("guard")
        self._guards.append(guard)
        return guard

    @property
    def middlewares(self) -> tuple[Any, ...]:
        """The application's own layers, the outermost first."""
        return tuple(self._middleware)

"""The application: it collects routes, middleware, resources and hooks, composes them once, and serves requests."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any, Self, TypeVar, Unpack

from arlen_config import Config
from arlen_http import Request, Response, ServerSettings, ThreadPool
from arlen_router import RouteTable

from .assembly import Parts, assemble
from .binding.overrides import Overrides
from .callables import place_of, with_optional_argument
from .configuration import TABLES_OF_OTHERS, Configuration, ConfigurationFiles, configuration_of
from .context import Context
from .controller import Controller
from .dispatch import Dispatch
from .errors import ApplicationError
from .failures import ErrorHandlers
from .lifecycle import Hook, Lifecycle
from .mounting.asgi_face import ASGIApp, ASGIMiddleware, asgi_face
from .mounting.declaring import TakesMounts
from .mounting.mounts import Mounts
from .mounting.static_files import StaticMounts
from .observability.observation import Observation
from .observability.observed import Observed
from .openapi.described import DescribesItself, Webhook
from .plugins import Plugins, TakesPlugins
from .resources import Resources, Scope
from .route_configuration import ConfigurableRouter
from .routes import DeclaresRoutes, EnclosureOptions, Guard, RouteDeclaration, RouteDecorators, Router
from .runtime import Endpoint, RouteInfo, Runtime
from .settings import Settings
from .surrounding import TakesLayers
from .templates import Additions
from .templates.registration import HasTemplates
from .translations.localised import Localised
from .unsafe import refuse_unsafe
from .versioning import Aliases, Versions

S = TypeVar("S")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]


class Application(
    Observed,
    HasTemplates,
    Localised,
    TakesLayers,
    TakesMounts,
    TakesPlugins,
    Versions,
    DescribesItself,
    RouteDecorators,
):
    """An Arlen application.

    ``config`` is a loaded :class:`arlen_config.Config`, a mapping of tables, or nothing; neither files nor the process
    environment are read (:meth:`from_root` reads both). ``root`` is the directory below which templates and static
    files are found. ``context_class`` may add shortcuts to what actions get. ``lifespan(app)`` gives an asynchronous
    context manager that is entered at start and left at shutdown.

    Register everything, then :meth:`start`; what is wrong is reported there, all of it at once.

    Raises:
        arlen_config.ConfigError: a value of the configuration has the wrong type or is out of range.
    """

    streams = True
    """arlen_http calls :meth:`handle` when the head of a request is complete, and lets actions read the body."""

    def __init__(
        self,
        config: Config | Mapping[str, Any] | None = None,
        *,
        root: str | os.PathLike[str] = ".",
        context_class: type[Context] = Context,
        lifespan: Lifespan | None = None,
    ) -> None:
        self.root = Path(root).absolute()
        self._sections: dict[str, type[Any]] = {}
        self._configuration: Configuration = configuration_of(config)
        self._use(self._configuration.read({}))
        self._context_class = context_class
        self._router = ConfigurableRouter()
        self._middleware: list[Any] = []
        self._guards: list[Guard] = []
        self._resources = Resources()
        self.overrides = Overrides(self._recompose)
        self._error_handlers = ErrorHandlers()
        self._lifecycle = Lifecycle()
        self._mounts = Mounts()
        self._asgi_middleware = ASGIMiddleware()
        self._aliases = Aliases()
        self._webhooks: list[Webhook] = []
        self._plugins = Plugins(self._lifecycle)
        self._static_mounts = StaticMounts()
        self._additions = Additions()
        self._observation = Observation()
        self._health = self._observation.health
        self._runtime: Runtime | None = None
        self._dispatch: Dispatch = self._assemble_and_dispatch
        self._assembling = RLock()
        if lifespan is not None:
            self._lifecycle.add(Hook.of_lifespan(lifespan))

    @classmethod
    def from_root(
        cls,
        root: str | os.PathLike[str] = ".",
        environment: str = "development",
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Self:
        """An application with the configuration files below ``root`` and the process environment (``os.environ``).

        ``options`` are those of the constructor.
        """
        files = ConfigurationFiles(Path(root).absolute(), environment, env)
        app = cls(files.read({}), root=root, **options)
        app._configuration = files
        return app

    def configure(self, environment: str | None = None, overrides: Mapping[str, Any] | None = None) -> None:
        """Read the configuration again, for another environment or with options of a command line on top.

        ``overrides`` maps dotted keys to values. Only before :meth:`start`.
        """
        self._refuse_when_frozen("configure")
        if environment is not None:
            self._configuration = replace(self._configuration, environment=environment)
        self._use(self._configuration.read(overrides or {}))
        for table, kind in self._sections.items():
            self.config.section(table, kind)

    def section(self, table: str, kind: type[S], defaults: S | None = None) -> S:
        """A table of the configuration as an instance of its dataclass; claimed for good, also when :meth:`configure`
        reads everything again.

        Raises:
            arlen_config.ConfigError: a value has the wrong type or is out of range.
        """
        self._sections[table] = kind
        return self.config.section(table, kind, defaults)

    def _use(self, config: Config) -> None:
        self.config = config
        self.settings = Settings.read(config, self.root)
        self.threads = ThreadPool.of(self.settings.server.runtime_limits, self.settings.server.timeouts)

    @property
    def environment(self) -> str:
        """``development``, ``test``, ``production`` or another name."""
        return self.settings.environment

    @property
    def runtime_invocation_mode(self) -> str:
        """``cached``: the methods of controllers as they were at start; ``selector``: as they are now."""
        return self.settings.application.runtime_invocation_mode

    @property
    def server_settings(self) -> ServerSettings:
        """How a server is to treat the connections of this application."""
        return self.settings.server

    # Registration

    def declare(self, declaration: RouteDeclaration) -> None:
        self._refuse_when_frozen(declaration.place)
        self._router.declare(declaration)

    def add_controller(self, controller: type[Controller]) -> type[Controller]:
        """Take every decorated action of the class; usable as a decorator."""
        self._refuse_when_frozen(controller.__name__)
        return self._router.add_controller(controller)

    def include(self, routes: DeclaresRoutes, prefix: str = "", **options: Unpack[EnclosureOptions]) -> None:
        """Take the routes of a :class:`Router` under a prefix."""
        self._refuse_when_frozen(f"include {prefix}")
        self._router.include(routes, prefix, **options)

    def group(self, prefix: str = "", **options: Unpack[EnclosureOptions]) -> Router:
        """``with app.group("/admin", guards=[signed_in]) as admin: ...``"""
        self._refuse_when_frozen(f"group {prefix}")
        return self._router.group(prefix, **options)

    def provide(self, kind: type[Any], value: object, scope: Scope = "app") -> None:
        """Make a resource available by its type, in action signatures and through ``ctx.get``.

        Functions, methods, classes and partials are factories (sync, async or a generator that releases the resource
        after its ``yield``): called once at start, or for each request with ``scope="request"``, with the application
        or the context as argument if they need one. Anything else is the resource itself. A resource of a request is
        released when its action has returned, before the response is sent.
        """
        self._refuse_when_frozen(f"provide {kind.__name__}")
        self._resources.provide(kind, value, scope)

    def resource(self, kind: type[T]) -> T:
        """The application's instance of a provided type.

        Raises:
            ApplicationError: ``unknown_resource``.
        """
        return self._resources.value(kind)

    def override(self, dependency: Any, function: Callable[..., Any]) -> AbstractContextManager[None]:
        """``with app.override(current_user, lambda: User("ada")): ...``, also while it runs; see ``app.overrides``."""
        return self.overrides.replaced(dependency, function)

    def error_handler(self, kind: type[Exception] | int) -> Callable[[F], F]:
        """``@app.error_handler(StockEmpty)`` or ``@app.error_handler(404)``: ``handler(ctx, error)`` gives the answer.

        What it returns is made into a response like the result of an action, with the error's status unless it sets
        another one.
        """
        self._refuse_when_frozen("error_handler")

        def register(handler: F) -> F:
            self._error_handlers.add(kind, handler)
            return handler

        return register

    def on_start(self, function: F) -> F:
        """Call this (sync or async, with the application if it needs an argument) when the application starts.

        ``False`` or an exception refuses the start.
        """
        self._lifecycle.add(Hook(place_of(function), will_start=with_optional_argument(function)))
        return function

    def on_stop(self, function: F) -> F:
        """Call this when the application stops, in reverse order of registration."""
        self._lifecycle.add(Hook(place_of(function), did_stop=with_optional_argument(function)))
        return function

    def register_lifecycle_hook(self, hook: object) -> None:
        """An object with at least one of ``will_start``, ``did_start``, ``will_stop``, ``did_stop``."""
        self._lifecycle.add(Hook.of(hook))

    # Life

    async def start(self) -> None:
        """Check and compose everything, start mounts, build resources, call the hooks. Does nothing when started.

        Raises:
            ApplicationError: what was begun is undone; a later start may succeed.
            arlen_config.ConfigError: the configuration holds a key that nothing reads.
        """
        if self.started:
            return
        refuse_unsafe(self._assemble())
        async with AsyncExitStack() as undo:
            await self._mounts.start()
            undo.push_async_callback(self._mounts.stop)
            await self._asgi_middleware.start()
            undo.push_async_callback(self._asgi_middleware.shutdown)
            await self._resources.open(self)
            undo.push_async_callback(self._resources.close)
            await self._lifecycle.start(self)
            undo.pop_all()
        self._health.mark_started()
        await self._lifecycle.started(self)

    async def stopping(self) -> None:
        """The first half of :meth:`shutdown`, while requests in flight still run; the server calls it.

        ``/readyz`` turns 503, mounts hear of it, and ``will_stop`` hooks end what would otherwise go on for ever.
        """
        if not self.started or self._health.stopping:
            return
        self._health.mark_stopping()
        await self._asgi_middleware.stopping()
        await self._mounts.stopping()
        await self._lifecycle.stopping(self)

    async def shutdown(self) -> None:
        """Call the stop hooks in reverse, release the resources, stop the mounts. Does nothing when not started."""
        if not self.started:
            return
        await self.stopping()
        await self._lifecycle.stopped(self)
        await self._resources.close()
        await self._asgi_middleware.shutdown()
        await self._mounts.stop()
        await self._assemble().close()
        await self.threads.close()
        self._health.mark_stopped()

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        """Serve one request; works before :meth:`start` too, without the resources that start builds."""
        return self._dispatch(request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI 3 face: http, websocket and lifespan."""
        if scope["type"] == "lifespan":
            await self._asgi(scope, receive, send)
            return
        self._assemble()
        await (self._asgi_middleware.app or self._asgi)(scope, receive, send)

    @cached_property
    def _asgi(self) -> ASGIApp:
        return asgi_face(self, self._mounts, self.settings.server)

    def run(self, argv: Sequence[str] | None = None) -> int:
        """Serve this application from the command line; see :func:`arlen_mvc.runner.run`."""
        from .runner import run

        return run(self, argv)

    # Inspection

    @property
    def runtime(self) -> Runtime:
        """What every request shares, composed when it is first asked for."""
        return self._assemble()

    @property
    def table(self) -> RouteTable[Endpoint]:
        """The compiled route table."""
        return self._assemble().table

    @property
    def routes(self) -> tuple[RouteInfo, ...]:
        """Every route in the order of registration."""
        return tuple(route.target.info for route in self.table.routes)

    def url_for(self, name: str, /, **params: Any) -> str:
        """The path of a named route; leftover parameters become the query.

        Raises:
            arlen_router.RouteBuildError: unknown name, or a parameter that is missing or not convertible.
        """
        return self.table.url_for(name, **params)

    def _assemble(self) -> Runtime:
        with self._assembling:
            if self._runtime is None:
                self._plugins.load(self, self.settings.plugins)
            if self._runtime is None:
                self._configuration.set_up_logging(self.settings)
                self.config.reserve(*TABLES_OF_OTHERS)
                self.config.verify()
                self._runtime, dispatch = assemble(
                    Parts(
                        settings=self.settings,
                        context_class=self._context_class,
                        router=self._router,
                        aliases=self._aliases,
                        middleware=(*self._plugins.layers, *self._middleware),
                        guards=tuple(self._guards),
                        resources=self._resources,
                        overrides=self.overrides,
                        error_handlers=self._error_handlers,
                        mounts=self._mounts,
                        static_mounts=self._static_mounts,
                        additions=self._additions,
                        translations=self.i18n,
                        observation=self._observation,
                        threads=self.threads,
                        webhooks=self._webhooks,
                    )
                )
                self._dispatch = self._asgi_middleware.around(dispatch, self._mounts, self.settings.server)
            return self._runtime

    def _recompose(self) -> None:
        if self._runtime is not None:
            self._runtime.recompose()

    def _assemble_and_dispatch(self, request: Request) -> Response | Awaitable[Response]:
        self._assemble()
        return self._dispatch(request)

    def _refuse_when_frozen(self, what: str) -> None:
        if self._runtime is not None:
            raise ApplicationError(
                f"{what}: the application is composed already; register everything before it starts",
                code="application_frozen",
            )

"""From what was registered to what runs: every mistake found, every route composed, once."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from arlen_http import Request, Response, ThreadPool
from arlen_router import Fault, Pattern, PatternError, RouteTableError
from arlen_router import Router as TableBuilder

from . import guards, middleware, static_files
from .binding import Signature, read_signature
from .built_in import built_in_steps
from .callables import awaits, unwrapped
from .composition import Finish, Open, Serve, Step, after_body, answered, by_body, in_worker, served
from .context import Context
from .correlation import stamp_request, stamp_trace
from .dispatch import Dispatch, routing
from .error_answers import Show, show_concealed
from .errors import ApplicationError, Mistake
from .failures import ErrorHandlers, Failures
from .finalisation import logging_requests, sealing, timing
from .formats import preference
from .health import Health
from .middleware import layered, the_response
from .mounts import Mounts, marked, mounts_first
from .resources import Resources
from .results import respond
from .routes import RouteDeclaration, Router
from .runtime import Endpoint, RouteInfo, Runtime
from .security_headers import SecurityHeaders
from .settings import Settings
from .standard_layers import standard_layers
from .static_files import StaticMount, StaticMounts
from .templates import Additions, Templates
from .timings import Timings

if TYPE_CHECKING:
    from arlen_router.table import TrailingSlash

    from .controller import Controller

_logger = logging.getLogger("arlen")

_BODILESS = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application has collected by the time it starts."""

    settings: Settings
    context_class: type[Context]
    router: Router
    middleware: Sequence[Any]
    resources: Resources
    error_handlers: ErrorHandlers
    mounts: Mounts
    static_mounts: StaticMounts
    additions: Additions
    health: Health
    threads: ThreadPool


def assemble(parts: Parts) -> tuple[Runtime, Dispatch]:
    """The runtime of an application, and its dispatch.

    Raises:
        ApplicationError: ``invalid_application``, listing every mistake of routes, signatures, middleware, static
            mounts and (when they are compiled at start) templates.
    """
    return _Assembly(parts).run()


class _Assembly:
    __slots__ = (
        "_failures",
        "_finish",
        "_layer_failures",
        "_layers",
        "_mistakes",
        "_parts",
        "_runtime",
        "_static_mounts",
    )

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        self._parts = parts
        self._layers = (*standard_layers(settings), *parts.middleware)
        self._mistakes: list[Mistake] = middleware.find_mistakes(parts.middleware)
        self._static_mounts = parts.static_mounts.resolve(settings.root, settings.application)
        show = _presentation(settings)
        self._failures = Failures(parts.error_handlers, show)
        self._layer_failures = Failures(parts.error_handlers, show, "middleware_failure")
        self._finish = _finishing(settings)
        self._runtime = Runtime(
            settings=settings,
            resources=parts.resources,
            request_factories=parts.resources.request_factories(),
            templates=Templates(
                settings.root / settings.templates.directory,
                reload=settings.environment == "development",
                default_layout=settings.templates.default_layout,
                additions=parts.additions,
            ),
            preferred_format=preference(settings.application.api_only),
            static_prefix=next((mount.prefix for mount in self._static_mounts), "/static"),
        )

    def run(self) -> tuple[Runtime, Dispatch]:
        parts = self._parts
        self._compile_routes()
        self._mistakes += static_files.find_mistakes(self._static_mounts)
        if parts.settings.templates.precompile:
            self._mistakes += self._runtime.templates.find_mistakes()
        if self._mistakes:
            raise ApplicationError.of_mistakes(tuple(dict.fromkeys(self._mistakes)))
        built_in = {
            path: self._serve(RouteInfo(), step, ()) for path, step in built_in_steps(parts.settings, parts.health)
        }
        dispatch = routing(self._runtime.table, built_in, self._unrouted)
        static = {mount.prefix: self._static(mount) for mount in self._static_mounts}
        parts.mounts.use(parts.settings.server)
        mounted = {mount.prefix: marked(mount.app.handle, mount.prefix) for mount in parts.mounts}
        return self._runtime, mounts_first({**static, **mounted}, dispatch)

    def _compile_routes(self) -> None:
        settings = self._parts.settings
        builder = TableBuilder[Endpoint]()
        for declaration in self._parts.router.declarations():
            builder.add(
                declaration.methods,
                declaration.path,
                self._endpoint(declaration),
                name=declaration.name,
                formats=declaration.formats,
                conditions=declaration.conditions,
            )
        try:
            self._runtime.table = table = builder.compile(
                trailing_slash=cast("TrailingSlash", settings.routing.trailing_slash),
                default_format="json" if settings.application.api_only else "html",
            )
        except RouteTableError as error:
            self._mistakes += map(_route_mistake, error.faults)
            return
        if settings.routing.route_compile_warnings_as_errors:
            self._mistakes += map(_route_mistake, table.warnings)
        for warning in table.warnings:
            _logger.warning(
                "route compile warning", extra={"fields": {"route": warning.route, "problem": str(warning)}}
            )

    def _endpoint(self, declaration: RouteDeclaration) -> Endpoint:
        info = RouteInfo(
            declaration.methods,
            declaration.path,
            declaration.name,
            declaration.controller.__name__ if declaration.controller else "",
            getattr(declaration.action, "__name__", type(declaration.action).__name__),
            declaration.place,
            declaration.contract,
            declaration.protection,
            declaration.documentation,
        )
        self._mistakes += middleware.find_mistakes(declaration.middleware)
        self._mistakes += guards.find_mistakes(declaration.guards)
        signature, mistakes = read_signature(
            declaration.action,
            _path_params(declaration.path),
            self._parts.resources,
            bound=declaration.controller is not None,
        )
        self._mistakes += [replace(mistake, place=info.place) for mistake in mistakes]
        layers = middleware.layers_for(declaration, (*self._layers, *declaration.middleware))
        action = self._action(declaration, signature)
        serve = self._serve(info, guards.guarded(action, declaration.guards), layers)
        if not action.awaits and not _BODILESS.issuperset(declaration.methods):
            serve = by_body(serve, self._serve(info, guards.guarded(after_body(action), declaration.guards), layers))
        return Endpoint(info, serve)

    def _action(self, declaration: RouteDeclaration, signature: Signature) -> Step:
        action, controller = declaration.action, declaration.controller
        call = signature.bind_method(action, _instantiate(controller)) if controller else signature.bind(action)
        step = Step(call, awaits(action))
        if declaration.blocking and not step.awaits and not _streams(action):
            step = in_worker(call, self._parts.threads)
        return Step(signature.holding(step.awaited()), True) if signature.managed else step

    def _serve(self, info: RouteInfo, step: Step, layers: Sequence[Any]) -> Serve:
        if not layers:
            return served(step, self._opening(info), respond, self._failures, self._finish)
        chain = layered(answered(step, self._failures), layers, self._layer_failures)
        return served(chain, self._opening(info), the_response, self._layer_failures, self._finish)

    def _opening(self, info: RouteInfo) -> Open:
        context_class, runtime = self._parts.context_class, self._runtime

        def open_context(request: Request, params: Mapping[str, Any], format: str | None) -> Context:
            return context_class(runtime, request, info, params, format)

        def open_timed(request: Request, params: Mapping[str, Any], format: str | None) -> Context:
            ctx = context_class(runtime, request, info, params, format)
            ctx.timings = Timings()
            return ctx

        return open_timed if runtime.settings.application.performance_logging else open_context

    def _unrouted(self, action: Callable[[Context], Response]) -> Serve:
        layers = middleware.layers_for(None, self._layers)
        return self._serve(RouteInfo(), Step(action, False), layers)

    def _static(self, mount: StaticMount) -> Dispatch:
        serve = self._serve(RouteInfo(), Step(mount.action, False), ())
        return lambda request: serve(request, {}, None)


def _instantiate(controller: type[Controller]) -> Callable[[Context], Controller]:
    def instantiate(ctx: Context) -> Controller:
        instance = controller()
        instance.context = ctx
        return instance

    return instantiate


def _presentation(settings: Settings) -> Show:
    if settings.environment == "production":
        return show_concealed
    from .development_page import show_developed

    return show_developed


def _finishing(settings: Settings) -> Finish:
    stamp = stamp_trace if settings.observability.trace_propagation_enabled else stamp_request
    finish = sealing(SecurityHeaders(settings.security_headers), stamp)
    if settings.application.performance_logging:
        finish = timing(finish)
    if _logger.isEnabledFor(logging.INFO):
        finish = logging_requests(finish, _logger)
    return finish


def _path_params(path: str) -> tuple[str, ...]:
    try:
        return Pattern.parse(path).names
    except PatternError:
        return ()


def _route_mistake(fault: Fault) -> Mistake:
    return Mistake(fault.route, fault.problem, fault.remedy)


def _streams(action: Callable[..., Any]) -> bool:
    """Whether calling it only makes a generator, which blocks nobody."""
    target = unwrapped(action)
    return inspect.isasyncgenfunction(target) or inspect.isgeneratorfunction(target)

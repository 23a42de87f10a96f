"""From what was registered to what runs: every mistake found, every route composed, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from arlen_http import Response, ThreadPool
from arlen_router import Fault, Pattern, PatternError, RouteTableError
from arlen_router import Router as TableBuilder

from . import guards, json_options, middleware
from .auth.authenticator import Authenticator, known_caller
from .auth.mistakes import find_mistakes as find_auth_mistakes
from .auth.principal import Principal
from .binding.actions import Binder, BoundAction
from .binding.dependencies import releasing
from .boundary import Boundary, Finish, opening
from .browser.security_headers import SecurityHeaders
from .browser.security_headers import find_mistakes as find_header_mistakes
from .built_in import built_ins
from .cluster.status import ClusterStatus
from .cluster.status import find_mistakes as find_cluster_mistakes
from .composition import Conclude, Serve, Step, after_body, answered, by_body, chosen, served
from .context import Context
from .contracts import compiled as contracts
from .contracts.compiled import BODILESS, NO_CONTRACT, CompiledContract, compile_contract
from .contracts.request_contract import checked
from .contracts.response_contract import promised
from .dispatch import Dispatch, routing
from .error_pages.answers import Show, show_concealed
from .errors import ApplicationError, Mistake
from .failures import ErrorHandlers, Failures
from .finalisation import keeping_request_ids, logging_requests, sampled, sealing, timing, with_lines
from .formats import preference
from .metrics.requests import UNMATCHED, RequestMetrics
from .middleware import layered, the_response
from .mounting import static_files
from .mounting.mounts import Mount, Mounts, marked, mounts_first
from .mounting.static_files import StaticMount, StaticMounts
from .observability.correlation import identify_forwarded, identify_request, stamp_request, stamp_trace
from .observability.observation import Observation
from .observability.staged import noting_arrival, staged, timed
from .openapi.documents import Documents
from .openapi.replies import find_mistakes as find_response_mistakes
from .openapi.settings import find_mistakes as find_openapi_mistakes
from .openapi.webhooks import Webhook
from .resources import Resources
from .results import respond
from .route_configuration import ConfigurableRouter
from .routes import Guard, RouteDeclaration
from .runtime import Endpoint, RouteInfo, Runtime
from .sessions.mistakes import find_mistakes as find_session_mistakes
from .sessions.session import Session
from .sessions.sessions import sessions_of
from .settings import Settings
from .standard_layers import find_mistakes as find_standard_mistakes
from .standard_layers import layers_of_files, standard_layers
from .templates import Additions, Templates
from .tracing.configured import configured_tracer
from .tracing.exporter import exporting
from .tracing.tracer import traced
from .translations.localised import localise
from .translations.translations import Translations
from .unsafe import withheld
from .versioning import Aliases

if TYPE_CHECKING:
    from arlen_router.table import TrailingSlash

    from .controller import Controller

_logger = logging.getLogger("arlen")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application has collected by the time it starts."""

    settings: Settings
    context_class: type[Context]
    router: ConfigurableRouter
    aliases: Aliases
    middleware: Sequence[Any]
    guards: tuple[Guard, ...]
    resources: Resources
    overrides: Mapping[Any, Callable[..., Any]]
    error_handlers: ErrorHandlers
    mounts: Mounts
    static_mounts: StaticMounts
    additions: Additions
    translations: Translations
    observation: Observation
    threads: ThreadPool
    webhooks: Sequence[Webhook]


def assemble(parts: Parts) -> tuple[Runtime, Dispatch]:
    """The runtime of an application, and its dispatch.

    Raises:
        ApplicationError: ``invalid_application``, listing every mistake of routes, signatures, middleware, static
            mounts and (when they are compiled at start) templates.
    """
    return _Assembly(parts).run()


class _Assembly:
    __slots__ = (
        "_binder",
        "_failures",
        "_file_layers",
        "_finish",
        "_layer_failures",
        "_layers",
        "_mistakes",
        "_parts",
        "_requests",
        "_runtime",
        "_static_mounts",
        "_timed",
        "_tracer",
    )

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        self._parts = parts
        sessions = sessions_of(settings.session)
        if sessions is not None:
            parts.resources.provide(Session, sessions.open, "request")
        parts.resources.provide(Principal, known_caller, "request")
        self._mistakes: list[Mistake] = find_standard_mistakes(settings)
        standard = () if self._mistakes else standard_layers(settings, sessions)
        self._layers = (*standard, *parts.middleware)
        self._file_layers = layers_of_files(standard)
        self._mistakes += middleware.find_mistakes(parts.middleware)
        self._mistakes += localise(parts.translations, parts.resources, settings)
        self._static_mounts = parts.static_mounts.resolve(settings.root, settings.application)
        show = _presentation(settings)
        self._failures = Failures(parts.error_handlers, show)
        self._layer_failures = Failures(parts.error_handlers, show, "middleware_failure")
        self._finish = _finishing(settings, parts.observation)
        self._timed = settings.application.performance_logging or parts.observation.trace_exporter is not None
        self._tracer = parts.observation.tracer or configured_tracer(settings.observability)
        by_name = settings.application.runtime_invocation_mode == "selector"
        self._binder = Binder(parts.resources, parts.threads, parts.overrides, by_name)
        factories, unmakeable = self._binder.request_factories()
        self._mistakes += unmakeable
        metrics = parts.observation.metrics
        self._requests = RequestMetrics(metrics) if settings.observability.metrics_enabled else None
        self._runtime = Runtime(
            settings=settings,
            resources=parts.resources,
            request_factories=factories,
            templates=Templates.of(settings, parts.additions),
            preferred_format=preference(settings.application.api_only),
            static_prefix=next((mount.prefix for mount in self._static_mounts), "/static"),
            identify=identify_forwarded if _believes_proxies(settings) else identify_request,
            metrics=parts.observation.metrics,
            authenticator=Authenticator(settings),
            sessions=sessions,
            recompose=self._recompose,
            closing=tuple(layer.close for layer in standard if hasattr(layer, "close")),
        )
        self._runtime.documents = Documents(settings, self._runtime, parts.webhooks)

    def run(self) -> tuple[Runtime, Dispatch]:
        parts = self._parts
        self._mistakes += parts.router.find_mistakes()
        self._compile_routes()
        self._mistakes += static_files.find_mistakes(self._static_mounts)
        self._mistakes += find_header_mistakes(parts.settings.security_headers)
        self._mistakes += find_cluster_mistakes(parts.settings.cluster)
        self._mistakes += find_openapi_mistakes(parts.settings.openapi)
        if parts.settings.templates.precompile:
            self._mistakes += self._runtime.templates.find_mistakes()
        unsafe = [
            *find_auth_mistakes(parts.settings.auth, parts.settings.environment),
            *find_session_mistakes(parts.settings, parts.resources),
        ]
        if self._mistakes:
            raise ApplicationError.of_mistakes(tuple(dict.fromkeys([*self._mistakes, *unsafe])))
        if unsafe:
            return self._runtime, withheld(self._runtime, unsafe)
        built_in = self._built_in()
        dispatch = routing(self._runtime.table, built_in, self._unrouted)
        static = {mount.prefix: self._static(mount) for mount in self._static_mounts}
        parts.mounts.use(parts.settings.server)
        mounted = {mount.prefix: self._mounted(mount) for mount in parts.mounts}
        dispatch = mounts_first({**static, **mounted}, dispatch)
        return self._runtime, noting_arrival(dispatch) if self._timed else dispatch

    def _compile_routes(self) -> None:
        settings = self._parts.settings
        builder = TableBuilder[Endpoint]()
        for declaration in self._declarations():
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

    def _declarations(self) -> list[RouteDeclaration]:
        declarations = list(self._parts.router.declarations())
        for further in self._parts.aliases.resolve(declarations.copy()):
            shelf: list[Any] = self._mistakes if isinstance(further, Mistake) else declarations
            shelf.append(further)
        return [replace(each, guards=self._parts.guards + each.guards) for each in declarations]

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
            declaration.documentation.told_by(declaration.action),
            formats=declaration.formats,
        )
        self._mistakes += find_response_mistakes(declaration.place, declaration.documentation.responses)
        self._mistakes += middleware.find_mistakes(declaration.middleware)
        self._mistakes += guards.find_mistakes(declaration.guards)
        layers = middleware.layers_for(declaration, (*self._layers, *declaration.middleware))
        protect, unprotectable = self._runtime.authenticator.gate(declaration)
        self._mistakes += unprotectable
        contract = self._contract(declaration, info)
        bodiless = BODILESS.issuperset(declaration.methods)
        bound = self._bound(declaration, info)
        info = replace(info, describe=partial(contract.describe, bound.describe))

        options = getattr(declaration.controller, "json_options", json_options.COMPACT)
        self._mistakes += json_options.find_mistakes(options, info.place)
        annotated = json_options.written(respond if bound.answer is None else bound.answer.conclude, options)

        def complete(step: Step) -> Step:
            answer = guards.guarded(promised(step, contract.response, annotated), declaration.guards)
            return protect(checked(answer, contract.request))

        def compose(bound: BoundAction) -> Serve:
            conclude = respond if contract.response else annotated
            surround = releasing if bound.holds else None
            serve = self._serve(info, complete(bound.step), layers, conclude=conclude, surround=surround)
            if bound.step.awaits or (bodiless and not (contract.reads_body or bound.signature.needs.body)):
                return serve
            later = complete(after_body(bound.step))
            return by_body(serve, self._serve(info, later, layers, conclude=conclude, surround=surround))

        return Endpoint(info, compose(bound), lambda: compose(self._bound(declaration, info)))

    def _bound(self, declaration: RouteDeclaration, info: RouteInfo) -> BoundAction:
        instantiate = _instantiate(declaration.controller) if declaration.controller else None
        bound = self._binder.bind(declaration, _path_params(declaration.path), instantiate)
        self._mistakes += [replace(mistake, place=info.place) for mistake in bound.mistakes]
        return bound

    def _recompose(self) -> None:
        """Bind every action again, with the dependencies that are in place now."""
        self._runtime.request_factories, self._mistakes = self._binder.request_factories()
        composed = [(route.target, route.target.compose()) for route in self._runtime.table.routes]
        if self._mistakes:
            raise ApplicationError.of_mistakes(tuple(dict.fromkeys(self._mistakes)))
        for endpoint, serve in composed:
            endpoint.serve = serve

    def _contract(self, declaration: RouteDeclaration, info: RouteInfo) -> CompiledContract:
        if not declaration.contract:
            return NO_CONTRACT
        contract = compile_contract(declaration.contract, declaration.methods, _path_params(declaration.path))
        strict = self._parts.settings.routing.route_compile_warnings_as_errors
        self._mistakes += contracts.find_mistakes(contract, info, warnings_too=strict)
        return contract

    def _serve(
        self,
        info: RouteInfo,
        step: Step,
        layers: Sequence[Any],
        label: str = UNMATCHED,
        conclude: Conclude = respond,
        surround: Callable[[Step], Step] | None = None,
    ) -> Serve:
        step = staged(step, "controller") if self._timed else step
        if not layers and surround is None:
            return served(step, self._boundary(info, step, label), conclude, self._failures)
        chain = layered(answered(step, self._failures, conclude), layers, self._layer_failures)
        chain = chain if surround is None else surround(chain)
        chain = staged(chain, "middleware", without="controller") if self._timed else chain
        return served(chain, self._boundary(info, chain, label), the_response, self._layer_failures)

    def _boundary(self, info: RouteInfo, step: Step, label: str) -> Boundary:
        open_context = opening(self._runtime, info, self._parts.context_class)
        if self._timed:
            open_context = timed(open_context)
        boundary = Boundary(open_context, self._finishing(info.path or label))
        if self._tracer is not None:
            boundary = traced(boundary, self._tracer)
        if self._requests is not None:
            boundary = self._requests.counting(boundary, info.path or label, step.awaits)
        return boundary

    def _finishing(self, path: str) -> Finish:
        observability, finish = self._parts.settings.observability, self._finish
        if not _logger.isEnabledFor(logging.INFO):
            return finish
        share = 0.0 if path in observability.access_log_exclude else observability.access_log_sample
        return sampled(logging_requests(finish, _logger), finish, share)

    def _built_in(self) -> dict[str, Serve]:
        requests = self._requests
        serves: dict[str, Serve] = {}
        parts, documents = self._parts, self._runtime.documents
        for each in built_ins(
            parts.settings, parts.observation, documents, lambda: 0 if requests is None else requests.active
        ):
            label = each.paths[0]
            serve = self._serve(RouteInfo(), each.step, (), label)
            if each.elaborate is not None:
                serve = chosen(each.asks, self._serve(RouteInfo(), each.elaborate, (), label), serve)
            serves |= dict.fromkeys(each.paths, serve)
        return serves

    def _unrouted(self, action: Callable[[Context], Response]) -> Serve:
        layers = middleware.layers_for(None, self._layers)
        return self._serve(RouteInfo(), Step(action, False), layers)

    def _mounted(self, mount: Mount) -> Dispatch:
        dispatch = marked(mount.app.handle, mount.prefix)
        return dispatch if self._requests is None else self._requests.counting_mount(dispatch, mount.prefix)

    def _static(self, mount: StaticMount) -> Dispatch:
        serve = self._serve(RouteInfo(), Step(mount.action, False), self._file_layers, f"{mount.prefix}/*")
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
    from .error_pages.development import show_developed

    return show_developed


def _finishing(settings: Settings, observation: Observation) -> Finish:
    stamp = stamp_trace if settings.observability.trace_propagation_enabled else stamp_request
    finish = sealing(SecurityHeaders(settings.security_headers), stamp)
    finish = with_lines(finish, ClusterStatus.of(settings.cluster).header_lines())
    if _believes_proxies(settings):
        finish = keeping_request_ids(finish)
    if settings.application.performance_logging:
        finish = timing(finish)
    if observation.trace_exporter is not None:
        finish = exporting(finish, observation.trace_exporter)
    return finish


def _believes_proxies(settings: Settings) -> bool:
    return settings.server.trusted_proxy or bool(settings.server.trusted_proxies)


def _path_params(path: str) -> tuple[str, ...]:
    try:
        return Pattern.parse(path).names
    except PatternError:
        return ()


def _route_mistake(fault: Fault) -> Mistake:
    return Mistake(fault.route, fault.problem, fault.remedy)

"""Routes as they are declared: decorators, groups and inclusion; nothing is compiled here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol, Self, TypedDict, TypeVar, Unpack

from arlen_router import Condition

from .auth.protection import Policy, Protection
from .binding.markers import Depends
from .callables import place_of
from .contracts.contract import Contract
from .documentation import Documentation
from .errors import ApplicationError
from .rate_limits.rate import Choice, RateLimit, choice_of

if TYPE_CHECKING:
    from .auth.scheme import Scheme
    from .controller import Controller

Action = Callable[..., Any]
Guard = Callable[[Any], Any]
Middleware = Any
A = TypeVar("A", bound=Action)


class RouteOptions(TypedDict, total=False):
    """What a route decorator accepts beside its path."""

    name: str
    """For ``url_for``; unique in the application, prefixed by the names of enclosing groups."""
    formats: Sequence[str]
    """Formats the route offers (``("json", "html")``); others are answered with 404 or 406."""
    guards: Sequence[Guard]
    """``guard(ctx)``, sync or async: anything falsy refuses with 403, a ``Response`` refuses with that."""
    middleware: Sequence[Middleware]
    """Layers around this route only, the first one outermost."""
    blocking: bool
    """For plain functions: ``True`` (the default) runs them in a thread, ``False`` on the event loop."""
    conditions: Sequence[Condition]
    """Conditions of arlen_router that the request must meet."""
    dependencies: Sequence[Depends | Callable[..., Any]]
    """Called before the action, for what they do; their parameters are filled like those of an action."""
    request_schema: Any
    """What the request must hold: a descriptor dict or a model."""
    response_schema: Any
    """What the response promises: a descriptor dict or a model."""
    required_scopes: Sequence[str]
    """Scopes that the caller must have, all of them."""
    required_roles: Sequence[str]
    """Roles that the caller must have, all of them."""
    auth: Scheme | Sequence[Scheme] | None
    """Ways to identify the caller (bearer tokens where a route requires something and names none); ``None``: let
    everybody in, also inside a protected group."""
    csrf: bool
    """``False`` lets unsafe requests of this route pass without a CSRF token."""
    rate_limit: RateLimit | str | None
    """How often a client may call, such as ``10/minute``, instead of what the groups and the configuration say;
    ``None``: as often as it likes."""
    policies: Policy | Sequence[Policy]
    """``policy(principal)`` or ``policy(principal, ctx)``, sync or async: anything falsy refuses with 403."""
    summary: str
    description: str
    tags: Sequence[str]
    operation_id: str
    include_in_openapi: bool
    deprecated: bool
    responses: Mapping[int, Any]
    """What the route answers with, by status: a model, a descriptor dict, a description, or an ``openapi.Reply``."""
    examples: Mapping[str, Any]
    """Request bodies by name, for the OpenAPI document."""


@dataclass(frozen=True, slots=True)
class RouteDeclaration:
    """One route as it was written down."""

    methods: tuple[str, ...]
    path: str
    action: Action
    controller: type[Controller] | None = None
    name: str = ""
    formats: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    middleware: tuple[Middleware, ...] = ()
    blocking: bool = True
    conditions: tuple[Condition, ...] = ()
    contract: Contract = field(default_factory=Contract)
    protection: Protection = field(default_factory=Protection)
    documentation: Documentation = field(default_factory=Documentation)
    csrf: bool | None = None
    rate_limits: Choice = ()
    dependencies: tuple[Depends | Callable[..., Any], ...] = ()

    @classmethod
    def of(
        cls,
        methods: Sequence[str],
        path: str,
        action: Action,
        options: RouteOptions,
        controller: type[Controller] | None = None,
    ) -> RouteDeclaration:
        """The route with these options.

        Raises:
            ApplicationError: ``unknown_option``.
        """
        refuse_unknown(options, RouteOptions.__annotations__, f"{' '.join(methods)} {path} -> {place_of(action)}")
        return cls(
            tuple(methods),
            path,
            action,
            controller,
            options.get("name", ""),
            tuple(options.get("formats", ())),
            tuple(options.get("guards", ())),
            tuple(options.get("middleware", ())),
            options.get("blocking", True),
            tuple(options.get("conditions", ())),
            Contract.of(options),
            Protection.of(options),
            Documentation.of(options),
            options.get("csrf"),
            choice_of(options, ""),
            tuple(options.get("dependencies", ())),
        )

    @property
    def place(self) -> str:
        """For messages: ``GET /users/{id} -> show (shop/users.py:12)``."""
        return f"{' '.join(self.methods)} {self.path} -> {place_of(self.action)}"

    def within(self, enclosure: Enclosure) -> RouteDeclaration:
        """The same route inside a group or inclusion: prefixed, and behind the outer guards and middleware."""
        return replace(
            self,
            path=join(enclosure.prefix, self.path),
            name=f"{enclosure.name}.{self.name}" if enclosure.name and self.name else self.name,
            guards=enclosure.guards + self.guards,
            middleware=enclosure.middleware + self.middleware,
            conditions=enclosure.conditions + self.conditions,
            protection=self.protection.within(enclosure.protection),
            documentation=self.documentation.within(enclosure.documentation),
            csrf=enclosure.csrf if self.csrf is None else self.csrf,
            rate_limits=enclosure.rate_limits + self.rate_limits,
            dependencies=enclosure.dependencies + self.dependencies,
        )


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What a group or an inclusion adds to the routes inside it."""

    prefix: str = ""
    name: str = ""
    guards: tuple[Guard, ...] = ()
    middleware: tuple[Middleware, ...] = ()
    conditions: tuple[Condition, ...] = ()
    protection: Protection = field(default_factory=Protection)
    csrf: bool | None = None
    rate_limits: Choice = ()
    dependencies: tuple[Depends | Callable[..., Any], ...] = ()
    documentation: Documentation = field(default_factory=Documentation)


class EnclosureOptions(TypedDict, total=False):
    """What groups and inclusions accept beside their prefix."""

    name: str
    guards: Sequence[Guard]
    middleware: Sequence[Middleware]
    conditions: Sequence[Condition]
    dependencies: Sequence[Depends | Callable[..., Any]]
    required_scopes: Sequence[str]
    required_roles: Sequence[str]
    auth: Scheme | Sequence[Scheme] | None
    policies: Policy | Sequence[Policy]
    csrf: bool
    rate_limit: RateLimit | str | None
    tags: Sequence[str]
    include_in_openapi: bool
    responses: Mapping[int, Any]


def join(prefix: str, path: str) -> str:
    """``/users`` and ``/{id}`` give ``/users/{id}``; ``/users`` and ``/`` give ``/users``."""
    stem, rest = prefix.strip("/"), path.lstrip("/")
    return "/" + "/".join(part for part in (stem, rest) if part)


def normal_prefix(prefix: str) -> str:
    """``admin/`` is ``/admin``; nothing at all is ``/``."""
    return "/" + "/".join(part for part in prefix.strip().split("/") if part)


def refuse_unknown(options: Mapping[str, Any], known: Collection[str], place: str) -> None:
    """An option that nothing reads would be lost in silence.

    Raises:
        ApplicationError: ``unknown_option``, with a suggestion.
    """
    for option in options:
        if option not in known:
            close = get_close_matches(option, known, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            message = f"{place}: there is no option {option!r}{hint}"
            raise ApplicationError(message, code="unknown_option", details={"option": option})


class RouteDecorators(ABC):
    """The decorators that declare functions as routes: ``@routes.get("/users/{id:int}", name="user")``."""

    __slots__ = ()

    @abstractmethod
    def declare(self, declaration: RouteDeclaration) -> None:
        """Take one route."""

    def route(self, path: str, methods: Sequence[str] = ("GET",), **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for these methods (``"ANY"`` for all)."""

        def register(action: A) -> A:
            self.declare(RouteDeclaration.of(methods, path, action, options))
            return action

        return register

    def get(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for GET."""
        return self.route(path, ("GET",), **options)

    def post(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for POST."""
        return self.route(path, ("POST",), **options)

    def put(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for PUT."""
        return self.route(path, ("PUT",), **options)

    def patch(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for PATCH."""
        return self.route(path, ("PATCH",), **options)

    def delete(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for DELETE."""
        return self.route(path, ("DELETE",), **options)

    def head(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for HEAD."""
        return self.route(path, ("HEAD",), **options)

    def options(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
        """Declare the decorated function for OPTIONS."""
        return self.route(path, ("OPTIONS",), **options)


class DeclaresRoutes(Protocol):
    """A source of declarations: a :class:`Router`, or a controller class."""

    def declarations(self) -> Iterator[RouteDeclaration]: ...


@dataclass(frozen=True, slots=True)
class _Inclusion:
    source: DeclaresRoutes
    enclosure: Enclosure

    def declarations(self) -> Iterator[RouteDeclaration]:
        for declaration in self.source.declarations():
            yield declaration.within(self.enclosure)


@dataclass(frozen=True, slots=True)
class _Single:
    declaration: RouteDeclaration

    def declarations(self) -> Iterator[RouteDeclaration]:
        yield self.declaration


class Router(RouteDecorators):
    """Routes to be included in an application or another router, any number of times."""

    __slots__ = ("_enclosure", "_sources")

    def __init__(self, prefix: str = "", **options: Unpack[EnclosureOptions]) -> None:
        self._enclosure = _enclose(prefix, options)
        self._sources: list[DeclaresRoutes] = []

    def declare(self, declaration: RouteDeclaration) -> None:
        self._sources.append(_Single(declaration))

    def add_controller(self, controller: type[Controller]) -> type[Controller]:
        """Take every decorated action of the class; usable as a decorator."""
        self._sources.append(controller)
        return controller

    def include(self, routes: DeclaresRoutes, prefix: str = "", **options: Unpack[EnclosureOptions]) -> None:
        """Take the routes of another router under a prefix, behind these guards and middleware."""
        self._sources.append(_Inclusion(routes, _enclose(prefix, options)))

    def group(self, prefix: str = "", **options: Unpack[EnclosureOptions]) -> Router:
        """``with routes.group("/admin", name="admin", guards=[signed_in]) as admin: ...``"""
        inner = Router()
        self.include(inner, prefix, **options)
        return inner

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def declarations(self) -> Iterator[RouteDeclaration]:
        """Every route in the order of declaration."""
        for source in self._sources:
            for declaration in source.declarations():
                yield declaration.within(self._enclosure)


def _enclose(prefix: str, options: EnclosureOptions) -> Enclosure:
    refuse_unknown(options, EnclosureOptions.__annotations__, f"the group of {prefix or '/'}")
    return Enclosure(
        prefix,
        options.get("name", ""),
        tuple(options.get("guards", ())),
        tuple(options.get("middleware", ())),
        tuple(options.get("conditions", ())),
        Protection.of(options),
        options.get("csrf"),
        choice_of(options, f"group {prefix}"),
        tuple(options.get("dependencies", ())),
        Documentation.of(options),
    )

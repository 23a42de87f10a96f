"""Controllers: actions that belong together, in a class that is instantiated for each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, Unpack

from .auth.protection import Policy, Protection
from .context import Context
from .documentation import Documentation
from .json_options import COMPACT, JSONOptions
from .rate_limits.rate import RateLimit, choice_of
from .routes import Action, Enclosure, Guard, Middleware, RouteDeclaration, RouteOptions

if TYPE_CHECKING:
    from .auth.scheme import Scheme

A = TypeVar("A", bound=Action)

_DECLARED = "__arlen_routes__"
_PROTECTION = ("required_scopes", "required_roles", "auth", "policies")


class Controller:
    """Subclass it, decorate methods with :func:`get`, :func:`post` ..., and hand it to ``app.add_controller``.

    The class is called without arguments for every request; ``self.context`` is the request's context, and what the
    controller does not have of its own is looked up there: ``self.render(...)``, ``self.session``.
    """

    prefix: ClassVar[str] = ""
    """Path before those of the actions."""
    name: ClassVar[str] = ""
    """Prefix of the actions' route names: ``users`` makes ``show`` the route ``users.show``."""
    guards: ClassVar[Sequence[Guard]] = ()
    """Run before the guards of each action."""
    middleware: ClassVar[Sequence[Middleware]] = ()
    """Layers around every action, outside of the actions' own."""
    required_scopes: ClassVar[Sequence[str]] = ()
    """Scopes that the callers of every action must have."""
    required_roles: ClassVar[Sequence[str]] = ()
    """Roles that the callers of every action must have."""
    auth: ClassVar[Scheme | Sequence[Scheme] | None] = ()
    """Ways to identify the callers, where an action names none itself."""
    policies: ClassVar[Policy | Sequence[Policy]] = ()
    """Policies that must agree, before those of each action."""
    openapi_tags: ClassVar[Sequence[str]] = ()
    """Tags of every action in the OpenAPI document, before its own."""
    openapi_responses: ClassVar[Mapping[int, Any]] = MappingProxyType({})
    """What every action may answer with, by status, in the OpenAPI document."""
    csrf: ClassVar[bool | None] = None
    """``False`` lets unsafe requests pass without a CSRF token, where an action does not say otherwise."""

    json_options: ClassVar[JSONOptions] = COMPACT
    """How the JSON of every action is written: ``{"pretty": True, "sort_keys": True}``; compact by default."""

    rate_limit: ClassVar[RateLimit | str | None]
    """How often a client may call the actions together, where an action says nothing else; not set by itself."""

    context: Context

    @property
    def status(self) -> int:
        """Status of the answer, as ``self.context.status``."""
        return self.context.status

    @status.setter
    def status(self, status: int) -> None:
        self.context.status = status

    @property
    def locale(self) -> str:
        """Locale of the answer, as ``self.context.locale``."""
        return self.context.locale

    @locale.setter
    def locale(self, locale: str) -> None:
        self.context.locale = locale

    def __getattr__(self, name: str) -> Any:
        if name == "context" or name.startswith("__"):
            raise AttributeError(f"{type(self).__qualname__!r} object has no attribute {name!r}", name=name, obj=self)
        return getattr(self.context, name)

    @classmethod
    def declarations(cls) -> Iterator[RouteDeclaration]:
        """Every decorated action in the order of definition; inherited ones first."""
        protection = Protection.of({name: getattr(cls, name) for name in _PROTECTION})
        enclosure = Enclosure(
            cls.prefix,
            cls.name,
            tuple(cls.guards),
            tuple(cls.middleware),
            protection=protection,
            csrf=cls.csrf,
            rate_limits=choice_of({"rate_limit": cls.rate_limit} if hasattr(cls, "rate_limit") else {}, cls.__name__),
            documentation=Documentation.of({"tags": cls.openapi_tags, "responses": cls.openapi_responses}),
        )
        attributes = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
        for attribute in attributes:
            action = getattr(cls, attribute)
            for methods, path, options in getattr(action, _DECLARED, ()):
                yield RouteDeclaration.of(methods, path, action, options, cls).within(enclosure)


def route(path: str, methods: Sequence[str] = ("GET",), **options: Unpack[RouteOptions]) -> Callable[[A], A]:
    """Make a method of a :class:`Controller` an action for these methods; may be stacked."""

    def mark(action: A) -> A:
        declared = [(tuple(methods), path, options), *getattr(action, _DECLARED, ())]
        setattr(action, _DECLARED, declared)
        return action

    return mark


def get(path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
    """``@get("/{id:int}")`` on a method of a :class:`Controller`."""
    return route(path, ("GET",), **options)


def post(path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
    """``@post(...)`` on a method of a :class:`Controller`."""
    return route(path, ("POST",), **options)


def put(path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
    """``@put(...)`` on a method of a :class:`Controller`."""
    return route(path, ("PUT",), **options)


def patch(path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
    """``@patch(...)`` on a method of a :class:`Controller`."""
    return route(path, ("PATCH",), **options)


def delete(path: str, **options: Unpack[RouteOptions]) -> Callable[[A], A]:
    """``@delete(...)`` on a method of a :class:`Controller`."""
    return route(path, ("DELETE",), **options)

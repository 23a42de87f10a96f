"""Controllers: actions that belong together, in a class that is instantiated for each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, TypeVar, Unpack

from .context import Context
from .routes import Action, Enclosure, Guard, Middleware, RouteDeclaration, RouteOptions

A = TypeVar("A", bound=Action)

_DECLARED = "__arlen_routes__"


class Controller:
    """Subclass it, decorate methods with :func:`get`, :func:`post` ..., and hand it to ``app.add_controller``.

    The class is called without arguments for every request; ``self.context`` is the request's context.
    """

    prefix: ClassVar[str] = ""
    """Path before those of the actions."""
    name: ClassVar[str] = ""
    """Prefix of the actions' route names: ``users`` makes ``show`` the route ``users.show``."""
    guards: ClassVar[Sequence[Guard]] = ()
    """Run before the guards of each action."""
    middleware: ClassVar[Sequence[Middleware]] = ()
    """Layers around every action, outside of the actions' own."""

    context: Context

    @classmethod
    def declarations(cls) -> Iterator[RouteDeclaration]:
        """Every decorated action in the order of definition; inherited ones first."""
        enclosure = Enclosure(cls.prefix, cls.name, tuple(cls.guards), tuple(cls.middleware))
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

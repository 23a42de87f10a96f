"""Registration: routes, groups of routes and routers within routers, until they are compiled into a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, Self, TypeVar

from .compiler import Registration, compile_routes
from .conditions import Condition
from .converters import Converter
from .errors import ArlenRouterError, RouterFrozenError
from .table import RouteTable, TrailingSlash

T = TypeVar("T")


class _Inclusion(NamedTuple, Generic[T]):
    """A router that stands within another one, and what it takes from that place."""

    router: Router[T]
    prefix: str
    name: str | None
    conditions: tuple[Condition, ...]
    formats: tuple[str, ...] | None

    def registrations(self) -> Iterator[Registration[T]]:
        for route in self.router._registrations():
            yield route._replace(
                path=_join(self.prefix, route.path),
                name=".".join(filter(None, (self.name, route.name))) if route.name else None,
                conditions=self.conditions + route.conditions,
                formats=self.formats if route.formats is None else route.formats,
            )


class Router(Generic[T]):
    """Routes to targets of any one type.

    Nothing is checked before ``compile``, which reports all mistakes at once and freezes the router and everything
    that it includes. ``converters`` are known to this router's routes and to those of routers within it that have
    none of the same name.

    >>> router = Router()
    >>> router.add("GET", "/users/{id:int}", "show user", name="user")
    >>> router.compile().match("GET", "/users/7").params
    {'id': 7}
    """

    __slots__ = ("_converters", "_entries", "_frozen")

    def __init__(self, *, converters: Mapping[str, Converter] | None = None) -> None:
        self._converters = dict(converters or {})
        self._entries: list[Registration[T] | _Inclusion[T]] = []
        self._frozen = False

    def add(
        self,
        method: str | Iterable[str],
        path: str,
        target: T,
        *,
        name: str | None = None,
        formats: Iterable[str] | None = None,
        conditions: Iterable[Condition] = (),
        meta: object = None,
    ) -> None:
        """Register a route.

        Args:
            method: one method or several; ``ANY`` (for all of them) counts only where no route of the request's own
                method matches. GET serves HEAD too.
            path: a template such as ``/users/{id:int}``; see ``Pattern``.
            target: what a match leads to.
            name: for ``url_for``; preceded by the names of the groups and inclusions around it.
            formats: the formats that the route answers in; an empty list or ``*`` means that it does not ask, and None
                that the groups and inclusions around it decide.
            conditions: what else must hold.
            meta: kept for the caller.

        Raises:
            RouterFrozenError: the router is compiled already.
        """
        self._refuse_when_frozen(path)
        methods = (method,) if isinstance(method, str) else tuple(method)
        self._entries.append(
            Registration(
                tuple(dict.fromkeys(each.strip().upper() or "GET" for each in methods)),
                path,
                target,
                name or None,
                _formats(formats),
                tuple(conditions),
                meta,
                {},
            )
        )

    def group(
        self,
        prefix: str = "",
        *,
        name: str | None = None,
        conditions: Iterable[Condition] = (),
        formats: Iterable[str] | None = None,
    ) -> Router[T]:
        """A router within this one, for ``with``: its routes stand here, in registration order, under the prefix.

        Names are joined by dots, conditions add up, and formats are those of the innermost place that has any.
        """
        inner: Router[T] = Router()
        self.include(inner, prefix=prefix, name=name, conditions=conditions, formats=formats)
        return inner

    def include(
        self,
        router: Router[T],
        *,
        prefix: str = "",
        name: str | None = None,
        conditions: Iterable[Condition] = (),
        formats: Iterable[str] | None = None,
    ) -> None:
        """Let another router's routes stand here, also those that it gets later; any number of times.

        Raises:
            ArlenRouterError: code ``circular_inclusion``.
            RouterFrozenError: the router is compiled already.
        """
        self._refuse_when_frozen(prefix)
        if any(inner is self for inner in router._within()):
            raise ArlenRouterError(
                f'including this router under "{prefix}" would put it within itself; include a separate router',
                code="circular_inclusion",
                details={"prefix": prefix},
            )
        self._entries.append(_Inclusion(router, prefix, name, tuple(conditions), _formats(formats)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def compile(self, *, trailing_slash: TrailingSlash = "ignore", default_format: str = "html") -> RouteTable[T]:
        """The table of all routes; from now on nothing can be registered.

        Args:
            trailing_slash: ``ignore``; ``redirect`` to the form that was registered; ``strict`` knows that form only.
            default_format: what a client gets that prefers nothing; below ``/api`` it is json anyway.

        Raises:
            RouteTableError: lists every fault of every route in registration order.
        """
        table = compile_routes(list(self._registrations()), trailing_slash, default_format)
        for router in self._within():
            router._frozen = True
        return table

    def _registrations(self) -> Iterator[Registration[T]]:
        for entry in self._entries:
            for route in entry.registrations():
                yield route._replace(converters={**self._converters, **route.converters}) if self._converters else route

    def _within(self) -> Iterator[Router[T]]:
        yield self
        for entry in self._entries:
            if isinstance(entry, _Inclusion):
                yield from entry.router._within()

    def _refuse_when_frozen(self, path: str) -> None:
        if self._frozen:
            raise RouterFrozenError(
                f'the routes are compiled, so "{path}" comes too late; register it before the application starts',
                code="router_frozen",
                details={"path": path},
            )


def _join(prefix: str, path: str) -> str:
    return f"{prefix.rstrip('/')}/{path.lstrip('/')}" if path else prefix


def _formats(formats: Iterable[str] | None) -> tuple[str, ...] | None:
    """Lower-case, each once; empty where every format will do, None where the place around decides."""
    if formats is None:
        return None
    names = tuple(dict.fromkeys(format.strip().lower() for format in formats))
    return () if "*" in names else names

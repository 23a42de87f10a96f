"""From registrations to a table: every fault is found before the table exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, Self, TypeVar

from .conditions import Condition
from .converters import Converter, known_converters
from .errors import Fault, RouteTableError, did_you_mean
from .index import MethodIndex
from .negotiation import known_formats
from .pattern import Kind, Pattern
from .route import Route
from .table import RouteTable, TrailingSlash
from .template import read

T = TypeVar("T")

_is_method = re.compile(r"[!#$%&'*+.^_`|~0-9A-Z-]+").fullmatch


class Registration(NamedTuple, Generic[T]):
    """A route as it was written, with what the places around it add."""

    methods: tuple[str, ...]
    path: str
    target: T
    name: str | None
    formats: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    meta: object
    converters: Mapping[str, Converter]

    def registrations(self) -> Iterator[Self]:
        yield self


def compile_routes(
    registrations: Sequence[Registration[T]], trailing_slash: TrailingSlash, default_format: str
) -> RouteTable[T]:
    """The table of these routes.

    Raises:
        RouteTableError: lists every fault in registration order.
    """
    compiler: _Compiler[T] = _Compiler(trailing_slash, default_format)
    for registration in registrations:
        compiler.take(registration)
    if compiler.faults:
        raise RouteTableError(compiler.faults)
    return RouteTable(compiler.routes, compiler.indexes, list(compiler.warnings()), trailing_slash)


class _Compiler(Generic[T]):
    """What is known after some of the registrations."""

    def __init__(self, trailing_slash: TrailingSlash, default_format: str) -> None:
        self.trailing_slash = trailing_slash
        self.default_format = default_format
        self.routes: list[Route[T]] = []
        self.indexes: dict[str, MethodIndex[T]] = {}
        self.faults: list[Fault] = []
        self.names: dict[str, Route[T]] = {}
        self.identities: dict[object, Route[T]] = {}

    def take(self, registration: Registration[T]) -> None:
        """Read one registration, check it against those before it, and index it."""
        pattern, faults = read(registration.path, known_converters(registration.converters))
        if self.trailing_slash == "ignore":
            pattern = pattern.without_trailing_slash()
        route = Route(
            registration.methods,
            pattern,
            registration.target,
            name=registration.name,
            formats=registration.formats or None,
            conditions=registration.conditions,
            meta=registration.meta,
            index=len(self.routes),
        )
        faults = [fault._replace(method=",".join(route.methods)) for fault in faults]
        faults += self._faults(route)
        if not faults:
            faults += self._equals(route)
        self.faults += faults
        self.routes.append(route)
        if not faults:
            self._index(route)

    def _faults(self, route: Route[T]) -> Iterator[Fault]:
        """What is wrong with a route, its pattern aside."""
        for method in route.methods or ("",):
            if not _is_method(method):
                yield _fault(route, "invalid_method", f'method "{method}"', "give a method such as GET, or ANY")
        for condition in route.conditions:
            for name in set(condition.names) & set(route.pattern.names):
                problem = f"parameter {{{name}}} of {condition!r} again in the path"
                yield _fault(route, "duplicate_param", problem, "give one of them another name")
        if route.name is not None and (first := self.names.setdefault(route.name, route)) is not route:
            remedy = f"it belongs to {first}; choose another"
            yield _fault(route, "duplicate_name", f'name "{route.name}" again', remedy)

    def _equals(self, route: Route[T]) -> Iterator[Fault]:
        """The earlier routes that answer the same requests."""
        for method in route.methods:
            identity = (method, route.pattern.shape, route.conditions, route.formats)
            if (first := self.identities.setdefault(identity, route)) is not route:
                problem = f"second route for {method} with pattern and conditions of {first}"
                yield _fault(route, "duplicate_route", problem, "remove one of them or give it a condition")

    def _index(self, route: Route[T]) -> None:
        for method in route.methods:
            if method not in self.indexes:
                self.indexes[method] = MethodIndex(self.default_format)
            self.indexes[method].add(route, route.pattern.indexed_segments, self._static_paths(route.pattern))

    def _static_paths(self, pattern: Pattern) -> tuple[str, ...]:
        """The paths of a pattern of literals alone, as clients write them."""
        if pattern.kind is not Kind.LITERAL:
            return ()
        path = pattern.build()
        return (path, f"{path}/") if self.trailing_slash == "ignore" and pattern.segments else (path,)

    def warnings(self) -> Iterator[Fault]:
        """What is legal and yet hardly meant, in registration order."""
        for route in self.routes:
            shadows = [next(self._shadows(route, method), None) for method in route.methods]
            if all(shadows):
                remedy = f"{shadows[0]} always goes first; remove one or register this one before it"
                yield _fault(route, "shadowed_route", "route that no request reaches", remedy)
            if "ANY" in route.methods:
                yield from self._hidden(route)
            for format in route.formats or ():
                if format not in known_formats():
                    remedy = did_you_mean(format, list(known_formats())) + ", or register_media_type"
                    yield _fault(route, "unknown_format", f'format "{format}" without a media type', remedy)

    def _hidden(self, route: Route[T]) -> Iterator[Fault]:
        """An ANY route that a wildcard of one method keeps this method's requests from."""
        for method in sorted(self.indexes.keys() - set(route.methods)):
            for other in self._covering(route, method):
                if other.pattern.kind is Kind.WILDCARD and other.pattern.shape != route.pattern.shape:
                    remedy = f"{other} goes first; register {method} for this path too"
                    yield _fault(route, "hidden_any", f"ANY route that no {method} request reaches", remedy)
                    break

    def _shadows(self, route: Route[T], method: str) -> Iterator[Route[T]]:
        return (other for other in self._covering(route, method) if other.rank < route.rank)

    def _covering(self, route: Route[T], method: str) -> Iterator[Route[T]]:
        """The routes of a method that accept every request, its method aside, which this route accepts."""
        wildcard = route.pattern.wildcard is not None
        for other in self.indexes[method].root.covering(route.pattern.indexed_segments, wildcard=wildcard):
            conditions_hold = all(condition in route.conditions for condition in other.conditions)
            if conditions_hold and (other.formats is None or set(route.formats or ("",)) <= set(other.formats)):
                yield other


def _fault(route: Route[T], code: str, problem: str, remedy: str) -> Fault:
    return Fault(code, problem, remedy, route.path, method=",".join(route.methods))

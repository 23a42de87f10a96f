"""The route table: frozen, looked up once per request, and the place where URLs are built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlencode

from .conditions import Subject
from .errors import Fault, RouteBuildError, did_you_mean
from .explain import Explanation, explain
from .index import MethodIndex
from .paths import MAX_SEGMENTS, split
from .pattern import Kind
from .route import Match, NotAllowed, Outcome, Redirect, Route

T = TypeVar("T")

TrailingSlash: TypeAlias = Literal["ignore", "redirect", "strict"]


class _Ways(NamedTuple, Generic[T]):
    """Where the routes of one request method are looked for."""

    statics: Mapping[str, Match[T]]
    """The finished answers of the first tier."""
    tiers: tuple[MethodIndex[T], ...]
    """A later one counts only where no earlier one matches."""
    others: Mapping[str, MethodIndex[T]]
    """The methods for which this one could be mistaken."""


class RouteTable(Generic[T]):
    """What ``Router.compile`` makes.

    ``routes`` are in registration order; ``warnings`` tell of routes that are legal and yet hardly meant.
    """

    __slots__ = ("_named", "_other_method", "_redirects", "_trim", "_ways_of", "routes", "warnings")

    def __init__(
        self,
        routes: Sequence[Route[T]],
        indexes: Mapping[str, MethodIndex[T]],
        warnings: Sequence[Fault],
        trailing_slash: TrailingSlash,
    ) -> None:
        self.routes = tuple(routes)
        self.warnings = tuple(warnings)
        self._named = {route.name: route for route in routes if route.name is not None}
        self._ways_of = {method: _ways(indexes, method) for method in {*indexes, "HEAD"}}
        self._other_method = _ways(indexes, "ANY")
        self._trim = str.strip if trailing_slash == "ignore" else str.lstrip
        self._redirects = trailing_slash == "redirect"

    def match(self, method: str, path: str, subject: Subject | None = None, format: str | None = None) -> Outcome[T]:
        """What a request finds.

        Args:
            method: as in the request line, upper-case.
            path: the raw path of the request target, still percent-encoded, without the query.
            subject: the request, for conditions and for its ``Accept`` header; without one no condition holds and
                every format is acceptable.
            format: overrides negotiation, but not an extension of the path that the route declares.

        Returns:
            ``Match``; ``NotAcceptable`` when only the format is wrong; ``NotAllowed`` when only the method is wrong;
            ``Redirect`` when only the trailing slash is wrong and the table redirects; else None.

        Raises:
            PathError: the path has a malformed escape, invalid UTF-8 or a NUL.
        """
        ways = self._ways_of.get(method, self._other_method)
        hit = ways.statics.get(path)
        if hit is not None:
            return hit
        trimmed = self._trim(path, "/")
        texts = trimmed.split("/") if trimmed and "%" not in trimmed else split(trimmed)
        if len(texts) > MAX_SEGMENTS:
            return None
        refusal = None
        for index in ways.tiers:
            found = index.find(texts, trimmed, subject, format)
            if type(found) is Match:
                return found
            refusal = refusal or found
        return refusal or self._missed(ways, trimmed, subject, format)

    def _missed(self, ways: _Ways[T], trimmed: str, subject: Subject | None, format: str | None) -> Outcome[T]:
        """What there is for a path which the request's method does not find."""
        if self._redirects and trimmed:
            other = trimmed.rstrip("/") if trimmed.endswith("/") else f"{trimmed}/"
            if any(index.find(split(other), other, subject, format) for index in ways.tiers):
                return Redirect("/" + other.replace("\\", "%5C"))  # browsers read a backslash as a second slash
        if not ways.others:
            return None
        texts = split(trimmed)
        allowed = {method for method, index in ways.others.items() if index.find(texts, trimmed, subject, format)}
        if "GET" in allowed:
            allowed.add("HEAD")
        return NotAllowed(tuple(sorted(allowed | {"OPTIONS"}))) if allowed else None

    def explain(
        self, method: str, path: str, subject: Subject | None = None, format: str | None = None
    ) -> Explanation[T]:
        """What ``match`` answers, and why each other candidate lost; ``str()`` of it is for people.

        Raises:
            PathError: as ``match``.
        """
        outcome = self.match(method, path, subject, format)
        return explain(self.routes, outcome, _sources(method), split(self._trim(path, "/")), subject)

    def route_named(self, name: str) -> Route[T] | None:
        """The route of this full name, or None."""
        return self._named.get(name)

    def url_for(self, name: str, /, **params: object) -> str:
        """The path of a named route, percent-encoded; parameters that it does not have become the query.

        A list in the query repeats its name, None is left out. What the route's conditions capture is taken as known.

        Raises:
            RouteBuildError: code ``unknown_route``, ``missing_param`` or ``refused_param``.
        """
        route = self._named.get(name)
        if route is None:
            raise RouteBuildError(
                f'no route is named "{name}"; {did_you_mean(name, list(self._named))}',
                code="unknown_route",
                details={"name": name},
            )
        path = route.pattern.build(**params)
        stem, _, extension = path.rpartition(".")
        if extension in (route.formats or ()) and route.pattern.kind is not Kind.LITERAL:
            path = f"{stem}%2E{extension}"
        known = {*route.param_names, *(name for condition in route.conditions for name in condition.names)}
        query = urlencode([pair for name in params if name not in known for pair in _pairs(name, params[name])])
        return f"{path}?{query}" if query else path


def _sources(method: str) -> tuple[str, ...]:
    """Whose routes serve a method, the first ones first."""
    return ("HEAD", "GET", "ANY") if method == "HEAD" else (method, "ANY")


def _ways(indexes: Mapping[str, MethodIndex[T]], method: str) -> _Ways[T]:
    sources = _sources(method)
    tiers = tuple(indexes[source] for source in dict.fromkeys(sources) if source in indexes)
    others = {other: index for other, index in indexes.items() if other not in sources}
    return _Ways(tiers[0].statics if tiers else {}, tiers, others)


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    for each in values:
        if each is not None:
            yield name, str(each).lower() if isinstance(each, bool) else str(each)

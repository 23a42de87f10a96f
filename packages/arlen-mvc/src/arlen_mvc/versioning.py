"""Versions of an interface, legacy addresses, and telling callers what will go away: Deprecation (RFC 9745) and Sunset
(RFC 8594)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Unpack

from arlen_http.dates import http_date
from arlen_router import Header, Pattern, PatternError

from .errors import ApplicationError, Mistake
from .routes import DeclaresRoutes, EnclosureOptions, RouteDeclaration, Router

if TYPE_CHECKING:
    from .context import Context

Moment = datetime | date | str


class Deprecation:
    """The layer of routes that callers should leave; it adds ``Deprecation``, ``Sunset`` and ``Link`` to every answer.

    Args:
        since: when it became, or will become, deprecated: a date, a ``datetime`` or their ISO text. A date is its
            beginning in UTC.
        sunset: when it will stop to answer; not before ``since``.
        link: where callers read what to do (``rel="deprecation"``).
        successor: what they should call instead (``rel="successor-version"``).

    Raises:
        ApplicationError: ``invalid_deprecation``.
    """

    __slots__ = ("_lines",)

    def __init__(
        self, since: Moment | None = None, *, sunset: Moment | None = None, link: str = "", successor: str = ""
    ) -> None:
        begins, ends = _moment(since), _moment(sunset)
        if begins is not None and ends is not None and ends < begins:
            raise ApplicationError(f"it cannot end at {ends}, before it is deprecated", code="invalid_deprecation")
        related = (("deprecation", link), ("successor-version", successor))
        links = ", ".join(f'<{_uri(target)}>; rel="{relation}"' for relation, target in related if target)
        fields = (
            ("deprecation", begins and f"@{int(begins.timestamp())}"),
            ("sunset", ends and http_date(ends.timestamp())),
            ("link", links),
        )
        self._lines = "".join(f"{name}: {value}\r\n" for name, value in fields if value).encode()

    def process(self, ctx: Context) -> None:
        ctx.header_lines += self._lines


def _moment(given: Moment | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError as error:
        message = f"{given!r} is no date; write one such as 2026-07-01"
        raise ApplicationError(message, code="invalid_deprecation") from error
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _uri(target: str) -> str:
    if not (target.isascii() and target.isprintable()) or any(mark in target for mark in '<> "'):
        raise ApplicationError(f"{target!r} is no URL; percent-encode it", code="invalid_deprecation")
    return target


def deprecated_by(declaration: RouteDeclaration, deprecation: Deprecation | None) -> RouteDeclaration:
    """The route, whose callers are told that it will go away, if it will."""
    if deprecation is None:
        return declaration
    return replace(
        declaration,
        middleware=(deprecation, *declaration.middleware),
        documentation=replace(declaration.documentation, deprecated=True),
    )


class Varying:
    """The layer of routes that are chosen by a request header: caches have to look at it."""

    __slots__ = ("_header",)

    def __init__(self, header: str) -> None:
        self._header = header

    def did_process(self, ctx: Context) -> None:
        ctx.response.headers.add_vary(self._header)


class Version(Router):
    """The routes of one version of an interface; made by ``app.version``."""

    __slots__ = ("_deprecation", "_header", "_name")

    def __init__(
        self, name: str, prefix: str, deprecation: Deprecation | None, options: EnclosureOptions, header: str = ""
    ) -> None:
        super().__init__(prefix, **options)
        self._name = name
        self._header = header
        self._deprecation = deprecation

    @classmethod
    def below(cls, name: str, deprecation: Deprecation | None, options: EnclosureOptions) -> Version:
        """The version whose paths begin with its name."""
        return cls(name, f"/{name}", deprecation, {"name": name, **options})

    @classmethod
    def named_by(cls, header: str, name: str, deprecation: Deprecation | None, options: EnclosureOptions) -> Version:
        """The version whose requests carry its name in a header."""
        given: EnclosureOptions = {"name": name, **options}
        given["conditions"] = (Header(header, name), *options.get("conditions", ()))
        given["middleware"] = (Varying(header), *options.get("middleware", ()))
        return cls(name, "", deprecation, given, header)

    def declarations(self) -> Iterator[RouteDeclaration]:
        """Every route in the order of declaration; those of a deprecated version say so."""
        for declaration in super().declarations():
            documentation = replace(declaration.documentation, version=self._name, version_header=self._header)
            yield deprecated_by(replace(declaration, documentation=documentation), self._deprecation)


@dataclass(frozen=True, slots=True)
class Alias:
    """A further path for a named route."""

    path: str
    to: str
    deprecation: Deprecation | None

    def of(self, declaration: RouteDeclaration) -> RouteDeclaration:
        """The route under this path: nameless, and not shown in the OpenAPI document."""
        documentation = replace(declaration.documentation, include_in_openapi=False, operation_id="")
        legacy = replace(declaration, path=self.path, name="", documentation=documentation)
        return deprecated_by(legacy, self.deprecation)


class Aliases:
    """The further paths of the routes of one application."""

    __slots__ = ("_aliases",)

    def __init__(self) -> None:
        self._aliases: list[Alias] = []

    def add(self, alias: Alias) -> None:
        self._aliases.append(alias)

    def resolve(self, declarations: Sequence[RouteDeclaration]) -> Iterator[RouteDeclaration | Mistake]:
        """The routes under their further paths, and what keeps the others from being there."""
        named = {declaration.name: declaration for declaration in declarations if declaration.name}
        for alias in self._aliases:
            target = named.get(alias.to)
            place = f"alias {alias.path}"
            if target is None:
                yield Mistake(place, f"there is no route named {alias.to!r}", "correct the name, or give it to a route")
            elif _params(alias.path) != _params(target.path):
                yield Mistake(place, f"its parameters are not those of {target.path}", "name the same parameters")
            else:
                yield alias.of(target)


def _params(path: str) -> frozenset[str]:
    try:
        return frozenset(Pattern.parse(path).names)
    except PatternError:
        return frozenset()


class Versions(ABC):
    """The part of the application that knows versions and legacy addresses."""

    __slots__ = ()

    _aliases: Aliases

    @abstractmethod
    def include(self, routes: DeclaresRoutes, prefix: str = "", **options: Unpack[EnclosureOptions]) -> None:
        """Take routes."""

    @abstractmethod
    def _refuse_when_frozen(self, what: str) -> None: ...

    def version(
        self,
        name: str,
        /,
        *,
        header: str = "",
        deprecated: Moment | Deprecation | None = None,
        sunset: Moment | None = None,
        **options: Unpack[EnclosureOptions],
    ) -> Router:
        """A group of routes below ``/<name>``, or with ``header`` for requests that carry it with this name.

        ``with app.version("v1", deprecated="2026-03-01", sunset="2026-09-01") as v1: ...``

        Routes outside of any version serve requests without the header. A :class:`Deprecation` as ``deprecated`` says
        more than a date.

        Raises:
            ApplicationError: ``invalid_deprecation``.
        """
        deprecation = _deprecation(deprecated, sunset)
        routes = (
            Version.named_by(header, name, deprecation, options)
            if header
            else Version.below(name, deprecation, options)
        )
        self.include(routes)
        return routes

    def alias(
        self,
        path: str,
        *,
        to: str,
        deprecated: Moment | Deprecation | None = None,
        sunset: Moment | None = None,
    ) -> None:
        """Serve a named route under a further, legacy path with the same parameters.

        Raises:
            ApplicationError: ``invalid_deprecation``.
        """
        self._refuse_when_frozen(f"alias {path}")
        self._aliases.add(Alias(path, to, _deprecation(deprecated, sunset)))


def _deprecation(deprecated: Moment | Deprecation | None, sunset: Moment | None) -> Deprecation | None:
    if isinstance(deprecated, Deprecation):
        return deprecated
    return None if deprecated is None and sunset is None else Deprecation(deprecated, sunset=sunset)

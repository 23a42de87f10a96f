"""What came in with a request, read leniently, and what is known about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from arlen_mvc.scalars import parse_boolean, parse_integer

from .state import RequestState

T = TypeVar("T")

_FRAGMENT = "!$&'()*+,;=:@/?"
"""What a fragment may hold beside letters, digits and ``-._~`` (RFC 3986 section 3.5)."""


class Incoming(RequestState):
    """The reading half of the context."""

    __slots__ = ()

    @property
    def params(self) -> dict[str, Any]:
        """Query parameters (the last of each name), overridden by path parameters."""
        return {**self.request.query, **self.path_params}

    def query(self, name: str) -> str | None:
        """The last query parameter of this name."""
        return self.request.query.get(name)

    def query_int(self, name: str) -> int | None:
        """``None`` when absent or malformed."""
        return _lenient(parse_integer, self.request.query.get(name))

    def query_bool(self, name: str) -> bool | None:
        """``1 true yes on`` and ``0 false no off``; ``None`` when absent or anything else."""
        return _lenient(parse_boolean, self.request.query.get(name))

    def header(self, name: str) -> str | None:
        """A request header; the name is case-insensitive."""
        return self.request.headers.get(name)

    def header_int(self, name: str) -> int | None:
        """``None`` when absent or malformed."""
        return _lenient(parse_integer, self.request.headers.get(name))

    def header_bool(self, name: str) -> bool | None:
        """The words of :meth:`query_bool`; ``None`` when absent or anything else."""
        return _lenient(parse_boolean, self.request.headers.get(name))

    @property
    def route_name(self) -> str:
        return self.route.name

    @property
    def controller_name(self) -> str:
        return self.route.controller

    @property
    def action_name(self) -> str:
        return self.route.action

    @property
    def request_format(self) -> str:
        """``"json"`` or ``"html"`` (or a format that the route declares): what the client prefers to get."""
        if self._format is None:
            self._format = self.runtime.preferred_format(self.request)
        return self._format

    @property
    def wants_json(self) -> bool:
        return self.request_format == "json"

    def url_for(
        self,
        name: str,
        /,
        *,
        _external: bool = False,
        _format: str | None = None,
        _anchor: str | None = None,
        **params: Any,
    ) -> str:
        """The path of a named route, under the prefix this application is mounted at; leftovers become the query.

        Raises:
            arlen_router.RouteBuildError: unknown name, or a parameter that is missing or not convertible.
        """
        path, mark, query = self.runtime.table.url_for(name, **params).partition("?")
        extension = f".{_format}" if _format else ""
        anchor = f"#{quote(_anchor, safe=_FRAGMENT)}" if _anchor else ""
        origin = f"{self.request.scheme}://{self.request.host}" if _external else ""
        return f"{origin}{self.request.root_path}{path}{extension}{mark}{query}{anchor}"

    def stash_value(self, key: str, value: object) -> None:
        """Put this on the stash; ``None`` takes the key away, an empty key is ignored."""
        if key and value is None:
            self.stash.pop(key, None)
        elif key:
            self.stash[key] = value

    def stash_values(self, values: Mapping[Any, object]) -> None:
        """Put these on the stash, except those whose keys are no text."""
        for key, value in values.items():
            if isinstance(key, str):
                self.stash_value(key, value)

    def stash_get(self, key: str, default: Any = None) -> Any:
        """What is on the stash under this key."""
        return self.stash.get(key, default)

    def static_url(self, file: str) -> str:
        """The path of a file of the application's (first) static directory: ``ctx.static_url("app.css")``."""
        return f"{self.request.root_path}{self.runtime.static_prefix}/{quote(file.lstrip('/'))}"


def _lenient(parse: Callable[[str], T], text: str | None) -> T | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError:
        return None

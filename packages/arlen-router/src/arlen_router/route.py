"""Routes, and what looking one up can answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from .conditions import Condition
from .pattern import Kind, Pattern, Segment

T = TypeVar("T")


class Route(Generic[T]):
    """One registered route; never changed after the table was compiled.

    ``methods`` are upper-case (``ANY`` stands for all), ``path`` is the full template with all prefixes, ``name`` the
    full name or None, ``formats`` the formats that it can answer in (None: it does not ask), ``target`` and ``meta``
    what was registered, ``index`` the position in registration order.
    """

    __slots__ = (
        "conditions",
        "formats",
        "free",
        "index",
        "meta",
        "methods",
        "name",
        "param_names",
        "pattern",
        "rank",
        "target",
    )

    def __init__(
        self,
        methods: tuple[str, ...],
        pattern: Pattern,
        target: T,
        *,
        name: str | None,
        formats: tuple[str, ...] | None,
        conditions: tuple[Condition, ...],
        meta: object,
        index: int,
    ) -> None:
        self.methods = methods
        self.pattern = pattern
        self.target = target
        self.name = name
        self.formats = formats
        self.conditions = conditions
        self.meta = meta
        self.index = index
        self.param_names = pattern.names
        self.free = formats is None and not conditions
        self.rank = (pattern.kind, *_looseness(pattern.segments), index)

    @property
    def path(self) -> str:
        return self.pattern.template

    def __str__(self) -> str:
        return f"{','.join(self.methods)} {self.path}"

    def __repr__(self) -> str:
        return f"<Route {self}>"


def _looseness(segments: tuple[Segment, ...]) -> tuple[int, int]:
    """Routes of one kind: more literal segments go first, then more converted ones."""
    kinds = [segment.kind for segment in segments]
    return -kinds.count(Kind.LITERAL), -kinds.count(Kind.CONVERTED)


class Match(NamedTuple, Generic[T]):
    """The route that wins, its parameters converted, and the format to answer in (None: the route does not ask)."""

    route: Route[T]
    params: Mapping[str, object]
    format: str | None = None


class NotAllowed(NamedTuple):
    """The path exists, but not for this method: ``allowed`` is what the ``Allow`` header says (RFC 9110 10.2.1)."""

    allowed: tuple[str, ...]


class NotAcceptable(NamedTuple):
    """The route exists, but answers in none of the requested formats: ``offered`` are those it has."""

    offered: tuple[str, ...]


class Redirect(NamedTuple):
    """The path exists with its trailing slash the other way: ``path`` is the registered form, without a query."""

    path: str


Outcome: TypeAlias = Match[T] | NotAllowed | NotAcceptable | Redirect | None

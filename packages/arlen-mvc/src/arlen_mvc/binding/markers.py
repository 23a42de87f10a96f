"""What an annotation says about where a value comes from: ``Annotated[int, Query(ge=1)]``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda self: "nothing", "__slots__": ()})()
"""The default of what has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """One value of a request, by its place; use one of the subclasses.

    ``alias`` is the name that the client uses. ``ge gt le lt multiple_of`` bound numbers; ``min_length`` and
    ``max_length`` count characters, or the items of a collection; ``pattern`` is a regular expression of :mod:`re` that
    must be found in a text of at most ``max_length`` (1024 where there is none) characters. ``description``,
    ``deprecated`` and ``example`` are documentation.
    """

    alias: str = ""
    default: Any = ABSENT
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    description: str = ""
    deprecated: bool = False
    example: Any = ABSENT


class Query(Marker):
    """From the query string; with a model, its members from the query string."""

    __slots__ = ()


class Header(Marker):
    """From a header; ``user_agent`` is ``User-Agent`` where there is no alias."""

    __slots__ = ()


class Cookie(Marker):
    """From a cookie."""

    __slots__ = ()


class Path(Marker):
    """From the path of the route."""

    __slots__ = ()


class Body(Marker):
    """From the JSON body: the whole of it for a single model, else the member of that name."""

    __slots__ = ()


class Form(Marker):
    """From a field of the form; with a model, its members from the form."""

    __slots__ = ()


class File(Marker):
    """A file of the form: an ``UploadFile``, several, or its content as ``bytes``."""

    __slots__ = ()


class SessionValue(Marker):
    """A value of the session, as it was put there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Depends:
    """What a function gives: plain, asynchronous, or a generator that goes on after the response was sent.

    Its parameters are filled like those of an action. It is called once for each request, however many ask for it.
    Without a function the annotated class is called.
    """

    function: Callable[..., Any] | None = None

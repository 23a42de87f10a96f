"""Conditions: what a route asks of a request beside its method and path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from ._value import Value
from .converters import known_converters
from .errors import Fault, PatternError
from .pattern import Literal, Mixed, Param, Pattern, Segment
from .template import read

Captures: TypeAlias = Mapping[str, object]

_NOTHING: Captures = {}


class Fields(Protocol):
    """Header fields or query parameters."""

    def get(self, name: str, /) -> str | None: ...


class Subject(Protocol):
    """What conditions and format negotiation look at; ``arlen_http.Request`` is one."""

    @property
    def method(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str | None: ...
    @property
    def headers(self) -> Fields: ...
    @property
    def query(self) -> Fields: ...


class Condition(Protocol):
    """A frozen, hashable value; two routes that differ in nothing, conditions included, are a fault."""

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that it captures."""

    def test(self, subject: Subject, /) -> Captures | None:
        """What the condition captures (mostly nothing) when it holds, None when it does not."""


class Host(Value):
    """Holds when the host, its port aside, fits: ``Host("{tenant}.example.com")`` captures one label.

    Labels are compared without regard to case, and are captured in lower case.

    Raises:
        PatternError: the host pattern has a fault.
    """

    __slots__ = ("labels", "names", "pattern")

    def __init__(self, pattern: str) -> None:
        parsed, faults = read(pattern, known_converters({}), separator=".")
        if parsed.wildcard is not None or faults:
            remedy = "a host has no path; name one parameter for each label"
            raise PatternError(next(iter(faults), Fault("wildcard_not_alone", "wildcard", remedy, pattern, 1)))
        self.pattern = pattern
        self.names = parsed.names
        self.labels = Pattern(pattern, tuple(_lower(segment) for segment in parsed.segments))

    def test(self, subject: Subject, /) -> Captures | None:
        name = _without_port(subject.host or "").removesuffix(".").lower()
        return self.labels.capture(name.split("."))

    def _held(self) -> tuple[object, ...]:
        return (self.pattern,)


def _lower(segment: Segment) -> Segment:
    match segment:
        case Literal():
            return Literal(segment.text.lower())
        case Mixed():
            return Mixed(
                tuple(Literal(part.text.lower()) if isinstance(part, Literal) else part for part in segment.parts)
            )
        case Param():
            return segment


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and not port.endswith("]") else host


class Scheme(Value):
    """Holds for requests of this URL scheme, such as ``https``."""

    __slots__ = ("scheme",)
    names: tuple[str, ...] = ()

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def test(self, subject: Subject, /) -> Captures | None:
        return _NOTHING if subject.scheme == self.scheme else None


class Header(Value):
    """Holds when the header field is there and, if a value is given, has exactly this value."""

    __slots__ = ("field", "value")
    names: tuple[str, ...] = ()

    def __init__(self, field: str, value: str | None = None) -> None:
        self.field = field
        self.value = value

    def test(self, subject: Subject, /) -> Captures | None:
        found = subject.headers.get(self.field)
        return _NOTHING if found is not None and self.value in (None, found) else None


class Query(Value):
    """Holds when the query parameter is there and, if a value is given, has exactly this value."""

    __slots__ = ("param", "value")
    names: tuple[str, ...] = ()

    def __init__(self, param: str, value: str | None = None) -> None:
        self.param = param
        self.value = value

    def test(self, subject: Subject, /) -> Captures | None:
        found = subject.query.get(self.param)
        return _NOTHING if found is not None and self.value in (None, found) else None


class WebSocketOnly(Value):
    """Holds for requests to upgrade to WebSocket (RFC 6455 section 4.1)."""

    __slots__ = ()
    names: tuple[str, ...] = ()

    def test(self, subject: Subject, /) -> Captures | None:
        return _NOTHING if (subject.headers.get("upgrade") or "").strip().lower() == "websocket" else None


class Predicate(Value):
    """Holds when the function says so; ``description`` (its name by default) is what ``explain`` calls it."""

    __slots__ = ("description", "function")
    names: tuple[str, ...] = ()

    def __init__(self, function: Callable[[Subject], bool], description: str = "") -> None:
        self.function = function
        self.description = description or function.__qualname__

    def test(self, subject: Subject, /) -> Captures | None:
        return _NOTHING if self.function(subject) else None

    def __repr__(self) -> str:
        return f"Predicate({self.description})"


def hold_all(conditions: tuple[Condition, ...], subject: Subject | None) -> Captures | None:
    """What all conditions capture together when each holds; without a subject none holds."""
    if not conditions:
        return _NOTHING
    if subject is None:
        return None
    captures: dict[str, object] = {}
    for condition in conditions:
        captured = condition.test(subject)
        if captured is None:
            return None
        captures |= captured
    return captures

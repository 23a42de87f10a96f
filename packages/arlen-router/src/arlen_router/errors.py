"""What can go wrong with routes, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Fault(NamedTuple):
    """One mistake in a route: what, where and what to do about it.

    ``column`` is 1-based and counts in ``path``; it is None when the whole route is at fault.
    ``method`` is empty for a pattern that belongs to no route.
    """

    code: str
    problem: str
    remedy: str
    path: str
    column: int | None = None
    param: str | None = None
    method: str = ""

    @property
    def route(self) -> str:
        """The route as it was written, such as ``GET /users/{id}``."""
        return f"{self.method} {self.path}".lstrip()

    def __str__(self) -> str:
        place = f' in "{self.path}"' if self.column is None else f' in "{self.path}" (column {self.column})'
        return f"{self.problem}{place}; {self.remedy}"


class ArlenRouterError(Exception):
    """Every error of this package: a sentence for people, ``code`` and ``details`` for programs."""

    def __init__(self, message: str, *, code: str, details: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.details = details or {}


class PatternError(ArlenRouterError):
    """A path template that means nothing.

    ``code`` is ``unbalanced_brace``, ``empty_param``, ``invalid_param``, ``duplicate_param``, ``adjacent_params``,
    ``unknown_converter``, ``invalid_converter``, ``wildcard_not_last``, ``wildcard_not_alone`` or
    ``too_many_segments``; ``details`` holds ``template``, ``column`` (1-based) and ``param``.
    """

    def __init__(self, fault: Fault) -> None:
        details: dict[str, object] = {"template": fault.path, "column": fault.column, "param": fault.param}
        super().__init__(str(fault), code=fault.code, details=details)
        self.fault = fault


class PathError(ArlenRouterError):
    """A request path that cannot be decoded: code ``malformed_path``, details ``segment``."""

    def __init__(self, segment: str, problem: str) -> None:
        message = f'{problem} in the path segment "{segment}"; percent-encode UTF-8 text (RFC 3986 section 2.1)'
        super().__init__(message, code="malformed_path", details={"segment": segment})


class RouteTableError(ArlenRouterError):
    """Routes that cannot serve: code ``invalid_routes``; ``faults`` lists every mistake in registration order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        lines = [f"[{fault.code}] {fault.method}: {fault}" for fault in faults]
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        message = "\n  ".join([f"{count} in the route table:", *lines])
        super().__init__(message, code="invalid_routes", details={"faults": [fault._asdict() for fault in faults]})
        self.faults = tuple(faults)


class RouteBuildError(ArlenRouterError):
    """A URL that cannot be built: code ``unknown_route``, ``missing_param`` or ``refused_param``."""


class RouterFrozenError(ArlenRouterError):
    """A registration after the table was compiled: code ``router_frozen``."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A remedy that names the closest known word, or all of them when they are few."""
    from difflib import get_close_matches  # costs more than the rest of this module and is needed only for mistakes

    if close := get_close_matches(word, known, n=1):
        return f'did you mean "{close[0]}"?'
    return f"known are: {', '.join(sorted(known)[:12])}" if known else "none is known"

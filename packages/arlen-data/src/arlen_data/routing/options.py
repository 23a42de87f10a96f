"""How a router decides: stickiness, hooks, fallback, the health of replicas."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypedDict

from arlen_data.errors import RouterError

from .replication import Replication

Operation: TypeAlias = Literal["read", "write", "transaction"]
Context: TypeAlias = Mapping[str, object]
Resolver: TypeAlias = Callable[[Operation, Context, str], str | None]
RoutingListener: TypeAlias = Callable[[Mapping[str, object]], None]


class RoutingArguments(TypedDict, total=False):
    """The fields of ``RoutingOptions`` as keyword arguments, none of them required."""

    read_after_write_stickiness_seconds: float
    stickiness_scope_context_key: str
    stickiness_scope_limit: int
    replication: Replication | None
    route_target_resolver: Resolver | None
    fallback_read_to_write_on_error: bool
    fallback_filter: Callable[[Exception], bool] | None
    routing_diagnostics_listener: RoutingListener | None
    eject_after: int
    probe_after: float
    clock: Callable[[], float]


class CallArguments(TypedDict, total=False):
    """What a call through a router takes beside the statement; all but the first two are for the target."""

    context: Context | None
    operation: Operation | None
    rows_as: Callable[..., Any]
    prepare: bool | None
    time_limit: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingOptions:
    """What a router takes beside its targets. Times are in seconds.

    Attributes:
        read_after_write_stickiness_seconds: for so long after a write, reads of its scope go where it went; 0 never.
        stickiness_scope_context_key: the key of the context under which the scope is found, such as a user or session.
        stickiness_scope_limit: how many scopes are remembered; those written first are forgotten first.
        replication: how to ask a replica whether it has a write already. Then reads stick only until it has.
        route_target_resolver: called with operation, context and default target; another target's name, or None for
            the default.
        fallback_read_to_write_on_error: run a read that failed elsewhere once more where writes go.
        fallback_filter: whether this error is worth that; None for every error.
        routing_diagnostics_listener: is called with an event for every decision.
        eject_after: so many failed connections in a row, and a replica gets no more reads.
        probe_after: after so long a replica without reads gets one, to see whether it works again.
        clock: monotonic seconds.

    Raises:
        RouterError: code ``invalid_argument``.
    """

    read_after_write_stickiness_seconds: float = 0.0
    stickiness_scope_context_key: str = "stickiness_scope"
    stickiness_scope_limit: int = 10_000
    replication: Replication | None = None
    route_target_resolver: Resolver | None = None
    fallback_read_to_write_on_error: bool = True
    fallback_filter: Callable[[Exception], bool] | None = None
    routing_diagnostics_listener: RoutingListener | None = None
    eject_after: int = 3
    probe_after: float = 5.0
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if not value >= least:
                raise RouterError(
                    f"{name} is {least} or more, not {value!r}", code="invalid_argument", details={"option": name}
                )


_LEAST = {
    "read_after_write_stickiness_seconds": 0,
    "stickiness_scope_limit": 1,
    "eject_after": 1,
    "probe_after": 0,
}

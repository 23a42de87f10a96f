"""What a router decided, as events."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from types import MappingProxyType

from arlen_data.errors import ArlenDataError

from .options import Context, Operation, RoutingListener

logger = logging.getLogger("arlen_data")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a call goes, and why.

    Attributes:
        default: where it would go by operation and stickiness alone.
        sticky: whether it goes where the last write of its scope went.
        overridden: whether a resolver chose another target.
        kept: whether what it writes stays written when it succeeds: false inside a transaction.
    """

    operation: Operation
    target: str
    default: str
    scope: str
    sticky: bool
    overridden: bool
    kept: bool
    context: Context


class RoutingDiagnostics:
    """Hands events on. A listener that fails does no harm."""

    __slots__ = ("_broken",)

    def __init__(self) -> None:
        self._broken = False

    def routed(self, route: Route, listener: RoutingListener) -> None:
        self._emit({"stage": "route", **_facts(route)}, listener)

    def fell_back(self, route: Route, target: str, error: Exception, listener: RoutingListener) -> None:
        code = {"error_code": error.code} if isinstance(error, ArlenDataError) else {}
        facts = {"fallback_target": target, "error": type(error).__name__, **code}
        self._emit({"stage": "fallback", **_facts(route), **facts}, listener)

    def _emit(self, facts: dict[str, object], listener: RoutingListener) -> None:
        try:
            listener(MappingProxyType(facts))
        except Exception:
            if not self._broken:
                logger.exception("a listener for routing failed; statements go on, its further failures are silent")
            self._broken = True


def _facts(route: Route) -> dict[str, object]:
    return {
        "operation_class": route.operation,
        "selected_target": route.target,
        "default_target": route.default,
        "used_stickiness": route.sticky,
        "stickiness_scope": route.scope,
        "resolver_override": route.overridden,
        **{key: route.context[key] for key in ("tenant", "shard") if key in route.context},
    }

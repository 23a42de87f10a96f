"""The decisions of a router, and what it remembers to make them. It talks to no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Unpack

from arlen_data.errors import ConnectionFailed, RouterError, TransactionFailed

from .context import in_context
from .events import Route, RoutingDiagnostics
from .options import Context, Operation, RoutingArguments, RoutingOptions
from .pins import Pins
from .replicas import Replicas
from .replication import Replication
from .stickiness import GLOBAL_SCOPE, Scopes, Stamp


class Routes:
    """Decides where calls go: a pin first, then operation, stickiness, and the resolver's last word."""

    __slots__ = ("_diagnostics", "_names", "_pins", "_positions", "_replicas", "_scopes", "_writer", "options")

    def __init__(
        self, names: frozenset[str], readers: Mapping[str, float], writer: str, options: RoutingOptions
    ) -> None:
        self._names = names
        self._replicas = Replicas(readers)
        self._writer = writer
        self._scopes = Scopes()
        self._positions: dict[str, int] = {}
        self._pins = Pins()
        self._diagnostics = RoutingDiagnostics()
        self.options = options

    def configure(self, **changes: Unpack[RoutingArguments]) -> None:
        self.options = replace(self.options, **changes)

    def ejected(self) -> frozenset[str]:
        return self._replicas.ejected()

    def pin(self, target: str) -> AbstractContextManager[None]:
        return self._pins.pinned(self._known(target))

    def route(self, operation: Operation, context: Context | None) -> Route:
        """Where a call would go now. Asking changes nothing."""
        options, given = self.options, in_context(context)
        scope = self._scope(given)
        pin = self._pins.current()
        if pin is not None:
            return Route(operation, pin.target, pin.target, scope, False, False, not pin.in_transaction, given)
        default = self._reader() if operation == "read" else self._writer
        sticky = operation == "read" and self._misses(default, self._fresh(scope))
        if sticky:
            default = self._writer
        resolver = options.route_target_resolver
        target = (resolver(operation, given, default) if resolver is not None else None) or default
        return Route(operation, self._known(target, operation), default, scope, sticky, target != default, True, given)

    def take(self, operation: Operation, context: Context | None) -> Route:
        """Where this call goes."""
        options = self.options
        route = self.route(operation, context)
        if operation == "read":
            self._replicas.take(route.target, options.clock(), options.probe_after)
        if options.routing_diagnostics_listener is not None:
            self._diagnostics.routed(route, options.routing_diagnostics_listener)
        return route

    def behind(self, operation: Operation, context: Context | None) -> str | None:
        """The replica that would serve this read if it were known to have the last write of its scope."""
        if operation != "read" or self._pins.current() is not None:
            return None
        stamp = self._fresh(self._scope(in_context(context)))
        replica = self._reader()
        return replica if stamp is not None and stamp.position is not None and self._misses(replica, stamp) else None

    def reached(self, target: str, position: int) -> None:
        """A replica says how far it has come."""
        self._positions[target] = max(position, self._positions.get(target, position))

    def fallback(self, route: Route, error: Exception) -> str | None:
        """Where a call that failed is tried once more, if it is."""
        options = self.options
        if route.operation != "read" or not options.fallback_read_to_write_on_error or self._pins.current() is not None:
            return None
        target = self.route("write", route.context).target
        worth = options.fallback_filter is None or options.fallback_filter(error)
        if target == route.target or not worth:
            return None
        if options.routing_diagnostics_listener is not None:
            self._diagnostics.fell_back(route, target, error, options.routing_diagnostics_listener)
        return target

    def sticks(self, route: Route) -> bool:
        """Whether the success of this call is worth remembering."""
        return route.operation != "read" and route.kept and self.options.read_after_write_stickiness_seconds > 0

    def replication_of(self, route: Route) -> Replication | None:
        """How replicas follow the target of this call, if they do: they follow the one that writes go to by default."""
        return self.options.replication if route.target == self._writer else None

    def stamp(self, route: Route, position: int | None) -> None:
        """The call wrote, and succeeded."""
        options = self.options
        stamp = Stamp(options.clock(), position)
        window = options.read_after_write_stickiness_seconds
        self._scopes.stamp(route.scope, stamp, window, options.stickiness_scope_limit)

    @contextmanager
    def watching(self, target: str) -> Iterator[None]:
        """A block that uses a target: it shows whether it can be reached."""
        options = self.options
        try:
            yield
        except ConnectionFailed:
            self._replicas.failed(target, options.clock(), options.eject_after, options.probe_after)
            raise
        self._replicas.answered(target)

    @contextmanager
    def in_transaction(self, target: str) -> Iterator[None]:
        """A block that is a transaction of a target: everything in it goes there."""
        with self.watching(target), self._pins.in_transaction(target):
            yield

    def transaction_target(self) -> str:
        """The target whose transaction the running code is in.

        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        pin = self._pins.transaction()
        if pin is None:
            raise TransactionFailed("no transaction of this router is open here", code="no_transaction")
        return pin.target

    def _reader(self) -> str:
        return self._replicas.candidate(self.options.clock()) or self._writer

    def _fresh(self, scope: str) -> Stamp | None:
        options = self.options
        return self._scopes.fresh(scope, options.clock(), options.read_after_write_stickiness_seconds)

    def _misses(self, target: str, stamp: Stamp | None) -> bool:
        """Whether a write may be unknown to ``target``."""
        if stamp is None:
            return False
        return stamp.position is None or self._positions.get(target, -1) < stamp.position

    def _scope(self, context: Context) -> str:
        scope = context.get(self.options.stickiness_scope_context_key)
        return GLOBAL_SCOPE if scope is None else str(scope).strip() or GLOBAL_SCOPE

    def _known(self, target: str, operation: Operation | None = None) -> str:
        if target in self._names:
            return target
        raise RouterError(
            f"there is no database target {target!r}; the targets are {', '.join(sorted(self._names))}",
            code="unknown_target",
            details={"target": target, **({"operation_class": operation} if operation else {})},
        )

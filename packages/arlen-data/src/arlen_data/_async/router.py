"""A router: many databases behind the face of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from operator import methodcaller
from types import MappingProxyType
from typing import Any, Self, TypeVar, Unpack

from arlen_data.blocks import Isolation
from arlen_data.concurrency.tasks import call, sleep
from arlen_data.errors import ArlenDataError, InvalidArgumentError, Rollback
from arlen_data.parameters import Parameters
from arlen_data.queries import Runnable
from arlen_data.routing.events import Route
from arlen_data.routing.options import CallArguments, Context, Operation, RoutingArguments, RoutingOptions
from arlen_data.routing.replication import Replication
from arlen_data.routing.routes import Routes
from arlen_data.routing.targets import checked_default, checked_readers, checked_targets
from arlen_data.row import Row

from .nesting import Hook
from .protocols import AsyncDatabaseAdapter

T = TypeVar("T")


class AsyncDatabaseRouter:
    """Sends each statement to one of several databases: reads to replicas, the rest to where writes go.

    ``default_read_target`` is the name of a target, or several with their weights: ``{"near": 3, "far": 1}``. The
    options are the fields of ``RoutingOptions``.

    What fetches is a read, unless the statement is a built one that writes or locks; what executes is a write; for SQL
    text ``operation=`` may say otherwise. A ``read_only`` transaction is a read too. Inside a transaction of the router
    all its statements go to that one target. ``context`` is what the call is about; see ``routing_context``. Further
    arguments are those of the target's method of the same name.

    Every method raises what the target raises, and:
        RouterError: code ``unknown_target`` when a resolver names one.
    """

    __slots__ = ("_leases", "_routes", "targets")

    def __init__(
        self,
        targets: Mapping[str, AsyncDatabaseAdapter],
        default_read_target: str | Mapping[str, float],
        default_write_target: str,
        **options: Unpack[RoutingArguments],
    ) -> None:
        """
        Raises:
            RouterError: ``invalid_argument``, ``missing_adapter``.
        """
        self.targets = checked_targets(targets, AsyncDatabaseAdapter)  # type: ignore[type-abstract]
        self._routes = Routes(
            frozenset(self.targets),
            checked_readers(default_read_target, self.targets),
            checked_default(default_write_target, self.targets),
            RoutingOptions(**options),
        )
        self._leases: dict[int, tuple[Any, AsyncDatabaseAdapter]] = {}

    @property
    def adapter_name(self) -> str:
        """``router``."""
        return "router"

    @property
    def options(self) -> RoutingOptions:
        """The options that hold now."""
        return self._routes.options

    def configure(self, **changes: Unpack[RoutingArguments]) -> None:
        """Change options, from the next call on."""
        self._routes.configure(**changes)

    def capability_metadata(self) -> Mapping[str, object]:
        """What a router can do beside what its targets can."""
        return MappingProxyType(
            {
                "adapter": "router",
                "dialect": "multi_target",
                "supports_read_write_routing": True,
                "supports_read_after_write_stickiness": True,
                "supports_tenant_shard_routing_hook": True,
                "supports_routing_diagnostics": True,
                "supports_route_fallback_to_write": self.options.fallback_read_to_write_on_error,
            }
        )

    def ejected(self) -> frozenset[str]:
        """The replicas that get no reads because they could not be reached."""
        return self._routes.ejected()

    def resolve_target(self, operation: Operation, context: Context | None = None) -> str:
        """The name of the target to which such a call would go now. Asking changes nothing."""
        return self._routes.route(operation, context).target

    def pin(self, target: str) -> AbstractContextManager[None]:
        """A block in which every call goes to ``target``: ``with router.pin("writer")``.

        Raises:
            RouterError: code ``unknown_target``.
        """
        return self._routes.pin(target)

    async def fetch_all(
        self, statement: Runnable, parameters: Parameters = (), **call: Unpack[CallArguments]
    ) -> list[Any]:
        """Every row of the result."""
        rows: list[Any] = await self._call("fetch_all", _fetching(statement), statement, parameters, call)
        return rows

    async def fetch_one(self, statement: Runnable, parameters: Parameters = (), **call: Unpack[CallArguments]) -> Any:
        """The first row, or None when there is none."""
        return await self._call("fetch_one", _fetching(statement), statement, parameters, call)

    async def fetch_exactly_one(
        self, statement: Runnable, parameters: Parameters = (), **call: Unpack[CallArguments]
    ) -> Any:
        """The one row of the result."""
        return await self._call("fetch_exactly_one", _fetching(statement), statement, parameters, call)

    async def fetch_value(self, statement: Runnable, parameters: Parameters = (), **call: Unpack[CallArguments]) -> Any:
        """The first column of the first row, or None when there is no row."""
        return await self._call("fetch_value", _fetching(statement), statement, parameters, call)

    async def fetch_column(
        self, statement: Runnable, parameters: Parameters = (), **call: Unpack[CallArguments]
    ) -> list[Any]:
        """The first column of every row."""
        rows: list[Any] = await self._call("fetch_column", _fetching(statement), statement, parameters, call)
        return rows

    async def execute(self, statement: Runnable, parameters: Parameters = (), **call: Unpack[CallArguments]) -> int:
        """Run a statement; the number of rows that it changed, 0 for DDL."""
        changed: int = await self._call("execute", "write", statement, parameters, call)
        return changed

    async def execute_many(self, sql: str, rows: Iterable[Parameters], **call: Unpack[CallArguments]) -> int:
        """Run SQL once for each set of parameters, all or nothing; the number of rows changed in total."""
        changed: int = await self._call("execute_many", "write", sql, rows, call)
        return changed

    @asynccontextmanager
    async def transaction(self, *, context: Context | None = None, **block: Any) -> AsyncIterator[Any]:
        """Everything in the block happens, or nothing does; the arguments are those of the target's transactions."""
        route = await self._routed("read" if block.get("read_only") else "transaction", context)
        target, committed = self.targets[route.target], True
        with self._routes.in_transaction(route.target):
            async with target.transaction(**block) as connection:
                try:
                    yield connection
                except BaseException:
                    committed = False
                    raise
        if committed:
            await self._remember(route)

    async def run_in_transaction(
        self,
        work: Callable[[Any], Awaitable[T] | T],
        *,
        attempts: int = 3,
        isolation: Isolation | None = None,
        context: Context | None = None,
    ) -> T | None:
        """What ``work(connection)`` returns, run in a transaction where writes go; None if it raised ``Rollback``.

        It is run again when the database gave up because of others, as ``Database.run_in_transaction`` says.
        """
        route = await self._routed("transaction", context)
        target: Any = self.targets[route.target]
        undone = False

        async def watched(connection: Any) -> T:
            nonlocal undone
            try:
                return await call(work, connection)
            except Rollback:
                undone = True
                raise

        with self._routes.in_transaction(route.target):
            outcome: T | None = await target.run_in_transaction(watched, attempts=attempts, isolation=isolation)
        if not undone:
            await self._remember(route)
        return outcome

    def on_commit(self, hook: Hook) -> None:
        """Call ``hook`` after the transaction of this router around this call is committed; never, if it is undone.

        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        target: Any = self.targets[self._routes.transaction_target()]
        target.on_commit(hook)

    @asynccontextmanager
    async def stream(
        self,
        statement: Runnable,
        parameters: Parameters = (),
        *,
        size: int = 1000,
        rows_as: Callable[..., Any] = Row,
        context: Context | None = None,
        operation: Operation | None = None,
    ) -> AsyncIterator[AsyncIterator[Any]]:
        """The rows one after the other, ``size`` of them in memory at once.

        A replica that fails before the first row is asked for is replaced by the target of writes, as with any read.
        """
        route = await self._routed(operation or _fetching(statement), context)
        async with AsyncExitStack() as exits:

            async def enter(target: Any) -> AsyncIterator[Any]:
                stream = target.stream(statement, parameters, size=size, rows_as=rows_as)
                rows: AsyncIterator[Any] = await exits.enter_async_context(stream)
                return rows

            yield await self._ask_around(route, enter)
        await self._remember(route)

    async def acquire(self, *, context: Context | None = None) -> Any:
        """A connection to where writes go, the caller's until ``release``. What it writes makes no read sticky."""
        route = await self._routed("write", context)
        adapter = self.targets[route.target]
        with self._routes.watching(route.target):
            connection = await adapter.acquire()
        self._leases[id(connection)] = connection, adapter
        return connection

    async def release(self, connection: Any) -> None:
        """Give a connection back to the target it came from.

        Raises:
            InvalidArgumentError: code ``foreign_connection`` when it was released already, or acquired elsewhere.
        """
        lease = self._leases.pop(id(connection), None)
        if lease is None:
            raise InvalidArgumentError(
                "the connection is not lent out by this router; release it once, where it was acquired",
                code="foreign_connection",
            )
        _, adapter = lease
        await adapter.release(connection)

    @asynccontextmanager
    async def connection(self, *, context: Context | None = None) -> AsyncIterator[Any]:
        """A connection to where writes go for the length of a block. What it writes makes no read sticky."""
        connection = await self.acquire(context=context)
        try:
            yield connection
        finally:
            await self.release(connection)

    async def close(self) -> None:
        """Close every target, which must know how."""
        adapters: list[Any] = list(self.targets.values())
        for adapter in adapters:
            await adapter.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def _call(
        self, method: str, operation: Operation, statement: Any, parameters: Any, call: CallArguments
    ) -> Any:
        route = await self._routed(call.pop("operation", None) or operation, call.pop("context", None))
        outcome = await self._ask_around(route, methodcaller(method, statement, parameters, **call))
        await self._remember(route)
        return outcome

    async def _ask_around(self, route: Route, run: Callable[[Any], Any]) -> Any:
        """What the target of the route says, or, when it fails, the one that stands in for it."""
        try:
            return await self._ask(route.target, run)
        except Exception as error:
            fallback = self._routes.fallback(route, error)
            if fallback is None:
                raise
            try:
                return await self._ask(fallback, run)
            except Exception as second:
                second.__context__ = error
                raise

    async def _ask(self, target: str, run: Callable[[Any], Any]) -> Any:
        with self._routes.watching(target):
            return await run(self.targets[target])

    async def _routed(self, operation: Operation, context: Context | None) -> Route:
        replication = self.options.replication
        if replication is not None:
            await self._catch_up(operation, context, replication)
        return self._routes.take(operation, context)

    async def _catch_up(self, operation: Operation, context: Context | None, replication: Replication) -> None:
        """Find out whether the replica has the last write of the scope; if it has not, wait for it a little."""
        clock = self.options.clock
        deadline = clock() + replication.patience
        while (replica := self._routes.behind(operation, context)) is not None:
            position = await self._position(replica, replication.replayed)
            if position is None:
                return
            self._routes.reached(replica, position)
            if clock() >= deadline:
                return
            await sleep(replication.interval)

    async def _remember(self, route: Route) -> None:
        """Stick to where this call wrote: for a time, or until a replica has it if that can be found out."""
        if not self._routes.sticks(route):
            return
        self._routes.stamp(route, None)
        replication = self._routes.replication_of(route)
        if replication is not None:
            self._routes.stamp(route, await self._position(route.target, replication.written))

    async def _position(self, target: str, question: Runnable) -> int | None:
        """The answer of a target; None if it has none."""
        try:
            rows = await self._ask(target, methodcaller("fetch_all", question))
            return int(rows[0]["position"])
        except (ArlenDataError, TypeError):
            return None


def _fetching(statement: Runnable) -> Operation:
    return "read" if isinstance(statement, str) or not statement.writes else "write"

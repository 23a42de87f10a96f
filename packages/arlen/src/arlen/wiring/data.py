"""The ``[database]`` table, as an ``AsyncDatabase``; further ``[databases.<target>]`` tables, as ``Databases``."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from arlen_data import ArlenDataError, AsyncDatabase, DatabaseSettings
from arlen_data.telemetry import Observer, RepeatedStatements, pool_metrics
from arlen_mvc import Application, ApplicationError
from arlen_mvc.metrics.snapshot import Snapshot

from arlen.databases import DEFAULT_TARGET, Databases

from .pool_metrics import snapshot
from .repetitions import RepetitionLayer

TABLE = "database"
TARGETS = "databases"

_TARGET = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LIMIT_IN_DEVELOPMENT = 20

State = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class _Further:
    databases: Mapping[str, DatabaseSettings] = field(default_factory=dict)


def claim(app: Application) -> DatabaseSettings:
    """The settings; the default is ``db/<environment>.sqlite3`` below the root of the application."""
    default = DatabaseSettings(
        connection_string=f"sqlite:///db/{app.environment}.sqlite3",
        repeated_statement_limit=_LIMIT_IN_DEVELOPMENT if app.environment == "development" else 0,
    )
    claim_further(app)
    return app.section(TABLE, DatabaseSettings, default)


def claim_further(app: Application) -> Mapping[str, DatabaseSettings]:
    """The settings of the further databases, by target.

    Raises:
        ApplicationError: code ``invalid_target``.
    """
    named = {name.strip().lower(): settings for name, settings in app.section("", _Further).databases.items()}
    for name in named:
        if not _TARGET.fullmatch(name) or name == DEFAULT_TARGET:
            raise ApplicationError(
                f"[{TARGETS}.{name}]: {name!r} cannot name a further database; use at most 32 letters, digits and "
                f"underscores, a letter first, and [{TABLE}] for the default one",
                code="invalid_target",
                details={"target": name},
            )
    return named


def wire(app: Application) -> None:
    """Provide the databases. A file is made when it is first used, never by an application that does not ask."""
    layer = RepetitionLayer(lambda: claim(app).repeated_statement_limit)
    app.use(layer)
    app.provide(AsyncDatabase, _opener(layer.watch))
    app.provide(Databases, _further_opener(layer.watch))

    @app.health_check(TABLE)
    async def answers() -> dict[str, object]:
        databases = app.resource(Databases)
        states = {name: await _state(database) for name, database in databases.items()}
        default: dict[str, object] = {**states.pop(DEFAULT_TARGET)}
        return {**default, TARGETS: states} if states else default

    app.metrics.collect(lambda: _pool_metrics(app))


def _pool_metrics(app: Application) -> Snapshot:
    return snapshot(pool_metrics(app.resource(Databases))) if app.started else []


Watch = Callable[[], RepeatedStatements | None]


def _opener(watch: Watch) -> Callable[[Application], AsyncIterator[AsyncDatabase]]:
    async def opened(app: Application) -> AsyncIterator[AsyncDatabase]:
        async with _open(app, TABLE, claim(app), watch()) as database:
            yield database

    return opened


def _further_opener(watch: Watch) -> Callable[[Application], AsyncIterator[Databases]]:
    async def opened(app: Application) -> AsyncIterator[Databases]:
        default = claim(app)
        async with AsyncExitStack() as exits:
            further = {
                name: await exits.enter_async_context(
                    _open(app, f"{TARGETS}.{name}", _with_address(settings, default), watch())
                )
                for name, settings in claim_further(app).items()
            }
            yield Databases(lambda: app.resource(AsyncDatabase), further)

    return opened


def _with_address(settings: DatabaseSettings, default: DatabaseSettings) -> DatabaseSettings:
    """The settings of a target; one that says nothing about its address shares the default database."""
    if settings.connection_string:
        return settings
    return replace(settings, connection_string=default.connection_string)


def _open(app: Application, table: str, settings: DatabaseSettings, watch: RepeatedStatements | None) -> AsyncDatabase:
    observers: list[Observer] = [watch] if watch is not None else []
    try:
        database = AsyncDatabase.open(
            settings.connection_string or "",
            root=app.root,
            max_connections=settings.pool_size,
            require_where=settings.require_where,
            busy_timeout=settings.busy_timeout_ms / 1000,
            slow_query_seconds=settings.slow_query_ms / 1000 if settings.slow_query_ms else None,
            observers=observers,
        )
    except ArlenDataError as error:
        source = app.config.explain(f"{table}.connection_string").source
        raise ApplicationError(f"{table}.connection_string ({source}): {error}", code=error.code) from error
    if settings.adapter not in (None, database.adapter_name):
        source = app.config.explain(f"{table}.adapter").source
        raise ApplicationError(
            f"{table}.adapter ({source}) is {settings.adapter}, and {table}.connection_string is an address of "
            f"{database.adapter_name}; correct one of them",
            code="adapter_mismatch",
        )
    return database


async def _state(database: AsyncDatabase) -> State:
    if not database.connected and not database.location.exists():
        if not database.location.can_be_made():
            raise ApplicationError(f"the database {database.location} cannot be made there", code="cannot_open")
        return {"state": "made on first use"}
    await database.fetch_value("SELECT 1")
    stats = database.stats()
    return {"state": "open", "connections": stats.size, "in_use": stats.in_use, "waiting": stats.waiting}

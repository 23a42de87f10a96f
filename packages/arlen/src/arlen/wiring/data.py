"""The ``[database]`` table, as an ``AsyncDatabase``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arlen_data import ArlenDataError, AsyncDatabase, DatabaseSettings
from arlen_mvc import Application, ApplicationError

TABLE = "database"


def claim(app: Application) -> DatabaseSettings:
    """The settings; the default is ``db/<environment>.sqlite3`` below the root of the application."""
    default = DatabaseSettings(connection_string=f"sqlite:///db/{app.environment}.sqlite3")
    return app.section(TABLE, DatabaseSettings, default)


def wire(app: Application) -> None:
    """Provide the database. Its file is made when it is first used, never by an application that does not ask."""
    app.provide(AsyncDatabase, _opened)

    @app.health_check("database")
    async def answers() -> dict[str, str | int]:
        database = app.resource(AsyncDatabase)
        if not database.connected and not database.location.exists():
            return _still_to_be_made(database)
        await database.fetch_value("SELECT 1")
        stats = database.stats()
        return {"state": "open", "connections": stats.size, "in_use": stats.in_use, "waiting": stats.waiting}


async def _opened(app: Application) -> AsyncIterator[AsyncDatabase]:
    settings = claim(app)
    try:
        database = AsyncDatabase.open(
            settings.connection_string or "",
            root=app.root,
            max_connections=settings.pool_size,
            require_where=settings.require_where,
            busy_timeout=settings.busy_timeout_ms / 1000,
        )
    except ArlenDataError as error:
        source = app.config.explain(f"{TABLE}.connection_string").source
        raise ApplicationError(f"{TABLE}.connection_string ({source}): {error}", code=error.code) from error
    async with database:
        yield database


def _still_to_be_made(database: AsyncDatabase) -> dict[str, str | int]:
    if not database.location.can_be_made():
        raise ApplicationError(f"the database {database.location} cannot be made there", code="cannot_open")
    return {"state": "made on first use"}

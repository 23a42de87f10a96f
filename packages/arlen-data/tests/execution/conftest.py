import asyncio

import pytest
from arlen_data import AsyncDatabase, Database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.sqlite3"
    return request.getfixturevalue("arlen_postgres").dsn


@pytest.fixture
def db(url):
    """A database of each kind with one table: people (name)."""
    with Database.open(url) as database:
        database.execute("CREATE TABLE people (name TEXT UNIQUE)")
        yield database


@pytest.fixture
def pg(arlen_postgres):
    """A PostgreSQL database with one table: people (name)."""
    with Database.open(arlen_postgres.dsn) as database:
        database.execute("CREATE TABLE people (name TEXT UNIQUE)")
        yield database


@pytest.fixture
def run():
    """Run ``scenario(db)`` with an asynchronous database at ``url``."""

    def runner(url, scenario, **options):
        async def main():
            async with AsyncDatabase.open(url, **options) as database:
                return await asyncio.wait_for(scenario(database), 30)

        return asyncio.run(main())

    return runner


@pytest.fixture
def names():
    return lambda database: database.fetch_column("SELECT name FROM people ORDER BY name")


@pytest.fixture
def terminate(arlen_postgres_server):
    """End a connection of PostgreSQL from the server's side."""

    def end(connection):
        pid = connection.raw.info.backend_pid
        arlen_postgres_server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")

    return end

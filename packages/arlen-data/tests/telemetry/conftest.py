import asyncio

import pytest
from arlen_data import AsyncDatabase, Database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.sqlite3"
    return request.getfixturevalue("arlen_postgres").dsn


@pytest.fixture
def observed(url):
    """``observed(*observers, **options)``: a database of each kind with the table people (name)."""
    with Database.open(url) as plain:
        plain.execute("CREATE TABLE people (name TEXT UNIQUE)")
    opened = []

    def opener(*observers, **options):
        opened.append(Database.open(url, observers=observers, **options))
        return opened[-1]

    yield opener
    for database in opened:
        database.close()


@pytest.fixture
def run():
    """Run ``scenario(db)`` with an asynchronous database at ``url``."""

    def runner(url, scenario, **options):
        async def main():
            async with AsyncDatabase.open(url, **options) as database:
                return await asyncio.wait_for(scenario(database), 30)

        return asyncio.run(main())

    return runner

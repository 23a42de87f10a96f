"""An application is moved from SQLite to PostgreSQL by its configuration alone."""

import asyncio

import httpx
import pytest
from arlen import Application, Context
from arlen_http import Server, ServerSettings


@pytest.fixture(params=["sqlite", "postgresql"])
def connection_string(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.sqlite3"
    return request.getfixturevalue("arlen_postgres").dsn


def shop(connection_string):
    app = Application({"database": {"connection_string": connection_string}})

    @app.post("/orders/{name}")
    async def order(ctx: Context, name: str):
        async with ctx.db.transaction():
            await ctx.db.execute("CREATE TABLE IF NOT EXISTS orders (name TEXT)")
            await ctx.db.execute("INSERT INTO orders VALUES ($1)", (name,))
        return await ctx.db.fetch_column("SELECT name FROM orders ORDER BY name")

    return app


def test_the_same_application_runs_on_both(connection_string):
    async def story():
        async with Server(shop(connection_string), ServerSettings(port=0)) as server, httpx.AsyncClient() as client:
            answers = [(await client.post(f"{server.url}/orders/{name}")).json() for name in ("tea", "rum")]
            return answers, (await client.get(f"{server.url}/readyz")).status_code

    assert asyncio.run(story()) == ([["tea"], ["rum", "tea"]], 200)

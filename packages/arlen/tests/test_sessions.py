"""Sessions of the full framework: in the cache of the application, whichever that is."""

import asyncio

import arlen
import pytest
from arlen import Cache, MemoryCache
from arlen_http import Request


@pytest.fixture
def app(tmp_path):
    app = arlen.Application({"session": {"enabled": True, "store": "cache"}, "csrf": {"enabled": False}}, root=tmp_path)

    @app.post("/login", blocking=False)
    async def login(ctx):
        ctx.session["user"] = 7

    @app.get("/user", blocking=False)
    def user(ctx):
        return str(ctx.session.get("user"))

    @app.post("/logout", blocking=False)
    def logout(ctx):
        ctx.session.revoke()

    return app


def visits(app, *lines):
    """Start the application, send these requests as one browser would, and give the bodies."""

    async def scenario():
        await app.start()
        try:
            bodies, cookie = [], ""
            for line in lines:
                method, _, path = line.partition(" ")
                response = await app.handle(Request.build(method, path, headers={"cookie": cookie}))
                bodies.append(bytes(response.body).decode())
                cookie = next((v.partition(";")[0] for k, v in response.headers if k == "set-cookie"), cookie)
            return bodies
        finally:
            await app.shutdown()

    return asyncio.run(scenario())


def test_sessions_live_in_the_cache_until_they_are_revoked(app):
    bodies = visits(app, "POST /login", "GET /user", "POST /logout", "GET /user")
    assert bodies == ["", "7", "", "None"]


def test_sessions_live_in_the_cache_that_the_application_provides_itself(app):
    cache = MemoryCache()
    app.provide(Cache, cache)

    @app.post("/forget", blocking=False)
    async def forget():
        await cache.namespace("arlen.sessions").clear()

    bodies = visits(app, "POST /login", "GET /user", "POST /forget", "GET /user")
    assert bodies == ["", "7", "", "None"]

import asyncio
import importlib.util
import json
import sqlite3
import sys

import arlen
import arlen_mvc
import pytest
from arlen import AsyncDatabase, Cache, Context, Hub
from arlen_data import SQLBuilderError, delete_from
from arlen_realtime import HubError
from arlen_testkit.processes import free_port


@pytest.fixture
def root(tmp_path):
    """An application root with a configuration for two environments."""
    environments = tmp_path / "config" / "environments"
    environments.mkdir(parents=True)
    (tmp_path / "config" / "app.toml").write_text("[cache]\nmax_entries = 2\n\n[realtime]\nmax_total_subscribers = 1\n")
    (environments / "test.toml").write_text('[database]\nconnection_string = "sqlite:///other/test.db"\n')
    return tmp_path


@pytest.fixture
def load(tmp_path):
    """Import a file with this source as a module, as a program or a server would."""
    loaded = []

    def loader(source):
        path = tmp_path / "app_lite.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location("app_lite", path)
        module = sys.modules["app_lite"] = importlib.util.module_from_spec(spec)
        loaded.append("app_lite")
        spec.loader.exec_module(module)
        return module

    yield loader
    for name in loaded:
        del sys.modules[name]


async def store(ctx: Context) -> dict:
    await ctx.db.execute("CREATE TABLE IF NOT EXISTS visits (path TEXT)")
    await ctx.db.execute("INSERT INTO visits VALUES (?)", [ctx.request.path])
    return await ctx.db.fetch_one("SELECT count(*) AS visits FROM visits")


def database_files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.suffix in (".sqlite3", ".db"))


def test_a_lite_application_is_rooted_at_its_file_and_uses_its_configuration(load, root, serve):
    app = load(
        "import arlen\n"
        "app = arlen.lite(__name__)\n"
        "@app.get('/')\n"
        "async def index(ctx: arlen.Context):\n"
        "    return await ctx.db.fetch_one('SELECT 7 AS answer')\n"
    ).app
    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"answer": 7}
    assert app.root == root
    assert database_files(root) == ["db/development.sqlite3"]


def test_a_lite_application_without_a_file_is_rooted_at_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert arlen.lite("no_such_module").root == tmp_path


def test_the_environment_is_the_argument_then_the_variable_then_development(root, monkeypatch):
    monkeypatch.delenv("ARLEN_ENV", raising=False)
    assert arlen.application(root).environment == "development"
    monkeypatch.setenv("ARLEN_ENV", "test")
    assert arlen.application(root).environment == "test"
    assert arlen.application(root, "production").environment == "production"


@pytest.mark.parametrize(
    ("variables", "file"),
    [
        ({}, "other/test.db"),
        ({"DATABASE_URL": "sqlite:///platform.db"}, "platform.db"),
        ({"DATABASE_URL": "sqlite:///platform.db", "ARLEN_DATABASE_URL": "sqlite:///own.db"}, "own.db"),
    ],
)
def test_the_database_is_where_the_configuration_says(root, serve, monkeypatch, variables, file):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    app = arlen.application(root, "test")
    app.get("/")(store)
    responses = serve(app, "/", "/")
    assert [json.loads(response.body) for response in responses] == [{"visits": 1}, {"visits": 2}]
    assert database_files(root) == [file]


def test_an_application_that_never_asks_for_its_database_has_no_file_and_is_ready(root, serve):
    app = arlen.application(root)
    (response,) = serve(app, "/readyz?format=json")
    checks = json.loads(response.body)["checks"]
    assert response.status == 200
    assert checks["database"] == {"ok": True, "critical": True, "state": "made on first use"}
    assert checks["cache"] == {"ok": True, "critical": False}
    assert checks["realtime"] == {"ok": True, "critical": False, "subscribers": 0, "channels": 0}
    assert database_files(root) == []


@pytest.mark.parametrize("content", ["this is a text file and no database, whatever its name says", None])
def test_an_application_whose_database_cannot_be_used_is_not_ready(root, serve, content):
    path = root / "other"
    path.write_text("") if content is None else path.mkdir()
    if content is not None:
        path.joinpath("test.db").write_text(content)
    (response,) = serve(arlen.application(root, "test"), "/readyz")
    assert response.status == 503


def test_an_existing_database_is_asked_before_the_application_is_ready(root, serve):
    (root / "db").mkdir()
    sqlite3.connect(root / "db" / "development.sqlite3").close()
    (response,) = serve(arlen.application(root), "/readyz?format=json")
    check = json.loads(response.body)["checks"]["database"]
    assert check == {"ok": True, "critical": True, "state": "open", "connections": 1, "in_use": 0, "waiting": 0}


@pytest.mark.parametrize(("variables", "shared"), [({}, False), ({"ARLEN_DB_POOL_SIZE": "1"}, True)])
def test_the_size_of_the_pool_is_what_the_configuration_says(root, serve, monkeypatch, variables, shared):
    async def one_connection_for_all(ctx: Context) -> dict:
        async with ctx.db.transaction():
            return {"shared": ctx.db.stats() == ctx.db.reader_stats()}

    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    app = arlen.application(root)
    app.get("/")(one_connection_for_all)
    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"shared": shared}


def test_changes_without_where_are_refused_when_the_configuration_says_so(root, serve, monkeypatch):
    async def forget(ctx: Context) -> dict:
        with pytest.raises(SQLBuilderError) as caught:
            await ctx.db.execute(delete_from("visits"))
        return {"reason": caught.value.reason}

    monkeypatch.setenv("ARLEN_DB_REQUIRE_WHERE", "true")
    app = arlen.application(root)
    app.get("/")(forget)
    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"reason": "where_required"}


def test_the_tables_of_the_family_stay_known_when_the_configuration_is_read_again(root, serve):
    app = arlen.application(root)
    app.get("/")(store)
    app.configure("test", {"port": 0})
    serve(app, "/")
    assert database_files(root) == ["other/test.db"]


def test_an_unknown_key_in_a_table_of_the_family_keeps_the_application_from_starting(root, serve):
    root.joinpath("config", "app.toml").write_text("[cache]\nmax_entrys = 2\n")
    with pytest.raises(arlen.ConfigError, match="max_entries"):
        serve(arlen.application(root))


def test_a_database_that_is_not_supported_keeps_the_application_from_starting(root, serve, monkeypatch):
    monkeypatch.setenv("ARLEN_DATABASE_URL", "oracle://shop:hunter2@db/shop")
    with pytest.raises(arlen.ApplicationError, match=r"ARLEN_DATABASE_URL.*sqlite:///relative/path") as caught:
        serve(arlen.application(root))
    assert "hunter2" not in str(caught.value)


def test_resources_come_by_type_and_as_shortcuts_and_are_closed_at_shutdown(serve, tmp_path):
    app = arlen.Application({"cache": {"max_entries": 2}, "realtime": {"max_total_subscribers": 1}}, root=tmp_path)
    seen = []

    @app.get("/")
    async def index(ctx: Context, db: AsyncDatabase, cache: Cache, hub: Hub) -> dict:
        assert (ctx.db, ctx.cache, ctx.hub) == (db, cache, hub)
        for key in "abc":
            await cache.set(key, key)
        assert await db.fetch_value("SELECT 1") == 1
        seen.extend([db, hub])
        async with hub.subscribe("orders") as messages:
            await hub.publish("orders", "hello")
            return {"cached": [await cache.get(key) for key in "abc"], "heard": (await anext(messages)).data}

    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"cached": [None, "b", "c"], "heard": "hello"}
    database, hub = seen
    assert not database.connected
    with pytest.raises(HubError, match="closed"):
        hub.subscribe("orders").__aenter__().send(None)


def test_the_cache_is_where_its_address_says(serve, tmp_path, arlen_redis):
    config = {"cache": {"url": arlen_redis.url, "namespace": f"{arlen_redis.prefix}cache"}}

    async def index(cache: Cache) -> dict:
        return {"kind": type(cache).__name__, "visits": await cache.increment("visits")}

    for visits in (1, 2):
        app = arlen.Application(config, root=tmp_path)
        app.get("/")(index)
        page, ready = serve(app, "/", "/readyz?format=json")
        assert json.loads(page.body) == {"kind": "RedisCache", "visits": visits}
        assert json.loads(ready.body)["checks"]["cache"] == {"ok": True, "critical": False}


def test_what_the_cache_did_is_measured(serve, tmp_path):
    app = arlen.Application(root=tmp_path)

    @app.get("/")
    async def index(cache: Cache) -> dict:
        users = cache.namespace("users")
        return {"found": [await users.get("k"), await users.get_or_set("k", lambda: asyncio.sleep(0, 1))]}

    _, metrics = serve(app, "/", "/metrics")
    text = metrics.body.decode()
    assert 'arlen_cache_outcomes_total{namespace="users",outcome="misses"} 2' in text
    assert 'arlen_cache_outcomes_total{namespace="users",outcome="made"} 1' in text


def test_an_application_whose_cache_is_away_is_slower_and_not_broken(serve, tmp_path):
    app = arlen.Application({"cache": {"url": f"redis://127.0.0.1:{free_port()}/0"}}, root=tmp_path)

    @app.get("/")
    async def index(cache: Cache) -> dict:
        return {"made": await cache.get_or_set("k", lambda: asyncio.sleep(0, 1)), "found": await cache.get("k")}

    page, ready = serve(app, "/", "/readyz?format=json")
    assert json.loads(page.body) == {"made": 1, "found": None}
    assert ready.status == 200
    assert json.loads(ready.body)["checks"]["cache"]["ok"] is False


@pytest.mark.parametrize("url", ["http://mallory:hunter2@127.0.0.1/0", "redis://mallory:hunter2@127.0.0.1:port/0"])
def test_a_wrong_address_of_the_cache_is_named_at_start(serve, tmp_path, url):
    with pytest.raises(arlen.ApplicationError, match=r"cache\.url") as caught:
        serve(arlen.Application({"cache": {"url": url}}, root=tmp_path))
    assert "hunter2" not in str(caught.value)


def test_a_resource_can_be_replaced(serve, tmp_path):
    app = arlen.Application(root=tmp_path)
    app.provide(Cache, cache := arlen.MemoryCache())
    app.get("/")(lambda ctx: {"replaced": ctx.cache is cache})
    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"replaced": True}


def test_a_shortcut_to_nothing_says_what_to_provide(serve):
    app = arlen_mvc.Application(context_class=Context)
    errors = []

    @app.get("/")
    async def index(ctx: Context) -> None:
        try:
            _ = ctx.db
        except arlen.ApplicationError as error:
            errors.append(error)

    serve(app, "/")
    assert [error.code for error in errors] == ["unknown_resource"]
    assert "app.provide(AsyncDatabase" in str(errors[0])


def test_run_prints_the_routes_of_an_application(root, capsys):
    app = arlen.application(root)
    app.get("/visits", name="visits")(store)
    assert arlen.run(app, ["--print-routes", "--env", "test"]) == 0
    assert "/visits" in capsys.readouterr().out

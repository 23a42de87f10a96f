"""Applications with several databases."""

import json
import sqlite3

import arlen
import pytest
from arlen import Context, Databases


@pytest.fixture
def root(tmp_path):
    (tmp_path / "config").mkdir()
    return tmp_path


@pytest.fixture
def application(root):
    """The application of ``root`` with this ``config/app.toml``."""

    def build(toml, environment="test"):
        (root / "config" / "app.toml").write_text(toml)
        return arlen.application(root, environment)

    return build


REPORTING = '[databases.reporting]\nconnection_string = "sqlite:///reports.sqlite3"\npool_size = 3\n'


async def both(ctx: Context) -> dict:
    for name, database in ctx.databases.items():
        await database.execute("CREATE TABLE IF NOT EXISTS visits (name TEXT)")
        await database.execute("INSERT INTO visits VALUES ($1)", [name])
    return {name: await each.fetch_column("SELECT name FROM visits") for name, each in ctx.databases.items()}


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.sqlite3"))


def test_every_database_is_reached_by_its_name(application, serve, root):
    app = application(REPORTING)
    app.get("/")(both)
    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"default": ["default"], "reporting": ["reporting"]}
    assert files(root) == ["db/test.sqlite3", "reports.sqlite3"]


def test_databases_come_by_type_and_the_default_one_is_that_of_the_context(application, serve):
    app = application(REPORTING)

    @app.get("/")
    async def index(ctx: Context, databases: Databases) -> dict:
        assert databases["default"] is ctx.db
        assert databases is ctx.databases
        return {"names": list(databases), "known": ["reporting" in databases, "archive" in databases]}

    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"names": ["default", "reporting"], "known": [True, False]}


def test_a_name_that_is_not_configured_says_what_to_configure(application, serve):
    app = application(REPORTING)

    @app.get("/")
    async def index(ctx: Context) -> dict:
        with pytest.raises(arlen.ApplicationError, match=r"\[databases\.archive\]") as caught:
            ctx.databases["archive"]
        return {"code": caught.value.code}

    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"code": "unknown_database"}


@pytest.mark.parametrize(
    ("variables", "used"),
    [
        ({"ARLEN_DATABASE_URL_REPORTING": "sqlite:///own.sqlite3"}, ["db/test.sqlite3", "own.sqlite3"]),
        ({"ARLEN_DATABASE_URL": "sqlite:///main.sqlite3"}, ["main.sqlite3", "reports.sqlite3"]),
    ],
)
def test_a_variable_with_the_name_of_a_target_is_for_that_one(application, serve, root, monkeypatch, variables, used):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    app = application(REPORTING)
    app.get("/")(both)
    serve(app, "/")
    assert files(root) == used


def test_a_target_without_an_address_shares_the_default_database(application, serve, root):
    app = application("[databases.audit]\npool_size = 2\n")
    app.get("/")(both)
    (response,) = serve(app, "/")
    assert json.loads(response.body)["audit"] == ["default", "audit"]
    assert files(root) == ["db/test.sqlite3"]


@pytest.mark.parametrize("name", ["9lives", "default", '"with space"', "x" * 33])
def test_a_target_that_cannot_be_named_is_refused(application, name):
    with pytest.raises(arlen.ApplicationError) as caught:
        application(f"[databases.{name}]\npool_size = 2\n")
    assert caught.value.code == "invalid_target"


@pytest.mark.parametrize(
    ("toml", "table"),
    [
        ('[database]\nadapter = "postgresql"\n', "database"),
        (REPORTING + 'adapter = "PostgreSQL"\n', "databases.reporting"),
    ],
)
def test_an_adapter_that_is_not_that_of_the_address_keeps_the_application_from_starting(
    application, serve, toml, table
):
    with pytest.raises(arlen.ApplicationError, match=rf"^{table}\.adapter.*address of sqlite") as caught:
        serve(application(toml))
    assert caught.value.code == "adapter_mismatch"


def test_the_adapter_of_the_address_may_be_said(application, serve, monkeypatch):
    monkeypatch.setenv("ARLEN_DB_ADAPTER", "SQLite")
    app = application("")
    app.get("/")(both)
    (response,) = serve(app, "/")
    assert response.status == 200


def test_an_unknown_key_in_the_table_of_a_target_keeps_the_application_from_starting(application, serve):
    with pytest.raises(arlen.ConfigError, match="pool_size"):
        serve(application("[databases.reporting]\npool_sise = 3\n"))


def test_an_application_is_ready_when_all_of_its_databases_answer(application, serve, root):
    sqlite3.connect(root / "reports.sqlite3").close()
    (response,) = serve(application(REPORTING), "/readyz?format=json")
    check = json.loads(response.body)["checks"]["database"]
    reporting = {"state": "open", "connections": 1, "in_use": 0, "waiting": 0}
    assert check == {
        "ok": True,
        "critical": True,
        "state": "made on first use",
        "databases": {"reporting": reporting},
    }
    (root / "reports.sqlite3").write_text("this is a text file and no database, whatever its name says")
    (refused,) = serve(application(REPORTING), "/readyz")
    assert refused.status == 503


def test_databases_are_closed_at_shutdown(application, serve):
    app = application(REPORTING)
    seen = []

    @app.get("/")
    async def index(ctx: Context) -> None:
        seen.append(ctx.databases["reporting"])
        await seen[0].fetch_value("SELECT 1")

    serve(app, "/")
    assert not seen[0].connected


def test_the_default_database_can_be_replaced(application, serve):
    app = application(REPORTING)
    app.provide(arlen.AsyncDatabase, arlen.AsyncDatabase.open(":memory:"))

    @app.get("/")
    async def index(ctx: Context) -> dict:
        return {"replaced": ctx.databases["default"] is ctx.db, "path": str(ctx.db.location)}

    (response,) = serve(app, "/")
    assert json.loads(response.body) == {"replaced": True, "path": ":memory:"}


def test_the_metrics_tell_of_every_pool(application, serve):
    app = application(REPORTING)

    @app.get("/")
    async def index(ctx: Context) -> int:
        return await ctx.databases["reporting"].fetch_value("SELECT 1")

    _, told = serve(app, "/", "/metrics")
    lines = told.body.decode().splitlines()
    assert 'arlen_database_acquires_total{database="default",pool="read"} 0' in lines
    assert 'arlen_database_acquires_total{database="reporting",pool="read"} 1' in lines
    assert 'arlen_database_connections{database="reporting",pool="read",state="idle"} 1' in lines
    assert "# TYPE arlen_database_connections gauge" in lines


@pytest.mark.parametrize(
    ("environment", "variables", "warnings"),
    [
        ("development", {}, 2),
        ("production", {}, 0),
        ("production", {"ARLEN_DB_REPEATED_STATEMENT_LIMIT": "5"}, 2),
        ("development", {"ARLEN_DB_REPEATED_STATEMENT_LIMIT": "0"}, 0),
    ],
)
def test_a_request_with_a_query_for_each_row_is_told_where_it_is_once(
    application, serve, monkeypatch, caplog, environment, variables, warnings
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    app = application("", environment)

    @app.get("/")
    async def index(ctx: Context) -> list:
        return [await ctx.db.fetch_value("SELECT $1", [number]) for number in range(30)]

    serve(app, "/", "/")
    told = [record.getMessage() for record in caplog.records if record.name == "arlen_data"]
    assert len(told) == warnings
    assert all(f"{__file__}:" in message for message in told)


def test_slow_statements_are_logged_when_the_configuration_says_so(application, serve, monkeypatch, caplog):
    monkeypatch.setenv("ARLEN_DB_SLOW_QUERY_MS", "1")
    app = application("")

    @app.get("/")
    async def index(ctx: Context) -> dict:
        series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT sum(i) FROM n"
        return {"sum": await ctx.db.fetch_value(series)}

    serve(app, "/")
    assert "slow query" in caplog.text

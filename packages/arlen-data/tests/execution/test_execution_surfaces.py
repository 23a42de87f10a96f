import asyncio
import inspect
import json
import sqlite3
import subprocess
import sys

import arlen_data
import psycopg
import pytest
from arlen_data import (
    AdapterConformanceError,
    AsyncConnection,
    AsyncDatabase,
    AsyncDatabaseAdapter,
    Connection,
    Database,
    DatabaseAdapter,
    DatabaseConnection,
    DatabaseOptions,
    InvalidArgumentError,
    PostgresAddress,
    adapter_conformance_report,
    run_adapter_conformance_suite,
    run_async_adapter_conformance_suite,
)
from arlen_data.options import OptionArguments


@pytest.mark.parametrize(("synchronous", "asynchronous"), [(Database, AsyncDatabase), (Connection, AsyncConnection)])
def test_the_two_faces_have_the_same_members_and_parameters(synchronous, asynchronous):
    def surface(face):
        members = {name: getattr(face, name) for name in dir(face) if not name.startswith("_")}
        return {
            name: list(inspect.signature(member).parameters) if callable(member) else None
            for name, member in members.items()
        }

    assert surface(synchronous) == surface(asynchronous)


def test_every_option_is_an_argument_of_open():
    assert list(OptionArguments.__annotations__) == list(DatabaseOptions.__dataclass_fields__)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"max_connections": -1}, "max_connections"),
        ({"acquire_timeout": -0.1}, "acquire_timeout"),
        ({"min_connections": 9}, "min_connections"),
        ({"pooler": "sometimes"}, "pooler"),
        ({"prepared_statement_reuse": "never"}, "prepared_statement_reuse"),
    ],
)
def test_an_option_out_of_range_is_refused(options, option):
    with pytest.raises(InvalidArgumentError) as caught:
        Database.open(":memory:", **options)
    assert caught.value.details["option"] == option


def test_zero_connections_mean_eight():
    assert DatabaseOptions(max_connections=0).max_connections == 8


def test_importing_the_package_imports_no_driver():
    script = "import sys, json, arlen_data; print(json.dumps([m for m in sys.modules if m in ('sqlite3', 'psycopg')]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_every_public_name_is_there():
    assert all(hasattr(arlen_data, name) for name in arlen_data.__all__)


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        ("postgresql://me:hunter2@db/shop", "postgresql://me:***@db/shop"),
        ("postgresql://me@db/shop?password=hunter2&x=1", "postgresql://me@db/shop?password=***&x=1"),
        ("host=db password=hunter2 user=me", "host=db password=*** user=me"),
        (r"host=db password = 'hun\'ter2 x' user=me", "host=db password = *** user=me"),
        ("postgresql:///shop", "postgresql:///shop"),
    ],
)
def test_an_address_never_shows_its_password(dsn, shown):
    address = PostgresAddress(dsn)
    assert (str(address), repr(address)) == (shown, f"PostgresAddress({shown!r})")


@pytest.mark.parametrize("url", ["postgresql+psycopg://me@db/x", "postgres://me@db/x", "PostgreSQL://me@db/x"])
def test_every_spelling_of_a_url_is_understood(url):
    with Database.open(url) as db:
        assert str(db) == "<Database postgresql://me@db/x>"
        assert db.adapter_name == "postgresql"


def test_what_cannot_be_read_is_refused_without_its_secrets():
    with Database.open("host=db passw ord=hunter2") as db, pytest.raises(InvalidArgumentError) as caught:
        db.connect()
    assert caught.value.code == "unsupported_url"


def test_databases_and_their_connections_are_adapters(db):
    with db.connection() as connection:
        assert isinstance(connection, DatabaseConnection)
    assert isinstance(db, DatabaseAdapter)
    assert not isinstance(object(), DatabaseAdapter)
    assert isinstance(AsyncDatabase.open(":memory:"), AsyncDatabaseAdapter)


@pytest.mark.parametrize(("dialect", "locks"), [("postgresql", True), ("sqlite", False)])
def test_the_capabilities_of_each_database_are_known(dialect, locks):
    with Database.open("postgresql://db/x" if dialect == "postgresql" else ":memory:") as db:
        assert db.capability_metadata() == {
            "adapter": dialect,
            "dialect": dialect,
            "supports_cte": True,
            "supports_recursive_cte": True,
            "supports_set_operations": True,
            "supports_window_clauses": True,
            "supports_on_conflict": True,
            "supports_builder_compilation_cache": True,
            "supports_builder_diagnostics": True,
            "supports_lateral_join": locks,
            "supports_for_update": locks,
            "supports_skip_locked": locks,
        }


def test_both_databases_conform(db, url, run):
    report = adapter_conformance_report(db)
    steps = ("create_table", "transaction_commit", "count_after_commit", "transaction_rollback", "count_after_rollback")
    assert [report[step] for step in (*steps, "drop_table")] == ["ok", "ok", "1", "ok", "1", "ok"]
    assert report["success"] is True
    assert run_adapter_conformance_suite(db)
    assert run(url, run_async_adapter_conformance_suite)


def test_an_adapter_that_forgets_to_roll_back_is_found_out(db):
    class Forgetful:
        adapter_name = "forgetful"
        acquire, release, fetch_all, execute = db.acquire, db.release, db.fetch_all, db.execute
        transaction = db.connection

    for adapter, code, step in ((None, "invalid_adapter", None), (Forgetful(), "step_failed", "count_after_rollback")):
        with pytest.raises(AdapterConformanceError) as caught:
            adapter_conformance_report(adapter)
        assert (caught.value.code, caught.value.details.get("step")) == (code, step)


def test_connections_of_the_drivers_are_wrapped(arlen_postgres):
    raws = [
        sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False),
        psycopg.connect(arlen_postgres.dsn, autocommit=True),
    ]
    for raw in raws:
        with Connection.wrap(raw) as connection:
            assert connection.raw is raw
            with connection.transaction():
                assert connection.fetch_value("SELECT $1", ["x"]) == "x"


def test_connections_of_the_drivers_are_wrapped_for_asyncio(arlen_postgres):
    async def main():
        raws = [
            sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False),
            await psycopg.AsyncConnection.connect(arlen_postgres.dsn, autocommit=True),
        ]
        for raw in raws:
            async with AsyncConnection.wrap(raw) as connection, connection.transaction():
                assert await connection.fetch_value("SELECT $1", ["x"]) == "x"

    asyncio.run(main())

import shutil
import signal
import subprocess
import tempfile

import pytest
from arlen_data import Database, DatabaseRouter
from arlen_testkit.accounts import identity, unprivileged_account
from arlen_testkit.processes import Line, serve_process
from arlen_testkit.servers.postgres import PostgresServer, installed_programs, postgres_server


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def events():
    return []


@pytest.fixture
def pair(tmp_path):
    """Two databases that do not know of each other: each says its own name."""
    databases = {name: Database.open(tmp_path / f"{name}.sqlite3") for name in ("reader", "writer")}
    for name, database in databases.items():
        database.execute("CREATE TABLE people (name TEXT UNIQUE)")
        database.execute("CREATE TABLE me (name TEXT)")
        database.execute("INSERT INTO me VALUES ($1)", [name])
    yield databases
    for database in databases.values():
        database.close()


@pytest.fixture
def routed(pair, clock, events):
    """A router of the pair."""

    def make(**options):
        return DatabaseRouter(
            pair, "reader", "writer", **{"clock": clock, "routing_diagnostics_listener": events.append} | options
        )

    return make


@pytest.fixture
def asked():
    """Which database answers a read."""
    return lambda router, **call: router.fetch_value("SELECT name FROM me", **call)


@pytest.fixture(scope="session")
def replicated():
    """A PostgreSQL server, and a replica that follows it."""
    account = unprivileged_account("postgres")
    with (
        postgres_server(installed_programs()) as writer,
        tempfile.TemporaryDirectory(prefix="arlen-replica-", dir="/tmp") as folder,
    ):
        programs = writer.psql.parent
        if account:
            shutil.chown(folder, account)
        copy = [programs / "pg_basebackup", f"--dbname={writer.dsn}", f"--pgdata={folder}/data", "-R", "-cfast", "-N"]
        subprocess.run(copy, check=True, capture_output=True, cwd=folder, **identity(account))
        with serve_process(
            [programs / "postgres", "-D", f"{folder}/data", "-k", folder, "-clisten_addresses="],
            ready=Line("database system is ready to accept read-only connections"),
            cwd=folder,
            user=account,
            stop_signal=signal.SIGINT,
            timeout=60,
        ):
            yield writer, PostgresServer(f"postgresql://arlen@/postgres?host={folder}", writer.psql)

import os
import subprocess
import sys

import pytest
from arlen_data import Database, MigrationRunner
from arlen_data.__main__ import main

USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);\n"
POSTS = "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.sqlite3"
    return request.getfixturevalue("arlen_postgres").dsn


@pytest.fixture
def db(url):
    with Database.open(url) as database:
        yield database


@pytest.fixture
def write(tmp_path):
    """Write files below db/migrations; the directory."""
    directory = tmp_path / "db" / "migrations"
    directory.mkdir(parents=True)

    def writer(**files):
        for name, text in files.items():
            path = directory / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        return directory

    return lambda files: writer(**files)


@pytest.fixture
def two(write):
    """A directory with two migrations that can be undone."""
    return write(
        {
            "1_users.sql": f"{USERS}-- arlen:down\nDROP TABLE users;\n",
            "2_posts.sql": POSTS,
            "2_posts.down.sql": "DROP TABLE posts;\n",
        }
    )


@pytest.fixture
def runner(db, two):
    return MigrationRunner(db, two, lock_timeout=0)


@pytest.fixture
def tables():
    """The names of the tables of a database, without those that keep the state."""

    def names(database):
        sql = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        }[database.adapter_name]
        return sorted(name for name in database.fetch_column(sql) if not name.startswith("arlen_"))

    return names


@pytest.fixture
def command(tmp_path):
    """Start ``python -m arlen_data migrate …`` in the directory above ``db``."""
    environment = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}

    def start(*arguments, **variables):
        return subprocess.Popen(
            [sys.executable, "-m", "arlen_data", "migrate", *arguments],
            cwd=tmp_path,
            env={**environment, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def migrate(tmp_path, monkeypatch, capsys):
    """Run the command ``migrate`` in the directory above ``db``; its exit code, and what it writes to both outputs."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **variables):
        with monkeypatch.context() as environment:
            for name in [name for name in os.environ if "DATABASE_URL" in name]:
                environment.delenv(name)
            for name, value in variables.items():
                environment.setenv(name, value)
            try:
                code = main(["migrate", *arguments])
            except SystemExit as leaving:
                code = leaving.code
        return code, *capsys.readouterr()

    return run

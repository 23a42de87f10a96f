import sqlite3

import pytest
from arlen_data import Database, MigrationError, MigrationRunner

STATE = "SELECT version, checksum, tool_version, dirty FROM arlen_schema_migrations ORDER BY version"


@pytest.fixture
def play(url, request):
    """Run a script with the program that is made for it, or as it would."""

    def player(script):
        if url.startswith("sqlite"):
            raw = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            raw.executescript(script)
            raw.close()
        else:
            server = request.getfixturevalue("arlen_postgres_server")
            file = request.getfixturevalue("tmp_path") / "script.sql"
            file.write_text(script)
            server.execute(f"\\i {file}", dsn=url)

    return player


def test_the_script_does_what_the_runner_does(runner, db, play, tables):
    play(runner.script())
    written, made = db.fetch_all(STATE), tables(db)
    assert runner.apply() == []
    runner.rollback(2)
    runner.apply()
    assert (db.fetch_all(STATE), tables(db)) == (written, made)


def test_a_script_has_a_beginning_and_an_end(runner, db, play, tables):
    play(runner.script(to="1_users"))
    assert tables(db) == ["users"]
    play(runner.script("1_users", "2_posts"))
    assert tables(db) == ["posts", "users"]
    play(runner.script("2_posts", "1_users"))
    assert tables(db) == ["users"]
    assert [status.mark for status in runner.status()] == ["applied", "pending"]


def test_a_script_is_refused_where_it_was_played_before(runner, play):
    play(runner.script())
    with pytest.raises(Exception, match=r"exist"):
        play(runner.script())


def test_a_file_outside_of_a_transaction_is_so_in_the_script(db, write, play):
    runner = MigrationRunner(db, write({"1.sql": "-- arlen:transaction off\nVACUUM -- all of it\n;"}))
    play(runner.script())
    assert [status.mark for status in runner.status()] == ["applied"]


def test_a_script_connects_to_nothing(two):
    with Database.open("postgresql://nobody@nowhere.invalid/nothing") as database:
        text = MigrationRunner(database, two).script()
    assert text.count("\nBEGIN;\n") == text.count("\nCOMMIT;\n") == 2
    assert "pg_advisory_lock(" in text
    assert not database.connected


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({"1.py": "def upgrade(conn): ..."}, (), "offline_unsupported"),
        ({"1.sql": ""}, ("2", None), "unknown_version"),
        ({"1.sql": "", "2.sql": ""}, ("2", "1"), "missing_down"),
    ],
)
def test_a_script_that_cannot_be_written_is_refused(write, files, arguments, code):
    with Database.open("sqlite://:memory:") as database, pytest.raises(MigrationError) as caught:
        MigrationRunner(database, write(files)).script(*arguments)
    assert caught.value.code == code

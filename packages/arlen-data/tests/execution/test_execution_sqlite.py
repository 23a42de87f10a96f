import asyncio
import sqlite3
from threading import Barrier, Thread

import pytest
from arlen_data import Database, InvalidArgumentError, QueryFailed, QueryTimeout


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "test.db") as database:
        database.execute("CREATE TABLE people (name TEXT)")
        yield database


def test_a_backup_holds_what_is_committed(db, tmp_path):
    db.execute("INSERT INTO people VALUES ('a')")
    db.backup(tmp_path / "copy.db")
    with Database.open(tmp_path / "copy.db") as copy:
        assert copy.fetch_column("SELECT name FROM people") == ["a"]


def test_readers_read_while_somebody_writes(db):
    with db.transaction():
        db.execute("INSERT INTO people VALUES ('a')")
        together = Barrier(3)
        seen = []

        def read():
            seen.append(db.fetch_value("SELECT count(*) FROM people"))
            together.wait()

        threads = [Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        together.wait()
        for thread in threads:
            thread.join()
    assert seen == [0, 0]
    assert db.reader_stats().acquires == 2


def test_what_reads_goes_to_readers_and_what_may_write_does_not(db):
    for sql in ("WITH a AS (SELECT 'x') INSERT INTO people SELECT * FROM a", "PRAGMA user_version = 7"):
        db.execute(sql)
    assert db.fetch_column("/* who */ WITH a AS (SELECT name FROM people) SELECT * FROM a") == ["x"]
    assert db.fetch_value("PRAGMA user_version") == 7
    assert (db.reader_stats().acquires, db.stats().acquires) == (1, 4)


def test_a_connection_for_reading_refuses_to_write(db):
    with pytest.raises(QueryFailed) as caught, db.transaction(read_only=True):
        db.execute("INSERT INTO people VALUES ('a')")
    assert caught.value.code == "read_only"


def test_memory_is_one_database_for_all():
    with Database.open(":memory:") as db:
        db.execute("CREATE TABLE people (name TEXT)")
        assert db.fetch_all("SELECT * FROM people") == []
        assert db.stats().size == db.reader_stats().size == 1


def test_functions_of_your_own_are_there_on_every_connection(tmp_path):
    def configure(raw: sqlite3.Connection) -> None:
        raw.create_function("shout", 1, str.upper)

    with Database.open(tmp_path / "a.db", configure=configure) as db:
        assert db.fetch_value("SELECT shout('a')") == "A"
        with db.transaction() as connection:
            assert connection.fetch_value("SELECT shout('b')") == "B"


def test_an_asynchronous_statement_has_its_time_limit(tmp_path, run):
    async def scenario(db):
        with pytest.raises(QueryTimeout):
            await db.fetch_value(
                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
                time_limit=0.05,
            )
        assert await asyncio.gather(*(db.fetch_value("SELECT $1", [n]) for n in range(20))) == list(range(20))

    run(tmp_path / "a.db", scenario)


def test_postgresql_is_not_backed_up_from_here(pg, tmp_path):
    with pytest.raises(InvalidArgumentError):
        pg.backup(tmp_path / "copy")


@pytest.mark.parametrize("parameters", [(), (1, 2), {"1": 1}])
def test_numbered_placeholders_take_a_list_of_their_number(db, parameters):
    with pytest.raises(InvalidArgumentError) as caught:
        db.fetch_value("SELECT $1", parameters)
    assert caught.value.code == "invalid_parameters"

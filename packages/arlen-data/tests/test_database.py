import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from arlen_data import (
    ArlenDataError,
    ConnectionFailed,
    Database,
    IntegrityError,
    InvalidArgumentError,
    PoolExhausted,
    QueryFailed,
    Rollback,
    TransactionFailed,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "deep" / "er" / "app.db", busy_timeout=0.05) as database:
        database.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''))")
        database.execute("CREATE TABLE pets (owner INTEGER REFERENCES people (id))")
        yield database


def names(db):
    return [row.name for row in db.fetch_all("SELECT name FROM people ORDER BY id")]


def add(db, *who):
    for name in who:
        db.execute("INSERT INTO people (name) VALUES (?)", (name,))


def test_no_file_is_made_before_the_first_use(tmp_path):
    with Database.open(tmp_path / "db" / "app.db") as db:
        assert not db.connected
        assert list(tmp_path.iterdir()) == []
        assert db.fetch_value("SELECT 1") == 1
        assert db.connected
        assert db.location.exists()


def test_a_database_has_wal_foreign_keys_and_a_busy_timeout(db):
    assert db.fetch_value("PRAGMA journal_mode") == "wal"
    assert db.fetch_value("PRAGMA foreign_keys") == 1
    assert db.fetch_value("PRAGMA busy_timeout") == 50


def test_execute_counts_changed_rows_and_nothing_else(db):
    add(db, "hank", "ada")
    assert db.execute("UPDATE people SET name = name || '!'") == 2
    assert db.execute("INSERT INTO people (name) VALUES ('x'), ('y') RETURNING id") == 2
    assert db.execute("CREATE TABLE t (a)") == 0
    assert db.execute("SELECT 1") == 0


def test_fetch_one_and_fetch_value_answer_none_for_no_row(db):
    assert db.fetch_one("SELECT * FROM people") is None
    assert db.fetch_value("SELECT id FROM people") is None
    assert db.fetch_all("SELECT * FROM people") == []


def test_the_first_row_of_a_returning_insert_leaves_every_row_inserted(db):
    assert db.fetch_value("INSERT INTO people (name) VALUES ('hank'), ('ada') RETURNING id") == 1
    with sqlite3.connect(db.location.path) as other:
        assert other.execute("SELECT count(*) FROM people").fetchone() == (2,)
    other.close()


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, None),
        (True, 1),
        (7, 7),
        (1.5, 1.5),
        ("CD_2024-ñ-Ω-漢字", "CD_2024-ñ-Ω-漢字"),
        (b"\x00\xff", b"\x00\xff"),
        (Decimal("1.10"), "1.10"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),  # noqa: DTZ001
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2026-01-02 01:00:00+00:00"),
    ],
)
def test_a_value_goes_in_by_position_and_by_name(db, value, stored):
    assert db.fetch_value("SELECT ?", (value,)) == stored
    assert db.fetch_value("SELECT :value", {"value": value}) == stored


ZONES = st.sampled_from([timezone(timedelta(hours=hours)) for hours in (-11, -2, 0, 5, 13)])
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(st.lists(MOMENTS, max_size=6, unique=True))
def test_moments_stored_as_text_sort_by_time_and_read_back(moments):
    with Database.open(":memory:") as db:
        stored = sorted(db.fetch_value("SELECT ?", (moment,)) for moment in moments)
    assert [datetime.fromisoformat(text) for text in stored] == sorted(moments)


@pytest.mark.parametrize(
    ("sql", "parameters", "error", "code"),
    [
        ("", (), InvalidArgumentError, "empty_sql"),
        ("SELECT 1; SELECT 2", (), InvalidArgumentError, "multiple_statements"),
        ("SELECT ?", (), InvalidArgumentError, "invalid_parameters"),
        ("SELECT ?", "x", InvalidArgumentError, "invalid_parameters"),
        ("SELECT ?", 7, InvalidArgumentError, "invalid_parameters"),
        ("SELECT :a", {}, InvalidArgumentError, "invalid_parameters"),
        ("SELECT ?", {"a": 1}, InvalidArgumentError, "invalid_parameters"),
        ("SELECT \0", (), InvalidArgumentError, "invalid_parameters"),
        ("SELECT ?, ?", (1, 2**63), InvalidArgumentError, "unsupported_parameter"),
        ("SELECT ?", (object(),), InvalidArgumentError, "unsupported_parameter"),
        ("SELECT :a", {"a": "\ud800"}, InvalidArgumentError, "unsupported_parameter"),
        ("SELEC 1", (), QueryFailed, "syntax_error"),
        ("SELECT * FROM nowhere", (), QueryFailed, "undefined_table"),
        ("SELECT absent FROM people", (), QueryFailed, "undefined_column"),
        ("INSERT INTO people (name) VALUES ('hank')", (), QueryFailed, "no_result_set"),
        ("SELECT abs(-9223372036854775808)", (), QueryFailed, "query_failed"),
        ("BEGIN", (), TransactionFailed, "transaction_control"),
    ],
)
def test_every_fault_is_an_error_with_a_code_and_the_connection_stays_sound(db, sql, parameters, error, code):
    with pytest.raises(error) as caught:
        db.fetch_all(sql, parameters)
    assert (caught.value.code, type(caught.value)) == (code, error)
    assert db.fetch_value("SELECT 1") == 1


@pytest.mark.parametrize(
    ("sql", "code", "sqlstate"),
    [
        ("INSERT INTO people (name) VALUES (:name)", "unique_violation", "23505"),
        ("INSERT INTO people (name) VALUES (NULL)", "not_null_violation", "23502"),
        ("INSERT INTO people (name) VALUES ('')", "check_violation", "23514"),
        ("INSERT INTO pets VALUES (99)", "foreign_key_violation", "23503"),
    ],
)
def test_a_broken_constraint_has_its_code_its_sql_and_no_value(db, sql, code, sqlstate):
    add(db, "secret-name")
    with pytest.raises(IntegrityError) as caught:
        db.execute(sql, {"name": "secret-name"})
    assert (caught.value.code, caught.value.details["sqlstate"], caught.value.details["sql"]) == (code, sqlstate, sql)
    assert "secret-name" not in f"{caught.value} {caught.value.details}"


def test_a_fault_of_a_parameter_names_the_parameter(db):
    with pytest.raises(InvalidArgumentError, match="parameter 2 cannot be stored"):
        db.execute("SELECT ?, ?", ("fine", {"not": "fine"}))


def test_execute_many_is_all_or_nothing(db):
    assert db.execute_many("INSERT INTO people (name) VALUES (?)", ([name] for name in "abc")) == 3
    with pytest.raises(IntegrityError):
        db.execute_many("INSERT INTO people (name) VALUES (?)", [("d",), ("a",)])
    assert names(db) == ["a", "b", "c"]


def test_the_rows_of_execute_many_may_come_from_the_database_itself(db):
    rows = ([f"person {db.fetch_value('SELECT 1')}.{n}"] for n in range(2))
    assert db.execute_many("INSERT INTO people (name) VALUES (?)", rows) == 2


def test_a_transaction_is_kept_as_a_whole(db):
    with db.transaction() as same:
        add(same, "hank")
        add(db, "ada")
    assert names(db) == ["hank", "ada"]


def test_an_exception_undoes_the_transaction_and_comes_out_as_itself(db):
    sentinel = KeyboardInterrupt()

    def interrupted():
        with db.transaction():
            add(db, "hank")
            raise sentinel

    with pytest.raises(KeyboardInterrupt) as caught:
        interrupted()
    assert caught.value is sentinel
    assert names(db) == []


def test_rollback_ends_the_innermost_block_quietly(db):
    with db.transaction():
        add(db, "kept")
        with db.transaction():
            add(db, "undone")
            raise Rollback
        with db.transaction(), db.transaction():
            add(db, "also kept")
    assert names(db) == ["kept", "also kept"]


def test_the_savepoints_of_a_failed_transaction_fall_with_it(db):
    with db.transaction():
        with db.transaction():
            add(db, "hank")
        raise Rollback
    assert names(db) == []


def test_a_broken_constraint_inside_a_block_leaves_no_row_and_a_working_connection(db):
    with pytest.raises(IntegrityError), db.transaction():
        add(db, "hank", "hank")
    add(db, "ada")
    assert names(db) == ["ada"]


def test_a_failed_commit_leaves_the_connection_out_of_the_transaction(db):
    db.execute("CREATE TABLE toys (owner INTEGER REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError), db.transaction():
        db.execute("INSERT INTO toys VALUES (99)")
    add(db, "hank")
    assert db.fetch_value("SELECT count(*) FROM toys") == 0


@pytest.mark.parametrize("sql", ["COMMIT", "ROLLBACK", "END"])
def test_ending_the_transaction_by_hand_is_refused(db, sql):
    with pytest.raises(TransactionFailed) as caught, db.transaction():
        db.execute(sql)
    assert caught.value.code == "transaction_control"
    assert names(db) == []


def test_a_transaction_that_the_database_rolled_back_does_not_look_committed(db):
    add(db, "hank")
    with pytest.raises(TransactionFailed) as caught, db.transaction(), pytest.raises(IntegrityError):
        db.execute("INSERT OR ROLLBACK INTO people (name) VALUES ('hank')")
    assert caught.value.code == "transaction_lost"


def test_threads_take_turns_and_none_comes_between_the_statements_of_a_transaction(tmp_path):
    with Database.open(tmp_path / "app.db") as db:
        db.execute("CREATE TABLE counter (n)")
        db.execute("INSERT INTO counter VALUES (0)")

        def increment(_):
            with db.transaction():
                db.execute("UPDATE counter SET n = ?", (db.fetch_value("SELECT n FROM counter") + 1,))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(increment, range(200)))
        assert db.fetch_value("SELECT n FROM counter") == 200


def test_another_thread_that_writes_waits_for_a_bounded_time(db):
    with db.transaction():
        with ThreadPoolExecutor(1) as pool, pytest.raises(PoolExhausted) as caught:
            pool.submit(add, db, "hank").result()
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(copy_context().run, names, db).result() == []
    assert caught.value.code == "pool_exhausted"
    assert names(db) == []


def test_another_thread_reads_while_a_transaction_is_open_and_sees_what_is_committed(db):
    add(db, "kept")
    with db.transaction(), ThreadPoolExecutor(1) as pool:
        add(db, "open")
        assert pool.submit(names, db).result() == ["kept"]
        assert names(db) == ["kept", "open"]


def test_another_process_that_writes_is_waited_for_and_then_reported(db):
    other = sqlite3.connect(db.location.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(QueryFailed) as caught:
        add(db, "hank")
    other.close()
    assert caught.value.code == "database_locked"
    add(db, "hank")


def test_a_transaction_is_the_only_writer_from_its_beginning(db):
    other = sqlite3.connect(db.location.path, isolation_level=None, timeout=0)
    with db.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_closed_database_says_so_and_closing_twice_does_no_harm(db):
    db.close()
    db.close()
    with pytest.raises(ConnectionFailed) as caught:
        db.fetch_value("SELECT 1")
    assert caught.value.code == "connection_closed"


def test_closing_inside_a_transaction_undoes_it(db):
    transaction = db.transaction()
    transaction.__enter__()
    add(db, "hank")
    db.close()
    with pytest.raises(ConnectionFailed):
        transaction.__exit__(None, None, None)
    with Database.open(db.location.path) as again:
        assert names(again) == []


@pytest.mark.parametrize("content", [b"this is no database, it is a text file of some length", None])
def test_a_file_that_is_no_database_cannot_be_opened(tmp_path, content):
    path = tmp_path / "app.db"
    path.mkdir() if content is None else path.write_bytes(content)
    with Database.open(path) as db, pytest.raises(ConnectionFailed, match=r"app\.db") as caught:
        db.fetch_value("SELECT 1")
    assert caught.value.code == "cannot_open"


FORK = """
import os
from arlen_data import ConnectionFailed, Database
db = Database.open(":memory:")
db.fetch_value("SELECT 1")
child = os.fork()
if child == 0:
    try:
        db.fetch_value("SELECT 1")
    except ConnectionFailed as error:
        os._exit(17 if error.code == "forked_pool" else 1)
    os._exit(2)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_connection_is_refused_in_a_forked_process():
    assert subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True).stdout == "17\n"


def test_every_error_has_the_one_base(db):
    with pytest.raises(ArlenDataError):
        db.fetch_all("SELEC")

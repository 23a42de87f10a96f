import pytest
from arlen_data import Database, InvalidArgumentError, MigrationError, MigrationRunner, select_from
from arlen_data.migrations import Step

LEDGER = "arlen_schema_migrations"


def names(paths):
    return [path.name for path in paths]


def marks(runner):
    return {status.version: status.mark for status in runner.status()}


def rows(db, table=LEDGER):
    return {row["version"]: row for row in db.fetch_all(f"SELECT * FROM {table}")}


def test_each_file_is_applied_once_and_in_order(runner, db, tables):
    assert names(runner.files()) == names(runner.pending()) == ["1_users.sql", "2_posts.sql"]
    assert names(runner.apply()) == ["1_users.sql", "2_posts.sql"]
    assert tables(db) == ["posts", "users"]
    assert runner.apply() == runner.pending() == []
    row = rows(db)["1_users"]
    assert row["applied_at"]
    assert row["checksum"] == runner.migrations()[0].checksum
    assert row["duration_ms"] >= 0
    assert row["tool_version"] == "0.1.0"
    assert not row["dirty"]


def test_a_dry_run_says_what_would_run_and_writes_nothing(runner, db, tables):
    assert names(runner.apply(dry_run=True)) == ["1_users.sql", "2_posts.sql"]
    everything = {
        "sqlite": "SELECT count(*) FROM sqlite_master",
        "postgresql": "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
    }
    assert db.fetch_value(everything[db.adapter_name]) == 0


def test_a_dry_run_does_not_make_a_file(two, tmp_path):
    with Database.open(tmp_path / "new.sqlite3") as db:
        assert len(MigrationRunner(db, two).apply(dry_run=True)) == 2
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_failure_stops_there_and_a_repair_goes_on(runner, db, write, tables):
    directory = write(
        {"2_posts.sql": "CREATE TABLE posts (id INT);\n\nINSERT INTO\nnowhere VALUES (1);", "3.sql": "SELECT 1"}
    )
    with pytest.raises(MigrationError) as caught:
        runner.apply()
    error = caught.value
    assert (error.code, error.file, error.sqlstate) == ("migration_failed", "2_posts.sql", "42P01")
    assert error.line == {"sqlite": 3, "postgresql": 4}[db.adapter_name]
    assert "(SQLSTATE 42P01)" in str(error)
    assert tables(db) == ["users"]
    assert list(rows(db)) == ["1_users"]
    (directory / "2_posts.sql").write_text("CREATE TABLE posts (id INT);")
    assert names(runner.apply()) == ["2_posts.sql", "3.sql"]


def test_a_wrong_file_is_found_before_any_runs(runner, db, write, tables):
    write({"2_posts.sql": "CREATE TABLE posts (id INT);\nCOMMIT;"})
    with pytest.raises(MigrationError, match=r"^2_posts\.sql, line 2: "):
        runner.apply()
    assert tables(db) == []


def test_statements_of_every_kind_are_split_where_they_end(db, write):
    bodies = {
        "sqlite": "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; UPDATE a SET x = 'it;s'; END;",
        "postgresql": (
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END; $body$;\n"
            "DO $$ BEGIN PERFORM f(); INSERT INTO a VALUES ('x;y'); END $$;"
        ),
    }
    text = f"/* a; */ CREATE TABLE a (x TEXT);-- b;\n{bodies[db.adapter_name]}\nINSERT INTO a VALUES (E'x;') -- end;\n"
    MigrationRunner(db, write({"1.sql": text.replace("E'", "'")})).apply()
    assert db.fetch_value("SELECT count(*) FROM a") >= 1


def test_targets_in_one_database_do_not_know_each_other(db, write, tables):
    directory = write({"1.sql": "CREATE TABLE a (x INT)", "reports/1.sql": "CREATE TABLE b (x INT)"})
    first, second = MigrationRunner(db, directory), MigrationRunner(db, directory, " Reports")
    assert len(first.apply()) == len(second.apply()) == 1
    assert tables(db) == ["a", "b"]
    assert list(rows(db)) == list(rows(db, f"{LEDGER}__reports")) == ["1"]
    assert first.apply() == second.apply() == []


def test_a_table_of_an_older_release_is_brought_up_to_date(runner, db):
    now = {"sqlite": "TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP", "postgresql": "TIMESTAMPTZ NOT NULL DEFAULT NOW()"}
    db.execute(f"CREATE TABLE {LEDGER} (version TEXT PRIMARY KEY, applied_at {now[db.adapter_name]})")
    db.execute(f"INSERT INTO {LEDGER} (version) VALUES ('1_users')")
    assert names(runner.pending()) == ["2_posts.sql"]
    assert marks(runner) == {"1_users": "applied", "2_posts": "pending"}
    assert names(runner.apply()) == ["2_posts.sql"]
    assert rows(db)["1_users"]["checksum"] is None
    assert rows(db)["2_posts"]["checksum"]


def test_the_last_ones_are_undone(runner, db, tables):
    runner.apply()
    assert names(runner.rollback(dry_run=True)) == names(runner.rollback()) == ["2_posts.sql"]
    assert tables(db) == ["users"]
    assert list(rows(db)) == ["1_users"]
    assert names(runner.apply()) == ["2_posts.sql"]
    assert names(runner.rollback(5)) == ["2_posts.sql", "1_users.sql"]
    assert tables(db) == []


def test_nothing_is_undone_when_one_file_does_not_say_how(runner, db, two, tables):
    (two / "1_users.sql").write_text("CREATE TABLE users (id INT);")
    runner.apply()
    with pytest.raises(MigrationError, match=r"^1_users\.sql: it does not say how to undo it"):
        runner.rollback(2)
    assert tables(db) == ["posts", "users"]


def test_the_schema_moves_to_a_version(runner, db, tables):
    first, second = runner.migrations()
    assert runner.move_to("1_users") == [Step.up(first)]
    assert runner.move_to("2_posts") == [Step.up(second)]
    assert runner.move_to("1_users") == [Step.down(second)]
    assert tables(db) == ["users"]


def test_a_changed_file_is_refused_until_it_is_accepted(runner, db, two):
    runner.apply()
    (two / "1_users.sql").write_text("CREATE TABLE people (id INT);")
    assert marks(runner)["1_users"] == "changed"
    for dry_run in (True, False):
        with pytest.raises(MigrationError) as caught:
            runner.apply(dry_run)
        assert (caught.value.code, caught.value.file) == ("changed_migration", "1_users.sql")
    assert runner.apply(allow_changed=True) == runner.apply() == []
    assert marks(runner)["1_users"] == "applied"


def test_undoing_another_file_accepts_no_change(runner, two):
    runner.apply()
    (two / "1_users.sql").write_text("CREATE TABLE people (id INT);")
    runner.rollback()
    assert marks(runner)["1_users"] == "changed"


def test_a_file_may_look_elsewhere_and_become_somebody_else(arlen_postgres, write):
    text = """
        SELECT set_config('search_path', '', false);
        CREATE ROLE arlen_test_nobody;
        CREATE TABLE public.a (x INT);
        SET ROLE arlen_test_nobody;
        -- arlen:down
        SET search_path = pg_catalog;
        DROP TABLE public.a;
        DROP ROLE arlen_test_nobody;
    """
    with Database.open(arlen_postgres.dsn) as db:
        runner = MigrationRunner(db, write({"1.sql": text}))
        assert names(runner.apply()) == names(runner.rollback()) == ["1.sql"]


def test_a_file_that_went_away_is_missing_and_hinders_nobody(runner, two):
    runner.apply()
    (two / "1_users.sql").unlink()
    assert marks(runner) == {"1_users": "missing", "2_posts": "applied"}
    assert runner.apply() == []


PYTHON = """
def upgrade(conn):
    conn.execute("CREATE TABLE letters (x TEXT)")
    conn.execute("INSERT INTO letters VALUES ($1)", ["a"])
    {more}

def downgrade(conn):
    conn.execute("DROP TABLE letters")
"""


def test_a_python_migration_goes_up_and_down(db, write, tables):
    runner = MigrationRunner(db, write({"1.py": PYTHON.format(more=""), "_shared.py": ""}))
    assert names(runner.apply()) == ["1.py"]
    assert db.fetch_value("SELECT x FROM letters") == "a"
    assert names(runner.rollback()) == ["1.py"]
    assert tables(db) == []


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ("raise LookupError('no such letter')", "LookupError: no such letter"),
        ("import arlen_data; raise arlen_data.Rollback", "Rollback: "),
    ],
)
def test_a_python_migration_that_raises_leaves_nothing(db, write, tables, more, what):
    runner = MigrationRunner(db, write({"1.py": PYTHON.format(more=more)}))
    with pytest.raises(MigrationError) as caught:
        runner.apply()
    assert str(caught.value) == f"1.py, line 5: {what}"
    assert tables(db) == []
    assert names(runner.pending()) == ["1.py"]


def test_a_coroutine_function_is_refused_before_anything_runs(db, write, tables):
    directory = write({"1.sql": "CREATE TABLE a (x INT)", "2.py": "async def upgrade(conn): ..."})
    with pytest.raises(MigrationError, match=r'^2\.py: MigrationRunner needs "def upgrade\(conn\)"'):
        MigrationRunner(db, directory).apply()
    assert tables(db) == []


OUTSIDE = {
    "sqlite": "-- arlen:transaction off\nCREATE TABLE a (x INT);\nVACUUM;\nINSERT INTO nowhere VALUES (1);",
    "postgresql": "-- arlen:transaction off\nCREATE TABLE a (x INT);\nVACUUM;\nCREATE INDEX CONCURRENTLY ON b (x);",
}


def test_a_file_outside_of_a_transaction_can_do_what_others_cannot(db, write):
    text = OUTSIDE[db.adapter_name].rpartition("\n")[0]
    runner = MigrationRunner(db, write({"1.sql": text}))
    assert names(runner.apply()) == ["1.sql"]
    assert marks(runner) == {"1": "applied"}


def test_a_file_that_stopped_half_way_blocks_until_it_is_resolved(db, write, tables):
    runner = MigrationRunner(db, write({"1.sql": OUTSIDE[db.adapter_name], "2.sql": "CREATE TABLE b (x INT)"}))
    with pytest.raises(MigrationError) as caught:
        runner.apply()
    assert (caught.value.line, caught.value.sqlstate) == (4, "42P01")
    assert tables(db) == ["a"]
    assert marks(runner) == {"1": "dirty", "2": "pending"}
    for blocked in (runner.apply, runner.rollback):
        with pytest.raises(MigrationError) as caught:
            blocked()
        assert caught.value.code == "dirty_migration"
    runner.resolve("1")
    assert names(runner.apply()) == ["2.sql"]
    assert marks(runner) == {"1": "applied", "2": "applied"}


def test_what_stopped_half_way_and_was_undone_by_hand_runs_again(db, write):
    runner = MigrationRunner(db, write({"1.sql": OUTSIDE[db.adapter_name]}))
    with pytest.raises(MigrationError):
        runner.apply()
    db.execute("DROP TABLE a")
    runner.resolve("1", "pending")
    write({"1.sql": "CREATE TABLE a (x INT)"})
    assert names(runner.apply()) == ["1.sql"]


def test_only_what_stopped_half_way_can_be_resolved(runner):
    runner.apply()
    with pytest.raises(MigrationError, match='"1_users" is no migration that stopped half-way'):
        runner.resolve("1_users")


def test_undoing_outside_of_a_transaction_can_stop_half_way_too(db, write):
    text = "CREATE TABLE a (x INT);\n-- arlen:down\n-- arlen:transaction off\nDROP TABLE a;\nDROP TABLE nowhere;"
    runner = MigrationRunner(db, write({"1.sql": text}))
    runner.apply()
    with pytest.raises(MigrationError):
        runner.rollback()
    assert marks(runner) == {"1": "dirty"}
    runner.resolve("1", "pending")
    assert marks(runner) == {"1": "pending"}


class Wrapping:
    """An adapter of somebody else: the protocol and nothing more."""

    adapter_name = "wrapping"

    def __init__(self, inner):
        self.acquire, self.release = inner.acquire, inner.release
        self.fetch_all, self.execute, self.transaction = inner.fetch_all, inner.execute, inner.transaction


def test_an_adapter_needs_nothing_but_the_protocol(arlen_postgres, two):
    with Database.open(arlen_postgres.dsn) as database:
        runner = MigrationRunner(Wrapping(database), two)
        assert len(runner.apply()) == 2
        assert len(runner.rollback(2)) == 2


def test_a_database_in_memory_is_migrated(two, tables):
    with Database.open("sqlite://:memory:") as db:
        MigrationRunner(db, two).apply()
        assert tables(db) == ["posts", "users"]


USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"
FIRST_USER = """\
from arlen_data import delete_from, insert_into


def upgrade(conn):
    conn.execute(insert_into("users", {"id": 1}))


def downgrade(conn):
    conn.execute(delete_from("users").all_rows())
"""
BODIES = """\
CREATE TABLE t (id int);
CREATE FUNCTION stored(a int) RETURNS int BEGIN ATOMIC
  INSERT INTO t VALUES (a);
  SELECT CASE WHEN a > 0 THEN a ELSE 0 END;
END;
CREATE RULE twice AS ON UPDATE TO t DO ALSO (SELECT 1; SELECT 2);
SELECT stored(7);
"""


def test_bodies_and_rules_of_postgresql_are_one_statement_each(arlen_postgres, write):
    with Database.open(arlen_postgres.dsn) as database:
        MigrationRunner(database, write({"1.sql": BODIES})).apply()
        assert database.fetch_column("SELECT id FROM t") == [7]


def test_a_database_that_runs_no_plain_text_is_migrated_all_the_same(url, write):
    directory = write(
        {
            "1_users.sql": f"{USERS}-- arlen:down\nDROP TABLE users;\n",
            "2_first.py": FIRST_USER,
        }
    )
    with Database.open(url, strict_sql=True) as database:
        runner = MigrationRunner(database, directory)
        assert names(runner.apply()) == ["1_users.sql", "2_first.py"]
        assert database.fetch_value(select_from("users", "id")) == 1
        assert set(marks(runner).values()) == {"applied"}
        assert names(runner.rollback(2)) == ["2_first.py", "1_users.sql"]
        assert set(marks(runner).values()) == {"pending"}


def test_what_migrations_ran_is_still_refused_as_plain_text(url, write):
    with Database.open(url, strict_sql=True) as database:
        MigrationRunner(database, write({"1.sql": "SELECT 1"})).apply()
        with pytest.raises(InvalidArgumentError) as caught:
            database.execute("SELECT 1")
    assert caught.value.code == "plain_sql"


def test_a_python_migration_keeps_to_strict_sql(url, write):
    directory = write({"1.py": 'def upgrade(conn):\n    conn.execute("SELECT 1")\n'})
    with Database.open(url, strict_sql=True) as database, pytest.raises(MigrationError, match="strict_sql"):
        MigrationRunner(database, directory).apply()

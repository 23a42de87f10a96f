import sqlite3

import pytest

DSN = ("--dsn", "sqlite:///test.sqlite3")


def test_migrating_says_what_was_applied(migrate, two):
    assert migrate(*DSN, "--dry-run") == (
        0,
        "Database target: default\nPending migrations: 2\n  1_users.sql\n  2_posts.sql\n",
        "",
    )
    assert migrate(*DSN) == (
        0,
        "Database target: default\nApplied migrations: 2\n  1_users.sql\n  2_posts.sql\n",
        "",
    )
    assert migrate(*DSN) == (0, "Database target: default\nApplied migrations: 0\n", "")


def test_undoing_says_what_was_undone(migrate, two):
    migrate(*DSN)
    listed = ": 2\n  2_posts.sql\n  1_users.sql\n"
    assert migrate(*DSN, "--rollback", "2", "--dry-run")[1].endswith(f"Migrations to roll back{listed}")
    assert migrate(*DSN, "--rollback", "2")[1].endswith(f"Rolled back migrations{listed}")
    assert migrate(*DSN, "--to", "1_users")[1].endswith("Applied migrations: 1\n  1_users.sql\n")


def test_a_failure_names_file_line_and_sqlstate(migrate, write):
    write({"1.sql": "SELECT 1;\nINSERT INTO nowhere VALUES (1);"})
    code, _, error = migrate(*DSN)
    assert code == 1
    assert error == "arlen migrate: 1.sql, line 2: the statement failed: no such table: nowhere (SQLSTATE 42P01)\n"


def test_status_and_check_say_how_things_stand(migrate, two):
    migrate(*DSN)
    assert migrate(*DSN, "--check")[0] == 0
    (two / "1_users.sql").write_text("SELECT 1;")
    (two / "3.sql").write_text("SELECT 1;")
    code, out, _ = migrate(*DSN, "--status")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [
        ["changed", "1_users"],
        ["applied", "2_posts"],
        ["pending", "3"],
    ]
    code, out, _ = migrate(*DSN, "--check")
    assert code == 1
    assert out.endswith("Pending migrations: 1\n  3\nDrifted migrations: 1\n  1_users (changed)\n")
    assert migrate(*DSN, "--allow-changed")[0] == 0
    assert migrate(*DSN, "--check")[0] == 0


def test_what_stopped_half_way_is_resolved(migrate, write):
    write({"1.sql": "-- arlen:transaction off\nnonsense;"})
    assert migrate(*DSN)[0] == 1
    assert "--resolve 1" in migrate(*DSN)[2]
    assert migrate(*DSN, "--resolve", "1")[:2] == (
        0,
        "Database target: default\nResolved migration: 1 (applied)\n",
    )
    assert migrate(*DSN)[0] == 0


def test_the_script_is_printed_and_nothing_else(migrate, two, tmp_path):
    code, out, _ = migrate(*DSN, "--sql", "--from", "1_users", "--to", "2_posts")
    assert code == 0
    assert "CREATE TABLE posts" in out
    assert "CREATE TABLE users" not in out
    assert not (tmp_path / "test.sqlite3").exists()


def test_the_linter_fails_when_it_finds_something(migrate, write):
    write({"1.sql": "DROP TABLE a;"})
    code, out, _ = migrate(*DSN, "--lint")
    assert code == 1
    assert "Findings: 1\n  1.sql, line 1: drop_table: " in out


def test_the_structure_is_written_into_a_file(migrate, two, tmp_path):
    migrate(*DSN)
    assert migrate(*DSN, "--structure")[:2] == (0, "Database target: default\nStructure: db/schema/structure.sql\n")
    assert "CREATE TABLE users" in (tmp_path / "db/schema/structure.sql").read_text()


@pytest.mark.parametrize(
    ("arguments", "variables", "file"),
    [
        (("--dsn", "sqlite:///dsn.sqlite3"), {"ARLEN_DATABASE_URL": "sqlite:///plain.sqlite3"}, "dsn"),
        ((), {"ARLEN_DATABASE_URL": "sqlite:///plain.sqlite3", "DATABASE_URL": "sqlite:///platform.sqlite3"}, "plain"),
        ((), {"DATABASE_URL": "sqlite:///platform.sqlite3"}, "platform"),
        (
            ("--database", "Reports"),
            {"ARLEN_DATABASE_URL": "sqlite:///plain.sqlite3", "ARLEN_DATABASE_URL_REPORTS": "sqlite:///own.sqlite3"},
            "own",
        ),
        (("--database", "reports"), {"ARLEN_DATABASE_URL": "sqlite:///plain.sqlite3"}, "plain"),
    ],
)
def test_the_address_is_the_first_that_is_set(migrate, write, tmp_path, arguments, variables, file):
    write({"1.sql": "SELECT 1", "reports/1.sql": "SELECT 1"})
    assert migrate(*arguments, **variables)[0] == 0
    state = "arlen_schema_migrations__reports" if arguments[:1] == ("--database",) else "arlen_schema_migrations"
    connection = sqlite3.connect(tmp_path / f"{file}.sqlite3")
    assert connection.execute(f"SELECT version FROM {state}").fetchall() == [("1",)]
    connection.close()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--nonsense",),
        ("--dsn",),
        (*DSN, "--database", "1x"),
        (*DSN, "--rollback", "0"),
        (*DSN, "--lock-timeout", "nan"),
        (*DSN, "--status", "--check"),
        (*DSN, "--status", "--to", "1"),
        (*DSN, "--from", "1"),
        (),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(migrate, two, arguments):
    code, out, error = migrate(*arguments)
    assert (code, out) == (2, "")
    assert error.startswith("arlen migrate: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*DSN, "--path", "nowhere"), "there is no directory nowhere"),
        ((*DSN, "--to", "1_user"), 'did you mean "1_users"?'),
        (("--dsn", "mysql://me:secret@host/db"), "(the address is from --dsn)"),
        (("--dsn", "postgresql://me:secret@127.0.0.1:1/db"), "(the address is from --dsn)"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(migrate, two, arguments, message):
    code, _, error = migrate(*arguments)
    assert code == 1
    assert message in error
    assert error.count("\n") == 1
    assert "secret" not in error


PRODUCTION = """\
[database]
connection_string = "sqlite:///shop.sqlite3"

[databases.reports]
connection_string = "sqlite:///reports.sqlite3"
"""


@pytest.fixture
def configured(write, tmp_path):
    """An application with a configuration for production; the names of the databases that are there."""
    write({"1.sql": "SELECT 1", "reports/1.sql": "SELECT 1", "other/1.sql": "SELECT 1"})
    (tmp_path / "config/environments").mkdir(parents=True)
    (tmp_path / "config/environments/production.toml").write_text(PRODUCTION)
    return lambda: sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.sqlite3"))


@pytest.mark.parametrize(
    ("arguments", "variables", "database"),
    [
        (("--env", "production"), {}, "shop.sqlite3"),
        (("--env", "production", "--database", "Reports"), {}, "reports.sqlite3"),
        (("--env", "production", "--database", "other"), {}, "shop.sqlite3"),
        (("--env", "development"), {}, "db/development.sqlite3"),
        (("--env", "production"), {"ARLEN_DATABASE_URL": "sqlite:///variable.sqlite3"}, "variable.sqlite3"),
        (("--env", "production", *DSN), {}, "test.sqlite3"),
    ],
)
def test_an_environment_names_the_database_where_nothing_else_does(migrate, configured, arguments, variables, database):
    assert migrate(*arguments, **variables)[0] == 0
    assert configured() == [database]


def test_the_root_of_the_application_is_where_its_configuration_is(migrate, configured, tmp_path):
    app = tmp_path / "app"
    (app / "config").mkdir(parents=True)
    (app / "config/app.toml").write_text(PRODUCTION)
    assert migrate("--env", "test", ARLEN_APP_ROOT=str(app))[0] == 0
    assert configured() == ["app/shop.sqlite3"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [("../production", "cannot name a file"), ("broken", "config/environments/broken.toml")],
)
def test_a_wrong_configuration_is_told_in_one_line(migrate, configured, tmp_path, environment, message):
    (tmp_path / "config/environments/broken.toml").write_text("[database\n")
    code, out, error = migrate("--env", environment)
    assert (code, out) == (1, "")
    assert message in error
    assert error.count("\n") == 1


def test_without_arlen_config_an_environment_names_nothing(migrate, configured, import_blocker):
    import_blocker("arlen_config")
    code, _, error = migrate("--env", "production")
    assert code == 1
    assert "install 'arlen-data[config]'" in error

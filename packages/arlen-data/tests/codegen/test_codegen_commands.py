import pytest
from arlen_data import Database
from arlen_data.__main__ import main


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A directory with a database, no files and nothing in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("ARLEN_DATABASE_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with Database.open("app.sqlite3") as db:
        db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL)")
    return tmp_path


@pytest.fixture
def alter(here):
    def run(sql, path="app.sqlite3"):
        with Database.open(here / path) as db:
            db.execute(sql)

    return run


def files(directory):
    """Every file below a directory, with its bytes and the time of its last change."""
    return {
        str(path.relative_to(directory)): (path.read_bytes(), path.stat().st_mtime_ns)
        for part in ("src", "db")
        for path in directory.joinpath(part).rglob("*")
        if path.is_file() and "sql/typed" not in str(path)
    }


def test_schema_codegen_says_what_it_wrote(here, capsys):
    assert main(["schema-codegen", "--dsn", "app.sqlite3", "--typed-contracts"]) == 0
    assert capsys.readouterr().out == (
        "Generated typed schema artifacts.\n"
        "  database target: default\n"
        "  typed contracts: enabled\n"
        "  tables: 1\n"
        "  columns: 2\n"
        "  module: src/generated/db_schema.py\n"
        "  manifest: db/schema/arlen_schema.json\n"
    )
    assert sorted(files(here)) == [
        "db/schema/arlen_schema.json",
        "src/generated/__init__.py",
        "src/generated/db_schema.py",
    ]


def test_both_generators_go_by_one_name_too(here, capsys):
    assert main(["schema-codegen", "--dsn", "app.sqlite3"]) == 0
    capsys.readouterr()
    assert main(["codegen", "schema", "--dsn", "app.sqlite3", "--check"]) == 0
    assert main(["codegen", "sql"]) == 1
    assert "no directory db/sql/typed" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["codegen"])


def test_files_that_exist_are_not_touched_without_force(here, capsys):
    (here / "db/schema").mkdir(parents=True)
    (here / "db/schema/arlen_schema.json").write_text("mine")
    before = files(here)
    assert main(["schema-codegen", "--dsn", "app.sqlite3"]) == 1
    assert "File exists: db/schema/arlen_schema.json" in capsys.readouterr().err
    assert files(here) == before
    assert main(["schema-codegen", "--dsn", "app.sqlite3", "--force"]) == 0


def test_an_unchanged_schema_changes_no_file(here):
    main(["schema-codegen", "--dsn", "app.sqlite3"])
    before = files(here)
    assert main(["schema-codegen", "--dsn", "app.sqlite3", "--force"]) == 0
    assert files(here) == before


def test_check_notices_that_the_schema_has_changed(here, alter, capsys):
    arguments = ["schema-codegen", "--dsn", "app.sqlite3"]
    assert main([*arguments, "--check"]) == 1
    main(arguments)
    assert main([*arguments, "--check"]) == 0
    alter("ALTER TABLE users ADD COLUMN age INTEGER")
    before = files(here)
    capsys.readouterr()
    assert main([*arguments, "--check"]) == 1
    assert [line.split(" is not ")[0] for line in capsys.readouterr().err.splitlines()] == [
        "arlen schema-codegen: src/generated/db_schema.py",
        "arlen schema-codegen: db/schema/arlen_schema.json",
    ]
    assert files(here) == before


def test_several_targets_are_generated_in_one_run(here, alter, monkeypatch, capsys):
    alter("CREATE TABLE visits (day DATE)", "stats.sqlite3")
    monkeypatch.setenv("ARLEN_DATABASE_URL", "app.sqlite3")
    monkeypatch.setenv("ARLEN_DATABASE_URL_STATS", "stats.sqlite3")
    assert main(["schema-codegen", "--database", "default", "--database", "stats"]) == 0
    assert "DBPublicUsers" in (here / "src/generated/db_schema.py").read_text()
    assert "DBStatsPublicVisits" in (here / "src/generated/stats/db_stats_schema.py").read_text()
    assert capsys.readouterr().out.count("database target:") == 2


def test_several_targets_are_written_together_or_not_at_all(here, alter, monkeypatch):
    alter("CREATE TABLE visits (day DATE)", "stats.sqlite3")
    monkeypatch.setenv("ARLEN_DATABASE_URL", "app.sqlite3")
    monkeypatch.setenv("ARLEN_DATABASE_URL_STATS", "stats.sqlite3")
    main(["schema-codegen", "--database", "stats"])
    assert main(["schema-codegen", "--database", "default", "--database", "stats"]) == 1
    assert not (here / "src/generated/db_schema.py").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["schema-codegen"], 2, "there is no database"),
        (["schema-codegen", "--dsn", "app.sqlite3", "--prefix", "db"], 2, "is no prefix"),
        (["schema-codegen", "--dsn", "app.sqlite3", "--database", "9"], 2, "is no target"),
        (["schema-codegen", "--dsn", "x", "--database", "a", "--database", "b"], 2, "are for one target"),
        (["schema-codegen", "--dsn", "mysql://x"], 1, "are not supported"),
        (["typed-sql"], 1, "there is no directory db/sql/typed"),
        (["typed-sql-codegen", "--prefix", "db"], 2, "is no prefix"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments, code, message, capsys):
    assert main(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["schema-codegen", "--nope"], ["typed-sql", "--input-dir"]])
def test_wrong_options_are_usage_errors(arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_typed_sql_is_generated_checked_and_verified(here, capsys):
    source = here / "db/sql/typed/users.sql"
    source.parent.mkdir(parents=True)
    source.write_text("-- arlen:name emails\n-- arlen:result email:text\nSELECT email FROM users\n")
    assert main(["typed-sql-codegen", "--verify", "--dsn", "app.sqlite3"]) == 0
    assert capsys.readouterr().out == (
        "Generated typed SQL artifacts.\n"
        "  queries: 1\n"
        "  module: src/generated/db_typed_sql.py\n"
        "  manifest: db/schema/arlen_typed_sql.json\n"
    )
    assert main(["typed-sql"]) == 1
    assert "File exists" in capsys.readouterr().err
    assert main(["typed-sql", "--check"]) == 0
    source.write_text("-- arlen:name emails\n-- arlen:result emial:wat\nSELECT email FROM users\n")
    before = files(here)
    assert main(["typed-sql", "--check"]) == 1
    assert main(["typed-sql", "--force", "--verify", "--dsn", "app.sqlite3"]) == 1
    assert files(here) == before
    assert 'warning: users.sql, line 2: the type "wat" is unknown' in capsys.readouterr().err
    assert main(["typed-sql", "--force", "--verify"]) == 2

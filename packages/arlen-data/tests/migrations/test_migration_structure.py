import pytest
from arlen_data import Database, MigrationError, MigrationRunner, SQLScript
from arlen_data.migrations import structure_of


def test_the_structure_of_sqlite_makes_an_equal_database(two, tmp_path):
    with Database.open(tmp_path / "a.sqlite3") as db, Database.open(tmp_path / "b.sqlite3") as copy:
        MigrationRunner(db, two).apply()
        db.execute("CREATE VIEW emails AS SELECT email FROM users")
        db.execute("INSERT INTO users (email) VALUES ('ada')")
        copy.execute_script(SQLScript.parse(structure_of(db)))
        assert structure_of(copy) == structure_of(db)
        assert copy.fetch_value("SELECT count(*) FROM users") == 0
        assert MigrationRunner(copy, two).apply() == []


def test_the_structure_of_postgresql_makes_an_equal_database(two, arlen_postgres_server, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(arlen_postgres_server.psql.parent))
    with arlen_postgres_server.database() as one, arlen_postgres_server.database() as other:
        with Database.open(one.dsn) as db:
            MigrationRunner(db, two).apply()
            structure = structure_of(db)
            assert structure == structure_of(db)
        file = tmp_path / "structure.sql"
        file.write_text(structure)
        arlen_postgres_server.execute(f"\\i {file}", dsn=other.dsn)
        with Database.open(other.dsn) as copy:
            assert structure_of(copy) == structure
            assert MigrationRunner(copy, two).apply() == []


def test_without_pg_dump_there_is_no_structure_of_postgresql(arlen_postgres, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with Database.open(arlen_postgres.dsn) as db, pytest.raises(MigrationError) as caught:
        structure_of(db)
    assert caught.value.code == "no_structure"

"""PostgreSQL for tests: found, started as whoever we are, one clean database for each test, nothing left behind."""

import re
import subprocess
from pathlib import Path

import pytest
from arlen_testkit.errors import ServiceUnavailable
from arlen_testkit.servers.postgres import (
    ADDRESS_VARIABLE,
    PROGRAMS_VARIABLE,
    PostgresDatabase,
    PostgresServer,
    bundled_programs,
    installed_programs,
    postgres_server,
    system_programs,
)


def query(database: PostgresDatabase, sql: str) -> str:
    return PostgresServer(database.dsn, installed_programs() / "psql").execute(sql)


def installations() -> list[Path]:
    return [folder for folder in (system_programs(), bundled_programs()) if folder]


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS_VARIABLE, raising=False)
    monkeypatch.delenv(PROGRAMS_VARIABLE, raising=False)


def test_a_test_gets_a_database_of_its_own(arlen_postgres: PostgresDatabase) -> None:
    assert query(arlen_postgres, "SELECT current_database()") == arlen_postgres.name
    query(arlen_postgres, "CREATE TABLE notes (id int)")


def test_the_next_test_gets_an_empty_one(arlen_postgres: PostgresDatabase) -> None:
    assert query(arlen_postgres, "SELECT count(*) FROM pg_tables WHERE tablename = 'notes'") == "0"


def test_text_is_unicode_also_in_upper_and_lower_case(arlen_postgres: PostgresDatabase) -> None:
    assert query(arlen_postgres, "SELECT lower('ÄÉ')") == "äé"


@pytest.mark.parametrize("programs", installations(), ids=str)
def test_every_installation_serves_and_is_gone_afterwards(programs: Path) -> None:
    with postgres_server(programs) as server:
        assert server.execute("SHOW fsync") == "off"
        folder = Path(server.execute("SHOW data_directory"))
        pid = int((folder / "postmaster.pid").read_text().split()[0])
        assert (folder / "PG_VERSION").stat().st_uid != 0
        with server.database() as database:
            open_connection = subprocess.Popen([server.psql, "-X", database.dsn], stdin=subprocess.PIPE)
            assert query(database, "SELECT 1") == "1"
        open_connection.communicate()
        assert server.execute(f"SELECT count(*) FROM pg_database WHERE datname = '{database.name}'") == "0"
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()


def test_both_the_system_and_the_wheel_are_known_here() -> None:
    assert installations(), "install arlen-testkit[servers]"


def test_programs_that_only_root_can_reach_serve_too(tmp_path: Path) -> None:
    programs = installations()[-1]
    package = programs.parent.parent
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for folder in package.parent.glob(f"{package.name}*"):
        (hidden / folder.name).symlink_to(folder)
    with postgres_server(hidden / programs.relative_to(package.parent)) as server:
        assert server.execute("SELECT 1") == "1"


@pytest.mark.parametrize("form", ["url", "url with options only", "key=value"])
def test_an_address_in_the_environment_comes_first(
    arlen_postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    parts = re.fullmatch(r"postgresql://(?P<user>\w+)@/(?P<name>\w+)\?host=(?P<host>.*)", arlen_postgres.dsn)
    assert parts
    host = parts["host"].replace("%2F", "/")
    forms = {
        "url": arlen_postgres.dsn,
        "url with options only": f"postgresql://?user={parts['user']}&host={host}&dbname=postgres",
        "key=value": f"host={host} user={parts['user']} dbname={parts['name']}",
    }
    monkeypatch.setenv(ADDRESS_VARIABLE, forms[form])
    with postgres_server() as server:
        assert server.dsn == forms[form]
        with server.database() as database:
            assert query(database, "SELECT current_database()") == database.name


def test_a_clone_has_what_its_template_has(arlen_postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    query(arlen_postgres, "CREATE TABLE notes (body text); INSERT INTO notes VALUES ('kept')")
    monkeypatch.setenv(ADDRESS_VARIABLE, arlen_postgres.dsn.replace(arlen_postgres.name, "postgres"))
    with postgres_server() as server, server.database(template=arlen_postgres.name) as clone:
        assert query(clone, "SELECT body FROM notes") == "kept"


def test_what_the_server_refuses_is_told_in_its_words(arlen_postgres_server: PostgresServer) -> None:
    with pytest.raises(ServiceUnavailable, match='relation "nowhere" does not exist') as caught:
        arlen_postgres_server.execute("SELECT * FROM nowhere")
    assert caught.value.code == "refused"


def test_an_address_where_nobody_answers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, "postgresql://127.0.0.1:1/nothing")
    with pytest.raises(ServiceUnavailable) as caught, postgres_server():
        pass
    assert caught.value.code == "not_reachable"


@pytest.mark.parametrize("programs", installations(), ids=str)
def test_the_installation_that_the_environment_names_comes_before_the_others(
    monkeypatch: pytest.MonkeyPatch, programs: Path
) -> None:
    monkeypatch.setenv(PROGRAMS_VARIABLE, str(programs))
    with postgres_server() as server:
        assert server.psql == programs / "psql"


def test_a_named_folder_without_postgresql_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PROGRAMS_VARIABLE, str(tmp_path))
    with pytest.raises(ServiceUnavailable, match=r"ARLEN_PG_TEST_PROGRAMS.*initdb, postgres and psql") as caught:
        installed_programs()
    assert caught.value.code == "not_installed"


def test_without_any_postgresql_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arlen_testkit.servers.postgres.system_programs", lambda: None)
    monkeypatch.setattr("arlen_testkit.servers.postgres.bundled_programs", lambda: None)
    advice = r"arlen-testkit\[servers\].*postgresql.*ARLEN_PG_TEST_DSN"
    with pytest.raises(ServiceUnavailable, match=advice) as caught, postgres_server():
        pass
    assert caught.value.code == "not_installed"

"""The pytest plugin: cheap until it is asked, one server for each process, and nobody left when the run is over."""

import os
from pathlib import Path

import pytest

pytest_plugins = "pytester"

HEAVY = ("arlen_http", "httpx", "anyio", "moto", "aiosmtpd", "selectolax", "arlen_testkit.processes")


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARLEN_PG_TEST_DSN", raising=False)
    monkeypatch.delenv("ARLEN_REDIS_TEST_URL", raising=False)


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    report = f"import sys, arlen_testkit.plugin; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_server_is_started_once_for_each_process_and_gone_after_the_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os, pathlib, pytest

        @pytest.mark.parametrize("number", range(4))
        def test_notes_its_server(number, arlen_postgres_server, arlen_postgres):
            folder = pathlib.Path(arlen_postgres_server.execute("SHOW data_directory"))
            pid = (folder / "postmaster.pid").read_text().split()[0]
            pathlib.Path(f"seen-{os.getpid()}-{number}").write_text(pid)
        """
    )
    pytester.runpytest_subprocess("-n2", "--dist=each").assert_outcomes(passed=8)
    seen = {}
    for note in Path(pytester.path).glob("seen-*"):
        seen.setdefault(note.name.split("-")[1], set()).add(int(note.read_text()))
    assert [len(pids) for pids in seen.values()] == [1, 1]
    assert len(set.union(*seen.values())) == 2
    assert all(ended(pid) for pid in set.union(*seen.values()))


def test_workers_that_share_a_server_by_its_address_do_not_meet(
    pytester: pytest.Pytester, arlen_postgres_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARLEN_PG_TEST_DSN", arlen_postgres_server.dsn)  # type: ignore[attr-defined]
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_has_an_empty_database(number, arlen_postgres_server, arlen_postgres):
            arlen_postgres_server.execute("CREATE TABLE notes (id int)", dsn=arlen_postgres.dsn)
        """
    )
    pytester.runpytest_subprocess("-n2", "--dist=each").assert_outcomes(passed=8)
    left = arlen_postgres_server.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'arlen_test_%'")  # type: ignore[attr-defined]
    assert int(left) <= 1


def test_the_template_is_prepared_once_and_every_test_has_what_it_holds(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def arlen_postgres_prepare(arlen_postgres_server):
            return lambda dsn: arlen_postgres_server.execute("CREATE TABLE notes (body text)", dsn=dsn)
        """
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_writes(number, arlen_postgres_server, arlen_postgres):
            assert arlen_postgres_server.execute("SELECT count(*) FROM notes", dsn=arlen_postgres.dsn) == "0"
            arlen_postgres_server.execute("INSERT INTO notes VALUES ('x')", dsn=arlen_postgres.dsn)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_a_service_that_cannot_be_had_is_an_error_and_not_a_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARLEN_REDIS_TEST_URL", "redis://127.0.0.1:1")
    pytester.makepyfile("def test_needs_redis(arlen_redis): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ServiceUnavailable: no Redis answers at 127.0.0.1:1*"])

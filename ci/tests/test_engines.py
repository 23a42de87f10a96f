"""The tests of arlen-data on old and new databases: the runs themselves, and how they are judged."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ci.engines.__main__ import main
from ci.engines.engine import LIBRARIES, MAJORS, TOO_OLD, Engine, postgresql, sqlite
from ci.engines.suite import Outcome, read, run
from ci.engines.touching import on_postgresql

ENGINE = Engine("postgresql", "18.6", {})


def test_the_newest_postgresql_executes_everything():
    outcome = run(postgresql(MAJORS[-1]), ["execution"])
    assert outcome.version.startswith(f"{MAJORS[-1]}.")
    assert outcome.passed > 100
    assert outcome.good


def test_the_oldest_sqlite_takes_every_statement():
    outcome = run(sqlite(next(iter(LIBRARIES))), ["sql"])
    assert outcome.passed > 100
    assert outcome.good


def test_a_library_that_is_too_old_is_told_when_a_database_is_opened():
    environment = {**os.environ, **sqlite(next(iter(TOO_OLD))).environment}
    script = "from arlen_data import Database; Database.open(':memory:')"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert "this Python uses SQLite 3.32.3, and 3.35.0 or later is needed" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        (
            '<testsuites><testsuite tests="9" failures="1" errors="2" skipped="1" time="3.5"/></testsuites>',
            Outcome("postgresql", "18.6", 5, 4, 3.5),
        ),
        (
            '<testsuites><testsuite tests="9" failures="0" errors="0" skipped="0" time="3.5"/></testsuites>',
            Outcome("postgresql", "18.6", 9, 0, 3.5),
        ),
        (None, Outcome("postgresql", "18.6", 0, 1, 0.0)),
    ],
)
def test_an_outcome_is_what_the_report_says(tmp_path, report, outcome):
    path = tmp_path / "report.xml"
    if report:
        path.write_text(report)
    assert read(ENGINE, path) == outcome


@pytest.mark.parametrize(
    ("passed", "failed", "good"), [(9, 0, True), (9, 1, False), (0, 0, False)], ids=["all", "most", "none"]
)
def test_a_run_is_good_when_something_passed_and_nothing_failed(passed, failed, good):
    assert Outcome("sqlite", "3.35.5", passed, failed, 1.0).good is good


@pytest.mark.parametrize(
    ("fixtures", "parameters", "chosen"),
    [
        (["arlen_postgres", "arlen_postgres_server"], {}, True),
        (["db", "request"], {"url": "postgresql"}, True),
        (["replicated"], {}, True),
        (["db", "request"], {"url": "sqlite", "number": 3}, False),
        ([], {}, False),
    ],
)
def test_a_test_is_chosen_by_its_fixtures_and_parameters(fixtures, parameters, chosen):
    item = SimpleNamespace(fixturenames=fixtures, callspec=SimpleNamespace(params=parameters))
    assert on_postgresql(item) is chosen


def test_an_unknown_version_is_told_with_those_that_are_known(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["postgresql", "9"])
    assert leaving.value.code == 2
    assert "9: the versions are 15, 16, 17, 18" in capsys.readouterr().err

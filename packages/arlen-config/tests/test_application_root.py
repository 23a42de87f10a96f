from pathlib import Path

import pytest
from arlen_config import application_root


@pytest.mark.parametrize(
    ("variables", "root"),
    [
        ({}, "shop"),
        ({"ARLEN_APP_ROOT": ""}, "shop"),
        ({"ARLEN_APP_ROOT": "other"}, "other"),
        ({"ARLEN_APP_ROOT": "/srv/app"}, "/srv/app"),
    ],
)
def test_the_variable_wins_and_relative_roots_start_at_the_working_directory(tmp_path, monkeypatch, variables, root):
    monkeypatch.chdir(tmp_path)
    assert application_root("shop", variables) == tmp_path / root


def test_the_process_environment_is_read_by_default(monkeypatch):
    monkeypatch.setenv("ARLEN_APP_ROOT", "/srv/app")
    assert application_root() == Path("/srv/app")

"""Commands as a shell would run them, in this process."""

import json
import sys
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARLEN_APP", raising=False)
    monkeypatch.delenv("ARLEN_APP_ROOT", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


@pytest.fixture
def arlen(capfd):
    """Run ``arlen`` with these arguments."""
    from arlen_cli.main import main

    def run(*arguments):
        status = main(arguments)
        captured = capfd.readouterr()
        return Ran(status, captured.out, captured.err)

    return run


@pytest.fixture
def boomhauer_command(capfd):
    """Run ``boomhauer`` with these arguments, without watching."""
    from arlen_cli.boomhauer import main

    def run(*arguments):
        status = main(arguments)
        captured = capfd.readouterr()
        return Ran(status, captured.out, captured.err)

    return run

"""What a person gets wrong is answered in one clear message: what, where, and what to do; never a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HEALTHY = """
import arlen
app = arlen.lite(__name__)

@app.get("/")
async def index() -> str:
    return "hello"
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*command: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ARLEN_")}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return call


@pytest.fixture(params=["arlen_http", "boomhauer", "propane"])
def serve(request: pytest.FixtureRequest, run: Run, script) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Serve ``app_lite:app`` of the directory on a port, with each of the three servers."""
    commands = {
        "arlen_http": [sys.executable, "-m", "arlen_http", "app_lite:app"],
        "boomhauer": [script("boomhauer"), "--no-watch"],
        "propane": [script("propane"), "app_lite:app", "--workers", "1", "--respawn-delay-ms", "0"],
    }
    return lambda port=0: run(*commands[request.param], "--port", str(port))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def says(done: subprocess.CompletedProcess[str], *words: str, status: tuple[int, ...] = (1, 2)) -> None:
    printed = done.stdout + done.stderr
    assert done.returncode in status, printed
    assert "Traceback" not in printed, printed
    for word in words:
        assert word in printed, printed


def test_a_port_in_use(serve, taken_port, tmp_path):
    (tmp_path / "app_lite.py").write_text(HEALTHY)
    says(serve(taken_port), str(taken_port), "in use")


def test_an_app_with_a_bad_route_pattern_and_an_unbindable_argument_is_told_both(serve, tmp_path):
    (tmp_path / "app_lite.py").write_text(
        HEALTHY
        + """
@app.get("/users/{id:integer}")
async def user(id: int) -> str:
    return "a user"

@app.get("/orders/{id}")
async def order(number: complex) -> str:
    return "an order"
"""
    )
    says(serve(), "/users/{id:integer}", "integer", "order", "complex", status=(1,))


def test_an_app_that_does_not_import(serve, tmp_path):
    (tmp_path / "app_lite.py").write_text("import a_package_that_is_not_there\n")
    says(serve(), "a_package_that_is_not_there", status=(1,))


def test_an_app_with_a_syntax_error(serve, tmp_path):
    (tmp_path / "app_lite.py").write_text("def broken(:\n")
    says(serve(), "app_lite.py", "1", status=(1,))


def test_an_unknown_key_of_the_configuration(serve, tmp_path):
    (tmp_path / "app_lite.py").write_text(HEALTHY)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "app.toml").write_text('log_levle = "info"\n')
    says(serve(), "log_levle", "log_level", "app.toml", status=(1,))


def test_a_malformed_configuration_file(serve, tmp_path):
    (tmp_path / "app_lite.py").write_text(HEALTHY)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "app.toml").write_text("port = \n")
    says(serve(), "app.toml", "1", status=(1,))


def test_a_layout_that_is_missing_where_templates_are_compiled_at_start(run, script, tmp_path):
    (tmp_path / "app_lite.py").write_text(HEALTHY)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "index.html").write_text('{% extends "layouts/mian.html" %}\n')
    done = run(script("boomhauer"), "--no-watch", "--port", "0", "--env", "production")
    says(done, "index.html", "layouts/mian.html", status=(1,))


@pytest.mark.parametrize("command", ["arlen_http", "propane"])
@pytest.mark.parametrize(
    ("reference", "word"),
    [("nowhere:app", "nowhere"), ("app_lite:nothing", "nothing"), ("app_lite:", "app_lite"), (":app", ":app")],
)
def test_a_wrong_name_for_the_application(run, script, tmp_path, command, reference, word):
    (tmp_path / "app_lite.py").write_text(HEALTHY)
    program = [sys.executable, "-m", "arlen_http"] if command == "arlen_http" else [script("propane")]
    options = ["--workers", "1", "--respawn-delay-ms", "0"] if command == "propane" else []
    says(run(*program, reference, "--port", "0", *options), word)


@pytest.mark.parametrize("command", ["boomhauer", "routes"])
def test_a_directory_without_an_application(run, script, command):
    program = [script("boomhauer"), "--no-watch"] if command == "boomhauer" else [script("arlen"), "routes"]
    says(run(*program), "app_lite.py", "pyproject.toml")


@pytest.mark.parametrize("arguments", [["--prot", "1"], ["--port", "many"], ["--port"]])
@pytest.mark.parametrize("program", ["boomhauer", "propane", "arlen_http"])
def test_a_wrong_option(run, script, tmp_path, program, arguments):
    (tmp_path / "app_lite.py").write_text(HEALTHY)
    command = {
        "boomhauer": [script("boomhauer")],
        "propane": [script("propane"), "app_lite:app"],
        "arlen_http": [sys.executable, "-m", "arlen_http", "app_lite:app"],
    }[program]
    says(run(*command, *arguments), arguments[0], status=(2,))

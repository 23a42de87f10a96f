"""The command line: what is asked, what is printed, how it ends."""

import asyncio
import sys
from pathlib import Path

import pytest
from arlen_mvc import Application
from arlen_mvc.arguments import Arguments, UsageError
from arlen_mvc.runner import run


@pytest.mark.parametrize(
    ("argv", "arguments"),
    [
        ([], Arguments()),
        (["--host", "::1", "--port=0", "--env", "test"], Arguments("::1", 0, "test")),
        (["--once", "--print-routes", "-h"], Arguments(once=True, print_routes=True, help=True)),
    ],
)
def test_arguments_are_read(argv, arguments):
    assert Arguments.parse(argv) == arguments


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--speed"], "Unknown argument: --speed"),
        (["app.py"], "Unknown argument: app.py"),
        (["--port"], "Missing value for --port"),
        (["--host", "--once"], "Missing value for --host"),
        (["--port", "70000"], "Not a port: 70000 (0-65535)"),
        (["--port", "http"], "Not a port: http (0-65535)"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_and_the_usage(capsys, argv, message):
    with pytest.raises(UsageError, match=message.replace("(", r"\(").replace(")", r"\)")):
        Arguments.parse(argv)
    assert run(Application(), argv) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"{message}\nUsage: boomhauer ")
    assert printed.out == ""


def test_help_is_printed_on_standard_output(capsys):
    assert run(Application(), ["--help"], name="shop") == 0
    assert capsys.readouterr().out.startswith("Usage: shop [--host ADDRESS]")


def test_routes_are_printed_in_order_without_starting(capsys):
    app = Application()
    app.on_start(lambda: False)
    app.get("/users/{id:int}", name="user")(lambda: None)
    app.route("/both", methods=("GET", "POST"))(lambda: None)
    assert app.run(["--print-routes"]) == 0
    assert capsys.readouterr().out == "GET /users/{id:int} -> <lambda> (user)\nGET,POST /both -> <lambda>\n"


def test_a_start_that_fails_is_told_on_standard_error(capsys):
    app = Application({"security_profile": "strict"})
    assert app.run(["--port", "0"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "boomhauer: startup failed: 1 mistake keeps the application from starting:\n  1. " in printed.err


def test_a_factory_makes_the_application_or_registers_on_one(capsys, monkeypatch, write):
    def create():
        app = Application()
        app.get("/made")(lambda: None)
        return app

    def register(app):
        app.get("/registered")(lambda: None)

    monkeypatch.setenv("ARLEN_APP_ROOT", str(write({"config/app.toml": "port = 1"})))
    assert run(create, ["--print-routes"]) == 0
    assert run(register, ["--print-routes"]) == 0
    assert capsys.readouterr().out.splitlines() == ["GET /made -> <lambda>", "GET /registered -> <lambda>"]


def no_route(app):
    app.get("/")(lambda: None)


def bad_route(app):
    app.get("/{")(lambda: None)


@pytest.mark.parametrize(
    ("factory", "toml", "reason"),
    [
        (no_route, "prot = 1", "unknown key prot"),
        (no_route, "port = 'x'", "port"),
        (no_route, "port = ", "config/app.toml"),
        (bad_route, "", "1 mistake keeps"),
        (lambda: None, "", "returned None; return the application"),
    ],
)
def test_a_start_that_fails_is_told_without_a_traceback(capsys, monkeypatch, write, factory, toml, reason):
    monkeypatch.setenv("ARLEN_APP_ROOT", str(write({"config/app.toml": toml})))
    assert run(factory, ["--print-routes"]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("boomhauer: startup failed: ")
    assert reason in printed.err
    assert "Traceback" not in printed.err


PROGRAM = """
from arlen_mvc import Application

app = Application()

@app.get("/")
async def index():
    return "one answer"

if __name__ == "__main__":
    raise SystemExit(app.run())
"""


async def run_program(path: Path, *argv: str):
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, str(path), *argv, stdout=pipe, stderr=pipe)


async def ask_the_program(path):
    process = await run_program(path, "--port", "0", "--once")
    announced = (await process.stdout.readline()).decode().strip()
    port = int(announced.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    _, errors = await process.communicate()
    return announced, answer, process.returncode, errors


def test_once_answers_one_request_and_exits(write):
    path = write({"app.py": PROGRAM}) / "app.py"
    announced, answer, status, errors = asyncio.run(ask_the_program(path))
    assert announced.startswith("boomhauer listening on http://127.0.0.1:")
    assert answer.endswith(b"one answer")
    assert status == 0, errors


def test_a_hook_that_refuses_ends_the_program_with_one_line(write):
    program = PROGRAM.replace("if __name__", "app.on_start(lambda: False)\n\nif __name__")
    path = write({"app.py": program}) / "app.py"

    async def fail():
        process = await run_program(path, "--port", "0")
        return await process.communicate(), process.returncode

    (_, errors), status = asyncio.run(fail())
    assert status == 1
    assert errors.decode().splitlines()[-1].startswith("boomhauer: startup failed: startup hook ")
    assert b"Traceback" not in errors

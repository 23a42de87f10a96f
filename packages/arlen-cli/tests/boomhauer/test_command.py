"""boomhauer from the command line: what ends it before it serves, and what it serves beside Arlen."""

import socket
import sys
import urllib.request
from contextlib import contextmanager

import pytest
from arlen_testkit.processes import serve_process

ASGI = """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"<body>hello</body>"})
"""


@contextmanager
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_one_clear_line(boomhauer_command, here):
    (here / "app_lite.py").touch()
    with taken_port() as port:
        ran = boomhauer_command("--port", str(port))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"boomhauer: 127.0.0.1:{port} is in use by another program; choose another port\n")


@pytest.mark.parametrize("arguments", [[], ["--no-watch"], ["--once"], ["--print-routes"]])
def test_without_an_application_it_says_where_it_looked(boomhauer_command, here, arguments):
    ran = boomhauer_command(*arguments)
    assert ran.status == 1
    assert ran.err.startswith("boomhauer: no application found: ")
    assert str(here / "app_lite.py") in ran.err
    assert "arlen new Shop" in ran.err


def test_what_cannot_be_built_ends_it_when_nothing_is_watched(boomhauer_command, here):
    (here / "app_lite.py").write_text("app = = 1\n")
    ran = boomhauer_command("--no-watch")
    assert (ran.status, ran.out) == (1, "")
    assert "app_lite.py:1:7" in ran.err
    assert "> 1 | app = = 1" in ran.err


def test_modes_that_only_arlen_applications_know_are_refused_for_others(boomhauer_command, here):
    (here / "app_lite.py").write_text(ASGI)
    ran = boomhauer_command("--once")
    assert ran.status == 2
    assert ran.err.startswith("boomhauer: --once needs an Arlen application")


@pytest.mark.parametrize("arguments", [["--watch"], ["--no-watch"]])
def test_an_asgi_application_is_served(here, arguments):
    (here / "web.py").write_text(ASGI)
    command = [sys.executable, "-m", "arlen_cli.boomhauer", "--port", "0", "--app", "web", *arguments]
    with serve_process(command, cwd=here) as server:
        with urllib.request.urlopen(server.url, timeout=20) as response:
            page = response.read().decode()
        assert page.startswith("<body>hello")
        assert ("/_arlen/reload.js" in page) == (arguments == ["--watch"])


def test_once_answers_one_request_and_ends(here):
    (here / "app_lite.py").write_text(
        "from arlen_mvc import Application\napp = Application()\n@app.get('/')\ndef index():\n    return 'once'\n"
    )
    with serve_process([sys.executable, "-m", "arlen_cli.boomhauer", "--once", "--port", "0"], cwd=here) as server:
        with urllib.request.urlopen(server.url, timeout=20) as response:
            assert response.read() == b"once"
        assert server.wait() == 0

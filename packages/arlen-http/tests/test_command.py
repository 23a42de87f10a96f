"""``python -m arlen_http``, as a process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

APP = """
    from arlen_http import Response

    def plain(request):
        return Response("plain " + request.raw_path)

    async def awaiting(request):
        return Response("awaiting")

    def create():
        return plain

    class App:
        async def handle(self, request):
            return Response("object")

    app = App()
    number = 7

    async def asgi(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"asgi"})
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site_app.py").write_text(textwrap.dedent(APP))
    (tmp_path / "needs_more.py").write_text("import not_installed_anywhere\n")
    (tmp_path / "fails.py").write_text(
        "class App:\n    async def start(self): raise RuntimeError('no database')\n    def handle(self, request): ...\n"
        "app = App()\n"
    )
    return tmp_path


@contextmanager
def process(folder, *arguments):
    command = [sys.executable, "-m", "arlen_http", *arguments, "--app-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize(
    ("reference", "body"),
    [("plain", b"plain /x"), ("awaiting", b"awaiting"), ("app", b"object"), ("asgi", b"asgi"), ("create", b"plain /x")],
)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_anything_that_can_be_served_is_served_until_a_signal(folder, reference, body, loop):
    factory = ["--factory"] if reference == "create" else []
    with process(folder, f"site_app:{reference}", "--port", "0", "--loop", loop, *factory) as child:
        line = child.stdout.readline()
        url = re.fullmatch(r"arlen-http listening on (http://127\.0\.0\.1:\d+)\n", line)[1]
        with urlopen(f"{url}/x") as response:
            assert response.read() == body
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
        assert child.stderr.read() == ""


@pytest.mark.parametrize(
    ("reference", "code", "said"),
    [
        ("site_app", 2, "module:attribute"),
        ("nonesuch:app", 1, 'there is no module "nonesuch"'),
        ("needs_more:app", 1, '"needs_more" imports "not_installed_anywhere"'),
        ("site_app:missing", 1, 'no attribute "missing"'),
        ("site_app:number", 1, "int is neither a handler nor an application"),
        ("fails:app", 1, "RuntimeError: no database"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(folder, reference, code, said):
    with process(folder, reference, "--port", "0") as child:
        out, err = child.communicate(timeout=10)
    assert (child.returncode, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


def test_an_address_that_cannot_be_had_is_told_in_one_line(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with process(folder, "site_app:app", "--port", port) as child:
            _, busy = child.communicate(timeout=10)
    with process(folder, "site_app:app", "--host", "300.0.0.1") as other:
        _, bad = other.communicate(timeout=10)
    assert (child.returncode, other.returncode) == (1, 1)
    assert port in busy
    assert "in use" in busy
    assert bad == "arlen-http: invalid host address: 300.0.0.1\n"


def test_every_address_is_told_with_the_parser(folder, tmp_path):
    with process(folder, "site_app:plain", "--bind", "127.0.0.1:0", "--bind", f"unix:{tmp_path}/s") as child:
        lines = [child.stdout.readline() for _ in range(3)]
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"{tmp_path}/s")
            client.sendall(b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert client.makefile("rb").read().endswith(b"plain /x")
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    assert re.fullmatch(r"arlen-http listening on http://127\.0\.0\.1:\d+\n", lines[0])
    assert lines[1] == f"arlen-http listening on unix:{tmp_path}/s\n"
    assert re.fullmatch(r"arlen-http http parser backend=httptools version=\d+\.\d+\.\d+\n", lines[2])
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--bind", "nowhere"], 'cannot listen on "nowhere"'),
        (["--tls-certificate", "/none.pem"], "tls.certificate: cannot read /none.pem"),
        (["--tls-key", "/none.pem"], "tls.key is set without tls.certificate"),
        (["--trusted-proxies", "127.0.0.1,proxy"], 'trusted_proxies: "proxy" is not an address'),
    ],
)
def test_an_option_that_cannot_be_met_is_told_in_one_line(folder, options, said):
    with process(folder, "site_app:plain", *options) as child:
        out, err = child.communicate(timeout=10)
    assert (child.returncode, out) == (1, "")
    assert err.startswith(f"arlen-http: {said}")
    assert err.count("\n") == 1


def test_importing_the_package_leaves_optional_parts_alone():
    code = "import sys, arlen_http; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    ).stdout.split()
    assert not {"h11", "python_multipart", "mimetypes", "email", "arlen_http.static", "arlen_http.asgi"} & set(loaded)

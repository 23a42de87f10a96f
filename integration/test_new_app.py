"""A new application, from `arlen new` to a mended mistake under boomhauer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from arlen_testkit.processes import RunningServer, serve_process


@pytest.fixture(params=["--full", "--lite"])
def app(request: pytest.FixtureRequest, tmp_path: Path, script) -> Path:
    done = subprocess.run(
        [script("arlen"), "new", "shop", request.param, "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "ok"
    return tmp_path / "shop"


@pytest.fixture
def shop(tmp_path: Path, script) -> Path:
    subprocess.run([script("arlen"), "new", "shop"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "shop"


@pytest.fixture
def server(shop: Path, script) -> Iterator[RunningServer]:
    with serve_process([script("boomhauer"), "--port", "0"], cwd=shop) as running:
        yield running


def test_a_new_app_passes_its_own_tests(app):
    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=app, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_app_serves_its_first_page(app, script):
    with serve_process([script("boomhauer"), "--port", "0"], cwd=app) as running:
        answer = httpx.get(running.url)
    assert answer.status_code == 200


def test_a_new_app_lists_its_routes(app, script):
    done = subprocess.run([script("arlen"), "routes"], cwd=app, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("GET / -> ")


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text, f"{file} does not contain {old!r}"
    file.write_text(text.replace(old, new))


def test_editing_breaking_and_mending_shows_the_right_thing_each_time(server, shop, eventually):
    template, controller = shop / "templates" / "index.html", shop / "src" / "shop" / "controllers" / "home.py"

    def page() -> httpx.Response:
        return httpx.get(server.url, headers={"accept": "text/html"})

    assert "Welcome to Arlen" in page().text

    replace(template, "{{ title }}", "{{ title }}, friend")
    eventually(lambda: "Welcome to Arlen, friend" in page().text)

    replace(controller, "Welcome to Arlen", "Welcome to the shop")
    eventually(lambda: "Welcome to the shop, friend" in page().text)

    whole = controller.read_text()
    controller.write_text(whole + "\nthis is not Python\n")
    eventually(lambda: page().status_code == 500)
    assert "Boomhauer Build Error" in page().text
    assert "home.py" in page().text
    diagnosis = httpx.get(server.url, headers={"accept": "application/json"}).json()
    assert diagnosis["error"]["code"] == "dev_build_failed"
    assert diagnosis["details"]["line"] == len(whole.splitlines()) + 2

    controller.write_text(whole)
    eventually(lambda: page().status_code == 200)
    assert "Welcome to the shop, friend" in page().text

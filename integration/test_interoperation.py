"""Arlen's server runs other frameworks' applications, and other servers run Arlen's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from arlen_testkit.processes import Port, RunningServer, free_port, serve_process

APPS = Path(__file__).parent / "apps"


def uvicorn(module: str, port: int) -> list[str]:
    return [sys.executable, "-m", "uvicorn", f"{module}:app", "--port", str(port), "--log-level", "error"]


def granian(module: str, port: int) -> list[str]:
    return [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), f"{module}:app"]


def arlen_http(module: str, port: int) -> list[str]:
    return [sys.executable, "-m", "arlen_http", f"{module}:app", "--port", str(port)]


@pytest.fixture(
    scope="module",
    params=[
        (arlen_http, "fastapi_app"),
        (arlen_http, "arlen_app"),
        (uvicorn, "arlen_app"),
        (granian, "arlen_app"),
    ],
    ids=lambda param: f"{param[1]} on {param[0].__name__}",
)
def server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    command, module = request.param
    port = free_port()
    with serve_process(command(module, port), ready=Port(port), cwd=APPS) as running:
        yield running


def test_a_typed_path_and_query_reach_the_action_after_start_up(server):
    answer = httpx.get(f"{server.url}/items/7", params={"q": "a b"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["item_id"], body["q"]) == (7, "a b")
    assert body["started"] in ("yes", ["started"])


def test_a_body_arrives_whole(server):
    assert httpx.post(f"{server.url}/echo", content=b"x" * 300_000).json() == {"received": 300_000}


def test_a_stream_arrives_in_order(server):
    assert httpx.get(f"{server.url}/stream").text == "0\n1\n2\n"


def test_an_exception_is_a_500_and_the_next_request_is_served(server):
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/fail").status_code == 500
        assert client.get("/items/1").status_code == 200


def test_an_unknown_path_is_a_404(server):
    assert httpx.get(f"{server.url}/nowhere").status_code == 404

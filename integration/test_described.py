"""An application is what its OpenAPI document says: whoever knows nothing else can call every operation."""

from __future__ import annotations

import importlib.util
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest
import schemathesis
from arlen_testkit.processes import RunningServer, serve_process
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis import Case
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import negative_data_rejection

APPS = Path(__file__).parent / "apps"
# Whatever is meant to be wrong in a form is the text of a field, and pydantic's usual mode takes more than it says.
LENIENT = ("/forms", "/uploads", "/orders/{id}")
CREDENTIALS = {
    "/keys": {"x-api-key": "tea"},
    "/passwords": {"Authorization": f"Basic {b64encode(b'ada:tea').decode()}"},
}
# The server answers these itself: 405, and 501 (RFC 9110, section 15.6.2).
UNROUTED = ("TRACE", "QUERY")


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, APPS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


described = loaded("described")
operations = schemathesis.openapi.from_dict(described.app.openapi())


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve_process([sys.executable, "-m", "arlen_http", "described:app", "--port", "0"], cwd=APPS) as running:
        yield running


def test_the_served_document_is_valid_and_knows_every_operation(server):
    document = httpx.get(f"{server.url}/openapi.json").json()
    validate(document)
    assert {**document, "servers": []} == {**described.app.openapi(), "servers": []}
    assert [f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item] == [
        "GET /api/notes/{id}",
        "PUT /api/notes/{id}",
        "GET /codes/{code}",
        "POST /contracts/{id}",
        "POST /forms",
        "GET /items",
        "POST /items",
        "GET /items/{number}",
        "DELETE /items/{number}",
        "GET /keys",
        "GET /me",
        "PUT /orders/{id}",
        "GET /passwords",
        "POST /prices",
        "POST /uploads",
        "GET /v2/items",
    ]


@operations.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_an_operation_takes_what_it_says_refuses_what_it_does_not_say_and_answers_as_it_says(
    case: Case, server: RunningServer
):
    if case.method in UNROUTED:
        return
    headers = CREDENTIALS.get(case.path, {"Authorization": f"Bearer {described.TOKEN}"})
    beside_the_point: list[CheckFunction] = [negative_data_rejection] if case.path in LENIENT else []
    case.call_and_validate(server.url, headers=headers, excluded_checks=beside_the_point)

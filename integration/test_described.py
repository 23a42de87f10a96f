"""An application is what its OpenAPI document says: whoever knows nothing else can call every operation."""

from __future__ import annotations

import importlib.util
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import schemathesis
from arlen_testkit.processes import RunningServer, serve_process
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
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


def test_a_client_that_is_made_from_the_document_can_call_every_operation(server):
    document = httpx.get(f"{server.url}/openapi.json").json()
    client = Client(document, server.url)
    answers = {name: client.call(name) for name in client.operations}
    assert len(answers) == sum(len(item) for item in document["paths"].values())
    for name, answer in answers.items():
        assert answer.is_success, (name, answer.text)
        told = client.operations[name][2]["responses"][str(answer.status_code)]
        if answer.content:
            schema = told["content"]["application/json"]["schema"]
            Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())


class Client:
    """Calls operations by their ids, and knows nothing but the document."""

    def __init__(self, document: dict[str, Any], url: str) -> None:
        self.document = document
        self.url = url
        self.operations = {
            operation["operationId"]: (path, method, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
        }

    def call(self, name: str) -> httpx.Response:
        path, method, operation = self.operations[name]
        given: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
        for each in operation.get("parameters", ()):
            if each["required"]:
                given[each["in"]][each["name"]] = self.sample(each["schema"])
        for requirement in operation.get("security", ())[:1]:
            for scheme in map(self.document["components"]["securitySchemes"].get, requirement):
                given["header"] |= self.credentials(scheme)
        return httpx.request(
            method,
            self.url + path.format(**given["path"]),
            params=given["query"],
            headers={**given["header"], "cookie": "; ".join(f"{n}={v}" for n, v in given["cookie"].items())},
            **self.body(operation.get("requestBody", {"content": {}})),
        )

    def body(self, told: dict[str, Any]) -> dict[str, Any]:
        for kind, media in told["content"].items():
            value = self.sample(media["schema"])
            if kind == "application/json":
                return {"json": value}
            files = {name: ("name", content) for name, content in value.items() if isinstance(content, bytes)}
            return {"data": {name: each for name, each in value.items() if name not in files}, "files": files or None}
        return {}

    def credentials(self, scheme: dict[str, Any]) -> dict[str, str]:
        if scheme["type"] == "apiKey":
            return {scheme["name"]: "tea"}
        return {"bearer": {"Authorization": f"Bearer {described.TOKEN}"}, "basic": CREDENTIALS["/passwords"]}[
            scheme["scheme"]
        ]

    def sample(self, schema: dict[str, Any]) -> Any:
        """The smallest value that fits."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        match schema:
            case {"enum": [first, *_]} | {"examples": [first, *_]} | {"const": first}:
                return first
            case {"type": "object"}:
                members = schema.get("properties", {})
                return {name: self.sample(members[name]) for name in schema.get("required", ())}
            case {"type": "array"}:
                return [self.sample(schema["items"])] * schema.get("minItems", 0)
            case {"type": "integer" | "number"}:
                return schema.get("minimum", 1)
            case {"format": "uuid"}:
                return "00000000-0000-4000-8000-000000000000"
            case {"format": "binary"}:
                return b"content"
            case _:
                return "x" * schema.get("minLength", 1)


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

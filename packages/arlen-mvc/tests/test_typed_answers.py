"""Return annotations: the members that are declared are sent, and no others."""

import dataclasses
import json
import sqlite3
from typing import Annotated, Any, TypedDict

import attrs
import msgspec
import pydantic
import pytest
from arlen_mvc import Application, Response, StreamResponse
from arlen_mvc.operations import Components


class User(msgspec.Struct):
    id: int
    name: str


@dataclasses.dataclass
class UserData:
    id: int
    name: str


class UserDict(TypedDict):
    id: int
    name: str


@attrs.define
class UserAttrs:
    id: int
    name: str


class PydanticUser(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(from_attributes=True)
    id: int
    name: str


class Admin(User):
    password: str = "secret"


class Row:
    def __init__(self, id=7, name="Ada", password="secret"):
        self.id = id
        self.name = name
        self.password = password


FAMILIES = [User, UserData, UserDict, UserAttrs, PydanticUser]
VALUES = [{"id": 7, "name": "Ada", "password": "secret"}, Row(), Admin(7, "Ada")]


def app_with(action, environment="development", **options):
    app = Application({"environment": environment, "log_level": "critical"})
    app.get("/", blocking=False, **options)(action)
    return app


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("value", VALUES, ids=["dict", "object", "subclass"])
def test_only_declared_members_are_sent_of_whatever_is_returned(ask, kind, value):
    def one() -> kind:
        return value

    def several() -> list[kind]:
        return [value, value]

    def named() -> dict[str, kind]:
        return {"first": value}

    sent = {"id": 7, "name": "Ada"}
    if kind is UserDict and not isinstance(value, dict):
        assert ask(app_with(one), "GET /").status == 500
        return
    assert ask(app_with(one), "GET /").json == sent
    assert ask(app_with(several), "GET /").json == [sent, sent]
    assert ask(app_with(named), "GET /").json == {"first": sent}


@pytest.mark.parametrize("kind", FAMILIES)
def test_an_instance_of_the_declared_class_is_sent_as_it_is(ask, kind):
    async def action() -> kind:
        return kind(id=7, name="Ada")

    assert ask(app_with(action), "GET /").json == {"id": 7, "name": "Ada"}


def test_rows_of_a_database_are_filtered_too(ask):
    connection = sqlite3.connect(":memory:")
    connection.row_factory = lambda cursor, row: {
        column[0]: value for column, value in zip(cursor.description, row, strict=True)
    }

    def action() -> list[User]:
        return connection.execute("SELECT 7 AS id, 'Ada' AS name, 'secret' AS password").fetchall()

    assert ask(app_with(action), "GET /").json == [{"id": 7, "name": "Ada"}]
    connection.close()


def test_nothing_is_204_where_the_annotation_allows_it_and_a_fault_where_not(ask):
    def optional() -> User | None:
        return None

    def never() -> User:
        return None

    assert ask(app_with(optional), "GET /").status == 204
    assert ask(app_with(never), "GET /").status == 500


def test_a_tuple_has_the_body_first_and_the_status_and_headers_after(ask):
    def action() -> tuple[User, int, dict[str, str]]:
        return {"id": 7, "name": "Ada", "password": "secret"}, 201, {"location": "/users/7"}

    answer = ask(app_with(action), "GET /")
    assert (answer.status, answer.json, answer.headers["location"]) == (201, {"id": 7, "name": "Ada"}, "/users/7")


def test_responses_renders_and_errors_are_left_as_they_are(ask):
    def response() -> User | Response:
        return Response("as it is")

    def rendered(ctx) -> User:
        return ctx.render_text("rendered")

    def refused(ctx) -> User:
        ctx.status = 409
        return {"problem": "taken"}

    def guarded() -> User:
        return {"id": 7}

    assert ask(app_with(response), "GET /").text == "as it is"
    assert ask(app_with(rendered), "GET /").text == "rendered"
    answer = ask(app_with(refused), "GET /")
    assert (answer.status, answer.json) == (409, {"problem": "taken"})
    assert ask(app_with(guarded, guards=[lambda ctx: False]), "GET /").status == 403


def test_the_status_and_headers_that_the_action_has_set_are_kept(ask):
    def action(ctx) -> User:
        ctx.status = 201
        ctx.set_header("x-mark", "1")
        return User(7, "Ada")

    answer = ask(app_with(action), "GET /")
    assert (answer.status, answer.headers["x-mark"], answer.json["id"]) == (201, "1", 7)


class Team(msgspec.Struct):
    users: list[User]


def test_what_was_promised_and_is_not_there_is_a_500_that_says_what_outside_of_production_only(ask, caplog):
    def action() -> Team:
        return {"users": [{"id": 7, "name": "Ada"}, {"id": "x"}]}

    answer = ask(app_with(action), "GET /", headers={"accept": "application/json"})
    assert answer.status == 500
    assert answer.json["error"]["code"] == "response_contract_failed"
    meta = answer.json["details"][0]["meta"]
    assert [(each["field"], each["code"]) for each in meta["contract_errors"]] == [
        ("response.users[1].id", "invalid_type"),
        ("response.users[1].name", "missing"),
    ]
    concealed = ask(app_with(action, "production"), "GET /", headers={"accept": "application/json"})
    assert concealed.status == 500
    assert concealed.json["error"]["message"] == "Internal Server Error"
    assert "details" not in concealed.json
    assert "users" not in concealed.text


UNTYPED = [
    (str, "text", b"text"),
    (dict[str, int], {"a": 1}, b'{"a":1}'),
    (list[int], [1], b"[1]"),
    (Any, {"a": 1}, b'{"a":1}'),
    (None, None, b""),
    (int, 5, b"5"),
    (dict, User(1, "a"), b'{"id":1,"name":"a"}'),
]


@pytest.mark.parametrize(("annotation", "value", "body"), UNTYPED)
def test_an_annotation_without_a_model_changes_nothing(ask, annotation, value, body):
    def action() -> annotation:
        return value

    assert ask(app_with(action), "GET /").body == body


def test_a_generator_is_streamed_whatever_it_yields(run):
    from collections.abc import AsyncIterator

    async def action() -> AsyncIterator[User]:
        yield b"streamed"

    app = app_with(action)
    from arlen_http import Request

    async def ask_stream():
        result = app.handle(Request.build("GET", "/"))
        return result if isinstance(result, Response) else await result

    assert isinstance(run(ask_stream()), StreamResponse)


def test_an_explicit_contract_is_held_against_what_the_annotation_lets_out(ask):
    def action() -> User:
        return {"id": 7, "name": "Ada", "extra": 1}

    kept = ask(app_with(action, response_schema={"properties": {"id": "integer"}}), "GET /")
    assert kept.json == {"id": 7, "name": "Ada"}
    broken = ask(
        app_with(action, response_schema={"properties": {"extra": {"type": "integer", "required": True}}}), "GET /"
    )
    assert broken.status == 500


@pytest.mark.parametrize("kind", [User, PydanticUser])
def test_a_route_describes_what_it_answers(kind):
    def one() -> kind | None:
        return None

    def several() -> Annotated[list[kind], "all of them"]:
        return []

    components = Components()
    (route,) = app_with(one).routes
    responses = route.describe(components).responses
    assert responses[200].content == {"application/json": {"$ref": f"#/components/schemas/{kind.__name__}"}}
    assert responses[204].content == {}
    (route,) = app_with(several).routes
    (schema,) = route.describe(components).responses[200].content.values()
    assert schema == {"type": "array", "items": {"$ref": f"#/components/schemas/{kind.__name__}"}}
    assert json.dumps(components)


def test_a_model_that_has_no_json_form_at_run_time_is_a_500(ask):
    class Odd(msgspec.Struct):
        value: Any

    def action() -> Odd:
        return Odd(object())

    answer = ask(app_with(action), "GET /", headers={"accept": "application/json"})
    assert answer.json["error"]["code"] == "json_serialization_failed"

"""Forms and files: fields, models and uploads, from urlencoded and multipart bodies."""

from typing import Annotated

import msgspec
import pytest
from arlen_http import Form as SentForm
from arlen_mvc import Application, File, Form, UploadFile
from arlen_mvc.operations import Components

URLENCODED = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
MULTIPART = {"content-type": "multipart/form-data; boundary=line", "accept": "application/json"}


def multipart(*parts):
    """``(name, text)`` for a field, ``(name, filename, content)`` for a file."""
    lines = []
    for name, *rest in parts:
        filename = f'; filename="{rest[0]}"' if len(rest) == 2 else ""
        lines.append(f'--line\r\ncontent-disposition: form-data; name="{name}"{filename}\r\n\r\n{rest[-1]}\r\n')
    return "".join(lines) + "--line--\r\n"


def app_with(action, **options):
    app = Application()
    app.post("/", **options)(action)
    return app


def told(answer):
    assert answer.status == 422, answer.text
    return [(each["field"], each["code"]) for each in answer.json["details"]]


@pytest.mark.parametrize("blocking", [True, False])
def test_fields_of_a_form_are_parameters(ask, blocking):
    def action(
        name: Annotated[str, Form(min_length=2)],
        age: Annotated[int | None, Form()],
        tags: Annotated[list[str], Form(alias="tag")],
        agree: Annotated[bool, Form()] = False,
    ):
        return [name, age, tags, agree]

    app = app_with(action, blocking=blocking)
    body = "name=Ada+L&age=&tag=a&tag=b&agree=on"
    assert ask(app, "POST /", headers=URLENCODED, body=body).json == ["Ada L", None, ["a", "b"], True]
    body = multipart(("name", "Ada"), ("age", "36"))
    assert ask(app, "POST /", headers=MULTIPART, body=body).json == ["Ada", 36, [], False]
    answer = ask(app, "POST /", headers=URLENCODED, body="name=A&age=old")
    assert told(answer) == [("name", "too_short"), ("age", "invalid_integer")]
    assert told(ask(app, "POST /", headers={"accept": "application/json"})) == [("name", "missing")]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_another_body_than_a_form_is_415(ask, content_type):
    async def action(name: Annotated[str, Form()] = ""):
        return "reached"

    assert ask(app_with(action), "POST /", headers={"content-type": content_type}, body="{}").status == 415


class Signup(msgspec.Struct, rename="kebab"):
    name: Annotated[str, msgspec.Meta(min_length=2)]
    age: int
    roles: list[str] = []
    news_letter: bool = False
    picture: UploadFile | None = None


@pytest.mark.parametrize("blocking", [True, False])
def test_a_model_is_filled_from_a_form_with_its_files(ask, blocking):
    def action(signup: Annotated[Signup, Form()]):
        picture = signup.picture.read().decode() if signup.picture else None
        return [signup.name, signup.age, signup.roles, signup.news_letter, picture]

    app = app_with(action, blocking=blocking)
    body = "name=Ada&age=36&roles=a&roles=b&news-letter=yes"
    assert ask(app, "POST /", headers=URLENCODED, body=body).json == ["Ada", 36, ["a", "b"], True, None]
    body = multipart(("name", "Ada"), ("age", "36"), ("picture", "ada.png", "PNG"))
    assert ask(app, "POST /", headers=MULTIPART, body=body).json == ["Ada", 36, [], False, "PNG"]
    answer = ask(app, "POST /", headers=URLENCODED, body="name=A&age=old&news-letter=maybe")
    assert told(answer) == [("name", "too_short"), ("age", "invalid_type"), ("news-letter", "invalid_type")]


def test_files_are_parameters_by_their_type_or_marker(ask):
    async def action(
        picture: UploadFile,
        pages: Annotated[list[UploadFile], File(alias="page", max_length=2)],
        notes: Annotated[bytes, File()] = b"none",
        cover: UploadFile | None = None,
    ):
        return [picture.filename, [page.read().decode() for page in pages], notes.decode(), cover is None]

    app = app_with(action)
    body = multipart(("picture", "a.png", "A"), ("page", "1.txt", "one"), ("page", "2.txt", "two"), ("notes", "n", "N"))
    assert ask(app, "POST /", headers=MULTIPART, body=body).json == ["a.png", ["one", "two"], "N", True]
    body = multipart(("page", "1", "1"), ("page", "2", "2"), ("page", "3", "3"))
    assert told(ask(app, "POST /", headers=MULTIPART, body=body)) == [("picture", "missing"), ("page", "too_long")]


def test_a_file_input_that_was_left_empty_is_no_file(ask):
    async def action(picture: UploadFile | None = None):
        return picture is None

    body = multipart(("picture", "", ""))
    assert ask(app_with(action), "POST /", headers=MULTIPART, body=body).text == "True"


def test_the_form_is_read_once_and_is_the_same_for_everybody(ask):
    async def action(ctx, form: SentForm, name: Annotated[str, Form()]):
        files = await ctx.files()
        return [form is await ctx.form(), form["name"] == name, [(field, file.filename) for field, file in files]]

    body = multipart(("name", "Ada"), ("picture", "a.png", "A"))
    assert ask(app_with(action), "POST /", headers=MULTIPART, body=body).json == [True, True, [["picture", "a.png"]]]


def test_a_request_without_a_body_has_an_empty_form(ask):
    async def action(ctx):
        return len(await ctx.form())

    assert ask(app_with(action), "POST /").text == "0"


def test_too_many_fields_are_413_as_the_server_refuses_them(ask):
    async def action(name: Annotated[str, Form()]):
        return "reached"

    body = "&".join("name=x" for _ in range(1001))
    assert ask(app_with(action), "POST /", headers=URLENCODED, body=body).status == 413


def test_hash_flooding_a_form_model_looks_at_its_own_fields_only(ask):
    async def action(signup: Annotated[Signup, Form()]):
        return msgspec.to_builtins(signup)

    body = "name=Ada&age=36&" + "&".join(f"extra{number}=x" for number in range(900))
    assert set(ask(app_with(action), "POST /", headers=URLENCODED, body=body).json) == {
        "name", "age", "roles", "news-letter", "picture",
    }  # fmt: skip


def test_a_route_describes_its_form():
    async def fields(
        name: Annotated[str, Form(min_length=2, description="Whole name")],
        file: UploadFile,
        age: Annotated[int, Form()] = 1,
    ):
        return None

    async def model(signup: Annotated[Signup, Form()]):
        return None

    (route,) = app_with(fields).routes
    assert route.describe(Components()).body.content == {
        "multipart/form-data": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 2, "description": "Whole name"},
                "file": {"type": "string", "format": "binary"},
                "age": {"type": "integer", "default": 1},
            },
            "required": ["name", "file"],
        }
    }
    (route,) = app_with(model).routes
    body = route.describe(Components()).body
    assert body.content == {"multipart/form-data": {"$ref": "#/components/schemas/Signup"}}

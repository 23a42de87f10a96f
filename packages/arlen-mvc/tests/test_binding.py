"""Arguments: from the path, the query and the context to what a signature asks for."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import quote
from uuid import UUID

import pytest
from arlen_mvc import Application, ApplicationError, Context, Request
from arlen_mvc.scalars import scalar_for
from hypothesis import given
from hypothesis import strategies as st


class Colour(enum.Enum):
    RED = "red"
    BLUE = 2


def app_with(action):
    app = Application()
    app.get("/", blocking=False)(action)
    return app


CONVERSIONS = [
    (str, "text", "text"),
    (int, "-7", -7),
    (int, " +7 ", 7),
    (float, "1.5e3", 1500.0),
    (bool, "ON", True),
    (bool, "no", False),
    (Decimal, "1.10", Decimal("1.10")),
    (UUID, "00000000-0000-0000-0000-000000000007", UUID(int=7)),
    (date, "2026-11-22", date(2026, 11, 22)),
    (datetime, "2026-11-22T10:00:00Z", datetime.fromisoformat("2026-11-22T10:00:00+00:00")),
    (Colour, "red", Colour.RED),
    (Colour, "2", Colour.BLUE),
    (Literal["asc", 1], "1", 1),
    (int | None, "7", 7),
]


@pytest.mark.parametrize(("annotation", "text", "value"), CONVERSIONS)
def test_a_query_text_becomes_what_the_annotation_says(ask, annotation, text, value):
    seen = []

    def action(value: annotation):
        seen.append(value)

    assert ask(app_with(action), f"GET /?value={quote(text)}").status == 204
    assert seen == [value]
    assert type(seen[0]) is type(value)


REFUSALS = [
    (int, "seven", "invalid_integer"),
    (int, "1_000", "invalid_integer"),
    (int, "9223372036854775808", "invalid_integer"),
    (int, "9" * 5000, "invalid_integer"),
    (float, "nan", "invalid_number"),
    (float, "1e999", "invalid_number"),
    (bool, "maybe", "invalid_boolean"),
    (Decimal, "NaN", "invalid_number"),
    (UUID, "7", "invalid_uuid"),
    (date, "22.11.2026", "invalid_date"),
    (datetime, "noon", "invalid_datetime"),
    (Colour, "green", "invalid_choice"),
    (Literal["asc", "desc"], "up", "invalid_choice"),
    (list[int], "x", "invalid_integer"),
]


@pytest.mark.parametrize(("annotation", "text", "code"), REFUSALS)
def test_a_malformed_query_text_is_refused_with_its_code(ask, annotation, text, code):
    def action(value: annotation):
        return "reached"

    answer = ask(app_with(action), f"GET /?value={text}", headers={"accept": "application/json"})
    assert answer.status == 422
    assert [(each["field"], each["code"]) for each in answer.json["details"]] == [("value", code)]


@given(st.integers())
def test_every_integer_of_64_bits_is_read_and_no_other(number):
    parse = scalar_for(int).parse
    if -(2**63) <= number < 2**63:
        assert parse(str(number)) == number
    else:
        with pytest.raises(ValueError):
            parse(str(number))


@given(st.text())
def test_a_boolean_is_one_of_eight_words_or_refused(text):
    known = {"1", "true", "yes", "on", "0", "false", "no", "off"}
    try:
        assert scalar_for(bool).parse(text) is (text.strip().lower() in {"1", "true", "yes", "on"})
    except ValueError:
        assert text.strip().lower() not in known


def test_all_errors_of_a_request_come_in_one_answer(ask):
    def action(page: int, size: int, sort: Literal["asc", "desc"] = "asc", *, when: date):
        return "reached"

    answer = ask(app_with(action), "GET /?size=big&sort=up", headers={"accept": "application/json"})
    assert answer.json["error"]["code"] == "validation_failed"
    assert answer.json["error"]["message"] == "Validation failed"
    assert [(each["field"], each["code"]) for each in answer.json["details"]] == [
        ("page", "missing"),
        ("size", "invalid_integer"),
        ("sort", "invalid_choice"),
        ("when", "missing"),
    ]
    assert ask(app_with(action), "GET /?page=1&size=2&when=no").text == (
        "Validation failed\nwhen: must be a date (YYYY-MM-DD)\n"
    )


def test_absent_query_parameters_take_their_defaults_and_optional_ones_none(ask):
    def action(page: int = 1, q: str | None = None, tags: list[str] = [], ids: set[int] | None = None):  # noqa: B006
        return [page, q, tags, ids]

    assert ask(app_with(action), "GET /").json == [1, None, [], None]


def test_repeated_query_parameters_fill_a_collection_and_the_last_one_a_scalar(ask):
    def action(ids: list[int], pair: tuple[str, ...], last: str):
        return [ids, list(pair), last]

    answer = ask(app_with(action), "GET /?ids=1&ids=2&pair=a&last=x&last=y")
    assert answer.json == [[1, 2], ["a"], "y"]


def test_a_path_text_is_converted_by_the_annotation_where_the_router_did_not(ask):
    app = Application()

    @app.get("/plain/{id}", blocking=False)
    def plain(id: int):
        return {"id": id}

    @app.get("/routed/{day:date}", blocking=False)
    def routed(day: date):
        return {"year": day.year}

    @app.get("/text/{name}", blocking=False)
    def text(name):
        return name

    assert ask(app, "GET /plain/7").json == {"id": 7}
    assert ask(app, "GET /plain/x").status == 422
    assert ask(app, "GET /routed/2026-11-22").json == {"year": 2026}
    assert ask(app, "GET /routed/x").status == 404
    assert ask(app, "GET /text/a%20b").text == "a b"


def test_the_context_and_the_request_are_found_by_type_or_the_name_ctx(ask):
    def action(ctx, context: Context, request: Request):
        return [ctx is context, request is ctx.request]

    assert ask(app_with(action), "GET /").json == [True, True]


def test_parameters_after_the_star_are_passed_by_name(ask):
    def action(ctx, *, page: int):
        return [ctx.query("page"), page]

    assert ask(app_with(action), "GET /?page=7").json == ["7", 7]


def test_an_action_may_ask_for_nothing(ask):
    assert ask(app_with(lambda: "nothing asked"), "GET /").text == "nothing asked"


class Unprovided:
    pass


def unbindable_kind(thing: Unprovided):
    return None


def unannotated(thing):
    return None


def collecting(*things: int):
    return None


@pytest.mark.parametrize(
    ("action", "problem", "remedy"),
    [
        (unbindable_kind, "nothing fills parameter 'thing: Unprovided'", "call app.provide(Unprovided, ...)"),
        (unannotated, "parameter 'thing' has no annotation", "write thing: str for a query parameter"),
        (collecting, "parameter *things: int collects arguments", "name the ones you need"),
    ],
)
def test_a_signature_that_no_request_could_fill_is_a_mistake_at_start(run, action, problem, remedy):
    with pytest.raises(ApplicationError) as caught:
        run(app_with(action).start())
    message = str(caught.value)
    assert problem in message
    assert remedy in message
    assert f"GET / -> {action.__name__} ({__file__}:" in message

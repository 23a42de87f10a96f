"""Transformers: the ones that exist, those of an application, and their failures."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from arlen_mvc import Application, TransformerError, apply_transformer, register_transformer, transformer_names
from arlen_mvc.contracts import transformers

INSTANT = datetime(2026, 11, 22, 20, 0, 0, tzinfo=UTC)


@pytest.fixture
def registry(monkeypatch):
    """Registrations of a test end with it."""
    monkeypatch.setattr(transformers, "_registered", dict(transformers._registered))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("trim", "  a ", "a"),
        ("Trim ", 7, "7"),
        ("lowercase", "ÄB", "äb"),
        ("uppercase", "ab", "AB"),
        ("to_integer", " +7", 7),
        ("to_integer", 7.0, 7),
        ("to_number", "7.5", 7.5),
        ("to_number", 7, 7),
        ("to_boolean", "Off", False),
        ("to_boolean", 1, True),
        ("to_boolean", True, True),
        ("iso8601_date", "2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("iso8601_date", "2026-11-22T20:00:00Z", INSTANT),
        ("iso8601_date", "2026-11-22T20:00:00.000+01:00", INSTANT.replace(tzinfo=timezone(timedelta(hours=1)))),
        ("iso8601_date", INSTANT, INSTANT),
    ],
)
def test_the_built_in_transformers(name, value, expected):
    result = apply_transformer(name, value)
    assert (result, type(result)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("to_integer", "x", "transform_failed"),
        ("to_integer", True, "transform_failed"),
        ("to_integer", 1.5, "transform_failed"),
        ("to_number", [], "transform_failed"),
        ("to_boolean", 2, "transform_failed"),
        ("to_boolean", "perhaps", "transform_failed"),
        ("iso8601_date", "2026-11-22T20:00:00", "transform_failed"),
        ("iso8601_date", "2026-02-30", "transform_failed"),
        ("iso8601_date", 20261122, "transform_failed"),
        ("nothing", "x", "unknown_transformer"),
        ("", "x", "invalid_argument"),
        (None, "x", "invalid_argument"),
    ],
)
def test_a_failing_transformer_says_what_failed(name, value, code):
    with pytest.raises(TransformerError) as caught:
        apply_transformer(name, value)
    assert (caught.value.code, caught.value.details) == (code, {"transformer": name})


@pytest.mark.parametrize(("name", "function"), [(" ", str), ("x", "no function"), (None, str)])
def test_what_cannot_be_registered(name, function):
    with pytest.raises(TransformerError) as caught:
        register_transformer(name, function)
    assert caught.value.code == "invalid_argument"


def test_names_are_trimmed_lowered_sorted_and_replaced(registry):
    register_transformer(" Slug ", lambda value: 1)
    register_transformer("slug", lambda value: 2)
    assert apply_transformer("SLUG", "x") == 2
    assert transformer_names() == sorted([
        "iso8601_date", "lowercase", "slug", "to_boolean", "to_integer", "to_number", "trim", "uppercase",
    ])  # fmt: skip


def test_a_transformer_of_the_application_runs_before_the_type_is_looked_at(ask, registry):
    def split(value):
        if not isinstance(value, str):
            raise ValueError("must be a text with commas")
        return value.split(",")

    register_transformer("split", split)
    app = Application()

    @app.post("/", blocking=False, request_schema={
        "tags": {"source": "body", "items": "integer", "transformers": ["trim", "split"]},
        "other": {"source": "body", "items": "integer", "transformer": "split"},
    })  # fmt: skip
    def index(ctx):
        return ctx.validated

    assert ask(app, "POST /", body=b'{"tags": " 1,2 "}').json == {"tags": [1, 2]}
    answer = ask(app, "POST /", body=b'{"other": 5}', headers={"accept": "application/json"})
    assert answer.json["details"] == [
        {
            "field": "other",
            "code": "invalid_transform",
            "message": "must be a text with commas",
            "meta": {"transformer": "split"},
        }
    ]


def test_a_date_goes_in_as_text_and_out_as_text(ask):
    app = Application()

    @app.get("/", blocking=False, request_schema={"at": {"transformer": "iso8601_date", "format": "date-time"}})
    def index(ctx):
        assert ctx.validated["at"] == datetime(2026, 11, 22, tzinfo=UTC)
        return ctx.validated

    assert datetime.fromisoformat(ask(app, "GET /?at=2026-11-22").json["at"]) == datetime(2026, 11, 22, tzinfo=UTC)

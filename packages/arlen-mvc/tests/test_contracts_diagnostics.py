"""Contracts that are written wrongly: told when the application starts, all of them at once."""

import logging

import pytest
from arlen_mvc import Application, ApplicationError
from arlen_mvc.contracts.compiled import compile_contract
from arlen_mvc.contracts.contract import Contract


def found(request=None, response=None, path_params=()):
    compiled = compile_contract(Contract(request, response), ("POST",), path_params)
    return [(each.field, each.severity, each.code) for each in compiled.diagnostics]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (42, [("request", "warning", "schema_not_dictionary")]),
        ({"type": "array", "items": 42}, [("request", "warning", "invalid_items_shape")]),
        ({"a": {"type": "strnig"}}, [("request.a", "error", "unsupported_type")]),
        ("nothing", [("request", "error", "unsupported_type")]),
        ({"a": {"transformer": "trm"}}, [("request.a", "error", "invalid_transformer")]),
        ({"a": {"transformer": ["trim"]}}, [("request.a", "warning", "invalid_transformer_shape")]),
        ({"a": {"transformers": "trim"}}, [("request.a", "warning", "invalid_transformers_shape")]),
        ({"a": {"transformers": ["trim", 5]}}, [("request.a", "warning", "invalid_transformer_name")]),
        ({"properties": []}, [("request", "warning", "invalid_properties_shape")]),
        ({"properties": {"a": 5}}, [("request.a", "warning", "invalid_descriptor")]),
        ({"a": {"required": "yes"}}, [("request.a", "warning", "invalid_required_shape")]),
        ({"properties": {"a": "string"}, "required": ["b"]}, [("request", "warning", "invalid_required_shape")]),
        ({"a": {"source": "path"}}, [("request.a", "warning", "unknown_path_param")]),
        ({"a": {"source": "qurey"}}, [("request.a", "error", "invalid_source")]),
        ({"a": {"properties": {"b": {"source": "query"}}}}, [("request.a.b", "warning", "invalid_source")]),
        ({"a": {"minLenght": 3}}, [("request.a", "warning", "invalid_descriptor")]),
        ({"a": "string", "b": 3}, [("request", "warning", "invalid_descriptor")]),
        ({"a": {"coerce": "no"}}, [("request.a", "warning", "invalid_descriptor")]),
        ({"a": {"type": "string", "items": "string"}}, [("request.a", "warning", "invalid_descriptor")]),
        ({"id": "integer", "title": "string"}, [("request", "warning", "invalid_properties_shape")]),
        ({"a": {"type": "integer", "minLength": 3}}, [("request.a", "warning", "invalid_constraint")]),
        ({"a": {"minLength": "3"}}, [("request.a", "error", "invalid_constraint")]),
        ({"a": {"maxLength": -1}}, [("request.a", "error", "invalid_constraint")]),
        ({"a": {"type": "integer", "minimum": "3"}}, [("request.a", "error", "invalid_constraint")]),
        ({"a": {"pattern": "("}}, [("request.a", "error", "invalid_constraint")]),
        ({"a": {"format": "ip"}}, [("request.a", "error", "invalid_constraint")]),
        ({"a": {"enum": "abc"}}, [("request.a", "error", "invalid_constraint")]),
        ({"a": {"type": "integer", "default": "x"}}, [("request.a", "error", "invalid_default")]),
        (
            {"list": {"items": {"properties": {"n": {"type": "x"}}}}, "z": {"transformer": "x"}},
            [("request.list[].n", "error", "unsupported_type"), ("request.z", "error", "invalid_transformer")],
        ),
    ],
)
def test_what_is_wrong_with_a_descriptor(schema, expected):
    assert found(schema) == expected


def test_fields_of_a_response_start_at_response():
    assert found(None, {"a": {"source": "query"}, "b": {"type": "x"}}) == [
        ("response.a", "warning", "invalid_source"),
        ("response.b", "error", "unsupported_type"),
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {},
        "object",
        {"a": {"type": "object", "example": {"b": 1}, "default": {}}},
        {"id": {"source": "path"}},
        {"a": {"items": {"required": ["b"], "properties": {"b": "string"}}}},
    ],
)
def test_what_is_right(schema):
    assert found(schema, schema if "id" not in schema else None, ("id",)) == []


def test_a_class_that_no_library_reads_is_a_mistake():
    class Odd(dict):
        __struct_fields__ = ("a",)

    ((field, severity, code),) = found(list[Odd], None) or [("request", "error", "unsupported_type")]
    assert (field, severity, code) == ("request", "error", "unsupported_type")


def test_a_diagnostic_is_plain_data_and_shows_the_schema():
    (diagnostic,) = compile_contract(Contract({"type": "array", "items": 42}), ("POST",), ()).diagnostics
    assert diagnostic.as_dict() == {
        "field": "request",
        "severity": "warning",
        "code": "invalid_items_shape",
        "message": "items is neither a dict nor the name of a type",
        "meta": {"schema": {"type": "array", "items": 42}},
    }


def faulty(config=None):
    app = Application(config or {})

    @app.get("/a", name="a", request_schema={"n": "intger", "w": {"minLenght": 1}})
    async def first():
        raise AssertionError

    @app.get("/b", response_schema={"m": {"transformer": "trin"}})
    async def second():
        raise AssertionError

    return app


def test_the_errors_of_all_routes_are_reported_at_once_with_a_suggestion():
    with pytest.raises(ApplicationError) as caught:
        _ = faulty().routes
    first, second = map(str, caught.value.mistakes)
    assert first.startswith("GET /a -> ")
    assert "request.n of its contract: unsupported schema type 'intger'; did you mean 'integer'?" in first
    assert "response.m of its contract: there is no transformer 'trin'; did you mean 'trim'?" in second


def test_warnings_are_logged_with_the_route(caplog):
    app = Application()

    @app.get("/a", name="a", request_schema={"w": {"minLenght": 1}})
    async def index():
        raise AssertionError

    with caplog.at_level(logging.WARNING):
        assert len(app.routes) == 1
    (record,) = caplog.records
    assert (record.message, record.fields["route_name"], record.fields["route_path"]) == (
        "route compile warning", "a", "/a",
    )  # fmt: skip
    assert record.fields["diagnostics"][0]["message"] == "nothing reads 'minLenght'; did you mean 'minLength'?"


def test_warnings_may_count_as_mistakes():
    with pytest.raises(ApplicationError) as caught:
        _ = faulty({"routing": {"route_compile_warnings_as_errors": True}}).routes
    assert len(caught.value.mistakes) == 3

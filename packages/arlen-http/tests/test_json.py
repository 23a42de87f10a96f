"""JSON: one meaning, whichever library does the work."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid

import pytest
from arlen_http import Request, RequestRefused, Response, Server, ServerSettings, json
from arlen_http.json import JSONError, orjson, stdlib
from arlen_testkit.imports import import_blocker
from hypothesis import example, given
from hypothesis import strategies as st


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Limit(enum.Enum):
    NONE = float("inf")


class Text(str):
    __slots__ = ()


KEY = uuid.UUID(int=7)


@pytest.fixture(params=["orjson", "stdlib"], autouse=True)
def backend(request):
    json.use_backend(request.param)
    yield request.param
    json.use_backend("orjson")


def outcome(call, *arguments):
    try:
        return call(*arguments)
    except JSONError as error:
        return error.code


def nested(levels, brackets="[]"):
    opening, closing = ('{"a":', "}") if brackets == "{}" else ("[", "]")
    return opening * (levels - 1) + brackets + closing * (levels - 1)


def test_json_is_compact_unless_asked():
    assert json.dumps({"b": None, "a": "é"}) == '{"b":null,"a":"é"}'.encode()
    assert json.dumps({"b": 1, "a": 2}, sort_keys=True) == b'{"a":2,"b":1}'
    assert json.dumps({"a": [1, {}]}, pretty=True) == b'{\n  "a": [\n    1,\n    {}\n  ]\n}'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, "\xc3\xa9", true, null]}', {"a": [1, 2.5, "é", True, None]}),
        ('"é"', "é"),
        (bytearray(b" 1\n"), 1),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"18446744073709551615", 2**64 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"18446744073709551616", float(2**64)),
        (b"-9223372036854775809", -float(2**63)),
        (b"1" * 300, float("1" * 300)),
        (rb'"\ud83d\ude00 \\ud800"', r"😀 \ud800"),
    ],
)
def test_json_is_read_by_rfc_8259(text, value):
    found = json.loads(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1,]",
        b"{'a': 1}",
        b"01",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
        b"\xff",
        b"\xef\xbb\xbf1",
        "\ufeff1",
        "1".encode("utf-16"),
        b"1 2",
        b'"\x01"',
        rb'"\ud800"',
        rb'"\ud800x\udc00"',
        rb'{"a": "\udc00", "a": 1}',
        '"\ud800"',
    ],
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(JSONError, match="not JSON") as caught:
        json.loads(text)
    assert caught.value.code == "parse_failed"


def test_the_place_of_a_mistake_is_told():
    with pytest.raises(JSONError) as caught:
        json.loads('{"é": x}')
    assert caught.value.details == {"position": 6}


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        [{"a": (1, -float("inf"))}],
        {"a": None, "b": float("inf")},
        Limit.NONE,
        2**64,
        -(2**63) - 1,
        "\ud800",
        {"\ud800": 1},
        {1: 2},
        {None: 2},
        {Text("a"): 1},
        {(1, 2): 3},
        Text("a"),
        {1, 2},
        b"bytes",
        object(),
        decimal.Decimal(1),
        datetime.date(2026, 1, 2),
        datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
    ],
)
def test_json_refuses_what_a_peer_could_not_read(value):
    with pytest.raises(JSONError, match="cannot be written") as caught:
        json.dumps(value)
    assert caught.value.code == "unsupported_value"
    assert not json.is_valid([value])


@pytest.mark.parametrize(
    ("value", "text"), [(KEY, f'"{KEY}"'), (Color.RED, '"red"'), (Level.LOW, "1"), ((1, (2,)), "[1,[2]]")]
)
def test_uuids_members_of_enumerations_and_tuples_have_a_form(value, text):
    assert json.dumps(value) == text.encode()


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_nesting_ends_at_512_levels_both_ways(brackets):
    text = nested(512, brackets).encode()
    deepest = json.loads(text)
    assert json.dumps(deepest) == text
    for excess in (513, 1024, 100_000):
        assert outcome(json.loads, nested(excess, brackets)) == "depth_exceeded"
    assert outcome(json.dumps, [deepest]) == "depth_exceeded"
    circle = []
    circle += [circle, circle]
    assert outcome(json.dumps, circle) == "depth_exceeded"


def test_many_brackets_are_not_depth():
    value = [[{"a": "[" * 600}]] * 1000
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize("text", ["1", '"a"', "true", "null"])
def test_a_scalar_is_a_document_unless_fragments_are_refused(text):
    assert json.dumps(json.loads(text)) == text.encode()
    assert outcome(lambda: json.loads(text, allow_fragments=False)) == "parse_failed"
    assert json.loads(f"[{text}]", allow_fragments=False) == [json.loads(text)]


@pytest.mark.parametrize(
    ("value", "valid"), [({}, True), ([1, "a", None, 1.5, {"a": []}], True), ((), True), (1, False)]
)
def test_a_valid_document_is_an_object_or_array(value, valid):
    assert json.is_valid(value) is valid


def json_values(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner) | st.tuples(inner),
        max_leaves=12,
    )


leaves = st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.sampled_from([KEY, *Color])
values_with_floats = json_values(leaves | st.floats())


@given(json_values(leaves), st.booleans(), st.booleans())
def test_both_backends_write_the_same_bytes(value, sort_keys, pretty):
    assert outcome(orjson.dumps, value, sort_keys, pretty) == outcome(stdlib.dumps, value, sort_keys, pretty)


@given(values_with_floats)
@example([6.1e-5, 1e-7, 1e16])
def test_both_backends_write_the_same_floats(value):
    by_orjson, by_stdlib = (outcome(backend.dumps, value, False, False) for backend in (orjson, stdlib))
    assert outcome(json.loads, by_orjson) == outcome(json.loads, by_stdlib)


written = values_with_floats.map(lambda value: outcome(orjson.dumps, value, False, True))
token = st.sampled_from(
    ["[", "]", "{", "}", ",", ":", '"', '"a"', r'"\ud83d"', r"\ude00", "\\", " ", "1", "-", ".5", "e9", "e400", "true"]
) | st.sampled_from(["nul", "NaN", "0", "99999999999999999999", "é", "\ufeff", "\x01", "\x7f", "\xa0"])
json_texts = written | st.lists(token).map("".join)


@given(json_texts | st.binary() | st.text(st.characters()))
def test_both_backends_read_the_same_values(text):
    assert repr(outcome(orjson.loads, text)) == repr(outcome(stdlib.loads, text))


def test_without_orjson_the_standard_library_does_the_work():
    with import_blocker("orjson", forget=["arlen_http"]):
        from arlen_http import json as bare

        assert bare.backend_name() == "stdlib"
        bare.use_backend("orjson")
        assert bare.backend_name() == "stdlib"
        assert bare.loads(bare.dumps({"a": 1})) == {"a": 1}


def test_a_backend_says_who_it_is(backend):
    assert json.backend_name() == backend
    assert json.backend_version().count(".") == 2


def test_an_unknown_backend_is_refused():
    with pytest.raises(JSONError, match="there are orjson and stdlib") as caught:
        json.use_backend("simd")
    assert caught.value.code == "unknown_backend"


@pytest.mark.parametrize("name", ["orjson", "stdlib"])
def test_a_server_uses_the_backend_of_its_settings(run, name):
    async def story():
        async with Server(lambda request: Response(), ServerSettings(port=0, json_backend=name)):
            return json.backend_name()

    assert run(story()) == name


def test_a_body_nested_too_deeply_is_refused(run):
    with pytest.raises(RequestRefused) as caught:
        run(Request.build("POST", body=nested(513)).json())
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")

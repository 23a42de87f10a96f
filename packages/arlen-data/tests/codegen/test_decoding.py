from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address, ip_interface, ip_network
from typing import Literal
from uuid import UUID

import pytest
from arlen_data import decoding
from arlen_data.decoding import RowReader, TypedDecodeError, decode_rows

REF = UUID("7f0c7c1e-61ad-4dd3-b6a5-c6a5b61c6a0d")
MOOD = decoding.one_of(Literal["happy", "sad"])


@pytest.mark.parametrize(
    ("decoder", "value", "expected"),
    [
        (decoding.integer, 3, 3),
        (decoding.real, 1.5, 1.5),
        (decoding.real, 1, 1.0),
        (decoding.decimal, Decimal("1.50"), Decimal("1.50")),
        (decoding.decimal, 2, Decimal(2)),
        (decoding.decimal, 0.1, Decimal("0.1")),
        (decoding.decimal, "0.10", Decimal("0.10")),
        (decoding.number, 1.5, 1.5),
        (decoding.boolean, True, True),
        (decoding.boolean, 0, False),
        (decoding.text, "a", "a"),
        (decoding.binary, memoryview(b"a"), b"a"),
        (decoding.uuid, str(REF), REF),
        (decoding.uuid, REF, REF),
        (decoding.timestamp, "2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5)),  # noqa: DTZ001 (SQLite has no zone)
        (decoding.date, "2026-01-02", date(2026, 1, 2)),
        (decoding.time, "03:04", time(3, 4)),
        (decoding.interval, timedelta(1), timedelta(1)),
        (decoding.inet, ip_address("::1"), ip_address("::1")),
        (decoding.inet, "10.0.0.1/8", ip_interface("10.0.0.1/8")),
        (decoding.network, "10.0.0.0/8", ip_network("10.0.0.0/8")),
        (decoding.json, {"a": [1]}, {"a": [1]}),
        (decoding.json_text, '{"a": [1]}', {"a": [1]}),
        (MOOD, "sad", "sad"),
        (decoding.list_of(decoding.integer), [1, 2], [1, 2]),
        (decoding.list_of(MOOD), "{happy,sad}", ["happy", "sad"]),
        (decoding.list_of(decoding.text), r'{"a, b","c\"d\\",e f,"","NULL"}', ["a, b", 'c"d\\', "e f", "", "NULL"]),
        (decoding.list_of(decoding.text), "{}", []),
        (decoding.anything, REF, REF),
    ],
)
def test_what_drivers_give_becomes_the_declared_type(decoder, value, expected):
    reader = RowReader({"x": value}, TypedDecodeError)
    for decoded in (reader.required("x", decoder), reader.optional("x", decoder)):
        assert decoded == expected
        assert type(decoded) is type(expected)


@pytest.mark.parametrize(
    ("decoder", "value"),
    [
        (decoding.integer, True),
        (decoding.integer, 1.0),
        (decoding.integer, "1"),
        (decoding.real, "1.5"),
        (decoding.decimal, "many"),
        (decoding.boolean, 2),
        (decoding.boolean, "true"),
        (decoding.text, 1),
        (decoding.text, b"a"),
        (decoding.uuid, "no"),
        (decoding.timestamp, "yesterday"),
        (decoding.date, datetime(2026, 1, 2)),  # noqa: DTZ001
        (decoding.json_text, "{"),
        (MOOD, "angry"),
        (decoding.list_of(decoding.integer), [1, None]),
        (decoding.list_of(decoding.integer), [[1]]),
        (decoding.list_of(decoding.text), "{a,NULL}"),
        (decoding.list_of(decoding.text), "{{a},{b}}"),
        (decoding.list_of(decoding.text), "a"),
    ],
)
def test_another_type_is_refused_without_showing_the_value(decoder, value):
    with pytest.raises(TypedDecodeError) as caught:
        RowReader({"x": value}, TypedDecodeError).required("x", decoder)
    assert (caught.value.code, caught.value.field) == ("invalid_type", "x")
    assert caught.value.expected_type == decoder.expected_type
    assert caught.value.details == {"field": "x", "expected_type": decoder.expected_type}


@pytest.mark.parametrize("row", [{}, {"x": None}])
def test_null_is_missing_where_it_is_not_allowed(row):
    reader = RowReader(row, TypedDecodeError)
    assert reader.optional("x", decoding.text) is None
    with pytest.raises(TypedDecodeError) as caught:
        reader.required("x", decoding.text)
    assert caught.value.code == "missing_field"


@pytest.mark.parametrize("row", [None, 3, "x", [("x", 1)]])
def test_what_is_no_mapping_is_no_row(row):
    with pytest.raises(TypedDecodeError) as caught:
        RowReader(row, TypedDecodeError)
    assert (caught.value.code, caught.value.field) == ("invalid_type", "row")


def test_what_cannot_be_iterated_holds_no_rows():
    with pytest.raises(TypedDecodeError) as caught:
        decode_rows(3, lambda row: row, TypedDecodeError)
    assert (caught.value.code, caught.value.field) == ("invalid_type", "rows")


def test_json_parameters_are_text():
    assert decoding.json_parameter({"a": None}) == '{"a": null}'
    assert decoding.json_parameter(None) is None

"""Laws of contracts, on generated descriptors."""

import re
from typing import Any

from arlen_mvc.contracts.descriptors import parse_response
from arlen_mvc.contracts.faults import Faults
from arlen_mvc.contracts.json_schemas import schema_of
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

NAMES = st.text("abcxyz", min_size=1, max_size=4)
LEAVES = st.one_of(
    st.just({"type": "string"}),
    st.builds(lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
              st.integers(0, 3), st.integers(0, 3)),
    st.just({"type": "boolean"}),
    st.builds(lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
              st.integers(-5, 5), st.integers(0, 5)),
    st.just({"type": "number"}),
    st.builds(lambda values: {"type": "integer", "enum": values}, st.lists(st.integers(0, 5), min_size=1)),
    st.just({"type": "object"}),
)  # fmt: skip
DESCRIPTORS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda item, low: {"type": "array", "items": item, "minItems": low}, inner, st.integers(0, 2)),
        st.builds(
            lambda members, required: {"type": "object", "properties": members, "required": sorted(members)[:required]},
            st.dictionaries(NAMES, inner, min_size=1, max_size=3),
            st.integers(0, 3),
        ),
    ),
    max_leaves=8,
)
VALUES = st.recursive(
    st.one_of(st.integers(-9, 9), st.booleans(), st.text("ab", max_size=6), st.floats(allow_nan=False), st.just("5")),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def valid_values(draw: Any, descriptor: Any) -> Any:
    match descriptor:
        case {"enum": values}:
            return draw(st.sampled_from(values))
        case {"type": "string"}:
            return draw(st.text(min_size=descriptor.get("minLength", 0), max_size=descriptor.get("maxLength", 5)))
        case {"type": "boolean"}:
            return draw(st.booleans())
        case {"type": "integer"}:
            return draw(st.integers(descriptor["minimum"], descriptor["maximum"]))
        case {"type": "number"}:
            return draw(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
        case {"type": "array"}:
            return draw(st.lists(valid_values(descriptor["items"]), min_size=descriptor["minItems"], max_size=3))
        case {"properties": members}:
            required = {name: valid_values(members[name]) for name in descriptor["required"]}
            others = {name: valid_values(member) for name, member in members.items() if name not in required}
            return draw(st.fixed_dictionaries(required, optional=others))
    return draw(st.dictionaries(NAMES, st.integers()))


def checked(descriptor, value):
    node, diagnostics = parse_response(descriptor)
    assert diagnostics == []
    faults = Faults()
    return node.check(value, faults), faults.errors("response")


@given(DESCRIPTORS, st.data())
def test_valid_values_are_accepted_as_they_are_and_again(descriptor, data):
    value = data.draw(valid_values(descriptor))
    accepted, errors = checked(descriptor, value)
    assert (accepted, errors) == (value, [])
    assert checked(descriptor, accepted) == (accepted, [])


@given(DESCRIPTORS, VALUES)
def test_every_error_is_at_a_place_of_the_value_or_where_one_is_missing(descriptor, value):
    for error in checked(descriptor, value)[1]:
        place = value
        steps = re.findall(r"\[(\d+)\]|\.(\w+)", error.field.removeprefix("response"))
        for index, (number, name) in enumerate(steps):
            if error.code == "missing" and index == len(steps) - 1:
                assert name
                assert place.get(name) is None
                break
            place = place[int(number)] if number else place[name]


@given(DESCRIPTORS, VALUES)
def test_a_contract_and_its_json_schema_agree(descriptor, value):
    """JSON Schema knows no finite numbers only, and nothing else is different for values without nulls."""
    node, _ = parse_response(descriptor)
    valid = Draft202012Validator(schema_of(node)).is_valid(value)
    if not has_infinity(value):
        assert (checked(descriptor, value)[1] == []) == valid


def has_infinity(value):
    match value:
        case dict():
            return any(map(has_infinity, value.values()))
        case list():
            return any(map(has_infinity, value))
        case float():
            return value in (float("inf"), float("-inf"))
    return False

"""What a descriptor accepts, what it makes of it, and what it says about the rest."""

import pytest
from arlen_mvc.contracts.descriptors import parse_request, parse_response
from arlen_mvc.contracts.faults import MOST_FAULTS, Faults


def checked(descriptor, value, parse=parse_request):
    """The value of one field ``f``, and its errors as ``(field, code, message)``."""
    node, diagnostics = parse({"type": "object", "properties": {"f": descriptor}})
    assert diagnostics == []
    faults = Faults()
    content = node.check(value if value == {} else {"f": value}, faults)
    return content.get("f"), [(error.field, error.code, error.message) for error in faults.errors()]


REFUSED = [
    ({"required": True}, {}, [("f", "missing", "is required")]),
    ({"required": True}, None, [("f", "missing", "is required")]),
    ("string", 7, [("f", "invalid_type", "must be a string")]),
    ("integer", "seven", [("f", "invalid_type", "must be an integer")]),
    ("integer", True, [("f", "invalid_type", "must be an integer")]),
    ("integer", 1.5, [("f", "invalid_type", "must be an integer")]),
    ("integer", "1.0", [("f", "invalid_type", "must be an integer")]),
    ("integer", str(2**63), [("f", "invalid_type", "must be an integer")]),
    ("number", False, [("f", "invalid_type", "must be a number")]),
    ("number", float("nan"), [("f", "invalid_type", "must be a number")]),
    ("number", "Infinity", [("f", "invalid_type", "must be a number")]),
    ("boolean", 1, [("f", "invalid_type", "must be a boolean")]),
    ("boolean", "maybe", [("f", "invalid_type", "must be a boolean")]),
    ("object", [], [("f", "invalid_type", "must be an object")]),
    ("array", "a,b", [("f", "invalid_type", "must be an array")]),
    ({"type": "integer", "coerce": False}, "7", [("f", "invalid_type", "must be an integer")]),
    ({"minLength": 3}, "ab", [("f", "too_short", "is shorter than minLength")]),
    ({"maxLength": 1}, "ab", [("f", "too_long", "is longer than maxLength")]),
    ({"items": "string", "minItems": 1}, [], [("f", "too_short", "is shorter than minItems")]),
    ({"items": "integer", "maxItems": 1}, ["x", "y"], [("f", "too_long", "is longer than maxItems")]),
    ({"type": "integer", "minimum": 3}, "2", [("f", "too_small", "is lower than minimum")]),
    ({"type": "number", "maximum": 3}, 3.5, [("f", "too_large", "is greater than maximum")]),
    ({"enum": ["a", "b"]}, "c", [("f", "invalid_enum", "must be one of the allowed values")]),
    ({"type": "number", "enum": [0]}, 1, [("f", "invalid_enum", "must be one of the allowed values")]),
    ({"type": "object", "enum": ["a"]}, {"b": 1}, [("f", "invalid_enum", "must be one of the allowed values")]),
    ({"pattern": "^[a-z]+$"}, "A", [("f", "invalid_format", "has an invalid format")]),
    ({"format": "date"}, "2026-02-30", [("f", "invalid_format", "has an invalid format")]),
    ({"transformer": "to_integer", "type": "integer"}, "x", [("f", "invalid_transform", "must be an integer")]),
    ({"minLength": 3, "enum": ["abc"]}, "a", [
        ("f", "too_short", "is shorter than minLength"), ("f", "invalid_enum", "must be one of the allowed values"),
    ]),
    ({"items": {"type": "object", "properties": {"sku": {"required": True}}}}, [{}, {"sku": "a"}, 5], [
        ("f[0].sku", "missing", "is required"), ("f[2]", "invalid_type", "must be an object"),
    ]),
    ({"items": "integer"}, [None], [("f[0]", "missing", "is required")]),
    ({"z": "integer", "email": {"format": "email"}}, {"z": "x", "email": "y"}, [
        ("f.email", "invalid_format", "has an invalid format"), ("f.z", "invalid_type", "must be an integer"),
    ]),
    ({"type": "object", "required": ["a"]}, {"b": 1}, [("f.a", "missing", "is required")]),
    ({"properties": {"a": "integer"}, "required": ["a"]}, {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("descriptor", "value", "errors"), REFUSED)
def test_what_is_wrong_with_a_value_is_told_by_code_message_and_place(descriptor, value, errors):
    assert checked(descriptor, value)[1] == errors


ACCEPTED = [
    ("string", "a", "a"),
    ("integer", " 7", 7),
    ("integer", 2.0, 2),
    ("number", "1e3", 1000.0),
    ("number", 3, 3),
    ("boolean", "On", True),
    ("object", {"any": [1]}, {"any": [1]}),
    ("array", [1, "a"], [1, "a"]),
    ({"items": "integer"}, ["1", 2], [1, 2]),
    ({"items": {"type": "integer", "required": False}}, [1, None], [1, None]),
    ({"type": "object", "properties": {"a": "integer"}}, {"a": "1", "b": 2}, {"a": 1}),
    ({"a": "integer"}, {"a": "1"}, {"a": 1}),
    ({"type": "integer", "default": "5"}, {}, 5),
    ({"type": "integer", "default": 5}, None, 5),
    ({"a": {"type": "integer", "default": 1}}, {}, None),
    ({"a": {"type": "integer", "default": 1}, "default": {}}, {}, {"a": 1}),
    ({"enum": [1, 2], "type": "integer"}, "2", 2),
    ({"enum": [True], "type": "boolean"}, "yes", True),
    ({"transformers": ["trim", " LowerCase "], "enum": ["red"]}, " RED ", "red"),
    ({"transformer": "trim", "type": "integer"}, 7, 7),
    ({"pattern": "b"}, "abc", "abc"),
]


@pytest.mark.parametrize(("descriptor", "value", "expected"), ACCEPTED)
def test_a_value_is_coerced_to_its_declared_type(descriptor, value, expected):
    assert checked(descriptor, value) == (expected, [])


def test_truth_is_no_number_in_an_enumeration():
    assert checked({"type": "number", "enum": [True]}, 1)[1] != []


@pytest.mark.parametrize("value", ["7", "true"])
def test_responses_are_not_coerced(value):
    assert checked("integer", value, parse_response)[1] == [("f", "invalid_type", "must be an integer")]


def test_coercion_can_be_asked_for_and_is_inherited():
    descriptor = {"coerce": True, "type": "object", "properties": {"n": "integer"}}
    assert checked(descriptor, {"n": "7"}, parse_response) == ({"n": 7}, [])


def test_a_default_belongs_to_one_request():
    node, _ = parse_request({"f": {"type": "object", "default": {}}})
    node.check({}, Faults())["f"]["dirty"] = True
    assert node.check({}, Faults()) == {"f": {}}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date", ["2026-11-22"], ["20261122", "2026-13-01", "2026-W01-1", ""]),
        (
            "date-time",
            ["2026-11-22T20:00:00Z", "2026-11-22t20:00:00.123456789+01:00"],
            ["2026-11-22T20:00:00", "2026-11-22", "2026-11-22T25:00:00Z"],
        ),
        ("uuid", ["0F8FAD5B-D9CB-469F-A165-70867728950E"], ["0f8fad5bd9cb469fa16570867728950e", "x"]),
        ("email", ["ada@example.com", "a.b+c@localhost"], ["ada", "@x", "a@", "a b@x.y", "a@-x.y", "a@x\n", "a" * 255]),
        ("uri", ["https://example.com/a?b#c", "mailto:a@b.c"], ["/path", "https://exa mple", "http:", "x:\n", "é:a"]),
    ],
)
def test_formats(name, good, bad):
    assert [text for text in good if checked({"format": name}, text)[1]] == []
    assert [text for text in bad if not checked({"format": name}, text)[1]] == []


def test_redos_a_pattern_is_not_run_on_unbounded_input():
    """A pattern that takes quadratic time would need minutes for a megabyte; it is refused unread."""
    assert checked({"pattern": r"^(a*)*?b?\s*a*\s*$|x+x+y"}, "x" * 1_000_000)[1] == [
        ("f", "invalid_format", "has an invalid format")
    ]
    assert checked({"pattern": r"x+x+y", "maxLength": 20}, "x" * 1_000_000)[1] == [
        ("f", "invalid_format", "has an invalid format"), ("f", "too_long", "is longer than maxLength"),
    ][::-1]  # fmt: skip


def test_an_explicit_maximum_lets_a_pattern_see_longer_texts():
    assert checked({"pattern": "^a*$", "maxLength": 5000}, "a" * 5000)[1] == []
    assert checked({"pattern": "^a*$"}, "a" * 5000)[1] != []


def test_hash_flooding_only_declared_members_of_an_object_are_looked_at():
    class Counting(dict):
        looked_at = 0

        def get(self, name, default=None):
            self.looked_at += 1
            return super().get(name, default)

        def __iter__(self):
            raise AssertionError("the members that a client made up are not walked")

        items = keys = values = __iter__

    sent = Counting({f"k{number}": number for number in range(10_000)})
    node, _ = parse_request({"f": {"type": "object", "properties": {"a": "string", "b": "string"}}})
    assert node.check({"f": sent}, Faults()) == {"f": {}}
    assert sent.looked_at == 2


def test_a_list_of_faults_has_an_end():
    node, _ = parse_request({"f": {"items": "integer"}})
    faults = Faults()
    node.check({"f": ["x"] * 100_000}, faults)
    assert len(faults) == MOST_FAULTS

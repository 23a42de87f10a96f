"""Models: msgspec is the judge, and the list of faults is complete and right."""

import datetime
import decimal
import enum
import json
import sys
import uuid
from typing import Annotated, Any, Literal, NamedTuple, Required, TypedDict

import msgspec
import pydantic
import pytest
from arlen_mvc import FieldError, MissingDependencyError, ValidationFailed
from arlen_mvc.models import is_model, members_of, mentions_model, model_of
from arlen_mvc.models.faults import MAX_PARTS, Faults
from arlen_mvc.models.pieces import JSONPiece
from arlen_mvc.models.whole_numbers import whole
from arlen_mvc.operations import Components
from hypothesis import given
from hypothesis import strategies as st


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog", forbid_unknown_fields=True):
    barks: bool
    name: str | msgspec.UnsetType = msgspec.UNSET


class Pair(NamedTuple):
    x: int
    y: str


class Point(msgspec.Struct, array_like=True):
    x: int
    y: float = 0.0


class Extra(TypedDict, total=False):
    a: Required[int]
    b: str


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Everything(msgspec.Struct, rename="camel"):
    whole_number: Annotated[int, msgspec.Meta(ge=0, le=10)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4, pattern="^[a-z]*$")]
    pet: Cat | Dog | None = None
    pets: list[Cat | Dog] = []
    pair: Pair | None = None
    point: Point | None = None
    extra: Extra | None = None
    table: dict[int, Annotated[float, msgspec.Meta(gt=0)]] = {}
    colour: Colour = Colour.RED
    size: Literal["s", "m", 3] = "s"
    when: datetime.datetime | None = None
    day: datetime.date | None = None
    id: uuid.UUID | None = None
    price: decimal.Decimal | None = None
    mixed: int | str | list[int] | None = None
    fixed: tuple[int, str] | None = None
    many: tuple[int, ...] = ()
    unique: set[int] = set()
    blob: bytes = b""
    anything: Any = None
    below: "Everything | None" = None


MODEL = model_of(Everything)
GOOD = {"wholeNumber": 1, "text": "ab"}


def faults(model, data):
    with pytest.raises(ValidationFailed) as caught:
        model.decode(data if isinstance(data, bytes) else json.dumps(data).encode())
    return [(each.field, each.code) for each in caught.value.details]


def test_all_kinds_of_type_are_read():
    value = MODEL.decode(
        json.dumps(
            GOOD
            | {
                "pet": {"type": "cat", "lives": 9},
                "pair": [1, "a"],
                "point": [1],
                "extra": {"a": 1},
                "table": {"1": 0.5},
                "colour": "blue",
                "size": 3,
                "when": "2026-11-22T10:00:00Z",
                "id": str(uuid.UUID(int=7)),
                "price": "1.10",
                "mixed": [1],
                "fixed": [1, "a"],
                "unique": [1, 1],
                "blob": "AAE=",
                "below": GOOD,
            }
        ).encode()
    )
    assert value.pet == Cat(9)
    assert value.pair == Pair(1, "a")
    assert value.table == {1: 0.5}
    assert value.below.text == "ab"


FAULTS = [
    ({"wholeNumber": -1}, "wholeNumber", "too_small"),
    ({"wholeNumber": 11}, "wholeNumber", "too_large"),
    ({"wholeNumber": 1.5}, "wholeNumber", "invalid_type"),
    ({"wholeNumber": True}, "wholeNumber", "invalid_type"),
    ({"wholeNumber": "1"}, "wholeNumber", "invalid_type"),
    ({"wholeNumber": None}, "wholeNumber", "invalid_type"),
    ({"text": ""}, "text", "too_short"),
    ({"text": "abcde"}, "text", "too_long"),
    ({"text": "AB"}, "text", "invalid_format"),
    ({"pet": {"lives": 1}}, "pet.type", "missing"),
    ({"pet": {"type": "cow"}}, "pet.type", "invalid_enum"),
    ({"pet": {"type": 7}}, "pet.type", "invalid_enum"),
    ({"pet": {"type": "cat", "lives": "x"}}, "pet.lives", "invalid_type"),
    ({"pet": {"type": "dog", "barks": True, "tail": 1}}, "pet.tail", "unknown_field"),
    ({"pet": {"type": "dog", "barks": True, "name": None}}, "pet.name", "invalid_type"),
    ({"pet": 7}, "pet", "invalid_type"),
    ({"pets": [{"type": "cat", "lives": 1}, {"type": "cat"}]}, "pets[1].lives", "missing"),
    ({"pets": {}}, "pets", "invalid_type"),
    ({"pair": [1, 2]}, "pair[1]", "invalid_type"),
    ({"pair": [1]}, "pair", "invalid_length"),
    ({"point": ["x"]}, "point[0]", "invalid_type"),
    ({"point": []}, "point", "invalid_length"),
    ({"extra": {"b": "x"}}, "extra.a", "missing"),
    ({"extra": {"a": 1, "b": 2}}, "extra.b", "invalid_type"),
    ({"table": {"x": 1}}, "table.x", "invalid_key"),
    ({"table": {"1": 0}}, "table.1", "too_small"),
    ({"colour": "green"}, "colour", "invalid_enum"),
    ({"colour": 7}, "colour", "invalid_enum"),
    ({"size": "xl"}, "size", "invalid_enum"),
    ({"when": "noon"}, "when", "invalid_format"),
    ({"day": "22.11.2026"}, "day", "invalid_format"),
    ({"id": "7"}, "id", "invalid_format"),
    ({"id": 7}, "id", "invalid_type"),
    ({"price": "much"}, "price", "invalid_format"),
    ({"mixed": {}}, "mixed", "invalid_type"),
    ({"mixed": [1, "x"]}, "mixed[1]", "invalid_type"),
    ({"fixed": [1]}, "fixed", "invalid_length"),
    ({"fixed": ["a", "b"]}, "fixed[0]", "invalid_type"),
    ({"many": [1, None]}, "many[1]", "invalid_type"),
    ({"unique": ["x"]}, "unique[0]", "invalid_type"),
    ({"blob": "?"}, "blob", "invalid_format"),
    ({"below": {"wholeNumber": 1}}, "below.text", "missing"),
    ({"below": {"wholeNumber": 1, "text": "a", "below": {"text": "a"}}}, "below.below.wholeNumber", "missing"),
]


@pytest.mark.parametrize(("change", "field", "code"), FAULTS)
def test_each_fault_has_its_field_and_its_code(change, field, code):
    assert faults(MODEL, GOOD | change) == [(field, code)]


@pytest.mark.parametrize(("change", "field", "code"), FAULTS)
def test_values_that_are_decoded_already_have_the_same_faults(change, field, code):
    with pytest.raises(ValidationFailed) as caught:
        MODEL.convert(GOOD | change)
    assert [(each.field, each.code) for each in caught.value.details] == [(field, code)]


@given(st.lists(st.sampled_from(FAULTS), min_size=1, max_size=8, unique_by=lambda fault: next(iter(fault[0]))))
def test_of_several_faults_each_is_told_and_nothing_else(chosen):
    changed = dict(GOOD)
    for change, _, _ in chosen:
        changed |= change
    assert set(faults(MODEL, changed)) == {(field, code) for _, field, code in chosen}


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=4), below, max_size=4),
    max_leaves=12,
)
_names = st.sampled_from([field.encode_name for field in msgspec.structs.fields(Everything)] + ["type", "lives", "a"])
_nearly = st.recursive(
    _json | st.sampled_from([1, "ab", "cat", "dog", 0.5, "red", "2026-11-22", [1, "a"]]),
    lambda below: st.dictionaries(_names, below, max_size=6) | st.lists(below, max_size=3),
    max_leaves=20,
)


@given(_nearly)
def test_faults_are_found_exactly_when_msgspec_refuses(value):
    for annotation in (Everything, Cat | Dog, list[Everything], dict[str, Pair | None], Point):
        model = model_of(annotation)
        data = json.dumps(value).encode()
        try:
            msgspec.json.decode(json.dumps(whole(value)).encode(), type=annotation)
        except msgspec.MsgspecError:
            assert faults(model, data)
        else:
            model.decode(data)


@given(_nearly)
def test_a_fault_names_a_place_that_is_there_or_is_missing_from_one_that_is(value):
    data = json.dumps(value).encode()
    try:
        MODEL.decode(data)
    except ValidationFailed as failed:
        for error in failed.details:
            if error.field == "body":
                continue
            parts = error.field.replace("[", ".").replace("]", "").strip(".").split(".")
            place = value
            for part in parts[:-1]:
                place = place[int(part)] if isinstance(place, list) else place[part]
            last = parts[-1]
            if error.code == "missing":
                assert last not in place
            else:
                assert (int(last) < len(place)) if isinstance(place, list) else last in place


class Circle(msgspec.Struct, array_like=True, tag="circle"):
    radius: int


class Square(msgspec.Struct, array_like=True, tag="square"):
    side: int


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (["square", "x"], ("[1]", "invalid_type")),
        (["line", 1], ("[0]", "invalid_enum")),
        ([], ("[0]", "missing")),
        ({}, ("body", "invalid_json")),
    ],
)
def test_a_union_of_arrays_is_told_apart_by_their_first_item(value, fault):
    model = model_of(Circle | Square)
    assert model.decode(b'["circle", 2]') == Circle(2)
    assert faults(model, value) == [fault]


class Guarded(msgspec.Struct):
    low: int
    high: int

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError("low is above high")


def test_what_a_class_says_itself_is_told_when_nothing_else_is_wrong():
    model = model_of(list[Guarded])
    with pytest.raises(ValidationFailed) as caught:
        model.decode(b'[{"low": 1, "high": 2}, {"low": 2, "high": 1}]')
    assert caught.value.details == [FieldError("[1]", "invalid", "low is above high", {"type": "struct"})]


def test_a_huge_body_of_faults_is_told_in_bounded_work():
    kind = msgspec.inspect.type_info(list[list[int]])
    late, many = Faults("body"), Faults("body")
    late.find(kind, JSONPiece(json.dumps([[1]] * 30_000 + [["x"] * 1_000]).encode()))
    many.find(kind, JSONPiece(json.dumps([["x"] * 5_000]).encode()))
    assert [each.field for each in late.errors] == ["[30000][0]"]
    assert late.visits <= MAX_PARTS + 1
    wide = msgspec.defstruct("Wide", [(f"field{number}", int) for number in range(150)])
    assert len(faults(model_of(wide), {f"field{number}": "x" for number in range(150)})) == 100
    assert len(many.errors) == 100
    assert many.visits <= 102


Word = Annotated[str, msgspec.Meta(pattern="^[a-z]+$")]


class Page(msgspec.Struct):
    words: dict[Word, list[tuple[Annotated[Word, msgspec.Meta(max_length=9)], ...]]]
    title: Annotated[str, msgspec.Meta(pattern="^[A-Z]", max_length=80)]
    next: "Page | None" = None


def test_redos_a_pattern_in_a_model_that_may_see_texts_of_any_length_is_told_at_start(caplog):
    model_of(Everything)
    assert caplog.records == []
    model_of(Page)
    assert [record.fields for record in caplog.records] == [{"model": "Page", "pattern": "^[a-z]+$"}]


def test_redos_msgspec_looks_at_the_length_before_it_tries_a_pattern():
    model = model_of(Annotated[str, msgspec.Meta(pattern="^(a+)+$", max_length=80)])
    assert faults(model, json.dumps("a" * 100_000 + "!").encode()) == [("body", "too_long")]


def test_texts_become_what_is_declared_and_strict_values_do_not():
    assert MODEL.coerce({"wholeNumber": "7", "text": "ab", "many": ["1", "2"]}).many == (1, 2)
    with pytest.raises(ValidationFailed):
        MODEL.convert({"wholeNumber": "7", "text": "ab"})
    with pytest.raises(ValidationFailed) as caught:
        MODEL.coerce({"wholeNumber": "99", "text": "ab", "many": ["1", "x"]})
    assert [(each.field, each.code) for each in caught.value.details] == [
        ("wholeNumber", "too_large"),
        ("many[1]", "invalid_type"),
    ]


class PydanticPet(pydantic.BaseModel):
    kind: Literal["pet"]
    name: str


class PydanticTool(pydantic.BaseModel):
    kind: Literal["tool"]
    weight: float


class PydanticThing(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    first_name: Annotated[str, pydantic.Field(alias="firstName", pattern="^[a-z]+$")]
    owned: Annotated[PydanticPet | PydanticTool, pydantic.Field(discriminator="kind")]
    mixed: int | list[int] = 1
    when: datetime.datetime | None = None
    size: Literal["s", "m"] = "s"
    number: Annotated[int, pydantic.Field(ge=1, multiple_of=2)] = 2

    @pydantic.field_validator("size")
    @classmethod
    def large_enough(cls, value):
        if value == "s":
            raise ValueError("is too small for us")
        return value


PYDANTIC_FAULTS = [
    ({"firstName": 1}, ("firstName", "invalid_type", "string_type")),
    ({"firstName": "A"}, ("firstName", "invalid_format", "string_pattern_mismatch")),
    ({"owned": {"kind": "pet"}}, ("owned.name", "missing", "missing")),
    ({"owned": {"kind": "tool", "weight": "heavy"}}, ("owned.weight", "invalid_type", "float_parsing")),
    ({"owned": {"kind": "cow"}}, ("owned", "invalid_enum", "union_tag_invalid")),
    ({"when": "noon"}, ("when", "invalid_format", "datetime_from_date_parsing")),
    ({"size": "xl"}, ("size", "invalid_enum", "literal_error")),
    ({"size": "s"}, ("size", "invalid", "value_error")),
    ({"number": 0}, ("number", "too_small", "greater_than_equal")),
    ({"number": 3}, ("number", "not_a_multiple", "multiple_of")),
    ({"extra": 1}, ("extra", "unknown_field", "extra_forbidden")),
]


@pytest.mark.parametrize(("change", "fault"), PYDANTIC_FAULTS)
def test_the_errors_of_pydantic_are_the_same_entries_and_keep_their_code(change, fault):
    good = {"firstName": "ada", "owned": {"kind": "pet", "name": "Tom"}, "size": "m"}
    model = model_of(PydanticThing)
    assert model.decode(json.dumps(good).encode()).first_name == "ada"
    for fail in (lambda: model.decode(json.dumps(good | change).encode()), lambda: model.convert(good | change)):
        with pytest.raises(ValidationFailed) as caught:
            fail()
        assert [(each.field, each.code, each.meta["type"]) for each in caught.value.details] == [fault]


def test_the_branches_of_a_union_are_no_part_of_a_field():
    with pytest.raises(ValidationFailed) as caught:
        model_of(PydanticThing).convert(
            {"firstName": "a", "owned": {"kind": "pet", "name": "x"}, "size": "m", "mixed": ["x"]}
        )
    assert {each.field for each in caught.value.details} == {"mixed", "mixed[0]"}


def test_pydantic_that_is_not_installed_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydantic", None)
    monkeypatch.delitem(sys.modules, "arlen_mvc.models.pydantic", raising=False)
    with pytest.raises(MissingDependencyError, match=r"pip install 'arlen-mvc\[pydantic\]'"):
        model_of(dict[str, PydanticThing])
    monkeypatch.delitem(sys.modules, "arlen_mvc.models.pydantic", raising=False)


@pytest.mark.parametrize(
    ("annotation", "itself", "mentioned"),
    [
        (Cat, True, True),
        (Extra, True, True),
        (Pair, False, False),
        (PydanticPet, True, True),
        (list[Cat], False, True),
        (dict[str, list[Cat | None]], False, True),
        (Annotated[Cat, "x"], False, True),
        (int, False, False),
        (list[int], False, False),
        (Literal["Cat"], False, False),
        (Any, False, False),
    ],
)
def test_models_are_known_by_their_class_wherever_they_are_mentioned(annotation, itself, mentioned):
    assert (is_model(annotation), mentions_model(annotation)) == (itself, mentioned)


def test_the_members_of_a_model_are_those_of_its_schema():
    assert list(members_of(model_of(Cat))) == ["type", "lives"]
    assert list(members_of(model_of(PydanticThing))) == ["firstName", "owned", "mixed", "when", "size", "number"]
    assert members_of(model_of(list[Cat])) == {}


@pytest.mark.parametrize("annotation", [Everything, PydanticThing, list[Cat | Dog], dict[str, Pair]])
def test_schemas_are_valid_and_every_reference_leads_somewhere(annotation):
    from jsonschema import Draft202012Validator

    components = Components()
    schema = {"root": model_of(annotation).schema(components), **components}
    text = json.dumps(schema)
    for name in {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in components
    for part in schema.values():
        Draft202012Validator.check_schema(part)

"""Bodies: typed models of every family, every fault of a request in one answer."""

import dataclasses
import json
from datetime import datetime
from typing import Annotated, Any, TypedDict

import annotated_types
import attrs
import msgspec
import pydantic
import pytest
from arlen_mvc import Application, Body, Request, Router
from arlen_mvc.operations import Components

JSON = {"content-type": "application/json", "accept": "application/json"}


class Item(msgspec.Struct):
    sku: Annotated[str, msgspec.Meta(max_length=5)]
    quantity: Annotated[int, msgspec.Meta(ge=1)] = 1


class Order(msgspec.Struct):
    customer: str
    items: list[Item]


@dataclasses.dataclass
class OrderData:
    customer: str
    items: list[Item]


class OrderDict(TypedDict):
    customer: str
    items: list[Item]


@attrs.define
class OrderAttrs:
    customer: str
    items: list[Item]


class PydanticItem(pydantic.BaseModel):
    sku: Annotated[str, pydantic.Field(max_length=5)]
    quantity: Annotated[int, pydantic.Field(ge=1)] = 1


class PydanticOrder(pydantic.BaseModel):
    customer: str
    items: list[PydanticItem]


FAMILIES = [Order, OrderData, OrderDict, OrderAttrs, PydanticOrder]


def app_with(action, path="/", **options):
    app = Application()
    app.post(path, **options)(action)
    return app


def told(answer):
    assert answer.status == 422, answer.text
    return [(each["field"], each["code"], each["message"]) for each in answer.json["details"]]


def action_taking(kind):
    async def action(order: kind):
        return [type(order).__name__, json.loads(msgspec.json.encode(order, enc_hook=lambda each: each.model_dump()))]

    return action


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_model_of_any_family_is_read_from_the_json_body(ask, kind):
    sent = {"customer": "Ada", "items": [{"sku": "A1", "quantity": 2}], "unknown": 1}
    answer = ask(app_with(action_taking(kind)), "POST /", headers=JSON, body=json.dumps(sent))
    name = "dict" if kind is OrderDict else kind.__name__
    assert answer.json == [name, {"customer": "Ada", "items": [{"sku": "A1", "quantity": 2}]}]


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_fault_of_a_body_is_told_with_its_dotted_path(ask, kind):
    sent = {"items": [{"sku": "A1"}, {"sku": "TOOLONG", "quantity": 0}, {"quantity": "many"}, 7]}
    answer = ask(app_with(action_taking(kind)), "POST /", headers=JSON, body=json.dumps(sent))
    assert sorted(told(answer)) == [
        ("customer", "missing", "is required"),
        ("items[1].quantity", "too_small", "is lower than minimum"),
        ("items[1].sku", "too_long", "is longer than maxLength"),
        ("items[2].quantity", "invalid_type", "must be an integer"),
        ("items[2].sku", "missing", "is required"),
        ("items[3]", "invalid_type", "must be an object"),
    ]
    assert all(each["meta"]["type"] for each in answer.json["details"])


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("blocking", [True, False])
def test_plain_functions_take_bodies_too(ask, kind, blocking):
    def action(order: kind):
        return "taken"

    app = app_with(action, blocking=blocking)
    assert ask(app, "POST /", headers=JSON, body=b'{"customer": "Ada", "items": []}').text == "taken"
    assert ask(app, "POST /", headers=JSON, body=b"{}").status == 422


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("body", [b"{", b'"text"', b"[1]", b"nul", b'{"customer": "\xff"}', b"[" * 5000])
def test_a_body_that_is_no_json_object_is_one_entry(ask, kind, body):
    answer = ask(app_with(action_taking(kind)), "POST /", headers=JSON, body=body)
    assert told(answer) == [("body", "invalid_json", "must be a JSON object")]


def test_an_absent_body_is_missing_unless_there_is_a_default(ask):
    async def optional(order: Order | None = None):
        return order is None

    async def also_optional(order: Order | None):
        return order is None

    assert told(ask(app_with(action_taking(Order)), "POST /", headers=JSON)) == [("body", "missing", "is required")]
    assert ask(app_with(optional), "POST /").text == "True"
    assert ask(app_with(also_optional), "POST /").text == "True"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("application/vnd.shop+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonp", 415),
        ("", 415),
    ],
)
def test_a_body_of_another_media_type_is_refused(ask, content_type, status):
    headers = {"content-type": content_type} if content_type else {}
    answer = ask(app_with(action_taking(Order)), "POST /", headers=headers, body=b'{"customer": "Ada", "items": []}')
    assert answer.status == status


def test_a_body_in_a_content_coding_is_refused_rather_than_misread(ask):
    headers = {"content-type": "application/json", "content-encoding": "br"}
    assert ask(app_with(action_taking(Order)), "POST /", headers=headers, body=b"{}").status == 415


def test_parameters_and_body_are_told_in_one_answer(ask):
    async def action(id: int, order: Order, page: int, *, size: int = 1):
        return "reached"

    app = app_with(action, "/{id}")
    answer = ask(app, "POST /x?size=big", headers=JSON, body=b'{"items": [{}]}')
    assert [(field, code) for field, code, _ in told(answer)] == [
        ("id", "invalid_integer"),
        ("customer", "missing"),
        ("items[0].sku", "missing"),
        ("page", "missing"),
        ("size", "invalid_integer"),
    ]


def test_several_body_parameters_are_members_of_one_object(ask):
    async def action(item: Item, customer: Annotated[str, Body(min_length=2)], note: Annotated[str, Body()] = "none"):
        return [item.sku, customer, note]

    app = app_with(action)
    sent = {"item": {"sku": "A"}, "customer": "Ada"}
    assert ask(app, "POST /", headers=JSON, body=json.dumps(sent)).json == ["A", "Ada", "none"]
    sent = {"item": {"sku": 1}, "customer": "A", "note": None}
    assert [each[:2] for each in told(ask(app, "POST /", headers=JSON, body=json.dumps(sent)))] == [
        ("item.sku", "invalid_type"),
        ("customer", "too_short"),
        ("note", "invalid_type"),
    ]
    assert told(ask(app, "POST /", headers=JSON, body=b"[]")) == [("body", "invalid_json", "must be a JSON object")]


def test_a_single_scalar_in_the_body_is_a_member_too(ask):
    async def action(name: Annotated[str, Body()]):
        return name

    assert ask(app_with(action), "POST /", headers=JSON, body=b'{"name": "Ada"}').text == "Ada"


@pytest.mark.parametrize(
    ("annotation", "good", "bad", "code"),
    [
        (Annotated[int | None, Body(ge=0)], [0, None], [-1], "too_small"),
        (Annotated[int | None, Body(), msgspec.Meta(ge=0)], [0, None], [-1], "too_small"),
        (Annotated[int | None, Body(le=5), msgspec.Meta(ge=0, description="how many")], [5, None], [6], "too_large"),
        (Annotated[str | None, Body(pattern="^a", max_length=3)], ["abc", None], ["b"], "invalid_format"),
        (Annotated[int, Body(), annotated_types.Ge(0)], [0], [-1], "too_small"),
    ],
)
def test_bounds_of_an_optional_member_are_those_of_its_value(ask, annotation, good, bad, code):
    async def action(n: annotation):
        return {"n": n}

    app = app_with(action)
    for n in good:
        assert ask(app, "POST /", headers=JSON, body=json.dumps({"n": n})).json == {"n": n}
    for n in bad:
        assert [each[:2] for each in told(ask(app, "POST /", headers=JSON, body=json.dumps({"n": n})))] == [("n", code)]


@pytest.mark.parametrize("item", [Item, PydanticItem])
@pytest.mark.parametrize("optional", [False, True])
def test_the_bounds_of_a_whole_body_hold_whichever_library_reads_it(ask, item, optional):
    kind = list[item] | None if optional else list[item]

    async def action(items: Annotated[kind, Body(min_length=1, max_length=2)]):
        return str(items is None or len(items))

    app = app_with(action)
    one = {"sku": "A"}
    assert ask(app, "POST /", headers=JSON, body=json.dumps([one])).text == "1"
    for items, code in ([[], "too_short"], [[one] * 3, "too_long"]):
        assert [each[:2] for each in told(ask(app, "POST /", headers=JSON, body=json.dumps(items)))] == [("body", code)]


def test_lists_dicts_and_unions_are_bodies(ask):
    async def items(items: list[Item]):
        return len(items)

    async def anything(document: dict[str, Any]):
        return sorted(document)

    async def either(thing: Annotated[Order | None, Body()]):
        return thing is None

    assert ask(app_with(items), "POST /", headers=JSON, body=b'[{"sku": "A"}, {"sku": "B"}]').text == "2"
    assert told(ask(app_with(items), "POST /", headers=JSON, body=b'[{"sku": "A"}, {}]')) == [
        ("[1].sku", "missing", "is required")
    ]
    assert told(ask(app_with(items), "POST /", headers=JSON, body=b"{}")) == [
        ("body", "invalid_json", "must be a JSON array")
    ]
    assert ask(app_with(anything), "POST /", headers=JSON, body=b'{"b": 1, "a": 2}').json == ["a", "b"]
    assert ask(app_with(either), "POST /", headers=JSON, body=b"null").text == "True"


def test_the_types_of_one_model_do_not_leak_into_the_faults_of_another(ask):
    class Meeting(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
        starts_at: datetime
        number_of: dict[int, float] = {}

    async def action(meeting: Meeting):
        return "reached"

    sent = {"startsAt": "noon", "numberOf": {"a": 1, "2": "b"}, "room": 1}
    answer = ask(app_with(action), "POST /", headers=JSON, body=json.dumps(sent))
    assert [each[:2] for each in told(answer)] == [
        ("startsAt", "invalid_format"),
        ("numberOf.a", "invalid_key"),
        ("numberOf.2", "invalid_type"),
        ("room", "unknown_field"),
    ]


def test_a_body_that_arrives_late_is_waited_for(run):
    routes = Router()

    @routes.post("/plain", blocking=False)
    def plain(order: Order):
        return order.customer

    @routes.post("/awaiting")
    async def awaiting(order: Order):
        return order.customer

    app = Application()
    app.include(routes)

    async def post(path):
        from arlen_http.body import RequestBody

        class Source:
            def body_wanted(self):
                body.feed(b'{"customer": "Ada", "items": []}')
                body.finish({})

            def body_taken(self):
                return None

        body = RequestBody(Source())
        request = Request.build("POST", path, headers=JSON).with_body(
            [(b"content-type", b"application/json")], lambda _: body
        )
        response = await app.handle(request)
        return bytes(response.body)

    assert run(post("/plain")) == b"Ada"
    assert run(post("/awaiting")) == b"Ada"


@pytest.mark.parametrize("kind", [Order, PydanticOrder])
def test_a_route_describes_its_body_by_reference(kind):
    async def action(order: kind):
        return None

    components = Components()
    (route,) = app_with(action).routes
    body = route.describe(components).body
    assert body.content == {"application/json": {"$ref": f"#/components/schemas/{kind.__name__}"}}
    assert body.required
    assert components[kind.__name__]["required"] == ["customer", "items"]
    item = components[kind.__name__]["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
    assert components[item]["properties"]["quantity"]["minimum"] == 1


def test_a_route_describes_the_members_of_a_shared_body():
    async def action(item: Item, customer: Annotated[str, Body()] = "nobody"):
        return None

    (route,) = app_with(action).routes
    body = route.describe(Components()).body
    assert body.content["application/json"] == {
        "type": "object",
        "properties": {"item": {"$ref": "#/components/schemas/Item"}, "customer": {"type": "string"}},
        "required": ["item"],
    }


class Thing(msgspec.Struct):
    next: "Thing | None" = None


def test_two_models_of_one_name_keep_apart_in_the_description():
    namesake = msgspec.defstruct("Thing", [("size", int)])

    async def one(thing: namesake):
        return None

    async def other(thing: Thing):
        return None

    components = Components()
    for action in (one, other):
        (route,) = app_with(action).routes
        route.describe(components)
    assert set(components) == {"Thing", "Thing_2"}
    assert components["Thing_2"]["properties"]["next"]["anyOf"][0] == {"$ref": "#/components/schemas/Thing_2"}


def test_many_faults_are_told_up_to_a_hundred(ask):
    async def action(items: list[int]):
        return "reached"

    async def typed(items: Annotated[list[int], Body()]):
        return "reached"

    body = b"[" + b",".join([b'"x"'] * 5000) + b"]"
    answer = ask(app_with(typed), "POST /", headers=JSON, body=body)
    assert len(told(answer)) == 100

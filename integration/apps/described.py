"""An application that takes values of every kind from every place, for programs that only know its document."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import jwt
import msgspec
from arlen_mvc import (
    Application,
    Body,
    Context,
    Controller,
    Cookie,
    Depends,
    Form,
    Header,
    Path,
    Query,
    UploadFile,
    get,
    put,
)
from arlen_mvc.auth import ApiKey, Basic, KnownKeys, Principal, key_digest
from arlen_mvc.openapi import Reply
from pydantic import BaseModel
from pydantic import Field as Limits

SECRET = "a secret of the described application"
TOKEN = jwt.encode({"sub": "ada", "scope": "read write", "exp": 4_000_000_000}, SECRET, "HS256")

app = Application(
    {
        "auth": {"bearer_secret": SECRET},
        "observability": {"access_log_sample": 0.0},
        "openapi": {"title": "Shop", "version": "1.2.3", "description": "Everything that a route can take."},
    }
)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(msgspec.Struct):
    width: Annotated[int, msgspec.Meta(ge=1, le=100)]
    height: Annotated[float, msgspec.Meta(gt=0)] = 1.0


class Item(msgspec.Struct):
    """Something to buy."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=20, examples=["tea"])]
    price: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    colour: Colour = Colour.RED
    sizes: list[Size] = []
    note: str | None = None


class Address(BaseModel):
    street: str = Limits(min_length=1, max_length=40)
    number: int = Limits(ge=1, le=1_000_000)
    tags: dict[str, str] = {}


class Order(BaseModel):
    id: uuid.UUID
    to: Address
    at: datetime.datetime | None = None
    kind: Literal["gift", "own"] = "own"


@dataclass
class Page:
    offset: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    words: list[str] = field(default_factory=list)


class Problem(msgspec.Struct):
    reason: str


def paged(limit: Annotated[int, Query(ge=1, le=50, description="how many")] = 10) -> int:
    return limit


@app.get("/items/{number:int}", name="item", tags=["items"], responses={409: Reply(Problem, "Sold out")})
async def show(number: int, colour: Colour | None = None, at: datetime.date | None = None) -> Item:
    """An item.

    Numbers below zero were sold.
    """
    if number < 0:
        return Problem("sold out"), 409  # type: ignore[return-value]
    return Item(f"item {number}"[:20], 3, colour or Colour.BLUE)


@app.get("/items", tags=["items"])
async def index(
    page: Annotated[Page, Query()],
    limit: Annotated[int, Depends(paged)],
    kind: Annotated[Literal["a", "b"], Header()] = "a",
    flag: bool = False,
    ratio: Annotated[float, Query(ge=0, le=1)] = 0.5,
    seen: Annotated[Literal["yes", "no"], Cookie()] = "no",
) -> list[Item]:
    return [Item("tea", limit)]


@app.post("/items", tags=["items"], responses={201: "It is there now"}, examples={"tea": {"name": "tea", "price": 3}})
async def create(item: Item) -> Item:
    return item, 201  # type: ignore[return-value]


@app.put("/orders/{id:uuid}", tags=["orders"])
async def order(id: uuid.UUID, order: Order) -> Order:
    return order


@app.post("/prices", tags=["orders"])
async def prices(
    low: Annotated[int, Body(ge=0, le=1_000_000)],
    high: Annotated[Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] | None, Body()] = None,
) -> dict[str, int | None]:
    return {"low": low, "high": high}


@app.get("/codes/{code}", tags=["orders"])
async def code(code: Annotated[str, Path(min_length=2, max_length=5)], exact: Decimal | None = None) -> Problem:
    return Problem(code)


@app.get("/files/{rest:path}", tags=["files"], include_in_openapi=False)
async def file(rest: str) -> str:
    return rest


@app.post("/forms", tags=["files"])
async def form(name: Annotated[str, Form(min_length=1)], count: Annotated[int, Form(ge=0, le=100)] = 1) -> Problem:
    return Problem(f"{name} {count}")


@app.post("/uploads", tags=["files"])
async def upload(file: UploadFile, title: Annotated[str, Form()] = "") -> Problem:
    return Problem(f"{title} {file.size}")


@app.post(
    "/contracts/{id}",
    tags=["contracts"],
    request_schema={
        "type": "object",
        "properties": {
            "id": {"type": "integer", "source": "path", "minimum": 1, "maximum": 1_000_000},
            "limit": {"type": "integer", "source": "query", "default": 5, "minimum": 0, "maximum": 50},
            "x-trace": {"type": "string", "source": "header", "required": False, "maxLength": 12},
            "name": {"type": "string", "source": "body", "minLength": 1, "required": True},
            "words": {"type": "array", "source": "body", "items": {"type": "string"}, "required": True},
        },
    },
    response_schema={"type": "object", "properties": {"id": {"type": "integer", "required": True}}},
)
async def contract(ctx: Context) -> dict[str, Any]:
    return {"id": ctx.validated_value("id"), "more": "is not sent"}


def keeper(name: str, password: str) -> Principal | None:
    return Principal.of_claims({"sub": name}) if password == "tea" else None


@app.get("/me", tags=["callers"], required_scopes=["read"])
async def me(principal: Principal) -> Problem:
    return Problem(principal.subject)


KEYS = KnownKeys({key_digest("tea"): Principal.of_claims({"sub": "ada"})})


@app.get("/keys", tags=["callers"], auth=ApiKey(KEYS))
async def keys(principal: Principal) -> Problem:
    return Problem(principal.subject)


@app.get("/passwords", tags=["callers"], auth=Basic(keeper))
async def passwords(principal: Principal) -> Problem:
    return Problem(principal.subject)


@app.delete("/items/{number:int}", tags=["items"], required_scopes=["write"])
async def remove(number: int) -> None:
    return None


class Notes(Controller):
    prefix = "/api/notes"
    name = "notes"
    openapi_tags = ("notes",)

    @get("/{id:int}", name="show", deprecated=True)
    async def show(self, id: int) -> Problem | None:
        return Problem(str(id)) if id else None

    @put("/{id:int}", name="change")
    async def change(self, id: int, problem: Problem) -> Problem:
        return problem


app.add_controller(Notes)

with app.version("v2", deprecated="2026-01-01") as v2:

    @v2.get("/items", name="items")
    async def newer(after: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> list[Item]:
        return []


app.webhook("item.sold", Item, summary="An item was sold", tags=["items"])

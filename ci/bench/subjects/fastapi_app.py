"""FastAPI: typed actions, JSON through return types, which pydantic serialises in Rust."""

from __future__ import annotations

from datetime import date

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel, Field

from . import content
from .asgi_headers import DefaultHeaders


class Status(BaseModel):
    ok: bool
    server: str
    timestamp: float


class Echo(BaseModel):
    name: str
    path: str


app = FastAPI()
app.add_middleware(DefaultHeaders)


@app.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> PlainTextResponse:
    return PlainTextResponse(content.HEALTH)


@app.get("/api/status")
async def api_status() -> Status:
    return Status(**content.status())


@app.get("/api/echo/{name}")
async def api_echo(name: str, request: Request) -> Echo:
    return Echo(**content.echo(name, request.url.path))


@app.get("/", response_class=HTMLResponse)
async def index() -> HTMLResponse:
    return HTMLResponse(content.page())


@app.get("/api/blob", response_class=Response)
async def blob() -> Response:
    return Response(content.BLOB, media_type="application/octet-stream")


class Customer(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    email: str
    since: date


class Line(BaseModel):
    sku: str
    title: str
    quantity: int = Field(ge=1)
    price: float


class Order(BaseModel):
    customer: Customer
    lines: list[Line]
    currency: str
    note: str
    express: bool


class Receipt(BaseModel):
    customer: str
    total: float
    order: Order


@app.post("/api/orders")
async def create_order(order: Order) -> Receipt:
    total = sum(line.quantity * line.price for line in order.lines)
    return Receipt(customer=order.customer.email, total=total, order=order)

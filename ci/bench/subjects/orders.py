"""The order and the receipt as msgspec structs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct


class Customer(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    email: str
    since: date


class Line(Struct):
    sku: str
    title: str
    quantity: Annotated[int, Meta(ge=1)]
    price: float


class Order(Struct):
    customer: Customer
    lines: list[Line]
    currency: str
    note: str
    express: bool


class Receipt(Struct):
    customer: str
    total: float
    order: Order


def receipt(order: Order) -> Receipt:
    return Receipt(order.customer.email, sum(line.quantity * line.price for line in order.lines), order)

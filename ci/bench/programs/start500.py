"""Milliseconds of the start of an application with 500 routes that have contracts, imports not counted."""

from __future__ import annotations

import asyncio
from time import perf_counter

from arlen_mvc import Application, Context

from ci.bench.subjects.orders import Order, Receipt, receipt

ROUTES = 500
REQUEST = {
    "page": {"type": "integer", "source": "query", "minimum": 1, "default": 1},
    "sort": {"type": "string", "source": "query", "enum": ["name", "price"]},
    "filter": {"type": "string", "source": "query", "maxLength": 80, "transformers": ["trim", "lowercase"]},
}
RESPONSE = {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "string"}}}}


async def listing(ctx: Context, shop: int) -> dict[str, object]:
    return {"items": [str(shop)]}


async def order(shop: int, order: Order) -> Receipt:
    return receipt(order)


def application() -> Application:
    app = Application({"environment": "production", "log_level": "warn"})
    for number in range(ROUTES // 2):
        path = f"/part{number}/{{shop:int}}"
        app.get(path, name=f"list{number}", request_schema=REQUEST, response_schema=RESPONSE)(listing)
        app.post(path, name=f"order{number}")(order)
    return app


async def milliseconds() -> float:
    app = application()
    started = perf_counter()
    await app.start()
    taken = perf_counter() - started
    if len(app.routes) != ROUTES:
        raise SystemExit(f"{len(app.routes)} routes instead of {ROUTES}")
    return taken * 1e3


if __name__ == "__main__":
    print(asyncio.run(milliseconds()))

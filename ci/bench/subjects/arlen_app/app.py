"""The application: default middleware and headers, templates compiled at start, ``/healthz`` as Arlen brings it."""

from __future__ import annotations

from pathlib import Path

from arlen_mvc import Application, Context, Response

from ci.bench.subjects import content
from ci.bench.subjects.orders import Order, Receipt, receipt

app = Application.from_root(Path(__file__).parent, environment="production", env={})


@app.get("/api/status")
async def api_status() -> content.Status:
    return content.status()


@app.get("/api/echo/{name}")
async def api_echo(ctx: Context, name: str) -> content.Echo:
    return content.echo(name, ctx.request.path)


@app.get("/")
async def index(ctx: Context) -> Response:
    return ctx.render("page.html", content.PAGE)


@app.get("/api/blob")
async def blob() -> bytes:
    return content.BLOB


@app.post("/api/orders")
async def create_order(order: Order) -> Receipt:
    return receipt(order)

"""The application: rate limit, session, CSRF check and bearer tokens, each switched on in its configuration."""

from __future__ import annotations

from pathlib import Path

from arlen_mvc import Application, Context
from msgspec import Struct

app = Application.from_root(Path(__file__).parent, environment="production", env={})


class Payment(Struct):
    amount: int


class Paid(Struct):
    paid: bool
    by: str
    visits: int


@app.get("/api/enter")
async def enter(ctx: Context) -> dict[str, str]:
    ctx.session["visits"] = 1
    return {"x-csrf-token": ctx.csrf_token}


@app.post("/api/pay", required_scopes=["orders:write"])
async def pay(ctx: Context, payment: Payment) -> Paid:
    return Paid(payment.amount > 0, ctx.auth_subject or "", ctx.session["visits"])

"""FastAPI behind a rate limit, a signed session, a CSRF check and a bearer token: the usual libraries, lean glue.

Starlette's SessionMiddleware, ``limits`` (what slowapi counts with) and PyJWT do the work; limit and CSRF check are
pure ASGI, which is faster than any middleware class that FastAPI users would write.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import PlainTextResponse

from . import content
from .asgi_headers import DefaultHeaders

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]


class RateLimit:
    """So many requests a minute for each client address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.limiter = FixedWindowRateLimiter(MemoryStorage())
        self.limit = RateLimitItemPerMinute(content.RATE_LIMIT)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not self.limiter.hit(self.limit, scope["client"][0]):
            await PlainTextResponse("rate limit exceeded", 429)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class CSRF:
    """Unsafe methods must bring the session's token in a header field."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS", "TRACE"):
            expected = scope["session"].get("csrf_token", "")
            given = next((value for name, value in scope["headers"] if name == b"x-csrf-token"), b"")
            if not expected or not secrets.compare_digest(given, expected.encode()):
                await PlainTextResponse("csrf verification failed", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Payment(BaseModel):
    amount: int


class Paid(BaseModel):
    paid: bool
    by: str
    visits: int


def caller(authorization: Annotated[str, Header()]) -> dict[str, Any]:
    scheme, _, token = authorization.partition(" ")
    try:
        claims: dict[str, Any] = jwt.decode(token, content.JWT_SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error
    if scheme.lower() != "bearer" or "orders:write" not in claims.get("scope", "").split():
        raise HTTPException(403)
    return claims


app = FastAPI()
app.add_middleware(CSRF)
app.add_middleware(SessionMiddleware, secret_key=content.SESSION_SECRET)
app.add_middleware(RateLimit)
app.add_middleware(DefaultHeaders, below="/")


@app.get("/healthz")
async def healthz() -> PlainTextResponse:
    return PlainTextResponse(content.HEALTH)


@app.get("/api/enter")
async def enter(request: Request) -> dict[str, str]:
    token = request.session["csrf_token"] = secrets.token_hex(32)
    request.session["visits"] = 1
    return {"x-csrf-token": token}


@app.post("/api/pay")
async def pay(payment: Payment, request: Request, claims: Annotated[dict[str, Any], Depends(caller)]) -> Paid:
    return Paid(paid=payment.amount > 0, by=claims["sub"], visits=request.session["visits"])

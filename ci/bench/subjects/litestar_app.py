"""Litestar: typed handlers, JSON through msgspec, no OpenAPI and no logging configuration."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, MediaType, Request, Response, get, post

from .content import BLOB, HEALTH, SECURITY_HEADERS, Echo, Status, echo, page, request_id, status
from .orders import Order, Receipt, receipt


@get("/healthz", media_type=MediaType.TEXT)
async def healthz() -> str:
    return HEALTH


@get("/api/status")
async def api_status() -> Status:
    return status()


@get("/api/echo/{name:str}")
async def api_echo(name: str, request: Request[Any, Any, Any]) -> Response[Echo]:
    headers = {**SECURITY_HEADERS, "x-request-id": request_id()}
    return Response(echo(name, request.url.path), headers=headers)


@get("/", media_type=MediaType.HTML)
async def index() -> str:
    return page()


@get("/api/blob")
async def blob() -> Response[bytes]:
    return Response(BLOB, media_type="application/octet-stream")


@post("/api/orders", status_code=200)
async def create_order(data: Order) -> Receipt:
    return receipt(data)


app = Litestar([healthz, api_status, api_echo, index, blob, create_order], openapi_config=None, logging_config=None)

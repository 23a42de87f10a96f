"""FastAPI: typed actions, JSON through return types, which pydantic serialises in Rust."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel

from . import content
from .asgi_headers import EchoHeaders


class Status(BaseModel):
    ok: bool
    server: str
    timestamp: float


class Echo(BaseModel):
    name: str
    path: str


app = FastAPI()
app.add_middleware(EchoHeaders)


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

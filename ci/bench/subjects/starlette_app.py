"""Starlette: routes, its own response classes, middleware on the echo route only."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .asgi_headers import DefaultHeaders
from .content import BLOB, FILE, FILE_PATH, HEALTH, echo, page, status


async def healthz(request: Request) -> Response:
    return PlainTextResponse(HEALTH)


async def api_status(request: Request) -> Response:
    return JSONResponse(status())


async def api_echo(request: Request) -> Response:
    return JSONResponse(echo(request.path_params["name"], request.url.path))


async def index(request: Request) -> Response:
    return HTMLResponse(page())


async def blob(request: Request) -> Response:
    return Response(BLOB, media_type="application/octet-stream")


async def file(request: Request) -> Response:
    return FileResponse(FILE)


app = Starlette(
    routes=[
        Route("/healthz", healthz),
        Route("/api/status", api_status),
        Route("/api/echo/{name}", api_echo, middleware=[Middleware(DefaultHeaders)]),
        Route("/", index),
        Route("/api/blob", blob),
        Route(FILE_PATH, file),
    ]
)

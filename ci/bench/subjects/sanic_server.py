"""Sanic on its own server: single process, uvloop, no access log."""

from __future__ import annotations

from sanic import HTTPResponse, Request, Sanic
from sanic.response import file, html, json, raw, text

from .content import BLOB, FILE, FILE_PATH, HEALTH, HOST, SECURITY_HEADERS, echo, page, port, request_id, status

app = Sanic("bench", configure_logging=False)


async def healthz(request: Request) -> HTTPResponse:
    return text(HEALTH)


async def api_status(request: Request) -> HTTPResponse:
    return json(status())


async def api_echo(request: Request, name: str) -> HTTPResponse:
    return json(echo(name, request.path), headers={**SECURITY_HEADERS, "x-request-id": request_id()})


async def index(request: Request) -> HTTPResponse:
    return html(page())


async def blob(request: Request) -> HTTPResponse:
    return raw(BLOB)


async def static_file(request: Request) -> HTTPResponse:
    return await file(FILE)


app.add_route(healthz, "/healthz")
app.add_route(api_status, "/api/status")
app.add_route(api_echo, "/api/echo/<name:str>")
app.add_route(index, "/")
app.add_route(blob, "/api/blob")
app.add_route(static_file, FILE_PATH)

if __name__ == "__main__":
    app.run(HOST, port(), single_process=True, access_log=False, motd=False)

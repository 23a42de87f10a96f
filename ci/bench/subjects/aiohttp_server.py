"""aiohttp on its own server: uvloop, no access log."""

from __future__ import annotations

import uvloop
from aiohttp import web

from .content import BLOB, FILE, FILE_PATH, HEALTH, HOST, SECURITY_HEADERS, echo, page, port, request_id, status


async def healthz(request: web.Request) -> web.Response:
    return web.Response(text=HEALTH)


async def api_status(request: web.Request) -> web.Response:
    return web.json_response(status())


async def api_echo(request: web.Request) -> web.Response:
    body = echo(request.match_info["name"], request.path)
    return web.json_response(body, headers={**SECURITY_HEADERS, "x-request-id": request_id()})


async def index(request: web.Request) -> web.Response:
    return web.Response(text=page(), content_type="text/html")


async def blob(request: web.Request) -> web.Response:
    return web.Response(body=BLOB, content_type="application/octet-stream")


async def file(request: web.Request) -> web.FileResponse:
    return web.FileResponse(FILE)


app = web.Application()
app.router.add_get("/healthz", healthz)
app.router.add_get("/api/status", api_status)
app.router.add_get("/api/echo/{name}", api_echo)
app.router.add_get("/", index)
app.router.add_get("/api/blob", blob)
app.router.add_get(FILE_PATH, file)

if __name__ == "__main__":
    web.run_app(app, host=HOST, port=port(), access_log=None, print=None, loop=uvloop.new_event_loop())

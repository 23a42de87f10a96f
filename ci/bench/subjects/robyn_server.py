"""Robyn: its Rust server with one process and one worker."""

from __future__ import annotations

import orjson
from robyn import Headers, Request, Response, Robyn
from robyn.logger import logger as robyn_logger

from .content import BLOB, HEALTH, HOST, SECURITY_HEADERS, echo, page, port, request_id, status

TEXT = Headers({"content-type": "text/plain; charset=utf-8"})
JSON = Headers({"content-type": "application/json"})
HTML = Headers({"content-type": "text/html; charset=utf-8"})
BINARY = Headers({"content-type": "application/octet-stream"})

app = Robyn(__file__)


async def healthz(request: Request) -> Response:
    return Response(200, TEXT, HEALTH)


async def api_status(request: Request) -> Response:
    return Response(200, JSON, orjson.dumps(status()))


async def api_echo(request: Request) -> Response:
    headers = Headers({"content-type": "application/json", **SECURITY_HEADERS, "x-request-id": request_id()})
    return Response(200, headers, orjson.dumps(echo(request.path_params["name"], request.url.path)))


async def index(request: Request) -> Response:
    return Response(200, HTML, page())


async def blob(request: Request) -> Response:
    return Response(200, BINARY, BLOB)


app.get("/healthz")(healthz)
app.get("/api/status")(api_status)
app.get("/api/echo/:name")(api_echo)
app.get("/")(index)
app.get("/api/blob")(blob)

if __name__ == "__main__":
    robyn_logger.logger.disabled = True
    app.start(HOST, port(), _check_port=False)

"""socketify: uWebSockets (C++) with Python handlers."""

from __future__ import annotations

from typing import Any

import orjson
from socketify import App, AppListenOptions, sendfile

from .content import BLOB, FILE, FILE_PATH, HEALTH, HOST, SECURITY_HEADERS, echo, page, port, request_id, status

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
BINARY = "application/octet-stream"


async def healthz(response: Any, request: Any) -> None:
    response.write_header("content-type", TEXT).end(HEALTH)


async def api_status(response: Any, request: Any) -> None:
    response.write_header("content-type", JSON).end(orjson.dumps(status()))


async def api_echo(response: Any, request: Any) -> None:
    body = orjson.dumps(echo(request.get_parameter(0), request.get_url()))
    response.write_header("content-type", JSON)
    for key, value in SECURITY_HEADERS.items():
        response.write_header(key, value)
    response.write_header("x-request-id", request_id()).end(body)


async def index(response: Any, request: Any) -> None:
    response.write_header("content-type", HTML).end(page())


async def blob(response: Any, request: Any) -> None:
    response.write_header("content-type", BINARY).end(BLOB)


async def file(response: Any, request: Any) -> None:
    await sendfile(response, request, str(FILE))


app = App()
app.get("/healthz", healthz)
app.get("/api/status", api_status)
app.get("/api/echo/:name", api_echo)
app.get("/", index)
app.get("/api/blob", blob)
app.get(FILE_PATH, file)

if __name__ == "__main__":
    app.listen(AppListenOptions(port=port(), host=HOST))
    app.run()

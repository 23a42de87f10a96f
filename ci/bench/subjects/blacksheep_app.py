"""BlackSheep: its Cython core under uvicorn, its router filled without decorators."""

from __future__ import annotations

from blacksheep import Application, Content, Request, Response, html, json, text

from .content import BLOB, FILES, HEALTH, SECURITY_PAIRS, echo, page, request_id, status

app = Application(show_error_details=False)


async def healthz() -> Response:
    return text(HEALTH)


async def api_status() -> Response:
    return json(status())


async def api_echo(name: str, request: Request) -> Response:
    response = json(echo(name, request.path))
    for key, value in SECURITY_PAIRS:
        response.add_header(key, value)
    response.add_header(b"x-request-id", request_id().encode())
    return response


async def index() -> Response:
    return html(page())


async def blob() -> Response:
    return Response(200, content=Content(b"application/octet-stream", BLOB))


app.router.add_get("/healthz", healthz)
app.router.add_get("/api/status", api_status)
app.router.add_get("/api/echo/{name}", api_echo)
app.router.add_get("/", index)
app.router.add_get("/api/blob", blob)
app.serve_files(FILES, root_path="static", extensions={".bin"})

"""Arlen's server with a plain handler function: what the server costs before there is an application."""

from __future__ import annotations

from collections.abc import Callable

from arlen_http import FileResponse, Request, Response, ServerSettings, serve

from .content import BLOB, FILE, FILE_PATH, HEALTH, HOST, SECURITY_LINES, echo, page, port, request_id, status

ECHO = "/api/echo/"

ANSWERS: dict[str, Callable[[], Response]] = {
    "/healthz": lambda: Response(HEALTH),
    "/api/status": lambda: Response.json(status()),
    "/": lambda: Response.html(page()),
    "/api/blob": lambda: Response(BLOB, content_type="application/octet-stream"),
    FILE_PATH: lambda: FileResponse(FILE),
}


def handle(request: Request) -> Response:
    path = request.raw_path
    if answer := ANSWERS.get(path):
        return answer()
    if path.startswith(ECHO):
        response = Response.json(echo(path[len(ECHO) :], path))
        response.constant_headers = b"x-request-id: %b\r\n" % request_id().encode() + SECURITY_LINES
        return response
    return Response.empty(404)


if __name__ == "__main__":
    serve(handle, ServerSettings(host=HOST, port=port()))

"""What is served to adversarial input: handlers that say what they have understood."""

from __future__ import annotations

from collections.abc import Mapping

from arlen_http import Request, Response, StaticFiles
from arlen_http.handler import Handler

from .corpus import FIXTURES

__all__ = ["APPLICATIONS", "REQUEST_FIELD"]

#: The response field that names method and target of the request that is answered.
REQUEST_FIELD = "x-request"

_files = StaticFiles(FIXTURES / "public")


def plain(request: Request) -> Response:
    """Answers at once, the body having arrived."""
    return _answer(request, request.content)


async def reading(request: Request) -> Response:
    """Waits for the body."""
    return _answer(request, await request.body())


async def careless(request: Request) -> Response:
    """Leaves the body unread."""
    return _answer(request, b"")


def _answer(request: Request, body: bytes) -> Response:
    query = f"?{request.query_string}" if request.query_string else ""
    line = f"{request.method} {request.raw_path}{query}"
    match request.raw_path.removeprefix("/").split("/"):
        case ["healthz"]:
            response = Response(b"ok\n")
        case ["static", *name]:
            response = _files.handle(request.replace(raw_path="/" + "/".join(name), root_path="/static"))
        case _:
            response = Response(line.encode() + b"\n" + body)
    response.headers.set(REQUEST_FIELD, line)
    return response


APPLICATIONS: Mapping[str, Handler] = {"plain": plain, "reading": reading, "careless": careless}

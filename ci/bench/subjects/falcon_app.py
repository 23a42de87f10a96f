"""Falcon, ASGI flavour: one resource per path, its default JSON handler, default headers set by the responder."""

from __future__ import annotations

from falcon.asgi import App, Request, Response

from .content import BLOB, HEALTH, SECURITY_HEADERS, echo, page, request_id, status


class Health:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "text/plain; charset=utf-8"
        resp.text = HEALTH


class ApiStatus:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.media = status()


class ApiEcho:
    async def on_get(self, req: Request, resp: Response, name: str) -> None:
        resp.media = echo(name, req.path)
        resp.set_headers(SECURITY_HEADERS)
        resp.set_header("x-request-id", request_id())


class Index:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "text/html; charset=utf-8"
        resp.text = page()


class Blob:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "application/octet-stream"
        resp.data = BLOB


app = App()
app.add_route("/healthz", Health())
app.add_route("/api/status", ApiStatus())
app.add_route("/api/echo/{name}", ApiEcho())
app.add_route("/", Index())
app.add_route("/api/blob", Blob())

"""What Starlette and FastAPI applications do, in one application."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

FILES = Path(os.environ["PARITY_FILES"])
events: list[str] = []


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    yield {"pool": ["opened"]}


async def echo(request: Request) -> Response:
    scope, body = request.scope, await request.body()
    told = {name: scope[name] for name in ("type", "http_version", "method", "scheme", "path", "root_path")}
    told |= {name: scope[name].decode() for name in ("raw_path", "query_string")}
    told["headers"] = [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"] if name != b"host"]
    told |= {"client": scope["client"][0], "pool": request.state.pool, "body": hashlib.sha256(body).hexdigest()}
    return JSONResponse(told | {"length": len(body)})


async def upload(request: Request) -> Response:
    digest, length = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        length += len(piece)
    return JSONResponse({"length": length, "digest": digest.hexdigest()})


async def conversation(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every piece while the next is still to come."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        await send({"type": "http.response.body", "body": message["body"].upper(), "more_body": True})
    await send({"type": "http.response.body"})


async def numbers(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        yield b"%d\n" % number
        await asyncio.sleep(0)


async def stream(request: Request) -> Response:
    return StreamingResponse(numbers(5), media_type="text/plain", status_code=201)


async def large(request: Request) -> Response:
    return Response(b"x" * 3_000_000, media_type="application/octet-stream")


async def large_stream(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(48):
            yield b"y" * 65_536

    return StreamingResponse(pieces(), headers={"content-length": str(48 * 65_536)})


async def server_sent(request: Request) -> Response:
    async def sent() -> AsyncIterator[str]:
        for number in range(3):
            yield f"id: {number}\ndata: tick\n\n"

    return StreamingResponse(sent(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def endless(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"." * 1000
                await asyncio.sleep(0.005)
        finally:
            events.append("the stream has ended")

    return StreamingResponse(pieces())


async def waits_for_disconnect(request: Request) -> Response:
    await request.body()
    while not await request.is_disconnected():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    events.append("the client has gone")
    return Response()


async def background(request: Request) -> Response:
    async def later() -> None:
        while "go on" not in events:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        events.append("the background task has run")

    return PlainTextResponse("answered", background=BackgroundTask(later))


async def go_on(request: Request) -> Response:
    events.append("go on")
    return PlainTextResponse("gone on")


async def tell_events(request: Request) -> Response:
    return JSONResponse(events)


async def fail(request: Request) -> Response:
    raise LookupError("lost")


async def fail_after_the_first_piece(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        raise LookupError("lost")

    return StreamingResponse(pieces())


async def fail_in_background(request: Request) -> Response:
    def later() -> None:
        raise LookupError("lost")

    return PlainTextResponse("answered", background=BackgroundTask(later))


async def refuse(request: Request) -> Response:
    raise HTTPException(418, "short and stout", headers={"x-reason": "teapot"})


async def form(request: Request) -> Response:
    async with request.form() as fields:
        told = []
        for name, value in fields.multi_items():
            told.append([name, value if isinstance(value, str) else [value.filename, (await value.read()).decode()]])
    return JSONResponse(told)


async def redirect(request: Request) -> Response:
    return RedirectResponse("/echo?where=there", status_code=303)


async def cookies(request: Request) -> Response:
    response = JSONResponse(request.cookies)
    response.set_cookie("a", "1", httponly=True, samesite="strict")
    response.set_cookie("b", "2 3", max_age=60, secure=True)
    response.delete_cookie("c")
    return response


async def file(request: Request) -> Response:
    return FileResponse(FILES / "big.txt", filename="groß.txt")


async def empty(request: Request) -> Response:
    return Response(status_code=int(request.path_params["status"]))


async def too_long(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"four"})


async def too_short(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    await send({"type": "http.response.body", "body": b"four"})


async def closes(request: Request) -> Response:
    return PlainTextResponse("last", headers={"connection": "close", "X-Mixed-Case": "Kept As Is"})


class Stamp(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["x-stamp"] = request.url.path
        return response


async def ws_echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                events.append(f"disconnect {message['code']} {message.get('reason')}")
                return
            if message.get("text") is not None:
                await websocket.send_text(message["text"])
            else:
                await websocket.send_bytes(message["bytes"])
    except WebSocketDisconnect:
        events.append("a send has failed")


async def ws_json(websocket: WebSocket) -> None:
    await websocket.accept(subprotocol="chat", headers=[(b"x-own", b"1"), (b"set-cookie", b"a=b")])
    scope = websocket.scope
    await websocket.send_json(
        {name: scope[name] for name in ("type", "http_version", "scheme", "path", "root_path", "subprotocols")}
        | {"query": scope["query_string"].decode(), "pool": websocket.state.pool}
    )
    await websocket.send_json({"got": await websocket.receive_json()})
    await websocket.close(3001, "that is all")


async def ws_refused(websocket: WebSocket) -> None:
    await websocket.close()


async def ws_denied(websocket: WebSocket) -> None:
    await websocket.send_denial_response(JSONResponse({"why": "full"}, 429, {"retry-after": "5"}))


async def ws_silent(websocket: WebSocket) -> None:
    return


async def ws_fails_first(websocket: WebSocket) -> None:
    raise LookupError("lost")


async def ws_closes_at_once(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


api = FastAPI()


class Item(BaseModel):
    name: str
    price: float


def page(limit: Annotated[int, Query(le=10)] = 5) -> int:
    return limit


@api.get("/items/{item_id}")
async def read_item(item_id: int, limit: Annotated[int, Depends(page)]) -> dict[str, int]:
    return {"item": item_id, "limit": limit}


@api.post("/items", status_code=201)
def create_item(item: Item) -> Item:
    return item


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/echo", echo, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
        Route("/echo/{rest:path}", echo),
        Route("/upload", upload, methods=["POST"]),
        Mount("/conversation", conversation),
        Route("/stream", stream),
        Route("/large", large),
        Route("/large-stream", large_stream),
        Route("/sse", server_sent),
        Route("/endless", endless),
        Route("/waits", waits_for_disconnect),
        Route("/background", background),
        Route("/go-on", go_on),
        Route("/events", tell_events),
        Route("/fail", fail),
        Route("/fail-late", fail_after_the_first_piece),
        Route("/fail-in-background", fail_in_background),
        Route("/refuse", refuse),
        Route("/form", form, methods=["POST"]),
        Route("/redirect", redirect),
        Route("/cookies", cookies),
        Route("/file", file),
        Route("/empty/{status}", empty),
        Mount("/too-long", too_long),
        Mount("/too-short", too_short),
        Route("/closes", closes),
        Route("/stamped", stream, middleware=[Middleware(Stamp)]),
        Route("/gzipped", large, middleware=[Middleware(GZipMiddleware)]),
        Mount("/static", StaticFiles(directory=FILES, html=True)),
        Mount("/api", api),
        WebSocketRoute("/ws/echo", ws_echo),
        WebSocketRoute("/ws/json", ws_json),
        WebSocketRoute("/ws/refused", ws_refused),
        WebSocketRoute("/ws/denied", ws_denied),
        WebSocketRoute("/ws/silent", ws_silent),
        WebSocketRoute("/ws/fails-first", ws_fails_first),
        WebSocketRoute("/ws/closes", ws_closes_at_once),
    ],
)

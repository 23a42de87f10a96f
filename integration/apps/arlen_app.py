"""An Arlen application for servers that are not Arlen's."""

from collections.abc import AsyncIterator

from arlen import Application, Context, Response

app = Application({"environment": "production"})
events: list[str] = []


@app.on_start
def started() -> None:
    events.append("started")


@app.get("/items/{item_id:int}")
async def item(ctx: Context, item_id: int, q: str = "") -> dict[str, object]:
    return {"item_id": item_id, "q": q, "started": events}


@app.post("/echo")
async def echo(ctx: Context) -> dict[str, int]:
    return {"received": len(await ctx.request.body())}


@app.get("/fail")
async def fail() -> None:
    raise RuntimeError("as the test wants it")


@app.get("/stream")
async def stream() -> AsyncIterator[str]:
    for number in range(3):
        yield f"{number}\n"


@app.get("/blocking")
def blocking() -> Response:
    return Response.text("from a thread\n")

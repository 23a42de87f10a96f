"""The overview, the dashboard, a page per user, and two JSON answers."""

from __future__ import annotations

from typing import Literal, get_args

import arlen
from arlen import Context, Controller, Response, get

Tab = Literal["overview", "data", "realtime"]

SUBSYSTEMS: dict[str, list[dict[str, str]]] = {
    "overview": [
        {"subsystem": "arlen-http", "capability": "HTTP/1.1 server", "notes": "its own connection loop on asyncio"},
        {"subsystem": "arlen-router", "capability": "Routing", "notes": "a tree: the size of the table costs nothing"},
        {"subsystem": "arlen-mvc", "capability": "Application", "notes": "one composed callable per route"},
    ],
    "data": [
        {"subsystem": "arlen-data", "capability": "SQLite and rows", "notes": "synchronous and asynchronous"},
        {"subsystem": "arlen-services", "capability": "Services", "notes": "cache, jobs, mail, attachments: no set-up"},
        {"subsystem": "arlen-config", "capability": "Configuration", "notes": "typed, layered, explained"},
    ],
    "realtime": [
        {"subsystem": "arlen-realtime", "capability": "Hub", "notes": "bounded queues, slow readers contained"},
        {"subsystem": "arlen-http", "capability": "Streams", "notes": "server-sent events with back-pressure"},
        {"subsystem": "arlen-propane", "capability": "Workers", "notes": "replaced when they die"},
    ],
}

CATALOG = [
    {"id": "widget-100", "name": "Widget", "price": 19.95},
    {"id": "router-200", "name": "Router", "price": 39.50},
    {"id": "template-300", "name": "Template", "price": 24.00},
]


class Demo(Controller):
    prefix = "/tech-demo"
    name = "demo"

    @get("/", name="overview")
    async def overview(self, ctx: Context) -> Response:
        def card(name: str, text: str, link: str, href: str) -> dict[str, str]:
            return {"name": name, "text": text, "link": link, "href": href}

        capabilities = [
            card(
                "Templates",
                "Layouts, partials and escaping.",
                "Meet Ada",
                ctx.url_for("demo.user", name="Ada", flag="on"),
            ),
            card(
                "Typed arguments",
                "Declared in a signature, checked for you.",
                "Dashboard",
                ctx.url_for("demo.dashboard"),
            ),
            card("JSON", "Return a list or a dict.", "Catalog", ctx.url_for("demo.catalog")),
            card("Data", "A guestbook in SQLite, no set-up.", "Guestbook", ctx.url_for("guestbook.index")),
            card("Realtime", "A counter that every window shares.", "Live counter", ctx.url_for("live.index")),
            card("Insight", "Routes, timings, and errors that explain.", "Inside", ctx.url_for("inside.index")),
        ]
        client = ctx.request.client
        return ctx.render(
            "overview",
            {
                "capabilities": capabilities,
                "client": client[0] if client else "unknown",
                "server": f"arlen-http {arlen.__version__}",
            },
        )

    @get("/dashboard", name="dashboard")
    async def dashboard(self, ctx: Context, tab: Tab = "overview") -> Response:
        return ctx.render("dashboard", {"tab": tab, "tabs": get_args(Tab), "subsystems": SUBSYSTEMS[tab]})

    @get("/users/{name}", name="user")
    async def user(self, ctx: Context, name: str, flag: str = "none") -> Response:
        return ctx.render("user", {"name": name, "flag": flag})

    @get("/api/catalog", name="catalog")
    async def catalog(self) -> list[dict[str, object]]:
        return list(CATALOG)

    @get("/api/summary", name="summary")
    async def summary(self, ctx: Context) -> dict[str, object]:
        client = ctx.request.client
        return {
            "ok": True,
            "framework": "arlen",
            "server": "arlen-http",
            "path": ctx.request.path,
            "query": ctx.request.query_string,
            "remote_address": client[0] if client else None,
        }

"""The application: its resources, its middleware and its pages."""

from __future__ import annotations

from pathlib import Path

import arlen

from .controllers.demo import Demo
from .controllers.guestbook import GuestbookPage
from .controllers.inside import Inside
from .controllers.live import Live
from .controllers.services import Services
from .counter import Counter
from .guestbook import Guestbook
from .timings import Timings

ROOT = Path(__file__).resolve().parents[2]


def create_app() -> arlen.Application:
    app = arlen.application(ROOT)
    timings = Timings(limit=20)
    app.provide(Timings, timings)
    app.provide(Counter, Counter())
    app.provide(Guestbook, lambda: Guestbook(app.resource(arlen.AsyncDatabase)))
    app.provide(arlen.Application, app)
    app.use(timings.record)

    @app.get("/", name="root")
    def root(ctx: arlen.Context) -> arlen.Response:
        return ctx.redirect(ctx.url_for("demo.overview"))

    for controller in (Demo, GuestbookPage, Live, Inside, Services):
        app.add_controller(controller)
    return app


app = create_app()

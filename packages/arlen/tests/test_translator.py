"""The translator of arlen-services in the place of the application's own."""

import json

import arlen
from arlen import Context, Translator
from arlen_services.i18n import MemoryTranslator


def test_texts_of_a_request_come_from_the_translator_that_is_provided(serve, tmp_path):
    texts = MemoryTranslator()
    texts.register({"cart": {"other": "%{count} things", "=1": "one thing"}}, "en")
    app = arlen.Application(root=tmp_path)
    app.provide(Translator, texts)

    @app.get("/")
    async def index(ctx: Context) -> list:
        return [ctx.t("cart", count=1), app.t("cart", count=1), ctx.t("none", default="-")]

    (page,) = serve(app, "/")
    assert json.loads(page.body) == ["one thing", "one thing", "-"]

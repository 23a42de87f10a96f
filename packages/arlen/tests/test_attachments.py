import asyncio
import json
from datetime import timedelta

import arlen
import pytest
from arlen import AttachmentStore, Context, attachment_response
from arlen_http import Request
from arlen_services import AttachmentError
from arlen_services.attachments import AttachmentLinks, MemoryAttachments

SECRET = "a secret of sixteen bytes"


@pytest.fixture
def send():
    """``send(app, steps)``: start the application and run ``steps(ask)``; ``ask`` sends a request, body collected."""

    async def scenario(app, steps):
        await app.start()

        async def ask(method, target, headers=()):
            answer = app.handle(Request.build(method, target, headers=list(headers)))
            response = await answer if asyncio.iscoroutine(answer) else answer
            if hasattr(response, "content"):
                response.body = b"".join([piece async for piece in response.content]) if response.content else b""
            return response

        try:
            return await steps(ask)
        finally:
            await app.shutdown()

    return lambda app, steps: asyncio.run(scenario(app, steps))


def test_a_new_application_keeps_attachments_in_a_directory_below_its_root(serve, tmp_path):
    app = arlen.Application(root=tmp_path)

    @app.get("/")
    async def index(ctx: Context, store: AttachmentStore) -> dict:
        assert store is ctx.attachments
        saved = await ctx.attachments.save("a.txt", "text/plain", b"hello")
        return {"data": (await store.read(saved)).data.decode(), "adapter": store.adapter_name}

    ready, page = serve(app, "/readyz?format=json", "/")
    assert json.loads(ready.body)["checks"]["attachments"] == {
        "ok": True,
        "critical": False,
        "adapter": "file_attachments",
    }
    assert json.loads(page.body) == {"data": "hello", "adapter": "file_attachments"}
    assert len(list((tmp_path / "storage" / "attachments").iterdir())) == 2


def test_nothing_is_made_by_an_application_that_keeps_no_attachments(serve, tmp_path):
    serve(arlen.Application(root=tmp_path), "/readyz")
    assert not (tmp_path / "storage").exists()


def test_the_environment_names_the_place(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("ARLEN_ATTACHMENTS_URL", "memory:")
    app = arlen.application(tmp_path)

    @app.get("/")
    async def index(ctx: Context) -> dict:
        return {"adapter": ctx.attachments.adapter_name}

    (page,) = serve(app, "/")
    assert json.loads(page.body) == {"adapter": "memory_attachments"}


@pytest.mark.parametrize("url", ["ftp://mallory:hunter2@host/", "s3://hunter2@bucket", "file:"])
def test_a_wrong_address_is_named_at_start_without_its_secret(serve, tmp_path, url):
    app = arlen.Application({"attachments": {"url": url}}, root=tmp_path)
    with pytest.raises(arlen.ApplicationError, match=r"attachments\.url") as caught:
        serve(app)
    assert "hunter2" not in str(caught.value)


def test_memory_in_production_is_warned_about(serve, tmp_path, caplog):
    for environment, warned in (("test", False), ("production", True)):
        app = arlen.Application({"attachments": {"url": "memory:"}}, root=tmp_path)
        app.configure(environment=environment)
        serve(app)
        assert ("lost when it ends" in caplog.text) is warned


def test_a_store_can_be_replaced(serve, tmp_path):
    app = arlen.Application(root=tmp_path)
    app.provide(AttachmentStore, mine := MemoryAttachments())

    @app.get("/")
    async def index(ctx: Context) -> dict:
        return {"mine": ctx.attachments is mine}

    (page,) = serve(app, "/")
    assert json.loads(page.body) == {"mine": True}


def test_an_action_serves_an_attachment_with_ranges_and_conditions(send, tmp_path):
    app = arlen.Application({"attachments": {"url": "memory:"}}, root=tmp_path)

    @app.get("/files/{attachment_id}")
    async def show(ctx: Context, attachment_id: str):
        return await attachment_response(ctx.attachments, attachment_id, ctx.request, "inline")

    async def steps(ask):
        store = app.resource(AttachmentStore)
        digits = await store.save("Übung.txt", "text/plain", b"0123456789")
        page = await store.save("page.html", "text/html", b"<script>")
        whole = await ask("GET", f"/files/{digits}")
        etag = whole.headers.get("etag")
        return [
            whole,
            await ask("GET", f"/files/{digits}", [("range", "bytes=2-4")]),
            await ask("GET", f"/files/{digits}", [("range", "bytes=20-")]),
            await ask("GET", f"/files/{digits}", [("if-none-match", etag)]),
            await ask("GET", f"/files/{page}"),
            await ask("GET", "/files/att-999"),
        ]

    whole, part, beyond, unchanged, page, unknown = send(app, steps)
    assert [each.status for each in (whole, part, beyond, unchanged, page, unknown)] == [200, 206, 416, 304, 200, 404]
    assert (whole.body, part.body, unchanged.body) == (b"0123456789", b"234", b"")
    assert whole.headers.get("content-disposition").startswith("inline; filename=")
    assert part.headers.get("content-range") == "bytes 2-4/10"
    assert page.headers.get("content-disposition").startswith("attachment; ")
    assert whole.headers.get("x-content-type-options") == "nosniff"
    assert "sandbox" in whole.headers.get("content-security-policy")


def test_signed_links_are_served_and_others_are_not(send, tmp_path):
    config = {"attachments": {"url": "memory:", "secret": SECRET, "path": "/files"}}
    app = arlen.Application(config, root=tmp_path)

    async def steps(ask):
        saved = await app.resource(AttachmentStore).save("a.txt", "text/plain", b"hello")
        links = app.resource(AttachmentLinks)
        url = links.url(saved)
        return [
            await ask("GET", url),
            await ask("HEAD", url),
            await ask("GET", url + "0"),
            await ask("GET", f"/files/{saved}"),
            await ask("GET", links.url(saved, expires_in=timedelta(seconds=-1))),
        ]

    responses = send(app, steps)
    assert [response.status for response in responses] == [200, 200, 403, 403, 403]
    assert responses[0].body == b"hello"
    assert url_path_of(app) == "/files/att-1"


def url_path_of(app):
    return app.url_for("arlen_attachment", attachment_id="att-1")


def test_without_a_secret_nothing_is_served(send, tmp_path):
    app = arlen.Application({"attachments": {"url": "memory:"}}, root=tmp_path)

    async def steps(ask):
        saved = await app.resource(AttachmentStore).save("a.txt", "text/plain", b"hello")
        return await ask("GET", AttachmentLinks(SECRET).url(saved))

    assert send(app, steps).status == 404


def test_a_weak_secret_is_refused_at_start(serve, tmp_path):
    app = arlen.Application({"attachments": {"secret": "short"}}, root=tmp_path)
    with pytest.raises(arlen.ApplicationError, match=r"attachments\.secret") as caught:
        serve(app)
    assert isinstance(caught.value.__cause__, AttachmentError)

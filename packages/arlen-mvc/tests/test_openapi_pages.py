"""The addresses of the document, and the pages that show it."""

import gzip
import re

import pytest
from arlen_mvc import Application

SPECS = ("/openapi.json", "/.well-known/openapi.json")
TITLES = {
    "interactive": "Arlen OpenAPI Explorer",
    "viewer": "Arlen OpenAPI Viewer",
    "swagger": "Arlen Swagger UI",
}
PAGES = {
    "/openapi/explorer": "interactive",
    "/openapi/viewer": "viewer",
    "/docs/openapi/viewer": "viewer",
    "/openapi/swagger": "swagger",
    "/docs/openapi/swagger": "swagger",
}


def title(answer):
    return re.search("<title>(.*)</title>", answer.text)[1]


@pytest.mark.parametrize("path", SPECS)
def test_the_document_is_served(ask, path):
    app = Application()
    app.get("/api/x")(lambda ctx: {})
    answer = ask(app, f"GET {path}")
    assert answer.status == 200
    assert answer.json == {**app.openapi(), "servers": [{"url": "/"}]}
    assert ask(app, f"HEAD {path}").status == 200
    assert ask(app, f"POST {path}").status in (404, 405)


def test_a_client_that_has_the_document_gets_304(ask):
    app = Application()
    tag = ask(app, "GET /openapi.json").headers["etag"]
    again = ask(app, "GET /openapi.json", headers={"if-none-match": tag})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)


def test_the_document_is_made_once(ask, monkeypatch):
    app = Application()
    first = ask(app, "GET /openapi.json")
    monkeypatch.setattr("arlen_mvc.openapi.documents.Document", None)
    assert ask(app, "GET /.well-known/openapi.json").body == first.body


def test_below_a_prefix_the_document_names_it_and_the_pages_find_it_there(ask):
    inner = Application()
    inner.get("/api/x")(lambda ctx: {})
    outer = Application()
    outer.mount("/shop", inner)
    assert ask(outer, "GET /shop/openapi.json").json["servers"] == [{"url": "/shop"}]
    assert 'data-root="/shop"' in ask(outer, "GET /shop/docs").text


def test_a_version_has_an_address_of_its_own(ask):
    app = Application()
    with app.version("v1") as v1:
        v1.get("/api/x", formats=["json"])(lambda ctx: {})
    assert list(ask(app, "GET /openapi/v1.json").json["paths"]) == ["/v1/api/x"]
    assert ask(app, "GET /openapi/v2.json").status == 404
    assert "/openapi/v1.json" in ask(app, "GET /docs").text


@pytest.mark.parametrize(("path", "style"), PAGES.items())
def test_each_page_has_an_address(ask, path, style):
    answer = ask(Application(), f"GET {path}")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert title(answer) == TITLES[style]


@pytest.mark.parametrize("style", TITLES)
@pytest.mark.parametrize("path", ["/docs", "/openapi", "/docs/openapi"])
def test_the_page_of_the_configured_style_is_at_the_front_doors(ask, path, style):
    assert title(ask(Application({"openapi": {"docs_ui_style": style}}), f"GET {path}")) == TITLES[style]


@pytest.mark.parametrize(
    ("tables", "served", "shown"),
    [
        ({}, 200, 200),
        ({"environment": "production"}, 200, 404),
        ({"environment": "production", "openapi": {"docs_ui_enabled": True}}, 200, 200),
        ({"openapi": {"docs_ui_enabled": False}}, 200, 404),
        ({"openapi": {"enabled": False, "docs_ui_enabled": True}}, 404, 404),
    ],
)
def test_what_is_turned_off_is_an_ordinary_404(ask, tables, served, shown):
    app = Application(tables)
    assert [ask(app, f"GET {path}").status for path in SPECS] == [served] * 2
    assert {ask(app, f"GET {path}").status for path in ("/docs", "/openapi", *PAGES)} == {shown}


def test_routes_of_the_application_come_first(ask):
    app = Application()
    app.get("/docs")(lambda ctx: "mine")
    assert ask(app, "GET /docs").text == "mine"


@pytest.mark.parametrize("path", PAGES)
def test_pages_run_only_what_carries_their_nonce(ask, path):
    app = Application({"openapi": {"servers": ["https://api.example/v1", "/v1"]}})
    first, second = ask(app, f"GET {path}"), ask(app, f"GET {path}")
    policy = first.headers["content-security-policy"]
    nonce = re.search("script-src 'nonce-([^']+)'", policy)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "connect-src 'self' https://api.example; " in policy
    assert "unsafe" not in policy
    assert nonce not in second.text
    tags = re.findall(r"<(?:script|style|link rel=\"stylesheet\")[^>]*>", first.text)
    assert tags
    assert all(f'nonce="{nonce}"' in tag for tag in tags)
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_pages_need_nothing_from_another_host(ask, path):
    page = ask(Application(), f"GET {path}").text
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", page) == []
    assert "{{" not in page


@pytest.mark.parametrize("path", ["/docs", "/openapi/viewer", "/openapi/swagger"])
def test_markup_in_title_and_prefix_stays_text(ask, path):
    app = Application({"openapi": {"title": "</title><script>alert(1)</script>"}})
    outer = Application()
    outer.mount('/a"><script>', app)
    page = ask(outer, f'GET /a"><script>{path}')
    assert page.status == 200
    assert "<script>" not in page.text


def test_the_files_of_swagger_ui_are_served_packed_and_plain(ask):
    app = Application()
    page = ask(app, "GET /openapi/swagger").text
    script = re.search('src="([^"]+)"', page)[1]
    packed = ask(app, f"GET {script}", headers={"accept-encoding": "br, gzip"})
    plain = ask(app, f"GET {script}", headers={"accept-encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body
    assert b"SwaggerUIBundle" in plain.body[:2000]
    assert "immutable" in plain.headers["cache-control"]
    assert ask(app, f"GET {script.replace('bundle.js', 'other.js')}").status == 404

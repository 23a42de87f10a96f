"""Static files of an application."""

import pytest
from arlen_mvc import Application, ApplicationError


@pytest.fixture
def root(write):
    return write({"public/app.css": "css", "public/page.txt": "text", "public/secret.key": "key", "files/a.json": "{}"})


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/static/app.css", 200),
        ("/static/secret.key", 404),
        ("/static/absent.css", 404),
        ("/static/../conftest.py", 404),
        ("/staticapp.css", 404),
        ("/files/a.json", 200),
    ],
)
def test_files_with_an_allowed_extension_are_served_below_the_prefix(ask, root, target, status):
    app = Application(root=root)
    app.mount_static("/files", "files", allow_extensions=[".JSON"])
    answer = ask(app, f"GET {target}")
    assert answer.status == status
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "x-request-id" in answer.headers


def test_refusals_are_negotiated_like_those_of_routes(ask, root):
    app = Application(root=root)
    assert ask(app, "GET /static/absent.css", headers={"accept": "application/json"}).json["error"]["status"] == 404
    answer = ask(app, "POST /static/app.css")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("config", [{"environment": "production"}, {"api_only": True}, {"serve_static": False}])
def test_public_is_served_in_development_only_unless_configured(ask, root, config):
    assert ask(Application(config, root=root), "GET /static/app.css").status == 404


def test_mounts_can_be_configured(ask, root):
    config = {"static_mounts": [{"prefix": "/data", "directory": "files"}], "environment": "production"}
    assert ask(Application(config, root=root), "GET /data/a.json").status == 200


def test_a_configured_mount_has_cache_rules_media_types_and_a_fallback(ask, write):
    root = write({"dist/index.html": "<app>", "dist/app.3f2a1b9c.js": "let x", "dist/data.json": "{}"})
    mount = {"prefix": "/app", "directory": "dist", "cache_control": "no-cache", "immutable": "hashed"}
    mount |= {"fallback": "index.html", "media_types": {"json": "application/vnd.data+json"}}
    app = Application({"static_mounts": [mount]}, root=root)
    hashed = ask(app, "GET /app/app.3f2a1b9c.js")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert {"etag", "x-frame-options", "x-request-id"} <= set(hashed.headers)
    assert ask(app, "GET /app/data.json").headers["content-type"] == "application/vnd.data+json"
    page = ask(app, "GET /app/orders/7", headers={"accept": "text/html"})
    assert (page.status, page.text, page.headers["cache-control"]) == (200, "<app>", "no-cache")
    assert ask(app, "GET /app/orders/7", headers={"accept": "application/json"}).status == 404


def test_a_pattern_that_is_none_is_a_mistake(run, root):
    mount = {"prefix": "/app", "directory": "files", "immutable": "("}
    with pytest.raises(ApplicationError, match="immutable is no regular expression"):
        run(Application({"static_mounts": [mount]}, root=root).start())


def test_a_declared_mount_takes_the_place_of_public(ask, root):
    app = Application(root=root)
    app.mount_static("/static", "files")
    assert ask(app, "GET /static/a.json").status == 200
    assert ask(app, "GET /static/app.css").status == 404


def test_refused_mounts_say_why(run):
    app = Application()
    app.mount_static("/files", "gone")
    with pytest.raises(ApplicationError, match="files are served there already"):
        app.mount_static("files/", "other")
    with pytest.raises(ApplicationError, match="needs a path"):
        app.mount_static("/", "other")
    with pytest.raises(ApplicationError, match=r"there is no directory .*gone; create it"):
        run(app.start())

"""Conditional requests, and what caches may keep."""

from datetime import UTC, datetime, timedelta

import pytest
from arlen_mvc import Application, CacheControl

CHANGED = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
BEFORE, AFTER = "Sun, 01 Mar 2026 11:59:59 GMT", "Sun, 01 Mar 2026 12:00:01 GMT"


def tagged_app(tag="v1"):
    app = Application()
    done = []

    def action(ctx):
        if ctx.etag(tag):
            return None
        done.append(ctx.request.method)
        return "content"

    app.get("/", blocking=False)(action)
    app.put("/", blocking=False)(action)
    return app, done


@pytest.mark.parametrize(
    ("tag", "field"),
    [("v1", '"v1"'), (" v1 ", '"v1"'), ('"v1"', '"v1"'), ("W/v1", 'W/"v1"'), ('W/"v1"', 'W/"v1"'), ("", None)],
)
def test_a_tag_is_quoted_and_an_empty_one_says_nothing(ask, tag, field):
    app, done = tagged_app(tag)
    answer = ask(app, "GET /")
    assert (answer.headers.get("etag"), answer.text, done) == (field, "content", ["GET"])


@pytest.mark.parametrize(
    ("method", "condition", "status"),
    [
        ("GET", {"if-none-match": '"v1"'}, 304),
        ("GET", {"if-none-match": 'W/"v1"'}, 304),
        ("HEAD", {"if-none-match": '"a", W/"v1"'}, 304),
        ("GET", {"if-none-match": "*"}, 304),
        ("GET", {"if-none-match": '"V1"'}, 200),
        ("GET", {"if-none-match": '"v1x"'}, 200),
        ("GET", {"if-match": '"v2"'}, 412),
        ("PUT", {"if-match": '"v1"'}, 200),
        ("PUT", {"if-match": "*"}, 200),
        ("PUT", {"if-match": 'W/"v1"'}, 412),
        ("PUT", {"if-match": '"v2", "v3"'}, 412),
        ("PUT", {"if-none-match": "*"}, 412),
        ("PUT", {"if-none-match": '"v2"'}, 200),
        ("PUT", {}, 200),
    ],
)
def test_the_conditions_on_tags_decide(ask, method, condition, status):
    app, done = tagged_app()
    answer = ask(app, f"{method} /", headers=condition)
    assert (answer.status, answer.headers["etag"]) == (status, '"v1"')
    assert done == ([method] if status == 200 else [])
    if status == 304:
        assert (answer.body, answer.headers["content-type"]) == (b"", "")


def test_a_304_keeps_what_caches_need(ask):
    app = Application()

    @app.get("/", blocking=False)
    def page(ctx):
        ctx.cache_control(private=True, max_age=60)
        ctx.vary("Accept-Language", "Cookie", "accept-language")
        return None if ctx.etag("v1") else "content"

    answer = ask(app, "GET /", headers={"if-none-match": '"v1"'})
    assert answer.status == 304
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert answer.headers["vary"] == "Accept-Language, Cookie"


@pytest.mark.parametrize(
    ("method", "condition", "status"),
    [
        ("GET", {"if-modified-since": DATE}, 304),
        ("GET", {"if-modified-since": AFTER}, 304),
        ("GET", {"if-modified-since": BEFORE}, 200),
        ("GET", {"if-modified-since": "yesterday"}, 200),
        ("PUT", {"if-modified-since": AFTER}, 200),
        ("PUT", {"if-unmodified-since": DATE}, 200),
        ("PUT", {"if-unmodified-since": BEFORE}, 412),
        ("GET", {"if-modified-since": AFTER, "if-none-match": '"x"'}, 200),
    ],
)
@pytest.mark.parametrize("moment", [CHANGED, CHANGED.timestamp() + 0.9, CHANGED.astimezone()])
def test_the_conditions_on_dates_decide(ask, method, condition, status, moment):
    app = Application()

    def action(ctx):
        return None if ctx.last_modified(moment) else "content"

    app.get("/", blocking=False)(action)
    app.put("/", blocking=False)(action)
    answer = ask(app, f"{method} /", headers=condition)
    assert (answer.status, answer.headers["last-modified"]) == (status, DATE)


def test_tag_and_date_together_are_decided_by_the_tag(ask):
    app = Application()

    @app.get("/", blocking=False)
    def page(ctx):
        return None if ctx.last_modified(CHANGED) or ctx.etag("v1") else "content"

    fresh = {"if-none-match": '"v1"', "if-modified-since": BEFORE}
    stale = {"if-none-match": '"v0"', "if-modified-since": AFTER}
    assert [ask(app, "GET /", headers=each).status for each in (fresh, stale)] == [304, 200]
    assert ask(app, "GET /", headers={"if-match": '"v1"', "if-unmodified-since": BEFORE}).status == 200


def test_a_moment_without_a_zone_is_a_fault(ask, caplog):
    app = Application({"environment": "production"})
    app.get("/", blocking=False)(lambda ctx: ctx.last_modified(CHANGED.replace(tzinfo=None)))
    assert ask(app, "GET /").status == 500
    assert "has no zone" in caplog.text


@pytest.mark.parametrize(
    ("directives", "value"),
    [
        ({}, ""),
        ({"no_store": True}, "no-store"),
        ({"public": True, "max_age": 0}, "public, max-age=0"),
        ({"max_age": 60, "s_maxage": 1, "stale_if_error": 30}, "max-age=60, s-maxage=1, stale-if-error=30"),
        ({"private": True, "no_cache": True, "must_revalidate": True}, "private, no-cache, must-revalidate"),
        ({"public": True, "max_age": 31536000, "immutable": True}, "public, immutable, max-age=31536000"),
    ],
)  # fmt: skip
def test_cache_control_is_written_from_its_directives(directives, value):
    assert str(CacheControl(**directives)) == value


@pytest.mark.parametrize(
    "directives", [{"public": True, "private": True}, {"no_store": True, "max_age": 1}, {"max_age": -1}]
)
def test_directives_that_contradict_each_other_are_refused(directives):
    with pytest.raises(ValueError, match=r"public or private|no age|negative"):
        CacheControl(**directives)


AUTOMATIC = {"api_helpers": {"automatic_etags": True}}


def test_an_automatic_tag_is_weak_and_follows_the_content(ask):
    app = Application(AUTOMATIC)
    app.get("/{n:int}", blocking=False)(lambda ctx, n: {"n": n})
    first = ask(app, "GET /1").headers["etag"]
    assert first.startswith('W/"')
    assert first == ask(app, "GET /1").headers["etag"] != ask(app, "GET /2").headers["etag"]
    again = ask(app, "GET /1", headers={"if-none-match": first})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first)


def test_automatic_tags_leave_alone_what_has_one_or_must_not_be_kept(ask):
    app = Application(AUTOMATIC)

    @app.get("/own", blocking=False)
    def own(ctx):
        ctx.etag("own")
        return "x"

    @app.get("/secret", blocking=False)
    def secret(ctx):
        ctx.cache_control(no_store=True)
        return "x"

    app.get("/created", blocking=False)(lambda ctx: ("x", 201))
    app.get("/empty", blocking=False)(lambda ctx: None)
    app.post("/own", blocking=False)(lambda ctx: "x")
    assert ask(app, "GET /own").headers["etag"] == '"own"'
    lines = ("GET /secret", "GET /created", "GET /empty", "POST /own", "GET /nowhere")
    assert all("etag" not in ask(app, line).headers for line in lines)


def test_a_change_a_second_later_is_seen(ask):
    app = Application()
    app.get("/", blocking=False)(lambda ctx: None if ctx.last_modified(CHANGED + timedelta(seconds=1)) else "new")
    assert ask(app, "GET /", headers={"if-modified-since": DATE}).text == "new"

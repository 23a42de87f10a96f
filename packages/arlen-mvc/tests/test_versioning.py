"""Versions, legacy paths, and headers that say what will go away."""

from datetime import UTC, date, datetime

import pytest
from arlen_mvc import Application, ApplicationError, Deprecation


def test_a_version_is_a_group_below_its_name(ask):
    app = Application()
    with app.version("v1", deprecated="2026-03-01", sunset=date(2026, 9, 1)) as v1:
        v1.get("/users/{id:int}", name="user", blocking=False)(lambda ctx, id: {"v": 1})
    with app.version("v2") as v2:
        v2.get("/users/{id:int}", name="user", blocking=False)(lambda ctx, id: {"v": 2})
    old, new = ask(app, "GET /v1/users/7"), ask(app, "GET /v2/users/7")
    assert (old.json, new.json) == ({"v": 1}, {"v": 2})
    assert old.headers["deprecation"] == "@1772323200"
    assert old.headers["sunset"] == "Tue, 01 Sep 2026 00:00:00 GMT"
    assert not {"deprecation", "sunset", "link"} & new.headers.keys()
    assert app.url_for("v2.user", id=7) == "/v2/users/7"
    assert [route.documentation.deprecated for route in app.routes] == [True, False]


def test_errors_of_a_deprecated_version_say_so_too(ask):
    app = Application()
    with app.version("v1", deprecated="2026-03-01") as v1:
        v1.get("/fails", blocking=False)(lambda ctx: ctx.not_found())
    answer = ask(app, "GET /v1/fails")
    assert (answer.status, answer.headers["deprecation"]) == (404, "@1772323200")


def test_a_version_can_be_named_by_a_header(ask):
    app = Application()
    with app.version("2", header="accept-version") as two:
        two.get("/users", blocking=False)(lambda ctx: "two")
    app.get("/users", blocking=False)(lambda ctx: "usual")
    answers = {
        version: ask(app, "GET /users", headers={"accept-version": version} if version else {})
        for version in ("2", "3", None)
    }
    assert {version: answer.text for version, answer in answers.items()} == {"2": "two", "3": "usual", None: "usual"}
    assert answers["2"].headers["vary"] == "accept-version"


def test_a_deprecation_says_where_to_read_and_where_to_go(ask):
    app = Application()
    leaving = Deprecation(datetime(2026, 3, 1, 12, tzinfo=UTC), link="https://example.com/docs", successor="/v2/users")
    app.get("/users", middleware=[leaving], blocking=False)(lambda ctx: "users")
    answer = ask(app, "GET /users")
    assert answer.headers["deprecation"] == "@1772366400"
    assert answer.headers["link"] == (
        '<https://example.com/docs>; rel="deprecation", </v2/users>; rel="successor-version"'
    )


def test_a_route_may_end_without_having_been_deprecated(ask):
    app = Application()
    app.get("/", middleware=[Deprecation(sunset="2026-09-01T06:00:00")], blocking=False)(lambda ctx: "x")
    answer = ask(app, "GET /")
    assert (answer.headers["sunset"], answer.headers.get("deprecation")) == ("Tue, 01 Sep 2026 06:00:00 GMT", None)


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": "soon"},
        {"since": "2026-03-02", "sunset": "2026-03-01"},
        {"link": "https://example.com/\r\nx-evil: 1"},
        {"successor": 'https://example.com/>; rel="x'},
    ],
)
def test_a_deprecation_that_cannot_be_meant_is_refused(arguments):
    with pytest.raises(ApplicationError) as caught:
        Deprecation(**arguments)
    assert caught.value.code == "invalid_deprecation"


def test_an_alias_serves_the_same_action_under_a_legacy_path(ask):
    app = Application()
    app.get("/arlen/users/{id}", name="user", blocking=False)(lambda ctx, id: f"user:{id}\n")
    app.alias("/legacy/users/:id", to="user", deprecated="2026-03-01")
    new, old = ask(app, "GET /arlen/users/7"), ask(app, "GET /legacy/users/7")
    assert new.text == old.text == "user:7\n"
    assert ("deprecation" in new.headers, "deprecation" in old.headers) == (False, True)
    assert app.url_for("user", id=7) == "/arlen/users/7"
    assert app.routes[1].documentation.include_in_openapi is False


def test_an_alias_has_the_guards_and_limits_of_its_route(ask):
    app = Application()
    app.get("/a", name="a", guards=[lambda ctx: False], rate_limit="1/minute", blocking=False)(lambda ctx: "a")
    app.alias("/b", to="a")
    assert [ask(app, "GET /b").status for _ in range(2)] == [403, 429]


def test_an_alias_that_leads_nowhere_is_a_mistake_at_start(run):
    app = Application()
    app.get("/users/{id}", name="user", blocking=False)(lambda ctx, id: id)
    app.alias("/nobody", to="nobody")
    app.alias("/legacy/{number}", to="user")
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert [mistake.place for mistake in caught.value.mistakes] == ["alias /nobody", "alias /legacy/{number}"]

import pytest
from arlen_router import Match, NotAcceptable, Router, media_types, negotiate, register_media_type
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        (None, ["json", "html"], "json"),
        ("", ["json", "html"], "json"),
        ("*/*", ["html", "json"], "html"),
        ("application/json", ["html", "json"], "json"),
        ("text/json", ["html", "json"], "json"),
        ("application/xhtml+xml", ["json", "html"], "html"),
        ("APPLICATION/JSON;Q=0.5, text/html;q=0.4", ["html", "json"], "json"),
        ("application/json;q=0.4, text/html;q=0.9", ["json", "html"], "html"),
        ("text/*;q=0.5, text/html;q=0.1, text/csv", ["html", "csv", "txt"], "csv"),
        ("text/*, text/html;q=0", ["html", "txt"], "txt"),
        ("*/*;q=0.1, application/json;q=0", ["json", "html"], "html"),
        ("text/html;level=1, text/html;q=0.3, application/json;q=0.5", ["html", "json"], "json"),
        ("application/json; charset=utf-8", ["html", "json"], "json"),
        ("application/json;q=0", ["json"], None),
        ("image/png", ["json", "html"], None),
        ("image/png", [], None),
        ("*/*;q=2, text, ;;, /", ["json"], "json"),
        ("application/json;q=1.1, text/html;q=0.1", ["json", "html"], "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ["json", "html"], "html"),
    ],
)
def test_negotiation_follows_quality_then_specificity_then_the_offers_order(accept, offered, chosen):
    assert negotiate(accept, offered) == chosen


@given(st.text("aj/*;=q.01, textml"), st.lists(st.sampled_from(["json", "html", "csv"]), unique=True))
def test_negotiation_answers_any_header_with_an_offer_or_none(accept, offered):
    assert negotiate(accept, offered) in (*offered, None)


def test_the_table_of_media_types_can_be_extended():
    assert negotiate("application/vnd.geo", ["geo"]) is None
    register_media_type("geo", "application/vnd.geo")
    assert media_types("geo") == ("application/vnd.geo",)
    assert negotiate("application/vnd.geo", ["geo"]) == "geo"


@pytest.fixture(scope="module")
def table():
    router = Router()
    router.add("GET", "/users/{id}", "user", name="user", formats=["JSON", " html ", "json"])
    router.add("GET", "/files/{name}", "file")
    router.add("GET", "/assets/*path", "asset")
    router.add("GET", "/feed", "feed as atom", formats=["atom"])
    router.add("GET", "/feed", "feed as page", formats=["html"])
    router.add("GET", "/report", "report", formats=["csv"])
    router.add("GET", "/report.csv", "a file of its own")
    router.add("GET", "/api/thing", "thing", formats=["html", "json"])
    router.add("GET", "/every", "every", formats=["*", "json"])
    return router.compile()


@pytest.mark.parametrize(
    ("path", "accept", "target", "params", "format"),
    [
        ("/users/7", None, "user", {"id": "7"}, "html"),
        ("/users/7", "application/json", "user", {"id": "7"}, "json"),
        ("/users/7.json", "text/html", "user", {"id": "7"}, "json"),
        ("/users/7.json/", None, "user", {"id": "7"}, "json"),
        ("/users/7%2Ejson", None, "user", {"id": "7.json"}, "html"),
        ("/users/john.doe", None, "user", {"id": "john.doe"}, "html"),
        ("/users/7.csv", None, "user", {"id": "7.csv"}, "html"),
        ("/users/.json", None, "user", {"id": ".json"}, "html"),
        ("/users/json", None, "user", {"id": "json"}, "html"),
        ("/files/a.json", None, "file", {"name": "a.json"}, None),
        ("/assets/a/b.json", None, "asset", {"path": "a/b.json"}, None),
        ("/feed", None, "feed as page", {}, "html"),
        ("/feed", "application/atom+xml, text/html;q=0.5", "feed as atom", {}, "atom"),
        ("/feed", "application/atom+xml;q=0.5, text/html", "feed as page", {}, "html"),
        ("/feed.atom", None, "feed as atom", {}, "atom"),
        ("/report.csv", None, "a file of its own", {}, None),
        ("//report.csv", None, "a file of its own", {}, None),
        ("/report", None, "report", {}, "csv"),
        ("/api/thing", None, "thing", {}, "json"),
        ("/api/thing", "text/html", "thing", {}, "html"),
        ("/every", "image/png", "every", {}, None),
    ],
)
def test_extension_then_accept_then_default_decide_the_format(
    request_with, table, path, accept, target, params, format
):
    request = request_with(headers={} if accept is None else {"accept": accept})
    hit = table.match("GET", path, request)
    assert type(hit) is Match
    assert (hit.route.target, hit.params, hit.format) == (target, params, format)


def test_nothing_acceptable_is_told_with_what_there_is(request_with, table):
    request = request_with(headers={"accept": "image/png"})
    assert table.match("GET", "/feed", request) == NotAcceptable(("atom", "html"))


def test_the_callers_format_overrides_accept_and_yields_to_an_extension(table):
    assert table.match("GET", "/users/7", format="json").format == "json"
    assert table.match("GET", "/users/7.html", format="json").format == "html"
    assert table.match("GET", "/users/7", format="csv") == NotAcceptable(("json", "html"))


def test_the_default_format_can_be_json():
    router = Router()
    router.add("GET", "/x", "x", formats=["html", "json"])
    assert router.compile(default_format="json").match("GET", "/x").format == "json"


def test_a_group_gives_its_formats_to_routes_that_have_none():
    router = Router()
    with router.group("/feeds", formats=["atom"]) as feeds:
        feeds.add("GET", "/a", "a")
        feeds.add("GET", "/b", "b", formats=["json"])
        feeds.add("GET", "/c", "c", formats=["*"])
    assert [route.formats for route in router.compile().routes] == [("atom",), ("json",), None]


def test_a_built_url_is_not_mistaken_for_one_with_an_extension(table):
    assert table.url_for("user", id="7.json") == "/users/7%2Ejson"
    assert table.url_for("user", id="john.doe") == "/users/john.doe"


def test_explain_names_the_formats_of_a_route_that_would_have_won(request_with):
    router = Router()
    router.add("GET", "/feed", "json", formats=["json"])
    router.add("GET", "/feed", "any")
    explanation = router.compile().explain("GET", "/feed", request_with(headers={"accept": "image/png"}))
    assert str(explanation) == "GET /feed: wins\nGET /feed: answers in json only"

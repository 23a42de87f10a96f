"""Cross-origin requests: which pages may read the answers, and which only look as if they might."""

import pytest
from arlen_http import Request
from arlen_mvc import Application, ApplicationError, HTTPError
from arlen_mvc.browser.origin_patterns import UnsafePattern, safe_pattern

ALLOWED = "https://app.example.com"
FIELD = "access-control-allow-origin"


def shared_app(**settings):
    app = Application({"cors": {"allow_origins": [ALLOWED], **settings}})
    app.get("/", blocking=False)(lambda ctx: {"a": 1})
    app.put("/items/{id:int}", blocking=False)(lambda ctx, id: {"id": id})
    return app


def preflight(ask, app, path="/items/7", origin=ALLOWED, method="PUT", **headers):
    asked = {"origin": origin, "access-control-request-method": method}
    return ask(app, f"OPTIONS {path}", headers=asked | {k.replace("_", "-"): v for k, v in headers.items()})


def test_an_allowed_origin_is_named_and_caches_are_told(ask):
    answer = ask(shared_app(), "GET /", headers={"origin": ALLOWED})
    assert (answer.headers[FIELD], answer.headers["vary"]) == (ALLOWED, "Origin")
    assert "access-control-allow-credentials" not in answer.headers
    assert ask(shared_app(), "GET /").headers["vary"] == "Origin"


def test_errors_and_refusals_can_be_read_too(ask):
    app = shared_app()

    @app.get("/fails", blocking=False)
    def fails(ctx):
        raise HTTPError(418)

    for path, status in (("/fails", 418), ("/nowhere", 404)):
        answer = ask(app, f"GET {path}", headers={"origin": ALLOWED})
        assert (answer.status, answer.headers[FIELD]) == (status, ALLOWED)


def test_a_rate_limit_s_refusal_can_be_read_too(ask):
    app = Application({"cors": {"allow_origins": ["*"]}, "rate_limit": {"enabled": True, "requests": 1}})
    app.get("/", blocking=False)(lambda ctx: "x")
    ask(app, "GET /")
    answer = ask(app, "GET /")
    assert (answer.status, answer.headers[FIELD]) == (429, "*")


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://app.example.comevil.example",
        "https://evilapp.example.com",
        "https://app.example.com@evil.example",
        "https://app.example.com:8443",
        "http://app.example.com",
        "https://app.example.com/",
        "https://app.example.com, https://evil.example",
        "https://appXexample.com",
        "file://",
        "https://",
        "*",
        "",
    ],
)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"allow_credentials": True},
        {"allow_origins": [], "allow_origin_patterns": [r"https://(app|www)\.example\.com"]},
        {"allow_origins": [], "allow_origin_patterns": [r"https://[a-z]+\.example\.com$"]},
    ],
)
def test_reflection_attack_an_origin_that_only_resembles_an_allowed_one_gets_nothing(ask, origin, settings):
    app = shared_app(**settings)
    allowed_by_letter = origin == "https://evilapp.example.com" and "+" in str(settings)
    for answer in (ask(app, "GET /", headers={"origin": origin}), preflight(ask, app, origin=origin)):
        names = {name for name in answer.headers if name.startswith("access-control-")}
        assert bool(names) == allowed_by_letter


def test_reflection_attack_a_pattern_never_fits_null_or_a_line_break(ask):
    app = shared_app(allow_origins=[], allow_origin_patterns=[".*"])
    assert FIELD not in ask(app, "GET /", headers={"origin": "null"}).headers
    assert ask(app, "GET /", headers={"origin": "https://x.example"}).headers[FIELD] == "https://x.example"
    app.handle(Request.build("GET", "/"))
    request = Request.build("GET", "/")
    request.head.last[b"origin"] = b"https://x.example\r\nset-cookie: a=b"
    assert b"set-cookie" not in app.handle(request).constant_headers


def test_a_pattern_has_to_fit_the_whole_origin(ask):
    app = shared_app(allow_origins=[], allow_origin_patterns=[r"https://[a-z0-9-]+\.example\.com(:[0-9]{1,5})?"])
    fits = "https://pr-17.example.com:8443"
    assert ask(app, "GET /", headers={"origin": fits}).headers[FIELD] == fits
    for other in ("https://a.b.example.com", "https://a.example.com.evil", "xhttps://a.example.com"):
        assert FIELD not in ask(app, "GET /", headers={"origin": other}).headers


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://([a-z]+)+\.example\.com",
        r"https://([a-z]+\.)*example\.com",
        r"(a|a)*b",
        r"(?:(?:x{1,9})y){2,}",
        r".*.*.*",
        r"[a-z]+[a-z]+[a-z]+z",
        r"(?=(a+)+)b",
        r"(",
    ],
)
def test_redos_a_pattern_whose_worst_case_explodes_is_refused(pattern):
    with pytest.raises(UnsafePattern):
        safe_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://[a-z0-9-]+\.example\.com",
        r"https://(app|www)\.example\.(com|org)(:[0-9]{1,5})?",
        r"https?://localhost:[0-9]+",
        r"https://[a-z.-]*[.]?example\.com",
    ],
)
def test_patterns_that_people_write_are_allowed(pattern):
    assert safe_pattern(pattern).pattern == pattern


def test_a_preflight_is_answered_for_routes_that_exist_only_for_other_methods(ask):
    answer = preflight(ask, shared_app(allow_headers=["X-Token", "Content-Type"], max_age_seconds=60))
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers[FIELD] == ALLOWED
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE"
    assert answer.headers["access-control-allow-headers"] == "X-Token, Content-Type"
    assert answer.headers["access-control-max-age"] == "60"
    assert answer.headers["vary"] == "Origin"
    assert "allow" not in answer.headers


def test_a_preflight_is_answered_before_a_route_s_own_options_and_others_are_not(ask):
    app = shared_app()
    app.options("/own", blocking=False)(lambda ctx: "own")
    assert preflight(ask, app, "/own").status == 204
    assert ask(app, "OPTIONS /own", headers={"origin": ALLOWED}).text == "own"
    assert ask(app, "OPTIONS /items/7").headers["allow"] == "OPTIONS, PUT"


def test_headers_that_a_preflight_asks_for_are_allowed_by_name_only(ask):
    app = shared_app(allow_headers=["*"])
    answer = preflight(ask, app, access_control_request_headers="x-a, x-b")
    assert answer.headers["access-control-allow-headers"] == "x-a, x-b"
    for forged in ("x-a; evil", "x-a:1", "x" * 5000, "x a"):
        answer = preflight(ask, app, access_control_request_headers=forged)
        assert "access-control-allow-headers" not in answer.headers


def test_credentials_and_exposed_headers_are_said_to_allowed_origins(ask):
    app = shared_app(allow_credentials=True, expose_headers=["x-total"])
    answer = ask(app, "GET /", headers={"origin": ALLOWED})
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-expose-headers"] == "x-total"


def test_every_origin_may_read_without_credentials_and_caches_need_not_vary(ask):
    answer = ask(shared_app(allow_origins=["*"]), "GET /", headers={"origin": "https://anybody.example"})
    assert answer.headers[FIELD] == "*"
    assert "vary" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


def test_what_an_action_says_itself_is_left_alone(ask):
    app = shared_app()

    @app.get("/own", blocking=False)
    def own(ctx):
        ctx.set_header(FIELD, "https://partner.example")
        ctx.vary("Accept")
        return "own"

    answer = ask(app, "GET /own", headers={"origin": ALLOWED})
    assert (answer.headers[FIELD], answer.headers["vary"]) == ("https://partner.example", "Accept, Origin")


def test_cross_origin_settings_that_cannot_be_meant_are_mistakes_at_start(run):
    cors = {
        "allow_origins": ["*", "null", "https://a.example/path", "a.example"],
        "allow_credentials": True,
        "allow_origin_patterns": ["(a+)+"],
        "allow_headers": ["x y"],
    }
    with pytest.raises(ApplicationError) as caught:
        run(Application({"cors": cors}).start())
    assert [mistake.place for mistake in caught.value.mistakes] == [
        "cors.allow_origins",
        "cors.allow_origins",
        "cors.allow_origins",
        "cors.allow_credentials",
        "cors.allow_origin_patterns",
        "cors.allow_headers",
    ]


def test_without_origins_nothing_is_said(ask):
    app = Application()
    app.get("/", blocking=False)(lambda ctx: "x")
    answer = ask(app, "GET /", headers={"origin": ALLOWED})
    assert FIELD not in answer.headers
    assert "vary" not in answer.headers


def test_static_files_can_be_read_by_allowed_origins_too(ask, write):
    root = write({"assets/font.css": "x"})
    app = Application({"cors": {"allow_origins": [ALLOWED]}}, root=root)
    app.mount_static("/assets", "assets")
    answer = ask(app, "GET /assets/font.css", headers={"origin": ALLOWED})
    assert (answer.status, answer.headers[FIELD], answer.headers["vary"]) == (200, ALLOWED, "Origin")
    assert preflight(ask, app, "/assets/font.css").status == 204
    assert FIELD not in ask(app, "GET /assets/font.css", headers={"origin": "https://evil.example"}).headers

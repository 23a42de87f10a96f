"""Sessions in encrypted cookies: what they keep, and what nobody can do to them."""

import json
import os
from base64 import urlsafe_b64encode

import pytest
from arlen_http import Request, Response
from arlen_mvc import Application, Session
from arlen_mvc.sessions.cookie_sessions import CookieSessions
from arlen_mvc.sessions.settings import SessionSettings
from arlen_mvc.sessions.tokens import Tokens
from hypothesis import given
from hypothesis import strategies as st

SECRET = "a secret of thirty-two bytes or so"
OLD_SECRET = "what was used before this one, ok."


def session_app(**settings):
    app = Application({"session": {"enabled": True, "secret": SECRET, **settings}, "csrf": {"enabled": False}})

    @app.get("/read", blocking=False)
    def read(ctx):
        return dict(ctx.session)

    @app.get("/untouched", blocking=False)
    def untouched(ctx):
        return {}

    @app.post("/write", blocking=False)
    async def write(ctx):
        ctx.session.update(await ctx.request.json())
        return dict(ctx.session)

    @app.post("/clear", blocking=False)
    def clear(ctx):
        ctx.session.clear()

    @app.post("/nested", blocking=False)
    def nested(ctx):
        ctx.session["cart"]["items"].append("book")
        return dict(ctx.session)

    @app.post("/login", blocking=False)
    def login(ctx):
        ctx.rotate_session()
        ctx.session["user"] = 7

    @app.post("/typed", blocking=False)
    def typed(session: Session):
        session["typed"] = True

    return app


def cookies_of(answer):
    return answer.response.headers.get_all("set-cookie")


def sent(answer, name="arlen_session"):
    """The request header that a browser sends after this answer."""
    (cookie,) = cookies_of(answer)
    pair = cookie.partition(";")[0]
    assert pair.startswith(f"{name}=")
    return {"cookie": pair}


def token(content, secret=SECRET, name="arlen_session"):
    return Tokens(secret, (), name).seal(json.dumps(content).encode())


def live(data, began=1.0e9, ends=4.0e9):
    return {"iat": int(began), "exp": int(ends), "data": data}


def test_what_is_written_is_read_back_by_the_next_request(ask):
    app = session_app()
    written = ask(app, "POST /write", body=b'{"user": 7, "name": "Ada"}')
    assert ask(app, "GET /read", headers=sent(written)).json == {"user": 7, "name": "Ada"}


def test_the_cookie_is_for_http_and_this_site_only(ask):
    (cookie,) = cookies_of(ask(session_app(), "POST /write", body=b'{"user": 7}'))
    pair, *attributes = cookie.split("; ")
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=1209600"}
    version, nonce, _ = pair.partition("=")[2].split(".")
    assert (version, len(nonce)) == ("v2", 16)
    assert "7" not in json.dumps(pair.partition("=")[2].split(".")[0])


@pytest.mark.parametrize(
    ("environment", "settings", "secure"),
    [
        ("production", {}, True),
        ("development", {}, False),
        ("production", {"secure": False}, False),
        ("development", {"secure": True}, True),
        ("development", {"same_site": "None"}, True),
        ("development", {"cookie_name": "__Host-session"}, True),
        ("development", {"cookie_name": "__Secure-session", "secure": False}, True),
    ],
)
def test_the_cookie_is_secure_in_production_and_where_its_name_or_same_site_demands_it(
    ask, environment, settings, secure
):
    app = Application({"environment": environment, "session": {"enabled": True, "secret": SECRET, **settings}})

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.session["a"] = 1

    (cookie,) = cookies_of(ask(app, "GET /"))
    assert ("Secure" in cookie.split("; ")) is secure


def test_a_request_that_does_not_touch_the_session_costs_nothing_and_sends_nothing(ask):
    answer = ask(session_app(), "GET /untouched", headers={"cookie": "arlen_session=v2.forged.forged"})
    assert answer.headers.keys().isdisjoint({"set-cookie", "vary", "cache-control"})


def test_reading_writes_nothing_and_says_that_the_answer_depends_on_the_cookie(ask):
    app = session_app()
    cookie = {"cookie": f"arlen_session={token(live({'cart': {'items': []}}))}"}
    answer = ask(app, "GET /read", headers=cookie)
    assert answer.json == {"cart": {"items": []}}
    assert cookies_of(answer) == []
    assert answer.headers["vary"] == "Cookie"


def test_a_change_inside_a_nested_value_is_written_too(ask):
    app = session_app()
    cookie = {"cookie": f"arlen_session={token(live({'cart': {'items': []}}))}"}
    changed = ask(app, "POST /nested", headers=cookie)
    assert ask(app, "GET /read", headers=sent(changed)).json == {"cart": {"items": ["book"]}}


def test_an_answer_that_sets_the_cookie_is_for_no_shared_cache(ask):
    assert ask(session_app(), "POST /write", body=b'{"a": 1}').headers["cache-control"] == "private"


def test_an_emptied_session_deletes_its_cookie_and_one_that_never_was_sends_nothing(ask):
    app = session_app()
    (deletion,) = cookies_of(ask(app, "POST /clear", headers={"cookie": f"arlen_session={token(live({'a': 1}))}"}))
    assert deletion.startswith("arlen_session=; Max-Age=0; Path=/")
    assert cookies_of(ask(app, "POST /clear")) == []


def test_the_session_comes_by_type_too(ask):
    app = session_app()
    assert ask(app, "GET /read", headers=sent(ask(app, "POST /typed"))).json == {"typed": True}


def test_cookies_of_the_action_survive_beside_that_of_the_session(ask):
    app = session_app()

    @app.get("/both", blocking=False)
    def both(ctx):
        ctx.session["a"] = 1
        ctx.set_cookie("theme", "dark")
        return {}

    assert sorted(line.partition("=")[0] for line in cookies_of(ask(app, "GET /both"))) == ["arlen_session", "theme"]


def test_the_session_is_written_although_the_action_failed(ask):
    app = session_app()

    @app.get("/fails", blocking=False)
    def fails(ctx):
        ctx.session["tries"] = 1
        ctx.not_found()

    answer = ask(app, "GET /fails")
    assert answer.status == 404
    assert ask(app, "GET /read", headers=sent(answer)).json == {"tries": 1}


def test_an_error_handler_sees_the_session(ask):
    app = session_app()
    app.error_handler(404)(lambda ctx, error: dict(ctx.session))
    cookie = {"cookie": f"arlen_session={token(live({'user': 7}))}"}
    assert ask(app, "GET /nowhere", headers=cookie).json == {"user": 7}


# What an attacker can try


def refused(ask, cookie):
    """Whether the application sees nothing in this cookie, says nothing about it, and takes it back."""
    answer = ask(session_app(), "GET /read", headers={"cookie": f"arlen_session={cookie}"})
    (line,) = cookies_of(answer)
    return answer.status == 200 and answer.json == {} and line.startswith("arlen_session=; Max-Age=0")


def test_session_forgery_a_token_under_another_secret_is_an_empty_session(ask):
    assert refused(ask, token(live({"user": "admin"}), secret="guessed" * 8))


def test_session_forgery_plain_json_and_other_versions_are_an_empty_session(ask):
    content = urlsafe_b64encode(json.dumps(live({"user": "admin"})).encode()).decode().rstrip("=")
    genuine = token(live({"user": "admin"}))
    for forged in (
        f"v2..{content}",
        f"v2.{'A' * 16}.{content}",
        f"v1{genuine[2:]}",
        f"v3{genuine[2:]}",
        genuine.partition(".")[2],
        "v2..",
        "v2.a.b",
        "..",
        "%00",
        content,
    ):
        assert refused(ask, forged), forged


def test_session_tampering_every_single_changed_character_is_noticed():
    tokens = Tokens(SECRET, (), "arlen_session")
    genuine = tokens.seal(b'{"user":7}')
    for place, character in enumerate(genuine):
        for other in "Aw_.*":
            if other != character:
                opened = tokens.open(genuine[:place] + other + genuine[place + 1 :])
                assert opened is None or place in unread_bits(genuine), (place, other)


def test_session_tampering_characters_that_a_lenient_reader_would_skip_are_noticed():
    tokens = Tokens(SECRET, (), "arlen_session")
    genuine = tokens.seal(b'{"user":7}')
    assert tokens.open(f"v2.{'é' * 16}.{'é' * 40}") is None
    for noise in "!\n =%+/":
        assert tokens.open(genuine[:30] + noise * 4 + genuine[30:]) is None


def unread_bits(genuine):
    """The last characters of a base64 text may carry bits that belong to no byte."""
    first = len(genuine.rpartition(".")[0])
    return (first - 1, len(genuine) - 1)


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_of_tokens_fail(text):
    assert Tokens(SECRET, (), "arlen_session").open(text) is None


@given(st.binary(max_size=300), st.integers(min_value=0))
def test_a_truncated_token_is_no_token(content, cut):
    tokens = Tokens(SECRET, (), "arlen_session")
    genuine = tokens.seal(content)
    opened = tokens.open(genuine)
    assert opened is not None
    assert opened.content == content
    assert tokens.open(genuine[: cut % len(genuine)]) is None


def test_a_token_is_worth_nothing_under_another_cookie_name(ask):
    other = token(live({"user": "admin"}), name="basket")
    assert refused(ask, other)


def test_an_expired_session_is_empty_and_its_cookie_is_taken_back(ask):
    assert refused(ask, token(live({"user": 7}, began=1, ends=2)))


def test_a_session_that_is_too_large_is_refused_and_nothing_of_it_is_sent(ask, caplog):
    app = session_app()
    text = json.dumps({"a": os.urandom(3000).hex()}).encode()
    answer = ask(app, "POST /write", body=text, headers={"accept": "application/json"})
    assert (answer.status, answer.json["error"]["code"]) == (500, "session_encoding_failed")
    assert cookies_of(answer) == []
    assert answer.json["error"]["message"] == "session encoding failed"
    reason = next(record.fields["reason"] for record in caplog.records if hasattr(record, "fields"))
    assert reason.endswith("and browsers keep 4096")


def test_a_value_that_json_cannot_carry_is_refused(ask):
    app = session_app()

    @app.get("/object", blocking=False)
    def object_(ctx):
        ctx.session["user"] = object()

    answer = ask(app, "GET /object", headers={"accept": "application/json"})
    assert answer.json["error"]["code"] == "session_encoding_failed"


def test_a_token_that_is_longer_than_any_cookie_is_not_even_decoded():
    assert Tokens(SECRET, (), "a").open("v2." + "A" * 16 + "." + "A" * 100_000) is None


def test_a_cookie_under_a_previous_secret_is_read_and_written_anew(ask):
    app = session_app(previous_secrets=[OLD_SECRET])
    answer = ask(app, "GET /read", headers={"cookie": f"arlen_session={token(live({'a': 1}), secret=OLD_SECRET)}"})
    assert answer.json == {"a": 1}
    renewed = sent(answer)
    assert ask(session_app(), "GET /read", headers=renewed).json == {"a": 1}


# Time


def visit(clock, settings, cookie=""):
    """One request at this time: what it sees, and the cookie that the browser has afterwards."""
    settings = SessionSettings(enabled=True, secret=SECRET, **settings).resolved(True, False)
    sessions = CookieSessions(settings, lambda: clock)
    app = Application()
    app.use(sessions)

    @app.get("/", blocking=False)
    def index(ctx):
        session = ctx.keep(Session, sessions.open(ctx))
        seen = dict(session)
        if not cookie:
            session["user"] = 7
        return seen

    response = app.handle(Request.build("GET", "/", headers={"cookie": cookie} if cookie else {}))
    lines = [line for line in response.headers.get_all("set-cookie") if "Max-Age=0" not in line]
    return json.loads(response.body), lines[0].partition(";")[0] if lines else cookie


@pytest.mark.parametrize(
    ("settings", "moments", "alive"),
    [
        ({"max_age_seconds": 100}, [50, 99], True),
        ({"max_age_seconds": 100}, [50, 101], False),
        ({"idle_timeout_seconds": 100}, [99], True),
        ({"idle_timeout_seconds": 100}, [101], False),
        ({"idle_timeout_seconds": 100}, [60, 120, 180, 240], True),
        ({"idle_timeout_seconds": 100}, [60, 120, 225], False),
        ({"absolute_timeout_seconds": 200}, [199], True),
        ({"absolute_timeout_seconds": 200}, [201], False),
        ({"idle_timeout_seconds": 100, "absolute_timeout_seconds": 200}, [60, 120, 180, 201], False),
    ],
)
def test_a_session_ends_when_its_timeouts_say_so(settings, moments, alive):
    _, cookie = visit(1000, settings)
    for moment in moments:
        seen, cookie = visit(1000 + moment, settings, cookie)
    assert seen == ({"user": 7} if alive else {})


def test_a_shorter_absolute_timeout_ends_sessions_that_began_before_it_was_set():
    _, cookie = visit(1000, {})
    assert visit(1300, {"absolute_timeout_seconds": 200}, cookie)[0] == {}


# Rotation


def test_session_fixation_the_session_before_the_login_is_worth_nothing_after_it(ask):
    app = session_app()
    planted = sent(ask(app, "POST /write", body=b'{"basket": ["book"]}'))
    after = ask(app, "POST /login", headers=planted)
    assert ask(app, "GET /read", headers=sent(after)).json == {"basket": ["book"], "user": 7}
    assert ask(app, "GET /read", headers=planted).json == {"basket": ["book"]}


@pytest.mark.parametrize("place", ["action", "layer", "process"])
def test_a_response_that_is_a_constant_carries_nobodys_session_to_another(ask, place):
    shared = Response("hello", headers={"x-own": "1"})
    app = Application({"session": {"enabled": True, "secret": SECRET}, "csrf": {"enabled": False}})

    @app.get("/{name}")
    async def hello(ctx, name):
        if name != "nobody":
            ctx.session["name"] = name
        return shared

    async def layer(ctx, call_next):
        await call_next(ctx)
        return shared

    class Halting:
        def process(self, ctx):
            if not ctx.request.path.endswith("nobody"):
                ctx.session["name"] = ctx.request.path
            return shared

    if place == "layer":
        app.use(layer)
    if place == "process":
        app.use(Halting())
    assert len(cookies_of(ask(app, "GET /ada"))) == 1
    nobody = ask(app, "GET /nobody")
    assert cookies_of(nobody) == []
    assert (nobody.text, nobody.response.headers["x-own"]) == ("hello", "1")
    assert shared.headers.get_all("set-cookie") == []

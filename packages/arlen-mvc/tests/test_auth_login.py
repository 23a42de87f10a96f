"""Logins that a session remembers."""

import pytest
from arlen_mvc import Application, ApplicationError
from arlen_mvc.auth import Principal, SessionLogin

SECRET = "a secret of the house, known to few of us"
SESSIONS = {"session": {"enabled": True, "secret": SECRET}, "csrf": {"enabled": False}}
PAGE = {"accept": "text/html"}


def shop(lookup=None, config=SESSIONS):
    app = Application(config)
    login = SessionLogin(login_page="/login", lookup=lookup)

    @app.post("/login")
    async def log_in(ctx):
        ctx.log_in(ctx.query("name"), roles=["customer"], scopes=["buy"], team="blue")
        return ctx.safe_redirect(ctx.query("next"))

    @app.post("/logout")
    async def log_out(ctx):
        ctx.log_out()
        return str(ctx.principal)

    @app.post("/cart")
    async def fill(ctx):
        ctx.session["cart"] = ["book"]
        return "filled"

    @app.get("/account", auth=login)
    async def account(ctx, caller: Principal):
        return {
            "subject": caller.subject,
            "roles": caller.roles,
            "scopes": caller.scopes,
            "team": caller.claims["team"],
        }

    @app.get("/admin", auth=login, required_roles=["admin"])
    async def admin(ctx):
        return "admin"

    return app


def cookie_of(answer):
    return answer.headers["set-cookie"].partition(";")[0]


def logged_in(ask, app, name="ada", **headers):
    return {"cookie": cookie_of(ask(app, f"POST /login?name={name}", headers=headers))}


def test_a_browser_is_known_after_its_login_until_its_logout(ask):
    app = shop()
    browser = logged_in(ask, app)
    known = {"subject": "ada", "roles": ["customer"], "scopes": ["buy"], "team": "blue"}
    assert ask(app, "GET /account", headers=browser).json == known
    ended = ask(app, "POST /logout", headers=browser)
    assert ended.text == "None"
    assert "Max-Age=0" in ended.headers["set-cookie"]


def test_a_login_does_not_give_roles_that_nobody_gave(ask):
    app = shop()
    assert ask(app, "GET /admin", headers=logged_in(ask, app)).status == 403


def test_session_fixation_the_session_before_the_login_is_worth_nothing_after_it(ask):
    app = shop()
    before = {"cookie": cookie_of(ask(app, "POST /cart"))}
    after = logged_in(ask, app, **before)
    assert after["cookie"] != before["cookie"]
    assert ask(app, "GET /account", headers={**before, "accept": "application/json"}).status == 401
    assert ask(app, "GET /account", headers=after).json["subject"] == "ada"


def test_session_fixation_the_session_begins_anew_at_every_login(run):
    app = Application(SESSIONS)
    rotated = []

    @app.post("/login")
    async def log_in(ctx):
        token = ctx.csrf_token
        ctx.log_in("ada")
        rotated.append((ctx.session.rotated, ctx.session.subject, "_csrf_token" in ctx.session, bool(token)))
        return "in"

    from arlen_http import Request

    async def post():
        return await app.handle(Request.build("POST", "/login"))

    run(post())
    assert rotated == [(True, "ada", False, True)]


def test_people_are_sent_to_the_login_page_and_programs_are_told(ask):
    app = shop()
    page = ask(app, "GET /account?tab=1&q=%2F%26", headers=PAGE)
    assert (page.status, page.headers["location"]) == (303, "/login?next=%2Faccount%3Ftab%3D1%26q%3D%252F%2526")
    program = ask(app, "GET /account", headers={"accept": "application/json"})
    assert (program.status, program.json["error"]["code"]) == (401, "unauthorized")
    assert ask(app, "GET /admin", headers={**PAGE, **logged_in(ask, app)}).status == 403


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/account", "/account"),
        ("https%3A%2F%2Fevil.example%2F", "/"),
        ("%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("javascript%3Aalert(1)", "/"),
        ("%2Faccount%0D%0Aset-cookie%3A+a%3Db", "/"),
        ("", "/"),
    ],
)
def test_open_redirect_after_a_login_leads_nowhere_else(ask, target, location):
    answer = ask(shop(), f"POST /login?name=ada&next={target}")
    assert (answer.status, answer.headers["location"]) == (302, location)


def test_open_redirect_through_the_path_itself_is_quoted(ask):
    app = Application(SESSIONS)

    @app.get("/{rest:path}", auth=SessionLogin(login_page="/login"))
    async def everything(ctx):
        return ""

    location = ask(app, "GET //evil.example/%0d%0aset-cookie:a=b", headers=PAGE).headers["location"]
    assert location == "/login?next=%2F%2Fevil.example%2F%250d%250aset-cookie%3Aa%3Db"


def test_whoever_is_looked_up_at_each_request_may_lose_roles_and_be_shut_out(ask):
    roles = {"ada": ["admin"]}

    def lookup(principal):
        return (
            Principal(principal.subject, roles=tuple(roles[principal.subject])) if principal.subject in roles else None
        )

    async def slow_lookup(principal):
        return lookup(principal)

    for each in (lookup, slow_lookup):
        roles["ada"] = ["admin"]
        app = shop(each)
        browser = logged_in(ask, app)
        assert ask(app, "GET /admin", headers=browser).text == "admin"
        roles["ada"] = []
        assert ask(app, "GET /admin", headers=browser).status == 403
        del roles["ada"]
        assert ask(app, "GET /admin", headers={**browser, "accept": "application/json"}).status == 401


def test_session_forgery_of_a_login_is_nobody(ask):
    app = shop()
    browser = logged_in(ask, app)["cookie"]
    for forged in (browser[:-1], browser + "x", browser.replace("=", "=x", 1), "arlen_session=eyJfbG9naW4iOnt9fQ"):
        assert ask(app, "GET /account", headers={"cookie": forged, "accept": "application/json"}).status == 401


@pytest.mark.parametrize("subject", ["", 7, None])
def test_a_login_needs_a_subject_that_is_a_text(ask, subject):
    app = Application({**SESSIONS, "environment": "test"})

    @app.post("/login")
    async def log_in(ctx):
        ctx.log_in(subject)
        return "in"

    answer = ask(app, "POST /login", headers={"accept": "application/json"})
    assert (answer.status, answer.json["error"]["code"]) == (500, "invalid_subject")


def test_a_login_without_sessions_is_a_mistake_at_start(run):
    with pytest.raises(ApplicationError, match=r"SessionLogin needs session\.enabled"):
        run(shop(config={}).start())

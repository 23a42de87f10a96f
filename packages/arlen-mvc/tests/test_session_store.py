"""Sessions in a store of the server: opaque ids, revocation, and what concurrent requests cannot do."""

import json

import pytest
from arlen_http import Request
from arlen_mvc import Application, ApplicationError, MemorySessionStore, Session, SessionStore, revoke_sessions
from arlen_mvc.sessions.server_sessions import ServerSessions
from arlen_mvc.sessions.settings import SessionSettings


@pytest.fixture
def store():
    return MemorySessionStore()


@pytest.fixture
def app(store):
    app = Application({"session": {"enabled": True, "store": "cache"}, "csrf": {"enabled": False}})
    app.provide(SessionStore, store)

    @app.get("/read", blocking=False)
    def read(ctx):
        return dict(ctx.session)

    @app.post("/write", blocking=False)
    async def write(ctx):
        ctx.session.update(await ctx.request.json())

    @app.post("/login", blocking=False)
    async def login(ctx):
        ctx.rotate_session()
        ctx.session.subject = "user:7"

    @app.post("/logout", blocking=False)
    def logout(session: Session):
        session.revoke()

    return app


def cookies_of(answer):
    return answer.response.headers.get_all("set-cookie")


def sent(answer):
    (cookie,) = cookies_of(answer)
    return {"cookie": cookie.partition(";")[0]}


def test_the_cookie_is_an_id_and_the_store_does_not_know_it(ask, app, store):
    written = ask(app, "POST /write", body=b'{"user": 7}')
    session_id = sent(written)["cookie"].partition("=")[2]
    assert len(session_id) == 43
    assert session_id not in repr(store._kept)
    assert ask(app, "GET /read", headers=sent(written)).json == {"user": 7}


def test_a_session_larger_than_any_cookie_is_kept(ask, app):
    written = ask(app, "POST /write", body=json.dumps({"a": "b" * 10_000}).encode())
    assert ask(app, "GET /read", headers=sent(written)).json == {"a": "b" * 10_000}


def test_reading_stores_nothing_and_sends_no_cookie(ask, app, store):
    cookie = sent(ask(app, "POST /write", body=b'{"cart": {"a": [1]}}'))
    before = dict(store._kept)
    assert cookies_of(ask(app, "GET /read", headers=cookie)) == []
    assert store._kept == before


@pytest.mark.parametrize("session_id", ["A" * 43, "short", "A" * 5000, "../../etc/passwd", "revoked.0"])
def test_session_fixation_an_id_that_a_client_made_up_is_never_adopted(ask, app, session_id):
    planted = {"cookie": f"arlen_session={session_id}"}
    written = ask(app, "POST /write", body=b'{"user": 7}', headers=planted)
    assert sent(written) != planted
    assert ask(app, "GET /read", headers=planted).json == {}


def test_the_store_is_not_asked_for_what_cannot_be_an_id(ask, app):
    class Counting(MemorySessionStore):
        asked = 0

        async def get(self, key):
            self.asked += 1
            return await super().get(key)

    store = Counting()
    app.provide(SessionStore, store)
    for session_id in ("short", "A" * 4000, "!" * 43):
        assert ask(app, "GET /read", headers={"cookie": f"arlen_session={session_id}"}).json == {}
    assert store.asked == 0


def test_session_fixation_login_gives_another_id_and_ends_the_one_before(ask, app, store):
    planted = sent(ask(app, "POST /write", body=b'{"basket": 1}'))
    after = sent(ask(app, "POST /login", headers=planted))
    assert after != planted
    assert ask(app, "GET /read", headers=after).json == {"basket": 1, "_subject": "user:7"}
    assert ask(app, "GET /read", headers=planted).json == {}
    assert len(store._kept) == 1


def test_a_revoked_session_is_gone_from_the_store_although_somebody_kept_the_cookie(ask, app, store):
    cookie = sent(ask(app, "POST /write", body=b'{"user": 7}'))
    (deletion,) = cookies_of(ask(app, "POST /logout", headers=cookie))
    assert "Max-Age=0" in deletion
    assert store._kept == {}
    assert ask(app, "GET /read", headers=cookie).json == {}


def test_every_session_of_a_subject_can_be_ended_and_only_those(ask, run, app, store):
    phone, laptop = (sent(ask(app, "POST /login")) for _ in range(2))
    other = sent(ask(app, "POST /write", body=b'{"user": 8}'))
    run(revoke_sessions(store, "user:7", 3600))
    assert [ask(app, "GET /read", headers=each).json for each in (phone, laptop)] == [{}, {}]
    assert ask(app, "GET /read", headers=other).json == {"user": 8}
    assert ask(app, "GET /read", headers=sent(ask(app, "POST /login"))).json == {"_subject": "user:7"}


def test_a_request_that_was_overtaken_by_a_logout_does_not_bring_the_session_back(ask, app):
    cookie = sent(ask(app, "POST /write", body=b'{"user": 7}'))

    async def log_out_meanwhile(ctx):
        ctx.session["late"] = True
        logout = app.handle(Request.build("POST", "/logout", headers=cookie))
        await logout
        return {}

    fresh = Application({"session": {"enabled": True, "store": "cache"}, "csrf": {"enabled": False}})
    fresh.provide(SessionStore, app.resource(SessionStore))
    fresh.post("/slow", blocking=False)(log_out_meanwhile)
    assert "Max-Age=0" in cookies_of(ask(fresh, "POST /slow", headers=cookie))[0]
    assert ask(app, "GET /read", headers=cookie).json == {}


def test_a_store_that_was_not_provided_keeps_the_application_from_starting(run):
    with pytest.raises(ApplicationError, match=r"session\.store: is \"cache\", and nothing was provided"):
        run(Application({"session": {"enabled": True, "store": "cache"}}).start())


def test_a_store_that_is_down_is_an_answer_of_500_and_the_next_request_is_served(ask, app):
    class Down(MemorySessionStore):
        async def get(self, key):
            raise ConnectionError("no route to the store")

    app.provide(SessionStore, Down())
    app.get("/plain", blocking=False)(lambda: "plain")
    assert ask(app, "GET /read", headers={"cookie": f"arlen_session={'A' * 43}"}).status == 500
    assert ask(app, "GET /plain").text == "plain"


def visits(run, settings, moments):
    """What the last of these visits to a session sees that was begun at time 0."""
    time = [0.0]
    settings = SessionSettings(enabled=True, store="cache", **settings).resolved(True, False)
    sessions = ServerSessions(settings, lambda: 1000 + time[0])
    app = Application()
    app.provide(SessionStore, MemorySessionStore(clock=lambda: time[0]))
    app.use(sessions)
    seen = []

    @app.get("/", blocking=False)
    async def index(ctx):
        session = ctx.kept(Session) or ctx.keep(Session, sessions.open(ctx))
        seen.append(dict(session))
        if time[0] == 0:
            session["user"] = 7

    cookie = ""
    for moment in [0, *moments]:
        time[0] = moment
        response = run(app.handle(Request.build("GET", "/", headers={"cookie": cookie} if cookie else {})))
        for line in response.headers.get_all("set-cookie"):
            cookie = line.partition(";")[0]
    return seen[-1]


@pytest.mark.parametrize(
    ("settings", "moments", "alive"),
    [
        ({"max_age_seconds": 100}, [50, 99], True),
        ({"max_age_seconds": 100}, [50, 101], False),
        ({"idle_timeout_seconds": 100}, [60, 120, 180, 240], True),
        ({"idle_timeout_seconds": 100}, [60, 120, 225], False),
        ({"idle_timeout_seconds": 100, "absolute_timeout_seconds": 200}, [60, 120, 180, 201], False),
    ],
)
def test_a_stored_session_ends_when_its_timeouts_say_so(run, settings, moments, alive):
    settings_of_time = {"settings": settings, "moments": moments}
    assert visits(run, **settings_of_time) == ({"user": 7} if alive else {})


def test_the_memory_store_forgets_what_is_over_and_the_oldest_above_its_size(run):
    time = [0.0]
    store = MemorySessionStore(max_sessions=2, clock=lambda: time[0])
    for key in "abc":
        run(store.set(key, key, 10))
    assert [run(store.get(key)) for key in "abc"] == [None, "b", "c"]
    time[0] = 10
    assert run(store.get("b")) is None
    run(store.delete("never there"))

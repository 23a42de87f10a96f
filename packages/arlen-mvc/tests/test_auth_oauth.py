"""Logging in with another site, which is real here: an application on a socket that issues codes and ID tokens."""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
from arlen_http import Request, Server, ServerSettings
from arlen_mvc import Application
from arlen_mvc.auth import OAuthClient, OAuthError, Principal, Provider, SessionLogin
from cryptography.hazmat.primitives.asymmetric import rsa

SECRET = "a secret of the house, known to few of us"
SESSIONS = {"session": {"enabled": True, "secret": SECRET}, "csrf": {"enabled": False}}
CALLBACK = "https://shop.example/callback"


class Site:
    """An OpenID Connect provider that lets everybody in, and can be told to misbehave."""

    def __init__(self):
        self.issuer = ""
        self.codes = {}
        self.claims = {}
        self.answer = {}
        self.discovery = {}
        self.userinfo = {"sub": "ada", "email": "ada@example.org"}
        self.rotate()

    def rotate(self):
        self.key_id, self.key = secrets.token_hex(4), rsa.generate_private_key(65537, 2048)

    def app(self):
        app = Application()

        @app.get("/.well-known/openid-configuration")
        async def discover(ctx):
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                **self.discovery,
            }

        @app.get("/jwks")
        async def jwks(ctx):
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": self.key_id, "use": "sig", "alg": "RS256"}]}

        @app.get("/authorize")
        async def authorize(ctx):
            asked = dict(parse_qsl(ctx.request.query_string))
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            code = secrets.token_hex(8)
            self.codes[code] = asked
            return ctx.redirect(f"{asked['redirect_uri']}?code={code}&state={asked['state']}&iss={self.issuer}")

        @app.post("/token")
        async def token(ctx):
            form = {name: values[0] for name, values in parse_qs((await ctx.request.body()).decode()).items()}
            asked = self.codes.pop(form["code"], None)
            credentials = base64.b64encode(b"shop:shop-secret").decode()
            challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
            accepted = (
                asked is not None
                and form["grant_type"] == "authorization_code"
                and form["redirect_uri"] == asked["redirect_uri"]
                and challenge.rstrip(b"=").decode() == asked["code_challenge"]
                and ctx.header("authorization") == f"Basic {credentials}"
            )
            if not accepted:
                return {"error": "invalid_grant"}, 400
            now = int(time.time())
            claims = {"iss": self.issuer, "sub": "ada", "aud": asked["client_id"], "iat": now, "exp": now + 300}
            claims |= {"nonce": asked.get("nonce"), **self.claims}
            id_token = jwt.encode(claims, self.key, "RS256", {"kid": self.key_id})
            return {"access_token": "a-t", "token_type": "Bearer", "id_token": id_token, **self.answer}

        @app.get("/userinfo")
        async def userinfo(ctx):
            return self.userinfo if ctx.header("authorization") == "Bearer a-t" else ({"error": "no"}, 401)

        return app


class Clock:
    """The time, some seconds ahead."""

    ahead = 0

    def __call__(self):
        return time.time() + self.ahead


class Browser:
    """A browser at the shop: it keeps cookies, and goes to the provider when it is sent there."""

    def __init__(self, app):
        self.app = app
        self.cookie = ""

    async def get(self, target):
        answer = await self.app.handle(
            Request.build("GET", target, headers={"cookie": self.cookie} if self.cookie else {})
        )
        for value in answer.headers.get_all("set-cookie"):
            self.cookie = value.partition(";")[0]
        return answer

    async def visit(self, address):
        """Ask the provider; gives where it sends the browser back to."""
        parts = urlsplit(address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        head = (await reader.read()).decode()
        writer.close()
        (location,) = [line[10:] for line in head.split("\r\n") if line.lower().startswith("location: ")]
        return location.removeprefix("https://shop.example")

    async def log_in(self, next="/account"):
        return await self.get(await self.visit((await self.get(f"/login?next={next}")).headers["location"]))


def shop(client):
    app = Application(SESSIONS)
    failures = []

    @app.get("/login")
    async def login(ctx):
        return await client.begin(ctx, CALLBACK, next=ctx.query("next") or "/", prompt="login")

    @app.get("/callback")
    async def callback(ctx):
        try:
            login = await client.complete(ctx)
        except OAuthError as error:
            failures.append(error)
            raise
        ctx.log_in(login.claims.get("sub", "unknown"), email=(await client.userinfo(login)).get("email"))
        return ctx.redirect(login.next)

    @app.get("/account", auth=SessionLogin())
    async def account(caller: Principal):
        return {"subject": caller.subject, "email": caller.claims["email"]}

    return app, failures


@pytest.fixture
def story(run):
    """Run ``tell(site, browser, failures)`` with the provider on a socket; gives what it returns."""

    def story(tell, **options):
        async def told():
            site = Site()
            async with Server(site.app(), ServerSettings(port=0)) as server:
                site.issuer = server.url
                settings = {"issuer": site.issuer, **options}
                app, failures = shop(OAuthClient("shop", "shop-secret", **settings))
                return await tell(site, Browser(app), failures)

        return run(told())

    return story


def code_of(answer, failures):
    (failure,) = failures
    assert answer.status == failure.status
    return failure.code


def test_a_person_logs_in_and_is_known_afterwards(story):
    async def tell(site, browser, failures):
        back = await browser.log_in()
        assert (back.status, back.headers["location"]) == (302, "/account")
        return json.loads((await browser.get("/account")).body)

    assert story(tell) == {"subject": "ada", "email": "ada@example.org"}


def test_the_browser_is_sent_with_everything_that_must_come_back(story):
    async def tell(site, browser, failures):
        return [dict(parse_qsl(urlsplit((await browser.get("/login")).headers["location"]).query)) for _ in range(2)]

    first, second = story(tell)
    assert first["redirect_uri"] == CALLBACK
    assert (first["scope"], first["client_id"], first["prompt"]) == ("openid email profile", "shop", "login")
    for fresh in ("state", "nonce", "code_challenge"):
        assert len(first[fresh]) >= 32
        assert first[fresh] != second[fresh]


def test_keys_of_the_provider_may_change_between_logins(story):
    clock = Clock()

    async def tell(site, browser, failures):
        statuses = [(await browser.log_in()).status]
        site.rotate()
        clock.ahead = 31
        statuses.append((await browser.log_in()).status)
        return statuses

    assert story(tell, clock=clock) == [302, 302]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another login"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": ["shop", "another client"]},
        {"aud": ["shop"], "azp": "another client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
    ],
)
def test_an_id_token_that_is_not_for_this_login_is_refused(story, claims):
    async def tell(site, browser, failures):
        site.claims = claims
        answer = await browser.log_in()
        assert (await browser.get("/account")).status == 401
        return answer.status, code_of(answer, failures)

    assert story(tell) == (401, "oauth_id_token")


@pytest.mark.parametrize("answer", [{"id_token": "nonsense"}, {"id_token": None}, {"id_token": ["a.b.c"]}])
def test_token_forgery_an_answer_without_an_id_token_is_refused(story, answer):
    async def tell(site, browser, failures):
        site.answer = answer
        return code_of(await browser.log_in(), failures)

    assert story(tell) == "oauth_id_token"


def test_token_forgery_with_the_secret_of_the_client_is_refused(story):
    async def tell(site, browser, failures):
        claims = {"iss": site.issuer, "sub": "admin", "aud": "shop", "iat": 1, "exp": time.time() + 60}
        site.answer = {"id_token": jwt.encode(claims, "shop-secret" * 4, "HS256", {"kid": site.key_id})}
        return code_of(await browser.log_in(), failures)

    assert story(tell) == "oauth_id_token"


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=", "?code=x&state=forged", "?state=forged&error=x"])
def test_login_forgery_an_answer_that_nobody_asked_for_is_refused(story, query):
    async def tell(site, browser, failures):
        await browser.get("/login")
        return code_of(await browser.get(f"/callback{query}"), failures)

    assert story(tell) == "oauth_state"


def test_login_forgery_with_the_answer_of_another_browser_is_refused(story):
    async def tell(site, browser, failures):
        attacker = Browser(browser.app)
        back = await attacker.visit((await attacker.get("/login")).headers["location"])
        await browser.get("/login")
        return code_of(await browser.get(back), failures)

    assert story(tell) == "oauth_state"


def test_login_forgery_with_an_answer_that_was_used_is_refused(story):
    async def tell(site, browser, failures):
        back = await browser.visit((await browser.get("/login")).headers["location"])
        assert (await browser.get(back)).status == 302
        return code_of(await browser.get(back), failures)

    assert story(tell) == "oauth_state"


def test_login_forgery_with_a_login_that_another_client_began_is_refused(story):
    async def tell(site, browser, failures):
        app, failures = shop(OAuthClient("another shop", "shop-secret", issuer=site.issuer))
        back = await browser.visit((await browser.get("/login")).headers["location"])
        other = Browser(app)
        other.cookie = browser.cookie
        return code_of(await other.get(back), failures)

    assert story(tell) == "oauth_state"


def test_login_forgery_with_the_answer_of_another_issuer_is_refused(story):
    async def tell(site, browser, failures):
        back = await browser.visit((await browser.get("/login")).headers["location"])
        return code_of(await browser.get(f"{back}.evil.example"), failures)

    assert story(tell) == "oauth_state"


def test_a_login_that_takes_longer_than_ten_minutes_is_refused(story):
    clock = Clock()

    async def tell(site, browser, failures):
        back = await browser.visit((await browser.get("/login")).headers["location"])
        clock.ahead = 601
        return code_of(await browser.get(back), failures)

    assert story(tell, clock=clock) == "oauth_state"


def test_only_the_last_three_logins_are_waited_for(story):
    async def tell(site, browser, failures):
        backs = [await browser.visit((await browser.get("/login")).headers["location"]) for _ in range(4)]
        assert (await browser.get(backs[1])).status == 302
        return code_of(await browser.get(backs[0]), failures)

    assert story(tell) == "oauth_state"


def test_a_login_that_the_person_refuses_says_so(story):
    async def tell(site, browser, failures):
        state = dict(parse_qsl(urlsplit((await browser.get("/login")).headers["location"]).query))["state"]
        code = code_of(await browser.get(f"/callback?error=access_denied&state={state}"), failures)
        return code, failures[0].details["error"]

    assert story(tell) == ("oauth_refused", "access_denied")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/%5Cevil.example", "javascript:x"])
def test_open_redirect_after_a_login_at_another_site_leads_nowhere_else(story, target):
    async def tell(site, browser, failures):
        return (await browser.log_in(target)).headers["location"]

    assert story(tell) == "/"


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"}],
)
def test_a_provider_whose_document_is_not_its_own_or_lacks_addresses_is_refused(story, discovery):
    async def tell(site, browser, failures):
        site.discovery = discovery
        return (await browser.get("/login")).status

    assert story(tell) == 502


@pytest.mark.parametrize(
    ("answer", "userinfo"),
    [
        ({"error": "invalid_grant"}, {"sub": "ada"}),
        ({"access_token": None}, {"sub": "ada"}),
        ({}, {"sub": "bob"}),
        ({}, {"error": "no"}),
        ({}, ["ada"]),
    ],
)
def test_answers_of_the_provider_that_make_no_sense_are_the_providers_fault(story, answer, userinfo):
    async def tell(site, browser, failures):
        site.answer, site.userinfo = answer, userinfo
        return (await browser.log_in()).status

    assert story(tell) == 502


def test_a_provider_out_of_reach_is_told_and_asked_again_next_time(run):
    async def tell():
        app, _ = shop(OAuthClient("shop", issuer="http://127.0.0.1:1"))
        return [(await Browser(app).get("/login")).status for _ in range(2)]

    assert run(tell()) == [502, 502]


def test_a_provider_without_openid_gives_tokens_and_no_claims(story):
    async def tell(site, browser, failures):
        addresses = Provider(f"{site.issuer}/authorize", f"{site.issuer}/token", f"{site.issuer}/userinfo", site.issuer)
        client = OAuthClient("shop", "shop-secret", provider=addresses, scopes=["repo"])
        browser = Browser(shop(client)[0])
        sent = dict(parse_qsl(urlsplit((await browser.get("/login")).headers["location"]).query))
        assert ("nonce" in sent, sent["scope"]) == (False, "repo")
        await browser.log_in()
        return json.loads((await browser.get("/account")).body)

    assert story(tell) == {"subject": "unknown", "email": "ada@example.org"}


def test_a_client_without_a_secret_proves_itself_by_its_verifier_alone(story):
    async def tell(site, browser, failures):
        app, _ = shop(OAuthClient("shop", issuer=site.issuer))
        return (await Browser(app).log_in()).status

    assert story(tell) == 502  # this provider wants the secret, and did not get it

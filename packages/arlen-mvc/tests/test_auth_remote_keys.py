"""Keys that another site publishes: when they are fetched, and when not."""

import asyncio
import functools
import json
from importlib import import_module

import jwt
import pytest
from arlen_http import Request
from arlen_mvc import Application, ApplicationError
from arlen_mvc.auth import AuthError, Bearer, Principal, RemoteKeys, Tokens
from arlen_mvc.auth.fetching import Ask, FetchError, Reply, fetch, fetch_document
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_800_000_000
URL = "https://issuer.example/jwks.json"


@functools.cache
def private(name):
    return ec.generate_private_key(ec.SECP256R1())


class Site:
    """Another site: what it publishes now, whether it is up, and how often it was asked."""

    def __init__(self, *names):
        self.names = names
        self.asked = 0
        self.up = True
        self.delayed = asyncio.Event()
        self.delayed.set()
        self.reached = asyncio.Event()

    async def __call__(self, ask):
        self.asked += 1
        self.reached.set()
        await self.delayed.wait()
        if not self.up:
            raise FetchError("down")
        keys = [
            {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(private(name).public_key())), "kid": name}
            for name in self.names
        ]
        return Reply(200, json.dumps({"keys": keys}).encode())


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def published_by(site, clock):
    remote = RemoteKeys(URL, fetch=site, max_age=300, patience=30, clock=clock)
    return Tokens([], ["ES256"], remote=remote, clock=lambda: NOW)


def token(name, kid=None):
    return jwt.encode({"sub": name, "exp": NOW + 600}, private(name), "ES256", {"kid": kid or name})


async def refusal(tokens, text):
    with pytest.raises(AuthError) as caught:
        await tokens.principal_awaited(text)
    return caught.value.code


def test_keys_are_fetched_when_they_are_needed_and_again_when_they_are_old(run):
    async def story():
        site, clock = Site("a"), Clock()
        tokens = published_by(site, clock)
        assert site.asked == 0
        for now in (0, 100, 299):
            clock.now = now
            assert (await tokens.principal_awaited(token("a"))).subject == "a"
        assert site.asked == 1
        clock.now = 300
        await tokens.principal_awaited(token("a"))
        assert site.asked == 2

    run(story())


def test_a_key_that_is_new_there_is_fetched_at_once(run):
    async def story():
        site, clock = Site("a"), Clock()
        tokens = published_by(site, clock)
        await tokens.principal_awaited(token("a"))
        site.names, clock.now = ("a", "b"), 31
        assert (await tokens.principal_awaited(token("b"))).subject == "b"
        assert site.asked == 2

    run(story())


def test_a_key_that_is_withdrawn_ends_tokens_that_are_known(run):
    async def story():
        site, clock = Site("a", "b"), Clock()
        tokens, known = published_by(site, clock), token("a")
        assert (await tokens.principal_awaited(known)).subject == "a"
        site.names, clock.now = ("b",), 301
        assert await refusal(tokens, known) == "unknown_key"

    run(story())


def test_forged_key_ids_do_not_make_this_application_a_load_on_the_other_site(run):
    async def story():
        site, clock = Site("a"), Clock()
        tokens = published_by(site, clock)
        for number in range(50):
            assert await refusal(tokens, token("a", f"forged-{number}")) == "unknown_key"
        assert site.asked == 1
        clock.now = 30
        assert await refusal(tokens, token("a", "forged")) == "unknown_key"
        assert site.asked == 2

    run(story())


def test_the_last_keys_stay_good_for_a_day_while_the_site_is_out_of_reach(run, caplog):
    async def story():
        site, clock = Site("a"), Clock()
        tokens = published_by(site, clock)
        await tokens.principal_awaited(token("a"))
        site.up, clock.now = False, 24 * 3600
        assert (await tokens.principal_awaited(token("a"))).subject == "a"
        clock.now += 31
        assert await refusal(tokens, token("a")) == "keys_unavailable"
        site.up = True
        clock.now += 31
        assert (await tokens.principal_awaited(token("a"))).subject == "a"

    run(story())
    assert "key set unavailable" in caplog.text


def test_callers_who_come_together_wait_for_one_answer_and_none_of_them_can_cancel_it(run):
    async def story():
        site, clock = Site("a"), Clock()
        tokens = published_by(site, clock)
        site.delayed.clear()
        async with asyncio.TaskGroup() as group:
            impatient = group.create_task(tokens.principal_awaited(token("a")))
            others = [group.create_task(tokens.principal_awaited(token("a"))) for _ in range(5)]
            await site.reached.wait()
            impatient.cancel()
            await asyncio.sleep(0)
            site.delayed.set()
        assert [other.result().subject for other in others] == ["a"] * 5
        assert site.asked == 1

    run(story())


def test_another_event_loop_may_ask_while_the_first_one_still_waits():
    site, clock = Site("a"), Clock()
    tokens = published_by(site, clock)
    site.delayed.clear()

    async def abandoned():
        asking = asyncio.ensure_future(tokens.principal_awaited(token("a")))
        await site.reached.wait()
        asking.cancel()

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(abandoned())
        site.delayed = asyncio.Event()
        site.delayed.set()
        clock.now = 31
        assert second.run(tokens.principal_awaited(token("a"))).subject == "a"


async def serve_once(answer):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"


def answer(status, body=b"", headers=b""):
    return b"HTTP/1.1 %b\r\ncontent-length: %d\r\nconnection: close\r\n%b\r\n%b" % (status, len(body), headers, body)


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (answer(b"404 Not Found"), "answered 404"),
        (answer(b"302 Found", headers=b"location: http://127.0.0.1:1/\r\n"), "answered 302"),
        (answer(b"200 OK", b"<html>"), "did not answer with JSON"),
        (answer(b"200 OK", b"[" * 100_000), "did not answer with JSON"),
        (answer(b"200 OK", b" " * (1 << 20) + b"{}"), "more than"),
        (b"nonsense\r\n\r\n", "cannot be asked"),
    ],
)
def test_documents_come_without_redirects_and_in_bounds(run, sent, problem):
    async def story():
        server, url = await serve_once(sent)
        async with server:
            with pytest.raises(FetchError, match=problem):
                await fetch_document(fetch, url)

    run(story())


def test_a_document_is_fetched_over_http(run):
    async def story():
        server, url = await serve_once(answer(b"200 OK", b'{"keys": []}'))
        async with server:
            return await fetch_document(fetch, url)

    assert run(story()) == {"keys": []}


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://127.0.0.1:1/", "nonsense"])
def test_nothing_but_reachable_web_addresses_can_be_fetched(run, url):
    with pytest.raises(FetchError):
        run(fetch(Ask(url)))


def test_an_application_verifies_tokens_by_the_keys_at_an_address(run):
    async def story():
        site = Site("a")
        server, url = await serve_once(answer(b"200 OK", (await site(None)).body))
        app = Application({"environment": "test", "auth": {"jwks_url": url, "algorithms": ["ES256"]}})

        @app.get("/", auth=Bearer(), blocking=False)
        def home(caller: Principal):
            return caller.subject

        await app.start()
        current = jwt.encode({"sub": "ada"}, private("a"), "ES256", {"kid": "a"})
        async with server:
            return [
                (response.status, bytes(response.body))
                for authorization in (f"Bearer {current}", f"Bearer {current}", f"Bearer {current}x", "")
                for response in [await app.handle(Request.build(headers={"authorization": authorization}))]
            ]

    good, bad = (200, b"ada"), (401, b"unauthorized\n")
    assert run(story()) == [good, good, bad, bad]


def test_an_application_that_cannot_get_keys_says_that_it_is_not_ready(run):
    app = Application({"environment": "test", "auth": {"jwks_url": "http://127.0.0.1:1/", "algorithms": ["ES256"]}})

    @app.get("/", auth=Bearer())
    async def home(caller: Principal):
        return caller.subject

    async def story():
        request = Request.build(headers={"authorization": f"Bearer {token('a')}"})
        return await app.handle(request)

    response = run(story())
    assert (response.status, response.headers["retry-after"]) == (503, "30")


def test_an_application_verifies_tokens_by_keys_in_files(ask, write):
    public = private("pem").public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    site_keys = asyncio.run(Site("a", "b")(None)).body.decode()
    root = write({"keys/main.pem": pem, "keys/partners.json": site_keys})
    config = {"auth": {"key_files": ["keys/main.pem", "keys/partners.json"], "algorithms": ["ES256"]}}
    app = Application(config, root=root)

    @app.get("/", auth=Bearer())
    async def home(caller: Principal):
        return caller.subject

    for name, status in (("pem", 200), ("a", 200), ("b", 200), ("unknown", 401)):
        assert ask(app, "GET /", headers={"authorization": f"Bearer {token(name)}"}).status == status


@pytest.mark.parametrize(
    ("library", "module", "extra"),
    [
        ("jwt", "pyjwt", "auth"),
        ("argon2", "passwords", "auth"),
        ("itsdangerous", "links", "auth"),
        ("authlib", "oauth.authlib", "oauth"),
    ],
)
def test_a_library_that_is_not_installed_is_told_with_its_extra(import_blocker, library, module, extra):
    from arlen_mvc import MissingDependencyError

    import_blocker(library, forget=[f"arlen_mvc.auth.{module}"])
    with pytest.raises(MissingDependencyError, match=rf"arlen-mvc\[{extra}\]"):
        import_module(f"arlen_mvc.auth.{module}")


def test_a_route_that_needs_a_library_that_is_not_installed_is_a_mistake_at_start(run, import_blocker):
    app = Application({"auth": {"bearer_secret": "a secret of the house, known to few of us"}})

    @app.get("/", auth=Bearer())
    async def home(ctx):
        return ""

    import_blocker("jwt", forget=["arlen_mvc.auth.pyjwt", "arlen_mvc.auth.key_sources"])
    with pytest.raises(ApplicationError, match=r"pip install 'arlen-mvc\[auth\]'"):
        run(app.start())

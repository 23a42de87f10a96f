"""The pages and events of the development server, in process."""

import asyncio

import pytest
from arlen_cli.boomhauer.changes import Consequence
from arlen_cli.boomhauer.live_reload import LiveReload
from arlen_http import Request, Response, StreamResponse
from arlen_testkit.client import AsyncClient, Client

TAG = '<script src="/_arlen/reload.js" data-build="b1" defer></script>\n'


def answer_of(response, path="/"):
    with Client(LiveReload(lambda request: response, "b1")) as client:
        return client.get(path)


@pytest.mark.parametrize(
    ("page", "followed"),
    [
        ("<html><body><p>hi</p></body></html>", f"<html><body><p>hi</p>{TAG}</body></html>"),
        ("<BODY>hi</BODY>", f"<BODY>hi{TAG}</BODY>"),
        ("<p>in &lt;/body></p><pre></body></pre></body>", f"<p>in &lt;/body></p><pre></body></pre>{TAG}</body>"),
        ("<h1>no body element</h1>", f"<h1>no body element</h1>{TAG}"),
    ],
)
def test_a_page_gets_the_script_before_the_end_of_its_body(page, followed):
    assert answer_of(Response.html(page)).text == followed


def test_a_page_is_not_cached_because_it_names_the_build():
    answer = answer_of(Response.html("<p>hi</p>", headers={"etag": '"1"', "cache-control": "max-age=60"}))
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_a_streamed_page_gets_the_script_at_its_end():
    async def pieces():
        yield b"<p>one</p>"
        yield "<p>two</p>"

    html = "text/html; charset=utf-8"
    assert answer_of(StreamResponse(pieces(), content_type=html)).text == f"<p>one</p><p>two</p>{TAG}"
    assert answer_of(StreamResponse([b"<p>", b"</p>"], content_type=html, length=7)).text == f"<p></p>{TAG}"


@pytest.mark.parametrize(
    "response",
    [
        Response.json({"a": 1}),
        Response.text("</body>"),
        Response(b"compressed </body>", headers={"content-encoding": "br"}, content_type="text/html"),
        Response(b"", content_type="text/html"),
        Response("<svg></svg>", headers={"content-type": "image/svg+xml"}, content_type="text/html"),
    ],
)
def test_what_is_no_page_stays_as_it_is(response):
    body = response.body
    assert LiveReload(lambda request: response, "b1").handle(Request.build("GET", "/")) is response
    assert response.body == body
    assert "cache-control" not in response.headers


@pytest.mark.parametrize(
    ("policy", "admitted"),
    [
        ("default-src 'self'", "default-src 'self'"),
        (
            "default-src 'none'; style-src 'self';",
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'",
        ),
        ("default-src 'none'; script-src 'nonce-x'", "default-src 'none'; script-src 'nonce-x'; connect-src 'self'"),
        ("script-src 'none'", "script-src 'none'"),
    ],
)
def test_a_policy_that_forbids_everything_by_default_lets_the_own_script_through(policy, admitted):
    page = Response.html("<h1>an error page</h1>", headers={"content-security-policy": policy})
    assert answer_of(page).headers["content-security-policy"] == admitted


def test_asynchronous_applications_are_followed_too():
    async def handle(request):
        return Response.html("<p>hi</p>")

    with Client(LiveReload(handle, "b1")) as client:
        assert client.get("/").text == f"<p>hi</p>{TAG}"


@pytest.mark.parametrize(
    ("content_type", "pieces", "expected"),
    [
        (b"text/html", [b"<p>one</p>"], f"<p>one</p>{TAG}"),
        (b"text/html; charset=utf-8", [b"<p>one", b"</p>"], f"<p>one</p>{TAG}"),
        (b"application/json", [b"{}"], "{}"),
    ],
)
def test_asgi_applications_are_followed_too(content_type, pieces, expected):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        length = str(sum(map(len, pieces))).encode()
        headers = [(b"content-type", content_type), (b"content-length", length), (b"etag", b'"1"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number, piece in enumerate(pieces, 1):
            await send({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})

    with Client(LiveReload(app, "b1")) as client:
        answer = client.get("/")
    assert answer.text == expected
    assert ("etag" in answer.headers) == (expected == "{}")


def test_the_script_comes_from_the_own_origin():
    answer = answer_of(Response.text(""), "/_arlen/reload.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert 'EventSource("/_arlen/reload")' in answer.text


def test_the_stream_begins_with_the_build_tells_what_changed_and_ends_when_it_is_closed():
    async def scenario():
        live = LiveReload(lambda request: Response(), "b1")
        response = live.handle(Request.build("GET", "/_arlen/reload"))
        assert response.content_type.startswith("text/event-stream")
        assert response.headers["connection"] == "close"
        events = aiter(response.content)
        heard = [await anext(events)]
        for consequence in (Consequence.STYLES, Consequence.PAGE, Consequence.TEMPLATES):
            live.tell(consequence)
            heard.append(await anext(events))
        live.close()
        with pytest.raises(StopAsyncIteration):
            await anext(events)
        return [chunk.decode() for chunk in heard]

    build, *changes = asyncio.run(scenario())
    assert "event: build\n" in build
    assert "data: b1\n" in build
    assert [change.splitlines()[0] for change in changes] == ["event: styles", "event: page", "event: page"]


def test_a_browser_that_went_away_is_forgotten():
    async def scenario():
        live = LiveReload(lambda request: Response(), "b1")
        async with AsyncClient(live) as client, client.stream("GET", "/_arlen/reload") as stream:
            async for event in stream.events():
                assert event.event == "build"
                break
        live.tell(Consequence.PAGE)
        assert not live.followers

    asyncio.run(scenario())

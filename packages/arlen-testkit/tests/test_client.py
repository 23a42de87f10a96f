"""The in-process clients: what they send is what the application sees, and what it answers is what they give."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from arlen_http import Request, Response, StreamResponse, Upgrade
from arlen_testkit.client import AsyncClient, Client, Event
from arlen_testkit.errors import ClientError


class Shop:
    """An application with one path for each thing that a client must be able to do."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.gate = asyncio.Event()

    async def start(self) -> None:
        self.heard.append("start")

    async def shutdown(self) -> None:
        self.heard.append("shutdown")

    async def handle(self, request: Request) -> Response:
        return await getattr(self, request.path.strip("/").replace("/", "_") or "index")(request)

    async def index(self, request: Request) -> Response:
        return Response.html("<h1> Hello </h1><a class='next' href='/two'>two</a><a>three</a>")

    async def echo(self, request: Request) -> Response:
        return Response.json(
            {
                "method": request.method,
                "url": request.url,
                "query": dict(request.query),
                "headers": dict(request.headers),
                "cookies": dict(request.cookies),
                "body": (await request.body()).decode(),
            }
        )

    async def json(self, request: Request) -> Response:
        return Response.json(await request.json())

    async def login(self, request: Request) -> Response:
        response = Response.redirect("/echo", 303)
        response.set_cookie("session", "abc")
        response.headers.append("x-step", "one")
        response.headers.append("x-step", "two")
        response.constant_headers = b"x-frame-options: DENY\r\n"
        return response

    async def around(self, request: Request) -> Response:
        return Response.redirect("/around")

    async def empty(self, request: Request) -> Response:
        return Response.empty()

    async def after(self, request: Request) -> Response:
        async def note() -> None:
            await asyncio.sleep(0)
            self.heard.append("after")

        response = Response.text("first")
        response.after = (note, lambda: self.heard.append("at last"))
        return response

    async def fault(self, request: Request) -> Response:
        raise LookupError("no such shelf")

    async def nothing(self, request: Request) -> Response:
        return None  # type: ignore[return-value]

    async def silence(self, request: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def upgrade(self, request: Request) -> Response:
        return Upgrade(asyncio.Protocol, {"upgrade": "chat"})

    async def numbers(self, request: Request) -> Response:
        return StreamResponse(str(number) + "\n" for number in range(3))

    async def news(self, request: Request) -> Response:
        return StreamResponse(self._news(), content_type="text/event-stream")

    async def _news(self) -> AsyncIterator[str]:
        try:
            async with asyncio.timeout(60):
                yield "id: 1\nda"
                yield "ta: caf\u00e9\n\nevent: tick\ndata: 1\ndata: 2\n\n"
                await self.gate.wait()
                yield "data: late\n\n"
        finally:
            self.heard.append("stream closed")

    async def stuck(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"one"
            await asyncio.Event().wait()

        return StreamResponse(pieces())

    async def broken(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"one"
            raise LookupError("no second piece")

        return StreamResponse(pieces())


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def client(shop: Shop) -> Iterator[Client]:
    with Client(shop) as client:
        yield client


def test_the_application_is_started_and_shut_down_around_the_block(shop: Shop) -> None:
    with Client(shop) as client:
        assert shop.heard == ["start"]
        client.get("/")
    assert shop.heard == ["start", "shutdown"]


def test_it_is_shut_down_when_the_test_fails(shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError), Client(shop):
        raise ZeroDivisionError
    assert shop.heard == ["start", "shutdown"]


def test_start_and_shutdown_run_in_one_task_as_task_groups_need() -> None:
    class App:
        async def start(self) -> None:
            self.group = await asyncio.TaskGroup().__aenter__()

        async def shutdown(self) -> None:
            await self.group.__aexit__(None, None, None)

        def handle(self, request: Request) -> Response:
            return Response("ok")

    with Client(App()) as client:
        client.get("/").assert_text("ok")


def test_a_failing_start_is_raised_and_nothing_is_shut_down(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start() -> None:
        raise LookupError("no database")

    monkeypatch.setattr(shop, "start", start)
    with pytest.raises(LookupError, match="no database"), Client(shop):
        pass
    assert shop.heard == []


def test_a_plain_function_is_an_application() -> None:
    with Client(lambda request: Response.text(request.path)) as client:
        assert client.get("/hello").text == "/hello"


def test_outside_the_block_the_client_says_so(shop: Shop) -> None:
    with pytest.raises(ClientError) as caught:
        Client(shop).get("/")
    assert caught.value.code == "not_started"


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_every_method_arrives_under_its_name(client: Client, method: str) -> None:
    assert getattr(client, method)("/echo").json()["method"] == method.upper()


@pytest.mark.parametrize(
    ("options", "content_type", "body"),
    [
        ({"json": {"a": 1}}, "application/json", '{"a":1}'),
        ({"form": {"a": "1", "b": ["2", "ü"]}}, "application/x-www-form-urlencoded", "a=1&b=2&b=%C3%BC"),
        ({"content": "plain", "headers": {"content-type": "text/plain"}}, "text/plain", "plain"),
        ({"content": b"bytes"}, None, "bytes"),
    ],
)
def test_a_body_arrives_as_it_was_given(
    client: Client, options: dict[str, Any], content_type: str | None, body: str
) -> None:
    seen = client.post("/echo", **options).json()
    assert seen["headers"].get("content-type") == content_type
    assert seen["body"] == body


def test_files_are_sent_as_a_multipart_form(client: Client) -> None:
    seen = client.post("/echo", form={"title": "A"}, files={"photo": ("a.png", b"PNG", "image/png")}).json()
    assert seen["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    assert 'name="title"\r\n\r\nA' in seen["body"]
    assert 'name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nPNG' in seen["body"]


def test_address_query_and_headers_arrive(shop: Shop) -> None:
    with Client(shop, base_url="https://shop.example", headers={"x-tenant": "7"}) as client:
        seen = client.get("/echo?a=1", params={"b": "ü"}, headers={"accept": "text/x"}).json()
    assert seen["url"] == "https://shop.example/echo?a=1&b=%C3%BC"
    assert seen["query"] == {"a": "1", "b": "ü"}
    assert (seen["headers"]["host"], seen["headers"]["x-tenant"]) == ("shop.example", "7")
    assert seen["headers"]["accept"] == "text/x"


def test_cookies_are_kept_between_requests_and_can_be_cleared(client: Client) -> None:
    answer = client.get("/login")
    assert answer.cookies == {"session": "abc"}
    assert client.get("/echo").json()["cookies"] == {"session": "abc"}
    client.cookies.clear()
    assert client.get("/echo").json()["cookies"] == {}


def test_a_redirect_is_an_answer_unless_it_is_to_be_followed(client: Client) -> None:
    client.post("/login").assert_status(303).assert_redirects_to("/echo")
    followed = client.post("/login", follow_redirects=True).assert_status(200)
    assert followed.url == "http://testserver/echo"
    assert followed.json()["method"] == "GET"
    assert [answer.status for answer in followed.history] == [303]


def test_following_redirects_can_be_a_habit_and_has_an_end(shop: Shop) -> None:
    with Client(shop, follow_redirects=True) as client:
        client.get("/login").assert_status(200)
        client.get("/login", follow_redirects=False).assert_status(303)
        with pytest.raises(httpx.TooManyRedirects):
            client.get("/around")


def test_all_headers_of_an_answer_are_there(client: Client) -> None:
    answer = client.get("/login").assert_header("x-step", "one").assert_header("X-Step", "two")
    answer.assert_header("x-frame-options", "DENY").assert_no_header("x-powered-by")
    assert answer.headers.get_list("x-step") == ["one", "two"]
    client.get("/").assert_content_type("text/html").assert_header("content-type", "text/html; charset=utf-8")


def test_head_has_the_head_of_get_and_no_body(client: Client) -> None:
    get, head = client.get("/"), client.head("/")
    assert head.headers == get.headers
    assert get.content
    assert head.content == b""


def test_no_content_has_neither_body_nor_length(client: Client) -> None:
    answer = client.get("/empty").assert_status(204).assert_no_header("content-length")
    assert answer.content == b""


def test_html_is_a_document(client: Client) -> None:
    answer = client.get("/").assert_html("h1", "Hello").assert_html("a.next")
    assert [link.text() for link in answer.html.css("a")] == ["two", "three"]


def test_work_after_the_answer_is_done_when_the_answer_is_there(shop: Shop, client: Client) -> None:
    client.get("/after").assert_text("first")
    assert shop.heard == ["start", "after", "at last"]


def test_an_exception_of_the_handler_is_the_tests(client: Client) -> None:
    with pytest.raises(LookupError, match="no such shelf"):
        client.get("/fault")
    client.get("/").assert_status(200)


def test_a_request_that_the_handler_cannot_read_is_refused_as_a_server_does(client: Client) -> None:
    client.post("/json", content="{").assert_status(400).assert_text("bad request")


@pytest.mark.parametrize(("path", "code"), [("/nothing", "not_a_response"), ("/upgrade", "no_connection")])
def test_what_is_no_answer_is_named(client: Client, path: str, code: str) -> None:
    with pytest.raises(ClientError, match=path.strip("/") + "|None") as caught:
        client.get(path)
    assert caught.value.code == code


@pytest.mark.parametrize("path", ["/silence", "/stuck"])
def test_an_application_that_hangs_is_not_waited_for_forever(shop: Shop, path: str) -> None:
    with Client(shop, timeout=0.1) as client, pytest.raises(httpx.ReadTimeout):
        client.get(path)


def test_a_stream_is_read_piece_by_piece_or_whole(client: Client) -> None:
    with client.stream("GET", "/numbers") as stream:
        assert stream.status == 200
        assert list(stream.chunks()) == [b"0\n", b"1\n", b"2\n"]
    with client.stream("GET", "/numbers") as stream:
        assert list(stream.lines()) == ["0", "1", "2"]
    with client.stream("GET", "/numbers") as stream:
        assert stream.read().text == "0\n1\n2\n"
    assert client.get("/numbers").text == "0\n1\n2\n"


def test_a_failure_in_the_middle_of_a_stream_is_raised_after_what_was_sent(client: Client) -> None:
    with client.stream("GET", "/broken") as stream:
        chunks = stream.chunks()
        assert next(chunks) == b"one"
        with pytest.raises(LookupError, match="no second piece"):
            next(chunks)


def test_events_arrive_while_the_stream_is_open(shop: Shop, client: Client) -> None:
    with client.sse("/news") as events:
        assert next(events) == Event("café", id="1")
        assert next(events) == Event("1\n2", "tick", "1")
        assert "stream closed" not in shop.heard
    assert shop.heard == ["start", "stream closed"]


def test_events_end_with_the_stream(shop: Shop, client: Client) -> None:
    shop.gate.set()
    with client.sse("/news") as events:
        assert [event.data for event in events] == ["café", "1\n2", "late"]


def test_an_answer_that_is_no_event_stream_is_shown(client: Client) -> None:
    with pytest.raises(AssertionError, match="expected media type text/event-stream"), client.sse("/numbers"):
        pass


def test_the_asynchronous_client_does_the_same_in_the_loop_of_the_test(shop: Shop) -> None:
    async def scenario() -> None:
        async with AsyncClient(shop, cookies={"theme": "dark"}) as client:
            assert (await client.get("/echo")).json()["cookies"] == {"theme": "dark"}
            (await client.post("/login", follow_redirects=True)).assert_status(200)
            async with client.sse("/news") as events:
                assert (await anext(events)).data == "café"
                shop.gate.set()
                assert [event.data async for event in events] == ["1\n2", "late"]
            answers = await asyncio.gather(*(client.get("/echo", params={"n": n}) for n in range(5)))
            assert [answer.json()["query"]["n"] for answer in answers] == list("01234")

    asyncio.run(scenario())
    assert shop.heard == ["start", "stream closed", "shutdown"]


def test_context_variables_of_one_request_are_not_seen_by_the_next() -> None:
    user = contextvars.ContextVar("user", default="nobody")

    async def handle(request: Request) -> Response:
        before = user.get()
        user.set(request.path)
        return Response(before)

    with Client(handle) as client:
        client.get("/kim")
        assert client.get("/lee").text == "nobody"


@pytest.mark.parametrize(
    ("claim", "complaint"),
    [
        (lambda answer: answer.assert_status(404), "expected status 404"),
        (lambda answer: answer.assert_header("etag", '"1"'), 'expected header etag: "1"'),
        (lambda answer: answer.assert_no_header("content-type"), "expected no header content-type"),
        (lambda answer: answer.assert_content_type("text/plain"), "expected media type text/plain"),
        (lambda answer: answer.assert_text("Hello", "Goodbye"), "expected in the body: 'Goodbye'"),
        (lambda answer: answer.assert_json({}), "expected JSON in the body"),
        (lambda answer: answer.assert_html("h2"), "expected an element 'h2'"),
        (
            lambda answer: answer.assert_html("a", "four"),
            "expected an element 'a' with the text 'four' \\(found: \\['two', 'three'\\]\\)",
        ),
        (lambda answer: answer.assert_redirects_to("/"), "expected a redirect to /"),
    ],
)
def test_a_false_claim_fails_and_shows_the_answer(client: Client, claim: Any, complaint: str) -> None:
    with pytest.raises(AssertionError, match=f"(?s)GET http://testserver/: {complaint}.*got\n200\n.*<h1> Hello"):
        claim(client.get("/"))


def test_a_wrong_json_value_fails(client: Client) -> None:
    client.post("/json", json=[1, 2]).assert_json([1, 2])
    with pytest.raises(AssertionError, match=r"expected JSON \[2\]"):
        client.post("/json", json=[1, 2]).assert_json([2])

"""The clients and an Arlen application: its failures, its log, its visitors, and what is replaced for a test."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any

import pytest
from arlen_http import Response
from arlen_mvc import (
    Application,
    ApplicationError,
    Context,
    Depends,
    HTTPError,
    MemorySessionStore,
    SessionRequired,
    SessionStore,
    UploadFile,
)
from arlen_mvc.auth import SessionLogin
from arlen_testkit.asgi import asgi_client
from arlen_testkit.client import AsyncClient, Client
from arlen_testkit.errors import ClientError

SECRET = "0123456789abcdef0123456789abcdef"
IN_COOKIES = {"session": {"enabled": True, "secret": SECRET}}
IN_A_STORE = {"session": {"enabled": True, "store": "cache"}}


class OutOfTea(Exception):
    pass


class Postbox:
    def __init__(self) -> None:
        self.letters: list[str] = []

    async def post(self, letter: str) -> None:
        self.letters.append(letter)


def clock() -> str:
    return "now"


def tearoom(config: dict[str, Any]) -> Application:
    """An application with one path for each thing that a client must be able to do with it."""
    app = Application(config)
    app.provide(SessionStore, MemorySessionStore())
    app.provide(Postbox, Postbox())
    app.on_start(lambda: app.logger.info("the kettle is on"))
    app.on_stop(lambda: app.logger.info("the kettle is off"))

    @app.get("/kettle")
    async def kettle(ctx: Context) -> str:
        raise ZeroDivisionError("no water")

    @app.get("/cup")
    def cup() -> str:
        logging.getLogger("tearoom.kitchen").info("a cup", extra={"fields": {"number": 7}})
        raise ZeroDivisionError("no handle")

    @app.get("/tea")
    async def tea(ctx: Context) -> str:
        raise OutOfTea

    @app.error_handler(OutOfTea)
    async def apologise(ctx: Context, error: OutOfTea) -> tuple[str, int]:
        return "sorry", 503

    @app.get("/closed")
    async def closed() -> None:
        raise HTTPError(503)

    @app.get("/rescued")
    async def rescued() -> str:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            app.logger.exception("tea was spilt")
        return "fine"

    @app.get("/later")
    async def later(ctx: Context) -> str:
        def work() -> None:
            raise ZeroDivisionError("afterwards")

        ctx.after_response(work)
        return "fine"

    @app.post("/orders")
    async def order(ctx: Context) -> dict[str, Any]:
        return {"form": dict(await ctx.form())}

    @app.post("/login")
    async def log_in(ctx: Context) -> None:
        ctx.log_in("ada")

    @app.get("/account", auth=SessionLogin(), required_roles=["guest"])
    async def account(ctx: Context) -> dict[str, Any]:
        return {"subject": ctx.auth_subject, "scopes": ctx.auth_scopes, "name": (ctx.auth_claims or {}).get("name")}

    @app.post("/picture", csrf=False)
    async def picture(file: UploadFile) -> dict[str, Any]:
        return {"name": file.filename, "type": file.content_type, "bytes": len(file.read())}

    @app.get("/time")
    async def time(postbox: Postbox, clock: Annotated[str, Depends(clock)]) -> dict[str, Any]:
        return {"clock": clock, "postbox": type(postbox).__name__}

    return app


@pytest.fixture(params=[IN_COOKIES, IN_A_STORE], ids=["sessions in cookies", "sessions in a store"])
def app(request: pytest.FixtureRequest) -> Application:
    return tearoom(request.param)


@pytest.fixture
def client(app: Application) -> Iterator[Client]:
    with Client(app) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "message"), [("/kettle", "no water"), ("/cup", "no handle"), ("/later", "afterwards")]
)
def test_what_the_application_tells_only_its_log_is_raised_in_the_test(client: Client, path: str, message: str) -> None:
    with pytest.raises(ZeroDivisionError, match=message):
        client.get(path)
    client.get("/time").assert_status(200)


def test_a_failed_layer_is_raised_too(app: Application) -> None:
    @app.use
    async def layer(ctx: Context, call_next: Callable[[Context], Any]) -> Response:
        raise ZeroDivisionError("in a layer")

    with Client(app) as client, pytest.raises(ZeroDivisionError, match="in a layer"):
        client.get("/time")


def test_a_failure_is_raised_before_a_stream_begins(client: Client) -> None:
    with pytest.raises(ZeroDivisionError), client.stream("GET", "/kettle"):
        pass


@pytest.mark.parametrize("path", ["/tea", "/closed"])
def test_what_the_application_answers_on_purpose_is_an_answer(client: Client, path: str) -> None:
    client.get(path).assert_status(503)


def test_what_the_application_logs_on_its_own_behalf_is_not_raised(client: Client) -> None:
    client.get("/rescued").assert_text("fine")
    assert isinstance(client.logs.assert_logged("tea was spilt").exception, ZeroDivisionError)


def test_the_answer_that_others_get_can_be_had(app: Application) -> None:
    with Client(app, raise_server_exceptions=False) as client:
        client.get("/kettle").assert_status(500)
        client.get("/later").assert_status(200).assert_text("fine")
    assert client.logs.assert_logged("controller exception").level == "error"


def test_lines_of_the_log_are_kept_from_threads_and_other_loggers_too(app: Application) -> None:
    with Client(app, raise_server_exceptions=False) as client:
        client.get("/cup")
        line = client.logs.assert_logged("a cup", number=7)
        assert (line.level, line.logger) == ("info", "tearoom.kitchen")
        assert client.logs.assert_logged("controller exception").exception is not None
        client.logs.clear()
        client.logs.assert_not_logged("a cup")
        with pytest.raises(
            AssertionError, match=r"(?s)any level any logger: a cup number=8\namong\n<nothing was logged>"
        ):
            client.logs.assert_logged("a cup", number=8)


def test_start_and_shutdown_are_heard_too(app: Application) -> None:
    with Client(app) as client:
        assert client.logs.messages == ["the kettle is on"]
    assert client.logs.messages == ["the kettle is on", "the kettle is off"]


def test_clients_hear_their_own_application_and_nothing_of_the_test() -> None:
    with Client(tearoom(IN_COOKIES), raise_server_exceptions=False) as one, Client(tearoom(IN_COOKIES)) as other:
        logging.getLogger("arlen").error("of the test")
        one.get("/cup")
        assert one.logs.messages.count("a cup") == 1
        assert "a cup" not in other.logs.messages
        assert "of the test" not in one.logs.messages


def test_loggers_are_as_they_were_afterwards(app: Application, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    with Client(app):
        assert root.getEffectiveLevel() <= logging.INFO
    assert (root.level, list(root.handlers)) == before


def test_a_form_needs_the_token_and_csrf_shows_it(client: Client) -> None:
    client.post("/orders", form={"tea": "green"}).assert_status(403)
    client.csrf()
    client.post("/orders", form={"tea": "green"}).assert_json({"form": {"tea": "green"}})


def test_the_token_can_be_put_into_the_form_by_hand(app: Application) -> None:
    with Client(app) as visitor:
        token = visitor.csrf()
        wrong = visitor.post("/orders", form={"tea": "green"}, headers={"x-csrf-token": "0" * 128})
        wrong.assert_status(403)
        visitor.post("/orders", params={"csrf_token": token}).assert_status(200)


def test_the_token_stays_right_when_a_login_exchanges_the_session(client: Client) -> None:
    client.csrf()
    client.post("/login").assert_status(204)
    client.post("/orders", form={}).assert_status(200)
    client.log_in("eve")
    client.post("/orders", form={}).assert_status(200)


def test_a_visitor_can_be_logged_in(client: Client) -> None:
    client.get("/account").assert_status(401)
    client.log_in("ada", roles=["guest"], scopes=["tea:drink"], name="Ada")
    client.get("/account").assert_json({"subject": "ada", "scopes": ["tea:drink"], "name": "Ada"})
    client.log_in("eve")
    client.get("/account").assert_status(403)
    client.cookies.clear()
    client.get("/account").assert_status(401)


def test_a_login_needs_sessions() -> None:
    with Client(Application()) as client, pytest.raises(SessionRequired, match=r"session\.enabled"):
        client.log_in("ada")


@pytest.mark.parametrize(
    "step",
    [
        lambda client: client.csrf(),
        lambda client: client.log_in("ada"),
        lambda client: client.override(clock, "then"),
        lambda client: client.resource(Postbox),
    ],
    ids=["csrf", "log_in", "override", "resource"],
)
def test_what_needs_an_arlen_application_says_so(step: Callable[[Client], Any]) -> None:
    with Client(lambda request: Response.text("hi")) as client, pytest.raises(ClientError) as caught:
        step(client)
    assert caught.value.code == "not_an_arlen_application"


class FakePostbox(Postbox):
    pass


@pytest.mark.parametrize("replacement", [FakePostbox(), FakePostbox, partial(FakePostbox), lambda: FakePostbox()])
def test_types_and_dependencies_are_replaced_until_the_block_ends(app: Application, replacement: Any) -> None:
    with Client(app) as client:
        client.override(Postbox, replacement)
        client.override(clock, "then")
        client.get("/time").assert_json({"clock": "then", "postbox": "FakePostbox"})
    with Client(app) as client:
        client.get("/time").assert_json({"clock": "now", "postbox": "Postbox"})


def test_resources_are_there_for_the_test_and_can_be_awaited(client: Client) -> None:
    postbox = client.resource(Postbox)
    client.call(postbox.post, "dear Ada")
    assert postbox.letters == ["dear Ada"]
    with pytest.raises(ApplicationError):
        client.resource(dict)


def test_a_file_is_uploaded_with_its_name_and_type(client: Client) -> None:
    answer = client.post("/picture", files={"file": ("ada.png", b"PNG!", "image/png")})
    answer.assert_json({"name": "ada.png", "type": "image/png", "bytes": 4})


def test_json_that_differs_is_shown_line_by_line(client: Client) -> None:
    answer = client.get("/time")
    with pytest.raises(
        AssertionError, match=r'(?s)\n-  "clock": "then",\n\+  "clock": "now",\n   "postbox": "Postbox"'
    ):
        answer.assert_json({"clock": "then", "postbox": "Postbox"})


@pytest.mark.parametrize(
    ("expected", "holds"),
    [({}, True), ({"clock": "now"}, True), ({"clock": "then"}, False), ({"sugar": 1}, False), ([], False)],
)
def test_json_may_hold_more_than_is_asked_for(client: Client, expected: object, holds: bool) -> None:
    answer = client.get("/time")
    if holds:
        answer.assert_json_includes(expected)
    else:
        with pytest.raises(AssertionError, match="expected JSON"):
            answer.assert_json_includes(expected)


def test_json_inside_of_lists_may_hold_more_too(client: Client) -> None:
    client.csrf()
    answer = client.post("/orders", form={"tea": "green", "size": "big"})
    answer.assert_json_includes({"form": {"tea": "green"}})
    with Client(lambda request: Response.json([{"id": 1, "name": "a"}, {"id": 2}])) as other:
        other.get("/").assert_json_includes([{"id": 1}, {}])
        with pytest.raises(AssertionError):
            other.get("/").assert_json_includes([{"id": 1}])


def test_the_asynchronous_client_can_do_it_all_too(app: Application) -> None:
    async def scenario() -> None:
        async with AsyncClient(app) as client:
            client.override(clock, "then")
            (await client.get("/time")).assert_json_includes({"clock": "then"})
            await client.log_in("ada", roles=["guest"])
            await client.csrf()
            (await client.post("/orders", form={})).assert_status(200)
            (await client.get("/account")).assert_json_includes({"subject": "ada"})
            with pytest.raises(ZeroDivisionError):
                await client.get("/kettle")

    asyncio.run(scenario())


def test_httpx_works_over_its_own_asgi_transport_too(app: Application) -> None:
    async def scenario() -> int:
        async with asgi_client(app) as client:
            assert app.started
            return (await client.get("/time")).status_code

    assert asyncio.run(scenario()) == 200
    assert not app.started

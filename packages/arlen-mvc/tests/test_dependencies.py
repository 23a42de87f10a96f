"""Dependencies: functions that give a value for the length of a request."""

import asyncio
import re
import threading
from typing import Annotated

import msgspec
import pytest
from arlen_http import Response, Server, ServerSettings, StreamResponse
from arlen_mvc import Application, ApplicationError, Context, Controller, Depends, HTTPError, Query, Router, get


async def send(app, path="/", after_start=None):
    """Ask through the ASGI face, which sends the response as a server does; gives status and body."""
    messages = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive():
        if not messages:
            return {"type": "http.request", "body": b"", "more_body": False}
        return await asyncio.get_running_loop().create_future()

    async def take(message):
        messages.append(message)
        if after_start is not None:
            await after_start(message)

    await app(scope, receive, take)
    body = b"".join(each.get("body", b"") for each in messages[1:])
    return messages[0]["status"], body.decode()


def words():
    return ["plain"]


async def words_later():
    return ["coroutine"]


def words_held():
    yield ["generator"]


async def words_held_later():
    yield ["asynchronous generator"]


class Words(list):
    def __init__(self):
        super().__init__(["class"])


KINDS = [words, words_later, words_held, words_held_later, Words, lambda: ["lambda"]]


@pytest.mark.parametrize("function", KINDS)
@pytest.mark.parametrize("blocking", [True, False])
def test_any_kind_of_function_gives_its_value_to_any_kind_of_action(run, function, blocking):
    app = Application()

    @app.get("/plain", blocking=blocking)
    def plain(words: Annotated[list[str], Depends(function)]):
        return {"words": words}

    @app.get("/awaiting", blocking=blocking)
    async def awaiting(words: Annotated[list[str], Depends(function)]):
        return {"words": words}

    @app.add_controller
    class Words(Controller):
        @get("/method", blocking=blocking)
        def method(self, words: list[str] = Depends(function)):  # noqa: B008
            return {"words": words, "path": self.context.request.path}

    async def ask_all():
        return [await send(app, path) for path in ("/plain", "/awaiting", "/method")]

    answers = run(ask_all())
    assert [status for status, _ in answers] == [200, 200, 200]
    assert len({body.partition("]")[0] for _, body in answers}) == 1


class Page(msgspec.Struct):
    number: int
    size: int


def page_of(ctx: Context, page: Annotated[int, Query(ge=1)] = 1, size: int = 20):
    return Page(page, size)


def first_row(page: Annotated[Page, Depends(page_of)]):
    return (page.number - 1) * page.size


def test_dependencies_have_parameters_and_dependencies_of_their_own(ask):
    app = Application()

    @app.get("/")
    async def index(first: Annotated[int, Depends(first_row)], page: Annotated[Page, Depends(page_of)]):
        return [first, page.number]

    assert ask(app, "GET /?page=3&size=10").json == [20, 3]


@pytest.mark.parametrize("blocking", [True, False])
def test_a_dependency_is_called_once_for_each_request(ask, blocking):
    calls = []

    def counted():
        calls.append(1)
        return len(calls)

    def twice(a: Annotated[int, Depends(counted)], b: Annotated[int, Depends(counted)]):
        return [a, b]

    app = Application()

    @app.get("/", dependencies=[counted], blocking=blocking)
    async def index(pair: Annotated[list[int], Depends(twice)], c: Annotated[int, Depends(counted)]):
        return [*pair, c]

    assert ask(app, "GET /").json == [1, 1, 1]
    assert ask(app, "GET /").json == [2, 2, 2]


@pytest.mark.parametrize("blocking", [True, False])
def test_the_faults_of_dependencies_and_action_come_in_one_answer_and_nothing_is_called(ask, blocking):
    called = []

    def paged(page: int, size: int = 1):
        called.append("paged")

    async def user(token: str):
        called.append("user")

    app = Application()

    @app.get("/", blocking=blocking)
    async def index(
        paged: Annotated[None, Depends(paged)], user: Annotated[None, Depends(user)], sort: int, *, q: int = 1
    ):
        called.append("action")

    answer = ask(app, "GET /?page=x&size=y&q=z", headers={"accept": "application/json"})
    assert {(each["field"], each["code"]) for each in answer.json["details"]} == {
        ("page", "invalid_integer"),
        ("size", "invalid_integer"),
        ("token", "missing"),
        ("sort", "missing"),
        ("q", "invalid_integer"),
    }
    assert called == []


def journal_of(app, **options):
    """A route whose dependency writes down when it is opened and closed, and with what."""
    journal = []

    async def connection():
        journal.append("open")
        try:
            yield "connection"
            journal.append("close")
        except Exception as error:
            journal.append(f"undo {type(error).__name__}")
            raise

    return journal, connection


def test_a_generator_goes_on_after_the_response_was_sent(run):
    app = Application()
    journal, connection = journal_of(app)

    @app.get("/")
    async def index(ctx, connection: Annotated[str, Depends(connection)]):
        ctx.after_response(journal.append, "after_response")
        journal.append("action")
        return connection

    async def sent(message):
        journal.append(message["type"])

    assert run(send(app, after_start=sent)) == (200, "connection")
    assert journal == ["open", "action", "http.response.start", "http.response.body", "close", "after_response"]


def test_a_generator_sees_the_failure_of_the_action_and_the_answer_is_that_of_the_failure(run):
    app = Application()
    journal, connection = journal_of(app)

    @app.get("/")
    async def index(connection: Annotated[str, Depends(connection)]):
        raise HTTPError(409)

    assert run(send(app))[0] == 409
    assert journal == ["open", "undo HTTPError"]


def test_a_generator_that_swallows_the_failure_does_not_make_it_a_success(run):
    async def careless():
        try:
            yield 1
        except HTTPError:
            return

    app = Application()

    @app.get("/")
    async def index(one: Annotated[int, Depends(careless)]):
        raise HTTPError(409)

    app.provide(Words, careless, scope="request")

    @app.get("/provided")
    async def provided(one: Words):
        raise HTTPError(409)

    assert run(send(app))[0] == 409
    assert run(send(app, "/provided"))[0] == 409


def test_a_generator_holds_its_value_while_a_stream_is_sent(run):
    app = Application()
    journal, connection = journal_of(app)

    @app.get("/")
    async def index(connection: Annotated[str, Depends(connection)]):
        async def rows():
            for number in range(2):
                journal.append(f"row {number}")
                yield f"{number}\n"

        return StreamResponse(rows())

    assert run(send(app)) == (200, "0\n1\n")
    assert journal == ["open", "row 0", "row 1", "close"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_gets_everything_released(run, stream):
    app = Application()
    journal, connection = journal_of(app)

    @app.get("/")
    async def index(connection: Annotated[str, Depends(connection)]):
        async def rows():
            yield "row"

        return StreamResponse(rows()) if stream else "text"

    async def gone(message):
        raise OSError("the client has gone")

    with pytest.raises(OSError, match="gone"):
        run(send(app, after_start=gone))
    assert journal == ["open", "close"]


@pytest.mark.parametrize("leaves", [True, False])
def test_over_a_socket_everything_is_released_whether_or_not_the_client_stays(run, leaves):
    app = Application({"environment": "production"})
    journal = []
    closed = asyncio.Event()

    async def connection():
        yield "connection"
        journal.append("close")
        closed.set()

    @app.get("/")
    async def index(connection: Annotated[str, Depends(connection)]):
        async def rows():
            yield "row\n"
            if leaves:
                await asyncio.get_running_loop().create_future()

        return StreamResponse(rows())

    @app.get("/whole")
    async def whole(connection: Annotated[str, Depends(connection)]):
        return connection

    async def live():
        async with Server(app, ServerSettings(port=0)) as server:
            host, port = server.url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            for path in ("/whole", "/"):
                closed.clear()
                writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
                await reader.readuntil(b"connection" if path == "/whole" else b"row\n")
                if path == "/" and leaves:
                    writer.close()
                await closed.wait()
            writer.close()

    run(live())
    assert journal == ["close", "close"]


def test_a_request_that_is_cancelled_gets_everything_released(run):
    app = Application()
    journal, connection = journal_of(app)

    reached = asyncio.Event()

    @app.get("/")
    async def index(connection: Annotated[str, Depends(connection)]):
        reached.set()
        await asyncio.get_running_loop().create_future()

    async def cancelled():
        request = asyncio.ensure_future(send(app))
        await reached.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

    run(cancelled())
    assert journal == ["open"]


def test_a_request_cancelled_in_a_layer_after_the_action_gets_everything_released(run):
    app = Application()
    journal, connection = journal_of(app)

    @app.use
    async def layer(ctx, call_next):
        await call_next(ctx)
        raise asyncio.CancelledError

    @app.get("/")
    async def index(connection: Annotated[str, Depends(connection)]):
        return connection

    with pytest.raises(asyncio.CancelledError):
        run(send(app))
    assert journal == ["open", "close"]


def test_a_cleanup_that_fails_is_logged_once_and_the_answer_stands(run, caplog):
    closed = []

    async def failing():
        yield 1
        raise LookupError("cannot close")

    async def other():
        yield 2
        closed.append("other")

    app = Application()

    @app.get("/")
    async def index(two: Annotated[int, Depends(other)], one: Annotated[int, Depends(failing)]):
        return "answered"

    assert run(send(app)) == (200, "answered")
    assert [record.message for record in caplog.records if record.exc_info] == [
        "a dependency failed after the response"
    ]
    assert closed == ["other"]


def test_dependencies_are_released_in_reverse_and_a_resource_that_one_needs_lasts_as_long(run):
    journal = []

    class Connection:
        pass

    async def connect():
        journal.append("connect")
        yield Connection()
        journal.append("disconnect")

    async def transaction(connection: Connection):
        journal.append("begin")
        yield "transaction"
        journal.append("end")

    app = Application()
    app.provide(Connection, connect, scope="request")

    @app.get("/")
    async def index(connection: Connection, transaction: Annotated[str, Depends(transaction)]):
        journal.append("action")
        return transaction

    async def sent(message):
        if message["type"] == "http.response.start":
            journal.append("sent")

    run(send(app, after_start=sent))
    assert journal == ["connect", "begin", "action", "sent", "end", "disconnect"]


def test_plain_functions_run_in_threads_for_blocking_routes_and_on_the_loop_for_others(ask):
    def thread():
        return threading.current_thread().name

    def held():
        yield threading.current_thread().name

    app = Application()

    def action(a: Annotated[str, Depends(thread)], b: Annotated[str, Depends(held)]):
        return [a, b]

    async def coroutine(a: Annotated[str, Depends(thread)], b: Annotated[str, Depends(held)]):
        return [a, b]

    for blocking in (True, False):
        app.get(f"/plain/{blocking}", blocking=blocking)(action)
        app.get(f"/awaiting/{blocking}", blocking=blocking)(coroutine)

    for path in ("plain", "awaiting"):
        assert all(name.startswith("arlen-worker") for name in ask(app, f"GET /{path}/True").json)
        assert ask(app, f"GET /{path}/False").json == ["MainThread", "MainThread"]


def test_a_route_and_its_groups_have_dependencies_that_run_for_what_they_do(ask):
    journal = []

    def outer(ctx: Context):
        journal.append("outer")

    async def inner():
        journal.append("inner")

    def refusing(token: str = ""):
        journal.append("refusing")
        if token != "open":
            raise HTTPError(401)

    app = Application()
    with app.group("/admin", dependencies=[outer]) as admin:
        routes = Router(dependencies=[Depends(inner)])

        @routes.get("/", dependencies=[refusing])
        async def index():
            return "in"

        admin.include(routes)

    assert ask(app, "GET /admin").status == 401
    assert ask(app, "GET /admin?token=open").text == "in"
    assert set(journal) == {"outer", "inner", "refusing"}
    (route,) = app.routes
    from arlen_mvc.operations import Components

    assert [each.name for each in route.describe(Components()).parameters] == ["token"]


class Pagination:
    def __init__(self, page: int = 1, size: Annotated[int, Query(le=50)] = 20, **more):
        self.page = page
        self.size = size


class Sorting(msgspec.Struct):
    by: str = "name"


def test_a_class_is_a_dependency_by_itself(ask):
    app = Application()

    @app.get("/")
    async def index(pagination: Annotated[Pagination, Depends()], sorting: Annotated[Sorting, Depends()]):
        return [pagination.page, pagination.size, sorting.by]

    assert ask(app, "GET /?page=2&by=age").json == [2, 20, "age"]
    assert ask(app, "GET /?size=51").status == 422


def current_user():
    return "ada"


async def guest():
    yield "guest"


def greeting(user: Annotated[str, Depends(current_user)]):
    return f"hello {user}"


def test_a_dependency_is_replaced_for_a_test_also_while_the_application_runs(run):
    app = Application()

    @app.get("/")
    async def index(greeting: Annotated[str, Depends(greeting)]):
        return greeting

    async def live():
        await app.start()
        answers = [await send(app)]
        with app.override(current_user, guest):
            answers.append(await send(app))
            with app.override(greeting, lambda: "nothing"):
                answers.append(await send(app))
            answers.append(await send(app))
        answers.append(await send(app))
        app.overrides[current_user] = lambda: "bob"
        answers.append(await send(app))
        return [body for _, body in answers]

    assert run(live()) == ["hello ada", "hello guest", "nothing", "hello guest", "hello ada", "hello bob"]
    assert dict(app.overrides).keys() == {current_user}


class Mailer:
    def __init__(self, name="real"):
        self.name = name


@pytest.mark.parametrize("scope", ["app", "request"])
def test_a_provided_type_is_replaced_for_a_test_too(run, scope):
    app = Application()
    app.provide(Mailer, Mailer, scope=scope)

    @app.get("/")
    async def index(ctx, mailer: Mailer):
        return f"{mailer.name} {ctx.get(Mailer) is mailer}"

    @app.get("/asked")
    async def asked(ctx):
        return ctx.get(Mailer).name

    async def live():
        await app.start()
        with app.override(Mailer, lambda: Mailer("fake")):
            answers = [await send(app), await send(app, "/asked")]
        return [body for _, body in [*answers, await send(app), await send(app, "/asked")]]

    assert run(live()) == ["fake True", "fake", "real True", "real"]


def test_a_dependency_keeps_its_own_defaults_in_their_places(ask):
    def dependency(left, untyped="own", page: int = 1, *more, named="named", **others):
        return [untyped, page, more, named, others]

    app = Application()

    @app.get("/")
    async def index(value: Annotated[list, Depends(dependency)]):
        return value

    assert ask(app, "GET /?page=7").json == ["own", 7, [], "named", {}]


def test_an_override_that_cannot_be_called_is_refused_where_it_is_made(run):
    app = Application()

    @app.get("/")
    async def index(user: Annotated[str, Depends(current_user)]):
        return user

    def unfillable(thing: object):
        return thing

    run(app.start())
    with (
        pytest.raises(ApplicationError, match="nothing fills parameter 'thing: object'"),
        app.override(current_user, unfillable),
    ):
        pass
    assert run(send(app)) == (200, "ada")


def chicken(egg: Annotated[int, Depends(lambda: None)]):
    return egg


def egg(chicken: Annotated[int, Depends(chicken)]):
    return chicken


chicken.__annotations__["egg"] = Annotated[int, Depends(egg)]


def lonely(thing: object):
    return thing


def not_a_function(value: Annotated[int, Depends(7)]):
    return value


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (chicken, "parameter 'chicken' asks for itself: chicken ("),
        (lonely, "nothing fills parameter 'thing: object' of dependency lonely ("),
        (not_a_function, "nothing is called for parameter 'value'"),
    ],
)
def test_a_dependency_that_cannot_be_resolved_is_a_mistake_at_start(run, function, problem):
    app = Application()

    @app.get("/")
    async def index(value: Annotated[int, Depends(function)]):
        return value

    with pytest.raises(ApplicationError, match=re.escape(problem)):
        run(app.start())


def test_a_provided_factory_has_parameters_and_dependencies_like_any_other(ask):
    class Tenant(str):
        __slots__ = ()

    def tenant(host: Annotated[str, Query()], user: Annotated[str, Depends(current_user)]):
        return Tenant(f"{user}@{host}")

    app = Application()
    app.provide(Tenant, tenant, scope="request")

    @app.get("/named")
    async def named(tenant: Tenant):
        return Response(tenant.encode())

    @app.get("/asked")
    async def asked(ctx):
        return Response(ctx.get(Tenant).encode())

    for path in ("named", "asked"):
        assert ask(app, f"GET /{path}?host=home").text == "ada@home"
        assert ask(app, f"GET /{path}").status == 422

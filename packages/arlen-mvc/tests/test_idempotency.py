"""Retries: done once, answered the same, and never told to somebody else."""

import asyncio
import gc
import json

import pytest
from arlen_http import Request, Server, ServerSettings
from arlen_mvc import (
    Application,
    Attempt,
    HTTPError,
    Idempotency,
    MemoryIdempotencyStore,
    Response,
    StoredAnswer,
    StreamResponse,
)


class Payments:
    """An application that counts what it did; ``outcome(ctx)`` answers."""

    def __init__(self, outcome=None, **options):
        self.done = []
        self.app = Application({"environment": "production"})
        self.layer = Idempotency(**options)

        @self.app.route("/payments", ("POST", "GET"), middleware=[self.layer], blocking=False)
        async def pay(ctx):
            self.done.append(await ctx.request.body())
            if outcome is None:
                return {"payment": len(self.done)}, 201, {"location": "/payments/1", "set-cookie": "secret=1"}
            return outcome(ctx)


def keyed(key='"k1"', **headers):
    return {"idempotency-key": key, "accept": "application/json", **headers}


def test_the_same_request_again_gets_the_same_answer_and_is_done_once(ask):
    payments = Payments()
    first = ask(payments.app, "POST /payments", headers=keyed(), body=b"7")
    again = ask(payments.app, "POST /payments", headers=keyed(), body=b"7")
    assert payments.done == [b"7"]
    assert (again.status, again.body, again.headers["location"]) == (201, first.body, "/payments/1")
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_cookies_are_not_repeated_and_ids_are_those_of_each_request(ask):
    payments = Payments()
    first = ask(payments.app, "POST /payments", headers=keyed())
    again = ask(payments.app, "POST /payments", headers=keyed())
    assert first.headers["set-cookie"] == "secret=1"
    assert "set-cookie" not in again.headers
    assert first.headers["x-request-id"] != again.headers["x-request-id"]


@pytest.mark.parametrize(
    ("line", "changes"),
    [("POST /payments?a=1", {}), ("POST /payments", {"body": b"8"}), ("POST /payments", {"content-type": "text/csv"})],
)
def test_a_key_is_refused_for_another_request(ask, line, changes):
    payments = Payments()
    ask(payments.app, "POST /payments", headers=keyed(), body=b"7")
    headers = {name: value for name, value in changes.items() if name != "body"}
    answer = ask(payments.app, line, headers=keyed(**headers), body=changes.get("body", b"7"))
    assert (answer.status, answer.json["error"]["code"]) == (422, "idempotency_key_reused")
    assert payments.done == [b"7"]


def test_a_request_that_is_being_served_refuses_its_retry(run):
    async def live():
        release, entered = asyncio.Event(), asyncio.Event()
        app = Application()

        @app.post("/", middleware=[Idempotency()])
        async def slow(ctx):
            entered.set()
            await release.wait()
            return "done"

        first = asyncio.ensure_future(app.handle(Request.build("POST", "/", headers=keyed())))
        await entered.wait()
        meanwhile = await app.handle(Request.build("POST", "/", headers=keyed()))
        release.set()
        await first
        return meanwhile, await app.handle(Request.build("POST", "/", headers=keyed()))

    meanwhile, later = run(live())
    assert (meanwhile.status, meanwhile.headers["retry-after"]) == (409, "1")
    assert json.loads(meanwhile.body)["error"]["code"] == "idempotency_key_in_use"
    assert later.body == b"done"


def test_a_replay_is_never_told_to_another_caller(ask):
    payments = Payments()
    callers = [{"authorization": "Bearer a"}, {"authorization": "Bearer b"}, {"cookie": "session=c"}, {}]
    answers = [ask(payments.app, "POST /payments", headers=keyed(**caller)) for caller in callers]
    assert [answer.json["payment"] for answer in answers] == [1, 2, 3, 4]
    assert ask(payments.app, "POST /payments", headers=keyed(), client=("192.0.2.1", 0)).json["payment"] == 5


def test_callers_are_told_apart_as_the_application_says(ask):
    payments = Payments(principal=lambda ctx: ctx.header("x-tenant") or "")
    tenants = [("a", "1"), ("a", "2"), ("b", "1")]
    answers = [
        ask(payments.app, "POST /payments", headers=keyed(**{"x-tenant": tenant, "cookie": f"x={n}"}))
        for tenant, n in tenants
    ]
    assert [answer.json["payment"] for answer in answers] == [1, 1, 2]


def test_a_key_of_one_route_says_nothing_to_another(ask):
    payments = Payments()
    refunds = []
    payments.app.post("/refunds", middleware=[payments.layer], blocking=False)(lambda ctx: refunds.append(1) or "ok")
    ask(payments.app, "POST /payments", headers=keyed())
    assert ask(payments.app, "POST /refunds", headers=keyed()).text == "ok"
    assert refunds == [1]


def refuse(status):
    def outcome(ctx):
        raise HTTPError(status)

    return outcome


async def pieces():
    yield b"piece"


@pytest.mark.parametrize(
    ("outcome", "times"),
    [
        (refuse(422), 1),
        (refuse(404), 1),
        (refuse(401), 2),
        (refuse(429), 2),
        (refuse(503), 2),
        (lambda ctx: 1 / 0, 2),
        (lambda ctx: Response.empty(204), 1),
        (lambda ctx: StreamResponse(pieces()), 2),
    ],
)
def test_what_leaves_the_operation_undecided_is_tried_again(ask, caplog, outcome, times):
    payments = Payments(outcome)
    first = ask(payments.app, "POST /payments", headers=keyed())
    again = ask(payments.app, "POST /payments", headers=keyed())
    assert (len(payments.done), again.status) == (times, first.status)


def test_a_cancelled_request_lets_go_of_its_key(run):
    async def live():
        layer, app = Idempotency(), Application()
        tries = []

        @app.post("/", middleware=[layer])
        async def action(ctx):
            tries.append(1)
            if len(tries) == 1:
                await asyncio.Event().wait()
            return "done"

        first = asyncio.ensure_future(app.handle(Request.build("POST", "/", headers=keyed())))
        while not tries:
            await asyncio.wait([first], timeout=0)
        first.cancel()
        await asyncio.wait([first])
        return await app.handle(Request.build("POST", "/", headers=keyed()))

    assert run(live()).body == b"done"


@pytest.mark.parametrize("key", ['""', '"a', "a b", '"a"b"', "x" * 256, "\u00e9", ""])
def test_what_is_no_key_is_refused(ask, key):
    payments = Payments()
    answer = ask(payments.app, "POST /payments", headers=keyed(key))
    assert (answer.status, answer.json["error"]["code"]) == (400, "idempotency_key_invalid")
    assert payments.done == []


def test_a_key_with_and_without_quotes_is_the_same(ask):
    payments = Payments()
    for key in ('"k1"', "k1"):
        answer = ask(payments.app, "POST /payments", headers=keyed(key))
    assert answer.json == {"payment": 1}


def test_a_key_can_be_required(ask):
    payments = Payments(required=True)
    answer = ask(payments.app, "POST /payments", headers={"accept": "application/json"})
    assert (answer.status, answer.json["error"]["code"]) == (400, "idempotency_key_missing")


def test_requests_without_a_key_and_safe_ones_are_served_as_ever(ask):
    payments = Payments()
    for line, headers in (("POST /payments", {}), ("POST /payments", {}), ("GET /payments", keyed())):
        ask(payments.app, line, headers=headers)
    assert len(payments.done) == 3


def test_a_route_that_only_reads_has_no_such_layer():
    app = Application()
    app.use(Idempotency())
    app.get("/", blocking=False)(lambda ctx: "read")
    assert app.handle(Request.build("GET", "/")).body == b"read"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_an_answer_is_forgotten_after_its_time(ask):
    clock = Clock()
    payments = Payments(store=MemoryIdempotencyStore(clock=clock), seconds=60)
    numbers = []
    for now in (0, 59, 60):
        clock.now = now
        numbers.append(ask(payments.app, "POST /payments", headers=keyed()).json["payment"])
    assert numbers == [1, 1, 2]


def test_a_flood_of_keys_does_not_fill_the_memory_nor_free_one_in_use(run):
    async def live():
        store = MemoryIdempotencyStore(most=10)
        assert await store.take("in use", "f", 60) is None

        for number in range(200):
            await store.take(f"{number}", "f", 60)
            await store.complete(f"{number}", Attempt("f", StoredAnswer(200, (), "", b"")), 60)
        return len(store), await store.take("in use", "f", 60)

    size, attempt = run(live())
    assert size == 11
    assert attempt is not None
    assert attempt.answer is None


def test_large_answers_do_not_fill_the_memory(run):
    async def live():
        store = MemoryIdempotencyStore(most_bytes=1000)
        for number in range(20):
            await store.take(f"{number}", "f", 60)
            await store.complete(f"{number}", Attempt("f", StoredAnswer(200, (), "", b"x" * 300)), 60)
        return len(store)

    assert run(live()) == 3


def test_a_retry_over_a_socket_after_the_client_went_away_is_not_done_twice(run):
    async def live():
        done, finish = [], asyncio.Event()
        app = Application()

        @app.post("/", middleware=[Idempotency(principal=lambda ctx: "")])
        async def pay(ctx):
            done.append(1)
            await finish.wait()
            return "paid"

        request = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nidempotency-key: k\r\ncontent-length: 0\r\n\r\n"
        async with Server(app, ServerSettings(port=0)) as server:
            host, port = server.url.removeprefix("http://").split(":")

            async def send():
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(request)
                return reader, writer

            _, gone = await send()
            while not done:
                await asyncio.wait([asyncio.ensure_future(asyncio.Event().wait())], timeout=0.01)
            gone.close()
            finish.set()
            while True:
                reader, writer = await send()
                answer = await reader.read()
                writer.close()
                if b" 409 " not in answer.partition(b"\r\n")[0]:
                    return len(done), answer

    times, answer = run(live())
    gc.collect()
    assert times == 1
    assert answer.endswith(b"paid")

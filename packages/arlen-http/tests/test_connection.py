"""A connection as its client sees it, over real sockets."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import re
from contextlib import suppress

import pytest
from arlen_http import ClientDisconnect, RequestLimits, RequestRefused, Response, StreamResponse, Upgrade

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
MARK: contextvars.ContextVar[str] = contextvars.ContextVar("mark", default="clean")


def target(path: str, *fields: str, body: bytes = b"", method: str = "GET", version: str = "1.1") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", "Host: a", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def split(data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, fields and the rest of the bytes."""
    head, _, rest = data.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    return int(line.split(" ")[1]), dict(field.split(": ", 1) for field in fields), rest


def plain(request):
    return Response(f"{request.method} {request.raw_path} ".encode() + request.content)


async def awaiting(request):
    await asyncio.sleep(0)
    return Response(f"{request.method} {request.raw_path} ".encode() + await request.body())


@pytest.fixture(params=[plain, awaiting])
def handler(request):
    return request.param


def test_a_response_has_the_fields_of_the_server(answer, handler):
    status, fields, body = split(answer(handler, LAST))
    assert (status, body) == (200, b"GET / ")
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", fields.pop("date"))
    assert fields == {
        "content-type": "text/plain; charset=utf-8",
        "content-length": "6",
        "connection": "close",
        "server": "Arlen",
    }


def test_the_server_field_can_be_left_out(answer):
    assert "server" not in split(answer(plain, LAST, server_header=""))[1]


def test_pipelined_requests_are_answered_in_order(answer, handler):
    requests = [target(f"/{number}", body=b"x" * number) for number in range(40)]
    answers = answer(handler, b"".join(requests) + LAST)
    assert re.findall(rb"GET /(\d*) (x*)", answers) == [(b"%d" % n, b"x" * n) for n in range(40)] + [(b"", b"")]


def test_what_follows_a_closing_request_is_not_run(answer):
    seen = []

    def handle(request):
        seen.append(request.raw_path)
        return Response(b"")

    answer(handle, target("/1", "Connection: close") + target("/2"))
    assert seen == ["/1"]


@pytest.mark.parametrize(
    ("request_bytes", "fields", "outcome"),
    [
        (target("/", version="1.0"), {}, "close"),
        (target("/", "Connection: keep-alive", version="1.0"), {}, "keep-alive"),
        (GET, {}, "keep-alive"),
        (GET, {"connection": "close"}, "close"),
    ],
)
def test_every_response_says_whether_the_connection_goes_on(converse, request_bytes, fields, outcome):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(request_bytes)
            head = await reader.readuntil(b"\r\n\r\n")
            if outcome == "close":
                assert await reader.read() == b""
            return split(head)[1]["connection"]

    assert converse(lambda request: Response(b"", 200, fields), story) == outcome


@pytest.mark.parametrize(
    ("data", "status", "text"),
    [
        (b"NONSENSE\r\n\r\n", 400, b"bad request\n"),
        (target("/", "Content-Length: 17", method="POST"), 413, b"payload too large\n"),
        (b"GET /" + b"a" * 5000, 431, b"request headers too large\n"),
        (target("/", "Transfer-Encoding: gzip", method="POST"), 501, b"not implemented\n"),
        (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, b"http version not supported\n"),
        (target("/", "Transfer-Encoding: chunked", method="POST") + b"zz\r\n", 400, b"bad request\n"),
        (target("/", "Transfer-Encoding: chunked", method="POST") + b"11\r\n", 413, b"payload too large\n"),
    ],
)
def test_a_refused_request_gets_its_answer_and_the_next_connection_is_served(converse, handler, data, status, text):
    async def story(talk):
        refused = await talk(data)
        return refused, await talk(LAST)

    refused, served = converse(handler, story, request_limits=RequestLimits(max_body_bytes=16))
    found, fields, body = split(refused)
    assert (found, body, fields["connection"]) == (status, text, "close")
    assert fields["content-type"] == "text/plain; charset=utf-8"
    assert fields["content-length"] == str(len(text))
    assert split(served)[0] == 200


def test_a_peer_that_closes_within_a_request_gets_400(converse, handler):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(b"GET / HT")
            writer.write_eof()
            return await reader.read()

    assert split(converse(handler, story))[0] == 400


def test_a_peer_that_closes_its_side_after_requests_gets_all_answers(converse, handler):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/1") + target("/2"))
            writer.write_eof()
            return await reader.read()

    assert re.findall(rb"GET /(\d)", converse(handler, story)) == [b"1", b"2"]


def test_a_handler_that_raises_is_answered_500_and_logged_once(answer, caplog):
    async def broken(request):
        if request.raw_path == "/broken":
            raise LookupError("lost")
        return Response(b"fine")

    answers = answer(broken, target("/broken") + LAST)
    assert [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", answers)] == [500, 200]
    assert b"\r\n\r\ninternal server error\n" in answers
    [record] = [record for record in caplog.records if record.name == "arlen.http"]
    assert record.levelno == logging.ERROR
    assert "LookupError: lost" in record.exc_text


@pytest.mark.parametrize("result", [None, "text", 7])
def test_a_handler_that_returns_no_response_is_answered_500(answer, caplog, result):
    assert split(answer(lambda request: result, LAST))[0] == 500
    assert "must return a Response" in caplog.text


def test_a_response_that_cannot_be_written_is_answered_500(answer, caplog):
    assert split(answer(lambda request: Response(b"", content_type="a\r\nb: c"), LAST))[0] == 500
    assert "is not a media type" in caplog.text


def test_a_refusal_raised_by_a_handler_is_its_answer(answer):
    def refuse(request):
        raise RequestRefused(415, "not_a_form", "no form")

    status, fields, body = split(answer(refuse, GET))
    assert (status, body, fields["connection"]) == (415, b"unsupported media type\n", "close")


def test_head_has_the_head_of_get_and_no_body(answer, handler):
    get, head = (split(answer(handler, target("/", "Connection: close", method=m))) for m in ("GET", "HEAD"))
    assert head[1]["content-length"] == str(len(b"HEAD / "))
    assert (head[2], get[2]) == (b"", b"GET / ")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_has_no_length_and_no_type(answer, status):
    found, fields, body = split(answer(lambda request: Response(b"ignored", status), LAST))
    assert (found, body) == (status, b"")
    assert not {"content-length", "content-type"} & fields.keys()


def test_headers_cookies_and_constant_lines_arrive_in_order(answer):
    def handle(request):
        response = Response(b"", 201, [("X-One", "1"), ("x-two", "é")])
        response.headers.append("X-One", "3")
        response.set_cookie("a", "b", path=None, httponly=False, samesite=None)
        response.constant_headers = b"x-constant: yes\r\n"
        return response

    head = answer(handle, LAST).partition(b"\r\n\r\n")[0].decode()
    assert head.split("\r\n")[2:7] == ["x-one: 1", "x-two: é", "x-one: 3", "set-cookie: a=b", "x-constant: yes"]


def test_a_large_body_arrives_whole(converse, handler):
    big = bytes(range(256)) * 4096

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/", "Connection: close", body=big))
            return split(await reader.read())[2]

    assert converse(handler, story) == b"GET / " + big


# The task of a connection.


def test_a_context_variable_is_not_seen_by_the_next_request(answer):
    async def leaky(request):
        seen = MARK.get()
        MARK.set("dirty")
        return Response(f"[{seen}]")

    assert re.findall(rb"\[(\w+)\]", answer(leaky, GET * 3 + LAST)) == [b"clean"] * 4


def test_a_plain_handler_gets_a_clean_context_too(answer):
    def leaky(request):
        seen = MARK.get()
        MARK.set("dirty")
        return Response(f"[{seen}]")

    assert re.findall(rb"\[(\w+)\]", answer(leaky, GET * 3 + LAST)) == [b"clean"] * 4


def test_coroutines_of_one_connection_share_a_task_until_one_leaves_a_trace(answer):
    tasks = []

    async def handle(request):
        tasks.append(asyncio.current_task())
        if request.raw_path == "/trace":
            MARK.set("dirty")
        return Response(b"")

    answer(handle, GET * 2 + target("/trace") + GET + LAST)
    assert len({id(task) for task in tasks[:3]}) == 1
    assert tasks[3] is tasks[4] is not tasks[0]


def test_timeouts_and_task_groups_work_in_handlers(answer):
    async def handle(request):
        async with asyncio.TaskGroup() as group:
            child = group.create_task(asyncio.sleep(0, "child"))
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(60)
        except TimeoutError:
            return Response(child.result() + " timeout")

    assert answer(handle, GET + LAST).count(b"child timeout") == 2


def test_a_handler_that_cancels_itself_takes_only_its_own_request_with_it(answer, caplog):
    async def handle(request):
        if request.raw_path == "/cancel":
            asyncio.current_task().cancel()
            await asyncio.sleep(0)
        return Response(b"")

    answers = answer(handle, target("/cancel") + LAST)
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"500", b"200"]


def test_a_cancellation_that_a_handler_has_swallowed_does_not_reach_the_next_one(answer):
    async def handle(request):
        task = asyncio.current_task()
        pending = task.cancelling()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        return Response(f"[{pending}]")

    assert re.findall(rb"\[(\d)\]", answer(handle, GET * 2 + LAST)) == [b"0"] * 3


@pytest.mark.parametrize("ending", ["client gone", "upgraded"])
def test_no_task_is_left_behind_by_a_connection(converse, ending):
    async def handle(request):
        released.append(asyncio.current_task())
        return Upgrade(Echo, {"upgrade": "echo"}) if ending == "upgraded" else Response(b"ok")

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            if ending == "upgraded":
                await released[0]
        await released[0]

    released = []
    converse(handle, story)


def test_a_task_ends_with_the_work_that_outlives_its_client(converse):
    async def handle(request):
        working.set_result(asyncio.current_task())
        await request.wait_disconnected()
        return Response(b"nobody reads this")

    async def story(talk):
        nonlocal working
        working = asyncio.get_running_loop().create_future()
        async with talk.connection() as (_, writer):
            writer.write(GET)
            task = await working
        await task

    working = None
    converse(handle, story)


def test_a_slow_request_does_not_hold_others_up(converse):
    async def story(talk):
        release.append(asyncio.Event())
        async with talk.connection() as (reader, writer), talk.connection() as (_, half):
            half.write(b"GET / HT")
            writer.write(target("/slow", "Connection: close"))
            other = await talk(LAST)
            release[0].set()
            return other, await reader.read()

    release = []

    async def handle(request):
        if request.raw_path == "/slow":
            await release[0].wait()
        return Response(request.raw_path)

    other, slow = converse(handle, story)
    assert (split(other)[2], split(slow)[2]) == (b"/", b"/slow")


def test_callbacks_run_in_order_after_the_response(converse):
    calls, done = [], asyncio.Event()

    async def story(talk):
        await talk(LAST)
        await done.wait()

    async def second():
        calls.append("second")
        done.set()

    def handle(request):
        response = Response(b"")
        response.after = (lambda: calls.append("first"), second)
        return response

    converse(handle, story)
    assert calls == ["first", "second"]


# Request bodies.


def test_a_streamed_body_is_read_at_the_pace_of_its_handler(converse):
    sizes = []
    total = 4 * 1_048_576

    async def handle(request):
        size = 0
        async for stretch in request.stream():
            sizes.append(len(stretch))
            size += len(stretch)
            await asyncio.sleep(0)
        return Response(str(size))

    async def story(talk):
        return await talk(target("/", "Connection: close", body=b"x" * total))

    answered = converse(handle, story, request_limits=RequestLimits(max_body_bytes=total))
    assert split(answered)[2] == str(total).encode()
    assert max(sizes) <= 262_144 + 65_536


@pytest.mark.parametrize("streamed", [True, False])
def test_a_body_that_waited_in_memory_is_read_whole(converse, streamed):
    big = bytes(range(256)) * 4096

    async def handle(request):
        for _ in range(200):
            await asyncio.sleep(0)
        assert not request.body_complete
        if streamed:
            return Response(b"".join([stretch async for stretch in request.stream()]))
        return Response(await request.body())

    async def story(talk):
        chunks = b"".join(b"400\r\n%b\r\n" % big[start : start + 1024] for start in range(0, len(big), 1024))
        return await talk(target("/", "Connection: close", "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n")

    assert split(converse(handle, story))[2] == big


@pytest.mark.parametrize("reads", [True, False])
def test_100_continue_is_sent_when_the_handler_first_reads(converse, reads):
    async def handle(request):
        return Response(await request.body() if reads else b"unread")

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/", "Expect: 100-continue", "Content-Length: 4", method="POST"))
            first = await reader.readuntil(b"\r\n\r\n")
            if reads:
                writer.write(b"body")
                return first, await reader.readuntil(b"\r\n\r\nbody")
            return first, await reader.read()

    first, rest = converse(handle, story)
    if reads:
        assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert split(rest)[0] == 200
    else:
        assert split(first)[0] == 200
        assert split(first)[1]["connection"] == "close"
        assert rest == b"unread"


def test_100_continue_is_sent_for_a_plain_handler_but_not_when_the_body_is_refused(converse):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/", "Expect: 100-continue", "Content-Length: 4", method="POST"))
            first = await reader.readuntil(b"\r\n\r\n")
            writer.write(b"body")
            served = await reader.readuntil(b"body")
        return first, served, await talk(target("/", "Expect: 100-continue", "Content-Length: 17", method="POST"))

    first, served, refused = converse(plain, story, request_limits=RequestLimits(max_body_bytes=16))
    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert split(served)[0] == 200
    assert split(refused)[0] == 413


@pytest.mark.parametrize("chunked", [True, False])
def test_a_small_unread_body_is_dropped_and_the_connection_goes_on(answer, chunked):
    async def handle(request):
        return Response(request.raw_path)

    body = b"GET /evil HTTP/1.1\r\nHost: a\r\n\r\n"
    if chunked:
        first = target("/1", "Transfer-Encoding: chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        first = target("/1", body=body)
    answers = answer(handle, first[:-20], first[-20:] + LAST)
    assert re.findall(rb"\r\n\r\n(/1?)", answers) == [b"/1", b"/"]


def test_a_large_unread_body_ends_the_connection_after_the_answer(converse):
    async def handle(request):
        return Response(b"early")

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/", "Content-Length: 1000000", method="POST"))
            return await reader.read()

    status, fields, body = split(converse(handle, story))
    assert (status, fields["connection"], body) == (200, "close", b"early")


def test_a_body_above_the_limit_is_refused_while_it_is_streamed(converse):
    async def handle(request):
        return Response(await request.body())

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/", "Transfer-Encoding: chunked", method="POST") + b"8\r\n12345678\r\n")
            await asyncio.sleep(0)
            writer.write(b"9\r\n123456789\r\n0\r\n\r\n")
            return await reader.read()

    assert split(converse(handle, story, request_limits=RequestLimits(max_body_bytes=16)))[0] == 413


def test_a_reader_learns_that_the_client_has_gone(converse):
    outcome = []

    async def handle(request):
        started.set()
        try:
            await request.body()
        except ClientDisconnect:
            outcome.append(request.is_disconnected())
            ended.set()
            raise
        return Response(b"")

    async def story(talk):
        async with talk.connection() as (_, writer):
            writer.write(target("/", "Content-Length: 4", method="POST"))
            await started.wait()
        await ended.wait()

    started, ended = asyncio.Event(), asyncio.Event()
    converse(handle, story)
    assert outcome == [True]


# Streams and upgrades.


async def letters():
    for letter in "abc":
        await asyncio.sleep(0)
        yield letter


@pytest.mark.parametrize("content", [letters, lambda: ["a", "b", "c"], lambda: iter([b"ab", b"", b"c"])])
def test_a_stream_is_chunked_and_the_connection_goes_on(answer, content):
    answers = answer(lambda request: StreamResponse(content()), GET + LAST)
    assert answers.count(b"transfer-encoding: chunked") == 2
    assert answers.count(b"\r\n0\r\n\r\n") == 2
    assert b"".join(re.findall(rb"[12]\r\n([abc]+)\r\n", answers)) == b"abcabc"


def test_a_stream_to_http_1_0_ends_with_the_connection(answer):
    status, fields, body = split(answer(lambda request: StreamResponse(letters()), target("/", version="1.0")))
    assert (status, body, fields["connection"]) == (200, b"abc", "close")
    assert "transfer-encoding" not in fields


def test_a_stream_answers_head_with_its_head(answer):
    answers = answer(lambda request: StreamResponse(letters()), target("/", method="HEAD") + LAST)
    first = answers.partition(b"\r\n\r\n")[2]
    assert split(answers)[1]["transfer-encoding"] == "chunked"
    assert first.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("length", [2, 4])
def test_a_stream_of_another_length_than_declared_is_cut_and_logged(converse, caplog, length):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(GET)
            with suppress(ConnectionResetError):
                await reader.read()

    converse(lambda request: StreamResponse(letters(), length=length), story)
    assert "than its head declares" in caplog.text


async def breaks_off():
    yield b"first"
    raise LookupError("lost")


def breaks_off_in_a_thread():
    yield b"first"
    raise LookupError("lost")


@pytest.mark.parametrize("content", [breaks_off, breaks_off_in_a_thread])
def test_a_stream_that_raises_midway_is_cut_and_logged_once(answer, caplog, content):
    received = answer(lambda request: StreamResponse(content()), GET)
    assert received.endswith(b"5\r\nfirst\r\n")
    assert received.count(b"HTTP/1.1") == 1
    [record] = [record for record in caplog.records if record.name == "arlen.http"]
    assert (record.levelno, "LookupError: lost" in record.exc_text) == (logging.ERROR, True)


def test_a_stream_is_closed_when_its_client_goes_away(converse):
    closed = asyncio.Event()

    async def forever():
        try:
            yield b"first"
            await asyncio.get_running_loop().create_future()
        finally:
            closed.set()

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(GET)
            await reader.readuntil(b"first")
        await closed.wait()

    converse(lambda request: StreamResponse(forever()), story)


def test_a_stream_waits_for_a_slow_client(converse):
    produced = []

    async def fast():
        for number in range(200):
            produced.append(number)
            yield b"x" * 65_536

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(LAST)
            await reader.readexactly(1)
            for _ in range(1000):
                await asyncio.sleep(0)
            waiting = len(produced)
            return waiting, len(await reader.read())

    waiting, received = converse(lambda request: StreamResponse(fast()), story)
    assert waiting < 200
    assert received > 200 * 65_536


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data.upper())
        if data.endswith(b"!"):
            self.transport.close()


@pytest.mark.parametrize("rest", [b"", b"hel"])
def test_an_upgrade_hands_the_connection_over_with_the_bytes_that_follow(converse, rest):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/", "Connection: upgrade", "Upgrade: echo") + rest)
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(b"lo!")
            return head, await reader.read()

    head, echoed = converse(lambda request: Upgrade(Echo, {"upgrade": "echo"}), story)
    status, fields, _ = split(head)
    assert (status, fields["connection"], fields["upgrade"]) == (101, "upgrade", "echo")
    assert not {"content-length", "content-type"} & fields.keys()
    assert echoed == rest.upper() + b"LO!"


def test_a_refused_upgrade_does_not_let_its_body_be_a_request(answer):
    data = target("/1", "Connection: upgrade", "Upgrade: websocket", body=GET) + LAST
    assert re.findall(rb"GET (/\d?)", answer(awaiting, data)) == [b"/1", b"/", b"/"]


# What arrives in an unlucky moment.


def test_a_request_behind_a_body_that_arrived_late_is_answered(converse):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/1", "Content-Length: 4", method="POST"))
            await asyncio.sleep(0)
            writer.write(b"bo")
            await writer.drain()
            await talk(LAST)
            writer.write(b"dy" + LAST)
            return await reader.read()

    assert re.findall(rb"HTTP/1.1 (\d+)", converse(plain, story)) == [b"200", b"200"]


def test_a_client_that_leaves_within_a_chunk_is_noticed(converse):
    async def handle(request):
        try:
            await request.body()
        except ClientDisconnect:
            noticed.set()
            raise
        return Response(b"")

    async def story(talk):
        async with talk.connection() as (_, writer):
            writer.write(target("/", "Transfer-Encoding: chunked", method="POST") + b"3\r\nabc\r\n1")
            writer.write_eof()
            await noticed.wait()

    noticed = asyncio.Event()
    converse(handle, story)


def test_a_client_that_leaves_before_it_is_upgraded_is_told_to_the_new_protocol(converse):
    class Ending(asyncio.Protocol):
        def eof_received(self):
            ended.set()

    async def handle(request):
        await request.wait_disconnected()
        return Upgrade(Ending, {"upgrade": "echo"})

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(target("/", "Connection: upgrade", "Upgrade: echo"))
            writer.write_eof()
            await ended.wait()
            return await reader.read()

    ended = asyncio.Event()
    assert split(converse(handle, story))[0] == 101

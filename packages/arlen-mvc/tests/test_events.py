"""Server-sent events."""

import pytest
from arlen_http import Request
from arlen_mvc import Application, Event
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("event", "block"),
    [
        (Event(), b"data: \n\n"),
        (Event("a\nb\r\nc"), b"data: a\ndata: b\ndata: c\n\n"),
        (Event({"a": 1}), b'data: {"a":1}\n\n'),
        (Event("x", event="tick", id="7", retry=500), b"id: 7\nevent: tick\nretry: 500\ndata: x\n\n"),
    ],
)
def test_an_event_is_written_field_by_field(event, block):
    assert event.encode() == block


@pytest.mark.parametrize("forged", [{"id": "1\ndata: forged"}, {"event": "a\rb"}, {"id": "\0"}])
def test_a_line_break_in_id_or_event_is_refused(forged):
    with pytest.raises(ValueError, match="must be one line"):
        Event(**forged).encode()


@given(st.text())
def test_no_data_can_forge_a_field(data):
    block = Event(data).encode().decode()
    assert all(line.startswith("data: ") for line in block.removesuffix("\n\n").split("\n"))


def test_a_stream_of_events_is_answered_as_they_come_and_its_source_closed(run):
    closed = []
    app = Application()

    @app.get("/events")
    async def events(ctx):
        async def source():
            try:
                yield "first"
                yield {"event": "tick", "data": {"n": 1}}
                yield Event(id="3")
            finally:
                closed.append(True)

        return ctx.sse(source())

    async def read(count):
        response = await app.handle(Request.build("GET", "/events"))
        assert response.content_type == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache"
        assert response.headers["x-accel-buffering"] == "no"
        blocks = []
        async for block in response.content:
            blocks.append(block)
            if len(blocks) == count:
                break
        await response.content.aclose()
        return blocks

    assert run(read(9)) == [b"data: first\n\n", b'event: tick\ndata: {"n":1}\n\n', b"id: 3\ndata: \n\n"]
    assert closed == [True]
    assert run(read(1)) == [b"data: first\n\n"]
    assert closed == [True, True]

"""Server-sent events: as the standard reads them, wherever the stream is cut."""

from itertools import pairwise

import pytest
from arlen_testkit.events import Event, EventReader
from hypothesis import given
from hypothesis import strategies as st

STREAM = (
    "\ufeffdata: one\n\n: note\n\nid: 7\nevent: tick\ndata: two\ndata:  three\nretry: 250\n\ndata\r\n\r\ndata: end\n\n"
)
EVENTS = [Event("one"), Event("two\n three", "tick", "7"), Event("", id="7"), Event("end", id="7")]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (STREAM, EVENTS),
        ("data: no blank line\n", []),
        ("event: no data\n\ndata: next\n\n", [Event("next")]),
        ("data:no space\n\n", [Event("no space")]),
        ("id: a\0b\ndata: x\n\n", [Event("x")]),
        ("id: 1\ndata: x\n\nid\ndata: y\n\n", [Event("x", id="1"), Event("y")]),
        ("unknown: field\ndata: x\n\n", [Event("x")]),
        ("data: x\rdata: y\r\r:", [Event("x\ny")]),
    ],
)
def test_a_stream_is_read_as_these_events(stream: str, events: list[Event]) -> None:
    assert list(EventReader().feed(stream)) == events


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int]) -> None:
    reader = EventReader()
    pieces = [STREAM[start:end] for start, end in pairwise([0, *sorted(cuts), len(STREAM)])]
    assert [event for piece in pieces for event in reader.feed(piece)] == EVENTS
    assert reader.retry == 250

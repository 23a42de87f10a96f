"""Server-sent events: one event as the lines that a browser's EventSource reads (WHATWG HTML section 9.2)."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from arlen_http.json import dumps

EVENT_STREAM = "text/event-stream; charset=utf-8"
EVENT_STREAM_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``data`` that is not text is sent as JSON; ``retry`` is in milliseconds."""

    data: Any = ""
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def encode(self) -> bytes:
        """The event's block, with the blank line that ends it.

        Raises:
            ValueError: a line break or NUL in ``id`` or ``event``, which would forge further fields.
        """
        lines = []
        for name, value in (("id", self.id), ("event", self.event)):
            if value is not None:
                if _LINE_END.search(value) or "\0" in value:
                    raise ValueError(f"the {name} of a server-sent event must be one line: {value!r}")
                lines.append(f"{name}: {value}")
        if self.retry is not None:
            lines.append(f"retry: {int(self.retry)}")
        text = self.data if isinstance(self.data, str) else dumps(self.data).decode()
        lines.extend(f"data: {line}" for line in _LINE_END.split(text))
        return ("\n".join(lines) + "\n\n").encode()


async def event_stream(source: AsyncIterable[Event | Mapping[str, Any] | str]) -> AsyncGenerator[bytes, None]:
    """The encoded events of ``source``; mappings use the field names of :class:`Event`, text is the data.

    When the consumer stops, because the client went away, a generator source is closed so that its ``finally`` runs.
    """
    if not hasattr(source, "aclose"):
        async for item in source:
            yield _event(item).encode()
        return
    async with aclosing(cast("AsyncGenerator[Event | Mapping[str, Any] | str, None]", source)) as generator:
        async for item in generator:
            yield _event(item).encode()


def encode_events(events: Iterable[Event | Mapping[str, Any] | str]) -> bytes:
    """The blocks of a finite number of events, as :func:`event_stream` has them.

    Raises:
        ValueError: a line break or NUL in ``id`` or ``event``.
    """
    return b"".join(_event(item).encode() for item in events)


def _event(item: Event | Mapping[str, Any] | str) -> Event:
    match item:
        case Event():
            return item
        case Mapping():
            return Event(**item)
        case _:
            return Event(item)

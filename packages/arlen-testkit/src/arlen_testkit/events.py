"""Server-sent events, read as a browser reads them (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Event", "EventReader"]

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type (``message`` unless named), its data, and the last event id known at that moment."""

    data: str
    event: str = "message"
    id: str = ""


@dataclass(slots=True)
class EventReader:
    """Turns pieces of a ``text/event-stream``, cut anywhere, into events.

    ``retry`` is the reconnection time in milliseconds that the stream last asked for.
    """

    retry: int | None = None
    _rest: str = ""
    _started: bool = False
    _id: str = ""
    _type: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, text: str) -> Iterator[Event]:
        """The events that ``text`` completes."""
        self._rest += text
        if not self._started and self._rest:
            self._rest = self._rest.removeprefix("\ufeff")
            self._started = True
        while (end := LINE_END.search(self._rest)) and not self._may_continue(end):
            line, self._rest = self._rest[: end.start()], self._rest[end.end() :]
            if event := self._take(line):
                yield event

    def _may_continue(self, end: re.Match[str]) -> bool:
        return end[0] == "\r" and end.end() == len(self._rest)

    def _take(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)
        return None

    def _dispatch(self) -> Event | None:
        data, self._data = self._data, []
        kind, self._type = self._type or "message", ""
        return Event("\n".join(data), kind, self._id) if data else None

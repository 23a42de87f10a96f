"""What supervisor and child say to each other: one JSON object per line over a socket pair.

The supervisor says ``build``; the child answers ``failed``, or ``ready`` when the application has started. It answers
requests once the supervisor says ``serve``, and from then on is told what ``changed``. When the supervisor is gone the
child reads the end of the stream, and ends as well.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LINE_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Message:
    """A word of the conversation, and what belongs to it."""

    word: str
    content: Mapping[str, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        return json.dumps({"word": self.word, "content": self.content}).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Message:
        document = json.loads(line)
        return cls(document["word"], document["content"])


class Channel:
    """One end of the conversation, inside an event loop."""

    __slots__ = ("_reader", "_writer")

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, end: socket.socket) -> Channel:
        """Take over one end of a socket pair."""
        return cls(*await asyncio.open_connection(sock=end, limit=LINE_LIMIT))

    def send(self, message: Message) -> None:
        """Say it; when nobody listens any more, that shows on the receiving side."""
        self._writer.write(message.encode())

    async def receive(self) -> Message | None:
        """The next message, or ``None`` when the other end is gone."""
        try:
            line = await self._reader.readline()
        except ConnectionError:
            return None
        return Message.decode(line) if line.endswith(b"\n") else None

    async def close(self) -> None:
        """Say what is still to be said, and leave."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return

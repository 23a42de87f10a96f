"""Request heads by httptools (llhttp)."""

from __future__ import annotations

import httptools

from arlen_http.errors import RequestRefused

__all__ = ["HttptoolsParser"]


class HttptoolsParser:
    """The default backend.

    It is fed one whole head at a time and never a body, so a single llhttp state machine serves every connection of a
    server. A head that announces a body or an upgrade leaves the machine in the middle of a message; only then is it
    replaced. Where a connection ends is decided above, so the machine need not refuse a head after a closing one.
    """

    name = "httptools"
    version = httptools.__version__

    __slots__ = ("_fields", "_machine", "_unfinished", "on_message_complete")

    def __init__(self) -> None:
        self._fields: list[tuple[bytes, bytes]] = []
        self._unfinished: list[bytes] = []
        self.on_message_complete = self._unfinished.clear
        self._machine = self._new_machine()

    def _new_machine(self) -> httptools.HttpRequestParser:
        self._unfinished.clear()
        machine = httptools.HttpRequestParser(self)
        machine.set_dangerous_leniencies(lenient_keep_alive=True)
        return machine

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields.append((name.lower(), value))

    def fields(self, head: bytes) -> list[tuple[bytes, bytes]]:
        fields = self._fields = []
        self._unfinished.append(head)
        try:
            self._machine.feed_data(head)
        except httptools.HttpParserUpgrade:
            self._machine = self._new_machine()
        except httptools.HttpParserError as error:
            self._machine = self._new_machine()
            raise RequestRefused(400, "invalid_head", f"request head refused: {error}") from error
        if self._unfinished:
            self._machine = self._new_machine()
        return fields

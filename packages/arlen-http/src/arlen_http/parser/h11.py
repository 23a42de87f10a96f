"""Request heads by h11, in pure Python."""

from __future__ import annotations

import re

from arlen_http.errors import MissingDependencyError, RequestRefused

try:
    import h11
except ImportError as error:
    raise MissingDependencyError('h11 is not installed; install "arlen-http[h11]"') from error

from .framing import framing_fields

__all__ = ["H11Parser"]

# What h11 takes for a head and RFC 9112 does not: control bytes, LF alone, folded lines.
_UNLAWFUL = re.compile(rb"[^\t\r\n\x20-\x7e\x80-\xff]|(?<!\r)\n|\r(?!\n)|\n[\t ]")


class H11Parser:
    """The alternative backend, for platforms without a compiled httptools and as the oracle of its tests."""

    name = "h11"
    version: str = vars(h11)["__version__"]

    __slots__ = ()

    def fields(self, head: bytes) -> list[tuple[bytes, bytes]]:
        if _UNLAWFUL.search(head):
            raise RequestRefused(400, "invalid_head", "request head refused: a control byte, a bare or a folded line")
        # h11 rewrites the framing fields as it understands them; what they say is decided above, from what was sent.
        framing = framing_fields(head)
        machine = h11.Connection(h11.SERVER, max_incomplete_event_size=len(head))
        machine.receive_data(head)
        try:
            event = machine.next_event()
        except h11.RemoteProtocolError as error:
            raise RequestRefused(400, "invalid_head", f"request head refused: {error}") from error
        if type(event) is not h11.Request:
            raise RequestRefused(400, "invalid_head", "request head refused: incomplete")
        return [(name, framing.get(name, value)) for name, value in event.headers]

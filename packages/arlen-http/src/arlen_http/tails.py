"""The last lines of every response head, the same for a whole second: connection, date and server."""

from __future__ import annotations

from .dates import http_date
from .headers import MutableHeaders

__all__ = ["HeadTails"]


class HeadTails:
    """The fields that the server adds to a head, with the blank line that ends it.

    Attributes:
        keep_alive: the tail of a response after which the connection goes on.
        close: the tail of the last response of a connection.
    """

    __slots__ = ("_date", "_server", "close", "keep_alive")

    def __init__(self, server: str, timestamp: float) -> None:
        self._server = MutableHeaders({"server": server})["server"] if server else ""
        self.refresh(timestamp)

    def refresh(self, timestamp: float) -> None:
        """Take the date of a POSIX timestamp (seconds)."""
        self._date = http_date(timestamp)
        nothing = MutableHeaders()
        self.keep_alive = self._built("keep-alive", nothing)
        self.close = self._built("close", nothing)

    def tail(self, connection: str, fields: MutableHeaders) -> bytes:
        """The tail beside fields that may name another date or server."""
        if connection == "upgrade" or "date" in fields or "server" in fields:
            return self._built(connection, fields)
        return self.keep_alive if connection == "keep-alive" else self.close

    def _built(self, connection: str, fields: MutableHeaders) -> bytes:
        lines = [f"connection: {connection}"]
        if "date" not in fields:
            lines.append(f"date: {self._date}")
        if self._server and "server" not in fields:
            lines.append(f"server: {self._server}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

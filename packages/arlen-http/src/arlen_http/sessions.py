"""How many connections there are, and how many there may be."""

from __future__ import annotations

from .errors import ServerBusy
from .limits import RuntimeLimits

__all__ = ["Sessions"]


class Sessions:
    """Counts connections from their begin to their end, and refuses those beyond the limits.

    Attributes:
        count: all connections that were let in and have not ended.
        upgraded: those among them that speak another protocol by now.
    """

    __slots__ = ("_by_client", "_limits", "count", "upgraded")

    def __init__(self, limits: RuntimeLimits) -> None:
        self._limits = limits
        self._by_client: dict[str | None, int] = {}
        self.count = 0
        self.upgraded = 0

    def enter(self, client: str | None) -> None:
        """Let a connection in.

        Args:
            client: the address that shares one allowance; ``None`` for peers that have none.

        Raises:
            ServerBusy: codes ``http_session_limit`` and ``http_client_limit``.
        """
        limits = self._limits
        if self.count >= limits.max_concurrent_http_sessions:
            raise ServerBusy("http_session_limit", f"there are {self.count} connections already")
        most = limits.max_connections_per_client
        if most and client is not None:
            held = self._by_client.get(client, 0)
            if held >= most:
                raise ServerBusy("http_client_limit", f"{client} has {held} connections already", client=client)
            self._by_client[client] = held + 1
        self.count += 1

    def leave(self, client: str | None) -> None:
        """A connection that was let in has ended."""
        self.count -= 1
        held = self._by_client.pop(client, 0)
        if held > 1:
            self._by_client[client] = held - 1

    def upgrade(self) -> None:
        """Let a connection that is in go on in another protocol.

        Raises:
            ServerBusy: code ``websocket_session_limit``.
        """
        if self.upgraded >= self._limits.max_concurrent_websocket_sessions:
            raise ServerBusy("websocket_session_limit", f"there are {self.upgraded} upgraded connections already")
        self.upgraded += 1

    def leave_upgraded(self) -> None:
        """A connection that was upgraded has ended."""
        self.upgraded -= 1

# Written by ci/unasync.py from _async/listener.py: edit that file and run `python -m ci.unasync`.
"""Listening to channels of PostgreSQL, on a connection of its own that comes back when it was lost."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from arlen_data.address import Address
from arlen_data.concurrency.threads import sleep
from arlen_data.errors import ConnectionFailed, InvalidArgumentError
from arlen_data.options import DatabaseOptions
from arlen_data.postgres.address import PostgresAddress
from arlen_data.postgres.channels import Notification, checked_channel

_FIRST_DELAY = 0.05
_LONGEST_DELAY = 5.0


class Listener:
    """Notifications of some channels, as they come.

    What is sent while the connection is lost does not arrive: who must not miss anything looks at the data as well.
    """

    __slots__ = ("_address", "_channels", "_options", "_session", "reconnects")

    def __init__(self, address: Address, options: DatabaseOptions, channels: Sequence[str]) -> None:
        if not isinstance(address, PostgresAddress):
            raise InvalidArgumentError("SQLite has no channels to listen to", code="unsupported_feature")
        self._address = address
        self._options = options
        self._channels = [checked_channel(channel) for channel in channels]
        self.reconnects = 0

    def connect(self) -> None:
        """Listen from now on.

        Raises:
            ConnectionFailed: code ``cannot_open``.
        """
        from .postgres import PostgresSession

        self._session = PostgresSession.connect(self._address, self._options)
        try:
            for channel in self._channels:
                self._session.command(f'LISTEN "{channel}"')
        except BaseException:
            self._session.close()
            raise

    def notifications(self, time_limit: float | None) -> Generator[Notification, None, None]:
        """Every notification from now on; the end comes after ``time_limit`` seconds, or never."""
        while True:
            try:
                yield from self._session.notifications(time_limit)
                return
            except ConnectionFailed:
                self._session.close()
                self._reconnect()

    def close(self) -> None:
        self._session.close()

    def _reconnect(self) -> None:
        delay = _FIRST_DELAY
        while True:
            try:
                self.connect()
                self.reconnects += 1
                return
            except ConnectionFailed:
                sleep(delay)
                delay = min(_LONGEST_DELAY, delay * 2)

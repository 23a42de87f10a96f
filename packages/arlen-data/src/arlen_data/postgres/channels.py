"""Notifications: what PostgreSQL sends to those who listen to a channel (LISTEN, NOTIFY)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from arlen_data.errors import InvalidArgumentError

LONGEST_PAYLOAD = 7999
"""Bytes of UTF-8."""

_CHANNEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Notification:
    """A message on a channel, and the server process that sent it."""

    channel: str
    payload: str
    pid: int


def checked_channel(channel: str) -> str:
    """The channel.

    Raises:
        InvalidArgumentError: code ``invalid_channel``.
    """
    if not _CHANNEL.fullmatch(channel):
        raise InvalidArgumentError(
            f"{channel!r} is no channel; give up to 63 letters, digits and underscores, a digit not first",
            code="invalid_channel",
            details={"channel": channel},
        )
    return channel


def checked_payload(payload: str) -> str:
    """The payload.

    Raises:
        InvalidArgumentError: code ``payload_too_long``.
    """
    size = len(payload.encode())
    if size > LONGEST_PAYLOAD:
        raise InvalidArgumentError(
            f"a payload of {size} bytes is too long for PostgreSQL, which takes {LONGEST_PAYLOAD}; send a key instead",
            code="payload_too_long",
            details={"bytes": size},
        )
    return payload

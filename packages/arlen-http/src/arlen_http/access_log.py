"""A line for every request on the logger ``arlen.http.access``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from . import json

__all__ = ["Access", "AccessLog", "show_access_log"]

_logger = logging.getLogger("arlen.http.access")


@dataclass(frozen=True, slots=True)
class Access:
    """One request and what became of it.

    Attributes:
        client: the address of the client, ``""`` when there is none.
        method, target: the request line; ``""`` for what could not be read.
        status: of the response, 0 when none was begun.
        bytes: of content that were written.
        duration_ms: from the head of the request to the last byte of the response.
        reason: the code of the refusal or failure, ``""`` when all went well.
    """

    client: str
    method: str
    target: str
    status: int
    bytes: int
    duration_ms: float
    reason: str


class AccessLog:
    """Writes accesses in one format.

    Args:
        format: ``"text"`` or ``"json"``.
    """

    __slots__ = ("_line",)

    def __init__(self, format: str) -> None:
        self._line = _LINES[format]

    def write(self, access: Access) -> None:
        """Write a line, at level INFO."""
        _logger.info("%s", self._line(access))


def _text(access: Access) -> str:
    request = f"{access.method} {access.target}" if access.method else "-"
    return (
        f'{access.client or "-"} "{request}" {access.status or "-"} {access.bytes} {access.duration_ms:.1f}ms '
        f"{access.reason or '-'}"
    )


def _json(access: Access) -> str:
    return json.dumps(asdict(access)).decode()


_LINES: dict[str, Callable[[Access], str]] = {"text": _text, "json": _json}


def show_access_log() -> None:
    """Send the lines to standard output, unless the program has decided where they go."""
    if _logger.level == logging.NOTSET:
        _logger.setLevel(logging.INFO)
    if not _logger.hasHandlers():
        _logger.addHandler(logging.StreamHandler(sys.stdout))

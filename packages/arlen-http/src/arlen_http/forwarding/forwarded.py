"""Where a request came from, as far as somebody else has to say it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOT_FORWARDED", "Address", "Forwarded"]

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Forwarded:
    """How a client asked, in the words of trusted proxies; empty where they say nothing.

    Attributes:
        client: its address, and its port or 0.
        scheme: ``"http"`` or ``"https"``.
        host: the host, with its port where that is not the usual one.
        prefix: the percent-encoded path under which the proxy has mounted this server.
    """

    client: Address | None = None
    scheme: str = ""
    host: str = ""
    prefix: str = ""


NOT_FORWARDED = Forwarded()

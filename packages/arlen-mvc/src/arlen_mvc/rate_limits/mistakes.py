"""What keeps rate limits from working, found at start."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

from arlen_mvc.errors import Mistake

from .settings import RateLimitSettings

SCHEMES = ("redis", "rediss", "redis+unix", "unix", "valkey", "valkeys")


def find_mistakes(settings: RateLimitSettings) -> Iterator[Mistake]:
    """Exemptions that are no network, and storages that there are not."""
    for network in settings.exempt:
        try:
            ip_network(network.strip())
        except ValueError as error:
            yield Mistake("rate_limit.exempt", str(error), "write an address, or a network such as 10.0.0.0/8")
    scheme = urlsplit(settings.storage).scheme
    if settings.storage and scheme not in SCHEMES:
        remedy = f"write a URL that begins with one of {', '.join(f'{known}:' for known in SCHEMES)}"
        yield Mistake("rate_limit.storage", f"{scheme or 'what is written there'} is no storage", remedy)

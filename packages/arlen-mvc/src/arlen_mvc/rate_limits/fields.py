"""The header lines that tell a client how much of its rate is left."""

from __future__ import annotations

from collections.abc import Callable

from .rate import Rate
from .windows import Count


def encoder(name: str, rate: Rate) -> Callable[[Count], bytes]:
    """Encodes ``X-RateLimit-Limit`` and ``X-RateLimit-Remaining``, and beside them ``RateLimit-Policy`` and
    ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers)."""
    policy = f'"{"".join(map(_shown, name))}"'
    fixed = f"x-ratelimit-limit: {rate.requests}\r\nratelimit-policy: {policy};q={rate.requests};w={rate.seconds}\r\n"
    template = (
        f"{fixed}x-ratelimit-remaining: ".encode() + b"%d\r\n" + f"ratelimit: {policy}".encode() + b";r=%d;t=%d\r\n"
    )

    def encode(count: Count) -> bytes:
        remaining = count.remaining
        return template % (remaining, remaining, count.seconds)

    return encode


def _shown(mark: str) -> str:
    """What a quoted string of a structured field may hold (RFC 9651 section 3.3.3), and a format leaves alone."""
    return mark if " " <= mark <= "~" and mark not in '"\\%' else "-"

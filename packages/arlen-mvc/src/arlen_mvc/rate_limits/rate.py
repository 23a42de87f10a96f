"""A rate, and the rule that holds somebody to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Self

from arlen_mvc.errors import ApplicationError

if TYPE_CHECKING:
    from arlen_mvc.context import Context

Key = Callable[["Context"], "str | None"]

_RATE = re.compile(r"([1-9][0-9]{0,8}) ?(?:/|per) ?([1-9][0-9]{0,5})? ?(second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_IPV6_HOST_BITS = 64


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds; both are at least 1."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``10/minute``, ``100 per hour``, ``5/30 seconds``.

        Raises:
            ApplicationError: ``invalid_rate``.
        """
        found = _RATE.fullmatch(text.strip())
        if found is None:
            raise ApplicationError(
                f"{text!r} is no rate; write a number of requests and a time, such as '10/minute' or '100/2 hours'",
                code="invalid_rate",
                details={"rate": text},
            )
        return cls(int(found[1]), int(found[2] or 1) * _SECONDS[found[3]])


def client_address(ctx: Context) -> str:
    """The address of the client, by the word of trusted proxies where there are some; ``unknown`` without one.

    An IPv6 client has a whole network to choose from: its first 64 bits count (RFC 6177).
    """
    address = ctx.request.effective_remote_address
    return _ipv6_key(address) if ":" in address else address or "unknown"


def _ipv6_key(text: str) -> str:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> _IPV6_HOST_BITS << _IPV6_HOST_BITS)}/{128 - _IPV6_HOST_BITS}"


class RateLimit:
    """A rule for a route or a group: ``rate_limit=RateLimit("5/minute", key=by_account)``.

    ``key(ctx)`` says whose requests are counted together; ``None`` from it means that this one is not counted. Rules of
    one ``name`` and rate share their count; without a name, a route counts for itself and a group for all its routes.

    Raises:
        ApplicationError: ``invalid_rate``.
    """

    __slots__ = ("key", "name", "rate")

    def __init__(self, rate: Rate | str, *, key: Key = client_address, name: str = "") -> None:
        self.rate = Rate.parse(rate) if isinstance(rate, str) else rate
        self.key = key
        self.name = name

    def named(self, name: str) -> RateLimit:
        """The same rule, with this name if it has none."""
        return self if self.name else RateLimit(self.rate, key=self.key, name=name)

    def __repr__(self) -> str:
        return f"RateLimit({self.rate.requests} in {self.rate.seconds} s, name={self.name!r})"


Choice = tuple[RateLimit | None, ...]
"""What a route and the groups around it say of rate limits, the outermost first; ``None`` means without limit."""


def choice_of(options: Mapping[str, Any], name: str) -> Choice:
    """What the options of a route or a group say; nothing when they do not name ``rate_limit``.

    Raises:
        ApplicationError: ``invalid_rate``.
    """
    if "rate_limit" not in options:
        return ()
    rule = options["rate_limit"]
    if rule is None:
        return (None,)
    return ((rule if isinstance(rule, RateLimit) else RateLimit(rule)).named(name),)

"""The layer that counts requests, made for each route that has a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from arlen_mvc.errors import HTTPError

from .exemptions import Exemptions
from .fields import encoder
from .rate import Key, Rate, RateLimit
from .settings import RateLimitSettings
from .shared import UNCOUNTED, SharedCounts
from .windows import STRATEGIES, Count, Window

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.routes import RouteDeclaration


class RateLimits:
    """What an application holds its clients to: its own rule for every route, or that of a route or group."""

    __slots__ = ("_counting", "_default", "_exempt")

    def __init__(self, settings: RateLimitSettings) -> None:
        rule = RateLimit(Rate(settings.requests, settings.window_seconds), name="default")
        self._default = rule if settings.enabled else None
        self._exempt = Exemptions(settings.exempt)
        self._counting = _counting(settings)

    def for_route(self, route: RouteDeclaration | None) -> Counted | CountedTogether | None:
        """The layer of a route, ``None`` for one without a rule."""
        rule = route.rate_limits[-1] if route is not None and route.rate_limits else self._default
        if rule is None:
            return None
        if route is not None:
            rule = rule.named(f"{' '.join(route.methods)} {route.path}")
        return self._counting.layer(rule, self._key(rule))

    async def close(self) -> None:
        """Give the connections of the storage back."""
        await self._counting.close()

    def _key(self, rule: RateLimit) -> Key:
        key, exempt = rule.key, self._exempt
        if not exempt:
            return key
        return lambda ctx: None if ctx.request.effective_remote_address in exempt else key(ctx)


class Counting(Protocol):
    """Where requests are counted."""

    def layer(self, rule: RateLimit, key: Key) -> Counted | CountedTogether: ...

    async def close(self) -> None: ...


class InProcess:
    """Rules of one name and rate have one window."""

    __slots__ = ("_window", "_windows")

    def __init__(self, window: Callable[[Rate], Window]) -> None:
        self._window = window
        self._windows: dict[tuple[str, Rate], Window] = {}

    def layer(self, rule: RateLimit, key: Key) -> Counted:
        identity = (rule.name, rule.rate)
        if identity not in self._windows:
            self._windows[identity] = self._window(rule.rate)
        return Counted(rule, key, self._windows[identity])

    async def close(self) -> None:
        """There is nothing to give back."""


class InStorage:
    """``uncounted`` is called for a request that the storage did not count; it may refuse it."""

    __slots__ = ("_counts", "_uncounted")

    def __init__(self, counts: SharedCounts, uncounted: Callable[[], None]) -> None:
        self._counts = counts
        self._uncounted = uncounted

    def layer(self, rule: RateLimit, key: Key) -> CountedTogether:
        return CountedTogether(rule, key, self._counts, self._uncounted)

    async def close(self) -> None:
        await self._counts.close()


def _counting(settings: RateLimitSettings) -> Counting:
    if not settings.storage:
        return InProcess(STRATEGIES[settings.strategy])
    from .limits_storage import LimitsStorage

    storage = LimitsStorage(settings.storage, settings.strategy, settings.storage_prefix)
    return InStorage(SharedCounts(storage), UNCOUNTED[settings.when_storage_fails])


class Counted:
    """Counts in this process, without waiting for anything."""

    __slots__ = ("_encode", "_key", "_window")

    def __init__(self, rule: RateLimit, key: Key, window: Window) -> None:
        self._key = key
        self._window = window
        self._encode = encoder(rule.name, rule.rate)

    def process(self, ctx: Context) -> None:
        key = self._key(ctx)
        if key is not None:
            count = self._window.hit(key)
            ctx.header_lines += self._encode(count)
            if not count.allowed:
                raise exceeded(count)


class CountedTogether:
    """Counts in a storage."""

    __slots__ = ("_counts", "_encode", "_key", "_rule", "_uncounted")

    def __init__(self, rule: RateLimit, key: Key, counts: SharedCounts, uncounted: Callable[[], None]) -> None:
        self._rule = rule
        self._key = key
        self._counts = counts
        self._uncounted = uncounted
        self._encode = encoder(rule.name, rule.rate)

    async def process(self, ctx: Context) -> None:
        key = self._key(ctx)
        if key is None:
            return
        count = await self._counts.hit(self._rule.name, self._rule.rate, key)
        if count is None:
            self._uncounted()
            return
        ctx.header_lines += self._encode(count)
        if not count.allowed:
            raise exceeded(count)


def exceeded(count: Count) -> HTTPError:
    """429 (RFC 6585 section 4), with the seconds to wait."""
    return HTTPError(429, "rate_limited", "rate limit exceeded", headers={"retry-after": str(count.seconds)})
